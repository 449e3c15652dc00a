"""What a country lays down for its authorities: names, kinds of keys, lifetimes, policy identifiers.

No name may claim to be a real authority: every one says that it is a test of OpenEOI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import SignatureAlgorithm

# OUR CHOICE: the enterprise number that IANA keeps for examples (RFC 5612); below it 1 for OpenEOI, then the state's ISO 3166-1
# number. Never the arcs of real authorities, and none of the ETSI policies that only a real provider may claim.
EXAMPLE_ARC = "1.3.6.1.4.1.32473.1"


@dataclass(frozen=True, slots=True)
class AuthorityNames:
    """Organisation and common names. `eid` holds one issuing authority per credential on the country's cards."""

    organization: str
    organization_identifier: str
    country_signing: str
    document_signer: str
    master_list_signer: str
    eid_root: str
    time_stamping: str
    eid: Mapping[CredentialRole, str]


@dataclass(frozen=True, slots=True)
class AuthorityKeys:
    """Kinds of keys by the names that `pki.key_store.KeyAlgorithm` has as values."""

    country_signing: str
    document_signer: str
    travel_document_signature: SignatureAlgorithm
    eid: str
    eid_signature: SignatureAlgorithm
    holder: str


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """`document` is the longest validity of a card with a day of expiry, the `..._key` ones how long it signs (ICAO 9303-12,
    7.1: the certificate outlives the last thing signed), the others how long a certificate or list is valid."""

    document: timedelta
    country_signing_key: timedelta
    document_signer_key: timedelta
    master_list_signer: timedelta
    eid_root: timedelta
    eid_issuing: timedelta
    holder: timedelta
    eid_revocation_list: timedelta
    country_revocation_list: timedelta
    time_stamping: timedelta
    time_stamping_key: timedelta


@dataclass(frozen=True, slots=True)
class VerificationParameters:
    """Who may verify whom (BSI TR-03110-3, C): the mnemonics of the state's verifying authority (CVCA), document verifier and
    inspection systems (one to nine characters), the kind of key of the authority, and how long each certificate is valid."""

    authority_mnemonic: str
    document_verifier_mnemonic: str
    inspection_system_mnemonic: str
    key: str
    authority_lifetime: timedelta
    document_verifier_lifetime: timedelta
    inspection_system_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class CertificateParameters:
    """`policies` holds the policy OID of each credential, `subject_endings` what follows the holder's name in its common name,
    `labels` the name people see. `resolver_oids` are the private extensions "get" and "validate" of the identifier service,
    `time_stamping_policy` the OID that time stamps name."""

    names: AuthorityNames
    keys: AuthorityKeys
    lifetimes: Lifetimes
    verification: VerificationParameters
    policies: Mapping[CredentialRole, str]
    subject_endings: Mapping[CredentialRole, str]
    labels: Mapping[CredentialRole, str]
    resolver_oids: tuple[str, str]
    time_stamping_policy: str
    practice_statement: str
    contact: str
