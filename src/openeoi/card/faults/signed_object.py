"""EF.SOD assembled member by member, so that each member can be wrong (RFC 5652; ICAO 9303-10, 4.6.2 and appendix D)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from openeoi.card.faults.laboratory import Signer
from openeoi.encoding import der, tlv
from openeoi.encoding.lds.security_object import LDS_SECURITY_OBJECT, SOD_TAG
from openeoi.encoding.signature_algorithms import DigestAlgorithm

SIGNED_DATA = "1.2.840.113549.1.7.2"
DATA = "1.2.840.113549.1.7.1"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
CERTIFICATES = 0xA0
SIGNED_ATTRIBUTES = 0xA0
UTC_TIME = 0x17


def unchanged(value: bytes) -> bytes:
    return value


@dataclass(frozen=True, slots=True)
class SignedObject:
    """What goes into EF.SOD. `entries` are data group numbers with digests, in order and possibly twice.

    `version` and `version_info` as in the LDS security object; `attributes` are attribute types with the DER of one value each
    that replace the right ones (None for the value: left out; an empty mapping: as it should be); `attributes_repeated` doubles
    the first one. The functions change what was made right: the signature, the signed attributes as they stand in the object.
    """

    entries: tuple[tuple[int, bytes], ...]
    signer: Signer = field(repr=False)
    hash_algorithm: DigestAlgorithm = DigestAlgorithm.SHA256
    digest_algorithm: DigestAlgorithm = DigestAlgorithm.SHA256
    version: int = 0
    version_info: tuple[str, str] | None = None
    content_type: str = LDS_SECURITY_OBJECT
    attributes: Mapping[str, bytes | None] = field(default_factory=dict)
    attribute_repeated: bool = False
    with_attributes: bool = True
    certificates: tuple[bytes, ...] | None = None
    signers: int = 1
    change_signature: Callable[[bytes], bytes] = unchanged

    def encode(self) -> bytes:
        """The file with its tag 77."""
        content = self.content()
        digests = der.encode_set_of([_algorithm(self.digest_algorithm)])
        encapsulated = der.encode_sequence(
            der.encode_object_identifier(self.content_type), der.encode_explicit(0, der.encode_octet_string(content))
        )
        certificates = (self.signer.certificate,) if self.certificates is None else self.certificates
        signed = der.encode_sequence(
            der.encode_integer(3),
            digests,
            encapsulated,
            tlv.encode(CERTIFICATES, b"".join(certificates)) if certificates else b"",
            tlv.encode(der.SET, self._signer_info(content) * self.signers),
        )
        return tlv.encode(SOD_TAG, der.encode_sequence(der.encode_object_identifier(SIGNED_DATA), der.encode_explicit(0, signed)))

    def content(self) -> bytes:
        """The LDS security object, DER."""
        hashes = (
            der.encode_sequence(der.encode_integer(number), der.encode_octet_string(digest)) for number, digest in self.entries
        )
        parts = [der.encode_integer(self.version), _algorithm(self.hash_algorithm), der.encode_sequence(*hashes)]
        if self.version_info is not None:
            parts.append(der.encode_sequence(*(tlv.encode(0x13, text.encode("ascii")) for text in self.version_info)))
        return der.encode_sequence(*parts)

    def _signer_info(self, content: bytes) -> bytes:
        attributes = self._attributes(content)
        signature = self.signer.key.sign(der.encode_set_of(attributes) if self.with_attributes else content)
        return der.encode_sequence(
            der.encode_integer(1),
            der.encode_sequence(self.signer.issuer, der.encode_integer(self.signer.serial_number)),
            _algorithm(self.digest_algorithm),
            tlv.encode(SIGNED_ATTRIBUTES, b"".join(sorted(attributes))) if self.with_attributes else b"",
            self.signer.algorithm.algorithm_identifier(),
            der.encode_octet_string(self.change_signature(signature)),
        )

    def _attributes(self, content: bytes) -> list[bytes]:
        values: dict[str, bytes | None] = {
            CONTENT_TYPE: der.encode_object_identifier(self.content_type),
            MESSAGE_DIGEST: der.encode_octet_string(DigestAlgorithm.SHA256.digest(content)),
            **self.attributes,
        }
        encoded = [
            der.encode_sequence(der.encode_object_identifier(kind), der.encode_set_of([value]))
            for kind, value in values.items()
            if value is not None
        ]
        return [*encoded, encoded[0]] if self.attribute_repeated else encoded


def _algorithm(digest: DigestAlgorithm) -> bytes:
    return der.encode_sequence(der.encode_object_identifier(digest.oid), der.encode_null())
