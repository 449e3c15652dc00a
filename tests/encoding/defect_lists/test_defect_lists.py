"""Both formats of lists of defects: written and read back, real-world deviations, damage."""

from datetime import UTC, datetime

import pytest

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import der, tlv
from openeoi.encoding.defect_lists.bsi import DefectList
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.defect_lists.icao import DeviationList
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm

NAME = der.encode_sequence(tlv.encode(der.SET, der.encode_sequence(der.encode_object_identifier("2.5.4.6"), b"\x13\x02IT")))
BY_NAME = SignerReference(NAME, 77)
WITH_DIGEST = SignerReference(NAME, 77, digest=bytes(32))
BY_KEY = SignerReference(subject_key_identifier=bytes(20))
PERIOD = (datetime(2017, 10, 1, tzinfo=UTC), datetime(2018, 2, 5, 23, 59, 59, tzinfo=UTC))
HASH_WRONG = ListedDefect("2.23.136.1.1.7.2.2", der.encode_integer(12), "THE HASH OF DG12 IS WRONG")

DEVIATIONS = DeviationList(
    (
        Entry(Documents(None, "C", PERIOD, frozenset({"CA00000AL", "CA00001AL"})), (HASH_WRONG,)),
        Entry(Documents(BY_NAME), (ListedDefect("2.23.136.1.1.7.1.4"),)),
        Entry(Documents(BY_KEY), (ListedDefect("2.23.136.1.1.7.2.4"),)),
        Entry(Documents(SignerReference(digest=bytes(32))), (ListedDefect("2.23.136.1.1.7.5"),)),
    ),
    DigestAlgorithm.SHA256,
)
DEFECTS = DefectList(
    DigestAlgorithm.SHA256,
    (
        Entry(Documents(WITH_DIGEST), (ListedDefect("0.4.0.127.0.7.3.1.5.1.1", der.encode_integer(3)),)),
        Entry(Documents(BY_KEY), (ListedDefect("0.4.0.127.0.7.3.1.5.2.1", der.encode_set_of([der.encode_integer(11)])),)),
    ),
)  # fmt: skip


def as_set(entries: tuple[Entry, ...]) -> set[Entry]:
    return set(entries)


@pytest.mark.parametrize("listed", [DEVIATIONS, DEFECTS], ids=["ICAO", "BSI"])
def test_what_is_written_is_read(listed: DeviationList | DefectList) -> None:
    raw = listed.encode()
    read = type(listed).decode(raw)
    assert as_set(read.entries) == as_set(listed.entries)
    assert read.hash_algorithm == listed.hash_algorithm
    assert read.encode() == raw
    check_truncation(type(listed).decode, raw)
    check_flipped_bytes(type(listed).decode, raw)
    check_trailing_bytes(type(listed).decode, raw)


def test_times_with_fractions_and_quotation_marks_are_in_circulation() -> None:
    listed = DeviationList((Entry(Documents(issued=PERIOD), (HASH_WRONG,)),))
    raw = listed.encode()
    times = b"".join(tlv.encode(der.GENERALIZED_TIME, one) for one in (b"20171001000000.000Z", b"20180205235959.999Z"))
    documents = der.encode_sequence(tlv.encode(0xA4, times))
    description = der.encode_sequence(tlv.encode(0x13, b'DOES NOT CONTAIN "X"'), der.encode_object_identifier(HASH_WRONG.kind))
    odd = der.encode_sequence(
        der.encode_integer(0), tlv.encode(der.SET, der.encode_sequence(documents, tlv.encode(der.SET, description)))
    )
    (entry,) = DeviationList.decode(odd).entries
    assert entry.documents.issued == PERIOD
    assert entry.defects[0].description == 'DOES NOT CONTAIN "X"'
    assert DeviationList.decode(raw).entries == listed.entries


@pytest.mark.parametrize(
    "documents",
    [
        tlv.encode(0x82, bytes(20)) + tlv.encode(0x83, bytes(32)),
        tlv.encode(0xA5, b"") + tlv.encode(0x80, b"C"),
        tlv.encode(0x80, b"C") + tlv.encode(0x80, b"P"),
        tlv.encode(0x86, b""),
        tlv.encode(0xA4, tlv.encode(der.GENERALIZED_TIME, b"20171001000000Z")),
        tlv.encode(0xA4, 2 * tlv.encode(der.GENERALIZED_TIME, b"20171301000000Z")),
        tlv.encode(0xA1, NAME),
        tlv.encode(0x80, b"\x07"),
    ],
)
def test_conditions_that_the_standard_does_not_know(documents: bytes) -> None:
    deviation = der.encode_sequence(der.encode_sequence(documents), tlv.encode(der.SET, b""))
    with pytest.raises(DecodingError):
        DeviationList.decode(der.encode_sequence(der.encode_integer(0), tlv.encode(der.SET, deviation)))


def test_what_a_format_cannot_say_is_refused() -> None:
    for documents in (Documents(document_type="P"), Documents(BY_KEY, numbers=frozenset({"1"})), Documents()):
        with pytest.raises(EncodingError):
            DefectList(DigestAlgorithm.SHA256, (Entry(documents, ()),)).encode()
    with pytest.raises(EncodingError):
        DefectList(DigestAlgorithm.SHA256, (Entry(Documents(SignerReference(digest=bytes(32))), ()),)).encode()
    with pytest.raises(EncodingError):
        DeviationList((Entry(Documents(document_type="Č"), ()),)).encode()
    for values in ({}, {"issuer": NAME}, {"serial_number": 1}):
        with pytest.raises(EncodingError):
            SignerReference(**values)  # type: ignore[arg-type]
