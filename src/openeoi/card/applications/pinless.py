"""*Prijava brez PIN-a*: one key that whoever holds the card may use; in a contact reader in clear, without contact under PACE."""

from typing import Final

from openeoi.card.applications.rules import ApplicationRules, SigningKey
from openeoi.encoding.pkcs15 import files as pkcs15
from openeoi.protocols.personalisation.access import READ_ON_CONTACT_OR_UNDER_PACE
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import KeyRole

RULES: Final = ApplicationRules(
    application=Application.PINLESS,
    short_identifiers={short: file_id for file_id, short in pkcs15.SHORT_IDENTIFIERS.items() if file_id != pkcs15.DIRECTORY},
    look_inside=READ_ON_CONTACT_OR_UNDER_PACE,
    keys=(SigningKey(KeyRole.LOW, READ_ON_CONTACT_OR_UNDER_PACE),),
)
