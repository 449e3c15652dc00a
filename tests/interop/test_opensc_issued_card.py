"""OpenSC on a card from the issuing office, with the certificates of the authorities, activated by its holder."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest

from interop.reader import MODULE, VirtualReader
from issuing.sample_office import Clock, Stock, authorities, office, released
from openeoi.card.virtual_card import VirtualCard
from openeoi.iso7816.secure_messaging import through
from openeoi.issuing import envelope, handover, personalisation
from openeoi.issuing.handover import IdentityCheck, IdentityProof
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.storage.atomic_files import AtomicFile
from openeoi.terminal.pin_care import activate
from openeoi.terminal.unlock import unlock
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

pytestmark = pytest.mark.interop

NORM_PIN, SIG_PIN = "112233", "445566"


@pytest.mark.parametrize("contactless", [False, True], ids=["contact", "contactless"])
def test_an_issued_card_is_used_with_opensc(reader: VirtualReader, tmp_path: Path, contactless: bool) -> None:
    clock = Clock()
    issuing = office(tmp_path, authorities(tmp_path, "si", clock), clock)
    reference = released(issuing)
    personalisation.personalise(issuing, reference, "cvetka")
    letter = envelope.open_envelope(issuing, reference, "cvetka")
    handover.hand_over(issuing, reference, "drago", IdentityCheck(IdentityProof.PASSPORT, same_person=True))
    assert isinstance(issuing.blank_cards, Stock)
    (issued,) = issuing.blank_cards.cards.values()

    file = AtomicFile(tmp_path / "card")
    file.save(issued._system._memory.load())
    transport = InProcess(VirtualCard(file, secrets.token_bytes))
    can = next(iter(issuing.printer.printed.values())).access_number  # type: ignore[attr-defined]  # the test's printer
    channel = run(unlock(PacePassword.from_can(can), secrets.token_bytes), transport)
    run(through(channel, activate(letter.initial_password, NORM_PIN, SIG_PIN)), transport)

    environment = {"EOI_CAN": can}
    (reader.shared / "message").write_bytes(b"what is signed\n")
    with reader.card(file.path, contactless):
        slots = reader.run("pkcs11-tool", "--module", MODULE, "--list-slots", env=environment).stdout
        assert re.findall(r"token label\s*: (.*)", slots) == [
            "Prijava brez PIN-a",
            "Podpis in prijava (Norm PIN)",
            "Podpis in prijava (Sig PIN)",
        ]
        certificates = reader.run("pkcs15-tool", "--aid", "E828BD080F014E585030", "--list-certificates", env=environment).stdout
        assert certificates.count("X.509 Certificate") >= 4
        for token, pin in (("Podpis in prijava (Norm PIN)", NORM_PIN), ("Podpis in prijava (Sig PIN)", SIG_PIN)):
            url = f"pkcs11:token={token.replace(' ', '%20').replace('(', '%28').replace(')', '%29')}"
            module = next((reader.root / "usr/lib").glob(f"*/{MODULE}")).relative_to(reader.root)
            provider = ["--provider", f"/{module}"]
            listed = reader.run("p11tool", *provider, "--login", "--list-privkeys", url, env=environment | {"GNUTLS_PIN": pin})
            (key,) = re.findall(r"URL: (\S*type=private\S*)", listed.stdout)
            tested = reader.run("p11tool", *provider, "--login", "--test-sign", key, env=environment | {"GNUTLS_PIN": pin})
            assert "ok" in tested.stdout + tested.stderr
