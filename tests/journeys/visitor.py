"""A person with a browser: goes to pages, presses, types, sees. Each kind of page is examined once, by axe-core and on a phone.

The texts come from the catalogues, so that a better wording breaks no test.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

import openeoi
from openeoi.web.translation import Translator, load_catalogue

PHONE, DESK = (360, 740), (1280, 860)
TICKET = re.compile(r"/(?:[A-Za-z0-9_-]{20,}|(?=[^/]*\d)[A-Za-z0-9_-]{8,})(?=/|$)")
GRAVE = ("serious", "critical")

OPEN_FOLDED = """() => {
  for (const fold of document.querySelectorAll('details:not([open])')) {
    fold.open = true;
    fold.dataset.examined = '';
  }
}"""
CLOSE_FOLDED = """() => {
  for (const fold of document.querySelectorAll('details[data-examined]')) {
    fold.open = false;
    delete fold.dataset.examined;
  }
}"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const right = one => Math.round(one.getBoundingClientRect().right);
  const out = [...document.querySelectorAll('body *')].filter(one => right(one) > width + 1);
  return [`${width} px`, ...out.slice(0, 5).map(one => `${one.tagName.toLowerCase()}.${one.className} to ${right(one)} px`)];
}"""
RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  const nodes = one => one.nodes.slice(0, 4).map(node => node.html.slice(0, 200));
  return found.violations.map(one => ({ id: one.id, impact: one.impact, help: one.help, nodes: nodes(one) }));
}"""


@cache
def texts(language: str) -> Translator:
    """All offices' texts in one language."""
    return Translator(load_catalogue(language, sorted(Path(openeoi.__file__).parent.glob(f"*/translations/{language}.po"))))


@dataclass
class Examined:
    """What was found out about the pages of a run. `axe` is the script of axe-core, "" where it is not installed."""

    axe: str = field(repr=False)
    pages: dict[str, str] = field(default_factory=dict)  # kind of page -> title
    too_wide: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


class Visitor:
    """One browser window of one person, with the texts of one language."""

    def __init__(self, page: Page, origin: str, language: str, examined: Examined, *, scripts: bool = True) -> None:
        self.page = page
        self.origin = origin
        self.t = texts(language)
        self.examined = examined
        self._scripts = scripts
        page.on("console", self._hear)
        page.on("pageerror", lambda error: examined.console.append(f"{page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # A browser calls every answer 4xx to a form an error; what matters here are scripts and the content security policy.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.examined.console.append(f"{self.page.url}: {message.text}")

    # --- doing ---------------------------------------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        self.page.goto(self.origin + path)
        self.examine()

    def press(self, key: str, within: Locator | None = None, **values: object) -> None:
        """Press the button or follow the link of this text, and wait for the page behind it."""
        with self.leaving():
            self.control(key, within, **values).click()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """What is done inside leads to another page."""
        with self.page.expect_navigation():
            yield
        self.examine()

    def control(self, key: str, within: Locator | None = None, **values: object) -> Locator:
        place, text = within or self.page.locator("main"), self.t(key, **values)
        return place.get_by_role("button", name=text, exact=True).or_(place.get_by_role("link", name=text, exact=True)).first

    def goes_on_to(self, step: str) -> None:
        """The result of a step leads to the next one."""
        self.press("web.home.start", title=self.t(f"web.home.{step}.title"))

    def fill(self, field_name: str, value: str) -> None:
        self.page.locator(f"[name='{field_name}']").fill(value)

    def fill_all(self, **values: str) -> None:
        for name, value in values.items():
            self.fill(name, value)

    def choose(self, field_name: str, value: str) -> None:
        """One of a group of radio buttons, or of a list."""
        field_ = self.page.locator(f"select[name='{field_name}']")
        if field_.count():
            field_.first.select_option(value)
        else:
            self.page.locator(f"input[name='{field_name}'][value='{value}']").check()

    # --- seeing --------------------------------------------------------------------------------------------------------------

    def sees(self, key: str, **values: object) -> None:
        self.sees_text(self.t(key, **values))

    def sees_text(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_title(self, key: str, **values: object) -> None:
        expect(self.page.locator("h1")).to_have_text(self.t(key, **values))

    def sees_verdict(self, key: str, outcome: str, **values: object) -> None:
        """A check by name with its verdict: colour, sign and word agree."""
        text = self.t(key, **values)
        row = self.page.locator(f"main .verdict.{outcome}").filter(has_text=text).first
        expect(row).to_be_visible()
        expect(row.locator(".verdict-word")).to_have_text(self.t(f"web.outcome.{outcome}"))

    def sees_banner(self, outcome: str, key: str, **values: object) -> None:
        expect(self.page.locator(f".banner.{outcome} h1")).to_have_text(self.t(key, **values))

    def sees_error(self, field_name: str, key: str, **values: object) -> None:
        """The message stands at its field, tied to it for those who hear it, and in the summary with a link that leads there."""
        text = self.t(key, **values)
        expect(self.page.locator(f"#{field_name}-error")).to_contain_text(text)
        control = self.page.locator(f"#{field_name}")
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(control).to_have_attribute("aria-describedby", re.compile(rf"\b{field_name}-error\b"))
        link = self.page.locator(".error-summary").get_by_role("link", name=text, exact=True).first
        expect(link).to_have_attribute("href", f"#{field_name}")

    def fact(self, key: str) -> str:
        """The value beside a term of a list of facts."""
        term = self.page.locator("dl.facts div").filter(
            has=self.page.locator("dt", has_text=re.compile(f"^{re.escape(self.t(key))}$"))
        )
        return term.locator("dd").first.inner_text().strip()

    # --- examining -----------------------------------------------------------------------------------------------------------

    def examine(self) -> None:
        """Once for each kind of page: nothing sticks out on a phone, and axe-core finds nothing grave in light and in dark."""
        page = self.page
        lede = page.locator(".lede").first
        said = lede.inner_text()[:30] if lede.count() else ""
        address = urlsplit(page.url)
        kind = f"{TICKET.sub('/…', address.path)}{'?' if address.query else ''} {page.title()} {said}"
        if not self._scripts:
            self._measure(f"{kind} (without scripts)")
            return
        if kind in self.examined.pages:
            return
        self.examined.pages[kind] = page.title()
        focused = page.evaluate_handle("() => document.activeElement")
        self._photograph(kind, "desk")
        page.evaluate(OPEN_FOLDED)
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self._measure(kind)
        self._run_axe(kind, "light")
        page.emulate_media(color_scheme="dark")
        self._run_axe(kind, "dark")
        page.evaluate(CLOSE_FOLDED)
        self._photograph(kind, "phone")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.evaluate("one => one?.focus()", focused)

    def _measure(self, kind: str) -> None:
        wide: list[str] = self.page.evaluate(WIDER)
        self.examined.too_wide += [f"{kind}: {one}" for one in wide]

    def _run_axe(self, kind: str, scheme: str) -> None:
        if not self.examined.axe:
            return
        # Through the developer tools' protocol: the page's own policy, which allows no such script, stays in force.
        self.page.evaluate(self.examined.axe)
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE)
        self.examined.violations += [
            f"{kind} ({scheme}): {one['impact']} {one['id']}: {one['help']}: {one['nodes']}"
            for one in found
            if one["impact"] in GRAVE
        ]

    def _photograph(self, kind: str, name: str) -> None:
        """For people who look at the pages: `OPENEOI_SCREENSHOTS` names a folder."""
        if folder := os.environ.get("OPENEOI_SCREENSHOTS"):
            file = re.sub(r"[^A-Za-z0-9]+", "-", kind).strip("-")[:90]
            number = len(self.examined.pages)
            self.page.screenshot(path=f"{folder}/{number:02}-{file}-{name}.png", full_page=True)
