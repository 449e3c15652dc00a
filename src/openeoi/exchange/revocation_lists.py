"""Believing a country signing authority's revocation list (ICAO 9303-12, 7.1.4): its form, its age, its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, crl

from openeoi.encoding.asn1 import load, moment, reading
from openeoi.encoding.errors import DecodingError
from openeoi.exchange.errors import NotARevocationList, RevocationListNotTrusted, SigningTimeUnusable
from openeoi.exchange.verification import CLOCK_TOLERANCE
from openeoi.protocols.passive_authentication import Certificate, PassiveAuthenticationError, TrustAnchors
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch, verify


@dataclass(frozen=True, slots=True)
class VerifiedRevocationList:
    """`authority` is the trusted certificate whose key signed it; `revoked` counts its entries."""

    authority: Certificate
    this_update: datetime
    revoked: int


@dataclass(frozen=True, slots=True)
class _ListFacts:
    country: str
    issuer: bytes
    key_identifier: bytes | None
    this_update: datetime
    revoked: int
    signed: bytes
    algorithm: bytes
    signature: bytes


def verify_revocation_list(raw: bytes, anchors: TrustAnchors, at: datetime) -> VerifiedRevocationList:
    """Raises NotARevocationList, SigningTimeUnusable, RevocationListNotTrusted."""
    facts = _decode(raw)
    if facts.this_update > at + CLOCK_TOLERANCE:
        raise SigningTimeUnusable(facts.this_update)
    candidates = anchors.country_signing_certificates(facts.country, facts.key_identifier, facts.issuer)
    return VerifiedRevocationList(_signer(facts, candidates), facts.this_update, facts.revoked)


def _signer(facts: _ListFacts, candidates: Sequence[Certificate]) -> Certificate:
    for authority in candidates:
        if authority.key_usage is not None and "crl_sign" not in authority.key_usage:
            continue
        try:
            key, _ = authority.key()
            verify(key, facts.algorithm, facts.signed, facts.signature)
        except (SignatureMismatch, PassiveAuthenticationError, DecodingError):
            continue
        return authority
    raise RevocationListNotTrusted(facts.country)


def _decode(raw: bytes) -> _ListFacts:
    try:
        listed = load(crl.CertificateList, raw, "the revocation list")
        with reading("the revocation list"):
            body = listed["tbs_cert_list"]
            revoked = body["revoked_certificates"]
            country = body["issuer"].native.get("country_name", "")
            return _ListFacts(
                country=country.upper() if isinstance(country, str) else "",
                issuer=bytes(body["issuer"].dump()),
                key_identifier=listed.authority_key_identifier,
                this_update=moment(body["this_update"]),
                revoked=0 if isinstance(revoked, core.Void) else len(revoked),
                signed=bytes(body.dump()),
                algorithm=bytes(listed["signature_algorithm"].dump()),
                signature=bytes(listed["signature"]),
            )
    except DecodingError as error:
        raise NotARevocationList(str(error)) from error
