"""The web server of `tls_server_process` in the reader's network, trusting the authorities that a test names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from interop.desk import INSIDE, Desk, pem
from openeoi.encoding.pkcs15.roles import CredentialRole

PROCESS = Path(__file__).with_name("tls_server_process.py")
SERVER_CERTIFICATE = f"{INSIDE}/server.pem"
ISSUERS = {CredentialRole.LOW: "Nizka raven", CredentialRole.HIGH: "Visoka raven", CredentialRole.QUALIFIED: "Kvalificirano"}


@dataclass(frozen=True)
class Website:
    port: int
    log: list[str]


@contextmanager
def website(desk: Desk, role: CredentialRole) -> Iterator[Website]:
    """Trusts the authority that issues certificates of this role, not the root above all three: it lets in one level alone."""
    (issuer,) = [one for one in desk.issued.anchors.eid_issuing if ISSUERS[role] in _subject(one)]
    authorities = desk.path("authorities.pem")
    authorities.write_bytes(pem((issuer,)))
    command = desk.reader.beside(sys.executable, str(PROCESS), str(desk.reader.shared), str(authorities))
    with desk.reader.running(command, "listening") as log:
        yield Website(int(log[-1].split()[1]), log)


def _subject(certificate: bytes) -> str:
    return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
