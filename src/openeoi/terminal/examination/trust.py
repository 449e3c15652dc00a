"""What an examination believes: country signing certificates and what their states say about the signers since."""

from __future__ import annotations

from dataclasses import dataclass, field

from openeoi.protocols.passive_authentication.anchors import NoRevocationLists, RevocationLists, TrustAnchors


@dataclass(frozen=True, slots=True)
class Trust:
    anchors: TrustAnchors
    revocation_lists: RevocationLists = field(default_factory=NoRevocationLists)
