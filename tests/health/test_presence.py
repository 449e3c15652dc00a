"""Every check of the presence proof, in the order of the specification, each with its own code."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from health.cards import BEGINNING, HIGH, ISSUERS, JANA, LOW, Issuer
from health.world import World
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import errors, samples
from openeoi.health.errors import PointOfCareError
from openeoi.health.insurer.sample_insurer import IN_FORCE
from openeoi.health.ports import DocumentState
from openeoi.health.presence import Limits
from openeoi.health.tokens import check_token
from openeoi.health.values import Presence
from openeoi.protocols.holder_certificate import Status


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def claims(token: str) -> dict[str, object]:
    content = token.split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    assert isinstance(decoded, dict)
    return decoded


def test_a_card_at_the_counter_buys_a_token(world: World) -> None:
    presence = world.prove()
    assert presence is not None
    said = claims(presence.token)
    assert said == {
        "iss": "http://127.0.0.1:8000/health",
        "aud": "eoi-health",
        "iat": int(world.now.timestamp()),
        "exp": int((world.now + timedelta(hours=12)).timestamp()),
        "jti": presence.token_id,
        "proofMethod": "eoi-low-x509",
        "patientProofTime": int(world.now.timestamp()),
        "patientId": presence.patient_id,
        "insurerId": "SAMPLE-INSURER",
        "actorId": "ZD-VZOREC",
        "actorRole": "reception",
        "profId": "ZD-1001",
        "purpose": "TREAT",
        "cnf": {"jkt": world.client.key_thumbprint},
        "assurance": "http://eidas.europa.eu/LoA/low",
    }
    header = json.loads(base64.urlsafe_b64decode(presence.token.split(".")[0] + "=="))
    assert (header["alg"], header["typ"]) == ("ES256", "eoi-poc+jwt")


def test_the_identifier_is_pairwise_and_tells_nothing(world: World, tmp_path: Path) -> None:
    first, second = world.prove(), world.prove(ISSUERS[CredentialRole.LOW].card())
    assert first is not None
    assert second is not None
    assert first.patient_id == second.patient_id
    assert first.token_id != second.token_id
    assert IN_FORCE.insured_number not in first.token
    assert world.office.keys.patient_id("OTHER", IN_FORCE.insured_number) != first.patient_id


def test_token_and_audit_entry_in_one_transaction(world: World) -> None:
    presence = world.prove()
    assert presence is not None
    entry = world.audit(presence.patient_id)[0].entry
    assert (entry.actor, entry.role, entry.purpose, entry.action) == ("ZD-1001", "reception", "TREAT", "presence-proved")
    assert entry.details == {"organisation": "ZD-VZOREC", "terminal": "terminal-7", "level": "low"}


def refused(world: World, prove: Callable[[], Presence | None]) -> PointOfCareError:
    """The refusal, which is recorded with its code and reason."""
    with pytest.raises(PointOfCareError) as caught:
        prove()
    last = world.audit(samples.CLINIC.number)[-1].entry
    assert last.action == "presence-refused"
    assert last.details["code"] == caught.value.code
    return caught.value


def test_replay_finds_no_challenge(world: World) -> None:
    challenge = world.challenge()
    assert world.prove(challenge=challenge) is not None
    assert refused(world, lambda: world.prove(challenge=challenge)).code == "POC-104"


def test_a_refused_answer_uses_the_challenge_up(world: World) -> None:
    challenge = world.challenge()
    assert refused(world, lambda: world.prove(HIGH, challenge)).code == "POC-110"
    assert refused(world, lambda: world.prove(LOW, challenge)).code == "POC-104"


def test_of_many_answers_at_once_one_is_accepted(world: World) -> None:
    challenge = world.challenge()

    def answer(_: int) -> str:
        try:
            return "accepted" if world.prove(challenge=challenge) else "unknown"
        except PointOfCareError as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(answer, range(8)))
    assert answers == ["POC-104"] * 7 + ["accepted"]


def test_another_organisation_answers(world: World) -> None:
    challenge = world.challenge()
    pharmacy = world.new_client(ECKey.generate_key("P-256"), samples.PHARMACY.number)
    caller = world.sign_in(pharmacy, samples.PHARMACIST.professional_id)
    with pytest.raises(errors.ForeignChallenge):
        world.prove(challenge=challenge, caller=caller)


def test_another_key_of_the_same_organisation_answers(world: World) -> None:
    challenge = world.challenge()
    caller = world.sign_in(world.new_client(ECKey.generate_key("P-256")))
    assert refused(world, lambda: world.prove(challenge=challenge, caller=caller)).code == "POC-105"


def test_another_professional_answers(world: World) -> None:
    challenge = world.challenge()
    caller = world.sign_in(world.client, samples.DOCTOR.professional_id)
    assert refused(world, lambda: world.prove(challenge=challenge, caller=caller)).code == "POC-105"


def test_sixty_seconds_and_not_one_more(world: World) -> None:
    in_time, late = world.challenge(), world.challenge()
    world.pass_time(seconds=59)
    assert world.prove(challenge=in_time) is not None
    world.pass_time(seconds=1)
    assert refused(world, lambda: world.prove(challenge=late)).code == "POC-103"


@pytest.mark.parametrize(
    "card",
    [
        HIGH,
        ISSUERS[CredentialRole.QUALIFIED].card(),
        Issuer(CredentialRole.LOW).card(),
        ISSUERS[CredentialRole.LOW].card(policy="1.3.6.1.4.1.32473.9.9"),
        ISSUERS[CredentialRole.LOW].card(signs=False),
        ISSUERS[CredentialRole.LOW].card(curve=ec.SECP521R1()),
        replace(LOW, certificate=b"\x30\x03\x02\x01\x00"),
        replace(LOW, certificate=b""),
    ],
    ids=["high", "qualified", "right name, other issuer", "policy", "usage", "curve", "no certificate", "empty"],
)
def test_certificates_that_are_not_accepted(world: World, card: object) -> None:
    challenge = world.challenge()
    certificate = getattr(card, "certificate", b"")
    signature = LOW.sign(challenge.text)
    prove = world.office.presence.prove
    assert refused(world, lambda: prove(world.caller, challenge.challenge_id, signature, certificate)).code == "POC-110"


def test_an_expired_certificate(world: World) -> None:
    card = ISSUERS[CredentialRole.LOW].card(ends=world.now - timedelta(seconds=1))
    assert refused(world, lambda: world.prove(card)).code == "POC-107"
    world.now = BEGINNING - timedelta(days=1)
    world.caller = world.sign_in(world.client)
    assert refused(world, lambda: world.prove()).code == "POC-107"


@pytest.mark.parametrize(
    "change",
    [
        lambda signature: signature[48:] + signature[:48],
        lambda signature: bytes((signature[0] ^ 1,)) + signature[1:],
        lambda signature: signature[:-1],
        lambda signature: bytes(96),
        lambda signature: b"",
    ],
    ids=["r and s swapped", "flipped bit", "short", "zeros", "empty"],
)
def test_wrong_signatures(world: World, change: Callable[[bytes], bytes]) -> None:
    assert refused(world, lambda: world.prove(change=change)).code == "POC-106"


def test_der_instead_of_raw(world: World) -> None:
    challenge = world.challenge()
    signature = LOW.sign_der(challenge.text)
    prove = world.office.presence.prove
    refusal = refused(world, lambda: prove(world.caller, challenge.challenge_id, signature, LOW.certificate))
    assert refusal.code == "POC-106"


def test_a_signature_over_another_purpose(world: World) -> None:
    challenge = world.challenge()
    signature = LOW.sign(replace(challenge.text, purpose="HPAYMT"))
    prove = world.office.presence.prove
    refusal = refused(world, lambda: prove(world.caller, challenge.challenge_id, signature, LOW.certificate))
    assert refusal.code == "POC-106"


@pytest.mark.parametrize(
    ("status", "age", "document", "code"),
    [
        (Status.REVOKED, 0, DocumentState.VALID, "POC-107"),
        (Status.UNKNOWN, 0, DocumentState.VALID, "POC-110"),
        (Status.GOOD, 61, DocumentState.VALID, "POC-111"),
        (None, 0, DocumentState.VALID, "POC-111"),
        (Status.GOOD, 0, DocumentState.LOST, "POC-108"),
        (Status.GOOD, 0, DocumentState.STOLEN, "POC-108"),
        (Status.GOOD, 0, DocumentState.REPLACED, "POC-108"),
        (Status.GOOD, 0, DocumentState.REVOKED, "POC-108"),
        (Status.GOOD, 0, DocumentState.UNKNOWN, "POC-111"),
    ],
)
def test_statuses(world: World, status: Status | None, age: int, document: DocumentState, code: str) -> None:
    world.status, world.status_age, world.document = status, timedelta(minutes=age), document
    assert refused(world, world.prove).code == code


def test_revoked_between_challenge_and_proof(world: World) -> None:
    challenge = world.challenge()
    world.status = Status.REVOKED
    assert refused(world, lambda: world.prove(challenge=challenge)).code == "POC-107"


def test_nobody_is_insured_under_this_card(world: World) -> None:
    stranger = ISSUERS[CredentialRole.LOW].card(number="9999999999999")
    assert world.prove(stranger) is None
    assert world.audit(samples.CLINIC.number)[-1].entry.details == {"code": "POC-120"}


def test_rate_limits_by_card_and_organisation(tmp_path: Path) -> None:
    world = World(tmp_path, limits=Limits(per_organisation=3, per_card=2))
    other = ISSUERS[CredentialRole.LOW].card()
    for card in (LOW, LOW):
        world.prove(card)
    refusal = refused(world, world.prove)
    assert isinstance(refusal, errors.RateLimited)
    assert (refusal.code, refusal.retry_after) == ("POC-109", 3600)
    world.prove(other)
    assert refused(world, lambda: world.prove(ISSUERS[CredentialRole.LOW].card())).code == "POC-109"
    world.pass_time(hours=1, seconds=1)
    assert world.prove() is not None


def test_blocked_and_unknown_clients(world: World) -> None:
    with pytest.raises(errors.ClientUnknown):
        world.office.client_of_key(ECKey.generate_key("P-256").thumbprint())
    with pytest.raises(errors.ClientUnknown):
        world.new_client(ECKey.generate_key("P-256"), samples.BLOCKED.number)


def test_professionals_sign_in_for_twelve_hours(world: World) -> None:
    sessions, office = world.office.sessions, world.office
    secret = sessions.sign_in(world.client, "ZD-1001", samples.SAMPLE_PIN, world.now)
    other_key = world.new_client(ECKey.generate_key("P-256"))
    with pytest.raises(errors.NoProfessionalSession):
        office.caller(other_key, secret)
    with pytest.raises(errors.NoProfessionalSession):
        office.caller(world.client, "guess")
    world.pass_time(hours=12)
    with pytest.raises(errors.NoProfessionalSession):
        office.caller(world.client, secret)


def test_wrong_pins_lock_the_entry(world: World) -> None:
    sessions = world.office.sessions
    with pytest.raises(errors.NoProfessionalSession):
        sessions.sign_in(world.client, samples.PHARMACIST.professional_id, samples.SAMPLE_PIN, world.now)
    for _ in range(5):
        with pytest.raises(errors.NoProfessionalSession, match="the PIN is wrong"):
            sessions.sign_in(world.client, "ZD-1002", "0000", world.now)
    with pytest.raises(errors.NoProfessionalSession, match="locked"):
        sessions.sign_in(world.client, "ZD-1002", samples.SAMPLE_PIN, world.now)


def test_signing_out_ends_the_session(world: World) -> None:
    secret = world.office.sessions.sign_in(world.client, "ZD-1001", samples.SAMPLE_PIN, world.now)
    world.office.sessions.sign_out(secret)
    with pytest.raises(errors.NoProfessionalSession):
        world.office.caller(world.client, secret)


def test_tokens_are_bound_to_key_organisation_and_time(world: World) -> None:
    token, keys, issuer = world.token(), world.office.keys, world.office.issuer
    assert check_token(keys, issuer, token, world.client, world.now).purpose == "TREAT"
    with pytest.raises(errors.ForeignChallenge):
        check_token(keys, issuer, token, world.new_client(ECKey.generate_key("P-256")), world.now)
    with pytest.raises(errors.TokenNotValid):
        check_token(keys, "https://elsewhere.example", token, world.client, world.now)
    with pytest.raises(errors.TokenNotValid):
        check_token(keys, issuer, token[:-8] + "AAAAAAAA", world.client, world.now)
    with pytest.raises(errors.TokenNotValid):
        check_token(keys, issuer, "x.y", world.client, world.now)
    check_token(keys, issuer, token, world.client, world.now + timedelta(hours=12, seconds=-1))
    with pytest.raises(errors.TokenNotValid):
        check_token(keys, issuer, token, world.client, world.now + timedelta(hours=12))


def test_another_wrapping_key_is_named(world: World) -> None:
    from openeoi.health.keys import open_keys

    with pytest.raises(errors.StoredKeyUnreadable):
        open_keys(world.office.database, b"\x01" * 32, lambda length: bytes(length))


def test_expired_things_are_forgotten_after_a_day(world: World) -> None:
    world.challenge()
    world.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    world.sign_in(world.client)
    with world.office.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM challenge").scalar_one() == 0


def test_nothing_of_a_certificate_but_numbers_is_kept(world: World) -> None:
    world.prove()
    content = (world.folder / "health.sqlite").read_bytes() + (world.folder / "health.sqlite-wal").read_bytes()
    assert b"JANA VZOREC" not in content
    assert JANA.encode() in content  # the mapping to the insured number
