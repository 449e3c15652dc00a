from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.mrz import may_be_truncated, names, truncate_names

VECTORS = Path(__file__).parents[2] / "vectors" / "mrz"
identifiers = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=16), min_size=1, max_size=6).map(" ".join)


def cases(file: str) -> list[tuple[str, str, str]]:
    lines = (VECTORS / file).read_text("ascii").splitlines()
    return [(primary, secondary, field) for primary, secondary, field in (line.split("|") for line in lines)]


@pytest.mark.parametrize(("primary", "secondary", "field"), cases("names_td1.txt") + cases("names_td3.txt"))
def test_names_of_the_standard(primary: str, secondary: str, field: str) -> None:
    assert names.encode_names(primary, secondary, len(field)) == field
    assert names.decode_names(field) == (primary, secondary)
    assert truncate_names(primary, secondary, len(field)) == (primary, secondary)
    assert may_be_truncated(primary, secondary, len(field)) == field[-1].isalpha()


@pytest.mark.parametrize(
    ("primary", "secondary", "width", "field"),
    [
        ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("VILARCHAO FERNANDEZ", "JOSE RAMON", 30, "VILARCHAO<FERNANDEZ<<JOSE<RAMO"),
        ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", 30, "BENNEL<WOOLOO<WARRAN<WARNAM<<D"),
        ("A" * 31, "", 30, "A" * 30),
        ("AAAAAAAAAAA AAAAAAAAAAAA", "A A AAAAAA AAAA AAAAAAA", 30, "AAAAAAAAAAA<AAAAAAAAAAA<<A<A<A"),
        ("A A AA AAA AAAAA AAAAAAAAA", "A A", 30, "A<A<AA<AAA<AAAAA<AAAAAAAA<<A<A"),
        ("PAPANDROPOULOUS", "JONATHAN J ALEC MARIA", 27, "PAPANDROPOULOUS<<JONATHAN<J"),
        ("PAPANDROPOULOUS", "JONATHAN J ALEC MARIA", 28, "PAPANDROPOULOUS<<JONATHA<J<A"),
    ],
)
def test_truncation(primary: str, secondary: str, width: int, field: str) -> None:
    assert names.encode_names(*truncate_names(primary, secondary, width), width) == field


@given(identifiers, st.one_of(st.just(""), identifiers), st.sampled_from([30, 39]))
def test_truncated_names_fit_and_end_with_a_letter(primary: str, secondary: str, width: int) -> None:
    shortened = truncate_names(primary, secondary, width)
    field = names.encode_names(*shortened, width)
    assert names.decode_names(field) == shortened
    assert bool(shortened[1]) == bool(secondary)
    if shortened != (primary, secondary):
        assert field[-1].isalpha()
    if len(primary) + 2 + len(secondary) <= width:
        assert shortened == (primary, secondary)


@pytest.mark.parametrize(("primary", "secondary"), [("", "A"), ("a", ""), ("A-B", ""), ("A", "B<C")])
def test_refuses_what_the_zone_cannot_hold(primary: str, secondary: str) -> None:
    with pytest.raises(EncodingError):
        truncate_names(primary, secondary, 30)
