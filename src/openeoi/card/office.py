"""What the operating system does for the personalising office (`protocols.personalisation.card` decides what is allowed)."""

from __future__ import annotations

from dataclasses import replace

from openeoi.card import document_keys, files, signing
from openeoi.card.life_cycle import entered, may_be_personalised
from openeoi.card.operating_system import OperatingSystem
from openeoi.card.parameters import PinRole
from openeoi.card.state import CardState
from openeoi.encoding import mrz
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_1 import DataGroup1
from openeoi.encoding.mrz import mrz_information
from openeoi.iso7816 import status
from openeoi.protocols.personalisation import key_templates
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.certificate_update import ApplicationFiles
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.key_templates import ActiveKeyTemplate, ChipKeyTemplate, KeyTemplate
from openeoi.protocols.personalisation.shared import FileControl, KeyRole, LifeCycle, SecretRole

CAN_SIZE = 6
MRZ_CHARACTERS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
MRZ_INFORMATION_SIZES = range(24, 65)

_PIN_ROLES = {SecretRole.PUK: PinRole.PUK, SecretRole.INITIAL_PASSWORD: PinRole.INITIAL_PASSWORD}


class Office:
    """Satisfies `PersonalisationTarget`."""

    def __init__(self, system: OperatingSystem) -> None:
        self._system = system

    @property
    def life_cycle(self) -> LifeCycle:
        return self._system.state.life_cycle

    def create_file(self, control: FileControl) -> int:
        return files.create(self._system, control)

    def delete_file(self, file_id: int) -> int:
        return files.delete(self._system, file_id)

    def update_file(self, offset: int, content: bytes) -> int:
        return files.update(self._system, offset, content)

    def generate_key(self, template: KeyTemplate) -> bytes:
        match template:
            case KeyRole():
                return key_templates.encode_point(signing.generate(self._system, template))
            case ChipKeyTemplate():
                return document_keys.generate_chip_key(self._system, template)
            case ActiveKeyTemplate():
                return document_keys.generate_active_key(self._system, template)

    def put_secret(self, role: SecretRole, value: bytes) -> int:
        state = self._system.state
        if role in _PIN_ROLES:
            pin = state.pins[_PIN_ROLES[role]]
            if not pin.rules.accepts(value):
                return status.INCORRECT_DATA
            self._system.commit(state.with_pin(_PIN_ROLES[role], replace(pin, value=value, tries_left=pin.rules.tries)))
            return status.SUCCESS
        if role is SecretRole.DOCUMENT_PROTOCOLS:
            document = DocumentProtocols.decode(value)
            if document.has_private_keys and not state.options.imports_keys:
                return status.CONDITIONS_NOT_SATISFIED
            self._system.commit(replace(state, document=document))
            return status.SUCCESS
        if role is SecretRole.CAN:
            if len(value) != CAN_SIZE or not value.isdigit():
                return status.INCORRECT_DATA
            self._system.commit(replace(state, can=value))
            return status.SUCCESS
        if len(value) not in MRZ_INFORMATION_SIZES or not MRZ_CHARACTERS.issuperset(value):
            return status.INCORRECT_DATA
        self._system.commit(replace(state, mrz_information=value))
        return status.SUCCESS

    def replace_files(self, replacement: ApplicationFiles) -> int:
        return files.replace_applications(self._system, replacement)

    def enter(self, state: LifeCycle) -> int:
        current = self._system.state
        if state is LifeCycle.PERSONALISED:
            current = _with_mrz_information(current)
            if not may_be_personalised(current):
                return status.CONDITIONS_NOT_SATISFIED
        self._system.commit(entered(current, state))
        return status.SUCCESS


def _with_mrz_information(state: CardState) -> CardState:
    """Where the office set none, the card takes the MRZ information out of the data group 1 that it holds."""
    file = state.files.get((Application.TRAVEL_DOCUMENT, lds.data_group(1).file_id))
    if state.mrz_information or file is None:
        return state
    try:
        information = mrz_information(mrz.decode(DataGroup1.decode(file.content).mrz))
    except DecodingError:
        return state  # then the card stays blank: PACE with the MRZ could not work
    return replace(state, mrz_information=information.encode("ascii"))
