"""Every diagnosis there is: its area, how grave it is, and the command to copy where one helps.

Texts stand in the translations: `agent.doctor.<id>.seen`, and for everything but good news `.means` and `.next`. The holder's
guide lists the same entries; a test keeps them in step.

`{...}` in a command is filled from the diagnosis's values. Commands are for Debian and its relatives (our choice, like the
packages named there); the texts say it in words for everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Area(StrEnum):
    """In the order in which a person looks."""

    SERVICE = "service"
    READER = "reader"
    CARD = "card"
    ACCESS_NUMBER = "access_number"
    PINS = "pins"
    CERTIFICATES = "certificates"
    OPENSC = "opensc"
    BROWSER = "browser"


OF_THE_COMPUTER: Final = frozenset({Area.SERVICE, Area.READER, Area.OPENSC, Area.BROWSER})
"""What matters for a real reader only."""


class Severity(StrEnum):
    """PROBLEM: something does not work. WARNING: it will not, or surprises. NOTE: good to know. GOOD: looked at, all well."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Entry:
    area: Area
    severity: Severity
    command: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding. `values` fill its texts and its command."""

    id: str
    area: Area
    severity: Severity
    command: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def _entries(area: Area, **entries: tuple[Severity, str] | Severity) -> dict[str, Entry]:
    return {name: Entry(area, entry) if isinstance(entry, Severity) else Entry(area, *entry) for name, entry in entries.items()}


_P, _W, _N, _G = Severity.PROBLEM, Severity.WARNING, Severity.NOTE, Severity.GOOD

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    _entries(
        Area.SERVICE,
        platform_not_examined=_N,
        sandboxed_here=_P,
        service_not_installed=(_P, "sudo apt install pcscd"),
        service_not_running=(_P, "sudo systemctl enable --now pcscd.socket"),
        service_not_answering=(_P, "sudo systemctl restart pcscd.socket pcscd.service"),
        service_not_allowed=_P,
        service_refuses=_P,
        service_refuses_remote=_P,
        pcsc_module_missing=(_P, "pip install 'openeoi[pcsc]'"),
        clock_behind=(_P, "sudo timedatectl set-ntp true"),
        clock_not_synchronised=(_N, "sudo timedatectl set-ntp true"),
        service_well=_G,
    )
    | _entries(
        Area.READER,
        no_reader=_P,
        reader_without_driver=(_P, "sudo apt install libccid"),
        reader_asleep=_P,
        reader_not_taken=(_P, "sudo systemctl restart pcscd.service"),
        several_readers=(_W, 'eoi doctor --reader "{reader}"'),
        no_card=_P,
        card_mute=_P,
        card_in_use=_P,
        card_held=_P,
        card_held_by_gnupg=(_P, "gpgconf --kill scdaemon"),
        card_removed=_P,
        holder_running=_N,
        virtual_reader=_N,
        reader_well=_G,
    )
    | _entries(
        Area.CARD,
        card_unknown=_P,
        card_of_family_without_applications=_P,
        card_travel_document=_P,
        card_blank=_P,
        card_not_handed_over=_P,
        card_terminated=_P,
        card_unreadable=_P,
        application_missing=_N,
        card_ours=_G,
        card_of_state=_G,
    )
    | _entries(
        Area.ACCESS_NUMBER,
        can_missing=_N,
        can_missing_contactless=_W,
        can_held_back=(_N, "eoi doctor --yes"),
        can_wrong=_P,
        can_wrong_counted=_P,
        can_blocked=_P,
        pace_not_offered=_P,
        pace_not_supported=_P,
        pace_failed=_P,
        can_right=_G,
    )
    | _entries(
        Area.PINS,
        pins_held_back=(_N, "eoi doctor --yes"),
        not_activated=(_W, "eoi pin activate"),
        not_activated_state=_W,
        initial_password_blocked=(_P, "eoi pin activate"),
        cannot_be_activated=_P,
        pin_blocked=(_P, "eoi pin unblock {which}"),
        pin_blocked_for_good=_P,
        puk_blocked=_W,
        last_try=_W,
        tries_used=_N,
        card_blocked=_P,
        pins_well=_G,
    )
    | _entries(
        Area.CERTIFICATES,
        certificate_missing=_W,
        certificate_not_yet_valid=_P,
        certificate_expired=_P,
        certificate_revoked=_P,
        certificate_unknown=_P,
        certificate_ends_soon=_W,
        certificate_ends_before_card=_N,
        certificate_ends_before_permanent_card=_N,
        revocation_not_checked=_N,
        document_expired=_P,
        certificates_well=_G,
    )
    | _entries(
        Area.OPENSC,
        opensc_missing=(_P, "sudo apt install opensc opensc-pkcs11"),
        opensc_too_old=_P,
        opensc_older_names=_N,
        opensc_without_pace=_P,
        opensc_other_driver=_P,
        opensc_can_missing=_W,
        opensc_module_missing=(_P, "sudo apt install opensc-pkcs11"),
        opensc_not_registered=_W,
        opensc_not_in_database=_W,
        opensc_default_application=_N,
        opensc_well=_G,
    )
    | _entries(
        Area.BROWSER,
        browser_in_snap=(_P, "sudo snap connect {package}:pcscd"),
        browser_in_flatpak=(_P, "flatpak override --user --socket=pcsc {package}"),
        browser_sandbox_unknown=_N,
        browser_well=_G,
    )
)

EXAMPLES: Final = MappingProxyType({"reader": "Reader", "which": "norm", "package": "firefox"})


def found(name: str, **values: object) -> Diagnosis:
    """The diagnosis of this name with its command filled."""
    entry = CATALOGUE[name]
    return Diagnosis(name, entry.area, entry.severity, entry.command.format_map(values) if entry.command else "", values)
