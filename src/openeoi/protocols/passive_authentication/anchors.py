"""Where trusted country signing certificates and revocation lists come from: two ports, and trust anchors held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from openeoi.protocols.passive_authentication.certificates import Certificate


class TrustAnchors(Protocol):
    """The certificates of country signing authorities that this inspector trusts, roots and link certificates alike."""

    def country_signing_certificates(self, country: str, key_identifier: bytes | None, name: bytes) -> Sequence[Certificate]:
        """Those that may have issued a certificate: of this country (two letters in capitals), with this subject key identifier;
        where the identifier is None, those with this subject (`name`, DER)."""
        ...


class RevocationLists(Protocol):
    def revocation_list(self, authority: Certificate) -> bytes | None:
        """The newest revocation list (DER) of this authority, None where none is at hand. The caller checks its signature."""
        ...


class CertificateAnchors:
    """Trust anchors from certificates (DER), kept by country. Raises DecodingError for one that cannot be read."""

    def __init__(self, certificates: Iterable[bytes]) -> None:
        self._by_country: dict[str, list[Certificate]] = {}
        for certificate in map(Certificate.decode, certificates):
            self._by_country.setdefault(certificate.country, []).append(certificate)

    def country_signing_certificates(self, country: str, key_identifier: bytes | None, name: bytes) -> Sequence[Certificate]:
        return select_authorities(self._by_country.get(country, ()), country, key_identifier, name)


def select_authorities(
    certificates: Iterable[Certificate], country: str, key_identifier: bytes | None, name: bytes
) -> tuple[Certificate, ...]:
    """The port's rule applied to certificates, roots before links: by key identifier first, by name only where there is none."""
    of_country = [one for one in certificates if one.country == country]
    if key_identifier is not None:
        found = [one for one in of_country if one.subject_key_identifier == key_identifier]
    else:
        found = [one for one in of_country if one.subject == name]
    return tuple(sorted(found, key=lambda one: one.is_link))


class NoRevocationLists:
    """For an inspector without revocation lists: every status stays unknown."""

    def revocation_list(self, authority: Certificate) -> bytes | None:
        return None
