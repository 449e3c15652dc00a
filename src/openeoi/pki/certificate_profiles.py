"""What each kind of certificate looks like, as data: travel documents (ICAO 9303-12, 7.1) and eID (ETSI EN 319 412, RFC 5280).

A profile says what stands in a certificate; `certificates` builds from it, `certificate_check` holds every certificate against it
before it is signed. Names, algorithms and lifetimes are the country's (`plans`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.pki.key_store import KeyAlgorithm

# ICAO 9303-12, 7.1.1 and annexes; RFC 5280; ETSI EN 319 412-5.
MASTER_LIST_SIGNER_USAGE = "2.23.136.1.1.3"
DOCUMENT_TYPE_LIST = "2.23.136.1.1.6.2"
CLIENT_AUTHENTICATION_USAGE = "1.3.6.1.5.5.7.3.2"
STATUS_SIGNING_USAGE = "1.3.6.1.5.5.7.3.9"
TIME_STAMPING_USAGE = "1.3.6.1.5.5.7.3.8"
STATUS_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
QUALIFIED_STATEMENTS = "1.3.6.1.5.5.7.1.3"
ANY_POLICY = "2.5.29.32.0"

ONE_DAY = timedelta(days=1)
STATUS_RESPONDER_LIFETIME = timedelta(days=30)  # OUR CHOICE


class KeyUsage(StrEnum):
    """The bits of RFC 5280, 4.2.1.3 that our profiles use, by cryptography's names."""

    DIGITAL_SIGNATURE = "digital_signature"
    CONTENT_COMMITMENT = "content_commitment"  # nonRepudiation
    KEY_CERT_SIGN = "key_cert_sign"
    CRL_SIGN = "crl_sign"


class Attribute(StrEnum):
    """Attributes of a subject by cryptography's names for their OIDs (`x509.NameOID`)."""

    COUNTRY = "COUNTRY_NAME"
    ORGANIZATION = "ORGANIZATION_NAME"
    ORGANIZATION_IDENTIFIER = "ORGANIZATION_IDENTIFIER"
    ORGANIZATIONAL_UNIT = "ORGANIZATIONAL_UNIT_NAME"
    COMMON_NAME = "COMMON_NAME"
    SURNAME = "SURNAME"
    GIVEN_NAME = "GIVEN_NAME"
    SERIAL_NUMBER = "SERIAL_NUMBER"


@dataclass(frozen=True, slots=True)
class Policy:
    """A certificate policy and, where one is published, its certification practice statement."""

    oid: str
    practice_statement: str | None = None


@dataclass(frozen=True, slots=True)
class QualifiedStatements:
    """QCStatements of a certificate for electronic signatures on a card: QcCompliance, QcSSCD, QcType esign, QcPDS
    (EN 319 412-5, 4.2 and 4.3); `disclosure_statements` are pairs of https address and two-letter language."""

    disclosure_statements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResolverServices:
    """The two private extensions that name the service which maps the certificate number to a person's identifier.

    The model is the EŠEI service of the real card; OIDs and addresses are ours. `get` and `validate` hold `{number}`.
    """

    get_oid: str
    get: str
    validate_oid: str
    validate: str


@dataclass(frozen=True, slots=True)
class CertificateProfile:
    """One kind of certificate.

    `lifetime` is the longest validity, `private_key_lifetime` how long its key signs (None: no such extension).
    `path_length` None marks an end entity. `alternative_names` adds issuer and subject alternative name with the issuing state's
    three-letter code (ICAO 9303-12, 7.1.1.4). `serial_number_digits`: length of a subject's decimal serialNumber, 0 for none.
    `status_no_check` adds id-pkix-ocsp-nocheck: nobody asks for the status of who answers for status (RFC 6960, 4.2.2.2.1).
    """

    name: str
    required: frozenset[Attribute]
    key_algorithms: frozenset[KeyAlgorithm]
    key_usage: frozenset[KeyUsage]
    lifetime: timedelta
    optional: frozenset[Attribute] = frozenset()
    private_key_lifetime: timedelta | None = None
    path_length: int | None = None
    extended_key_usage: tuple[str, ...] = ()
    extended_key_usage_critical: bool = False
    policies: tuple[Policy, ...] = ()
    alternative_names: bool = False
    document_types: tuple[str, ...] = ()
    subject_key_identifier: bool = True
    revocation_list: bool = True
    authority_information: bool = False
    status_service: bool = False
    qualified: QualifiedStatements | None = None
    resolver: ResolverServices | None = None
    serial_number_digits: int = 0
    status_no_check: bool = False

    @property
    def is_authority(self) -> bool:
        return self.path_length is not None


AUTHORITY_USAGE = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})
SIGNER_USAGE = frozenset({KeyUsage.DIGITAL_SIGNATURE})
STATE_NAME = frozenset({Attribute.COUNTRY, Attribute.ORGANIZATION, Attribute.COMMON_NAME})
PROVIDER_NAME = STATE_NAME | {Attribute.ORGANIZATION_IDENTIFIER}  # EN 319 412-2, 4.2.3.1
# EN 319 412-2, 4.2.4: a natural person by real name.
HOLDER_NAME = frozenset(
    {Attribute.COUNTRY, Attribute.COMMON_NAME, Attribute.SURNAME, Attribute.GIVEN_NAME, Attribute.SERIAL_NUMBER}
)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long certificates of a country's authorities live and how long their keys sign. The signing periods and validities of
    the travel-document side obey ICAO 9303-12, 7.1: a certificate outlives the last thing that its key signed."""

    document: timedelta
    country_signing_key: timedelta
    document_signer_key: timedelta
    master_list_signer: timedelta
    eid_root: timedelta
    eid_issuing: timedelta
    time_stamping: timedelta
    time_stamping_key: timedelta

    @property
    def document_signer(self) -> timedelta:
        return self.document_signer_key + self.document + ONE_DAY

    @property
    def country_signing(self) -> timedelta:
        return self.country_signing_key + self.document_signer + ONE_DAY


def country_signing(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes) -> CertificateProfile:
    """The self-signed root of a state's travel documents (CSCA)."""
    return CertificateProfile(
        name="country signing authority",
        required=STATE_NAME,
        optional=frozenset({Attribute.ORGANIZATIONAL_UNIT}),
        key_algorithms=keys,
        key_usage=AUTHORITY_USAGE,
        path_length=0,
        lifetime=lifetimes.country_signing,
        private_key_lifetime=lifetimes.country_signing_key,
        alternative_names=True,
    )


def document_signer(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes, document_types: tuple[str, ...]) -> CertificateProfile:
    return CertificateProfile(
        name="document signer",
        required=STATE_NAME,
        optional=frozenset({Attribute.ORGANIZATIONAL_UNIT, Attribute.SERIAL_NUMBER}),
        key_algorithms=keys,
        key_usage=SIGNER_USAGE,
        lifetime=lifetimes.document_signer,
        private_key_lifetime=lifetimes.document_signer_key,
        alternative_names=True,
        document_types=document_types,
    )


def master_list_signer(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes) -> CertificateProfile:
    return CertificateProfile(
        name="master list signer",
        required=STATE_NAME,
        optional=frozenset({Attribute.ORGANIZATIONAL_UNIT}),
        key_algorithms=keys,
        key_usage=SIGNER_USAGE,
        lifetime=lifetimes.master_list_signer,
        private_key_lifetime=lifetimes.master_list_signer,
        extended_key_usage=(MASTER_LIST_SIGNER_USAGE,),
        extended_key_usage_critical=True,
        alternative_names=True,
    )


def eid_root(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes) -> CertificateProfile:
    return CertificateProfile(
        name="eID root",
        required=PROVIDER_NAME,
        key_algorithms=keys,
        key_usage=AUTHORITY_USAGE,
        path_length=1,
        lifetime=lifetimes.eid_root,
        revocation_list=False,
    )


def eid_issuing(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes, practice_statement: str) -> CertificateProfile:
    return CertificateProfile(
        name="eID issuing authority",
        required=PROVIDER_NAME,
        key_algorithms=keys,
        key_usage=AUTHORITY_USAGE,
        path_length=0,
        lifetime=lifetimes.eid_issuing,
        policies=(Policy(ANY_POLICY, practice_statement),),
        authority_information=True,
    )


def status_responder(keys: frozenset[KeyAlgorithm]) -> CertificateProfile:
    """Who signs an issuing authority's OCSP answers (RFC 6960, 4.2.2.2). Short-lived: nobody can ask whether it is revoked."""
    return CertificateProfile(
        name="status responder",
        required=PROVIDER_NAME,
        key_algorithms=keys,
        key_usage=SIGNER_USAGE,
        lifetime=STATUS_RESPONDER_LIFETIME,
        extended_key_usage=(STATUS_SIGNING_USAGE,),
        revocation_list=False,
        status_no_check=True,
    )


def time_stamping(keys: frozenset[KeyAlgorithm], lifetimes: Lifetimes, practice_statement: str) -> CertificateProfile:
    """A time-stamping unit (RFC 3161, 2.3: the extended usage is critical and stands alone; ETSI EN 319 422, 6.3). Its key stops
    long before its certificate ends, so that every token can be checked for years without another one over it."""
    return CertificateProfile(
        name="time-stamping unit",
        required=PROVIDER_NAME,
        key_algorithms=keys,
        key_usage=SIGNER_USAGE,
        lifetime=lifetimes.time_stamping,
        private_key_lifetime=lifetimes.time_stamping_key,
        extended_key_usage=(TIME_STAMPING_USAGE,),
        extended_key_usage_critical=True,
        policies=(Policy(ANY_POLICY, practice_statement),),
        authority_information=True,
    )


@dataclass(frozen=True, slots=True)
class HolderRules:
    """What a country lays down for the certificates on its cards."""

    key_algorithms: frozenset[KeyAlgorithm]
    lifetime: timedelta
    policies: Mapping[CredentialRole, tuple[Policy, ...]]
    resolvers: Mapping[CredentialRole, ResolverServices]
    qualified: QualifiedStatements


def holder(role: CredentialRole, rules: HolderRules) -> CertificateProfile:
    """One of the three certificates on the card. The qualified one commits to content and does nothing else: no extended usage,
    so that it never passes for a login certificate (EN 319 412-2, 4.3.2, type A)."""
    signs_documents = role is CredentialRole.QUALIFIED
    return CertificateProfile(
        name=f"holder, {role.value}",
        required=HOLDER_NAME,
        optional=frozenset({Attribute.ORGANIZATIONAL_UNIT}),
        key_algorithms=rules.key_algorithms,
        key_usage=frozenset({KeyUsage.CONTENT_COMMITMENT if signs_documents else KeyUsage.DIGITAL_SIGNATURE}),
        lifetime=rules.lifetime,
        extended_key_usage=() if signs_documents else (CLIENT_AUTHENTICATION_USAGE,),
        policies=rules.policies[role],
        authority_information=True,
        status_service=True,
        qualified=rules.qualified if signs_documents else None,
        resolver=rules.resolvers.get(role),
        serial_number_digits=13,
    )
