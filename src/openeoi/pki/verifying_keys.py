"""Keys of the key store as card verifiable certificates hold them and sign: curve keys, plain signatures (TR-03110-3, D.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from openeoi.crypto.errors import KeyNotSupported
from openeoi.crypto.public_keys import EllipticCurvePublicKey, decode_signature_key
from openeoi.encoding.card_verifiable_certificates.public_keys import ELLIPTIC_CURVE, CurveParameters, EllipticCurveKey
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.key_store import KeyAlgorithm, KeyId, KeyPurpose, KeyStore
from openeoi.protocols.terminal_authentication.signatures import CurveVerificationKey, curve_parameters

# TR-03110-3, A.7.4: the object identifier says the hash, which is as strong as the curve.
_SIGNATURES: Final = {
    KeyAlgorithm.P_256: (f"{ELLIPTIC_CURVE}.3", SignatureAlgorithm.ECDSA_SHA256),
    KeyAlgorithm.BRAINPOOL_P256R1: (f"{ELLIPTIC_CURVE}.3", SignatureAlgorithm.ECDSA_SHA256),
    KeyAlgorithm.P_384: (f"{ELLIPTIC_CURVE}.4", SignatureAlgorithm.ECDSA_SHA384),
    KeyAlgorithm.BRAINPOOL_P384R1: (f"{ELLIPTIC_CURVE}.4", SignatureAlgorithm.ECDSA_SHA384),
}
_CURVES: Final = {
    "1.2.840.10045.3.1.7": KeyAlgorithm.P_256,
    "1.3.36.3.3.2.8.1.1.7": KeyAlgorithm.BRAINPOOL_P256R1,
    "1.3.132.0.34": KeyAlgorithm.P_384,
    "1.3.36.3.3.2.8.1.1.11": KeyAlgorithm.BRAINPOOL_P384R1,
}


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A key in the store, used for one purpose of this hierarchy."""

    store: KeyStore
    key: KeyId
    purpose: KeyPurpose

    @classmethod
    def made(cls, store: KeyStore, label: str, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> VerifyingKey:
        """The key of this label, made unless an interrupted attempt has left it."""
        key = KeyId(label)
        if not store.has(key):
            store.generate(purpose, algorithm, label)
        return cls(store, key, purpose)

    def sign(self, data: bytes) -> bytes:
        """Plain: r || s, each in the length of the order."""
        _, algorithm = _SIGNATURES[self._algorithm]
        size = (self._public.group.order.bit_length() + 7) // 8
        r, s = decode_dss_signature(self.store.sign(self.key, self.purpose, data, algorithm))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def certified(self, with_parameters: bool) -> EllipticCurveKey:
        """D.3.3: authorities' certificates spell the domain parameters out, all others leave them to the authority's."""
        public = self._public
        identifier, _ = _SIGNATURES[self._algorithm]
        parameters: CurveParameters | None = curve_parameters(public.group) if with_parameters else None
        return EllipticCurveKey(identifier, public.group.encode(public.point), parameters)

    @property
    def _algorithm(self) -> KeyAlgorithm:
        return self.store.describe(self.key).algorithm

    @property
    def _public(self) -> EllipticCurvePublicKey:
        public = decode_signature_key(self.store.public_key(self.key))
        if not isinstance(public, EllipticCurvePublicKey):
            raise KeyNotSupported(f"the key {self.key}, which is on no curve")
        return public


def algorithm_of(key: CurveVerificationKey) -> KeyAlgorithm:
    """The kind of key that is on the same curve. Raises KeyNotSupported for a curve that the key store has not."""
    found = _CURVES.get(key.group.curve.object_identifier)
    if found is None:
        raise KeyNotSupported(f"keys on {key.group.name}")
    return found
