"""The provider's own two keys, kept in its own database under a wrapping key: the one that signs ID tokens (ES256) and the one
that makes pairwise subjects (HMAC-SHA256)."""

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
from openeoi.login import store
from openeoi.login.errors import ProviderKeyUnreadable
from openeoi.storage.database import Database

_SIGNING = "id_token_es256"
_PAIRWISE = "pairwise_subject"
_NONCE_SIZE = 12


@dataclass(frozen=True)
class ProviderKeys:
    """`signing_key` is a P-256 key with its RFC 7638 thumbprint as `kid`; `pairwise_key` has 32 bytes."""

    signing_key: ECKey = field(repr=False)
    pairwise_key: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return self.signing_key.thumbprint()

    def key_set(self) -> dict[str, list[dict[str, object]]]:
        """The public JWK set (RFC 7517)."""
        public = self.signing_key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "ES256"}]}

    def pairwise_subject(self, sector: str, person_id: str) -> str:
        """The same person has one subject per sector, and nobody without the key can link two (OpenID Connect Core 8.1)."""
        message = json.dumps([sector, person_id]).encode()
        return base64.urlsafe_b64encode(hmac.digest(self.pairwise_key, message, hashlib.sha256)).rstrip(b"=").decode()


def open_keys(database: Database, wrapping_key: bytes, random: RandomSource) -> ProviderKeys:
    """The stored keys, made on first use. `wrapping_key`: 32 bytes. Raises ProviderKeyUnreadable for another wrapping key."""
    with database.read() as connection:
        wrapped = store.find_keys(connection)
    if not {_SIGNING, _PAIRWISE} <= wrapped.keys():
        wrapped = _make_missing(database, wrapping_key, random)
    signing = load_der_private_key(_unwrap(wrapping_key, _SIGNING, wrapped[_SIGNING]), None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise ProviderKeyUnreadable("the stored signing key is no EC key")
    pem = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = ECKey.import_key(pem)
    return ProviderKeys(key, _unwrap(wrapping_key, _PAIRWISE, wrapped[_PAIRWISE]))


def _make_missing(database: Database, wrapping_key: bytes, random: RandomSource) -> dict[str, bytes]:
    with database.begin() as connection:
        wrapped = dict(store.find_keys(connection))
        if _SIGNING not in wrapped:
            key = ec.generate_private_key(ec.SECP256R1())
            content = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            wrapped[_SIGNING] = _wrap(wrapping_key, _SIGNING, content, random)
            store.add_key(connection, _SIGNING, wrapped[_SIGNING])
        if _PAIRWISE not in wrapped:
            wrapped[_PAIRWISE] = _wrap(wrapping_key, _PAIRWISE, random(32), random)
            store.add_key(connection, _PAIRWISE, wrapped[_PAIRWISE])
    return wrapped


def _wrap(wrapping_key: bytes, name: str, content: bytes, random: RandomSource) -> bytes:
    nonce = random(_NONCE_SIZE)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, content, name.encode())


def _unwrap(wrapping_key: bytes, name: str, wrapped: bytes) -> bytes:
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], name.encode())
    except InvalidTag as error:
        raise ProviderKeyUnreadable("the identity provider's keys were stored under another wrapping key") from error
