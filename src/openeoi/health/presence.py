"""The presence proof: a question to the card, its answer, and every check between them (docs/clinic-vendor.md).

The order of the checks, each with its own code: client's key and organisation known (101) -> professional signed in (102) ->
challenge there, and removed whatever follows (104) -> same organisation, key and professional (105) -> within its 60 seconds
(103) -> certificate readable, issuer trusted, policy of the credential asked for (110), valid now (107) -> signature (106) ->
status of the certificate (107, 111) -> state of the document (108, 111) -> insured mapping (120) -> rate limits (109) -> token
and audit entry in one transaction.

It proves that a genuine, unrevoked card was at this counter within the last minute. It does not prove who brought it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import store
from openeoi.health.certificates import PresentedCertificate, check_certificate
from openeoi.health.errors import (
    INSURED_UNKNOWN,
    CertificateNotAccepted,
    CertificateNotValid,
    ChallengeExpired,
    ChallengeUnknown,
    DocumentNotValid,
    ForeignChallenge,
    MalformedRequest,
    PointOfCareError,
    RateLimited,
    SignatureWrong,
    StatusTooOld,
)
from openeoi.health.keys import HealthKeys
from openeoi.health.ports import CertificateStatus, DocumentState, DocumentStatus, InsuredResolver, SourceUnavailable
from openeoi.health.tokens import LIFETIME, issue_token
from openeoi.health.values import Challenge, Client, Presence, Professional, Purpose, TokenClaims
from openeoi.protocols.card_proof import CertificateUnusable, PresenceText, ProofSignatureInvalid, verify
from openeoi.protocols.holder_certificate import Status, TrustedIssuers
from openeoi.storage.audit import AuditChain, AuditEntry, JsonValue
from openeoi.storage.database import Database

CHALLENGE_LIFETIME = timedelta(seconds=60)
CHALLENGE_LIFETIME_WITH_PIN = timedelta(minutes=5)
"""OUR CHOICE for the credential with PIN: at the portal a holder reads, types the PIN, and may mistype it."""
STATUS_AGE_MAXIMUM = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Caller:
    """A known client and who works at it."""

    client: Client
    professional: Professional


@dataclass(frozen=True, slots=True)
class Limits:
    """How many proofs are accepted within `window`, of one organisation and of one card. OUR CHOICE: generous for a large health
    centre's morning, far below what collecting strangers' data from one reception would need."""

    per_organisation: int = 300
    per_card: int = 20
    window: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CardSources:
    """What is asked about a presented card."""

    issuers: TrustedIssuers
    certificate_status: CertificateStatus
    document_status: DocumentStatus
    insured: InsuredResolver


@dataclass(frozen=True, slots=True)
class PresenceDesk:
    """`issuer` stands in the tokens, `insurer_id` names the one insurer of this office."""

    database: Database
    audit: AuditChain
    keys: HealthKeys
    issuer: str
    insurer_id: str
    clock: Callable[[], datetime]
    random: RandomSource
    sources: CardSources
    limits: Limits

    def challenge(self, caller: Caller, purpose: Purpose, terminal: str, level: CredentialRole) -> Challenge:
        """A new question to a card. Raises MalformedRequest for a terminal that no text can hold."""
        now = self._now()
        lifetime = CHALLENGE_LIFETIME if level is CredentialRole.LOW else CHALLENGE_LIFETIME_WITH_PIN
        try:
            text = PresenceText(
                nonce=self.random(32),
                provider_organisation=caller.client.organisation.number,
                professional=caller.professional.professional_id,
                terminal=terminal,
                purpose=purpose.value,
                issued_at=now,
                expires_at=now + lifetime,
                key_thumbprint=caller.client.key_thumbprint,
            )
        except EncodingError as error:
            raise MalformedRequest(error.field) from error
        challenge = Challenge(self._identifier(), text, level)
        with self.database.begin() as connection:
            store.add_challenge(connection, challenge)
        return challenge

    def prove(self, caller: Caller, challenge_id: str, signature: bytes, certificate: bytes) -> Presence | None:
        """The token for the card's answer; None where the insurer's register knows no insured person for it (POC-120).

        `signature` is raw r || s, `certificate` DER. Raises the PointOfCareError of the first check that fails; it is audited.
        """
        try:
            with self.database.begin() as connection:
                challenge = store.take_challenge(connection, challenge_id)
            if challenge is None:
                raise ChallengeUnknown("no such challenge waits for an answer")
            self._check_ownership(caller, challenge)
            presented = self._check_card(challenge, signature, certificate)
            insured_number = self.sources.insured(presented.number)
            if insured_number is None:
                self._note(caller, "presence-unknown", {"code": INSURED_UNKNOWN})
                return None
            return self._accept(caller, challenge, presented, insured_number)
        except PointOfCareError as refusal:
            self._note(caller, "presence-refused", {"code": refusal.code, "reason": str(refusal)})
            raise

    def _check_ownership(self, caller: Caller, challenge: Challenge) -> None:
        text = challenge.text
        asked = (text.provider_organisation, text.key_thumbprint, text.professional)
        client = caller.client
        if asked != (client.organisation.number, client.key_thumbprint, caller.professional.professional_id):
            raise ForeignChallenge("the challenge was given to another organisation, key or professional")
        if not text.issued_at <= self._now() < text.expires_at:
            raise ChallengeExpired("the answer came after the challenge's time")

    def _check_card(self, challenge: Challenge, signature: bytes, certificate: bytes) -> PresentedCertificate:
        presented = check_certificate(certificate, challenge.level, self.sources.issuers(), self._now())
        try:
            verify(challenge.text, signature, certificate)
        except CertificateUnusable as error:
            raise CertificateNotAccepted(str(error)) from error
        except ProofSignatureInvalid as error:
            raise SignatureWrong(str(error)) from error
        self._check_status(presented)
        return presented

    def _check_status(self, presented: PresentedCertificate) -> None:
        try:
            answer = self.sources.certificate_status(presented.serial, presented.issuer)
            state = self.sources.document_status(presented.number) if answer.status is Status.GOOD else None
        except SourceUnavailable as error:
            raise StatusTooOld("a status cannot be learned now") from error
        if answer.status is Status.REVOKED:
            raise CertificateNotValid("the certificate was revoked")
        if answer.status is Status.UNKNOWN:
            raise CertificateNotAccepted("the issuer does not know the certificate")
        if self._now() - answer.known_at > STATUS_AGE_MAXIMUM:
            raise StatusTooOld("the certificate's status is older than 60 minutes")
        if state is DocumentState.UNKNOWN:
            raise StatusTooOld("the document's state is not known")
        if state is not DocumentState.VALID:
            raise DocumentNotValid(f"the document is {state}")

    def _accept(self, caller: Caller, challenge: Challenge, presented: PresentedCertificate, insured_number: str) -> Presence:
        now = self._now()
        patient_id = self.keys.patient_id(self.insurer_id, insured_number)
        organisation, with_pin = caller.client.organisation.number, challenge.level is not CredentialRole.LOW
        claims = TokenClaims(
            token_id=self._identifier(),
            patient_id=patient_id,
            insurer_id=self.insurer_id,
            organisation=organisation,
            professional_id=caller.professional.professional_id,
            role=caller.professional.role,
            purpose=challenge.purpose,
            key_thumbprint=caller.client.key_thumbprint,
            expires_at=now + LIFETIME,
        )
        token = issue_token(self.keys, self.issuer, claims, now, now, with_pin)
        details = {"organisation": organisation, "terminal": challenge.text.terminal, "level": challenge.level.value}
        with self.database.begin() as connection:
            since, wait = now - self.limits.window, int(self.limits.window.total_seconds())
            if store.count_tokens(connection, since, organisation=organisation) >= self.limits.per_organisation:
                raise RateLimited("too many cards of this organisation", wait)
            if store.count_tokens(connection, since, card=presented.card) >= self.limits.per_card:
                raise RateLimited("this card was read too often", wait)
            store.add_token(connection, claims.token_id, organisation, presented.card, now, claims.expires_at)
            store.note_patient(connection, patient_id, self.insurer_id, insured_number)
            self.audit.append(connection, self._entry(caller, challenge.purpose.value, "presence-proved", patient_id, details))
        return Presence(token, claims.token_id, patient_id, claims.expires_at)

    def _note(self, caller: Caller, action: str, details: dict[str, JsonValue]) -> None:
        with self.database.begin() as connection:
            self.audit.append(connection, self._entry(caller, "PRESENCE", action, caller.client.organisation.number, details))

    def _entry(
        self, caller: Caller, purpose: str, action: str, subject: str, details: dict[str, JsonValue] | dict[str, str]
    ) -> AuditEntry:
        professional = caller.professional
        return AuditEntry(professional.professional_id, professional.role.value, purpose, action, subject, details)

    def _identifier(self) -> str:
        return base64.urlsafe_b64encode(self.random(24)).decode()

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)
