"""Care for PINs at the holder's computer: look, activate, change, unblock, inside a channel opened with the CAN."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.agent.card_session import CardSession
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.profiles.card import CardParameters
from openeoi.terminal import pin_care
from openeoi.terminal.credentials import list_credentials
from openeoi.terminal.detect import EOI_APPLICATIONS_IN_ORDER, read_maker
from openeoi.terminal.errors import ActivationNotPublic
from openeoi.terminal.pin_care import PinReferences, PinStatus, Secret
from openeoi.terminal.pin_references import read_pin_references


@dataclass(frozen=True, slots=True)
class Activation:
    """What proves the holder (the initial password, or the PUK where that is lost) and the PINs chosen.

    `sig_pin` is not used for a card without a qualified credential."""

    proof: str = field(repr=False)
    norm_pin: str = field(repr=False)
    sig_pin: str = field(default="", repr=False)


class PinCare:
    """The duties for one opened card, as OpenSC does them with cards of this family. Errors are those of `protocols.pin`; each
    names the secret by its reference; SecretMissing where the card does not have the secret.

    A card of ours is known from its parameters. Every other one says itself how its PINs are addressed, and is not activated.
    """

    def __init__(self, session: CardSession, parameters: CardParameters) -> None:
        self._session = session
        self._parameters = parameters
        maker = session.run("agent.step.recognise", read_maker(EOI_APPLICATIONS_IN_ORDER))
        self.is_ours = maker.ours
        self._references = (
            PinReferences.of(parameters) if maker.ours else session.run("agent.step.recognise", read_pin_references())
        )

    def look(self) -> PinStatus:
        """Which PINs are set and how many tries each secret has left; costs no try."""
        return self._session.run("agent.step.pin_status", pin_care.pin_status(self._references))

    def signs(self) -> bool:
        """Whether the card holds a qualified credential, and so has a signing PIN to set."""
        credentials = self._session.run("agent.step.credentials", list_credentials())
        return any(credential.role is CredentialRole.QUALIFIED for credential in credentials)

    def activate(self, activation: Activation) -> None:
        """Set the PINs with the initial password, which is used up by that; a proof of the PUK's length is the PUK.

        Raises ActivationNotPublic, before anything is sent, for a card that is not one of ours."""
        if not self.is_ours:
            raise ActivationNotPublic
        sig_pin = activation.sig_pin if self.signs() else None
        work = pin_care.activate_with_puk if is_puk(activation.proof, self._parameters) else pin_care.activate
        self._session.run("agent.step.activate", work(activation.proof, activation.norm_pin, sig_pin, self._references))

    def change(self, secret: Secret, old: str, new: str) -> None:
        self._session.run("agent.step.change", pin_care.change_pin(secret, old, new, self._references))

    def unblock(self, secret: Secret, puk: str, new: str) -> None:
        """Set a new PIN with the PUK; its tries start anew."""
        self._session.run("agent.step.unblock", pin_care.unblock_pin(secret, puk, new, self._references))


def is_puk(proof: str, parameters: CardParameters) -> bool:
    """Whether what was typed for the initial password can only be the PUK."""
    password, puk = parameters.initial_password, parameters.puk
    return puk.minimum_length <= len(proof) <= puk.maximum_length and not (
        password.minimum_length <= len(proof) <= password.maximum_length
    )
