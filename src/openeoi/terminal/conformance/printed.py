"""The catalogue as a page for people who build a card or applet: docs/conformance.md is this text, which a test holds."""

from __future__ import annotations

from typing import Final

from openeoi.terminal.conformance.case import TestCase
from openeoi.terminal.conformance.catalogue import DECLARED, FEATURES, Unit, units
from openeoi.terminal.conformance.units import IMPLEMENTATIONS

AS_DECLARED: Final = " (as its maker declares)"

_HEAD: Final = """# Testing a chip: `eoi conformance`

For people who build a card, an applet or a personalisation. The runner opens the chip in a reader (or one of our virtual
cards), looks once at everything that it gives away, and then carries out {live} cases, each on the freshly reset chip: those
of BSI TR-03105-3.2 by their official identifiers (`ISO7816_...`, `LDS_...`), and our own (`OEOI-...`) for what that guideline
leaves to the test standard of the ICAO or leaves out.

    eoi conformance --can 123456                          the chip in the reader; uses no try of anything
    eoi conformance --can 123456 --provoke --html report.html --junit report.xml
    eoi conformance --can 123456 --unit J --unit K --certificates FOLDER
    eoi conformance --can 123456 --case ISO7816_J_3 --certificates FOLDER --json

Exit code 0: every case that applies and was run passed; 1: not; 2: wrong use.

| option | what it allows |
|---|---|
| `--can`, `--mrz FILE` | opens the chip; with both the CAN does, and the zone is compared and used for basic access control |
| `--provoke` | the chip has to refuse a wrong CAN or zone, which never blocks; with `--pin` also one wrong PIN |
| `--certificates FOLDER` | terminal authentication: the key that the chip trusts (below) |
| `--alter` | also units M and N, which move the chip's date and trust point **for good** |
| `--trust FOLDER` | unit OEOI-TRUST: authorities (`*.cer`, DER or PEM) and their revocation lists (`*.crl`) |
| `--pin` | unit OEOI-PIN: the PIN of the log-in key. Without it no PIN is sent; the last try is never used, no PUK ever |
| `--declare` | what no look finds and only the maker knows: {declared} |
| `--unit`, `--case` | only these; both may be repeated |

A chip that has only basic access control is opened by it where `--declare BAC` and `--mrz` say so; it is never tried because
PACE failed.

## Reading the report

*Passed* and *failed* judge the chip. *Inconclusive*: the case broke off before its last step; the reason says where, and
another case usually fails for it (a chip that cannot be opened is judged by OEOI-PACE, one that refuses good certificates by
ISO7816_J_1). *Not applicable*: the chip has not what the case is about, or the maker did not declare it. *Not run*: the case
needs an option that was not given. *Not implemented*: it turned out that the runner cannot do what this chip needs; the
reason says what. With each failed case stands the command where it went wrong, in clear, with the status word and the number
of bytes that came: a report holds nothing of the holder. JUnit counts failed cases as failures, inconclusive ones as errors,
all others as skipped, with the reason.

## The folder with certificates

Cases about certificates need chains that begin at the authority that the chip trusts. The maker of a test chip gives its
trust point:

- `trust-point.cvcert`: the authority's certificate (data object 7F21, BSI TR-03110-3, C.1), with its domain parameters
  spelled out where it is on a curve;
- `trust-point.key`: its private key, PKCS#8 without a password, PEM or DER. It is a test key: never the key of a real
  authority.

From these the runner makes every certificate anew. All other keys follow from the trust point's, so that a chip whose trust
point was moved by a run with `--alter` is known again in the next one. Good certificates begin and end with their authority,
so that a run without `--alter` leaves the date of a chip that behaves where it was. RSA and ECDSA are both supported; of an
RSA trust point no link certificates are made (ISO7816_M_3 to M_6 are *not implemented* then).

Our own [faulty chips](faulty-chips.md) and the sound one (`eoi card new --fault none`) trust the laboratory of the
installation, which gives its folder by `eoi card faults --trust FOLDER`; the same folder serves for `--trust`. Each faulty
chip fails in the case that its catalogue names:

    eoi card faults --trust folder
    eoi card new --fault ta-keeps-rights
    eoi conformance --card ta-keeps-rights --can 314159 --certificates folder --trust folder --pin 111111 --provoke

## Figures

{live} cases can be carried out, {official} of them with identifiers of BSI TR-03105-3.2; {withdrawn} more identifiers are
withdrawn and listed with the reason. A specimen with every protocol passes all that apply; so do the cards of both states as
they are issued.

What is not here, and why:

- BSI TR-03105-3.1 and part 2 of the ICAO test standard (layers 1 to 4): they need contactless measuring equipment.
- The cases of the ICAO test standard, part 3, under their own identifiers: an official number must not stand on a case that
  was not compared with its text. What they are about (access, PACE, basic access control, secure messaging, EF.COM, EF.SOD,
  EF.CardSecurity, data groups) our own cases test.
- Check digits of TD2 zones (OEOI-DG1-3 is *not implemented* for such a document).
- BSI TR-03105-3.3 (the German eID application, extended access control version 2): no card here has it.

This page is generated: `python -m openeoi.terminal.conformance.printed > docs/conformance.md`.

## Cases

*Needs* names what the chip must have and which options the case asks for.
"""


def page() -> str:
    """The whole page, Markdown."""
    cases = [case for unit in units() for case in unit.cases]
    live = [case for case in cases if not case.withdrawn]
    head = _HEAD.format(
        live=len(live),
        official=sum(not case.identifier.startswith("OEOI") for case in live),
        withdrawn=len(cases) - len(live),
        declared="; ".join(f"{name}: {FEATURES[name].replace(AS_DECLARED, '')}" for name in sorted(DECLARED)),
    )
    return "\n".join([head, *(_unit(unit) for unit in units())])


def _unit(unit: Unit) -> str:
    rows = [_row(unit, case) for case in unit.cases]
    title = f"### {unit.name}: {unit.title}"
    return "\n".join([title, "", f"{unit.source}.", "", "| case | what is tested | needs |", "|---|---|---|", *rows, ""])


def _row(unit: Unit, case: TestCase) -> str:
    if case.withdrawn:
        return f"| `{case.identifier}` | *{case.withdrawn}* | |"
    how = IMPLEMENTATIONS.get(case.identifier)
    if how is None:
        return f"| `{case.identifier}` | {case.purpose} | *not implemented: {case.missing}* |"
    options = [*unit.needs]
    options += ["--declare BAC", "--mrz"] if "BAC" in case.profile else []
    options += ["--provoke"] if how.provokes else []
    options += ["--alter"] if how.alters else []
    shown = [*case.profile, *(f"`{option}`" for option in options)]
    return f"| `{case.identifier}` | {case.purpose} | {', '.join(shown)} |"


if __name__ == "__main__":
    print(page(), end="")
