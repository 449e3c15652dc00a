"""OpenSSH, unmodified from Debian: a server in the reader's network lets in who has the card and its PIN, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from interop import trixie
from interop.desk import INSIDE, Desk
from interop.issued_card import KEYS, NORM_PIN
from openeoi.card.parameters import PinRole
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop

PORT = 2222  # in a network of our own
SERVER = f"""ListenAddress 127.0.0.1:{PORT}
HostKey {INSIDE}/host_key
AuthorizedKeysFile {INSIDE}/authorized_keys
AuthenticationMethods publickey
StrictModes no
UsePAM no
PidFile none
"""
# What OpenSSH runs when it wants a PIN; its argument, the question, goes to a file.
ASK = """#!/bin/sh
echo "$1" >> {inside}/asked
echo {pin}
"""
LOGIN = ["-p", str(PORT), "-o", f"UserKnownHostsFile={INSIDE}/known_hosts", "-o", "GlobalKnownHostsFile=none"]
WHO = [f"{trixie.USER}@127.0.0.1", "id -un"]


def public_key(desk: Desk, role: CredentialRole) -> str:
    listed = desk.run("ssh-keygen", "-D", desk.reader.module).splitlines()
    (line,) = {line for line in listed if line.endswith(f" {KEYS[role]}")}
    return line


@pytest.fixture
def server(desk: Desk) -> Iterator[list[str]]:
    desk.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{INSIDE}/host_key")
    desk.put("known_hosts", f"[127.0.0.1]:{PORT} {desk.path('host_key.pub').read_text()}")
    desk.put("authorized_keys", f"{public_key(desk, CredentialRole.HIGH)}\n")
    desk.reader.shared.chmod(0o755)  # sshd looks for the keys with the rights of who wants in
    desk.run("mkdir", "-p", "/run/sshd")
    with desk.serving("/usr/sbin/sshd", "-D", "-e", "-f", desk.put("sshd_config", SERVER), says="Server listening") as log:
        yield log


def pin_entry(desk: Desk, pin: str) -> dict[str, str]:
    return {"SSH_ASKPASS": desk.put("ask", ASK.format(inside=INSIDE, pin=pin), 0o755), "SSH_ASKPASS_REQUIRE": "force"}


def test_the_card_and_its_pin_log_in(desk: Desk, server: list[str]) -> None:
    done = desk.reader.run(
        *("ssh", "-I", desk.reader.module, *LOGIN, *WHO), env={**desk.issued.environment, **pin_entry(desk, NORM_PIN)}
    )
    assert done.stdout == f"{trixie.USER}\n"
    assert desk.path("asked").read_text() == "Enter PIN for 'Podpis in prijava (Norm PIN)': \n"
    assert any(line.startswith(f"Accepted publickey for {trixie.USER}") for line in server)
    assert (desk.tries_left(PinRole.NORM_PIN), desk.tries_left(PinRole.SIG_PIN)) == (3, 3)


def test_a_wrong_pin_does_not(desk: Desk, server: list[str]) -> None:
    refused = desk.run("ssh", "-I", desk.reader.module, *LOGIN, *WHO, env=pin_entry(desk, "999999"), ok=False)
    assert "PKCS#11 login failed: PIN incorrect" in refused
    assert not any("Accepted publickey" in line for line in server)
    assert desk.tries_left(PinRole.NORM_PIN) < 3


def test_a_key_that_the_server_does_not_know_does_not(desk: Desk, server: list[str]) -> None:
    desk.put("authorized_keys", f"{public_key(desk, CredentialRole.QUALIFIED)}\n")
    only = ["-o", "IdentitiesOnly=yes", "-i", desk.put("login.pub", f"{public_key(desk, CredentialRole.HIGH)}\n")]
    refused = desk.run("ssh", "-I", desk.reader.module, *only, *LOGIN, *WHO, env=pin_entry(desk, NORM_PIN), ok=False)
    assert "Permission denied (publickey)" in refused
    assert not desk.path("asked").exists()


@pytest.mark.parametrize("configured", [True, False], ids=["login-only", "as-installed"])
def test_the_agent_keeps_the_card_unlocked(desk: Desk, server: list[str], configured: bool) -> None:
    """ssh-add tries the one PIN that it asks for on every token. With OpenSC as installed that takes a try from the Sig PIN each
    time; with the login key alone in sight it does not."""
    environment = pin_entry(desk, NORM_PIN)
    if configured:
        environment["OPENSC_CONF"] = desk.settings("login.conf")
    steps = [
        f"ssh-add -q -s {desk.reader.module}",
        f"ssh {' '.join(LOGIN)} {WHO[0]} '{WHO[1]}'",
        f"ssh {' '.join(LOGIN)} {WHO[0]} '{WHO[1]}'",
        f"ssh-add -q -e {desk.reader.module}",
    ]
    session = desk.put("session", "set -e\n" + "\n".join(steps))
    done = desk.reader.run("ssh-agent", "sh", session, env={**desk.issued.environment, **environment})
    assert done.stdout == f"{trixie.USER}\n" * 2
    assert desk.path("asked").read_text() == "Enter passphrase for PKCS#11: \n"
    assert desk.tries_left(PinRole.NORM_PIN) == 3
    assert desk.tries_left(PinRole.SIG_PIN) == (3 if configured else 2)
