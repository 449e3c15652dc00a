"""A first start that cannot go on says why in one line; one that was cut off is gone on with by the next."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from main.installation_sample import opened
from main.program import eoi, starting
from openeoi.main.samples import sample_cards
from openeoi.main.up import require_whole

pytestmark = pytest.mark.slow


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where nothing is yet."""
    return tmp_path / "var"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def one_line(answer: tuple[int, str, str], *words: str) -> None:
    """The last line of what was said on the error output is the explanation, and the only one."""
    code, _, errors = answer
    assert code == 1, answer
    assert errors.count("\n") == 1 and "Traceback" not in errors, errors
    assert all(word in errors for word in words), errors


def goes_on(root: Path, port: int) -> None:
    """The next start makes what is missing and serves; everything is whole."""
    with starting(root, port, "--json") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith('{"ready": '), f"{line}{process.stdout.read()}"
        assert json.loads(line)["ready"] == f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    offices = opened(root)
    require_whole(offices)
    assert len(sample_cards(offices)) == 4
    assert eoi(root, "audit", "verify", "--json")[0] == 0


@contextmanager
def cut_off(root: Path, port: int, after: str) -> Iterator[subprocess.Popen[str]]:
    """A first start that has just said `after`."""
    with starting(root, port) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if after in line:
                break
        else:
            raise AssertionError(process.stderr and process.stderr.read())
        yield process


@pytest.mark.parametrize("after", ["Slovenia: eid-root", "Sample card: TONE"])
def test_a_start_that_was_killed_is_gone_on_with(root: Path, port: int, after: str) -> None:
    with cut_off(root, port, after) as process:
        process.kill()
        process.wait(timeout=60)
    goes_on(root, port)


def test_ctrl_c_is_one_line_and_the_next_start_goes_on(root: Path, port: int) -> None:
    with cut_off(root, port, "Montenegro") as process:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
    assert errors.count("\n") == 1 and "Traceback" not in errors
    goes_on(root, port)


def test_a_taken_port_is_one_line_and_makes_nothing(root: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        one_line(eoi(root, "up", "--port", str(port)), f"127.0.0.1:{port}", "--port")
    assert not root.exists()


def test_a_folder_that_may_not_be_written_is_one_line(port: int) -> None:
    # Not even root makes a folder there.
    one_line(eoi(Path("/sys/openeoi"), "up", "--port", str(port)), "/sys/openeoi")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything; run as another user")
def test_a_folder_of_somebody_else_is_one_line(tmp_path: Path, port: int) -> None:
    (tmp_path / "theirs").mkdir(mode=0o500)
    one_line(eoi(tmp_path / "theirs" / "var", "up", "--port", str(port)), "theirs")


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and util-linux, for a small disk")
@pytest.mark.parametrize("size", ["20k", "700k", "2500k"])
def test_a_full_disk_is_one_line_and_more_room_helps(root: Path, port: int, size: str) -> None:
    """The disk is a small one in memory; what was on it goes to a larger one, as when somebody makes room."""
    kept = root.with_name("kept")
    disk = f'mount -t tmpfs -o size={size} none {root} && "$@"; code=$?; cp -a {root} {kept}; exit $code'
    root.mkdir()
    one_line(eoi(root, "up", "--port", str(port), around=("unshare", "--mount", "sh", "-c", disk, "sh")), "space")
    goes_on(kept, port)


def test_a_file_that_may_not_grow_is_one_line(root: Path, port: int) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("needs prlimit (Debian package util-linux)")
    limited = ("prlimit", f"--fsize={64 * 1024}")
    one_line(eoi(root, "up", "--port", str(port), around=limited), str(root.parent))
    goes_on(root, port)
