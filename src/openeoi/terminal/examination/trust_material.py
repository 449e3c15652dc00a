"""Files with what to trust: certificates (DER or PEM), master lists, revocation and defect lists; told apart by what they are.

Who names a file trusts it: a master list's own signature is verified, so that a damaged one is noticed, and its signer is not
asked for a reason. To believe a list only with a confirmed fingerprint is the cross-border desk's way (`openeoi.exchange`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from asn1crypto import crl

from openeoi.encoding import master_list
from openeoi.encoding.asn1 import load, moment, reading
from openeoi.encoding.cms import SignedData
from openeoi.encoding.defect_lists import bsi, icao
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.master_list import MasterList
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors, RevocationLists
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.defects import verify_defect_list
from openeoi.protocols.passive_authentication.errors import PassiveAuthenticationError
from openeoi.protocols.passive_authentication.verify import check_signed_data
from openeoi.terminal.examination.trust import Trust

_PEM: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TrustMaterial:
    """DER each."""

    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = field(default=(), repr=False)
    defect_lists: tuple[bytes, ...] = field(default=(), repr=False)

    def and_also(self, other: TrustMaterial) -> TrustMaterial:
        return TrustMaterial(
            self.certificates + other.certificates,
            self.revocation_lists + other.revocation_lists,
            self.defect_lists + other.defect_lists,
        )

    def beside(self, trust: Trust, at: datetime) -> Trust:
        """These certificates, where there are any in place of those of `trust`; these lists first, then its own.

        Raises DecodingError, and PassiveAuthenticationErrors for a list of defects that cannot be believed as of `at`.
        """
        anchors = CertificateAnchors(dict.fromkeys(self.certificates)) if self.certificates else trust.anchors
        defects = tuple(verify_defect_list(raw, anchors, at) for raw in self.defect_lists)
        return Trust(anchors, ListsAtHand(self.revocation_lists, trust.revocation_lists), (*defects, *trust.defect_lists))


def read_trust_material(raw: bytes) -> TrustMaterial:
    """What a file holds. Raises DecodingError where it is nothing of these."""
    blocks = _PEM.findall(raw)
    if not blocks:
        return _read_der(raw)
    found = TrustMaterial()
    for _, body in blocks:
        try:
            found = found.and_also(_read_der(base64.b64decode(b"".join(body.split()), validate=True)))
        except binascii.Error as error:
            raise DecodingError("a PEM block is not base64") from error
    return found


class ListsAtHand:
    """Revocation lists (DER) by the authority that they name; where none fits, those of another source."""

    def __init__(self, lists: Iterable[bytes], others: RevocationLists) -> None:
        self._lists = [(*_names(raw), raw) for raw in lists]
        self._others = others

    def revocation_list(self, authority: Certificate) -> bytes | None:
        """The newest that names the authority's key, or its name where it names no key. The caller checks its signature."""
        fitting = [
            (issued, raw)
            for key, issuer, issued, raw in self._lists
            if (key is not None and key == authority.subject_key_identifier) or (key is None and issuer == authority.subject)
        ]
        return max(fitting)[1] if fitting else self._others.revocation_list(authority)


def _names(raw: bytes) -> tuple[bytes | None, bytes, datetime]:
    listed = load(crl.CertificateList, raw, "the revocation list")
    with reading("the revocation list"):
        body = listed["tbs_cert_list"]
        return listed.authority_key_identifier, bytes(body["issuer"].dump()), moment(body["this_update"])


def _read_der(raw: bytes) -> TrustMaterial:
    for reader in (_certificate, _revocation_list, _signed_list):
        try:
            return reader(raw)
        except DecodingError as error:
            problem = error
    raise DecodingError(f"neither a certificate nor a list of revocations, certificates or defects: {problem}")


def _certificate(raw: bytes) -> TrustMaterial:
    return TrustMaterial(certificates=(Certificate.decode(raw).raw,))


def _revocation_list(raw: bytes) -> TrustMaterial:
    _names(raw)
    return TrustMaterial(revocation_lists=(raw,))


def _signed_list(raw: bytes) -> TrustMaterial:
    signed = SignedData.decode(raw)
    if signed.content_type in (bsi.CONTENT_TYPE, icao.CONTENT_TYPE):
        return TrustMaterial(defect_lists=(raw,))
    if signed.content_type != master_list.CONTENT_TYPE:
        raise DecodingError(f"the signed object has content type {signed.content_type}")
    listed = MasterList.decode(signed.content)
    try:
        check_signed_data(signed)
    except (PassiveAuthenticationError, IndexError) as error:
        raise DecodingError(f"the master list's signature: {error}") from error
    return TrustMaterial(certificates=listed.certificates)
