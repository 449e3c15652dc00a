import shutil
from pathlib import Path

import pytest

from main.installation_sample import make


@pytest.fixture(scope="session")
def made_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "var"
    make(root)
    return root


@pytest.fixture
def root(made_installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its own of an installation with one sample card; no start makes another."""
    monkeypatch.setattr("openeoi.main.samples.OTHERS", ())
    return Path(shutil.copytree(made_installation, tmp_path / "var"))
