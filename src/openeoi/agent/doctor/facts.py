"""What the probes found out. Everything here may be shown to strangers: no names, numbers of documents or certificates, no CAN.

`None` stands for "could not be found out" wherever a fact can be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.terminal.detect import CardKind
from openeoi.terminal.pin_care import PinStatus


class Platform(StrEnum):
    LINUX = "Linux"
    MACOS = "macOS"
    WINDOWS = "Windows"
    OTHER = "another system"


class Reach(StrEnum):
    """What a connection to the service's socket comes to."""

    REACHED = "reached"
    MISSING = "no socket"
    REFUSED = "nobody answers"
    NOT_ALLOWED = "not allowed"


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The PC/SC service (pcscd). `starts_by_itself`: whether systemd's socket is active. `sandbox`: "Snap" or "Flatpak" around
    this program, else "". `refuses`: the service was reached and turned us away (polkit); `remote`: this is a remote session."""

    installed: bool | None = None
    reach: Reach = Reach.REACHED
    starts_by_itself: bool | None = None
    sandbox: str = ""
    remote: bool = False
    refuses: bool = False


class Slot(StrEnum):
    """What is in a reader."""

    EMPTY = "empty"
    CARD = "card"
    MUTE = "mute"
    IN_USE = "in use"


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """`name` without serial number. `examined`: the one that was looked into; one of them is."""

    name: str
    slot: Slot
    examined: bool = False


@dataclass(frozen=True, slots=True)
class UsbFacts:
    """Smart card devices on USB (class 0B). `asleep`: how many are suspended. `driver`: the CCID driver is there."""

    devices: int = 0
    asleep: int = 0
    driver: bool | None = None


@dataclass(frozen=True, slots=True)
class OpenScFacts:
    """`version` () where OpenSC is not installed. `knows_card`: its list of drivers has eOI, which needs OpenPACE. `module`: the
    PKCS#11 module is there. `registered`: with p11-kit. `databases_without`: NSS databases that do not name it ("Chromium",
    "Firefox"). `can_configured`: it gets the CAN from its configuration or the environment. `applications_named`: its
    configuration says which application and PIN to use. `driver`: what it took the card in the reader for, "" where not asked."""

    version: tuple[int, ...] = ()
    knows_card: bool | None = None
    module: bool | None = None
    registered: bool | None = None
    databases_without: tuple[str, ...] = ()
    can_configured: bool = False
    applications_named: bool = False
    driver: str = ""


class Packaging(StrEnum):
    SNAP = "Snap"
    FLATPAK = "Flatpak"


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """A browser in a sandbox. `package`: its name for the sandbox's own command. `reaches_service`: None where unknown."""

    package: str
    packaging: Packaging
    reaches_service: bool | None


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """`newest`: a moment that is surely past (the newest file of a program here). `synchronised`: by the network."""

    now: datetime
    newest: datetime | None = None
    synchronised: bool | None = None


class AccessNumber(StrEnum):
    """What came of the CAN. `HELD_BACK`: the card is not one of ours, and nobody allowed to try it."""

    NOT_GIVEN = "not given"
    HELD_BACK = "held back"
    RIGHT = "right"
    WRONG = "wrong"
    BLOCKED = "blocked"
    NOT_OFFERED = "PACE not offered"
    NOT_SUPPORTED = "PACE not supported"
    FAILED = "PACE failed"


class Revocation(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown to its issuer"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A holder's certificate, by its role only."""

    role: CredentialRole
    not_before: datetime
    not_after: datetime
    revocation: Revocation


@dataclass(frozen=True, slots=True)
class CardFacts:
    """The card in the examined reader.

    `ours`: one of OpenEOI's virtual cards. `life_cycle`: of ours, where it says. `applications`: how many of the two PKCS#15
    applications are bound. `tries_left_of_access_number`: where a card counts them. `pins` None: not asked; `pins_held_back`:
    asking could use a try and nobody allowed it. `certificates` None: not read; `unreadable`: a file or answer of the card is not
    in its form. `document_expires` None: not read, or a permanent document (`document_read` tells)."""

    kind: CardKind
    atr_is_eoi: bool = True
    ours: bool = False
    contactless: bool = False
    life_cycle: LifeCycle | None = None
    applications: int = 0
    access_number: AccessNumber = AccessNumber.NOT_GIVEN
    tries_left_of_access_number: int | None = None
    pins: PinStatus | None = None
    pins_held_back: bool = False
    certificates: tuple[CertificateFacts, ...] | None = None
    unreadable: bool = False
    document_read: bool = False
    document_expires: date | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything. `real`: a real reader is examined, else our virtual one. `pcsc_module`: pyscard is installed. `holding`:
    programs known to hold cards for themselves that run now."""

    platform: Platform
    clock: ClockFacts
    real: bool = True
    pcsc_module: bool = True
    service: ServiceFacts = field(default_factory=ServiceFacts)
    usb: UsbFacts = field(default_factory=UsbFacts)
    readers: tuple[ReaderFacts, ...] = ()
    holding: tuple[str, ...] = ()
    opensc: OpenScFacts | None = None
    browsers: tuple[BrowserFacts, ...] = ()
    card: CardFacts | None = None
