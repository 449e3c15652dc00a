"""What an examination took down: files byte by byte, and what each proof left behind.

Some proofs convince only who was there (`Witness`): with its own ephemeral key a terminal can compute a transcript of chip
authentication, or of PACE with chip authentication mapping, without any chip. A signature of active authentication can be judged
by everybody, later too; it says that the chip signed this challenge, not when, nor who chose the challenge (ICAO 9303-11, 6.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof
from openeoi.terminal.checks import Outcome


@dataclass(frozen=True, slots=True)
class Witness:
    """How a proof ended for the terminal that was there; `reason` is a code, empty for success."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ActiveProof:
    """The terminal's challenge, and what the chip answered to it."""

    challenge: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Proofs:
    """None: was not tried. A Witness in place of an ActiveProof: the chip gave no signature."""

    chip_authentication: Witness | None = None
    active_authentication: ActiveProof | Witness | None = None
    mapping: ChipProof | None = None
    terminal: Witness | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """`pace` is what opened the chip, None for basic access control. Files are whole, with their outer tags; empty where the chip
    has no EF.CardAccess or gave no EF.CardSecurity. `refused`: data group -> status word. `interrupted` is the code of what broke
    off reading, empty where it came to its end."""

    pace: PaceInfo | None
    card_access: bytes
    com: bytes
    sod: bytes
    data_groups: Mapping[int, bytes] = field(repr=False)
    refused: Mapping[int, int] = field(default_factory=dict)
    card_security: bytes = b""
    proofs: Proofs = field(default_factory=Proofs)
    interrupted: str = ""

    @property
    def files(self) -> dict[str, bytes]:
        """Name -> content, of those that were read."""
        named = {"EF.CardAccess": self.card_access, "EF.CardSecurity": self.card_security, "EF.COM": self.com, "EF.SOD": self.sod}
        groups = {f"EF.DG{number}": content for number, content in sorted(self.data_groups.items())}
        return {name: content for name, content in {**named, **groups}.items() if content}
