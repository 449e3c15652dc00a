"""The catalogue as a page for people: docs/faulty-chips.md is this text, and a test keeps the two in step."""

from __future__ import annotations

from typing import Final

from openeoi.card.faults import specimen
from openeoi.card.faults.catalogue import CATALOGUE
from openeoi.card.faults.conformance_cases import CASES
from openeoi.card.faults.fault import Family, Fault, Use

_HEAD: Final = """# Faulty chips

A catalogue for testers of inspection systems: {count} chips, each with one thing wrong. A correct reader says of each what stands
under *error* and *inspection*; ours do, and a test tries every chip against them. The chips are virtual cards of this system,
personalised like any card, that any PC/SC program can read through vsmartcard's virtual reader.

    eoi card faults                           the catalogue in short; --json for machines
    eoi card new --fault sod-signature-wrong  make one; it lies in the box under the fault's name
    eoi card new --fault none                 the sound one to compare with: a document with every protocol
    eoi card insert sod-signature-wrong       put it into our reader, or with --vpcd HOST:PORT into a PC/SC virtual reader
    eoi card faults --trust FOLDER            what the system under test has to trust: authorities, revocation list; and the
                                              test key that the chips' terminals are certified with

An installation trusts its laboratory's authorities only when told so (`EOI_FAULTY_CHIPS=trusted`) and while a faulty chip lies in
its box.

All chips have the CAN {can}, the PINs {norm_pin} (log in) and {sig_pin} (sign), the PUK {puk}. The holder does not exist. The
printed zone is:

{zone}

*Error* is the class with which our terminal ends or which its findings carry; a dash where a reader cannot notice, because the
chip only gives to others what it must not. *Case* is one in which the chip fails under `eoi conformance` (docs/conformance.md); a
test runs all of them. *Inspection* is the check at an inspection post after BSI TR-03135-1 with its outcome and the reason's
code; a dash where a post does not come across the fault, because it does not read that file or has no use for that application.
*Undetermined* means that the fault proves nothing against the holder: a chip that cannot be read, or an authority that is not
known.

What other people's readers say of each chip stands in [who notices which faulty chip](who-notices-faulty-chips.md).

This page is generated: `python -m openeoi.card.faults.printed > docs/faulty-chips.md`.
"""

_USES: Final = {
    Use.OPEN_WITH_WRONG_NUMBER: " (try it with a wrong CAN)",
    Use.AUTHENTICATE_ACTIVELY: " (active authentication)",
    Use.AUTHENTICATE_ACTIVELY_TWICE: " (active authentication, twice)",
    Use.AUTHENTICATE_CHIP: " (chip authentication)",
    Use.AUTHENTICATE_BY_MAPPING: " (PACE with chip authentication mapping)",
    Use.OPEN_BY_BASIC_ACCESS: " (basic access control)",
    Use.READ_BY_BASIC_ACCESS: " (basic access control)",
    Use.OPEN_BY_WRONG_ZONE: " (try it with another zone)",
    Use.READ_FINGERPRINTS: " (terminal authentication)",
    Use.SIGN_WITH_PIN: " (sign with the PIN)",
    Use.SIGN_WITH_WRONG_PIN: " (sign with a wrong PIN)",
}


def page() -> str:
    """The whole page, Markdown."""
    parts = [
        _HEAD.format(
            count=len(CATALOGUE),
            can=specimen.CAN,
            norm_pin=specimen.NORM_PIN,
            sig_pin=specimen.SIG_PIN,
            puk=specimen.PUK,
            zone="\n".join(f"    {line}" for line in specimen.ZONE.encode().split("\n")),
        )
    ]
    for family in Family:
        rows = [_row(fault) for fault in CATALOGUE.values() if fault.family is family]
        title = family.value[0].upper() + family.value[1:]
        head = ["| name | what is wrong | rule | error | inspection | case |", "|---|---|---|---|---|---|"]
        parts.append("\n".join([f"## {title}", "", *head, *rows, ""]))
    return "\n".join(parts)


def _row(fault: Fault) -> str:
    found = fault.inspection
    inspection = "-" if found is None else f"{found.check}: {found.verdict.value} (`{found.reason}`)"
    sentence = fault.sentence + _USES.get(fault.use, "")
    error = "-" if fault.error is None else f"`{fault.error}`"
    return f"| `{fault.name}` | {sentence} | {fault.clause} | {error} | {inspection} | `{CASES[fault.name]}` |"


if __name__ == "__main__":
    print(page(), end="")
