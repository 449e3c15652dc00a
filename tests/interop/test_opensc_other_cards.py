"""OpenSC on other cards than Slovenia's: the second state's, which has other protocols, PINs of other lengths and no credential
without a PIN; and cards that offer several ways of PACE."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interop.issued_card import KEYS, PINS, TOKENS, issue
from interop.reader import VirtualReader
from interop.rival_cards import GENERIC, INTEGRATED, MAPPING, everything
from openeoi.card.faults.specimen import CAN
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.storage.atomic_files import AtomicFile

pytestmark = pytest.mark.interop

ROLES = (CredentialRole.HIGH, CredentialRole.QUALIFIED)
LABELS = [TOKENS[role] for role in ROLES]


def test_its_card_has_two_tokens_that_sign(reader: VirtualReader, tmp_path: Path, contactless: bool) -> None:
    card = issue(tmp_path, "me")

    def pkcs11(*arguments: str) -> str:
        return reader.run("pkcs11-tool", "--module", reader.module, *arguments, env=card.environment).stdout

    with reader.card(card.file(tmp_path / "box").path, contactless):
        assert "Established PACE channel with MRZ" in reader.run("npa-tool", f"--mrz={card.mrz}").stdout
        assert re.findall(r"token label\s*: (.*)", pkcs11("--list-slots")) == LABELS
        for role in ROLES:
            login = ["--token-label", TOKENS[role], "--login", "--pin", PINS[role]]
            assert f"label:      {KEYS[role]}\n" in pkcs11(*login, "--list-objects", "--type", "privkey")
            signed = f"/tmp/{role.value}.signature"
            pkcs11(*login, "--sign", "--label", KEYS[role], "-m", "ECDSA-SHA384", "--input-file", "/etc/passwd", "-o", signed)
            verify = ["--verify", "--label", KEYS[role], "-m", "ECDSA-SHA384", "--signature-file", signed]
            assert "Signature is valid" in pkcs11(*login, *verify, "--input-file", "/etc/passwd")


@pytest.mark.parametrize(
    ("offers", "opens"),
    [((GENERIC,), True), ((GENERIC, MAPPING), True), *(((GENERIC, integrated), False) for integrated in INTEGRATED)],
)
def test_the_integrated_mapping_keeps_opensc_from_the_generic_one(
    reader: VirtualReader, tmp_path: Path, offers: tuple[PaceInfo, ...], opens: bool
) -> None:
    """OpenSC's library (OpenPACE) has the generic mapping, passes the chip authentication mapping over, and gives EF.CardAccess
    up as a whole at the integrated mapping, even behind the generic one. So no issued card offers it."""
    file = AtomicFile(tmp_path / "card")
    file.save(everything(offers=offers))
    with reader.card(file.path, contactless=True):
        if opens:
            assert "Established PACE channel with CAN" in reader.run("npa-tool", f"--can={CAN}").stdout
        else:
            assert "Could not parse EF.CardAccess" in reader.run("npa-tool", f"--can={CAN}", *["-v"] * 3, ok=False).stderr
