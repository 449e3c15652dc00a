"""The own check before each signature: every deviation from the profile is found in the bytes and refuses the signature."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki import country_plans
from openeoi.pki.certificate_check import require_on_profile
from openeoi.pki.certificate_profiles import Attribute, CertificateProfile, KeyUsage, Policy
from openeoi.pki.certificates import Addresses, CertificateFacts, IssuerFacts, encode_name, key_identifier, to_be_signed
from openeoi.pki.errors import OffProfile
from openeoi.pki.explicit_curves import spell_out
from openeoi.pki.holders import holder_subject
from openeoi.pki.plans import Authority

START = datetime(2026, 11, 22, tzinfo=UTC)
PLAN = country_plans.load("si")
LOW, QUALIFIED = PLAN.holder_profiles[CredentialRole.LOW], PLAN.holder_profiles[CredentialRole.QUALIFIED]
SIGNER = PLAN.definition(Authority.DOCUMENT_SIGNER).profile


def public_key(curve: ec.EllipticCurve | None = None) -> bytes:
    key = ec.generate_private_key(curve or ec.SECP384R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


KEY = public_key()
ISSUER = IssuerFacts(
    encode_name(PLAN.definition(Authority.EID_LOW).subject), b"\x01" * 20, START, START + timedelta(days=15 * 365)
)
FACTS = CertificateFacts(
    serial_number=1 << 126,
    subject=holder_subject("SI", "Jana", "Vzorec", "1234567890123", "Nizka raven", "(eOI)"),
    public_key=KEY,
    not_before=START,
    not_after=START + timedelta(days=3650),
    signature_algorithm=SignatureAlgorithm.ECDSA_SHA384,
    issuer=ISSUER,
    addresses=PLAN.addresses(LOW, Authority.EID_LOW),
)


def check(profile: CertificateProfile, facts: CertificateFacts, built_from: CertificateProfile | None = None) -> None:
    """Build by `built_from` (a mistaken profile), hold against `profile`."""
    require_on_profile(profile, facts, to_be_signed(built_from or profile, facts), KEY)


def test_on_profile() -> None:
    for profile in PLAN.holder_profiles.values():
        check(profile, FACTS)


@pytest.mark.parametrize(
    ("mistaken", "finding"),
    [
        (replace(LOW, key_usage=frozenset({KeyUsage.CONTENT_COMMITMENT})), "the key usage is another one"),
        (replace(LOW, key_usage=LOW.key_usage | {KeyUsage.CRL_SIGN}), "the key usage is another one"),
        (replace(LOW, extended_key_usage=("1.3.6.1.5.5.7.3.1",)), "the extended key usage is another one"),
        (replace(LOW, extended_key_usage=()), "the extension 2.5.29.37 is missing"),
        (replace(LOW, extended_key_usage_critical=True), "the extension 2.5.29.37 is critical"),
        (replace(LOW, policies=()), "the extension 2.5.29.32 is missing"),
        (replace(LOW, policies=(Policy("1.2.3"),)), "the policies are others"),
        (replace(LOW, path_length=0), "the extension 2.5.29.19 does not belong there"),
        (replace(LOW, subject_key_identifier=False), "the extension 2.5.29.14 is missing"),
        (replace(LOW, qualified=QUALIFIED.qualified), "the extension 1.3.6.1.5.5.7.1.3 does not belong there"),
        (replace(LOW, private_key_lifetime=timedelta(days=1)), "the extension 2.5.29.16 does not belong there"),
        (replace(LOW, document_types=("ID",)), "the extension 2.23.136.1.1.6.2 does not belong there"),
        (replace(LOW, resolver=None), "is missing"),
    ],
)
def test_a_certificate_built_by_another_profile_is_refused(mistaken: CertificateProfile, finding: str) -> None:
    with pytest.raises(OffProfile, match=finding):
        check(LOW, FACTS, mistaken)


def test_a_qualified_certificate_without_its_statements_is_refused() -> None:
    with pytest.raises(OffProfile, match=r"1\.3\.6\.1\.5\.5\.7\.1\.3 is missing"):
        check(QUALIFIED, FACTS, replace(QUALIFIED, qualified=None))


def without(attribute: Attribute) -> CertificateFacts:
    return replace(FACTS, subject=tuple(one for one in FACTS.subject if one[0] is not attribute))


def with_value(attribute: Attribute, value: str) -> CertificateFacts:
    return replace(FACTS, subject=tuple((kind, value if kind is attribute else old) for kind, old in FACTS.subject))


@pytest.mark.parametrize(
    ("facts", "finding"),
    [
        (without(Attribute.GIVEN_NAME), "the subject has no GIVEN_NAME"),
        (without(Attribute.COUNTRY), "the subject has no COUNTRY_NAME"),
        (replace(FACTS, subject=(*FACTS.subject, (Attribute.COMMON_NAME, "twice"))), "more than one COMMON_NAME"),
        (replace(FACTS, subject=(*FACTS.subject, (Attribute.ORGANIZATION, "a firm"))), "does not belong there"),
        (with_value(Attribute.SERIAL_NUMBER, "0101006500006X"), "serialNumber is not 13 digits"),
        (with_value(Attribute.GIVEN_NAME, " "), "GIVEN_NAME is empty"),
        (with_value(Attribute.SURNAME, "a\nb"), "control characters"),
        (replace(FACTS, not_after=START), "it ends before it begins"),
        (replace(FACTS, not_after=START + timedelta(days=3660)), "it lives 3660 days"),
        (replace(FACTS, not_before=START + timedelta(days=5000), not_after=START + timedelta(days=6000)), "outlives its issuer"),
        (replace(FACTS, not_before=START - timedelta(days=1)), "it begins before its issuer"),
        (replace(FACTS, serial_number=0), "serial number is not positive"),
        (replace(FACTS, serial_number=1 << 160), "longer than 20 bytes"),
        (replace(FACTS, addresses=Addresses("ldap://x/", "http://x/", "http://x/")), "not reached by HTTP"),
        (replace(FACTS, addresses=replace(FACTS.addresses, status_service=None)), "who answers for its status"),
        (replace(FACTS, addresses=replace(FACTS.addresses, issuer_certificate=None)), "where its issuer's certificate lies"),
        (replace(FACTS, addresses=replace(FACTS.addresses, revocation_list=None)), "2.5.29.31 is missing"),
        (replace(FACTS, public_key=public_key()), "another key"),
    ],
)
def test_facts_off_the_profile_are_refused(facts: CertificateFacts, finding: str) -> None:
    with pytest.raises(OffProfile, match=finding):
        check(LOW, facts)


@pytest.mark.parametrize(
    "make",
    [
        lambda: public_key(ec.SECP256R1()),
        lambda: public_key(ec.SECP521R1()),
        lambda: (
            rsa.generate_private_key(public_exponent=3, key_size=2048)
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ),
    ],
)
def test_a_key_of_another_kind_is_refused(make: Callable[[], bytes]) -> None:
    key = make()
    facts = replace(FACTS, public_key=key)
    with pytest.raises(OffProfile):
        require_on_profile(LOW, facts, to_be_signed(LOW, facts), key)


def test_bytes_that_are_no_certificate_are_refused() -> None:
    signed = to_be_signed(LOW, FACTS)
    for spoilt in (b"", signed[:-1], signed[:100], b"\x30\x00"):
        with pytest.raises(OffProfile):
            require_on_profile(LOW, FACTS, spoilt, KEY)


def test_the_key_in_the_bytes_must_be_the_subjects() -> None:
    signed = to_be_signed(LOW, FACTS)
    other = signed.replace(KEY, public_key())
    with pytest.raises(OffProfile, match="the public key is not the subject's"):
        require_on_profile(LOW, FACTS, other, KEY)


def test_spelling_out_keeps_the_key() -> None:
    key = public_key(ec.BrainpoolP256R1())
    assert spell_out(key) != key
    assert key_identifier(spell_out(key)) == key_identifier(key)
