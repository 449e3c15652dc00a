"""The folder of an installation (`var/`): where databases, keys, cards and secrets lie, made on the first start and never over
old ones.

Names that begin with a dot are locks and leftovers of killed writers; a folder that holds nothing else is new.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openeoi.crypto.randomness import RandomSource
from openeoi.main.errors import InstallationFileDamaged, InstallationIncomplete, InstallationInUse, InstallationUnusable
from openeoi.storage.atomic_files import AtomicFile

SECRET_SIZE: Final = 32
SERVING_LOCK: Final = ".serving"
SECRETS_LOCK: Final = ".secrets"


class Installation:
    """Paths below `root`, and the secrets in `root/secrets.json` (mode 0600): 32 random bytes for each name, made when first
    asked for."""

    def __init__(self, root: Path, random: RandomSource) -> None:
        self.root = root
        self._random = random
        self._secrets = AtomicFile(root / "secrets.json")
        with _named(root):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.is_new = all(entry.name.startswith(".") for entry in root.iterdir())
        if not self.is_new and not self._secrets.exists():
            raise InstallationIncomplete(str(self._secrets.path))

    @property
    def cards(self) -> Path:
        return self._folder("cards")

    @property
    def keys(self) -> Path:
        return self._folder("keys")

    @property
    def relay(self) -> Path:
        return self._folder("relay")

    def database(self, office: str) -> Path:
        return self._folder("db") / f"{office}.sqlite"

    def databases(self) -> list[Path]:
        """Those that are there."""
        return sorted(self._folder("db").glob("*.sqlite"))

    def file(self, name: str) -> AtomicFile:
        return AtomicFile(self.root / name)

    def secret(self, name: str) -> bytes:
        """32 bytes. Raises InstallationFileDamaged, and what the disk says."""
        secrets = self._load()
        if name not in secrets:
            secrets = self._with_secret(name)
        return bytes.fromhex(secrets[name])

    @contextlib.contextmanager
    def served(self) -> Iterator[None]:
        """Held by the one process that serves this installation; raises InstallationInUse. The lock ends with the process."""
        with self._lock(SERVING_LOCK) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                process = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
                raise InstallationInUse(str(self.root), process or "?") from None
            with _named(self.root):
                os.truncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield

    def _with_secret(self, name: str) -> dict[str, str]:
        # Two processes may ask for their first secrets at once: read, add and write are one step, or one of them would be lost.
        with self._lock(SECRETS_LOCK) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            secrets = self._load()
            if name not in secrets:
                secrets[name] = self._random(SECRET_SIZE).hex()
                self._secrets.save(json.dumps(secrets, indent=1).encode())
        return secrets

    @contextlib.contextmanager
    def _lock(self, name: str) -> Iterator[int]:
        with _named(self.root):
            descriptor = os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _load(self) -> dict[str, str]:
        if not self._secrets.exists():
            return {}
        try:
            content = json.loads(self._secrets.load())
            secrets = {str(name): str(value) for name, value in content.items()}
            if any(len(bytes.fromhex(value)) != SECRET_SIZE for value in secrets.values()):
                raise ValueError("a secret of the wrong size")
        except (ValueError, AttributeError) as error:
            # The reason names the kind of fault only: the text of a JSON error would quote what stands in the file.
            raise InstallationFileDamaged(str(self._secrets.path), type(error).__name__) from None
        return secrets

    def _begin(self) -> None:
        """The file of secrets is there before anything else: without it the folder would count as incomplete the next time."""
        if not self.is_new or self._secrets.exists():
            return
        with self._lock(SECRETS_LOCK) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not self._secrets.exists():
                self._secrets.save(b"{}")

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        self._begin()
        with _named(folder):
            folder.mkdir(exist_ok=True, mode=0o700)
        return folder


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """What the operating system says about the folder, by name."""
    try:
        yield
    except OSError as error:
        raise InstallationUnusable(str(path), (error.strerror or type(error).__name__).lower()) from error
