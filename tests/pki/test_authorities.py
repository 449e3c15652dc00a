"""Founding and signing: what is promised to the offices."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.pki.authorities import Authorities
from openeoi.pki.encrypted_files import QUICK_COST, EncryptedFiles
from openeoi.pki.errors import AuthorityMissing, KeyNotFound
from openeoi.pki.key_files import Memory
from openeoi.pki.plans import Authority
from pki.conftest import Office


def test_founding_makes_every_authority_once(make_office: Callable[[str], Office]) -> None:
    office = make_office("me")
    told: list[tuple[str, int, int]] = []
    office.authorities.found(lambda authority, done, of: told.append((authority, done, of)))
    assert told[0] == ("country-signing", 0, 9)
    before = office.authorities.generations()
    assert [one.authority for one in before] == [one.authority for one in office.authorities.plan.definitions]
    office.authorities.found()
    assert office.authorities.generations() == before
    assert len(office.keys.keys()) == 10  # one for each, and the verifying authority


def test_founding_goes_on_after_an_interruption(make_office: Callable[[str], Office]) -> None:
    """The key was written, the process died before the certificate was: the key is taken up."""
    office = make_office("me")

    def die(authority: Authority, done: int, of: int) -> None:
        if authority is Authority.EID_ROOT:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.authorities.found(die)
    definition = office.authorities.plan.definition(Authority.EID_ROOT)
    key = office.keys.generate(definition.purpose, definition.key_algorithm, "me-eid-root-1")
    office.authorities.found()
    assert office.authorities.generations()[3].key_label == str(key)
    assert len(office.keys.keys()) == 10  # one for each, and the verifying authority


def test_nothing_is_signed_before_founding(make_office: Callable[[str], Office]) -> None:
    office = make_office("me")
    with pytest.raises(AuthorityMissing):
        office.authorities.issue_holder_certificates(office.request())
    with pytest.raises(AuthorityMissing):
        office.authorities.country_signing_certificate()


def test_lost_keys_are_missed_and_not_made_anew(montenegro: Office) -> None:
    """A database that came back from a backup without its keys signs nothing."""
    empty = EncryptedFiles(Memory(), "a passphrase", QUICK_COST)
    orphaned = Authorities(montenegro.authorities.plan, empty, montenegro.store, montenegro.clock)
    orphaned.found()
    with pytest.raises(KeyNotFound):
        orphaned.issue_holder_certificates(montenegro.request())
    assert empty.keys() == ()


def test_every_certificate_reads_in_both_libraries(slovenia: Office, montenegro: Office) -> None:
    for office in (slovenia, montenegro):
        holders = office.authorities.issue_holder_certificates(office.request("1111111111111"))
        everything = [one.certificate.content for one in office.authorities.generations()]
        everything += [one.certificate for one in holders.by_role.values()]
        for content in everything:
            parsed = asn1_x509.Certificate.load(content, strict=True)
            assert parsed.native["tbs_certificate"]["version"] == "v3"
            assert parsed.copy().dump(force=True) == content
            assert x509.load_der_x509_certificate(content).public_bytes(Encoding.DER) == content


def test_travel_document_certificates_spell_out_their_curves(montenegro: Office) -> None:
    for authority in (Authority.COUNTRY_SIGNING, Authority.DOCUMENT_SIGNER):
        parsed = asn1_x509.Certificate.load(montenegro.authorities.certificate(authority))
        parameters = parsed.public_key["algorithm"]["parameters"]
        assert parameters.name == "specified"
        assert parameters.chosen["cofactor"].native == 1


def test_security_object(slovenia: Office, montenegro: Office) -> None:
    for office in (slovenia, montenegro):
        groups = {1: b"\x61\x01\x00", 2: b"\x75\x01\x00"}
        signed = SecurityObject.decode(office.authorities.sign_security_object(groups))
        assert dict(signed.lds.digests) == {number: hashlib.sha256(file).digest() for number, file in groups.items()}
        assert signed.certificates == (office.authorities.certificate(Authority.DOCUMENT_SIGNER),)


def test_a_document_signer_whose_period_is_over_gets_a_successor(montenegro: Office) -> None:
    first = montenegro.authorities.certificate(Authority.DOCUMENT_SIGNER)
    montenegro.clock.advance(timedelta(days=93))
    signed = SecurityObject.decode(montenegro.authorities.sign_security_object({1: b"a", 2: b"b"}))
    assert signed.certificates != (first,)
    generations = [one for one in montenegro.authorities.generations() if one.authority is Authority.DOCUMENT_SIGNER]
    assert [one.generation for one in generations] == [1, 2]


def test_a_country_signing_key_does_not_sign_after_its_period(montenegro: Office) -> None:
    montenegro.clock.advance(timedelta(days=365 * 5 + 3))
    with pytest.raises(AuthorityMissing):
        montenegro.authorities.sign_security_object({1: b"a", 2: b"b"})


def test_trust_anchors(slovenia: Office) -> None:
    anchors = slovenia.authorities.trust_anchors()
    assert anchors.country_signing == (slovenia.authorities.country_signing_certificate(),)
    assert len(anchors.eid_roots) == 1
    assert len(anchors.eid_issuing) == 3


def test_every_issue_is_in_the_audit_chain(montenegro: Office) -> None:
    before = montenegro.store.verify_audit()
    assert before == 10
    montenegro.authorities.issue_holder_certificates(montenegro.request(), actor="approver 7")
    montenegro.authorities.sign_security_object({1: b"a", 2: b"b"})
    montenegro.authorities.crl(Authority.EID_HIGH)
    assert montenegro.store.verify_audit() == before + 4
    latest = montenegro.store.latest_audit(4)
    assert [one.entry.action for one in latest] == ["signed", "signed", "issued", "issued"]
    assert latest[-1].entry.actor == "approver 7"
    assert not any("Vzorec" in str(one) or "Jana" in str(one) for one in latest)


def test_master_list_signature(montenegro: Office) -> None:
    signed = montenegro.authorities.sign_master_list("2.23.136.1.1.2", b"\x30\x00")
    certificates = {one.chosen.dump() for one in asn1_cms.ContentInfo.load(signed)["content"]["certificates"]}
    wanted = (Authority.MASTER_LIST_SIGNER, Authority.COUNTRY_SIGNING)
    assert certificates == {montenegro.authorities.certificate(one) for one in wanted}
