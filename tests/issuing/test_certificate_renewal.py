"""Renewed certificates: the same keys and PINs, a new number, the old ones revoked; a crash is healed by renewing again."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from typer.testing import CliRunner

from card.sample_card import INITIAL_PASSWORD
from issuing.sample_office import Clock, Stock, released
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import through
from openeoi.issuing import certificate_renewal, envelope, handover
from openeoi.issuing.certificate_renewal import renew
from openeoi.issuing.commands import commands
from openeoi.issuing.errors import QualityCheckFailed, RoleMissing, WrongState
from openeoi.issuing.handover import IdentityCheck, IdentityProof
from openeoi.issuing.holders import holder_of
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import PersonalisedDocument, personalise
from openeoi.issuing.staff import Access, Purpose, Role
from openeoi.issuing.status import Report, report
from openeoi.issuing.store import DocumentRecord
from openeoi.pki.authorities import Authorities
from openeoi.pki.errors import AlreadyRevoked, CertificateNumberInUse
from openeoi.pki.holders import HolderCertificateRequest
from openeoi.pki.plans import HOLDER_ISSUERS
from openeoi.pki.status import StatusKind
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.credentials import list_credentials, sign_with
from openeoi.terminal.pin_care import activate
from openeoi.terminal.unlock import unlock
from openeoi.transport import run

PINS = {CredentialRole.LOW: None, CredentialRole.HIGH: "111111", CredentialRole.QUALIFIED: "222222"}
LATER = timedelta(days=400)


class Crash(BaseException):
    """The process died here."""


def given(office: IssuingOffice) -> PersonalisedDocument:
    """A card that its holder has activated."""
    reference = released(office)
    made = personalise(office, reference, "cvetka")
    password = envelope.open_envelope(office, reference, "cvetka").initial_password
    handover.hand_over(office, reference, "ana", IdentityCheck(IdentityProof.PASSPORT, same_person=True))
    card = office.blank_cards.card(made.card_serial)
    channel = run(unlock(PacePassword.from_can(made.access_number), office.random), card.transport)
    run(through(channel, activate(password, "111111", "222222")), card.transport)
    return made


def document(office: IssuingOffice, made: PersonalisedDocument) -> DocumentRecord:
    with office.store.reading() as work:
        return work.document(made.document.number)


def on_card(office: IssuingOffice, made: PersonalisedDocument) -> dict[CredentialRole, x509.Certificate]:
    found = run(list_credentials(), office.blank_cards.card(made.card_serial).transport)
    return {one.role: x509.load_der_x509_certificate(one.certificate) for one in found}


def states(authorities: Authorities, certificates: dict[CredentialRole, x509.Certificate]) -> set[StatusKind]:
    return {authorities.certificate_status(one.serial_number, HOLDER_ISSUERS[role]).kind for role, one in certificates.items()}


def test_new_certificates_for_the_same_keys(slovenian_office: IssuingOffice, clock: Clock, pki_clock: Clock) -> None:
    office = slovenian_office
    made = given(office)
    old, before = on_card(office, made), document(office, made)
    clock.now += LATER
    renewed = renew(office, made.document.number, "cvetka")
    new, after = on_card(office, made), document(office, made)
    assert set(renewed.roles) == set(old) == set(new)
    for role, certificate in new.items():
        assert certificate.public_key() == old[role].public_key()
        assert certificate.serial_number != old[role].serial_number
        assert certificate.not_valid_after_utc.date() == renewed.until == after.certificates_until
        assert certificate.issuer == old[role].issuer
    assert before.certificate_number != after.certificate_number
    assert after.expires_on is not None
    assert renewed.until == after.expires_on  # never longer than the card
    assert states(office.authorities, old) == {StatusKind.REVOKED}
    assert states(office.authorities, new) == {StatusKind.GOOD}
    assert holder_of(office, after.certificate_number, "service") is not None
    assert holder_of(office, before.certificate_number, "service") is None
    assert [one.entry.action for one in office.store.audit_about(made.document.number)][-1:] == ["renew certificates"]


def test_the_holder_signs_on_with_the_same_pins(slovenian_office: IssuingOffice, clock: Clock) -> None:
    office = slovenian_office
    made = given(office)
    clock.now += LATER
    renew(office, made.document.number, "cvetka")
    clock.now += LATER
    renew(office, made.document.number, "cvetka")  # as often as needed
    card = office.blank_cards.card(made.card_serial)
    channel = run(unlock(PacePassword.from_can(made.access_number), office.random), card.transport)
    for one in run(through(channel, list_credentials()), card.transport):
        run(through(channel, sign_with(one, bytes(range(48)), PINS[one.role])), card.transport)


STEPS: dict[str, Callable[[pytest.MonkeyPatch, Callable[..., object]], None]] = {
    name: (lambda patch, crash, name=name: patch.setattr(certificate_renewal, name, crash))  # type: ignore[misc]  # bound now
    for name in ("_issue", "credential_files", "update_certificates", "_read_back", "revoke_certificates")
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_anywhere_is_healed_by_renewing_again(
    slovenian_office: IssuingOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch, name: str, after: bool
) -> None:
    office = slovenian_office
    made = given(office)
    old, before = on_card(office, made), document(office, made)
    clock.now += LATER
    real = getattr(certificate_renewal, name)

    def dying(*arguments: object, **named: object) -> object:
        if after:
            result = real(*arguments, **named)
            if name in ("update_certificates", "_read_back"):
                return _then_die(result)
        raise Crash

    with monkeypatch.context() as patch:
        STEPS[name](patch, dying)
        with pytest.raises(Crash):
            renew(office, made.document.number, "cvetka")
    assert document(office, made) == before
    between = on_card(office, made)
    assert len({one.not_valid_after_utc for one in between.values()}) == 1  # all old or all new
    clock.forward(minutes=5)
    renewed = renew(office, made.document.number, "cvetka")
    new = on_card(office, made)
    assert {one.not_valid_after_utc.date() for one in new.values()} == {renewed.until}
    assert states(office.authorities, old) == {StatusKind.REVOKED}
    assert states(office.authorities, new) == {StatusKind.GOOD}
    number = document(office, made).certificate_number
    assert set(office.authorities.holder_public_keys(number)) == set(new)


def _then_die(steps: object) -> object:
    yield from steps  # type: ignore[misc]  # the steps of the card
    raise Crash


def test_a_card_that_reads_back_differently_keeps_its_old_number(
    slovenian_office: IssuingOffice, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = slovenian_office
    made = given(office)
    before = document(office, made)
    clock.now += LATER
    real = certificate_renewal.credential_files

    def wrong(card: object, serial: str, chains: dict[CredentialRole, tuple[bytes, ...]], at: object) -> object:
        return real(card, serial, {**chains, CredentialRole.LOW: chains[CredentialRole.HIGH]}, at)  # type: ignore[arg-type]  # passed on

    with monkeypatch.context() as patch:
        patch.setattr(certificate_renewal, "credential_files", wrong)
        with pytest.raises(QualityCheckFailed):
            renew(office, made.document.number, "cvetka")
    assert document(office, made) == before
    renew(office, made.document.number, "cvetka")


def test_which_cards_are_renewed(slovenian_office: IssuingOffice, clock: Clock) -> None:
    office = slovenian_office
    reference = released(office)
    made = personalise(office, reference, "cvetka")
    with pytest.raises(WrongState):
        renew(office, made.document.number, "cvetka")
    other = given(office)
    with pytest.raises(RoleMissing):
        renew(office, other.document.number, "ana")
    report(office, other.document.number, Report.LOST, Access("ana", Role.CLERK, Purpose.STATUS))
    with pytest.raises(WrongState):
        renew(office, other.document.number, "cvetka")


def test_a_blocked_card_is_not_renewed(slovenian_office: IssuingOffice) -> None:
    office = slovenian_office
    made = given(office)
    assert isinstance(office.blank_cards, Stock)
    system = office.blank_cards.cards[made.card_serial]._system
    from dataclasses import replace

    from openeoi.protocols.personalisation.shared import LifeCycle

    system.commit(replace(system.state, life_cycle=LifeCycle.BLOCKED))
    with pytest.raises(WrongState, match="blocked"):
        renew(office, made.document.number, "cvetka")


def test_the_authorities_renew_for_the_same_keys_only(slovenian_office: IssuingOffice, clock: Clock) -> None:
    office = slovenian_office
    made, other = given(office), given(office)
    authorities = office.authorities
    mine, theirs = document(office, made).certificate_number, document(office, other).certificate_number
    until = clock() + timedelta(days=300)

    def request(number: str, keys_of: str) -> HolderCertificateRequest:
        return HolderCertificateRequest("JANA", "VZOREC", number, clock(), until, authorities.holder_public_keys(keys_of))

    for before, wanted in ((mine, request("9" * 13, theirs)), ("8" * 13, request("9" * 13, mine)), (mine, request(theirs, mine))):
        with pytest.raises(CertificateNumberInUse):
            authorities.renew_holder_certificates(before, wanted)
    report(office, made.document.number, Report.LOST, Access("ana", Role.CLERK, Purpose.STATUS))
    with pytest.raises(AlreadyRevoked):
        authorities.renew_holder_certificates(mine, request("9" * 13, mine))


def test_the_command(slovenian_office: IssuingOffice, clock: Clock) -> None:
    made = given(slovenian_office)
    said = json.loads(CliRunner().invoke(commands(lambda: slovenian_office), ["renew", made.document.number, "--json"]).stdout)
    assert said["document_number"] == made.document.number
    assert said["renewed"] == ["low", "high", "qualified"]
    assert INITIAL_PASSWORD not in str(said)
