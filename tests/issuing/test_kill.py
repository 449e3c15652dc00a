"""A process that personalises is killed with SIGKILL at unforeseen moments; whoever comes next finishes every card exactly once.

Everything lies on the disk: the office's database, the authorities' database and keys, each card in a file of its own.
"""

import os
import random
import secrets
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from issuing.sample_office import Clock, authorities, office, released
from openeoi.card.virtual_card import VirtualCard
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import personalise
from openeoi.issuing.ports import BlankCard
from openeoi.profiles.card import CardParameters
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.in_process import InProcess

APPLICATIONS = 6


@dataclass(frozen=True)
class CardsOnDisk:
    folder: Path

    def take(self, reservation: str, parameters: CardParameters) -> BlankCard:
        serial = reservation.encode().ljust(10, b"\0").hex()
        file = AtomicFile(self.folder / serial)
        if not file.exists():
            VirtualCard.blank(file, secrets.token_bytes, parameters, bytes(32), bytes.fromhex(serial))
        return self.card(serial)

    def card(self, serial: str) -> BlankCard:
        return BlankCard(serial, bytes(32), InProcess(VirtualCard(AtomicFile(self.folder / serial), secrets.token_bytes)))

    def destroy(self, serial: str) -> None:
        AtomicFile(self.folder / serial).remove()


def opened(folder: Path) -> IssuingOffice:
    clock = Clock()
    made = office(folder, authorities(folder, "si", clock), clock)
    return replace(made, blank_cards=CardsOnDisk(folder / "cards"))


def production(folder: Path, references: list[str]) -> None:
    """What the killed process does, in a process of its own: all cards that are not finished."""
    made = opened(folder)
    for reference in references:
        with made.store.reading() as work:
            state = work.state(reference)
        if state is not ApplicationState.PRODUCED:
            personalise(made, reference, "cvetka", take_over=True)


def in_child(folder: Path, references: list[str]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            production(folder, references)
            code = 0
        finally:
            os._exit(code)
    return child


@pytest.mark.slow
def test_killed_production_finishes_every_card_once(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    made = opened(tmp_path)
    references = [released(made) for _ in range(APPLICATIONS)]
    made.store.database.close()
    moments = random.Random(20260504)
    kills = 0
    while True:
        child = in_child(tmp_path, references)
        if kills < 12:
            time.sleep(moments.uniform(0.05, 0.9))
            os.kill(child, signal.SIGKILL)
            kills += 1
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), "the child itself must never fail"
        if code == 0:
            break
    made = opened(tmp_path)
    with made.store.reading() as work:
        documents = work.documents()
        states = {work.state(reference) for reference in references}
    assert states == {ApplicationState.PRODUCED}
    assert [one.state for one in documents] == [DocumentState.PERSONALISED] * APPLICATIONS
    assert [one.number for one in documents] == [made.profile.card.document_numbers.number(n + 1) for n in range(APPLICATIONS)]
    assert len({one.certificate_number for one in documents}) == APPLICATIONS
    files = sorted(file.name for file in (tmp_path / "cards").iterdir())
    assert files == sorted(one.card_serial or "" for one in documents), "no card was wasted"
    for serial in files:
        card = VirtualCard(AtomicFile(tmp_path / "cards" / serial), secrets.token_bytes)
        assert card.life_cycle is LifeCycle.PERSONALISED
    assert made.store.verify_audit() > 0
