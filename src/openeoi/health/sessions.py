"""Who works at the counter: a professional of a registered organisation, signed in with a PIN for at most twelve hours.

OUR CHOICE, thin: the PIN stands for the professional's card (PK), which issues of its own follow. Five wrong PINs lock the entry.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from openeoi.crypto.randomness import RandomSource
from openeoi.health import store
from openeoi.health.errors import NoProfessionalSession
from openeoi.health.store import StoredPin
from openeoi.health.values import Client, Professional
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database

LIFETIME = timedelta(hours=12)
FAILURES_MAXIMUM = 5


@dataclass(frozen=True, slots=True)
class Sessions:
    database: Database
    audit: AuditChain
    random: RandomSource

    def sign_in(self, client: Client, professional_id: str, pin: str, now: datetime) -> str:
        """The session's secret. Raises NoProfessionalSession: unknown, of another organisation, wrong PIN or locked."""
        refusal = None
        with self.database.begin() as connection:
            store.forget_expired(connection, now)  # here, because it happens once a day at each counter
            found = store.find_professional(connection, professional_id)
            if found is None or found[0].organisation != client.organisation.number:
                raise NoProfessionalSession("no such professional works here")
            professional, stored = found
            if not store.take_try(connection, professional_id, FAILURES_MAXIMUM):
                raise NoProfessionalSession("the professional's entry is locked")
            if not compare_digest(pin_digest(pin, stored.salt), stored.digest):
                refusal = NoProfessionalSession("the PIN is wrong")
            secret = base64.urlsafe_b64encode(self.random(32)).rstrip(b"=").decode()
            if refusal is None:
                store.set_failures(connection, professional_id, 0)
                store.add_session(connection, _hash(secret), professional_id, client.key_thumbprint, now + LIFETIME)
            action = "signed-in" if refusal is None else "sign-in-refused"
            self.audit.append(
                connection,
                AuditEntry(professional_id, professional.role.value, "WORK", action, client.organisation.number, {}),
            )
        if refusal is not None:
            raise refusal
        return secret

    def require(self, client: Client, secret: str, now: datetime) -> Professional:
        """The professional signed in at this client. Raises NoProfessionalSession."""
        with self.database.read() as connection:
            professional = store.find_session(connection, _hash(secret), client.key_thumbprint, now)
        if professional is None or professional.organisation != client.organisation.number:
            raise NoProfessionalSession("no professional is signed in")
        return professional

    def sign_out(self, secret: str) -> None:
        with self.database.begin() as connection:
            store.drop_session(connection, _hash(secret))


def stored_pin(pin: str, random: RandomSource) -> StoredPin:
    salt = random(16)
    return StoredPin(salt, pin_digest(pin, salt), 0)


def pin_digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**13, r=8, p=1, dklen=32)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
