"""The officer's screens, driven as a browser without JavaScript drives them, in both languages."""

import ast
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import openeoi.border
from border import sample_post as sample
from openeoi.border import checks, pages
from openeoi.border.ports import DocumentState
from openeoi.border.post import BorderPost
from openeoi.border.report import Purpose
from openeoi.protocols.passive_authentication import Tolerance
from openeoi.terminal.checks import Outcome
from openeoi.web.kit import Settings, WebKit
from openeoi.web.portraits import portrait_uri
from openeoi.web.translation import LANGUAGES, load_catalogue

KIT = WebKit([("border", "openeoi.border")])
SOURCE = Path(openeoi.border.__file__).parent


def browser(post: BorderPost) -> TestClient:
    application = Starlette(
        routes=[*pages.routes(post, KIT), *KIT.static_routes()],
        middleware=KIT.middleware(Settings(secret="x" * 32)),
        exception_handlers=KIT.exception_handlers(),
    )
    client = TestClient(application)
    client.get("/border/?lang=en")
    return client


def sent(client: TestClient, access: str, purpose: str = "entry", action: str = "inspect") -> tuple[int, str]:
    form = client.get("/border/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    fields = {"csrf_token": token[1], "access": access, "purpose": purpose, "action": action}
    answer = client.post("/border/", data=fields)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.text


def test_a_genuine_card() -> None:
    status, page = sent(browser(sample.post(sample.card())), sample.ZONE.encode())
    assert status == 200
    assert "The data is genuine and the document is valid" in page
    assert "VZOREC" in page
    assert "data:image/jpeg;base64," in page
    assert "TEST CSCA" in page
    assert "Opening the chip (PACE)" in page
    for name in checks.WEIGHTS:
        assert f"check.{name}" not in page


def test_in_slovenian() -> None:
    client = browser(sample.post(sample.card()))
    client.get("/border/?lang=sl")
    assert "Črna gora" in client.get("/border/").text
    _, page = sent(client, sample.CAN)
    assert "Podatki so pristni, listina je veljavna" in page


def test_the_forged_chip_fails_and_says_why() -> None:
    status, page = sent(browser(sample.post(sample.card())), sample.CAN, action="training")
    assert status == 200
    assert "The document did not pass" in page
    assert "The data on the chip is not what the state signed." in page
    assert "Data and photograph are not confirmed" in page
    assert page.index("The data is what was signed") < page.index("The chip was opened")
    assert "second officer" in page


def test_a_hit_names_the_remedy() -> None:
    _, page = sent(browser(sample.post(sample.card(), sample.Issuer(DocumentState.STOLEN))), sample.CAN)
    assert "A hit is a hint, not proof" in page
    assert "The document is reported stolen." in page


def test_an_unreadable_chip_is_no_suspicion() -> None:
    class Dead:
        def exchange(self, command: bytes) -> bytes:
            return b"\x6f\x00"

    _, page = sent(browser(sample.post(Dead())), sample.ZONE.encode())
    assert "no ground for suspicion" in page
    assert "Data copied from the print" in page


@pytest.mark.parametrize(
    ("access", "purpose", "action", "text"),
    [
        ("nonsense", "entry", "inspect", "neither a CAN nor"),
        ("", "entry", "inspect", "neither a CAN nor"),
        (sample.CAN, "curiosity", "inspect", "Choose the purpose"),
        (sample.CAN, "training", "inspect", "Choose the purpose"),
        ("000000", "entry", "training", "could not be opened"),
    ],
)
def test_what_was_sent_wrongly_is_said_at_the_field(access: str, purpose: str, action: str, text: str) -> None:
    status, page = sent(browser(sample.post(sample.card())), access, purpose, action)
    assert status == 422
    assert text in page
    # What opens a document is not sent back.
    assert not access or f">{access}<" not in page


def test_an_empty_reader() -> None:
    status, page = sent(browser(sample.post()), sample.CAN)
    assert (status, "There is no card in the reader" in page) == (422, True)


def test_the_desk_shows_the_log_without_persons() -> None:
    client = browser(sample.post(sample.card()))
    sent(client, sample.CAN)
    page = client.get("/border/").text
    assert "SVN" in page
    for marker in sample.PERSONAL_MARKERS:
        assert marker not in page, marker


def test_no_inspection_without_the_form_token() -> None:
    post = sample.post(sample.card())
    assert browser(post).post("/border/", data={"access": sample.CAN, "purpose": "entry"}).status_code == 403
    assert post.store.latest() == ()


def reason_codes() -> set[str]:
    """Every code that this office adds: states, and those written in the source. Those of the examination have shared words."""
    statuses = {f"status_{state.value}" for state in DocumentState if state is not DocumentState.VALID}
    written: set[str] = set()
    for node in ast.walk(ast.parse((SOURCE / "inspection.py").read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("add", "not_made"):
                written |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return statuses | written


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    sources = (SOURCE, SOURCE.parent / "web")
    texts = load_catalogue(language, [source / "translations" / f"{language}.po" for source in sources]).texts
    for code in reason_codes():
        assert f"border.reason.{code}" in texts or f"web.document.reason.{code}" in texts, code
    for name in checks.WEIGHTS:
        assert f"border.check.{name}" in texts or f"web.document.check.{name}" in texts, name
    assert {f"border.purpose.{purpose.value}" for purpose in Purpose} <= set(texts)
    assert {f"border.tolerance.{tolerance.name.lower()}" for tolerance in Tolerance} <= set(texts)
    for outcome in Outcome:
        assert {f"border.outcome.{outcome.name.lower()}", f"border.remedy.{outcome.name.lower()}"} <= set(texts)


@pytest.mark.parametrize("image", [b"", b"garbage", bytes.fromhex("0000000C6A5020200D0A870A") + bytes(50), b"\xff\xd8\xff\xd9"])
def test_a_picture_that_cannot_be_shown_is_left_out(image: bytes) -> None:
    assert portrait_uri(image) == ""


def test_jpeg_2000_is_shown_as_png() -> None:
    output = io.BytesIO()
    Image.new("RGB", (30, 40), (9, 9, 9)).save(output, "JPEG2000")
    assert portrait_uri(output.getvalue()).startswith("data:image/png;base64,")
