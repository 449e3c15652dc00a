"""All harnesses by name: one line each in the module of its layer."""

from __future__ import annotations

import encodings_read
import entries
import office_parsers
import protocol_parsers
import transports
from driver import Harness

MODULES = (encodings_read, protocol_parsers, office_parsers, transports, entries)
HARNESSES: dict[str, Harness] = {harness.name: harness for module in MODULES for harness in module.HARNESSES}
