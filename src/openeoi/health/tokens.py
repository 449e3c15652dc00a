"""The presence token: a JWS (ES256, typ `eoi-poc+jwt`) that says "this patient's card was at this counter", bound to the client's
key and to one provider and purpose (docs/clinic-vendor.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError

from openeoi.health.errors import ForeignChallenge, TokenNotValid
from openeoi.health.keys import HealthKeys
from openeoi.health.values import Client, ProfessionalRole, Purpose, TokenClaims

TYPE = "eoi-poc+jwt"
AUDIENCE = "eoi-health"
LIFETIME = timedelta(hours=12)
LOW_ASSURANCE = "http://eidas.europa.eu/LoA/low"
HIGH_ASSURANCE = "http://eidas.europa.eu/LoA/high"


def issue_token(
    keys: HealthKeys, issuer: str, claims: TokenClaims, proof_time: datetime, issued_at: datetime, with_pin: bool
) -> str:
    """The compact JWS. `with_pin` says that the high credential signed."""
    header = {"alg": "ES256", "typ": TYPE, "kid": keys.token_key.thumbprint()}
    content = {
        "iss": issuer,
        "aud": AUDIENCE,
        "iat": int(issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
        "jti": claims.token_id,
        "proofMethod": "eoi-high-x509" if with_pin else "eoi-low-x509",
        "patientProofTime": int(proof_time.timestamp()),
        "patientId": claims.patient_id,
        "insurerId": claims.insurer_id,
        "actorId": claims.organisation,
        "actorRole": claims.role.value,
        "profId": claims.professional_id,
        "purpose": claims.purpose.value,
        "cnf": {"jkt": claims.key_thumbprint},
        "assurance": HIGH_ASSURANCE if with_pin else LOW_ASSURANCE,
    }
    return jwt.encode(header, content, keys.token_key, algorithms=["ES256"])


def check_token(keys: HealthKeys, issuer: str, token: str, client: Client, at: datetime) -> TokenClaims:
    """Raises TokenNotValid (POC-142), and ForeignChallenge (POC-105) for a token of another key or organisation."""
    try:
        decoded = jwt.decode(token, keys.token_key, algorithms=["ES256"])
        claims = _claims(decoded.claims)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise TokenNotValid("the presence token cannot be read") from error
    if decoded.header.get("typ") != TYPE or decoded.claims.get("iss") != issuer or decoded.claims.get("aud") != AUDIENCE:
        raise TokenNotValid("the token is no presence token of this office")
    if at >= claims.expires_at:
        raise TokenNotValid("the presence token has expired")
    if (claims.key_thumbprint, claims.organisation) != (client.key_thumbprint, client.organisation.number):
        raise ForeignChallenge("the presence token is bound to another key")
    return claims


def _claims(content: Mapping[str, object]) -> TokenClaims:
    confirmation = content["cnf"]
    if not isinstance(confirmation, Mapping):
        raise TypeError("cnf is no object")
    return TokenClaims(
        token_id=str(content["jti"]),
        patient_id=str(content["patientId"]),
        insurer_id=str(content["insurerId"]),
        organisation=str(content["actorId"]),
        professional_id=str(content["profId"]),
        role=ProfessionalRole(str(content["actorRole"])),
        purpose=Purpose(str(content["purpose"])),
        key_thumbprint=str(confirmation["jkt"]),
        expires_at=datetime.fromtimestamp(int(str(content["exp"])), UTC),
    )
