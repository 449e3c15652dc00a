"""Unit ISO7816_J: which certificates a chip takes, and what those that it refuses leave behind (TR-03110-3, 2.5 to 2.7)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from openeoi.encoding.card_verifiable_certificates.certificate import Role
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.terminal.conformance.case import CaseFailed, CaseNotApplicable, Implementation, Steps, Subject
from openeoi.terminal.conformance.certificates.authority import DAY, Authority
from openeoi.terminal.conformance.certificates.drafts import Draft, Holder
from openeoi.terminal.conformance.certificates.forgeries import BY_NUMBER, WRONG_ROLES, Forgery, late
from openeoi.terminal.conformance.rights import (
    Opened,
    open_for_certificates,
    require_not_taken,
    select_issuer,
    show,
    show_chain,
    show_good,
    verify_certificate,
)
from openeoi.terminal.conformance.steps import inside, require_refused, require_success

WRONG_CLASS = 0x8C
"""A proprietary class byte that announces secure messaging, in place of 0C."""


def good_chain_is_taken(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    yield from show_chain(opened, opened.authority.chain())


def unknown_authority_is_refused(subject: Subject) -> CardSteps[None]:
    """Some chips refuse the selection, some only the certificate after it; both are good."""
    opened = yield from open_for_certificates(subject)
    reference = replace(opened.authority.holder.reference, mnemonic="OEOIOTHER")
    stranger = Holder(reference, opened.authority.holder.key)
    draft = replace(opened.authority.verifier_draft(), issuer=stranger)
    require_not_taken((yield from show(opened, stranger, draft.content())), "an authority that the chip does not know")


def forgery_is_refused(forgery: Forgery, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    yield from _refuse(opened, *forgery.make(opened.authority), forgery.what)


def forgery_leaves_the_date(forgery: Forgery, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    yield from _refuse(opened, *forgery.make(opened.authority), forgery.what)
    yield from _require_date_as_it_was(opened, forgery.what)


def foreign_terminal_leaves_the_date(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    chain = opened.authority.chain(foreign=True)
    yield from show_good(opened, chain.verifier, "a foreign document verifier's certificate")
    terminal = replace(chain.terminal, effective=opened.authority.expires - DAY)
    yield from show_good(opened, terminal, "a foreign inspection system's certificate")
    yield from _require_date_as_it_was(opened, "a foreign inspection system's certificate")


def chain_in_clear_is_refused(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    draft = opened.authority.verifier_draft()
    answers = []
    for command in (select_issuer(draft.issuer.reference), verify_certificate(draft.content())):
        answers.append((yield command))
    require_refused(answers[-1], "PSO:Verify Certificate outside secure messaging")


def wrong_class_is_refused(position: int, subject: Subject) -> CardSteps[None]:
    """The class byte changed after the command was protected, so that its authentication code no longer fits either."""
    opened = yield from open_for_certificates(subject)
    draft = opened.authority.verifier_draft()
    commands = (select_issuer(draft.issuer.reference), verify_certificate(draft.content()))
    for command in commands[:position]:
        require_success((yield from inside(opened.channel, command, "MSE:Set DST")), "MSE:Set DST")
    response = yield _with_class(opened, commands[position])
    require_refused(response, f"the class byte {WRONG_CLASS:02X}")


def _with_class(opened: Opened, command: CommandApdu) -> CommandApdu:
    return replace(opened.channel.protect(command), cla=WRONG_CLASS)


def earlier_keys_are_forgotten(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    first, second = opened.authority.chain(), opened.authority.verifier_draft(number=2)
    yield from show_chain(opened, first)
    yield from show_good(opened, second, "a second document verifier's certificate")
    what = "a terminal's certificate of a document verifier of an earlier chain"
    require_not_taken((yield from show(opened, first.terminal.issuer, first.terminal.content())), what)


def nothing_selected_leaves_the_date(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    what = "a certificate without a selected root"
    content = late(opened.authority).content()
    require_not_taken((yield from inside(opened.channel, verify_certificate(content), "PSO:Verify Certificate")), what)
    yield from _require_date_as_it_was(opened, what)


def wrong_role_is_refused(issuer: Role, role: Role, what: str, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    certifier = yield from _certifier(opened, issuer)
    draft = _draft_of_role(opened.authority, certifier, role)
    yield from _refuse(opened, certifier, draft.content(), what)
    yield from _require_date_as_it_was(opened, what)


def short_key_is_refused(of_the_terminal: bool, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    chain, authority = opened.authority.chain(), opened.authority
    key = authority.holder.key.shorter(authority.seed)
    if key is None:
        raise CaseNotApplicable("the chip's trust point has the shortest key that there is")
    draft = chain.terminal if of_the_terminal else chain.verifier
    if of_the_terminal:
        yield from show_good(opened, chain.verifier, "a good document verifier's certificate")
    short = replace(draft, holder=Holder(draft.holder.reference, key))
    yield from _refuse(opened, short.issuer, short.content(), "a key shorter than its issuer's")


def expired_certificate_is_refused(subject: Subject) -> CardSteps[None]:
    """It ended before the trust point began, so that it has expired by any date that the chip may have."""
    opened = yield from open_for_certificates(subject)
    start = opened.authority.effective
    draft = replace(opened.authority.verifier_draft(), effective=start - 2 * DAY, expires=start - DAY)
    yield from _refuse(opened, draft.issuer, draft.content(), "a document verifier's certificate that has expired")
    yield from show_good(opened, opened.authority.verifier_draft(), "a good document verifier's certificate")
    terminal = replace(opened.authority.chain().terminal, effective=start - 2 * DAY, expires=start - DAY)
    yield from _refuse(opened, terminal.issuer, terminal.content(), "a terminal's certificate that has expired")


def _certifier(opened: Opened, role: Role) -> CardSteps[Holder]:
    """Shows the certificates that lead to a key of this role."""
    authority = opened.authority
    if role is Role.COUNTRY_VERIFYING_AUTHORITY:
        return authority.holder
    chain = authority.chain(foreign=role is Role.FOREIGN_DOCUMENT_VERIFIER)
    yield from show_good(opened, chain.verifier, "a good document verifier's certificate")
    if role is not Role.INSPECTION_SYSTEM:
        return chain.verifier.holder
    yield from show_good(opened, chain.terminal, "a good terminal's certificate")
    return chain.terminal.holder


def _draft_of_role(authority: Authority, issuer: Holder, role: Role) -> Draft:
    """Good but for who certifies whom, and as late as can be."""
    holder = authority.terminal(9) if role is Role.INSPECTION_SYSTEM else authority.verifier(number=9)
    return Draft(issuer, holder, role, authority.expires - DAY, authority.expires)


def _refuse(opened: Opened, issuer: Holder, content: bytes, what: str) -> CardSteps[None]:
    response = yield from inside(opened.channel, select_issuer(issuer.reference), "MSE:Set DST")
    # A chip may refuse to select a key that can certify nobody.
    if response.status == status.SUCCESS:
        response = yield from inside(opened.channel, verify_certificate(content), "PSO:Verify Certificate")
    require_not_taken(response, what)


def _require_date_as_it_was(opened: Opened, what: str) -> CardSteps[None]:
    """Certificates that end a day before the late one began are still taken."""
    authority = opened.authority
    chain = authority.chain().valid(authority.effective, authority.expires - 2 * DAY)
    try:
        yield from show_chain(opened, chain)
    except CaseFailed as failure:
        raise CaseFailed(f"after {what} the chip's date is another one: {failure.reason}") from failure


_KEPT_DATE = range(25, 42)


def _both_ways(steps: Steps, subject: Subject) -> CardSteps[None]:
    """The guideline asks for every case of this unit after PACE, and after basic access control where the chip has both."""
    yield from steps(subject)
    if subject.pace is not None and subject.by_zone:
        try:
            yield from steps(replace(subject, pace=None))
        except CaseFailed as failure:
            raise CaseFailed(f"after basic access control: {failure.reason}") from failure


_UNIT: dict[str, Steps] = {
    "ISO7816_J_1": good_chain_is_taken,
    "ISO7816_J_2": unknown_authority_is_refused,
    "ISO7816_J_11": foreign_terminal_leaves_the_date,
    "ISO7816_J_12": chain_in_clear_is_refused,
    "ISO7816_J_13": partial(wrong_class_is_refused, 0),
    "ISO7816_J_15": partial(wrong_class_is_refused, 1),
    "ISO7816_J_22": earlier_keys_are_forgotten,
    "ISO7816_J_35": nothing_selected_leaves_the_date,
    "ISO7816_J_55": partial(short_key_is_refused, False),
    "ISO7816_J_56": partial(short_key_is_refused, True),
    **{
        f"ISO7816_J_{number}": partial(forgery_leaves_the_date if number in _KEPT_DATE else forgery_is_refused, forgery)
        for number, forgery in BY_NUMBER.items()
    },
    **{f"ISO7816_J_{number}": partial(wrong_role_is_refused, *roles) for number, roles in WRONG_ROLES.items()},
}

CASES = {identifier: Implementation(partial(_both_ways, steps)) for identifier, steps in _UNIT.items()} | {
    "OEOI-TA-1": Implementation(expired_certificate_is_refused)
}
