"""The stock of blank cards, the machine that personalises and prints them, and the box in which the holder's cards lie.

Fills `issuing.ports.BlankCards` and `CardPrinter`, `agent.ports.Cards` and `CardFaces`. A card is one file; what is printed on it
lies beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from openeoi.agent.card_folder import CardFolder
from openeoi.agent.errors import UnknownCard
from openeoi.agent.ports import Card
from openeoi.card.errors import DamagedCardFile
from openeoi.card.virtual_card import SERIAL_NUMBER_SIZE, VirtualCard
from openeoi.crypto.randomness import RandomSource
from openeoi.issuing.ports import BlankCard, PrintedCard
from openeoi.main.errors import CardMissing, InstallationFileDamaged
from openeoi.profiles.card import CardParameters
from openeoi.profiles.profile import CountryProfile
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.storage.atomic_files import AtomicFile
from openeoi.transport.in_process import InProcess
from openeoi.web.figures import CardPicture, data_uri

WITH_THE_HOLDER: Final = frozenset({LifeCycle.HANDED_OVER, LifeCycle.ACTIVE, LifeCycle.BLOCKED, LifeCycle.TERMINATED})


@dataclass(frozen=True)
class CardStock:
    """`maker_key` (32 bytes) gives each card its office key, as a maker's delivery list would."""

    folder: CardFolder
    profile: CountryProfile
    maker_key: bytes = field(repr=False)
    random: RandomSource = field(repr=False)

    def take(self, reservation: str, parameters: CardParameters) -> BlankCard:
        """The blank card kept for this reservation; the same one again after a crash."""
        serial_number = self._derive("serial number", reservation)[:SERIAL_NUMBER_SIZE]
        serial = serial_number.hex().upper()
        file = self.folder.file(serial)
        if not file.exists():
            VirtualCard.blank(file, self.random, parameters, self._office_key(serial), serial_number)
        return self.card(serial)

    def card(self, serial: str) -> BlankCard:
        file = self.folder.file(serial)
        if not file.exists():
            raise CardMissing(serial)
        card = open_card(self.folder, serial, self.random)
        card.power_on(contactless=False)
        return BlankCard(serial, self._office_key(serial), InProcess(card))

    def destroy(self, serial: str) -> None:
        self.folder.file(serial).remove()
        self._face_file(serial).remove()

    def print(self, serial: str, card: PrintedCard) -> None:
        """Writes what stands on the two sides beside the chip's file."""
        face = {
            "document_number": card.document_number,
            "surname": card.surname,
            "given_names": card.given_names,
            "sex": card.sex,
            "nationality": card.nationality,
            "date_of_birth": card.date_of_birth.isoformat(),
            "date_of_issue": card.issued_on.isoformat(),
            "date_of_expiry": card.expires_on.isoformat() if card.expires_on else None,
            "place_of_birth": card.place_of_birth,
            "personal_number": card.national_number,
            "address": list(card.address),
            "authority": card.authority,
            "access_number": card.access_number,
            "mrz": card.mrz.splitlines(),
            "photo": data_uri("image/jpeg", card.portrait),
        }
        self._face_file(serial).save(json.dumps(face, ensure_ascii=False).encode())

    def face(self, name: str) -> CardPicture | None:
        """What is printed on the card. Raises InstallationFileDamaged."""
        file = self._face_file(name)
        if not file.exists():
            return None
        try:
            face = json.loads(file.load())
            return CardPicture(
                **face
                | {
                    "date_of_birth": date.fromisoformat(face["date_of_birth"]),
                    "date_of_issue": date.fromisoformat(face["date_of_issue"]),
                    "date_of_expiry": date.fromisoformat(face["date_of_expiry"]) if face["date_of_expiry"] else None,
                    "address": tuple(face["address"]),
                    "mrz": tuple(face["mrz"]),
                    "state_code": self.profile.country_code,
                }
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InstallationFileDamaged(str(file.path), type(error).__name__) from None

    def _face_file(self, serial: str) -> AtomicFile:
        return AtomicFile(self.folder.file(serial).path.with_suffix(".face"))

    def _office_key(self, serial: str) -> bytes:
        return self._derive("office key", serial)

    def _derive(self, purpose: str, name: str) -> bytes:
        return hmac.new(self.maker_key, f"{purpose}/{name}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class HolderCards:
    """The box on the holder's desk: cards that the office has handed over."""

    folder: CardFolder
    random: RandomSource

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.folder.names() if self._life_cycle(name) in WITH_THE_HOLDER)

    def powered(self, name: str, contactless: bool) -> AbstractContextManager[Card]:
        if name not in self.folder.names() or self._life_cycle(name) not in WITH_THE_HOLDER:
            raise UnknownCard(name)
        return self.folder.powered(name, contactless)

    def _life_cycle(self, name: str) -> LifeCycle:
        return open_card(self.folder, name, self.random).life_cycle


def open_card(folder: CardFolder, name: str, random: RandomSource) -> VirtualCard:
    """The card in this file, without power. Raises InstallationFileDamaged with the file's path."""
    file = folder.file(name)
    try:
        return VirtualCard(file, random)
    except DamagedCardFile as damage:
        raise InstallationFileDamaged(str(file.path), damage.reason) from damage
