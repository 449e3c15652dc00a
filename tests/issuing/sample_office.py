"""An issuing office for tests: real authorities with small keys, real chips in memory, a clock that stands where it is put."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openeoi import profiles
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.issuing import decision
from openeoi.issuing.errors import CardMissing, NoBlankCard
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.ports import BlankCard, PrintedCard
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.issuing.sealing import Seal
from openeoi.issuing.staff import SAMPLE_STAFF
from openeoi.issuing.store import Store
from openeoi.pki import country_plans
from openeoi.pki.authorities import Authorities
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.key_files import Directory
from openeoi.pki.quick_plans import with_small_keys
from openeoi.pki.store import PkiStore
from openeoi.profiles.card import CardParameters
from openeoi.storage.audit import AuditChain
from openeoi.storage.database import Database
from openeoi.transport.in_process import InProcess

START = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: int) -> None:
        self.now += timedelta(**time)


@dataclass
class Stock:
    """Blank cards from nowhere. `left` None: without end."""

    left: int | None = None
    cards: dict[str, VirtualCard] = field(default_factory=dict)
    reserved: dict[str, str] = field(default_factory=dict)
    destroyed: list[str] = field(default_factory=list)

    def take(self, reservation: str, parameters: CardParameters) -> BlankCard:
        if reservation not in self.reserved:
            if self.left is not None:
                if self.left == 0:
                    raise NoBlankCard("no card is left")
                self.left -= 1
            number = secrets.token_bytes(10)
            card = VirtualCard.blank(VolatileMemory(), secrets.token_bytes, parameters, self._key(number), number)
            self.cards[number.hex()] = card
            self.reserved[reservation] = number.hex()
        return self.card(self.reserved[reservation])

    def card(self, serial: str) -> BlankCard:
        if serial not in self.cards:
            raise CardMissing(serial)
        self.cards[serial].power_on(contactless=False)  # it was put into the machine
        return BlankCard(serial, self._key(bytes.fromhex(serial)), InProcess(self.cards[serial]))

    def destroy(self, serial: str) -> None:
        self.cards.pop(serial, None)
        self.destroyed.append(serial)

    @staticmethod
    def _key(number: bytes) -> bytes:
        return (number * 4)[:32]


@dataclass
class Printer:
    printed: dict[str, PrintedCard] = field(default_factory=dict)

    def print(self, serial: str, card: PrintedCard) -> None:
        self.printed[serial] = card


def authorities(folder: Path, country: str, clock: Clock) -> Authorities:
    """Founded authorities with small keys and a key store that costs little to open."""
    store = PkiStore(Database.in_file(folder / "pki.sqlite", "openeoi.pki.migrations"), clock)
    made = Authorities(
        with_small_keys(country_plans.load(country)), EncryptedFiles(Directory(folder / "keys"), "test", QUICK_COST), store, clock
    )
    made.found()
    return made


def office(folder: Path, pki: Authorities, clock: Clock, country: str = "si") -> IssuingOffice:
    profile = profiles.load(country)
    return IssuingOffice(
        profile=profile,
        store=Store(Database.in_file(folder / "issuing.sqlite", "openeoi.issuing.migrations"), AuditChain(clock)),
        seal=Seal(bytes(range(32)), secrets.token_bytes),
        authorities=pki,
        blank_cards=Stock(),
        printer=Printer(),
        staff=SAMPLE_STAFF,
        clock=clock,
        random=secrets.token_bytes,
    )


def released(office: IssuingOffice) -> str:
    """The specimen's application, approved and released."""
    reference = decision.submit(office, sample_values(office.profile), sample_photograph())
    decision.approve(office, reference, "ana")
    decision.release(office, reference, "bojan")
    return reference
