"""A Slovenian card at posts of both states: fingerprints open with certificates that the card's state gave, not without."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from issuing.sample_office import Clock, authorities, office, released
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds.data_group_3 import DataGroup3
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.files import data_group
from openeoi.iso7816.secure_messaging import through
from openeoi.issuing.personalisation import personalise
from openeoi.main.connections import PostCredentials
from openeoi.pki.authorities import Authorities
from openeoi.pki.inspection_rights import AskedState
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.terminal_authentication.errors import CertificateRefused, NoCertificateChain
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.terminal.document_channel import DocumentChannel, open_with_pace
from openeoi.terminal.errors import FileNotReadable
from openeoi.terminal.extended_access import prove_terminal_to, read_authority_references
from openeoi.terminal.prove_chip import by_chip_authentication
from openeoi.terminal.read_document import read_document
from openeoi.terminal.read_file import read_elementary_file
from openeoi.transport import Transport, run


class Card:
    """An issued card in a reader."""

    def __init__(self, transport: Transport, access_number: str) -> None:
        self.transport = transport
        self.password = PacePassword.from_can(access_number)

    def opened(self) -> tuple[DocumentChannel, DataGroup14]:
        """After chip authentication."""
        channel = run(open_with_pace(self.password, secrets.token_bytes), self.transport)
        files = run(read_document(channel.channel, (14,)), self.transport)
        infos = DataGroup14.decode(files.data_groups[14])
        return run(by_chip_authentication(channel, infos.security_infos, secrets.token_bytes), self.transport), infos

    def references(self, opened: DocumentChannel, infos: DataGroup14) -> tuple[KeyReference, ...]:
        return run(through(opened.channel, read_authority_references(infos.security_infos)), self.transport)

    def fingers(self, opened: DocumentChannel) -> DataGroup3:
        return DataGroup3.decode(run(through(opened.channel, read_elementary_file(data_group(3))), self.transport))

    def read(self, post: PostCredentials, clock: Clock) -> DataGroup3:
        opened, infos = self.opened()
        references = self.references(opened, infos)
        credentials = post.credentials_for(references, clock())
        assert credentials is not None
        run(prove_terminal_to(references, opened, credentials), self.transport)
        return self.fingers(opened)


@pytest.fixture
def states(tmp_path: Path, clock: Clock) -> tuple[Authorities, Authorities]:
    return authorities(tmp_path / "si", "si", clock), authorities(tmp_path / "me", "me", clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def card(tmp_path: Path, states: tuple[Authorities, Authorities], clock: Clock) -> Card:
    issuing = office(tmp_path / "office", states[0], clock)
    made = personalise(issuing, released(issuing), "cvetka")
    return Card(issuing.blank_cards.card(made.card_serial).transport, made.access_number)


def posts(states: tuple[Authorities, Authorities]) -> dict[str, PostCredentials]:
    slovenia, montenegro = states
    known = {"SI": slovenia, "ME": montenegro}
    return {"own": PostCredentials(slovenia, known), "foreign": PostCredentials(montenegro, known)}


@pytest.mark.parametrize("name", ["own", "foreign"])
def test_a_post_reads_the_fingerprints(card: Card, states: tuple[Authorities, Authorities], clock: Clock, name: str) -> None:
    fingers = card.read(posts(states)[name], clock)
    assert len(fingers.fingers) == 2


def test_without_the_right_they_stay_closed(card: Card) -> None:
    opened, _ = card.opened()
    with pytest.raises(FileNotReadable) as refused:
        card.fingers(opened)
    assert refused.value.status == 0x6982


def test_a_card_from_before_a_roll_over_learns_the_new_authority(
    card: Card, states: tuple[Authorities, Authorities], clock: Clock
) -> None:
    """The link certificate makes the successor the card's trust point; the certificates after it are under the new key."""
    post = posts(states)["foreign"]
    card.read(post, clock)
    clock.forward(days=100)
    successor = states[0].succeed_verifying_authority()
    card.read(post, clock)
    opened, infos = card.opened()
    assert card.references(opened, infos)[0] == successor.body.holder


def test_old_certificates_are_refused_once_the_card_knows_a_later_day(
    card: Card, states: tuple[Authorities, Authorities], clock: Clock
) -> None:
    post = posts(states)["own"]
    opened, infos = card.opened()
    references = card.references(opened, infos)
    old = post.credentials_for(references, clock())
    assert isinstance(old, TerminalCredentials)
    clock.forward(days=31)
    card.read(post, clock)
    clock.now += timedelta(days=61)
    card.read(post, clock)  # a new document verifier: the card's day is now after the old one's
    opened, _ = card.opened()
    with pytest.raises(CertificateRefused):
        run(prove_terminal_to(references, opened, old), card.transport)


def test_a_post_of_a_state_that_nobody_asked_for_has_no_right(
    card: Card, states: tuple[Authorities, Authorities], clock: Clock
) -> None:
    stranger = PostCredentials(states[1], {"ME": states[1]})
    opened, infos = card.opened()
    references = card.references(opened, infos)
    assert stranger.credentials_for(references, clock()) is None
    own = states[1]

    credentials = own.inspection_credentials([own.trust_point().body.holder], AskedState(own, own), clock())
    assert credentials is not None
    with pytest.raises(NoCertificateChain):
        run(prove_terminal_to(references, opened, credentials), card.transport)


def test_a_post_has_no_right_while_the_cards_state_gives_none(
    card: Card, states: tuple[Authorities, Authorities], clock: Clock
) -> None:
    """The verifying authority has expired and nobody has rolled it over: no error amid an inspection, but no right."""
    opened, infos = card.opened()
    references = card.references(opened, infos)
    clock.forward(days=4 * 365)
    for post in posts(states).values():
        assert post.credentials_for(references, clock()) is None


def test_states_founded_before_there_were_verifying_authorities_get_theirs_when_needed(tmp_path: Path, clock: Clock) -> None:
    founded = authorities(tmp_path / "me", "me", clock)
    with founded._store.begin() as transaction:
        transaction.exec_driver_sql("DELETE FROM card_verifiable_certificate")
    assert founded.verifying_certificates() == ()
    assert str(founded.trust_point().body.holder) == "MEOETESTCV00001"
