"""The office's own keys, kept in its database under a wrapping key: the one that signs presence tokens (ES256), the one of the
counter that is served from here (ES256), and the one that makes pairwise patient identifiers (HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from joserfc.jwk import ECKey

from openeoi.crypto.randomness import RandomSource
from openeoi.health import store
from openeoi.health.errors import StoredKeyUnreadable
from openeoi.storage.database import Database

_TOKEN = "presence_token_es256"  # noqa: S105 - the name of a key, no password
_COUNTER = "counter_es256"
_PAIRWISE = "pairwise_patient"
_NONCE_SIZE = 12


@dataclass(frozen=True, slots=True)
class HealthKeys:
    """`pairwise_key` has 32 bytes; the two others are P-256 keys."""

    token_key: ECKey = field(repr=False)
    counter_key: ECKey = field(repr=False)
    pairwise_key: bytes = field(repr=False)

    def key_set(self) -> dict[str, list[dict[str, object]]]:
        """The public JWK set (RFC 7517) by which others check presence tokens."""
        public = self.token_key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.token_key.thumbprint(), "use": "sig", "alg": "ES256"}]}

    def patient_id(self, insurer_id: str, insured_number: str) -> str:
        """One identifier per person and insurer's domain, which nobody without the key can link to the insured number."""
        message = json.dumps([insurer_id, insured_number]).encode()
        return base64.urlsafe_b64encode(hmac.digest(self.pairwise_key, message, hashlib.sha256)).rstrip(b"=").decode()


def open_keys(database: Database, wrapping_key: bytes, random: RandomSource) -> HealthKeys:
    """The stored keys, made on first use. `wrapping_key`: 32 bytes. Raises StoredKeyUnreadable for another wrapping key."""
    with database.read() as connection:
        wrapped = store.find_keys(connection)
    if not {_TOKEN, _COUNTER, _PAIRWISE} <= wrapped.keys():
        wrapped = _make_missing(database, wrapping_key, random)
    return HealthKeys(
        token_key=_signing_key(_unwrap(wrapping_key, _TOKEN, wrapped[_TOKEN])),
        counter_key=_signing_key(_unwrap(wrapping_key, _COUNTER, wrapped[_COUNTER])),
        pairwise_key=_unwrap(wrapping_key, _PAIRWISE, wrapped[_PAIRWISE]),
    )


def _make_missing(database: Database, wrapping_key: bytes, random: RandomSource) -> dict[str, bytes]:
    with database.begin() as connection:
        wrapped = dict(store.find_keys(connection))
        for name in (_TOKEN, _COUNTER, _PAIRWISE):
            if name not in wrapped:
                content = random(32) if name == _PAIRWISE else _new_key()
                nonce = random(_NONCE_SIZE)
                wrapped[name] = nonce + AESGCM(wrapping_key).encrypt(nonce, content, name.encode())
                store.add_key(connection, name, wrapped[name])
    return wrapped


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _signing_key(content: bytes) -> ECKey:
    key = load_der_private_key(content, None)
    return ECKey.import_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _unwrap(wrapping_key: bytes, name: str, wrapped: bytes) -> bytes:
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], name.encode())
    except InvalidTag as error:
        raise StoredKeyUnreadable("the keys of the point of care were stored under another wrapping key") from error
