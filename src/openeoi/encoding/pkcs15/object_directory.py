"""EF.ODF (PKCS #15 v1.1, 6.2): where the directory files of an application are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.objects import Fields, decode_objects, decode_path, encode_path
from openeoi.encoding.tlv import Tlv

PRIVATE_KEYS_TAG: Final = 0xA0
CERTIFICATES_TAG: Final = 0xA4
AUTHENTICATION_OBJECTS_TAG: Final = 0xA8


@dataclass(frozen=True, slots=True)
class ObjectDirectory:
    """File identifiers of the directory files for authentication objects, private keys and certificates."""

    authentication_objects: int
    private_keys: int
    certificates: int

    def encode(self) -> bytes:
        entries = (
            (AUTHENTICATION_OBJECTS_TAG, self.authentication_objects),
            (PRIVATE_KEYS_TAG, self.private_keys),
            (CERTIFICATES_TAG, self.certificates),
        )
        return b"".join(tlv.encode(tag, encode_path(file_id.to_bytes(2, "big"))) for tag, file_id in entries)

    @classmethod
    def decode(cls, raw: bytes) -> ObjectDirectory:
        entries = decode_objects(raw, _entry).values
        tags = [tag for tag, _ in entries]
        if len(set(tags)) != len(tags):
            raise DecodingError("EF.ODF: a directory file is named twice")
        files = dict(entries)
        for tag in (AUTHENTICATION_OBJECTS_TAG, PRIVATE_KEYS_TAG, CERTIFICATES_TAG):
            if tag not in files:
                raise DecodingError(f"EF.ODF: entry {tag:02X} is missing")
        return cls(files[AUTHENTICATION_OBJECTS_TAG], files[PRIVATE_KEYS_TAG], files[CERTIFICATES_TAG])


def _entry(item: Tlv) -> tuple[int, int]:
    if not 0xA0 <= item.tag <= 0xA8:
        raise DecodingError(f"EF.ODF: tag {item.tag:02X} names no directory file")
    fields = Fields.of(item, item.tag, "EF.ODF")
    path = decode_path(fields)
    fields.end()
    if len(path) != 2:
        raise DecodingError(f"EF.ODF: a path of {len(path)} bytes where a file identifier belongs")
    return item.tag, int.from_bytes(path, "big")
