"""Montenegro's authorities in the test scheme. OUR CHOICE throughout: other algorithms than Slovenia's, so that both are used."""

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

ARC = f"{EXAMPLE_ARC}.499"
YEAR = timedelta(days=365)

CERTIFICATES = CertificateParameters(
    names=AuthorityNames(
        organization="OpenEOI test state Montenegro",
        organization_identifier="NTRME-00000000",
        country_signing="OpenEOI TEST CSCA Montenegro",
        document_signer="OpenEOI TEST Document Signer Montenegro",
        master_list_signer="OpenEOI TEST Master List Signer Montenegro",
        eid_root="OpenEOI TEST eID Root Montenegro",
        time_stamping="OpenEOI TEST Time Stamping Montenegro",
        eid={
            CredentialRole.HIGH: "OpenEOI TEST eID Identifikacija",
            CredentialRole.QUALIFIED: "OpenEOI TEST eID Kvalifikovani potpis",
        },
    ),
    keys=AuthorityKeys(
        country_signing="brainpool-p384r1",
        document_signer="brainpool-p256r1",
        travel_document_signature=SignatureAlgorithm.ECDSA_SHA256,
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
        key="p-256",
        authority_lifetime=3 * YEAR,
        document_verifier_lifetime=timedelta(days=90),
        inspection_system_lifetime=timedelta(days=30),
    ),
    policies={CredentialRole.HIGH: f"{ARC}.1.2", CredentialRole.QUALIFIED: f"{ARC}.1.3"},
    subject_endings={CredentialRole.HIGH: "(eLK - identifikacija)", CredentialRole.QUALIFIED: "(eLK - potpis)"},
    labels={CredentialRole.HIGH: "Identifikacija", CredentialRole.QUALIFIED: "Kvalifikovani elektronski potpis"},
    resolver_oids=(f"{ARC}.2.1", f"{ARC}.2.2"),
    time_stamping_policy=f"{ARC}.3.1",
    practice_statement="https://openeoi.example/me/cps",
    contact="info@openeoi.example",
)
