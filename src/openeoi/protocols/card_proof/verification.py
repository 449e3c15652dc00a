"""Does this signature of a card belong to this text? Nothing else is judged here: chain, policy and status are the office's."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from openeoi.protocols.card_proof.errors import CertificateUnusable, ProofSignatureInvalid
from openeoi.protocols.card_proof.texts import ProofText

_SCALAR_SIZE = 48  # bytes of r and of s on P-384


def verify(text: ProofText, signature: bytes, certificate: bytes) -> None:
    """Raises unless `signature` (raw r || s, 96 bytes) over SHA-384 of `text` verifies with the key in `certificate` (DER).

    Errors: CertificateUnusable when the certificate cannot be read or holds no P-384 key; ProofSignatureInvalid otherwise.
    """
    public_key = _public_key(certificate)
    if len(signature) != 2 * _SCALAR_SIZE:
        raise ProofSignatureInvalid(f"the signature has {len(signature)} bytes instead of {2 * _SCALAR_SIZE}")
    r, s = int.from_bytes(signature[:_SCALAR_SIZE], "big"), int.from_bytes(signature[_SCALAR_SIZE:], "big")
    try:
        public_key.verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(SHA384()))
    except InvalidSignature as error:
        raise ProofSignatureInvalid("the signature does not belong to this text and certificate") from error


def _public_key(certificate: bytes) -> ec.EllipticCurvePublicKey:
    try:
        public_key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception as error:  # the parser documents ValueError, and raises others for odd keys and versions
        raise CertificateUnusable("cannot be read") from error
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(public_key.curve, ec.SECP384R1):
        raise CertificateUnusable("its key is not an EC key on P-384")
    return public_key
