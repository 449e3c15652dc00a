"""Basic access control as the terminal runs it (ICAO 9303-11, 4.3.2 and D.3). The eMRTD application must be selected.

Nothing in this project comes here by itself when PACE does not work: a caller has to choose it (`terminal.unlock`).
"""

from __future__ import annotations

from openeoi.crypto.comparison import equal_in_constant_time
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.randomness import RandomSource
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.basic_access import shared
from openeoi.protocols.basic_access.errors import BasicAccessFailed, BasicAccessNotSupported, WrongMachineReadableZone
from openeoi.protocols.basic_access.shared import AccessKeys


def establish(keys: AccessKeys, random: RandomSource) -> CardSteps[SecureChannel]:
    """Proves knowledge of the zone and returns the channel (triple DES). Raises the errors of `basic_access.errors`."""
    card_challenge = yield from _get_challenge()
    challenge, material = random(shared.CHALLENGE_SIZE), random(shared.KEYING_MATERIAL_SIZE)
    cryptogram = shared.seal(keys, challenge + card_challenge + material)
    answer = yield from _authenticate_mutually(cryptogram)
    card_material = _open_answer(keys, answer, challenge, card_challenge)
    return SecureChannel(shared.session_keys(material, card_material, challenge, card_challenge))


def _get_challenge() -> CardSteps[bytes]:
    response = yield CommandApdu(0x00, shared.GET_CHALLENGE, 0, 0, expected=shared.CHALLENGE_SIZE)
    if response.status != status.SUCCESS:
        raise BasicAccessNotSupported(response.status)
    if len(response.data) != shared.CHALLENGE_SIZE:
        raise BasicAccessFailed("getting the challenge", f"it has {len(response.data)} bytes, not {shared.CHALLENGE_SIZE}")
    return response.data


def _authenticate_mutually(cryptogram: bytes) -> CardSteps[bytes]:
    response = yield CommandApdu(0x00, shared.EXTERNAL_AUTHENTICATE, 0, 0, cryptogram, shared.CRYPTOGRAM_SIZE)
    if response.status != status.SUCCESS:
        raise WrongMachineReadableZone(response.status)
    return response.data


def _open_answer(keys: AccessKeys, answer: bytes, challenge: bytes, card_challenge: bytes) -> bytes:
    """K.IC of a genuine answer."""
    step = "checking the card's cryptogram"
    try:
        first, second, material = shared.unseal(keys, answer)
    except CryptographicError as error:
        raise BasicAccessFailed(step, str(error)) from error
    if not equal_in_constant_time(first + second, card_challenge + challenge):
        raise BasicAccessFailed(step, "it does not hold the two challenges of this run")
    return material
