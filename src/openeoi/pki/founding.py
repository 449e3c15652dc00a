"""Founding a country's authorities, and what every duty of theirs needs: newest key, signature, record of an issue."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from openeoi.pki.errors import AuthorityMissing, KeyNotFound
from openeoi.pki.issuance import IssuingKey, Registrar, issuing_key
from openeoi.pki.key_store import KeyId, KeyStore
from openeoi.pki.plans import HOLDER_ISSUERS, Authority, AuthorityDefinition, Plan
from openeoi.pki.status import TrustAnchors
from openeoi.pki.store import IssuedCertificate, PkiStore, StoredAuthority, Transaction, serial_text

SYSTEM = "system"

Progress = Callable[[Authority, int, int], None]


class FoundedAuthorities:
    """The authorities with keys and certificates of X.509; the duties are built on it (`pki.authorities.Authorities` has all)."""

    def __init__(self, plan: Plan, key_store: KeyStore, store: PkiStore, clock: Callable[[], datetime]) -> None:
        self.plan = plan
        self._key_store = key_store
        self._store = store
        self._clock = clock
        self._registrar = Registrar(plan, key_store, secrets.token_bytes)

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

    # --- keys -------------------------------------------------------------------------------------------------------------------

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
        self._store.record(transaction, actor, "issued", reference(certificate), profile=certificate.profile, sha256=fingerprint)


def reference(certificate: IssuedCertificate) -> str:
    return f"certificate {certificate.issuer}/{serial_text(certificate.serial)}"
