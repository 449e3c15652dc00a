"""The file that keeps the evidence of one examination (docs/evidence.md): strict JSON in one canonical form with a checksum.

The checksum tells a damaged file. It is no signature: whoever changes a file can compute it anew, and then what the state signed
(every data group, by EF.SOD) and what the chip signed still tell; what only the record says is named as that (`Record.claims`).
Fingerprints and irises never enter the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from openeoi.encoding import strict_json
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.strict_json import JsonObject, JsonValue
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination.evidence import ActiveProof, Evidence, Proofs, Witness
from openeoi.terminal.read_document import EXTENDED_ACCESS_DATA_GROUPS

FORMAT: Final = "OpenEOI document evidence"
VERSION: Final = 1
NOTE: Final = "Holds personal data of the document's holder. Keep it as a copy of the document, and no longer than it is needed."
LARGEST: Final = 1 << 24
MOST_CERTIFICATES: Final = 64
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"

_MEMBERS: Final = (
    *("checksum", "files", "format", "interrupted", "note", "opened"),
    *("proofs", "read_at", "refused", "software", "trust", "version"),
)
_PLAIN_FILES: Final = {"EF.CardAccess": "card_access", "EF.CardSecurity": "card_security", "EF.COM": "com", "EF.SOD": "sod"}
_GROUPS: Final = {file.name: number for number, file in lds.DATA_GROUPS.items() if number not in EXTENDED_ACCESS_DATA_GROUPS}


_CODE: Final = re.compile(r"[a-z_]{0,64}", re.ASCII)
_PROVED: Final = (Outcome.SUCCESSFUL, Outcome.FAILED, Outcome.UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Record:
    """What the file holds. `read_at` (aware, to the second), `software` and everything that is only a `Witness` are claims of
    whoever wrote it. `certificates` and `revocation_lists` (DER) are what the reader trusted: brought along, no ground for
    trust."""

    evidence: Evidence
    read_at: datetime
    software: str
    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def claims(self) -> dict[str, str]:
        """What no signature protects, by name: nobody but its writer vouches for it."""
        evidence, proofs = self.evidence, self.evidence.proofs
        opened = "basic access control" if evidence.pace is None else f"PACE {evidence.pace.protocol}"
        found = {"read_at": self.read_at.strftime(TIME), "software": self.software, "opened": opened}
        # EF.COM is held against the signed list, EF.CardAccess against its signed copy where there is one; no more protects them.
        found["unsigned_files"] = ", ".join(name for name in ("EF.CardAccess", "EF.COM") if name in evidence.files)
        for name, witness in (("chip_authentication", proofs.chip_authentication), ("terminal_authentication", proofs.terminal)):
            if witness is not None:
                found[name] = " ".join(part for part in (witness.outcome.value, witness.reason) if part)
        if isinstance(proofs.active_authentication, Witness):
            found["active_authentication"] = f"{proofs.active_authentication.outcome} {proofs.active_authentication.reason}"
        if proofs.mapping is not None:
            found["chip_authentication_mapping"] = "transcript"
        if evidence.refused:
            found["refused"] = ", ".join(f"EF.DG{number} {status:04X}" for number, status in sorted(evidence.refused.items()))
        if evidence.interrupted:
            found["interrupted"] = evidence.interrupted
        return found


def encode_record(record: Record) -> bytes:
    """The file. Fingerprints and irises that the evidence may hold are left out."""
    members = _members(record)
    return _canonical({**members, "checksum": _checksum(members)})


def decode_record(raw: bytes) -> Record:
    """Raises DecodingError for everything that `encode_record` does not write, a changed byte among it."""
    if len(raw) > LARGEST:
        raise DecodingError(f"longer than {LARGEST} bytes")
    found = strict_json.decode_object(raw)
    if found.get("format") != FORMAT:
        raise DecodingError("it is no evidence file")
    members = strict_json.members(found, _MEMBERS)
    if strict_json.number(members, "version") != VERSION:
        raise DecodingError(f"version {members['version']} is not known here")
    claimed = strict_json.text(members, "checksum")
    if claimed != _checksum({name: value for name, value in members.items() if name != "checksum"}):
        raise DecodingError("the checksum is not that of the content: the file is damaged or was changed")
    record = _record(members)
    if encode_record(record) != raw:
        raise DecodingError("it is not in the one form that these files have")
    return record


def _members(record: Record) -> JsonObject:
    evidence = record.evidence
    named = {name: content for name, content in evidence.files.items() if name in _PLAIN_FILES or name in _GROUPS}
    trust: JsonObject = {
        "certificates": [strict_json.encode_bytes(one) for one in record.certificates],
        "revocation_lists": [strict_json.encode_bytes(one) for one in record.revocation_lists],
    }
    pace = evidence.pace
    return {
        "format": FORMAT,
        "version": VERSION,
        "note": NOTE,
        "read_at": record.read_at.astimezone(UTC).strftime(TIME),
        "software": record.software,
        "opened": None if pace is None else {"protocol": pace.protocol, "parameters": pace.parameter_id, "version": pace.version},
        "files": {name: strict_json.encode_bytes(content) for name, content in named.items()},
        "refused": {lds.DATA_GROUPS[number].name: f"{status:04X}" for number, status in evidence.refused.items()},
        "interrupted": evidence.interrupted,
        "proofs": _proofs(evidence.proofs),
        "trust": trust,
    }


def _proofs(proofs: Proofs) -> JsonObject:
    active, mapping = proofs.active_authentication, proofs.mapping
    found: JsonObject = {}
    if proofs.chip_authentication is not None:
        found["chip_authentication"] = _witness(proofs.chip_authentication)
    if isinstance(active, Witness):
        found["active_authentication"] = _witness(active)
    elif active is not None:
        signed = {"challenge": active.challenge, "signature": active.signature}
        found["active_authentication"] = {name: strict_json.encode_bytes(value) for name, value in signed.items()}
    if mapping is not None:
        found["mapping"] = {
            "parameters": mapping.parameter_id,
            "public_key": strict_json.encode_bytes(mapping.mapping_public_key),
            "data": strict_json.encode_bytes(mapping.authentication_data),
        }
    if proofs.terminal is not None:
        found["terminal_authentication"] = _witness(proofs.terminal)
    return found


def _witness(witness: Witness) -> JsonObject:
    return {"outcome": witness.outcome.value, "reason": witness.reason}


def _record(members: JsonObject) -> Record:
    named = strict_json.members(members["files"], ("EF.COM", "EF.SOD"), (*_PLAIN_FILES, *_GROUPS))
    files = {name: strict_json.octets(named, name) for name in named}
    trust = strict_json.members(members["trust"], ("certificates", "revocation_lists"))
    evidence = Evidence(
        pace=_pace(members["opened"]),
        card_access=files.get("EF.CardAccess", b""),
        card_security=files.get("EF.CardSecurity", b""),
        com=files["EF.COM"],
        sod=files["EF.SOD"],
        data_groups={_GROUPS[name]: content for name, content in files.items() if name in _GROUPS},
        refused=_refused(members["refused"]),
        proofs=_read_proofs(members["proofs"]),
        interrupted=_code(members, "interrupted"),
    )
    return Record(
        evidence,
        _time(strict_json.text(members, "read_at")),
        strict_json.text(members, "software"),
        _all_octets(trust, "certificates"),
        _all_octets(trust, "revocation_lists"),
    )


def _pace(value: JsonValue) -> PaceInfo | None:
    if value is None:
        return None
    opened = strict_json.members(value, ("protocol", "parameters", "version"))
    parameters = None if opened["parameters"] is None else strict_json.number(opened, "parameters")
    return PaceInfo(strict_json.text(opened, "protocol"), parameters, strict_json.number(opened, "version"))


def _refused(value: JsonValue) -> dict[int, int]:
    names = {file.name: number for number, file in lds.DATA_GROUPS.items()}
    refused = strict_json.members(value, (), names)
    found = {}
    for name in refused:
        status = strict_json.text(refused, name)
        if len(status) != 4 or not set(status) <= set("0123456789ABCDEF"):
            raise DecodingError("a status word has four hexadecimal digits")
        found[names[name]] = int(status, 16)
    return found


def _read_proofs(value: JsonValue) -> Proofs:
    found = strict_json.members(value, (), ("chip_authentication", "active_authentication", "mapping", "terminal_authentication"))
    proofs = Proofs()
    if "chip_authentication" in found:
        proofs = replace(proofs, chip_authentication=_read_witness(found["chip_authentication"], _PROVED))
    if "active_authentication" in found:
        proofs = replace(proofs, active_authentication=_read_active(found["active_authentication"]))
    if "mapping" in found:
        mapping = strict_json.members(found["mapping"], ("parameters", "public_key", "data"))
        parameters, key = strict_json.number(mapping, "parameters"), strict_json.octets(mapping, "public_key")
        proofs = replace(proofs, mapping=ChipProof(parameters, key, strict_json.octets(mapping, "data")))
    if "terminal_authentication" in found:
        proofs = replace(proofs, terminal=_read_witness(found["terminal_authentication"], (*_PROVED, Outcome.NOT_SUPPORTED)))
    return proofs


def _read_active(value: JsonValue) -> ActiveProof | Witness:
    if isinstance(value, dict) and "outcome" in value:
        # A chip that signed has left a signature: that it did so is never a matter of testimony.
        return _read_witness(value, (Outcome.FAILED, Outcome.UNDETERMINED))
    signed = strict_json.members(value, ("challenge", "signature"))
    return ActiveProof(strict_json.octets(signed, "challenge"), strict_json.octets(signed, "signature"))


def _read_witness(value: JsonValue, allowed: Collection[Outcome]) -> Witness:
    found = strict_json.members(value, ("outcome", "reason"))
    outcome = strict_json.text(found, "outcome")
    if outcome not in allowed:
        raise DecodingError("an outcome that this proof cannot have had")
    return Witness(Outcome(outcome), _code(found, "reason"))


def _code(container: JsonObject, name: str) -> str:
    code = strict_json.text(container, name)
    if not _CODE.fullmatch(code):
        raise DecodingError(f"{name} is no code")
    return code


def _all_octets(container: JsonObject, name: str) -> tuple[bytes, ...]:
    values = strict_json.items(container, name, MOST_CERTIFICATES)
    return tuple(strict_json.octets({name: value}, name) for value in values)


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise DecodingError("the time is not written as 2026-01-31T12:00:00Z") from error


def _checksum(members: JsonObject) -> str:
    return sha256(_canonical(members)).hexdigest()


def _canonical(members: JsonObject) -> bytes:
    return json.dumps(members, ensure_ascii=True, sort_keys=True, indent=1).encode() + b"\n"
