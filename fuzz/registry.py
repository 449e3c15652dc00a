"""All harnesses by name: one line each in the module of its layer."""

from __future__ import annotations

import encodings_read
import entries
import protocol_parsers
from driver import Harness

HARNESSES: dict[str, Harness] = {
    harness.name: harness for module in (encodings_read, protocol_parsers, entries) for harness in module.HARNESSES
}
