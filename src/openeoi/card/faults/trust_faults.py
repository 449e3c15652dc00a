"""Faults of the chain: who signed the document, and whether that signer may, could, and still can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from openeoi.card.faults.fault import Family, Fault, Inspection, Verdict
from openeoi.card.faults.laboratory import FOUNDED, SIGNERS_FROM, Laboratory, Plan, Signer
from openeoi.card.faults.signed_object import SIGNING_TIME, UTC_TIME
from openeoi.card.faults.specimen import ZONE, Specimen, signed, sound_data_groups, specimen
from openeoi.encoding import tlv

YEAR_2017: Final = datetime(2017, 1, 1, tzinfo=UTC)
YEAR_2026: Final = datetime(2026, 1, 1, tzinfo=UTC)
YEAR_2039: Final = datetime(2039, 1, 1, tzinfo=UTC)


def signed_by(choose: Callable[[Laboratory], Signer], signing_time: datetime | None = None) -> Callable[[Laboratory], Specimen]:
    """The sound document with another signer; `signing_time` goes into the signed attributes."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        sod = signed(groups, choose(laboratory))
        if signing_time is not None:
            time = tlv.encode(UTC_TIME, signing_time.strftime("%y%m%d%H%M%SZ").encode())
            sod = replace(sod, attributes={SIGNING_TIME: time})
        return specimen(groups, sod.encode())

    return build


def planned(plan: Plan, issuer: str = "csca", signing_time: datetime | None = None) -> Callable[[Laboratory], Specimen]:
    return signed_by(lambda laboratory: laboratory.document_signer(plan, issuer), signing_time)


def _of_another_state(laboratory: Laboratory) -> Specimen:
    """The zone says Croatia; the signer is Slovenia's."""
    groups = sound_data_groups(replace(ZONE, issuing_state="HRV", nationality="HRV", optional_data_1=""))
    return specimen(groups, signed(groups, laboratory.signer).encode())


def _fault(
    name: str, sentence: str, clause: str, error: str, inspection: Inspection, build: Callable[[Laboratory], Specimen]
) -> Fault:
    return Fault(name, Family.TRUST, sentence, clause, error, inspection, build)


def _undetermined(reason: str) -> Inspection:
    return Inspection("trust", Verdict.UNDETERMINED, reason)


def _failed(check: str, reason: str) -> Inspection:
    return Inspection(check, Verdict.FAILED, reason)


FAULTS: Final = (
    _fault(
        "signer-unknown",
        "The document signer was certified by an authority that is not in the trust store; its name tells it apart.",
        "ICAO 9303-11, 5.1",
        "NoTrustAnchor",
        _undetermined("no_trust_anchor"),
        planned(Plan("OpenEOI TEST document signer of nobody", issuer_name="OpenEOI TEST CSCA of nobody"), "nobody"),
    ),
    _fault(
        "csca-of-the-same-name",
        "The document signer's authority has the name of the trusted one and another key.",
        "ICAO 9303-12, 7.1 (key identifiers); BSI TR-03135-1, passive authentication",
        "NoTrustAnchor",
        _undetermined("no_trust_anchor"),
        planned(Plan("OpenEOI TEST document signer 3"), "impostor"),
    ),
    _fault(
        "csca-of-the-same-name-without-identifier",
        "The same, and the certificate leaves out the authority key identifier: only the name leads to the trusted one.",
        "ICAO 9303-12, 7.1.1 (authorityKeyIdentifier is mandatory)",
        "NoTrustAnchor",
        _undetermined("no_trust_anchor"),
        planned(Plan("OpenEOI TEST document signer 4", names_issuer=False), "impostor"),
    ),
    _fault(
        "csca-impersonated",
        "The certificate names the trusted authority's key; another key has signed it.",
        "ICAO 9303-11, 5.1; RFC 5280, 6.1.3",
        "DocumentSignerSignatureInvalid",
        _failed("trust", "document_signer_signature_invalid"),
        planned(Plan("OpenEOI TEST document signer 5", names_key="csca"), "impostor"),
    ),
    _fault(
        "link-certificate-confused",
        "The certificate names the authority's former key, which a link certificate knows; the present key has signed it.",
        "ICAO 9303-12, 7.1.2 (link certificates)",
        "DocumentSignerSignatureInvalid",
        _failed("trust", "document_signer_signature_invalid"),
        planned(Plan("OpenEOI TEST document signer 6", names_key="former csca")),
    ),
    _fault(
        "signed-by-the-authority",
        "The country signing authority itself has signed the document; its link certificate stands in for a signer's.",
        "ICAO 9303-12, 7.1.1 (keyUsage, basicConstraints)",
        "CertificateNotForThisUse",
        _failed("trust", "certificate_not_for_this_use"),
        signed_by(lambda laboratory: laboratory.authority_as_signer()),
    ),
    _fault(
        "signer-key-usage-wrong",
        "The document signer's key is for key encipherment, not for signatures.",
        "ICAO 9303-12, 7.1.1 (keyUsage digitalSignature)",
        "CertificateNotForThisUse",
        _failed("trust", "certificate_not_for_this_use"),
        planned(Plan("OpenEOI TEST document signer 7", may_sign=False)),
    ),
    _fault(
        "signer-expired",
        "The document signer's certificate has expired.",
        "ICAO 9303-11, 5.1; 9303-12, 7.1.1 (validity)",
        "SignerExpired",
        _failed("validity", "signer_expired"),
        planned(Plan("OpenEOI TEST document signer 8", not_before=FOUNDED, not_after=YEAR_2026)),
    ),
    _fault(
        "signer-not-yet-valid",
        "The document signer's certificate is not valid before 2039.",
        "RFC 5280, 6.1.3 (validity)",
        "CertificateNotYetValid",
        _failed("validity", "certificate_not_yet_valid"),
        planned(Plan("OpenEOI TEST document signer 9", not_before=YEAR_2039)),
    ),
    _fault(
        "signed-after-key-period",
        "The signing time lies after the document signer's private key usage period.",
        "ICAO 9303-12, 7.1.1 (privateKeyUsagePeriod)",
        "KeyUsedOutsideItsPeriod",
        _failed("validity", "key_used_outside_its_period"),
        planned(Plan("OpenEOI TEST document signer 10", key_until=datetime(2025, 4, 1, tzinfo=UTC)), signing_time=YEAR_2026),
    ),
    _fault(
        "signed-before-the-certificate",
        "The signing time lies before the document signer's certificate was valid.",
        "ICAO 9303-12, 7.1.1; RFC 5652, 11.3",
        "KeyUsedOutsideItsPeriod",
        _failed("validity", "key_used_outside_its_period"),
        planned(Plan("OpenEOI TEST document signer 11"), signing_time=YEAR_2017),
    ),
    _fault(
        "csca-expired",
        "The country signing authority's certificate has expired; it is still in the trust store.",
        "ICAO 9303-11, 5.1",
        "AuthorityExpired",
        _failed("validity", "authority_expired"),
        planned(Plan("OpenEOI TEST document signer 12", not_before=SIGNERS_FROM), "first csca"),
    ),
    _fault(
        "signer-revoked",
        "The document signer is on its authority's revocation list.",
        "ICAO 9303-11, 5.1; 9303-12, 7.1.4",
        "SignerRevoked",
        _failed("revocation", "signer_revoked"),
        signed_by(lambda laboratory: laboratory.revoked_signer),
    ),
    _fault(
        "country-differs",
        "The zone names Croatia as issuing state, the document signer is Slovenia's.",
        "ICAO 9303-12, 7.1.1 (country codes); BSI TR-03135-1, issuing country",
        "CountryDiffers",
        _failed("country", "country_differs"),
        _of_another_state,
    ),
)
