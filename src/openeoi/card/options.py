"""In what a tester's chip differs (`profiles.card.ChipOptions`), as it stands in the card's file. One as it is issued has none.

Data objects, each only where it differs: 80 answer to reset with contacts, 81 without, 82 delay in milliseconds (two bytes), 83
short length only, 84 private keys may be imported.
"""

from __future__ import annotations

from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError
from openeoi.profiles.card import ChipOptions


def encode(options: ChipOptions) -> bytes:
    objects = (
        (0x80, options.contact_atr, bool(options.contact_atr)),
        (0x81, options.contactless_atr, bool(options.contactless_atr)),
        (0x82, options.answer_delay.to_bytes(2, "big"), bool(options.answer_delay)),
        (0x83, b"", options.short_length_only),
        (0x84, b"", options.imports_keys),
    )
    return b"".join(tlv.encode(tag, value) for tag, value, is_there in objects if is_there)


def decode(raw: bytes) -> ChipOptions:
    """Strict inverse. Raises DecodingError."""
    values = {item.tag: item.value for item in tlv.decode_all(raw)}
    options = ChipOptions(
        contact_atr=values.get(0x80, b""),
        contactless_atr=values.get(0x81, b""),
        answer_delay=int.from_bytes(values.get(0x82, b"")[:2], "big"),
        short_length_only=0x83 in values,
        imports_keys=0x84 in values,
    )
    if encode(options) != raw:
        raise DecodingError("the options of a chip are not in the one allowed form")
    return options
