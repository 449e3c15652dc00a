"""Keeps the card of a file in the virtual reader until its input is closed. Arguments: the file, "contact" or "contactless"."""

import secrets
import sys
import threading
from pathlib import Path

from openeoi.card.virtual_card import VirtualCard
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.vpcd import Reader, ReaderEvent, serve


class PoweredCard(VirtualCard):
    """Says when the reader gives it power: from then on the reader knows that it is there."""

    def reset(self) -> None:
        super().reset()
        print("POWERED", flush=True)


def main(path: Path, contactless: bool) -> None:
    card = PoweredCard(AtomicFile(path), secrets.token_bytes)
    stop = threading.Event()

    def observe(event: ReaderEvent) -> None:
        print(event.name, flush=True)

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    serve(card, Reader(attempts=100, pause=0.1, poll=0.05), stop, contactless, observe)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "contactless")
