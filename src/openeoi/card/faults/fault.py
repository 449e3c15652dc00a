"""One entry of the catalogue: what is wrong with the chip, which rule that breaks, and what a correct reader must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openeoi.card.faults.defects import Defect
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Specimen, sound_specimen


class Family(StrEnum):
    """What a fault is about; also the chapter of the printed catalogue."""

    SECURITY_OBJECT = "security object"
    TRUST = "signers and authorities"
    DATA_GROUPS = "data groups"
    ACCESS = "access to the chip"
    SECURE_MESSAGING = "secure messaging"
    CHIP = "genuine chip"
    TERMINAL = "terminal authentication"
    CREDENTIALS = "PKCS#15 applications"
    PINS = "PINs"
    BEHAVIOUR = "behaviour"


class Use(StrEnum):
    """What the reader does when it meets the fault."""

    READ_DOCUMENT = "open the chip with the right CAN, read the travel document, check it"
    OPEN_WITH_WRONG_NUMBER = "open the chip with a wrong CAN"
    SIGN_WITHOUT_PIN = "open the chip, list the credentials, sign with the low one"
    SIGN_WITH_PIN = "open the chip, sign with the high credential and its PIN"
    SIGN_WITH_WRONG_PIN = "open the chip, sign with the high credential and a wrong PIN"
    AUTHENTICATE_ACTIVELY = "open the chip, read data groups 14 and 15, active authentication"
    AUTHENTICATE_CHIP = "open the chip, read data group 14, chip authentication"
    AUTHENTICATE_ACTIVELY_TWICE = "the same with two challenges"
    AUTHENTICATE_BY_MAPPING = "open the chip by PACE with chip authentication mapping, judge it by EF.CardSecurity"
    OPEN_BY_BASIC_ACCESS = "open the chip by basic access control with the printed zone, read EF.COM"
    READ_BY_BASIC_ACCESS = "open the chip by basic access control, read the travel document, check it"
    OPEN_BY_WRONG_ZONE = "open the chip by basic access control with another zone"
    READ_FINGERPRINTS = "open the chip, authenticate it and the terminal, read data group 3"
    ASK_FOR_TRIES = "open the chip, ask how many tries the secrets have left"


class Verdict(StrEnum):
    """Outcomes of BSI TR-03135-1 that a fault can lead to."""

    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_SUPPORTED = "not supported"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an inspection post must find: the check (its name in the post's report), its outcome, and the reason's code."""

    check: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """`name` never changes once it is published. `sentence` says what is wrong; `clause` names the rule that this breaks.

    `error` is the name of the error class with which a correct reader's use ends, or which its findings carry; None where no
    reader can notice, because the chip only gives to others what it must not. `inspection` is None where an inspection post does
    not come across the fault: it does not read that file, or has no use for the application.
    `specimen` gives the content of the chip, `defect` what it does wrong when it answers, anew at each power on.
    """

    name: str
    family: Family
    sentence: str
    clause: str
    error: str | None
    inspection: Inspection | None
    specimen: Callable[[Laboratory], Specimen] = sound_specimen
    defect: Callable[[], Defect] = Defect
    use: Use = Use.READ_DOCUMENT


# How an inspection post says that it could not open, or not read, the chip: an unreadable chip alone is no suspicion.
NOT_OPENED: Final = Inspection("access", Verdict.UNDETERMINED, "chip_unreadable")
NOT_READ: Final = Inspection("files", Verdict.UNDETERMINED, "chip_unreadable")
