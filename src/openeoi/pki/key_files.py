"""Where key files lie: a directory of their own, or memory in tests. They are created once and never overwritten."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Protocol

SUFFIX = ".key"


class KeyFiles(Protocol):
    """Where the files lie. `create` writes a file whole or not at all and raises FileExistsError for a taken name."""

    def names(self) -> tuple[str, ...]: ...
    def read(self, name: str) -> bytes: ...
    def create(self, name: str, content: bytes) -> None: ...
    def where(self, name: str) -> str: ...


class Directory:
    """Key files in a directory of their own, readable by their owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(entry.name for entry in self._path.iterdir() if entry.name.endswith(SUFFIX)))

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()

    def create(self, name: str, content: bytes) -> None:
        temporary = self._path / f".{name}.{secrets.token_hex(8)}.new"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # A hard link, unlike a rename, fails where the name is taken.
            os.link(temporary, self._path / name)
        finally:
            temporary.unlink(missing_ok=True)
        directory = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def where(self, name: str) -> str:
        return str(self._path / name)


class Memory:
    """The same files in memory, for tests; `content` may be looked at and spoilt."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))

    def read(self, name: str) -> bytes:
        try:
            return self.content[name]
        except KeyError as error:
            raise FileNotFoundError(name) from error

    def create(self, name: str, content: bytes) -> None:
        if name in self.content:
            raise FileExistsError(name)
        self.content[name] = content

    def where(self, name: str) -> str:
        return f"memory/{name}"
