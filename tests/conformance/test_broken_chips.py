"""Each broken chip fails in the case that is about what is broken, and nowhere else but where one follows from the other."""

import secrets

import pytest

from conformance import broken_chips
from conformance.bench import Broken, IssuedCard, Process, Tamper, failed, run_all
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.lds import files
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.pace.exchange import GroupExchange
from openeoi.terminal.conformance.case import Verdict
from openeoi.transport.in_process import InProcess

COM = bytes.fromhex("60145F0104303130375F36063034303030305C026175")
READ, READ_ODD, SELECT, GENERAL_AUTHENTICATE = 0xB0, 0xB1, 0xA4, 0x86


def in_clear(command: bytes, instruction: int) -> bool:
    return command[0] == 0x00 and command[1] == instruction


def gives_com_in_clear(command: bytes, chip: Process) -> bytes:
    if in_clear(command, READ) and command[2] == 0x80 | files.COM.short_id:
        return COM[: command[-1]] + b"\x90\x00"
    return chip(command)


def gives_it_by_odd_instruction(command: bytes, chip: Process) -> bytes:
    if in_clear(command, READ_ODD):
        return bytes.fromhex("530160") + b"\x90\x00"
    return chip(command)


def hides_card_access_by_short_identifier(command: bytes, chip: Process) -> bytes:
    # The first look reads it by its short identifier too, so only the second byte count, 256, is refused.
    return b"\x6a\x82" if command == bytes.fromhex("00B09C0000") else chip(command)


def has_no_application(command: bytes, chip: Process) -> bytes:
    return b"\x6a\x82" if command[:4] == bytes.fromhex("00A4040C") else chip(command)


def protects_no_errors(command: bytes, chip: Process) -> bytes:
    answer = chip(command)
    return answer[-2:] if command[0] == 0x0C and answer[-2] == 0x6A else answer


TAMPERED: dict[str, tuple[Tamper, set[str]]] = {
    "EF.COM can be read before PACE": (gives_com_in_clear, {"OEOI-ACCESS-3", "OEOI-PACE-4"}),
    "the odd instruction reads before PACE": (gives_it_by_odd_instruction, {"OEOI-ACCESS-4"}),
    "EF.CardAccess has no short identifier": (hides_card_access_by_short_identifier, {"OEOI-ACCESS-5"}),
    "the application cannot be selected in clear": (has_no_application, {"OEOI-ACCESS-1"}),
    "errors come in clear": (protects_no_errors, {"OEOI-ACCESS-9", "OEOI-ACCESS-10", "OEOI-SM-13"}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_chips_that_answer_wrongly(issued_card: IssuedCard, name: str) -> None:
    tamper, expected = TAMPERED[name]
    run = run_all(Broken(issued_card.reader(), tamper), issued_card.access)
    assert expected <= failed(run)
    assert not run.passed
    assert all(one.exchange and one.reason for one in run.results if one.verdict is Verdict.FAILED)


@pytest.mark.parametrize("name", broken_chips.FILES)
def test_chips_with_wrong_files(name: str) -> None:
    make, expected = broken_chips.FILES[name]
    run = run_all(make(), broken_chips.ACCESS)
    assert failed(run) == expected
    assert all(one.exchange for one in run.results if one.verdict is Verdict.FAILED)


def test_the_card_that_those_are_made_from_is_good() -> None:
    run = run_all(broken_chips.card(), broken_chips.ACCESS)
    assert failed(run) == set()
    assert run.passed


def test_a_chip_that_forgets_to_compare_tokens(issued_card: IssuedCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GroupExchange, "verify_token", lambda self, token: None)
    assert failed(run_all(issued_card.reader(), issued_card.access)) == {"OEOI-PACE-4", "OEOI-PACE-5", "OEOI-PACE-8"}


def test_a_chip_that_forgets_to_check_authentication_codes(issued_card: IssuedCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CardSecureChannel, "_verify", lambda self, header, objects, code: None)
    found = failed(run_all(issued_card.reader(), issued_card.access))
    assert {f"OEOI-SM-{number}" for number in (1, 4, 5, 6, 8)} <= found
    # The others send a command under keys that should be dead.
    others = {identifier for identifier in found if not identifier.startswith("OEOI-SM")}
    assert others <= {"OEOI-PACE-17", "ISO7816_II_2", "ISO7816_L_14"}


def test_a_chip_that_keeps_its_session_after_a_command_in_clear(issued_card: IssuedCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VirtualCard, "_end_secure_messaging", lambda self: None)
    assert "OEOI-SM-9" in failed(run_all(issued_card.reader(), issued_card.access))


def test_a_chip_with_constant_randomness() -> None:
    good = broken_chips.card()._card
    assert isinstance(good, VirtualCard)
    chip = InProcess(VirtualCard(good._system._memory, lambda size: b"\x05" * size))
    assert "OEOI-PACE-3" in failed(run_all(chip, broken_chips.ACCESS))


def test_a_chip_that_takes_any_key(issued_card: IssuedCard) -> None:
    """It answers what it answered before, whatever it gets."""
    last: dict[int, bytes] = {}

    def careless(command: bytes, chip: Process) -> bytes:
        answer = chip(command)
        if command[1] != GENERAL_AUTHENTICATE or command[0] != 0x10:
            return answer
        step = command[7] if len(command) > 8 else 0
        if answer[-2:] == b"\x90\x00":
            last[step] = answer
        return last.get(step, answer)

    found = failed(run_all(Broken(issued_card.reader(), careless), issued_card.access))
    assert {f"OEOI-PACE-{number}" for number in (6, 7, 11)} <= found


def test_a_chip_that_answers_nothing_at_all(issued_card: IssuedCard) -> None:
    run = run_all(Broken(issued_card.reader(), lambda command, chip: b""), issued_card.access)
    assert not run.passed and {"OEOI-ACCESS-1", "OEOI-PACE-1"} <= failed(run)


def test_random_noise_never_passes(issued_card: IssuedCard) -> None:
    run = run_all(Broken(issued_card.reader(), lambda command, chip: secrets.token_bytes(20) + b"\x90\x00"), issued_card.access)
    assert not run.passed and failed(run)


def test_extended_access_control_as_far_as_it_is_tried() -> None:
    """A chip that announces terminal authentication and keeps its trust points in EF.CVCA, which has no short identifier."""
    chip = broken_chips.with_extended_access_control()
    run = run_all(chip, broken_chips.ACCESS, "ISO7816_H", "LDS_E", "LDS_F", "ISO7816_J", "ISO7816_K")
    verdicts = {one.case.identifier: one.verdict for one in run.results}
    assert {name for name, verdict in verdicts.items() if verdict is Verdict.PASSED} == {
        "ISO7816_H_7",
        "ISO7816_H_10",
        "ISO7816_H_13",
        "ISO7816_H_16",
        "LDS_E_2",
        "LDS_E_5",
        "LDS_F_1",
    }
    assert failed(run) == set()
    assert verdicts["ISO7816_J_1"] is Verdict.NOT_RUN
    assert verdicts["ISO7816_J_33"] is Verdict.NOT_APPLICABLE, "only its maker can say that it uses ECDSA"
    declared = run_all(chip, broken_chips.ACCESS, "ISO7816_J", declared=frozenset({"ECDSA"}))
    assert {one.case.identifier: one.verdict for one in declared.results}["ISO7816_J_33"] is Verdict.NOT_RUN


def test_a_chip_without_the_trust_points_that_it_announces() -> None:
    chip = broken_chips.with_extended_access_control(trust_points=b"")
    assert {"ISO7816_H_13", "ISO7816_H_16", "LDS_F_1"} <= failed(run_all(chip, broken_chips.ACCESS, "ISO7816_H", "LDS_F"))
