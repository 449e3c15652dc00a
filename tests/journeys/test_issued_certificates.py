"""The certificates that the authorities issue do what they are for, and nothing else: login, signing, validation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from login.hierarchy import SoftwareCard
from openeoi import profiles
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login import certificates as login_certificates
from openeoi.login.errors import LevelNotReached, SignatureOnlyCertificate
from openeoi.pki.authorities import Authorities
from openeoi.pki.country_plans import plan_for
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.holders import HolderCertificateRequest
from openeoi.pki.key_files import Memory
from openeoi.pki.plans import HOLDER_ISSUERS
from openeoi.pki.quick_plans import with_small_keys
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.pki.status import StatusKind
from openeoi.pki.store import MIGRATIONS, PkiStore
from openeoi.protocols.holder_certificate import Status, TrustedIssuer
from openeoi.signing import pades
from openeoi.signing.bounded import examine_bounded
from openeoi.signing.certificates import check_signing_certificate, find_signing_certificate
from openeoi.signing.errors import NotASigningCertificate
from openeoi.signing.ports import HeldCertificate
from openeoi.signing.revocation import status_from_lists
from openeoi.signing.validation import judge
from openeoi.storage.database import Database
from signing.documents import pdf

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LOW, HIGH, QUALIFIED = CredentialRole.LOW, CredentialRole.HIGH, CredentialRole.QUALIFIED


@dataclass(frozen=True)
class Issued:
    """A country's authorities and one card of theirs, its keys in software."""

    authorities: Authorities
    cards: dict[CredentialRole, SoftwareCard]

    @property
    def trusted(self) -> list[TrustedIssuer]:
        plan = self.authorities.plan
        return [
            TrustedIssuer(role, self.authorities.certificate(HOLDER_ISSUERS[role]), profile.policies[0].oid)
            for role, profile in plan.holder_profiles.items()
        ]

    @property
    def qualified(self) -> TrustedIssuer:
        issuer = next(one for one in self.trusted if one.role is QUALIFIED)
        return TrustedIssuer(
            CredentialRole.QUALIFIED, issuer.certificate, issuer.policy, self.authorities.trust_anchors().eid_roots
        )

    def status(self, serial: int, issuer: x509.Name) -> Status:
        answer = self.authorities.certificate_status(serial, issuer.public_bytes())
        return {StatusKind.GOOD: Status.GOOD, StatusKind.REVOKED: Status.REVOKED, StatusKind.UNKNOWN: Status.UNKNOWN}[answer.kind]


@pytest.fixture(scope="module", params=["si", "me"])
def issued(request: pytest.FixtureRequest) -> Iterator[Issued]:
    database = Database("sqlite://", MIGRATIONS)
    plan = with_small_keys(plan_for(profiles.load(request.param)))
    store = PkiStore(database, lambda: NOW)
    authorities = Authorities(plan, EncryptedFiles(Memory(), "a passphrase", QUICK_COST), store, lambda: NOW)
    authorities.found()
    keys = {role: ec.generate_private_key(ec.SECP384R1()) for role in plan.holder_profiles}
    points = {role: key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for role, key in keys.items()}
    wanted = HolderCertificateRequest("Jana", "Vzorec", "1234567890123", NOW, NOW + timedelta(days=3652), points)
    made = authorities.issue_holder_certificates(wanted)
    cards = {role: SoftwareCard(made[role].certificate, key) for role, key in keys.items()}
    yield Issued(authorities, cards)
    database.close()


def test_each_login_certificate_reaches_its_own_level(issued: Issued) -> None:
    for role in (LOW, HIGH):
        if role in issued.cards:
            accepted = login_certificates.check_certificate(issued.cards[role].certificate, role, issued.trusted, LATER)
            assert accepted.number == "1234567890123"
            assert issued.status(accepted.certificate.serial, accepted.certificate.issuer_name) is Status.GOOD
    if LOW in issued.cards:
        with pytest.raises(LevelNotReached):
            login_certificates.check_certificate(issued.cards[LOW].certificate, HIGH, issued.trusted, LATER)
    with pytest.raises(SignatureOnlyCertificate):
        login_certificates.check_certificate(issued.cards[QUALIFIED].certificate, HIGH, issued.trusted, LATER)


def test_the_signature_is_qualified_until_the_certificate_is_revoked(issued: Issued) -> None:
    held = [HeldCertificate(card.certificate) for card in issued.cards.values()]
    certificate = find_signing_certificate(held, [issued.qualified], LATER)
    card = issued.cards[QUALIFIED]
    assert certificate.certificate == card.certificate
    prepared = pades.prepare(pdf(), certificate, LATER)
    signed = pades.finish(prepared, card.sign_digest(prepared.digest))
    anchors = issued.authorities.trust_anchors()
    found = examine_bounded(signed, anchors.eid_roots, anchors.eid_issuing, LATER)
    assert judge(found, [issued.qualified], issued.status, LATER).headline == "qualified"
    lists = status_from_lists(
        lambda: [issued.authorities.crl(HOLDER_ISSUERS[QUALIFIED])], lambda: anchors.eid_issuing, lambda: LATER
    )
    assert judge(found, [issued.qualified], lists, LATER).headline == "qualified"
    serial = x509.load_der_x509_certificate(card.certificate).serial_number
    issued.authorities.revoke(serial, RevocationReason.KEY_COMPROMISE)
    for status in (issued.status, lists):
        (signature,) = judge(found, [issued.qualified], status, LATER).signatures
        assert signature.sub_indication == "REVOKED_NO_POE"


def test_a_login_certificate_does_not_sign(issued: Issued) -> None:
    for role in (LOW, HIGH):
        if role in issued.cards:
            with pytest.raises(NotASigningCertificate):
                check_signing_certificate(issued.cards[role].certificate, [issued.qualified], LATER)
