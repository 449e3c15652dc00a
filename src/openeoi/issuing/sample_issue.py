"""A card for a sample person in one go, through the same duties and by the same roles as at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openeoi.issuing import decision, envelope, handover, personalisation
from openeoi.issuing.handover import IdentityCheck, IdentityProof
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import Progress
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.issuing.staff import Role


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """What the holder has in hand: the card (by its serial number), what is printed on it, and the envelope's password."""

    reference: str
    document_number: str
    card_serial: str
    access_number: str = field(repr=False)
    initial_password: str = field(repr=False)
    handed_over: bool = True


def issue(
    office: IssuingOffice,
    values: Mapping[str, str] | None = None,
    photo: bytes | None = None,
    *,
    hand_over: bool = True,
    progress: Progress = lambda *_: None,
) -> IssuedCard:
    """Apply, approve, release, personalise, print the envelope and hand over. Without `values` the country's specimen is taken,
    without `photo` a drawn portrait. Raises ApplicationInvalid and what the duties raise."""
    clerk, releaser, producer = (office.staff.holding(role)[0].name for role in (Role.CLERK, Role.RELEASER, Role.PRODUCTION))
    reference = decision.submit(office, values or sample_values(office.profile), photo or sample_photograph())
    decision.approve(office, reference, clerk)
    decision.release(office, reference, releaser)
    made = personalisation.personalise(office, reference, producer, progress=progress)
    letter = envelope.open_envelope(office, reference, producer)
    if hand_over:
        handover.hand_over(office, reference, clerk, IdentityCheck(IdentityProof.OLD_IDENTITY_CARD, same_person=True))
    return IssuedCard(reference, made.document.number, made.card_serial, made.access_number, letter.initial_password, hand_over)
