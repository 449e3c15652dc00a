"""The doctor over a whole installation: what its authorities know of the card's certificates; and lists from the network."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509

from agent.doctor.fake_computer import FakeComputer
from main.installation_sample import opened
from openeoi.agent.doctor.catalogue import Area
from openeoi.agent.doctor.diagnose import diagnose
from openeoi.agent.doctor.facts import Facts, Revocation
from openeoi.agent.doctor.report import as_json
from openeoi.agent.doctor.revocation_list import revocation_by_list
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.issuing.staff import Purpose, Role
from openeoi.issuing.status import Report, report
from openeoi.main import doctor as module
from openeoi.main.doctor import doctor, doctor_of, fetch, revocation_check
from openeoi.main.explanations import translator
from openeoi.main.samples import sample_cards
from openeoi.main.wiring import Offices
from openeoi.pki.plans import HOLDER_ISSUERS
from openeoi.terminal.credentials import Credential, list_credentials
from openeoi.transport import run

CARD_AREAS = (Area.CARD, Area.ACCESS_NUMBER, Area.PINS, Area.CERTIFICATES)


@pytest.fixture
def offices(root: Path) -> Offices:
    return opened(root)


def visited(offices: Offices, at: datetime | None = None, can: str = "") -> Facts:
    number = can or sample_cards(offices)[0].access_number
    clock: Callable[[], datetime] = (lambda: at) if at else offices.clock
    found = replace(doctor_of(offices), computer=FakeComputer(), clock=clock)
    return found.visit("virtual", lambda: number, lambda question: False)


def about_the_card(facts: Facts) -> list[str]:
    return [one.id for one in diagnose(facts) if one.area in CARD_AREAS]


def credentials(offices: Offices) -> tuple[Credential, ...]:
    with offices.reader.powered() as card:
        return run(list_credentials(), card)


def reported(offices: Offices, what: Report) -> None:
    office = offices.issuing
    by = office.acting(office.staff.holding(Role.CLERK)[0].name, Role.CLERK, Purpose.STATUS)
    report(office, sample_cards(offices)[0].document_number, what, by)


def test_a_sample_card_is_well(offices: Offices) -> None:
    assert about_the_card(visited(offices)) == ["card_ours", "can_right", "pins_well", "certificates_well"]


def test_a_reported_card_is_revoked(offices: Offices) -> None:
    reported(offices, Report.STOLEN)
    told = about_the_card(visited(offices))
    assert told.count("certificate_revoked") == 3 and "certificates_well" not in told


def test_years_later_the_certificates_and_the_card_are_over(offices: Offices) -> None:
    later = about_the_card(visited(offices, datetime.now(UTC) + timedelta(days=3660)))
    assert {"certificate_expired", "document_expired"} <= set(later)
    soon = about_the_card(visited(offices, datetime.now(UTC) + timedelta(days=3620)))
    assert "certificate_ends_soon" in soon


def test_a_certificate_of_nobody_here_is_unknown_and_one_of_others_not_checked(offices: Offices) -> None:
    (low, *_), check = credentials(offices), revocation_check(offices.authorities)
    assert check(low.certificate, low.chain) is Revocation.GOOD
    assert revocation_check()(low.certificate, low.chain) is Revocation.NOT_CHECKED
    changed = low.certificate.replace(low_serial(low), b"\x01" * len(low_serial(low)))
    assert check(changed, low.chain) is Revocation.UNKNOWN
    assert check(low.certificate[:-1] + bytes((low.certificate[-1] ^ 1,)), low.chain) is Revocation.UNKNOWN


def low_serial(credential: Credential) -> bytes:
    number = x509.load_der_x509_certificate(credential.certificate).serial_number
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


# Lists.


def served(offices: Offices, role: CredentialRole = CredentialRole.LOW) -> tuple[Credential, bytes]:
    (credential,) = [one for one in credentials(offices) if one.role is role]
    return credential, offices.authorities.crl(HOLDER_ISSUERS[role])


def test_a_list_says_good_or_revoked(offices: Offices) -> None:
    credential, content = served(offices)
    asked: list[str] = []

    def get(address: str) -> bytes:
        asked.append(address)
        return content

    now = offices.clock()
    assert revocation_by_list(credential.certificate, credential.chain, get, now) is Revocation.GOOD
    assert asked and asked[0].startswith("http")
    reported(offices, Report.LOST)
    content = offices.authorities.crl(HOLDER_ISSUERS[CredentialRole.LOW])
    assert revocation_by_list(credential.certificate, credential.chain, get, offices.clock()) is Revocation.REVOKED


def test_a_list_that_proves_nothing_is_no_check(offices: Offices) -> None:
    credential, content = served(offices)
    _, other = served(offices, CredentialRole.HIGH)
    now = offices.clock()
    broken = content[:-1] + bytes((content[-1] ^ 1,))
    for answer in (None, b"", b"nonsense", other, broken):
        found = revocation_by_list(credential.certificate, credential.chain, lambda address, answer=answer: answer, now)
        assert found is Revocation.NOT_CHECKED
    whole = partial(revocation_by_list, credential.certificate)
    assert whole(credential.chain, lambda address: content, now + timedelta(days=400)) is Revocation.NOT_CHECKED
    assert whole((), lambda address: content, now) is Revocation.NOT_CHECKED
    assert whole(credential.chain[1:], lambda address: content, now) is Revocation.NOT_CHECKED
    assert revocation_by_list(b"\x30\x00", credential.chain, lambda address: content, now) is Revocation.NOT_CHECKED


class Lists(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/list" else 404)
        self.end_headers()
        self.wfile.write(b"content" * 10)

    def log_message(self, format: str, *arguments: object) -> None: ...


@pytest.fixture
def lists() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Lists) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_fetching(lists: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch(f"{lists}/list") == b"content" * 10
    assert fetch(f"{lists}/other") is None
    assert fetch("http://127.0.0.1:9/list") is None
    monkeypatch.setattr(module, "LIST_MAXIMUM", 69)
    assert fetch(f"{lists}/list") is None


# The command.


def test_without_an_installation_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOI_VAR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    assert doctor().virtual() is None
    assert not (tmp_path / "var").exists()


def test_the_setting_for_the_reader_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOI_READER", "ACR39")
    assert doctor().preferred == "ACR39"


@pytest.mark.parametrize("language", ["sl", "en"])
def test_the_report_on_an_issued_card_can_be_posted(offices: Offices, language: str) -> None:
    facts = visited(offices)
    card = sample_cards(offices)[0]
    said = json.dumps(as_json(translator(language, "agent"), facts, diagnose(facts)), ensure_ascii=False)
    secret_texts = [
        card.card,
        card.document_number,
        card.access_number,
        *card.name.split(),
        socket.gethostname(),
        str(Path.home()),
    ]
    for credential in credentials(offices):
        secret_texts += [low_serial(credential).hex(), str(int.from_bytes(low_serial(credential), "big")), credential.label]
    face = offices.card_stock.face(card.card)
    assert face is not None
    secret_texts += [face.personal_number, face.date_of_birth.isoformat(), *face.address]
    assert [text for text in secret_texts if text and text.lower() in (said + repr(facts)).lower()] == []
    assert not re.search(r"\b\d{6,}\b", said.replace("123456", ""))
