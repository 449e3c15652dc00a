"""Keeping what a reading found, and verifying it again without the card."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from openeoi import __version__
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.errors import PassiveAuthenticationError
from openeoi.storage.atomic_files import AtomicFile
from openeoi.storage.errors import FileMissing, FileUnreadable
from openeoi.terminal.errors import EvidenceNotReadable, TrustNotReadable
from openeoi.terminal.examination import Examination, Trust, examine_evidence
from openeoi.terminal.examination.evidence_file import LARGEST, Record, decode_record, encode_record
from openeoi.terminal.examination.trust_material import ListsAtHand, TrustMaterial, read_trust_material


def keep(reading: Examination, trust: Trust, place: Path) -> None:
    """Writes the record of a reading, for its owner's eyes only. Raises StorageError."""
    authority = reading.chain.authority if reading.chain is not None else None
    listed = trust.revocation_lists.revocation_list(authority) if authority is not None else None
    record = Record(
        reading.evidence,
        reading.at,
        f"OpenEOI {__version__}",
        () if authority is None else (authority.raw,),
        () if listed is None else (listed,),
    )
    AtomicFile(place, 0o600).save(encode_record(record))


def load(place: Path) -> Record:
    """Raises StorageError, EvidenceNotReadable."""
    try:
        return decode_record(_content(place))
    except DecodingError as error:
        raise EvidenceNotReadable(str(error)) from error


def verify(record: Record, trust: Trust, anchors: Sequence[Path], at: datetime) -> Examination:
    """The examination again, as of `at`: against the certificates in `anchors` where there are any, else against `trust`; lists
    among them count beside it.

    The record's own revocation lists are used where there is no other: who trusts their authority can check their signature. Its
    certificates are not: nothing vouches for them. Raises StorageError, TrustNotReadable, EvidenceNotReadable.
    """
    try:
        brought = ListsAtHand(record.revocation_lists, trust.revocation_lists)
    except DecodingError as error:
        raise EvidenceNotReadable(str(error)) from error
    material = TrustMaterial()
    for place in anchors:
        try:
            material = material.and_also(read_trust_material(_content(place)))
        except DecodingError as error:
            raise TrustNotReadable(str(place), str(error)) from error
    try:
        believed = material.beside(replace(trust, revocation_lists=brought), at)
    except PassiveAuthenticationError as error:
        raise TrustNotReadable(", ".join(map(str, anchors)), str(error)) from error
    return examine_evidence(record.evidence, believed, at)


def brought_along(record: Record, reading: Examination) -> tuple[str, str] | None:
    """Name and SHA-256 of the certificate in the record, where the reading found none to trust; None where it is not needed."""
    if reading.chain is not None:
        return None
    for raw in record.certificates:
        try:
            return Certificate.decode(raw).subject_text, hashlib.sha256(raw).hexdigest()
        except DecodingError:
            continue
    return None


def _content(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise FileMissing(str(place)) from None
    except OSError as error:
        raise FileUnreadable(str(place), (error.strerror or type(error).__name__).lower()) from error
