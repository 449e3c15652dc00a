"""The content of a defect list (BSI TR-03129-2, 7).

    DefectList  ::= SEQUENCE { version INTEGER { v1(0) }, hashAlg OBJECT IDENTIFIER, defects SET OF Defect }
    Defect      ::= SEQUENCE { signerIdentifier SignerIdentifier, certificateHash OCTET STRING OPTIONAL,
                               knownDefects SET OF KnownDefect }
    KnownDefect ::= SEQUENCE { defectType OBJECT IDENTIFIER, parameters ANY DEFINED BY defectType OPTIONAL }

SignerIdentifier is that of CMS (RFC 5652, 5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm

CONTENT_TYPE: Final = "0.4.0.127.0.7.3.1.5"
VERSION: Final = 0
SUBJECT_KEY_IDENTIFIER: Final = 0x80


@dataclass(frozen=True, slots=True)
class DefectList:
    """`hash_algorithm` is that of the certificates' digests."""

    hash_algorithm: DigestAlgorithm
    entries: tuple[Entry, ...]

    def encode(self) -> bytes:
        """Raises EncodingError for an entry that this format cannot say."""
        algorithm = der.encode_object_identifier(self.hash_algorithm.oid)
        return der.encode_sequence(der.encode_integer(VERSION), algorithm, der.encode_set_of(map(_encode, self.entries)))

    @classmethod
    def decode(cls, raw: bytes) -> DefectList:
        members = der.decode_sequence(raw)
        if len(members) != 3 or der.decode_integer(members[0]) != VERSION:
            raise DecodingError("a defect list has version 0, a hash algorithm and defects")
        return cls(_hash_algorithm(members[1]), tuple(_decode(one) for one in _elements(members[2])))


def _encode(entry: Entry) -> bytes:
    signer = entry.documents.signer
    if signer is None or entry.documents != Documents(signer):
        raise EncodingError("signerIdentifier", "a defect list names documents by their signer and by nothing else")
    if signer.issuer is not None and signer.serial_number is not None:
        identifier = der.encode_sequence(signer.issuer, der.encode_integer(signer.serial_number))
    elif signer.subject_key_identifier is not None:
        identifier = tlv.encode(SUBJECT_KEY_IDENTIFIER, signer.subject_key_identifier)
    else:
        raise EncodingError("signerIdentifier", "a digest alone does not name a signer here")
    digest = b"" if signer.digest is None else der.encode_octet_string(signer.digest)
    known = (der.encode_sequence(der.encode_object_identifier(one.kind), one.parameters or b"") for one in entry.defects)
    return der.encode_sequence(identifier, digest, der.encode_set_of(known))


def _decode(element: tlv.Tlv) -> Entry:
    identifier, *rest = der.decode_sequence(element) or (None,)
    if identifier is None or not 1 <= len(rest) <= 2:
        raise DecodingError("a defect names a signer, perhaps a digest, and known defects")
    digest = der.decode_octet_string(rest[0]) if len(rest) == 2 else None
    if identifier.tag == SUBJECT_KEY_IDENTIFIER:
        signer = SignerReference(subject_key_identifier=identifier.value, digest=digest)
    else:
        named = der.decode_sequence(identifier)
        if len(named) != 2:
            raise DecodingError("a signer is named by issuer and serial number")
        signer = SignerReference(named[0].encode(), der.decode_integer(named[1]), digest=digest)
    return Entry(Documents(signer), tuple(_known(one) for one in _elements(rest[-1])))


def _known(element: tlv.Tlv) -> ListedDefect:
    members = der.decode_sequence(element)
    if not 1 <= len(members) <= 2:
        raise DecodingError("a known defect has a type and perhaps parameters")
    return ListedDefect(der.decode_object_identifier(members[0]), members[1].encode() if len(members) == 2 else None)


def _elements(member: tlv.Tlv) -> tuple[tlv.Tlv, ...]:
    """Of a SET OF, which lists in circulation do not all sort; nothing here depends on the order."""
    if member.tag != der.SET:
        raise DecodingError(f"tag {member.tag:02X} stands where a SET belongs")
    return tlv.children(member)


def _hash_algorithm(member: tlv.Tlv) -> DigestAlgorithm:
    oid = der.decode_object_identifier(member)
    for algorithm in DigestAlgorithm:
        if algorithm.oid == oid:
            return algorithm
    raise DecodingError(f"the hash function {oid} is not supported")
