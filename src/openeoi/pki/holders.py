"""Certificates for a card's holder: what the office asks for, what it gets, how the names are written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding import der
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.certificate_profiles import Attribute
from openeoi.pki.certificates import Subject

UNCOMPRESSED = 0x04
P_384_POINT_LENGTH = 97
COMMON_NAME_MAXIMUM = 64  # bytes: RFC 5280, appendix A.1, as strict readers count


@dataclass(frozen=True, slots=True)
class HolderCertificateRequest:
    """`certificate_number` is the opaque 13-digit number of the card's certificates: it tells nothing about the person.

    `public_keys` by role: DER of the SubjectPublicKeyInfo, or the uncompressed point on P-384 (97 bytes) as the chip gives it.
    """

    given_name: str
    surname: str
    certificate_number: str
    not_before: datetime
    not_after: datetime
    public_keys: Mapping[CredentialRole, bytes]


@dataclass(frozen=True, slots=True)
class HolderCertificate:
    """DER of the certificate and of its `chain`: the issuing authority first, the root last."""

    role: CredentialRole
    serial: int
    certificate: bytes
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class HolderCertificates:
    """One certificate for each role asked for."""

    by_role: Mapping[CredentialRole, HolderCertificate]

    def __getitem__(self, role: CredentialRole) -> HolderCertificate:
        return self.by_role[role]


def subject_public_key_info(public_key: bytes) -> bytes:
    """DER of the SubjectPublicKeyInfo for a key in either form; a point off the curve is an EncodingError."""
    if public_key[:1] != bytes((UNCOMPRESSED,)) or len(public_key) != P_384_POINT_LENGTH:
        return public_key
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), public_key)
    except ValueError as error:
        raise EncodingError("public key", "the point does not lie on P-384") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_fingerprint(public_key: bytes) -> str:
    """SHA-256 of the key's bits in hexadecimal: the same for every way of writing its algorithm."""
    _, key = der.decode_sequence(public_key)
    return hashlib.sha256(der.decode_bit_string(key).value).hexdigest()


def holder_subject(country_code: str, given_name: str, surname: str, number: str, label: str, ending: str) -> Subject:
    """A holder's name: the person by real name, the opaque certificate number, the credential's label as unit.

    The common name is cut at a word where both names together do not fit its 64 bytes; the full names stand beside it.
    """
    person = f"{given_name} {surname}"
    while len(f"{person} {ending}".encode()) > COMMON_NAME_MAXIMUM:
        person = person.rpartition(" ")[0] or person[:-1]
    return (
        (Attribute.COUNTRY, country_code),
        (Attribute.ORGANIZATIONAL_UNIT, label),
        (Attribute.SURNAME, surname),
        (Attribute.GIVEN_NAME, given_name),
        (Attribute.SERIAL_NUMBER, number),
        (Attribute.COMMON_NAME, f"{person} {ending}"),
    )
