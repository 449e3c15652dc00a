"""Issuing one certificate: facts from the plan, the own check, the issuer's signature. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from openeoi.encoding.errors import EncodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.certificate_check import require_on_profile
from openeoi.pki.certificate_profiles import CertificateProfile
from openeoi.pki.certificates import (
    CertificateFacts,
    IssuerFacts,
    Subject,
    assemble,
    encode_name,
    key_identifier,
    new_serial_number,
    to_be_signed,
    whole_second,
)
from openeoi.pki.errors import OffProfile
from openeoi.pki.explicit_curves import spell_out
from openeoi.pki.key_store import KeyId, KeyPurpose, KeyStore
from openeoi.pki.plans import Authority, AuthorityDefinition, Plan
from openeoi.pki.store import IssuedCertificate, StoredAuthority

TRAVEL_DOCUMENT = frozenset({Authority.COUNTRY_SIGNING, Authority.DOCUMENT_SIGNER, Authority.MASTER_LIST_SIGNER})

# A relying party's clock may be behind by this much and still find a fresh certificate valid.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """An authority's key and what its certificates say about it."""

    authority: Authority
    key: KeyId
    purpose: KeyPurpose
    signature_algorithm: SignatureAlgorithm
    facts: IssuerFacts


@dataclass(frozen=True, slots=True)
class Application:
    """A certificate to be issued. `public_key` is the DER of the SubjectPublicKeyInfo with its curve by name."""

    profile: CertificateProfile
    subject: Subject
    public_key: bytes
    not_before: datetime
    not_after: datetime


class Registrar:
    """Signs certificates with authorities' keys after the own check; `random(n)` gives n unpredictable bytes."""

    def __init__(self, plan: Plan, key_store: KeyStore, random: Callable[[int], bytes]) -> None:
        self._plan = plan
        self._key_store = key_store
        self._random = random

    def issue(self, issuing: IssuingKey, application: Application, at: datetime, self_signed: bool = False) -> IssuedCertificate:
        """Raises OffProfile, and what the key store raises; then nothing was signed."""
        explicit = issuing.authority in TRAVEL_DOCUMENT
        facts = CertificateFacts(
            serial_number=new_serial_number(self._random),
            subject=application.subject,
            public_key=spell_out(application.public_key) if explicit else application.public_key,
            not_before=whole_second(application.not_before),
            not_after=whole_second(application.not_after),
            signature_algorithm=issuing.signature_algorithm,
            issuer=None if self_signed else issuing.facts,
            addresses=self._plan.addresses(application.profile, issuing.authority),
            issuing_state=self._plan.issuing_state,
            contact=self._plan.contact,
        )
        try:
            signed = to_be_signed(application.profile, facts)
        except EncodingError as error:
            raise OffProfile(application.profile.name, (str(error),)) from error
        require_on_profile(application.profile, facts, signed, application.public_key)
        signature = self._key_store.sign(issuing.key, issuing.purpose, signed, issuing.signature_algorithm)
        return IssuedCertificate(
            issuer=issuing.authority,
            serial=facts.serial_number,
            profile=application.profile.name,
            content=assemble(signed, issuing.signature_algorithm, signature),
            not_before=facts.not_before,
            not_after=facts.not_after,
            issued_at=at,
        )

    def found(
        self, definition: AuthorityDefinition, generation: int, issuing: IssuingKey | None, at: datetime
    ) -> StoredAuthority:
        """Make the key (unless it is there from an interrupted attempt) and the certificate of one authority."""
        key = KeyId(f"{self._plan.country_code.lower()}-{definition.authority}-{generation}")
        if not self._key_store.has(key):
            self._key_store.generate(definition.purpose, definition.key_algorithm, str(key))
        public_key = self._key_store.public_key(key)
        start = whole_second(at) - CLOCK_TOLERANCE
        if issuing is not None:
            start = max(start, issuing.facts.not_before)
        end = whole_second(at) + definition.profile.lifetime - CLOCK_TOLERANCE
        if issuing is not None:
            end = min(end, issuing.facts.not_after)
        own = IssuerFacts(encode_name(definition.subject), key_identifier(public_key), start, end)
        by = issuing or IssuingKey(definition.authority, key, definition.purpose, definition.signature_algorithm, own)
        application = Application(definition.profile, definition.subject, public_key, start, end)
        certificate = self.issue(by, application, at, self_signed=issuing is None)
        usage = definition.profile.private_key_lifetime
        signs_until = end if usage is None else min(start + usage, end)
        return StoredAuthority(definition.authority, generation, str(key), certificate, signs_until)


def issuing_key(definition: AuthorityDefinition, stored: StoredAuthority) -> IssuingKey:
    """The key of an authority with what its own certificate says, read from the certificate itself."""
    certificate = x509.load_der_x509_certificate(stored.certificate.content)
    identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    facts = IssuerFacts(
        name=certificate.subject.public_bytes(),
        key_identifier=identifier.digest,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
    key = KeyId(stored.key_label)
    return IssuingKey(definition.authority, key, definition.purpose, definition.signature_algorithm, facts)
