"""The status of a certificate as the issuing authority knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openeoi.pki.revocation_lists import RevocationReason


class StatusKind(StrEnum):
    """GOOD is said only of a certificate that was issued (RFC 6960, 2.2); UNKNOWN of everything else."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """`since`: when it was revoked, or when it was issued; None for an unknown one. `reason` of a revoked one."""

    kind: StatusKind
    since: datetime | None = None
    reason: RevocationReason | None = None


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Certificates (DER) that a relying party starts from: country signing authorities for travel documents; roots and issuing
    authorities for eID."""

    country_signing: tuple[bytes, ...]
    eid_roots: tuple[bytes, ...]
    eid_issuing: tuple[bytes, ...]
