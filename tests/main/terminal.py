"""The command line as a person at a terminal has it: a shell line, answers typed when something is asked, Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
ASKING = re.compile(r": ?\Z")
TIME_LIMIT = 240.0


@dataclass(frozen=True)
class Terminal:
    """`folder` is the current folder, `variables` what the environment has beside the program's own needs."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, line: str, answers: Sequence[str] = (), until: str = "") -> tuple[int, str]:
        """Exit code and everything that appeared. Ctrl-C comes when `until` has appeared."""
        terminal, own = pty.openpty()
        process = subprocess.Popen(
            ["/bin/bash", "-c", line],
            stdin=own,
            stdout=own,
            stderr=own,
            cwd=self.folder,
            env=self._environment(),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(own)
        try:
            return self._talk(process, terminal, list(answers), until)
        finally:
            os.close(terminal)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _talk(self, process: subprocess.Popen[bytes], terminal: int, answers: list[str], until: str) -> tuple[int, str]:
        text, answered, deadline = "", 0, time.monotonic() + TIME_LIMIT
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    text += os.read(terminal, 65536).decode("utf-8", "replace")
                except OSError:  # the other side is closed: the program has ended
                    return process.wait(timeout=30), text.replace("\r\n", "\n")
            elif answers and ASKING.search(text[answered:]):
                answered = len(text)
                os.write(terminal, f"{answers.pop(0)}\n".encode())
            if until and until in text:
                until = ""
                os.killpg(process.pid, signal.SIGINT)
        raise AssertionError(f"it did not end:\n{text}")

    def _environment(self) -> dict[str, str]:
        programs = self.folder / ".programs"
        if not programs.exists():
            programs.mkdir()
            program = programs / "eoi"
            program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from openeoi.main.cli import run; run()" "$@"\n')
            program.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EOI_")}
        own = {"PATH": f"{programs}:{kept['PATH']}", "PYTHONPATH": str(SOURCES), "EOI_LANGUAGE": "en", "COLUMNS": "200"}
        return kept | own | dict(self.variables)
