"""Faults of the data groups: their content, their form, their sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from openeoi.card.faults.defects import Defect
from openeoi.card.faults.fault import NOT_READ, Family, Fault, Inspection, Verdict
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import ZONE, Specimen, signed, sound_data_groups, sound_specimen, specimen
from openeoi.encoding import tlv
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.lds.data_group_11 import DataGroup11
from openeoi.encoding.lds.files import data_group
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu

Content = Callable[[bytes], bytes]
SHORT_IDENTIFIER: Final = 0x80
SELECT: Final = 0xA4
READ_BINARY: Final = 0xB0
PIECE: Final = 256
LONGEST: Final = 4096


def altered(number: int, change: Content) -> Callable[[Laboratory], Specimen]:
    """One data group changed after the document was signed."""

    def build(laboratory: Laboratory) -> Specimen:
        sound = sound_specimen(laboratory)
        return sound.with_group(number, change(sound.data_groups[number]))

    return build


def signed_so(number: int, change: Content) -> Callable[[Laboratory], Specimen]:
    """One data group that is wrong, and rightly signed as it is."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        groups[number] = change(groups[number])
        return specimen(groups, signed(groups, laboratory.signer).encode())

    return build


def _younger(group: bytes) -> bytes:
    return DataGroup1(replace(ZONE, date_of_birth="160101").encode()).encode()


def _wrong_check_digit(group: bytes) -> bytes:
    """The check digit behind the document number."""
    start = group.index(b"FC0000001") + 9
    return group[:start] + bytes((0x30 + (group[start] - 0x30 + 1) % 10,)) + group[start + 1 :]


def _wrong_composite(group: bytes) -> bytes:
    """The composite check digit at the end of the second line; all others are right."""
    position = group.index(ZONE.encode().split("\n")[1].encode()) + 29
    return group[:position] + bytes((0x30 + (group[position] - 0x30 + 1) % 10,)) + group[position + 1 :]


def _another_face(group: bytes) -> bytes:
    return sound_data_groups(shade=20)[2]


def _another_number(group: bytes) -> bytes:
    return DataGroup11(name_of_holder="VZOREC<<JANA", personal_number="0101006505999").encode()


def _no_picture(group: bytes) -> bytes:
    return group.replace(b"\xff\xd8\xff", b"\x00\x00\x00", 1)


def _tag(tag: int) -> Content:
    return lambda group: bytes((tag,)) + group[1:]


def _four_gigabytes(group: bytes) -> bytes:
    return bytes((group[0],)) + bytes.fromhex("84FFFFFFFF") + group[1:]


def _longer_than_the_file(group: bytes) -> bytes:
    value = tlv.decode(group).value
    return tlv.encode_tag(group[0]) + tlv.encode_length(len(value) + 100) + value


def _shorter_than_the_content(group: bytes) -> bytes:
    value = tlv.decode(group).value
    return tlv.encode_tag(group[0]) + tlv.encode_length(len(value) - 10) + value


class FileDefect(Defect):
    """Falsifies answers to READ BINARY of one data group, whether it was named by SELECT or by its short identifier.

    The chip gives it in pieces, so that a reader with extended length comes to the middle of the file as well. `change` gets
    command, response, offset.
    """

    def __init__(self, number: int, change: Callable[[CommandApdu, ResponseApdu, int], ResponseApdu]) -> None:
        self._number = number
        self._change = change
        self._selected = False

    def in_clear(self, command: CommandApdu, answer: Callable[[], ResponseApdu]) -> ResponseApdu:
        response = answer()
        if command.ins == SELECT:
            self._selected = command.data == data_group(self._number).file_id.to_bytes(2, "big")
        if command.ins != READ_BINARY:
            return response
        if command.p1 & SHORT_IDENTIFIER:
            self._selected = command.p1 & 0x1F == data_group(self._number).short_id
        if not self._selected:
            return response
        offset = command.p2 if command.p1 & SHORT_IDENTIFIER else command.p1 << 8 | command.p2
        piece = response if len(response.data) <= PIECE else ResponseApdu(status.SUCCESS, response.data[:PIECE])
        return self._change(command, piece, offset)


def _answers(change: Callable[[CommandApdu, ResponseApdu, int], ResponseApdu]) -> Callable[[], Defect]:
    return lambda: FileDefect(2, change)


def _nothing_after_the_start(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
    return ResponseApdu(status.SUCCESS) if offset else response


def _more_than_asked(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
    """A stream that takes no notice of Le."""
    return ResponseApdu(status.SUCCESS, bytes(min(command.expected or 0, LONGEST) + 16))


def _ends_in_the_middle(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
    return ResponseApdu(status.END_OF_FILE, response.data[:50]) if offset > 1000 else response


def _wrong_offset(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
    return ResponseApdu(status.WRONG_OFFSET) if offset > 1000 else response


def _always_the_start(beginning: list[bytes]) -> Callable[[CommandApdu, ResponseApdu, int], ResponseApdu]:
    """The card takes no notice of the offset: it gives the file's beginning again and again."""

    def change(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
        if not offset:
            beginning.append(response.data)
        return ResponseApdu(status.SUCCESS, beginning[-1][: command.expected or 0])

    return change


def _refused(command: CommandApdu, response: ResponseApdu, offset: int) -> ResponseApdu:
    """The card does not give this data group, although it has it."""
    return ResponseApdu(status.SECURITY_STATUS_NOT_SATISFIED)


def _fault(
    name: str,
    sentence: str,
    clause: str,
    error: str,
    inspection: Inspection | None,
    build: Callable[[Laboratory], Specimen] = sound_specimen,
    defect: Callable[[], Defect] = Defect,
) -> Fault:
    return Fault(name, Family.DATA_GROUPS, sentence, clause, error, inspection, build, defect)


def _failed(check: str, reason: str) -> Inspection:
    return Inspection(check, Verdict.FAILED, reason)


MALFORMED: Final = _failed("files", "decoding_error")
MISMATCH: Final = _failed("data", "data_group_hash_mismatch")
HASHES: Final = "ICAO 9303-11, 5.1"

FAULTS: Final = (
    _fault(
        "dg1-altered",
        "The birth date in data group 1 was changed after signing; all check digits are right.",
        HASHES,
        "DataGroupHashMismatch",
        MISMATCH,
        altered(1, _younger),
    ),
    _fault(
        "dg1-check-digit-wrong",
        "The check digit of the document number is wrong, and signed so.",
        "ICAO 9303-3, 4.9; 9303-5, 4.2",
        "DecodingError",
        MALFORMED,
        signed_so(1, _wrong_check_digit),
    ),
    _fault(
        "dg1-composite-check-digit-wrong",
        "Only the composite check digit of the zone is wrong, and signed so.",
        "ICAO 9303-5, 4.2",
        "DecodingError",
        MALFORMED,
        signed_so(1, _wrong_composite),
    ),
    _fault(
        "dg1-wrong-outer-tag",
        "The file of data group 1 has the tag of data group 11, and is signed so.",
        "ICAO 9303-10, table 36",
        "DecodingError",
        MALFORMED,
        signed_so(1, _tag(0x6B)),
    ),
    _fault(
        "dg1-too-long-inside",
        "The inner length of the zone says more than the outer one allows, and is signed so.",
        "ISO/IEC 7816-4, 6.3; ICAO 9303-10, 4.7.1",
        "DecodingError",
        MALFORMED,
        signed_so(1, lambda group: group[:4] + bytes((group[4] + 5,)) + group[5:]),
    ),
    _fault(
        "dg1-tag-cut-off",
        "The file of data group 1 has one byte, the first of a two-byte tag.",
        "ICAO 9303-10, 3.11; ISO/IEC 7816-4, 6.3",
        "FileMalformed",
        NOT_READ,
        altered(1, lambda group: b"\x7f"),
    ),
    _fault(
        "dg2-altered",
        "The portrait was replaced by another person's after signing.",
        HASHES,
        "DataGroupHashMismatch",
        MISMATCH,
        altered(2, _another_face),
    ),
    _fault(
        "dg2-of-another-card",
        "Data group 2 comes from another genuine card of the same state: a sound file in the wrong chip.",
        HASHES,
        "DataGroupHashMismatch",
        MISMATCH,
        altered(2, lambda group: sound_data_groups(replace(ZONE, document_number="FC0000002"), shade=200)[2]),
    ),
    _fault(
        "dg2-no-picture",
        "The portrait is neither JPEG nor JPEG 2000, and signed so.",
        "ICAO 9303-10, 4.7.2; ISO/IEC 19794-5",
        "DecodingError",
        MALFORMED,
        signed_so(2, _no_picture),
    ),
    _fault(
        "dg2-shorter-than-content",
        "The outer length of data group 2 is ten bytes too small, so that its last object is cut off; it is signed so.",
        "ISO/IEC 7816-4, 6.3",
        "DecodingError",
        MALFORMED,
        signed_so(2, lambda group: _shorter_than_the_content(group)[:-10]),
    ),
    _fault(
        "dg2-four-gigabytes",
        "The length of data group 2 says 4 294 967 295 bytes.",
        "ICAO 9303-10, 3.11; ISO/IEC 7816-4, 6.3",
        "FileMalformed",
        NOT_READ,
        altered(2, _four_gigabytes),
    ),
    _fault(
        "dg2-longer-than-file",
        "The length of data group 2 says 100 bytes more than the file has.",
        "ISO/IEC 7816-4, 6.3 and 11.3.3 (6B00)",
        "FileMalformed",
        NOT_READ,
        altered(2, _longer_than_the_file),
    ),
    _fault(
        "dg2-ends-early",
        "READ BINARY reports the end of the file (6282) in the middle of data group 2.",
        "ISO/IEC 7816-4, 11.3",
        "FileMalformed",
        NOT_READ,
        defect=_answers(_ends_in_the_middle),
    ),
    _fault(
        "dg2-offset-refused",
        "READ BINARY refuses offsets (6B00) that lie inside data group 2.",
        "ISO/IEC 7816-4, 11.3",
        "FileMalformed",
        NOT_READ,
        defect=_answers(_wrong_offset),
    ),
    _fault(
        "dg2-reads-of-nothing",
        "After the first piece of data group 2 the chip answers 9000 without data, again and again.",
        "ISO/IEC 7816-4, 11.3",
        "FileMalformed",
        NOT_READ,
        defect=_answers(_nothing_after_the_start),
    ),
    _fault(
        "dg2-more-than-asked",
        "The chip answers READ BINARY of data group 2 with more bytes than Le allows, without an end.",
        "ISO/IEC 7816-4, 5.2 (Ne is a maximum)",
        "FileMalformed",
        NOT_READ,
        defect=_answers(_more_than_asked),
    ),
    _fault(
        "dg2-offset-ignored",
        "The chip takes no notice of the offset and gives the beginning of data group 2 again and again.",
        "ISO/IEC 7816-4, 11.3; ICAO 9303-11, 5.1",
        "DataGroupHashMismatch",
        MISMATCH,
        defect=_answers(_always_the_start([])),
    ),
    _fault(
        "dg2-refused",
        "The chip refuses data group 2 (6982), which EF.COM lists and the security object covers.",
        "ICAO 9303-10, 4.7 (data groups 1 and 2 are mandatory)",
        "FileMissing",
        Inspection("files", Verdict.UNDETERMINED, "file_missing"),
        defect=_answers(_refused),
    ),
    _fault(
        "dg11-altered",
        "The personal number in data group 11 was changed after signing.",
        HASHES,
        "DataGroupHashMismatch",
        None,
        altered(11, _another_number),
    ),
    _fault(
        "dg14-malformed",
        "Data group 14 holds an octet string where a set of security infos belongs, and is signed so.",
        "ICAO 9303-10, 4.7.14",
        "DecodingError",
        MALFORMED,
        signed_so(14, lambda group: tlv.encode(0x6E, tlv.encode(0x04, b"nothing"))),
    ),
)
