"""Every text that a card signs for an online purpose, defined once: log in, be present at a point of care.

The card's keys sign whatever digest they are given, so what keeps one purpose from standing for another is the text itself.
Rules that hold for each of them:

1. It begins with its own tag, and the tag is a length-prefixed field like all others. The first byte is therefore 0x00, while CMS
   signed attributes begin with 0x31 (SET OF), a TLS 1.3 CertificateVerify content with 0x20 and any ASN.1 SEQUENCE with 0x30.
2. Every field has a 4-byte big-endian length before it: no two lists of fields give the same bytes.
3. Exactly one encoding: what decodes encodes to the same bytes.
4. The signature is ECDSA on P-384 over SHA-384 of the text, raw r || s of 96 bytes.

Both texts are OpenEOI's own formats; docs/clinic-vendor.md has the one for the point of care.
"""

from openeoi.protocols.card_proof.errors import (
    CertificateUnusable,
    ProofExpired,
    ProofNotYetValid,
    ProofSignatureInvalid,
    PurposeTextRefused,
)
from openeoi.protocols.card_proof.texts import (
    LoginText,
    PresenceText,
    ProofText,
    decode,
    digest,
    refuse_purpose_text,
    require_current,
)
from openeoi.protocols.card_proof.verification import verify

__all__ = [
    "CertificateUnusable",
    "LoginText",
    "PresenceText",
    "ProofExpired",
    "ProofNotYetValid",
    "ProofSignatureInvalid",
    "ProofText",
    "PurposeTextRefused",
    "decode",
    "digest",
    "refuse_purpose_text",
    "require_current",
    "verify",
]
