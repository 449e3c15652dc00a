"""Whether a certificate is revoked, by the list that it names itself (RFC 5280, 4.2.1.13 and 5).

A list is fetched whole, so that the issuer does not learn whose certificate is looked up (OCSP would tell it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from openeoi.agent.doctor.facts import Revocation

Fetch = Callable[[str], bytes | None]
"""The content at an address; None where it cannot be had."""

SCHEMES: Final = ("http://", "https://")


def revocation_by_list(certificate: bytes, chain: tuple[bytes, ...], fetch: Fetch, now: datetime) -> Revocation:
    """NOT_CHECKED where no list can be had that is current and signed by the certificate's issuer, as it lies on the card."""
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        issuer = x509.load_der_x509_certificate(chain[0])
        parsed.verify_directly_issued_by(issuer)
        for address in _addresses(parsed):
            content = fetch(address)
            if content is not None and (answer := _by_list(parsed, issuer, content, now)) is not None:
                return answer
    except (ValueError, TypeError, IndexError, UnsupportedAlgorithm, x509.InvalidVersion, InvalidSignature):
        return Revocation.NOT_CHECKED
    return Revocation.NOT_CHECKED


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(SCHEMES):
                yield name.value


def _by_list(certificate: x509.Certificate, issuer: x509.Certificate, content: bytes, now: datetime) -> Revocation | None:
    revoked = x509.load_der_x509_crl(content)
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not revoked.is_signature_valid(key):
        return None
    if revoked.issuer != issuer.subject or revoked.next_update_utc is None or revoked.next_update_utc < now:
        return None
    entry = revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return Revocation.GOOD if entry is None else Revocation.REVOKED
