"""Units ISO7816_M and ISO7816_N: certificates that move the chip's date and trust points (TR-03110-3, 2.6 and 2.7).

Each case changes the chip for good, so a run has to ask for them. Each begins at the authority that the chip trusts now, so that
a chip can be tested again; its dates lie at the end of that authority's life, which every link certificate makes longer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.secure_messaging import through
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, Implementation, Steps, Subject
from openeoi.terminal.conformance.certificates.authority import DAY, Authority
from openeoi.terminal.conformance.rights import (
    Opened,
    open_for_certificates,
    require_not_taken,
    select_issuer,
    show,
    show_chain,
    show_good,
)
from openeoi.terminal.conformance.steps import inside
from openeoi.terminal.extended_access import read_authority_references


def terminal_moves_the_date(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    day = opened.authority.expires - 6 * DAY
    yield from _require_expiring_taken(opened, day - DAY)
    chain = opened.authority.chain()
    yield from show_good(opened, chain.verifier, "a good document verifier's certificate")
    yield from show_good(opened, replace(chain.terminal, effective=day), "a domestic inspection system's certificate")
    yield from _require_date(subject, day)


def verifier_moves_the_date(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    day = opened.authority.expires - 4 * DAY
    yield from _require_expiring_taken(opened, day - DAY)
    draft = replace(opened.authority.verifier_draft(number=3), effective=day)
    yield from show_good(opened, draft, "a document verifier's certificate")
    yield from _require_date(subject, day)


def link_becomes_trust_point(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    old, new = opened.authority, opened.trust.next(opened.authority)
    yield from show_good(opened, old.link(new), "a link certificate")
    yield from _require_references(subject, new, old)
    yield from _require_chain(subject, new)


def two_links_follow_each_other(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    oldest = opened.authority
    middle = opened.trust.next(oldest)
    newest = opened.trust.next(middle)
    yield from show_good(opened, oldest.link(middle), "a link certificate")
    yield from show_good(opened, middle.link(newest), "a second link certificate")
    yield from _require_references(subject, newest, middle)
    again = yield from open_for_certificates(subject)
    response = yield from inside(again.channel, select_issuer(oldest.holder.reference), "MSE:Set DST")
    if response.status == status.SUCCESS:
        draft = oldest.verifier_draft()
        response = yield from show(again, oldest.holder, draft.content())
    require_not_taken(response, "the trust point before the last two")
    yield from _require_chain(subject, newest)


def link_certifies_no_terminal(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    new = opened.trust.next(opened.authority)
    yield from show_good(opened, opened.authority.link(new), "a link certificate")
    draft = new.terminal_draft(new.holder)
    require_not_taken((yield from show(opened, new.holder, draft.content())), "a terminal's certificate of the linked authority")


def file_stays_well_formed(subject: Subject) -> CardSteps[None]:
    """Before and after a link certificate: 36 bytes, one or two references, then zeros."""
    opened = yield from open_for_certificates(subject)
    yield from _read_references(subject, opened)
    new = opened.trust.next(opened.authority)
    yield from show_good(opened, opened.authority.link(new), "a link certificate")
    references = yield from _read_references(subject, opened)
    if references[0] != new.holder.reference:
        raise CaseFailed(f"EF.CVCA names {references[0]} first, not the new trust point")


def expired_trust_point_certifies_nobody(subject: Subject) -> CardSteps[None]:
    """The chip's date passes the end of the old trust point; a certificate of it that is valid itself is refused then."""
    opened = yield from open_for_certificates(subject)
    old, new = opened.authority, opened.trust.next(opened.authority)
    yield from show_good(opened, old.link(new), "a link certificate")
    day = old.expires + 5 * DAY
    yield from show_good(opened, replace(new.verifier_draft(number=3), effective=day), "a document verifier's certificate")
    again = yield from open_for_certificates(subject)
    draft = replace(old.verifier_draft(), expires=day + DAY)
    require_not_taken((yield from show(again, old.holder, draft.content())), "a certificate of a trust point that has expired")
    yield from _require_chain(subject, new)


def algorithm_is_migrated(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    new = opened.trust.next(opened.authority, migrated=True)
    yield from show_good(opened, opened.authority.link(new), "a link certificate with another algorithm")
    yield from _require_chain(subject, new)


def _require_expiring_taken(opened: Opened, day: date) -> CardSteps[None]:
    """The precondition: the chip's date is not later yet. Raises CaseEnded where a run before has moved it."""
    try:
        yield from show_chain(opened, opened.authority.chain().valid(opened.authority.effective, day))
    except CaseFailed as failure:
        raise CaseEnded("the chip's date is later already; the case needs a chip that it was not run with before") from failure


def _require_date(subject: Subject, day: date) -> CardSteps[None]:
    """What ends the day before is refused, what ends on the day itself is taken."""
    opened = yield from open_for_certificates(subject)
    draft = replace(opened.authority.verifier_draft(), expires=day - DAY)
    require_not_taken((yield from show(opened, draft.issuer, draft.content())), "a certificate that has expired")
    yield from show_chain(opened, opened.authority.chain().valid(opened.authority.effective, day))


def _require_references(subject: Subject, *authorities: Authority) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    expected = tuple(authority.holder.reference for authority in authorities)
    if opened.references != expected:
        raise CaseFailed(f"EF.CVCA names {', '.join(map(str, opened.references))}, not {', '.join(map(str, expected))}")


def _require_chain(subject: Subject, authority: Authority) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    yield from show_chain(opened, authority.chain())


def _read_references(subject: Subject, opened: Opened) -> CardSteps[tuple[KeyReference, ...]]:
    infos = DataGroup14.decode(subject.content(files.data_group(14))).security_infos
    try:
        return (yield from through(opened.channel, read_authority_references(infos)))
    except OpenEoiError as error:
        raise CaseFailed(f"EF.CVCA: {error}") from error


_STEPS: dict[str, Steps] = {
    "ISO7816_M_1": terminal_moves_the_date,
    "ISO7816_M_2": verifier_moves_the_date,
    "ISO7816_M_3": link_becomes_trust_point,
    "ISO7816_M_4": two_links_follow_each_other,
    "ISO7816_M_5": link_certifies_no_terminal,
    "ISO7816_M_6": file_stays_well_formed,
    "ISO7816_N_1": algorithm_is_migrated,
    "OEOI-TA-2": expired_trust_point_certifies_nobody,
}

CASES = {identifier: Implementation(steps, alters=True) for identifier, steps in _STEPS.items()}
