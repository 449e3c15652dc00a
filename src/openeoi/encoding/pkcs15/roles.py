"""What the card's three credentials are for; everyone who names one uses this enumeration."""

from enum import StrEnum


class CredentialRole(StrEnum):
    """LOW logs in without a PIN (possession only), HIGH logs in with the Norm PIN, QUALIFIED signs with the Sig PIN."""

    LOW = "low"
    HIGH = "high"
    QUALIFIED = "qualified"
