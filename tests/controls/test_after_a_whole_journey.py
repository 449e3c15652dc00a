"""What must not be found anywhere once somebody has gone the whole way (SECURITY.md)."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_journey import NORM_PIN, SIG_PIN, WRONG_PIN, Seen

from openeoi.pki.key_files import SUFFIX
from openeoi.storage.audit import AuditChain
from openeoi.storage.database import Database

OFFICES = ("pki-si", "pki-me", "issuing", "login", "signing", "health", "insurer", "border", "exchange-si", "exchange-me")


def holds(text: str | bytes, secret: str) -> bool:
    """As a word of its own, in the pages' groups of digits, or in hexadecimal as a trace writes it."""
    raw = text if isinstance(text, bytes) else text.encode()
    word = rb"(?<![0-9A-Za-z])" + re.escape(secret.encode()) + rb"(?![0-9A-Za-z])"
    dump = re.sub(rb"(?<=[0-9A-F]) (?=[0-9A-F]{2})", b"", raw)
    return bool(re.search(word, raw)) or secret.encode().hex().upper().encode() in dump.upper()


def files(seen: Seen) -> Iterator[Path]:
    return (path for path in seen.root.rglob("*") if path.is_file())


def test_the_journey_came_to_its_end(seen: Seen) -> None:
    assert {"/health/counter", "/border/", "/agent/read"} <= {path for _, path, _ in seen.answers}
    assert any("http://eidas.europa.eu/LoA/high" in content for _, path, content in seen.answers if path.endswith("/account"))
    assert holds(f"<b>{NORM_PIN}</b>", NORM_PIN)
    assert holds("24 00 85 06 373330313934", NORM_PIN)


@pytest.mark.parametrize("pin", [NORM_PIN, SIG_PIN, WRONG_PIN])
def test_no_pin_in_an_answer_an_address_or_anything_said(seen: Seen, pin: str) -> None:
    assert [path for _, path, content in seen.answers if holds(content, pin)] == []
    assert not holds(seen.spoken, pin)


def test_password_and_puk_stand_in_their_letters_only(seen: Seen) -> None:
    assert {path.rpartition("/")[2] for _, path, content in seen.answers if holds(content, seen.initial_password)} <= {"envelope"}
    assert {path.rpartition("/")[2] for _, path, content in seen.answers if holds(content, seen.puk)} <= {"puk"}
    for secret in (seen.initial_password, seen.puk, seen.access_number):
        assert not holds(seen.spoken, secret)


def test_the_can_stands_on_the_drawn_card_only(seen: Seen) -> None:
    without_picture = [re.sub(r"<svg.*?</svg>", "", content, flags=re.DOTALL) for _, _, content in seen.answers]
    assert [content for content in without_picture if holds(content, seen.access_number)] == []


def test_what_the_chip_keeps_is_in_no_other_file(seen: Seen) -> None:
    for path in files(seen):
        if path.parent.name == "cards":
            continue
        content = path.read_bytes()
        for secret in (NORM_PIN, SIG_PIN, WRONG_PIN, seen.initial_password, seen.puk, seen.access_number):
            assert not holds(content, secret), path.name


def test_the_installations_secrets_leave_their_file_in_no_way(seen: Seen) -> None:
    for name, secret in json.loads((seen.root / "secrets.json").read_text()).items():
        raw = bytes.fromhex(secret)
        assert not any(secret in content for _, _, content in seen.answers), name
        assert secret not in seen.spoken
        for path in files(seen):
            if path.name != "secrets.json":
                assert raw not in path.read_bytes(), f"{name} in {path.name}"
                assert secret.encode() not in path.read_bytes(), f"{name} in {path.name}"


def test_no_private_key_lies_in_clear(seen: Seen) -> None:
    keys = list((seen.root / "keys").rglob(f"*{SUFFIX}"))
    assert keys
    for path in (*files(seen),):
        assert b"PRIVATE KEY-----" not in path.read_bytes(), path


def test_only_the_owner_may_read_what_an_installation_keeps(seen: Seen) -> None:
    assert stat.S_IMODE(seen.root.stat().st_mode) == 0o700
    for path in seen.root.rglob("*"):
        assert not path.is_symlink()
        assert stat.S_IMODE(path.stat().st_mode) in ({0o700} if path.is_dir() else {0o600}), path


@pytest.mark.parametrize("office", ["health", "insurer", "login", "border", "signing", "exchange-si", "exchange-me", "pki-si"])
def test_the_national_number_the_zone_and_the_picture_stay_with_the_issuing_office(seen: Seen, office: str) -> None:
    content = seen.database(office)
    assert seen.national_number.encode() not in content
    for line in seen.zone:
        assert line.encode() not in content
    assert seen.portrait[200:260] not in content


def test_health_holds_no_name_no_document_and_no_biometric_record(seen: Seen) -> None:
    content = seen.database("health")
    for known in ("JANA", seen.document_number, seen.access_number):  # the sample clinic is called Vzorec
        assert known.encode() not in content
    for beginning in (b"FAC\0", b"FIR\0", b"\xff\xd8\xff", b"\x00\x00\x00\x0cjP  "):
        assert beginning not in content


def test_the_border_keeps_nothing_about_the_person(seen: Seen) -> None:
    content = seen.database("border")
    for known in (seen.surname, seen.document_number, seen.access_number, "JANA", seen.national_number):
        assert known.encode() not in content


def test_the_issuer_learns_no_provider_and_no_purpose(seen: Seen) -> None:
    said = " ".join(seen.issuing_entries_of_the_visit).lower()
    for word in ("health", "treatment", "doctor", "clinic", "payment"):
        assert word not in said
    whole = seen.database("issuing") + seen.database("pki-si")
    for word in (b"'health'", b'"health"', b"TREATMENT"):
        assert word not in whole


def test_identifiers_of_two_offices_cannot_be_joined(seen: Seen) -> None:
    with seen.offices.login.database.read() as connection:
        people = {entry.entry.subject for entry in AuditChain(seen.offices.clock).latest(connection, 100)} - {""}
    with seen.offices.health.database.read() as connection:
        patients = {entry.entry.subject for entry in seen.offices.health.audit.latest(connection, 100)}
    assert people
    assert patients
    assert not people & patients
    assert not any(person.encode() in seen.database("health") for person in people)


@pytest.mark.parametrize("office", OFFICES)
def test_every_chain_is_whole(seen: Seen, office: str) -> None:
    migrations = f"openeoi.{'health.insurer' if office == 'insurer' else office.partition('-')[0]}.migrations"
    with Database.in_file(seen.root / "db" / f"{office}.sqlite", migrations).read() as connection:
        tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "audit_entry" in tables:
            assert AuditChain(seen.offices.clock).verify(connection) >= 0


def test_pages_of_a_person_are_stored_nowhere_and_framed_by_nobody(seen: Seen) -> None:
    for _, path, content in seen.answers:
        headers = content.partition("\n\n")[0].lower()
        assert "x-frame-options: deny" in headers, path
        assert "frame-ancestors 'none'" in headers, path
        if not path.startswith("/static/"):
            assert "cache-control: no-store" in headers or "cache-control: public" in headers, path
        if seen.surname in content:
            assert "cache-control: no-store" in headers, path


def test_the_face_is_erased_at_hand_over_with_proof(seen: Seen) -> None:
    with seen.offices.issuing.store.reading() as work:
        assert list(work.sealed.pictures_kept()) == []
    actions = [entry.entry.action for entry in seen.offices.issuing.store.audit_latest(1000)]
    assert "erase biometric source data" in actions
