"""The issuer, the card and the moment that the tests of the signing desk share."""

from datetime import UTC, datetime

from cryptography import x509

from login.hierarchy import POLICIES, Issuer
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.holder_certificate import Status, TrustedIssuer
from openeoi.signing import examination, pades
from openeoi.signing.certificates import check_signing_certificate
from openeoi.signing.validation import ValidationReport, judge

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ISSUER = Issuer(CredentialRole.QUALIFIED)
LOGIN_ISSUER = Issuer(CredentialRole.HIGH)
QUALIFIED = TrustedIssuer(CredentialRole.QUALIFIED, ISSUER.certificate, POLICIES[CredentialRole.QUALIFIED])
CARD = ISSUER.card()


def good(serial: int, issuer: x509.Name) -> Status:
    return Status.GOOD


def sign(document: bytes) -> bytes:
    prepared = pades.prepare(document, check_signing_certificate(CARD.certificate, [QUALIFIED], NOW), NOW)
    return pades.finish(prepared, CARD.sign_digest(prepared.digest))


def validate(document: bytes, at: datetime = NOW) -> ValidationReport:
    return judge(examination.examine(document, [ISSUER.certificate], [], at), [QUALIFIED], good, at)


def failed(report: ValidationReport) -> dict[str, str]:
    """The checks of the first signature that are not successful, with their reasons."""
    return {check.name: check.reason for check in report.signatures[0].checks if check.outcome != "successful"}
