"""`eoi` as another program runs it: arguments, lines of standard input, exit code, both outputs; and starts that are cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
PROGRAM = (sys.executable, "-c", "from openeoi.main.cli import run; run()")


def environment(root: Path, language: str = "en") -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EOI_")}
    return kept | {"PYTHONPATH": str(SOURCES), "EOI_VAR": str(root), "EOI_LANGUAGE": language}


def eoi(root: Path, *arguments: str, lines: Sequence[str] = (), around: Sequence[str] = ()) -> tuple[int, str, str]:
    """`around`: a command line that runs another one, put before ours."""
    ended = subprocess.run(
        [*around, *PROGRAM, *arguments],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        env=environment(root),
        timeout=240,
    )
    return ended.returncode, ended.stdout, ended.stderr


@contextmanager
def starting(root: Path, port: int, *options: str, around: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """`eoi up` under way; killed at the end if it still runs."""
    command = [*around, *PROGRAM, "up", "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(root)) as process:
        try:
            yield process
        finally:
            process.kill()
