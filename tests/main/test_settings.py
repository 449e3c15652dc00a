from pathlib import Path

import pytest

from openeoi.main.settings import Settings, WrongSetting, load


def test_without_anything_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    effective = load({})
    assert effective.settings == Settings()
    assert set(effective.sources.values()) == {"default"}
    assert effective.settings.origin == "http://127.0.0.1:8000"


def test_environment_wins_over_file_wins_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eoi.toml").write_text('port = 9000\nvar = "elsewhere"\n')
    effective = load({"EOI_PORT": "9100"})
    assert effective.settings.port == 9100
    assert effective.settings.var == Path("elsewhere")
    assert effective.sources["port"] == "EOI_PORT"
    assert effective.sources["var"] == "eoi.toml"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("port = 0", "port"),
        ("port = true", "port"),
        ("colour = 1", "colour"),
        ('country = "SVN"', "country"),
        ("= =", "configuration file"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: str, name: str) -> None:
    path = tmp_path / "other.toml"
    path.write_text(content)
    with pytest.raises(WrongSetting) as refused:
        load({"EOI_CONFIG": str(path)})
    assert refused.value.name == name
    assert refused.value.source == str(path)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        load({"EOI_CONFIG": str(tmp_path / "none.toml")})
