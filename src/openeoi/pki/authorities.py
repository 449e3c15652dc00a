"""A country's authorities at work: founding, signing documents' security objects, holders' certificates, revocation, status.

Every use of a key that issues something is stored together with its audit entry, or not at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from openeoi.encoding import cms
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_object import build_security_object, encode_lds_security_object
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki import revocation_lists, status_answers
from openeoi.pki.certificates import assemble, encode_name
from openeoi.pki.errors import (
    AlreadyRevoked,
    AuthorityMissing,
    CertificateNumberInUse,
    KeyAlreadyCertified,
    KeyNotFound,
    OffProfile,
    UnknownCertificate,
)
from openeoi.pki.holders import (
    HolderCertificate,
    HolderCertificateRequest,
    HolderCertificates,
    holder_subject,
    key_fingerprint,
    subject_public_key_info,
)
from openeoi.pki.issuance import TRAVEL_DOCUMENT, Application, IssuingKey, Registrar, issuing_key
from openeoi.pki.key_store import KeyId, KeyStore
from openeoi.pki.plans import HOLDER_ISSUERS, STATUS_RESPONDERS, Authority, AuthorityDefinition, Plan
from openeoi.pki.revocation_lists import ListFacts, RevocationReason, RevokedEntry
from openeoi.pki.status import CertificateStatus, StatusKind, TrustAnchors
from openeoi.pki.store import IssuedCertificate, PkiStore, StoredAuthority, StoredRevocationList, Transaction, serial_text

__all__ = ["Authorities", "HolderCertificate", "HolderCertificateRequest", "HolderCertificates"]

SYSTEM = "system"
LISTS_IN_A_LIFETIME = 24  # a list is renewed long before it runs out: one that lives a day every hour

Progress = Callable[[Authority, int, int], None]


class Authorities:
    """All authorities of one country. `clock` gives aware times; methods may be called from several processes."""

    def __init__(self, plan: Plan, key_store: KeyStore, store: PkiStore, clock: Callable[[], datetime]) -> None:
        self.plan = plan
        self._key_store = key_store
        self._store = store
        self._clock = clock
        self._registrar = Registrar(plan, key_store, secrets.token_bytes)

    # --- founding -------------------------------------------------------------------------------------------------------------

    def found(self, progress: Progress | None = None, actor: str = SYSTEM) -> None:
        """Make every key and certificate that is missing, issuers first; signers whose signing period is over get successors.

        Each authority is stored by itself: interrupted anywhere, the next call goes on. `progress` is told the authority that
        comes next, how many are done, how many there are.
        """
        definitions = self.plan.definitions
        for done, definition in enumerate(definitions):
            with self._store.read() as reading:
                if not self._is_due(reading, definition):
                    continue
            if progress is not None:
                progress(definition.authority, done, len(definitions))
            with self._store.begin() as transaction:
                if self._is_due(transaction, definition):
                    self._found_one(transaction, definition, actor)

    def require_keys(self) -> None:
        """That the key of every authority's newest certificate is in the key store; else the next signature would tell.
        Raises KeyNotFound."""
        with self._store.read() as reading:
            for definition in self.plan.definitions:
                for stored in self._store.authorities(reading, definition.authority)[-1:]:
                    if not self._key_store.has(KeyId(stored.key_label)):
                        raise KeyNotFound(stored.key_label)

    def _is_due(self, transaction: Transaction, definition: AuthorityDefinition) -> bool:
        generations = self._store.authorities(transaction, definition.authority)
        if not generations:
            return True
        # An authority that issues certificates gets its successor by a ceremony and not by itself.
        return not definition.issues_certificates and generations[-1].signs_until <= self._clock()

    def _found_one(self, transaction: Transaction, definition: AuthorityDefinition, actor: str) -> StoredAuthority:
        generation = len(self._store.authorities(transaction, definition.authority)) + 1
        issuing = None if definition.is_root else self._signing(transaction, definition.issuer)
        stored = self._registrar.found(definition, generation, issuing, self._clock())
        self._add(transaction, stored.certificate, actor)
        self._store.add_authority(transaction, stored)
        return stored

    # --- what the authorities sign --------------------------------------------------------------------------------------------

    def sign_security_object(self, data_groups: Mapping[int, bytes], actor: str = SYSTEM) -> bytes:
        """EF.SOD over the whole data group files by number, signed by the document signer (ICAO 9303-10, 4.6.2)."""
        if not self._may_sign(Authority.DOCUMENT_SIGNER):
            self.found()
        with self._store.begin() as transaction:
            signer = self._signing(transaction, Authority.DOCUMENT_SIGNER)
            certificate = self._newest(transaction, Authority.DOCUMENT_SIGNER).certificate
            digest = signer.signature_algorithm.digest
            listed = encode_lds_security_object(digest, {number: digest.digest(file) for number, file in data_groups.items()})
            sign = self._sign_with(signer)
            signed = build_security_object(listed, certificate.content, digest, signer.signature_algorithm, sign)
            subject = f"security object {hashlib.sha256(signed).hexdigest()}"
            signer_name = _reference(certificate)
            self._store.record(transaction, actor, "signed", subject, signer=signer_name, data_groups=sorted(data_groups))
        return signed

    def sign_master_list(self, content_type: str, content: bytes, actor: str = SYSTEM) -> bytes:
        """CMS SignedData over a master list, with the signer's and the country signing certificate in it (ICAO 9303-12, 8)."""
        if not self._may_sign(Authority.MASTER_LIST_SIGNER):
            self.found()
        with self._store.begin() as transaction:
            key = self._signing(transaction, Authority.MASTER_LIST_SIGNER)
            certificate = self._newest(transaction, Authority.MASTER_LIST_SIGNER).certificate
            root = self._newest(transaction, Authority.COUNTRY_SIGNING).certificate
            signer = cms.Signer(certificate.content, key.signature_algorithm, self._sign_with(key), signing_time=self._clock())
            signed = cms.build_signed_data(content_type, content, signer, [root.content])
            subject = f"master list {hashlib.sha256(signed).hexdigest()}"
            self._store.record(transaction, actor, "signed", subject, signer=_reference(certificate))
        return signed

    def issue_holder_certificates(self, request: HolderCertificateRequest, actor: str = SYSTEM) -> HolderCertificates:
        """All certificates of a card, or none. Asked again with the same number and keys, it returns what was issued before.

        Raises CertificateNumberInUse, KeyAlreadyCertified, OffProfile.
        """
        keys = {role: subject_public_key_info(key) for role, key in request.public_keys.items()}
        with self._store.begin() as transaction:
            issued = self._issued_before(transaction, request.certificate_number, keys)
            if not issued:
                for role, key in keys.items():
                    if self._store.holder_key_exists(transaction, key_fingerprint(key)):
                        raise KeyAlreadyCertified(role)
                    certificate = self._issue_one(transaction, request, role, key)
                    self._add(transaction, certificate, actor)
                    issued[role] = certificate
            return HolderCertificates({role: self._with_chain(transaction, one, role) for role, one in issued.items()})

    def _issued_before(
        self, transaction: Transaction, number: str, keys: Mapping[CredentialRole, bytes]
    ) -> dict[CredentialRole, IssuedCertificate]:
        issued = {one.role: one for one in self._store.certificates_with_number(transaction, number) if one.role}
        wanted = {role: key_fingerprint(key) for role, key in keys.items()}
        if issued and {role: one.holder_key for role, one in issued.items()} != wanted:
            raise CertificateNumberInUse(number)
        return issued

    def _issue_one(
        self, transaction: Transaction, request: HolderCertificateRequest, role: CredentialRole, key: bytes
    ) -> IssuedCertificate:
        profile = self.plan.holder_profiles.get(role)
        if profile is None:
            raise OffProfile(f"holder, {role}", (f"cards of {self.plan.country_code} have no such certificate",))
        names = (request.given_name, request.surname, request.certificate_number)
        subject = holder_subject(self.plan.country_code, *names, self.plan.holder_labels[role], self.plan.holder_endings[role])
        issuing = self._signing(transaction, HOLDER_ISSUERS[role])
        application = Application(profile, subject, key, request.not_before, request.not_after)
        certificate = self._registrar.issue(issuing, application, self._clock())
        return replace(certificate, role=role, number=request.certificate_number, holder_key=key_fingerprint(key))

    def _with_chain(self, transaction: Transaction, issued: IssuedCertificate, role: CredentialRole) -> HolderCertificate:
        issuing = self._newest(transaction, issued.issuer).certificate
        root = self._newest(transaction, issuing.issuer).certificate
        return HolderCertificate(role, issued.serial, issued.content, (issuing.content, root.content))

    # --- revocation and status ------------------------------------------------------------------------------------------------

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
        self._store.record(transaction, actor, "revoked", _reference(certificate), reason=reason.value)
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

    # --- what others need of the authorities ----------------------------------------------------------------------------------

    def certificate(self, authority: Authority) -> bytes:
        """DER of the newest certificate of an authority. Raises AuthorityMissing."""
        with self._store.read() as transaction:
            return self._newest(transaction, authority).certificate.content

    def country_signing_certificate(self) -> bytes:
        return self.certificate(Authority.COUNTRY_SIGNING)

    def generations(self) -> tuple[StoredAuthority, ...]:
        """Every authority with every generation of its key and certificate, issuers first."""
        with self._store.read() as transaction:
            stored = self._store.authorities(transaction)
        order = [definition.authority for definition in self.plan.definitions]
        return tuple(sorted(stored, key=lambda one: (order.index(one.authority), one.generation)))

    def trust_anchors(self) -> TrustAnchors:
        stored = self.generations()

        def of(*authorities: Authority) -> tuple[bytes, ...]:
            return tuple(one.certificate.content for one in stored if one.authority in authorities)

        return TrustAnchors(of(Authority.COUNTRY_SIGNING), of(Authority.EID_ROOT), of(*HOLDER_ISSUERS.values()))

    # --- keys -----------------------------------------------------------------------------------------------------------------

    def _newest(self, transaction: Transaction, authority: Authority) -> StoredAuthority:
        generations = self._store.authorities(transaction, authority)
        if not generations:
            raise AuthorityMissing(authority)
        return generations[-1]

    def _key(self, stored: StoredAuthority) -> IssuingKey:
        return issuing_key(self.plan.definition(stored.authority), stored)

    def _may_sign(self, authority: Authority) -> bool:
        with self._store.read() as transaction:
            generations = self._store.authorities(transaction, authority)
        return bool(generations) and self._clock() < generations[-1].signs_until

    def _signing(self, transaction: Transaction, authority: Authority) -> IssuingKey:
        """The newest key of an authority, if its signing period is not over."""
        stored = self._newest(transaction, authority)
        if stored.signs_until <= self._clock():
            raise AuthorityMissing(authority)
        return self._key(stored)

    def _sign_with(self, key: IssuingKey) -> Callable[[bytes], bytes]:
        return lambda data: self._key_store.sign(key.key, key.purpose, data, key.signature_algorithm)

    def _add(self, transaction: Transaction, certificate: IssuedCertificate, actor: str) -> None:
        self._store.add_certificate(transaction, certificate)
        fingerprint = hashlib.sha256(certificate.content).hexdigest()
        self._store.record(transaction, actor, "issued", _reference(certificate), profile=certificate.profile, sha256=fingerprint)


def _reference(certificate: IssuedCertificate) -> str:
    return f"certificate {certificate.issuer}/{serial_text(certificate.serial)}"


def _entry(certificate: IssuedCertificate) -> RevokedEntry:
    if certificate.revoked_at is None:
        raise UnknownCertificate(certificate.serial)
    return RevokedEntry(certificate.serial, certificate.revoked_at, RevocationReason(certificate.reason or "unspecified"))
