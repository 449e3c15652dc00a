"""The machine interface as a counter's program uses it, and what it answers to wrong ones."""

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from health.cards import HIGH, LOW, SoftwareCard
from health.world import ORIGIN, World
from openeoi.health import fhir_messages, samples
from openeoi.health.client_proof import make_proof
from openeoi.health.errors import PointOfCareError
from openeoi.health.insurer.sample_insurer import UNKNOWN_NUMBER
from openeoi.health.tokens import check_token
from openeoi.protocols.card_proof import PresenceText

API = "/health/api"
SUBMIT = "/fhir/CoverageEligibilityRequest/$submit"


class Program:
    """A counter's program of a registered organisation."""

    def __init__(self, world: World) -> None:
        self.world, self.key = world, world.key
        self.browser: TestClient = world.browser()
        self.session = ""

    def proof(self, path: str, method: str = "POST", token: str = "", key: ECKey | None = None) -> str:
        return make_proof(key or self.key, method, ORIGIN + API + path, self.world.now, secrets.token_bytes, token)

    def post(self, path: str, content: object, token: str = "", **headers: str) -> httpx.Response:
        sent = {"DPoP": self.proof(path, token=token), "Eoi-Professional-Session": self.session, **headers}
        return self.browser.post(API + path, json=content, headers={name: value for name, value in sent.items() if value})

    def sign_in(self, professional: str = "ZD-1001") -> httpx.Response:
        answer = self.post("/poc/v1/sessions", {"professional": professional, "pin": samples.SAMPLE_PIN})
        self.session = answer.json().get("session", "")
        return answer

    def challenge(self) -> dict[str, Any]:
        answer = self.post("/poc/v1/challenges", {"purpose": "TREAT", "terminal": "t-1"})
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def prove(self, challenge: dict[str, Any], card: SoftwareCard = LOW) -> httpx.Response:
        text = PresenceText.decode(decoded(challenge["tbs"]))
        content = {
            "challengeId": challenge["challengeId"],
            "signature": encoded(card.sign(text)),
            "certificate": encoded(card.certificate),
            "reader": "Test reader",
        }
        return self.post("/poc/v1/presence", content)

    def token(self) -> str:
        self.sign_in()
        return str(self.prove(self.challenge()).json()["token"])

    def question(self, token: str) -> fhir_messages.JsonObject:
        world = self.world
        claims = check_token(world.office.keys, world.office.issuer, token, world.client, world.now)
        return fhir_messages.request(claims, ("validation",), world.now)

    def ask(self, token: str, tag: str = '"0"') -> httpx.Response:
        headers = {"Authorization": f"DPoP {token}", "If-None-Match": tag}
        return self.post(SUBMIT, self.question(token), token, **headers)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(World(tmp_path))


def test_from_sign_in_to_the_insurers_answer(program: Program) -> None:
    program.sign_in()
    challenge = program.challenge()
    assert challenge["exp"] - challenge["iat"] == 60
    proved = program.prove(challenge)
    assert proved.status_code == 200
    assert proved.json()["tokenType"] == "DPoP"
    assert proved.json()["expiresIn"] == 12 * 3600
    answer = program.ask(proved.json()["token"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    assert answer.json()["entry"][0]["resource"]["insurance"][0]["inforce"] is True
    unchanged = program.ask(proved.json()["token"], answer.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_the_published_key_checks_the_token(program: Program) -> None:
    token = program.token()
    keys = program.browser.get(API + "/poc/v1/keys").json()["keys"]
    assert "d" not in keys[0]
    assert jwt.decode(token, ECKey.import_key(keys[0]), algorithms=["ES256"]).claims["actorId"] == "ZD-VZOREC"


def test_an_unknown_insured_is_a_business_answer(program: Program) -> None:
    program.world.office.enrol("1234567890123", UNKNOWN_NUMBER)
    answer = program.ask(program.token())
    assert answer.status_code == 200
    error = answer.json()["entry"][0]["resource"]["error"][0]
    assert error["code"]["coding"][0]["code"] == "POC-120"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    content = answer.json()
    if "resourceType" in content:
        fhir_messages.validate(content)
        return answer.status_code, content["issue"][0]["details"]["coding"][0]["code"]
    assert set(content["counter"]) == set(content["vendor"]) == {"sl", "en"}
    return answer.status_code, content["code"]


def test_refusals_say_what_the_counter_and_the_vendor_do(program: Program) -> None:
    program.sign_in()
    answer = program.prove(program.challenge(), HIGH)
    assert refusal(answer) == (422, "POC-110")
    assert answer.json()["counter"]["en"] == "This card cannot be used here. Use another card."
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"purpose": "TREAT"}, "terminal"),
        ({"purpose": "FUN", "terminal": "t"}, "purpose"),
        ({"purpose": "TREAT", "terminal": "t", "more": 1}, "more"),
        ({"purpose": "TREAT", "terminal": "a\nb"}, "terminal"),
        ([], "body"),
    ],
)
def test_malformed_messages_name_the_place(program: Program, content: object, part: str) -> None:
    program.sign_in()
    answer = program.post("/poc/v1/challenges", content)
    assert refusal(answer) == (400, "POC-100")
    assert part in answer.json()["reason"]


@pytest.mark.parametrize("text", ["*", "a", "AB==", "AA"[:1]])
def test_signatures_that_are_no_base64url(program: Program, text: str) -> None:
    program.sign_in()
    challenge = program.challenge()
    content = {"challengeId": challenge["challengeId"], "signature": text, "certificate": encoded(LOW.certificate)}
    assert refusal(program.post("/poc/v1/presence", content)) == (400, "POC-100")


def test_nobody_signed_in(program: Program) -> None:
    assert refusal(program.post("/poc/v1/challenges", {"purpose": "TREAT", "terminal": "t"}))[1] == "POC-100"
    program.session = "guess"
    assert refusal(program.post("/poc/v1/challenges", {"purpose": "TREAT", "terminal": "t"})) == (401, "POC-102")
    assert refusal(program.post("/poc/v1/sessions", {"professional": "ZD-1001", "pin": "9"})) == (401, "POC-102")


def test_a_key_proof_serves_once(program: Program) -> None:
    program.sign_in()
    proof = program.proof("/poc/v1/challenges")
    content = {"purpose": "TREAT", "terminal": "t"}
    assert program.post("/poc/v1/challenges", content, DPoP=proof).status_code == 200
    assert refusal(program.post("/poc/v1/challenges", content, DPoP=proof)) == (401, "POC-101")


def test_key_proofs_that_prove_nothing(program: Program) -> None:
    program.sign_in()
    world, path, content = program.world, "/poc/v1/challenges", {"purpose": "TREAT", "terminal": "t"}
    address = ORIGIN + API + path
    now, draw = world.now, secrets.token_bytes
    good = make_proof(world.key, "POST", address, now, draw)
    header, body, signature = good.split(".")
    private = {"alg": "ES256", "typ": "dpop+jwt", "jwk": world.key.as_dict(private=True)}
    from datetime import timedelta

    proofs = {
        "other path": make_proof(world.key, "POST", address + "/", now, draw),
        "other method": make_proof(world.key, "GET", address, now, draw),
        "old": make_proof(world.key, "POST", address, now - timedelta(seconds=61), draw),
        "ahead": make_proof(world.key, "POST", address, now + timedelta(seconds=120), draw),
        "unknown key": make_proof(ECKey.generate_key("P-256"), "POST", address, now, draw),
        "other curve": make_other_curve(address, now.timestamp()),
        "private key inside": jwt.encode(private, {"jti": "x", "htm": "POST", "htu": address, "iat": 0}, world.key),
        "signature changed": f"{header}.{body}.{signature[:-4]}AAAA",
        "no signature": f"{encoded(json.dumps({'alg': 'none', 'typ': 'dpop+jwt'}).encode())}.{body}.",
        "nothing": "x",
    }
    for name, proof in proofs.items():
        assert refusal(program.post(path, content, DPoP=proof)) == (401, "POC-101"), name
    assert program.post(path, content, DPoP=good).status_code == 200


def make_other_curve(address: str, at: float) -> str:
    key = ECKey.generate_key("P-384")
    header = {"alg": "ES384", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, {"jti": "x", "htm": "POST", "htu": address, "iat": int(at)}, key, algorithms=["ES384"])


def test_a_stolen_token_is_useless(program: Program) -> None:
    token = program.token()
    thief = ECKey.generate_key("P-256")
    program.world.new_client(thief)
    headers = {"Authorization": f"DPoP {token}", "If-None-Match": '"0"', "DPoP": program.proof(SUBMIT, token=token, key=thief)}
    assert refusal(program.post(SUBMIT, program.question(token), **headers)) == (403, "POC-105")
    headers["DPoP"] = program.proof(SUBMIT)
    assert refusal(program.post(SUBMIT, program.question(token), **headers)) == (401, "POC-101")


@pytest.mark.parametrize("authorization", ["", "Bearer x", "DPoP", "DPoP x.y.z"])
def test_questions_without_a_token(program: Program, authorization: str) -> None:
    token = program.token()
    headers = {"Authorization": authorization, "If-None-Match": '"0"', "DPoP": program.proof(SUBMIT, token="x.y.z")}
    assert refusal(program.post(SUBMIT, program.question(token), **headers)) == (401, "POC-142")


def test_questions_without_a_condition(program: Program) -> None:
    token = program.token()
    answer = program.post(SUBMIT, program.question(token), token, Authorization=f"DPoP {token}")
    assert refusal(answer) == (428, "POC-141")


def test_the_insurer_is_down(program: Program) -> None:
    token = program.token()
    program.world.insurer.is_down = True
    assert refusal(program.ask(token)) == (503, "POC-122")


def test_what_the_server_says_of_itself(program: Program) -> None:
    statement = program.browser.get(API + "/fhir/metadata")
    assert statement.headers["content-type"] == "application/fhir+json"
    fhir_messages.validate(statement.json())
    described = program.browser.get(API + "/openapi.json").json()
    assert {"/poc/v1/challenges", "/poc/v1/presence", "/poc/v1/sessions", SUBMIT} <= set(described["paths"])


def test_every_code_has_its_texts() -> None:
    from openeoi.health import texts

    kinds = [kind for kind in PointOfCareError.__subclasses__() if kind.__module__ == "openeoi.health.errors"]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for code in [*(kind.code for kind in kinds), "POC-120", "POC-121"]:
        assert all(texts.advice(code)["counter"].values())


def test_a_server_start_imports_neither_fastapi_nor_fhir(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import sys; from openeoi.health import api, pages, office; "
        "print(sorted(name for name in ('fastapi', 'fhir', 'fhir.resources') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
