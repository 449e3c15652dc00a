"""Browsers in a sandbox, and whether the sandbox lets them to the PC/SC service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from openeoi.agent.doctor.computer import Computer
from openeoi.agent.doctor.facts import BrowserFacts, Packaging

SNAPS: Final = ("firefox", "chromium", "brave", "opera")
FLATPAKS: Final = (
    "org.mozilla.firefox",
    "org.chromium.Chromium",
    "com.google.Chrome",
    "com.brave.Browser",
    "com.microsoft.Edge",
)
INTERFACE: Final = "pcscd"


def browsers(computer: Computer) -> tuple[BrowserFacts, ...]:
    return (*_snaps(computer), *_flatpaks(computer))


def _snaps(computer: Computer) -> Iterator[BrowserFacts]:
    listed = computer.run("snap", "list")
    installed = {line.split()[0] for line in (listed or "").splitlines() if line.strip()}
    for package in SNAPS:
        if package in installed:
            yield BrowserFacts(package, Packaging.SNAP, _connected(computer.run("snap", "connections", package)))


def _connected(connections: str | None) -> bool | None:
    """Columns: interface, plug, slot, notes; a plug that leads nowhere has the slot "-"."""
    if connections is None:
        return None
    rows = [line.split() for line in connections.splitlines()]
    return any(len(row) >= 3 and row[0] == INTERFACE and row[2] != "-" for row in rows)


def _flatpaks(computer: Computer) -> Iterator[BrowserFacts]:
    listed = computer.run("flatpak", "list", "--app", "--columns=application")
    installed = set((listed or "").split())
    for package in FLATPAKS:
        if package in installed:
            permissions = computer.run("flatpak", "info", "--show-permissions", package)
            yield BrowserFacts(package, Packaging.FLATPAK, _allowed(permissions))


def _allowed(permissions: str | None) -> bool | None:
    if permissions is None:
        return None
    sockets = re.search(r"^sockets=(.*)$", permissions, re.MULTILINE)
    return sockets is not None and "pcsc" in sockets[1].split(";")
