"""Rules for the whole suite: Ctrl-C works, and in CI an interop or browser test that is skipped is a failure."""

import os
import signal
from collections.abc import Generator

import pytest

# A shell that starts the suite in the background has it ignore Ctrl-C, and programs under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    judged_elsewhere = item.get_closest_marker("interop") or item.get_closest_marker("browser")
    if report.skipped and judged_elsewhere and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"In CI every program must be there, but this was skipped: {report.longrepr}"
    return report
