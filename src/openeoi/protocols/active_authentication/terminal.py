"""Active authentication as the terminal runs it (ICAO 9303-11, 6.1.3). It says something about the document only together with
passive authentication of EF.DG15, and of EF.DG14 for elliptic curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openeoi.crypto import message_recovery, plain_ecdsa
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.message_recovery import RecoveryFailed, RsaPublicKey
from openeoi.crypto.plain_ecdsa import PlainSignatureInvalid
from openeoi.crypto.public_keys import EllipticCurvePublicKey, decode_signature_key
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import ActiveAuthenticationInfo, SecurityInfo, of_kind
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import EXTENDED_EXPECTED_MAXIMUM, SHORT_EXPECTED_MAXIMUM, CommandApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import shared
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationRefused, ChipNotGenuine, NotDecidable


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationResult:
    """What proves the chip, for keeping: `verify` judges it again without the chip."""

    challenge: bytes
    signature: bytes
    digest: DigestAlgorithm


def authenticate(
    data_group_15: DataGroup15, security_infos: Iterable[SecurityInfo], random: RandomSource, *, plain_capacity: int = 223
) -> CardSteps[ActiveAuthenticationResult]:
    """Has the chip sign a fresh challenge and judges the signature. Raises the errors of `active_authentication.errors`.

    `security_infos`: those of EF.DG14, empty where there is none. `plain_capacity`: bytes that a short response can carry
    (`SecureChannel.plain_capacity()`; 256 in clear); a longer signature is asked for with extended length.
    """
    challenge = random(shared.CHALLENGE_SIZE)
    signature = yield from ask(data_group_15, challenge, plain_capacity=plain_capacity)
    return ActiveAuthenticationResult(challenge, signature, verify(data_group_15, security_infos, challenge, signature))


def ask(data_group_15: DataGroup15, challenge: bytes, *, plain_capacity: int = 223) -> CardSteps[bytes]:
    """The chip's answer to the challenge, for `verify`. Raises ActiveAuthenticationRefused, NotDecidable (an unusable key)."""
    extended = _signature_size(_key(data_group_15)) > plain_capacity
    expected = EXTENDED_EXPECTED_MAXIMUM if extended else SHORT_EXPECTED_MAXIMUM
    response = yield CommandApdu(0x00, shared.INTERNAL_AUTHENTICATE, 0, 0, challenge, expected, extended)
    if response.status != status.SUCCESS:
        raise ActiveAuthenticationRefused(response.status)
    return response.data


def verify(
    data_group_15: DataGroup15, security_infos: Iterable[SecurityInfo], challenge: bytes, signature: bytes
) -> DigestAlgorithm:
    """The hash function of a good signature. Raises ChipNotGenuine, NotDecidable."""
    key, infos = _key(data_group_15), tuple(security_infos)
    try:
        if isinstance(key, RsaPublicKey):
            return message_recovery.recover(key, challenge, signature)[1]
        digest = _named_digest(infos, key)
        plain_ecdsa.verify(key.group, key.point, challenge, digest, signature)
        return digest
    except (RecoveryFailed, PlainSignatureInvalid) as error:
        raise ChipNotGenuine(str(error)) from error


def _key(data_group_15: DataGroup15) -> RsaPublicKey | EllipticCurvePublicKey:
    try:
        return decode_signature_key(data_group_15.public_key)
    except (DecodingError, CryptographicError) as error:
        raise NotDecidable(f"the key in EF.DG15 is not usable: {error}") from error


def _named_digest(infos: tuple[SecurityInfo, ...], key: EllipticCurvePublicKey) -> DigestAlgorithm:
    """9.2.8: EF.DG14 must name the algorithm; its hash is no longer than the key."""
    found = of_kind(infos, ActiveAuthenticationInfo)
    if len(found) != 1 or found[0].version != 1:
        raise NotDecidable(f"EF.DG14 has {len(found)} ActiveAuthenticationInfo of version 1, elliptic curves need one")
    digest = shared.PLAIN_ECDSA.get(found[0].signature_algorithm)
    if digest is None:
        raise NotDecidable(f"the signature algorithm {found[0].signature_algorithm} is not one of active authentication")
    if 8 * digest.size > key.group.order.bit_length() + 7:
        raise NotDecidable(f"{digest} is longer than a key on {key.group.name}")
    return digest


def _signature_size(key: RsaPublicKey | EllipticCurvePublicKey) -> int:
    return key.size if isinstance(key, RsaPublicKey) else plain_ecdsa.signature_size(key.group)
