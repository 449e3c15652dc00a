"""What the probes make of a computer; outputs are shortened ones of the real programs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.doctor.fake_computer import FakeComputer
from openeoi.agent.doctor.facts import BrowserFacts, OpenScFacts, Packaging, Platform, Reach, ServiceFacts, UsbFacts
from openeoi.agent.doctor.probes import browsers, opensc, service

INFO = "OpenSC 0.26.1 [gcc  14.2.0]\nEnabled features: locking zlib readline openssl pcsc(libpcsclite.so.1)\n"
DRIVERS = "Available card drivers:\n  npa              German ID card\n  eOI              eOI (Slovenian eID card)\n"
SOCKET = "/run/pcscd/pcscd.comm"


@pytest.mark.parametrize(
    ("computer", "expected"),
    [
        (FakeComputer(), ServiceFacts(False, Reach.MISSING)),
        (FakeComputer(programs=("pcscd",), sockets={SOCKET: Reach.REACHED}), ServiceFacts(True, Reach.REACHED)),
        (
            FakeComputer(sockets={SOCKET: Reach.NOT_ALLOWED}, outputs={"systemctl is-active pcscd.socket": "active\n"}),
            ServiceFacts(False, Reach.NOT_ALLOWED, True),
        ),
        (
            FakeComputer(variables={"PCSCLITE_CSOCK_NAME": "/x/own.comm"}, sockets={"/x/own.comm": Reach.REFUSED}),
            ServiceFacts(False, Reach.REFUSED),
        ),
        (FakeComputer(variables={"SNAP": "/snap/x"}), ServiceFacts(False, Reach.MISSING, sandbox="Snap")),
        (FakeComputer(files={"/.flatpak-info": ""}), ServiceFacts(False, Reach.MISSING, sandbox="Flatpak")),
        (FakeComputer(variables={"SSH_CONNECTION": "a b"}), ServiceFacts(False, Reach.MISSING, remote=True)),
        (FakeComputer(Platform.WINDOWS), ServiceFacts()),
    ],
)
def test_the_service(computer: FakeComputer, expected: ServiceFacts) -> None:
    assert service.service(computer) == expected


def device(place: str, kind: str, status: str) -> dict[str, str]:
    folder = "/sys/bus/usb/devices"
    return {f"{folder}/{place}:1.0/bInterfaceClass": f"{kind}\n", f"{folder}/{place}/power/runtime_status": f"{status}\n"}


def test_smart_card_devices_on_usb() -> None:
    files = device("1-2", "0b", "suspended") | device("1-3", "0B", "active") | device("1-4", "03", "active")
    files["/usr/lib/pcsc/drivers/ifd-ccid.bundle"] = ""
    assert service.usb(FakeComputer(files=files)) == UsbFacts(2, 1, True)
    assert service.usb(FakeComputer()) == UsbFacts(0, 0, False)


def test_programs_that_hold_cards() -> None:
    assert service.holding(FakeComputer(running=frozenset({"scdaemon", "bash"}))) == ("scdaemon",)


@pytest.mark.parametrize(("answer", "synchronised"), [("yes\n", True), ("no\n", False), ("", None)])
def test_the_clock(answer: str, synchronised: bool | None) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    outputs = {"timedatectl show --property=NTPSynchronized --value": answer} if answer else {}
    facts = service.clock(FakeComputer(outputs=outputs, times={"/var/lib/dpkg/status": 1.0}), now)
    assert (facts.now, facts.newest, facts.synchronised) == (now, datetime.fromtimestamp(1.0, UTC), synchronised)


def with_opensc(
    files: dict[str, str] | None = None, variables: dict[str, str] | None = None, drivers: str = DRIVERS
) -> OpenScFacts:
    outputs = {"opensc-tool --info": INFO, "opensc-tool --list-drivers": drivers}
    return opensc.opensc(FakeComputer(files=files or {}, variables=variables or {}, outputs=outputs))


def test_opensc_that_is_not_there_or_says_nothing() -> None:
    assert opensc.opensc(FakeComputer()) == OpenScFacts()
    assert opensc.opensc(FakeComputer(outputs={"opensc-tool --info": "broken"})) == OpenScFacts()


def test_version_and_driver() -> None:
    found = with_opensc()
    assert (found.version, found.knows_card, found.module, found.registered) == ((0, 26, 1), True, False, None)
    assert with_opensc(drivers="Available card drivers:\n  npa   German\n").knows_card is False


@pytest.mark.parametrize(
    "path",
    ["/usr/lib/opensc-pkcs11.so", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/pkcs11/opensc-pkcs11.so"],
)
def test_the_module_is_found(path: str) -> None:
    assert with_opensc({path: ""}).module


def test_registration_with_p11_kit() -> None:
    assert (
        with_opensc({"/usr/share/p11-kit/modules/opensc-pkcs11.module": "# how\nmodule: opensc-pkcs11.so\n"}).registered is True
    )
    assert with_opensc({"/usr/share/p11-kit/modules/gnome.module": "module: gnome.so\n"}).registered is False


def test_databases_of_browsers() -> None:
    files = {
        "~/.pki/nssdb/pkcs11.txt": "library=\nname=NSS Internal\n",
        "~/.mozilla/firefox/abc.default/pkcs11.txt": "library=\n",
        "~/.mozilla/firefox/def.release/pkcs11.txt": "library=/usr/lib/opensc-pkcs11.so\n",
    }
    assert with_opensc(files).databases_without == ("Chromium",)
    assert with_opensc({"~/.pki/nssdb/pkcs11.txt": "library=/usr/lib/p11-kit-proxy.so"}).databases_without == ()


@pytest.mark.parametrize(
    ("settings", "can", "named"),
    [
        ("app default {\n card_driver eoi { can = 123456; }\n}", True, False),
        ("app default {\n # card_driver eoi { can = 123456; }\n}", False, False),
        ("app default {\n card_driver npa { can = 123456; }\n}", False, False),
        ("framework pkcs15 { application E828BD080F014E585031 { disable = true; } }", False, True),
        ("", False, False),
    ],
)
def test_settings_of_opensc(settings: str, can: bool, named: bool) -> None:
    for path, variables in (("/etc/opensc/opensc.conf", {}), ("/x/my.conf", {"OPENSC_CONF": "/x/my.conf"})):
        found = with_opensc({path: settings}, variables)
        assert (found.can_configured, found.applications_named) == (can, named)
    assert with_opensc(variables={"EOI_CAN": "123456"}).can_configured


def test_the_settings_of_the_guide_are_seen() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "linux-clients.md").read_text(encoding="utf-8")
    settings = guide.partition("<!-- login.conf -->")[2].split("```")[1]
    found = with_opensc({"/etc/opensc/opensc.conf": settings})
    assert (found.can_configured, found.applications_named) == (True, True)


def test_the_bound_driver() -> None:
    computer = FakeComputer(outputs={"opensc-tool --reader Reader 1 --name": "eOI (Slovenian eID card)\n"})
    assert opensc.driver(computer, "Reader 1") == "eOI"
    assert opensc.driver(computer, "Reader 2") == ""


SNAPS = "Name     Version  Rev  Tracking       Publisher  Notes\nfirefox  140.0    1    latest/stable  mozilla**  -\n"
CONNECTIONS = (
    "Interface  Plug            Slot    Notes\naudio      firefox:audio   :audio  -\npcscd      firefox:pcscd   {}       -\n"
)


@pytest.mark.parametrize(("slot", "reaches"), [("-", False), (":pcscd", True)])
def test_browsers_as_snaps(slot: str, reaches: bool) -> None:
    computer = FakeComputer(outputs={"snap list": SNAPS, "snap connections firefox": CONNECTIONS.format(slot)})
    assert browsers.browsers(computer) == (BrowserFacts("firefox", Packaging.SNAP, reaches),)


def test_a_snap_without_the_interface_and_one_that_says_nothing() -> None:
    old = FakeComputer(outputs={"snap list": SNAPS, "snap connections firefox": "Interface  Plug  Slot  Notes\n"})
    assert browsers.browsers(old)[0].reaches_service is False
    assert browsers.browsers(FakeComputer(outputs={"snap list": SNAPS}))[0].reaches_service is None


@pytest.mark.parametrize(("sockets", "reaches"), [("x11;pcsc;", True), ("x11;wayland;", False)])
def test_browsers_as_flatpaks(sockets: str, reaches: bool) -> None:
    package = "org.mozilla.firefox"
    outputs = {
        "flatpak list --app --columns=application": f"org.gnome.Maps\n{package}\n",
        f"flatpak info --show-permissions {package}": f"[Context]\nshared=network;\nsockets={sockets}\n",
    }
    assert browsers.browsers(FakeComputer(outputs=outputs)) == (BrowserFacts(package, Packaging.FLATPAK, reaches),)


def test_a_computer_without_sandboxes_has_no_such_browsers() -> None:
    assert browsers.browsers(FakeComputer()) == ()
