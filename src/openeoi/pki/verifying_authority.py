"""The verifying authority (CVCA) of a state whose cards are read (BSI TR-03110-3, 2 and C): it certifies document verifiers, its
own and those of states that it lets read. Its certificate is the trust point on its cards.

A successor comes with a link certificate, by which chips learn it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from openeoi.crypto.errors import CryptographicError
from openeoi.encoding.card_verifiable_certificates.certificate import (
    Authorization,
    CardVerifiableCertificate,
    CertificateBody,
    Role,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import CertifiedKey, EllipticCurveKey
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.card_verifiable_certificates.requests import AuthenticatedRequest, CertificateRequest
from openeoi.encoding.errors import DecodingError
from openeoi.pki import verification_store
from openeoi.pki.errors import AuthorityMissing, KeyNotFound, VerifierRequestRefused
from openeoi.pki.founding import SYSTEM, FoundedAuthorities
from openeoi.pki.key_store import KeyAlgorithm, KeyId, KeyPurpose
from openeoi.pki.store import Transaction
from openeoi.pki.verification_store import StoredVerifyingCertificate
from openeoi.pki.verifying_keys import VerifyingKey
from openeoi.protocols.terminal_authentication.signatures import CurveVerificationKey, VerificationKey, verification_key

AUTHORITY = "country-verifying"

# What the authority may give at most, and what it gives: irises are on no card of these states.
OWN_RIGHTS = Authorization(Role.COUNTRY_VERIFYING_AUTHORITY, fingerprints=True, irises=True)


class VerifyingAuthority(FoundedAuthorities):
    """Keys, certificates and links of the authority, and the document verifiers under it."""

    def found_verifying_authority(self, actor: str = SYSTEM) -> None:
        """Make the first key and certificate where there is none."""
        if self.verifying_certificates():
            return
        with self._store.begin() as transaction:
            if not verification_store.of_authority(transaction):
                self._add_root(transaction, 1, actor)

    def succeed_verifying_authority(self, actor: str = SYSTEM) -> CardVerifiableCertificate:
        """A new key with its self-signed certificate, and the link certificate by the present key. Raises AuthorityMissing."""
        with self._store.begin() as transaction:
            present = self._newest_root(transaction)
            root = self._add_root(transaction, int(present.holder.sequence) + 1, actor)
            body = root.certificate.body
            link = self._signed(transaction, present, body.public_key, body.holder, OWN_RIGHTS, body.effective, body.expires)
            self._keep(transaction, link, root.key_label, actor)
        return root.certificate

    def verifying_certificates(self) -> tuple[CardVerifiableCertificate, ...]:
        """Self-signed certificates and links of the own authority, oldest first."""
        with self._store.read() as transaction:
            return tuple(one.certificate for one in verification_store.of_authority(transaction))

    def trust_point(self) -> CardVerifiableCertificate:
        """What goes onto the own cards: the newest self-signed certificate. Raises AuthorityMissing."""
        self.found_verifying_authority()  # a state founded by an older program has none yet
        with self._store.read() as transaction:
            return self._newest_root(transaction).certificate

    def require_verifying_keys(self) -> None:
        """Raises KeyNotFound."""
        with self._store.read() as transaction:
            roots = [one for one in verification_store.of_authority(transaction) if _is_self_signed(one.certificate)]
        for root in roots[-1:]:
            if root.key_label is not None and not self._key_store.has(KeyId(root.key_label)):
                raise KeyNotFound(root.key_label)

    def certify_document_verifier(
        self, request: bytes, vouchers: Iterable[CardVerifiableCertificate], actor: str = SYSTEM
    ) -> CardVerifiableCertificate:
        """The certificate for a document verifier whose state's authority is among the `vouchers` and vouches for it.

        The same request again gives the same certificate. Raises VerifierRequestRefused, AuthorityMissing.
        """
        asked = self._checked(request, tuple(vouchers), self.trust_point())
        country = asked.holder.country
        own = country == self.plan.country_code.upper()
        role = Role.DOMESTIC_DOCUMENT_VERIFIER if own else Role.FOREIGN_DOCUMENT_VERIFIER
        with self._store.begin() as transaction:
            authority = self._newest_root(transaction)
            for stored in verification_store.of_holder(transaction, asked.holder):
                if _point(stored.certificate.body.public_key) == _point(asked.public_key):
                    return stored.certificate
                raise VerifierRequestRefused(str(asked.holder), "another key has this name")
            if asked.authority != authority.holder:
                raise VerifierRequestRefused(str(asked.holder), f"it asks {asked.authority}, the authority is {authority.holder}")
            effective, expires = self._validity(authority, self.plan.verification.document_verifier_lifetime, self._today())
            key = EllipticCurveKey(asked.public_key.algorithm, _point(asked.public_key))
            rights = Authorization(role, fingerprints=True)
            certificate = self._signed(transaction, authority, key, asked.holder, rights, effective, expires)
            # The own document verifier's certificate is kept, with its key, by the side that asked.
            if not own:
                self._keep(transaction, certificate, None, actor)
            return certificate

    def _checked(
        self, raw: bytes, vouchers: Sequence[CardVerifiableCertificate], root: CardVerifiableCertificate
    ) -> CertificateRequest:
        """The request, if its key signed it and an authority of the applicant's state vouches for it."""
        try:
            authenticated = AuthenticatedRequest.decode(raw)
        except DecodingError as error:
            raise VerifierRequestRefused("document verifier", f"it is malformed: {error}") from error
        asked, name = authenticated.request, str(authenticated.request.holder)
        voucher = next((one for one in vouchers if one.body.holder == authenticated.voucher), None)
        if voucher is None or voucher.body.authorization.role is not Role.COUNTRY_VERIFYING_AUTHORITY:
            raise VerifierRequestRefused(name, f"nobody known as {authenticated.voucher} vouches for it")
        if voucher.body.holder.country != asked.holder.country or not _is_valid(voucher, self._today()):
            raise VerifierRequestRefused(name, "its voucher is of another state or has expired")
        try:
            own = verification_key(asked.public_key)
            verification_key(voucher.body.public_key).verify(authenticated.signed, authenticated.signature)
            own.verify(asked.signed, asked.signature)
            same_curve = _group_name(own) == _group_name(verification_key(root.body.public_key))
        except CryptographicError as error:
            raise VerifierRequestRefused(name, str(error)) from error
        if not same_curve:
            raise VerifierRequestRefused(name, "its key is on another curve than the authority's")
        return asked

    def card_verifiable_certificates(self) -> tuple[StoredVerifyingCertificate, ...]:
        """All that are kept here: authority, document verifiers, inspection systems."""
        with self._store.read() as transaction:
            return verification_store.everything(transaction)

    # --- keys and signatures --------------------------------------------------------------------------------------------------

    def _add_root(self, transaction: Transaction, sequence: int, actor: str) -> StoredVerifyingCertificate:
        parameters = self.plan.verification
        name = KeyReference(self.plan.country_code.upper(), parameters.authority_mnemonic, f"{sequence:05}")
        key = self._make_key(AUTHORITY, name, KeyPurpose.COUNTRY_VERIFYING, KeyAlgorithm(parameters.key))
        today = self._today()
        body = CertificateBody(
            name, key.certified(with_parameters=True), name, OWN_RIGHTS, today, today + parameters.authority_lifetime
        )
        return self._keep(transaction, CardVerifiableCertificate.build(body, key.sign), str(key.key), actor)

    def _newest_root(self, transaction: Transaction) -> StoredVerifyingCertificate:
        """The newest self-signed certificate, if it is valid today. Raises AuthorityMissing."""
        roots = [one for one in verification_store.of_authority(transaction) if _is_self_signed(one.certificate)]
        if not roots or not roots[-1].is_valid(self._today()):
            raise AuthorityMissing(AUTHORITY)
        return roots[-1]

    def _make_key(self, kind: str, name: KeyReference, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> VerifyingKey:
        label = f"{self.plan.country_code.lower()}-{kind}-{name.sequence.lower()}"
        return VerifyingKey.made(self._key_store, label, purpose, algorithm)

    def _holders_key(self, stored: StoredVerifyingCertificate, purpose: KeyPurpose) -> VerifyingKey:
        if stored.key_label is None:
            raise KeyNotFound(str(stored.holder))
        return VerifyingKey(self._key_store, KeyId(stored.key_label), purpose)

    def _signed(
        self,
        transaction: Transaction,
        issuer: StoredVerifyingCertificate,
        public_key: CertifiedKey,
        holder: KeyReference,
        rights: Authorization,
        effective: date,
        expires: date,
    ) -> CardVerifiableCertificate:
        is_authority = issuer.certificate.body.authorization.role is Role.COUNTRY_VERIFYING_AUTHORITY
        purpose = KeyPurpose.COUNTRY_VERIFYING if is_authority else KeyPurpose.DOCUMENT_VERIFYING
        body = CertificateBody(issuer.holder, public_key, holder, rights, effective, expires)
        return CardVerifiableCertificate.build(body, self._holders_key(issuer, purpose).sign)

    def _validity(self, issuer: StoredVerifyingCertificate, lifetime: timedelta, day: date) -> tuple[date, date]:
        """First and last day: nothing outlives what stands above it."""
        first = max(day, issuer.certificate.body.effective)
        return first, min(first + lifetime, issuer.certificate.body.expires)

    def _keep(
        self, transaction: Transaction, certificate: CardVerifiableCertificate, key_label: str | None, actor: str
    ) -> StoredVerifyingCertificate:
        stored = StoredVerifyingCertificate(certificate, self._clock(), key_label)
        verification_store.add(transaction, stored)
        body, fingerprint = certificate.body, hashlib.sha256(certificate.encode()).hexdigest()
        subject = f"card verifiable certificate {body.holder} by {body.authority}"
        role = body.authorization.role.name.lower()
        self._store.record(transaction, actor, "issued", subject, role=role, expires=body.expires.isoformat(), sha256=fingerprint)
        return stored

    def _today(self) -> date:
        return self._clock().date()


def _is_self_signed(certificate: CardVerifiableCertificate) -> bool:
    return certificate.body.authority == certificate.body.holder


def _is_valid(certificate: CardVerifiableCertificate, day: date) -> bool:
    return certificate.body.effective <= day <= certificate.body.expires


def _point(key: CertifiedKey) -> bytes:
    """Authority and verifiers have curve keys only; a request with another was refused for its curve."""
    return key.point if isinstance(key, EllipticCurveKey) else b""


def _group_name(key: VerificationKey) -> str:
    return key.group.name if isinstance(key, CurveVerificationKey) else "RSA"
