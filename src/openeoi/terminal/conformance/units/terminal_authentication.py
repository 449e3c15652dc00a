"""Units ISO7816_K and ISO7816_L: the terminal's own proof, and which rights it opens (TR-03110-1, 3.5; TR-03110-3, 2.7)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from openeoi.encoding import tlv
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication import terminal as active_authentication
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationError, NotDecidable
from openeoi.protocols.basic_access import shared as basic_access
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.protocols.terminal_authentication import shared
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, Implementation, Subject
from openeoi.terminal.conformance.certificates.authority import Chain
from openeoi.terminal.conformance.rights import (
    Open,
    Opened,
    authenticate,
    challenged,
    external_authenticate,
    get_challenge,
    open_for_certificates,
    prove,
    require_closed,
    require_not_taken,
    require_open,
    select_terminal,
    show_chain,
)
from openeoi.terminal.conformance.steps import (
    inside,
    is_error,
    one,
    open_document,
    open_with_the_zone,
    read_by_short_identifier,
    require_refused,
    require_success,
    zone_information,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION
from openeoi.terminal.conformance.units.certificates import WRONG_CLASS

BOTH, FINGERPRINTS, IRISES, NONE = (True, True), (True, False), (False, True), (False, False)
SHORT_CHALLENGE = 7
EXTENDED_ACCESS = (3, 4)


def terminal_is_authenticated(open_chip: Open, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject, open_chip)
    yield from authenticate(opened, opened.authority.chain())
    for number in EXTENDED_ACCESS:
        if number in subject.data_groups:
            yield from require_open(opened.channel, number)


def unknown_terminal_is_refused(subject: Subject) -> CardSteps[None]:
    opened, _ = yield from _certified(subject)
    command = select_terminal(opened.authority.terminal(7).reference)
    require_refused((yield from inside(opened.channel, command, "MSE:Set AT")), "MSE:Set AT with a key that was not certified")


def proof_in_clear_is_refused(subject: Subject) -> CardSteps[None]:
    """Everything after the certificates in clear. A chip may give anybody a challenge; what counts is that nobody is taken."""
    opened, chain = yield from _certified(subject)
    answer = yield select_terminal(chain.terminal.holder.reference)
    challenge = (yield get_challenge()).data
    signature = chain.terminal.holder.key.sign(opened.binding.to_be_signed(challenge))
    response = yield external_authenticate(signature)
    require_refused(answer, "MSE:Set AT outside secure messaging")
    require_not_taken(response, "EXTERNAL AUTHENTICATE outside secure messaging")


def rights_are_those_of_all(
    verifier: tuple[bool, bool], terminal: tuple[bool, bool], opens: tuple[int, ...], subject: Subject
) -> CardSteps[None]:
    """Of `verifier` and `terminal` each pair is fingerprints, irises; the authority has both. `opens` are the data groups that
    the case looks at and that open; the negative numbers are those that stay closed."""
    opened = yield from open_for_certificates(subject)
    yield from authenticate(opened, opened.authority.chain().with_rights(verifier, terminal))
    for number in opens:
        if abs(number) in subject.data_groups:
            yield from (require_open if number > 0 else require_closed)(opened.channel, abs(number))


def wrong_class_is_refused(subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    challenge = yield from challenged(opened, chain.terminal.holder)
    signature = chain.terminal.holder.key.sign(opened.binding.to_be_signed(challenge))
    command = replace(opened.channel.protect(external_authenticate(signature)), cla=WRONG_CLASS)
    require_refused((yield command), f"EXTERNAL AUTHENTICATE with the class byte {WRONG_CLASS:02X}")


def first_challenge_is_spent(subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    first = yield from challenged(opened, chain.terminal.holder)
    second = require_success((yield from inside(opened.channel, get_challenge(), "GET CHALLENGE")), "a second GET CHALLENGE")
    if first == second:
        raise CaseFailed("two challenges are the same")
    yield from _refused_with(opened, chain, first, "a signature over the first of two challenges")


def short_challenge_is_refused(subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    require_success(
        (yield from inside(opened.channel, select_terminal(chain.terminal.holder.reference), "MSE:Set AT")), "MSE:Set AT"
    )
    what = f"GET CHALLENGE for {SHORT_CHALLENGE} bytes"
    response = yield from inside(opened.channel, get_challenge(SHORT_CHALLENGE), what)
    require_refused(response, what)


def proof_without_challenge(subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    command = select_terminal(chain.terminal.holder.reference)
    require_success((yield from inside(opened.channel, command, "MSE:Set AT")), "MSE:Set AT")
    yield from _refused_with(opened, chain, bytes(shared.CHALLENGE_SIZE), "EXTERNAL AUTHENTICATE without a challenge")
    yield from require_closed(opened.channel, 3)


def proof_without_key(subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    response = yield from inside(opened.channel, get_challenge(), "GET CHALLENGE")
    yield from _refused_with(opened, chain, response.data, "EXTERNAL AUTHENTICATE without a selected key")
    yield from require_closed(opened.channel, 3)


def malformed_selection(subject: Subject) -> CardSteps[None]:
    """The reference of the key under the tag 84 in place of 83."""
    opened, chain = yield from _certified(subject)
    good = select_terminal(chain.terminal.holder.reference)
    wrong = replace(good, data=tlv.encode(0x84, tlv.decode(good.data).value))
    require_refused((yield from inside(opened.channel, wrong, "MSE:Set AT")), "a malformed MSE:Set AT")
    response = yield from inside(opened.channel, get_challenge(), "GET CHALLENGE")
    yield from _refused_with(opened, chain, response.data, "EXTERNAL AUTHENTICATE after a malformed MSE:Set AT")
    yield from require_closed(opened.channel, 3)


def new_selection_takes_the_rights(subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject)
    yield from authenticate(opened, opened.authority.chain())
    yield from require_open(opened.channel, 3)
    what = "SELECT of the eMRTD application"
    require_success((yield from inside(opened.channel, SELECT_APPLICATION, what)), what)
    yield from require_closed(opened.channel, 3)


def other_work_in_between(subject: Subject) -> CardSteps[None]:
    """Reading, and active authentication where the chip has it, between chip and terminal authentication."""
    opened = yield from open_for_certificates(subject)
    for number in (1, 14):
        if number in subject.data_groups:
            yield from require_open(opened.channel, number)
    if "AA" in subject.features:
        yield from _authenticate_actively(subject, opened.channel)
    yield from authenticate(opened, opened.authority.chain())


def _authenticate_actively(subject: Subject, channel: SecureChannel) -> CardSteps[None]:
    key = DataGroup15.decode(subject.content(files.data_group(15)))
    infos = DataGroup14.decode(subject.content(files.data_group(14))).security_infos
    steps = active_authentication.authenticate(key, infos, subject.random, plain_capacity=channel.plain_capacity())
    try:
        yield from through(channel, steps)
    except NotDecidable as error:
        raise CaseEnded(str(error)) from error
    except ActiveAuthenticationError as error:
        raise CaseFailed(str(error)) from error


def other_binding_is_refused(subject: Subject) -> CardSteps[None]:
    """The key that PACE would have had in a run before: the identifier of another session."""
    before = yield from open_document(subject)
    opened, chain = yield from _certified(subject)
    binding = replace(opened.binding, chip=before.chip_identifier)
    response = yield from prove(opened, chain.terminal.holder, binding)
    require_not_taken(response, "terminal authentication bound to the key of another run of PACE")


def chain_alone_opens_nothing(number: int, subject: Subject) -> CardSteps[None]:
    opened, _ = yield from _certified(subject)
    yield from require_closed(opened.channel, number)


def failed_proof_opens_nothing(number: int, subject: Subject) -> CardSteps[None]:
    opened, chain = yield from _certified(subject)
    challenge = yield from challenged(opened, chain.terminal.holder)
    signature = chain.terminal.holder.key.sign(opened.binding.to_be_signed(challenge))
    wrong = external_authenticate(signature[:-1] + bytes((signature[-1] ^ 1,)))
    response = yield from inside(opened.channel, wrong, "EXTERNAL AUTHENTICATE")
    require_not_taken(response, "a wrong signature over the challenge")
    yield from require_closed(opened.channel, number)


def no_way_back_to_basic_access(subject: Subject) -> CardSteps[None]:
    """Basic access control inside the channel of terminal authentication: not even with the right zone."""
    keys = AccessKeys.from_mrz(zone_information(subject))
    opened = yield from open_for_certificates(subject, open_with_the_zone)
    yield from authenticate(opened, opened.authority.chain())
    challenge = (yield from inside(opened.channel, get_challenge(), "GET CHALLENGE")).data
    cryptogram = basic_access.seal(
        keys,
        subject.random(basic_access.CHALLENGE_SIZE)
        + challenge.ljust(basic_access.CHALLENGE_SIZE, b"\x00")[: basic_access.CHALLENGE_SIZE]
        + subject.random(basic_access.KEYING_MATERIAL_SIZE),
    )
    command = CommandApdu(0, basic_access.EXTERNAL_AUTHENTICATE, 0, 0, cryptogram, basic_access.CRYPTOGRAM_SIZE)
    response = yield from inside(opened.channel, command, "MUTUAL AUTHENTICATE")
    require_not_taken(response, "MUTUAL AUTHENTICATE after terminal authentication")


def second_opening_takes_the_rights(first: Open, second: Open, subject: Subject) -> CardSteps[None]:
    opened = yield from open_for_certificates(subject, first)
    yield from authenticate(opened, opened.authority.chain())
    try:
        again = yield from second(subject)
    except CaseEnded:
        # Refused; then the old channel has ended with the first command in clear, or holds with the rights that it had.
        return
    for number in EXTENDED_ACCESS:
        if number in subject.data_groups:
            yield from require_closed(again.channel, number)
    yield from _require_no_longer(opened.channel)


def _require_no_longer(channel: SecureChannel) -> CardSteps[None]:
    response: ResponseApdu = yield from one(channel.protect(read_by_short_identifier(files.COM, 1)))
    if response.data or not is_error(response.status):
        raise CaseFailed("the channel of terminal authentication still goes on beside the new one")


def _certified(subject: Subject) -> CardSteps[tuple[Opened, Chain]]:
    opened = yield from open_for_certificates(subject)
    chain = opened.authority.chain()
    yield from show_chain(opened, chain)
    return opened, chain


def _refused_with(opened: Opened, chain: Chain, challenge: bytes, what: str) -> CardSteps[None]:
    signature = chain.terminal.holder.key.sign(opened.binding.to_be_signed(challenge))
    response = yield from inside(opened.channel, external_authenticate(signature), what)
    if response.status == status.SUCCESS:
        raise CaseFailed(f"{what} was answered with 9000")
    require_not_taken(response, what)


_RIGHTS = {
    "ISO7816_K_5": (BOTH, NONE, (-3, -4)),
    "ISO7816_K_6": (NONE, NONE, (-3, -4)),
    "ISO7816_L_1": (BOTH, FINGERPRINTS, (3,)),
    "ISO7816_L_2": (BOTH, FINGERPRINTS, (-4,)),
    "ISO7816_L_3": (BOTH, IRISES, (4,)),
    "ISO7816_L_4": (BOTH, IRISES, (-3,)),
    "ISO7816_L_5": (FINGERPRINTS, BOTH, (3,)),
    "ISO7816_L_6": (FINGERPRINTS, BOTH, (-4,)),
    "ISO7816_L_7": (IRISES, BOTH, (4,)),
    "ISO7816_L_8": (IRISES, BOTH, (-3,)),
}

CASES = {
    "ISO7816_K_1a": Implementation(partial(terminal_is_authenticated, open_with_the_zone)),
    "ISO7816_K_1b": Implementation(partial(terminal_is_authenticated, open_document)),
    "ISO7816_K_2": Implementation(unknown_terminal_is_refused),
    "ISO7816_K_4": Implementation(proof_in_clear_is_refused),
    "ISO7816_K_7": Implementation(wrong_class_is_refused),
    "ISO7816_K_10": Implementation(first_challenge_is_spent),
    "ISO7816_K_12": Implementation(short_challenge_is_refused),
    "ISO7816_K_14": Implementation(proof_without_challenge),
    "ISO7816_K_15": Implementation(proof_without_key),
    "ISO7816_K_17": Implementation(malformed_selection),
    "ISO7816_K_18": Implementation(new_selection_takes_the_rights),
    "ISO7816_K_19": Implementation(other_work_in_between),
    "ISO7816_K_20": Implementation(other_binding_is_refused),
    **{
        identifier: Implementation(partial(rights_are_those_of_all, verifier, terminal, opens))
        for identifier, (verifier, terminal, opens) in _RIGHTS.items()
    },
    "ISO7816_L_9": Implementation(partial(chain_alone_opens_nothing, 3)),
    "ISO7816_L_10": Implementation(partial(chain_alone_opens_nothing, 4)),
    "ISO7816_L_11": Implementation(partial(failed_proof_opens_nothing, 3)),
    "ISO7816_L_12": Implementation(partial(failed_proof_opens_nothing, 4)),
    "ISO7816_L_13": Implementation(no_way_back_to_basic_access),
    "ISO7816_L_14": Implementation(partial(second_opening_takes_the_rights, open_document, open_document)),
    "ISO7816_L_15": Implementation(partial(second_opening_takes_the_rights, open_document, open_with_the_zone)),
    "ISO7816_L_16": Implementation(partial(second_opening_takes_the_rights, open_with_the_zone, open_document)),
}
