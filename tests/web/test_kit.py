"""The kit through a small application: languages, tokens, headers, errors at fields, and what must never reach a page."""

import asyncio
import re

import pytest
from demo_application import application
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message


@pytest.fixture
def client() -> TestClient:
    return TestClient(application(), base_url="http://testserver", raise_server_exceptions=False)


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_slovenian_comes_first_and_the_chosen_language_is_remembered(client: TestClient) -> None:
    assert '<html lang="sl">' in client.get("/demo").text
    switched = client.get("/demo?x=1&lang=en", follow_redirects=False)
    assert (switched.status_code, switched.headers["location"]) == (303, "/demo?x=1")
    assert '<html lang="en">' in client.get("/demo").text
    assert client.get("/demo").headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("accepted", "language"), [("en-GB,en;q=0.9,sl;q=0.8", "en"), ("de, sl;q=0.5", "sl"), ("de", "sl"), ("en;q=x", "sl")]
)
def test_a_first_visit_follows_the_browser(client: TestClient, accepted: str, language: str) -> None:
    assert f'<html lang="{language}">' in client.get("/demo", headers={"accept-language": accepted}).text


def test_a_language_link_never_leads_to_another_host(client: TestClient) -> None:
    answer = client.get("http://testserver//elsewhere.example/?lang=en", follow_redirects=False)
    assert answer.headers["location"] == "/elsewhere.example/"


def test_a_form_without_the_token_is_refused_and_says_that_nothing_happened(client: TestClient) -> None:
    client.get("/demo")
    for sent in ({"surname": "Novak"}, {"surname": "Novak", "csrf_token": "wrong"}, {"surname": "Novak", "csrf_token": "č"}):
        answer = client.post("/demo", data=sent)
        assert answer.status_code == 403
        assert "Nič ni bilo izvedeno" in answer.text


@pytest.mark.parametrize(
    "origin",
    ["http://127.0.0.1:9000", "http://evil.example", "https://testserver.evil.example", "null", "", "http://testserver:81"],
)
def test_the_right_token_from_a_page_of_another_origin_is_refused(client: TestClient, origin: str) -> None:
    sent = {"surname": "Novak", "csrf_token": token(client.get("/demo").text)}
    assert client.post("/demo", data=sent, headers={"origin": origin}).status_code == 403
    assert client.post("/demo", data=sent, headers={"origin": "http://testserver"}).status_code == 200
    assert client.post("/machine", data=sent, headers={"origin": origin}).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/x", "/%5Cevil.example/x", "/%2F/evil.example", "/%5C%5Cevil.example"])
def test_no_link_of_an_error_page_leads_to_another_host(client: TestClient, path: str) -> None:
    page = client.get(f"http://testserver{path}").text
    assert "evil.example" in page
    assert not re.findall(r'href="(?:[/\\\\]{2}|[a-z]+:)[^"]*', page)


def test_a_body_that_never_arrives_is_not_waited_for() -> None:
    answer = asyncio.run(silent_post(application(body_seconds=0.0)))
    assert answer == 408


async def silent_post(app: Starlette) -> int:
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing ever happens")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/demo", "query_string": b"", "headers": headers, "root_path": ""}
    scope |= {"scheme": "http", "server": ("testserver", 80), "http_version": "1.1", "raw_path": b"/demo"}
    await app(scope, receive, send)
    return int(sent[0]["status"])


def test_a_form_with_the_token_is_taken_once_and_the_notice_shown_once(client: TestClient) -> None:
    sent = {"surname": "Novak", "csrf_token": token(client.get("/demo").text)}
    assert "Shranjeno." in client.post("/demo", data=sent).text
    assert "Shranjeno." not in client.get("/demo").text


def test_an_error_stands_at_its_field_and_in_the_summary(client: TestClient) -> None:
    page = client.get("/demo").text
    answer = client.post("/demo", data={"surname": "X", "pin": "314159", "csrf_token": token(page)})
    assert answer.status_code == 422
    assert '<a href="#surname">' in answer.text
    assert 'aria-describedby="surname-hint surname-error" aria-invalid="true"' in answer.text
    assert "<title>Napaka: " in answer.text
    assert 'value="X"' in answer.text
    assert "314159" not in answer.text


def test_a_pin_in_a_trace_is_dotted_out_in_every_form(client: TestClient) -> None:
    page = client.get("/demo").text
    assert b"314159".hex() not in page.replace(" ", "").lower()
    assert "00 20 00 85 06 •• •• •• •• •• ••" in page


def test_machine_paths_need_no_token_and_get_body_or_fields(client: TestClient) -> None:
    assert client.post("/machine", content=b"12345").json() == {"length": 5, "field": ""}
    assert client.post("/machine", data={"field": "a b"}).json()["field"] == "a b"
    assert client.post("/machine", files={"f": ("x", b"1")}, data={"field": "c"}).json()["field"] == "c"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [("/nowhere", 404, "Te strani ni"), ("/forbidden", 403, "nimate dovoljenja"), ("/broken", 500, "nismo predvideli")],
)
def test_error_pages_say_what_happened_was_lost_and_to_do(client: TestClient, path: str, status: int, text: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert text in answer.text
    for heading in ("Kaj se je zgodilo", "Ali se je kaj izgubilo", "Kaj lahko storite"):
        assert heading in answer.text
    assert "not foreseen" not in answer.text


def test_a_body_that_is_too_large_or_unreadable_is_refused(client: TestClient) -> None:
    assert client.post("/machine", content=b"0" * 100_001).status_code == 413
    assert client.get("/machine").status_code == 405
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/demo", content=b"--y\r\n", headers=headers).status_code == 400


def test_every_answer_carries_the_security_headers_and_pages_hold_nothing_inline(client: TestClient) -> None:
    for path in ("/demo", "/nowhere", "/broken", "/static/web/page.css"):
        headers = client.get(path).headers
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert path.startswith("/static/") or headers["cache-control"] == "no-store"
    page = client.get("/demo").text
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))


def test_a_session_begins_only_with_a_form(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/nowhere").headers
    assert "httponly" in client.get("/demo").headers["set-cookie"]


def test_structure_for_screen_readers(client: TestClient) -> None:
    page = client.get("/demo").text
    assert page.count("<main ") == page.count("<header ") == page.count("<footer ") == 1
    assert '<a class="skip" href="#main">' in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= set(ids)
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    controls = re.findall(r'<(?:input|select|textarea) id="([^"]+)"', page)
    assert set(controls) <= labelled
