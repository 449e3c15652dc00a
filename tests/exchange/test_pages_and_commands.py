"""The desks' screens and commands: one state's list goes over to the other through them."""

import json
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from exchange.conftest import State
from openeoi.exchange.commands import commands
from openeoi.exchange.errors import DeskUnknown
from openeoi.exchange.pages import routes
from openeoi.exchange.trust import TrustState
from openeoi.web.kit import Settings, WebKit


@pytest.fixture
def client(slovenia: State, montenegro: State) -> TestClient:
    kit = WebKit([("exchange", "openeoi.exchange")])
    desks = {"si": slovenia.desk, "me": montenegro.desk}
    app = Starlette(
        routes=[*routes(desks, kit), *kit.static_routes()],
        middleware=kit.middleware(Settings(secret="for this test only")),
        exception_handlers=kit.exception_handlers(),
    )
    return TestClient(app)


def token(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return {"csrf_token": found[1]}


def test_a_list_goes_from_one_state_to_the_other(client: TestClient, slovenia: State, montenegro: State) -> None:
    fields = token(client.get("/exchange/si?lang=en").text)
    answer = client.post("/exchange/si/master-list", data=fields)
    assert answer.headers["content-disposition"] == 'attachment; filename="SI-master-list.ml"'
    files = {"master_list": ("SI-master-list.ml", answer.content)}

    page = client.post("/exchange/me/import", data=fields, files=files)
    assert page.status_code == 422
    assert "is not confirmed yet" in page.text
    page = client.post("/exchange/me/import", data={**fields, "fingerprint": "ab" * 32}, files=files)
    assert "The fingerprint is not that of" in page.text
    assert 'value="abab' in page.text
    assert montenegro.desk.lists() == ()

    right = {**fields, "fingerprint": slovenia.desk.own_fingerprints()[0]}
    page = client.post("/exchange/me/import", data=right, files=files)
    assert "The list is taken in: Slovenia, 1 certificate." in page.text
    assert {one.country: one.state for one in montenegro.desk.standings()}["SI"] is TrustState.TRUSTED
    page = client.post("/exchange/me/import", data=right, files=files)
    assert "This list was taken in before" in page.text
    assert "was signed 22 Nov 2026" in client.get("/exchange").text

    decision = {**fields, "country": "SI", "decision": "withdraw", "reason": "a report"}
    assert "in force" in client.post("/exchange/me/decision", data=decision).text
    assert {one.country: one.state for one in montenegro.desk.standings()}["SI"] is TrustState.WITHDRAWN
    page = client.post("/exchange/me/decision", data={**decision, "decision": "trust", "basis": "SI", "reason": " "})
    assert "needs a reason" in page.text
    client.post("/exchange/me/decision", data={**decision, "decision": "trust", "basis": "SI", "reason": "resolved"})
    assert [one.state for one in montenegro.desk.history("SI")][-1] is TrustState.TRUSTED


@pytest.mark.parametrize("language", ["sl", "en"])
def test_every_refusal_has_its_text(client: TestClient, slovenia: State, montenegro: State, language: str) -> None:
    fields = token(client.get(f"/exchange/me?lang={language}").text)
    own = montenegro.desk.export_master_list()
    for content in (b"", b"no list", slovenia.desk.export_master_list()[:-1], own):
        page = client.post("/exchange/me/import", data=fields, files={"master_list": ("list.ml", content)})
        assert page.status_code == 422
        assert 'class="error-summary"' in page.text
    assert client.post("/exchange/me/import", data=fields).status_code == 422
    assert montenegro.desk.lists() == ()


def test_forms_without_the_token_change_nothing(client: TestClient, montenegro: State) -> None:
    for path in ("import", "decision", "master-list"):
        assert client.post(f"/exchange/me/{path}", data={"country": "SI"}).status_code == 403
    assert montenegro.desk.verify_audit() == 0


def test_unknown_desks_and_answered_forms(client: TestClient) -> None:
    assert client.get("/exchange/hr").status_code == 404
    assert client.get("/exchange/hr/import").status_code == 404
    answer = client.get("/exchange/me/import", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/exchange/me")


def test_commands(slovenia: State, montenegro: State, tmp_path: Path) -> None:
    app = commands(lambda: {"si": slovenia.desk, "me": montenegro.desk})
    runner, file = CliRunner(), tmp_path / "si.ml"

    def run(*arguments: str) -> tuple[int, str]:
        result = runner.invoke(app, [str(one) for one in arguments])
        return result.exit_code, result.output

    assert run("export", "--country", "si", "--out", str(file))[0] == 0
    assert run("import", str(file), "--country", "me")[0] == 1
    digest = run("fingerprint", "--country", "si")[1].strip()
    code, output = run("import", str(file), "--country", "me", "--fingerprint", digest, "--json")
    assert code == 0
    assert json.loads(output)["issuer_state"] == "trusted"
    rows = json.loads(run("list", "--country", "me", "--json")[1])
    assert [(one["country"], one["state"]) for one in rows] == [("ME", "own"), ("SI", "trusted")]
    assert "SI" in run("list", "--country", "me")[1]
    assert run("withdraw", "si", "--country", "me", "--reason", "a report")[0] == 0
    assert run("trust", "si", "--country", "me", "--reason", "resolved")[0] == 0
    assert run("trust", "hr", "--country", "me", "--reason", "unheard of")[0] == 1
    assert isinstance(runner.invoke(app, ["list", "--country", "hr"]).exception, DeskUnknown)
    assert run("import", str(tmp_path / "nowhere"), "--country", "me")[0] == 2
