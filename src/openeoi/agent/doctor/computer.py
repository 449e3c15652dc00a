"""The computer as the probes see it: files, sockets and programs, all read-only, each with a limit of time.

Programs are looked up in the system's own folders and run by their full path, so that nothing that lies in the current folder or
in a folder of the holder's search path is run.
"""

from __future__ import annotations

import os
import platform
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from openeoi.agent.doctor.facts import Platform, Reach

PROGRAM_FOLDERS: Final = tuple(
    Path(folder)
    for folder in (
        "/usr/bin",
        "/bin",
        "/usr/sbin",
        "/sbin",
        "/usr/local/bin",
        "/usr/local/sbin",
        "/snap/bin",
        "/opt/homebrew/bin",
    )
)
KEPT_VARIABLES: Final = ("HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "PCSCLITE_CSOCK_NAME", "OPENSC_CONF", "EOI_CAN")
TIME_LIMIT: Final = 10.0
OUTPUT_MAXIMUM: Final = 1 << 20
FILE_MAXIMUM: Final = 1 << 20


class Computer(Protocol):
    """What probes may ask. Paths are absolute; `~` stands for the holder's home folder."""

    @property
    def platform(self) -> Platform: ...

    def has_program(self, name: str) -> bool: ...

    def run(self, name: str, *arguments: str) -> str | None:
        """What a program writes to its standard output; None where it is not there, ends with an error, or takes too long."""
        ...

    def read(self, path: str) -> str | None:
        """The text of a file; None where it cannot be read."""
        ...

    def paths(self, folder: str, pattern: str) -> tuple[str, ...]:
        """The paths below a folder that match; nothing where there is no such folder."""
        ...

    def environment(self, name: str) -> str: ...

    def connect(self, path: str) -> Reach:
        """Connects to a Unix socket and closes it again."""
        ...

    def newest(self, paths: tuple[str, ...]) -> float | None:
        """The newest time of change of these files, in seconds since 1970; None where none is there."""
        ...

    def programs_running(self) -> frozenset[str]:
        """Names of the running programs, as far as this user may see them."""
        ...


@dataclass(frozen=True)
class ThisComputer:
    """The computer this program runs on. `variables`: its environment."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    folders: tuple[Path, ...] = PROGRAM_FOLDERS
    time_limit: float = TIME_LIMIT

    @property
    def platform(self) -> Platform:
        names = {"Linux": Platform.LINUX, "Darwin": Platform.MACOS, "Windows": Platform.WINDOWS}
        return names.get(platform.system(), Platform.OTHER)

    def has_program(self, name: str) -> bool:
        return self._program(name) is not None

    def run(self, name: str, *arguments: str) -> str | None:
        program = self._program(name)
        if program is None:
            return None
        # No language of the holder's and no library path: the output is read by rules, not by people.
        environment = {key: value for key, value in self.variables.items() if key in KEPT_VARIABLES}
        try:
            ended = subprocess.run(  # noqa: S603 - a full path from the system's folders, no shell, arguments are ours
                [str(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.time_limit,
                env=environment | {"LC_ALL": "C.UTF-8", "PATH": ":".join(map(str, self.folders))},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return ended.stdout[:OUTPUT_MAXIMUM].decode("utf-8", "replace") if ended.returncode == 0 else None

    def read(self, path: str) -> str | None:
        try:
            with self._path(path).open("rb") as file:
                return file.read(FILE_MAXIMUM).decode("utf-8", "replace")
        except OSError:
            return None

    def paths(self, folder: str, pattern: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(str(path) for path in self._path(folder).glob(pattern)))
        except OSError:
            return ()

    def environment(self, name: str) -> str:
        return self.variables.get(name, "")

    def connect(self, path: str) -> Reach:
        if not hasattr(socket, "AF_UNIX"):
            return Reach.MISSING
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(self.time_limit)
            try:
                link.connect(path)
            except FileNotFoundError:
                return Reach.MISSING
            except PermissionError:
                return Reach.NOT_ALLOWED
            except OSError:
                return Reach.REFUSED
        return Reach.REACHED

    def newest(self, paths: tuple[str, ...]) -> float | None:
        times = []
        for path in paths:
            try:
                times.append(self._path(path).stat().st_mtime)
            except OSError:
                continue
        return max(times, default=None)

    def programs_running(self) -> frozenset[str]:
        names = (self.read(path) for path in self.paths("/proc", "[0-9]*/comm"))
        return frozenset(name.strip() for name in names if name)

    def _program(self, name: str) -> Path | None:
        return next((folder / name for folder in self.folders if os.access(folder / name, os.X_OK)), None)

    def _path(self, path: str) -> Path:
        home = self.variables.get("HOME", "")
        return Path(path.replace("~", home, 1) if path.startswith("~/") else path)
