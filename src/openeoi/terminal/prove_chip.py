"""Is it the chip that was issued, or a copy of its data? Chip authentication, active authentication, PACE with chip
authentication mapping. Each says so only together with passive authentication of the file that holds the key: EF.DG14, EF.DG15,
EF.CardSecurity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_security import CardSecurity
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import SecurityInfo
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.active_authentication.shared import CHALLENGE_SIZE
from openeoi.protocols.active_authentication.terminal import ActiveAuthenticationResult
from openeoi.protocols.chip_authentication import terminal as chip_authentication
from openeoi.protocols.pace.chip_authentication_mapping import verify_chip
from openeoi.protocols.pace.errors import ChipKeyMissing
from openeoi.terminal.card_files import select_master_file
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.errors import FileMalformed, FileNotReadable
from openeoi.terminal.read_document import select_document
from openeoi.terminal.read_file import read_elementary_file

CARD_SECURITY_MAXIMUM = 1 << 14


def by_chip_authentication(
    opened: DocumentChannel, security_infos: Iterable[SecurityInfo], random: RandomSource
) -> CardSteps[DocumentChannel]:
    """Moves on to the channel that only the genuine chip can share. `security_infos`: those of EF.DG14.

    Raises the errors of `protocols.chip_authentication.errors`; after ChipNotGenuine no channel is left.
    """
    offer = chip_authentication.offers(security_infos)[0]
    result = yield from chip_authentication.authenticate(opened.channel, offer, random)
    return replace(opened, channel=result.channel, terminal_key=result.compressed_key)


def by_active_authentication(
    opened: DocumentChannel, data_group_15: DataGroup15, security_infos: Iterable[SecurityInfo], random: RandomSource
) -> CardSteps[ActiveAuthenticationResult]:
    """Has the chip sign a challenge. Raises the errors of `protocols.active_authentication.errors`."""
    capacity = opened.channel.plain_capacity()
    steps = active_authentication.authenticate(data_group_15, security_infos, random, plain_capacity=capacity)
    return (yield from through(opened.channel, steps))


def ask_for_signature(
    opened: DocumentChannel, data_group_15: DataGroup15, random: RandomSource
) -> CardSteps[tuple[bytes, bytes]]:
    """A fresh challenge and the chip's answer, which `active_authentication.terminal.verify` judges.

    Raises ActiveAuthenticationRefused and NotDecidable.
    """
    challenge = random(CHALLENGE_SIZE)
    steps = active_authentication.ask(data_group_15, challenge, plain_capacity=opened.channel.plain_capacity())
    return challenge, (yield from through(opened.channel, steps))


def by_mapping(opened: DocumentChannel, card_security: CardSecurity) -> None:
    """Judges what PACE with chip authentication mapping left. The caller has verified the signature of `card_security`.

    Raises ChipNotGenuine, and ChipKeyMissing where PACE had another mapping or EF.CardSecurity has no fitting key.
    """
    if opened.chip_proof is None:
        raise ChipKeyMissing("the channel was not opened by PACE with chip authentication mapping")
    verify_chip(opened.chip_proof, card_security.security_infos)


def read_card_security(channel: SecureChannel) -> CardSteps[CardSecurity]:
    """EF.CardSecurity of the master file, inside the channel; the eMRTD application is the current one again afterwards.

    Raises FileNotReadable, FileMalformed. Its signature is for `passive_authentication.verify.check_signed_data`.
    """
    try:
        return CardSecurity.decode((yield from read_card_security_file(channel)))
    except DecodingError as error:
        raise FileMalformed(files.CARD_SECURITY.name, str(error)) from error


def read_card_security_file(channel: SecureChannel) -> CardSteps[bytes]:
    """The same file as it is. Raises FileNotReadable, FileMalformed."""
    return (yield from through(channel, _read_card_security_file()))


def _read_card_security_file() -> CardSteps[bytes]:
    yield from select_master_file()
    try:
        content = yield from read_elementary_file(files.CARD_SECURITY, maximum=CARD_SECURITY_MAXIMUM)
    except FileNotReadable:
        yield from select_document()
        raise
    yield from select_document()
    return content
