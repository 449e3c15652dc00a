"""The verifying authority of one state, the document verifier and inspection system of another, and a chip that judges both."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from openeoi.crypto.errors import CryptographicError
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.card_verifiable_certificates.requests import AuthenticatedRequest, CertificateRequest
from openeoi.pki.errors import AuthorityMissing, KeyNotFound, KeyPurposeMismatch, VerifierRequestRefused
from openeoi.pki.key_store import KeyAlgorithm, KeyId, KeyPurpose
from openeoi.pki.verifying_keys import VerifyingKey
from openeoi.protocols.terminal_authentication.signatures import verification_key
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials, find_chain
from openeoi.protocols.terminal_authentication.trust import Imported, Trust, check, updated
from pki.conftest import Office

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Asked:
    """`VerifyingState` of one office, which trusts another's authority."""

    state: Office
    trusted: Office
    requests: list[bytes] = field(default_factory=list)

    def verifying_certificates(self) -> tuple[CardVerifiableCertificate, ...]:
        return self.state.authorities.verifying_certificates()

    def certify_document_verifier(self, request: bytes) -> CardVerifiableCertificate:
        self.requests.append(request)
        return self.state.authorities.certify_document_verifier(request, self.trusted.authorities.verifying_certificates())


def references(*certificates: CardVerifiableCertificate) -> list[KeyReference]:
    return [one.body.holder for one in certificates]


def as_chip(trust: Trust, credentials: TerminalCredentials) -> tuple[Trust, Imported]:
    """What a chip makes of the chain; raises as the chip refuses. The signature over a challenge is checked as well."""
    chain = find_chain(credentials, [point.body.holder for point in trust.points])
    found = trust.find(chain[0].body.authority)
    assert found is not None
    issuer = Imported.trust_point(found)
    for certificate in chain:
        imported = check(certificate, issuer, trust)
        trust, issuer = updated(trust, imported, issuer), imported
    challenge = secrets.token_bytes(24)
    issuer.key.verify(challenge, credentials.sign(challenge))
    return trust, issuer


def credentials_of(
    post: Office, asked: Asked, *known: CardVerifiableCertificate, at: datetime | None = None
) -> TerminalCredentials:
    found = post.authorities.inspection_credentials(references(*known), asked, at or post.clock())
    assert found is not None
    return found


@pytest.fixture
def states(make_office: Callable[[str], Office], slovenia: Office, montenegro: Office) -> tuple[Office, Office]:
    """Slovenia, whose cards are read; Montenegro, whose post reads. Slovenia's verifying authority is this test's own."""
    card_state = make_office("si")
    card_state.authorities.found_verifying_authority()
    return card_state, montenegro


def test_a_foreign_post_reads_fingerprints_with_its_own_states_certificates(states: tuple[Office, Office]) -> None:
    cards, post = states
    root = cards.authorities.trust_point()
    trust, terminal = as_chip(Trust((root,), NOW.date()), credentials_of(post, Asked(cards, post), root))
    assert terminal.fingerprints
    assert not terminal.irises
    assert terminal.role is Role.INSPECTION_SYSTEM
    assert str(terminal.certificate.body.holder) == "MEOETESTISSI001"
    assert str(terminal.certificate.body.authority) == "MEOETESTDVSI001"
    assert terminal.certificate.body.expires - terminal.certificate.body.effective == timedelta(days=30)
    assert trust.current_date == NOW.date()


def test_the_states_own_post_has_a_domestic_document_verifier(states: tuple[Office, Office]) -> None:
    cards, _ = states
    root = cards.authorities.trust_point()
    credentials = credentials_of(cards, Asked(cards, cards), root)
    chain = find_chain(credentials, references(root))
    assert [one.body.authorization.role for one in chain] == [Role.DOMESTIC_DOCUMENT_VERIFIER, Role.INSPECTION_SYSTEM]
    as_chip(Trust((root,), NOW.date()), credentials)


def test_certificates_are_used_as_long_as_they_are_valid_and_then_renewed(states: tuple[Office, Office]) -> None:
    cards, post = states
    asked, root = Asked(cards, post), cards.authorities.trust_point()
    first = credentials_of(post, asked, root)
    post.clock.advance(timedelta(days=30))
    assert credentials_of(post, asked, root).certificate == first.certificate
    post.clock.advance(timedelta(days=1))
    second = credentials_of(post, asked, root)
    assert str(second.certificate.body.holder) == "MEOETESTISSI002"
    assert len(asked.requests) == 1  # the document verifier is still the same
    assert second.certificate.body.authority == first.certificate.body.authority
    for office in (cards, post):
        office.clock.now = NOW + timedelta(days=91)
    third = credentials_of(post, asked, root)
    assert str(third.certificate.body.authority) == "MEOETESTDVSI002"
    assert str(third.certificate.body.holder) == "MEOETESTISSI003"
    assert len(asked.requests) == 2


def test_no_certificate_outlives_its_issuer(states: tuple[Office, Office]) -> None:
    cards, post = states
    root = cards.authorities.trust_point()
    for office in (cards, post):
        office.clock.now = datetime.combine(root.body.expires - timedelta(days=10), NOW.timetz())
    post.authorities.succeed_verifying_authority()
    credentials = credentials_of(post, Asked(cards, post), root)
    assert {one.body.expires for one in find_chain(credentials, references(root))} == {root.body.expires}


def test_after_a_roll_over_old_and_new_cards_open(states: tuple[Office, Office]) -> None:
    cards, post = states
    old = cards.authorities.trust_point()
    before = credentials_of(post, Asked(cards, post), old)
    for office in (cards, post):
        office.clock.advance(timedelta(days=200))
    new = cards.authorities.succeed_verifying_authority()
    assert new == cards.authorities.trust_point()
    assert str(new.body.holder) == "SIOETESTCV00002"
    asked = Asked(cards, post)
    for_new = credentials_of(post, asked, new)
    assert for_new.certificate.body.authority != before.certificate.body.authority
    as_chip(Trust((new,), NOW.date()), for_new)
    trust, terminal = as_chip(Trust((old,), NOW.date()), credentials_of(post, asked, old))
    assert terminal.fingerprints
    assert [str(point.body.holder) for point in trust.points] == ["SIOETESTCV00002", "SIOETESTCV00001"]


def test_the_link_certificate_is_signed_by_the_key_before(states: tuple[Office, Office]) -> None:
    cards, _ = states
    old = cards.authorities.trust_point()
    new = cards.authorities.succeed_verifying_authority()
    first, link, second = cards.authorities.verifying_certificates()
    assert (first, second) == (old, new)
    assert (link.body.authority, link.body.holder) == (old.body.holder, new.body.holder)
    verification_key(old.body.public_key).verify(link.signed, link.signature)
    with pytest.raises(CryptographicError):
        verification_key(new.body.public_key).verify(link.signed, link.signature)


def test_no_chain_no_credentials(states: tuple[Office, Office]) -> None:
    cards, post = states
    unknown = [KeyReference("SI", "SOMEBODY", "00001")]
    assert post.authorities.inspection_credentials(unknown, Asked(cards, post), NOW) is None


def test_an_authority_that_has_expired_certifies_nobody(states: tuple[Office, Office]) -> None:
    cards, post = states
    root = cards.authorities.trust_point()
    post.authorities.trust_point()
    cards.clock.advance(timedelta(days=4 * 365))
    with pytest.raises(AuthorityMissing):
        post.authorities.inspection_credentials(references(root), Asked(cards, post), NOW)
    with pytest.raises(AuthorityMissing):
        cards.authorities.succeed_verifying_authority()


def _request(office: Office, authority: KeyReference, holder: str = "MEOETESTDVSI007", kind: str = "brainpool-p256r1") -> bytes:
    label = f"me-document-verifier-{secrets.token_hex(4)}"
    key = VerifyingKey.made(office.keys, label, KeyPurpose.DOCUMENT_VERIFYING, KeyAlgorithm(kind))
    name = KeyReference(holder[:2], holder[2:-5], holder[-5:])
    request = CertificateRequest.build(authority, key.certified(with_parameters=True), name, key.sign)
    root = office.authorities.trust_point()
    voucher = VerifyingKey(office.keys, KeyId("me-country-verifying-00001"), KeyPurpose.COUNTRY_VERIFYING)
    return AuthenticatedRequest.build(request, root.body.holder, voucher.sign).encode()


def test_what_the_authority_refuses(states: tuple[Office, Office]) -> None:
    cards, post = states
    authority = cards.authorities.trust_point().body.holder
    vouchers = post.authorities.verifying_certificates()
    good = _request(post, authority)
    decoded = AuthenticatedRequest.decode(good)
    spoilt = bytes((decoded.signature[0] ^ 1,)) + decoded.signature[1:]
    inner = replace(decoded.request, signature=bytes((decoded.request.signature[0] ^ 1,)) + decoded.request.signature[1:])
    sign = VerifyingKey(post.keys, KeyId("me-country-verifying-00001"), KeyPurpose.COUNTRY_VERIFYING).sign
    refused = {
        "malformed": (good[:-1], vouchers),
        "nobody known": (good, ()),
        "nobody known as": (good, cards.authorities.verifying_certificates()),
        "verify with this key": (replace(decoded, signature=spoilt).encode(), vouchers),
        "does not verify": (AuthenticatedRequest.build(inner, decoded.voucher, sign).encode(), vouchers),
        "of another state": (_request(post, authority, "HROETESTDVSI001"), vouchers),
        "another curve": (_request(post, authority, kind="p-256"), vouchers),
        "it asks": (_request(post, KeyReference("SI", "SOMEBODY", "00001")), vouchers),
    }
    for reason, (request, known) in refused.items():
        with pytest.raises(VerifierRequestRefused, match=reason):
            cards.authorities.certify_document_verifier(request, known)
    certificate = cards.authorities.certify_document_verifier(good, vouchers)
    assert cards.authorities.certify_document_verifier(good, vouchers) == certificate
    with pytest.raises(VerifierRequestRefused, match="another key"):
        cards.authorities.certify_document_verifier(_request(post, authority), vouchers)


def test_a_voucher_that_has_expired_is_none(states: tuple[Office, Office]) -> None:
    cards, post = states
    vouchers = post.authorities.verifying_certificates()
    cards.clock.advance(timedelta(days=2 * 365))
    request = _request(post, cards.authorities.succeed_verifying_authority().body.holder)
    cards.clock.advance(timedelta(days=366))
    with pytest.raises(VerifierRequestRefused, match="expired"):
        cards.authorities.certify_document_verifier(request, vouchers)


def test_every_key_signs_for_its_purpose_only(states: tuple[Office, Office]) -> None:
    cards, post = states
    credentials_of(post, Asked(cards, post), cards.authorities.trust_point())
    purposes = {
        "me-country-verifying-00001": KeyPurpose.COUNTRY_VERIFYING,
        "me-document-verifier-si001": KeyPurpose.DOCUMENT_VERIFYING,
        "me-inspection-system-si001": KeyPurpose.INSPECTION,
    }
    for label, purpose in purposes.items():
        assert post.keys.describe(KeyId(label)).purpose is purpose
        for other in set(KeyPurpose) - {purpose}:
            with pytest.raises(KeyPurposeMismatch):
                VerifyingKey(post.keys, KeyId(label), other).sign(b"data")


def test_every_certificate_is_recorded_where_it_was_issued(states: tuple[Office, Office]) -> None:
    cards, post = states
    credentials_of(post, Asked(cards, post), cards.authorities.trust_point())
    for office, subject in (
        (cards, "card verifiable certificate MEOETESTDVSI001 by SIOETESTCV00001"),
        (post, "card verifiable certificate MEOETESTISSI001 by MEOETESTDVSI001"),
    ):
        assert subject in [one.entry.subject for one in office.store.latest_audit(10)]
        office.store.verify_audit()
    roles = [one.certificate.body.authorization.role for one in post.authorities.card_verifiable_certificates()]
    assert roles == [Role.COUNTRY_VERIFYING_AUTHORITY, Role.FOREIGN_DOCUMENT_VERIFIER, Role.INSPECTION_SYSTEM]


def test_lost_keys_of_the_verifying_authority_are_missed(montenegro: Office) -> None:
    del montenegro.files.content["me-country-verifying-00001.key"]
    montenegro.keys._opened.clear()
    with pytest.raises(KeyNotFound):
        montenegro.authorities.require_keys()


def test_dates_follow_the_day_that_is_asked_for(states: tuple[Office, Office]) -> None:
    cards, post = states
    root = cards.authorities.trust_point()
    later = NOW + timedelta(days=45)
    credentials = credentials_of(post, Asked(cards, post), root, at=later)
    assert credentials.certificate.body.effective == date(2027, 1, 6)
