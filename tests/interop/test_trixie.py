"""The tree of other people's programs: found by its contents, and not left behind for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from interop import trixie


def test_other_contents_are_another_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = trixie.tree(tmp_path)
    monkeypatch.setattr(trixie, "PACKAGES", (*trixie.PACKAGES, "one-more"))
    assert trixie.tree(tmp_path) != before
    assert trixie.tree(tmp_path).parent == before.parent


def test_a_tree_that_nobody_used_for_a_day_goes(tmp_path: Path) -> None:
    current = trixie.tree(tmp_path)
    long_ago = time.time() - trixie.UNUSED_AFTER - 60
    for name, used in ((current.name, long_ago), ("trixie", long_ago), ("trixie-0123", long_ago), ("trixie-4567", time.time())):
        (tmp_path / name / "usr").mkdir(parents=True)
        lock = tmp_path / f"{name}.lock"
        lock.touch()
        os.utime(lock, (used, used))
    (tmp_path / "java-harness").mkdir()
    trixie.remove_unused(tmp_path, current)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["java-harness", "trixie-4567", current.name]
    assert not (tmp_path / "trixie.lock").exists()


def test_the_lock_pins_every_package_by_hash() -> None:
    lines = trixie.PYHANKO_LOCK.read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert {"pyhanko", "pyhanko-cli", "python-pkcs11"} <= {line.split("==")[0] for line in pinned}
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert not any("://" in line for line in lines)
