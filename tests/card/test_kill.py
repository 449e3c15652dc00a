"""A process that changes PINs and signs, on a card in a file, is killed at random points, for 10,000 steps in all.

After every kill the file is a readable card, its secrets and counters are those before or after a write of the step that was cut,
and so no counter ever rose but by the right PIN or PUK. The process reports each step before it begins it.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from card.sample_card import NORM_PIN, PUK, SIG_PIN, SampleCard, sample_card
from openeoi.card import state as card_state
from openeoi.card.parameters import PinRole
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pin.errors import PinError
from openeoi.storage.atomic_files import AtomicFile
from openeoi.terminal.credentials import Credential, list_credentials, sign_with
from openeoi.terminal.pin_care import Secret, change_pin, unblock_pin

STEPS = 10_000
STEPS_PER_LIFE = 400  # on average; a life ends by SIGKILL

TRIES = {PinRole.NORM_PIN: 3, PinRole.SIG_PIN: 3, PinRole.PUK: 10}
SECRETS = {PinRole.NORM_PIN: Secret.NORM_PIN, PinRole.SIG_PIN: Secret.SIG_PIN}
SIGNING = {PinRole.NORM_PIN: CredentialRole.HIGH, PinRole.SIG_PIN: CredentialRole.QUALIFIED}
WRONG = "000000"


@dataclass(frozen=True)
class Pin:
    value: str
    left: int


Model = dict[PinRole, Pin]


@dataclass(frozen=True)
class Step:
    """wrong, sign, change or unblock, of one PIN; `new` is the new value of the last two."""

    kind: str
    role: PinRole
    new: str = ""

    def line(self) -> str:
        return f"{self.kind} {self.role.value} {self.new}\n"

    @classmethod
    def parse(cls, line: str) -> Step:
        kind, role, new = line.rstrip("\n").split(" ")
        return cls(kind, PinRole(int(role)), new)


def stored(model: Model, step: Step) -> list[Model]:
    """What the file holds before the step and after each of its writes."""
    states = [model]

    def write(role: PinRole, **changes: object) -> None:
        states.append({**states[-1], role: replace(states[-1][role], **changes)})  # type: ignore[arg-type]  # names of Pin

    def prove(role: PinRole) -> None:
        write(role, left=states[-1][role].left - 1)
        write(role, left=TRIES[role])

    if step.kind == "unblock":
        prove(PinRole.PUK)
        write(step.role, left=TRIES[step.role])
        write(step.role, value=step.new, left=TRIES[step.role])
    elif model[step.role].left == 0:
        return states
    elif step.kind == "wrong":
        write(step.role, left=model[step.role].left - 1)
    else:
        prove(step.role)
        if step.kind == "change":
            write(step.role, value=step.new)
    return states


def choose(model: Model, chance: random.Random) -> Step:
    role = chance.choice((PinRole.NORM_PIN, PinRole.SIG_PIN))
    new = f"{chance.randrange(1, 1_000_000):06d}"
    if model[role].left == 0:
        return Step("unblock", role, new)
    kind = chance.choices(("wrong", "sign", "change", "unblock"), (3, 4, 4, 1))[0]
    return Step(kind, role, new if kind in ("change", "unblock") else "")


def steps_of(step: Step, model: Model, credentials: dict[CredentialRole, Credential]) -> CardSteps[object]:
    value = model[step.role].value
    match step.kind:
        case "wrong":
            return sign_with(credentials[SIGNING[step.role]], bytes(48), WRONG)
        case "sign":
            return sign_with(credentials[SIGNING[step.role]], bytes(48), value)
        case "change":
            return change_pin(SECRETS[step.role], value, step.new)
        case _:
            return unblock_pin(SECRETS[step.role], PUK, step.new)


def live(path: Path, model: Model, seed: int, report: int) -> None:
    """What the killed process does, until it is killed."""
    chance = random.Random(seed)
    memory = AtomicFile(path)
    sample = SampleCard(VirtualCard(memory, secrets.token_bytes), memory, {}, None)  # type: ignore[arg-type]  # no certificates here
    channel = sample.channel()
    credentials = {credential.role: credential for credential in sample.inside(channel, list_credentials())}
    while True:
        step = choose(model, chance)
        os.write(report, step.line().encode())
        try:
            sample.inside(channel, steps_of(step, model, credentials))
        except PinError:
            assert step.kind == "wrong"
        model = stored(model, step)[-1]


def one_life(path: Path, model: Model, chance: random.Random) -> list[Step]:
    """Starts the process, kills it at a random point, and returns the steps that it began."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        try:
            live(path, model, chance.getrandbits(32), writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as reports:
        lines = [line for _, line in zip(range(chance.randint(1, 2 * STEPS_PER_LIFE)), reports, strict=False)]
        time.sleep(chance.uniform(0, 0.003))
        os.kill(process, signal.SIGKILL)
        lines.extend(reports)
    _, ended = os.waitpid(process, 0)
    assert os.WIFSIGNALED(ended), "the process ended by itself"
    return [Step.parse(line) for line in lines]


def found(path: Path) -> Model:
    state = card_state.decode(AtomicFile(path).load())
    VirtualCard(AtomicFile(path), secrets.token_bytes)
    return {role: Pin(state.pins[role].value.decode(), state.pins[role].tries_left) for role in TRIES}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: a killed process loses nothing that the system holds, so disks only cost time."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


@pytest.mark.slow
def test_a_killed_process_leaves_a_readable_card_and_gives_no_try_back(folder: Path) -> None:
    chance = random.Random(20261122)
    path = folder / "card"
    sample_card(memory=AtomicFile(path))
    model = {PinRole.NORM_PIN: Pin(NORM_PIN, 3), PinRole.SIG_PIN: Pin(SIG_PIN, 3), PinRole.PUK: Pin(PUK, 10)}
    done = lives = 0
    while done < STEPS:
        steps = one_life(path, model, chance)
        for step in steps[:-1]:
            model = stored(model, step)[-1]
        possible = stored(model, steps[-1]) if steps else [model]
        model = found(path)
        assert model in possible, f"after {done} steps and {lives} kills, cut in {steps[-1]}"
        done += len(steps)
        lives += 1
    AtomicFile(path).save(AtomicFile(path).load())
    assert [file.name for file in folder.iterdir()] == ["card"]
