"""One run of personalisation: what its steps share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.issuing import envelope
from openeoi.issuing.application import Application
from openeoi.issuing.chip_protocols import ChipKeys
from openeoi.issuing.decision import CHIP_PICTURE, LEFT_PRINT, OFFICE_PICTURE, RIGHT_PRINT, picture
from openeoi.issuing.document_files import data_groups
from openeoi.issuing.errors import DocumentUnknown
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.ports import BlankCard
from openeoi.issuing.secrets import CardSecrets
from openeoi.issuing.staff import Access
from openeoi.issuing.store import DocumentRecord, Transaction
from openeoi.protocols.personalisation.terminal import open_office_channel
from openeoi.storage.audit import JsonValue
from openeoi.transport import run as drive
from openeoi.transport.trace import Trace

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Done:
    """A step's result for later steps, and what is stored in the same transaction as its record."""

    result: Mapping[str, JsonValue] = field(default_factory=dict)
    also: Callable[[Transaction], None] | None = None


@dataclass(slots=True)
class Run:
    """`results`: of the steps done, by name. The channel to the chip is opened when a step first needs it; `trace` watches it."""

    office: IssuingOffice
    reference: str
    access: Access
    number: int
    application: Application
    results: dict[str, Mapping[str, JsonValue]]
    trace: Trace | None = None
    _channel: SecureChannel | None = None
    _card: BlankCard | None = None

    def text(self, step: str, name: str) -> str:
        """A text that an earlier step left."""
        return str(self.results[step][name])

    def chain(self, role: CredentialRole) -> tuple[bytes, ...]:
        """The holder's certificate and those above it (DER); empty where the card has no such credential."""
        texts = self.results["issue_certificates"].get(role.value, ())
        return tuple(bytes.fromhex(str(one)) for one in texts) if isinstance(texts, (list, tuple)) else ()

    @property
    def roles(self) -> tuple[CredentialRole, ...]:
        """The credentials of this card, by the holder's age on the day of issue."""
        born = self.application.person.date_of_birth
        return self.office.profile.validity(born, self.document.issued_on).roles

    def moment(self, step: str, name: str) -> datetime:
        return datetime.fromisoformat(self.text(step, name))

    @property
    def document(self) -> DocumentRecord:
        with self.office.store.reading() as work:
            document = work.document_of(self.reference)
        if document is None:
            raise DocumentUnknown(self.reference)
        return document

    @property
    def card(self) -> BlankCard:
        """Put into the machine once a run: doing it again would cut the chip's power and with it the channel."""
        if self._card is None:
            self._card = self.office.blank_cards.card(self.text("take_blank_card", "serial"))
        return self._card

    @property
    def secrets(self) -> CardSecrets:
        with self.office.store.reading() as work:
            return envelope.kept(self.office, work, self.reference)

    def on_chip(self, steps: CardSteps[Outcome]) -> Outcome:
        """Run steps inside the office's channel. Any fault closes it: the next run opens a new one."""
        card = self.card
        try:
            if self._channel is None:
                self._channel = drive(open_office_channel(card.office_key, self.office.random), card.transport, self.trace)
            return drive(through(self._channel, steps), card.transport, self.trace)
        except BaseException:
            self._channel = None
            raise

    def drop_channel(self) -> None:
        """The office's part is over; whoever talks to the chip now comes as any terminal."""
        self._channel = None

    def picture(self, kind: str) -> bytes:
        with self.office.store.reading() as work:
            return picture(self.office, work, self.reference, kind)

    @property
    def office_picture(self) -> bytes:
        return self.picture(OFFICE_PICTURE)

    def data_groups(self) -> Mapping[int, bytes]:
        """The same bytes in every run: all that enters is stored."""
        at = self.moment("reserve_numbers", "personalised_at")
        picture = self.picture(CHIP_PICTURE)
        return data_groups(self.application, self.document, picture, self.office.profile, at, self.chip_keys, self.prints)

    @property
    def chip_keys(self) -> ChipKeys:
        """The public keys of chip and active authentication."""
        return ChipKeys.from_texts(self.results["generate_keys"])

    @property
    def prints(self) -> tuple[bytes, bytes] | None:
        """The WSQ pictures of right and left index finger; None for a card without."""
        if not self.results["take_fingerprints"]["taken"]:
            return None
        return self.picture(RIGHT_PRINT), self.picture(LEFT_PRINT)
