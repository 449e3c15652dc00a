"""A whole installation as people start it, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from journeys.visitor import Examined

SOURCES = Path(__file__).parents[2] / "src"
UP = ("-c", "from openeoi.main.cli import run; run()", "up")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # a container has no user namespaces; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIRST_START = 120  # seconds at most, on a slow machine; a limit, not a measurement


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `eoi up` on a free port with an empty `var`; stopped as with Ctrl-C, and it must stop cleanly."""
    folder = tmp_path_factory.mktemp("installation")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EOI_")}
    environment |= {"EOI_VAR": str(folder / "var"), "EOI_LANGUAGE": "en", "PYTHONPATH": str(SOURCES)}
    log, ready = folder / "up.log", folder / "ready.json"
    with log.open("wb") as written, ready.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, *UP, "--port", str(port), "--json"], cwd=folder, env=environment, stdout=told, stderr=written
        )
    origin = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(process, origin, log)
        yield origin
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
    assert code == 0, log.read_text()
    said = json.loads(ready.read_text())
    assert (said["ready"], said["process"], said["card"]["name"]) == (origin, process.pid, "JANA VZOREC")
    assert "Nothing is lost" in log.read_text()


def _wait_until_it_answers(process: subprocess.Popen[bytes], origin: str, log: Path) -> None:
    # The address is taken at once and answers when everything is there: the question simply waits.
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=FIRST_START, trust_env=False) as client:
        try:
            client.get(origin).raise_for_status()
        except httpx.HTTPError as error:
            raise AssertionError(f"eoi up does not answer (exit code {process.poll()}): {log.read_text()}") from error


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not longer than a module: Playwright keeps an event loop in this thread, and there nobody else can start one."""
    executable = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("needs the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def examined() -> Examined:
    """One for the whole run: a page that several tests come by is examined once."""
    axe = os.environ.get("OPENEOI_AXE")
    return Examined(Path(axe).read_text(encoding="utf-8") if axe else "")
