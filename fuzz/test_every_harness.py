"""The short run: every harness for some hundred inputs, the saved inputs of its corpus first, always with the same seed number.

The long run, with the bar of memory and other seed numbers, is `fuzz/run`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from driver import Harness, fuzz
from registry import HARNESSES

INPUTS = 1200
SEED = 1


@pytest.mark.parametrize("harness", HARNESSES.values(), ids=list(HARNESSES))
def test_a_short_run(harness: Harness) -> None:
    report = fuzz(harness, SEED, max(INPUTS // harness.weight, 60), None, limit_memory=False)
    assert not report.findings, report.findings[0].trouble
    assert report.places > 1, "every input had the same outcome: the harness does not reach its parser"
