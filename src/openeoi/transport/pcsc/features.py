"""What a reader says of itself (PC/SC part 10, 2.2 and 2.6): here, how long a command it carries."""

from __future__ import annotations

from typing import Final, Protocol

GET_FEATURES: Final = 3400
TLV_PROPERTIES: Final = 0x12
MAXIMUM_DATA: Final = 0x0A
FEATURE_SIZE: Final = 4
# Values up to here are what readers that know short commands only say; the real limit is then that of the short form.
SHORT_MAXIMUM: Final = 0x100


class Controls(Protocol):
    """`resource_manager.ResourceManager`, as far as it is needed here."""

    def control(self, handle: int, code: int, content: bytes = b"") -> bytes | None: ...

    def control_code(self, number: int) -> int: ...


def data_maximum(manager: Controls, handle: int) -> int | None:
    """The longest data field of a command that the reader carries, in bytes; None where it does not say or says nonsense."""
    listed = manager.control(handle, manager.control_code(GET_FEATURES))
    code = tagged(listed or b"").get(TLV_PROPERTIES)
    if code is None or len(code) != FEATURE_SIZE:
        return None
    properties = manager.control(handle, int.from_bytes(code, "big"))
    value = tagged(properties or b"").get(MAXIMUM_DATA)
    # Numbers among the properties are little-endian, unlike the control codes (2.6.14).
    announced = int.from_bytes(value, "little") if value else 0
    if not announced:
        return None
    return 255 if announced <= SHORT_MAXIMUM else announced


def tagged(content: bytes) -> dict[int, bytes]:
    """One-byte tags, one-byte lengths, values; what is cut off at the end is left out: a driver's mistake costs no card."""
    found: dict[int, bytes] = {}
    while len(content) >= 2 and len(content) >= 2 + content[1]:
        found[content[0]] = content[2 : 2 + content[1]]
        content = content[2 + content[1] :]
    return found
