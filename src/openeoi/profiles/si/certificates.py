"""Slovenia's authorities in the test scheme. OUR CHOICE throughout, except the words by which programs tell the real card's
credentials apart ("Nizka raven", "eOI - prijava", ...): those are the real ones, under names that say TEST."""

from datetime import timedelta

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.profiles.certificates import (
    EXAMPLE_ARC,
    AuthorityKeys,
    AuthorityNames,
    CertificateParameters,
    Lifetimes,
    VerificationParameters,
)

ARC = f"{EXAMPLE_ARC}.705"
YEAR = timedelta(days=365)

CERTIFICATES = CertificateParameters(
    names=AuthorityNames(
        organization="OpenEOI test state Slovenia",
        organization_identifier="NTRSI-00000000",
        country_signing="OpenEOI TEST CSCA Slovenia",
        document_signer="OpenEOI TEST Document Signer Slovenia",
        master_list_signer="OpenEOI TEST Master List Signer Slovenia",
        eid_root="OpenEOI TEST eID Root Slovenia",
        time_stamping="OpenEOI TEST Time Stamping Slovenia",
        eid={
            CredentialRole.LOW: "OpenEOI TEST eID Nizka raven",
            CredentialRole.HIGH: "OpenEOI TEST eID Visoka raven",
            CredentialRole.QUALIFIED: "OpenEOI TEST eID Kvalificirano",
        },
    ),
    keys=AuthorityKeys(
        country_signing="rsa-4096",
        document_signer="rsa-3072",
        travel_document_signature=SignatureAlgorithm.RSA_PSS_SHA256,
        eid="p-384",
        eid_signature=SignatureAlgorithm.ECDSA_SHA384,
        holder="p-384",
    ),
    lifetimes=Lifetimes(
        document=10 * YEAR + timedelta(days=3),
        country_signing_key=4 * YEAR,
        document_signer_key=timedelta(days=90),
        master_list_signer=YEAR,
        eid_root=20 * YEAR + timedelta(days=5),
        eid_issuing=15 * YEAR + timedelta(days=4),
        holder=10 * YEAR + timedelta(days=3),
        eid_revocation_list=timedelta(days=1),
        country_revocation_list=timedelta(days=90),
        time_stamping=10 * YEAR,
        time_stamping_key=YEAR,
    ),
    verification=VerificationParameters(
        authority_mnemonic="OETESTCV",
        document_verifier_mnemonic="OETESTDV",
        inspection_system_mnemonic="OETESTIS",
        key="brainpool-p256r1",
        authority_lifetime=3 * YEAR,
        document_verifier_lifetime=timedelta(days=90),
        inspection_system_lifetime=timedelta(days=30),
    ),
    policies={
        CredentialRole.LOW: f"{ARC}.1.1",
        CredentialRole.HIGH: f"{ARC}.1.2",
        CredentialRole.QUALIFIED: f"{ARC}.1.3",
    },
    subject_endings={
        CredentialRole.LOW: "(eOI - prijava brez PIN-a)",
        CredentialRole.HIGH: "(eOI - prijava)",
        CredentialRole.QUALIFIED: "(eOI - podpis)",
    },
    labels={
        CredentialRole.LOW: "Nizka raven zanesljivosti",
        CredentialRole.HIGH: "Visoka raven zanesljivosti",
        CredentialRole.QUALIFIED: "Kvalificirano potrdilo za e-podpis",
    },
    resolver_oids=(f"{ARC}.2.1", f"{ARC}.2.2"),
    time_stamping_policy=f"{ARC}.3.1",
    practice_statement="https://openeoi.example/si/cps",
    contact="info@openeoi.example",
)
