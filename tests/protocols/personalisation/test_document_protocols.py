import pytest
from hypothesis import given
from hypothesis import strategies as st

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.message_recovery import RsaPrivateKey
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import LINK, ROOT, START

CURVE_KEY = ActiveKey(SigningCurveKey(12, 77), DigestAlgorithm.SHA256)
RSA_KEY = ActiveKey(RsaPrivateKey((1 << 1023) + 1, 12345), DigestAlgorithm.SHA1)
STATIC = (StaticKey(12, 5, frozenset(Cipher), 1), StaticKey(0, 7, frozenset({Cipher.TRIPLE_DES})))
EVERYTHING = DocumentProtocols(
    True,
    (PaceInfo("0.4.0.127.0.7.2.2.4.6.4", 13), PaceInfo("0.4.0.127.0.7.2.2.4.3.2", 0)),
    STATIC,
    CURVE_KEY,
    Trust((LINK, ROOT), START),
)


@pytest.mark.parametrize(
    "protocols", [DocumentProtocols(), EVERYTHING, DocumentProtocols(active_key=RSA_KEY), DocumentProtocols(True)]
)
def test_round_trip(protocols: DocumentProtocols) -> None:
    assert DocumentProtocols.decode(protocols.encode()) == protocols


def test_nothing_is_shown_of_the_keys() -> None:
    assert all(secret not in repr(EVERYTHING) for secret in ("private=", "12345"))


@pytest.mark.parametrize(
    "protocols",
    [
        DocumentProtocols(pace_infos=(PaceInfo("0.4.0.127.0.7.2.2.4.4.2", 10),)),
        DocumentProtocols(pace_infos=(PaceInfo("0.4.0.127.0.7.2.2.4.7.2", 12),)),
        DocumentProtocols(static_keys=(StaticKey(12, 0, frozenset()),)),
        DocumentProtocols(static_keys=(StaticKey(12, 1 << 256, frozenset()),)),
        DocumentProtocols(static_keys=(StaticKey(7, 5, frozenset()),)),
        DocumentProtocols(active_key=ActiveKey(SigningCurveKey(12, 0), DigestAlgorithm.SHA256)),
        DocumentProtocols(active_key=ActiveKey(SigningCurveKey(0, 5), DigestAlgorithm.SHA256)),
    ],
)
def test_what_the_card_cannot_use_is_refused(protocols: DocumentProtocols) -> None:
    with pytest.raises(DecodingError):
        DocumentProtocols.decode(protocols.encode())


def test_truncation_at_every_byte() -> None:
    raw = EVERYTHING.encode()
    whole = {0}
    for end in range(len(raw)):
        try:
            DocumentProtocols.decode(raw[:end])
            whole.add(end)
        except DecodingError:
            continue
    # Only at the borders of its data objects is a piece something whole.
    assert len(whole) <= 1 + 1 + len(EVERYTHING.pace_infos) + len(STATIC) + 1


@given(st.integers(0, 800), st.integers(1, 255))
def test_a_changed_byte_changes_the_value_or_is_refused(position: int, change: int) -> None:
    raw = bytearray(EVERYTHING.encode())
    raw[position % len(raw)] ^= change
    try:
        assert DocumentProtocols.decode(bytes(raw)) != EVERYTHING
    except DecodingError:
        return
