"""The login text and the presence text: values, their one encoding, their strict parser."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import ClassVar, Self, TypeAlias

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.protocols.card_proof.errors import ProofExpired, ProofNotYetValid, PurposeTextRefused

_LENGTH_SIZE = 4
_LONGEST_TEXT_FIELD = 512  # characters; our choice, far above any origin or identifier in use
_NONCE_SIZES = range(16, 65)  # bytes; the servers here draw 32
_LONGEST_ENCODING = 16384
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last one that datetime can hold
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7638 with SHA-256, base64url

Field: TypeAlias = str | bytes | datetime


@dataclass(frozen=True)
class _Text:
    """The fields in the order of the dataclass; each kind of text only names its tag and its fields."""

    TAG: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))

    def encode(self) -> bytes:
        """The bytes whose SHA-384 the card signs: tag and fields, each behind its 4-byte big-endian length."""
        values: list[Field] = [self.TAG, *(getattr(self, field.name) for field in fields(self))]
        return b"".join(len(raw).to_bytes(_LENGTH_SIZE, "big") + raw for raw in map(_field_bytes, values))

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """The text in `raw`; DecodingError when it is of another kind, cut short, too long or not in the one encoding."""
        parts = _split(raw)
        if not parts or parts[0] != cls.TAG.encode():
            raise DecodingError(f"not a {cls.TAG} text", 0)
        names = [(field.name, field.type) for field in fields(cls)]
        if len(parts) != len(names) + 1:
            raise DecodingError(f"{len(parts) - 1} fields instead of {len(names)}")
        try:
            text = cls(**{name: _field_value(kind, part) for (name, kind), part in zip(names, parts[1:], strict=True)})
        except EncodingError as error:
            raise DecodingError(str(error)) from error
        if text.encode() != raw:
            raise DecodingError("not in the one encoding of its values")
        return text


@dataclass(frozen=True)
class LoginText(_Text):
    """ "I log in at `origin` for the service `client_id`", answering the provider's challenge.

    `origin` is the identity provider's web origin (`https://host[:port]`), `nonce` its challenge of 16 to 64 bytes; the times
    are aware, whole seconds.
    """

    TAG: ClassVar[str] = "EOI-LOGIN/1"

    origin: str
    client_id: str
    nonce: bytes
    issued_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_order(self.issued_at, self.expires_at)


@dataclass(frozen=True)
class PresenceText(_Text):
    """ "This card lies in `terminal` of `provider_organisation` now" (health-border 2.2, order of fields as there).

    `key_thumbprint` is the RFC 7638 thumbprint (base64url, 43 characters) of the key that the client's token will be bound to.
    """

    TAG: ClassVar[str] = "EOI-POC-PRESENCE/1"

    nonce: bytes
    provider_organisation: str
    professional: str
    terminal: str
    purpose: str
    issued_at: datetime
    expires_at: datetime
    key_thumbprint: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_order(self.issued_at, self.expires_at)
        if not _THUMBPRINT.fullmatch(self.key_thumbprint):
            raise EncodingError("key_thumbprint", "not 43 characters of base64url")


ProofText: TypeAlias = LoginText | PresenceText
_KINDS: tuple[type[LoginText] | type[PresenceText], ...] = (LoginText, PresenceText)


def decode(raw: bytes) -> ProofText:
    """The text of whichever kind `raw` holds; DecodingError otherwise."""
    parts = _split(raw)
    for kind in _KINDS:
        if parts and parts[0] == kind.TAG.encode():
            return kind.decode(raw)
    raise DecodingError("no known tag", 0)


def digest(text: ProofText) -> bytes:
    """The 48 bytes that are handed to the card: SHA-384 of the text."""
    return hashlib.sha384(text.encode()).digest()


def require_current(text: ProofText, at: datetime) -> None:
    """Raises ProofNotYetValid before `issued_at` and ProofExpired from `expires_at` on."""
    if at < text.issued_at:
        raise ProofNotYetValid(text.issued_at)
    if at >= text.expires_at:
        raise ProofExpired(text.expires_at)


def refuse_purpose_text(to_be_signed: bytes) -> None:
    """Raises PurposeTextRefused when bytes for a document signature begin with one of the tags, with or without its length.

    Whoever signs documents calls this first, so that a signing request can never yield a login or presence proof.
    """
    for kind in _KINDS:
        tag = kind.TAG.encode()
        if to_be_signed.startswith(tag) or to_be_signed[_LENGTH_SIZE:].startswith(tag):
            raise PurposeTextRefused(kind.TAG)


def _check(name: str, value: Field) -> None:
    match value:
        case str():
            if not 1 <= len(value) <= _LONGEST_TEXT_FIELD:
                raise EncodingError(name, f"1 to {_LONGEST_TEXT_FIELD} characters, not {len(value)}")
            if not value.isprintable():
                raise EncodingError(name, "holds a character that cannot be shown to the holder")
        case bytes():
            if len(value) not in _NONCE_SIZES:
                raise EncodingError(name, f"{_NONCE_SIZES.start} to {_NONCE_SIZES.stop - 1} bytes, not {len(value)}")
        case datetime():
            if value.tzinfo is None or value.microsecond or not 0 <= value.timestamp() <= _LAST_SECOND:
                raise EncodingError(name, "a time with zone, in whole seconds from 1970 on")


def _check_order(issued_at: datetime, expires_at: datetime) -> None:
    if expires_at <= issued_at:
        raise EncodingError("expires_at", "not after issued_at")


def _field_bytes(value: Field) -> bytes:
    match value:
        case str():
            return value.encode()
        case bytes():
            return value
        case datetime():
            return str(int(value.timestamp())).encode()


def _field_value(kind: object, raw: bytes) -> Field:
    if kind is bytes:
        return raw
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise DecodingError("a text field is not UTF-8") from error
    if kind is str:
        return text
    if not re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) or int(text) > _LAST_SECOND:
        raise DecodingError("a time is not a number of seconds since 1970")
    return datetime.fromtimestamp(int(text), UTC)


def _split(raw: bytes) -> Sequence[bytes]:
    if len(raw) > _LONGEST_ENCODING:
        raise DecodingError(f"longer than {_LONGEST_ENCODING} bytes")
    parts, offset = [], 0
    while offset < len(raw):
        start = offset + _LENGTH_SIZE
        end = start + int.from_bytes(raw[offset:start], "big")
        if start > len(raw) or end > len(raw):
            raise DecodingError("a field is cut short", offset)
        parts.append(raw[start:end])
        offset = end
    return parts
