"""Card steps: the terminal's side of a protocol as a generator that yields commands and returns its outcome.

A generator is composed with `yield from`, reads in the order of the standard, and is driven over any transport by
`openeoi.transport.run`. It holds no socket and no clock: randomness and time come in as arguments.
"""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from openeoi.iso7816.apdu import CommandApdu, ResponseApdu

Outcome = TypeVar("Outcome")

CardSteps: TypeAlias = Generator[CommandApdu, ResponseApdu, Outcome]
