"""An office with everything that can be turned in a test: the time, the statuses, who is insured."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp

from cryptography import x509
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.testclient import TestClient

from health.cards import ISSUERS, JANA, LOW, SoftwareCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import api, pages, samples
from openeoi.health.insurer import store as insurer_store
from openeoi.health.insurer.sample_insurer import IN_FORCE, SAMPLE_PEOPLE, SampleInsurer
from openeoi.health.office import CROSS_SITE, Connections, HealthOffice
from openeoi.health.ports import DocumentState, InsuredPerson, SourceUnavailable, StatusAnswer
from openeoi.health.presence import Caller, Limits
from openeoi.health.store import MIGRATIONS
from openeoi.health.values import Challenge, Client, Presence, Purpose
from openeoi.protocols.holder_certificate import Status
from openeoi.storage.audit import RecordedEntry
from openeoi.storage.database import Database
from openeoi.web.kit import Settings, WebKit

ORIGIN = "http://127.0.0.1:8000"
KIT = WebKit([("health", "openeoi.health")])


class TurnableInsurer(SampleInsurer):
    is_down = False

    def find(self, insured_number: str, /) -> InsuredPerson | None:
        if self.is_down:
            raise SourceUnavailable("switched off")
        return super().find(insured_number)


@cache
def _fresh_databases() -> Path:
    """Migrated databases with the sample organisations in them, made once: a world starts with copies."""
    folder = Path(mkdtemp(prefix="openeoi-health-"))
    insurer = Database.in_file(folder / "insurer.sqlite", insurer_store.MIGRATIONS)
    SampleInsurer(insurer).enter(*SAMPLE_PEOPLE)
    health = Database.in_file(folder / "health.sqlite", MIGRATIONS)
    samples.enter_samples(health, secrets.token_bytes)
    insurer.close()
    health.close()
    return folder


@dataclass
class World:
    folder: Path
    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    status: Status | None = Status.GOOD
    status_age: timedelta = timedelta(0)
    document: DocumentState = DocumentState.VALID
    asked: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    url: str = ""

    def __post_init__(self) -> None:
        copytree(_fresh_databases(), self.folder, dirs_exist_ok=True)
        self.insurer = TurnableInsurer(Database.in_file(self.folder / "insurer.sqlite", insurer_store.MIGRATIONS))
        self.office = HealthOffice(
            Database(self.url, MIGRATIONS) if self.url else Database.in_file(self.folder / "health.sqlite", MIGRATIONS),
            ORIGIN,
            f"{ORIGIN}/agent/use",
            wrapping_key=bytes(32),
            clock=lambda: self.now,
            random=secrets.token_bytes,
            connections=Connections(
                issuers=lambda: [issuer.trusted for issuer in ISSUERS.values()],
                certificate_status=self._certificate_status,
                document_status=lambda number: self.document,
                insurer=self.insurer,
            ),
            limits=self.limits,
            with_samples=True,
        )
        self.office.enrol(JANA, IN_FORCE.insured_number)
        self.key = ECKey.generate_key("P-256")
        self.client = self.new_client(self.key)
        self.caller = self.sign_in(self.client)

    def new_client(self, key: ECKey, organisation: str = samples.CLINIC.number) -> Client:
        self.office.register_client(key.thumbprint(), organisation)
        return self.office.client_of_key(key.thumbprint())

    def sign_in(self, client: Client, professional: str = samples.RECEPTIONIST.professional_id) -> Caller:
        secret = self.office.sessions.sign_in(client, professional, samples.SAMPLE_PIN, self.now)
        return self.office.caller(client, secret)

    def challenge(self, caller: Caller | None = None, level: CredentialRole = CredentialRole.LOW) -> Challenge:
        return self.office.presence.challenge(caller or self.caller, Purpose.TREATMENT, "terminal-7", level)

    def prove(
        self,
        card: SoftwareCard = LOW,
        challenge: Challenge | None = None,
        caller: Caller | None = None,
        change: Callable[[bytes], bytes] = bytes,
    ) -> Presence | None:
        challenge = challenge or self.challenge(caller)
        signature = change(card.sign(challenge.text))
        return self.office.presence.prove(caller or self.caller, challenge.challenge_id, signature, card.certificate)

    def token(self, number: str = IN_FORCE.insured_number, caller: Caller | None = None) -> str:
        self.office.enrol(JANA, number)
        presence = self.prove(caller=caller)
        assert presence is not None
        return presence.token

    def pass_time(self, **duration: int) -> None:
        self.now += timedelta(**duration)

    def audit(self, subject: str) -> list[RecordedEntry]:
        with self.office.database.read() as connection:
            self.office.audit.verify(connection)
            return list(self.office.audit.about(connection, subject))

    def browser(self) -> TestClient:
        app = Starlette(
            routes=[*api.routes(self.office), *pages.routes(self.office, KIT), *KIT.static_routes()],
            middleware=KIT.middleware(Settings("session-secret", cross_site=CROSS_SITE)),
            exception_handlers=KIT.exception_handlers(),
        )
        return TestClient(app, base_url=ORIGIN, follow_redirects=False, headers={"accept-language": "en"})

    def _certificate_status(self, serial: int, issuer: x509.Name, /) -> StatusAnswer:
        if self.status is None:
            raise SourceUnavailable("switched off")
        return StatusAnswer(self.status, self.now - self.status_age)
