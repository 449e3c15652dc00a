"""Other people's readers, in small programs of ours around them: JMRTD (tests/interop/java) and gmrtd (tests/interop/go).

Each program takes one request a line and answers with what the reader found. It reaches the card through the PC/SC service, or
through its own input and output, where every APDU is a line: quick enough to show it hundreds of chips.

Built once and kept outside the repository, in ~/.cache/openeoi, by a name that follows from the sources.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from openeoi.transport.errors import TransportError
from openeoi.transport.in_process import Card

HERE: Final = Path(__file__).parent
CACHE: Final = Path.home() / ".cache/openeoi"

SOURCE_KINDS: Final = (".java", ".xml", ".go", ".mod", ".sum")

ANSWER_WITHIN: Final = 20.0
"""Seconds in which a program has to say the next thing; a reader that is silent for longer hangs."""

COMMANDS_MAXIMUM: Final = 3000
"""A whole document takes under a hundred commands: who asks for so much more does not notice that there is no end."""


class ProgramMissing(Exception):
    """The text says what to install."""


@dataclass(frozen=True, slots=True)
class Refused:
    """`judge`: "library" where the reader itself refused, "caller" where the program around it had to look."""

    step: str
    judge: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader said of a card: `notes` about what went well, `refusals` about what did not."""

    notes: Mapping[str, str]
    refusals: tuple[Refused, ...]


@dataclass
class Rival:
    """A running program; `name` and `version` are the reader's."""

    name: str
    version: str
    command: Sequence[str] = field(repr=False)
    _process: subprocess.Popen[str] | None = None

    def read(self, card: Card | None, **request: str) -> Finding:
        """One reading, over the pipe of `card`, or over PC/SC where that is None."""
        process = self._running()
        assert process.stdin is not None
        words = {"carrier": "pcsc" if card is None else "pipe", **request}
        _say(process, "\t".join(f"{name.replace('_', ' ')}={value}" for name, value in words.items()))
        commands = 0
        while (line := self._line(process)) is not None:
            if line.startswith("= "):
                return _finding(json.loads(line[2:]), commands)
            if not line.startswith("> ") or card is None:
                raise AssertionError(f"{self.name} said {line!r}")
            commands += 1
            _say(process, "gone" if commands > COMMANDS_MAXIMUM else _answered(card, line[2:]))
        self.stop()
        return Finding({}, (Refused("reading", "nobody", "Hangs", f"silent for {ANSWER_WITHIN:.0f} s"),))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                self.command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, bufsize=1
            )
        return self._process

    def _line(self, process: subprocess.Popen[str]) -> str | None:
        """The next line; None when there is none in time. The program never says two lines without being asked in between."""
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], ANSWER_WITHIN)
        line = process.stdout.readline() if ready else ""
        if ready and not line:
            raise AssertionError(f"{self.name} ended with {process.wait()}")
        return line.strip() or None


def _answered(card: Card, command: str) -> str:
    try:
        return card.process(bytes.fromhex(command)).hex()
    except TransportError:
        return "gone"


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _finding(answer: dict[str, object], commands: int) -> Finding:
    refusals = answer.pop("refusals")
    assert isinstance(refusals, list)
    found = tuple(Refused(**one) for one in refusals)
    if commands > COMMANDS_MAXIMUM:
        found = (Refused("reading", "nobody", "ReadsWithoutEnd", f"stopped after {COMMANDS_MAXIMUM} commands"),)
    return Finding({name: str(value) for name, value in answer.items()}, found)


@contextmanager
def running(rival: Rival) -> Iterator[Rival]:
    try:
        yield rival
    finally:
        rival.stop()


def one_of_three(read: Callable[[], Finding]) -> Finding:
    """The first reading without a refusal, or the third: gmrtd drops a shared secret's leading zeros, which one in 256 has."""
    found = read()
    for _ in range(2):
        if found.refusals:
            found = read()
    return found


def own(inside: Sequence[str] = ()) -> Rival:
    """Our own terminal, over PC/SC only. Raises ProgramMissing."""
    if importlib.util.find_spec("smartcard") is None:
        raise ProgramMissing("needs pyscard (the extra pcsc)")
    environment = ["env", f"PYTHONPATH={HERE.parents[1] / 'src'}"]
    return Rival("OpenEOI", "", [*inside, *environment, sys.executable, str(HERE / "own_reader.py")])


def jmrtd(inside: Sequence[str] = ()) -> Rival:
    """JMRTD, started by the command `inside` (to enter a namespace). Raises ProgramMissing."""
    _need({"mvn": "maven", "java": "default-jdk-headless"})
    folder = _built("java", _maven)
    version = next(path.stem.removeprefix("jmrtd-") for path in (folder / "libraries").glob("jmrtd-*.jar"))
    # The Java platform does not look where Debian keeps the library.
    libraries = sorted(Path("/usr/lib").glob("*/libpcsclite.so.1"))
    options = [f"-Dsun.security.smartcardio.library={libraries[0]}"] if libraries else []
    path = f"{folder / 'classes'}:{folder / 'libraries'}/*"
    return Rival(
        "JMRTD", version, [*inside, "java", "-Xmx256m", "-XX:+UseSerialGC", *options, "-cp", path, "openeoi.interop.Harness"]
    )


def gmrtd(inside: Sequence[str] = ()) -> Rival:
    """gmrtd. Raises ProgramMissing, also where the Go module proxy does not give the module away."""
    _need({"go": "golang-go", "gcc": "gcc", "pkg-config": "pkg-config"})
    if subprocess.run(["pkg-config", "--exists", "libpcsclite"]).returncode:
        raise ProgramMissing("needs the PC/SC library's headers (Debian package libpcsclite-dev)")
    folder = _built("go", _go)
    version = subprocess.run(["go", "version", "-m", folder / "harness"], capture_output=True, text=True, check=True).stdout
    found = next(line.split() for line in version.splitlines() if "github.com/gmrtd/gmrtd" in line)
    return Rival("gmrtd", found[2].removeprefix("v"), [*inside, str(folder / "harness")])


def or_skip(make: Callable[[Sequence[str]], Rival], inside: Sequence[str] = ()) -> Rival:
    """The program; the test is skipped, naming what to install, where it cannot be had."""
    try:
        return make(inside)
    except ProgramMissing as missing:
        pytest.skip(str(missing))


def _need(programs: Mapping[str, str]) -> None:
    for program, package in programs.items():
        if shutil.which(program) is None:
            raise ProgramMissing(f"needs {program} (Debian package {package})")


def _built(name: str, build: Callable[[Path, Path], None]) -> Path:
    sources = HERE / name
    files = sorted(path for path in sources.rglob("*") if path.suffix in SOURCE_KINDS)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    folder = CACHE / f"{name}-harness-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}-harness.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            build(sources, partial)
            partial.rename(folder)
    return folder


def _maven(sources: Path, target: Path) -> None:
    made = subprocess.run(
        ["mvn", "-q", "-B", f"-Dbuild.folder={target}", "process-classes"], cwd=sources, capture_output=True, text=True
    )
    assert made.returncode == 0, f"Maven ended with {made.returncode}:\n{made.stdout[-3000:]}{made.stderr[-3000:]}"


def _go(sources: Path, target: Path) -> None:
    target.mkdir(parents=True)
    made = subprocess.run(
        ["go", "build", "-trimpath", "-o", str(target / "harness"), "."],
        cwd=sources,
        capture_output=True,
        text=True,
        env=os.environ | {"GOTOOLCHAIN": "auto"},
    )
    if "invalid go version" in made.stderr or "requires go >=" in made.stderr:
        raise ProgramMissing("needs a go that is at least as new as tests/interop/go/go.mod says (Debian package golang-go)")
    if "github.com/gmrtd/gmrtd@" in made.stderr and ("Forbidden" in made.stderr or "not found" in made.stderr.lower()):
        raise ProgramMissing("needs the Go module github.com/gmrtd/gmrtd, which this machine's Go module proxy does not give")
    assert made.returncode == 0, f"go build ended with {made.returncode}:\n{made.stdout[-3000:]}{made.stderr[-3000:]}"
