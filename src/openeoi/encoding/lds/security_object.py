"""EF.SOD: the signed list of data group digests (ICAO 9303-10, 4.6.2 and appendix D; 9303-12 for the signature).

`SecurityObject` only reads; who signed, and whether rightly, is decided by `protocols.passive_authentication`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openeoi.encoding import cms, der, tlv
from openeoi.encoding.asn1 import reading
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.lds import files
from openeoi.encoding.signature_algorithms import SIGNING_DIGESTS, DigestAlgorithm, SignatureAlgorithm, digest_named

LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
SOD_TAG = 0x77
PRINTABLE_STRING = 0x13
STRICT_LEVELS = 5
"""How deep the lengths of the CMS object are checked: down to the members of SignerInfo. What lies deeper is either signed byte
by byte (certificates, attributes) or decoded strictly (the content)."""


@dataclass(frozen=True, slots=True)
class LdsVersion:
    """LDSVersionInfo, present in version 1: `lds_version` such as "0108", `unicode_version` such as "040000"."""

    lds_version: str
    unicode_version: str


@dataclass(frozen=True, slots=True)
class LdsSecurityObject:
    """The signed content: `digests` of the complete data group files by data group number; `version` is 0 or 1."""

    hash_algorithm: DigestAlgorithm
    digests: Mapping[int, bytes]
    version: int = 0
    lds_version: LdsVersion | None = None

    def __post_init__(self) -> None:
        if not set(self.digests) <= set(files.DATA_GROUPS) or len(self.digests) < 2:
            raise EncodingError("dataGroupHashValues", "two to sixteen data groups, numbered 1 to 16")
        if any(len(digest) != self.hash_algorithm.size for digest in self.digests.values()):
            raise EncodingError("dataGroupHashValues", f"a digest that is not {self.hash_algorithm.size} bytes long")
        if (self.version, self.lds_version is None) not in ((0, True), (1, False)):
            raise EncodingError("version", "version 0 goes without LDS version info, version 1 with it")

    def encode(self) -> bytes:
        """DER of LDSSecurityObject, data groups in the order of the mapping."""
        hashes = (
            der.encode_sequence(der.encode_integer(number), der.encode_octet_string(digest))
            for number, digest in self.digests.items()
        )
        algorithm = der.encode_sequence(der.encode_object_identifier(self.hash_algorithm.oid), der.encode_null())
        parts = [der.encode_integer(self.version), algorithm, der.encode_sequence(*hashes)]
        if self.lds_version is not None:
            texts = (self.lds_version.lds_version, self.lds_version.unicode_version)
            parts.append(der.encode_sequence(*(tlv.encode(PRINTABLE_STRING, text.encode("ascii")) for text in texts)))
        return der.encode_sequence(*parts)

    @classmethod
    def decode(cls, raw: bytes) -> LdsSecurityObject:
        members = der.decode_sequence(raw)
        if not 3 <= len(members) <= 4:
            raise DecodingError(f"the LDS security object has {len(members)} members")
        version = der.decode_integer(members[0])
        algorithm = _hash_algorithm(members[1])
        digests = _digests(members[2])
        lds_version = _lds_version(members[3]) if len(members) == 4 else None
        try:
            return cls(algorithm, digests, version, lds_version)
        except EncodingError as error:
            raise DecodingError(f"LDS security object, {error}") from error


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """EF.SOD taken apart: the LDS security object, its exact DER as signed (`content`), the CMS around it."""

    lds: LdsSecurityObject
    signed_data: cms.SignedData

    @property
    def signer(self) -> cms.SignerInfo:
        return self.signed_data.signer_infos[0]

    @property
    def content(self) -> bytes:
        return self.signed_data.content

    @property
    def certificates(self) -> tuple[bytes, ...]:
        return self.signed_data.certificates

    @classmethod
    def decode(cls, raw: bytes) -> SecurityObject:
        """The whole file with its tag 77. Exactly one signer (ICAO 9303-10, table D.1). Raises DecodingError."""
        content = tlv.decode_expected(raw, SOD_TAG)
        _require_definite_lengths(content, 0, len(content), STRICT_LEVELS)
        signed = cms.SignedData.decode(content)
        if signed.content_type != LDS_SECURITY_OBJECT:
            raise DecodingError(f"EF.SOD holds {signed.content_type} where an LDS security object belongs")
        if len(signed.signer_infos) != 1:
            raise DecodingError(f"EF.SOD has {len(signed.signer_infos)} signers, one is required")
        return cls(LdsSecurityObject.decode(signed.content), signed)


def encode_lds_security_object(
    hash_algorithm: DigestAlgorithm, digests: Mapping[int, bytes], lds_version: LdsVersion | None = None
) -> bytes:
    """DER of the signed content; data groups by number; with `lds_version` version 1, without it version 0. EncodingError."""
    return LdsSecurityObject(hash_algorithm, dict(sorted(digests.items())), 0 if lds_version is None else 1, lds_version).encode()


def build_security_object(
    lds_object: bytes,
    signer_certificate_der: bytes,
    digest_algorithm: DigestAlgorithm,
    signature_algorithm: SignatureAlgorithm,
    sign: Callable[[bytes], bytes],
    *,
    identification: cms.SignerIdentification = cms.SignerIdentification.ISSUER_AND_SERIAL_NUMBER,
    signing_time: datetime | None = None,
) -> bytes:
    """EF.SOD including its tag 77. `sign` gets the signed attributes (DER) and returns the signature (ECDSA: DER of r and s).

    Raises EncodingError where the digest does not fit the signature algorithm or may not be used for signing (ICAO 9303-12, 4.4).
    """
    if digest_algorithm not in SIGNING_DIGESTS or digest_algorithm is not signature_algorithm.digest:
        raise EncodingError("digestAlgorithm", f"{digest_algorithm} does not go with {signature_algorithm}")
    signer = cms.Signer(signer_certificate_der, signature_algorithm, sign, identification, signing_time)
    return tlv.encode(SOD_TAG, cms.build_signed_data(LDS_SECURITY_OBJECT, lds_object, signer))


def _require_definite_lengths(raw: bytes, start: int, end: int, levels: int) -> None:
    """The objects there are DER and no other BER: asn1crypto would read indefinite and needlessly long lengths as well."""
    for _, tag, content, behind in tlv.spans(raw, start, end):
        if levels and raw[tag] & tlv.CONSTRUCTED:
            _require_definite_lengths(raw, content, behind, levels - 1)


def _hash_algorithm(member: tlv.Tlv) -> DigestAlgorithm:
    parts = der.decode_sequence(member)
    # The NULL parameter may stand or be absent (RFC 5754, 2).
    if not 1 <= len(parts) <= 2:
        raise DecodingError("hashAlgorithm is an OID and perhaps NULL")
    for parameters in parts[1:]:
        der.decode_null(parameters)
    oid = der.decode_object_identifier(parts[0])
    for algorithm in DigestAlgorithm:
        if algorithm.oid == oid:
            return algorithm
    return digest_named(oid)


def _digests(member: tlv.Tlv) -> dict[int, bytes]:
    digests: dict[int, bytes] = {}
    for entry in der.decode_sequence(member):
        parts = der.decode_sequence(entry)
        if len(parts) != 2:
            raise DecodingError("a DataGroupHash has a number and a value")
        number = der.decode_integer(parts[0])
        if number in digests:
            raise DecodingError(f"data group {number} has two digests")
        digests[number] = der.decode_octet_string(parts[1])
    return digests


def _lds_version(member: tlv.Tlv) -> LdsVersion:
    parts = der.decode_sequence(member)
    if len(parts) != 2 or any(part.tag != PRINTABLE_STRING for part in parts):
        raise DecodingError("ldsVersionInfo is two PrintableStrings")
    with reading("ldsVersionInfo"):
        return LdsVersion(*(part.value.decode("ascii") for part in parts))
