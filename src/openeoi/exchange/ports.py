"""What the desk needs of its own state's authorities; `pki.authorities.Authorities` is one such."""

from __future__ import annotations

from typing import Protocol

from openeoi.pki.plans import Authority
from openeoi.pki.status import TrustAnchors


class OwnAuthorities(Protocol):
    def trust_anchors(self) -> TrustAnchors:
        """The state's own country signing certificates, among others."""
        ...

    def crl(self, issuer: Authority) -> bytes:
        """The revocation list of one of the state's authorities."""
        ...

    def sign_master_list(self, content_type: str, content: bytes, actor: str = ...) -> bytes:
        """CMS SignedData over the content by the state's master list signer, signer and authority inside."""
        ...
