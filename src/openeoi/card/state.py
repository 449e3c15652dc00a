"""All that survives the power, as one value and as one byte string.

A card's file is: the 12 bytes `OPENEOI-CARD`, a version number of two bytes, the length of the body in four, the body as data
objects, SHA-256 over everything before it. The checksum finds accidents, not attackers: secrets and keys stand in it in clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from openeoi.card import options
from openeoi.card.errors import DamagedCardFile
from openeoi.card.parameters import VERSION as CHIP_VERSION
from openeoi.card.parameters import PinRole, PinRules, pin_rules
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.tlv import Tlv
from openeoi.profiles.card import CardParameters, ChipOptions
from openeoi.protocols.personalisation.access import Condition, decode_condition, encode_condition
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import KEY_NUMBERS, KeyRole, LifeCycle

MAGIC: Final = b"OPENEOI-CARD"
VERSION: Final = 1
HEADER_SIZE: Final = len(MAGIC) + 2 + 4
CHECKSUM_SIZE: Final = 32
SCALAR_SIZE: Final = 48
FILE_ID_SIZE: Final = 2
P384_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973

FileKey = tuple[Application, int]
APPLICATION_NUMBERS: Final = {application: number for number, application in enumerate(Application)}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A transparent file: who may read it, and its content."""

    read: Condition
    content: bytes


@dataclass(frozen=True, slots=True)
class PinState:
    """`value` is empty while the secret is not set; `tries_left` is stored before every comparison."""

    rules: PinRules
    tries_left: int
    value: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class CardState:
    """`keys` holds private scalars by role, `files` every elementary file; empty strings are secrets not set or erased."""

    serial_number: bytes
    life_cycle: LifeCycle
    pace_protocol: str
    pace_parameter_id: int
    version: bytes
    office_key: bytes = field(repr=False)
    pins: Mapping[PinRole, PinState]
    can: bytes = field(default=b"", repr=False)
    mrz_information: bytes = field(default=b"", repr=False)
    keys: Mapping[KeyRole, int] = field(default_factory=dict, repr=False)
    files: Mapping[FileKey, StoredFile] = field(default_factory=dict, repr=False)
    document: DocumentProtocols = field(default=DocumentProtocols(), repr=False)
    options: ChipOptions = field(default=ChipOptions())

    def with_pin(self, role: PinRole, pin: PinState) -> CardState:
        return replace(self, pins=MappingProxyType({**self.pins, role: pin}))

    def with_file(self, key: FileKey, file: StoredFile) -> CardState:
        return replace(self, files=MappingProxyType({**self.files, key: file}))

    def without_file(self, key: FileKey) -> CardState:
        return replace(self, files=MappingProxyType({other: file for other, file in self.files.items() if other != key}))

    def with_key(self, role: KeyRole, scalar: int) -> CardState:
        return replace(self, keys=MappingProxyType({**self.keys, role: scalar}))

    def erased(self) -> CardState:
        """Without secrets, keys and files."""
        pins = {role: replace(pin, value=b"", tries_left=0) for role, pin in self.pins.items()}
        return replace(
            self,
            office_key=b"",
            can=b"",
            mrz_information=b"",
            pins=MappingProxyType(pins),
            keys=MappingProxyType({}),
            files={},
            document=DocumentProtocols(),
        )


def blank_state(parameters: CardParameters, office_key: bytes, serial_number: bytes) -> CardState:
    return CardState(
        serial_number=serial_number,
        life_cycle=LifeCycle.BLANK,
        pace_protocol=parameters.pace_oid,
        pace_parameter_id=parameters.pace_parameter_id,
        version=CHIP_VERSION,
        office_key=office_key,
        pins=MappingProxyType({role: PinState(rules, 0) for role, rules in pin_rules(parameters).items()}),
        options=parameters.options,
    )


def encode(state: CardState) -> bytes:
    body = b"".join(
        (
            tlv.encode(0x80, state.serial_number),
            tlv.encode(0x81, bytes((state.life_cycle,))),
            tlv.encode(0x82, state.pace_protocol.encode("ascii")),
            tlv.encode(0x83, bytes((state.pace_parameter_id,))),
            tlv.encode(0x84, state.version),
            tlv.encode(0x85, state.office_key),
            tlv.encode(0x86, state.can),
            tlv.encode(0x87, state.mrz_information),
            tlv.encode(0xA8, b"".join(_encode_pin(role, state.pins[role]) for role in sorted(state.pins))),
            tlv.encode(0xA9, b"".join(_encode_key(role, state.keys[role]) for role in KeyRole if role in state.keys)),
            tlv.encode(0xAA, b"".join(_encode_file(key, file) for key, file in sorted(state.files.items(), key=_file_order))),
            tlv.encode(0xAB, state.document.encode()) if state.document != DocumentProtocols() else b"",
            tlv.encode(0xAC, options.encode(state.options)) if state.options != ChipOptions() else b"",
        )
    )
    content = MAGIC + VERSION.to_bytes(2, "big") + len(body).to_bytes(4, "big") + body
    return content + sha256(content).digest()


def decode(raw: bytes) -> CardState:
    """Strict inverse of `encode`. Raises DamagedCardFile."""
    if raw[: len(MAGIC)] != MAGIC:
        raise DamagedCardFile("it does not begin like a card file")
    if len(raw) < HEADER_SIZE + CHECKSUM_SIZE:
        raise DamagedCardFile(f"it ends after {len(raw)} bytes")
    version = int.from_bytes(raw[len(MAGIC) : len(MAGIC) + 2], "big")
    if version != VERSION:
        raise DamagedCardFile(f"it has format version {version}, this program reads version {VERSION}")
    size = int.from_bytes(raw[HEADER_SIZE - 4 : HEADER_SIZE], "big")
    if len(raw) != HEADER_SIZE + size + CHECKSUM_SIZE:
        raise DamagedCardFile(f"it has {len(raw)} bytes where {HEADER_SIZE + size + CHECKSUM_SIZE} belong")
    if sha256(raw[:-CHECKSUM_SIZE]).digest() != raw[-CHECKSUM_SIZE:]:
        raise DamagedCardFile("its checksum is wrong")
    try:
        state = _decode_body(raw[HEADER_SIZE:-CHECKSUM_SIZE])
    except (DecodingError, ValueError) as error:
        raise DamagedCardFile(f"its content is not a card's: {error}") from error
    if encode(state) != raw:
        raise DamagedCardFile("its content is not in the one allowed form")
    return state


def _decode_body(body: bytes) -> CardState:
    tags = (0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0xA8, 0xA9, 0xAA)
    # A card that has nothing beyond PACE has no AB, one as it is issued no AC: its file is as it was before there was more.
    further = {item.tag: item.value for item in tlv.decode_all(body) if item.tag in (0xAB, 0xAC)}
    values = _values(body, (*tags, *further))[: len(tags)]
    serial, life_cycle, protocol, parameter_id, version, office_key, can, mrz, pins, keys, files = values
    return CardState(
        serial_number=serial,
        life_cycle=LifeCycle(_byte(life_cycle)),
        pace_protocol=protocol.decode("ascii"),
        pace_parameter_id=_byte(parameter_id),
        version=version,
        office_key=office_key,
        can=can,
        mrz_information=mrz,
        pins=MappingProxyType(dict(_decode_pin(item) for item in tlv.decode_all(pins))),
        keys=MappingProxyType(dict(_decode_key(item) for item in tlv.decode_all(keys))),
        files=MappingProxyType(dict(_decode_file(item) for item in tlv.decode_all(files))),
        document=DocumentProtocols.decode(further.get(0xAB, b"")),
        options=options.decode(further.get(0xAC, b"")),
    )


def _encode_pin(role: PinRole, pin: PinState) -> bytes:
    rules = pin.rules
    numbers = (role, rules.reference, rules.minimum_length, rules.maximum_length, rules.tries, rules.digits_only, pin.tries_left)
    return tlv.encode(0xA0, tlv.encode(0x80, bytes(numbers)) + tlv.encode(0x81, pin.value))


def _decode_pin(item: Tlv) -> tuple[PinRole, PinState]:
    numbers, value = _values(_record(item), (0x80, 0x81))
    if len(numbers) != 7:
        raise DecodingError("a PIN has seven numbers")
    role, reference, minimum, maximum, tries, digits_only, tries_left = numbers
    rules = PinRules(reference, minimum, maximum, tries, bool(digits_only))
    if tries_left > tries or (value and not rules.accepts(value)):
        raise DecodingError("a PIN breaks its own rules")
    return PinRole(role), PinState(rules, tries_left, value)


def _encode_key(role: KeyRole, scalar: int) -> bytes:
    number = bytes((KEY_NUMBERS[role],))
    return tlv.encode(0xA0, tlv.encode(0x80, number) + tlv.encode(0x81, scalar.to_bytes(SCALAR_SIZE, "big")))


def _decode_key(item: Tlv) -> tuple[KeyRole, int]:
    number, value = _values(_record(item), (0x80, 0x81))
    roles = {bytes((known,)): role for role, known in KEY_NUMBERS.items()}
    scalar = int.from_bytes(value, "big")
    if number not in roles or not 1 <= scalar < P384_ORDER:
        raise DecodingError("a key has an unknown number or a value outside the group")
    return roles[number], scalar


def _file_order(entry: tuple[FileKey, StoredFile]) -> tuple[int, int]:
    application, file_id = entry[0]
    return APPLICATION_NUMBERS[application], file_id


def _encode_file(key: FileKey, file: StoredFile) -> bytes:
    application, file_id = key
    objects = (
        tlv.encode(0x80, bytes((APPLICATION_NUMBERS[application],))),
        tlv.encode(0x81, file_id.to_bytes(FILE_ID_SIZE, "big")),
        tlv.encode(0x82, encode_condition(file.read)),
        tlv.encode(0x83, file.content),
    )
    return tlv.encode(0xA0, b"".join(objects))


def _decode_file(item: Tlv) -> tuple[FileKey, StoredFile]:
    application, file_id, read, content = _values(_record(item), (0x80, 0x81, 0x82, 0x83))
    applications = {number: known for known, number in APPLICATION_NUMBERS.items()}
    if _byte(application) not in applications or len(file_id) != FILE_ID_SIZE:
        raise DecodingError("a file of an unknown application, or an identifier that is not of two bytes")
    key = (applications[_byte(application)], int.from_bytes(file_id, "big"))
    return key, StoredFile(decode_condition(read), content)


def _values(raw: bytes, tags: tuple[int, ...]) -> tuple[bytes, ...]:
    objects = tlv.decode_all(raw)
    if tuple(item.tag for item in objects) != tags:
        raise DecodingError("data objects are missing, repeated or out of order")
    return tuple(item.value for item in objects)


def _record(item: Tlv) -> bytes:
    if item.tag != 0xA0:
        raise DecodingError(f"{item.tag:02X} is no record")
    return item.value


def _byte(value: bytes) -> int:
    if len(value) != 1:
        raise DecodingError("a number of one byte")
    return value[0]
