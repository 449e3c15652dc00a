"""What a test case is, how it ends, and what it works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.terminal.errors import TerminalError
from openeoi.transport.trace import Exchange

if TYPE_CHECKING:
    from openeoi.terminal.conformance.certificates.authority import TrustPoint
    from openeoi.terminal.conformance.issuer_trust import IssuerTrust


class Verdict(StrEnum):
    """How a case ended. Only `passed` and `failed` judge the chip; all others come with a reason."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    NOT_IMPLEMENTED = "not implemented"
    NOT_RUN = "not run"


class CaseEnded(TerminalError):
    """A case ended before its last step; `reason` says why, in one sentence without full stop."""

    verdict = Verdict.INCONCLUSIVE

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class CaseFailed(CaseEnded):
    """The chip does not do what the case asks for."""

    verdict = Verdict.FAILED


class CaseNotImplemented(CaseEnded):
    """It turned out during the case that the runner lacks something that this chip needs."""

    verdict = Verdict.NOT_IMPLEMENTED


class CaseNotRun(CaseEnded):
    """The case needs something that was not given; `reason` says what."""

    verdict = Verdict.NOT_RUN


class CaseNotApplicable(CaseEnded):
    """It turned out during the case that the chip has not what the case is about."""

    verdict = Verdict.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as the first look at the chip found it: `content`, or why there is none, with the status word where that was it.

    `exchange`: the last APDU of its reading.
    """

    content: bytes | None
    problem: str = ""
    status: int | None = None
    exchange: Exchange | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """The chip under test: how to open it, and what the first look found.

    `pace` is the offer that cases open it with (None: no usable PACE), `named` whether its parameter id has to be sent. `files`
    holds those in the master file and in the eMRTD application by name; `data_groups` the numbers that EF.COM or EF.SOD list.
    `features` are the profiles of the catalogue that the chip has. `zone` is the printed MRZ, empty where it was not given;
    `trust_point` the key that the chip trusts, where its maker gave it; `trust` whom the tester trusts as issuers; `pin` the PIN
    of the log-in key, empty where no PIN may be sent.
    """

    password: PacePassword
    random: RandomSource
    pace: PaceInfo | None
    named: bool
    files: Mapping[str, FileRead]
    data_groups: tuple[int, ...]
    features: frozenset[str]
    zone: str = field(default="", repr=False)
    trust_point: TrustPoint | None = field(default=None, repr=False)
    trust: IssuerTrust | None = field(default=None, repr=False)
    pin: str = field(default="", repr=False)

    @property
    def by_zone(self) -> bool:
        """Basic access control may open the chip: its maker says that it has it, and the zone is known."""
        return "BAC" in self.features and bool(self.zone)

    def read(self, file: ElementaryFile) -> FileRead:
        return self.files.get(file.name, FileRead(None, "it was not found"))

    def content(self, file: ElementaryFile) -> bytes:
        """What the first look read. Raises CaseFailed where the chip did not give the file."""
        found = self.read(file)
        if found.content is None:
            raise CaseFailed(f"{file.name} was not read: {found.problem}")
        return found.content


Steps = Callable[[Subject], CardSteps[None]]
"""A case that talks to the chip, freshly reset. It ends without an exception if the chip passed."""

Inspection = Callable[[Subject], None]
"""A case that looks at the files which the first look read."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """How a case is carried out: by `steps` or by an `inspection` of `file`. `provokes`: the chip is made to refuse a password
    (the CAN or the MRZ, never one that can be blocked), which a first run against an unknown card leaves out. `alters`: the chip
    is another one afterwards, with a later date or another trust point."""

    steps: Steps | None = None
    inspection: Inspection | None = None
    file: ElementaryFile | None = None
    provokes: bool = False
    alters: bool = False


@dataclass(frozen=True, slots=True)
class TestCase:
    """One entry of the catalogue: `profile` names the features that the chip must have; `withdrawn` says since when.

    `missing`: why it is not implemented, where it is not.
    """

    __test__ = False  # the name is the standard's; pytest is not to collect it

    identifier: str
    unit: str
    purpose: str
    profile: tuple[str, ...] = ()
    withdrawn: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`exchange` is the APDU where it went wrong, `exchanges` how many the case took."""

    case: TestCase
    verdict: Verdict
    reason: str = ""
    exchange: Exchange | None = field(default=None, repr=False)
    exchanges: int = 0
    seconds: float = 0.0
