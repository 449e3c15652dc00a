import json
import os
import secrets
import threading
from pathlib import Path

import pytest

from openeoi.main.errors import InstallationFileDamaged, InstallationIncomplete, InstallationInUse, InstallationUnusable
from openeoi.main.installation import Installation


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    root = tmp_path / "var"
    first = Installation(root, secrets.token_bytes)
    assert first.is_new
    secret = first.secret("one")
    assert len(secret) == 32
    again = Installation(root, secrets.token_bytes)
    assert not again.is_new
    assert again.secret("one") == secret
    assert again.secret("two") != secret
    assert (root / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_folder_that_was_only_looked_into_is_whole(tmp_path: Path) -> None:
    assert Installation(tmp_path / "var", secrets.token_bytes).cards.is_dir()
    again = Installation(tmp_path / "var", secrets.token_bytes)
    (tmp_path / "var" / "secrets.json").unlink()
    assert again.cards.is_dir()
    with pytest.raises(InstallationIncomplete):
        Installation(tmp_path / "var", secrets.token_bytes)


def test_a_missing_secrets_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    with pytest.raises(InstallationIncomplete):
        Installation(tmp_path, secrets.token_bytes)
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"one": "00"}', '{"one": 7}', '{"one": "zz"}'])
def test_a_damaged_secrets_file_is_named_and_left(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    with pytest.raises(InstallationFileDamaged) as damaged:
        Installation(tmp_path, secrets.token_bytes).secret("one")
    assert damaged.value.path == str(path)
    assert path.read_text() == content


def test_an_error_does_not_quote_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"one": "feedface"})[:-1])
    with pytest.raises(InstallationFileDamaged) as damaged:
        Installation(tmp_path, secrets.token_bytes).secret("one")
    assert "feedface" not in str(damaged.value)


def test_a_first_start_killed_before_its_first_secret_goes_on(tmp_path: Path) -> None:
    (tmp_path / ".secrets.json.77-0.tmp").write_bytes(b"{")
    (tmp_path / ".serving").write_text("77\n")
    installation = Installation(tmp_path, secrets.token_bytes)
    assert installation.is_new
    installation.secret("one")


def test_a_secret_that_another_process_has_just_made_is_not_lost(tmp_path: Path) -> None:
    one, two = (Installation(tmp_path, secrets.token_bytes) for _ in range(2))
    made = {name: installation.secret(name) for name, installation in (("a", one), ("b", two), ("c", one))}
    assert {name: Installation(tmp_path, secrets.token_bytes).secret(name) for name in made} == made


def test_one_process_serves_an_installation(tmp_path: Path) -> None:
    installation = Installation(tmp_path, secrets.token_bytes)
    with installation.served(), pytest.raises(InstallationInUse) as told, Installation(tmp_path, secrets.token_bytes).served():
        pass
    assert told.value.process == str(os.getpid())
    with installation.served():
        pass


def test_a_folder_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InstallationUnusable) as told:
        Installation(tmp_path / "file" / "var", secrets.token_bytes)
    assert told.value.path == str(tmp_path / "file" / "var")


def test_two_programs_that_begin_together_keep_each_others_secrets(tmp_path: Path) -> None:
    root = tmp_path / "var"
    other = Installation(root, secrets.token_bytes)
    meanwhile = threading.Thread(target=lambda: other.secret("two"))

    def random(size: int) -> bytes:
        meanwhile.start()
        meanwhile.join(0.5)  # it waits for us: before, it was done by now, and forgotten with our writing
        return secrets.token_bytes(size)

    one = Installation(root, random)
    first = one.secret("one")
    meanwhile.join()
    again = Installation(root, pytest.fail)
    assert again.secret("one") == first
    assert again.secret("two") == other.secret("two")


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_folders_are_their_owners_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        installation = Installation(tmp_path / "var", secrets.token_bytes)
        for folder in (installation.root, installation.cards, installation.keys, installation.database("x").parent):
            assert folder.stat().st_mode & 0o077 == 0
    finally:
        os.umask(before)
