"""PACE as the terminal runs it, in the order of ICAO 9303-11, 4.4.1 and 4.4.4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import EXTENDED_EXPECTED_MAXIMUM, SHORT_EXPECTED_MAXIMUM, CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel, SessionKeys
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace import shared
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof
from openeoi.protocols.pace.errors import PaceFailed, PasswordBlocked, PasswordUnknown, WrongPassword
from openeoi.protocols.pace.exchange import PaceExchange, terminal_exchange
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.shared import MappingKind

CHAINED = 0x10
LAST_OF_CHAIN = 0x00


@dataclass(frozen=True, slots=True)
class PaceResult:
    """What PACE leaves behind: keys for secure messaging; both ephemeral public keys, which terminal authentication binds to; the
    further data objects of the card's last answer (87, 88: CARs; 8A: encrypted chip authentication data); and after chip
    authentication mapping the proof that `chip_authentication_mapping.verify_chip` judges."""

    keys: SessionKeys
    terminal_public_key: bytes
    card_public_key: bytes
    further_objects: tuple[tlv.Tlv, ...]
    chip_proof: ChipProof | None = None


def establish(
    password: PacePassword, info: PaceInfo, random: RandomSource, *, name_parameters: bool = False
) -> CardSteps[SecureChannel]:
    """Proves the password and returns the channel. Raises the errors of `protocols.pace.errors`.

    `name_parameters` sends the parameter id (DO 84): required where EF.CardAccess offers several for one protocol.
    """
    result = yield from agree(password, info, random, name_parameters=name_parameters)
    return SecureChannel(result.keys)


def agree(
    password: PacePassword, info: PaceInfo, random: RandomSource, *, name_parameters: bool = False
) -> CardSteps[PaceResult]:
    """The same, with everything that later protocols need."""
    exchange = terminal_exchange(info, random)
    yield from _set_authentication_template(password, exchange, info.parameter_id if name_parameters else None)
    nonce = yield from _get_nonce(password, exchange)
    yield from _map_nonce(exchange, nonce)
    keys, card_public_key = yield from _agree_keys(exchange)
    further = yield from _authenticate_mutually(exchange)
    return PaceResult(keys, exchange.public_key(), card_public_key, further, _chip_proof(exchange, further))


def _set_authentication_template(password: PacePassword, exchange: PaceExchange, parameter_id: int | None) -> CardSteps[None]:
    data = tlv.encode(shared.CRYPTOGRAPHIC_MECHANISM, exchange.protocol.encoded_identifier)
    data += tlv.encode(shared.PASSWORD_REFERENCE, bytes((password.reference,)))
    if parameter_id is not None:
        data += tlv.encode(shared.DOMAIN_PARAMETERS_REFERENCE, bytes((parameter_id,)))
    response = yield CommandApdu(0x00, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_AUTHENTICATION_TEMPLATE, data)
    if response.status in (
        status.AUTHENTICATION_METHOD_BLOCKED,
        status.SELECTED_FILE_DEACTIVATED,
        status.REFERENCE_DATA_NOT_USABLE,
    ):
        raise PasswordBlocked("the card does not let this password be tried")
    if response.status == status.REFERENCED_DATA_NOT_FOUND:
        raise PasswordUnknown("the card has no password of this kind")
    # 63Cx only announces how many tries are left (TR-03110-3, B.11.1).
    if response.status != status.SUCCESS and status.tries_left(response.status) is None:
        raise PaceFailed("setting the protocol", f"the card answered {response.status:04X}")


def _get_nonce(password: PacePassword, exchange: PaceExchange) -> CardSteps[bytes]:
    step = "getting the nonce"
    encrypted = (yield from _general_authenticate(step, b"", shared.ENCRYPTED_NONCE))[0].value
    with _refused(step):
        return exchange.protocol.decrypt_nonce(password.secret, encrypted)


def _map_nonce(exchange: PaceExchange, nonce: bytes) -> CardSteps[None]:
    step = "mapping the nonce"
    own = tlv.encode(shared.TERMINAL_MAPPING_DATA, exchange.mapping_data())
    other = (yield from _general_authenticate(step, own, shared.CARD_MAPPING_DATA))[0].value
    with _refused(step):
        exchange.map(nonce, other)


def _agree_keys(exchange: PaceExchange) -> CardSteps[tuple[SessionKeys, bytes]]:
    step = "agreeing on keys"
    own = tlv.encode(shared.TERMINAL_PUBLIC_KEY, exchange.public_key())
    other = (yield from _general_authenticate(step, own, shared.CARD_PUBLIC_KEY))[0].value
    with _refused(step):
        return exchange.agree(other), other


def _authenticate_mutually(exchange: PaceExchange) -> CardSteps[tuple[tlv.Tlv, ...]]:
    step = "comparing tokens"
    response = yield _command(LAST_OF_CHAIN, tlv.encode(shared.TERMINAL_TOKEN, exchange.own_token()))
    if response.status == status.AUTHENTICATION_METHOD_BLOCKED:
        raise PasswordBlocked("the password was wrong and is blocked now")
    if response.status == status.AUTHENTICATION_FAILED or status.tries_left(response.status) is not None:
        raise WrongPassword(status.tries_left(response.status))
    token, *further = _objects(step, response, shared.CARD_TOKEN)
    with _refused(step):
        exchange.verify_token(token.value)
    return tuple(further)


def _chip_proof(exchange: PaceExchange, further: tuple[tlv.Tlv, ...]) -> ChipProof | None:
    if exchange.protocol.mapping is not MappingKind.CHIP_AUTHENTICATION:
        return None
    step = "opening the chip authentication data"
    try:
        encrypted = tlv.find(further, shared.ENCRYPTED_CHIP_AUTHENTICATION_DATA)
    except DecodingError as error:
        raise PaceFailed(step, str(error)) from error
    with _refused(step):
        return exchange.open_proof(encrypted)


def _general_authenticate(step: str, data: bytes, wanted: int) -> CardSteps[tuple[tlv.Tlv, ...]]:
    response = yield _command(CHAINED, data)
    objects = _objects(step, response, wanted)
    if len(objects) > 1:
        raise PaceFailed(step, "the card sent further data objects")
    return objects


def _command(cla: int, data: bytes) -> CommandApdu:
    """Where the terminal's value needs a long command (groups of 2048 bits), so does the card's: Le is then extended as well."""
    template = tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, data)
    expected = SHORT_EXPECTED_MAXIMUM if len(template) < SHORT_EXPECTED_MAXIMUM else EXTENDED_EXPECTED_MAXIMUM
    return CommandApdu(cla, shared.GENERAL_AUTHENTICATE, 0, 0, template, expected)


def _objects(step: str, response: ResponseApdu, wanted: int) -> tuple[tlv.Tlv, ...]:
    """The data objects of the answer; the first is the wanted one."""
    if response.status != status.SUCCESS:
        raise PaceFailed(step, f"the card answered {response.status:04X}")
    try:
        objects = tlv.decode_all(tlv.decode_expected(response.data, shared.DYNAMIC_AUTHENTICATION_DATA))
    except DecodingError as error:
        raise PaceFailed(step, f"the card's answer is malformed: {error}") from error
    if not objects or objects[0].tag != wanted:
        raise PaceFailed(step, f"the card's answer has no data object {wanted:02X}")
    return objects


@contextmanager
def _refused(step: str) -> Iterator[None]:
    """A contribution of the card that the mathematics refuses is a failure of the card."""
    try:
        yield
    except CryptographicError as error:
        raise PaceFailed(step, str(error)) from error
