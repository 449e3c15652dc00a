import json
import secrets
from pathlib import Path

import pytest

from openeoi.main.errors import InstallationFileDamaged, InstallationIncomplete
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
