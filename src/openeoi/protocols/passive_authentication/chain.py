"""From the document signer to a trusted country signing certificate (ICAO 9303-11, 5.1; 9303-12, 7.1 and 7.2; TR-03135, passive
authentication): found by key identifier, signature, use, validity, revocation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import core, crl

from openeoi.encoding.asn1 import load, moment, reading
from openeoi.protocols.passive_authentication.anchors import RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.errors import (
    AuthorityExpired,
    CertificateNotForThisUse,
    CertificateNotYetValid,
    DocumentSignerSignatureInvalid,
    KeyUsedOutsideItsPeriod,
    NoTrustAnchor,
    SignerExpired,
    SignerRevoked,
    UnsupportedAlgorithm,
)
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch, verify
from openeoi.protocols.passive_authentication.tolerances import Tolerance


class RevocationState(StrEnum):
    NOT_REVOKED = "not revoked"
    NO_LIST = "no revocation list is at hand"
    LIST_OUTDATED = "the revocation list at hand is outdated"
    LIST_UNUSABLE = "the revocation list at hand is not the authority's"


@dataclass(frozen=True, slots=True)
class Chain:
    """The document signer and the trusted authority that issued it."""

    signer: Certificate
    authority: Certificate
    tolerances: tuple[Tolerance, ...]


def find_chain(signer: Certificate, anchors: TrustAnchors) -> Chain:
    """The authority whose key signed `signer`.

    Raises NoTrustAnchor where none is at hand, DocumentSignerSignatureInvalid where the one with the right key identifier did
    not sign, CertificateNotForThisUse, UnsupportedAlgorithm. Searching by name only refutes nothing, it can only find nothing
    (TR-03135, passive authentication).
    """
    identifier = signer.authority_key_identifier
    candidates = anchors.country_signing_certificates(signer.country, identifier, signer.issuer)
    unsupported: UnsupportedAlgorithm | None = None
    for authority in candidates:
        try:
            tolerances = check_issued(signer, authority)
        except SignatureMismatch:
            continue
        except UnsupportedAlgorithm as error:
            unsupported = error
            continue
        # A trusted link certificate is trusted as it lies in the list; its own signature is not asked for.
        _check_use(signer, authority)
        return Chain(signer, authority, (*tolerances, *_naming(signer, authority), *_unsaid(signer, authority)))
    if unsupported is not None:
        raise unsupported
    if candidates and identifier is not None:
        raise DocumentSignerSignatureInvalid("the document signer certificate was not signed by the authority that it names")
    raise NoTrustAnchor(signer.country)


def check_issued(certificate: Certificate, authority: Certificate) -> tuple[Tolerance, ...]:
    """What was tolerated. Raises SignatureMismatch, UnsupportedAlgorithm, DecodingError."""
    key, tolerances = authority.key()
    return (*tolerances, *verify(key, certificate.signature_algorithm, certificate.signed, certificate.signature))


def check_validity(chain: Chain, at: datetime, signing_time: datetime | None) -> None:
    """Both certificates are valid at the time of inspection, both private keys were used in their period.

    Raises SignerExpired, AuthorityExpired, CertificateNotYetValid, KeyUsedOutsideItsPeriod.
    """
    signer, authority = chain.signer, chain.authority
    for certificate, name, expired in (
        (signer, "document signer", SignerExpired),
        (authority, "country signing authority", AuthorityExpired),
    ):
        if at < certificate.not_before:
            raise CertificateNotYetValid(name, certificate.not_before)
        if at > certificate.not_after:
            raise expired(certificate.not_after)
    if not authority.private_key_usage.holds(signer.not_before):
        raise KeyUsedOutsideItsPeriod("the document signer certificate was issued outside its authority's key usage period")
    if signing_time is not None and not (
        signer.private_key_usage.holds(signing_time) and signer.not_before <= signing_time <= signer.not_after
    ):
        raise KeyUsedOutsideItsPeriod("the document was signed outside the document signer's key usage period")


def check_revocation(chain: Chain, lists: RevocationLists, at: datetime) -> RevocationState:
    """Whether the authority's list names the signer. Raises SignerRevoked; a list that cannot be relied on is only reported.

    A revoked signer stays revoked even where the list is outdated: revocation is final (ICAO 9303-12, 7.1.4).
    """
    raw = lists.revocation_list(chain.authority)
    if raw is None:
        return RevocationState.NO_LIST
    listed = load(crl.CertificateList, raw, "the revocation list")
    with reading("the revocation list"):
        body = listed["tbs_cert_list"]
        key, _ = chain.authority.key()
        try:
            verify(key, bytes(listed["signature_algorithm"].dump()), bytes(body.dump()), bytes(listed["signature"]))
        except SignatureMismatch:
            return RevocationState.LIST_UNUSABLE
        for entry in body["revoked_certificates"]:
            if int(entry["user_certificate"]) == chain.signer.serial_number:
                raise SignerRevoked(moment(entry["revocation_date"]))
        next_update = None if isinstance(body["next_update"], core.Void) else moment(body["next_update"])
    if next_update is not None and at > next_update:
        return RevocationState.LIST_OUTDATED
    return RevocationState.NOT_REVOKED


def _check_use(signer: Certificate, authority: Certificate) -> None:
    if not authority.is_authority or (authority.key_usage is not None and "key_cert_sign" not in authority.key_usage):
        raise CertificateNotForThisUse("the trusted certificate may not issue certificates")
    if signer.is_authority or (signer.key_usage is not None and "digital_signature" not in signer.key_usage):
        raise CertificateNotForThisUse("the document signer certificate may not sign documents")


def _naming(signer: Certificate, authority: Certificate) -> tuple[Tolerance, ...]:
    if signer.authority_key_identifier is None:
        return (Tolerance.AUTHORITY_KEY_IDENTIFIER_MISSING,)
    # The same authority may spell its name differently over the years; the key identifier and the signature decide.
    return () if signer.issuer == authority.subject else (Tolerance.ISSUER_NAME_DIFFERS,)


def _unsaid(*certificates: Certificate) -> tuple[Tolerance, ...]:
    return (Tolerance.KEY_USAGE_MISSING,) if any(one.key_usage is None for one in certificates) else ()
