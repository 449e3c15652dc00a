from collections.abc import Callable
from pathlib import Path

import pytest

from openeoi.encoding import mrz
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.mrz import Repair, RepairKind

VECTORS = Path(__file__).parents[2] / "vectors" / "mrz"
JANA = (VECTORS / "td1_vzorec_jana.txt").read_text("ascii").strip()
UTOPIA = (VECTORS / "td3_utopia.txt").read_text("ascii").strip()


def kinds(repairs: tuple[Repair, ...]) -> list[RepairKind]:
    return [repair.kind for repair in repairs]


@pytest.mark.parametrize(
    ("original", "blurred", "expected"),
    [
        (JANA, JANA.replace("\n", "\r\n") + "\n", [RepairKind.SPELLING]),
        (JANA, JANA.lower(), [RepairKind.SPELLING]),
        (JANA, JANA.replace("<<", "«"), [RepairKind.SPELLING]),
        (JANA, JANA.replace("IE9876543", "IE 9876543"), [RepairKind.SPELLING]),
        (JANA, JANA.replace("<\n", "\n"), [RepairKind.MISSING_FILLERS]),
        (JANA, JANA.rstrip("<"), [RepairKind.MISSING_FILLERS]),
        (JANA, JANA + "<<", [RepairKind.SURPLUS_FILLERS]),
        (JANA, JANA.replace("SVN<<<<<<<<<<<2", "SVN<<<<<<<<2"), [RepairKind.MISSING_FILLERS]),
        (JANA, JANA.replace("SVN<<<<<<<<<<<2", "SVN<<<<<<<<<<<<<2"), [RepairKind.SURPLUS_FILLERS]),
        (JANA, JANA.replace("I<SVN", "IKSVN"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("145<<", "145KK"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("SVN<<<<<<<<<<<2", "SVN<<K<<<<KK<K2"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("JANA<<<<<<<<<<<<<<<<<<", "JANAKKKK<<<<KK<<<<<<<<"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("VZOREC<<", "VZORECK<"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("VZOREC<<", "VZOREC<K"), [RepairKind.K_FOR_FILLER]),
        (JANA, JANA.replace("850628", "85O62B"), [RepairKind.LETTER_FOR_DIGIT] * 2),
        (JANA, JANA.replace("I<SVN", "1<5VN"), [RepairKind.DIGIT_FOR_LETTER] * 2),
        (JANA, JANA.replace("VZOREC", "VZ0REC"), [RepairKind.DIGIT_FOR_LETTER]),
        (JANA, JANA.replace("IE9876543", "1E98765A3".replace("A", "4")), [RepairKind.LOOK_ALIKE_IN_NUMBER]),
        (JANA, JANA.replace("IE9876543", "IE9B76S43"), [RepairKind.LOOK_ALIKE_IN_NUMBER] * 2),
        (UTOPIA, UTOPIA.replace("\n", ""), []),
        (UTOPIA, UTOPIA.replace("6B<<<<<10", "6B<<<10"), [RepairKind.MISSING_FILLERS]),
        (UTOPIA, UTOPIA.replace("P<UTO", "PKUT0"), [RepairKind.K_FOR_FILLER, RepairKind.DIGIT_FOR_LETTER]),
        (UTOPIA, UTOPIA.replace("L898902C", "L8989O2C"), [RepairKind.LOOK_ALIKE_IN_NUMBER]),
    ],
)
def test_repairs_and_reports(original: str, blurred: str, expected: list[RepairKind]) -> None:
    document, repairs = mrz.decode_tolerant(blurred)
    assert document == mrz.decode(original)
    assert kinds(repairs) == expected


def test_glued_lines_with_k_for_fillers() -> None:
    """What a public reader made of the specimen's back: one line, K for the filler."""
    glued = JANA.replace("\n", "").replace("<", "K").replace("VZORECKKJANA", "VZOREC<<JANA")
    document, repairs = mrz.decode_tolerant(glued)
    assert document == mrz.decode(JANA)
    assert RepairKind.K_FOR_FILLER in kinds(repairs)
    assert not any(repair.is_certain for repair in repairs if repair.kind is RepairKind.K_FOR_FILLER)


@pytest.mark.parametrize("cut", [lambda text: text[:28] + text[30:], lambda text: text.rstrip("<")])
def test_glued_lines_with_fillers_lost(cut: Callable[[str], str]) -> None:
    document, repairs = mrz.decode_tolerant(cut(JANA.replace("\n", "")))
    assert document == mrz.decode(JANA)
    assert RepairKind.GLUED_LINES in kinds(repairs)


def test_a_name_keeps_the_k_at_its_end() -> None:
    text = JANA.replace("VZOREC<<JANA<<", "NOVAK<<MAREK<<")
    assert mrz.decode_tolerant(text + "<")[0].secondary_identifier == "MAREK"


def test_a_repair_says_where_and_what() -> None:
    _, repairs = mrz.decode_tolerant(JANA.replace("850628", "85O628"))
    assert repairs == (Repair(RepairKind.LETTER_FOR_DIGIT, 2, 3, "O", "0", is_certain=True),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "VZOREC JANA",
        JANA.replace("IE9876543", "IE9876544"),
        JANA.replace("850628", "850629"),
        JANA.replace("VZOREC<<JANA", "VZOREC%%JANA"),
        JANA + "\n" + JANA,
        JANA.replace("VZOREC", "VZORECVZORECVZORECVZORECVZOREC"),
        "<" * 90,
        "A" * 300,
    ],
)
def test_what_would_need_guessing_is_rejected(text: str) -> None:
    with pytest.raises(DecodingError):
        mrz.decode_tolerant(text)
