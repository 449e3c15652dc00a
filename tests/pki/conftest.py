"""Founded authorities with small keys, in memory, and a clock that tests can move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi import profiles
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.authorities import Authorities
from openeoi.pki.country_plans import plan_for
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.holders import HolderCertificateRequest
from openeoi.pki.key_files import Memory
from openeoi.pki.quick_plans import with_small_keys
from openeoi.pki.store import MIGRATIONS, PkiStore
from openeoi.storage.database import Database


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Office:
    """Authorities with everything a test wants to look at."""

    country: str
    clock: Clock = field(default_factory=Clock)
    files: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        self.database = Database("sqlite://", MIGRATIONS)
        self.store = PkiStore(self.database, self.clock)
        self.keys = EncryptedFiles(self.files, "a passphrase", QUICK_COST)
        plan = with_small_keys(plan_for(profiles.load(self.country)))
        self.authorities = Authorities(plan, self.keys, self.store, self.clock)

    def request(
        self,
        number: str = "1234567890123",
        given_name: str = "Jana",
        surname: str = "Vzorec",
        keys: dict[CredentialRole, bytes] | None = None,
    ) -> HolderCertificateRequest:
        """`keys` stand in for some of those that are made."""
        made = {role: point() for role in self.authorities.plan.holder_profiles}
        not_after = self.clock.now + timedelta(days=3652)
        return HolderCertificateRequest(given_name, surname, number, self.clock.now, not_after, made | (keys or {}))


def point() -> bytes:
    """A public key as the chip gives it."""
    return ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.fixture
def make_office() -> Iterator[Callable[[str], Office]]:
    offices: list[Office] = []

    def make(country: str) -> Office:
        offices.append(Office(country))
        return offices[-1]

    yield make
    for office in offices:
        office.database.close()


@pytest.fixture
def montenegro(make_office: Callable[[str], Office]) -> Office:
    """Elliptic curves only: founded in milliseconds."""
    office = make_office("me")
    office.authorities.found()
    return office


@pytest.fixture(scope="session")
def slovenia() -> Iterator[Office]:
    """Shared by all tests: nothing may be revoked here, and the clock stands still."""
    office = Office("si")
    office.authorities.found()
    yield office
    office.database.close()
