"""Browsers that live in a sandbox and must be let out to the PC/SC service."""

from __future__ import annotations

from collections.abc import Iterator

from openeoi.agent.doctor.catalogue import Diagnosis, found
from openeoi.agent.doctor.facts import BrowserFacts, Facts, Packaging


def browsers(facts: Facts) -> Iterator[Diagnosis]:
    for browser in facts.browsers:
        yield _browser(browser)


def _browser(browser: BrowserFacts) -> Diagnosis:
    if browser.reaches_service is None:
        return found("browser_sandbox_unknown", package=browser.package, packaging=browser.packaging.value)
    if browser.reaches_service:
        return found("browser_well", package=browser.package, packaging=browser.packaging.value)
    name = "browser_in_snap" if browser.packaging is Packaging.SNAP else "browser_in_flatpak"
    return found(name, package=browser.package)
