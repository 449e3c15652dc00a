"""Hand-over: the clerk compares the person with the portrait, checks an identity document, and gives the card away.

Order: the card's own state first, then the store. A crash between them is healed by repeating the step, because a card that
is already handed over is not asked again.
"""

from dataclasses import dataclass
from enum import StrEnum

from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing.erasure import erase_in
from openeoi.issuing.errors import CardMissing, IssuingError
from openeoi.issuing.life import DocumentState, Step, next_state
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.staff import Purpose, Role
from openeoi.issuing.store import DocumentRecord
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.personalisation.terminal import open_office_channel, read_life_cycle, set_state
from openeoi.transport import run


class IdentityProof(StrEnum):
    """How the person proved who they are at the counter."""

    OLD_IDENTITY_CARD = "old_identity_card"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    KNOWN_WITNESS = "known_witness"


class IdentityNotChecked(IssuingError):
    """The clerk did not confirm that the person is the one on the portrait."""

    key = "issuing.error.identity_not_checked"


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """What the clerk confirms. `same_person`: compared with the portrait by eye (one to one, never a search)."""

    proof: IdentityProof
    same_person: bool


def hand_over(office: IssuingOffice, reference: str, staff: str, check: IdentityCheck) -> DocumentRecord:
    """Give the card to its holder: recorded on the card and in the store, biometric source data erased with proof.

    Raises WrongState, RoleMissing, IdentityNotChecked, CardMissing.
    """
    access = office.acting(staff, Role.CLERK, Purpose.HAND_OVER)
    if not check.same_person:
        raise IdentityNotChecked("the person was not compared with the portrait")
    with office.store.reading() as work:
        next_state(reference, work.state(reference), Step.HAND_OVER)
        document = work.document_of(reference)
    if document is None or document.card_serial is None:
        raise CardMissing(reference)
    card = office.blank_cards.card(document.card_serial)
    run(_mark_handed_over(office, card.office_key), card.transport)
    now = office.clock()
    with office.store.transaction() as work:
        work.log(access, "check identity", reference, proof=check.proof)
        work.move(reference, Step.HAND_OVER, access, now)
        document = work.set_document_state(document.number, DocumentState.HANDED_OVER, now, access)
        erase_in(work, reference, access, "handed over")
    office.store.database.shrink_log()
    return document


def _mark_handed_over(office: IssuingOffice, office_key: bytes) -> CardSteps[None]:
    channel = yield from open_office_channel(office_key, office.random)
    if (yield from through(channel, read_life_cycle())) is LifeCycle.PERSONALISED:
        yield from through(channel, set_state(LifeCycle.HANDED_OVER))
