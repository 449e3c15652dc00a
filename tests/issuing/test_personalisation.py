"""Personalisation: interrupted at every step it continues or is cancelled cleanly; a bad card never leaves; one run at a time."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest

from issuing.sample_office import Clock, Stock, released
from openeoi.issuing import personalisation, personalisation_steps
from openeoi.issuing.envelope import kept
from openeoi.issuing.errors import InProduction, NoBlankCard, QualityCheckFailed, TakenOver, WrongState
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import STEPS, cancel, personalise
from openeoi.issuing.personalisation_run import Done, Run
from openeoi.issuing.personalisation_steps import PersonalisationStep
from openeoi.issuing.ports import BlankCard
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.transport import Transport

NAMES = personalisation.step_names()


class Crash(BaseException):
    """The process died here; nothing of it may be caught."""


def crashing(step: PersonalisationStep, after: bool) -> PersonalisationStep:
    """The step as a process that dies before it, or after it and before its record."""

    def do(run: Run) -> Done:
        if after:
            step.do(run)
        raise Crash

    return dataclasses.replace(step, do=do)


def crash_at(monkeypatch: pytest.MonkeyPatch, name: str, after: bool) -> None:
    steps = tuple(crashing(step, after) if step.name == name else step for step in STEPS)
    monkeypatch.setattr(personalisation, "STEPS", steps)


def stock(office: IssuingOffice) -> Stock:
    assert isinstance(office.blank_cards, Stock)
    return office.blank_cards


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_died_at_any_step_is_continued(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch, name: str, after: bool
) -> None:
    office = slovenian_office
    reference = released(office)
    with monkeypatch.context() as patch:
        crash_at(patch, name, after)
        with pytest.raises(Crash):
            personalise(office, reference, "cvetka")
    with office.store.transaction() as work:
        assert work.state(reference) is ApplicationState.IN_PRODUCTION
    seen: list[str] = []
    finished = personalise(office, reference, "cvetka", progress=lambda step, number, total: seen.append(step))
    assert tuple(seen) == NAMES
    assert len(stock(office).cards) == 1, "no card was wasted"
    assert finished.document.state is DocumentState.PERSONALISED
    assert finished.document.number == office.profile.card.document_numbers.number(1), "no number was wasted"
    with office.store.transaction() as work:
        assert set(work.steps(reference)) == set(NAMES)
    office.store.verify_audit()


@pytest.mark.parametrize("name", [*NAMES[1:], None])
def test_a_run_that_died_at_any_step_is_cancelled_cleanly(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    office = slovenian_office
    reference = released(office)
    with monkeypatch.context() as patch:
        crash_at(patch, name or "finish", after=True)
        with pytest.raises(Crash):
            personalise(office, reference, "cvetka")
    with office.store.transaction() as work:
        spoilt = work.document_of(reference)
    assert spoilt is not None
    cards = dict(stock(office).cards)
    cancel(office, reference, "cvetka")
    with office.store.transaction() as work:
        assert work.state(reference) is ApplicationState.RELEASED
        assert work.document_of(reference) is None
        assert work.document(spoilt.number).state is DocumentState.DESTROYED
        assert work.sealed.secrets(reference) is None
        assert work.steps(reference) == {}
    if spoilt.card_serial is not None:
        assert cards[spoilt.card_serial].life_cycle is LifeCycle.TERMINATED
        assert stock(office).destroyed == [spoilt.card_serial]
    again = office.authorities.revoke_holder_certificates(spoilt.certificate_number, RevocationReason.SUPERSEDED)
    assert again == (), "all that was issued is revoked already"
    with pytest.raises(WrongState):
        cancel(office, reference, "cvetka")
    assert personalise(office, reference, "cvetka").document.number != spoilt.number


class DyingTransport:
    """The power goes at the `last` exchange, before or after the chip has done it."""

    def __init__(self, transport: Transport, last: int, after: bool) -> None:
        self.transport, self.left, self.after = transport, last, after

    def exchange(self, command: bytes) -> bytes:
        self.left -= 1
        if self.left == 0:
            if self.after:
                self.transport.exchange(command)
            raise Crash
        return self.transport.exchange(command)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("exchange", [1, 4, 7, 8, 10, 11, 20, 37, 60, 75, 80, 84, 88, 90])
def test_a_run_that_died_within_a_step_is_continued(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch, exchange: int, after: bool
) -> None:
    office = slovenian_office
    reference = released(office)
    dying: list[DyingTransport] = []

    def card(self: Stock, serial: str) -> BlankCard:
        found = real(self, serial)
        if not dying:
            dying.append(DyingTransport(found.transport, exchange, after))
        return dataclasses.replace(found, transport=dying[0])

    real = Stock.card
    with monkeypatch.context() as patch:
        patch.setattr(Stock, "card", card)
        with pytest.raises(Crash):
            personalise(office, reference, "cvetka")
    stock(office).cards[next(iter(stock(office).cards))].reset()
    assert personalise(office, reference, "cvetka").document.state is DocumentState.PERSONALISED
    assert len(stock(office).cards) == 1


def test_a_finished_card_is_not_made_again(slovenian_office: IssuingOffice) -> None:
    reference = released(slovenian_office)
    personalise(slovenian_office, reference, "cvetka")
    with pytest.raises(WrongState):
        personalise(slovenian_office, reference, "cvetka")


def test_an_empty_stock_stops_and_goes_on_when_filled(slovenian_office: IssuingOffice) -> None:
    reference = released(slovenian_office)
    stock(slovenian_office).left = 0
    with pytest.raises(NoBlankCard):
        personalise(slovenian_office, reference, "cvetka")
    stock(slovenian_office).left = 1
    assert personalise(slovenian_office, reference, "cvetka").document.state is DocumentState.PERSONALISED


def sabotage(monkeypatch: pytest.MonkeyPatch, name: str, do: Callable[[Run], None]) -> None:
    """Do something bad before the step."""

    def wrapped(step: PersonalisationStep) -> PersonalisationStep:
        def both(run: Run) -> Done:
            do(run)
            return step.do(run)

        return dataclasses.replace(step, do=both) if step.name == name else step

    monkeypatch.setattr(personalisation, "STEPS", tuple(wrapped(step) for step in STEPS))


def test_a_second_run_waits_or_takes_over_and_the_first_then_stops(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    office = slovenian_office
    reference = released(office)
    tried: list[str] = []

    def second(run: Run) -> None:
        if tried:
            return
        tried.append("waits")
        with pytest.raises(InProduction):
            personalise(office, reference, "cvetka")
        with pytest.raises(InProduction):
            cancel(office, reference, "cvetka")
        personalise(office, reference, "cvetka", take_over=True)

    sabotage(monkeypatch, "draw_secrets", second)
    with pytest.raises(TakenOver):
        personalise(office, reference, "cvetka")
    with office.store.transaction() as work:
        assert work.state(reference) is ApplicationState.PRODUCED


def test_the_lease_of_a_run_that_fell_silent_ends(slovenian_office: IssuingOffice, clock: Clock) -> None:
    office = slovenian_office
    reference = released(office)
    with office.store.transaction() as work:
        work.move(reference, personalisation.Step.START, office.acting("cvetka", _PRODUCTION, _PURPOSE), clock())
        work.claim(reference, clock(), personalisation.LEASE, take_over=False)
    with pytest.raises(InProduction):
        personalise(office, reference, "cvetka")
    clock.now += personalisation.LEASE + timedelta(seconds=1)
    assert personalise(office, reference, "cvetka").document.state is DocumentState.PERSONALISED


_PRODUCTION = personalisation.Role.PRODUCTION
_PURPOSE = personalisation.Purpose.PRODUCTION


def test_a_card_that_reads_back_differently_never_leaves(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = slovenian_office
    reference = released(office)
    real = personalisation_steps.write_file

    def wrong(application: object, file_id: int, raw: bytes, *, extended: bool) -> object:
        changed = raw[:-1] + bytes([raw[-1] ^ 1]) if file_id == 0x0102 else raw
        return real(application, file_id, changed, extended=extended)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(personalisation_steps, "write_file", wrong)
    with pytest.raises(QualityCheckFailed, match="data groups"):
        personalise(office, reference, "cvetka")
    monkeypatch.undo()
    with pytest.raises(QualityCheckFailed):
        personalise(office, reference, "cvetka")
    with office.store.transaction() as work:
        assert work.state(reference) is ApplicationState.IN_PRODUCTION
    cancel(office, reference, "cvetka")
    assert personalise(office, reference, "cvetka").document.state is DocumentState.PERSONALISED


def test_swapped_certificates_are_found(slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office = slovenian_office
    other = released(office)
    personalise(office, other, "cvetka")
    with office.store.transaction() as work:
        strange = work.steps(other)["issue_certificates"].result

    def swap(run: Run) -> None:
        run.results["issue_certificates"] = strange

    reference = released(office)
    sabotage(monkeypatch, "write_files", swap)
    with pytest.raises(QualityCheckFailed, match="keys"):
        personalise(office, reference, "cvetka")


def test_no_secret_is_in_the_steps_or_the_log(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference = released(office)
    personalise(office, reference, "cvetka")
    with office.store.transaction() as work:
        secrets = kept(office, work, reference)
        written = str(work.steps(reference)) + str([step.result for step in work.steps(reference).values()])
    written += str(office.store.audit_about(reference))
    for value in (secrets.puk, secrets.initial_password, secrets.access_number):
        assert value is not None and f"'{value}'" not in written
    assert "VZOREC" not in written
