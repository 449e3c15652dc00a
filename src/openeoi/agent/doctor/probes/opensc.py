"""OpenSC: version, drivers, module, registration, settings; and what it takes the card in a reader for."""

from __future__ import annotations

import re
from typing import Final

from openeoi.agent.doctor.computer import Computer
from openeoi.agent.doctor.facts import OpenScFacts

MODULE: Final = "opensc-pkcs11.so"
MODULE_FOLDERS: Final = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib", "/Library/OpenSC/lib")
MODULE_PATTERNS: Final = (MODULE, f"*/{MODULE}", f"pkcs11/{MODULE}")
REGISTRATIONS: Final = ("/usr/share/p11-kit/modules", "/etc/pkcs11/modules", "/usr/local/share/p11-kit/modules")
SETTINGS: Final = ("/etc/opensc/opensc.conf", "/etc/opensc.conf", "/usr/local/etc/opensc.conf", "/opt/homebrew/etc/opensc.conf")
DATABASES: Final = (
    ("Chromium", "~/.pki/nssdb", "pkcs11.txt"),
    ("Firefox", "~/.mozilla/firefox", "*/pkcs11.txt"),
    ("Firefox (Snap)", "~/snap/firefox/common/.mozilla/firefox", "*/pkcs11.txt"),
)
# Either module brings the card: OpenSC's own, or the proxy that loads what is registered with p11-kit.
BRINGS_CARD: Final = re.compile(r"opensc-pkcs11|p11-kit-proxy")

_COMMENT: Final = re.compile(r"#[^\n]*")
_CAN: Final = re.compile(r"card_driver\s+eoi\s*\{[^}]*\bcan\s*=", re.IGNORECASE)
_APPLICATION: Final = re.compile(r"application\s+\"?E828BD080F014E58503[01]\"?\s*\{", re.IGNORECASE)
_VERSION: Final = re.compile(r"OpenSC[ -](\d+(?:\.\d+)*)")
_DRIVER: Final = re.compile(r"^\s+(\S+)\s", re.MULTILINE)
EOI: Final = "eOI"


def opensc(computer: Computer) -> OpenScFacts:
    version = _VERSION.search(computer.run("opensc-tool", "--info") or "")
    if version is None:
        return OpenScFacts()
    drivers = computer.run("opensc-tool", "--list-drivers")
    settings = _settings(computer)
    return OpenScFacts(
        version=tuple(map(int, version[1].split("."))),
        knows_card=None if drivers is None else EOI in _DRIVER.findall(drivers),
        module=any(computer.paths(folder, pattern) for folder in MODULE_FOLDERS for pattern in MODULE_PATTERNS),
        registered=_registered(computer),
        databases_without=_databases_without(computer),
        can_configured=bool(computer.environment("EOI_CAN") or _CAN.search(settings)),
        applications_named=bool(_APPLICATION.search(settings)),
    )


def driver(computer: Computer, reader: str) -> str:
    """The name of the driver that OpenSC binds to the card in the reader, "" where it says none. Selects and reads only."""
    said = computer.run("opensc-tool", "--reader", reader, "--name")
    return (said or "").strip().partition(" ")[0]


def _settings(computer: Computer) -> str:
    """The configuration that OpenSC reads, without comments."""
    named = computer.environment("OPENSC_CONF")
    texts = (computer.read(path) for path in ((named,) if named else SETTINGS))
    return _COMMENT.sub("", next((text for text in texts if text is not None), ""))


def _registered(computer: Computer) -> bool | None:
    """Whether p11-kit brings the module to programs; None where p11-kit is not there."""
    modules = [path for folder in REGISTRATIONS for path in computer.paths(folder, "*.module")]
    if not modules and not computer.has_program("p11-kit"):
        return None
    return any(MODULE in (computer.read(path) or "") for path in modules)


def _databases_without(computer: Computer) -> tuple[str, ...]:
    """Browsers one of whose databases of security modules is there and names no module that brings the card."""
    without = []
    for browser, folder, pattern in DATABASES:
        texts = [computer.read(path) or "" for path in computer.paths(folder, pattern)]
        if texts and not any(BRINGS_CARD.search(text) for text in texts):
            without.append(browser)
    return tuple(without)
