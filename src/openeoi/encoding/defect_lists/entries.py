"""What both formats say: which documents, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openeoi.encoding.errors import EncodingError


@dataclass(frozen=True, slots=True)
class SignerReference:
    """A document signer's certificate: by issuer (DER of the Name) and serial number, by subject key identifier, or by digest.

    `digest` may stand beside one of the others (BSI), and tells apart what the others leave ambiguous.
    """

    issuer: bytes | None = None
    serial_number: int | None = None
    subject_key_identifier: bytes | None = None
    digest: bytes | None = None

    def __post_init__(self) -> None:
        if (self.issuer is None) != (self.serial_number is None):
            raise EncodingError("signer identifier", "issuer and serial number belong together")
        if self.issuer is None and self.subject_key_identifier is None and self.digest is None:
            raise EncodingError("signer identifier", "nothing identifies the certificate")


@dataclass(frozen=True, slots=True)
class Documents:
    """Those that fulfil every condition that is given. `issued`: first and last moment; `document_type` as in the zone."""

    signer: SignerReference | None = None
    document_type: str | None = None
    issued: tuple[datetime, datetime] | None = None
    numbers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ListedDefect:
    """`kind` is the object identifier, `parameters` the DER of what it defines; `description` as printed for people."""

    kind: str
    parameters: bytes | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    documents: Documents
    defects: tuple[ListedDefect, ...]
