"""Keeps a card that speaks T=0 in the virtual reader until its input is closed. Argument: the file of one of our cards.

As cards of that protocol do, it answers no command that carries data with data: 61 xx, and GET RESPONSE fetches it.
"""

import secrets
import sys
import threading
from pathlib import Path

from openeoi.card.virtual_card import VirtualCard
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.vpcd import Reader, ReaderEvent, serve

# T=0 alone, no interface bytes, the card's own historical bytes.
ATR = bytes.fromhex("3B058073C82110")
GET_RESPONSE = 0xC0


class T0Card:
    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        self._waiting = b""
        self._status = b""

    def process(self, command: bytes) -> bytes:
        """The fifth byte is Lc where more follows, and Le where nothing does; case 1 has a fifth byte 00 as well."""
        header, length, data = command[:4], command[4], command[5:]
        if command[1] == GET_RESPONSE:
            wanted = length or 256
            if wanted > len(self._waiting):
                return bytes((0x6C, len(self._waiting) & 0xFF))
            piece, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
            return self._ended(piece)
        if not data:
            return self._card.process(header + bytes((length,)))
        # T=0 has no Le beside data: whatever there is to say is kept.
        answer = ResponseApdu.decode(self._card.process(CommandApdu(*header, data, 256).encode()))
        if not answer.data:
            return answer.encode()
        self._waiting, self._status = answer.data, answer.encode()[-2:]
        return self._ended(b"")

    def _ended(self, piece: bytes) -> bytes:
        left = min(len(self._waiting), 256)
        return piece + (bytes((0x61, left & 0xFF)) if left else self._status)

    def power_on(self, contactless: bool) -> None:
        self._card.power_on(False)

    def reset(self) -> None:
        self._waiting = b""
        self._card.reset()

    def atr(self, contactless: bool) -> bytes:
        return ATR


def main(path: Path) -> None:
    card = T0Card(VirtualCard(AtomicFile(path), secrets.token_bytes))
    stop = threading.Event()

    def observe(event: ReaderEvent) -> None:
        print(event.name, flush=True)

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    serve(card, Reader(attempts=100, pause=0.1, poll=0.05), stop, False, observe)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
