"""What a person needs works without JavaScript, in Slovenian, in the dark, on a phone: an application and a login."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from journeys.visitor import PHONE, Examined, Visitor
from openeoi.issuing.sample import sample_values
from openeoi.main.samples import NORM_PIN
from openeoi.profiles import load

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def visitor(system: str, chromium: Browser, examined: Examined) -> Iterator[Visitor]:
    context = chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="sl-SI", color_scheme="dark", java_script_enabled=False
    )
    yield Visitor(context.new_page(), system, "sl", examined, scripts=False)
    context.close()
    assert not examined.too_wide


def test_apply(visitor: Visitor) -> None:
    visitor.go("/issuing/apply")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "sl")
    number = sample_values(load("si"))["national_number"]
    visitor.fill("national_number", number[:-1] + "9")
    visitor.press("issuing.apply.submit")
    visitor.sees_error("national_number", "issuing.number.check_digit")
    visitor.fill("national_number", number)
    visitor.press("issuing.apply.submit")
    visitor.sees_banner("successful", "issuing.submitted.title")
    visitor.press("issuing.submitted.to_desk")
    visitor.sees_title("issuing.desk.title")


def test_log_in(visitor: Visitor) -> None:
    visitor.go("/agent/")
    row = visitor.page.locator(".card-box li").filter(has_text="JANA VZOREC").first
    if row.get_by_role("button").count():
        visitor.press("agent.reader.insert", within=row)
    access_number = visitor.page.locator(".reader .card-access").first.text_content() or ""
    visitor.go("/sample-service")
    visitor.press("login.sample.high")
    visitor.press("login.card.use")
    visitor.fill_all(can=access_number, pin="999999")
    visitor.press("agent.use.login.go")
    visitor.sees_error("pin", "agent.error.wrong_pin", count=2)
    visitor.fill("pin", NORM_PIN)
    visitor.press("agent.use.login.go")
    visitor.press("agent.use.continue")
    visitor.press("login.consent.agree")
    visitor.sees("login.sample.welcome", name="JANA VZOREC")
    visitor.sees("login.sample.reached.high")
    visitor.goes_on_to("doctor")
    visitor.sees_title("health.sign_in.title")
