"""PC/SC's resource manager: pyscard's calls with their return codes turned into errors.

Codes are the same 32 bits on Windows (winerror.h), macOS and pcsc-lite (pcsclite.h); pyscard gives some as negative numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from openeoi.transport.errors import (
    CardMute,
    CardRemoved,
    CardWasReset,
    NoCardInReader,
    PcscAccessDenied,
    PcscError,
    PcscNotAvailable,
    PcscServiceNotRunning,
    ReaderInUse,
)

SUCCESS: Final = 0
INVALID_HANDLE: Final = 0x80100003
UNKNOWN_READER: Final = 0x80100009
TIMEOUT: Final = 0x8010000A
SHARING_VIOLATION: Final = 0x8010000B
NO_SMARTCARD: Final = 0x8010000C
PROTOCOL_MISMATCH: Final = 0x8010000F
COMMUNICATION_ERROR: Final = 0x80100013
NOT_TRANSACTED: Final = 0x80100016
READER_UNAVAILABLE: Final = 0x80100017
NO_SERVICE: Final = 0x8010001D
SERVICE_STOPPED: Final = 0x8010001E
NO_ACCESS: Final = 0x80100027
NO_READERS: Final = 0x8010002E
COMMUNICATION_DATA_LOST: Final = 0x8010002F
UNSUPPORTED_CARD: Final = 0x80100065
UNRESPONSIVE_CARD: Final = 0x80100066
UNPOWERED_CARD: Final = 0x80100067
RESET_CARD: Final = 0x80100068
REMOVED_CARD: Final = 0x80100069
SECURITY_VIOLATION: Final = 0x8010006A

NO_SERVICE_CODES: Final = frozenset({NO_SERVICE, SERVICE_STOPPED})
REFUSED_CODES: Final = frozenset({NO_ACCESS, SECURITY_VIOLATION})
NO_READER_CODES: Final = frozenset({UNKNOWN_READER, READER_UNAVAILABLE})
MUTE_CODES: Final = frozenset({UNSUPPORTED_CARD, UNRESPONSIVE_CARD, UNPOWERED_CARD, PROTOCOL_MISMATCH})
# What drivers say when the card was pulled while it answered; only a look at the reader tells whether it was.
BROKEN_EXCHANGE_CODES: Final = frozenset({COMMUNICATION_ERROR, NOT_TRANSACTED, COMMUNICATION_DATA_LOST, INVALID_HANDLE})

STATE_UNAWARE, STATE_UNKNOWN, STATE_UNAVAILABLE, STATE_EMPTY = 0x0000, 0x0004, 0x0008, 0x0010
STATE_PRESENT, STATE_EXCLUSIVE, STATE_IN_USE, STATE_MUTE = 0x0020, 0x0080, 0x0100, 0x0200

SHARE_EXCLUSIVE, SHARE_SHARED = 1, 2
PROTOCOL_T0, PROTOCOL_T1 = 1, 2
LEAVE_CARD, RESET, UNPOWER = 0, 1, 2
SCOPE_USER: Final = 0  # pcsc-lite makes no difference; on Windows a user's own scope is what a program may ask for

PLUG_AND_PLAY: Final = "\\\\?PnP?\\Notification"
"""The name under which SCardGetStatusChange tells that a reader came or went."""


@dataclass(frozen=True, slots=True)
class ReaderState:
    """`flags` are STATE_ bits; `count` is how many cards came and went (upper half of the state); `atr` is empty for none."""

    name: str
    flags: int
    count: int
    atr: bytes


class ResourceManager:
    """One context of the service. Not for several threads at once: a blocked call blocks the context."""

    def __init__(self, scard: ModuleType) -> None:
        self._scard = scard
        code, self._context = scard.SCardEstablishContext(SCOPE_USER)
        require(code)

    def close(self) -> None:
        # The service frees everything of the context; an error would only say that it has done so already.
        self._scard.SCardReleaseContext(self._context)

    def readers(self) -> tuple[str, ...]:
        code, names = self._scard.SCardListReaders(self._context, [])
        if unsigned(code) == NO_READERS:
            return ()
        require(code)
        return tuple(names)

    def states(self, known: Sequence[ReaderState], milliseconds: int) -> tuple[ReaderState, ...]:
        """How the readers are, as soon as that differs from `known` or the time is over. Gives () when a reader went away.

        A reader that `known` describes with STATE_UNAWARE is told at once.
        """
        asked = [(one.name, one.flags | one.count << 16) for one in known]
        code, states = self._scard.SCardGetStatusChange(self._context, milliseconds, asked)
        if unsigned(code) in NO_READER_CODES | {NO_READERS}:
            return ()
        if unsigned(code) != TIMEOUT:
            require(code)
        return tuple(ReaderState(name, state & 0xFFFF, state >> 16 & 0xFFFF, bytes(atr)) for name, state, atr in states)

    def connect(self, reader: str, share: int) -> tuple[int, int]:
        """The card's handle, and PROTOCOL_T0 or PROTOCOL_T1."""
        code, handle, protocol = self._scard.SCardConnect(self._context, reader, share, PROTOCOL_T0 | PROTOCOL_T1)
        require(code, reader)
        return handle, protocol

    def reconnect(self, handle: int, share: int, disposition: int, reader: str) -> int:
        """Switch the card off and on (`disposition`); the protocol that it speaks then."""
        code, protocol = self._scard.SCardReconnect(handle, share, PROTOCOL_T0 | PROTOCOL_T1, disposition)
        require(code, reader)
        return int(protocol)

    def disconnect(self, handle: int, disposition: int) -> None:
        # A card that was taken out is disconnected already.
        self._scard.SCardDisconnect(handle, disposition)

    def begin(self, handle: int, reader: str) -> None:
        """Waits until no other program has a transaction with this card; for ever if need be."""
        require(self._scard.SCardBeginTransaction(handle), reader)

    def end(self, handle: int) -> None:
        # Refused only where the card went away, and the transaction with it.
        self._scard.SCardEndTransaction(handle, LEAVE_CARD)

    def atr(self, handle: int, reader: str) -> bytes:
        code, _, _, _, atr = self._scard.SCardStatus(handle)
        require(code, reader)
        return bytes(atr)

    def transmit(self, handle: int, protocol: int, command: bytes) -> tuple[int, bytes]:
        """The return code, unsigned, and the answer."""
        header = self._scard.SCARD_PCI_T0 if protocol == PROTOCOL_T0 else self._scard.SCARD_PCI_T1
        code, answer = self._scard.SCardTransmit(handle, header, list(command))
        return unsigned(code), bytes(octet & 0xFF for octet in answer)

    def control(self, handle: int, code: int, content: bytes = b"") -> bytes | None:
        """What the reader answers to a control code; None where it refuses or does not know it."""
        result, answer = self._scard.SCardControl(handle, code, list(content))
        return None if unsigned(result) != SUCCESS else bytes(octet & 0xFF for octet in answer)

    def control_code(self, number: int) -> int:
        """Each operating system numbers them in its own way."""
        return int(self._scard.SCARD_CTL_CODE(number))


def unsigned(code: int) -> int:
    return code & 0xFFFFFFFF


def require(code: int, reader: str = "") -> None:
    """Raises what a return code means; passes for success."""
    code = unsigned(code)
    if code == SUCCESS:
        return
    if code in NO_SERVICE_CODES:
        raise PcscServiceNotRunning
    if code in REFUSED_CODES:
        raise PcscAccessDenied
    if code in NO_READER_CODES:
        raise CardRemoved("the reader was unplugged")
    if code == REMOVED_CARD:
        raise CardRemoved("the card was taken out of the reader")
    if code == RESET_CARD:
        raise CardWasReset(reader)
    if code == NO_SMARTCARD:
        raise NoCardInReader(reader)
    if code == SHARING_VIOLATION:
        raise ReaderInUse(reader)
    if code in MUTE_CODES:
        raise CardMute(reader)
    raise PcscError(f"PC/SC answered {code:08X}")


def scard() -> ModuleType:
    """pyscard's layer of the plain calls. Raises PcscNotAvailable."""
    try:
        from smartcard import scard as module
    except ImportError as error:
        raise PcscNotAvailable from error
    found: ModuleType = module
    return found


@contextmanager
def resource_manager() -> Iterator[ResourceManager]:
    """Raises PcscNotAvailable, PcscServiceNotRunning, PcscAccessDenied."""
    manager = ResourceManager(scard())
    try:
        yield manager
    finally:
        manager.close()
