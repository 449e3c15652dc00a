"""Certificates for a card's holder: all of a card, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.errors import AlreadyRevoked, CertificateNumberInUse, KeyAlreadyCertified, OffProfile
from openeoi.pki.founding import SYSTEM, FoundedAuthorities
from openeoi.pki.holders import (
    HolderCertificate,
    HolderCertificateRequest,
    HolderCertificates,
    holder_subject,
    key_fingerprint,
    subject_public_key_info,
)
from openeoi.pki.issuance import Application
from openeoi.pki.plans import HOLDER_ISSUERS
from openeoi.pki.store import IssuedCertificate, Transaction


class HolderIssuing(FoundedAuthorities):
    """The eID and qualified authorities towards the issuing office."""

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

    def holder_public_keys(self, number: str) -> dict[CredentialRole, bytes]:
        """The public keys (SubjectPublicKeyInfo) of the certificates with this number, by role."""
        with self._store.read() as transaction:
            found = self._store.certificates_with_number(transaction, number)
        return {one.role: _public_key(one) for one in found if one.role is not None}

    def renew_holder_certificates(
        self, before: str, request: HolderCertificateRequest, actor: str = SYSTEM
    ) -> HolderCertificates:
        """New certificates for the keys of those with the number `before`, all or none; the old ones stay as they are. Asked
        again, it returns what was issued before.

        Raises CertificateNumberInUse (also where the old certificates have other keys, or there are none), AlreadyRevoked,
        OffProfile.
        """
        keys = {role: subject_public_key_info(key) for role, key in request.public_keys.items()}
        with self._store.begin() as transaction:
            issued = self._issued_before(transaction, request.certificate_number, keys)
            if not issued:
                self._require_renewable(transaction, before, keys)
                for role, key in keys.items():
                    # The first certificate of a key holds its fingerprint, so that no other card gets the same key.
                    certificate = replace(self._issue_one(transaction, request, role, key), holder_key=None)
                    self._add(transaction, certificate, actor)
                    issued[role] = certificate
            return HolderCertificates({role: self._with_chain(transaction, one, role) for role, one in issued.items()})

    def _require_renewable(self, transaction: Transaction, before: str, keys: Mapping[CredentialRole, bytes]) -> None:
        old = {one.role: one for one in self._store.certificates_with_number(transaction, before) if one.role}
        have = {role: key_fingerprint(_public_key(one)) for role, one in old.items()}
        if not old or have != {role: key_fingerprint(key) for role, key in keys.items()}:
            raise CertificateNumberInUse(before)
        for one in old.values():
            if one.revoked_at is not None:
                raise AlreadyRevoked(one.serial)

    def _issued_before(
        self, transaction: Transaction, number: str, keys: Mapping[CredentialRole, bytes]
    ) -> dict[CredentialRole, IssuedCertificate]:
        issued = {one.role: one for one in self._store.certificates_with_number(transaction, number) if one.role}
        wanted = {role: key_fingerprint(key) for role, key in keys.items()}
        if issued and {role: key_fingerprint(_public_key(one)) for role, one in issued.items()} != wanted:
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


def _public_key(certificate: IssuedCertificate) -> bytes:
    key = x509.load_der_x509_certificate(certificate.content).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
