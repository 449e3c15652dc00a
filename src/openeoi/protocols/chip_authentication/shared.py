"""What terminal and chip of chip authentication have in common: identifiers, commands, session keys, the compressed key."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from typing import Final

from openeoi.crypto.byte_group import ByteGroup
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.key_derivation import derive_encryption_key, derive_mac_key
from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import CHIP_AUTHENTICATION
from openeoi.iso7816.secure_messaging import SessionKeys

MANAGE_SECURITY_ENVIRONMENT: Final = 0x22
SET_KEY_AGREEMENT_TEMPLATE: Final = (0x41, 0xA6)
SET_AUTHENTICATION_TEMPLATE: Final = (0x41, 0xA4)
GENERAL_AUTHENTICATE: Final = 0x86

CRYPTOGRAPHIC_MECHANISM: Final = 0x80
PRIVATE_KEY_REFERENCE: Final = 0x84
EPHEMERAL_PUBLIC_KEY: Final = 0x91
DYNAMIC_AUTHENTICATION_DATA: Final = 0x7C
DYNAMIC_EPHEMERAL_PUBLIC_KEY: Final = 0x80

VERSION: Final = 1

# ICAO 9303-11, 9.2.5 and 9.2.6: the arc below id-CA names the key agreement, the last arc the cipher; id-PK has the first only.
_AGREEMENTS: Final = {1: KeyAgreement.DIFFIE_HELLMAN, 2: KeyAgreement.ELLIPTIC_CURVE}
_CIPHERS: Final = {1: Cipher.TRIPLE_DES, 2: Cipher.AES_128, 3: Cipher.AES_192, 4: Cipher.AES_256}


@dataclass(frozen=True, slots=True)
class ChipAuthenticationProtocol:
    """What an object identifier below id-CA says."""

    object_identifier: str
    agreement: KeyAgreement
    cipher: Cipher

    @classmethod
    def of(cls, object_identifier: str) -> ChipAuthenticationProtocol:
        """Raises DecodingError for an identifier that is none of the eight."""
        prefix, _, arcs = object_identifier.partition(f"{CHIP_AUTHENTICATION}.")
        numbers = [int(arc) if arc.isdecimal() else -1 for arc in arcs.split(".")]
        if prefix or len(numbers) != 2 or numbers[0] not in _AGREEMENTS or numbers[1] not in _CIPHERS:
            raise DecodingError(f"{object_identifier} is no chip authentication protocol")
        return cls(object_identifier, _AGREEMENTS[numbers[0]], _CIPHERS[numbers[1]])

    @property
    def encoded_identifier(self) -> bytes:
        """The value bytes, as DO 80 carries them."""
        return tlv.decode(der.encode_object_identifier(self.object_identifier)).value


def protocol_identifier(agreement: KeyAgreement, cipher: Cipher) -> str:
    """The object identifier for a combination."""
    arcs = {known: arc for arc, known in _AGREEMENTS.items()}, {known: arc for arc, known in _CIPHERS.items()}
    return f"{CHIP_AUTHENTICATION}.{arcs[0][agreement]}.{arcs[1][cipher]}"


def session_keys(group: ByteGroup, private: int, other_public_key: bytes, cipher: Cipher) -> SessionKeys:
    """Keys of the new channel, whose counter starts at zero (6.2.4). Raises CryptographicError for a bad public key."""
    secret = group.shared_secret(private, other_public_key)
    return SessionKeys(cipher, derive_encryption_key(secret, cipher), derive_mac_key(secret, cipher))


def compressed_key(agreement: KeyAgreement, public_key: bytes) -> bytes:
    """Comp(PK) of TR-03110-3, A.2.2.3, which terminal authentication signs: the x coordinate, or SHA-1 of the public value."""
    if agreement is KeyAgreement.ELLIPTIC_CURVE:
        return public_key[1 : 1 + len(public_key) // 2]
    return sha1(public_key, usedforsecurity=False).digest()
