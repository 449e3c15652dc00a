"""Builds the offices of one installation and connects their ports. No business rule: construct, connect, hand out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openeoi import profiles
from openeoi.crypto.randomness import RandomSource
from openeoi.main.installation import Installation
from openeoi.main.settings import TRUSTED, Settings
from openeoi.profiles.profile import CountryProfile
from openeoi.storage.database import Database

if TYPE_CHECKING:
    import httpx

    from openeoi.agent.card_folder import CardFolder
    from openeoi.agent.faulty_cards import AlsoOfTheLaboratory, FaultyCards
    from openeoi.agent.office import Agent
    from openeoi.agent.ports import Reader
    from openeoi.agent.reader import CardReader
    from openeoi.border.post import BorderPost
    from openeoi.exchange.desk import ExchangeDesk
    from openeoi.health.insurer.sample_insurer import SampleInsurer
    from openeoi.health.office import HealthOffice
    from openeoi.issuing.office import IssuingOffice
    from openeoi.login.office import LoginOffice
    from openeoi.login.sample_service import SampleService
    from openeoi.main.card_stock import CardStock
    from openeoi.main.samples import SampleIdentifiers
    from openeoi.pki.authorities import Authorities
    from openeoi.pki.encrypted_files import DerivationCost
    from openeoi.protocols.passive_authentication import TrustAnchors
    from openeoi.signing.desk import SigningDesk

PKI_PATH: Final = "/pki"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Offices:
    """Everything of one installation; each part is built when first asked for, so that a command pays only for what it uses."""

    settings: Settings
    installation: Installation
    clock: Callable[[], datetime] = now
    random: RandomSource = secrets.token_bytes
    key_cost: DerivationCost | None = None
    http: httpx.Client | None = None
    _opened: dict[str, Database] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, settings: Settings) -> Offices:
        return cls(settings, Installation(settings.var, secrets.token_bytes))

    @cached_property
    def profile(self) -> CountryProfile:
        return profiles.load(self.settings.country)

    @cached_property
    def partner_profile(self) -> CountryProfile:
        return profiles.load(self.settings.partner)

    @cached_property
    def authorities(self) -> Authorities:
        return self._authorities(self.settings.country)

    @cached_property
    def partner_authorities(self) -> Authorities:
        return self._authorities(self.settings.partner)

    @cached_property
    def card_folder(self) -> CardFolder:
        from openeoi.agent.card_folder import CardFolder

        return CardFolder(self.installation.cards, self.random)

    @cached_property
    def card_stock(self) -> CardStock:
        from openeoi.main.card_stock import CardStock

        return CardStock(self.card_folder, self.profile, self.installation.secret("card maker"), self.random)

    @cached_property
    def reader(self) -> CardReader:
        """The virtual one."""
        from openeoi.agent.reader import CardReader
        from openeoi.main.card_stock import HolderCards

        return CardReader(HolderCards(self.card_folder, self.random), self.installation.file("reader.json"))

    @cached_property
    def used_reader(self) -> Reader:
        """The reader of the setting."""
        from openeoi.main.readers import reader_named

        return reader_named(self.settings.reader, self.reader, self.relay_certificates)

    def relay_certificates(self) -> Path:
        """The folder of the certificates for relayed cards."""
        return Path(self.settings.relay_certificates or self.installation.relay)

    @cached_property
    def faulty_cards(self) -> FaultyCards:
        from openeoi.agent.faulty_cards import FaultyCards

        secret = self.installation.secret("faulty chips laboratory")
        return FaultyCards(self.card_folder, self.profile.card, secret, self.random, self.clock)

    @cached_property
    def issuing(self) -> IssuingOffice:
        from openeoi.issuing.office import IssuingOffice
        from openeoi.issuing.sealing import Seal
        from openeoi.issuing.staff import SAMPLE_STAFF
        from openeoi.issuing.store import Store
        from openeoi.storage.audit import AuditChain

        return IssuingOffice(
            profile=self.profile,
            store=Store(self._database("issuing"), AuditChain(self.clock)),
            seal=Seal(self.installation.secret("issuing seal"), self.random),
            authorities=self.authorities,
            blank_cards=self.card_stock,
            printer=self.card_stock,
            staff=SAMPLE_STAFF,
            clock=self.clock,
            random=self.random,
        )

    @cached_property
    def login(self) -> LoginOffice:
        from openeoi.login.office import LoginOffice
        from openeoi.main import connections

        return LoginOffice(
            self._database("login"),
            self.settings.origin,
            self.agent_address,
            wrapping_key=self.installation.secret("login keys"),
            clock=self.clock,
            random=self.random,
            issuers=connections.holder_issuers(self.authorities),
            status=connections.certificate_status(self.authorities),
            resolve=connections.login_persons(self.issuing, self.installation.secret("person identifiers")),
        )

    @cached_property
    def sample_service(self) -> SampleService:
        import httpx

        from openeoi.login.sample_pages import CALLBACK_PATH, sample_client
        from openeoi.login.sample_service import CLIENT_ID, SampleService

        if self.login.client(CLIENT_ID) is None:
            self.login.add_client(sample_client(self.settings.origin))
        http = self.http or httpx.Client(timeout=10, trust_env=False)
        return SampleService(self.login.issuer, self.settings.origin + CALLBACK_PATH, http, self.clock, self.random)

    @cached_property
    def agent(self) -> Agent:
        from openeoi.agent.office import Agent
        from openeoi.main.doctor import doctor_of
        from openeoi.main.samples import sample_pins
        from openeoi.terminal.examination import Trust

        trusted = self._with_laboratory(self.exchange)
        return Agent(
            reader=self.used_reader,
            virtual_reader=self.reader,
            faces=self.card_stock,
            parameters=self.profile.card,
            trust=Trust(trusted, trusted),
            random=self.random,
            clock=self.clock,
            sample_pins=lambda card: sample_pins(self, card),
            doctor=lambda: doctor_of(self),
        )

    def agent_at(self, reader: str) -> Agent:
        """The agent with the reader of this name; with the one of the setting for ""."""
        from openeoi.main.readers import reader_named

        return self.agent.at(reader_named(reader, self.reader, self.relay_certificates)) if reader else self.agent

    @cached_property
    def signing(self) -> SigningDesk:
        from openeoi.main import connections
        from openeoi.signing.desk import SigningDesk

        return SigningDesk(
            self._database("signing"),
            self.settings.origin,
            self.agent_address,
            self.clock,
            self.random,
            connections.qualified_issuers(self.authorities),
            connections.certificate_status(self.authorities),
            connections.time_stamps(self.authorities),
        )

    @cached_property
    def insurer(self) -> SampleInsurer:
        from openeoi.health.insurer.sample_insurer import SampleInsurer
        from openeoi.health.insurer.store import MIGRATIONS

        return SampleInsurer(Database.in_file(self.installation.database("insurer"), MIGRATIONS))

    @cached_property
    def identifiers(self) -> SampleIdentifiers:
        from openeoi.main.samples import SampleIdentifiers

        return SampleIdentifiers(self.installation.file("identifiers.json"), self.installation.secret("health identifiers"))

    @cached_property
    def health(self) -> HealthOffice:
        from openeoi.health.office import Connections, HealthOffice
        from openeoi.main import connections

        return HealthOffice(
            self._database("health"),
            self.settings.origin,
            self.agent_address,
            wrapping_key=self.installation.secret("health keys"),
            clock=self.clock,
            random=self.random,
            connections=Connections(
                connections.holder_issuers(self.authorities),
                connections.health_certificate_status(self.authorities, self.clock),
                connections.health_document_status(self.issuing),
                self.insurer,
                connections.health_insured(self.issuing, self.identifiers),
            ),
            with_samples=True,
        )

    @cached_property
    def exchange(self) -> ExchangeDesk:
        """The desk of the issuing state."""
        return self._exchange(self.settings.country, self.authorities)

    @cached_property
    def partner_exchange(self) -> ExchangeDesk:
        """The desk of the partner state."""
        return self._exchange(self.settings.partner, self.partner_authorities)

    @cached_property
    def border(self) -> BorderPost:
        """The partner state's post: it trusts what its own desk trusts."""
        from openeoi.border.post import BorderPost
        from openeoi.border.store import Store
        from openeoi.main import connections
        from openeoi.terminal.examination import Trust

        trusted = self._with_laboratory(self.partner_exchange)
        return BorderPost(
            profile=self.partner_profile,
            store=Store(self._database("border"), self.clock),
            reader=connections.PostReader(self.used_reader),
            trust=Trust(trusted, trusted),
            document_status=connections.IssuersAnswer(self.profile.issuing_state, self.issuing),
            clock=self.clock,
            random=self.random,
            terminal_credentials=connections.PostCredentials(
                self.partner_authorities,
                {
                    self.profile.country_code: self.authorities,
                    self.partner_profile.country_code: self.partner_authorities,
                },
            ),
        )

    def border_at(self, reader: str) -> BorderPost:
        """The post with the reader of this name; with the one of the setting for ""."""
        from openeoi.main import connections
        from openeoi.main.readers import reader_named

        if not reader:
            return self.border
        return replace(self.border, reader=connections.PostReader(reader_named(reader, self.reader, self.relay_certificates)))

    def _with_laboratory(self, anchors: TrustAnchors) -> AlsoOfTheLaboratory:
        from openeoi.agent.faulty_cards import AlsoOfTheLaboratory
        from openeoi.main import connections

        lists = connections.PublishedLists(self.authorities, self.partner_authorities)
        told = self.settings.faulty_chips == TRUSTED
        return AlsoOfTheLaboratory(anchors, lists, self.faulty_cards if told else None)

    def _exchange(self, country: str, authorities: Authorities) -> ExchangeDesk:
        from openeoi.exchange.desk import ExchangeDesk
        from openeoi.exchange.store import ExchangeStore

        store = ExchangeStore(self._database("exchange", f"exchange-{country}"), self.clock)
        return ExchangeDesk(country.upper(), authorities, store, self.clock)

    @property
    def chains(self) -> Mapping[str, str]:
        """Every database with an audit chain, whether its office is built or not: name of the database -> its office."""
        states = (self.settings.country, self.settings.partner)
        of_states = {f"{office}-{state}": office for office in ("pki", "exchange") for state in states}
        return {office: office for office in ("issuing", "signing", "login", "health", "border")} | of_states

    @property
    def audited(self) -> Mapping[str, Database]:
        """The databases with an audit chain, by name, as far as their offices are built: all of them in a served installation."""
        return dict(self._opened)

    @property
    def agent_address(self) -> str:
        return f"{self.settings.origin}/agent/use"

    def _authorities(self, country: str) -> Authorities:
        from openeoi.pki import country_plans
        from openeoi.pki.authorities import Authorities
        from openeoi.pki.encrypted_files import EncryptedFiles
        from openeoi.pki.key_files import Directory
        from openeoi.pki.store import PkiStore

        passphrase = self.installation.secret(f"key store {country}").hex()
        key_store = EncryptedFiles(Directory(self.installation.keys / country), passphrase, self.key_cost)
        store = PkiStore(self._database("pki", f"pki-{country}"), self.clock)
        plan = country_plans.load(country, f"{self.settings.origin}{PKI_PATH}")
        return Authorities(plan, key_store, store, self.clock)

    def _database(self, office: str, name: str | None = None) -> Database:
        opened = Database.in_file(self.installation.database(name or office), f"openeoi.{office}.migrations")
        return self._opened.setdefault(name or office, opened)
