"""An installation as a first start leaves it, with one sample card and keys that cost little to open."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from openeoi.main.explanations import translator
from openeoi.main.installation import Installation
from openeoi.main.output import console
from openeoi.main.settings import Settings
from openeoi.main.up import prepare, require_whole
from openeoi.main.web import build
from openeoi.main.wiring import Offices, now
from openeoi.pki.encrypted_files import QUICK_COST


def opened(root: Path, clock: Callable[[], datetime] = now) -> Offices:
    return Offices(Settings(var=root), Installation(root, secrets.token_bytes), clock, key_cost=QUICK_COST)


def start(root: Path) -> Offices:
    """What `eoi up` does before it serves."""
    offices = opened(root)
    prepare(offices, translator("en"), console)
    build(offices)
    require_whole(offices)
    return offices


def make(root: Path) -> None:
    """A first start; its databases are closed again, so that the folder can be copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("openeoi.main.samples.OTHERS", ())  # one card is enough
        offices = start(root)
    for database in offices.audited.values():
        database.shrink_log()
        database.close()
