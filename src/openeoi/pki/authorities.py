"""A country's authorities at work: founding, signing documents' security objects, holders' certificates, revocation, status,
rights of inspection systems, time stamps. Each duty has its module; here they are one.

Every use of a key that issues something is stored together with its audit entry, or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from openeoi.encoding import cms
from openeoi.encoding.lds.card_security import build_card_security
from openeoi.encoding.lds.security_infos import SecurityInfo
from openeoi.encoding.lds.security_object import build_security_object, encode_lds_security_object
from openeoi.pki.founding import SYSTEM, Progress, reference
from openeoi.pki.holder_issuing import HolderIssuing
from openeoi.pki.holders import HolderCertificate, HolderCertificateRequest, HolderCertificates
from openeoi.pki.inspection_rights import InspectionRights
from openeoi.pki.plans import Authority
from openeoi.pki.revocation import Revocation
from openeoi.pki.time_stamping import TimeStamping

__all__ = ["Authorities", "HolderCertificate", "HolderCertificateRequest", "HolderCertificates"]


class Authorities(HolderIssuing, Revocation, InspectionRights, TimeStamping):
    """All authorities of one country. `clock` gives aware times; methods may be called from several processes."""

    def found(self, progress: Progress | None = None, actor: str = SYSTEM) -> None:
        super().found(progress, actor)
        self.found_verifying_authority(actor)

    def require_keys(self) -> None:
        super().require_keys()
        self.require_verifying_keys()

    def sign_security_object(self, data_groups: Mapping[int, bytes], actor: str = SYSTEM) -> bytes:
        """EF.SOD over the whole data group files by number, signed by the document signer (ICAO 9303-10, 4.6.2)."""
        if not self._may_sign(Authority.DOCUMENT_SIGNER):
            self.found()
        with self._store.begin() as transaction:
            signer = self._signing(transaction, Authority.DOCUMENT_SIGNER)
            certificate = self._newest(transaction, Authority.DOCUMENT_SIGNER).certificate
            digest = signer.signature_algorithm.digest
            listed = encode_lds_security_object(digest, {number: digest.digest(file) for number, file in data_groups.items()})
            sign = self._sign_with(signer)
            signed = build_security_object(listed, certificate.content, digest, signer.signature_algorithm, sign)
            subject = f"security object {hashlib.sha256(signed).hexdigest()}"
            signer_name = reference(certificate)
            self._store.record(transaction, actor, "signed", subject, signer=signer_name, data_groups=sorted(data_groups))
        return signed

    def sign_card_security(self, security_infos: tuple[SecurityInfo, ...], actor: str = SYSTEM) -> bytes:
        """EF.CardSecurity over the security infos, signed by the document signer (ICAO 9303-11, 9.2.11)."""
        if not self._may_sign(Authority.DOCUMENT_SIGNER):
            self.found()
        with self._store.begin() as transaction:
            key = self._signing(transaction, Authority.DOCUMENT_SIGNER)
            certificate = self._newest(transaction, Authority.DOCUMENT_SIGNER).certificate
            signer = cms.Signer(certificate.content, key.signature_algorithm, self._sign_with(key))
            signed = build_card_security(security_infos, signer)
            subject = f"card security {hashlib.sha256(signed).hexdigest()}"
            self._store.record(transaction, actor, "signed", subject, signer=reference(certificate))
        return signed

    def sign_master_list(self, content_type: str, content: bytes, actor: str = SYSTEM) -> bytes:
        """CMS SignedData over a master list, with the signer's and the country signing certificate in it (ICAO 9303-12, 8)."""
        if not self._may_sign(Authority.MASTER_LIST_SIGNER):
            self.found()
        with self._store.begin() as transaction:
            key = self._signing(transaction, Authority.MASTER_LIST_SIGNER)
            certificate = self._newest(transaction, Authority.MASTER_LIST_SIGNER).certificate
            root = self._newest(transaction, Authority.COUNTRY_SIGNING).certificate
            signer = cms.Signer(certificate.content, key.signature_algorithm, self._sign_with(key), signing_time=self._clock())
            signed = cms.build_signed_data(content_type, content, signer, [root.content])
            subject = f"master list {hashlib.sha256(signed).hexdigest()}"
            self._store.record(transaction, actor, "signed", subject, signer=reference(certificate))
        return signed
