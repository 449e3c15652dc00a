"""A computer made of dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch

from openeoi.agent.doctor.facts import Platform, Reach


@dataclass
class FakeComputer:
    """`outputs`: what the command line prints; a program that has one is there. `sockets`: path -> what connecting comes to."""

    platform: Platform = Platform.LINUX
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    sockets: Mapping[str, Reach] = field(default_factory=dict)
    running: frozenset[str] = frozenset()
    times: Mapping[str, float] = field(default_factory=dict)

    def has_program(self, name: str) -> bool:
        return name in self.programs or any(line.split()[0] == name for line in self.outputs)

    def run(self, name: str, *arguments: str) -> str | None:
        return self.outputs.get(" ".join((name, *arguments)))

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def paths(self, folder: str, pattern: str) -> tuple[str, ...]:
        parts = pattern.count("/") + 1
        inside = [path for path in self.files if path.startswith(f"{folder}/")]
        short = [(path, path.removeprefix(f"{folder}/")) for path in inside]
        return tuple(sorted(path for path, rest in short if rest.count("/") + 1 == parts and fnmatch(rest, pattern)))

    def environment(self, name: str) -> str:
        return self.variables.get(name, "")

    def connect(self, path: str) -> Reach:
        return self.sockets.get(path, Reach.MISSING)

    def newest(self, paths: tuple[str, ...]) -> float | None:
        return max((self.times[path] for path in paths if path in self.times), default=None)

    def programs_running(self) -> frozenset[str]:
        return self.running
