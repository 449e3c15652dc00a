"""From the form to the release: an application is taken in, approved by a clerk, released by a second person, or refused."""

from collections.abc import Mapping

from openeoi.issuing import application as form
from openeoi.issuing.erasure import erase_in
from openeoi.issuing.errors import BiometricsErased
from openeoi.issuing.life import ApplicationState, Step
from openeoi.issuing.office import APPLICANT, IssuingOffice
from openeoi.issuing.staff import Access, Purpose, Role
from openeoi.issuing.store import ApplicationRecord, Transaction

OFFICE_PICTURE = "office_picture"
CHIP_PICTURE = "chip_picture"
RIGHT_PRINT = "right_print"
LEFT_PRINT = "left_print"


def submit(office: IssuingOffice, values: Mapping[str, str], photo: bytes) -> str:
    """Take in an application; its reference.

    Raises ApplicationInvalid with every problem at its field; nothing is stored then."""
    now = office.clock()
    application, portrait = form.check(values, photo, office.profile, now.date())
    with office.store.transaction() as work:
        reference = work.add_application(application, now, APPLICANT)
        for kind, picture in ((OFFICE_PICTURE, portrait.office_picture), (CHIP_PICTURE, portrait.chip_picture)):
            work.sealed.put_picture(reference, kind, office.seal.close(picture, place(kind, reference)), now)
    return reference


def approve(office: IssuingOffice, reference: str, staff: str) -> ApplicationState:
    """The first pair of eyes. Raises WrongState, RoleMissing."""
    return _move(office, reference, Step.APPROVE, office.acting(staff, Role.CLERK, Purpose.DECISION))


def release(office: IssuingOffice, reference: str, staff: str) -> ApplicationState:
    """The second pair of eyes: lets the card be made. Raises WrongState, RoleMissing, SamePerson."""
    return _move(office, reference, Step.RELEASE, office.acting(staff, Role.RELEASER, Purpose.RELEASE))


def refuse(office: IssuingOffice, reference: str, staff: str, reason: str) -> ApplicationState:
    """Refuse before release; the reason is told to the applicant. The photograph is erased at once, it serves nothing any more.

    Raises WrongState, RoleMissing.
    """
    now = office.clock()
    with office.store.transaction() as work:
        approved = work.state(reference) is ApplicationState.APPROVED
        role = Role.RELEASER if approved else Role.CLERK
        access = office.acting(staff, role, Purpose.DECISION)
        state = work.move(reference, Step.REFUSE, access, now, reason)
        erase_in(work, reference, access, "refused")
    return state


def look_at(office: IssuingOffice, reference: str, access: Access) -> ApplicationRecord:
    """Read an application for a stated purpose. Raises ApplicationUnknown."""
    with office.store.transaction() as work:
        return work.application(reference, access)


def picture(office: IssuingOffice, work: Transaction, reference: str, kind: str) -> bytes:
    """Open one of the application's pictures. Raises BiometricsErased, SealBroken."""
    sealed = work.sealed.picture(reference, kind)
    if sealed is None:
        raise BiometricsErased(reference)
    return office.seal.open(sealed, place(kind, reference))


def look_at_picture(office: IssuingOffice, reference: str, access: Access) -> bytes:
    """The portrait (JPEG) for the eyes of whoever decides or hands over. Raises BiometricsErased."""
    with office.store.transaction() as work:
        content = picture(office, work, reference, OFFICE_PICTURE)
        work.log(access, "look at portrait", reference)
    return content


def place(kind: str, reference: str) -> str:
    """What a sealed value is bound to."""
    return f"{kind} {reference}"


def _move(office: IssuingOffice, reference: str, step: Step, access: Access) -> ApplicationState:
    with office.store.transaction() as work:
        return work.move(reference, step, access, office.clock())
