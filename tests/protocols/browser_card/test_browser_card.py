import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.browser_card import (
    CardRequest,
    CardResponse,
    CertificateDetails,
    Details,
    DocumentDescription,
    ForeignOrigin,
    ForeignResponse,
    Operation,
    OperationNotDone,
    ResponseOutcome,
    SigningDetails,
    require_sender,
)
from openeoi.protocols.card_proof import LoginText, PresenceText

ORIGIN = "http://127.0.0.1:8000"
STATE = "s" * 22
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LOGIN = LoginText(ORIGIN, "sample-service", bytes(32), NOON, NOON + timedelta(minutes=2))
PRESENCE = PresenceText(bytes(32), "ZD Ljubljana", "12345", "okence-1", "TREAT", NOON, NOON + timedelta(minutes=1), "k" * 43)
SIGNING = SigningDetails((DocumentDescription("pogodba č.pdf", "application/pdf", 12345, bytes(32)),), b"\x31\x00")

requests = {
    Operation.LOGIN: (CredentialRole.HIGH, LOGIN),
    Operation.PRESENCE: (CredentialRole.LOW, PRESENCE),
    Operation.CERTIFICATE: (CredentialRole.QUALIFIED, CertificateDetails()),
    Operation.SIGN: (CredentialRole.QUALIFIED, SIGNING),
}


def request(operation: Operation, return_to: str = ORIGIN + "/login/card", origin: str = ORIGIN) -> CardRequest:
    role, details = requests[operation]
    return CardRequest(operation, role, origin, return_to, STATE, details)


def decoded(form_field: str) -> dict[str, object]:
    value: dict[str, object] = json.loads(base64.urlsafe_b64decode(form_field + "=="))
    return value


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("operation", list(Operation))
def test_a_request_survives_its_form_field(operation: Operation) -> None:
    assert CardRequest.decode(request(operation).encode()) == request(operation)


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        ORIGIN,
        ORIGIN + "0/",
        ORIGIN + ".evil.example/",
        ORIGIN + "@evil.example/",
        ORIGIN + "/a#b",
        ORIGIN + "/a\\b",
        ORIGIN + "/a b",
        ORIGIN + "/a\nb",
        ORIGIN + "/%zz",
        "//evil.example/",
        "javascript:alert(1)",
        ORIGIN + "/" + "a" * 2048,
    ],
)
def test_the_answer_goes_only_below_the_origin(return_to: str) -> None:
    with pytest.raises(EncodingError):
        request(Operation.PRESENCE, return_to)
    with pytest.raises(DecodingError):
        CardRequest.decode(encoded({**decoded(request(Operation.PRESENCE).encode()), "return_to": return_to}))


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.si",
        "https://Example.si",
        "https://example.si/",
        "https://a:b@example.si",
        "https://",
        "null",
        "https://x:0",
    ],
)
def test_an_origin_is_https_in_its_plain_form(origin: str) -> None:
    with pytest.raises(EncodingError):
        request(Operation.PRESENCE, origin + "/", origin)


def test_a_login_text_is_only_for_the_asking_origin() -> None:
    with pytest.raises(EncodingError):
        request(Operation.LOGIN, "https://evil.example/x", "https://evil.example")


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("role", list(CredentialRole))
def test_the_qualified_key_signs_documents_and_nothing_else(operation: Operation, role: CredentialRole) -> None:
    def build() -> CardRequest:
        return CardRequest(operation, role, ORIGIN, ORIGIN + "/", STATE, requests[operation][1])

    if (role is CredentialRole.QUALIFIED) == (operation in {Operation.SIGN, Operation.CERTIFICATE}):
        build()
    else:
        with pytest.raises(EncodingError):
            build()


def test_the_details_are_those_of_the_operation() -> None:
    details: Details = SIGNING
    with pytest.raises(EncodingError):
        CardRequest(Operation.LOGIN, CredentialRole.HIGH, ORIGIN, ORIGIN + "/", STATE, details)


@pytest.mark.parametrize("to_be_signed", [b"", b"\x30\x00", LOGIN.encode(), b"EOI-LOGIN/1", b"\x31" + bytes(16384)])
def test_only_signed_attributes_are_signed(to_be_signed: bytes) -> None:
    with pytest.raises(EncodingError):
        SigningDetails(SIGNING.documents, to_be_signed)


def test_the_sender_is_the_origin() -> None:
    require_sender(request(Operation.LOGIN), ORIGIN)
    for header in ("https://evil.example", "null", None, ""):
        with pytest.raises(ForeignOrigin):
            require_sender(request(Operation.LOGIN), header)


def without(name: str) -> Callable[[dict[str, object]], object]:
    return lambda value: {key: member for key, member in value.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: {**value, "extra": 1},
        without("state"),
        without("version"),
        lambda value: {**value, "version": 2},
        lambda value: {**value, "version": True},
        lambda value: {**value, "operation": "format"},
        lambda value: {**value, "role": "qualified"},
        lambda value: {**value, "state": "short"},
        lambda value: {**value, "state": 1},
        lambda value: {**value, "origin": "\ud800"},
        lambda value: {**value, "details": None},
        lambda value: {**value, "details": {**value["details"], "issued_at": 1.5}},
        lambda value: {**value, "details": {**value["details"], "issued_at": 10**400}},
        lambda value: {**value, "details": {**value["details"], "issued_at": float("nan")}},
        lambda value: {**value, "details": {**value["details"], "nonce": "AB="}},
        lambda value: {**value, "details": {**value["details"], "nonce": "A" * 42 + "B"}},
        lambda value: [value],
    ],
)
def test_a_request_with_anything_else_in_it_is_refused(change: Callable[[object], object]) -> None:
    with pytest.raises(DecodingError):
        CardRequest.decode(encoded(change(decoded(request(Operation.LOGIN).encode()))))


def test_a_member_twice_is_refused() -> None:
    text = json.dumps(decoded(request(Operation.LOGIN).encode()))
    twice = base64.urlsafe_b64encode((text[:-1] + ', "role": "low"}').encode()).rstrip(b"=").decode()
    with pytest.raises(DecodingError):
        CardRequest.decode(twice)


@pytest.mark.parametrize("form_field", ["", "!", "e30=", "W10", "A" * 65537, base64.urlsafe_b64encode(b"[" * 40000).decode()])
def test_what_is_no_request_is_refused(form_field: str) -> None:
    with pytest.raises(DecodingError):
        CardRequest.decode(form_field)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()))
def test_any_text_decodes_or_raises_decoding_error(form_field: str) -> None:
    for kind in (CardRequest, CardResponse):
        with pytest.raises(DecodingError):
            kind.decode(form_field)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(Operation)), st.data())
def test_any_member_replaced_gives_a_request_or_decoding_error(operation: Operation, data: st.DataObject) -> None:
    value = decoded(request(operation).encode())
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(json_values)
    try:
        CardRequest.decode(encoded(value))
    except DecodingError:
        return


DONE = CardResponse(STATE, ResponseOutcome.DONE, b"\x30\x00", (b"\x30\x01\x00",), bytes(96), "Virtualni čitalnik")


def test_a_response_survives_its_form_field() -> None:
    for response in (DONE, CardResponse(STATE, ResponseOutcome.FAILED, reason="pin-blocked", reader="x")):
        assert CardResponse.decode(response.encode()) == response


@pytest.mark.parametrize(
    "build",
    [
        lambda: CardResponse(STATE, ResponseOutcome.DONE),
        lambda: CardResponse(STATE, ResponseOutcome.CANCELLED, b"\x30"),
        lambda: CardResponse(STATE, ResponseOutcome.FAILED, signature=bytes(96)),
        lambda: CardResponse(STATE, ResponseOutcome.DONE, b"\x30", signature=bytes(95)),
        lambda: CardResponse(STATE, ResponseOutcome.DONE, bytes(8193)),
        lambda: CardResponse(STATE, ResponseOutcome.DONE, b"\x30", (b"\x30",) * 5),
        lambda: CardResponse(STATE, ResponseOutcome.FAILED, reason="<b>"),
        lambda: CardResponse(STATE, ResponseOutcome.FAILED, reader="a\nb"),
        lambda: CardResponse("short", ResponseOutcome.FAILED),
    ],
)
def test_a_response_that_breaks_a_rule_is_refused(build: Callable[[], CardResponse]) -> None:
    with pytest.raises(EncodingError):
        build()


def test_a_response_to_another_request_is_refused() -> None:
    DONE.require_state(STATE)
    with pytest.raises(ForeignResponse):
        DONE.require_state("t" * 22)


def test_a_cancelled_operation_is_not_done() -> None:
    DONE.require_done()
    with pytest.raises(OperationNotDone) as caught:
        CardResponse(STATE, ResponseOutcome.CANCELLED, reason="holder-declined").require_done()
    assert (caught.value.outcome, caught.value.reason) == ("cancelled", "holder-declined")
