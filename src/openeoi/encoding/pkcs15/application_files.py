"""The complete content of the two applications and of EF.DIR, from the certificates of one holder.

Labels, file numbers of certificates and the place of the Sig PIN are our choice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Final

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.pkcs15 import authentication_objects as pins
from openeoi.encoding.pkcs15 import files, private_keys
from openeoi.encoding.pkcs15 import token_information as token
from openeoi.encoding.pkcs15.authentication_objects import PinObject, encode_authentication_objects
from openeoi.encoding.pkcs15.certificates import CertificateObject, encode_certificates
from openeoi.encoding.pkcs15.directory import ApplicationRecord, encode_directory
from openeoi.encoding.pkcs15.object_directory import ObjectDirectory
from openeoi.encoding.pkcs15.private_keys import PrivateKeyObject, encode_private_keys
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.pkcs15.token_information import TokenInformation

NORM_PIN: Final = "Norm PIN"
NORM_PUK: Final = "Norm PUK"
SIG_PIN: Final = "Sig PIN"

KEY_LABELS: Final = {
    CredentialRole.LOW: "Prijava brez PIN-a",
    CredentialRole.HIGH: "Prijava",
    CredentialRole.QUALIFIED: "Podpis",
}
# The chip's own key numbers (CIO keyReference): known of the real card, no function in MSE.
KEY_REFERENCES: Final = {CredentialRole.LOW: 2, CredentialRole.HIGH: 1, CredentialRole.QUALIFIED: 3}
KEY_USAGES: Final = {
    CredentialRole.LOW: frozenset({private_keys.SIGN, private_keys.DERIVE}),
    CredentialRole.HIGH: frozenset({private_keys.SIGN}),
    CredentialRole.QUALIFIED: frozenset({private_keys.SIGN, private_keys.NON_REPUDIATION}),
}
KEY_PINS: Final = {CredentialRole.LOW: None, CredentialRole.HIGH: NORM_PIN, CredentialRole.QUALIFIED: SIG_PIN}


@dataclass(frozen=True, slots=True)
class PinPlace:
    """Where a PIN is and how long it may be: `reference` is P2 of the PIN commands, lengths in characters."""

    reference: int
    minimum_length: int
    maximum_length: int


@dataclass(frozen=True, slots=True)
class HolderCredential:
    """A key's certificate (DER) and the certificates above it, nearest issuer first."""

    role: CredentialRole
    certificate: bytes
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenDescription:
    """What both applications say of the card: `serial_number` of 10 bytes, maker, time of personalisation, the PINs' places.

    `gap` is the number of zero bytes behind each object, which the real card has and parsers must survive.
    """

    serial_number: bytes
    manufacturer: str
    last_update: datetime
    norm_pin: PinPlace
    norm_puk: PinPlace
    sig_pin: PinPlace
    gap: int = 0


def directory_file(roles: Collection[CredentialRole] = tuple(CredentialRole)) -> bytes:
    """EF.DIR of a card with credentials of these roles. The record order is the slot order of programs: the application without a
    PIN comes first, as on the real card."""
    pinless = ApplicationRecord(files.AID_PINLESS, files.LABEL_PINLESS)
    sign_and_login = ApplicationRecord(files.AID_SIGN_AND_LOGIN, files.LABEL_SIGN_AND_LOGIN)
    return encode_directory(
        ((pinless,) if CredentialRole.LOW in roles else ()) + ((sign_and_login,) if CredentialRole.HIGH in roles else ())
    )


def pinless_files(description: TokenDescription, low: HolderCredential) -> dict[int, bytes]:
    """Content of each file (by file identifier) of *Prijava brez PIN-a*: the key of role LOW."""
    _expect_roles((low,), (CredentialRole.LOW,))
    objects = (
        _pin(NORM_PIN, description.norm_pin, {pins.CHANGE_DISABLED, pins.UNBLOCK_DISABLED}, unblocked_by=NORM_PUK),
        _pin(NORM_PUK, description.norm_puk, {pins.UNBLOCK_DISABLED, pins.UNBLOCKING_PIN}),
    )
    information = _token(description, files.LABEL_PINLESS, frozenset({token.READ_ONLY, token.RANDOM_NUMBERS}))
    return _application(description, information, objects, (low,))


def sign_and_login_files(
    description: TokenDescription, high: HolderCredential, qualified: HolderCredential | None
) -> dict[int, bytes]:
    """Content of each file of *Podpis in prijava*: the keys of roles HIGH and QUALIFIED, in this order (positions A1 and A2).

    Without a qualified credential (minors) the application has neither that key nor the Sig PIN.
    """
    credentials = (high,) if qualified is None else (high, qualified)
    _expect_roles(credentials, (CredentialRole.HIGH, CredentialRole.QUALIFIED)[: len(credentials)])
    objects = (
        _pin(NORM_PIN, description.norm_pin, set(), unblocked_by=NORM_PUK),
        # The real card lacks the unblockingPin flag here (upstream adds it); a PUK is known by being named as one.
        _pin(NORM_PUK, description.norm_puk, {pins.UNBLOCK_DISABLED}),
        *((_pin(SIG_PIN, description.sig_pin, set(), unblocked_by=NORM_PUK),) if qualified else ()),
    )
    information = _token(description, files.LABEL_SIGN_AND_LOGIN, frozenset({token.LOGIN_REQUIRED, token.RANDOM_NUMBERS}))
    return _application(description, information, objects, credentials)


def _expect_roles(credentials: tuple[HolderCredential, ...], roles: tuple[CredentialRole, ...]) -> None:
    for credential, role in zip(credentials, roles, strict=True):
        if credential.role is not role:
            raise EncodingError("credential", f"role {credential.role} stands where {role} belongs")


def _pin(label: str, place: PinPlace, flags: set[int], unblocked_by: str | None = None) -> PinObject:
    return PinObject(
        label=label,
        identifier=label.encode("ascii"),
        flags=frozenset({pins.CASE_SENSITIVE, pins.INITIALIZED} | flags),
        minimum_length=place.minimum_length,
        stored_length=place.maximum_length,
        maximum_length=place.maximum_length,
        reference=place.reference,
        path=place.reference.to_bytes(2, "big"),
        unblocked_by=None if unblocked_by is None else unblocked_by.encode("ascii"),
    )


def _token(description: TokenDescription, label: str, flags: frozenset[int]) -> bytes:
    information = TokenInformation(description.serial_number, description.manufacturer, label, flags, description.last_update)
    return information.encode()


def _application(
    description: TokenDescription,
    information: bytes,
    objects: tuple[PinObject, ...],
    credentials: tuple[HolderCredential, ...],
) -> dict[int, bytes]:
    holder = [(credential.certificate, KEY_LABELS[credential.role], False) for credential in credentials]
    authorities = dict.fromkeys(certificate for credential in credentials for certificate in credential.chain)
    entries = [*holder, *((certificate, f"CA {number}", True) for number, certificate in enumerate(authorities, 1))]
    numbered = list(enumerate(entries, files.FIRST_CERTIFICATE))
    certificate_objects = (
        CertificateObject(label, _identifier(certificate), file_id, authority)
        for file_id, (certificate, label, authority) in numbered
    )
    return {
        files.OBJECT_DIRECTORY: ObjectDirectory(files.AUTHENTICATION_OBJECTS, files.PRIVATE_KEYS, files.CERTIFICATES).encode(),
        files.TOKEN_INFORMATION: information,
        files.AUTHENTICATION_OBJECTS: encode_authentication_objects(objects, description.gap),
        files.PRIVATE_KEYS: encode_private_keys((_key(credential) for credential in credentials), description.gap),
        files.CERTIFICATES: encode_certificates(certificate_objects, description.gap),
        **{file_id: certificate for file_id, (certificate, _, _) in numbered},
    }


def _key(credential: HolderCredential) -> PrivateKeyObject:
    pin = KEY_PINS[credential.role]
    return PrivateKeyObject(
        label=KEY_LABELS[credential.role],
        identifier=_identifier(credential.certificate),
        usage=KEY_USAGES[credential.role],
        key_reference=KEY_REFERENCES[credential.role],
        authentication_id=None if pin is None else pin.encode("ascii"),
        user_consent=1 if credential.role is CredentialRole.QUALIFIED else None,
    )


def _identifier(certificate: bytes) -> bytes:
    """CKA_ID of key and certificate: only has to be the same for both and different for everything else on any card."""
    return sha1(certificate, usedforsecurity=False).digest()
