"""Care for PINs at the holder's computer: look, activate, change, unblock, inside a channel opened with the CAN."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.agent.card_session import CardSession
from openeoi.profiles.card import CardParameters
from openeoi.terminal import pin_care
from openeoi.terminal.pin_care import PinReferences, PinStatus, Secret


@dataclass(frozen=True, slots=True)
class Activation:
    """The initial password from the envelope and the two PINs that the holder chose."""

    initial_password: str = field(repr=False)
    norm_pin: str = field(repr=False)
    sig_pin: str = field(repr=False)


class PinCare:
    """The duties for one opened card. Errors are those of `protocols.pin`; each names the secret by its reference."""

    def __init__(self, session: CardSession, parameters: CardParameters) -> None:
        self._session = session
        self._references = PinReferences.of(parameters)

    def look(self) -> PinStatus:
        """Which PINs are set and how many tries each secret has left; costs no try."""
        return self._session.run("agent.step.pin_status", pin_care.pin_status(self._references))

    def activate(self, activation: Activation) -> None:
        """Spend the initial password to set both PINs."""
        steps = pin_care.activate(activation.initial_password, activation.norm_pin, activation.sig_pin, self._references)
        self._session.run("agent.step.activate", steps)

    def change(self, secret: Secret, old: str, new: str) -> None:
        self._session.run("agent.step.change", pin_care.change_pin(secret, old, new, self._references))

    def unblock(self, secret: Secret, puk: str, new: str) -> None:
        """Set a new PIN with the PUK; its tries start anew."""
        self._session.run("agent.step.unblock", pin_care.unblock_pin(secret, puk, new, self._references))
