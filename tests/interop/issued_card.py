"""A card from the issuing office, with the certificates of the authorities, activated by its holder."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from issuing.sample_office import Clock, Printer, Stock, authorities, office, released
from openeoi.card.memory import CardMemory, VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.secure_messaging import through
from openeoi.issuing import envelope, handover, personalisation
from openeoi.issuing.handover import IdentityCheck, IdentityProof
from openeoi.pki.authorities import Authorities
from openeoi.pki.status import TrustAnchors
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.storage.atomic_files import AtomicFile
from openeoi.terminal.pin_care import activate
from openeoi.terminal.unlock import unlock
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

NORM_PIN, SIG_PIN = "112233", "445566"
TOKENS = {
    CredentialRole.LOW: "Prijava brez PIN-a",
    CredentialRole.HIGH: "Podpis in prijava (Norm PIN)",
    CredentialRole.QUALIFIED: "Podpis in prijava (Sig PIN)",
}
KEYS = {CredentialRole.LOW: "Prijava brez PIN-a", CredentialRole.HIGH: "Prijava", CredentialRole.QUALIFIED: "Podpis"}
# OpenSC flags every token "login required", so that programs log in even at the one whose key needs no PIN; it has the Norm PIN.
PINS = {CredentialRole.LOW: NORM_PIN, CredentialRole.HIGH: NORM_PIN, CredentialRole.QUALIFIED: SIG_PIN}


@dataclass(frozen=True)
class IssuedCard:
    """`content` is what a card file holds; `access_number` and `mrz` stand printed on the card, the MRZ without line ends; `puk`
    comes in a letter to its holder."""

    content: bytes
    access_number: str
    mrz: str
    puk: str
    anchors: TrustAnchors
    authorities: Authorities = field(repr=False)

    def file(self, folder: Path) -> AtomicFile:
        """A file with a card of its own, as it was on the day of its activation."""
        folder.mkdir(exist_ok=True)
        file = AtomicFile(folder / "card")
        file.save(self.content)
        return file

    @property
    def environment(self) -> Mapping[str, str]:
        """Where OpenSC looks for the number on the card."""
        return {"EOI_CAN": self.access_number}


def issue(folder: Path, country: str = "si") -> IssuedCard:
    """Applied for, made, handed over and activated a little before now, so that every program finds the certificates valid."""
    clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    pki = authorities(folder, country, clock)
    issuing = office(folder, pki, clock, country)
    reference = released(issuing)
    personalisation.personalise(issuing, reference, "cvetka")
    letter = envelope.open_envelope(issuing, reference, "cvetka")
    handover.hand_over(issuing, reference, "drago", IdentityCheck(IdentityProof.PASSPORT, same_person=True))
    puk = envelope.order_puk(issuing, reference, "ana").puk
    assert isinstance(issuing.blank_cards, Stock)
    assert isinstance(issuing.printer, Printer)
    (made,) = issuing.blank_cards.cards.values()
    (printed,) = issuing.printer.printed.values()

    memory: CardMemory = VolatileMemory()
    memory.save(made._system._memory.load())
    transport = InProcess(VirtualCard(memory, secrets.token_bytes))
    channel = run(unlock(PacePassword.from_can(printed.access_number), secrets.token_bytes), transport)
    run(through(channel, activate(letter.initial_password, NORM_PIN, SIG_PIN)), transport)
    return IssuedCard(memory.load(), printed.access_number, printed.mrz.replace("\n", ""), puk, pki.trust_anchors(), pki)
