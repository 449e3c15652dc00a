"""What an examination believes: country signing certificates, and what states have said since about signers and documents."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.protocols.passive_authentication.anchors import NoRevocationLists, RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.defects import VerifiedDefectList


@dataclass(frozen=True, slots=True)
class Trust:
    anchors: TrustAnchors
    revocation_lists: RevocationLists = field(default_factory=NoRevocationLists)
    defect_lists: tuple[VerifiedDefectList, ...] = ()
