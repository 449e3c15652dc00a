"""MANAGE SECURITY ENVIRONMENT and COMPUTE DIGITAL SIGNATURE (ISO/IEC 7816-8), as upstream's driver sends them; key generation.

MSE:Set DST carries `91 02 kind key`: kind 11 a SHA-1 digest, 21 a SHA-256 digest, 22 any other; key A1, A2, ... is the
position in the current application's directory of keys. The card signs the digest as an integer of its leftmost 384 bits and
answers r||s.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.card.errors import CommandRefused
from openeoi.card.life_cycle import USABLE_KEYS
from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.card.state import P384_ORDER, SCALAR_SIZE
from openeoi.crypto.randomness import scalar_below
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.personalisation.shared import KeyRole

COMPUTE_SIGNATURE: Final = (0x9E, 0x9A)
SIGNATURE_TEMPLATE: Final = 0xB6
SET_FOR_SIGNING: Final = frozenset({0x41, 0x81})  # upstream sends 81, the standard has 41 for computing
FIRST_KEY: Final = 0xA1
SIGNATURE_SIZE: Final = 2 * SCALAR_SIZE

# Digest kinds: shortest and longest digest in bytes.
DIGEST_SIZES: Final = {0x11: (20, 20), 0x21: (32, 32), 0x22: (20, 64)}


def set_signature_template(system: OperatingSystem, request: Request) -> ResponseApdu:
    command = request.command
    if command.p1 not in SET_FOR_SIGNING or command.p2 != SIGNATURE_TEMPLATE:
        raise CommandRefused(status.INCORRECT_P1_P2)
    system.session.key = None
    if len(command.data) != 4 or command.data[:2] != b"\x91\x02" or command.data[2] not in DIGEST_SIZES:
        raise CommandRefused(status.INCORRECT_DATA)
    position = command.data[3] - FIRST_KEY
    if not 0 <= position < len(system.rules.keys):
        raise CommandRefused(status.REFERENCED_DATA_NOT_FOUND)
    system.session.key = system.rules.keys[position]
    system.session.digest_kind = command.data[2]
    return ResponseApdu(status.SUCCESS)


def compute_signature(system: OperatingSystem, request: Request) -> ResponseApdu:
    command, session, state = request.command, system.session, system.state
    if (command.p1, command.p2) != COMPUTE_SIGNATURE:
        raise CommandRefused(status.INCORRECT_P1_P2)
    key = session.key
    if key is None or key.role not in USABLE_KEYS.get(state.life_cycle, frozenset()):
        raise CommandRefused(status.CONDITIONS_NOT_SATISFIED)
    if key.role not in state.keys:
        raise CommandRefused(status.REFERENCED_DATA_NOT_FOUND)
    shortest, longest = DIGEST_SIZES[session.digest_kind]
    if command.expected is None or not shortest <= len(command.data) <= longest:
        raise CommandRefused(status.WRONG_LENGTH)
    if request.limit < SIGNATURE_SIZE:
        raise CommandRefused(status.WRONG_EXPECTED_LENGTH | SIGNATURE_SIZE)
    system.require(key.access, request)
    if key.pin is not None:
        reference = state.pins[key.pin].rules.reference
        if reference not in session.verified:
            raise CommandRefused(status.SECURITY_STATUS_NOT_SATISFIED)
        if key.once and session.pins is not None:
            session.pins.forget((reference,))
    return ResponseApdu(status.SUCCESS, sign(state.keys[key.role], command.data))


def sign(scalar: int, digest: bytes) -> bytes:
    """r||s (96 bytes) over P-384 with the nonce of RFC 6979: the card needs no randomness to sign."""
    leftmost = digest[:SCALAR_SIZE].rjust(SCALAR_SIZE, b"\x00")
    algorithm = ec.ECDSA(Prehashed(hashes.SHA384()), deterministic_signing=True)
    r, s = decode_dss_signature(_private_key(scalar).sign(leftmost, algorithm))
    return r.to_bytes(SCALAR_SIZE, "big") + s.to_bytes(SCALAR_SIZE, "big")


def generate(system: OperatingSystem, role: KeyRole) -> bytes:
    """A new key pair from the card's own randomness; the public key as uncompressed point. The old pair is gone."""
    scalar = scalar_below(P384_ORDER, system.random)
    system.commit(system.state.with_key(role, scalar))
    return _private_key(scalar).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _private_key(scalar: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(scalar, ec.SECP384R1())
