"""Faults of EF.SOD: its signature, its form, and what it says about the data groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from openeoi.card.faults import signed_object
from openeoi.card.faults.fault import NOT_READ, Family, Fault, Inspection, Verdict
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.signed_object import SignedObject
from openeoi.card.faults.specimen import Specimen, signed, sound_data_groups, specimen
from openeoi.encoding import der, tlv
from openeoi.encoding.signature_algorithms import DigestAlgorithm

Change = Callable[[SignedObject, Laboratory], SignedObject]

_ABSENT_GROUP: Final = 15


def with_object(change: Change) -> Callable[[Laboratory], Specimen]:
    """The sound document with a security object changed before it was signed."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        return specimen(groups, change(signed(groups, laboratory.signer), laboratory).encode())

    return build


def with_file(change: Callable[[bytes], bytes]) -> Callable[[Laboratory], Specimen]:
    """The sound document with the bytes of EF.SOD changed after signing."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        return specimen(groups, change(signed(groups, laboratory.signer).encode()))

    return build


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _without(number: int) -> Change:
    return lambda sod, _: replace(sod, entries=tuple(entry for entry in sod.entries if entry[0] != number))


def _wrong_digest(sod: SignedObject, _: Laboratory) -> SignedObject:
    return replace(sod, entries=tuple((n, _flip_last(digest) if n == 2 else digest) for n, digest in sod.entries))


def _another_digest_algorithm(sod: SignedObject, _: Laboratory) -> SignedObject:
    """The SignerInfo says SHA-384; the digest in the signed attributes was made with SHA-256."""
    return replace(sod, digest_algorithm=DigestAlgorithm.SHA384)


def _indefinite(sod: bytes) -> bytes:
    """The ContentInfo in the BER form with an indefinite length, closed by two zero bytes."""
    inner = tlv.decode(tlv.decode_expected(sod, 0x77)).value
    return tlv.encode(0x77, b"\x30\x80" + inner + b"\x00\x00")


def _trailing(sod: bytes) -> bytes:
    """Four bytes behind the ContentInfo, inside tag 77."""
    return tlv.encode(0x77, tlv.decode_expected(sod, 0x77) + bytes.fromhex("04021234"))


def _long_lengths(sod: bytes) -> bytes:
    """The outer length with a needless zero byte."""
    value = tlv.decode_expected(sod, 0x77)
    return b"\x77\x83" + len(value).to_bytes(3, "big") + value


def _fault(
    name: str,
    sentence: str,
    clause: str,
    error: str,
    inspection: Inspection,
    build: Callable[[Laboratory], Specimen],
) -> Fault:
    return Fault(name, Family.SECURITY_OBJECT, sentence, clause, error, inspection, build)


def _failed(check: str, reason: str) -> Inspection:
    return Inspection(check, Verdict.FAILED, reason)


MALFORMED: Final = Inspection("signature", Verdict.FAILED, "decoding_error")

FAULTS: Final = (
    _fault(
        "sod-signature-wrong",
        "One bit of the signature over the signed attributes is flipped.",
        "ICAO 9303-11, 5.1; RFC 5652, 5.6",
        "SecurityObjectSignatureInvalid",
        _failed("signature", "security_object_signature_invalid"),
        with_object(lambda sod, _: replace(sod, change_signature=_flip_last)),
    ),
    _fault(
        "sod-message-digest-wrong",
        "The signed attributes hold the digest of another LDS security object, and that is rightly signed.",
        "RFC 5652, 5.4 and 11.2",
        "SecurityObjectDigestMismatch",
        _failed("signature", "security_object_digest_mismatch"),
        with_object(lambda sod, _: replace(sod, attributes={signed_object.MESSAGE_DIGEST: der.encode_octet_string(bytes(32))})),
    ),
    _fault(
        "sod-digest-algorithm-mismatch",
        "The SignerInfo names SHA-384, the message digest was made with SHA-256.",
        "RFC 5652, 5.3 and 5.4",
        "SecurityObjectDigestMismatch",
        _failed("signature", "security_object_digest_mismatch"),
        with_object(_another_digest_algorithm),
    ),
    _fault(
        "sod-hash-length-wrong",
        "The LDS security object says that its digests are SHA-384; they have 32 bytes.",
        "ICAO 9303-10, appendix D",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, hash_algorithm=DigestAlgorithm.SHA384)),
    ),
    _fault(
        "sod-signed-attributes-missing",
        "There are no signed attributes: the content itself is signed.",
        "ICAO 9303-10, table D.1; RFC 5652, 5.3",
        "SignedAttributesInvalid",
        _failed("signature", "signed_attributes_invalid"),
        with_object(lambda sod, _: replace(sod, with_attributes=False)),
    ),
    _fault(
        "sod-message-digest-missing",
        "The signed attributes hold no message digest, so that any content fits the signature.",
        "RFC 5652, 11.2",
        "SignedAttributesInvalid",
        _failed("signature", "signed_attributes_invalid"),
        with_object(lambda sod, _: replace(sod, attributes={signed_object.MESSAGE_DIGEST: None})),
    ),
    _fault(
        "sod-content-type-attribute-wrong",
        "The signed attributes name the content type id-data, the content is an LDS security object.",
        "RFC 5652, 11.1",
        "SignedAttributesInvalid",
        _failed("signature", "signed_attributes_invalid"),
        with_object(
            lambda sod, _: replace(sod, attributes={signed_object.CONTENT_TYPE: der.encode_object_identifier(signed_object.DATA)})
        ),
    ),
    _fault(
        "sod-signed-attribute-repeated",
        "A signed attribute stands twice.",
        "RFC 5652, 11",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, attribute_repeated=True)),
    ),
    _fault(
        "sod-content-type-wrong",
        "The signed content calls itself id-data in place of ldsSecurityObject.",
        "ICAO 9303-10, table D.1",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, content_type=signed_object.DATA)),
    ),
    _fault(
        "sod-certificate-missing",
        "The document signer's certificate is not in the object, and nowhere else.",
        "ICAO 9303-10, table D.1 (certificates)",
        "SignerCertificateMissing",
        Inspection("signature", Verdict.UNDETERMINED, "signer_certificate_missing"),
        with_object(lambda sod, _: replace(sod, certificates=())),
    ),
    _fault(
        "sod-certificate-of-another-signer",
        "The object carries a certificate of the same authority, but not the one that the SignerInfo names.",
        "RFC 5652, 5.3",
        "SignerCertificateMissing",
        Inspection("signature", Verdict.UNDETERMINED, "signer_certificate_missing"),
        with_object(lambda sod, laboratory: replace(sod, certificates=(laboratory.revoked_signer.certificate,))),
    ),
    _fault(
        "sod-two-signers",
        "The object has two SignerInfos.",
        "ICAO 9303-10, table D.1 (signerInfos)",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, signers=2)),
    ),
    _fault(
        "sod-indefinite-lengths",
        "The CMS object has an indefinite length: BER where DER is required.",
        "ICAO 9303-10, 4.6.2 and appendix D",
        "DecodingError",
        MALFORMED,
        with_file(_indefinite),
    ),
    _fault(
        "sod-long-length",
        "The outer length of EF.SOD has one byte more than it needs.",
        "ISO/IEC 8825-1, 10.1",
        "FileMalformed",
        NOT_READ,
        with_file(_long_lengths),
    ),
    _fault(
        "sod-trailing-bytes",
        "Bytes follow the CMS object inside tag 77.",
        "ICAO 9303-10, 4.6.2",
        "DecodingError",
        MALFORMED,
        with_file(_trailing),
    ),
    _fault(
        "sod-wrong-outer-tag",
        "EF.SOD has the tag 78 in place of 77.",
        "ICAO 9303-10, table 36",
        "DecodingError",
        MALFORMED,
        with_file(lambda sod: b"\x78" + sod[1:]),
    ),
    _fault(
        "sod-lds-version-missing",
        "The LDS security object has version 1 but no LDS version info.",
        "ICAO 9303-10, appendix D (version 1)",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, version=1)),
    ),
    _fault(
        "sod-lds-version-odd",
        "The LDS security object has version 7.",
        "ICAO 9303-10, appendix D",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, version=7, version_info=("0108", "040000"))),
    ),
    _fault(
        "sod-hash-repeated",
        "Data group 1 has two digests, the second one of other content.",
        "ICAO 9303-10, appendix D",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, entries=(*sod.entries, (1, bytes(32))))),
    ),
    _fault(
        "sod-group-number-odd",
        "There is a digest for a data group 17, which does not exist.",
        "ICAO 9303-10, appendix D",
        "DecodingError",
        MALFORMED,
        with_object(lambda sod, _: replace(sod, entries=(*sod.entries, (17, bytes(32))))),
    ),
    _fault(
        "sod-hash-missing",
        "Data group 2 is on the chip and in EF.COM, but has no digest.",
        "ICAO 9303-10, 4.6.2; 9303-11, 5.1",
        "DataGroupNotSigned",
        _failed("data", "data_group_not_signed"),
        with_object(_without(2)),
    ),
    _fault(
        "sod-hash-wrong",
        "The signed digest of data group 2 is not that of its content.",
        "ICAO 9303-11, 5.1",
        "DataGroupHashMismatch",
        _failed("data", "data_group_hash_mismatch"),
        with_object(_wrong_digest),
    ),
    _fault(
        "sod-hash-of-absent-group",
        "There is a digest for data group 15, which EF.COM and the chip do not have: the key against cloning was left out.",
        "ICAO 9303-11, 6.1 (active authentication); 9303-10, 4.6.1",
        "FilesDiffer",
        _failed("completeness", "files_differ"),
        with_object(lambda sod, _: replace(sod, entries=(*sod.entries, (_ABSENT_GROUP, bytes(32))))),
    ),
)
