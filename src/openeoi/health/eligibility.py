"""What is this patient insured for? The token buys an answer of the insurer; each answer, an unchanged one too, is audited.

Order: token (142, 105) -> `If-None-Match` sent (141) -> request (100) -> role may see it (140) -> insurer (122) -> answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openeoi.health import fhir_messages, store
from openeoi.health.errors import INSURED_UNKNOWN, NOT_IN_FORCE, ConditionMissing, InsurerDown, RoleMayNotSee, TokenNotValid
from openeoi.health.fhir_messages import JsonObject
from openeoi.health.keys import HealthKeys
from openeoi.health.ports import InsuredPerson, Insurer, SourceUnavailable
from openeoi.health.tokens import check_token
from openeoi.health.values import Client, ProfessionalRole, TokenClaims
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database

# Which purposes of a request a role may name: reception learns whether someone is insured, the others what for as well.
MAY_ASK: Mapping[ProfessionalRole, frozenset[str]] = {
    ProfessionalRole.RECEPTION: frozenset({"validation"}),
    ProfessionalRole.DOCTOR: frozenset({"validation", "benefits"}),
    ProfessionalRole.PHARMACIST: frozenset({"validation", "benefits"}),
    ProfessionalRole.BILLING: frozenset({"validation", "benefits"}),
    ProfessionalRole.HOLDER: frozenset({"validation"}),
}


@dataclass(frozen=True, slots=True)
class Eligibility:
    """`tag` is the ETag; `bundle` is None when it has not changed. `code`: POC-120, POC-121 or None."""

    tag: str
    bundle: JsonObject | None = field(repr=False)
    person: InsuredPerson | None = field(repr=False)
    code: str | None
    request: JsonObject = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class EligibilityDesk:
    database: Database
    audit: AuditChain
    keys: HealthKeys
    issuer: str
    insurer: Insurer
    clock: Callable[[], datetime]

    def ask(self, client: Client, token: str, body: bytes, known_tag: str | None) -> Eligibility:
        """`known_tag` is the value of If-None-Match, "0" at the first time."""
        now = self.clock().replace(microsecond=0)
        claims = check_token(self.keys, self.issuer, token, client, now)
        if known_tag is None:
            raise ConditionMissing("If-None-Match is missing, send 0 the first time")
        asked = fhir_messages.read_request(body, claims, now.date())
        if not set(asked.purposes) <= MAY_ASK[claims.role]:
            raise RoleMayNotSee(f"the role {claims.role} may not ask for {', '.join(asked.purposes)}")
        person = self._find(claims)
        tag = fhir_messages.version_tag(person, asked)
        code = INSURED_UNKNOWN if person is None else None if person.in_force(asked.serviced) else NOT_IN_FORCE
        if known_tag.strip().strip('"') == tag.strip('"'):
            self._note(claims, asked.purposes, "eligibility-unchanged", code)
            return Eligibility(tag, None, person, code)
        bundle = fhir_messages.answer(person, asked, claims, self.insurer.name, now)
        fhir_messages.validate(bundle)
        self._note(claims, asked.purposes, "eligibility-given", code)
        return Eligibility(tag, bundle, person, code)

    def _find(self, claims: TokenClaims) -> InsuredPerson | None:
        with self.database.read() as connection:
            insured_number = store.find_insured_number(connection, claims.patient_id)
        if insured_number is None:
            raise TokenNotValid("the token's patient is not known here")
        try:
            return self.insurer.find(insured_number)
        except SourceUnavailable as error:
            raise InsurerDown("the insurer does not answer") from error

    def _note(self, claims: TokenClaims, purposes: tuple[str, ...], action: str, code: str | None) -> None:
        """Data classes, never values."""
        details = {"organisation": claims.organisation, "data": ", ".join(purposes), "token": claims.token_id, "code": code or ""}
        entry = AuditEntry(claims.professional_id, claims.role.value, claims.purpose.value, action, claims.patient_id, details)
        with self.database.begin() as connection:
            self.audit.append(connection, entry)
