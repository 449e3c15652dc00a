"""Opening the protected channel: EF.CardAccess says how, PACE does it (ICAO 9303-11, 4.2 and 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

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
from openeoi.protocols.pace.terminal import establish
from openeoi.terminal.errors import FileMalformed, FileNotReadable, NoSupportedPace, PaceNotOffered
from openeoi.terminal.read_file import read_elementary_file

CARD_ACCESS_MAXIMUM = 4096

_CIPHER_ORDER = (Cipher.TRIPLE_DES, Cipher.AES_128, Cipher.AES_192, Cipher.AES_256)


def unlock(password: PacePassword, random: RandomSource) -> CardSteps[SecureChannel]:
    """Reads EF.CardAccess, runs the strongest PACE that both sides have, and returns the channel.

    Raises the errors of `protocols.pace.errors` (WrongPassword first among them), PaceNotOffered, NoSupportedPace.
    """
    access = yield from read_card_access()
    info = choose(access.pace_infos)
    ambiguous = sum(other.protocol == info.protocol for other in access.pace_infos) > 1
    return (yield from establish(password, info, random, name_parameters=ambiguous))


def read_card_access() -> CardSteps[CardAccess]:
    """EF.CardAccess from the master file, in clear. Raises PaceNotOffered where there is none, FileMalformed."""
    # The master file is the current one after a reset; some chips refuse to select it, and then it need not be selected.
    yield CommandApdu(0x00, 0xA4, 0x00, 0x0C, files.MASTER_FILE.to_bytes(2, "big"))
    name = files.CARD_ACCESS.name
    try:
        content = yield from read_elementary_file(files.CARD_ACCESS, maximum=CARD_ACCESS_MAXIMUM)
        return CardAccess.decode(content)
    except FileNotReadable as error:
        raise PaceNotOffered(f"the card has no readable {name} (status word {error.status:04X})") from error
    except DecodingError as error:
        raise FileMalformed(name, str(error)) from error


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
