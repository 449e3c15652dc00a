"""A relying party's first questions to a certificate, and that every office has a refusal for each answer."""

from datetime import timedelta

import pytest
from cryptography import x509

from login.hierarchy import BEGINNING, POLICIES, Issuer
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.login import certificates as login_certificates
from openeoi.protocols.holder_certificate import Status, StatusSourceUnavailable, errors, read_certificate, require_good
from openeoi.signing import certificates as signing_certificates

ROLE = CredentialRole.HIGH
ISSUER, OTHER = Issuer(ROLE), Issuer(ROLE)
CARD = ISSUER.card()
AT = BEGINNING + timedelta(days=30)


def test_the_issuer_that_signed_it_is_found_among_several_of_the_same_name() -> None:
    found = read_certificate(CARD.certificate, [OTHER.trusted, ISSUER.trusted])
    assert found.issuer == ISSUER.trusted
    assert found.role is ROLE
    assert found.names_policy
    assert POLICIES[ROLE] == ISSUER.trusted.policy


def test_the_name_of_an_issuer_alone_convinces_nobody() -> None:
    with pytest.raises(errors.IssuerNotTrusted):
        read_certificate(CARD.certificate, [OTHER.trusted])
    with pytest.raises(errors.IssuerNotTrusted):
        read_certificate(CARD.certificate, [])


@pytest.mark.parametrize("size", [0, 1, 10, len(CARD.certificate) - 1])
def test_a_truncated_certificate_is_unreadable(size: int) -> None:
    with pytest.raises(errors.CertificateUnreadable):
        read_certificate(CARD.certificate[:size], [ISSUER.trusted])


def test_validity_counts_the_issuer_too() -> None:
    found = read_certificate(CARD.certificate, [ISSUER.trusted])
    found.require_valid(AT)
    with pytest.raises(errors.CertificateNotYetValid):
        found.require_valid(BEGINNING - timedelta(days=5000))
    with pytest.raises(errors.CertificateExpired):
        found.require_valid(BEGINNING + timedelta(days=50000))


def _unavailable(serial: int, issuer: x509.Name) -> Status:
    raise StatusSourceUnavailable("down")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (lambda serial, issuer: Status.REVOKED, errors.CertificateRevoked),
        (lambda serial, issuer: Status.UNKNOWN, errors.StatusUnknown),
        (_unavailable, errors.StatusUnavailable),
    ],
)
def test_only_good_is_good(status, error: type[Exception]) -> None:  # type: ignore[no-untyped-def]  # of parametrize
    found = read_certificate(CARD.certificate, [ISSUER.trusted])
    require_good(found, lambda serial, issuer: Status.GOOD)
    with pytest.raises(error):
        require_good(found, status)


@pytest.mark.parametrize("office", [login_certificates, signing_certificates])
def test_every_office_names_each_refusal(office) -> None:  # type: ignore[no-untyped-def]  # a module
    assert set(office._REFUSALS) == set(errors.HolderCertificateError.__subclasses__())
