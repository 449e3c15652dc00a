"""The whole journey by a person with a browser: from the form to the border, with the wrong turns that people take.

The tests are the steps, in order; each goes on where the one before ended.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, expect

from journeys.visitor import DESK, Examined, Visitor
from openeoi import profiles
from openeoi.encoding.national_numbers import Sex, synthetic_personal_number
from openeoi.main.samples import NORM_PIN as SAMPLE_PIN
from signing.documents import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BORN = date(1991, 4, 12)
SURNAME, GIVEN_NAMES = "ŽAGAR-ĐORĐEVIĆ", "ŠPELA ČRTOMIRA"
NORM_PIN, SIG_PIN = "471108", "902215"
JANA = "JANA VZOREC"
CLINIC_PIN = "1234"
# What only a border post checks; all others have their texts with every reader of documents.
OWN_CHECKS = ("optical", "status")
BORDER_CHECKS = (
    *("access", "files", "signature", "trust", "validity", "revocation"),
    *("completeness", "data", "country", "expiry", "status"),
)
OTHER_PAGES = (
    *("/issuing/apply?blank=1", "/issuing/documents", "/issuing/documents?number=OE0000001", "/issuing/log", "/issuing/"),
    *(
        "/agent/doctor",
        "/agent/pin/change",
        "/agent/pin/unblock",
        "/health",
        "/health/my-access",
        "/login",
        "/exchange",
        "/pki",
        "/nowhere",
    ),
)
COOKIE_LIMIT = 4096  # bytes of name and value that every browser keeps (RFC 6265, 6.1)


@dataclass
class Person:
    """What the person holds in her hands on the way."""

    visitor: Visitor
    reference: str = ""
    initial_password: str = ""
    document_number: str = ""
    signed: bytes = b""

    @property
    def access_number(self) -> str:
        """As printed on the card in the reader."""
        return self.visitor.page.locator(".reader .card-access").first.text_content() or ""


@pytest.fixture(scope="module")
def person(system: str, chromium: Browser, examined: Examined) -> Iterator[Person]:
    context = chromium.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-GB", color_scheme="light")
    yield Person(Visitor(context.new_page(), system, "en", examined))
    context.close()


def portrait(width: int = 700, height: int = 900) -> FilePayload:
    """A drawn face, different from the samples."""
    picture = Image.new("RGB", (width, height), "#c9d6df")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0.1 * width, 0.75 * height, 0.9 * width, 1.5 * height), fill="#7a3b5d")
    draw.ellipse((0.28 * width, 0.18 * height, 0.72 * width, 0.72 * height), fill="#e6b89c")
    draw.pieslice((0.24 * width, 0.1 * height, 0.76 * width, 0.62 * height), 180, 360, fill="#3a2218")
    for eye in (0.4, 0.6):
        draw.ellipse(((eye - 0.025) * width, 0.42 * height, (eye + 0.025) * width, 0.46 * height), fill="#20303a")
    draw.arc((0.42 * width, 0.5 * height, 0.58 * width, 0.62 * height), 20, 160, fill="#8c3b3b", width=6)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"name": "jaz.png", "mimeType": "image/png", "buffer": file.getvalue()}


def own_data() -> dict[str, str]:
    register = profiles.load("si").number_scheme.synthetic_register
    return {
        "surname": SURNAME,
        "given_names": GIVEN_NAMES,
        "national_number": synthetic_personal_number(BORN, Sex.FEMALE, 7, register),
        "date_of_birth": BORN.isoformat(),
        "place_of_birth": "Črnomelj",
        "street": "Čufarjeva ulica 5",
        "post_code": "1000",
        "post_office": "Ljubljana",
    }


def test_home_shows_a_card_and_speaks_both_languages(person: Person) -> None:
    visitor = person.visitor
    visitor.go("/")
    visitor.sees_title("web.home.title")
    expect(visitor.page.locator(".reader .card-face").first).to_be_visible()
    assert re.fullmatch(r"\d{6}", person.access_number)
    with visitor.leaving():
        visitor.page.get_by_role("link", name="Slovenščina").click()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "sl")
    visitor.go("/issuing/apply")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "sl")
    with visitor.leaving():
        visitor.page.get_by_role("link", name="English").click()
    visitor.sees_title("issuing.apply.title")


def test_wrong_input_is_said_at_its_field(person: Person) -> None:
    visitor = person.visitor
    visitor.go("/issuing/apply")
    visitor.fill_all(**own_data() | {"national_number": own_data()["national_number"][:12] + "0", "given_names": "Ξένια"})
    wrong = own_data()["national_number"]
    visitor.fill("national_number", wrong[:12] + str((int(wrong[12]) + 1) % 10))
    visitor.page.set_input_files("#photo", portrait(200, 257))
    visitor.press("issuing.apply.submit")
    visitor.sees_error("national_number", "issuing.number.check_digit")
    visitor.sees_error("given_names", "issuing.field.cannot_be_transliterated", character="Ξ")
    visitor.sees_error("photo", "issuing.photo.too_small", width=200, height=257, need_width=413, need_height=531)
    expect(visitor.page.locator(".error-summary")).to_be_focused()
    assert visitor.page.title().startswith(visitor.t("web.form.error_in_title"))
    visitor.page.locator(".error-summary a[href='#national_number']").click()
    expect(visitor.page.locator("#national_number")).to_be_focused()
    expect(visitor.page.locator("#surname")).to_have_value(SURNAME)


def test_apply_with_own_data_and_picture(person: Person) -> None:
    visitor = person.visitor
    visitor.fill_all(**own_data())
    visitor.choose("sex", "F")
    visitor.choose("administrative_unit", "Ljubljana")
    visitor.page.set_input_files("#photo", portrait())
    expect(visitor.page.locator("#photo-preview")).to_be_visible()
    visitor.press("issuing.apply.submit")
    visitor.sees_banner("successful", "issuing.submitted.title")
    person.reference = visitor.page.url.rsplit("/", 1)[1]
    visitor.sees_text(person.reference)


def test_two_people_decide_and_the_card_is_made(person: Person) -> None:
    visitor = person.visitor
    visitor.press("issuing.submitted.to_desk")
    visitor.choose("staff", "ana")
    visitor.press("issuing.desk.sit_down")
    visitor.sees_text(SURNAME)
    expect(visitor.page.get_by_alt_text(visitor.t("issuing.application.portrait"))).to_be_visible()
    visitor.press("issuing.application.approve")
    visitor.sees("issuing.done.approved", reference=person.reference)

    choices = visitor.page.locator("#staff-release option")
    assert "ana" not in [option.get_attribute("value") for option in choices.all()]
    choices.first.evaluate("option => { option.value = 'ana'; }")  # somebody who does not keep to the list
    visitor.page.locator("#staff-release").select_option("ana")
    visitor.press("issuing.application.release")
    visitor.sees("issuing.error.role_missing", staff="ana")
    visitor.sees("issuing.next.approved")

    visitor.choose("staff", "bojan")
    visitor.press("issuing.application.release")
    visitor.sees("issuing.done.released", reference=person.reference)
    visitor.press("issuing.application.personalise")
    visitor.sees("issuing.done.personalised", reference=person.reference)
    person.document_number = visitor.fact("issuing.application.number")
    visitor.sees_text(person.document_number)
    look_under_the_hood(visitor)


def look_under_the_hood(visitor: Visitor) -> None:
    """The commands that really passed, each explained."""
    visitor.page.locator(".hood > summary").click()
    step = visitor.page.locator(".hood .trace-step").first
    if step.get_attribute("open") is None:
        step.locator("summary").first.click()
    expect(step.locator(".exchange .explanation").first).to_be_visible()


def test_collect_with_the_initial_password(person: Person) -> None:
    visitor = person.visitor
    visitor.press("issuing.application.print_envelope")
    person.initial_password = visitor.page.locator("main code").first.inner_text()
    assert re.fullmatch(r"\d{8}", person.initial_password)
    visitor.press("issuing.envelope.back")
    visitor.choose("proof", "passport")
    visitor.press("issuing.application.hand_over")  # without looking at the person
    expect(visitor.page.locator("main [role=alert] .verdict.failed")).to_be_visible()
    visitor.choose("proof", "passport")
    visitor.page.locator("#same_person").check()
    visitor.press("issuing.application.hand_over")
    visitor.sees("issuing.done.handed_over")
    expect(visitor.page.get_by_alt_text(visitor.t("issuing.application.portrait"))).to_have_count(0)


def test_activate_and_set_both_pins(person: Person) -> None:
    visitor = person.visitor
    visitor.press("issuing.application.to_activation")
    insert(visitor, person.document_number)
    assert person.document_number in (visitor.page.locator(".reader .card-face").first.text_content() or "")
    number = person.access_number
    visitor.press("agent.reader.pin")
    visitor.fill("can", number)
    visitor.press("agent.pin.look")
    visitor.sees("agent.pin.not_activated")
    visitor.press("agent.pin.to_activate")

    type_activation(visitor, "12345678" if person.initial_password != "12345678" else "87654321", SIG_PIN)
    visitor.sees_error("password", "agent.error.wrong_pin", count=4)
    type_activation(visitor, person.initial_password, "902210")
    visitor.sees_error("sig_again", "agent.pin.error.differ")
    type_activation(visitor, person.initial_password, SIG_PIN)
    visitor.sees_banner("successful", "agent.pin.activate.done")
    visitor.goes_on_to("read")


def type_activation(visitor: Visitor, password: str, sig_again: str) -> None:
    visitor.fill_all(password=password, norm=NORM_PIN, norm_again=NORM_PIN, sig=SIG_PIN, sig_again=sig_again)
    visitor.press("agent.pin.activate.go")


def insert(visitor: Visitor, document_number: str) -> None:
    visitor.go("/agent/")
    row = visitor.page.locator(".card-box li").filter(has_text=document_number).last
    visitor.press("agent.reader.insert", within=row)
    visitor.sees("agent.reader.now_inserted")


def test_read_and_check(person: Person, system: str, chromium: Browser, examined: Examined) -> None:
    visitor = person.visitor
    visitor.press("agent.read.go")  # the CAN is known since the activation
    visitor.sees_banner("successful", "agent.read.outcome.successful")
    assert visitor.fact("agent.fact.surname") == SURNAME
    assert visitor.fact("agent.fact.given_names") == GIVEN_NAMES
    assert visitor.fact("agent.fact.number") == person.document_number
    photo = visitor.page.get_by_alt_text(visitor.t("agent.read.photo"))
    assert photo.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [413, 531]
    for check in ("access", "signature", "trust", "validity", "revocation"):
        visitor.sees_verdict(f"{'border' if check in OWN_CHECKS else 'web.document'}.check.{check}", "successful")
    look_under_the_hood(visitor)
    expect(visitor.page.locator(".hood .certificate").first).to_be_visible()

    reading = visitor.page.url.removeprefix(system)
    visitor.go("/agent/read")
    number = person.access_number
    stranger = Visitor(chromium.new_context(locale="en-GB").new_page(), system, "en", examined)
    stranger.go("/agent/read")
    stranger.fill("can", "000000" if number != "000000" else "999999")
    stranger.press("agent.read.go")
    stranger.sees_error("can", "agent.error.wrong_can")
    stranger.fill("can", "12")
    stranger.press("agent.read.go")
    stranger.sees_error("can", "agent.can.format")
    stranger.page.context.close()
    visitor.go(reading)
    visitor.goes_on_to("sign")


def test_sign_a_document(person: Person, tmp_path: Path) -> None:
    visitor = person.visitor
    visitor.press("signing.start.sample")  # a document for those who have none
    visitor.press("signing.job.forget")
    document: FilePayload = {"name": "Pogodba o čaju.pdf", "mimeType": "application/pdf", "buffer": pdf("Pogodba")}
    visitor.page.set_input_files("#document", document)
    visitor.press("signing.start.go")
    visitor.press("signing.job.go.uploaded")
    visitor.press("agent.use.certificate.go")
    visitor.press("agent.use.continue")
    visitor.sees_text(SURNAME)
    visitor.press("signing.job.go.prepared")
    visitor.sees_text("Pogodba o čaju.pdf")
    visitor.fill("pin", NORM_PIN)  # the other PIN
    visitor.press("agent.use.sign.go")
    visitor.sees_error("pin", "agent.error.wrong_pin", count=2)
    visitor.fill("pin", SIG_PIN)
    visitor.press("agent.use.sign.go")
    visitor.press("agent.use.continue")
    visitor.sees_banner("successful", "signing.signed.title")
    visitor.sees("signing.verdict.qualified")
    with visitor.page.expect_download() as download:
        visitor.page.locator("main a[href$='/signed']").click()
    file = tmp_path / "signed.pdf"
    download.value.save_as(file)
    assert download.value.suggested_filename.startswith("Pogodba o čaju")
    person.signed = file.read_bytes()
    visitor.goes_on_to("login")


def test_anybody_can_validate_the_document(person: Person) -> None:
    visitor = person.visitor
    visitor.go("/signing/validate")
    visitor.page.set_input_files("#document", {"name": "p.pdf", "mimeType": "application/pdf", "buffer": person.signed})
    visitor.press("signing.validate.go")
    visitor.sees_banner("successful", "signing.verdict.qualified")
    visitor.sees_verdict("signing.check.integrity", "successful")
    changed = person.signed.replace(b"Pogodba", b"Pogodbe", 1)
    visitor.go("/signing/validate")
    visitor.page.set_input_files("#document", {"name": "p.pdf", "mimeType": "application/pdf", "buffer": changed})
    visitor.press("signing.validate.go")
    visitor.sees_banner("failed", "signing.verdict.failed")


@pytest.mark.interop
def test_pdfsig_calls_the_downloaded_document_valid(person: Person, tmp_path: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("needs the package poppler-utils (pdfsig)")
    file = tmp_path / "signed.pdf"
    file.write_bytes(person.signed)
    report = subprocess.run(["pdfsig", "-nocert", file.name], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in report
    assert "Total document signed" in report


def test_log_in_with_the_pin(person: Person) -> None:
    visitor = person.visitor
    visitor.go("/sample-service")  # from here again: the validation in between led elsewhere
    visitor.press("login.sample.high")
    visitor.press("login.card.use")
    visitor.fill("pin", "000000")
    visitor.press("agent.use.login.go")
    visitor.sees_error("pin", "agent.error.wrong_pin", count=2)
    visitor.fill("pin", NORM_PIN)
    visitor.press("agent.use.login.go")
    visitor.press("agent.use.continue")
    visitor.sees("login.claim.name")
    visitor.press("login.consent.agree")
    visitor.sees("login.sample.reached.high")
    assert visitor.fact("login.sample.level") == visitor.t("login.level.high")
    assert len(visitor.fact("login.sample.subject")) >= 20
    visitor.page.locator(".hood > summary").click()
    claims = visitor.page.get_by_role("group", name=visitor.t("login.sample.token_claims"))
    expect(claims).to_contain_text("http://eidas.europa.eu/LoA/high")
    expect(claims).to_contain_text(visitor.fact("login.sample.subject"))
    expect(claims).not_to_contain_text(own_data()["national_number"])
    visitor.goes_on_to("doctor")


def test_at_the_doctor(person: Person) -> None:
    visitor = person.visitor
    visitor.fill("pin", "0000")
    visitor.press("health.sign_in.submit")
    visitor.sees_error("pin", "health.sign_in.refused")
    visitor.fill("pin", CLINIC_PIN)
    visitor.press("health.sign_in.submit")
    ask_the_insurer(visitor)
    visitor.sees_banner("undetermined", "health.visit.poc_120_title")
    insert(visitor, JANA)
    visitor.go("/health/counter")
    ask_the_insurer(visitor)
    visitor.sees_banner("successful", "health.visit.in_force_title")
    assert visitor.fact("health.visit.name").upper() == JANA
    visitor.goes_on_to("border")


def test_the_patient_sees_who_looked(person: Person) -> None:
    visitor, access_number = person.visitor, card_in_the_reader(person)
    visitor.go("/health/my-access")
    visitor.press("health.my_access.use")
    if visitor.page.locator("#can").count():
        visitor.fill("can", access_number)
    visitor.fill("pin", SAMPLE_PIN)
    visitor.press("agent.use.presence.go")
    visitor.press("agent.use.continue")
    visitor.sees_title("health.access.title")
    visitor.sees("health.action.eligibility-given")


def ask_the_insurer(visitor: Visitor) -> None:
    visitor.press("health.counter.read")
    visitor.press("health.read_card.use")
    visitor.press("agent.use.presence.go")
    visitor.press("agent.use.continue")


def test_at_the_border(person: Person) -> None:
    visitor = person.visitor
    insert(visitor, person.document_number)
    number = person.access_number
    visitor.go("/border/")
    visitor.fill("access", "1")
    visitor.press("border.desk.inspect")
    visitor.sees_error("access", "border.desk.access_wrong")
    inspect(visitor, number)
    visitor.sees_banner("successful", "border.outcome.successful")
    for check in BORDER_CHECKS:
        visitor.sees_verdict(f"{'border' if check in OWN_CHECKS else 'web.document'}.check.{check}", "successful")
    assert visitor.fact("border.fact.number") == person.document_number
    visitor.go("/border/")
    inspect(visitor, number, "border.desk.training")
    visitor.sees_banner("failed", "border.outcome.failed")
    visitor.sees_verdict("web.document.check.data", "failed")


def inspect(visitor: Visitor, number: str, button: str = "border.desk.inspect") -> None:
    visitor.fill("access", number)
    visitor.press(button)


def test_the_post_trusts_what_its_state_imported(person: Person, tmp_path: Path) -> None:
    """Trust withdrawn, the same card is no longer confirmed; with Slovenia's list imported and trusted again, it is."""
    visitor, number = person.visitor, card_in_the_reader(person)
    decide(visitor, "withdraw")
    visitor.go("/border/")
    inspect(visitor, number)
    expect(visitor.page.locator(".banner.successful")).to_have_count(0)

    visitor.go("/exchange/si")
    fingerprint = visitor.page.locator("main code.fingerprint").last.inner_text()
    with visitor.page.expect_download() as download:
        visitor.control("exchange.export.submit").click()
    visitor.go("/exchange/me")
    download.value.save_as(tmp_path / "si.ml")
    visitor.page.set_input_files("#master_list", tmp_path / "si.ml")
    visitor.fill("fingerprint", fingerprint)
    visitor.press("exchange.import.submit")
    decide(visitor, "trust")
    visitor.go("/border/")
    inspect(visitor, number)
    visitor.sees_banner("successful", "border.outcome.successful")
    visitor.press("web.home.finished")


def decide(visitor: Visitor, decision: str) -> None:
    visitor.go("/exchange/me")
    form = visitor.page.locator("form:has(input[name='country'][value='SI'])").first
    form.locator("xpath=ancestor::details").locator("summary").first.click()
    form.locator("input[name='reason']").fill("An exercise of the two desks")
    visitor.press(f"exchange.decision.{decision}", within=form)


def test_the_first_page_tells_what_this_visitor_has_done(
    person: Person, system: str, chromium: Browser, examined: Examined
) -> None:
    visitor = person.visitor
    expect(visitor.page.locator(".journey > li.done")).to_have_count(8)
    stranger = Visitor(chromium.new_context(locale="en-GB").new_page(), system, "en", examined)
    stranger.go("/")
    expect(stranger.page.locator(".journey > li.done")).to_have_count(0)
    expect(stranger.page.locator(".journey > li.current")).to_have_count(1)
    stranger.press("web.home.start", title=stranger.t("web.home.apply.title"))
    stranger.sees_title("issuing.apply.title")
    stranger.page.context.close()


def test_the_session_fits_a_cookie_after_the_whole_journey(person: Person) -> None:
    cookies = {cookie.get("name", ""): cookie.get("value", "") for cookie in person.visitor.page.context.cookies()}
    assert all(len(name) + len(value) < COOKIE_LIMIT * 3 // 4 for name, value in cookies.items())


def test_the_keyboard_alone_reads_the_card(person: Person, system: str, chromium: Browser, examined: Examined) -> None:
    access_number = card_in_the_reader(person)
    visitor = Visitor(chromium.new_context(locale="en-GB").new_page(), system, "en", examined)
    visitor.go("/agent/read")
    keyboard = visitor.page.keyboard
    keyboard.press("Tab")
    expect(visitor.page.locator(".skip")).to_be_focused()
    expect(visitor.page.locator(".skip")).to_be_in_viewport()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(visitor.page.locator("#can")).to_be_focused()
    keyboard.type(access_number)
    with visitor.leaving():
        keyboard.press("Enter")
    visitor.sees_banner("successful", "agent.read.outcome.successful")
    visitor.page.context.close()


def card_in_the_reader(person: Person) -> str:
    """Its CAN."""
    person.visitor.go("/agent/")
    return person.access_number


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_the_other_pages_open(person: Person, path: str) -> None:
    person.visitor.go(path)
    expect(person.visitor.page.locator("h1")).to_be_visible()


def test_no_page_is_wider_than_a_phone(person: Person, examined: Examined) -> None:
    assert examined.pages
    assert not examined.too_wide


def test_the_browser_had_nothing_to_object_to(person: Person, examined: Examined) -> None:
    """No script failed and nothing broke the content security policy, on any page."""
    assert examined.pages
    assert not examined.console


def test_axe_finds_nothing_serious(person: Person, examined: Examined) -> None:
    if not examined.axe:
        pytest.skip("needs axe-core: `npm ci --prefix .ci`, and OPENEOI_AXE set to .ci/node_modules/axe-core/axe.min.js")
    assert examined.pages
    assert not examined.violations
