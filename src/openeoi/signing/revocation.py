"""Certificate status from revocation lists at hand: the source where no issuer can be asked directly."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cryptography import x509

from openeoi.protocols.holder_certificate import CertificateStatus, Status, StatusSourceUnavailable


def status_from_lists(
    lists: Callable[[], Sequence[bytes]], issuers: Callable[[], Sequence[bytes]], clock: Callable[[], datetime]
) -> CertificateStatus:
    """A status source over CRLs (DER) whose signatures are checked with the issuers' certificates (DER).

    It raises StatusSourceUnavailable when no current list of the issuer is there, so that an old list never says "good".
    Source: RFC 5280, 6.3.3, for complete lists.
    """

    def status(serial: int, issuer: x509.Name) -> Status:
        certificates = [one for one in map(x509.load_der_x509_certificate, issuers()) if one.subject == issuer]
        for raw in lists():
            found = x509.load_der_x509_crl(raw)
            if found.issuer == issuer and _is_current(found, clock()) and _is_signed_by_one_of(found, certificates):
                return Status.GOOD if found.get_revoked_certificate_by_serial_number(serial) is None else Status.REVOKED
        raise StatusSourceUnavailable("there is no current revocation list of this issuer")

    return status


def _is_current(found: x509.CertificateRevocationList, now: datetime) -> bool:
    return found.next_update_utc is not None and found.last_update_utc <= now < found.next_update_utc


def _is_signed_by_one_of(found: x509.CertificateRevocationList, certificates: Sequence[x509.Certificate]) -> bool:
    for certificate in certificates:
        key = certificate.public_key()
        try:
            if found.is_signature_valid(key):  # type: ignore[arg-type]  # other kinds of key raise TypeError
                return True
        except TypeError:
            continue
    return False
