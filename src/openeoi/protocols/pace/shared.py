"""What terminal and card of PACE have in common: commands and data objects, protocol identifiers, the nonce."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.integrated_mapping import can_be_mapped, card_nonce_size
from openeoi.crypto.key_derivation import derive_password_key
from openeoi.encoding import der, tlv
from openeoi.encoding.lds.security_infos import PACE, PaceInfo
from openeoi.protocols.pace.errors import PaceNotSupported

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
ENCRYPTED_CHIP_AUTHENTICATION_DATA = 0x8A

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

    @property
    def nonce_size(self) -> int:
        """Bytes of the nonce that a card draws; integrated mapping fixes them (4.4.3.3.2), the others only want whole blocks."""
        return card_nonce_size(self.cipher) if self.mapping is MappingKind.INTEGRATED else NONCE_SIZE

    def decrypt_nonce(self, password: bytes, encrypted: bytes) -> bytes:
        """s from z; `password` is f(pi). There is no wrong password here: it only shows in the tokens."""
        if not encrypted or len(encrypted) % self.cipher.block_size or len(encrypted) > NONCE_MAXIMUM:
            raise NonceMalformed(f"an encrypted nonce of {len(encrypted)} bytes")
        key = derive_password_key(password, self.cipher)
        return self.cipher.decrypt(key, bytes(self.cipher.block_size), encrypted)

    def encrypt_nonce(self, password: bytes, nonce: bytes) -> bytes:
        key = derive_password_key(password, self.cipher)
        return self.cipher.encrypt(key, bytes(self.cipher.block_size), nonce)


def require_supported(info: PaceInfo) -> tuple[PaceProtocol, int]:
    """What a PACEInfo offers: protocol and parameter id. Raises PaceNotSupported where this implementation cannot run it."""
    protocol = PaceProtocol.of(info.protocol)
    if info.version != 2:
        raise PaceNotSupported(f"PACE version {info.version}")
    if info.parameter_id is None:
        raise PaceNotSupported("PACE without standardised domain parameters")
    known = STANDARDISED_GROUPS if protocol.agreement is KeyAgreement.DIFFIE_HELLMAN else STANDARDISED_CURVES
    if info.parameter_id not in known:
        raise PaceNotSupported(f"{protocol.agreement.name} with the domain parameters {info.parameter_id}")
    curve = STANDARDISED_CURVES.get(info.parameter_id)
    if protocol.mapping is MappingKind.INTEGRATED and curve is not None and not can_be_mapped(curve):
        raise PaceNotSupported(f"integrated mapping on {curve.name}, for which it is not defined")
    return protocol, info.parameter_id
