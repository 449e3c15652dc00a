"""A country's plan of authorities from its profile: how national names, keys and lifetimes become certificate profiles."""

from __future__ import annotations

from openeoi import profiles
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
    status_responders,
    time_stamping_unit,
    travel_document_authorities,
)
from openeoi.profiles.profile import CountryProfile

# ETSI EN 319 411-1 and -2: the policy family that a relying party looks for beside the country's own (EN 319 412-2, 4.3.3;
# QCP-n-qscd is wanted by EN 319 411-2 where the qualified statements stand). OUR CHOICE for the first two.
ETSI_POLICIES = {
    CredentialRole.LOW: "0.4.0.2042.1.3",  # LCP
    CredentialRole.HIGH: "0.4.0.2042.1.2",  # NCP+
    CredentialRole.QUALIFIED: "0.4.0.194112.1.2",  # QCP-n-qscd
}


def load(country_code: str, base_address: str = DEFAULT_BASE_ADDRESS) -> Plan:
    """The plan of a country by its code in small letters. Raises profiles.UnknownProfile."""
    return plan_for(profiles.load(country_code), base_address)


def plan_for(profile: CountryProfile, base_address: str = DEFAULT_BASE_ADDRESS) -> Plan:
    """`base_address`: where relying parties reach the authorities' pages, without a slash at the end."""
    parameters = profile.certificates
    code = profile.country_code
    lifetimes = Lifetimes(
        document=parameters.lifetimes.document,
        country_signing_key=parameters.lifetimes.country_signing_key,
        document_signer_key=parameters.lifetimes.document_signer_key,
        master_list_signer=parameters.lifetimes.master_list_signer,
        eid_root=parameters.lifetimes.eid_root,
        eid_issuing=parameters.lifetimes.eid_issuing,
        time_stamping=parameters.lifetimes.time_stamping,
        time_stamping_key=parameters.lifetimes.time_stamping_key,
    )
    names = _names(profile)
    eid_keys = EidKeys(KeyAlgorithm(parameters.keys.eid), parameters.keys.eid_signature)
    travel = travel_document_authorities(code, names, _travel_document_keys(profile), lifetimes, (profile.document_code,))
    eid = eid_authorities(code, names, eid_keys, lifetimes, parameters.practice_statement)
    time_stamps = time_stamping_unit(code, names, lifetimes, parameters.practice_statement)
    return Plan(
        country_code=code,
        issuing_state=profile.issuing_state,
        contact=parameters.contact,
        definitions=(*travel, *eid, *status_responders(eid), time_stamps),
        holder_profiles=holder_profiles(_holder_rules(profile, f"{base_address}/{code.lower()}")),
        holder_labels=parameters.labels,
        holder_endings=parameters.subject_endings,
        status_list_lifetime=parameters.lifetimes.eid_revocation_list,
        country_list_lifetime=parameters.lifetimes.country_revocation_list,
        verification=parameters.verification,
        time_stamping_policy=parameters.time_stamping_policy,
        base_address=base_address,
    )


def _names(profile: CountryProfile) -> AuthorityNames:
    names = profile.certificates.names
    common_names = {
        Authority.COUNTRY_SIGNING: names.country_signing,
        Authority.DOCUMENT_SIGNER: names.document_signer,
        Authority.MASTER_LIST_SIGNER: names.master_list_signer,
        Authority.EID_ROOT: names.eid_root,
        Authority.TIME_STAMPING: names.time_stamping,
        **{HOLDER_ISSUERS[role]: name for role, name in names.eid.items()},
    }
    return AuthorityNames(names.organization, names.organization_identifier, common_names)


def _travel_document_keys(profile: CountryProfile) -> TravelDocumentKeys:
    keys = profile.certificates.keys
    authority, signer = KeyAlgorithm(keys.country_signing), KeyAlgorithm(keys.document_signer)
    wanted = keys.travel_document_signature
    return TravelDocumentKeys(authority, signer, _strengthened(authority, wanted), _strengthened(signer, wanted))


def _strengthened(key: KeyAlgorithm, wanted: SignatureAlgorithm) -> SignatureAlgorithm:
    """ECDSA hashes with the length of its curve (ICAO 9303-12, 4.4: the hash is not weaker than the key)."""
    if key in (KeyAlgorithm.P_384, KeyAlgorithm.BRAINPOOL_P384R1) and wanted is SignatureAlgorithm.ECDSA_SHA256:
        return SignatureAlgorithm.ECDSA_SHA384
    return wanted


def _holder_rules(profile: CountryProfile, place: str) -> HolderRules:
    parameters = profile.certificates
    get_oid, validate_oid = parameters.resolver_oids
    policies = {
        role: (Policy(own, parameters.practice_statement), Policy(ETSI_POLICIES[role]))
        for role, own in parameters.policies.items()
    }
    resolvers = {
        role: ResolverServices(
            get_oid=get_oid,
            get=f"{place}/resolver/get?sn={{number}}&ca={HOLDER_ISSUERS[role]}",
            validate_oid=validate_oid,
            validate=f"{place}/resolver/validate?sn={{number}}&ca={HOLDER_ISSUERS[role]}&id=0000000000",
        )
        for role in parameters.policies
    }
    # EN 319 412-5, 4.3.4: https, and English beside the country's language.
    statement = parameters.practice_statement.rpartition("/")[0]
    languages = dict.fromkeys(("en", *profile.languages))
    disclosures = tuple((f"{statement}/disclosure-{language}.pdf", language) for language in languages)
    return HolderRules(
        key_algorithms=frozenset({KeyAlgorithm(parameters.keys.holder)}),
        lifetime=parameters.lifetimes.holder,
        policies=policies,
        resolvers=resolvers,
        qualified=QualifiedStatements(disclosures),
    )
