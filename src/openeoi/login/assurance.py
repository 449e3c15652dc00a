"""Levels of assurance: the card's two login credentials and the names that services know them by.

Rules: a service that asks for high, or for nothing, gets high or no login. Low is given only to a service that asks for low
alone, and it means possession of the card only. There is no fall-back between them.

Source: Commission Implementing Regulation (EU) 2015/1502; eIDAS SAML message format for the URIs; OpenID Connect Core 3.1.2.1.
"""

from enum import StrEnum

from openeoi.encoding.pkcs15.roles import CredentialRole


class LevelOfAssurance(StrEnum):
    """The value is the `acr` that stands in the ID token."""

    LOW = "http://eidas.europa.eu/LoA/low"
    HIGH = "http://eidas.europa.eu/LoA/high"

    @property
    def role(self) -> CredentialRole:
        return CredentialRole.HIGH if self is LevelOfAssurance.HIGH else CredentialRole.LOW

    @property
    def word(self) -> str:
        """`low` or `high`, for texts and audit."""
        return self.role.value

    @property
    def methods(self) -> tuple[str, ...]:
        """Authentication method references (RFC 8176): smart card, and PIN where one was needed."""
        return ("sc", "pin", "mfa") if self is LevelOfAssurance.HIGH else ("sc",)


def requested_level(acr_values: str) -> LevelOfAssurance:
    """The level for an `acr_values` parameter (space-separated, may be empty): low only when nothing else is asked for."""
    return LevelOfAssurance.LOW if set(acr_values.split()) == {LevelOfAssurance.LOW.value} else LevelOfAssurance.HIGH
