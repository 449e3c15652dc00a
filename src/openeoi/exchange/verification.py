"""Believing a master list (ICAO 9303-12, 8): its form, its signature, its signer, the signer's authority inside the list.

What comes out still hangs in the air: the authority must be confirmed by a fingerprint that came another way (`desk`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openeoi.encoding.cms import SignedData
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.exchange.errors import (
    NotAMasterList,
    SignatureInvalid,
    SignerNotAllowed,
    SignerNotInList,
    SigningTimeUnusable,
)
from openeoi.protocols.passive_authentication import Certificate, PassiveAuthenticationError
from openeoi.protocols.passive_authentication.anchors import select_authorities
from openeoi.protocols.passive_authentication.chain import check_issued
from openeoi.protocols.passive_authentication.errors import UnsupportedAlgorithm
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch
from openeoi.protocols.passive_authentication.verify import check_signed_data

MASTER_LIST_SIGNER_USAGE: Final = "2.23.136.1.1.3"
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedMasterList:
    """`issuer` is the two-letter code of the state that signed; `authority` its country signing certificate in the list, which
    issued `signer`; `signed_at` the signing time; `certificates` all of the list; `digest` SHA-256 of the file in hexadecimal."""

    issuer: str
    signed_at: datetime
    signer: Certificate
    authority: Certificate
    certificates: tuple[Certificate, ...]
    digest: str


def verify_master_list(raw: bytes, at: datetime) -> VerifiedMasterList:
    """Raises the kinds of MasterListRefused. `at` is now, aware."""
    signed, listed = _decode(raw)
    certificates = _certificates(listed)
    try:
        signer, _ = check_signed_data(signed)
    except (PassiveAuthenticationError, DecodingError) as error:
        raise SignatureInvalid(str(error)) from error
    signed_at = signed.signer_infos[0].signing_time
    if signed_at is None or signed_at.tzinfo is None or signed_at > at + CLOCK_TOLERANCE:
        raise SigningTimeUnusable(signed_at)
    _check_signer(signer, signed_at)
    authority = _authority(signer, certificates, at)
    return VerifiedMasterList(signer.country, signed_at, signer, authority, certificates, hashlib.sha256(raw).hexdigest())


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the whole certificate in small hexadecimal digits."""
    return hashlib.sha256(certificate.raw).hexdigest()


def _decode(raw: bytes) -> tuple[SignedData, MasterList]:
    try:
        signed = SignedData.decode(raw)
        if signed.content_type != CONTENT_TYPE:
            raise NotAMasterList(f"the content type is {signed.content_type}")
        if len(signed.signer_infos) != 1:
            raise NotAMasterList(f"{len(signed.signer_infos)} signers, one is expected")
        return signed, MasterList.decode(signed.content)
    except DecodingError as error:
        raise NotAMasterList(str(error)) from error


def _certificates(listed: MasterList) -> tuple[Certificate, ...]:
    try:
        certificates = tuple(Certificate.decode(raw) for raw in listed.certificates)
    except DecodingError as error:
        raise NotAMasterList(f"a certificate in the list cannot be read: {error}") from error
    if any(len(one.country) != 2 for one in certificates):
        raise NotAMasterList("a certificate in the list names no country")
    return certificates


def _check_signer(signer: Certificate, signed_at: datetime) -> None:
    """ICAO 9303-12, 7.1 and 8: extended key usage for master lists, digital signature, valid and in its period when it signed."""
    if MASTER_LIST_SIGNER_USAGE not in signer.extended_key_usage:
        raise SignerNotAllowed("its certificate has no extended key usage for master lists")
    if signer.is_authority or (signer.key_usage is not None and "digital_signature" not in signer.key_usage):
        raise SignerNotAllowed("its certificate is not one for signatures")
    if not signer.not_before <= signed_at <= signer.not_after or not signer.private_key_usage.holds(signed_at):
        raise SignerNotAllowed("it signed outside its certificate's validity or its key's usage period")


def _authority(signer: Certificate, certificates: tuple[Certificate, ...], at: datetime) -> Certificate:
    """The root in the list that issued the signer's certificate; a link certificate is no root."""
    found = select_authorities(certificates, signer.country, signer.authority_key_identifier, signer.issuer)
    for authority in found:
        if authority.is_link or not authority.is_authority or not authority.is_self_issued:
            continue
        try:
            check_issued(signer, authority)
            check_issued(authority, authority)
        except (SignatureMismatch, UnsupportedAlgorithm, DecodingError):
            continue
        if not authority.not_before <= at <= authority.not_after:
            raise SignerNotAllowed("its country signing certificate is not valid now")
        return authority
    raise SignerNotInList(signer.country)
