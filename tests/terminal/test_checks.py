import pytest

from openeoi.terminal.checks import Check, Outcome, Weight, overall

GREEN, RED, YELLOW, GREY, STOPPED = Outcome


def checks(*outcomes: Outcome) -> list[Check]:
    return [Check(f"check {index}", outcome) for index, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("outcomes", "result"),
    [
        ((), YELLOW),
        ((GREEN,), GREEN),
        ((GREEN, GREEN), GREEN),
        ((GREEN, RED, STOPPED, YELLOW), RED),
        ((GREEN, STOPPED, YELLOW), STOPPED),
        ((GREEN, YELLOW), YELLOW),
        ((GREEN, GREY), YELLOW),
        ((GREY,), YELLOW),
    ],
)
def test_how_checks_add_up(outcomes: tuple[Outcome, ...], result: Outcome) -> None:
    assert overall(checks(*outcomes)) is result


def test_weights() -> None:
    good = Check("signature", GREEN)
    assert overall([good, Check("face", RED, "differs", Weight.EVALUATORY)]) is GREEN
    assert overall([good, Check("chip authentication", GREY, "the chip has none", Weight.OPTIONAL)]) is GREEN
    assert overall([good, Check("chip authentication", RED, "wrong key", Weight.OPTIONAL)]) is RED
