"""Revocation and every answer about it: lists, OCSP, the status of one certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openeoi.encoding.errors import DecodingError
from openeoi.pki import revocation_lists, status_answers
from openeoi.pki.certificates import assemble, encode_name
from openeoi.pki.errors import AlreadyRevoked, AuthorityMissing, UnknownCertificate
from openeoi.pki.founding import SYSTEM, FoundedAuthorities, reference
from openeoi.pki.issuance import TRAVEL_DOCUMENT
from openeoi.pki.plans import STATUS_RESPONDERS, Authority
from openeoi.pki.revocation_lists import ListFacts, RevocationReason, RevokedEntry
from openeoi.pki.status import CertificateStatus, StatusKind
from openeoi.pki.store import IssuedCertificate, StoredRevocationList, Transaction

LISTS_IN_A_LIFETIME = 24  # a list is renewed long before it runs out: one that lives a day every hour


class Revocation(FoundedAuthorities):
    """What the authorities say about certificates they issued."""

    def revoke(
        self, serial: int, reason: RevocationReason, issuer: Authority | None = None, actor: str = SYSTEM
    ) -> IssuedCertificate:
        """Final from now on. Raises UnknownCertificate, AlreadyRevoked."""
        with self._store.begin() as transaction:
            found = self._store.certificates_with_serial(transaction, serial)
            matching = [one for one in found if issuer in (None, one.issuer)]
            if len(matching) != 1:
                raise UnknownCertificate(serial)
            return self._revoke_one(transaction, matching[0], reason, actor)

    def revoke_holder_certificates(
        self, certificate_number: str, reason: RevocationReason, actor: str = SYSTEM
    ) -> tuple[IssuedCertificate, ...]:
        """Every certificate of a card that is not revoked yet. Returns the ones revoked now."""
        with self._store.begin() as transaction:
            found = self._store.certificates_with_number(transaction, certificate_number)
            return tuple(self._revoke_one(transaction, one, reason, actor) for one in found if one.revoked_at is None)

    def _revoke_one(
        self, transaction: Transaction, certificate: IssuedCertificate, reason: RevocationReason, actor: str
    ) -> IssuedCertificate:
        if certificate.revoked_at is not None:
            raise AlreadyRevoked(certificate.serial)
        at = self._clock()
        self._store.set_revoked(transaction, certificate, at, reason.value)
        self._store.record(transaction, actor, "revoked", reference(certificate), reason=reason.value)
        return replace(certificate, revoked_at=at, reason=reason.value)

    def certificate_status(self, serial: int, issuer: Authority | bytes) -> CertificateStatus:
        """`issuer` as authority, or as the DER of its name from the certificate."""
        authority = issuer if isinstance(issuer, Authority) else self._named(issuer)
        if authority is None:
            return CertificateStatus(StatusKind.UNKNOWN)
        with self._store.read() as transaction:
            found = self._store.certificate(transaction, authority, serial)
        if found is None:
            return CertificateStatus(StatusKind.UNKNOWN)
        if found.revoked_at is None:
            return CertificateStatus(StatusKind.GOOD, found.issued_at)
        return CertificateStatus(StatusKind.REVOKED, found.revoked_at, RevocationReason(found.reason or "unspecified"))

    def _named(self, name: bytes) -> Authority | None:
        return next((one.authority for one in self.plan.definitions if encode_name(one.subject) == name), None)

    def crl(self, issuer: Authority) -> bytes:
        """The authority's current revocation list (DER): a revocation is on the list that the next caller gets."""
        at = self._clock()
        with self._store.read() as transaction:
            current = self._current_list(transaction, issuer, at)
        if current is not None:
            return current.content
        with self._store.begin() as transaction:
            current = self._current_list(transaction, issuer, at) or self._new_list(transaction, issuer, at)
            return current.content

    def _list_lifetime(self, issuer: Authority) -> tuple[bool, datetime]:
        travel = issuer in TRAVEL_DOCUMENT
        return travel, self._clock() + (self.plan.country_list_lifetime if travel else self.plan.status_list_lifetime)

    def _current_list(self, transaction: Transaction, issuer: Authority, at: datetime) -> StoredRevocationList | None:
        stored = self._store.latest_revocation_list(transaction, issuer)
        if stored is None:
            return None
        renewed_after = stored.this_update + (stored.next_update - stored.this_update) / LISTS_IN_A_LIFETIME
        last = self._store.last_revocation(transaction, issuer)
        is_complete = last is None or last < stored.this_update
        return stored if at < renewed_after and is_complete else None

    def _new_list(self, transaction: Transaction, issuer: Authority, at: datetime) -> StoredRevocationList:
        if not self.plan.definition(issuer).issues_certificates:
            raise AuthorityMissing(issuer)
        key = self._key(self._newest(transaction, issuer))
        before = self._store.latest_revocation_list(transaction, issuer)
        travel, next_update = self._list_lifetime(issuer)
        facts = ListFacts(
            issuer=key.facts,
            number=before.number + 1 if before else 1,
            this_update=at,
            next_update=next_update,
            entries=[_entry(one) for one in self._store.revoked(transaction, issuer)],
            signature_algorithm=key.signature_algorithm,
            keeps_expired=None if travel else key.facts.not_before,
        )
        signed = revocation_lists.to_be_signed(facts)
        revocation_lists.require_sound(facts, signed)
        content = assemble(signed, key.signature_algorithm, self._sign_with(key)(signed))
        stored = StoredRevocationList(issuer, facts.number, at, next_update, content)
        self._store.add_revocation_list(transaction, stored)
        subject = f"revocation list {issuer}/{facts.number}"
        self._store.record(transaction, SYSTEM, "signed", subject, entries=len(facts.entries))
        return stored

    def answer_status(self, request: bytes) -> bytes:
        """The OCSP answer to a request, both DER; never raises for what a stranger may send (RFC 6960, 2.3: an error answer)."""
        try:
            asked = status_answers.decode_request(request)
        except DecodingError:
            return status_answers.error(status_answers.MALFORMED)
        issuer = self._asked_about(asked)
        if issuer is None:
            return status_answers.error(status_answers.UNAUTHORIZED)
        responder = STATUS_RESPONDERS[issuer]
        if not self._may_sign(responder):
            self.found()
        at = self._clock()
        answers = [(one.identifier, self.certificate_status(one.serial_number, issuer)) for one in asked.questions]
        with self._store.read() as transaction:
            key = self._signing(transaction, responder)
            certificate = self._newest(transaction, responder).certificate.content
        facts = status_answers.AnswerFacts(answers, asked.nonce, key.facts.key_identifier, key.signature_algorithm, certificate)
        return status_answers.build(facts, at, self._sign_with(key))

    def _asked_about(self, asked: status_answers.StatusRequest) -> Authority | None:
        """The one authority that all questions name by the hashes of its name and key, if it has a responder here."""
        with self._store.read() as transaction:
            known = [
                one
                for authority in STATUS_RESPONDERS
                if authority in self.plan.issuers
                for one in self._store.authorities(transaction, authority)
            ]
        named = {
            next((one.authority for one in known if question.names(one.certificate.content)), None)
            for question in asked.questions
        }
        return named.pop() if len(named) == 1 else None


def _entry(certificate: IssuedCertificate) -> RevokedEntry:
    if certificate.revoked_at is None:
        raise UnknownCertificate(certificate.serial)
    return RevokedEntry(certificate.serial, certificate.revoked_at, RevocationReason(certificate.reason or "unspecified"))
