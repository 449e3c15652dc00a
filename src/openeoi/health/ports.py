"""What the point of care needs from elsewhere; `main` connects it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from cryptography import x509

from openeoi.errors import OpenEoiError
from openeoi.protocols.holder_certificate import Status


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """What the issuer said of a certificate, and when it said so."""

    status: Status
    known_at: datetime


class SourceUnavailable(OpenEoiError):
    """Raised by a port that cannot answer now."""


class CertificateStatus(Protocol):
    """Is the certificate with this serial number of this issuer good? It learns no provider and no purpose.

    Raises SourceUnavailable."""

    def __call__(self, serial: int, issuer: x509.Name, /) -> StatusAnswer: ...


class DocumentState(StrEnum):
    VALID = "valid"
    LOST = "lost"
    STOLEN = "stolen"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class DocumentStatus(Protocol):
    """The state of the document on which certificates with this 13-digit number are. Raises SourceUnavailable."""

    def __call__(self, certificate_number: str, /) -> DocumentState: ...


class InsuredResolver(Protocol):
    """The insured number (9 digits) of the person whose certificates carry this 13-digit number; None when there is none."""

    def __call__(self, certificate_number: str, /) -> str | None: ...


class Relationship(StrEnum):
    """To the person through whom someone is insured (HL7 subscriber-relationship)."""

    SELF = "self"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class InsuredPerson:
    """What an insurer tells a counter. `carer` is who acts for a child; `country` and `institution` say where a foreign person is
    insured; the insurance is in force from `begins` up to and including `ends` (None: open), unless `is_suspended`."""

    insured_number: str = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    begins: date
    ends: date | None = None
    is_suspended: bool = False
    relationship: Relationship = Relationship.SELF
    carer: str = field(default="", repr=False)
    country: str = "SI"
    institution: str = ""
    chosen_doctor: str = ""

    def in_force(self, on: date) -> bool:
        return not self.is_suspended and self.begins <= on and (self.ends is None or on <= self.ends)


class Insurer(Protocol):
    """An insurer's system."""

    @property
    def insurer_id(self) -> str: ...

    @property
    def name(self) -> str: ...

    def find(self, insured_number: str, /) -> InsuredPerson | None:
        """The person, None when the insurer knows nobody by that number. Raises SourceUnavailable."""
        ...
