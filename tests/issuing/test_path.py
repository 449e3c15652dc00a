"""From the form to the holder's hand: decisions by two people, envelope, hand-over, erasure, reports, the log."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from PIL import Image
from sqlalchemy import text

from issuing.sample_office import Clock, Printer, Stock, released
from openeoi.crypto.public_keys import byte_group
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.mrz import TravelDocument1
from openeoi.issuing import decision, envelope, erasure, handover, personalisation
from openeoi.issuing.chip_protocols import ChipKeys
from openeoi.issuing.document_files import data_groups
from openeoi.issuing.errors import (
    ApplicationInvalid,
    ApplicationUnknown,
    BiometricsErased,
    EnvelopeGone,
    RoleMissing,
    SamePerson,
    WrongState,
)
from openeoi.issuing.handover import IdentityCheck, IdentityNotChecked, IdentityProof
from openeoi.issuing.life import ApplicationState, DocumentState
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.issuing.staff import Access, Purpose, Role, Staff, StaffMember
from openeoi.issuing.status import DocumentStatus, Report, document_status, propose_revocation, report
from openeoi.pki.status import StatusKind
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.errors import AuditChainBroken

CHECKED = IdentityCheck(IdentityProof.PASSPORT, same_person=True)
KEYS = ChipKeys({13: byte_group(13).public_key(4711)})
CLERK = Access("ana", Role.CLERK, Purpose.STATUS)
RELEASER = Access("bojan", Role.RELEASER, Purpose.STATUS)


def made(office: IssuingOffice) -> tuple[str, str]:
    """Application reference and document number of a card that waits for its holder."""
    reference = released(office)
    return reference, personalisation.personalise(office, reference, "cvetka").document.number


def test_the_whole_path(slovenian_office: IssuingOffice, clock: Clock) -> None:
    office = slovenian_office
    reference, number = made(office)
    assert reference == "2026-000001"
    stock, printer = office.blank_cards, office.printer
    assert isinstance(stock, Stock) and isinstance(printer, Printer)
    (serial,) = stock.cards
    assert stock.cards[serial].life_cycle is LifeCycle.PERSONALISED
    printed = printer.printed[serial]
    zone = TravelDocument1.decode(printed.mrz)
    assert (zone.document_number, zone.optional_data_1) == (number, "2806985505145")
    assert printed.specimen and len(printed.access_number) == 6
    assert Image.open(io.BytesIO(printed.portrait)).size == (413, 531)
    assert document_status(office, number) is DocumentStatus.UNKNOWN, "nobody may show it yet"

    letter = envelope.open_envelope(office, reference, "cvetka")
    assert len(letter.initial_password) == 8 and letter.initial_password not in repr(letter)
    with pytest.raises(EnvelopeGone):
        envelope.open_envelope(office, reference, "cvetka")

    with pytest.raises(WrongState):
        envelope.order_puk(office, reference, "ana")  # with a card that still lies here it would be the holder's signature

    document = handover.hand_over(office, reference, "drago", CHECKED)
    assert document.state is DocumentState.HANDED_OVER
    assert stock.cards[serial].life_cycle is LifeCycle.HANDED_OVER
    assert document_status(office, number) is DocumentStatus.VALID
    assert document.expires_on == document.issued_on.replace(year=document.issued_on.year + 10)
    assert len(envelope.order_puk(office, reference, "ana").puk) == 10
    assert office.store.verify_audit() > 20


def test_the_machine_readable_zone_is_the_specimens_but_for_number_and_expiry(slovenian_office: IssuingOffice) -> None:
    reference, number = made(slovenian_office)
    record = decision.look_at(slovenian_office, reference, CLERK)
    with slovenian_office.store.transaction() as work:
        document = work.document(number)
    groups = data_groups(
        record.application, document, sample_photograph(), slovenian_office.profile, slovenian_office.clock(), KEYS, None
    )
    lines = DataGroup1.decode(groups[1]).mrz.split("\n")
    assert lines[0].startswith("I<SVN" + number) and lines[0].endswith("2806985505145<<")
    assert lines[1].startswith("8506287F360504") and lines[2] == "VZOREC<<JANA<<<<<<<<<<<<<<<<<<"
    assert set(groups) == {1, 2, 11, 12, 14}


def test_an_invalid_application_stores_nothing(slovenian_office: IssuingOffice) -> None:
    with pytest.raises(ApplicationInvalid):
        decision.submit(slovenian_office, {**sample_values(slovenian_office.profile), "street": ""}, sample_photograph())
    with slovenian_office.store.transaction() as work:
        assert work.applications(CLERK) == ()
        assert work.sealed.pictures_kept() == frozenset()


def test_four_eyes_are_two_people(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference = decision.submit(office, sample_values(office.profile), sample_photograph())
    with pytest.raises(RoleMissing):
        decision.approve(office, reference, "bojan")
    with pytest.raises(WrongState):
        decision.release(office, reference, "bojan")
    decision.approve(office, reference, "ana")
    with pytest.raises(RoleMissing):
        decision.release(office, reference, "ana")
    with office.store.transaction() as work, pytest.raises(SamePerson):
        work.move(reference, decision.Step.RELEASE, Access("ana", Role.RELEASER, Purpose.RELEASE), office.clock())
    with pytest.raises(WrongState):
        personalisation.personalise(office, reference, "cvetka")
    assert decision.release(office, reference, "eva") is ApplicationState.RELEASED
    with pytest.raises(WrongState):
        decision.release(office, reference, "bojan")


def test_a_directory_that_gives_one_person_both_roles_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="at once"):
        Staff([StaffMember("x", "X", frozenset({Role.CLERK, Role.RELEASER}))])


def test_a_refused_application_loses_its_photograph_and_cannot_go_on(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference = decision.submit(office, sample_values(office.profile), sample_photograph())
    assert decision.refuse(office, reference, "ana", "the photograph shows somebody else") is ApplicationState.REFUSED
    with pytest.raises(BiometricsErased):
        decision.look_at_picture(office, reference, CLERK)
    with pytest.raises(WrongState):
        decision.approve(office, reference, "ana")


def test_what_does_not_exist_is_named(slovenian_office: IssuingOffice) -> None:
    with pytest.raises(ApplicationUnknown, match="2026-000009"):
        decision.approve(slovenian_office, "2026-000009", "ana")
    assert document_status(slovenian_office, "XX0000000") is DocumentStatus.UNKNOWN


def test_the_envelope_waits_for_the_card_and_for_the_right_role(slovenian_office: IssuingOffice) -> None:
    reference = released(slovenian_office)
    with pytest.raises(WrongState):
        envelope.open_envelope(slovenian_office, reference, "cvetka")
    with pytest.raises(RoleMissing):
        envelope.open_envelope(slovenian_office, reference, "ana")


def test_no_secret_and_no_picture_lies_open_in_the_database(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference, _ = made(office)
    with office.store.transaction() as work:
        kept = envelope.kept(office, work, reference)
        face = decision.picture(office, work, reference, decision.CHIP_PICTURE)
    place = office.store.database.url.database
    assert place is not None
    content = b"".join(file.read_bytes() for file in Path(place).parent.glob("issuing.sqlite*"))
    for secret in (kept.puk, kept.initial_password or "", kept.access_number or ""):
        assert secret.encode() not in content
    assert face[200:260] not in content


def test_hand_over_erases_the_pictures_with_proof(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference, _ = made(office)
    with office.store.transaction() as work:
        sealed = work.sealed.picture(reference, decision.CHIP_PICTURE)
    assert sealed is not None
    handover.hand_over(office, reference, "ana", CHECKED)
    with office.store.transaction() as work:
        assert work.sealed.pictures_kept() == frozenset()
    (proof,) = [one for one in office.store.audit_about(reference) if one.entry.action == "erase biometric source data"]
    assert set(proof.entry.details["digests"]) == {"office_picture", "chip_picture", "right_print", "left_print"}  # type: ignore[arg-type]  # a mapping
    place = Path(office.store.database.url.database or "")
    assert sealed[:64] not in b"".join(file.read_bytes() for file in place.parent.glob("issuing.sqlite*"))


def test_hand_over_needs_a_compared_face_and_happens_once(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference, _ = made(office)
    with pytest.raises(IdentityNotChecked):
        handover.hand_over(office, reference, "ana", IdentityCheck(IdentityProof.PASSPORT, same_person=False))
    with pytest.raises(RoleMissing):
        handover.hand_over(office, reference, "cvetka", CHECKED)
    handover.hand_over(office, reference, "ana", CHECKED)
    with pytest.raises(WrongState):
        handover.hand_over(office, reference, "ana", CHECKED)


def test_hand_over_continues_after_a_crash_between_card_and_store(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = slovenian_office
    reference, number = made(office)
    with monkeypatch.context() as patch:
        patch.setattr(handover, "erase_in", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            handover.hand_over(office, reference, "ana", CHECKED)
    assert document_status(office, number) is DocumentStatus.UNKNOWN
    handover.hand_over(office, reference, "ana", CHECKED)
    assert document_status(office, number) is DocumentStatus.VALID


@pytest.mark.parametrize("day, erased", [(89, False), (90, True), (91, True)])
def test_the_job_erases_on_the_ninetieth_day_after_issue(
    slovenian_office: IssuingOffice, clock: Clock, day: int, erased: bool
) -> None:
    reference, _ = made(slovenian_office)
    clock.now += timedelta(days=day)
    assert erasure.erase_overdue(slovenian_office).references == ((reference,) if erased else ())
    assert erasure.erase_overdue(slovenian_office).references == ()
    actions = [one.entry.action for one in slovenian_office.store.audit_about(reference)]
    assert ("erase biometric source data" in actions) is erased


def test_the_job_erases_what_was_never_finished_and_a_card_cannot_be_made_then(
    slovenian_office: IssuingOffice, clock: Clock
) -> None:
    reference = released(slovenian_office)
    clock.forward(days=89)
    assert erasure.erase_overdue(slovenian_office).references == ()
    clock.forward(days=1)
    assert erasure.erase_overdue(slovenian_office).references == (reference,)
    with pytest.raises(BiometricsErased):
        personalisation.personalise(slovenian_office, reference, "cvetka")


@pytest.mark.parametrize("what", list(Report))
def test_a_reported_document_is_invalid_and_its_certificates_are_revoked(slovenian_office: IssuingOffice, what: Report) -> None:
    office = slovenian_office
    reference, number = made(office)
    handover.hand_over(office, reference, "ana", CHECKED)
    with office.store.transaction() as work:
        chains = [steps[0] for steps in work.steps(reference)["issue_certificates"].result.values()]
    by = CLERK
    if what is Report.REVOKED:
        propose_revocation(office, number, CLERK)
        by = RELEASER
    report(office, number, what, by)
    assert document_status(office, number) == what.value
    for certificate in (x509.load_der_x509_certificate(bytes.fromhex(chain)) for chain in chains):
        issuer = certificate.issuer.public_bytes()
        assert office.authorities.certificate_status(certificate.serial_number, issuer).kind is StatusKind.REVOKED
    assert len(chains) == 3
    assert report(office, number, what, by).state == what.value, "again changes nothing"
    with pytest.raises(WrongState):
        report(office, number, Report.LOST if what is Report.STOLEN else Report.STOLEN, CLERK)


def test_nobody_revokes_a_document_alone(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference, number = made(office)
    handover.hand_over(office, reference, "ana", CHECKED)
    with pytest.raises(WrongState):
        report(office, number, Report.REVOKED, RELEASER)  # nobody proposed it
    with pytest.raises(RoleMissing):
        propose_revocation(office, number, RELEASER)
    propose_revocation(office, number, CLERK)
    assert document_status(office, number) is DocumentStatus.VALID
    for access, refusal in (
        (CLERK, RoleMissing),
        (Access("ana", Role.RELEASER, Purpose.STATUS), SamePerson),
        (Access("bojan", Role.PRODUCTION, Purpose.STATUS), RoleMissing),
    ):
        with pytest.raises(refusal):
            report(office, number, Report.REVOKED, access)
    for what in (Report.LOST, Report.STOLEN, Report.REPLACED):
        with pytest.raises(RoleMissing):
            report(office, number, what, RELEASER)
    assert document_status(office, number) is DocumentStatus.VALID
    report(office, number, Report.REVOKED, RELEASER)
    assert document_status(office, number) is DocumentStatus.REVOKED
    actors = [(one.entry.actor, one.entry.action) for one in office.store.audit_about(reference)][-2:]
    assert actors == [("ana", "propose revocation"), ("bojan", "document revoked")]


def test_a_document_expires_on_the_day_after_its_last(slovenian_office: IssuingOffice, clock: Clock) -> None:
    reference, number = made(slovenian_office)
    document = handover.hand_over(slovenian_office, reference, "ana", CHECKED)
    assert document.expires_on is not None
    clock.now = clock.now.replace(year=document.expires_on.year)
    assert document_status(slovenian_office, number) is DocumentStatus.VALID
    clock.forward(days=1)
    assert document_status(slovenian_office, number) is DocumentStatus.EXPIRED


def test_every_access_to_personal_data_is_logged_with_its_purpose(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    reference = decision.submit(office, sample_values(office.profile), sample_photograph())
    decision.look_at(office, reference, Access("ana", Role.CLERK, Purpose.DECISION))
    decision.look_at_picture(office, reference, Access("bojan", Role.RELEASER, Purpose.RELEASE))
    with office.store.transaction() as work:
        work.applications(Access("drago", Role.CLERK, Purpose.DECISION))
    entries = [one.entry for one in office.store.audit_latest(10)]
    assert [(one.actor, one.purpose, one.action) for one in reversed(entries)] == [
        ("applicant", "application", "submit"),
        ("ana", "decision", "read"),
        ("bojan", "release", "look at portrait"),
        ("drago", "decision", "list"),
    ]
    assert entries[0].details["references"] == [reference]
    text_of_log = str(entries)
    assert "VZOREC" not in text_of_log and "2806985505145" not in text_of_log


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit_entry SET actor = 'eva' WHERE position = 2",
        "UPDATE audit_entry SET purpose = 'release' WHERE position = 2",
        "DELETE FROM audit_entry WHERE position = 2",
    ],
)
def test_a_tampered_log_is_found(slovenian_office: IssuingOffice, tamper: str) -> None:
    released(slovenian_office)
    assert slovenian_office.store.verify_audit() == 3
    with slovenian_office.store.database.begin() as connection:
        connection.execute(text(tamper))
    with pytest.raises(AuditChainBroken) as caught:
        slovenian_office.store.verify_audit()
    assert caught.value.position == 2
