"""The PC/SC service, smart card devices on USB, and programs that keep a card for themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from openeoi.agent.doctor.computer import Computer
from openeoi.agent.doctor.facts import ClockFacts, Platform, Reach, ServiceFacts, UsbFacts

SOCKETS: Final = ("/run/pcscd/pcscd.comm", "/var/run/pcscd/pcscd.comm")
SOCKET_VARIABLE: Final = "PCSCLITE_CSOCK_NAME"
SMART_CARD_CLASS: Final = "0b"
DRIVER_FOLDERS: Final = ("/usr/lib/pcsc/drivers", "/usr/lib64/pcsc/drivers", "/usr/local/lib/pcsc/drivers")
SYSTEM_FILES: Final = ("/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/pacman/local")

# Programs that open a card exclusively or keep a connection: GnuPG's, the closed middleware of this chip family, Citrix's.
HOLDERS: Final = frozenset({"scdaemon", "idprotect-agent", "IDProtectMonitor", "IDProtectPINTool", "IDPMonitor", "ctxscardsvc"})


def service(computer: Computer) -> ServiceFacts:
    if computer.platform is not Platform.LINUX:
        return ServiceFacts()
    named = computer.environment(SOCKET_VARIABLE)
    reach = _reach(computer, (named,) if named else SOCKETS)
    active = computer.run("systemctl", "is-active", "pcscd.socket")
    return ServiceFacts(
        installed=computer.has_program("pcscd"),
        reach=reach,
        starts_by_itself=None if active is None else active.strip() == "active",
        sandbox=_sandbox(computer),
        remote=bool(computer.environment("SSH_CONNECTION") or computer.environment("XRDP_SESSION")),
    )


def usb(computer: Computer) -> UsbFacts:
    interfaces = [
        path.rsplit("/", 1)[0]
        for path in computer.paths("/sys/bus/usb/devices", "*/bInterfaceClass")
        if (computer.read(path) or "").strip().lower() == SMART_CARD_CLASS
    ]
    devices = {interface.rsplit(":", 1)[0] for interface in interfaces}
    asleep = sum((computer.read(f"{device}/power/runtime_status") or "").strip() == "suspended" for device in devices)
    drivers = [path for folder in DRIVER_FOLDERS for path in computer.paths(folder, "*ccid*.bundle")]
    return UsbFacts(len(devices), asleep, bool(drivers))


def holding(computer: Computer) -> tuple[str, ...]:
    """Those of the known holders of cards that run now."""
    return tuple(sorted(HOLDERS & computer.programs_running()))


def clock(computer: Computer, now: datetime) -> ClockFacts:
    newest = computer.newest((*SYSTEM_FILES, __file__))
    answer = computer.run("timedatectl", "show", "--property=NTPSynchronized", "--value")
    return ClockFacts(
        now=now,
        newest=None if newest is None else datetime.fromtimestamp(newest, UTC),
        synchronised={"yes": True, "no": False}.get((answer or "").strip()),
    )


def _reach(computer: Computer, sockets: tuple[str, ...]) -> Reach:
    """The best of the places where the service listens."""
    found = [computer.connect(path) for path in sockets]
    order = (Reach.REACHED, Reach.NOT_ALLOWED, Reach.REFUSED, Reach.MISSING)
    return min(found, key=order.index)


def _sandbox(computer: Computer) -> str:
    if computer.environment("SNAP"):
        return "Snap"
    return "Flatpak" if computer.read("/.flatpak-info") is not None else ""
