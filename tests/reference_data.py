"""Where tests find the reference data that the repository does not carry (see `OPENEOI_TEST_DATA` in CONTRIBUTING)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("OPENEOI_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def reference(path: str) -> bytes:
    """The content of a reference file such as "tr-03105-5/EF_SOD.bin"; skips the test where the data is missing."""
    file = FOLDER / path
    if not file.exists():
        pytest.skip(f"the reference file {path} is missing; set OPENEOI_TEST_DATA to the folder that holds it")
    return file.read_bytes()
