"""Reading a travel document over PC/SC: PACE with generic mapping on brainpoolP256r1 (AES-256) with the CAN, EF.COM, EF.SOD, DG1
and a DG2 of 13 kB.

Bar: at most 0.06 s.
Rivals: JMRTD and gmrtd, beside our terminal in the same run on the same card; the ratio is to the faster of the two.
Method: our card behind vsmartcard's virtual reader and pcscd of this machine, in namespaces of their own; the card acknowledges
each TCP segment at once (see `transport/vpcd`). Three processes that stay alive read in turn, 25 times; the first ten rounds warm
them up (the Java machine needs that many) and do not count; medians of the rest, from connecting to the last byte. All three use
extended length as far as they go (JMRTD 8000 bytes, where the Java platform ends). gmrtd also checks what it read, which is a few
signatures on P-256 and cannot be switched off. Needs root, Maven and pcscd; a rival that cannot be had is left out and named.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from result import Result

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from interop import host_reader, rival_cards, rival_programs  # noqa: E402  # the folder of the tests is on the path only now
from interop.rival_programs import ProgramMissing, Rival  # noqa: E402
from openeoi.card.faults.specimen import CAN, personalise, portrait, signed, sound_data_groups, specimen  # noqa: E402
from openeoi.card.memory import VolatileMemory  # noqa: E402
from openeoi.encoding.lds.data_group_2 import DataGroup2  # noqa: E402
from openeoi.protocols.pace.passwords import PacePassword  # noqa: E402
from openeoi.storage.atomic_files import AtomicFile  # noqa: E402
from openeoi.terminal.extended_length import read_announced_maximum  # noqa: E402
from openeoi.terminal.read_document import read_document  # noqa: E402
from openeoi.terminal.unlock import unlock  # noqa: E402
from openeoi.transport import run  # noqa: E402
from openeoi.transport.in_process import InProcess  # noqa: E402

BAR = 0.06
ROUNDS = 25
WARM_UP = 10
PORTRAIT_BYTES = 13_000
REQUEST = {"can": CAN, "groups": "1,2", "checks": "no", "length": "extended"}
LONGEST = {"OpenEOI": {}, "JMRTD": {"maximum": "8000"}, "gmrtd": {"maximum": "65536"}}


def measure() -> Result:
    figures = read_in_turn()
    ours = figures.pop("OpenEOI")
    rival, best = min(figures.items(), key=lambda item: item[1])
    beside = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in figures.items())
    name = f"chip read over PC/SC (beside it {beside}; ours in process {in_process():.4f} s)"
    return Result(name, "chip", ours, "s", rival, ours / best, f"{BAR} s", ours <= BAR)


def read_in_turn() -> dict[str, float]:
    """Median seconds by reader."""
    seconds: dict[str, list[float]] = {}
    with TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        request = REQUEST | {"trust": str(rival_cards.write_trust(folder / "trust"))}
        AtomicFile(folder / "card").save(card())
        inside = stack.enter_context(host_reader.host_reader(folder))
        readers = [stack.enter_context(rival_programs.running(one)) for one in programs(inside)]
        stack.enter_context(host_reader.card_in(inside, folder / "card"))
        for number in range(ROUNDS):
            for reader in readers:
                found = reader.read(None, **request, **LONGEST[reader.name])
                # gmrtd drops a shared secret's leading zeros: one reading in 256 fails for it, and is no figure.
                if number >= WARM_UP and not found.refusals:
                    seconds.setdefault(reader.name, []).append(float(found.notes["seconds"]))
    return {name: statistics.median(values) for name, values in seconds.items()}


def in_process() -> float:
    """Median seconds of the same reading without PC/SC, card and terminal in one process."""
    chip = InProcess(rival_cards.card(card()))
    seconds = []
    for _ in range(ROUNDS):
        chip.reset()
        started = time.perf_counter()
        maximum = run(read_announced_maximum(), chip) or 256
        channel = run(unlock(PacePassword.from_can(CAN), secrets.token_bytes), chip)
        run(read_document(channel, (1, 2), response_maximum=maximum), chip)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def programs(inside: Sequence[str]) -> list[Rival]:
    found = [rival_programs.own(inside)]
    for make in (rival_programs.jmrtd, rival_programs.gmrtd):
        try:
            found.append(make(inside))
        except ProgramMissing as missing:
            print(f"left out: {missing}", file=sys.stderr)
    return found


def card() -> bytes:
    """The memory of a card whose document has DG1 and DG2 alone."""
    groups = {number: content for number, content in sound_data_groups().items() if number == 1}
    face = portrait()
    groups[2] = DataGroup2.of(face + bytes(PORTRAIT_BYTES - len(face))).encode()
    laboratory, memory = rival_cards.LABORATORY, VolatileMemory()
    content = specimen(groups, signed(groups, laboratory.signer).encode())
    personalise(content, laboratory, memory, rival_cards.PARAMETERS, secrets.token_bytes)
    return memory.load()
