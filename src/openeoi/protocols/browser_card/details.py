"""What each operation says about itself, and its JSON."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeAlias

from openeoi.encoding import strict_json
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.strict_json import JsonObject, JsonValue
from openeoi.protocols.card_proof import LoginText, PresenceText

_MOST_DOCUMENTS = 20
_DIGEST_SIZE = 32
_LARGEST_TO_BE_SIGNED = 16384
_LONGEST_NAME = 255
# CMS signed attributes are signed as a DER SET OF (RFC 5652, 5.4), XML signatures by their canonical SignedInfo, whose start tag
# begins with its name in canonical form. Neither can be one of the texts of `card_proof`.
_BEGINNINGS = (b"\x31", b"<ds:SignedInfo ")


@dataclass(frozen=True)
class CertificateDetails:
    """Nothing beside the role: a free text from the page would only help to mislead the holder."""


@dataclass(frozen=True)
class DocumentDescription:
    """One document as the holder sees it before the PIN: file name, media type, size in bytes, SHA-256 of the whole file."""

    name: str
    media_type: str
    size: int
    digest: bytes

    def __post_init__(self) -> None:
        for field, value in (("name", self.name), ("media_type", self.media_type)):
            if not 1 <= len(value) <= _LONGEST_NAME or not value.isprintable():
                raise EncodingError(field, f"1 to {_LONGEST_NAME} characters that can be shown")
        if self.size < 0:
            raise EncodingError("size", "negative")
        if len(self.digest) != _DIGEST_SIZE:
            raise EncodingError("digest", f"{_DIGEST_SIZE} bytes of SHA-256")


@dataclass(frozen=True)
class SigningDetails:
    """The documents that one signature covers, and what the card signs with SHA-384: the DER of CMS signed attributes, or the
    canonical SignedInfo of an XML signature."""

    documents: tuple[DocumentDescription, ...]
    to_be_signed: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.documents) <= _MOST_DOCUMENTS:
            raise EncodingError("documents", f"1 to {_MOST_DOCUMENTS}")
        if not 1 <= len(self.to_be_signed) <= _LARGEST_TO_BE_SIGNED or not self.to_be_signed.startswith(_BEGINNINGS):
            raise EncodingError("to_be_signed", "neither CMS signed attributes nor a canonical SignedInfo")


Details: TypeAlias = LoginText | PresenceText | CertificateDetails | SigningDetails


def write(details: Details) -> dict[str, JsonValue]:
    match details:
        case LoginText() | PresenceText():
            return {field.name: _write_field(getattr(details, field.name)) for field in fields(details)}
        case CertificateDetails():
            return {}
        case SigningDetails():
            return {
                "documents": [
                    {
                        "name": document.name,
                        "media_type": document.media_type,
                        "size": document.size,
                        "digest": strict_json.encode_bytes(document.digest),
                    }
                    for document in details.documents
                ],
                "to_be_signed": strict_json.encode_bytes(details.to_be_signed),
            }


def read(
    kind: type[LoginText] | type[PresenceText] | type[CertificateDetails] | type[SigningDetails], value: JsonValue
) -> Details:
    """DecodingError for a wrong shape, EncodingError for a value that breaks a rule."""
    container = strict_json.members(value, [field.name for field in fields(kind)])
    if kind is LoginText:
        return _read_login(container)
    if kind is PresenceText:
        return _read_presence(container)
    if kind is SigningDetails:
        return _read_signing(container)
    return CertificateDetails()


def _read_login(container: JsonObject) -> LoginText:
    return LoginText(
        origin=strict_json.text(container, "origin"),
        client_id=strict_json.text(container, "client_id"),
        nonce=strict_json.octets(container, "nonce"),
        issued_at=strict_json.moment(container, "issued_at"),
        expires_at=strict_json.moment(container, "expires_at"),
    )


def _read_presence(container: JsonObject) -> PresenceText:
    return PresenceText(
        nonce=strict_json.octets(container, "nonce"),
        provider_organisation=strict_json.text(container, "provider_organisation"),
        professional=strict_json.text(container, "professional"),
        terminal=strict_json.text(container, "terminal"),
        purpose=strict_json.text(container, "purpose"),
        issued_at=strict_json.moment(container, "issued_at"),
        expires_at=strict_json.moment(container, "expires_at"),
        key_thumbprint=strict_json.text(container, "key_thumbprint"),
    )


def _read_signing(container: JsonObject) -> SigningDetails:
    documents = tuple(_read_document(item) for item in strict_json.items(container, "documents", _MOST_DOCUMENTS))
    return SigningDetails(documents, strict_json.octets(container, "to_be_signed"))


def _read_document(value: JsonValue) -> DocumentDescription:
    container = strict_json.members(value, ("name", "media_type", "size", "digest"))
    return DocumentDescription(
        strict_json.text(container, "name"),
        strict_json.text(container, "media_type"),
        strict_json.number(container, "size"),
        strict_json.octets(container, "digest"),
    )


def _write_field(value: object) -> JsonValue:
    match value:
        case str():
            return value
        case bytes():
            return strict_json.encode_bytes(value)
        case datetime():
            return int(value.timestamp())
    raise EncodingError("details", f"cannot write {type(value).__name__}")
