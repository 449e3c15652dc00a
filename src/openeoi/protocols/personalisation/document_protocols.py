"""What the travel document application of a card does beyond PACE with the card's own parameters: basic access control, further
PACE offers, chip and active authentication with their private keys, terminal authentication with its trust.

The office puts it on a blank card in one piece (PUT DATA 0124), so that there is never half of it; then the chip makes its keys
(`key_templates`). Private keys come from outside only onto chips of testers and the laboratory. The coding is our choice: 80
basic access control, A1 {80 PACE object identifier, 81 parameter id}, A2 {80 parameter id, 81 private, 82 ciphers, 83 key id}, A3
{80 hash, 81 modulus and 82 private exponent, or 83 parameter id and 82 private}, A4 trust.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.message_recovery import RsaPrivateKey
from openeoi.crypto.public_keys import byte_group
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.active_authentication.card import ActiveAuthenticationKey, EllipticCurveKey
from openeoi.protocols.chip_authentication.card import ChipKey
from openeoi.protocols.pace.errors import PaceNotSupported
from openeoi.protocols.pace.shared import require_supported
from openeoi.protocols.terminal_authentication.trust import Trust

CIPHERS: Final = {1: Cipher.TRIPLE_DES, 2: Cipher.AES_128, 3: Cipher.AES_192, 4: Cipher.AES_256}
CIPHER_NUMBERS: Final = {cipher: number for number, cipher in CIPHERS.items()}
DIGESTS: Final = tuple(DigestAlgorithm)


@dataclass(frozen=True, slots=True)
class StaticKey:
    """A key pair of chip authentication, and of PACE with chip authentication mapping on the same domain parameters."""

    parameter_id: int
    private: int = field(repr=False)
    ciphers: frozenset[Cipher]
    key_id: int | None = None

    def chip_key(self) -> ChipKey:
        return ChipKey(byte_group(self.parameter_id), self.private, self.ciphers, self.key_id)

    def public_key(self) -> bytes:
        """As protocols send it."""
        return byte_group(self.parameter_id).public_key(self.private)


@dataclass(frozen=True, slots=True)
class SigningCurveKey:
    """A key pair of active authentication on a curve."""

    parameter_id: int
    private: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class ActiveKey:
    key: RsaPrivateKey | SigningCurveKey
    digest: DigestAlgorithm

    def card_key(self) -> ActiveAuthenticationKey:
        if isinstance(self.key, RsaPrivateKey):
            return ActiveAuthenticationKey(self.key, self.digest)
        group = elliptic_curve_group(self.key.parameter_id)
        return ActiveAuthenticationKey(EllipticCurveKey(group, self.key.private), self.digest)


@dataclass(frozen=True, slots=True)
class DocumentProtocols:
    """`pace_infos` stand beside the card's own; without `static_keys` there is no chip authentication, without `trust` no
    terminal authentication."""

    basic_access: bool = False
    pace_infos: tuple[PaceInfo, ...] = ()
    static_keys: tuple[StaticKey, ...] = ()
    active_key: ActiveKey | None = None
    trust: Trust | None = None

    @property
    def has_private_keys(self) -> bool:
        return bool(self.static_keys) or self.active_key is not None

    def encode(self) -> bytes:
        parts = [tlv.encode(0x80, b"")] if self.basic_access else []
        parts += [tlv.encode(0xA1, _encode_pace(info)) for info in self.pace_infos]
        parts += [tlv.encode(0xA2, _encode_static(key)) for key in self.static_keys]
        parts += [tlv.encode(0xA3, _encode_active(self.active_key))] if self.active_key is not None else []
        parts += [tlv.encode(0xA4, self.trust.encode())] if self.trust is not None else []
        return b"".join(parts)

    @classmethod
    def decode(cls, raw: bytes) -> DocumentProtocols:
        """Strict inverse. Raises DecodingError, also for keys outside their groups and protocols that the card does not have."""
        objects = tlv.decode_all(raw)
        tags = [item.tag for item in objects]
        if tags != sorted(tags) or any(tag not in (0x80, 0xA1, 0xA2, 0xA3, 0xA4) for tag in tags):
            raise DecodingError("data objects are unknown or out of order")
        basic, active, trust = (tlv.find_optional(objects, tag) for tag in (0x80, 0xA3, 0xA4))
        try:
            protocols = cls(
                basic is not None,
                tuple(_decode_pace(item.value) for item in objects if item.tag == 0xA1),
                tuple(_decode_static(item.value) for item in objects if item.tag == 0xA2),
                None if active is None else _decode_active(active),
                None if trust is None else Trust.decode(trust),
            )
        except (CryptographicError, PaceNotSupported, ValueError) as error:
            raise DecodingError(f"a key or protocol that this card cannot use: {error}") from error
        if protocols.encode() != raw:
            raise DecodingError("the content is not in the one allowed form")
        return protocols


def _encode_pace(info: PaceInfo) -> bytes:
    return tlv.encode(0x80, info.protocol.encode("ascii")) + tlv.encode(0x81, bytes((info.parameter_id or 0,)))


def _decode_pace(raw: bytes) -> PaceInfo:
    values = _values(raw, (0x80, 0x81))
    info = PaceInfo(values[0x80].decode("ascii"), _byte(values[0x81]))
    require_supported(info)
    return info


def _encode_static(key: StaticKey) -> bytes:
    numbers = bytes(sorted(CIPHER_NUMBERS[cipher] for cipher in key.ciphers))
    objects = tlv.encode(0x80, bytes((key.parameter_id,))) + tlv.encode(0x81, _number(key.private)) + tlv.encode(0x82, numbers)
    return objects if key.key_id is None else objects + tlv.encode(0x83, _number(key.key_id))


def _decode_static(raw: bytes) -> StaticKey:
    values = _values(raw, (0x80, 0x81, 0x82), optional=0x83)
    parameter_id, private = _byte(values[0x80]), int.from_bytes(values[0x81], "big")
    if not 0 < private < byte_group(parameter_id).order or any(number not in CIPHERS for number in values[0x82]):
        raise DecodingError("a static key is outside its group or has an unknown cipher")
    key_id = int.from_bytes(values[0x83], "big") if 0x83 in values else None
    return StaticKey(parameter_id, private, frozenset(CIPHERS[number] for number in values[0x82]), key_id)


def _encode_active(active: ActiveKey) -> bytes:
    digest = tlv.encode(0x80, bytes((DIGESTS.index(active.digest),)))
    if isinstance(active.key, RsaPrivateKey):
        return digest + tlv.encode(0x81, _number(active.key.modulus)) + tlv.encode(0x82, _number(active.key.exponent))
    return digest + tlv.encode(0x82, _number(active.key.private)) + tlv.encode(0x83, bytes((active.key.parameter_id,)))


def _decode_active(raw: bytes) -> ActiveKey:
    tags = tuple(item.tag for item in tlv.decode_all(raw))
    values = _values(raw, (0x80, 0x82, 0x83) if 0x83 in tags else (0x80, 0x81, 0x82))
    number = _byte(values[0x80])
    if number >= len(DIGESTS):
        raise DecodingError("an unknown hash function")
    private = int.from_bytes(values[0x82], "big")
    if 0x81 in values:
        return ActiveKey(RsaPrivateKey(int.from_bytes(values[0x81], "big"), private), DIGESTS[number])
    parameter_id = _byte(values[0x83])
    if not 0 < private < elliptic_curve_group(parameter_id).order:
        raise DecodingError("a key of active authentication is outside its group")
    return ActiveKey(SigningCurveKey(parameter_id, private), DIGESTS[number])


def _values(raw: bytes, tags: tuple[int, ...], optional: int | None = None) -> dict[int, bytes]:
    objects = tlv.decode_all(raw)
    found = tuple(item.tag for item in objects)
    if found != tags and (optional is None or found != (*tags, optional)):
        raise DecodingError("data objects are missing, repeated or out of order")
    return {item.tag: item.value for item in objects}


def _number(value: int) -> bytes:
    return value.to_bytes(max((value.bit_length() + 7) // 8, 1), "big")


def _byte(value: bytes) -> int:
    if len(value) != 1:
        raise DecodingError("a number of one byte")
    return value[0]
