"""Faulty chips in the box: made, marked, opened with their fault, and trusted only while one is there."""

import json
import secrets
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.agent_sample import NOW
from openeoi import profiles
from openeoi.agent.card_folder import CardFolder
from openeoi.agent.fault_commands import fault_commands, made
from openeoi.agent.faulty_cards import AlsoOfTheLaboratory, FaultyCards
from openeoi.card.faults.catalogue import CATALOGUE, UnknownFault
from openeoi.card.faults.faulty_card import FaultyCard
from openeoi.card.faults.specimen import CAN
from openeoi.protocols.pace.errors import PaceFailed
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.passive_authentication.anchors import NoRevocationLists
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.terminal.unlock import unlock
from openeoi.transport import run
from openeoi.transport.in_process import InProcess

NAME = "pace-token-wrong"


@pytest.fixture
def cards(tmp_path: Path) -> FaultyCards:
    folder = CardFolder(tmp_path, secrets.token_bytes)
    return FaultyCards(folder, profiles.load("si").card, bytes(32), secrets.token_bytes, lambda: NOW)


def test_a_faulty_chip_keeps_its_fault_from_one_use_to_the_next(cards: FaultyCards) -> None:
    assert cards.folder.faulty() == ()
    cards.make(NAME)
    assert cards.folder.faulty() == (NAME,)
    for _ in range(2):
        with cards.folder.powered(NAME, contactless=True) as card:
            assert isinstance(card, FaultyCard)
            with pytest.raises(PaceFailed):
                run(unlock(PacePassword.from_can(CAN), secrets.token_bytes), InProcess(card))


def test_an_unknown_fault_leaves_nothing(cards: FaultyCards) -> None:
    with pytest.raises(UnknownFault):
        cards.make("no-such-fault")
    assert cards.folder.names() == ()


def test_the_laboratory_is_trusted_only_while_a_faulty_chip_is_there(cards: FaultyCards) -> None:
    trusted = AlsoOfTheLaboratory(CertificateAnchors([]), NoRevocationLists(), cards)
    authority = Certificate.decode(cards.laboratory.authority)
    asked = (authority.country, authority.subject_key_identifier, authority.subject)
    assert (trusted.country_signing_certificates(*asked), trusted.revocation_list(authority)) == ((), None)
    cards.make(NAME)
    assert authority.raw in {one.raw for one in trusted.country_signing_certificates(*asked)}
    assert trusted.revocation_list(authority) == cards.laboratory.revocation_list(NOW)


def test_the_laboratory_is_not_trusted_unless_the_installation_was_told(cards: FaultyCards) -> None:
    cards.make("sod-signature-wrong")
    (authority, *_) = cards.laboratory.anchors
    certificate = Certificate.decode(authority)
    untold = AlsoOfTheLaboratory(CertificateAnchors([]), NoRevocationLists(), None)
    assert not untold.country_signing_certificates(certificate.country, certificate.subject_key_identifier, certificate.subject)
    assert untold.revocation_list(certificate) is None


def test_the_catalogue_on_the_command_line(cards: FaultyCards, tmp_path: Path) -> None:
    runner, commands = CliRunner(), fault_commands(lambda: cards)
    listed = json.loads(runner.invoke(commands, ["--json"]).stdout)
    assert [one["fault"] for one in listed] == list(CATALOGUE)
    text = runner.invoke(commands, []).stdout
    assert all(name in text for name in CATALOGUE)
    written = runner.invoke(commands, ["--trust", str(tmp_path / "trust")])
    assert written.exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "trust").iterdir()} == cards.trust()


def test_what_a_tester_is_told(cards: FaultyCards) -> None:
    told = made(cards, "sod-signature-wrong")
    assert told["can"] == CAN
    assert told["error"] == "SecurityObjectSignatureInvalid"
    assert (told["inspection_check"], told["inspection_outcome"]) == ("signature", "failed")
    assert made(cards, "dg11-altered")["fault"] == "dg11-altered"


def test_a_catalogue_made_twice_from_one_secret_is_the_same(cards: FaultyCards) -> None:
    assert cards.trust() == cards.trust()
