from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.protocols.card_proof import (
    LoginText,
    PresenceText,
    ProofExpired,
    ProofNotYetValid,
    ProofText,
    PurposeTextRefused,
    decode,
    refuse_purpose_text,
    require_current,
)

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=80)
nonces = st.binary(min_size=16, max_size=64)
starts = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
lengths = st.integers(1, 100_000).map(lambda seconds: timedelta(seconds=seconds))
thumbprints = st.text("ABCDEFabcdef0123456789-_", min_size=43, max_size=43)
login_texts = st.builds(lambda o, c, n, s, e: LoginText(o, c, n, s, s + e), words, words, nonces, starts, lengths)
presence_texts = st.builds(
    lambda n, o, p, t, u, s, e, k: PresenceText(n, o, p, t, u, s, s + e, k),
    nonces,
    words,
    words,
    words,
    words,
    starts,
    lengths,
    thumbprints,
)
texts = login_texts | presence_texts

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LOGIN = LoginText("https://prijava.example", "sample-service", bytes(32), NOON, NOON + timedelta(minutes=2))


@given(texts)
def test_a_text_survives_its_encoding(text: ProofText) -> None:
    assert type(text).decode(text.encode()) == text
    assert decode(text.encode()) == text


@given(login_texts, presence_texts)
def test_no_text_of_one_kind_parses_as_another(login: LoginText, presence: PresenceText) -> None:
    with pytest.raises(DecodingError):
        PresenceText.decode(login.encode())
    with pytest.raises(DecodingError):
        LoginText.decode(presence.encode())


@given(texts)
def test_no_text_begins_like_something_else_that_is_signed(text: ProofText) -> None:
    # CMS signed attributes SET OF 0x31, SEQUENCE 0x30, TLS 1.3 CertificateVerify 64 x 0x20 (RFC 8446, 4.4.3)
    assert text.encode()[0] == 0x00


@given(texts)
def test_whatever_begins_like_a_text_is_refused_for_document_signing(text: ProofText) -> None:
    for raw in (text.encode(), text.encode()[4:]):
        with pytest.raises(PurposeTextRefused):
            refuse_purpose_text(raw)


@given(st.binary(max_size=200))
def test_signed_attributes_are_not_refused(rest: bytes) -> None:
    assume(not rest[3:].startswith(b"EOI-"))
    refuse_purpose_text(b"\x31" + rest)


@given(texts, texts)
def test_different_texts_have_different_bytes(one: ProofText, other: ProofText) -> None:
    assert (one == other) == (one.encode() == other.encode())


@pytest.mark.parametrize("length", range(len(LOGIN.encode())))
def test_a_truncated_text_is_refused(length: int) -> None:
    with pytest.raises(DecodingError):
        decode(LOGIN.encode()[:length])


@given(texts, st.data())
def test_a_flipped_bit_gives_another_text_or_none(text: ProofText, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert decode(bytes(raw)) != text
    except DecodingError:
        return


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_raise_decoding_error(raw: bytes) -> None:
    try:
        text = decode(raw)
    except DecodingError:
        return
    assert text.encode() == raw


def test_a_second_form_of_a_time_is_refused() -> None:
    seconds = str(int(NOON.timestamp())).encode()
    raw = LOGIN.encode()
    longer = raw.replace(len(seconds).to_bytes(4, "big") + seconds, (len(seconds) + 1).to_bytes(4, "big") + b"0" + seconds)
    assert longer != raw
    with pytest.raises(DecodingError):
        decode(longer)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ""},
        {"origin": "https://a\nb"},
        {"client_id": "x" * 513},
        {"client_id": "abc\u202edef"},
        {"nonce": bytes(15)},
        {"nonce": bytes(65)},
        {"issued_at": NOON.replace(tzinfo=None)},
        {"issued_at": NOON.replace(microsecond=1)},
        {"expires_at": NOON},
    ],
)
def test_values_that_break_a_rule_are_refused(change: dict[str, object]) -> None:
    values: dict[str, object] = {
        "origin": "https://prijava.example",
        "client_id": "sample",
        "nonce": bytes(32),
        "issued_at": NOON,
        "expires_at": NOON + timedelta(minutes=2),
    }
    with pytest.raises(EncodingError):
        LoginText(**{**values, **change})  # type: ignore[arg-type]  # wrong values on purpose


def test_a_text_is_current_from_issue_until_before_expiry() -> None:
    require_current(LOGIN, NOON)
    require_current(LOGIN, NOON + timedelta(seconds=119))
    with pytest.raises(ProofExpired):
        require_current(LOGIN, NOON + timedelta(seconds=120))
    with pytest.raises(ProofNotYetValid):
        require_current(LOGIN, NOON - timedelta(seconds=1))
