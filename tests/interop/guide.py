"""The settings that docs/linux-clients.md gives people: tests use them from there, with the card's own number."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs/linux-clients.md"
ACCESS_NUMBER = "123456"
MODULE = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"


def settings(name: str, access_number: str, module: str) -> str:
    """What the guide shows under this name."""
    shown = re.search(rf"^<!-- {re.escape(name)} -->\n```\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert shown is not None, f"the guide shows no {name}"
    return shown[1].replace(ACCESS_NUMBER, access_number).replace(MODULE, module)
