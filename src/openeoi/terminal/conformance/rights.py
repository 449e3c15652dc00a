"""Steps about certificates that cases share: opened and chip authenticated, one certificate shown, the terminal's own proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.terminal_authentication import shared
from openeoi.protocols.terminal_authentication.shared import Binding
from openeoi.terminal.conformance.case import CaseEnded, CaseFailed, CaseNotRun, Subject
from openeoi.terminal.conformance.certificates.authority import Authority, Chain, TrustPoint
from openeoi.terminal.conformance.certificates.drafts import Draft, Holder
from openeoi.terminal.conformance.steps import (
    inside,
    is_error,
    open_document,
    read_by_short_identifier,
    require_refused,
    require_success,
)
from openeoi.terminal.document_channel import DocumentChannel
from openeoi.terminal.extended_access import read_authority_references
from openeoi.terminal.prove_chip import by_chip_authentication

NO_CERTIFICATES: Final = "the case needs a key that the chip trusts; give it with --certificates"

Open = Callable[[Subject], CardSteps[DocumentChannel]]


@dataclass(frozen=True, slots=True)
class Opened:
    """Open, and the chip authenticated: `authority` is the one that the chip trusts, `references` those in EF.CVCA."""

    document: DocumentChannel
    trust: TrustPoint
    authority: Authority
    references: tuple[KeyReference, ...]

    @property
    def channel(self) -> SecureChannel:
        return self.document.channel

    @property
    def binding(self) -> Binding:
        if self.document.binding is None:
            raise CaseEnded("the chip was not authenticated")
        return self.document.binding


def given_trust_point(subject: Subject) -> TrustPoint:
    if subject.trust_point is None:
        raise CaseNotRun(NO_CERTIFICATES)
    return subject.trust_point


def open_for_certificates(subject: Subject, open_chip: Open = open_document) -> CardSteps[Opened]:
    """Opens the chip, authenticates it, reads EF.CVCA. Raises CaseEnded where one of them fails, which other cases judge."""
    trust = given_trust_point(subject)
    document = yield from open_chip(subject)
    try:
        infos = DataGroup14.decode(subject.content(files.data_group(14))).security_infos
        document = yield from by_chip_authentication(document, infos, subject.random)
        references = yield from through(document.channel, read_authority_references(infos))
    except CaseEnded:
        raise
    except OpenEoiError as error:
        raise CaseEnded(f"chip authentication or reading EF.CVCA did not succeed: {error}") from error
    return Opened(document, trust, trust.current(references), references)


def select_issuer(reference: KeyReference) -> CommandApdu:
    data = tlv.encode(shared.PUBLIC_KEY_REFERENCE, reference.encode())
    return CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_DIGITAL_SIGNATURE_TEMPLATE, data)


def verify_certificate(content: bytes) -> CommandApdu:
    return CommandApdu(0, shared.PERFORM_SECURITY_OPERATION, *shared.VERIFY_CERTIFICATE, content)


def select_terminal(reference: KeyReference) -> CommandApdu:
    data = tlv.encode(shared.PUBLIC_KEY_REFERENCE, reference.encode())
    return CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_AUTHENTICATION_TEMPLATE, data)


def get_challenge(size: int = shared.CHALLENGE_SIZE) -> CommandApdu:
    return CommandApdu(0, shared.GET_CHALLENGE, 0, 0, expected=size)


def external_authenticate(signature: bytes) -> CommandApdu:
    return CommandApdu(0, shared.EXTERNAL_AUTHENTICATE, 0, 0, signature)


def show(opened: Opened, issuer: Holder, content: bytes) -> CardSteps[ResponseApdu]:
    """The answer to the certificate; to the selection of its issuer's key where that is refused already."""
    response = yield from inside(opened.channel, select_issuer(issuer.reference), "MSE:Set DST")
    if response.status != status.SUCCESS:
        return response
    return (yield from inside(opened.channel, verify_certificate(content), "PSO:Verify Certificate"))


def show_good(opened: Opened, draft: Draft, what: str) -> CardSteps[None]:
    """Raises CaseFailed where the chip does not take it."""
    response = yield from show(opened, draft.issuer, draft.content())
    if response.status != status.SUCCESS:
        raise CaseFailed(f"{what} was answered with {response.status:04X}")


def show_chain(opened: Opened, chain: Chain) -> CardSteps[None]:
    yield from show_good(opened, chain.verifier, "a good document verifier's certificate")
    yield from show_good(opened, chain.terminal, "a good terminal's certificate")


def require_not_taken(response: ResponseApdu, what: str) -> None:
    """An error, or 6300: the signature did not verify (TR-03110-3, B.3)."""
    if response.data:
        raise CaseFailed(f"{what} was answered with {len(response.data)} bytes of data")
    if response.status >> 8 != 0x63 and not is_error(response.status):
        raise CaseFailed(f"{what} was answered with {response.status:04X}, an error was expected")


def challenged(opened: Opened, terminal: Holder) -> CardSteps[bytes]:
    """The terminal's key is selected and a challenge there."""
    response = yield from inside(opened.channel, select_terminal(terminal.reference), "MSE:Set AT")
    require_success(response, "MSE:Set AT")
    challenge = require_success((yield from inside(opened.channel, get_challenge(), "GET CHALLENGE")), "GET CHALLENGE")
    if len(challenge) != shared.CHALLENGE_SIZE:
        raise CaseFailed(f"the challenge has {len(challenge)} bytes")
    return challenge


def prove(opened: Opened, terminal: Holder, binding: Binding | None = None) -> CardSteps[ResponseApdu]:
    """The answer to the terminal's signature over a challenge."""
    challenge = yield from challenged(opened, terminal)
    signature = terminal.key.sign((binding or opened.binding).to_be_signed(challenge))
    return (yield from inside(opened.channel, external_authenticate(signature), "EXTERNAL AUTHENTICATE"))


def authenticate(opened: Opened, chain: Chain) -> CardSteps[None]:
    """The whole terminal authentication. Raises CaseFailed where the chip does not take it."""
    yield from show_chain(opened, chain)
    response = yield from prove(opened, chain.terminal.holder)
    require_success(response, "EXTERNAL AUTHENTICATE of a good terminal")


def require_open(channel: SecureChannel, number: int) -> CardSteps[None]:
    """The data group gives its first byte."""
    file = files.data_group(number)
    what = f"READ BINARY of {file.name}"
    first = require_success((yield from inside(channel, read_by_short_identifier(file, 1), what)), what)
    if first != bytes((file.tag or 0,)):
        raise CaseFailed(f"{what} gave {first.hex().upper() or 'nothing'}, not its tag")


def require_closed(channel: SecureChannel, number: int) -> CardSteps[None]:
    file = files.data_group(number)
    what = f"READ BINARY of {file.name} without the right to it"
    require_refused((yield from inside(channel, read_by_short_identifier(file, 1), what)), what)
