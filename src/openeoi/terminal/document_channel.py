"""Opening a travel document with all that its later proofs need: by PACE, or by basic access control where a caller asks for it.

Basic access control is weaker: whoever listened can find the keys later. It is never tried because PACE failed, and refused where
EF.CardAccess offers PACE, unless the caller says that he wants it all the same (a test of the chip, for instance).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.protocols.basic_access.terminal import establish as establish_basic_access
from openeoi.protocols.chip_authentication.shared import compressed_key
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.shared import PaceProtocol
from openeoi.protocols.terminal_authentication.shared import Binding, chip_after_pace
from openeoi.terminal.errors import PaceIsOffered, PaceNotOffered
from openeoi.terminal.read_document import select_document
from openeoi.terminal.unlock import Unlocked, decode_card_access, read_card_access_file, unlock_by_pace

CHECK_DIGITS_AND_DATES = 14
"""Characters of the MRZ information behind the document number with its check digit."""


@dataclass(frozen=True, slots=True)
class DocumentChannel:
    """An open document whose eMRTD application is selected.

    `chip_identifier` and `terminal_key` are what terminal authentication binds to, the latter empty until the chip has been
    authenticated; `chip_proof` is what PACE with chip authentication mapping left to be judged (`prove_chip`). `pace` is the
    offer that opened the document, None for basic access control; `card_access` is EF.CardAccess, empty where there is none.
    """

    channel: SecureChannel
    chip_identifier: bytes
    terminal_key: bytes = b""
    chip_proof: ChipProof | None = field(default=None, repr=False)
    pace: PaceInfo | None = None
    card_access: bytes = b""

    @property
    def binding(self) -> Binding | None:
        return Binding(self.chip_identifier, self.terminal_key) if self.terminal_key else None


def open_with_pace(password: PacePassword, random: RandomSource) -> CardSteps[DocumentChannel]:
    """The strongest PACE that both sides have. Raises what `unlock` raises; UnexpectedStatus where it is no travel document."""
    return (yield from enter_document((yield from unlock_by_pace(password, random))))


def enter_document(unlocked: Unlocked) -> CardSteps[DocumentChannel]:
    """Makes the eMRTD application of an unlocked card the current one. Raises UnexpectedStatus where it is no travel document."""
    agreement, result = PaceProtocol.of(unlocked.pace.protocol).agreement, unlocked.result
    yield from through(unlocked.channel, select_document())
    key = compressed_key(agreement, result.terminal_public_key) if result.chip_proof is not None else b""
    chip = chip_after_pace(agreement, result.card_public_key)
    return DocumentChannel(unlocked.channel, chip, key, result.chip_proof, unlocked.pace, unlocked.card_access)


def open_with_basic_access(
    mrz_information: str, random: RandomSource, *, although_pace_is_offered: bool = False
) -> CardSteps[DocumentChannel]:
    """Basic access control with the printed zone. Raises PaceIsOffered, and the errors of `protocols.basic_access.errors`."""
    keys = AccessKeys.from_mrz(mrz_information)
    card_access = yield from _card_access()
    if card_access and not although_pace_is_offered and decode_card_access(card_access).pace_infos:
        raise PaceIsOffered("the card offers PACE, so it is not opened by basic access control")
    yield from select_document()
    channel = yield from establish_basic_access(keys, random)
    chip = mrz_information[:-CHECK_DIGITS_AND_DATES].encode("ascii")
    return DocumentChannel(channel, chip, card_access=card_access)


def _card_access() -> CardSteps[bytes]:
    try:
        return (yield from read_card_access_file())
    except PaceNotOffered:
        return b""
