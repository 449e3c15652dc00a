"""The doctor of this computer. It must work where nothing else does: real readers need no installation, and none is made."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from openeoi.main.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography import x509

    from openeoi.agent.doctor.facts import Revocation
    from openeoi.agent.doctor.ports import CardReaders, RevocationCheck
    from openeoi.agent.doctor.visit import Doctor
    from openeoi.main.wiring import Offices
    from openeoi.pki.authorities import Authorities
    from openeoi.profiles.profile import CountryProfile

LIST_MAXIMUM: Final = 32 << 20
FETCH_SECONDS: Final = 20.0


def doctor(online: bool = False) -> Doctor:
    """`online`: lists of revoked certificates may be fetched."""
    from openeoi import profiles
    from openeoi.agent.doctor.own_reader import OwnReader
    from openeoi.agent.doctor.visit import VIRTUAL
    from openeoi.main.wiring import Offices

    settings = load().settings

    @cache
    def offices() -> Offices | None:
        """The installation, where there is one."""
        return Offices.open(settings) if (settings.var / "secrets.json").exists() else None

    def virtual() -> CardReaders | None:
        found = offices()
        return None if found is None else OwnReader(found.reader)

    def revocation(certificate: bytes, chain: tuple[bytes, ...]) -> Revocation:
        found = offices()
        states = () if found is None else (found.authorities, found.partner_authorities)
        return revocation_check(*states, online=online)(certificate, chain)

    # A setting that names no real reader leaves the choice to the doctor, who looks at real ones first.
    preferred = "" if settings.reader == VIRTUAL else settings.reader
    return replace(assembled(virtual, profiles.load(settings.country), revocation), preferred=preferred)


def doctor_of(offices: Offices) -> Doctor:
    """The doctor of a served installation."""
    from openeoi.agent.doctor.own_reader import OwnReader

    check = revocation_check(offices.authorities, offices.partner_authorities)
    return assembled(lambda: OwnReader(offices.reader), offices.profile, check)


def assembled(virtual: Callable[[], CardReaders | None], profile: CountryProfile, revocation: RevocationCheck) -> Doctor:
    from openeoi.agent.doctor.computer import ThisComputer
    from openeoi.agent.doctor.pcsc_readers import PcscReaders
    from openeoi.agent.doctor.visit import Doctor
    from openeoi.main.wiring import now

    return Doctor(ThisComputer(), PcscReaders(), virtual, profile.card, revocation, secrets.token_bytes, now)


def revocation_check(*states: Authorities, online: bool = False) -> RevocationCheck:
    """What these states know of the certificates that they issued; for others their issuers' lists, if that is allowed."""
    from cryptography import x509

    from openeoi.agent.doctor.facts import Revocation
    from openeoi.agent.doctor.revocation_list import revocation_by_list
    from openeoi.main.wiring import now
    from openeoi.pki.status import StatusKind

    kinds = {
        StatusKind.GOOD: Revocation.GOOD,
        StatusKind.REVOKED: Revocation.REVOKED,
        StatusKind.UNKNOWN: Revocation.UNKNOWN,
    }

    def check(certificate: bytes, chain: tuple[bytes, ...]) -> Revocation:
        parsed = x509.load_der_x509_certificate(certificate)
        for authorities in states:
            issuers = [x509.load_der_x509_certificate(one) for one in authorities.trust_anchors().eid_issuing]
            of_this_name = [one for one in issuers if one.subject == parsed.issuer]
            if not of_this_name:
                continue
            if not any(_signed_by(parsed, one) for one in of_this_name):
                return Revocation.UNKNOWN
            status = authorities.certificate_status(parsed.serial_number, parsed.issuer.public_bytes())
            return kinds[status.kind]
        return revocation_by_list(certificate, chain, fetch, now()) if online else Revocation.NOT_CHECKED

    return check


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def fetch(address: str) -> bytes | None:
    """The content at an address, up to LIST_MAXIMUM bytes; None where it cannot be had."""
    import httpx

    content = bytearray()
    try:
        with httpx.stream("GET", address, timeout=FETCH_SECONDS, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                return None
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > LIST_MAXIMUM:
                    return None
    except httpx.HTTPError:
        return None
    return bytes(content)
