"""Public keys in card verifiable certificates: data object 7F49 (TR-03110-3, D.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds.security_infos import TERMINAL_AUTHENTICATION

PUBLIC_KEY: Final = 0x7F49

RSA: Final = f"{TERMINAL_AUTHENTICATION}.1"
ELLIPTIC_CURVE: Final = f"{TERMINAL_AUTHENTICATION}.2"


@dataclass(frozen=True, slots=True)
class RsaKey:
    """`algorithm`: object identifier below id-TA-RSA."""

    algorithm: str
    modulus: int
    exponent: int

    def encode(self) -> bytes:
        return _encode(self.algorithm, ((0x81, _unsigned(self.modulus)), (0x82, _unsigned(self.exponent))))


@dataclass(frozen=True, slots=True)
class CurveParameters:
    """Domain parameters spelled out; `base_point` uncompressed."""

    prime: int
    a: int
    b: int
    base_point: bytes
    order: int
    cofactor: int


@dataclass(frozen=True, slots=True)
class EllipticCurveKey:
    """`algorithm`: object identifier below id-TA-ECDSA; `point` uncompressed; without `parameters` the issuer's hold."""

    algorithm: str
    point: bytes
    parameters: CurveParameters | None = None

    def encode(self) -> bytes:
        point = (0x86, self.point)
        if self.parameters is None:
            return _encode(self.algorithm, (point,))
        values = self.parameters
        numbers = (values.prime, values.a, values.b)
        before = [(tag, _unsigned(number)) for tag, number in zip((0x81, 0x82, 0x83), numbers, strict=True)]
        before += [(0x84, values.base_point), (0x85, _unsigned(values.order))]
        return _encode(self.algorithm, (*before, point, (0x87, _unsigned(values.cofactor))))


CertifiedKey: TypeAlias = RsaKey | EllipticCurveKey


def decode_public_key(raw: bytes) -> CertifiedKey:
    """One whole data object 7F49. Raises DecodingError."""
    identifier, *objects = tlv.decode_all(tlv.decode_expected(raw, PUBLIC_KEY)) or (None,)
    if identifier is None:
        raise DecodingError("a public key begins with its algorithm")
    algorithm = der.decode_object_identifier(identifier)
    tags = tuple(one.tag for one in objects)
    values = {one.tag: one.value for one in objects}
    if algorithm.startswith(f"{RSA}.") and tags == (0x81, 0x82):
        return RsaKey(algorithm, _number(values[0x81]), _number(values[0x82]))
    if algorithm.startswith(f"{ELLIPTIC_CURVE}.") and tags == (0x86,):
        return EllipticCurveKey(algorithm, values[0x86])
    if algorithm.startswith(f"{ELLIPTIC_CURVE}.") and tags == (0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87):
        prime, a, b, order, cofactor = (_number(values[tag]) for tag in (0x81, 0x82, 0x83, 0x85, 0x87))
        return EllipticCurveKey(algorithm, values[0x86], CurveParameters(prime, a, b, values[0x84], order, cofactor))
    raise DecodingError(f"a public key of the kind {algorithm} does not consist of these data objects")


def _encode(algorithm: str, objects: tuple[tuple[int, bytes], ...]) -> bytes:
    content = b"".join(tlv.encode(tag, value) for tag, value in objects)
    return tlv.encode(PUBLIC_KEY, der.encode_object_identifier(algorithm) + content)


def _unsigned(number: int) -> bytes:
    """D.2.1.1: as few bytes as possible, at least one."""
    if number < 0:
        raise EncodingError("unsigned integer", "it is not negative")
    return number.to_bytes(max((number.bit_length() + 7) // 8, 1), "big")


def _number(value: bytes) -> int:
    if not value or (len(value) > 1 and not value[0]):
        raise DecodingError("an unsigned integer has as few bytes as possible")
    return int.from_bytes(value, "big")
