"""One side's values from mapping to tokens, over any group and mapping (ICAO 9303-11, 4.4.3.3 and 4.4.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, Protocol

from openeoi.crypto.domain_parameters import elliptic_curve_group, multiplicative_group
from openeoi.crypto.elliptic_curves.curves import Point
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.group import Element, Group, KeyAgreement, ephemeral_key
from openeoi.crypto.integrated_mapping import encode_to_element, encode_to_point
from openeoi.crypto.key_derivation import derive_encryption_key, derive_mac_key
from openeoi.crypto.mac import mac, verify_mac
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import tlv
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816.secure_messaging import SessionKeys
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof, authentication_data, decrypt, encrypt
from openeoi.protocols.pace.mapping import GenericMapping, IntegratedMapping, Mapping
from openeoi.protocols.pace.shared import (
    OBJECT_IDENTIFIER,
    PUBLIC_KEY_TEMPLATE,
    MappingKind,
    PaceProtocol,
    require_supported,
)

ChipKeyLookup = Callable[[int], int | None]
"""The card's static private scalar for chip authentication mapping with these domain parameters, None where it has none."""


class EqualPublicKeys(CryptographicError):
    """Both ephemeral public keys are the same: a reflected message (ICAO 9303-11, 4.4.1)."""


class PaceExchange(Protocol):
    """Bytes on the wire; used in the order of the methods.

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

    def encrypted_proof(self, static_private: int) -> bytes:
        """Card side of chip authentication mapping: the value of DO 8A."""
        ...

    def open_proof(self, encrypted: bytes) -> ChipProof:
        """Terminal side of chip authentication mapping: DO 8A opened, not yet judged."""
        ...


def terminal_exchange(info: PaceInfo, random: RandomSource) -> PaceExchange:
    """A fresh exchange of the terminal for what a PACEInfo offers. Raises PaceNotSupported."""
    return _start(info, random, is_card=False)


def card_exchange(info: PaceInfo, random: RandomSource) -> PaceExchange:
    """The card's side. Raises PaceNotSupported."""
    return _start(info, random, is_card=True)


def _start(info: PaceInfo, random: RandomSource, *, is_card: bool) -> PaceExchange:
    protocol, parameter_id = require_supported(info)
    integrated = protocol.mapping is MappingKind.INTEGRATED
    nonce_source = None if is_card else random
    if protocol.agreement is KeyAgreement.DIFFIE_HELLMAN:
        group = multiplicative_group(parameter_id)
        if not integrated:
            return GroupExchange(protocol, parameter_id, group, GenericMapping(group, random), random)
        to_element: IntegratedMapping[int] = IntegratedMapping(
            partial(encode_to_element, group), group.prime, protocol.cipher, nonce_source
        )
        return GroupExchange(protocol, parameter_id, group, to_element, random)
    curve = elliptic_curve_group(parameter_id)
    if not integrated:
        return GroupExchange(protocol, parameter_id, curve, GenericMapping(curve, random), random)
    to_point: IntegratedMapping[Point] = IntegratedMapping(
        partial(encode_to_point, curve.curve), curve.curve.prime, protocol.cipher, nonce_source
    )
    return GroupExchange(protocol, parameter_id, curve, to_point, random)


class GroupExchange(Generic[Element]):
    """Fills `PaceExchange` over any group and mapping."""

    def __init__(
        self,
        protocol: PaceProtocol,
        parameter_id: int,
        group: Group[Element],
        mapping: Mapping[Element],
        random: RandomSource,
    ) -> None:
        self.protocol = protocol
        self._parameter_id = parameter_id
        self._group = group
        self._mapping = mapping
        self._random = random

    def mapping_data(self) -> bytes:
        return self._mapping.own_data

    def map(self, nonce: bytes, other_data: bytes) -> None:
        self._generator = self._mapping.generator(nonce, other_data)
        self._other_mapping_data = other_data
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

    def encrypted_proof(self, static_private: int) -> bytes:
        mapping = self._mapping
        if not isinstance(mapping, GenericMapping):
            raise CryptographicError("only chip authentication mapping ends in a proof")
        return encrypt(self._keys, authentication_data(static_private, mapping.private, self._group.order))

    def open_proof(self, encrypted: bytes) -> ChipProof:
        return ChipProof(self._parameter_id, self._other_mapping_data, decrypt(self._keys, encrypted))

    def _token_input(self, public_key: bytes) -> bytes:
        identifier = tlv.encode(OBJECT_IDENTIFIER, self.protocol.encoded_identifier)
        return tlv.encode(PUBLIC_KEY_TEMPLATE, identifier + tlv.encode(self._group.agreement.value, public_key))
