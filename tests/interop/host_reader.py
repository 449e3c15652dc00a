"""A virtual PC/SC reader of this machine's own packages, in its own namespaces: no run meets another's reader or sockets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from interop.reader import SOURCES

HERE = Path(__file__).parent
NEEDED = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "pcscd": "pcscd",
}
DRIVER = "pcsc/drivers/serial/libifdvpcd.so"


def require() -> None:
    """Skips the test, naming what to install, where the reader cannot be had."""
    for program, package in NEEDED.items():
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"needs {program} (Debian package {package})")
    if not any((folder / DRIVER).exists() for folder in (Path("/usr/lib"), *Path("/usr/lib").glob("*-linux-gnu*"))):
        pytest.skip("needs the virtual reader's driver (Debian package vsmartcard-vpcd)")
    if os.geteuid() != 0:
        pytest.skip("needs root, for namespaces")


@contextmanager
def host_reader(folder: Path) -> Iterator[Sequence[str]]:
    """The command that runs a program beside the reader: to be put before its command line."""
    command = ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, str(HERE / "host_reader_process.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, str(folder)], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        if process.stdout.readline().strip() != "ready":
            raise AssertionError(f"the reader did not start: {process.stderr.read()}")
        yield ("nsenter", "-t", str(process.pid), "-m", "-n")
        process.stdin.close()
        process.wait(timeout=10)


@contextmanager
def card_in(inside: Sequence[str], file: Path, contactless: bool = True) -> Iterator[None]:
    """The card of this file lies in the reader until the end."""
    command = [sys.executable, str(HERE / "card_process.py"), str(file), "contactless" if contactless else "contact"]
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    with subprocess.Popen(
        [*inside, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        connected = False
        for line in process.stdout:
            if line.strip() == "CONNECTED":
                connected = True
            elif connected and line.strip() == "POWERED":
                break
        else:
            raise AssertionError("the card did not reach the reader")
        yield
        process.stdin.close()
        process.stdout.read()
        assert process.wait(timeout=10) == 0
    # pcscd looks every 0.4 s; a card that comes sooner would be taken for the one before, and used without being powered.
    time.sleep(0.8)
