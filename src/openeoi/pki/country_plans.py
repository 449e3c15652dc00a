"""The authorities of the countries that OpenEOI knows. Every name says that it is a test state's; every number is OUR CHOICE."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki.certificate_profiles import HolderRules, Lifetimes, Policy, QualifiedStatements, ResolverServices
from openeoi.pki.key_store import KeyAlgorithm
from openeoi.pki.plans import (
    DEFAULT_BASE_ADDRESS,
    HOLDER_ISSUERS,
    Authority,
    AuthorityNames,
    EidKeys,
    Plan,
    TravelDocumentKeys,
    eid_authorities,
    holder_profiles,
    travel_document_authorities,
)

# The enterprise number for documentation (RFC 5612): nobody's, so a policy below it is never taken for a real one. OUR CHOICE.
# (The examples' arc 2.999 would do as well, but the decoder of pkilint cannot read it.)
ARC = "1.3.6.1.4.1.32473.1"

LOWER_POLICY = "0.4.0.2042.1.3"  # LCP
HIGHER_POLICY = "0.4.0.2042.1.2"  # NCP+
QUALIFIED_POLICY = "0.4.0.194112.1.2"  # QCP-n-qscd


def years(count: int) -> timedelta:
    """The longest span that `count` calendar years can have."""
    return timedelta(days=count * 365 + count // 4 + 1)


# Validities by ICAO 9303-12, 7.1: signing keys of a country 5 years, of a document signer 3 months.
LIFETIMES = Lifetimes(
    document=years(10),
    country_signing_key=years(5),
    document_signer_key=timedelta(days=92),
    master_list_signer=years(1),
    eid_root=years(25),
    eid_issuing=years(15),
)


def load(country_code: str, base_address: str = DEFAULT_BASE_ADDRESS) -> Plan:
    """The plan of "si" or "me"; raises KeyError for another country."""
    return {"si": _slovenia, "me": _montenegro}[country_code](base_address)


def _slovenia(base_address: str) -> Plan:
    names = AuthorityNames(
        organization="OpenEOI test state Slovenia",
        organization_identifier="VATSI-00000000",
        common_names={
            Authority.COUNTRY_SIGNING: "OpenEOI TEST CSCA Slovenia",
            Authority.DOCUMENT_SIGNER: "OpenEOI TEST Document Signer Slovenia",
            Authority.MASTER_LIST_SIGNER: "OpenEOI TEST Master List Signer Slovenia",
            Authority.EID_ROOT: "OpenEOI TEST eID Root",
            Authority.EID_LOW: "OpenEOI TEST eID Nizka raven",
            Authority.EID_HIGH: "OpenEOI TEST eID Visoka raven",
            Authority.EID_QUALIFIED: "OpenEOI TEST eID Kvalificirano",
        },
    )
    pss = SignatureAlgorithm.RSA_PSS_SHA256
    keys = TravelDocumentKeys(KeyAlgorithm.RSA_4096, KeyAlgorithm.RSA_3072, pss, pss)
    labels = {
        CredentialRole.LOW: "eOI - prijava brez PIN-a",
        CredentialRole.HIGH: "eOI - prijava",
        CredentialRole.QUALIFIED: "eOI - podpis",
    }
    return _plan("SI", "SVN", f"{ARC}.1", names, keys, labels, base_address)


def _montenegro(base_address: str) -> Plan:
    names = AuthorityNames(
        organization="OpenEOI test state Montenegro",
        organization_identifier="VATME-00000000",
        common_names={
            Authority.COUNTRY_SIGNING: "OpenEOI TEST CSCA Montenegro",
            Authority.DOCUMENT_SIGNER: "OpenEOI TEST Document Signer Montenegro",
            Authority.MASTER_LIST_SIGNER: "OpenEOI TEST Master List Signer Montenegro",
            Authority.EID_ROOT: "OpenEOI TEST MNE eID Root",
            Authority.EID_HIGH: "OpenEOI TEST MNE eID CA Identifikacija",
            Authority.EID_QUALIFIED: "OpenEOI TEST MNE eID CA Kvalifikovani",
        },
    )
    curves = KeyAlgorithm.BRAINPOOL_P384R1, KeyAlgorithm.BRAINPOOL_P256R1
    keys = TravelDocumentKeys(*curves, SignatureAlgorithm.ECDSA_SHA384, SignatureAlgorithm.ECDSA_SHA256)
    labels = {CredentialRole.HIGH: "eLK - identifikacija", CredentialRole.QUALIFIED: "eLK - kvalifikovani potpis"}
    return _plan("ME", "MNE", f"{ARC}.2", names, keys, labels, base_address)


def _plan(
    country_code: str,
    issuing_state: str,
    arc: str,
    names: AuthorityNames,
    keys: TravelDocumentKeys,
    labels: Mapping[CredentialRole, str],
    base_address: str,
) -> Plan:
    place = f"{base_address}/{country_code.lower()}"
    statement = f"{place}/practice"
    eid_keys = EidKeys(KeyAlgorithm.P_384, SignatureAlgorithm.ECDSA_SHA384)
    travel = travel_document_authorities(country_code, names, keys, LIFETIMES, ("ID",))
    return Plan(
        country_code=country_code,
        issuing_state=issuing_state,
        contact=f"{place}/",
        definitions=travel + eid_authorities(country_code, names, eid_keys, LIFETIMES, statement),
        holder_profiles=holder_profiles(_holder_rules(arc, place, statement, tuple(labels))),
        holder_labels=labels,
        status_list_lifetime=timedelta(days=1),
        country_list_lifetime=timedelta(days=90),
        base_address=base_address,
    )


def _holder_rules(arc: str, place: str, statement: str, roles: tuple[CredentialRole, ...]) -> HolderRules:
    general = {
        CredentialRole.LOW: LOWER_POLICY,
        CredentialRole.HIGH: HIGHER_POLICY,
        CredentialRole.QUALIFIED: QUALIFIED_POLICY,
    }
    own = {CredentialRole.LOW: 1, CredentialRole.HIGH: 2, CredentialRole.QUALIFIED: 3}
    policies = {role: (Policy(f"{arc}.1.{own[role]}", statement), Policy(general[role])) for role in roles}
    resolvers = {
        role: ResolverServices(
            get_oid=f"{arc}.2.1",
            get=f"{place}/resolver/get?sn={{number}}&ca={HOLDER_ISSUERS[role]}",
            validate_oid=f"{arc}.3.1",
            validate=f"{place}/resolver/validate?sn={{number}}&ca={HOLDER_ISSUERS[role]}&id=0000000000",
        )
        for role in roles
    }
    # EN 319 412-5, 4.3.4 wants https; .example can never be resolved (RFC 2606).
    language = {"1": "sl", "2": "sr"}[arc.rpartition(".")[2]]
    disclosure = tuple((f"https://openeoi.example/disclosure/{code}.pdf", code) for code in ("en", language))
    return HolderRules(frozenset({KeyAlgorithm.P_384}), years(10), policies, resolvers, QualifiedStatements(disclosure))
