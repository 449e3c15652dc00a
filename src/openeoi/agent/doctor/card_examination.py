"""Looks at the card in a reader and writes down what it is and how it is.

What is only selecting and reading is done with every card. What could use up a try is done without asking with cards of ours
only; with any other card the holder is asked first, each time (`ports.Question`). No PIN is ever sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeAlias, TypeVar

from cryptography import x509

from openeoi.agent.doctor.facts import AccessNumber, CardFacts, CertificateFacts
from openeoi.agent.doctor.ports import Permission, Question, RevocationCheck
from openeoi.agent.ports import PoweredCard
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.mrz import dates, decode
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.answer_to_reset import Interface, interface_of
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.status import UnexpectedStatus
from openeoi.iso7816.steps import CardSteps
from openeoi.profiles.card import CardParameters
from openeoi.protocols.pace.errors import PaceNotSupported, PasswordBlocked, WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.pin.errors import PinError
from openeoi.terminal.credentials import list_credentials
from openeoi.terminal.detect import EOI_APPLICATIONS, CardKind, detect, read_maker
from openeoi.terminal.errors import NoSupportedPace, PaceNotOffered, TerminalError
from openeoi.terminal.pin_care import PinReferences, pin_status
from openeoi.terminal.pin_references import read_pin_references
from openeoi.terminal.read_document import select_document
from openeoi.terminal.read_file import read_elementary_file
from openeoi.terminal.unlock import unlock
from openeoi.transport import run
from openeoi.transport.errors import CardRemoved, TransportError

AccessNumberSource: TypeAlias = Callable[[], str]
"""Asks for the CAN when it is needed; "" for none."""
Outcome = TypeVar("Outcome")

CARD_FAULTS: Final = (TerminalError, UnexpectedStatus, SecureMessagingError, DecodingError, PinError, ValueError)


class CardExamination:
    """One visit to one card. `ours` is True where the reader can only hold cards of ours."""

    def __init__(
        self,
        card: PoweredCard,
        ours: bool,
        parameters: CardParameters,
        may: Permission,
        revocation: RevocationCheck,
        random: RandomSource,
        now: datetime,
    ) -> None:
        self._card = card
        self._may = may
        self._revocation = revocation
        self._random = random
        self._now = now
        self._parameters = parameters
        self._channel: SecureChannel | None = None
        self._applications: tuple[bytes, ...] = ()
        self._facts = CardFacts(CardKind.UNKNOWN, ours=ours, contactless=interface_of(card.atr) is Interface.CONTACTLESS)

    def facts(self, access_number: AccessNumberSource) -> CardFacts:
        """Everything that could be found out; a card that is taken out meanwhile is a fact, not an error."""
        try:
            self._recognise()
            if self._facts.kind is CardKind.EOI and self._facts.life_cycle not in (LifeCycle.BLANK, LifeCycle.TERMINATED):
                self._look_inside(access_number)
        except CardRemoved:
            self._note(removed=True)
        except TransportError:
            self._note(unreadable=True)
        return self._facts

    def _recognise(self) -> None:
        seen = run(detect(self._card.atr), self._card)
        self._applications = seen.applications
        life_cycle = seen.maker.life_cycle
        if seen.atr_is_eoi and seen.refusal == status.CONDITIONS_NOT_SATISFIED:
            life_cycle = LifeCycle.TERMINATED  # the only state in which a card of ours refuses everything, and in this way
        self._note(
            kind=seen.kind,
            atr_is_eoi=seen.atr_is_eoi,
            ours=self._facts.ours or seen.maker.ours,
            life_cycle=life_cycle,
            applications=len(EOI_APPLICATIONS & frozenset(seen.applications)),
        )

    def _look_inside(self, access_number: AccessNumberSource) -> None:
        if not self._facts.contactless:
            self._read_certificates()
        self._open(access_number())
        if self._channel is None:
            return
        if self._facts.contactless:
            maker = self._run(read_maker(self._applications))
            self._note(ours=self._facts.ours or maker.ours, life_cycle=self._facts.life_cycle or maker.life_cycle)
            self._read_certificates()
        self._ask_for_tries()
        self._read_expiry()

    def _open(self, access_number: str) -> None:
        if not access_number:
            return
        if not self._facts.ours and not self._may(Question.ACCESS_NUMBER):
            self._note(access_number=AccessNumber.HELD_BACK)
            return
        try:
            self._channel = run(unlock(PacePassword.from_can(access_number), self._random), self._card)
            self._note(access_number=AccessNumber.RIGHT)
        except WrongPassword as error:
            self._note(access_number=AccessNumber.WRONG, tries_left_of_access_number=error.attempts_remaining)
        except TransportError:
            raise
        except OpenEoiError as error:
            self._note(access_number=_why_not_open(error))

    def _read_certificates(self) -> None:
        try:
            found = self._run(list_credentials())
            self._note(certificates=tuple(self._certificate(one.role, one.certificate, one.chain) for one in found))
        except CARD_FAULTS:
            self._note(unreadable=True)

    def _certificate(self, role: CredentialRole, certificate: bytes, chain: tuple[bytes, ...]) -> CertificateFacts:
        parsed = x509.load_der_x509_certificate(certificate)
        begins, ends = parsed.not_valid_before_utc, parsed.not_valid_after_utc
        return CertificateFacts(role, begins, ends, self._revocation(certificate, chain))

    def _ask_for_tries(self) -> None:
        ours = self._facts.ours
        if not ours and not self._may(Question.TRIES):
            self._note(pins_held_back=True)
            return
        references = PinReferences.of(self._parameters) if ours else self._run(read_pin_references())
        try:
            self._note(pins=self._run(pin_status(references)))
        except CARD_FAULTS:
            self._note(unreadable=True)

    def _read_expiry(self) -> None:
        """The day on which the document ends, from the travel document's DG1; nothing else of it is kept."""
        try:
            self._note(document_expires=self._run(_expiry(self._now.date())), document_read=True)
        except CARD_FAULTS:
            return  # a card without travel document; what is wrong with one that has it, reading and checking tells

    def _run(self, steps: CardSteps[Outcome]) -> Outcome:
        return run(steps if self._channel is None else through(self._channel, steps), self._card)

    def _note(self, **facts: object) -> None:
        self._facts = replace(self._facts, **facts)  # type: ignore[arg-type]  # names and types are those of CardFacts


def _why_not_open(error: Exception) -> AccessNumber:
    match error:
        case PasswordBlocked():
            return AccessNumber.BLOCKED
        case PaceNotOffered():
            return AccessNumber.NOT_OFFERED
        case NoSupportedPace() | PaceNotSupported():
            return AccessNumber.NOT_SUPPORTED
    return AccessNumber.FAILED


def _expiry(today: date) -> CardSteps[date | None]:
    yield from select_document()
    content = yield from read_elementary_file(lds.data_group(1))
    return dates.expiry_date(decode(DataGroup1.decode(content).mrz).date_of_expiry, today)
