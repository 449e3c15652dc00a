"""Reading a zone that character recognition or a typist has blurred, with every repair reported.

The order: bring the text into lines of the right width, put fillers back where K was read (K counts 20 and the filler 0, equal
modulo 10, so no check digit can tell them apart: such repairs are never certain), put digits and letters where the field wants
them, and at last let the two check digits over the document number choose among look-alikes. What comes out has passed the strict
reading; what cannot be repaired without guessing raises DecodingError.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz.characters import ALPHABET, FILLER
from openeoi.encoding.mrz.travel_document_1 import TravelDocument1
from openeoi.encoding.mrz.travel_document_3 import TravelDocument3
from openeoi.encoding.mrz.zone import TravelDocument, decode

DIGIT_FOR = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
LETTER_FOR = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
FILLER_SIGNS = {"«": FILLER * 2, "‹": FILLER, "＜": FILLER}
# 6 and G are equal modulo 10, a check digit cannot choose between them.
LOOK_ALIKES = {"0": "O", "O": "0", "1": "I", "I": "1", "2": "Z", "Z": "2", "5": "S", "S": "5", "8": "B", "B": "8"}
NUMBER_REPAIRS_MAXIMUM = 2
TEXT_MAXIMUM = 200
SURPLUS_MAXIMUM = 14
MIDDLE_LINE_MINIMUM = 19
MIDDLE_LINE = re.compile(r"[0-9OQDILZSGB]{7}[MFK<][0-9OQDILZSGB]{7}[A-Z0-9<]{3}")
WIDTHS = {TravelDocument1.LINES: TravelDocument1.WIDTH, TravelDocument3.LINES: TravelDocument3.WIDTH}


class RepairKind(StrEnum):
    """What was wrong with the text."""

    SPELLING = "spaces, small letters or other signs for the filler"
    GLUED_LINES = "lines were not separated"
    MISSING_FILLERS = "fillers were missing"
    SURPLUS_FILLERS = "there were too many fillers"
    K_FOR_FILLER = "K was read for the filler"
    LETTER_FOR_DIGIT = "a letter was read for a digit"
    DIGIT_FOR_LETTER = "a digit was read for a letter"
    LOOK_ALIKE_IN_NUMBER = "a look-alike in the document number was chosen by the check digits"


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: `line` and `position` count from 1, `read` was replaced by `written`; an uncertain one wants a second look."""

    kind: RepairKind
    line: int
    position: int
    read: str
    written: str
    is_certain: bool = True


@dataclass(slots=True)
class _Reading:
    lines: list[str]
    repairs: list[Repair] = field(default_factory=list)

    def replace(self, kind: RepairKind, line: int, start: int, end: int, written: str, is_certain: bool = True) -> None:
        text = self.lines[line]
        if text[start:end] != written:
            self.repairs.append(Repair(kind, line + 1, start + 1, text[start:end], written, is_certain))
            self.lines[line] = text[:start] + written + text[end:]


def decode_tolerant(text: str) -> tuple[TravelDocument, tuple[Repair, ...]]:
    """The document and what had to be repaired to read it (nothing, where strict reading does and no K stands for fillers)."""
    if "K" not in text:
        with suppress(DecodingError):
            return decode(text), ()
    reading = _into_lines(text)
    names, data = (2, (0, 1)) if len(reading.lines) == TravelDocument1.LINES else (0, (1,))
    _repair_fillers(reading, names, data)
    _repair_widths(reading, names)
    _repair_fields(reading)
    try:
        return _choose_number(reading)
    except DecodingError:
        with suppress(DecodingError):
            return decode(text), ()  # the letters K were meant
        raise


def _into_lines(text: str) -> _Reading:
    if len(text) > TEXT_MAXIMUM:
        raise DecodingError(f"more than {TEXT_MAXIMUM} characters", TEXT_MAXIMUM)
    lines = []
    for line in text.splitlines():
        spelt = "".join(FILLER_SIGNS.get(character, character) for character in line if not character.isspace()).upper()
        if not ALPHABET.issuperset(spelt):
            raise DecodingError("a character that no machine readable zone holds", text.index(line))
        if spelt:
            lines.append(spelt)
    reading = _Reading(lines)
    if "".join(lines) != text.replace("\n", ""):
        reading.repairs.append(Repair(RepairKind.SPELLING, 1, 1, "", ""))
    if len(lines) not in WIDTHS or len(lines[0]) > WIDTHS[len(lines)] + SURPLUS_MAXIMUM or len(lines[1]) < MIDDLE_LINE_MINIMUM:
        reading.lines = _cut_apart("".join(lines))
        if len(lines) > 1 or any(len(line) != WIDTHS[len(reading.lines)] for line in reading.lines):
            reading.repairs.append(Repair(RepairKind.GLUED_LINES, 1, 1, "", ""))
    return reading


def _cut_apart(text: str) -> list[str]:
    count = TravelDocument3.LINES if text.startswith("P") else TravelDocument1.LINES
    if len(text) == count * WIDTHS[count]:
        return [text[start : start + WIDTHS[count]] for start in range(0, len(text), WIDTHS[count])]
    middle = MIDDLE_LINE.search(text, 15, 30 + 18)
    if middle and len(text) - middle.start() > TravelDocument1.WIDTH:
        end = middle.start() + TravelDocument1.WIDTH
        return [text[: middle.start()], text[middle.start() : end], text[end:]]
    raise DecodingError(f"{len(text)} characters cannot be cut into the lines of a zone", 0)


# --- fillers ------------------------------------------------------------------------------------------------------------------


def _repair_fillers(reading: _Reading, names: int, data: tuple[int, ...]) -> None:
    for line in data:
        _repair_data_fillers(reading, line)
    _repair_trailing_fillers(reading, names)
    _repair_separator(reading, names)


def _repair_data_fillers(reading: _Reading, line: int) -> None:
    """Runs that reach the end of the optional data: to the end of the upper line of TD1, to the check digits of the others."""
    text = reading.lines[line]
    if len(reading.lines) == TravelDocument1.LINES and line == 0:
        run, head = re.search(r"[K<]+$", text), 15
    else:
        run, head = re.search(r"[K<]+(?=[0-9OQDILZSGBK<]{1,2}$)", text), 18 if len(reading.lines) == TravelDocument1.LINES else 28
    if run and run.start() >= head:
        reading.replace(RepairKind.K_FOR_FILLER, line, run.start(), run.end(), FILLER * len(run[0]), is_certain=False)


def _repair_trailing_fillers(reading: _Reading, line: int) -> None:
    """One K before the fillers is the end of a name (NOVAK<<<<), further ones are fillers."""
    run = re.search(r"(?<=[A-Z<])[K<]+$", reading.lines[line])
    if run is None or "K" not in run[0] or re.fullmatch(r"K<*|KK", run[0]):
        return
    reading.replace(RepairKind.K_FOR_FILLER, line, run.start(), run.end(), FILLER * len(run[0]), is_certain=False)


def _repair_separator(reading: _Reading, line: int) -> None:
    """Where the two fillers between the identifiers are not to be seen and one place alone can have held them."""
    start = 5 if len(reading.lines) == TravelDocument3.LINES else 0
    names = reading.lines[line][start:].rstrip(FILLER)
    if FILLER * 2 in names:
        return
    places = [match.start() for match in re.finditer(r"(?<=[A-Z])(?=<K|K<|KK)", names)]
    if len(places) == 1:
        position = start + places[0]
        reading.replace(RepairKind.K_FOR_FILLER, line, position, position + 2, FILLER * 2, is_certain=False)


def _repair_widths(reading: _Reading, names: int) -> None:
    width = WIDTHS[len(reading.lines)]
    for line, text in enumerate(reading.lines):
        ends_with_fillers = line == names or (line == 0 and len(reading.lines) == TravelDocument1.LINES)
        runs = [match.end() for match in re.finditer(FILLER + "+", text)]
        end = len(text) if ends_with_fillers else (runs[-1] if runs else len(text) - 1)
        missing = width - len(text)
        if missing > 0:
            reading.replace(RepairKind.MISSING_FILLERS, line, end, end, FILLER * missing)
        elif missing < 0:
            if text[end + missing : end] != FILLER * -missing:
                raise DecodingError(f"line {line + 1} has {len(text)} characters, it has {width}")
            reading.replace(RepairKind.SURPLUS_FILLERS, line, end + missing, end, "")


# --- fields -------------------------------------------------------------------------------------------------------------------


def _repair_fields(reading: _Reading) -> None:
    _code(reading, 0, 0, 2)
    _code(reading, 0, 2, 5)
    if len(reading.lines) == TravelDocument1.LINES:
        _digits(reading, 0, 14, 15)
        _digits(reading, 1, 0, 7)
        _sex(reading, 1, 7)
        _digits(reading, 1, 8, 15)
        _code(reading, 1, 15, 18)
        _digits(reading, 1, 29, 30)
        _letters(reading, 2, 0, 30)
        return
    _letters(reading, 0, 5, 44)
    _digits(reading, 1, 9, 10)
    _code(reading, 1, 10, 13)
    _digits(reading, 1, 13, 20)
    _sex(reading, 1, 20)
    _digits(reading, 1, 21, 28)
    _digits(reading, 1, 42, 44)


def _digits(reading: _Reading, line: int, start: int, end: int) -> None:
    for position in range(start, end):
        digit = DIGIT_FOR.get(reading.lines[line][position])
        if digit:
            reading.replace(RepairKind.LETTER_FOR_DIGIT, line, position, position + 1, digit)


def _letters(reading: _Reading, line: int, start: int, end: int) -> None:
    for position in range(start, end):
        letter = LETTER_FOR.get(reading.lines[line][position])
        if letter:
            reading.replace(RepairKind.DIGIT_FOR_LETTER, line, position, position + 1, letter)


def _code(reading: _Reading, line: int, start: int, end: int) -> None:
    """Letters of a document code or state, with fillers behind short ones: IK is I<, DKK is D<<."""
    _letters(reading, line, start, end)
    text = reading.lines[line][start:end]
    if re.fullmatch(r"[A-Z][K<]+", text):
        reading.replace(RepairKind.K_FOR_FILLER, line, start + 1, end, FILLER * (len(text) - 1), is_certain=False)


def _sex(reading: _Reading, line: int, position: int) -> None:
    if reading.lines[line][position] == "K":
        reading.replace(RepairKind.K_FOR_FILLER, line, position, position + 1, FILLER, is_certain=False)


def _choose_number(reading: _Reading) -> tuple[TravelDocument, tuple[Repair, ...]]:
    """Strict reading; where it fails, the one exchange of look-alikes in the document number that passes every check digit."""
    try:
        return decode("\n".join(reading.lines)), tuple(reading.repairs)
    except DecodingError as error:
        failure = error
    line, start = (0, 5) if len(reading.lines) == TravelDocument1.LINES else (1, 0)
    places = [place for place in range(start, start + 9) if reading.lines[line][place] in LOOK_ALIKES]
    for count in range(1, NUMBER_REPAIRS_MAXIMUM + 1):
        found = [attempt for chosen in combinations(places, count) if (attempt := _exchange(reading, line, chosen))]
        if len(found) == 1:
            return found[0]
        if found:
            raise DecodingError("several document numbers fit the check digits")
    raise failure


def _exchange(reading: _Reading, line: int, places: tuple[int, ...]) -> tuple[TravelDocument, tuple[Repair, ...]] | None:
    attempt = _Reading(list(reading.lines), list(reading.repairs))
    for place in places:
        written = LOOK_ALIKES[attempt.lines[line][place]]
        attempt.replace(RepairKind.LOOK_ALIKE_IN_NUMBER, line, place, place + 1, written)
    try:
        return decode("\n".join(attempt.lines)), tuple(attempt.repairs)
    except DecodingError:
        return None
