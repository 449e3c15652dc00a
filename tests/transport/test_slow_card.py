from card import sample_card as cards
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import establish
from openeoi.transport import run
from openeoi.transport.in_process import InProcess
from openeoi.transport.slow_card import SlowCard


def test_every_answer_comes_late_and_is_the_cards() -> None:
    waited: list[float] = []
    sample = cards.sample_card()
    chip = InProcess(SlowCard(sample.card, 0.25, waited.append))
    chip.reset()
    assert chip.atr == sample.card.atr(False)
    info = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13)
    run(establish(PacePassword.from_can(cards.CAN), info, lambda size: bytes(range(1, size + 1))), chip)
    assert waited == [0.25] * 5  # MSE:Set AT and four steps
