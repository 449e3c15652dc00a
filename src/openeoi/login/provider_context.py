"""What the provider's endpoints share: its name, database, keys, clock and random source."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from openeoi.crypto.randomness import RandomSource
from openeoi.login import store
from openeoi.login.clients import Client
from openeoi.login.keys import ProviderKeys
from openeoi.storage.database import Database

CODE_LIFETIME = timedelta(seconds=60)
TOKEN_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class ProviderContext:
    """`issuer` is the provider's identifier: an address without a slash at its end (OpenID Connect Discovery 3)."""

    issuer: str
    database: Database
    keys: ProviderKeys = field(repr=False)
    clock: Callable[[], datetime]
    random: RandomSource

    def now(self) -> datetime:
        return self.clock().replace(microsecond=0)

    def subject(self, client: Client, person_id: str) -> str:
        """The person's pairwise subject for the client's sector, noted in the database."""
        subject = self.keys.pairwise_subject(client.sector, person_id)
        with self.database.begin() as connection:
            store.note_subject(connection, client.sector, subject, person_id)
        return subject

    def named(self, address: str) -> str:
        """The address of an authorization response with `iss` (RFC 9207, 2)."""
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'iss': self.issuer})}"
