"""What the handlers of commands work on: the persistent state, the volatile session, memory and randomness."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.card import state as card_state
from openeoi.card.access import SecurityStatus, is_satisfied
from openeoi.card.applications import RULES
from openeoi.card.applications.rules import ApplicationRules, SigningKey
from openeoi.card.errors import CommandRefused
from openeoi.card.memory import CardMemory
from openeoi.card.state import CardState
from openeoi.crypto.randomness import RandomSource
from openeoi.errors import OpenEoiError
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.personalisation.access import Condition, Password
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.pin.card import PinCardSide


@dataclass(slots=True)
class Session:
    """All that a reset forgets. `file_id` is the current EF; `key` and `digest_kind` are the security environment for signing."""

    contactless: bool = False
    application: Application = Application.MASTER_FILE
    file_id: int | None = None
    key: SigningKey | None = None
    digest_kind: int = 0
    channel: CardSecureChannel | None = field(default=None, repr=False)
    password: Password | None = None
    pins: PinCardSide | None = field(default=None, repr=False)
    chain: list[CommandApdu] = field(default_factory=list, repr=False)

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
        self._state: CardState | None = card_state.decode(memory.load())

    @property
    def state(self) -> CardState:
        """The state in memory. Loaded anew after a failed write: nobody knows then whether the old or the new one is stored."""
        if self._state is None:
            try:
                self._state = card_state.decode(self._memory.load())
            except OpenEoiError as error:
                raise CommandRefused(status.MEMORY_FAILURE) from error
        return self._state

    def commit(self, state: CardState) -> None:
        """Stores the new state, then believes it. If storing fails every right is withdrawn and the command ends with 6581."""
        if state == self._state:
            return
        content = card_state.encode(state)
        self._state = None
        try:
            self._memory.save(content)
        except OpenEoiError as error:
            self.session.pins = None
            raise CommandRefused(status.MEMORY_FAILURE) from error
        self._state = state

    @property
    def rules(self) -> ApplicationRules:
        return RULES[self.session.application]

    def security(self, request: Request) -> SecurityStatus:
        return SecurityStatus(self.session.contactless, request.password, self.session.verified)

    def require(self, condition: Condition, request: Request) -> None:
        if not is_satisfied(condition, self.security(request)):
            raise CommandRefused(status.SECURITY_STATUS_NOT_SATISFIED)
