"""What the signing desk needs from elsewhere; `main` connects it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate (DER) that a key holder can sign with, and the certificates of its issuers."""

    certificate: bytes
    chain: tuple[bytes, ...] = ()


class KeyHolder(Protocol):
    """A card in process, in a reader, or any other place that signs digests with P-384 keys. PIN entry is its own matter."""

    def certificates(self) -> Sequence[HeldCertificate]: ...

    def sign_digest(self, certificate: bytes, digest: bytes) -> bytes:
        """Raw r || s (96 bytes) over the 48-byte digest, by the key of that certificate."""
        ...


class KeyHolders(Protocol):
    """Opens the key holder that a person names: a card (`--card`), or the card in a reader (`--reader`, "" for the usual one).

    `agreed`: the person has said that a card may be used although it is not known to be one for trying out.
    """

    def __call__(self, card: str | None, reader: str, agreed: bool, /) -> KeyHolder: ...


class TimeStampSource(Protocol):
    """A time-stamping unit: the TimeStampResp to a TimeStampReq, both DER (RFC 3161). Raises TimeStampUnavailable."""

    def __call__(self, request: bytes, /) -> bytes: ...
