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
from openeoi.protocols.pace.terminal import PaceResult, agree
from openeoi.protocols.terminal_authentication.shared import Binding, chip_after_pace
from openeoi.terminal.errors import PaceIsOffered, PaceNotOffered
from openeoi.terminal.read_document import select_document
from openeoi.terminal.unlock import choose, read_card_access

CHECK_DIGITS_AND_DATES = 14
"""Characters of the MRZ information behind the document number with its check digit."""


@dataclass(frozen=True, slots=True)
class DocumentChannel:
    """An open document whose eMRTD application is selected.

    `chip_identifier` and `terminal_key` are what terminal authentication binds to, the latter empty until the chip has been
    authenticated; `chip_proof` is what PACE with chip authentication mapping left to be judged (`prove_chip`).
    """

    channel: SecureChannel
    chip_identifier: bytes
    terminal_key: bytes = b""
    chip_proof: ChipProof | None = field(default=None, repr=False)

    @property
    def binding(self) -> Binding | None:
        return Binding(self.chip_identifier, self.terminal_key) if self.terminal_key else None


def open_with_pace(password: PacePassword, random: RandomSource) -> CardSteps[DocumentChannel]:
    """The strongest PACE that both sides have. Raises what `unlock` raises; UnexpectedStatus where it is no travel document."""
    access = yield from read_card_access()
    info = choose(access.pace_infos)
    ambiguous = sum(other.protocol == info.protocol for other in access.pace_infos) > 1
    return (yield from enter_document(info, (yield from agree(password, info, random, name_parameters=ambiguous))))


def enter_document(info: PaceInfo, result: PaceResult) -> CardSteps[DocumentChannel]:
    """Selects the application in the channel that PACE left. Raises UnexpectedStatus where it is no travel document."""
    agreement = PaceProtocol.of(info.protocol).agreement
    channel = SecureChannel(result.keys)
    yield from through(channel, select_document())
    key = compressed_key(agreement, result.terminal_public_key) if result.chip_proof is not None else b""
    return DocumentChannel(channel, chip_after_pace(agreement, result.card_public_key), key, result.chip_proof)


def open_with_basic_access(
    mrz_information: str, random: RandomSource, *, although_pace_is_offered: bool = False
) -> CardSteps[DocumentChannel]:
    """Basic access control with the printed zone. Raises PaceIsOffered, and the errors of `protocols.basic_access.errors`."""
    keys = AccessKeys.from_mrz(mrz_information)
    if not although_pace_is_offered:
        yield from _require_no_pace()
    yield from select_document()
    channel = yield from establish_basic_access(keys, random)
    return DocumentChannel(channel, mrz_information[:-CHECK_DIGITS_AND_DATES].encode("ascii"))


def _require_no_pace() -> CardSteps[None]:
    try:
        access = yield from read_card_access()
    except PaceNotOffered:
        return
    if access.pace_infos:
        raise PaceIsOffered("the card offers PACE, so it is not opened by basic access control")
