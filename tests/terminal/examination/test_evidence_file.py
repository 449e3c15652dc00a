"""The record of an examination: what goes in comes out, what was changed is noticed or named, garbage is one kind of error."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card.faults.lab import AT, LABORATORY, TRUST
from openeoi.card.faults.chip_faults import Document, proving
from openeoi.encoding import strict_json
from openeoi.encoding.errors import DecodingError
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Point, Task, Witness, examine_evidence
from openeoi.terminal.examination.evidence import Evidence
from openeoi.terminal.examination.evidence_file import Record, decode_record, encode_record
from terminal.examination import documents
from terminal.examination.documents import MAPPING, Credentials, examined, full_document, full_groups
from terminal.examination.test_examine import document_with_mapping, reasons

Change = Callable[[dict[str, Any]], None]


def record(evidence: Evidence) -> Record:
    return Record(evidence, AT, "OpenEOI test", (LABORATORY.authority,), (LABORATORY.revocation_list(AT),))


@cache
def sound() -> bytes:
    return encode_record(record(examined(full_document()).evidence))


def rewritten(raw: bytes, change: Change) -> bytes:
    """The file as a forger writes it who knows how: changed, with a checksum that fits."""
    members = json.loads(raw)
    del members["checksum"]
    change(members)
    form = lambda value: json.dumps(value, sort_keys=True, indent=1).encode() + b"\n"  # noqa: E731
    return form({**members, "checksum": sha256(form(members)).hexdigest()})


def test_what_goes_in_comes_out() -> None:
    for evidence in (
        examined(full_document()).evidence,
        document_with_mapping(card_security=documents.signed_card_security()).evidence,
        examined(documents.chip(proving(Document(chip_key="forger"))(LABORATORY))).evidence,
        examined(documents.chip(proving(Document(active_key=""))(LABORATORY))).evidence,
        examined(full_document(full_groups(()), card_access=None), basic_access=documents.MRZ).evidence,
    ):
        kept = record(evidence)
        assert decode_record(encode_record(kept)) == kept


def test_fingerprints_never_enter_the_file() -> None:
    found = examined(full_document(), Task(documents.ALL, Credentials()))
    assert found.content.fingers == 2
    kept = decode_record(encode_record(record(found.evidence)))
    assert 3 not in kept.evidence.data_groups
    later = examine_evidence(kept.evidence, TRUST, AT)
    assert later.outcome is Outcome.SUCCESSFUL
    assert {one.reason for one in later.findings if "ingerprint" in one.point or one.point == "terminal"} == {
        "deniable",
        "not_kept",
    }


def test_the_record_is_as_good_as_the_evidence() -> None:
    kept = decode_record(sound())
    assert examine_evidence(kept.evidence, TRUST, AT).outcome is Outcome.SUCCESSFUL
    assert kept.claims == {
        "read_at": "2026-07-20T12:00:00Z",
        "software": "OpenEOI test",
        "opened": "PACE 0.4.0.127.0.7.2.2.4.2.4",
        "unsigned_files": "EF.CardAccess, EF.COM",
        "chip_authentication": "successful",
        "terminal_authentication": "not supported no_right",
    }


def test_any_changed_byte_is_noticed() -> None:
    raw = sound()
    for position in range(0, len(raw), 7):
        with pytest.raises(DecodingError):
            decode_record(raw[:position] + bytes((raw[position] ^ 1,)) + raw[position + 1 :])
    for end in (0, 1, 100, len(raw) - 1):
        with pytest.raises(DecodingError):
            decode_record(raw[:end])
    with pytest.raises(DecodingError):
        decode_record(raw + b" ")


FILES = ("EF.SOD", "EF.COM", *(f"EF.DG{number}" for number in (1, 2, 11, 12, 14, 15)))


@pytest.mark.parametrize("name", FILES)
def test_a_forger_cannot_change_a_file(name: str) -> None:
    content = strict_json.decode_bytes(json.loads(sound())["files"][name])
    for position in (0, len(content) // 2, len(content) - 1):
        other = content[:position] + bytes((content[position] ^ 1,)) + content[position + 1 :]

        def change(members: dict[str, Any], other: bytes = other) -> None:
            members["files"][name] = strict_json.encode_bytes(other)

        kept = decode_record(rewritten(sound(), change))
        noticed = examine_evidence(kept.evidence, TRUST, AT).outcome is not Outcome.SUCCESSFUL
        assert noticed or name in kept.claims["unsigned_files"]
        assert noticed or name == "EF.COM"


def put(*path: str, value: object) -> Change:
    def change(members: dict[str, Any]) -> None:
        for name in path[:-1]:
            members = members[name]
        if value is None:
            del members[path[-1]]
        else:
            members[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("files", "EF.DG2", value=None),
        put("files", "EF.DG15", value=None),
        put("files", "EF.CardAccess", value="MQA"),
        put("proofs", "active_authentication", value=None),
        put("proofs", "active_authentication", value={"outcome": "undetermined", "reason": ""}),
        put("proofs", "active_authentication", "challenge", value="AAAAAAAAAAA"),
        put("proofs", "chip_authentication", value={"outcome": "failed", "reason": "chip_not_genuine"}),
        put("proofs", "chip_authentication", value=None),
        put("interrupted", value="chip_unreadable"),
    ],
)
def test_a_forger_cannot_change_what_was_proved(change: Change) -> None:
    kept = decode_record(rewritten(sound(), change))
    assert examine_evidence(kept.evidence, TRUST, AT).outcome is not Outcome.SUCCESSFUL


@pytest.mark.parametrize(
    "change",
    [
        put("proofs", "active_authentication", value={"outcome": "successful", "reason": ""}),
        put("proofs", "chip_authentication", value={"outcome": "not supported", "reason": ""}),
        put("proofs", "chip_authentication", value={"outcome": "failed", "reason": "<b>"}),
        put("proofs", "another", value={}),
        put("files", "EF.DG3", value="YwA"),
        put("files", "EF.COM", value=None),
        put("files", "EF.DG1", value="YQ="),
        put("refused", value={"EF.DG17": "6982"}),
        put("refused", value={"EF.DG3": "698g"}),
        put("opened", value={"protocol": "1.2"}),
        put("opened", value={"protocol": "1.2", "parameters": "13", "version": 2}),
        put("read_at", value="2026-07-20 12:00"),
        put("version", value=2),
        put("version", value=True),
        put("format", value="something else"),
        put("note", value="nothing personal here"),
        put("trust", value={"certificates": ["!"], "revocation_lists": []}),
        put("more", value=1),
    ],
)
def test_what_no_reader_of_ours_writes_is_refused(change: Change) -> None:
    with pytest.raises(DecodingError):
        decode_record(rewritten(sound(), change))


def test_what_is_only_said_is_never_taken_for_proved() -> None:
    """A copy's record, improved by its owner: the failure is taken out, a success put in. It is named as a claim and no more."""
    copy = record(examined(documents.chip(proving(Document(chip_key="", active_key=""))(LABORATORY))).evidence)
    improved = rewritten(encode_record(copy), put("proofs", "chip_authentication", value={"outcome": "successful", "reason": ""}))
    kept = decode_record(improved)
    found = examine_evidence(kept.evidence, TRUST, AT)
    assert found.outcome is Outcome.FAILED
    without = rewritten(improved, put("proofs", "active_authentication", value=None))
    later = examine_evidence(decode_record(without).evidence, TRUST, AT)
    assert later.outcome is Outcome.UNDETERMINED
    assert reasons(later)[Point.GENUINE_CHIP] == "not_tried"


JSON = st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())


@given(st.one_of(st.binary(max_size=300), JSON))
def test_garbage_is_one_kind_of_error(raw: bytes) -> None:
    with pytest.raises(DecodingError):
        decode_record(raw)


def test_a_deep_or_long_file_is_refused_at_once() -> None:
    for raw in (b'{"a":' * 100_000, bytes(1 << 25), b"[" * 100_000):
        with pytest.raises(DecodingError):
            decode_record(raw)


def test_a_witness_is_all_that_chip_authentication_leaves() -> None:
    found = document_with_mapping(card_security=documents.signed_card_security())
    assert found.evidence.pace == MAPPING
    assert isinstance(found.evidence.proofs.chip_authentication, Witness)
    assert reasons(examine_evidence(replace(found.evidence, card_security=b""), TRUST, AT))
