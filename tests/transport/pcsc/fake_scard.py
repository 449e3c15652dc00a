"""A stand-in for pyscard's module of plain calls: readers and cards in memory, with the return codes of pcsc-lite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import pytest

from openeoi.transport.pcsc import resource_manager as codes

CARD_ATR = bytes.fromhex("3BD518FF8191FE1FC38073C821100A")
T0_ATR = bytes.fromhex("3B058073000040")


def negative(code: int) -> int:
    """As some builds of pyscard give the codes."""
    return code - (1 << 32)


@dataclass
class FakeReader:
    """`answer` is the card; None for an empty reader. `fails`: return codes of the next transmissions."""

    answer: Callable[[bytes], bytes] | None = None
    atr: bytes = CARD_ATR
    protocol: int = codes.PROTOCOL_T1
    count: int = 0
    mute: bool = False
    exclusive_elsewhere: bool = False
    connected: int = 0
    resets_by_others: int = 0
    transaction: threading.Lock = field(default_factory=threading.Lock)
    fails: list[int] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    dispositions: list[int] = field(default_factory=list)
    controls: dict[int, bytes] = field(default_factory=dict)

    @property
    def state(self) -> int:
        flags = codes.STATE_PRESENT if self.answer or self.mute else codes.STATE_EMPTY
        flags |= codes.STATE_MUTE if self.mute else 0
        flags |= codes.STATE_IN_USE if self.connected else 0
        flags |= codes.STATE_EXCLUSIVE if self.exclusive_elsewhere else 0
        return flags | self.count << 16


class FakeScard(ModuleType):
    SCARD_PCI_T0 = 1
    SCARD_PCI_T1 = 2

    def __init__(self) -> None:
        super().__init__("smartcard.scard")
        self.readers: dict[str, FakeReader] = {}
        self.service = codes.SUCCESS
        self.contexts = 0
        self.changed: Callable[[], None] = lambda: None

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:
        if self.service == codes.SUCCESS:
            self.contexts += 1
        return self.service, 1

    def SCardReleaseContext(self, context: int) -> int:
        self.contexts -= 1
        return codes.SUCCESS

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:
        if self.service != codes.SUCCESS:
            return self.service, []
        return (codes.SUCCESS if self.readers else codes.NO_READERS), list(self.readers)

    def SCardGetStatusChange(
        self, context: int, milliseconds: int, asked: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        if self.service != codes.SUCCESS:
            return self.service, []
        names = [name for name, _ in asked if name != codes.PLUG_AND_PLAY]
        if any(name not in self.readers for name in names):
            return codes.UNKNOWN_READER, []
        if milliseconds:
            self.changed()
        found = []
        for name in (name for name in names if name in self.readers):
            reader = self.readers[name]
            found.append((name, reader.state, list(reader.atr) if reader.answer else []))
        return (negative(codes.TIMEOUT) if milliseconds else codes.SUCCESS), found

    def SCardConnect(self, context: int, name: str, share: int, protocols: int) -> tuple[int, str, int]:
        reader = self.readers[name]
        if reader.mute:
            return negative(codes.UNRESPONSIVE_CARD), "", 0
        if reader.answer is None:
            return negative(codes.NO_SMARTCARD), "", 0
        if reader.exclusive_elsewhere or (share == codes.SHARE_EXCLUSIVE and reader.connected):
            return negative(codes.SHARING_VIOLATION), "", 0
        reader.connected += 1
        reader.exclusive_elsewhere = share == codes.SHARE_EXCLUSIVE
        return codes.SUCCESS, name, reader.protocol

    def SCardReconnect(self, handle: str, share: int, protocols: int, disposition: int) -> tuple[int, int]:
        reader = self.readers[handle]
        reader.dispositions.append(disposition)
        return (codes.SUCCESS if reader.answer else codes.REMOVED_CARD), reader.protocol

    def SCardDisconnect(self, handle: str, disposition: int) -> int:
        reader = self.readers.get(handle)
        if reader is None or not reader.connected:
            return codes.INVALID_HANDLE
        reader.dispositions.append(disposition)
        reader.connected -= 1
        reader.exclusive_elsewhere = False
        if reader.transaction.locked():
            reader.transaction.release()
        return codes.SUCCESS

    def SCardBeginTransaction(self, handle: str) -> int:
        reader = self.readers[handle]
        if reader.resets_by_others:
            reader.resets_by_others -= 1
            return negative(codes.RESET_CARD)
        reader.transaction.acquire()
        return codes.SUCCESS

    def SCardStatus(self, handle: str) -> tuple[int, str, int, int, list[int]]:
        return codes.SUCCESS, handle, 0, 0, list(self.readers[handle].atr)

    def SCardTransmit(self, handle: str, header: int, command: list[int]) -> tuple[int, list[int]]:
        reader = self.readers[handle]
        if reader.fails:
            return reader.fails.pop(0), []
        reader.sent.append(bytes(command))
        if reader.answer is None:
            return codes.REMOVED_CARD, []
        return codes.SUCCESS, list(reader.answer(bytes(command)))

    def SCardControl(self, handle: str, code: int, content: list[int]) -> tuple[int, list[int]]:
        answer = self.readers[handle].controls.get(code)
        return (codes.SUCCESS, list(answer)) if answer is not None else (0x80100022, [])

    def SCARD_CTL_CODE(self, number: int) -> int:
        return 0x42000000 + number


def install(monkeypatch: pytest.MonkeyPatch) -> FakeScard:
    """The stand-in takes pyscard's place for one test."""
    fake, package = FakeScard(), ModuleType("smartcard")
    package.scard = fake  # type: ignore[attr-defined]  # a package made here has the module that is put into it
    monkeypatch.setitem(__import__("sys").modules, "smartcard", package)
    monkeypatch.setitem(__import__("sys").modules, "smartcard.scard", fake)
    return fake
