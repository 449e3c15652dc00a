"""What the office needs from outside; `main` connects it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from openeoi.profiles.card import CardParameters
from openeoi.transport import Transport


@dataclass(frozen=True, slots=True)
class BlankCard:
    """A card in the office's machine. `office_key`: 32 bytes, opens the personalisation channel of this card alone."""

    serial: str
    office_key: bytes = field(repr=False)
    transport: Transport


class BlankCards(Protocol):
    """The stock of cards and the machine that holds one."""

    def take(self, reservation: str, parameters: CardParameters) -> BlankCard:
        """A blank card with these parameters for this reservation (the document's number). The same reservation gives the same
        card again, so that a crash between taking and noting it wastes none. Raises NoBlankCard."""
        ...

    def card(self, serial: str) -> BlankCard:
        """A card of this office put back into the machine. Raises CardMissing."""
        ...

    def destroy(self, serial: str) -> None:
        """The card is spoilt and physically destroyed. Done again, it changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What is printed or engraved on the card's two sides. `access_number`: the CAN; `mrz`: three lines joined by line feeds;
    `expires_on` None: permanent; `portrait`: JPEG."""

    document_number: str
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    sex: str = field(repr=False)
    nationality: str
    date_of_birth: date = field(repr=False)
    place_of_birth: str = field(repr=False)
    issued_on: date
    expires_on: date | None
    national_number: str = field(repr=False)
    address: tuple[str, ...] = field(repr=False)
    authority: str
    access_number: str = field(repr=False)
    mrz: str = field(repr=False)
    portrait: bytes = field(repr=False)
    specimen: bool = False


class CardPrinter(Protocol):
    """Prints the surface of a card. Done again with the same content, it changes nothing."""

    def print(self, serial: str, card: PrintedCard) -> None: ...
