"""What one office asks through its port, answered by another: each function here fills one port and does nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.plans import HOLDER_ISSUERS, Authority
from openeoi.protocols.holder_certificate import CertificateStatus, Status, TrustedIssuer, TrustedIssuers

if TYPE_CHECKING:
    from openeoi.agent.ports import Reader
    from openeoi.border.ports import DocumentState
    from openeoi.encoding.card_verifiable_certificates.references import KeyReference
    from openeoi.health import ports as health
    from openeoi.issuing.office import IssuingOffice
    from openeoi.login import ports as login
    from openeoi.main.samples import SampleIdentifiers
    from openeoi.pki.authorities import Authorities
    from openeoi.protocols.passive_authentication.certificates import Certificate
    from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
    from openeoi.signing.ports import TimeStampSource
    from openeoi.transport import Transport

# The issuing office logs that somebody was identified, and must not learn where: it hears the same name from every office.
IDENTIFICATION_SERVICE = "identification service"


def holder_issuers(authorities: Authorities) -> TrustedIssuers:
    """The issuers of holders' certificates of all three roles, with the policy OID that their certificates name."""

    def issuers() -> Sequence[TrustedIssuer]:
        root = authorities.certificate(Authority.EID_ROOT)
        return [
            TrustedIssuer(role, authorities.certificate(one), holder_policy(authorities, role), (root,))
            for role, one in HOLDER_ISSUERS.items()
        ]

    return issuers


def qualified_issuers(authorities: Authorities) -> TrustedIssuers:
    """Those of certificates for qualified signatures alone."""
    issuers = holder_issuers(authorities)
    return lambda: [issuer for issuer in issuers() if issuer.role is CredentialRole.QUALIFIED]


def certificate_status(authorities: Authorities) -> CertificateStatus:
    """By serial number and issuer, straight from the issuance database. Whoever asks says no provider and no purpose."""
    return lambda serial, issuer: Status(authorities.certificate_status(serial, issuer.public_bytes()).kind.value)


def time_stamps(authorities: Authorities) -> TimeStampSource:
    """The state's own time-stamping unit."""
    return authorities.time_stamp


def login_persons(office: IssuingOffice, identifier_key: bytes) -> login.PersonResolver:
    """Name and birth date by certificate number; the identifier is the person's, not the card's."""
    from openeoi.issuing.holders import holder_of
    from openeoi.login.ports import Person

    def resolve(certificate_number: str, /) -> Person | None:
        holder = holder_of(office, certificate_number, IDENTIFICATION_SERVICE)
        if holder is None:
            return None
        identifier = person_identifier(identifier_key, "login", holder.national_number)
        return Person(identifier, holder.given_names, holder.surname, holder.date_of_birth)

    return resolve


class PublishedLists:
    """`protocols.passive_authentication.anchors.RevocationLists`: the lists that these states publish."""

    def __init__(self, *states: Authorities) -> None:
        self._states = states

    def revocation_list(self, authority: Certificate) -> bytes | None:
        for state in self._states:
            for stored in state.generations():
                content = stored.certificate.content
                if stored.authority is Authority.COUNTRY_SIGNING and content == authority.raw:
                    return state.crl(Authority.COUNTRY_SIGNING)
        return None


class PostCredentials:
    """`border.ports.TerminalCredentialsSource`: the post's own state asks the state of the card for its right. `states`: those
    whose verifying authorities can be asked, by two letters."""

    def __init__(self, own: Authorities, states: Mapping[str, Authorities]) -> None:
        self._own = own
        self._states = states

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials | None:
        from openeoi.pki.errors import AuthorityMissing, VerifierRequestRefused
        from openeoi.pki.inspection_rights import AskedState

        for country in dict.fromkeys(reference.country for reference in authority_references):
            if country in self._states:
                asked = AskedState(self._states[country], self._own)
                try:
                    return self._own.inspection_credentials(authority_references, asked, at)
                except (AuthorityMissing, VerifierRequestRefused):
                    return None  # the state of the card gives this post no right now; its report says that it had none
        return None


class PostReader:
    """`border.ports.Reader`: on one computer the post's reader and the holder's are the same one."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @contextmanager
    def powered(self) -> Iterator[Transport]:
        from openeoi.agent.errors import CardBusy, UnknownCard
        from openeoi.border.errors import NoDocument
        from openeoi.transport.errors import TransportError

        with ExitStack() as stack:
            try:
                transport = stack.enter_context(self._reader.powered())
            except (TransportError, UnknownCard, CardBusy) as error:
                raise NoDocument(str(error)) from error
            yield transport


class IssuersAnswer:
    """`border.ports.DocumentStatus`: what an issuing state answers about a number of its own; nothing about others'."""

    def __init__(self, issuing_state: str, office: IssuingOffice) -> None:
        self._issuing_state = issuing_state
        self._office = office

    def status(self, issuing_state: str, document_number: str) -> DocumentState:
        from openeoi.border.ports import DocumentState
        from openeoi.issuing.status import document_status

        if issuing_state != self._issuing_state:
            return DocumentState.UNKNOWN
        return DocumentState(document_status(self._office, document_number).value)


def person_identifier(key: bytes, domain: str, national_number: str) -> str:
    """An opaque identifier of a person for one domain: identifiers of two domains cannot be joined without the key."""
    return hmac.new(key, f"{domain}/{national_number}".encode(), hashlib.sha256).hexdigest()


def holder_policy(authorities: Authorities, role: CredentialRole) -> str:
    """Our own policy OID that holders' certificates of this role name."""
    return authorities.plan.holder_profiles[role].policies[0].oid


def health_certificate_status(authorities: Authorities, clock: Callable[[], datetime]) -> health.CertificateStatus:
    from openeoi.health.ports import StatusAnswer

    status = certificate_status(authorities)
    return lambda serial, issuer: StatusAnswer(status(serial, issuer), clock())


def health_document_status(office: IssuingOffice) -> health.DocumentStatus:
    from openeoi.health.ports import DocumentState
    from openeoi.issuing.holders import document_status_of_card

    return lambda certificate_number: DocumentState(document_status_of_card(office, certificate_number).value)


def health_insured(office: IssuingOffice, identifiers: SampleIdentifiers) -> health.InsuredResolver:
    """The insured number by certificate number, through an identifier that health alone has."""
    from openeoi.issuing.holders import holder_of

    def resolve(certificate_number: str, /) -> str | None:
        holder = holder_of(office, certificate_number, IDENTIFICATION_SERVICE)
        return None if holder is None else identifiers.insured_number(holder.national_number)

    return resolve
