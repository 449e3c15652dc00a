"""The trust point of a chip as its maker gives it to the tester: a folder with two files.

- `trust-point.cvcert`: the certificate of the authority that the chip trusts (TR-03110-3, C.1; data object 7F21).
- `trust-point.key`: its private key, PKCS#8, PEM or DER, without a password: it is a test key.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, CertificateBody, Role
from openeoi.encoding.card_verifiable_certificates.public_keys import EllipticCurveKey, RsaKey
from openeoi.encoding.errors import DecodingError
from openeoi.protocols.terminal_authentication.signatures import curve_parameters
from openeoi.terminal.conformance.certificates.authority import TrustPoint
from openeoi.terminal.conformance.certificates.drafts import Holder
from openeoi.terminal.conformance.certificates.keys import CurveKey, RsaSigningKey, SigningKey
from openeoi.terminal.errors import TerminalError

CERTIFICATE_FILE: Final = "trust-point.cvcert"
KEY_FILE: Final = "trust-point.key"
SEED_LABEL: Final = b"OpenEOI conformance certificates"


class TrustPointNotUsable(TerminalError):
    """What a maker gave as trust point cannot be used; the text says why."""


def read_trust_point(folder: Path, random: RandomSource) -> TrustPoint:
    """Raises TrustPointNotUsable."""
    try:
        certificate = CardVerifiableCertificate.decode((folder / CERTIFICATE_FILE).read_bytes())
        key = (folder / KEY_FILE).read_bytes()
    except OSError as error:
        raise TrustPointNotUsable(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    except DecodingError as error:
        raise TrustPointNotUsable(f"{CERTIFICATE_FILE} holds no certificate of an authority: {error}") from error
    return trust_point(certificate.body, key, random)


def trust_point(body: CertificateBody, private_key: bytes, random: RandomSource) -> TrustPoint:
    """`private_key` is PKCS#8. Raises TrustPointNotUsable, also where key and certificate do not belong together."""
    if body.authorization.role is not Role.COUNTRY_VERIFYING_AUTHORITY:
        raise TrustPointNotUsable(f"the certificate of {body.holder} is no authority's")
    private = _load(private_key)
    key = _signing_key(private, body, random)
    if key.certified(spelled_out=True) != body.public_key:
        raise TrustPointNotUsable(f"the private key does not belong to the certificate of {body.holder}")
    raw = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    seed = hmac.new(SEED_LABEL, raw, sha256).digest()
    return TrustPoint(Holder(body.holder, key), body.effective, body.expires, seed)


def _load(raw: bytes) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    load = load_pem_private_key if raw.lstrip().startswith(b"-----") else load_der_private_key
    try:
        key = load(raw, None)
    except (ValueError, TypeError) as error:
        raise TrustPointNotUsable(f"{KEY_FILE} holds no private key without a password (PKCS#8)") from error
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise TrustPointNotUsable(f"{KEY_FILE} holds a key that is neither for RSA nor for elliptic curves")
    return key


def _signing_key(
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, body: CertificateBody, random: RandomSource
) -> SigningKey:
    named = body.public_key
    if isinstance(private, rsa.RSAPrivateKey) and isinstance(named, RsaKey):
        return RsaSigningKey(private, named.algorithm, random)
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(named, EllipticCurveKey):
        scalar = private.private_numbers().private_value
        for parameter_id in STANDARDISED_CURVES:
            if curve_parameters(elliptic_curve_group(parameter_id)) == named.parameters:
                return CurveKey(parameter_id, scalar, named.algorithm, random)
        raise TrustPointNotUsable("the certificate does not spell out the domain parameters of a standardised curve")
    raise TrustPointNotUsable(f"the private key does not belong to the certificate of {body.holder}")
