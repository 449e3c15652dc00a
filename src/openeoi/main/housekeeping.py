"""What an installation does by itself, at its start and as long as it is served: erase what is due, and note how far the audit
chains have come.

The heads are noted outside the databases (`audit_heads.json`): a chain that was cut off at its end, or a database put back to an
older copy, is found at the next look. Whoever can write all files can change the note as well; production prints or publishes it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from openeoi.errors import OpenEoiError
from openeoi.main.errors import AuditShortened, InstallationFileDamaged

if TYPE_CHECKING:
    from openeoi.main.wiring import Offices
    from openeoi.storage.atomic_files import AtomicFile
    from openeoi.storage.audit import AuditHead

INTERVAL: Final = timedelta(minutes=30)
"""Photographs are due by the day, documents at the signing desk by half an hour."""


def keep_house(offices: Offices) -> None:
    """Raises AuditShortened, InstallationFileDamaged, and what the databases raise."""
    from openeoi.issuing.erasure import erase_overdue

    check_heads(offices)
    erase_overdue(offices.issuing)
    offices.login.forget_expired()
    offices.signing.forget_expired()
    offices.health.forget_expired()
    note_heads(offices)


@contextmanager
def regularly(work: Callable[[], None], tell: Callable[[OpenEoiError], None], interval: timedelta = INTERVAL) -> Iterator[None]:
    """Inside the block `work` is done after each `interval`, by one thread that ends with the block. A fault is told, and the
    work tried again next time."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(interval.total_seconds()):
            try:
                work()
            except OpenEoiError as error:
                tell(error)

    thread = threading.Thread(target=run, name="housekeeping")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def check_heads(offices: Offices) -> None:
    """That every chain still holds the head noted last. Raises AuditShortened with the database's path."""
    from openeoi.storage.audit import AuditChain
    from openeoi.storage.errors import AuditChainBroken

    file = offices.installation.file("audit_heads.json")
    for name, noted in noted_heads(file).items():
        database = offices.audited.get(name)
        if database is None:
            continue
        try:
            with database.read() as connection:
                AuditChain(offices.clock).require(connection, noted)
        except AuditChainBroken as broken:
            raise AuditShortened(database.place, str(file.path), broken.reason) from broken


def note_heads(offices: Offices) -> None:
    from openeoi.storage.audit import AuditChain

    file = offices.installation.file("audit_heads.json")
    heads = {name: [head.count, head.hash] for name, head in noted_heads(file).items()}
    for name, database in offices.audited.items():
        with database.read() as connection:
            head = AuditChain(offices.clock).head(connection)
        heads[name] = [head.count, head.hash]
    file.save(json.dumps(heads, indent=1).encode())


def noted_heads(file: AtomicFile) -> Mapping[str, AuditHead]:
    """By database. Raises InstallationFileDamaged."""
    from openeoi.storage.audit import AuditHead

    if not file.exists():
        return {}
    try:
        return {str(name): AuditHead(int(count), str(digest)) for name, (count, digest) in json.loads(file.load()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InstallationFileDamaged(str(file.path), type(error).__name__) from None
