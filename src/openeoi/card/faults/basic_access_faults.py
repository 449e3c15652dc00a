"""Faults of basic access control (ICAO 9303-11, 4.3 and D.3), on documents that have nothing better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.card.faults.defects import Answer, Defect, WireDefect
from openeoi.card.faults.fault import Family, Fault, Use
from openeoi.card.faults.full_specimen import Equipment, equipped
from openeoi.card.faults.specimen import ZONE
from openeoi.encoding.mrz import mrz_information
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.basic_access import shared
from openeoi.protocols.basic_access.shared import AccessKeys

BASIC_ACCESS_ONLY: Final = Equipment(offers=())
KEYS: Final = AccessKeys.from_mrz(mrz_information(ZONE))
SUCCESS: Final = status.SUCCESS.to_bytes(2, "big")


class CryptogramDefect(Defect):
    """Falsifies what the chip's cryptogram holds: its own challenge, the terminal's, its keying material; rightly sealed then."""

    def __init__(self, change: Callable[[bytes, bytes, bytes], tuple[bytes, bytes, bytes]]) -> None:
        self._change = change

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        response = answer(command)
        if command[:2] != bytes((0, shared.EXTERNAL_AUTHENTICATE)) or response[-2:] != SUCCESS:
            return response
        return shared.seal(KEYS, b"".join(self._change(*shared.unseal(KEYS, response[:-2])))) + SUCCESS


def _holding(change: Callable[[bytes, bytes, bytes], tuple[bytes, bytes, bytes]]) -> Callable[[], Defect]:
    return lambda: CryptogramDefect(change)


def _answer(instruction: int, change: Callable[[bytes], bytes]) -> Callable[[], Defect]:
    """The data of a successful answer to one instruction in clear, changed."""

    def changed(command: bytes, response: bytes) -> bytes:
        if command[:2] != bytes((0, instruction)) or response[-2:] != SUCCESS:
            return response
        return change(response[:-2]) + SUCCESS

    return lambda: WireDefect(changed)


def _accepts_any_zone() -> Defect:
    def change(command: bytes, response: bytes) -> bytes:
        if command[:2] == bytes((0, shared.EXTERNAL_AUTHENTICATE)) and response[-2:] != SUCCESS:
            return ResponseApdu(status.SUCCESS, bytes(shared.CRYPTOGRAM_SIZE)).encode()
        return response

    return WireDefect(change)


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _fault(
    name: str,
    sentence: str,
    defect: Callable[[], Defect],
    error: str = "BasicAccessFailed",
    use: Use = Use.OPEN_BY_BASIC_ACCESS,
    clause: str = "ICAO 9303-11, 4.3.2 and D.3",
) -> Fault:
    return Fault(name, Family.ACCESS, sentence, clause, error, None, equipped(BASIC_ACCESS_ONLY), defect, use)


FAULTS: Final = (
    _fault(
        "bac-chip-challenge-wrong",
        "The chip's cryptogram does not hold the challenge that the chip gave.",
        _holding(lambda chip, terminal, material: (_flip_last(chip), terminal, material)),
    ),
    _fault(
        "bac-terminal-challenge-wrong",
        "The chip's cryptogram does not hold the terminal's challenge: it may be an old answer.",
        _holding(lambda chip, terminal, material: (chip, _flip_last(terminal), material)),
    ),
    _fault(
        "bac-challenges-exchanged",
        "The chip's cryptogram holds the two challenges in the terminal's order.",
        _holding(lambda chip, terminal, material: (terminal, chip, material)),
    ),
    _fault(
        "bac-code-wrong",
        "The authentication code of the chip's cryptogram is wrong.",
        _answer(shared.EXTERNAL_AUTHENTICATE, _flip_last),
    ),
    _fault(
        "bac-answer-short",
        "The chip's cryptogram has 32 bytes: the authentication code is missing.",
        _answer(shared.EXTERNAL_AUTHENTICATE, lambda cryptogram: cryptogram[:32]),
    ),
    _fault(
        "bac-challenge-short",
        "The chip's challenge has seven bytes.",
        _answer(shared.GET_CHALLENGE, lambda challenge: challenge[:-1]),
    ),
    _fault(
        "bac-session-keys-wrong",
        "The chip goes on with other session keys than those that the cryptograms lead to.",
        _holding(lambda chip, terminal, material: (chip, terminal, _flip_last(material))),
        "SecureMessagingLost",
        clause="ICAO 9303-11, 4.3.2 and 9.8",
    ),
    _fault(
        "bac-accepts-any-zone",
        "The chip says yes to the cryptogram of any zone; its own cannot be right.",
        _accepts_any_zone,
        use=Use.OPEN_BY_WRONG_ZONE,
    ),
)
