from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from openeoi.protocols.card_proof import CertificateUnusable, LoginText, ProofSignatureInvalid, digest, verify

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXT = LoginText("https://prijava.example", "sample-service", bytes(range(32)), NOON, NOON + timedelta(minutes=2))


def certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "VZOREC JANA")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOON, NOON + timedelta(days=1))
    return builder.sign(key, SHA384()).public_bytes(Encoding.DER)


def sign(key: ec.EllipticCurvePrivateKey, text: LoginText) -> bytes:
    r, s = decode_dss_signature(key.sign(digest(text), ec.ECDSA(Prehashed(SHA384()))))
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


KEY = ec.generate_private_key(ec.SECP384R1())
CERTIFICATE = certificate(KEY)


def test_the_card_signature_is_accepted() -> None:
    verify(TEXT, sign(KEY, TEXT), CERTIFICATE)


def test_any_other_signature_is_refused() -> None:
    signature = sign(KEY, TEXT)
    other = LoginText("https://drugje.example", TEXT.client_id, TEXT.nonce, TEXT.issued_at, TEXT.expires_at)
    stranger = ec.generate_private_key(ec.SECP384R1())
    wrong = [b"", bytes(96), b"\xff" * 96, signature[:-1], signature + b"\0", signature[48:] + signature[:48]]
    for candidate in [*wrong, sign(KEY, other), sign(stranger, TEXT)]:
        with pytest.raises(ProofSignatureInvalid):
            verify(TEXT, candidate, CERTIFICATE)


@pytest.mark.parametrize("position", range(96))
def test_each_flipped_byte_is_noticed(position: int) -> None:
    signature = bytearray(sign(KEY, TEXT))
    signature[position] ^= 0x01
    with pytest.raises(ProofSignatureInvalid):
        verify(TEXT, bytes(signature), CERTIFICATE)


def test_a_certificate_without_a_p384_key_is_refused() -> None:
    with pytest.raises(CertificateUnusable):
        verify(TEXT, bytes(96), certificate(ec.generate_private_key(ec.SECP256R1())))
    for raw in (b"", b"\x30\x00", CERTIFICATE[:-1], CERTIFICATE + b"\0"):
        with pytest.raises(CertificateUnusable):
            verify(TEXT, bytes(96), raw)
