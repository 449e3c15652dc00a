"""One case for each diagnosis of the catalogue: facts from which it follows, and facts beside them from which it does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from openeoi.agent.doctor.catalogue import CATALOGUE, OF_THE_COMPUTER, Area, Severity
from openeoi.agent.doctor.diagnose import all_well, diagnose
from openeoi.agent.doctor.facts import (
    AccessNumber,
    BrowserFacts,
    CardFacts,
    CertificateFacts,
    ClockFacts,
    Facts,
    OpenScFacts,
    Packaging,
    Platform,
    Reach,
    ReaderFacts,
    Revocation,
    ServiceFacts,
    Slot,
    UsbFacts,
)
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.detect import CardKind
from openeoi.terminal.pin_care import Condition, PinStatus, SecretStatus

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
ENDS = datetime(2036, 1, 1, tzinfo=UTC)

READY, BLOCKED, NOT_SET = SecretStatus(Condition.READY, 3), SecretStatus(Condition.BLOCKED, 0), SecretStatus(Condition.NOT_SET)
ACTIVE = PinStatus(READY, READY, SecretStatus(Condition.READY, 10), NOT_SET)
NEW = PinStatus(NOT_SET, NOT_SET, SecretStatus(Condition.READY, 10), SecretStatus(Condition.READY, 5))

CERTIFICATES = tuple(CertificateFacts(role, datetime(2026, 1, 1, tzinfo=UTC), ENDS, Revocation.GOOD) for role in CredentialRole)
CARD = CardFacts(
    CardKind.EOI,
    ours=True,
    life_cycle=LifeCycle.ACTIVE,
    applications=2,
    access_number=AccessNumber.RIGHT,
    pins=ACTIVE,
    certificates=CERTIFICATES,
    document_read=True,
    document_expires=date(2036, 1, 1),
)
STATE_CARD = replace(CARD, ours=False, life_cycle=None)
OPENSC = OpenScFacts((0, 26, 1), True, True, True, (), True, True, "eOI")
READER = ReaderFacts("Reader", Slot.CARD, examined=True)
WELL = Facts(Platform.LINUX, ClockFacts(NOW, NOW, True), readers=(READER,), opensc=OPENSC, card=CARD)


def with_card(**facts: object) -> Facts:
    return replace(WELL, card=replace(CARD, **facts))


def with_pins(**pins: SecretStatus) -> Facts:
    return with_card(pins=replace(ACTIVE, **pins))


def with_slot(slot: Slot, **facts: object) -> Facts:
    return replace(WELL, readers=(replace(READER, slot=slot),), card=None, **facts)


def with_service(**facts: object) -> Facts:
    return replace(WELL, service=ServiceFacts(**facts), readers=(), card=None)


def with_opensc(**facts: object) -> Facts:
    return replace(WELL, opensc=replace(OPENSC, **facts))


def with_certificate(number: int = 2, **facts: object) -> Facts:
    changed = list(CERTIFICATES)
    changed[number] = replace(changed[number], **facts)
    return with_card(certificates=tuple(changed))


def with_browser(packaging: Packaging, reaches: bool | None) -> Facts:
    return replace(WELL, browsers=(BrowserFacts("firefox", packaging, reaches),))


def with_usb(devices: int, asleep: int = 0, driver: bool = True) -> Facts:
    return replace(WELL, usb=UsbFacts(devices, asleep, driver), readers=(), card=None)


CASES: Final[dict[str, Facts]] = {
    "platform_not_examined": replace(WELL, platform=Platform.MACOS),
    "sandboxed_here": with_service(installed=True, reach=Reach.MISSING, sandbox="Snap"),
    "service_not_installed": with_service(installed=False, reach=Reach.MISSING),
    "service_not_running": with_service(installed=True, reach=Reach.MISSING, starts_by_itself=False),
    "service_not_answering": with_service(installed=True, reach=Reach.REFUSED),
    "service_not_allowed": with_service(installed=True, reach=Reach.NOT_ALLOWED),
    "service_refuses": with_service(installed=True, refuses=True),
    "service_refuses_remote": with_service(installed=True, refuses=True, remote=True),
    "pcsc_module_missing": replace(WELL, pcsc_module=False, readers=(), card=None),
    "clock_behind": replace(WELL, clock=ClockFacts(NOW, NOW + timedelta(days=2), True)),
    "clock_not_synchronised": replace(WELL, clock=ClockFacts(NOW, NOW, False)),
    "service_well": WELL,
    "no_reader": with_usb(0),
    "reader_without_driver": with_usb(1, driver=False),
    "reader_asleep": with_usb(1, asleep=1),
    "reader_not_taken": with_usb(1),
    "several_readers": replace(WELL, readers=(READER, ReaderFacts("Other", Slot.EMPTY))),
    "no_card": with_slot(Slot.EMPTY),
    "card_mute": with_slot(Slot.MUTE),
    "card_in_use": with_slot(Slot.IN_USE),
    "card_held": with_slot(Slot.IN_USE, holding=("IDProtectMonitor",)),
    "card_held_by_gnupg": with_slot(Slot.IN_USE, holding=("IDProtectMonitor", "scdaemon")),
    "card_removed": with_card(removed=True),
    "holder_running": replace(WELL, holding=("scdaemon",)),
    "virtual_reader": replace(WELL, real=False),
    "reader_well": WELL,
    "card_unknown": with_card(kind=CardKind.UNKNOWN, atr_is_eoi=False, life_cycle=None, ours=False),
    "card_of_family_without_applications": with_card(kind=CardKind.UNKNOWN, life_cycle=None, ours=False),
    "card_travel_document": with_card(kind=CardKind.EMRTD, life_cycle=None, ours=False),
    "card_blank": with_card(kind=CardKind.UNKNOWN, life_cycle=LifeCycle.BLANK),
    "card_not_handed_over": with_card(life_cycle=LifeCycle.PERSONALISED),
    "card_terminated": with_card(kind=CardKind.UNKNOWN, life_cycle=LifeCycle.TERMINATED),
    "card_unreadable": with_card(unreadable=True),
    "application_missing": with_card(applications=1),
    "card_ours": WELL,
    "card_of_state": replace(WELL, card=STATE_CARD),
    "can_missing": with_card(access_number=AccessNumber.NOT_GIVEN, pins=None, document_read=False),
    "can_missing_contactless": with_card(access_number=AccessNumber.NOT_GIVEN, contactless=True, pins=None, certificates=None),
    "can_held_back": replace(WELL, card=replace(STATE_CARD, access_number=AccessNumber.HELD_BACK, pins=None)),
    "can_wrong": with_card(access_number=AccessNumber.WRONG, pins=None),
    "can_wrong_counted": with_card(access_number=AccessNumber.WRONG, tries_left_of_access_number=2, pins=None),
    "can_blocked": with_card(access_number=AccessNumber.BLOCKED, pins=None),
    "pace_not_offered": with_card(access_number=AccessNumber.NOT_OFFERED, pins=None),
    "pace_not_supported": with_card(access_number=AccessNumber.NOT_SUPPORTED, pins=None),
    "pace_failed": with_card(access_number=AccessNumber.FAILED, pins=None),
    "can_right": WELL,
    "pins_held_back": replace(WELL, card=replace(STATE_CARD, pins=None, pins_held_back=True)),
    "not_activated": with_card(pins=NEW, life_cycle=LifeCycle.HANDED_OVER),
    "not_activated_state": replace(WELL, card=replace(STATE_CARD, pins=replace(NEW, initial_password=NOT_SET))),
    "initial_password_blocked": with_card(pins=replace(NEW, initial_password=BLOCKED), life_cycle=LifeCycle.HANDED_OVER),
    "cannot_be_activated": with_card(pins=replace(NEW, initial_password=BLOCKED, puk=BLOCKED), life_cycle=LifeCycle.HANDED_OVER),
    "pin_blocked": with_pins(norm_pin=BLOCKED),
    "pin_blocked_for_good": with_pins(sig_pin=BLOCKED, puk=BLOCKED),
    "puk_blocked": with_pins(puk=BLOCKED),
    "last_try": with_pins(sig_pin=SecretStatus(Condition.READY, 1)),
    "tries_used": with_pins(norm_pin=SecretStatus(Condition.READY, 2)),
    "card_blocked": with_card(life_cycle=LifeCycle.BLOCKED, pins=PinStatus(NOT_SET, NOT_SET, NOT_SET, NOT_SET)),
    "pins_well": WELL,
    "certificate_missing": with_card(certificates=CERTIFICATES[:2]),
    "certificate_not_yet_valid": with_certificate(not_before=NOW + timedelta(days=1)),
    "certificate_expired": with_certificate(not_after=NOW - timedelta(days=1)),
    "certificate_revoked": with_certificate(revocation=Revocation.REVOKED),
    "certificate_unknown": with_certificate(revocation=Revocation.UNKNOWN),
    "certificate_ends_soon": with_certificate(not_after=NOW + timedelta(days=59)),
    "certificate_ends_before_card": with_certificate(not_after=ENDS - timedelta(days=100)),
    "certificate_ends_before_permanent_card": with_card(document_expires=None),
    "revocation_not_checked": with_certificate(revocation=Revocation.NOT_CHECKED),
    "document_expired": with_card(document_expires=date(2026, 5, 31)),
    "certificates_well": WELL,
    "opensc_missing": replace(WELL, opensc=OpenScFacts()),
    "opensc_too_old": with_opensc(version=(0, 23, 0), knows_card=False),
    "opensc_older_names": with_opensc(version=(0, 25, 1)),
    "opensc_without_pace": with_opensc(knows_card=False),
    "opensc_other_driver": with_opensc(driver="default"),
    "opensc_can_missing": replace(with_card(contactless=True), opensc=replace(OPENSC, can_configured=False)),
    "opensc_module_missing": with_opensc(module=False),
    "opensc_not_registered": with_opensc(registered=False),
    "opensc_not_in_database": with_opensc(databases_without=("Firefox",)),
    "opensc_default_application": with_opensc(applications_named=False),
    "opensc_well": WELL,
    "browser_in_snap": with_browser(Packaging.SNAP, False),
    "browser_in_flatpak": with_browser(Packaging.FLATPAK, False),
    "browser_sandbox_unknown": with_browser(Packaging.SNAP, None),
    "browser_well": with_browser(Packaging.FLATPAK, True),
}

GOOD: Final = {name for name, entry in CATALOGUE.items() if entry.severity is Severity.GOOD}


def names(facts: Facts) -> list[str]:
    return [one.id for one in diagnose(facts)]


def test_every_diagnosis_has_a_case() -> None:
    assert CASES.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_facts_lead_to_the_diagnosis(name: str) -> None:
    assert names(CASES[name]).count(name) >= 1


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - GOOD))
def test_without_its_facts_the_diagnosis_is_not_made(name: str) -> None:
    assert name not in names(WELL)


def test_a_healthy_computer_and_card() -> None:
    assert set(names(WELL)) == GOOD - {"card_of_state", "browser_well"}
    assert all_well(diagnose(WELL))


@pytest.mark.parametrize("name", CATALOGUE)
def test_whether_all_is_well_follows_from_the_severity(name: str) -> None:
    told = diagnose(CASES[name])
    grave = [one for one in told if one.severity in (Severity.PROBLEM, Severity.WARNING)]
    assert all_well(told) is not bool(grave)
    assert all(one.severity is CATALOGUE[one.id].severity for one in told if CASES[name].real)


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.items() if entry.area in OF_THE_COMPUTER])
def test_for_the_virtual_reader_the_computer_is_no_obstacle(name: str) -> None:
    told = diagnose(replace(CASES[name], real=False))
    about_the_card = {"no_card", "card_mute", "card_in_use", "card_held", "card_held_by_gnupg", "card_removed", "clock_behind"}
    if name not in about_the_card:
        assert all(one.severity in (Severity.NOTE, Severity.GOOD) for one in told if one.area in OF_THE_COMPUTER)


def test_one_trouble_of_the_service_hides_what_cannot_be_seen_behind_it() -> None:
    told = diagnose(with_service(installed=True, reach=Reach.MISSING))
    assert [one.id for one in told if one.area in (Area.SERVICE, Area.READER, Area.CARD)] == ["service_not_running"]


def test_the_expiry_is_the_end_of_the_last_day() -> None:
    assert "document_expired" not in names(with_card(document_expires=NOW.date()))


@pytest.mark.parametrize(
    ("version", "told"),
    [((0, 23, 0), "opensc_too_old"), ((0, 24), "opensc_older_names"), ((0, 26), "opensc_well"), ((1, 0), "opensc_well")],
)
def test_versions_of_opensc(version: tuple[int, ...], told: str) -> None:
    assert told in names(with_opensc(version=version))


@pytest.mark.parametrize(
    ("change", "command"),
    [
        (lambda: with_pins(sig_pin=BLOCKED), 'eoi pin unblock sig --reader "Reader"'),
        (lambda: replace(with_pins(sig_pin=BLOCKED), real=False), "eoi pin unblock sig"),
        (lambda: CASES["browser_in_snap"], "sudo snap connect firefox:pcscd"),
        (lambda: CASES["several_readers"], 'eoi doctor --reader "Other"'),
    ],
)
def test_commands_are_ready_to_be_copied(change: Callable[[], Facts], command: str) -> None:
    assert command in [one.command for one in diagnose(change())]


def test_a_child_s_card_has_nothing_to_activate() -> None:
    told = names(with_card(applications=1, pins=NEW, certificates=CERTIFICATES[:1], life_cycle=LifeCycle.HANDED_OVER))
    assert "application_missing" in told
    assert not {"not_activated", "certificate_missing"} & set(told)
