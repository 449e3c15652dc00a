"""The certificates that the authorities of the profile issue, at the counter and at the portal."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from health.cards import SoftwareCard
from health.world import World
from openeoi import profiles
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import errors
from openeoi.health.ports import StatusAnswer
from openeoi.health.presence import CardSources, PresenceDesk
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
from openeoi.storage.database import Database

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STATUS = {StatusKind.GOOD: Status.GOOD, StatusKind.REVOKED: Status.REVOKED, StatusKind.UNKNOWN: Status.UNKNOWN}


@pytest.fixture
def authorities() -> Iterator[Authorities]:
    database = Database("sqlite://", MIGRATIONS)
    plan = with_small_keys(plan_for(profiles.load("si")))
    store = PkiStore(database, lambda: NOW)
    made = Authorities(plan, EncryptedFiles(Memory(), "a passphrase", QUICK_COST), store, lambda: NOW)
    made.found()
    yield made
    database.close()


def issue(authorities: Authorities) -> dict[CredentialRole, SoftwareCard]:
    keys = {role: ec.generate_private_key(ec.SECP384R1()) for role in CredentialRole}
    points = {role: key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for role, key in keys.items()}
    wanted = HolderCertificateRequest("Jana", "Vzorec", "1234567890123", NOW, NOW + timedelta(days=3652), points)
    made = authorities.issue_holder_certificates(wanted)
    return {role: SoftwareCard(made[role].certificate, key) for role, key in keys.items()}


def connected(world: World, authorities: Authorities) -> PresenceDesk:
    """The office's desk, asking these authorities."""

    def status(serial: int, issuer: x509.Name, /) -> StatusAnswer:
        answer = authorities.certificate_status(serial, issuer.public_bytes())
        return StatusAnswer(STATUS[answer.kind], world.now)

    def issuers() -> list[TrustedIssuer]:
        found = authorities.plan.holder_profiles.items()
        return [
            TrustedIssuer(role, authorities.certificate(HOLDER_ISSUERS[role]), profile.policies[0].oid) for role, profile in found
        ]

    desk = world.office.presence
    sources = CardSources(issuers, status, desk.sources.document_status, desk.sources.insured)
    return PresenceDesk(
        desk.database, desk.audit, desk.keys, desk.issuer, desk.insurer_id, desk.clock, desk.random, sources, desk.limits
    )


def test_the_issued_card_at_the_counter_until_it_is_revoked(tmp_path: Path, authorities: Authorities) -> None:
    world = World(tmp_path, now=NOW + timedelta(minutes=5))
    world.office.presence = connected(world, authorities)
    cards = issue(authorities)
    low = cards[CredentialRole.LOW]
    assert world.prove(low) is not None
    for role in (CredentialRole.HIGH, CredentialRole.QUALIFIED):
        with pytest.raises(errors.CertificateNotAccepted):
            world.prove(cards[role])
    serial = x509.load_der_x509_certificate(low.certificate).serial_number
    authorities.revoke(serial, RevocationReason.KEY_COMPROMISE)
    with pytest.raises(errors.CertificateNotValid):
        world.prove(low)


def test_the_issued_credential_with_pin_opens_the_access_log(tmp_path: Path, authorities: Authorities) -> None:
    world = World(tmp_path, now=NOW + timedelta(minutes=5))
    world.office.presence = connected(world, authorities)
    challenge = world.challenge(level=CredentialRole.HIGH)
    presence = world.prove(issue(authorities)[CredentialRole.HIGH], challenge)
    assert presence is not None
