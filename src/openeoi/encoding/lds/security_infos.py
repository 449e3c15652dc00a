"""SecurityInfos: what protocols a chip offers (ICAO 9303-11, 9.2; TR-03110-3, A.1.1). In EF.CardAccess, EF.CardSecurity, EF.DG14.

Each known kind is a dataclass; all others are kept as `UnknownSecurityInfo` with their DER, so that what was read is written
again byte for byte. Writing sorts as DER demands; reading accepts any order and keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

from openeoi.encoding import der, tlv
from openeoi.encoding.errors import DecodingError

BSI = "0.4.0.127.0.7"
PUBLIC_KEY = f"{BSI}.2.2.1"
TERMINAL_AUTHENTICATION = f"{BSI}.2.2.2"
CHIP_AUTHENTICATION = f"{BSI}.2.2.3"
PACE = f"{BSI}.2.2.4"
ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"

_Info = TypeVar("_Info")


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """`protocol` names mapping and cipher, `parameter_id` the standardised domain parameters (ICAO 9303-11, table 6)."""

    protocol: str
    parameter_id: int | None
    version: int = 2

    def encode(self) -> bytes:
        return _encode(self.protocol, _integers(self.version, self.parameter_id))


@dataclass(frozen=True, slots=True)
class PaceDomainParameterInfo:
    """`domain_parameter`: DER of the AlgorithmIdentifier."""

    protocol: str
    domain_parameter: bytes
    parameter_id: int | None = None

    def encode(self) -> bytes:
        return _encode(self.protocol, self.domain_parameter + _integers(self.parameter_id))


@dataclass(frozen=True, slots=True)
class ChipAuthenticationInfo:
    protocol: str
    version: int = 1
    key_id: int | None = None

    def encode(self) -> bytes:
        return _encode(self.protocol, _integers(self.version, self.key_id))


@dataclass(frozen=True, slots=True)
class ChipAuthenticationPublicKeyInfo:
    """`public_key`: DER of the SubjectPublicKeyInfo."""

    protocol: str
    public_key: bytes
    key_id: int | None = None

    def encode(self) -> bytes:
        return _encode(self.protocol, self.public_key + _integers(self.key_id))


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationInfo:
    """`signature_algorithm`: OID of the plain ECDSA variant (TR-03111) that the chip answers with."""

    signature_algorithm: str
    version: int = 1
    protocol: str = ACTIVE_AUTHENTICATION

    def encode(self) -> bytes:
        return _encode(self.protocol, _integers(self.version) + der.encode_object_identifier(self.signature_algorithm))


@dataclass(frozen=True, slots=True)
class TerminalAuthenticationInfo:
    """Version 1 may name the file that holds the CVCA references: `efcvca`, DER of FileID (TR-03110-3, A.1.1.3)."""

    version: int = 1
    efcvca: bytes | None = None
    protocol: str = TERMINAL_AUTHENTICATION

    def encode(self) -> bytes:
        return _encode(self.protocol, _integers(self.version) + (self.efcvca or b""))


@dataclass(frozen=True, slots=True)
class UnknownSecurityInfo:
    """`raw`: the whole SecurityInfo, DER."""

    protocol: str
    raw: bytes

    def encode(self) -> bytes:
        return self.raw


SecurityInfo: TypeAlias = (
    PaceInfo
    | PaceDomainParameterInfo
    | ChipAuthenticationInfo
    | ChipAuthenticationPublicKeyInfo
    | ActiveAuthenticationInfo
    | TerminalAuthenticationInfo
    | UnknownSecurityInfo
)


def encode_security_infos(infos: Iterable[SecurityInfo]) -> bytes:
    """DER of the SET OF."""
    return der.encode_set_of(info.encode() for info in infos)


@lru_cache(maxsize=64)
def decode_security_infos(raw: bytes) -> tuple[SecurityInfo, ...]:
    """Every member, in the order found. Raises DecodingError, also where a known kind is malformed."""
    value = tlv.decode(raw)
    if value.tag != der.SET:
        raise DecodingError("security infos are a SET OF", 0)
    return tuple(_decode(one) for one in tlv.children(value))


def of_kind(infos: Iterable[SecurityInfo], kind: type[_Info]) -> tuple[_Info, ...]:
    """Those of one kind, for example `of_kind(infos, PaceInfo)`."""
    return tuple(info for info in infos if isinstance(info, kind))


def _decode(member: tlv.Tlv) -> SecurityInfo:
    parts = der.decode_sequence(member)
    if not 2 <= len(parts) <= 3:
        raise DecodingError(f"a SecurityInfo has {len(parts)} members, two or three are allowed")
    protocol = der.decode_object_identifier(parts[0])
    required, optional = parts[1], parts[2] if len(parts) == 3 else None
    # PACE: .1 to .4 and .6 name the mapping, one arc more the cipher (ICAO 9303-11, 9.2.1).
    if protocol.startswith(f"{PACE}."):
        if protocol.count(".") == PACE.count(".") + 1:
            return PaceDomainParameterInfo(protocol, _algorithm(required), _optional_integer(optional))
        return PaceInfo(protocol, _optional_integer(optional), der.decode_integer(required))
    if protocol.startswith(f"{CHIP_AUTHENTICATION}."):
        # TR-03110-3, A.1.1.2: the OID without a cipher is a ChipAuthenticationDomainParameterInfo (version 2), left unknown here.
        if required.tag == der.SEQUENCE:
            return UnknownSecurityInfo(protocol, member.encode())
        return ChipAuthenticationInfo(protocol, der.decode_integer(required), _optional_integer(optional))
    if protocol.startswith(f"{PUBLIC_KEY}."):
        return ChipAuthenticationPublicKeyInfo(protocol, _algorithm(required), _optional_integer(optional))
    if protocol == ACTIVE_AUTHENTICATION and optional is not None:
        algorithm = der.decode_object_identifier(optional)
        return ActiveAuthenticationInfo(algorithm, der.decode_integer(required))
    if protocol == TERMINAL_AUTHENTICATION:
        return TerminalAuthenticationInfo(der.decode_integer(required), None if optional is None else optional.encode())
    return UnknownSecurityInfo(protocol, member.encode())


def _encode(protocol: str, rest: bytes) -> bytes:
    return der.encode_sequence(der.encode_object_identifier(protocol), rest)


def _integers(*values: int | None) -> bytes:
    return b"".join(der.encode_integer(value) for value in values if value is not None)


def _optional_integer(member: tlv.Tlv | None) -> int | None:
    return None if member is None else der.decode_integer(member)


def _algorithm(member: tlv.Tlv) -> bytes:
    der.decode_sequence(member)
    return member.encode()
