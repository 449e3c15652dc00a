"""Believing a list of known defects, and what it says of one document (ICAO 9303-12, 10; BSI TR-03129-2, 7).

A list that cannot be verified is ignored by raising: nothing in it counts. A deviation list speaks for the documents of the state
that signed it, and of no other: no state excuses another's. A defect list (BSI) speaks for whatever signers it names; a caller
who hands it in has decided to follow the state that signed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.cms import SignedData
from openeoi.encoding.defect_lists import bsi, icao
from openeoi.encoding.defect_lists.entries import Documents, Entry, ListedDefect, SignerReference
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.files import DATA_GROUPS
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.passive_authentication.anchors import TrustAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.chain import check_validity, find_chain
from openeoi.protocols.passive_authentication.errors import CertificateNotForThisUse, SignedAttributesInvalid
from openeoi.protocols.passive_authentication.verify import check_signed_data


class DefectKind(StrEnum):
    """What is known of a document, as far as a reader acts on it; everything else is OTHER."""

    SIGNER_REVOKED = "the document signer is revoked"
    CHIP_KEYS_COMPROMISED = "the keys of chip authentication are compromised"
    ACTIVE_KEYS_COMPROMISED = "the keys of active authentication are compromised"
    DATA_GROUP_MALFORMED = "a data group is malformed"
    DATA_GROUP_HASH_WRONG = "a data group is not what was signed"
    COM_DIFFERS = "EF.COM and EF.SOD differ"
    CARD_SECURITY_MALFORMED = "EF.CardSecurity is malformed"
    OTHER = "another defect"


_KINDS: Final = {
    f"{bsi.CONTENT_TYPE}.1.1": DefectKind.SIGNER_REVOKED,
    f"{bsi.CONTENT_TYPE}.1.3": DefectKind.CHIP_KEYS_COMPROMISED,
    f"{bsi.CONTENT_TYPE}.1.4": DefectKind.ACTIVE_KEYS_COMPROMISED,
    f"{bsi.CONTENT_TYPE}.2.1": DefectKind.DATA_GROUP_MALFORMED,
    f"{bsi.CONTENT_TYPE}.2.3": DefectKind.COM_DIFFERS,
    f"{bsi.CONTENT_TYPE}.4.1": DefectKind.CARD_SECURITY_MALFORMED,
    f"{icao.CONTENT_TYPE}.1.4": DefectKind.ACTIVE_KEYS_COMPROMISED,
    f"{icao.CONTENT_TYPE}.2.1": DefectKind.DATA_GROUP_MALFORMED,
    f"{icao.CONTENT_TYPE}.2.2": DefectKind.DATA_GROUP_HASH_WRONG,
    f"{icao.CONTENT_TYPE}.2.4": DefectKind.COM_DIFFERS,
}


@dataclass(frozen=True, slots=True)
class KnownDefect:
    """`groups` are the data groups it is about; `identifier` the object identifier in the list, `description` its words."""

    kind: DefectKind
    groups: frozenset[int]
    identifier: str
    description: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a list may identify a document by. `number` and `document_type` as in the zone, empty where there is none."""

    signer: Certificate
    signing_time: datetime | None = None
    number: str = ""
    document_type: str = ""


@dataclass(frozen=True, slots=True)
class VerifiedDefectList:
    """`issuer` is the country of the signer; `only_own` that the list speaks for its own documents only."""

    issuer: str
    signed_at: datetime
    only_own: bool
    hash_algorithm: DigestAlgorithm | None
    entries: tuple[Entry, ...]

    def defects_of(self, document: DocumentFacts) -> tuple[KnownDefect, ...]:
        if self.only_own and document.signer.country != self.issuer:
            return ()
        listed = (one for one in self.entries if _concerns(one.documents, document, self.hash_algorithm))
        return tuple(_known(defect) for entry in listed for defect in entry.defects)


def verify_defect_list(raw: bytes, anchors: TrustAnchors, at: datetime) -> VerifiedDefectList:
    """The list in a CMS object, believed as of the aware time `at`. Raises DecodingError and PassiveAuthenticationErrors.

    The signer must have an extended key usage: a certificate without one is a document signer's. For deviation lists it is
    id-icao-DeviationListSigningKey.
    """
    signed = SignedData.decode(raw)
    if signed.content_type not in (bsi.CONTENT_TYPE, icao.CONTENT_TYPE) or len(signed.signer_infos) != 1:
        raise DecodingError(f"no list of defects with one signer: content type {signed.content_type}")
    of_icao = signed.content_type == icao.CONTENT_TYPE
    algorithm, entries = _content(signed.content, of_icao)
    signer, _ = check_signed_data(signed)
    signed_at = signed.signer_infos[0].signing_time
    if signed_at is None or signed_at > at:
        raise SignedAttributesInvalid("the list does not say when it was signed, or says that it will be")
    if not signer.extended_key_usage or (of_icao and icao.SIGNING_KEY not in signer.extended_key_usage):
        raise CertificateNotForThisUse("the signer's certificate is not one for lists of defects")
    check_validity(find_chain(signer, anchors), at, signed_at)
    return VerifiedDefectList(signer.country, signed_at, of_icao, algorithm, entries)


def known_defects(lists: Iterable[VerifiedDefectList], document: DocumentFacts) -> tuple[KnownDefect, ...]:
    return tuple(dict.fromkeys(defect for one in lists for defect in one.defects_of(document)))


def _content(raw: bytes, of_icao: bool) -> tuple[DigestAlgorithm | None, tuple[Entry, ...]]:
    if of_icao:
        deviations = icao.DeviationList.decode(raw)
        return deviations.hash_algorithm, deviations.entries
    defects = bsi.DefectList.decode(raw)
    return defects.hash_algorithm, defects.entries


def _concerns(documents: Documents, document: DocumentFacts, algorithm: DigestAlgorithm | None) -> bool:
    """Every condition must hold; a list without any condition concerns nothing."""
    conditions: list[bool] = []
    if documents.signer is not None:
        conditions.append(_names(documents.signer, document.signer, algorithm))
    if documents.document_type is not None:
        conditions.append(bool(document.document_type) and document.document_type == documents.document_type.rstrip(" <"))
    if documents.issued is not None:
        first, last = documents.issued
        conditions.append(document.signing_time is not None and first <= document.signing_time <= last)
    if documents.numbers is not None:
        conditions.append(document.number in documents.numbers)
    return bool(conditions) and all(conditions)


def _names(reference: SignerReference, signer: Certificate, algorithm: DigestAlgorithm | None) -> bool:
    if reference.issuer is not None and (reference.issuer, reference.serial_number) != (signer.issuer, signer.serial_number):
        return False
    identifier = reference.subject_key_identifier
    if identifier is not None and identifier != signer.subject_key_identifier:
        return False
    return reference.digest is None or (algorithm is not None and algorithm.digest(signer.raw) == reference.digest)


def _known(defect: ListedDefect) -> KnownDefect:
    kind = _KINDS.get(defect.kind, DefectKind.OTHER)
    groups: frozenset[int] = frozenset()
    if kind in (DefectKind.DATA_GROUP_MALFORMED, DefectKind.DATA_GROUP_HASH_WRONG):
        groups = _groups(defect.parameters)
        kind = kind if groups else DefectKind.OTHER
    return KnownDefect(kind, groups, defect.kind, defect.description)


def _groups(parameters: bytes | None) -> frozenset[int]:
    """One number (ICAO) or a set of numbers (BSI); empty where the parameters say nothing that is understood."""
    try:
        element = tlv.decode(parameters or b"")
        numbers = tlv.children(element) if element.tag == der.SET else (element,)
        return frozenset(der.decode_integer(one) for one in numbers) & frozenset(DATA_GROUPS)
    except DecodingError:
        return frozenset()
