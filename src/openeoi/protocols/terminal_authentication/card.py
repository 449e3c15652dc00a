"""Terminal authentication as the chip runs it. The operating system lets these commands through under secure messaging only, and
starts anew (`reset`) with every new channel, because rights hold in the channel in which they were won.

| state | MSE:Set DST | PSO:Verify Certificate | MSE:Set AT | GET CHALLENGE | EXTERNAL AUTHENTICATE |
|---|---|---|---|---|---|
| idle | issuer selected | - | terminal selected | - | - |
| issuer selected | issuer selected | idle, key imported | terminal selected | - | - |
| terminal selected | issuer selected | - | terminal selected | challenged | - |
| challenged | issuer selected | - | terminal selected | challenged | authenticated, if the signature is right |
| authenticated | 6982 | 6982 | 6982 | 6982 | 6982 |

A dash answers 6985. What is refused leads to idle and keeps the key imported last; a challenge serves once. Only that last key
can be selected, beside the trust points for MSE:Set DST. Trust points and date are stored before a certificate is answered 9000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.terminal_authentication import shared
from openeoi.protocols.terminal_authentication.shared import Binding
from openeoi.protocols.terminal_authentication.signatures import SignatureInvalid
from openeoi.protocols.terminal_authentication.trust import Imported, Trust, check, updated


class TrustMemory(Protocol):
    """Where the chip keeps its trust. `store` returns when the value survives a power cut; where it raises, nothing changed."""

    @property
    def trust(self) -> Trust | None: ...

    def store(self, trust: Trust) -> None: ...


BindingLookup = Callable[[], Binding | None]
"""None before chip authentication (or PACE with chip authentication mapping), without which there is nothing to bind to."""


@dataclass(frozen=True, slots=True)
class AccessRights:
    """What the authenticated terminal may read: DG3, DG4."""

    fingerprints: bool = False
    irises: bool = False


class State(Enum):
    IDLE = auto()
    ISSUER_SELECTED = auto()
    TERMINAL_SELECTED = auto()
    CHALLENGED = auto()
    AUTHENTICATED = auto()


class _Refused(OpenEoiError):
    def __init__(self, status_word: int, reason: str) -> None:
        self.status = status_word
        super().__init__(reason)


class TerminalAuthenticationCardSide:
    """One chip's terminal authentication in one channel after another."""

    def __init__(self, memory: TrustMemory, binding: BindingLookup, random: RandomSource) -> None:
        self._memory = memory
        self._binding = binding
        self._random = random
        self.reset()

    @property
    def state(self) -> State:
        return self._state

    @property
    def rights(self) -> AccessRights:
        """None at all before authentication."""
        return self._rights

    def reset(self) -> None:
        """A new channel, or none: imported keys and rights are gone."""
        self._imported: Imported | None = None
        self._rights = AccessRights()
        self._to_idle()

    def application_selected(self) -> None:
        """Rights end with the selection that they were won in (BSI TR-03105-3.2, ISO7816_K_18)."""
        self.reset()

    @staticmethod
    def handles(command: CommandApdu) -> bool:
        parameters = (command.p1, command.p2)
        if command.ins == shared.MANAGE_SECURITY_ENVIRONMENT:
            return parameters in (shared.SET_DIGITAL_SIGNATURE_TEMPLATE, shared.SET_AUTHENTICATION_TEMPLATE)
        if command.ins == shared.PERFORM_SECURITY_OPERATION:
            return parameters == shared.VERIFY_CERTIFICATE
        return command.ins in (shared.GET_CHALLENGE, shared.EXTERNAL_AUTHENTICATE)

    def process(self, command: CommandApdu) -> ResponseApdu:
        """Answers any command with a status word, GET CHALLENGE with a challenge. Only what `store` raises passes through."""
        if self._state is State.AUTHENTICATED:
            return ResponseApdu(status.SECURITY_STATUS_NOT_SATISFIED)
        state, issuer, terminal, challenge = self._state, self._issuer, self._terminal, self._challenge
        self._to_idle()
        try:
            if command.cla != 0:
                raise _Refused(status.CLASS_NOT_SUPPORTED, "terminal authentication is not chained here")
            match command.ins, command.p1, command.p2:
                case shared.MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB6:
                    return self._select_issuer(command)
                case shared.PERFORM_SECURITY_OPERATION, 0x00, 0xBE if state is State.ISSUER_SELECTED and issuer is not None:
                    return self._verify_certificate(command, issuer)
                case shared.MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xA4:
                    return self._select_terminal(command)
                case shared.GET_CHALLENGE, 0, 0 if terminal is not None:
                    return self._give_challenge(command, terminal)
                case shared.EXTERNAL_AUTHENTICATE, 0, 0 if state is State.CHALLENGED and terminal is not None:
                    return self._authenticate(command, terminal, challenge)
                case _:
                    raise _Refused(status.CONDITIONS_NOT_SATISFIED, "this step does not follow the last one")
        except _Refused as refusal:
            return ResponseApdu(refusal.status)
        except SignatureInvalid:
            return ResponseApdu(status.AUTHENTICATION_FAILED)
        except (DecodingError, CryptographicError):
            return ResponseApdu(status.INCORRECT_DATA)

    def _to_idle(self) -> None:
        self._state = State.IDLE
        self._issuer: Imported | None = None
        self._terminal: Imported | None = None
        self._challenge = b""

    def _select_issuer(self, command: CommandApdu) -> ResponseApdu:
        reference = _reference(command)
        point = self._trust().find(reference)
        issuer = self._last(reference) if point is None else Imported.trust_point(point)
        if issuer is None:
            raise _Refused(status.REFERENCED_DATA_NOT_FOUND, "no key has this reference")
        self._issuer = issuer
        self._state = State.ISSUER_SELECTED
        return ResponseApdu(status.SUCCESS)

    def _verify_certificate(self, command: CommandApdu, issuer: Imported) -> ResponseApdu:
        trust = self._trust()
        imported = self._checked(CardVerifiableCertificate.from_content(command.data), issuer, trust)
        changed = self._updated(trust, imported, issuer)
        if changed != trust:
            self._memory.store(changed)
        # An authority is found among the trust points, unless it was at once the least recent of three.
        self._imported = None if imported.role is Role.COUNTRY_VERIFYING_AUTHORITY else imported
        return ResponseApdu(status.SUCCESS)

    def _select_terminal(self, command: CommandApdu) -> ResponseApdu:
        terminal = self._last(_reference(command))
        if terminal is None or terminal.role is not Role.INSPECTION_SYSTEM:
            raise _Refused(status.REFERENCED_DATA_NOT_FOUND, "no terminal's key has this reference")
        if self._binding() is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "chip authentication comes first")
        self._terminal = terminal
        self._state = State.TERMINAL_SELECTED
        return ResponseApdu(status.SUCCESS)

    def _give_challenge(self, command: CommandApdu, terminal: Imported) -> ResponseApdu:
        if command.data or command.expected is None or command.expected < shared.CHALLENGE_SIZE:
            raise _Refused(status.WRONG_LENGTH, "a challenge has eight bytes")
        self._terminal = terminal
        self._challenge = self._new_challenge()
        self._state = State.CHALLENGED
        return ResponseApdu(status.SUCCESS, self._challenge)

    def _authenticate(self, command: CommandApdu, terminal: Imported, challenge: bytes) -> ResponseApdu:
        binding = self._binding()
        if binding is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "chip authentication comes first")
        self._check_proof(terminal, binding.to_be_signed(challenge), command.data)
        self._rights = AccessRights(terminal.fingerprints, terminal.irises)
        self._imported = None
        self._state = State.AUTHENTICATED
        return ResponseApdu(status.SUCCESS)

    def _checked(self, certificate: CardVerifiableCertificate, issuer: Imported, trust: Trust) -> Imported:
        return check(certificate, issuer, trust)

    def _updated(self, trust: Trust, imported: Imported, issuer: Imported) -> Trust:
        return updated(trust, imported, issuer)

    def _new_challenge(self) -> bytes:
        return self._random(shared.CHALLENGE_SIZE)

    def _check_proof(self, terminal: Imported, signed: bytes, signature: bytes) -> None:
        terminal.key.verify(signed, signature)

    def _trust(self) -> Trust:
        trust = self._memory.trust
        if trust is None:
            raise _Refused(status.CONDITIONS_NOT_SATISFIED, "the chip trusts nobody")
        return trust

    def _last(self, reference: KeyReference) -> Imported | None:
        imported = self._imported
        return imported if imported is not None and imported.certificate.body.holder == reference else None


def _reference(command: CommandApdu) -> KeyReference:
    return KeyReference.decode(tlv.decode_expected(command.data, shared.PUBLIC_KEY_REFERENCE))
