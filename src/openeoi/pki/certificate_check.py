"""The own check before each signature: the bytes about to be signed are read back and held against the profile.

It reads them with another library than built them; a finding refuses the signature.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from openeoi.encoding import der
from openeoi.encoding.errors import DecodingError
from openeoi.pki import qualified_statements
from openeoi.pki.certificate_profiles import (
    DOCUMENT_TYPE_LIST,
    QUALIFIED_STATEMENTS,
    STATUS_NO_CHECK,
    Attribute,
    CertificateProfile,
    KeyUsage,
)
from openeoi.pki.certificates import CertificateFacts, assemble, encode_name, key_identifier
from openeoi.pki.errors import OffProfile
from openeoi.pki.key_store import KeyAlgorithm

Extension = TypeVar("Extension", bound=x509.ExtensionType)

SERIAL_NUMBER_BITS_MAXIMUM = 159  # 20 bytes as a positive INTEGER
# RFC 5280, appendix A.1: ub-common-name 64, the same for O, OU and serialNumber; counted in bytes, as strict readers do.
BOUND = 64
BOUNDED = frozenset({Attribute.COMMON_NAME, Attribute.ORGANIZATION, Attribute.ORGANIZATIONAL_UNIT, Attribute.SERIAL_NUMBER})

_Oid = ExtensionOID
CRITICAL = frozenset({_Oid.KEY_USAGE.dotted_string, _Oid.BASIC_CONSTRAINTS.dotted_string})

_RSA = {2048: KeyAlgorithm.RSA_2048, 3072: KeyAlgorithm.RSA_3072, 4096: KeyAlgorithm.RSA_4096}
_CURVES = {
    "secp256r1": KeyAlgorithm.P_256,
    "secp384r1": KeyAlgorithm.P_384,
    "brainpoolP256r1": KeyAlgorithm.BRAINPOOL_P256R1,
    "brainpoolP384r1": KeyAlgorithm.BRAINPOOL_P384R1,
}


def require_on_profile(profile: CertificateProfile, facts: CertificateFacts, signed: bytes, named_key: bytes) -> None:
    """Raises OffProfile unless `signed` (a TBSCertificate) is what `profile` allows and says what `facts` say.

    `named_key` is the subject's key with its curve by name; in travel-document certificates the curve itself is spelled out.
    """
    # Before anything is read: the reader only warns of a serial number that is not positive.
    if facts.serial_number <= 0:
        raise OffProfile(profile.name, ("the serial number is not positive",))
    try:
        certificate = x509.load_der_x509_certificate(assemble(signed, facts.signature_algorithm, b"\x00"))
        findings = tuple(_findings(profile, facts, certificate, named_key))
        public_key = der.decode_sequence(signed)[6].encode()
    except (ValueError, DecodingError, UnsupportedAlgorithm) as error:
        raise OffProfile(profile.name, (f"it cannot be read back: {error}",)) from error
    if public_key != facts.public_key:
        findings += ("the public key is not the subject's",)
    if findings:
        raise OffProfile(profile.name, findings)


def key_algorithm(public_key: bytes) -> KeyAlgorithm:
    """The kind of a key given as SubjectPublicKeyInfo with its curve by name; raises ValueError for any other kind.

    Loading an elliptic-curve key checks that its point lies on the curve.
    """
    key = load_der_public_key(public_key)
    if isinstance(key, rsa.RSAPublicKey):
        if key.public_numbers().e != 65537:
            raise ValueError("an RSA key with a public exponent other than 65537")
        kind = _RSA.get(key.key_size)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind = _CURVES.get(key.curve.name)
    else:
        kind = None
    if kind is None:
        raise ValueError("a kind of key that no profile uses")
    return kind


def _findings(
    profile: CertificateProfile, facts: CertificateFacts, certificate: x509.Certificate, named_key: bytes
) -> Iterator[str]:
    if certificate.version is not x509.Version.v3:
        yield "the version is not 3"
    if certificate.serial_number.bit_length() > SERIAL_NUMBER_BITS_MAXIMUM:
        yield "the serial number is longer than 20 bytes"
    if certificate.serial_number != facts.serial_number:
        yield "the serial number is not the intended one"
    if key_algorithm(named_key) not in profile.key_algorithms:
        yield f"a key of kind {key_algorithm(named_key)}"
    if key_identifier(named_key) != key_identifier(facts.public_key):
        yield "the key with its curve by name is another key"
    yield from _names(profile, facts, certificate)
    yield from _validity(profile, facts, certificate)
    yield from _extension_set(profile, facts, certificate)
    yield from _extension_values(profile, facts, certificate)


def _names(profile: CertificateProfile, facts: CertificateFacts, certificate: x509.Certificate) -> Iterator[str]:
    issuer = encode_name(facts.subject) if facts.issuer is None else facts.issuer.name
    if certificate.issuer.public_bytes() != issuer:
        yield "the issuer is not the authority that signs"
    attributes = [(attribute.oid, str(attribute.value)) for attribute in certificate.subject]
    allowed = {getattr(x509.NameOID, kind.value): kind for kind in profile.required | profile.optional}
    present = [oid for oid, _ in attributes]
    for oid, kind in allowed.items():
        if kind in profile.required and oid not in present:
            yield f"the subject has no {kind.value}"
    for oid, value in attributes:
        found = allowed.get(oid)
        if found is None:
            yield f"the subject has an attribute {oid.dotted_string} that does not belong there"
            continue
        if present.count(oid) > 1:
            yield f"the subject has more than one {found.value}"
        if not value.strip() or not value.isprintable() or (found in BOUNDED and len(value.encode()) > BOUND):
            yield f"the subject's {found.value} is empty, too long or holds control characters"
        digits = profile.serial_number_digits
        if found is Attribute.SERIAL_NUMBER and digits and not (len(value) == digits and value.isascii() and value.isdigit()):
            yield f"the subject's serialNumber is not {digits} digits"


def _validity(profile: CertificateProfile, facts: CertificateFacts, certificate: x509.Certificate) -> Iterator[str]:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start < end:
        yield "it ends before it begins"
    if end - start > profile.lifetime:
        yield f"it lives {(end - start).days} days, at most {profile.lifetime.days} are allowed"
    if facts.issuer is not None:
        if end > facts.issuer.not_after:
            yield "it outlives its issuer"
        # A certificate made in the same second as its issuer begins with it.
        if start < facts.issuer.not_before.replace(microsecond=0) - timedelta(seconds=1):
            yield "it begins before its issuer"


def _expected_extensions(profile: CertificateProfile, facts: CertificateFacts) -> dict[str, bool]:
    """OID -> critical, for every extension that has to be there; no other may be."""
    present = {
        _Oid.AUTHORITY_KEY_IDENTIFIER: True,
        _Oid.SUBJECT_KEY_IDENTIFIER: profile.subject_key_identifier,
        _Oid.KEY_USAGE: True,
        _Oid.PRIVATE_KEY_USAGE_PERIOD: profile.private_key_lifetime is not None,
        _Oid.CERTIFICATE_POLICIES: bool(profile.policies),
        _Oid.SUBJECT_ALTERNATIVE_NAME: profile.alternative_names,
        _Oid.ISSUER_ALTERNATIVE_NAME: profile.alternative_names,
        _Oid.BASIC_CONSTRAINTS: profile.is_authority,
        _Oid.EXTENDED_KEY_USAGE: bool(profile.extended_key_usage),
        _Oid.CRL_DISTRIBUTION_POINTS: profile.revocation_list,
        _Oid.AUTHORITY_INFORMATION_ACCESS: profile.authority_information or profile.status_service,
    }
    expected = {oid.dotted_string: oid.dotted_string in CRITICAL for oid, wanted in present.items() if wanted}
    if profile.extended_key_usage_critical:
        expected[_Oid.EXTENDED_KEY_USAGE.dotted_string] = True
    if profile.status_no_check:
        expected[STATUS_NO_CHECK] = False
    if profile.document_types:
        expected[DOCUMENT_TYPE_LIST] = False
    if profile.qualified is not None:
        expected[QUALIFIED_STATEMENTS] = False
    if profile.resolver is not None:
        expected |= {profile.resolver.get_oid: False, profile.resolver.validate_oid: False}
    return expected


def _extension_set(profile: CertificateProfile, facts: CertificateFacts, certificate: x509.Certificate) -> Iterator[str]:
    expected = _expected_extensions(profile, facts)
    found = {extension.oid.dotted_string: extension.critical for extension in certificate.extensions}
    for oid in expected.keys() - found.keys():
        yield f"the extension {oid} is missing"
    for oid in found.keys() - expected.keys():
        yield f"the extension {oid} does not belong there"
    for oid in expected.keys() & found.keys():
        if expected[oid] != found[oid]:
            yield f"the extension {oid} is {'critical' if found[oid] else 'not critical'}"


def _extension_values(profile: CertificateProfile, facts: CertificateFacts, certificate: x509.Certificate) -> Iterator[str]:
    usage = _value(certificate, x509.KeyUsage)
    bits = {name for name in (*KeyUsage, "key_encipherment", "data_encipherment", "key_agreement") if getattr(usage, name, False)}
    if usage is None or bits != profile.key_usage:
        yield "the key usage is another one"
    extended = _value(certificate, x509.ExtendedKeyUsage)
    if tuple(usage.dotted_string for usage in extended or ()) != profile.extended_key_usage:
        yield "the extended key usage is another one"
    policies = _value(certificate, x509.CertificatePolicies)
    if [policy.policy_identifier.dotted_string for policy in policies or ()] != [policy.oid for policy in profile.policies]:
        yield "the policies are others"
    constraints = _value(certificate, x509.BasicConstraints)
    if profile.is_authority and (constraints is None or not constraints.ca or constraints.path_length != profile.path_length):
        yield "the basic constraints are others"
    subject_key = _value(certificate, x509.SubjectKeyIdentifier)
    if subject_key is not None and subject_key.digest != key_identifier(facts.public_key):
        yield "the subject key identifier is another key's"
    issuer_key = _value(certificate, x509.AuthorityKeyIdentifier)
    wanted = facts.issuer.key_identifier if facts.issuer else key_identifier(facts.public_key)
    if issuer_key is None or issuer_key.key_identifier != wanted:
        yield "the authority key identifier is another key's"
    yield from _services(profile, certificate)
    yield from _statements(profile, certificate)


def _services(profile: CertificateProfile, certificate: x509.Certificate) -> Iterator[str]:
    points = [point.full_name or [] for point in _value(certificate, x509.CRLDistributionPoints) or ()]
    addresses = [str(name.value) for names in points for name in names]
    access = [
        (str(one.access_method.dotted_string), str(one.access_location.value))
        for one in _value(certificate, x509.AuthorityInformationAccess) or ()
    ]
    methods = {method for method, _ in access}
    if profile.authority_information and AuthorityInformationAccessOID.CA_ISSUERS.dotted_string not in methods:
        yield "it does not say where its issuer's certificate lies"
    if profile.status_service and AuthorityInformationAccessOID.OCSP.dotted_string not in methods:
        yield "it does not say who answers for its status"
    for address in (*addresses, *(address for _, address in access)):
        if not address.startswith(("http://", "https://")):
            yield f"the address {address} is not reached by HTTP"


def _statements(profile: CertificateProfile, certificate: x509.Certificate) -> Iterator[str]:
    if profile.qualified is None:
        return
    if any(not address.startswith("https://") for address, _ in profile.qualified.disclosure_statements):
        yield "a disclosure statement's address does not begin with https"  # EN 319 412-5, 4.3.4
    if "en" not in {language for _, language in profile.qualified.disclosure_statements}:
        yield "no disclosure statement in English"
    found = [one.value for one in certificate.extensions if one.oid.dotted_string == QUALIFIED_STATEMENTS]
    if not found or found[0].public_bytes() != qualified_statements.encode(profile.qualified):
        yield "the qualified statements are others"


def _value(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
