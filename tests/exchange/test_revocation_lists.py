"""Revocation lists of trusted authorities: taken in after a check, used by passive authentication, never an older one."""

from datetime import timedelta

import pytest
from cryptography import x509

from exchange.conftest import State
from openeoi.exchange.errors import (
    NotARevocationList,
    OlderRevocationList,
    RevocationListNotTrusted,
    SigningTimeUnusable,
)
from openeoi.pki.plans import Authority
from openeoi.pki.revocation_lists import RevocationReason
from openeoi.protocols.passive_authentication import RevocationState, verify_security_object
from openeoi.protocols.passive_authentication.errors import SignerRevoked


@pytest.fixture
def croatia(third: State, montenegro: State) -> State:
    """Croatia, which trusts Montenegro."""
    third.desk.import_master_list(montenegro.desk.export_master_list(), montenegro.desk.own_fingerprints()[0])
    return third


def revocation_list(state: State, issuer: Authority = Authority.COUNTRY_SIGNING) -> bytes:
    return state.office.authorities.crl(issuer)


def test_a_revoked_document_signer_is_found_out(croatia: State, montenegro: State) -> None:
    document, now = montenegro.office.authorities.sign_security_object({1: b"one", 2: b"two"}), croatia.clock.now

    def state() -> RevocationState:
        return verify_security_object(document, croatia.desk, now, croatia.desk).revocation

    assert state() is RevocationState.NO_LIST
    taken = croatia.desk.import_revocation_list(revocation_list(montenegro), "officer 3")
    assert (taken.authority.country, taken.revoked) == ("ME", 0)
    assert state() is RevocationState.NOT_REVOKED
    entries = croatia.desk.verify_audit()
    croatia.desk.import_revocation_list(revocation_list(montenegro))
    assert croatia.desk.verify_audit() == entries
    signer = x509.load_der_x509_certificate(montenegro.office.authorities.certificate(Authority.DOCUMENT_SIGNER))
    montenegro.office.authorities.revoke(signer.serial_number, RevocationReason.KEY_COMPROMISE)
    croatia.clock.advance(timedelta(minutes=1))
    assert croatia.desk.import_revocation_list(revocation_list(montenegro)).revoked == 1
    with pytest.raises(SignerRevoked):
        state()


def test_our_own_list_is_always_at_hand(montenegro: State) -> None:
    document = montenegro.office.authorities.sign_security_object({1: b"one", 2: b"two"})
    verified = verify_security_object(document, montenegro.desk, montenegro.clock.now, montenegro.desk)
    assert verified.revocation is RevocationState.NOT_REVOKED


def test_an_older_list_is_refused(croatia: State, montenegro: State) -> None:
    older = revocation_list(montenegro)
    croatia.clock.advance(timedelta(days=30))
    croatia.desk.import_revocation_list(revocation_list(montenegro))
    with pytest.raises(OlderRevocationList):
        croatia.desk.import_revocation_list(older)


def test_lists_that_nobody_may_believe(croatia: State, montenegro: State, slovenia: State) -> None:
    own = revocation_list(montenegro)
    for raw in (b"", own[:-1], own + b"\x00", montenegro.office.authorities.country_signing_certificate()):
        with pytest.raises(NotARevocationList):
            croatia.desk.import_revocation_list(raw)
    flipped = own[:-1] + bytes((own[-1] ^ 1,))
    eid = revocation_list(montenegro, Authority.EID_ROOT)
    for raw in (flipped, eid, revocation_list(slovenia)):
        with pytest.raises(RevocationListNotTrusted):
            croatia.desk.import_revocation_list(raw)
    croatia.desk.withdraw("ME", "a report")
    with pytest.raises(RevocationListNotTrusted):
        croatia.desk.import_revocation_list(own)


def test_a_list_from_the_future(croatia: State, montenegro: State) -> None:
    croatia.clock.advance(timedelta(days=1))
    raw = revocation_list(montenegro)
    croatia.clock.advance(timedelta(days=-1))
    with pytest.raises(SigningTimeUnusable):
        croatia.desk.import_revocation_list(raw)
