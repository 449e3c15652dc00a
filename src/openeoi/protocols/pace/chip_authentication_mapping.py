"""The last step of chip authentication mapping (ICAO 9303-11, 4.4.3.3.3 and 4.4.3.5): the chip shows that it has its static key.

The card sends CA_IC = SK_Map / SK_IC, encrypted; the terminal checks PK_Map = CA_IC * PK_IC with PK_IC out of EF.CardSecurity.
That proves a genuine chip only where passive authentication of EF.CardSecurity succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from openeoi.crypto.byte_group import ByteGroup
from openeoi.crypto.errors import CryptographicError, InvalidPadding
from openeoi.crypto.padding import pad, unpad
from openeoi.crypto.public_keys import decode_agreement_key
from openeoi.encoding.lds.security_infos import ChipAuthenticationPublicKeyInfo, SecurityInfo, of_kind
from openeoi.iso7816.secure_messaging import SessionKeys
from openeoi.protocols.pace.errors import ChipKeyMissing, ChipNotGenuine


@dataclass(frozen=True, slots=True)
class ChipProof:
    """What the terminal keeps of PACE to judge the chip by: the card's mapping key and CA_IC, big-endian in field length."""

    parameter_id: int
    mapping_public_key: bytes
    authentication_data: bytes = field(repr=False)


def authentication_data(static_private: int, mapping_private: int, order: int) -> bytes:
    """CA_IC, in the length of the group's order."""
    value = pow(static_private, -1, order) * mapping_private % order
    return value.to_bytes((order.bit_length() + 7) // 8, "big")


def encrypt(keys: SessionKeys, data: bytes) -> bytes:
    """A_IC: CBC under KS-Enc, padded, with the initial vector E(KS-Enc, -1) (4.4.3.5)."""
    return keys.cipher.encrypt(keys.encryption_key, _initial_vector(keys), pad(data, keys.cipher.block_size))


def decrypt(keys: SessionKeys, encrypted: bytes) -> bytes:
    """CA_IC. Raises CryptographicError."""
    if not encrypted or len(encrypted) % keys.cipher.block_size:
        raise InvalidPadding("the encrypted chip authentication data are no whole number of blocks")
    return unpad(keys.cipher.decrypt(keys.encryption_key, _initial_vector(keys), encrypted), keys.cipher.block_size)


def verify_chip(proof: ChipProof, security_infos: Iterable[SecurityInfo]) -> None:
    """Checks the proof against the static key in EF.CardSecurity, whose signature the caller has verified.

    Raises ChipKeyMissing where there is no key on the curve that PACE ran on, ChipNotGenuine.
    """
    group, public_key = _static_key(proof.parameter_id, security_infos)
    scalar = int.from_bytes(proof.authentication_data, "big")
    try:
        mapped = group.multiply(scalar, public_key)
    except CryptographicError as error:
        raise ChipNotGenuine(str(error)) from error
    if not 0 < scalar < group.order or mapped != proof.mapping_public_key:
        raise ChipNotGenuine("the chip's proof does not fit the key that its maker signed")


def _static_key(parameter_id: int, security_infos: Iterable[SecurityInfo]) -> tuple[ByteGroup, bytes]:
    keys = [decode_agreement_key(info.public_key) for info in of_kind(security_infos, ChipAuthenticationPublicKeyInfo)]
    fitting = [key for key in keys if key.parameter_id == parameter_id]
    if len(fitting) != 1:
        raise ChipKeyMissing(f"EF.CardSecurity has {len(fitting)} keys for the domain parameters {parameter_id}, one is needed")
    return fitting[0].group, fitting[0].encoded


def _initial_vector(keys: SessionKeys) -> bytes:
    return keys.cipher.encrypt_block(keys.encryption_key, b"\xff" * keys.cipher.block_size)
