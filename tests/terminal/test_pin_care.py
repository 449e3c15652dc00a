import pytest

from card.sample_card import INITIAL_PASSWORD, NORM_PIN, PUK, SIG_PIN, sample_card
from openeoi import profiles
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.pin.errors import PinBlocked, PinLengthRefused, PinNotSet, WrongPin
from openeoi.terminal.credentials import sign_digest
from openeoi.terminal.errors import CredentialMissing
from openeoi.terminal.pin_care import (
    Condition,
    NextStep,
    PinReferences,
    Secret,
    SecretStatus,
    activate,
    activate_with_puk,
    change_pin,
    next_step,
    pin_status,
    unblock_pin,
)


def test_activation_spends_the_initial_password() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER)
    channel = sample.channel()
    before = sample.inside(channel, pin_status())
    assert not before.is_activated
    assert before.can_be_activated
    assert before.initial_password == SecretStatus(Condition.READY, 5)
    with pytest.raises(PinNotSet) as refused:
        sample.inside(channel, sign_digest(CredentialRole.HIGH, bytes(48), NORM_PIN))
    assert next_step(refused.value) is NextStep.ACTIVATE
    sample.inside(channel, activate(INITIAL_PASSWORD, NORM_PIN, SIG_PIN))
    assert sample.card.life_cycle is LifeCycle.ACTIVE
    after = sample.inside(sample.channel(), pin_status())
    assert after.is_activated
    assert after.initial_password == SecretStatus(Condition.NOT_SET)
    with pytest.raises(PinNotSet):
        sample.inside(sample.channel(), activate(INITIAL_PASSWORD, "999999", "999999"))


def test_an_interrupted_activation_is_begun_anew() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER)
    with pytest.raises(PinLengthRefused):
        sample.inside(sample.channel(), activate(INITIAL_PASSWORD, NORM_PIN, "22"))
    assert sample.card.life_cycle is LifeCycle.HANDED_OVER
    sample.inside(sample.channel(), activate(INITIAL_PASSWORD, "333333", SIG_PIN))
    sample.inside(sample.channel(), change_pin(Secret.NORM_PIN, "333333", NORM_PIN))


def test_a_lost_initial_password_is_replaced_by_the_puk() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER)
    sample.inside(sample.channel(), activate_with_puk(PUK, NORM_PIN, SIG_PIN))
    assert sample.card.life_cycle is LifeCycle.ACTIVE


def test_a_card_without_qualified_credential_needs_no_sig_pin() -> None:
    sample = sample_card(LifeCycle.HANDED_OVER, roles=(CredentialRole.HIGH,))
    sample.inside(sample.channel(), activate(INITIAL_PASSWORD, NORM_PIN, None))
    assert sample.card.life_cycle is LifeCycle.ACTIVE
    sample.inside(sample.channel(), sign_digest(CredentialRole.HIGH, bytes(48), NORM_PIN))


def test_change_block_unblock() -> None:
    sample = sample_card()
    channel = sample.channel()
    sample.inside(channel, change_pin(Secret.NORM_PIN, NORM_PIN, "654321"))
    for left in (2, 1):
        with pytest.raises(WrongPin) as wrong:
            sample.inside(channel, change_pin(Secret.NORM_PIN, NORM_PIN, "000000"))
        assert wrong.value.attempts_remaining == left
        assert next_step(wrong.value) is NextStep.TRY_AGAIN
    for _ in range(2):
        with pytest.raises(PinBlocked) as blocked:
            sample.inside(channel, change_pin(Secret.NORM_PIN, NORM_PIN, "000000"))
        assert next_step(blocked.value) is NextStep.UNBLOCK
    assert sample.inside(channel, pin_status()).norm_pin == SecretStatus(Condition.BLOCKED, 0)
    with pytest.raises(WrongPin) as wrong:
        sample.inside(channel, unblock_pin(Secret.NORM_PIN, "0000000000", "111111"))
    assert wrong.value.attempts_remaining == 9
    sample.inside(channel, unblock_pin(Secret.NORM_PIN, PUK, "777777"))
    sample.inside(channel, sign_digest(CredentialRole.HIGH, bytes(48), "777777"))


def test_when_everything_is_used_up_the_card_is_blocked_for_good() -> None:
    sample = sample_card(LifeCycle.BLOCKED)
    channel = sample.channel()
    with pytest.raises(PinNotSet) as refused:
        sample.inside(channel, unblock_pin(Secret.NORM_PIN, PUK, "777777"))
    assert next_step(refused.value) is NextStep.ASK_OFFICE
    assert not sample.inside(channel, pin_status()).can_be_activated
    assert len(sample.inside(channel, sign_digest(CredentialRole.LOW, bytes(48)))) == 96


def test_a_card_of_another_country_has_its_own_rules() -> None:
    """Montenegro: six to twenty characters, not only digits, five tries; minors have the high credential only."""
    sample = sample_card(LifeCycle.HANDED_OVER, roles=(CredentialRole.HIGH,), country="me")
    channel = sample.channel()
    references = PinReferences.of(profiles.load("me").card)
    with pytest.raises(PinLengthRefused) as refused:
        sample.inside(channel, activate(INITIAL_PASSWORD, "short", None, references))
    assert next_step(refused.value, references) is NextStep.CORRECT_LENGTH
    sample.inside(channel, activate(INITIAL_PASSWORD, "dobar dan, svima", None, references))
    assert sample.card.life_cycle is LifeCycle.ACTIVE
    assert sample.inside(channel, pin_status(references)).norm_pin == SecretStatus(Condition.READY, 5)
    assert len(sample.inside(channel, sign_digest(CredentialRole.HIGH, bytes(48), "dobar dan, svima"))) == 96
    with pytest.raises(CredentialMissing):
        sample.inside(channel, sign_digest(CredentialRole.LOW, bytes(48)))
    again = VirtualCard(sample.memory, bytes)
    assert again.life_cycle is LifeCycle.ACTIVE
