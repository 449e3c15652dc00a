"""The point of care as a whole: `main` builds one and mounts its pages and its machine interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from openeoi.crypto.randomness import RandomSource
from openeoi.health import client_proof, samples, store
from openeoi.health.eligibility import EligibilityDesk
from openeoi.health.errors import ClientUnknown, NoProfessionalSession
from openeoi.health.keys import open_keys
from openeoi.health.ports import CertificateStatus, DocumentStatus, InsuredResolver, Insurer
from openeoi.health.presence import Caller, CardSources, Limits, PresenceDesk
from openeoi.health.sessions import Sessions
from openeoi.health.values import Client, Professional
from openeoi.protocols.browser_card.addresses import check_origin
from openeoi.protocols.holder_certificate import TrustedIssuers
from openeoi.storage.audit import AuditChain
from openeoi.storage.database import Database

PATH = "/health"
API_PATH = f"{PATH}/api"
COUNTER_ANSWER_PATH = f"{PATH}/counter/card"
ACCESS_ANSWER_PATH = f"{PATH}/my-access/card"
CROSS_SITE = (f"{API_PATH}/", COUNTER_ANSWER_PATH, ACCESS_ANSWER_PATH)
"""Paths whose POST comes from an agent or a program; each has its own proof instead of the form token."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What `main` connects. `insured` may be None: then the office's own table answers, filled by `enrol`."""

    issuers: TrustedIssuers
    certificate_status: CertificateStatus
    document_status: DocumentStatus
    insurer: Insurer
    insured: InsuredResolver | None = None


class HealthOffice:
    """`origin` is the web origin under which `/health` is mounted; `agent_address` is where the browser finds the agent;
    `wrapping_key` (32 bytes) opens the office's own keys in its database; `with_samples` enters the sample organisations and
    professionals, whose PINs are public: for test systems only."""

    def __init__(
        self,
        database: Database,
        origin: str,
        agent_address: str,
        *,
        wrapping_key: bytes,
        clock: Callable[[], datetime],
        random: RandomSource,
        connections: Connections,
        limits: Limits | None = None,
        with_samples: bool = False,
    ) -> None:
        check_origin("origin", origin)
        self.origin = origin
        self.issuer = origin + PATH
        self.agent_address = agent_address
        self.database = database
        self.clock = clock
        self.random = random
        self.insurer = connections.insurer
        self.audit = AuditChain(clock)
        self.keys = open_keys(database, wrapping_key, random)
        self.sessions = Sessions(database, self.audit, random)
        sources = CardSources(
            connections.issuers,
            connections.certificate_status,
            connections.document_status,
            connections.insured or self.enrolled,
        )
        self.presence = PresenceDesk(
            database,
            self.audit,
            self.keys,
            self.issuer,
            connections.insurer.insurer_id,
            clock,
            random,
            sources,
            limits or Limits(),
        )
        self.eligibility = EligibilityDesk(database, self.audit, self.keys, self.issuer, connections.insurer, clock)
        if with_samples:
            samples.enter_samples(database, random)

    def forget_expired(self) -> None:
        """Challenges, key proofs, sessions, tokens and visits that ended more than a day ago."""
        with self.database.begin() as connection:
            store.forget_expired(connection, self.clock())

    def enrol(self, certificate_number: str, insured_number: str) -> None:
        """The state's identifier service said that certificates with this number belong to this insured person."""
        with self.database.begin() as connection:
            store.put_insured_certificate(connection, certificate_number, insured_number)

    def enrolled(self, certificate_number: str, /) -> str | None:
        with self.database.read() as connection:
            return store.find_insured_certificate(connection, certificate_number)

    def register_client(self, thumbprint: str, organisation: str) -> None:
        """This key (RFC 7638 thumbprint) belongs to a program of that organisation."""
        with self.database.begin() as connection:
            store.put_client_key(connection, thumbprint, organisation)

    def client(self, proof: str, method: str, address: str, token: str = "") -> Client:
        """The client that sent this key proof. Raises ClientUnknown, for a proof used twice too."""
        checked = client_proof.check_proof(proof, method, address, self.clock(), token)
        with self.database.begin() as connection:
            first = store.add_key_proof(connection, checked.proof_hash, checked.expires_at)
        if not first:
            raise ClientUnknown("the key proof was used before")
        return self.client_of_key(checked.thumbprint)

    def client_of_key(self, thumbprint: str) -> Client:
        with self.database.read() as connection:
            organisation = store.find_organisation_of_key(connection, thumbprint)
        if organisation is None or organisation.is_blocked:
            raise ClientUnknown("the client's key belongs to no organisation that may ask")
        return Client(organisation, thumbprint)

    def caller(self, client: Client, session: str) -> Caller:
        """Raises NoProfessionalSession."""
        return Caller(client, self.sessions.require(client, session, self.clock()))

    def signed_in(self, client: Client, professional_id: str) -> Caller:
        """The professional at a client that keeps the session itself. Raises NoProfessionalSession."""
        with self.database.read() as connection:
            found = store.find_professional(connection, professional_id)
            is_signed_in = store.is_signed_in(connection, professional_id, client.key_thumbprint, self.clock())
        if found is None or not is_signed_in or found[0].organisation != client.organisation.number:
            raise NoProfessionalSession("no professional is signed in")
        return Caller(client, found[0])

    def professionals(self, organisation: str) -> tuple[Professional, ...]:
        with self.database.read() as connection:
            return store.professionals_of(connection, organisation)
