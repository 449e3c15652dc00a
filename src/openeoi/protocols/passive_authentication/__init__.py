"""Passive authentication: the signed security object and the chain to a trusted country signing authority (ICAO 9303-11, 5.1)."""

from openeoi.protocols.passive_authentication.anchors import CertificateAnchors, RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.chain import Chain, RevocationState
from openeoi.protocols.passive_authentication.errors import PassiveAuthenticationError
from openeoi.protocols.passive_authentication.tolerances import Tolerance
from openeoi.protocols.passive_authentication.verify import (
    SignedSecurityObject,
    VerifiedSecurityObject,
    verify_data_group,
    verify_security_object,
)

__all__ = [
    "Certificate",
    "CertificateAnchors",
    "Chain",
    "PassiveAuthenticationError",
    "RevocationLists",
    "RevocationState",
    "SignedSecurityObject",
    "Tolerance",
    "TrustAnchors",
    "VerifiedSecurityObject",
    "verify_data_group",
    "verify_security_object",
]
