"""The folder of an installation (`var/`): where databases, keys, cards and secrets lie, made on the first start and never over
old ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from openeoi.crypto.randomness import RandomSource
from openeoi.main.errors import InstallationFileDamaged, InstallationIncomplete
from openeoi.storage.atomic_files import AtomicFile

SECRET_SIZE: Final = 32


class Installation:
    """Paths below `root`, and the secrets in `root/secrets.json` (mode 0600): 32 random bytes for each name, made when first
    asked for."""

    def __init__(self, root: Path, random: RandomSource) -> None:
        self.root = root
        self._random = random
        self._secrets = AtomicFile(root / "secrets.json")
        self.is_new = not root.exists() or not any(root.iterdir())
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.is_new and not self._secrets.exists():
            raise InstallationIncomplete(str(self._secrets.path))

    @property
    def cards(self) -> Path:
        return self._folder("cards")

    @property
    def keys(self) -> Path:
        return self._folder("keys")

    def database(self, office: str) -> Path:
        return self._folder("db") / f"{office}.sqlite"

    def file(self, name: str) -> AtomicFile:
        return AtomicFile(self.root / name)

    def secret(self, name: str) -> bytes:
        """32 bytes. Raises InstallationFileDamaged, and what the disk says."""
        secrets = self._load()
        if name not in secrets:
            secrets[name] = self._random(SECRET_SIZE).hex()
            self._secrets.save(json.dumps(secrets, indent=1).encode())
        return bytes.fromhex(secrets[name])

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

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder
