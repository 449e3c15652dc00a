"""Certificate revocation lists, version 2 (RFC 5280, 5): built from the issuance database, read back before they are signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from openeoi.encoding import der, tlv
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.certificates import IssuerFacts, assemble, whole_second
from openeoi.pki.errors import OffProfile

PROFILE = "revocation list"
EXPIRED_CERTIFICATES_ON_LIST = "2.5.29.60"
ENUMERATED = 0x0A


class RevocationReason(StrEnum):
    """CRLReason (RFC 5280, 5.3.1), the values that our authorities use."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key_compromise"
    AUTHORITY_COMPROMISE = "ca_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    PRIVILEGE_WITHDRAWN = "privilege_withdrawn"


_CODES = {
    RevocationReason.UNSPECIFIED: 0,
    RevocationReason.KEY_COMPROMISE: 1,
    RevocationReason.AUTHORITY_COMPROMISE: 2,
    RevocationReason.AFFILIATION_CHANGED: 3,
    RevocationReason.SUPERSEDED: 4,
    RevocationReason.CESSATION_OF_OPERATION: 5,
    RevocationReason.PRIVILEGE_WITHDRAWN: 9,
}


def reason_code(reason: RevocationReason) -> int:
    """The number of a CRLReason."""
    return _CODES[reason]


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    serial_number: int
    at: datetime
    reason: RevocationReason


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What one list says. `keeps_expired`: since when expired certificates stay on the list (ITU-T X.509, 9.5.2.8), for eID:
    signatures outlive certificates. Travel-document lists carry no reasons (ICAO 9303-12, 7.1.4) and leave it None."""

    issuer: IssuerFacts
    number: int
    this_update: datetime
    next_update: datetime
    entries: Sequence[RevokedEntry]
    signature_algorithm: SignatureAlgorithm
    keeps_expired: datetime | None = None


def to_be_signed(facts: ListFacts) -> bytes:
    """DER of the TBSCertList."""
    entries = [_entry(one, with_reason=facts.keeps_expired is not None) for one in facts.entries]
    return der.encode_sequence(
        der.encode_integer(1),
        facts.signature_algorithm.algorithm_identifier(),
        facts.issuer.name,
        _time(facts.this_update),
        _time(facts.next_update),
        *((der.encode_sequence(*entries),) if entries else ()),
        der.encode_explicit(0, der.encode_sequence(*_extensions(facts))),
    )


def require_sound(facts: ListFacts, signed: bytes) -> None:
    """Read the list back; raises OffProfile where it does not say what was meant."""
    read = x509.load_der_x509_crl(assemble(signed, facts.signature_algorithm, b"\x00"))
    findings = []
    if read.issuer.public_bytes() != facts.issuer.name:
        findings.append("the issuer is not the authority that signs")
    if {one.serial_number for one in read} != {one.serial_number for one in facts.entries}:
        findings.append("the entries are not the revoked certificates")
    if read.next_update_utc is None or not read.last_update_utc < read.next_update_utc:
        findings.append("the next update does not follow this one")
    if read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number != facts.number:
        findings.append("the number is not the intended one")
    if whole_second(facts.this_update) > facts.issuer.not_after:
        findings.append("the issuer's certificate has expired")
    if findings:
        raise OffProfile(PROFILE, tuple(findings))


def _extensions(facts: ListFacts) -> list[bytes]:
    key = x509.AuthorityKeyIdentifier(facts.issuer.key_identifier, None, None)
    extensions = [
        _extension(ExtensionOID.AUTHORITY_KEY_IDENTIFIER.dotted_string, key.public_bytes()),
        _extension(ExtensionOID.CRL_NUMBER.dotted_string, der.encode_integer(facts.number)),
    ]
    if facts.keeps_expired is not None:
        since = der.encode_generalized_time(whole_second(facts.keeps_expired))
        extensions.append(_extension(EXPIRED_CERTIFICATES_ON_LIST, since))
    return extensions


def _extension(oid: str, value: bytes) -> bytes:
    return der.encode_sequence(der.encode_object_identifier(oid), der.encode_octet_string(value))


def _entry(entry: RevokedEntry, with_reason: bool) -> bytes:
    extensions: tuple[bytes, ...] = ()
    # RFC 5280, 5.3.1: an unspecified reason is left out rather than written.
    if with_reason and entry.reason is not RevocationReason.UNSPECIFIED:
        code = tlv.encode(ENUMERATED, bytes((_CODES[entry.reason],)))
        extensions = (der.encode_sequence(_extension(CRLEntryExtensionOID.CRL_REASON.dotted_string, code)),)
    return der.encode_sequence(der.encode_integer(entry.serial_number), _time(entry.at), *extensions)


def _time(moment: datetime) -> bytes:
    kind = "utc_time" if moment.year < 2050 else "general_time"
    return bytes(asn1_x509.Time({kind: whole_second(moment)}).dump())
