"""The protocols of the travel document application: who gets in, and how chip and terminal prove themselves.

| command | when it is one of these |
|---|---|
| 84, 82 in clear | basic access control, where the card has it and the application is selected |
| 22 41 A4, 22 41 A6, 86 protected | chip authentication, where the card has a key |
| 22 81 B6, 2A 00 BE, 22 81 A4, 84, 82 protected | terminal authentication, where the card has trust points |
| 88 | active authentication, where the card has a key and EF.DG15 could be read |

None of them before personalisation or under the office's key. Every new channel, and every selection of an application, ends the
rights of terminal authentication (BSI TR-03105-3.2, ISO7816_K_18); the binding to the chip stays that of the first channel, the
binding to the terminal is that of the newest key agreement.
"""

from __future__ import annotations

from dataclasses import replace

from openeoi.card.operating_system import OperatingSystem, Request
from openeoi.crypto.key_derivation import machine_readable_zone_secret
from openeoi.encoding.lds import files as lds
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.active_authentication.card import ActiveAuthenticationCardSide, ActiveAuthenticationKey
from openeoi.protocols.basic_access.card import BasicAccessCardSide
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.protocols.chip_authentication.card import ChipAuthenticationCardSide, ChipKey
from openeoi.protocols.chip_authentication.shared import compressed_key
from openeoi.protocols.pace.card import EstablishedChannel
from openeoi.protocols.personalisation.access import Password
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.terminal_authentication.card import TerminalAuthenticationCardSide
from openeoi.protocols.terminal_authentication.shared import Binding
from openeoi.protocols.terminal_authentication.trust import Trust

SELECT, BY_NAME = 0xA4, 0x04
AFTER_DOCUMENT_NUMBER = 14
"""Characters of the MRZ information behind the document number and its check digit: two dates, each with its digit."""


class DocumentAccess:
    """Holds the card's sides of the protocols; gone with the power."""

    def __init__(
        self, system: OperatingSystem, terminal_side: type[TerminalAuthenticationCardSide] = TerminalAuthenticationCardSide
    ) -> None:
        self._system = system
        self._basic = BasicAccessCardSide(self._access_keys, system.random)
        self._chip = ChipAuthenticationCardSide(self._chip_keys)
        self._terminal = terminal_side(_TrustInState(system), self._binding, system.random)
        self._active = ActiveAuthenticationCardSide(self._active_key, system.random)
        self._chip_identifier = b""
        self._terminal_key = b""

    def pace_established(self, established: EstablishedChannel) -> None:
        """A channel by PACE: the chip is known by its ephemeral key, the terminal by its own where the chip has proved itself."""
        self.channel_ended()
        self._chip_identifier = compressed_key(established.agreement, established.card_public_key)
        if established.chip_is_proved:
            self._terminal_key = compressed_key(established.agreement, established.terminal_public_key)

    def channel_ended(self) -> None:
        """What hung on the channel is gone."""
        self._basic.reset()
        self._chip.reset()
        self._terminal.reset()
        self._chip_identifier = self._terminal_key = b""

    def process(self, request: Request) -> ResponseApdu | None:
        """The answer to a command of one of the protocols, None for any other."""
        if request.command.ins == SELECT and request.command.p1 == BY_NAME:
            self._terminal.application_selected()
        if self._system.session.application is not Application.TRAVEL_DOCUMENT or not self._is_in_use(request):
            return None
        if self._active.handles(request.command) and self._protocols.active_key is not None:
            return self._authenticate_actively(request)
        if request.password is None:
            return self._process_in_clear(request)
        if self._chip.handles(request.command) and self._protocols.static_keys:
            return self._chip.process(request.command)
        if self._terminal.handles(request.command) and self._protocols.trust is not None:
            return self._terminal.process(request.command)
        return None

    def take_channel(self) -> None:
        """After each answer: a channel that the command agreed on holds from now on, and so do rights that it won."""
        session = self._system.session
        agreed = self._chip.take_agreed()
        if agreed is not None:
            session.channel = agreed.channel
            self._terminal.application_selected()
            self._terminal_key = agreed.compressed_key
        opened = self._basic.take_established()
        if opened is not None:
            self.channel_ended()
            session.channel, session.password = opened, Password.BASIC_ACCESS
            self._chip_identifier = self._system.state.mrz_information[:-AFTER_DOCUMENT_NUMBER]
        rights = self._terminal.rights
        session.data_groups = frozenset({3} if rights.fingerprints else ()) | frozenset({4} if rights.irises else ())

    @property
    def _protocols(self) -> DocumentProtocols:
        return self._system.state.document

    def _is_in_use(self, request: Request) -> bool:
        blank = self._system.state.life_cycle is LifeCycle.BLANK
        return not blank and request.password is not Password.OFFICE

    def _process_in_clear(self, request: Request) -> ResponseApdu | None:
        if not self._basic.handles(request.command) or not self._protocols.basic_access:
            return None
        return self._basic.process(request.command)

    def _authenticate_actively(self, request: Request) -> ResponseApdu:
        """Who may not read EF.DG15 may not have challenges signed."""
        file = self._system.file(Application.TRAVEL_DOCUMENT, lds.data_group(15).file_id)
        if file is None:
            return ResponseApdu(status.CONDITIONS_NOT_SATISFIED)
        self._system.require(file.read, request)
        return self._active.process(request.command, request.limit)

    def _access_keys(self) -> AccessKeys | None:
        zone = self._system.state.mrz_information.decode("ascii")
        return AccessKeys.from_secret(machine_readable_zone_secret(zone)) if zone and self._protocols.basic_access else None

    def _chip_keys(self) -> tuple[ChipKey, ...]:
        return tuple(key.chip_key() for key in self._protocols.static_keys)

    def _active_key(self) -> ActiveAuthenticationKey | None:
        active = self._protocols.active_key
        return None if active is None else active.card_key()

    def _binding(self) -> Binding | None:
        if not self._chip_identifier or not self._terminal_key:
            return None
        return Binding(self._chip_identifier, self._terminal_key)


class _TrustInState:
    """Satisfies `TrustMemory` with the card's persistent state."""

    def __init__(self, system: OperatingSystem) -> None:
        self._system = system

    @property
    def trust(self) -> Trust | None:
        return self._system.state.document.trust

    def store(self, trust: Trust) -> None:
        state = self._system.state
        self._system.commit(replace(state, document=replace(state.document, trust=trust)))
