"""New certificates for a card that its holder has: the same keys and PINs, another certificate number, a new end.

The card lies in the office's machine. Steps, each of which does no harm when it is done twice: keep the new number - issue -
write to the card, all files at once - read back - revoke the old certificates - enter the new number. A crash anywhere is healed
by renewing again, which goes on with the number that was kept; until the last step the document is known by its old number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing import secrets
from openeoi.issuing.credential_files import Chains, credential_files
from openeoi.issuing.errors import CardMissing, QualityCheckFailed, WrongState
from openeoi.issuing.life import DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation_steps import CERTIFICATE_NUMBER_LENGTH
from openeoi.issuing.staff import Purpose, Role
from openeoi.issuing.status import revoke_certificates
from openeoi.issuing.store import ApplicationRecord, DocumentRecord, Renewal
from openeoi.pki.holders import HolderCertificateRequest
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.protocols.personalisation.card import WITH_HOLDER
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.personalisation.terminal import open_office_channel, read_life_cycle, update_certificates
from openeoi.terminal.credentials import list_credentials
from openeoi.transport import run


@dataclass(frozen=True, slots=True)
class RenewedCertificates:
    """`until` is the new certificates' last day."""

    document: DocumentRecord
    until: date
    roles: tuple[CredentialRole, ...]


def renew(office: IssuingOffice, number: str, staff: str) -> RenewedCertificates:
    """Renew the certificates of a document's card, or finish a renewal that was cut off.

    Raises DocumentUnknown, WrongState (not handed over; a card that is blocked or terminated), CardMissing, RoleMissing, and what
    the authorities and the card raise; then the card has its old certificates or its new ones, and renewing again goes on.
    """
    access = office.acting(staff, Role.PRODUCTION, Purpose.PRODUCTION)
    with office.store.transaction() as work:
        document = work.document(number)
        record = work.application(document.application, access)
    until = _last_day(office, document, record)
    if document.card_serial is None:
        raise CardMissing(number)
    card = office.blank_cards.card(document.card_serial)
    channel = run(open_office_channel(card.office_key, office.random), card.transport)
    life_cycle = run(through(channel, read_life_cycle()), card.transport)
    if life_cycle not in WITH_HOLDER:
        raise WrongState(number, life_cycle.name.lower(), LifeCycle.ACTIVE.name.lower())
    with office.store.transaction() as work:
        new_number = secrets.digits(CERTIFICATE_NUMBER_LENGTH, office.random)
        renewal = work.begin_renewal(number, new_number, office.clock())
    chains = _issue(office, document, record, renewal, until)
    files = credential_files(office.profile.card, document.card_serial, chains, renewal.begun_at)
    extended = not office.profile.card.options.short_length_only
    run(through(channel, update_certificates(files, extended=extended)), card.transport)
    again = office.blank_cards.card(document.card_serial)  # power anew: what is read now is what is stored
    run(_read_back(chains), again.transport)
    revoke_certificates(office, document, RevocationReason.SUPERSEDED)
    with office.store.transaction() as work:
        renewed = work.finish_renewal(number, until)
        work.log(access, "renew certificates", number, until=until.isoformat(), roles=sorted(chains))
    return RenewedCertificates(renewed, until, tuple(role for role in CredentialRole if role in chains))


def _last_day(office: IssuingOffice, document: DocumentRecord, record: ApplicationRecord) -> date:
    """As for a card issued today, and never longer than the card itself."""
    today = office.clock().date()
    is_current = document.expires_on is None or document.expires_on > today
    if document.state is not DocumentState.HANDED_OVER or document.certificates_until is None or not is_current:
        raise WrongState(document.number, document.state, DocumentState.HANDED_OVER)
    rule = office.profile.validity(record.application.person.date_of_birth, today)
    ends = [day for day in (rule.certificates_expire_on, document.expires_on) if day is not None]
    return min(ends)


def _issue(office: IssuingOffice, document: DocumentRecord, record: ApplicationRecord, renewal: Renewal, until: date) -> Chains:
    before, person = document.certificate_number, record.application.person
    start = renewal.begun_at
    request = HolderCertificateRequest(
        given_name=person.given_names,
        surname=person.surname,
        certificate_number=renewal.certificate_number,
        not_before=start,
        not_after=datetime.combine(until, start.timetz()),
        public_keys=office.authorities.holder_public_keys(before),
    )
    issued = office.authorities.renew_holder_certificates(before, request)
    return {role: (one.certificate, *one.chain) for role, one in issued.by_role.items()}


def _read_back(chains: Chains) -> CardSteps[None]:
    """With contact everybody may read certificates, so the office needs neither CAN nor PIN of the holder."""
    found = yield from list_credentials()
    if {one.role: (one.certificate, *one.chain) for one in found} != dict(chains):
        raise QualityCheckFailed("certificates", "the certificates on the chip are not those that were issued")
