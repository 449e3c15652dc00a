"""The card in the reader as a key holder of the signing desk: for `eoi sign`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import typer

from openeoi.agent.card_session import CardSession
from openeoi.agent.caution import await_card, require_consent
from openeoi.agent.office import Agent
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.main.readers import VIRTUAL
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.signing.errors import OtherCertificate
from openeoi.signing.ports import HeldCertificate, KeyHolders
from openeoi.terminal.credentials import Credential, list_credentials, sign_with


@dataclass
class CardKeyHolder:
    """One opened session each time; the PIN is asked for once, right before it signs."""

    agent: Agent
    access_number: str = field(repr=False)
    ask_pin: Callable[[], str] = field(repr=False)
    _credentials: tuple[Credential, ...] = ()

    def certificates(self) -> Sequence[HeldCertificate]:
        with self.agent.session() as session:
            self._unlock(session)
            self._credentials = session.run("agent.step.credentials", list_credentials())
        return [HeldCertificate(one.certificate, one.chain) for one in self._credentials]

    def sign_digest(self, certificate: bytes, digest: bytes) -> bytes:
        credential = next((one for one in self._credentials if one.certificate == certificate), None)
        if credential is None:
            raise OtherCertificate("the card does not hold this certificate")
        pin = None if credential.role is CredentialRole.LOW else self.ask_pin()
        with self.agent.session() as session:
            self._unlock(session)
            return session.run("agent.step.sign", sign_with(credential, digest, pin))

    def _unlock(self, session: CardSession) -> None:
        session.unlock(PacePassword.from_can(self.access_number))


def key_holders(get_agent: Callable[[str], Agent]) -> KeyHolders:
    """Opens the virtual card of this name, or the one in this reader; CAN and PIN are asked for, or read as lines of standard
    input."""

    def open_holder(card: str | None, reader: str, agreed: bool, /) -> CardKeyHolder:
        agent = get_agent(VIRTUAL if card is not None else reader)
        if card is not None:
            agent.virtual_reader.insert(card)
        await_card(agent)
        require_consent(agent, agreed)
        return CardKeyHolder(agent, os.environ.get("EOI_CAN") or _asked("CAN", hidden=False), lambda: _asked("PIN for signing"))

    return open_holder


def _asked(label: str, hidden: bool = True) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(label, hide_input=hidden, err=True))
    answer = sys.stdin.readline().strip()
    if not answer:  # to the card, no PIN is the question how many tries are left
        raise typer.Abort
    return answer
