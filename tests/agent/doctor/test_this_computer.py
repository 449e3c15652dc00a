"""The real computer: programs by full path with a limit of time, files, sockets."""

import os
import socket
from pathlib import Path

import pytest

from openeoi.agent.doctor.computer import ThisComputer
from openeoi.agent.doctor.facts import Reach


def program(folder: Path, name: str, text: str) -> ThisComputer:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return ThisComputer({"HOME": str(folder), "SECRET": "x", "LD_PRELOAD": "none.so"}, (folder,), 5.0)


def test_a_program_is_run_by_its_place_and_in_plain_surroundings(tmp_path: Path) -> None:
    computer = program(tmp_path, "look", 'echo "$1 $LC_ALL [$SECRET$LD_PRELOAD]"')
    assert computer.run("look", "a b") == "a b C.UTF-8 []\n"
    assert computer.has_program("look") and not computer.has_program("other")
    assert computer.run("other") is None


def test_nothing_of_the_search_path_or_the_present_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "opensc-tool-of-mine", "echo run")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{tmp_path}")
    assert ThisComputer().run("opensc-tool-of-mine") is None


def test_an_error_and_a_program_that_does_not_end(tmp_path: Path) -> None:
    assert program(tmp_path, "fails", "echo text; exit 3").run("fails") is None
    slow = program(tmp_path, "slow", "exec sleep 60")
    assert ThisComputer(slow.variables, slow.folders, 0.1).run("slow") is None


def test_files_and_paths(tmp_path: Path) -> None:
    computer = ThisComputer({"HOME": str(tmp_path)})
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_text("text")
    os.utime(tmp_path / "a" / "b.txt", (5, 5))
    assert computer.read("~/a/b.txt") == "text"
    assert computer.read("~/a") is None
    assert computer.paths("~/a", "*.txt") == (str(tmp_path / "a" / "b.txt"),)
    assert computer.paths("~/none", "*") == ()
    assert computer.newest(("~/a/b.txt", "~/none")) == 5
    assert computer.newest(("~/none",)) is None


def test_sockets(tmp_path: Path) -> None:
    computer, path = ThisComputer(), tmp_path / "s"
    assert computer.connect(str(path)) is Reach.MISSING
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        assert computer.connect(str(path)) is Reach.REFUSED
        listening.listen()
        assert computer.connect(str(path)) is Reach.REACHED


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket; run as another user")
def test_a_socket_without_permission(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        (tmp_path / "s").chmod(0)
        assert ThisComputer().connect(str(tmp_path / "s")) is Reach.NOT_ALLOWED


def test_this_very_program_is_running() -> None:
    own = Path("/proc/self/comm")
    if own.exists():
        assert own.read_text().strip() in ThisComputer().programs_running()
