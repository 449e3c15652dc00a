"""The machine interface: sessions, challenges, presence (`/poc/v1`) and eligibility (`/fhir`).

Every request but the public ones carries the header `DPoP` (RFC 9449); what a refusal means stands in its POC code.
"""

import base64
import binascii
from typing import Annotated

from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.health import fhir_messages, texts
from openeoi.health.errors import INSURED_UNKNOWN, MalformedRequest, PointOfCareError, RateLimited, TokenNotValid
from openeoi.health.office import API_PATH, HealthOffice
from openeoi.health.sessions import LIFETIME as SESSION_LIFETIME
from openeoi.health.values import Client, Purpose
from openeoi.web.forms import body

FHIR_JSON = "application/fhir+json"
NO_STORE = {"Cache-Control": "no-store"}
Proof = Annotated[str, Header(alias="DPoP", description="key proof of the client, RFC 9449")]
Session = Annotated[str, Header(alias="Eoi-Professional-Session")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignIn(_Message):
    professional: str = Field(max_length=32)
    pin: str = Field(max_length=32, repr=False)


class SessionGiven(_Message):
    session: str
    expires_in: int = Field(alias="expiresIn")


class ChallengeWanted(_Message):
    purpose: Purpose
    terminal: str = Field(min_length=1, max_length=64)


class ChallengeGiven(_Message):
    """`tbs` are the bytes whose SHA-384 the card signs."""

    challenge_id: str = Field(alias="challengeId")
    nonce: str
    iat: int
    exp: int
    tbs: str


class PresenceProof(_Message):
    """`signature` raw r || s, `certificate` DER, both base64url without padding."""

    challenge_id: str = Field(alias="challengeId", max_length=64)
    signature: str = Field(max_length=512)
    certificate: str = Field(max_length=12000)
    reader: str = Field(default="", max_length=128)


class PresenceGiven(_Message):
    """`token` is absent where `code` tells why: POC-120."""

    token: str | None = None
    token_type: str = Field(default="DPoP", alias="tokenType")
    expires_in: int = Field(default=0, alias="expiresIn")
    code: str | None = None


def application(office: HealthOffice) -> FastAPI:
    """The sub-application for one office."""
    app = FastAPI(title="OpenEOI point of care", version="1", docs_url=None, redoc_url=None)
    app.add_exception_handler(PointOfCareError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)

    def client(request: Request, proof: str, token: str = "") -> Client:
        return office.client(proof, request.method, office.origin + API_PATH + _own_path(request), token)

    @app.get("/poc/v1/keys")
    def keys() -> dict[str, list[dict[str, object]]]:
        return office.keys.key_set()

    @app.post("/poc/v1/sessions", response_model_by_alias=True)
    def sign_in(request: Request, wanted: SignIn, proof: Proof) -> SessionGiven:
        session = office.sessions.sign_in(client(request, proof), wanted.professional, wanted.pin, office.clock())
        return SessionGiven(session=session, expiresIn=int(SESSION_LIFETIME.total_seconds()))

    @app.post("/poc/v1/challenges", response_model_by_alias=True)
    def challenge(request: Request, wanted: ChallengeWanted, proof: Proof, session: Session) -> ChallengeGiven:
        caller = office.caller(client(request, proof), session)
        given = office.presence.challenge(caller, wanted.purpose, wanted.terminal, CredentialRole.LOW)
        return ChallengeGiven(
            challengeId=given.challenge_id,
            nonce=_encode(given.text.nonce),
            iat=int(given.text.issued_at.timestamp()),
            exp=int(given.text.expires_at.timestamp()),
            tbs=_encode(given.text.encode()),
        )

    @app.post("/poc/v1/presence", response_model_by_alias=True)
    def presence(request: Request, sent: PresenceProof, proof: Proof, session: Session) -> PresenceGiven:
        caller = office.caller(client(request, proof), session)
        signature, certificate = _decode("signature", sent.signature), _decode("certificate", sent.certificate)
        proved = office.presence.prove(caller, sent.challenge_id, signature, certificate)
        if proved is None:
            return PresenceGiven(code=INSURED_UNKNOWN)
        return PresenceGiven(token=proved.token, expiresIn=int((proved.expires_at - office.clock()).total_seconds()))

    @app.get("/fhir/metadata")
    def metadata() -> Response:
        statement = fhir_messages.capability_statement(office.origin + API_PATH + "/fhir", office.clock().replace(microsecond=0))
        return JSONResponse(statement, media_type=FHIR_JSON)

    @app.post("/fhir/CoverageEligibilityRequest/$submit")
    def submit(
        request: Request,
        proof: Proof,
        authorization: Annotated[str, Header()] = "",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "dpop" or not token:
            raise TokenNotValid("the header Authorization carries no DPoP token")
        answer = office.eligibility.ask(client(request, proof, token), token, body(request), if_none_match)
        headers = {"ETag": answer.tag, **NO_STORE}
        if answer.bundle is None:
            return Response(status_code=304, headers=headers)
        return JSONResponse(answer.bundle, headers=headers, media_type=FHIR_JSON)

    return app


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, PointOfCareError):  # what the handler is registered for
        raise error
    advice = texts.advice(error.code)
    headers = {**NO_STORE, "Retry-After": str(error.retry_after)} if isinstance(error, RateLimited) else NO_STORE
    if _own_path(request).startswith("/fhir/"):
        outcome = fhir_messages.problem(error.code, str(error), advice["counter"]["sl"])
        return JSONResponse(outcome, error.status, headers, FHIR_JSON)
    return JSONResponse({"code": error.code, "reason": str(error), **advice}, error.status, headers)


def _unreadable(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):  # what the handler is registered for
        raise error
    path = "/".join(str(part) for part in error.errors()[0]["loc"])
    return _refused(request, MalformedRequest(f"{path} is missing or wrong"))


def _own_path(request: Request) -> str:
    return request.scope["path"].removeprefix(request.scope.get("root_path", "")) or "/"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(name: str, text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise MalformedRequest(f"body/{name} is no base64url") from error
    if _encode(raw) != text:
        raise MalformedRequest(f"body/{name} is no base64url without padding")
    return raw
