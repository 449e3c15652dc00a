"""The content of a deviation list (ICAO 9303-12, 10.2; implicit tags).

DeviationList        ::= SEQUENCE { version INTEGER { v0(0) }, digestAlgorithm AlgorithmIdentifier OPTIONAL,
                                    deviations SET OF Deviation }
Deviation            ::= SEQUENCE { documents DeviationDocuments, descriptions SET OF DeviationDescription }
DeviationDescription ::= SEQUENCE { description PrintableString OPTIONAL, deviationType OBJECT IDENTIFIER,
                                    parameters [0] ANY OPTIONAL, nationalUse [1] ANY OPTIONAL }
DeviationDocuments   ::= SEQUENCE { documentType [0] PrintableString OPTIONAL,
                                    dscIdentifier CHOICE { [1] issuer and serial number, [2] key identifier, [3] digest } OPTIONAL,
                                    issuingDate [4] SEQUENCE { GeneralizedTime, GeneralizedTime } OPTIONAL,
                                    documentNumbers [5] SET OF PrintableString OPTIONAL }
"""  # noqa: E501 - the module of the standard

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm

CONTENT_TYPE: Final = "2.23.136.1.1.7"
SIGNING_KEY: Final = "2.23.136.1.1.8"
VERSION: Final = 0
PRINTABLE_STRING: Final = 0x13
DOCUMENT_TYPE, ISSUER_AND_SERIAL, KEY_IDENTIFIER, DIGEST, ISSUED, NUMBERS = 0x80, 0xA1, 0x82, 0x83, 0xA4, 0xA5
PARAMETERS, NATIONAL_USE = 0xA0, 0xA1

# Lists in circulation give fractions of seconds.
_TIME: Final = re.compile(rb"([0-9]{14})(?:[.,][0-9]{1,6})?Z")
_PRINTABLE: Final = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class DeviationList:
    """`hash_algorithm` is that of the certificates' digests, None where the list says none."""

    entries: tuple[Entry, ...]
    hash_algorithm: DigestAlgorithm | None = None

    def encode(self) -> bytes:
        """Raises EncodingError for what is no PrintableString."""
        digest = self.hash_algorithm
        algorithm = b"" if digest is None else der.encode_sequence(der.encode_object_identifier(digest.oid))
        return der.encode_sequence(der.encode_integer(VERSION), algorithm, der.encode_set_of(map(_encode, self.entries)))

    @classmethod
    def decode(cls, raw: bytes) -> DeviationList:
        members = der.decode_sequence(raw)
        if not 2 <= len(members) <= 3 or der.decode_integer(members[0]) != VERSION:
            raise DecodingError("a deviation list has version 0, perhaps a digest algorithm, and deviations")
        algorithm = _algorithm(members[1]) if len(members) == 3 else None
        return cls(tuple(_decode(one) for one in _elements(members[-1], der.SET)), algorithm)


def _encode(entry: Entry) -> bytes:
    descriptions = (
        der.encode_sequence(
            _printable(one.description) if one.description else b"",
            der.encode_object_identifier(one.kind),
            b"" if one.parameters is None else tlv.encode(PARAMETERS, one.parameters),
        )
        for one in entry.defects
    )
    return der.encode_sequence(_encode_documents(entry.documents), der.encode_set_of(descriptions))


def _encode_documents(documents: Documents) -> bytes:
    parts = [] if documents.document_type is None else [_printable(documents.document_type, DOCUMENT_TYPE)]
    signer = documents.signer
    if signer is not None and signer.issuer is not None and signer.serial_number is not None:
        parts.append(tlv.encode(ISSUER_AND_SERIAL, signer.issuer + der.encode_integer(signer.serial_number)))
    elif signer is not None and signer.subject_key_identifier is not None:
        parts.append(tlv.encode(KEY_IDENTIFIER, signer.subject_key_identifier))
    elif signer is not None:
        parts.append(tlv.encode(DIGEST, signer.digest or b""))
    if documents.issued is not None:
        parts.append(tlv.encode(ISSUED, b"".join(map(der.encode_generalized_time, documents.issued))))
    if documents.numbers is not None:
        parts.append(tlv.encode(NUMBERS, b"".join(sorted(_printable(number) for number in documents.numbers))))
    return der.encode_sequence(*parts)


def _decode(element: tlv.Tlv) -> Entry:
    members = der.decode_sequence(element)
    if len(members) != 2:
        raise DecodingError("a deviation names documents and describes what they have")
    return Entry(_documents(members[0]), tuple(_description(one) for one in _elements(members[1], der.SET)))


def _documents(element: tlv.Tlv) -> Documents:
    found = der.decode_sequence(element)
    tags = [one.tag for one in found]
    allowed = (DOCUMENT_TYPE, ISSUER_AND_SERIAL, KEY_IDENTIFIER, DIGEST, ISSUED, NUMBERS)
    if tags != [tag for tag in allowed if tag in tags]:
        raise DecodingError("the conditions on documents are unknown, repeated or out of order")
    by_tag = {one.tag: one for one in found}
    if sum(tag in by_tag for tag in (ISSUER_AND_SERIAL, KEY_IDENTIFIER, DIGEST)) > 1:
        raise DecodingError("a document signer is identified in one way")
    kind, numbers = by_tag.get(DOCUMENT_TYPE), by_tag.get(NUMBERS)
    return Documents(
        signer=_signer(by_tag),
        document_type=None if kind is None else _text(kind.value),
        issued=None if ISSUED not in by_tag else _period(by_tag[ISSUED]),
        numbers=None if numbers is None else frozenset(_text(_value(one, PRINTABLE_STRING)) for one in tlv.children(numbers)),
    )


def _signer(by_tag: dict[int, tlv.Tlv]) -> SignerReference | None:
    if ISSUER_AND_SERIAL in by_tag:
        named = tlv.children(by_tag[ISSUER_AND_SERIAL])
        if len(named) != 2:
            raise DecodingError("a signer is named by issuer and serial number")
        return SignerReference(named[0].encode(), der.decode_integer(named[1]))
    if KEY_IDENTIFIER in by_tag:
        return SignerReference(subject_key_identifier=by_tag[KEY_IDENTIFIER].value)
    return SignerReference(digest=by_tag[DIGEST].value) if DIGEST in by_tag else None


def _period(element: tlv.Tlv) -> tuple[datetime, datetime]:
    times = tlv.children(element)
    if len(times) != 2:
        raise DecodingError("a period has a first and a last moment")
    return _time(times[0]), _time(times[1])


def _time(element: tlv.Tlv) -> datetime:
    found = _TIME.fullmatch(_value(element, der.GENERALIZED_TIME))
    if found is None:
        raise DecodingError("a GeneralizedTime has the form YYYYMMDDHHMMSSZ")
    return der.decode_generalized_time(tlv.encode(der.GENERALIZED_TIME, found[1] + b"Z")).astimezone(UTC)


def _description(element: tlv.Tlv) -> ListedDefect:
    members = list(der.decode_sequence(element))
    description = _text(members.pop(0).value) if members and members[0].tag == PRINTABLE_STRING else ""
    if not members:
        raise DecodingError("a description has a type")
    kind = der.decode_object_identifier(members.pop(0))
    if [one.tag for one in members] not in ([], [PARAMETERS], [NATIONAL_USE], [PARAMETERS, NATIONAL_USE]):
        raise DecodingError("a description has parameters and national use, and nothing else")
    parameters = [one.value for one in members if one.tag == PARAMETERS]
    return ListedDefect(kind, tlv.decode(parameters[0]).encode() if parameters else None, description)


def _elements(member: tlv.Tlv, tag: int) -> tuple[tlv.Tlv, ...]:
    """Of a SET OF, whose order nothing here depends on."""
    if member.tag != tag:
        raise DecodingError(f"tag {member.tag:02X} stands where {tag:02X} belongs")
    return tlv.children(member)


def _algorithm(member: tlv.Tlv) -> DigestAlgorithm:
    parts = der.decode_sequence(member)
    if not 1 <= len(parts) <= 2:
        raise DecodingError("a digest algorithm is an identifier and perhaps NULL")
    oid = der.decode_object_identifier(parts[0])
    for algorithm in DigestAlgorithm:
        if algorithm.oid == oid:
            return algorithm
    raise DecodingError(f"the hash function {oid} is not supported")


def _printable(text: str, tag: int = PRINTABLE_STRING) -> bytes:
    if not _PRINTABLE.fullmatch(text):
        raise EncodingError("PrintableString", "a character that it does not have")
    return tlv.encode(tag, text.encode("ascii"))


def _text(value: bytes) -> str:
    """Read tolerantly: descriptions in circulation hold quotation marks that a PrintableString does not have."""
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError as error:
        raise DecodingError("a PrintableString holds another character") from error
    if not text.isprintable():
        raise DecodingError("a PrintableString holds a control character")
    return text


def _value(element: tlv.Tlv, tag: int) -> bytes:
    if element.tag != tag:
        raise DecodingError(f"tag {element.tag:02X} stands where {tag:02X} belongs")
    return element.value
