"""Who notices which faulty chip: every chip of the catalogue before our terminal, JMRTD and gmrtd.

What was observed is kept beside this file (`who_notices.json`), and docs/who-notices-faulty-chips.md is printed from it. A reader
that cannot be had keeps what was observed before. Made anew, from the repository's folder, by

    PYTHONPATH=src:tests python -m interop.who_notices
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from card.faults import lab
from interop import rival_cards, rival_programs
from interop.rival_programs import ProgramMissing, Rival
from openeoi.card.faults.catalogue import CATALOGUE, open_faulty_card
from openeoi.card.faults.fault import Family, Use
from openeoi.card.faults.faulty_card import FaultyCard
from openeoi.card.faults.full_specimen import CHIP_MAPPING
from openeoi.card.faults.specimen import CAN, ZONE, personalise
from openeoi.card.memory import VolatileMemory
from openeoi.transport.in_process import InProcess

OBSERVED: Final = Path(__file__).with_suffix(".json")
PAGE: Final = Path(__file__).parents[2] / "docs" / "who-notices-faulty-chips.md"

Cells: TypeAlias = dict[str, str]
"""What a reader said of each chip, by the chip's name."""

ACCEPTS: Final = "accepts"
LEFT: Final = "left to the caller: "
ENDLESS: Final = ("ReadsWithoutEnd", "Hangs")

OURS: Final = "OpenEOI"
READERS: Final = (OURS, "JMRTD", "gmrtd")
ELSEWHERE: Final = (Family.CREDENTIALS, Family.PINS)
"""Faults of applications that a reader of travel documents has no use for."""

AGREE_AT_LATEST: Final = 5
OTHER_NUMBER: Final = "FC0000002"


@cache
def _stored(name: str) -> bytes:
    memory = VolatileMemory()
    personalise(CATALOGUE[name].specimen(lab.LABORATORY), lab.LABORATORY, memory, lab.PARAMETERS, secrets.token_bytes)
    return memory.load()


def chip(name: str) -> FaultyCard:
    """The chip, just put into the reader."""
    memory = VolatileMemory()
    memory.save(_stored(name))
    card = open_faulty_card(name, memory, secrets.token_bytes)
    card.power_on(contactless=True)
    return card


def our_cell(name: str) -> str:
    """What our terminal says: the catalogue's error where it is among its reasons, else all of them."""
    fault = CATALOGUE[name]
    codes = lab.errors(InProcess(chip(name)), fault.use)
    said = {code.title().replace("_", "") for code in codes}
    return fault.error if fault.error in said else ", ".join(sorted(said)) or ACCEPTS


def rival_cell(rival: Rival, name: str, words: Mapping[str, str]) -> str:
    """What another reader says, as soon as it says the same twice in a row (gmrtd loses about one reading in a hundred)."""
    before = None
    for _ in range(AGREE_AT_LATEST):
        said = one_reading(rival, name, words)
        if said == before:
            return said
        before = said
    return "now this, now that"


def one_reading(rival: Rival, name: str, words: Mapping[str, str]) -> str:
    use = CATALOGUE[name].use
    told = {word: value for word, value in words.items() if word != "terminal" or use is Use.READ_FINGERPRINTS}
    found = rival.read(chip(name), **_asked(use), **told)
    if not found.refusals:
        return ACCEPTS
    # A judgement of the library itself counts more than one that it left to its caller.
    one = min(found.refusals, key=lambda refused: refused.judge == "caller")
    if one.error in ENDLESS:
        return "never ends"
    return f"{LEFT if one.judge == 'caller' else ''}{one.step} (`{one.error}`)"


def _asked(use: Use) -> dict[str, str]:
    """How the chip is to be opened. gmrtd takes basic access control by itself, from the zone, and picks its PACE itself."""
    match use:
        case Use.OPEN_WITH_WRONG_NUMBER:
            return {"can": lab.WRONG_CAN}
        case Use.OPEN_BY_BASIC_ACCESS | Use.READ_BY_BASIC_ACCESS:
            return {"bac": _zone(ZONE.document_number), "mrz": _zone(ZONE.document_number)}
        case Use.OPEN_BY_WRONG_ZONE:
            return {"bac": _zone(OTHER_NUMBER), "mrz": _zone(OTHER_NUMBER)}
        case Use.AUTHENTICATE_BY_MAPPING:
            return {"can": CAN, "pace": f"{CHIP_MAPPING.protocol}/{CHIP_MAPPING.parameter_id}"}
        case _:
            return {"can": CAN}


def _zone(document_number: str) -> str:
    return f"{document_number},{ZONE.date_of_birth},{ZONE.date_of_expiry}"


def words(folder: Path) -> dict[str, str]:
    """What the readers are told of authorities and time, and where those who can prove the terminal's rights find them."""
    return {
        "trust": str(rival_cards.write_trust(folder / "trust")),
        "terminal": str(rival_cards.write_terminal(folder / "terminal")),
        "at": lab.AT.isoformat().replace("+00:00", "Z"),
    }


def observed() -> dict[str, dict[str, object]]:
    """By reader: `version`, and `chips` (Cells)."""
    kept: dict[str, dict[str, object]] = json.loads(OBSERVED.read_text()) if OBSERVED.exists() else {}
    return {reader: kept.get(reader, {"version": "", "chips": {}}) for reader in READERS}


def cells(reader: str) -> Cells:
    found = observed()[reader]["chips"]
    assert isinstance(found, dict)
    return found


def _observe(make: Callable[[], Rival], told: Mapping[str, str]) -> Iterator[tuple[str, str, Cells]]:
    try:
        rival = make()
    except ProgramMissing as missing:
        print(missing)
        return
    with rival_programs.running(rival):
        yield rival.name, rival.version, {name: rival_cell(rival, name, told) for name in CATALOGUE}


def main() -> None:
    found = observed()
    found[OURS] = {"version": "", "chips": {name: our_cell(name) for name in CATALOGUE}}
    with TemporaryDirectory() as folder:
        for make in (rival_programs.jmrtd, rival_programs.gmrtd):
            for reader, version, chips in _observe(make, words(Path(folder))):
                found[reader] = {"version": version, "chips": chips}
    OBSERVED.write_text(json.dumps(found, indent=1) + "\n")
    PAGE.write_text(page())


HEAD: Final = """# Who notices which faulty chip

Every chip of the [catalogue](faulty-chips.md) before three readers: our terminal, and two that other people wrote, unmodified.
They open the chip as the catalogue says (by PACE with the CAN where it says nothing), read everything that needs no right, and
check what they can; JMRTD proves the terminal's right to fingerprints where the fault is about that. They trust the laboratory of
the catalogue and have its revocation list.

- An error's name: the reader itself refuses. For our terminal it is the error of the catalogue; for the others, the step that
  failed and what the reader raised (JMRTD: the exception's class; gmrtd: the function that its error names).
- *Left to the caller*: JMRTD hands out signature, certificates, digests and the answer of active authentication unjudged. The
  program around it compares them by what the Java platform offers; a caller who does not, does not notice.
- *Accepts*: nothing is said against the chip. That is no fault of a reader where the standard leaves the check to somebody else,
  and none at all for the last families, whose applications a reader of travel documents has no use for (*no use*).
- *Never ends*: stopped from outside.

{summary}
"""

TAUGHT: Final = """## What the run taught about the readers

Seen with the versions above, on sound cards as well:

- **JMRTD, integrated mapping with AES-192** does not interoperate: its nonce t is as long as s (32 bytes), the key that it stands
  for has 24 (ICAO 9303-11, 4.4.3.3.2). AES-128, AES-256 and 3DES do.
- **JMRTD, chip authentication mapping**: the initial vector is the block of ones itself in place of its encryption (4.4.3.5), so
  that its result holds wrong bytes, and it does not know keys with standardised domain parameters; our program decrypts anew and
  takes the same key from EF.DG14.
- **JMRTD lets PACE succeed without the chip's token** (`pace-token-missing`): what it cannot parse in the last answer it only
  logs.
- **JMRTD does not check what the chip answers in basic access control**, neither its code nor the two challenges in it
  (`bac-code-wrong`, `bac-chip-challenge-wrong`, `bac-terminal-challenge-wrong`); keys that do not fit show with the first file.
- **JMRTD reads on where nothing comes** (`dg2-reads-of-nothing`).
- **gmrtd loses about one reading in a hundred**: a shared secret with a leading zero is used without it, in PACE and in chip
  authentication (one in 256 each). Each chip was read until two readings in a row agreed.
- **gmrtd falls back from PACE to basic access control** when it has the machine readable zone and cannot do the mapping; the
  error of PACE is kept in its result.
- **gmrtd does no chip authentication after active authentication**, so it does not notice a chip whose key for the former is
  wrong, and reads no revocation lists.
- **Our card** sent Diffie-Hellman public keys with leading zeros until JMRTD refused one in a hundred (ICAO 9303-11, 9.4.1).

This page is printed from tests/interop/who_notices.json: `PYTHONPATH=src:tests python -m interop.who_notices` tries all chips
anew. A test tries them as well and fails where a reader says something else.
"""


def page() -> str:
    """The whole page, Markdown."""
    found = observed()
    parts = [HEAD.format(summary=_summary())]
    head = " | ".join(f"{reader} {found[reader]['version']}".strip() for reader in READERS)
    for family in Family:
        names = [name for name, fault in CATALOGUE.items() if fault.family is family]
        rows = [f"| `{name}` | " + " | ".join(_shown(reader, name) for reader in READERS) + " |" for name in names]
        title = family.value[0].upper() + family.value[1:]
        parts.append("\n".join([f"## {title}", "", f"| chip | {head} |", "|---|---|---|---|", *rows, ""]))
    return "\n".join([*parts, TAUGHT])


def _shown(reader: str, name: str) -> str:
    said = cells(reader).get(name, "not tried yet")
    if said == ACCEPTS and CATALOGUE[name].family in ELSEWHERE and reader != OURS:
        return "no use"
    return f"`{said}`" if reader == OURS else said


def _summary() -> str:
    names = [name for name, fault in CATALOGUE.items() if fault.family not in ELSEWHERE and fault.error is not None]
    lines = [f"Of the {len(names)} chips with a fault in the travel document or on the way to it that a reader can notice:", ""]
    for reader in READERS:
        said = [one for name, one in cells(reader).items() if name in names]
        left = sum(one.startswith(LEFT) for one in said)
        refused = sum(one not in (ACCEPTS, "never ends") for one in said) - left
        more = f", {left} more are noticed by a caller who checks what it hands out" if left else ""
        lines.append(f"- {reader} refuses {refused}{more}.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
