"""The first look at a chip: opens it once, reads what it gives, and finds out which profiles of the catalogue it has.

Only selects and reads. The password is used as a holder would use it, once for a chip that behaves; a wrong one ends the run.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.files import ElementaryFile
from openeoi.encoding.lds.security_infos import (
    CHIP_AUTHENTICATION,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
    TerminalAuthenticationInfo,
    of_kind,
)
from openeoi.encoding.lds.security_object import SecurityObject
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.pace.errors import PaceError, WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.shared import MappingKind, PaceProtocol
from openeoi.protocols.pace.terminal import establish
from openeoi.terminal.card_files import select_master_file
from openeoi.terminal.conformance.case import CaseEnded, FileRead, Subject
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.keys import is_rsa
from openeoi.terminal.conformance.issuer_trust import IssuerTrust
from openeoi.terminal.conformance.rights import authenticate, open_for_certificates
from openeoi.terminal.conformance.steps import open_chip
from openeoi.terminal.conformance.trust_point import trust_point_file
from openeoi.terminal.errors import FileNotReadable, TerminalError
from openeoi.terminal.read_document import EXTENDED_ACCESS_DATA_GROUPS, select_document
from openeoi.terminal.read_file import read_elementary_file, read_to_the_end
from openeoi.terminal.unlock import choose, is_supported
from openeoi.transport.trace import Exchange, Trace

ATR_INFORMATION = ElementaryFile("EF.ATR/INFO", 0x2F01, 0x01, None)
CARD_ACCESS_MAXIMUM = 4096
SMALL_FILE_MAXIMUM = 1024


@dataclass(frozen=True, slots=True)
class Given:
    """What the tester knows of the chip: as in `runner.Access`, with the profiles that its maker declares."""

    password: PacePassword
    random: RandomSource
    declared: Iterable[str] = ()
    zone: str = ""
    trust_point: TrustPoint | None = None
    trust: IssuerTrust | None = None
    pin: str = field(default="", repr=False)


@dataclass
class _Look:
    given: Given
    trace: Trace
    features: set[str]
    found: dict[str, FileRead] = field(default_factory=dict)
    pace: PaceInfo | None = None
    named: bool = False

    def subject(self, groups: tuple[int, ...] = ()) -> Subject:
        given, features = self.given, frozenset(self.features)
        return Subject(
            given.password,
            given.random,
            self.pace,
            self.named,
            self.found,
            groups,
            features,
            given.zone,
            given.trust_point,
            given.trust,
            given.pin,
        )

    @property
    def exchange(self) -> Exchange | None:
        return self.trace.exchanges[-1] if self.trace.exchanges else None

    def keep(self, file: ElementaryFile, steps: CardSteps[bytes]) -> CardSteps[bytes | None]:
        """Reads a file and remembers what came of it. SecureMessagingError passes, after it was remembered."""
        try:
            content = yield from steps
        except SecureMessagingError as error:
            self.found[file.name] = FileRead(None, str(error), None, self.exchange)
            raise
        except (TerminalError, status.UnexpectedStatus) as error:
            word = error.status if isinstance(error, (FileNotReadable, status.UnexpectedStatus)) else None
            self.found[file.name] = FileRead(None, str(error), word, self.exchange)
            return None
        self.found[file.name] = FileRead(content, exchange=self.exchange)
        return content


def look(given: Given, trace: Trace) -> CardSteps[Subject]:
    """What lies in the reader. `trace` must observe the run. Raises WrongPassword, and nothing for a chip that does worse."""
    found = _Look(given, trace, set(given.declared))
    if given.trust_point is not None:
        found.features.add("RSA" if is_rsa(given.trust_point.holder.key) else "ECDSA")
    yield from _look_in_the_master_file(found)
    if found.pace is None and not found.subject().by_zone:
        return found.subject()
    found.features.add("OPEN")
    channel = yield from _open(found)
    groups: tuple[int, ...] = ()
    if channel is not None:
        groups = yield from _look_inside(found, channel)
    if "TA" in found.features and given.trust_point is not None:
        yield from _look_with_rights(found, found.subject(groups))
    return found.subject(groups)


def _look_with_rights(found: _Look, subject: Subject) -> CardSteps[None]:
    """Fingerprints and irises, by terminal authentication with the key that the chip trusts."""
    closed = [files.data_group(number) for number in EXTENDED_ACCESS_DATA_GROUPS if number in subject.data_groups]
    if not closed:
        return
    try:
        opened = yield from open_for_certificates(subject)
        yield from authenticate(opened, opened.authority.chain())
        for file in closed:
            yield from found.keep(file, through(opened.channel, read_elementary_file(file)))
    except (CaseEnded, SecureMessagingError):
        return  # the cases about terminal authentication say why


def _look_in_the_master_file(found: _Look) -> CardSteps[None]:
    response = yield CommandApdu(0x00, 0xA4, 0x00, 0x0C, files.MASTER_FILE.to_bytes(2, "big"))
    if response.status == status.SUCCESS:
        found.features.add("MF")
    if (yield from found.keep(ATR_INFORMATION, _selected(ATR_INFORMATION))) is not None:
        found.features.add("EFATR")
    raw = yield from found.keep(files.CARD_ACCESS, read_elementary_file(files.CARD_ACCESS, maximum=CARD_ACCESS_MAXIMUM))
    if raw is None:
        return
    try:
        offered = CardAccess.decode(raw).pace_infos
        found.pace = choose(offered)
    except (DecodingError, TerminalError):
        return  # OEOI-PACE-1 says what is wrong with it
    found.named = sum(one.protocol == found.pace.protocol for one in offered) > 1
    found.features.add("PACE")
    if any(PaceProtocol.of(one.protocol).mapping is MappingKind.CHIP_AUTHENTICATION for one in filter(is_supported, offered)):
        found.features.add("CAM")


def _open(found: _Look) -> CardSteps[SecureChannel | None]:
    """None where the chip is not opened to its end, or has no application then: the cases about that will say so."""
    if found.pace is None:
        try:
            return (yield from open_chip(found.subject()))
        except CaseEnded:
            return None
    given = found.given
    try:
        channel = yield from establish(given.password, found.pace, given.random, name_parameters=found.named)
        yield from through(channel, select_document())
    except WrongPassword:
        raise
    except (PaceError, SecureMessagingError, status.UnexpectedStatus):
        return None
    return channel


def _look_inside(found: _Look, channel: SecureChannel) -> CardSteps[tuple[int, ...]]:
    state = [channel]

    def read(file: ElementaryFile, steps: CardSteps[bytes]) -> Generator[CommandApdu, ResponseApdu, bytes | None]:
        """In a new session where the last one was lost."""
        if state[0].ended:
            fresh = yield from _open(found)
            if fresh is None:
                found.found[file.name] = FileRead(None, "the chip could not be opened again", None, found.exchange)
                return None
            state[0] = fresh
        try:
            return (yield from found.keep(file, through(state[0], steps)))
        except SecureMessagingError:
            return None

    com = yield from read(files.COM, read_elementary_file(files.COM))
    sod = yield from read(files.SOD, read_elementary_file(files.SOD))
    groups = tuple(sorted(_listed_in_com(com) | _signed(sod)))
    for number in groups:
        file = files.data_group(number)
        yield from read(file, read_elementary_file(file))
    found.features.update(f"DG{number}" for number in groups)
    if 15 in groups:
        found.features.add("AA")
    infos = _security_infos(found.found.get(files.data_group(14).name))
    found.features.update(_protocols(infos))
    if "TA" in found.features:
        place = trust_point_file(infos)
        yield from read(place.file, _selected(place.file, SMALL_FILE_MAXIMUM))
    yield from _try_odd_instruction(found, state[0])
    if found.pace is not None and (yield from read(files.DIRECTORY, _directory())) is not None:
        found.features.add("EFDIR")
    return groups


def _directory() -> CardSteps[bytes]:
    yield from select_master_file()
    return (yield from _selected(files.DIRECTORY))


def _selected(file: ElementaryFile, maximum: int = SMALL_FILE_MAXIMUM) -> CardSteps[bytes]:
    response = yield CommandApdu(0x00, 0xA4, 0x02, 0x0C, file.file_id.to_bytes(2, "big"))
    status.expect_ok(response, f"SELECT of {file.name}")
    return (yield from read_to_the_end(file.name, maximum))


def _listed_in_com(raw: bytes | None) -> set[int]:
    try:
        return set() if raw is None else set(Com.decode(raw).data_groups)
    except DecodingError:
        return set()


def _signed(raw: bytes | None) -> set[int]:
    try:
        return set() if raw is None else set(SecurityObject.decode(raw).lds.digests)
    except DecodingError:
        return set()


def _security_infos(read: FileRead | None) -> tuple[SecurityInfo, ...]:
    try:
        return () if read is None or read.content is None else DataGroup14.decode(read.content).security_infos
    except DecodingError:
        return ()


def _protocols(infos: tuple[SecurityInfo, ...]) -> set[str]:
    found: set[str] = set()
    keys = of_kind(infos, ChipAuthenticationPublicKeyInfo)
    if keys:
        found.add("CA")
        # The last arc of the key's protocol names the group: 1 multiplicative, 2 elliptic curve (ICAO 9303-11, 9.2.6).
        found.update("DH" if key.protocol.endswith(".1") else "ECDH" for key in keys)
        found.update("KeyRef" for key in keys if key.key_id is not None)
        named = of_kind(infos, ChipAuthenticationInfo)
        # The mechanism's last arc names the cipher, 1 is triple DES; so is a key without info (ICAO 9303-11, 9.2.5).
        triple_des = [one for one in named if one.protocol.removeprefix(f"{CHIP_AUTHENTICATION}.").endswith(".1")]
        if triple_des or not named:
            found.add("CA_KAT")
        if len(triple_des) < len(named):
            found.add("CA_ATGA")
    if of_kind(infos, TerminalAuthenticationInfo):
        found.add("TA")
    return found


def _try_odd_instruction(found: _Look, channel: SecureChannel) -> CardSteps[None]:
    if channel.ended:
        return
    command = CommandApdu(0, 0xB1, 0, files.COM.short_id, bytes.fromhex("540100"), 8)
    try:
        response = yield from through(channel, _one(command))
    except SecureMessagingError:
        return
    if response.status in (status.SUCCESS, status.END_OF_FILE):
        found.features.add("OddIns")


def _one(command: CommandApdu) -> CardSteps[ResponseApdu]:
    return (yield command)
