"""What the handlers of commands work on: the persistent state, the volatile session, memory and randomness."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.card import state as card_state
from openeoi.card.access import SecurityStatus, is_satisfied
from openeoi.card.applications import RULES
from openeoi.card.applications.rules import ApplicationRules, SigningKey
from openeoi.card.errors import CommandRefused, DamagedCardFile
from openeoi.card.memory import CardMemory
from openeoi.card.state import CardState, StoredFile
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.card_verifiable_certificates.references import EF_CVCA
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.personalisation.access import READ_AS_DOCUMENT, Always, Condition, Password
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.pin.card import PinCardSide


@dataclass(slots=True)
class Session:
    """All that a reset forgets. `file_id` is the current EF; `key` and `digest_kind` are the security environment for signing;
    `data_groups` are those that terminal authentication opened."""

    contactless: bool = False
    application: Application = Application.MASTER_FILE
    file_id: int | None = None
    key: SigningKey | None = None
    digest_kind: int = 0
    channel: CardSecureChannel | None = field(default=None, repr=False)
    password: Password | None = None
    pins: PinCardSide | None = field(default=None, repr=False)
    chain: list[CommandApdu] = field(default_factory=list, repr=False)
    data_groups: frozenset[int] = frozenset()

    @property
    def verified(self) -> frozenset[int]:
        """References of the PINs proved in this session."""
        return self.pins.verified if self.pins is not None else frozenset()

    def select(self, application: Application) -> None:
        """Makes another application current. Verified PINs stay: upstream verifies first and selects then."""
        self.application = application
        self.file_id = None
        self.key = None

    def end_secure_messaging(self) -> None:
        """The channel and every right that hung on it are gone."""
        self.channel = None
        self.password = None
        self.pins = None
        self.key = None
        self.data_groups = frozenset()
        self.chain.clear()


@dataclass(frozen=True, slots=True)
class Request:
    """A command in clear, `password` as in SecurityStatus, and `limit`: how many bytes of data the answer may have."""

    command: CommandApdu
    password: Password | None
    limit: int


class OperatingSystem:
    """Holds the parts; each change of persistent state is one `commit`."""

    def __init__(self, memory: CardMemory, random: RandomSource) -> None:
        self.random = random
        self.session = Session()
        self._memory = memory
        self._content = memory.load()
        self._state = card_state.decode(self._content)
        self._is_current = True

    def load(self) -> CardState:
        """The state as it is stored. Raises DamagedCardFile, and what the memory raises."""
        content = self._memory.load()
        if content != self._content:
            self._state = card_state.decode(content)
            self._content = content
        self._is_current = True
        return self._state

    @property
    def state(self) -> CardState:
        """The present state. Loaded anew after a failed write: nobody knows then whether the old or the new one is stored."""
        if not self._is_current:
            try:
                return self.load()
            except OpenEoiError as error:
                raise CommandRefused(status.MEMORY_FAILURE) from error
        return self._state

    def forget(self) -> None:
        """The state is loaded anew when it is next needed, and no right outlives it."""
        self._is_current = False
        self.session.pins = None

    def commit(self, state: CardState) -> None:
        """Stores the new state, then believes it. If storing fails every right is withdrawn and the command ends with 6581.

        The same where the stored card is not the one that this card knows: then it was used in two places at a time, and storing
        would bring back tries that were used up there.
        """
        if state == self.state:
            return
        content = card_state.encode(state)
        try:
            if self._memory.load() != self._content:
                raise DamagedCardFile("it was changed from outside while the card had power")
            self._memory.save(content)
        except OpenEoiError as error:
            self.forget()
            raise CommandRefused(status.MEMORY_FAILURE) from error
        self._state, self._content = state, content

    def file(self, application: Application, file_id: int) -> StoredFile | None:
        """A file, if it is there. On a blank card EF.CardAccess is the maker's, whatever the office has done to its own so far: a
        personalisation that was cut off can always be begun anew. EF.CVCA is made of the card's trust points."""
        key = (application, file_id)
        if self.state.life_cycle is LifeCycle.BLANK and key == (Application.MASTER_FILE, lds.CARD_ACCESS.file_id):
            return StoredFile(Always(), CardAccess((self.pace_info,)).encode())
        trust = self.state.document.trust
        if trust is not None and key == (Application.TRAVEL_DOCUMENT, EF_CVCA):
            return StoredFile(READ_AS_DOCUMENT, trust.authority_references())
        return self.state.files.get(key)

    @property
    def pace_info(self) -> PaceInfo:
        return PaceInfo(self.state.pace_protocol, self.state.pace_parameter_id)

    @property
    def rules(self) -> ApplicationRules:
        return RULES[self.session.application]

    def security(self, request: Request) -> SecurityStatus:
        session = self.session
        return SecurityStatus(session.contactless, request.password, session.verified, session.data_groups)

    def require(self, condition: Condition, request: Request) -> None:
        if not is_satisfied(condition, self.security(request)):
            raise CommandRefused(status.SECURITY_STATUS_NOT_SATISFIED)
