"""The desk: a list is believed after its fingerprint was confirmed, trust is decided by country and written down."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from exchange.conftest import State
from openeoi.encoding.cms import SignedData
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.exchange.errors import (
    CountryUnknown,
    FingerprintDiffers,
    FingerprintNeeded,
    OlderMasterList,
    OwnMasterList,
    ReasonMissing,
)
from openeoi.exchange.trust import TrustState
from openeoi.exchange.verification import fingerprint
from openeoi.pki.plans import Authority
from openeoi.protocols.passive_authentication import Certificate, verify_security_object
from openeoi.protocols.passive_authentication.errors import NoTrustAnchor
from pki.conftest import Office


def confirmed(state: State) -> str:
    (digest,) = state.desk.own_fingerprints()
    return digest


def security_object(state: State) -> bytes:
    return state.office.authorities.sign_security_object({1: b"one", 2: b"two"})


def test_a_document_is_trusted_after_the_import_and_not_before(slovenia: State, montenegro: State) -> None:
    document = security_object(slovenia)
    with pytest.raises(NoTrustAnchor):
        verify_security_object(document, montenegro.desk, montenegro.clock.now)
    result = montenegro.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia), "officer 3")
    assert (result.held.issuer, result.held.certificates, result.appeared, result.vanished) == ("SI", 1, 1, 0)
    assert result.issuer_state is TrustState.TRUSTED
    verified = verify_security_object(document, montenegro.desk, montenegro.clock.now)
    assert verified.authority.raw == slovenia.office.authorities.country_signing_certificate()


def test_the_other_way_round_with_curves_spelled_out(slovenia: State, montenegro: State) -> None:
    slovenia.desk.import_master_list(montenegro.desk.export_master_list(), confirmed(montenegro))
    verify_security_object(security_object(montenegro), slovenia.desk, slovenia.clock.now)


def test_our_own_documents_need_no_list(montenegro: State) -> None:
    verify_security_object(security_object(montenegro), montenegro.desk, montenegro.clock.now)


def test_a_document_of_an_impostor_is_not_trusted(slovenia: State, montenegro: State) -> None:
    """A second authority under the same name as Slovenia's."""
    montenegro.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia))
    impostor = Office("si")
    impostor.authorities.found()
    document = impostor.authorities.sign_security_object({1: b"one", 2: b"two"})
    impostor.database.close()
    assert SecurityObject.decode(document).certificates
    with pytest.raises(NoTrustAnchor):
        verify_security_object(document, montenegro.desk, montenegro.clock.now)


def test_the_fingerprint_is_needed_once_and_compared(slovenia: State, montenegro: State) -> None:
    first = slovenia.desk.export_master_list()
    with pytest.raises(FingerprintNeeded):
        montenegro.desk.import_master_list(first)
    other = confirmed(montenegro)
    with pytest.raises(FingerprintDiffers):
        montenegro.desk.import_master_list(first, other)
    with pytest.raises(FingerprintDiffers):
        montenegro.desk.import_master_list(first, confirmed(slovenia)[:32])
    assert montenegro.desk.lists() == ()
    spoken = ":".join(confirmed(slovenia).upper()[at : at + 2] for at in range(0, 64, 2))
    montenegro.desk.import_master_list(first, f" {spoken}\n")
    slovenia.clock.advance(timedelta(hours=1))
    montenegro.clock.advance(timedelta(hours=1))
    montenegro.desk.import_master_list(slovenia.desk.export_master_list())
    with pytest.raises(FingerprintDiffers):
        montenegro.desk.import_master_list(_later(slovenia, montenegro), other)


def _later(slovenia: State, montenegro: State) -> bytes:
    slovenia.clock.advance(timedelta(hours=1))
    montenegro.clock.advance(timedelta(hours=1))
    return slovenia.desk.export_master_list()


def test_an_older_list_is_refused_and_the_same_changes_nothing(slovenia: State, montenegro: State) -> None:
    older = slovenia.desk.export_master_list()
    newer = _later(slovenia, montenegro)
    montenegro.clock.now = slovenia.clock.now
    montenegro.desk.import_master_list(newer, confirmed(slovenia))
    entries = montenegro.desk.verify_audit()
    with pytest.raises(OlderMasterList):
        montenegro.desk.import_master_list(older)
    assert montenegro.desk.import_master_list(newer).already_held
    assert montenegro.desk.verify_audit() == entries


def test_our_own_list_is_refused(montenegro: State) -> None:
    with pytest.raises(OwnMasterList):
        montenegro.desk.import_master_list(montenegro.desk.export_master_list(), confirmed(montenegro))


def test_other_countries_in_a_list_are_offered_and_not_trusted(slovenia: State, montenegro: State, third: State) -> None:
    slovenia.desk.import_master_list(montenegro.desk.export_master_list(), confirmed(montenegro))
    third.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia))
    standings = {one.country: one for one in third.desk.standings()}
    assert standings["SI"].state is TrustState.TRUSTED
    assert (standings["ME"].state, standings["ME"].offered_by, standings["ME"].certificates) == (TrustState.OFFERED, ("SI",), 0)
    with pytest.raises(NoTrustAnchor):
        verify_security_object(security_object(montenegro), third.desk, third.clock.now)
    with pytest.raises(ReasonMissing):
        third.desk.trust("ME", "SI", "  ")
    with pytest.raises(CountryUnknown):
        third.desk.trust("HR", "SI", "they asked")
    with pytest.raises(CountryUnknown):
        third.desk.trust("ME", "ME", "no list of theirs is held")
    third.desk.trust("ME", "SI", "note of 3 November")
    verify_security_object(security_object(montenegro), third.desk, third.clock.now)
    third.desk.withdraw("ME", "key compromise reported", "officer 9")
    with pytest.raises(NoTrustAnchor):
        verify_security_object(security_object(montenegro), third.desk, third.clock.now)
    assert [(one.state, one.actor) for one in third.desk.history("ME")] == [
        (TrustState.TRUSTED, "system"),
        (TrustState.WITHDRAWN, "officer 9"),
    ]


def test_withdrawn_trust_stays_withdrawn_when_a_newer_list_comes(slovenia: State, montenegro: State) -> None:
    montenegro.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia))
    montenegro.desk.withdraw("SI", "a report")
    result = montenegro.desk.import_master_list(_later(slovenia, montenegro))
    assert result.issuer_state is TrustState.WITHDRAWN
    with pytest.raises(NoTrustAnchor):
        verify_security_object(security_object(slovenia), montenegro.desk, montenegro.clock.now)
    with pytest.raises(CountryUnknown):
        montenegro.desk.withdraw("HR", "never heard of")


def test_a_certificate_that_a_newer_list_drops_is_not_trusted_any_more(montenegro: State, slovenia: State, third: State) -> None:
    """Slovenia's first list vouched for Montenegro, the second does not."""
    slovenia.desk.import_master_list(montenegro.desk.export_master_list(), confirmed(montenegro))
    third.clock.now = slovenia.clock.now
    third.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia))
    third.desk.trust("ME", "SI", "note of 3 November")
    slovenia.desk.withdraw("ME", "left the scheme")
    result = third.desk.import_master_list(_later(slovenia, third))
    assert (result.appeared, result.vanished) == (0, 1)
    with pytest.raises(NoTrustAnchor):
        verify_security_object(security_object(montenegro), third.desk, third.clock.now)


def test_everything_is_in_the_audit_chain(slovenia: State, montenegro: State) -> None:
    montenegro.desk.import_master_list(slovenia.desk.export_master_list(), confirmed(slovenia), "officer 3")
    montenegro.desk.withdraw("SI", "a report", "officer 9")
    assert montenegro.desk.verify_audit() == 4
    told = [(one.entry.action, one.entry.subject, one.entry.actor) for one in montenegro.store.latest_audit(4)]
    assert told == [
        ("withdrawn", "SI", "officer 9"),
        ("trusted", "SI", "officer 3"),
        ("imported", "SI", "officer 3"),
        ("confirmed", "SI", "officer 3"),
    ]


def test_the_exported_list(slovenia: State, montenegro: State) -> None:
    slovenia.desk.import_master_list(montenegro.desk.export_master_list(), confirmed(montenegro))
    signed = SignedData.decode(slovenia.desk.export_master_list())
    assert signed.content_type == CONTENT_TYPE
    own, foreign = (one.office.authorities.country_signing_certificate() for one in (slovenia, montenegro))
    assert set(MasterList.decode(signed.content).certificates) == {own, foreign}
    assert set(signed.certificates) == {own, slovenia.office.authorities.certificate(Authority.MASTER_LIST_SIGNER)}
    assert fingerprint(Certificate.decode(own)) == confirmed(slovenia)
    key, _ = Certificate.decode(foreign).key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
