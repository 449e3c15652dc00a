"""A country's authorities as data: which there are, who certifies whom, under which names, with which keys.

The national values come from the country profile; what stands here is how they become authorities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki import certificate_profiles as profiles
from openeoi.pki.certificate_profiles import Attribute, CertificateProfile, HolderRules, Lifetimes
from openeoi.pki.certificates import Addresses, Subject
from openeoi.pki.key_store import KeyAlgorithm, KeyPurpose
from openeoi.profiles.certificates import VerificationParameters

DEFAULT_BASE_ADDRESS = "http://127.0.0.1:8000/pki"


class Authority(StrEnum):
    """Who holds a key and a certificate in a country's scheme; the value is part of addresses and key labels."""

    COUNTRY_SIGNING = "country-signing"
    DOCUMENT_SIGNER = "document-signer"
    MASTER_LIST_SIGNER = "master-list-signer"
    EID_ROOT = "eid-root"
    EID_LOW = "eid-low"
    EID_HIGH = "eid-high"
    EID_QUALIFIED = "eid-qualified"
    EID_LOW_STATUS = "eid-low-status"
    EID_HIGH_STATUS = "eid-high-status"
    EID_QUALIFIED_STATUS = "eid-qualified-status"
    TIME_STAMPING = "time-stamping"


HOLDER_ISSUERS: Mapping[CredentialRole, Authority] = {
    CredentialRole.LOW: Authority.EID_LOW,
    CredentialRole.HIGH: Authority.EID_HIGH,
    CredentialRole.QUALIFIED: Authority.EID_QUALIFIED,
}

STATUS_RESPONDERS: Mapping[Authority, Authority] = {
    Authority.EID_LOW: Authority.EID_LOW_STATUS,
    Authority.EID_HIGH: Authority.EID_HIGH_STATUS,
    Authority.EID_QUALIFIED: Authority.EID_QUALIFIED_STATUS,
}

PURPOSES: Mapping[Authority, KeyPurpose] = {
    Authority.COUNTRY_SIGNING: KeyPurpose.COUNTRY_SIGNING,
    Authority.DOCUMENT_SIGNER: KeyPurpose.DOCUMENT_SIGNING,
    Authority.MASTER_LIST_SIGNER: KeyPurpose.MASTER_LIST_SIGNING,
    Authority.EID_ROOT: KeyPurpose.EID_ROOT,
    Authority.EID_LOW: KeyPurpose.EID_ISSUING,
    Authority.EID_HIGH: KeyPurpose.EID_ISSUING,
    Authority.EID_QUALIFIED: KeyPurpose.EID_ISSUING,
    **dict.fromkeys(STATUS_RESPONDERS.values(), KeyPurpose.STATUS_SIGNING),
    Authority.TIME_STAMPING: KeyPurpose.TIME_STAMPING,
}


@dataclass(frozen=True, slots=True)
class AuthorityDefinition:
    """One authority: the kind of its key, what it signs with, and its own certificate (issued by `issuer`, itself for a root)."""

    authority: Authority
    issuer: Authority
    key_algorithm: KeyAlgorithm
    signature_algorithm: SignatureAlgorithm
    subject: Subject
    profile: CertificateProfile

    @property
    def is_root(self) -> bool:
        return self.issuer is self.authority

    @property
    def purpose(self) -> KeyPurpose:
        return PURPOSES[self.authority]

    @property
    def issues_certificates(self) -> bool:
        return self.profile.is_authority


@dataclass(frozen=True, slots=True)
class Plan:
    """All authorities of a country, in an order in which each comes after its issuer, and the certificates on its cards.

    `issuing_state` is the three-letter code of the MRZ, `contact` a mail address that travel-document
    certificates name; `holder_labels` the unit in a holder's name, `holder_endings` what follows the person in the common name.
    """

    country_code: str
    issuing_state: str
    contact: str
    definitions: tuple[AuthorityDefinition, ...]
    holder_profiles: Mapping[CredentialRole, CertificateProfile]
    holder_labels: Mapping[CredentialRole, str]
    holder_endings: Mapping[CredentialRole, str]
    status_list_lifetime: timedelta
    country_list_lifetime: timedelta
    verification: VerificationParameters
    time_stamping_policy: str
    base_address: str = DEFAULT_BASE_ADDRESS

    def definition(self, authority: Authority) -> AuthorityDefinition:
        return next(one for one in self.definitions if one.authority is authority)

    @property
    def issuers(self) -> tuple[Authority, ...]:
        return tuple(one.authority for one in self.definitions if one.issues_certificates)

    @property
    def address(self) -> str:
        return f"{self.base_address}/{self.country_code.lower()}"

    def addresses(self, profile: CertificateProfile, issuer: Authority) -> Addresses:
        """What a certificate of this profile says about where things of its issuer lie."""
        return Addresses(
            revocation_list=f"{self.address}/crl/{issuer}.crl" if profile.revocation_list else None,
            issuer_certificate=f"{self.address}/certificates/{issuer}.cer" if profile.authority_information else None,
            status_service=f"{self.address}/ocsp" if profile.status_service else None,
        )


@dataclass(frozen=True, slots=True)
class TravelDocumentKeys:
    country_signing: KeyAlgorithm
    document_signer: KeyAlgorithm
    country_signing_signature: SignatureAlgorithm
    document_signer_signature: SignatureAlgorithm


@dataclass(frozen=True, slots=True)
class EidKeys:
    authorities: KeyAlgorithm
    signature: SignatureAlgorithm


@dataclass(frozen=True, slots=True)
class AuthorityNames:
    """Common names and organisation by authority; nothing here may claim to be the real authority."""

    organization: str
    organization_identifier: str
    common_names: Mapping[Authority, str]


def travel_document_authorities(
    country_code: str, names: AuthorityNames, keys: TravelDocumentKeys, lifetimes: Lifetimes, document_types: tuple[str, ...]
) -> tuple[AuthorityDefinition, ...]:
    """Country signing authority, document signer and master list signer (ICAO 9303-12)."""
    signer_keys = frozenset({keys.document_signer})
    own = {
        Authority.COUNTRY_SIGNING: profiles.country_signing(frozenset({keys.country_signing}), lifetimes),
        Authority.DOCUMENT_SIGNER: profiles.document_signer(signer_keys, lifetimes, document_types),
        Authority.MASTER_LIST_SIGNER: profiles.master_list_signer(signer_keys, lifetimes),
    }
    return tuple(
        AuthorityDefinition(
            authority=authority,
            issuer=Authority.COUNTRY_SIGNING,
            key_algorithm=keys.country_signing if profile.is_authority else keys.document_signer,
            signature_algorithm=keys.country_signing_signature if profile.is_authority else keys.document_signer_signature,
            subject=(
                (Attribute.COUNTRY, country_code),
                (Attribute.ORGANIZATION, names.organization),
                (Attribute.COMMON_NAME, names.common_names[authority]),
            ),
            profile=profile,
        )
        for authority, profile in own.items()
    )


def eid_authorities(
    country_code: str, names: AuthorityNames, keys: EidKeys, lifetimes: Lifetimes, practice_statement: str
) -> tuple[AuthorityDefinition, ...]:
    """The eID root and the issuing authorities under it."""
    kinds = frozenset({keys.authorities})
    issuing = profiles.eid_issuing(kinds, lifetimes, practice_statement)
    own = {
        Authority.EID_ROOT: profiles.eid_root(kinds, lifetimes),
        **{authority: issuing for authority in HOLDER_ISSUERS.values() if authority in names.common_names},
    }
    return tuple(
        AuthorityDefinition(
            authority=authority,
            issuer=Authority.EID_ROOT,
            key_algorithm=keys.authorities,
            signature_algorithm=keys.signature,
            subject=(
                (Attribute.COUNTRY, country_code),
                (Attribute.ORGANIZATION, names.organization),
                (Attribute.ORGANIZATION_IDENTIFIER, names.organization_identifier),
                (Attribute.COMMON_NAME, names.common_names[authority]),
            ),
            profile=profile,
        )
        for authority, profile in own.items()
    )


def status_responders(issuing: tuple[AuthorityDefinition, ...]) -> tuple[AuthorityDefinition, ...]:
    """One responder for each authority that issues to holders; P-256, because it signs at every question. OUR CHOICE."""
    profile = profiles.status_responder(frozenset({KeyAlgorithm.P_256}))
    return tuple(
        AuthorityDefinition(
            authority=STATUS_RESPONDERS[one.authority],
            issuer=one.authority,
            key_algorithm=KeyAlgorithm.P_256,
            signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
            subject=tuple((kind, f"{value} OCSP" if kind is Attribute.COMMON_NAME else value) for kind, value in one.subject),
            profile=profile,
        )
        for one in issuing
        if one.authority in STATUS_RESPONDERS
    )


def time_stamping_unit(
    country_code: str, names: AuthorityNames, lifetimes: Lifetimes, practice_statement: str
) -> AuthorityDefinition:
    """The unit that signs time stamps, certified by the eID root (ETSI EN 319 421, 7.6). P-256 and under the root: OUR CHOICE."""
    return AuthorityDefinition(
        authority=Authority.TIME_STAMPING,
        issuer=Authority.EID_ROOT,
        key_algorithm=KeyAlgorithm.P_256,
        signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
        subject=(
            (Attribute.COUNTRY, country_code),
            (Attribute.ORGANIZATION, names.organization),
            (Attribute.ORGANIZATION_IDENTIFIER, names.organization_identifier),
            (Attribute.COMMON_NAME, names.common_names[Authority.TIME_STAMPING]),
        ),
        profile=profiles.time_stamping(frozenset({KeyAlgorithm.P_256}), lifetimes, practice_statement),
    )


def holder_profiles(rules: HolderRules) -> dict[CredentialRole, CertificateProfile]:
    return {role: profiles.holder(role, rules) for role in rules.policies}
