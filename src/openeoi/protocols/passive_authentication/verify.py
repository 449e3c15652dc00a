"""Passive authentication (ICAO 9303-11, 5.1): the data groups are what a document signer of a trusted country signed.

    signed = check_signature(sod)                    the security object agrees with itself and its signer
    chain = find_chain(signed.signer, anchors)       the signer was certified by a trusted authority
    check_validity(chain, at, ...)                   both are valid now, and their keys were when they signed
    check_revocation(chain, lists, at)               the signer is not revoked
    verify_data_group(verified, number, content)     each file is the signed one

`verify_security_object` does the first four. An inspection post that reports each check by itself calls them one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openeoi.encoding.cms import SignedData, SignerInfo
from openeoi.encoding.lds.security_object import LdsSecurityObject, SecurityObject
from openeoi.protocols.passive_authentication.anchors import NoRevocationLists, RevocationLists, TrustAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.chain import (
    Chain,
    RevocationState,
    check_revocation,
    check_validity,
    find_chain,
)
from openeoi.protocols.passive_authentication.errors import (
    DataGroupHashMismatch,
    DataGroupNotSigned,
    SecurityObjectDigestMismatch,
    SecurityObjectSignatureInvalid,
    SignedAttributesInvalid,
    SignerCertificateMissing,
)
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch, verify
from openeoi.protocols.passive_authentication.tolerances import Tolerance


@dataclass(frozen=True, slots=True)
class SignedSecurityObject:
    """A security object whose signature fits the certificate it names; that certificate is not trusted yet."""

    lds: LdsSecurityObject
    signer: Certificate
    signing_time: datetime | None
    tolerances: tuple[Tolerance, ...]


@dataclass(frozen=True, slots=True)
class VerifiedSecurityObject:
    """The signed digests, who vouches for them, and what was read over; `revocation` says how far revocation could be checked."""

    lds: LdsSecurityObject
    signer: Certificate
    authority: Certificate
    signing_time: datetime | None
    revocation: RevocationState
    tolerances: tuple[Tolerance, ...]


def verify_security_object(
    sod: bytes, anchors: TrustAnchors, at: datetime, revocation_lists: RevocationLists | None = None
) -> VerifiedSecurityObject:
    """EF.SOD (with its tag 77) checked at the aware time `at`. Raises DecodingError and the PassiveAuthenticationErrors."""
    signed = check_signature(sod)
    chain = find_chain(signed.signer, anchors)
    check_validity(chain, at, signed.signing_time)
    revocation = check_revocation(chain, revocation_lists or NoRevocationLists(), at)
    return verified(signed, chain, revocation)


def verified(signed: SignedSecurityObject, chain: Chain, revocation: RevocationState) -> VerifiedSecurityObject:
    """The result of the single checks put together; for callers that made them one by one."""
    tolerances = tuple(dict.fromkeys((*signed.tolerances, *chain.tolerances)))
    return VerifiedSecurityObject(signed.lds, signed.signer, chain.authority, signed.signing_time, revocation, tolerances)


def check_signature(sod: bytes) -> SignedSecurityObject:
    """Raises DecodingError, SignerCertificateMissing, SignedAttributesInvalid, SecurityObjectDigestMismatch,
    SecurityObjectSignatureInvalid, UnsupportedAlgorithm."""
    read = SecurityObject.decode(sod)
    signer, tolerances = check_signed_data(read.signed_data)
    return SignedSecurityObject(read.lds, signer, read.signer.signing_time, tolerances)


def check_signed_data(signed: SignedData, more_certificates: Sequence[bytes] = ()) -> tuple[Certificate, tuple[Tolerance, ...]]:
    """The certificate whose key made the one signature of `signed` (a security object, EF.CardSecurity, a master list).

    The certificate is looked for in the object and in `more_certificates`. Raises as `check_signature` does.
    """
    info = signed.signer_infos[0]
    signer = find_signer(info, (*signed.certificates, *more_certificates))
    if info.signed_attributes is None or info.message_digest is None:
        raise SignedAttributesInvalid("the signed attributes with the message digest are missing")
    if info.content_type != signed.content_type:
        raise SignedAttributesInvalid("the signed attributes name another content type than the content has")
    if info.digest_algorithm.digest(signed.content) != info.message_digest:
        raise SecurityObjectDigestMismatch("the signed digest is not that of the content")
    key, tolerances = signer.key()
    try:
        found = verify(key, info.signature_algorithm, info.signed_attributes, info.signature, info.digest_algorithm)
    except SignatureMismatch as error:
        raise SecurityObjectSignatureInvalid("the signature does not verify with the signer's key") from error
    return signer, (*tolerances, *found)


def find_signer(info: SignerInfo, certificates: Sequence[bytes]) -> Certificate:
    """The certificate that the signer identifier names. Raises SignerCertificateMissing."""
    for raw in certificates:
        certificate = Certificate.decode(raw)
        if info.subject_key_identifier is not None:
            if certificate.subject_key_identifier == info.subject_key_identifier:
                return certificate
        elif (certificate.issuer, certificate.serial_number) == (info.issuer, info.serial_number):
            return certificate
    raise SignerCertificateMissing("the certificate of the signer is not at hand")


def verify_data_group(signed: VerifiedSecurityObject | SignedSecurityObject, number: int, content: bytes) -> None:
    """Raises DataGroupHashMismatch where the whole file `content` is not the signed one, DataGroupNotSigned where none was."""
    expected = signed.lds.digests.get(number)
    if expected is None:
        raise DataGroupNotSigned(number)
    if signed.lds.hash_algorithm.digest(content) != expected:
        raise DataGroupHashMismatch(number)
