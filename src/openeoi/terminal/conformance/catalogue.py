"""The catalogue: which cases there are. The data stand in catalogue.toml; identifiers are those of the technical guideline."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from openeoi.terminal.conformance.case import TestCase

FEATURES: Mapping[str, str] = {
    "OPEN": "a way in that the run may use",
    "PACE": "PACE in a form that is supported here",
    "CAM": "PACE with chip authentication mapping",
    "BAC": "basic access control",
    "CA": "chip authentication",
    "CA_KAT": "chip authentication by MSE:Set KAT (triple DES)",
    "CA_ATGA": "chip authentication by MSE:Set AT and GENERAL AUTHENTICATE (AES)",
    "KeyRef": "a numbered key for chip authentication",
    "ECDH": "chip authentication with elliptic curves",
    "DH": "chip authentication with a multiplicative group",
    "TA": "terminal authentication",
    "ECDSA": "terminal authentication with ECDSA (as its maker declares)",
    "RSA": "terminal authentication with RSA (as its maker declares)",
    "MIG": "migration to another signature algorithm (as its maker declares)",
    "DATE": "checking of certificate dates (as its maker declares)",
    "AA": "active authentication",
    "OddIns": "READ BINARY with an odd instruction byte",
    "EFATR": "EF.ATR/INFO",
    "EFDIR": "EF.DIR",
    "MF": "a master file that can be selected",
    **{f"DG{number}": f"data group {number}" for number in range(1, 17)},
}
"""Profiles that a case may ask for, as the end of "the chip has no ..."."""

DECLARED = frozenset({"ECDSA", "RSA", "MIG", "DATE", "BAC"})
"""What only the maker's implementation conformance statement says; no look at the chip finds it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A group of cases with its `source`: which document states them; `needs`: options without which none of them is run."""

    name: str
    title: str
    source: str
    cases: tuple[TestCase, ...]
    needs: tuple[str, ...] = ()


@cache
def units() -> tuple[Unit, ...]:
    """The whole catalogue in its order."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_unit(name, cast(Mapping[str, object], data)) for name, data in tomllib.loads(text).items())


def _unit(name: str, data: Mapping[str, object]) -> Unit:
    withdrawn = cast(Mapping[str, str], data.get("withdrawn", {}))
    missing = str(data.get("missing", ""))
    live = {
        identifier: TestCase(identifier, name, purpose, tuple(profile.split()), missing=missing)
        for identifier, profile, purpose in cast(list[tuple[str, str, str]], data["cases"])
    }
    gone = {identifier: TestCase(identifier, name, reason, withdrawn=reason) for identifier, reason in withdrawn.items()}
    cases = tuple(sorted((live | gone).values(), key=lambda case: _order(case.identifier)))
    needs = tuple(cast(list[str], data.get("needs", [])))
    return Unit(name, str(data["title"]), str(data["source"]), cases, needs)


def _order(identifier: str) -> tuple[int, str]:
    number = identifier.replace("-", "_").rpartition("_")[2]
    digits = number.rstrip("abcdefgh")
    return int(digits), number[len(digits) :]
