"""SQLite's write-ahead log (https://www.sqlite.org/fileformat.html, 4): which pages of the database it holds.

A checkpoint copies pages from the log into the database file. One that was cut off (a full disk, a killed process) leaves a file
that is shorter than its own first page says, and loses nothing: the log still holds what is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

HEADER_SIZE: Final = 32
FRAME_HEADER_SIZE: Final = 24
MAGIC: Final = frozenset({bytes.fromhex("377F0682"), bytes.fromhex("377F0683")})


def pages_in_log(database: Path, page_size: int) -> frozenset[int]:
    """The numbers of the pages in the log beside the database, from 1; none where there is no usable log.

    Frames of an earlier use of the log differ from its header in their salt and end the search. Raises OSError.
    """
    path = database.with_name(f"{database.name}-wal")
    if not path.exists():
        return frozenset()
    pages: set[int] = set()
    with path.open("rb") as log:
        header = log.read(HEADER_SIZE)
        if len(header) < HEADER_SIZE or header[:4] not in MAGIC or int.from_bytes(header[8:12], "big") != page_size:
            return frozenset()
        while len(frame := log.read(FRAME_HEADER_SIZE + page_size)) == FRAME_HEADER_SIZE + page_size:
            if frame[8:16] != header[16:24]:
                break
            pages.add(int.from_bytes(frame[:4], "big"))
    return frozenset(pages)
