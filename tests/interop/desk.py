"""A holder's desk: the card from the issuing office in the reader, programs of the trixie tree, files that both see."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from interop.guide import settings
from interop.issued_card import KEYS, TOKENS, IssuedCard
from interop.reader import VirtualReader
from openeoi.card.parameters import PinRole
from openeoi.card.state import decode
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.storage.atomic_files import AtomicFile

INSIDE = "/mnt"  # where programs see the shared folder


@dataclass(frozen=True)
class Desk:
    reader: VirtualReader
    issued: IssuedCard
    memory: AtomicFile

    def run(self, *command: str, env: Mapping[str, str] | None = None, ok: bool = True) -> str:
        """What the program wrote, errors too."""
        finished = self.reader.run(*command, env={**self.issued.environment, **(env or {})}, ok=ok)
        return finished.stdout + finished.stderr

    def put(self, name: str, content: bytes | str, mode: int = 0o644) -> str:
        """A file in the shared folder; its name as programs know it."""
        path = self.reader.shared / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return f"{INSIDE}/{name}"

    def settings(self, name: str) -> str:
        """The file that the guide for Linux shows under this name, with this card's number in it."""
        return self.put(name, settings(name, self.issued.access_number, self.reader.module))

    def path(self, name: str) -> Path:
        """A file in the shared folder, as this test sees it."""
        return self.reader.shared / name

    def certificate(self, role: CredentialRole) -> x509.Certificate:
        """The certificate as OpenSC reads it from the card."""
        name = f"{role.value}.der"
        self.path(name).unlink(missing_ok=True)
        read = ["--read-object", "--type", "cert", "--label", KEYS[role], "--output-file", f"{INSIDE}/{name}"]
        self.run("pkcs11-tool", "--module", self.reader.module, "--token-label", TOKENS[role], *read)
        return x509.load_der_x509_certificate(self.path(name).read_bytes())

    def tries_left(self, pin: PinRole) -> int:
        return decode(self.memory.load()).pins[pin].tries_left

    @contextmanager
    def serving(self, *command: str, says: str) -> Iterator[list[str]]:
        with self.reader.running(self.reader.inside(*command), says) as lines:
            yield lines


def address(role: CredentialRole, kind: str = "", **more: str) -> str:
    """The PKCS#11 URI (RFC 7512) of the token, or of its key ("private") or certificate ("cert")."""
    parts = [f"token={quote(TOKENS[role])}"]
    if kind:
        parts += [f"object={quote(KEYS[role])}", f"type={kind}"]
    return "pkcs11:" + ";".join([*parts, *(f"{name.replace('_', '-')}={quote(value)}" for name, value in more.items())])


def pem(certificates: tuple[bytes, ...]) -> bytes:
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in certificates)


def verifies(command: list[str], folder: Path) -> str:
    """What a program of this machine said about files in the folder, when it was content with them."""
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30)
    assert finished.returncode == 0, f"{' '.join(command)}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout + finished.stderr
