"""EF.DIR (ISO/IEC 7816-4:2020, 12.2.1.1): the applications of the card, in the order in which programs show them as slots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import Fields, Objects, decode_objects, decode_text
from openeoi.encoding.tlv import Tlv

APPLICATION_TEMPLATE: Final = 0x61
APPLICATION_IDENTIFIER: Final = 0x4F
APPLICATION_LABEL: Final = 0x50


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """One application: its identifier (5 to 16 bytes) and the label shown to people. A path element is never written."""

    identifier: bytes
    label: str

    def encode(self) -> bytes:
        label = tlv.encode(APPLICATION_LABEL, self.label.encode()) if self.label else b""
        return tlv.encode(APPLICATION_TEMPLATE, tlv.encode(APPLICATION_IDENTIFIER, self.identifier) + label)

    @classmethod
    def from_tlv(cls, item: Tlv) -> ApplicationRecord:
        fields = Fields.of(item, APPLICATION_TEMPLATE, "EF.DIR")
        identifier = fields.take(APPLICATION_IDENTIFIER)
        label = fields.optional(APPLICATION_LABEL)
        fields.end()
        if not 5 <= len(identifier) <= 16:
            raise DecodingError(f"EF.DIR: an application identifier of {len(identifier)} bytes")
        return cls(identifier, decode_text(label or b""))


def encode_directory(records: Iterable[ApplicationRecord]) -> bytes:
    return b"".join(record.encode() for record in records)


def decode_directory(raw: bytes) -> Objects[ApplicationRecord]:
    return decode_objects(raw, ApplicationRecord.from_tlv)
