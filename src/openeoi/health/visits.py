"""The counter that is served from here: what waits between its page, the agent and the card's answer.

It is a client like others: it has a key and belongs to one organisation. A visit is bound to the browser that began it by a
secret in that browser's session; whoever posts the card's answer elsewhere learns nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest

from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import fhir_messages, samples, store
from openeoi.health.eligibility import Eligibility
from openeoi.health.errors import (
    INSURED_UNKNOWN,
    ChallengeUnknown,
    ForeignChallenge,
    MalformedRequest,
    PointOfCareError,
    TokenNotValid,
)
from openeoi.health.office import ACCESS_ANSWER_PATH, COUNTER_ANSWER_PATH, HealthOffice
from openeoi.health.presence import Caller
from openeoi.health.store import Visit
from openeoi.health.tokens import LIFETIME, check_token
from openeoi.health.values import Client, Organisation, ProfessionalRole, Purpose, TokenClaims
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation
from openeoi.storage.audit import AuditEntry

READING_TIME = timedelta(minutes=15)
TERMINAL = "counter-1"
BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Begun:
    """`browser_secret` belongs into the visitor's session."""

    visit_id: str
    browser_secret: str = field(repr=False)
    request: CardRequest


class ServedClient:
    """The screens as a client of the office; `organisation` is the one whose counter they are."""

    def __init__(self, office: HealthOffice, organisation: Organisation = samples.CLINIC) -> None:
        self.office = office
        self.organisation = organisation
        self.thumbprint = office.keys.counter_key.thumbprint()
        office.register_client(self.thumbprint, organisation.number)

    def client(self) -> Client:
        return self.office.client_of_key(self.thumbprint)

    def holder(self) -> Caller:
        """The patient at the portal: nobody is signed in, the high credential with its PIN says who it is."""
        return Caller(Client(samples.PORTAL, self.thumbprint), samples.HOLDER)

    def begin_counter(self, session: str, purpose: Purpose) -> Begun:
        caller = self.office.caller(self.client(), session)
        return self._begin(caller, purpose, TERMINAL, CredentialRole.LOW, COUNTER_ANSWER_PATH)

    def begin_reading(self) -> Begun:
        return self._begin(self.holder(), Purpose.PATIENT_REQUEST, BROWSER, CredentialRole.HIGH, ACCESS_ANSWER_PATH)

    def _begin(self, caller: Caller, purpose: Purpose, terminal: str, level: CredentialRole, answer_path: str) -> Begun:
        office = self.office
        challenge = office.presence.challenge(caller, purpose, terminal, level)
        state, visit_id, secret = (_secret(office.random(32)) for _ in range(3))
        request = CardRequest(Operation.PRESENCE, level, office.origin, office.origin + answer_path, state, challenge.text)
        visit = Visit(visit_id, challenge.challenge_id, challenge.text, _hash(secret))
        with office.database.begin() as connection:
            store.add_visit(connection, visit, _hash(state), challenge.text.issued_at + LIFETIME)
        return Begun(visit_id, secret, request)

    def answered(self, form_field: str) -> Visit:
        """The card's answer, as the agent posted it; the visit it belongs to. A refusal is kept with the visit, for its own page.

        Raises OperationNotDone when the holder cancelled or the card could not do it.
        """
        office = self.office
        try:
            response = CardResponse.decode(form_field)
        except DecodingError as error:
            raise MalformedRequest("the posted field is no response of an agent") from error
        with office.database.read() as connection:
            visit = store.find_visit_by_state(connection, _hash(response.state), office.clock())
        if visit is None:
            raise ChallengeUnknown("no visit waits for this answer")
        response.require_done()
        token, code = None, None
        try:
            proved = office.presence.prove(self._caller_of(visit), visit.challenge_id, response.signature, response.certificate)
            token, code = (None, INSURED_UNKNOWN) if proved is None else (proved.token, None)
        except ChallengeUnknown:
            raise  # a second answer changes nothing about the first
        except PointOfCareError as refusal:
            code = refusal.code
        with office.database.begin() as connection:
            store.end_visit(connection, visit.visit_id, token, code)
        return visit

    def visit(self, visit_id: str, browser_secret: str) -> Visit:
        """Raises ChallengeUnknown, ForeignChallenge for another browser."""
        with self.office.database.read() as connection:
            found = store.find_visit(connection, visit_id, self.office.clock())
        if found is None:
            raise ChallengeUnknown("no such visit")
        if not compare_digest(found.browser_hash, _hash(browser_secret)):
            raise ForeignChallenge("the visit was begun in another browser")
        return found

    def claims(self, visit: Visit) -> TokenClaims:
        """Of an answered visit. Raises TokenNotValid."""
        if visit.token is None:
            raise TokenNotValid("the card was not accepted in this visit")
        client = self.client() if visit.text.professional != samples.HOLDER.professional_id else self.holder().client
        return check_token(self.office.keys, self.office.issuer, visit.token, client, self.office.clock())

    def eligibility(self, visit: Visit) -> Eligibility:
        """A question to the insurer, as a counter's program would send it."""
        claims = self.claims(visit)
        purposes = ("validation",) if claims.role is ProfessionalRole.RECEPTION else ("validation", "benefits")
        sent = fhir_messages.request(claims, purposes, self.office.clock().replace(microsecond=0))
        answer = self.office.eligibility.ask(self.client(), visit.token or "", json.dumps(sent).encode(), '"0"')
        return Eligibility(answer.tag, answer.bundle, answer.person, answer.code, sent)

    def reading(self, visit: Visit) -> str:
        """The patient whose log may be read, for a quarter of an hour after the card; the reading is itself recorded."""
        claims = self.claims(visit)
        if claims.role is not ProfessionalRole.HOLDER or claims.purpose is not Purpose.PATIENT_REQUEST:
            raise ForeignChallenge("a proof made at a counter opens no access log")
        if visit.text.issued_at + READING_TIME < self.office.clock():
            raise TokenNotValid("the quarter of an hour for reading is over")
        with self.office.database.begin() as connection:
            details = {"organisation": samples.PORTAL.number, "data": "access log", "level": CredentialRole.HIGH.value}
            entry = AuditEntry(
                claims.professional_id, claims.role.value, claims.purpose.value, "log-read", claims.patient_id, details
            )
            self.office.audit.append(connection, entry)
        return claims.patient_id

    def _caller_of(self, visit: Visit) -> Caller:
        """Whoever began the visit, if still signed in. The session's secret is not in the agent's post, so the register tells."""
        if visit.text.professional == samples.HOLDER.professional_id:
            return self.holder()
        return self.office.signed_in(self.client(), visit.text.professional)


def _secret(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
