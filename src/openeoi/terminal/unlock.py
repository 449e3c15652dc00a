"""Opening the protected channel: EF.CardAccess says how, PACE does it (ICAO 9303-11, 4.2 and 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceNotSupported
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.shared import MappingKind, require_supported
from openeoi.protocols.pace.terminal import PaceResult, agree
from openeoi.terminal.errors import FileMalformed, FileNotReadable, NoSupportedPace, PaceNotOffered
from openeoi.terminal.read_file import read_elementary_file

CARD_ACCESS_MAXIMUM = 4096

_CIPHER_ORDER = (Cipher.TRIPLE_DES, Cipher.AES_128, Cipher.AES_192, Cipher.AES_256)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The channel, and what opened it: EF.CardAccess byte by byte, the offer that was chosen, and what PACE left behind."""

    channel: SecureChannel
    card_access: bytes
    pace: PaceInfo
    result: PaceResult


def unlock(password: PacePassword, random: RandomSource) -> CardSteps[SecureChannel]:
    """As `unlock_by_pace`; the channel alone."""
    return (yield from unlock_by_pace(password, random)).channel


def unlock_by_pace(password: PacePassword, random: RandomSource) -> CardSteps[Unlocked]:
    """Reads EF.CardAccess and runs the strongest PACE that both sides have.

    Raises the errors of `protocols.pace.errors` (WrongPassword first among them), PaceNotOffered, NoSupportedPace.
    """
    content = yield from read_card_access_file()
    infos = decode_card_access(content).pace_infos
    info = choose(infos)
    ambiguous = sum(other.protocol == info.protocol for other in infos) > 1
    result = yield from agree(password, info, random, name_parameters=ambiguous)
    return Unlocked(SecureChannel(result.keys), content, info, result)


def read_card_access() -> CardSteps[CardAccess]:
    """EF.CardAccess from the master file, in clear. Raises PaceNotOffered where there is none, FileMalformed."""
    return decode_card_access((yield from read_card_access_file()))


def read_card_access_file() -> CardSteps[bytes]:
    """The same file as it is. Raises PaceNotOffered, FileMalformed."""
    # The master file is the current one after a reset; some chips refuse to select it, and then it need not be selected.
    yield CommandApdu(0x00, 0xA4, 0x00, 0x0C, files.MASTER_FILE.to_bytes(2, "big"))
    try:
        return (yield from read_elementary_file(files.CARD_ACCESS, maximum=CARD_ACCESS_MAXIMUM))
    except FileNotReadable as error:
        raise PaceNotOffered(f"the card has no readable {error.file} (status word {error.status:04X})") from error


def decode_card_access(content: bytes) -> CardAccess:
    """Raises FileMalformed."""
    try:
        return CardAccess.decode(content)
    except DecodingError as error:
        raise FileMalformed(files.CARD_ACCESS.name, str(error)) from error


def choose(infos: Sequence[PaceInfo]) -> PaceInfo:
    """The offer with the strongest cipher; then elliptic curves before multiplicative groups, a mapping that also proves the chip
    before others, the larger parameter id."""
    if not infos:
        raise PaceNotOffered("EF.CardAccess offers no PACE")
    supported = [info for info in infos if is_supported(info)]
    if not supported:
        raise NoSupportedPace(tuple(info.protocol for info in infos))
    return max(supported, key=_strength)


def is_supported(info: PaceInfo) -> bool:
    """Whether PACE can be run here as this offer says."""
    try:
        require_supported(info)
    except PaceNotSupported:
        return False
    return True


def _strength(info: PaceInfo) -> tuple[int, bool, bool, int]:
    protocol, parameter_id = require_supported(info)
    proves_chip = protocol.mapping is MappingKind.CHIP_AUTHENTICATION
    on_curve = protocol.agreement is KeyAgreement.ELLIPTIC_CURVE
    return _CIPHER_ORDER.index(protocol.cipher), on_curve, proves_chip, parameter_id
