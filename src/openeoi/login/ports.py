"""What the identity provider needs from elsewhere; `main` connects it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from cryptography import x509

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.errors import OpenEoiError


class Status(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class StatusSourceUnavailable(OpenEoiError):
    """Raised by a CertificateStatus that cannot answer now."""


class CertificateStatus(Protocol):
    """Is the certificate with this serial number of this issuer still good? Raises StatusSourceUnavailable."""

    def __call__(self, serial: int, issuer: x509.Name, /) -> Status: ...


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer of holders' certificates of one role: its certificate (DER) and the policy OID that its certificates name."""

    role: CredentialRole
    certificate: bytes
    policy: str


class TrustedIssuers(Protocol):
    """The issuers trusted now, for every role: those of signature certificates too, so that these are refused by name."""

    def __call__(self) -> Sequence[TrustedIssuer]: ...


@dataclass(frozen=True)
class Person:
    """Who a certificate number belongs to. `person_id` is opaque and stays when the card or the EMŠO changes."""

    person_id: str
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    date_of_birth: date = field(repr=False)


class PersonResolver(Protocol):
    """The person whose certificates carry this 13-digit certificate number; None when there is nobody."""

    def __call__(self, certificate_number: str, /) -> Person | None: ...
