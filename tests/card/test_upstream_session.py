"""A session that upstream accepted, replayed byte by byte: PACE with the CAN, VERIFY, SELECT, MSE, PSO under secure messaging.

Nonce and ephemeral scalars of the card are the recorded ones; domain parameters 13 (brainpoolP256r1), 0.4.0.127.0.7.2.2.4.2.4.
"""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from card.sample_card import sample_card
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.encoding import tlv
from openeoi.encoding.pkcs15.roles import CredentialRole

NONCE = "2b38abffb8d875e406e5db2de6795a33"
MAPPING_SCALAR = "75280e751cdacc67b34af59c08f98727d25eab8f2d825421dc02ca98f136b66e"
EPHEMERAL_SCALAR = "a8e63be7843865ae829b47253068fdb4e9587e4761323b7b91b5cff141237afa"

ENCRYPTED_NONCE = "93bb6adbec078bc4cf75ae62e6ed922a"
MAPPING_TERMINAL = (
    "0492dcc5d76ed569e0559a2aedd7ec0ecc108c29162719f769941e8d5e185ecd16"
    "60cc01c492e2d398c38310a6f90c47b59875ce07b5ca5249fda9caf77f52b2a7"
)
MAPPING_CARD = (
    "0466f7569aeaab49b50f0a8ed0612b5976eda2f0bc091cf84fc8b5523cfe21efbb"
    "7900cde41d1e75bfd47258093405e17a2dd412e0133b58bef1bdb32c45635be8"
)
EPHEMERAL_TERMINAL = (
    "0490f64d2448ae872b5d5d4a4c13d0c7284d7c28a779a5a8ed8d7fd8cbaa5ebd94"
    "a02162551a1b9cec6c825045be03db013bfe5b3eb9bf27a82f97d62f0d079174"
)
EPHEMERAL_CARD = (
    "042e52173ecce68e54a087e5ed4e5e696df3b1f2d43034bf216f878b3850bdecb1"
    "2a12d921cfaf0a9ddb594a63f59388e089521bdf0863f3250ed6b8b526522afb"
)
TOKEN_TERMINAL, TOKEN_CARD = "4083b311ede9751b", "82d383e89d969bc2"

ENCRYPTION_KEY = "bb632f188b5843dfdc7f415773e17b517eb5315adf48e7f37fecfbb16685e525"
PROTECTED = (
    (  # VERIFY 05 "111111"
        "0c2000051d8711016c0d5cc48bafa40a4a834955d3c6c96f8e08d59e54b726f1d10200",
        "990290008e083e669755aba3b2ce9000",
    ),
    (  # SELECT E828BD080F014E585030
        "0ca4040c1d87110109d0ae3a3454b8d20ffc65aef8987a1c8e085e6f3b4f3c6955e300",
        "990290008e082b5b2a8b193a53c89000",
    ),
    (  # MSE:Set DST 91 02 21 A1
        "0c2281b61d871101ab037a8a21ca3259ac26527b178c64a48e08c62ac8e9fcaf073c00",
        "990290008e0887c83985f5486dab9000",
    ),
)
SIGN = (
    "0c2a9e9a408731014e61057d8b513c725115eb78f659f9dcd65b499fbad8d6e0fe389df4f9c41d400be86ddcedefbebdf31c6dabec12ba73"
    "9701608e08cd2bd076277ca5db00"
)
DIGEST = bytes.fromhex("40ef4961f87700c77f04ea1e5f7c10abb6647757515f39bfacb3025707e09a21")


class Recorded:
    """Gives the recorded values in the order in which the card asks for them, by their length."""

    def __init__(self) -> None:
        self.values = [bytes.fromhex(value) for value in (MAPPING_SCALAR, NONCE, EPHEMERAL_SCALAR)]

    def __call__(self, length: int, /) -> bytes:
        value = next(value for value in self.values if len(value) == length)
        self.values.remove(value)
        return value


def general_authenticate(tag: int, value: str, last: bool = False) -> str:
    template = tlv.encode(0x7C, tlv.encode(tag, bytes.fromhex(value)) if tag else b"")
    return f"{'00' if last else '10'}860000{len(template):02x}{template.hex()}00"


def answer(tag: int, value: str) -> str:
    return tlv.encode(0x7C, tlv.encode(tag, bytes.fromhex(value))).hex() + "9000"


def test_the_recorded_session_is_answered_byte_by_byte() -> None:
    sample = sample_card()
    card = VirtualCard(VolatileMemory(sample.memory.load()), Recorded())
    exchanges = (
        ("00A4000C023F00", "9000"),
        ("00B09C0000", "31143012060a04007f0007020204020402010202010d9000"),
        ("00B0001600", "6b00"),
        ("0022C1A40F800A04007F00070202040204830102", "9000"),
        (general_authenticate(0, ""), answer(0x80, ENCRYPTED_NONCE)),
        (general_authenticate(0x81, MAPPING_TERMINAL), answer(0x82, MAPPING_CARD)),
        (general_authenticate(0x83, EPHEMERAL_TERMINAL), answer(0x84, EPHEMERAL_CARD)),
        (general_authenticate(0x85, TOKEN_TERMINAL, last=True), answer(0x86, TOKEN_CARD)),
        *PROTECTED,
    )
    for command, response in exchanges:
        assert card.process(bytes.fromhex(command)).hex() == response
    protected = card.process(bytes.fromhex(SIGN))
    assert protected[-2:] == b"\x90\x00"
    cryptogram = tlv.find(tlv.decode_all(protected[:-2]), 0x87)
    signature = _open(cryptogram, counter=8)
    key = sample.certificates[CredentialRole.HIGH].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    encoded = encode_dss_signature(int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
    key.verify(encoded, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))


def _open(cryptogram: bytes, counter: int) -> bytes:
    key = bytes.fromhex(ENCRYPTION_KEY)
    initial = Cipher.AES_256.encrypt_block(key, counter.to_bytes(16, "big"))
    return Cipher.AES_256.decrypt(key, initial, cryptogram[1:]).rstrip(b"\x00")[:-1]


def test_without_the_recorded_values_the_session_is_another_one() -> None:
    sample = sample_card()
    card = VirtualCard(VolatileMemory(sample.memory.load()), secrets.token_bytes)
    card.process(bytes.fromhex("0022C1A40F800A04007F00070202040204830102"))
    assert card.process(bytes.fromhex(general_authenticate(0, ""))).hex() != answer(0x80, ENCRYPTED_NONCE)
