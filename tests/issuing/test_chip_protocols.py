"""The travel document's protocols on issued cards: keys made on the chip, said by signed files, proved at the quality check."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from issuing.sample_office import Clock, Stock, authorities, office, released
from issuing.test_personalisation import sabotage
from openeoi.card.state import CardState
from openeoi.crypto.public_keys import byte_group, decode_agreement_key, decode_signature_key
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import CardSecurity
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    TerminalAuthenticationInfo,
    of_kind,
)
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.errors import OpenEoiError
from openeoi.issuing import decision
from openeoi.issuing.chip_protocols import ChipKeys
from openeoi.issuing.commands import with_card
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.personalisation import personalise
from openeoi.issuing.personalisation_run import Run
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.pki.authorities import Authorities
from openeoi.protocols.personalisation.access import READ_UNDER_PACE
from openeoi.protocols.personalisation.applications import Application


def issued(office: IssuingOffice, reference: str = "") -> tuple[CardState, tuple[str, ...], str]:
    """The chip's state, the checks it passed, its application."""
    reference = reference or released(office)
    made = personalise(office, reference, "cvetka")
    assert isinstance(office.blank_cards, Stock)
    state = office.blank_cards.cards[made.card_serial]._system.state
    with office.store.transaction() as work:
        checks = work.steps(reference)["check_quality"].result["checks"]
    assert isinstance(checks, list)
    return state, tuple(map(str, checks)), reference


def group(state: CardState, number: int) -> bytes:
    return state.files[Application.TRAVEL_DOCUMENT, lds.data_group(number).file_id].content


def listed(state: CardState) -> tuple[int, ...]:
    return Com.decode(state.files[Application.TRAVEL_DOCUMENT, lds.COM.file_id].content).data_groups


def test_a_slovenian_card(slovenian_office: IssuingOffice, slovenian_authorities: Authorities, clock: Clock) -> None:
    state, checks, _ = issued(slovenian_office)
    assert listed(state) == (1, 2, 3, 11, 12, 14, 15)
    assert checks == (
        "PACE with the CAN",
        "data groups",
        "passive authentication",
        "active authentication",
        "chip authentication",
        "terminal authentication and fingerprints",
        "keys",
        "certificates",
    )
    infos = DataGroup14.decode(group(state, 14)).security_infos
    assert of_kind(infos, PaceInfo) == CardAccess.decode(_main(state, lds.CARD_ACCESS.file_id)).pace_infos
    assert of_kind(infos, TerminalAuthenticationInfo) == (TerminalAuthenticationInfo(1),)
    assert of_kind(infos, ChipAuthenticationInfo) == (ChipAuthenticationInfo("0.4.0.127.0.7.2.2.3.2.4", 1, None),)
    (key,) = of_kind(infos, ChipAuthenticationPublicKeyInfo)
    assert decode_agreement_key(key.public_key).encoded == state.document.static_keys[0].public_key()
    assert of_kind(infos, ActiveAuthenticationInfo) == (ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3"),)
    decode_signature_key(DataGroup15.decode(group(state, 15)).public_key)
    signed = SecurityObject.decode(state.files[Application.TRAVEL_DOCUMENT, lds.SOD.file_id].content)
    assert set(signed.lds.digests) == set(listed(state))
    assert state.document.trust is not None
    assert state.document.trust.points == (slovenian_authorities.trust_point(),)
    assert state.document.trust.current_date == clock().date()
    assert (Application.MASTER_FILE, lds.CARD_SECURITY.file_id) not in state.files


def _main(state: CardState, file_id: int) -> bytes:
    return state.files[Application.MASTER_FILE, file_id].content


def test_two_cards_have_other_keys_and_prints(slovenian_office: IssuingOffice) -> None:
    (one, *_), (other, *_) = issued(slovenian_office), issued(slovenian_office)
    assert one.document.static_keys != other.document.static_keys
    assert one.document.active_key != other.document.active_key
    assert group(one, 3) != group(other, 3)


def test_a_montenegrin_card_is_another_card(tmp_path: Path, clock: Clock) -> None:
    montenegro = office(tmp_path, authorities(tmp_path / "pki", "me", clock), clock, "me")
    state, checks, _ = issued(montenegro)
    assert listed(state) == (1, 2, 11, 12, 14, 15)
    assert "chip authentication mapping" in checks
    assert "terminal authentication and fingerprints" not in checks
    offers = CardAccess.decode(_main(state, lds.CARD_ACCESS.file_id)).pace_infos
    assert [info.protocol.removeprefix("0.4.0.127.0.7.2.2.4.") for info in offers] == ["2.4", "6.4"]
    security = state.files[Application.MASTER_FILE, lds.CARD_SECURITY.file_id]
    assert security.read == READ_UNDER_PACE
    infos = CardSecurity.decode(security.content).security_infos
    assert set(of_kind(infos, PaceInfo)) == set(offers)
    assert len(of_kind(infos, ChipAuthenticationPublicKeyInfo)) == 1
    assert state.document.trust is None


def young(office: IssuingOffice, today: date) -> str:
    """A released application for a child of ten, whose prints are not taken."""
    born = date(today.year - 10, 1, 1)
    number = synthetic_personal_number(born, Sex.FEMALE, 0, office.profile.number_scheme.synthetic_register)
    values = sample_values(office.profile) | {"date_of_birth": born.isoformat(), "national_number": number}
    reference = decision.submit(office, values, sample_photograph())
    decision.approve(office, reference, "ana")
    decision.release(office, reference, "bojan")
    return reference


def test_a_childs_card_has_no_prints(slovenian_office: IssuingOffice, clock: Clock) -> None:
    reference = young(slovenian_office, clock().date())
    state, checks, _ = issued(slovenian_office, reference)
    assert 3 not in listed(state)
    assert "chip authentication" in checks
    with slovenian_office.store.transaction() as work:
        assert work.sealed.picture(reference, decision.RIGHT_PRINT) is None


VARIANTS: Mapping[str, tuple[str, set[str]]] = {
    "RSA and basic access": (
        "[travel_document]\nbasic_access = true\n[travel_document.active_authentication]\nhash = 'sha256'\nrsa_bits = 1024",
        {"active authentication", "chip authentication"},
    ),
    "two keys": (
        "[[travel_document.chip_authentication]]\nparameters = 13\nciphers = ['aes-256', '3des']\n"
        "[[travel_document.chip_authentication]]\nparameters = 2\nciphers = ['aes-128']",
        {"active authentication", "chip authentication"},
    ),
    "nothing but PACE": (
        "[travel_document]\nchip_authentication = []\nterminal_authentication = false\nactive_authentication = {}",
        set(),
    ),
    "Diffie-Hellman and mapping": (
        "[[travel_document.pace]]\nmapping = 'cam-ecdh'\ncipher = 'aes-256'\nparameters = 13\n"
        "[[travel_document.pace]]\nmapping = 'gm-dh'\ncipher = 'aes-128'\nparameters = 0",
        {"active authentication", "chip authentication", "chip authentication mapping"},
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_testers_variants_are_issued_and_prove_themselves(slovenian_office: IssuingOffice, name: str) -> None:
    options, expected = VARIANTS[name]
    changed = with_card(slovenian_office, options)
    state, checks, _ = issued(changed)
    proofs = {"active authentication", "chip authentication", "chip authentication mapping"}
    assert set(checks) & proofs == expected
    assert state.document.basic_access == ("basic_access" in options)
    assert (3 in listed(state)) == changed.profile.card.document.terminal_authentication


def another_key(name: str) -> Callable[[Run], None]:
    def do(run: Run) -> None:
        strange = byte_group(13).public_key(4711)
        results = dict(run.results["generate_keys"])
        results[name] = strange.hex() if name.startswith("chip") else _signature_key(strange).hex()
        run.results["generate_keys"] = results

    return do


def _signature_key(point: bytes) -> bytes:
    from openeoi.crypto.domain_parameters import elliptic_curve_group
    from openeoi.crypto.public_keys import EllipticCurvePublicKey, encode_signature_key

    curve = elliptic_curve_group(13)
    return encode_signature_key(EllipticCurvePublicKey(curve, curve.decode(point)))


@pytest.mark.parametrize("name", ["chip 13", "active"])
def test_files_that_name_another_key_never_leave(
    slovenian_office: IssuingOffice, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    reference = released(slovenian_office)
    sabotage(monkeypatch, "sign_data_groups", another_key(name))
    with pytest.raises(OpenEoiError) as refused:
        personalise(slovenian_office, reference, "cvetka")
    assert type(refused.value).__name__ in ("ChipNotGenuine", "ActiveAuthenticationFailed", "SignatureInvalid")


def test_keys_are_kept_as_texts() -> None:
    keys = ChipKeys({13: b"\x04\x01", 2: b"\x05"}, b"\x30\x00")
    assert ChipKeys.from_texts(keys.as_texts() | {"low": "00"}) == keys
    assert ChipKeys.from_texts(replace(keys, active=b"").as_texts()) == replace(keys, active=b"")
