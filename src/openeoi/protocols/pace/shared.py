"""What terminal and card of PACE have in common: protocol identifiers, the nonce, the key agreement, the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.domain_parameters import elliptic_curve_group, multiplicative_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.group import Element, Group, KeyAgreement, ephemeral_key
from openeoi.crypto.key_derivation import derive_encryption_key, derive_mac_key, derive_password_key
from openeoi.crypto.mac import mac, verify_mac
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import der, tlv
from openeoi.encoding.lds.security_infos import PACE, PaceInfo
from openeoi.iso7816.secure_messaging import SessionKeys
from openeoi.protocols.pace.errors import PaceNotSupported
from openeoi.protocols.pace.mapping import GenericMapping, Mapping

MANAGE_SECURITY_ENVIRONMENT = 0x22
SET_AUTHENTICATION_TEMPLATE = (0xC1, 0xA4)
GENERAL_AUTHENTICATE = 0x86

CRYPTOGRAPHIC_MECHANISM = 0x80
PASSWORD_REFERENCE = 0x83
DOMAIN_PARAMETERS_REFERENCE = 0x84

DYNAMIC_AUTHENTICATION_DATA = 0x7C
ENCRYPTED_NONCE = 0x80
TERMINAL_MAPPING_DATA, CARD_MAPPING_DATA = 0x81, 0x82
TERMINAL_PUBLIC_KEY, CARD_PUBLIC_KEY = 0x83, 0x84
TERMINAL_TOKEN, CARD_TOKEN = 0x85, 0x86

PUBLIC_KEY_TEMPLATE = 0x7F49
OBJECT_IDENTIFIER = 0x06

NONCE_SIZE = 16
NONCE_MAXIMUM = 64


class MappingKind(Enum):
    GENERIC = "generic mapping"
    INTEGRATED = "integrated mapping"
    CHIP_AUTHENTICATION = "chip authentication mapping"


# ICAO 9303-11, 9.2.1: the arc below id-PACE names key agreement and mapping, the last arc the cipher.
_KINDS = {
    1: (KeyAgreement.DIFFIE_HELLMAN, MappingKind.GENERIC),
    2: (KeyAgreement.ELLIPTIC_CURVE, MappingKind.GENERIC),
    3: (KeyAgreement.DIFFIE_HELLMAN, MappingKind.INTEGRATED),
    4: (KeyAgreement.ELLIPTIC_CURVE, MappingKind.INTEGRATED),
    6: (KeyAgreement.ELLIPTIC_CURVE, MappingKind.CHIP_AUTHENTICATION),
}
_CIPHERS = {1: Cipher.TRIPLE_DES, 2: Cipher.AES_128, 3: Cipher.AES_192, 4: Cipher.AES_256}


class NonceMalformed(CryptographicError):
    """The encrypted nonce is no whole number of cipher blocks, or absurdly long."""


class EqualPublicKeys(CryptographicError):
    """Both ephemeral public keys are the same: a reflected message (ICAO 9303-11, 4.4.1)."""


@dataclass(frozen=True, slots=True)
class PaceProtocol:
    """What a PACE object identifier says."""

    object_identifier: str
    agreement: KeyAgreement
    mapping: MappingKind
    cipher: Cipher

    @classmethod
    def of(cls, object_identifier: str) -> PaceProtocol:
        """Raises PaceNotSupported for an identifier that ICAO 9303-11 does not define."""
        prefix, _, arcs = object_identifier.partition(f"{PACE}.")
        kind, _, cipher = arcs.partition(".")
        numbers = [int(arc) if arc.isdecimal() else -1 for arc in (kind, cipher)]
        if prefix or numbers[0] not in _KINDS or numbers[1] not in _CIPHERS or (numbers[0] == 6 and numbers[1] == 1):
            raise PaceNotSupported(f"{object_identifier} is no PACE protocol")
        agreement, mapping = _KINDS[numbers[0]]
        return cls(object_identifier, agreement, mapping, _CIPHERS[numbers[1]])

    @property
    def encoded_identifier(self) -> bytes:
        """The value bytes of the object identifier, as DO 80 of MSE:Set AT carries them."""
        return tlv.decode(der.encode_object_identifier(self.object_identifier)).value

    def decrypt_nonce(self, password: bytes, encrypted: bytes) -> bytes:
        """s from z; `password` is f(pi). There is no wrong password here: it only shows in the tokens."""
        if not encrypted or len(encrypted) % self.cipher.block_size or len(encrypted) > NONCE_MAXIMUM:
            raise NonceMalformed(f"an encrypted nonce of {len(encrypted)} bytes")
        key = derive_password_key(password, self.cipher)
        return self.cipher.decrypt(key, bytes(self.cipher.block_size), encrypted)

    def encrypt_nonce(self, password: bytes, nonce: bytes) -> bytes:
        key = derive_password_key(password, self.cipher)
        return self.cipher.encrypt(key, bytes(self.cipher.block_size), nonce)


class PaceExchange(Protocol):
    """One side's values from mapping to tokens, as bytes on the wire; used in the order of the methods.

    Every method raises CryptographicError where the other side's contribution is not acceptable.
    """

    @property
    def protocol(self) -> PaceProtocol: ...

    def mapping_data(self) -> bytes: ...

    def map(self, nonce: bytes, other_data: bytes) -> None: ...

    def public_key(self) -> bytes: ...

    def agree(self, other_public_key: bytes) -> SessionKeys: ...

    def own_token(self) -> bytes: ...

    def verify_token(self, token: bytes) -> None: ...


def require_supported(info: PaceInfo) -> tuple[PaceProtocol, int]:
    """What a PACEInfo offers: protocol and parameter id. Raises PaceNotSupported where this implementation cannot run it."""
    protocol = PaceProtocol.of(info.protocol)
    if info.version != 2:
        raise PaceNotSupported(f"PACE version {info.version}")
    if info.parameter_id is None:
        raise PaceNotSupported("PACE without standardised domain parameters")
    if protocol.mapping is not MappingKind.GENERIC:
        raise PaceNotSupported(f"PACE with {protocol.mapping.value}")
    known = STANDARDISED_GROUPS if protocol.agreement is KeyAgreement.DIFFIE_HELLMAN else STANDARDISED_CURVES
    if info.parameter_id not in known:
        raise PaceNotSupported(f"{protocol.agreement.name} with the domain parameters {info.parameter_id}")
    return protocol, info.parameter_id


def start_exchange(info: PaceInfo, random: RandomSource) -> PaceExchange:
    """A fresh exchange for what a PACEInfo offers. Raises PaceNotSupported."""
    protocol, parameter_id = require_supported(info)
    if protocol.agreement is KeyAgreement.DIFFIE_HELLMAN:
        group = multiplicative_group(parameter_id)
        return GroupExchange(protocol, group, GenericMapping(group, random), random)
    curve = elliptic_curve_group(parameter_id)
    return GroupExchange(protocol, curve, GenericMapping(curve, random), random)


class GroupExchange(Generic[Element]):
    """Fills `PaceExchange` over any group and mapping."""

    def __init__(self, protocol: PaceProtocol, group: Group[Element], mapping: Mapping[Element], random: RandomSource) -> None:
        self.protocol = protocol
        self._group = group
        self._mapping = mapping
        self._random = random

    def mapping_data(self) -> bytes:
        return self._mapping.own_data

    def map(self, nonce: bytes, other_data: bytes) -> None:
        self._generator = self._mapping.generator(nonce, other_data)
        self._private, self._public = ephemeral_key(self._group, self._generator, self._random)

    def public_key(self) -> bytes:
        return self._group.encode(self._public)

    def agree(self, other_public_key: bytes) -> SessionKeys:
        other = self._group.decode(other_public_key)
        if other_public_key == self.public_key():
            raise EqualPublicKeys("both sides show the same ephemeral public key")
        secret = self._group.shared_secret(self._group.multiply(self._private, other))
        self._other_public_key = other_public_key
        cipher = self.protocol.cipher
        self._keys = SessionKeys(cipher, derive_encryption_key(secret, cipher), derive_mac_key(secret, cipher))
        return self._keys

    def own_token(self) -> bytes:
        """Over the *other* side's public key (4.4.3.4)."""
        return mac(self.protocol.cipher, self._keys.mac_key, self._token_input(self._other_public_key))

    def verify_token(self, token: bytes) -> None:
        """Raises MacMismatch; compares in constant time."""
        verify_mac(self.protocol.cipher, self._keys.mac_key, self._token_input(self.public_key()), token)

    def _token_input(self, public_key: bytes) -> bytes:
        identifier = tlv.encode(OBJECT_IDENTIFIER, self.protocol.encoded_identifier)
        return tlv.encode(PUBLIC_KEY_TEMPLATE, identifier + tlv.encode(self._group.agreement.value, public_key))
