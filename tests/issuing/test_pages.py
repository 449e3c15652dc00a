"""The screens, driven as a browser without JavaScript drives them."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from issuing.sample_office import Stock, released
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.pages import routes
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.transport.errors import CardRemoved
from openeoi.transport.in_process import InProcess
from openeoi.web.kit import Settings, WebKit

APPLICATION = "/issuing/applications/2026-000001"


class Browser:
    """Follows redirects and sends the token of the page it has open."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = ""
        self.status = 0

    def open(self, address: str) -> str:
        return self._seen(self.client.get(address))

    def send(self, address: str, *, photo: bytes | None = None, **fields: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        data = {**fields, "csrf_token": found.group(1) if found else ""}
        files = {"photo": ("photo.jpg", photo, "image/jpeg")} if photo is not None else None
        return self._seen(self.client.post(address, data=data, files=files))

    def _seen(self, answer: "object") -> str:
        self.page, self.status = answer.text, answer.status_code  # type: ignore[attr-defined]  # httpx's response
        return self.page


@pytest.fixture
def browser(slovenian_office: IssuingOffice) -> Iterator[Browser]:
    kit = WebKit([("issuing", "openeoi.issuing")])
    application = Starlette(
        routes=[Mount("/issuing", routes=routes(slovenian_office, kit)), *kit.static_routes()],
        middleware=kit.middleware(Settings("test secret")),
        exception_handlers=kit.exception_handlers(),
    )
    with TestClient(application) as client:
        client.headers["accept-language"] = "en"
        browser = Browser(client)
        browser.open("/issuing/apply?lang=en")
        yield browser


def apply(browser: Browser, office: IssuingOffice) -> None:
    browser.open("/issuing/apply")
    browser.send("/issuing/apply", **sample_values(office.profile), sample_photo="yes")
    assert browser.status == 200 and "2026-000001" in browser.page


def test_the_form_is_filled_with_the_specimen_and_can_be_blank(browser: Browser) -> None:
    assert 'value="VZOREC"' in browser.open("/issuing/apply")
    assert "VZOREC</" not in browser.page and 'value="2806985505145"' in browser.page
    assert 'value="VZOREC"' not in browser.open("/issuing/apply?blank=1")


def test_errors_stand_at_their_fields_and_the_rest_is_kept(browser: Browser, slovenian_office: IssuingOffice) -> None:
    values = {**sample_values(slovenian_office.profile), "national_number": "123", "surname": "Čuček"}
    page = browser.send("/issuing/apply", photo=b"no picture", **values)
    assert browser.status == 422
    assert 'id="national_number-error"' in page and "An EMŠO has 13 digits" in page
    assert 'id="photo-error"' in page and "This is no JPEG or PNG picture." in page
    assert 'value="Čuček"' in page


def test_a_good_photograph_beside_an_error_has_to_be_chosen_again(browser: Browser, slovenian_office: IssuingOffice) -> None:
    values = {**sample_values(slovenian_office.profile), "street": ""}
    page = browser.send("/issuing/apply", photo=sample_photograph(), sample_photo="yes", **values)
    assert "Choose the photograph again" in page
    assert not re.search(r'id="sample_photo"[^>]*checked', page)


def test_an_own_photograph_is_taken(browser: Browser, slovenian_office: IssuingOffice) -> None:
    browser.send("/issuing/apply", photo=sample_photograph(), **sample_values(slovenian_office.profile))
    assert "The application is submitted" in browser.page


def test_without_a_photograph_the_field_says_so(browser: Browser, slovenian_office: IssuingOffice) -> None:
    browser.send("/issuing/apply", **sample_values(slovenian_office.profile))
    assert "Choose a file with the photograph." in browser.page


def test_nobody_sees_applications_without_a_seat_at_the_desk(browser: Browser, slovenian_office: IssuingOffice) -> None:
    apply(browser, slovenian_office)
    for address in ("/issuing/", APPLICATION):
        assert "VZOREC" not in browser.open(address)
        assert "Nobody sits at the desk" in browser.page
    browser.send("/issuing/staff", staff="ana", back=APPLICATION)
    assert "VZOREC" in browser.page
    assert "VZOREC" in browser.open("/issuing/")


def test_the_whole_life_on_the_screens(browser: Browser, slovenian_office: IssuingOffice) -> None:
    apply(browser, slovenian_office)
    browser.open("/issuing/")
    browser.send("/issuing/staff", staff="ana", back=APPLICATION)
    assert "Approve the application" in browser.page and "data:image/jpeg;base64," in browser.page
    browser.send(f"{APPLICATION}/approve", staff="ana")
    assert "is approved" in browser.page
    browser.send(f"{APPLICATION}/release", staff="ana")
    assert browser.status == 409 and "does not hold the role" in browser.page
    browser.send(f"{APPLICATION}/release", staff="bojan")
    assert "is released for production" in browser.page
    browser.send(f"{APPLICATION}/personalise", staff="cvetka")
    assert "is made and checked" in browser.page and "Quality check: done" in browser.page
    letter = browser.send(f"{APPLICATION}/envelope", staff="cvetka")
    assert re.search(r"<code>\d{8}</code>", letter)
    browser.open(APPLICATION)
    browser.send(f"{APPLICATION}/envelope", staff="cvetka")
    assert browser.status == 409 and "envelope was printed before" in browser.page
    browser.send(f"{APPLICATION}/hand-over", staff="ana")
    assert browser.status == 409 and "Confirm how the person proved" in browser.page
    browser.send(f"{APPLICATION}/hand-over", staff="ana", proof="passport", same_person="yes")
    assert "The card is handed over" in browser.page and "The photograph is erased." in browser.page
    assert isinstance(slovenian_office.blank_cards, Stock)
    assert [card.life_cycle for card in slovenian_office.blank_cards.cards.values()] == [LifeCycle.HANDED_OVER]
    browser.open("/issuing/documents?number=oe0000001")
    assert "Document OE0000001: valid" in browser.page
    browser.open(APPLICATION)
    browser.send(f"{APPLICATION}/puk", staff="ana")
    assert re.search(r"<code>\d{10}</code>", browser.page)
    browser.open(APPLICATION)
    browser.send(f"{APPLICATION}/report", staff="ana", report="revoked")
    assert "Revocation is proposed" in browser.page and "ana has proposed" in browser.page
    browser.send(f"{APPLICATION}/revoke", staff="ana")
    assert browser.status == 409
    assert "Document OE0000001: valid" in browser.open("/issuing/documents?number=OE0000001")
    browser.open(APPLICATION)
    browser.send(f"{APPLICATION}/report", staff="ana", report="stolen")
    assert "its certificates are revoked" in browser.page
    assert "Document OE0000001: stolen" in browser.open("/issuing/documents?number=OE0000001")


def test_a_card_that_does_not_answer_is_one_clear_line(browser: Browser, slovenian_office: IssuingOffice) -> None:
    reference = released(slovenian_office)
    browser.open("/issuing/")
    browser.send("/issuing/staff", staff="cvetka", back=f"/issuing/applications/{reference}")

    def removed(self: InProcess, command: bytes) -> bytes:
        raise CardRemoved("there is no card in the reader")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(InProcess, "exchange", removed)
        browser.send(f"{APPLICATION}/personalise", staff="cvetka")
    assert browser.status == 409 and "there is no card in the reader" in browser.page
    browser.send(f"{APPLICATION}/personalise", staff="cvetka")
    assert "is made and checked" in browser.page


def test_refusal_and_unknown_addresses(browser: Browser, slovenian_office: IssuingOffice) -> None:
    apply(browser, slovenian_office)
    browser.open("/issuing/")
    browser.send("/issuing/staff", staff="nobody")
    assert browser.status == 422
    browser.open("/issuing/")
    browser.send("/issuing/staff", staff="ana", back="https://elsewhere.example/")
    assert "VZOREC" in browser.page, "back leads nowhere else"
    browser.open("/issuing/applications/2026-999999")
    assert browser.status == 404 and "There is no application 2026-999999" in browser.page
    browser.open(APPLICATION)
    browser.send(f"{APPLICATION}/refuse", staff="ana", reason="the photograph shows a cat")
    assert "the photograph shows a cat" in browser.page
    browser.open("/issuing/submitted/2026-000077")
    assert browser.status == 404


def test_a_request_from_elsewhere_is_refused(browser: Browser, slovenian_office: IssuingOffice) -> None:
    apply(browser, slovenian_office)
    browser.page = ""
    browser.send(f"{APPLICATION}/approve", staff="ana")
    assert browser.status == 403


def test_the_log_is_for_the_auditor(browser: Browser, slovenian_office: IssuingOffice) -> None:
    apply(browser, slovenian_office)
    browser.open("/issuing/log")
    assert browser.status == 403 and "chain is whole" not in browser.page
    browser.send("/issuing/staff", staff="franc", back="/issuing/log")
    assert "The chain is whole" in browser.page and "VZOREC" not in browser.page


@pytest.mark.parametrize("language", ["sl", "en"])
@pytest.mark.parametrize("address", ["/issuing/", "/issuing/apply", "/issuing/log", "/issuing/documents?number=X"])
def test_every_page_speaks_both_languages(browser: Browser, address: str, language: str) -> None:
    separator = "&" if "?" in address else "?"
    assert f'<html lang="{language}">' in browser.open(f"{address}{separator}lang={language}")
