"""The map in ARCHITECTURE.md, the layers in pyproject.toml and the folders on the disk say the same."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "openeoi"


def layers() -> list[set[str]]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = configuration["tool"]["importlinter"]["contracts"][0]
    return [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]


def drawn_layers() -> list[set[str]]:
    drawing = re.search(r"```layers\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(), re.DOTALL)
    assert drawing, "ARCHITECTURE.md holds the layers in a ```layers block"
    lines = [line.strip() for line in drawing.group(1).splitlines() if line.strip() not in ("", "|")]
    return [{name.strip() for name in line.split("|")} for line in lines]


def test_the_drawing_shows_the_contract() -> None:
    assert drawn_layers() == layers()


def test_every_folder_on_the_disk_is_a_layer_and_has_content() -> None:
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"} | {"errors"}
    assert folders == set().union(*layers())


def test_every_folder_is_explained() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for name in set().union(*layers()):
        assert f"`{name}`" in text or f"`{name}/`" in text or f"`{name}.py`" in text, name


def test_no_file_has_outgrown_its_place() -> None:
    too_long = {str(path.relative_to(ROOT)) for path in SOURCE.rglob("*.py") if len(path.read_text().splitlines()) > 500}
    assert not too_long
