import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from openeoi.storage.atomic_files import AtomicFile, clean_leftovers
from openeoi.storage.errors import DiskFull, FileMissing, FileNotWritable, FileUnreadable

OLD = b"old content " * 100
NEW = b"new content " * 200
STEPS = ("open", "write", "fsync", "replace", "fsync folder")


def test_saved_content_comes_back(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "card")
    file.save(OLD)
    file.save(NEW)
    assert file.load() == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["card"]
    assert (tmp_path / "card").stat().st_mode & 0o777 == 0o600


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="card"):
        AtomicFile(tmp_path / "card").load()
    with pytest.raises(FileNotWritable, match="no such file or directory"):
        AtomicFile(tmp_path / "nowhere" / "card").save(b"")
    with pytest.raises(FileUnreadable, match="directory"):
        AtomicFile(tmp_path).load()


def _dying_at(step: str, partial: bool = False) -> Callable[[], None]:
    """Replace one system call of this (forked) process by its end."""
    calls = {"open": 0, "write": 0, "fsync": 0}
    real_write, real_fsync, real_open = os.write, os.fsync, os.open

    def dying_write(descriptor: int, content: bytes) -> int:
        if step == "write":
            if partial:
                real_write(descriptor, bytes(content)[: len(content) // 2])
            os._exit(9)
        return real_write(descriptor, content)

    def dying_fsync(descriptor: int) -> None:
        calls["fsync"] += 1
        if (step == "fsync" and calls["fsync"] == 1) or (step == "fsync folder" and calls["fsync"] == 2):
            os._exit(9)
        real_fsync(descriptor)

    def dying_open(path: os.PathLike[str], flags: int, mode: int = 0o777) -> int:
        if step == "open" and flags & os.O_CREAT:
            os._exit(9)
        return real_open(path, flags, mode)

    def dying_replace(self: Path, target: Path) -> None:
        os._exit(9)

    def install() -> None:
        os.write, os.fsync, os.open = dying_write, dying_fsync, dying_open  # type: ignore[assignment]  # this process ends
        if step == "replace":
            Path.replace = dying_replace  # type: ignore[assignment, method-assign]  # this process ends

    return install


def _save_in_dying_process(path: Path, install: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            install()
            AtomicFile(path).save(NEW)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("partial", [False, True])
def test_death_at_every_step_leaves_old_or_new(tmp_path: Path, step: str, partial: bool) -> None:
    path = tmp_path / "card"
    AtomicFile(path).save(OLD)
    assert _save_in_dying_process(path, _dying_at(step, partial)) == 9
    assert AtomicFile(path).load() == (NEW if step == "fsync folder" else OLD)
    assert [entry.name for entry in tmp_path.iterdir()] == ["card"], "the leftover is cleaned at the next use"


@pytest.mark.parametrize("code, kind", [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EIO, FileNotWritable)])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_failing_disk_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, kind: type[Exception]
) -> None:
    file = AtomicFile(tmp_path / "card")
    file.save(OLD)

    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(kind) as caught:
            file.save(NEW)
    assert str(tmp_path / "card") in str(caught.value)
    assert file.load() == OLD
    assert [entry.name for entry in tmp_path.iterdir()] == ["card"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, bytes(content)[:7]))
    file = AtomicFile(tmp_path / "card")
    file.save(OLD)
    assert file.load() == OLD


def test_a_living_writers_temporary_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "card"
    seen: list[int] = []
    real = os.fsync

    def clean_meanwhile(descriptor: int) -> None:
        seen.append(clean_leftovers(path))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", clean_meanwhile)
    AtomicFile(path).save(NEW)
    assert seen[0] == 0
    assert path.read_bytes() == NEW


def test_a_leftover_of_a_dead_writer_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".card.123-0.tmp").write_bytes(b"half")
    (tmp_path / ".other.123-0.tmp").write_bytes(b"not ours")
    assert clean_leftovers(tmp_path / "card") == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [".other.123-0.tmp"]
