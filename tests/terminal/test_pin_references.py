"""How PINs are addressed, read from the card's own directory of PIN objects."""

import pytest

from card import sample_card
from openeoi.protocols.pin.errors import WrongPin
from openeoi.protocols.pin.terminal import verify
from openeoi.terminal.errors import SecretMissing
from openeoi.terminal.pin_care import Condition, PinReferences, Secret, activate, change_pin, pin_status, unblock_pin
from openeoi.terminal.pin_references import read_pin_references


@pytest.fixture
def sample() -> sample_card.SampleCard:
    made = sample_card.sample_card()
    made.card.power_on(contactless=False)
    return made


def test_the_card_says_how_its_pins_are_addressed(sample: sample_card.SampleCard) -> None:
    assert sample.run(read_pin_references()) == PinReferences(5, 6, None, 8)


def test_a_card_without_applications_has_no_pins() -> None:
    blank = sample_card.sample_card(sample_card.LifeCycle.BLANK)
    blank.card.power_on(contactless=False)
    assert blank.run(read_pin_references()) == PinReferences(None, None, None, None)


def test_care_by_what_the_card_says(sample: sample_card.SampleCard) -> None:
    references = sample.run(read_pin_references())
    channel = sample.channel()
    sample.inside(channel, change_pin(Secret.SIG_PIN, sample_card.SIG_PIN, "345678", references))
    sample.inside(channel, unblock_pin(Secret.SIG_PIN, sample_card.PUK, "456789", references))
    sample.inside(channel, verify(8, b"456789"))
    with pytest.raises(WrongPin):
        sample.inside(sample.channel(), verify(8, b"345678"))
    status = sample.inside(sample.channel(), pin_status(references))
    assert (status.norm_pin.tries_left, status.initial_password.condition) == (3, Condition.NOT_SET)


def test_a_secret_that_is_not_there_is_named_before_anything_is_sent(sample: sample_card.SampleCard) -> None:
    references = PinReferences(5, 6, None, None)
    for steps in (
        activate("12345678", "111111", None, references),
        change_pin(Secret.SIG_PIN, "1", "2", references),
        unblock_pin(Secret.SIG_PIN, "1", "2", references),
    ):
        with pytest.raises(SecretMissing):
            next(steps)


def test_a_pin_with_a_puk_of_its_own() -> None:
    references = PinReferences(5, 6, None, 8, 9)
    assert (references.puk_for(Secret.SIG_PIN), references.puk_for(Secret.NORM_PIN)) == (9, 6)
    assert references.secret(9) is Secret.PUK
    with pytest.raises(ValueError, match="reference 3"):
        references.secret(3)
