"""The envelope with the initial password: opened once, to be printed; afterwards the office no longer has it.

Whoever loses it orders the PUK, which the office keeps sealed and prints on demand.
"""

from dataclasses import dataclass, field, replace

from openeoi.issuing.decision import place
from openeoi.issuing.errors import EnvelopeGone, WrongState
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.secrets import CardSecrets
from openeoi.issuing.staff import Access, Purpose, Role
from openeoi.issuing.store import ApplicationRecord, Transaction

SECRETS = "secrets"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the letter says."""

    addressee: ApplicationRecord = field(repr=False)
    document_number: str
    initial_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PukLetter:
    addressee: ApplicationRecord = field(repr=False)
    document_number: str
    puk: str = field(repr=False)


def keep(office: IssuingOffice, work: Transaction, reference: str, secrets: CardSecrets) -> None:
    work.sealed.put_secrets(reference, office.seal.close(secrets.encode(), place(SECRETS, reference)))


def kept(office: IssuingOffice, work: Transaction, reference: str) -> CardSecrets:
    """Raises EnvelopeGone, SealBroken."""
    found = work.sealed.secrets(reference)
    if found is None:
        raise EnvelopeGone(reference)
    return CardSecrets.decode(office.seal.open(found[0], place(SECRETS, reference)))


def open_envelope(office: IssuingOffice, reference: str, staff: str) -> Envelope:
    """Take the initial password out to print it. The second time raises EnvelopeGone.

    Raises WrongState before the card is made, RoleMissing, SealBroken.
    """
    access = office.acting(staff, Role.PRODUCTION, Purpose.ENVELOPE)
    now = office.clock()
    with office.store.transaction() as work:
        secrets, record, number = _secrets_of_made_card(office, work, reference, access)
        if secrets.initial_password is None:
            raise EnvelopeGone(reference)
        rest = replace(secrets, initial_password=None, access_number=None)
        work.sealed.replace_secrets(reference, office.seal.close(rest.encode(), place(SECRETS, reference)), now)
        work.log(access, "print envelope", reference)
    office.store.database.shrink_log()
    return Envelope(record, number, secrets.initial_password)


def order_puk(office: IssuingOffice, reference: str, staff: str) -> PukLetter:
    """Print the PUK for its holder, who asked for it at the counter. Raises WrongState, RoleMissing, EnvelopeGone, SealBroken."""
    access = office.acting(staff, Role.CLERK, Purpose.ENVELOPE)
    with office.store.transaction() as work:
        secrets, record, number = _secrets_of_made_card(office, work, reference, access)
        document = work.document_of(reference)
        if document is None or document.state is not DocumentState.HANDED_OVER:
            # The PUK can activate a card: together with one that still lies in the office it would be somebody else's signature.
            raise WrongState(reference, document.state if document else record.state, DocumentState.HANDED_OVER)
        work.log(access, "print PUK letter", reference)
    return PukLetter(record, number, secrets.puk)


def is_printed(office: IssuingOffice, reference: str) -> bool | None:
    """Whether the envelope was printed; None when there is none yet."""
    with office.store.reading() as work:
        found = work.sealed.secrets(reference)
    return None if found is None else found[1] is not None


def _secrets_of_made_card(
    office: IssuingOffice, work: Transaction, reference: str, access: Access
) -> tuple[CardSecrets, ApplicationRecord, str]:
    record = work.application(reference, access)
    document = work.document_of(reference)
    if record.state not in {ApplicationState.PRODUCED, ApplicationState.HANDED_OVER} or document is None:
        raise WrongState(reference, record.state, ApplicationState.PRODUCED)
    return kept(office, work, reference), record, document.number
