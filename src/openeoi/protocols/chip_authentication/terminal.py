"""Chip authentication as the terminal runs it (ICAO 9303-11, 6.2.3 and 6.2.4), inside an open channel.

It says something about the document only together with passive authentication of EF.DG14.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.public_keys import AgreementKey, decode_agreement_key
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.security_infos import (
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    SecurityInfo,
    of_kind,
)
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import SHORT_EXPECTED_MAXIMUM, CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.chip_authentication import shared
from openeoi.protocols.chip_authentication.errors import (
    ChipAuthenticationNotOffered,
    ChipAuthenticationRefused,
    ChipNotGenuine,
    NotDecidable,
)
from openeoi.protocols.chip_authentication.shared import ChipAuthenticationProtocol

_CIPHER_ORDER = (Cipher.TRIPLE_DES, Cipher.AES_128, Cipher.AES_192, Cipher.AES_256)


@dataclass(frozen=True, slots=True)
class Offer:
    """One way in which a chip can be authenticated: protocol, static public key, number of the key where it has one."""

    protocol: ChipAuthenticationProtocol
    key: AgreementKey
    key_id: int | None


@dataclass(frozen=True, slots=True)
class ChipAuthenticationResult:
    """The new channel, and what terminal authentication binds to: the terminal's ephemeral key, compressed."""

    channel: SecureChannel
    offer: Offer
    compressed_key: bytes


def authenticate(channel: SecureChannel, offer: Offer, random: RandomSource) -> CardSteps[ChipAuthenticationResult]:
    """Agrees on new keys through `channel` and proves that the chip uses them; the old channel has ended then.

    Raises ChipAuthenticationRefused (the old channel stands), ChipNotGenuine.
    """
    private, public = offer.key.group.ephemeral(random)
    yield from through(channel, _send_key(offer, public))
    new = SecureChannel(shared.session_keys(offer.key.group, private, offer.key.encoded, offer.protocol.cipher))
    channel.end()
    try:
        yield from through(new, prove_new_keys())
    except SecureMessagingError as error:
        raise ChipNotGenuine(f"the chip does not use the new keys: {error}") from error
    return ChipAuthenticationResult(new, offer, shared.compressed_key(offer.key.group.agreement, public))


def offers(security_infos: Iterable[SecurityInfo]) -> tuple[Offer, ...]:
    """What EF.DG14 offers, the strongest cipher first. Raises ChipAuthenticationNotOffered, NotDecidable.

    A key without ChipAuthenticationInfo of its number is used with triple DES, as in documents from before those infos
    (TR-03110, version 1).
    """
    infos = tuple(security_infos)
    keys = of_kind(infos, ChipAuthenticationPublicKeyInfo)
    if not keys:
        raise ChipAuthenticationNotOffered("EF.DG14 holds no public key for chip authentication")
    found: list[Offer] = []
    problems: list[str] = []
    for key_info in keys:
        try:
            found.extend(_offers_with(key_info, of_kind(infos, ChipAuthenticationInfo)))
        except (DecodingError, CryptographicError) as error:
            problems.append(str(error))
    if not found:
        raise NotDecidable("; ".join(problems) or "no protocol of version 1 fits the keys in EF.DG14")
    return tuple(sorted(found, key=lambda offer: _CIPHER_ORDER.index(offer.protocol.cipher), reverse=True))


def _offers_with(key_info: ChipAuthenticationPublicKeyInfo, infos: tuple[ChipAuthenticationInfo, ...]) -> list[Offer]:
    key = decode_agreement_key(key_info.public_key)
    own = [info for info in infos if info.key_id == key_info.key_id]
    if not own:
        identifiers = [shared.protocol_identifier(key.group.agreement, Cipher.TRIPLE_DES)]
    else:
        identifiers = [info.protocol for info in own if info.version == shared.VERSION]
    protocols = [ChipAuthenticationProtocol.of(identifier) for identifier in identifiers]
    return [Offer(protocol, key, key_info.key_id) for protocol in protocols if protocol.agreement is key.group.agreement]


def _send_key(offer: Offer, public_key: bytes) -> CardSteps[None]:
    reference = b"" if offer.key_id is None else tlv.encode(shared.PRIVATE_KEY_REFERENCE, _key_number(offer.key_id))
    if offer.protocol.cipher is Cipher.TRIPLE_DES:
        yield from _set_key_agreement_template(tlv.encode(shared.EPHEMERAL_PUBLIC_KEY, public_key) + reference)
        return
    mechanism = tlv.encode(shared.CRYPTOGRAPHIC_MECHANISM, offer.protocol.encoded_identifier)
    template = shared.SET_AUTHENTICATION_TEMPLATE
    _require_success((yield CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *template, mechanism + reference)), "MSE:Set AT")
    key = tlv.encode(shared.DYNAMIC_EPHEMERAL_PUBLIC_KEY, public_key)
    data = tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, key)
    response = yield CommandApdu(0, shared.GENERAL_AUTHENTICATE, 0, 0, data, SHORT_EXPECTED_MAXIMUM)
    _require_success(response, "GENERAL AUTHENTICATE")


def _set_key_agreement_template(data: bytes) -> CardSteps[None]:
    response = yield CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_KEY_AGREEMENT_TEMPLATE, data)
    _require_success(response, "MSE:Set KAT")


def prove_new_keys() -> CardSteps[None]:
    """The first byte of EF.COM: whatever the status word, an authentic response proves the keys (6.2.4)."""
    yield CommandApdu(0, 0xB0, 0x80 | files.COM.short_id, 0, expected=1)


def _require_success(response: ResponseApdu, step: str) -> None:
    if response.status != status.SUCCESS:
        raise ChipAuthenticationRefused(step, response.status)


def _key_number(number: int) -> bytes:
    return number.to_bytes(max((number.bit_length() + 7) // 8, 1), "big")
