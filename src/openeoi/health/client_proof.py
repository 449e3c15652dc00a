"""How a counter's program proves its key with each request: DPoP (RFC 9449), ES256 only, each proof once, within 60 seconds."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from openeoi.crypto.randomness import RandomSource
from openeoi.health.errors import ClientUnknown

TYPE = "dpop+jwt"
WINDOW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KeyProof:
    """A proof that was checked, except for whether it is used the first time: `proof_hash` until `expires_at` tells."""

    thumbprint: str
    proof_hash: bytes
    expires_at: datetime


def make_proof(key: ECKey, method: str, address: str, at: datetime, random: RandomSource, token: str = "") -> str:
    """What a client sends in the header `DPoP`; with a token, its hash is in it."""
    header = {"alg": "ES256", "typ": TYPE, "jwk": key.as_dict(private=False)}
    claims: dict[str, str | int] = {
        "jti": _base64url(random(16)),
        "htm": method,
        "htu": address,
        "iat": int(at.timestamp()),
    }
    if token:
        claims["ath"] = _token_hash(token)
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def check_proof(proof: str, method: str, address: str, at: datetime, token: str = "") -> KeyProof:
    """RFC 9449, 4.3. Raises ClientUnknown (POC-101) whatever is wrong: the key was not proved."""
    try:
        jwk = jws.extract_compact(proof.encode()).headers().get("jwk")
        if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
            raise ClientUnknown("the key proof holds no public P-256 key")
        key = ECKey.import_key({name: str(value) for name, value in jwk.items()})
        decoded = jwt.decode(proof, key, algorithms=["ES256"])
        claims = decoded.claims
        issued_at = datetime.fromtimestamp(int(claims["iat"]), UTC)
        identifier = str(claims["jti"])
        expected = (TYPE, method, address)
        found = (decoded.header.get("typ"), claims.get("htm"), claims.get("htu"))
    except (JoseError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ClientUnknown("the key proof cannot be read") from error
    if found != expected:
        raise ClientUnknown("the key proof is for another request")
    if abs(at - issued_at) > WINDOW:
        raise ClientUnknown("the key proof is not of this minute")
    if token and not compare_digest(str(claims.get("ath", "")), _token_hash(token)):
        raise ClientUnknown("the key proof is for another token")
    thumbprint = key.thumbprint()
    return KeyProof(thumbprint, hashlib.sha256(f"{thumbprint}.{identifier}".encode()).digest(), issued_at + 2 * WINDOW)


def _token_hash(token: str) -> str:
    return _base64url(hashlib.sha256(token.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
