"""The credentials on a card: finding them by what they are for, never by slot order, and signing with them.

Which key is which follows from its directory entry: no PIN guards it (low), it may sign for non-repudiation (qualified), or
neither (high). Everything runs in clear in a contact reader as far as the card allows it, or inside a channel opened with the
CAN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15 import files
from openeoi.encoding.pkcs15.authentication_objects import PinObject, decode_authentication_objects
from openeoi.encoding.pkcs15.certificates import CertificateObject, decode_certificates
from openeoi.encoding.pkcs15.directory import ApplicationRecord, decode_directory
from openeoi.encoding.pkcs15.object_directory import ObjectDirectory
from openeoi.encoding.pkcs15.private_keys import NON_REPUDIATION, PrivateKeyObject, decode_private_keys
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.status import UnexpectedStatus, expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pin.terminal import verify
from openeoi.terminal.card_files import read_file, select_application, select_master_file
from openeoi.terminal.errors import CredentialMissing, PinNeeded, SignatureNotByCertificate

FIRST_KEY: Final = 0xA1
SIGNATURE_SIZE: Final = 96
DIGEST_MAXIMUM: Final = 48

# Digest kinds in MSE: SHA-1, SHA-256, any other.
_DIGEST_KINDS: Final = {20: 0x11, 32: 0x21}
_OTHER_DIGEST: Final = 0x22

# The real card ties its log-in key to a PIN object that does not exist; upstream reads the one name as the other.
_PIN_NAMES: Final = {b"Card PIN": b"Norm PIN"}


@dataclass(frozen=True, slots=True)
class Credential:
    """One key with its certificates (DER; `chain` has the nearest issuer first, as far as the card holds it).

    `application` is the identifier to select, `key` what MSE takes (A1, A2, ...), `pin_reference` P2 of VERIFY (None: no PIN).
    """

    role: CredentialRole
    label: str
    certificate: bytes
    chain: tuple[bytes, ...]
    application: bytes
    key: int
    pin_reference: int | None


def list_credentials() -> CardSteps[tuple[Credential, ...]]:
    """All credentials of the card, low first. Raises DecodingError where a file of the card is not in its form."""
    yield from select_master_file()
    found: list[Credential] = []
    for record in (yield from _applications()):
        known = record.identifier in (files.AID_PINLESS, files.AID_SIGN_AND_LOGIN)
        if known and (yield from select_application(record.identifier)):
            found.extend((yield from _credentials_of(record.identifier)))
    order = list(CredentialRole)
    return tuple(sorted(found, key=lambda credential: order.index(credential.role)))


def find_credential(role: CredentialRole) -> CardSteps[Credential]:
    """The one credential of this role. Raises CredentialMissing."""
    for credential in (yield from list_credentials()):
        if credential.role is role:
            return credential
    raise CredentialMissing(role)


def sign_digest(role: CredentialRole, digest: bytes, pin: str | None = None) -> CardSteps[bytes]:
    """A signature r||s (96 bytes) over a digest of 20 to 64 bytes by the key of this role.

    `pin` is the Norm PIN (high) or Sig PIN (qualified); the low credential has none and needs no PIN. Raises CredentialMissing,
    PinNeeded, SignatureNotByCertificate, and the errors of `protocols.pin`.
    """
    credential = yield from find_credential(role)
    return (yield from sign_with(credential, digest, pin))


def sign_with(credential: Credential, digest: bytes, pin: str | None = None) -> CardSteps[bytes]:
    """As `sign_digest`, with a credential found before."""
    if credential.pin_reference is not None:
        if pin is None:
            raise PinNeeded(credential.role)
        yield from verify(credential.pin_reference, pin.encode())
    if not (yield from select_application(credential.application)):
        raise CredentialMissing(credential.role)
    kind = _DIGEST_KINDS.get(len(digest), _OTHER_DIGEST)
    template = bytes((0x91, 2, kind, credential.key))
    expect_ok((yield CommandApdu(0, 0x22, 0x81, 0xB6, template)), "choosing the key")
    command = CommandApdu(0, 0x2A, 0x9E, 0x9A, digest[:DIGEST_MAXIMUM], SIGNATURE_SIZE)
    signature = expect_ok((yield command), "signing")
    if len(signature) != SIGNATURE_SIZE:
        raise DecodingError(f"the card's signature has {len(signature)} bytes, not {SIGNATURE_SIZE}")
    _require_signature_by(credential, digest, signature)
    return signature


def _require_signature_by(credential: Credential, digest: bytes, signature: bytes) -> None:
    """A card (or somebody before it) that answers with another key's signature must not get further than this reader."""
    leftmost = digest[:DIGEST_MAXIMUM].rjust(DIGEST_MAXIMUM, b"\x00")
    r, s = (int.from_bytes(part, "big") for part in (signature[: SIGNATURE_SIZE // 2], signature[SIGNATURE_SIZE // 2 :]))
    try:
        key = x509.load_der_x509_certificate(credential.certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise SignatureNotByCertificate(credential.role)
        key.verify(encode_dss_signature(r, s), leftmost, ec.ECDSA(Prehashed(hashes.SHA384())))
    except ValueError as error:
        raise DecodingError(f"the certificate of the role {credential.role} cannot be used: {error}") from error
    except InvalidSignature as error:
        raise SignatureNotByCertificate(credential.role) from error


def _applications() -> CardSteps[tuple[ApplicationRecord, ...]]:
    """What EF.DIR lists; nothing where the card has no EF.DIR (a card without electronic part)."""
    try:
        content = yield from read_file(files.DIRECTORY)
    except UnexpectedStatus as error:
        if error.status == status.FILE_NOT_FOUND:
            return ()
        raise
    return decode_directory(content).values


def _credentials_of(application: bytes) -> CardSteps[list[Credential]]:
    try:
        content = yield from read_file(files.OBJECT_DIRECTORY)
    except UnexpectedStatus as error:
        if error.status == status.FILE_NOT_FOUND:
            return []  # an application without content: a child's card has no keys with PINs
        raise
    directory = ObjectDirectory.decode(content)
    pins = decode_authentication_objects((yield from read_file(directory.authentication_objects))).values
    keys = decode_private_keys((yield from read_file(directory.private_keys))).values
    objects = decode_certificates((yield from read_file(directory.certificates))).values
    contents: dict[int, bytes] = {}
    for item in objects:
        contents[item.file_id] = yield from read_file(item.file_id)
    authorities = [contents[item.file_id] for item in objects if item.is_authority]
    credentials = []
    for position, key in enumerate(keys):
        own = _certificate_of(key, objects, contents)
        if own is None:
            continue
        label, certificate = own
        chain = _chain(certificate, authorities)
        credentials.append(
            Credential(_role(key), label, certificate, chain, application, FIRST_KEY + position, _pin_reference(key, pins))
        )
    return credentials


def _role(key: PrivateKeyObject) -> CredentialRole:
    if key.authentication_id is None:
        return CredentialRole.LOW
    return CredentialRole.QUALIFIED if NON_REPUDIATION in key.usage else CredentialRole.HIGH


def _pin_reference(key: PrivateKeyObject, pins: Iterable[PinObject]) -> int | None:
    if key.authentication_id is None:
        return None
    name = _PIN_NAMES.get(key.authentication_id, key.authentication_id)
    for pin in pins:
        if pin.identifier == name:
            return pin.reference
    raise DecodingError(f"no PIN object has the name that guards the key {key.label}")


def _certificate_of(
    key: PrivateKeyObject, objects: Iterable[CertificateObject], contents: Mapping[int, bytes]
) -> tuple[str, bytes] | None:
    """Label and certificate with the key's identifier; None for a key that has no certificate (yet)."""
    for item in objects:
        if item.identifier == key.identifier and not item.is_authority:
            return item.label, contents[item.file_id]
    return None


def _chain(certificate: bytes, authorities: list[bytes]) -> tuple[bytes, ...]:
    """The issuers among `authorities`, by name, from the nearest to the highest. Nothing is verified here."""
    names = [_names(authority) for authority in authorities]
    subject, issuer = _names(certificate)
    chain: list[bytes] = []
    while issuer != subject:
        position = next((number for number, (name, _) in enumerate(names) if name == issuer), None)
        if position is None or authorities[position] in chain:
            break
        chain.append(authorities[position])
        subject, issuer = names[position]
    return tuple(chain)


def _names(certificate: bytes) -> tuple[bytes, bytes]:
    """Subject and issuer as DER."""
    try:
        parsed = asn1_x509.Certificate.load(certificate, strict=True)
        return parsed.subject.dump(), parsed.issuer.dump()
    except ValueError as error:
        raise DecodingError("a certificate file holds no certificate") from error
