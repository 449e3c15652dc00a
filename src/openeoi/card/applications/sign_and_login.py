"""*Podpis in prijava*: A1 logs in with the Norm PIN, A2 makes qualified signatures, each with its own entry of the Sig PIN.

One signature per entry of the Sig PIN is our choice; it is what userConsent 1 announces in the key's directory entry.
"""

from typing import Final

from openeoi.card.applications.rules import ApplicationRules, SigningKey
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15 import files as pkcs15
from openeoi.protocols.personalisation.access import READ_ON_CONTACT_OR_UNDER_PACE, Password, UnderPace
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import KeyRole

UNDER_CAN: Final = UnderPace(frozenset({Password.CAN}))

RULES: Final = ApplicationRules(
    application=Application.SIGN_AND_LOGIN,
    short_identifiers={short: file_id for file_id, short in pkcs15.SHORT_IDENTIFIERS.items() if file_id != pkcs15.DIRECTORY},
    look_inside=READ_ON_CONTACT_OR_UNDER_PACE,
    keys=(
        SigningKey(KeyRole.HIGH, UNDER_CAN, PinRole.NORM_PIN),
        SigningKey(KeyRole.QUALIFIED, UNDER_CAN, PinRole.SIG_PIN, once=True),
    ),
)
