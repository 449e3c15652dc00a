"""Building a certificate from its profile (RFC 5280; ICAO 9303-12, 7.1): the part that is signed, and the whole.

The private key never comes here: the caller signs the bytes in the key store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from openeoi.encoding import der
from openeoi.encoding.errors import EncodingError
from openeoi.encoding.signature_algorithms import SignatureAlgorithm
from openeoi.pki import qualified_statements
from openeoi.pki.certificate_profiles import (
    DOCUMENT_TYPE_LIST,
    QUALIFIED_STATEMENTS,
    STATUS_NO_CHECK,
    Attribute,
    CertificateProfile,
    KeyUsage,
)

Subject = tuple[tuple[Attribute, str], ...]

SERIAL_NUMBER_BYTES = 16


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a relying party finds what belongs to a certificate; None where its profile does not name it."""

    revocation_list: str | None = None
    issuer_certificate: str | None = None
    status_service: str | None = None


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """The issuing authority as its certificates name it: `name` is the DER of its subject, times are aware."""

    name: bytes
    key_identifier: bytes
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What one certificate says beyond its profile. `public_key` is the DER of the SubjectPublicKeyInfo as it will stand there;
    `issuer` None makes a self-signed certificate. `issuing_state` and `contact` fill the alternative names."""

    serial_number: int
    subject: Subject
    public_key: bytes
    not_before: datetime
    not_after: datetime
    signature_algorithm: SignatureAlgorithm
    issuer: IssuerFacts | None
    addresses: Addresses
    issuing_state: str = ""
    contact: str = ""


def encode_name(subject: Subject) -> bytes:
    """DER of a Name: one attribute per level in the given order; country and serialNumber PrintableString, others UTF8String.

    Raises EncodingError for a value that its attribute cannot hold.
    """
    try:
        return x509.Name([x509.NameAttribute(getattr(x509.NameOID, kind.value), value) for kind, value in subject]).public_bytes()
    except ValueError as error:
        raise EncodingError("name", str(error)) from error


def key_identifier(public_key: bytes) -> bytes:
    """SHA-1 over the bits of the subjectPublicKey (RFC 5280, 4.2.1.2, method 1): a name, not a protection."""
    _, key = der.decode_sequence(public_key)
    return hashlib.sha1(der.decode_bit_string(key).value, usedforsecurity=False).digest()


def new_serial_number(random: Callable[[int], bytes]) -> int:
    """A positive serial number of 16 bytes, 126 bits of them random (RFC 5280, 4.1.2.2: at most 20 bytes)."""
    return int.from_bytes(random(SERIAL_NUMBER_BYTES), "big") >> 1 | 1 << (8 * SERIAL_NUMBER_BYTES - 2)


def to_be_signed(profile: CertificateProfile, facts: CertificateFacts) -> bytes:
    """DER of the TBSCertificate, version 3."""
    subject = encode_name(facts.subject)
    extensions = der.encode_sequence(*(_extension(*one) for one in _extensions(profile, facts)))
    return der.encode_sequence(
        der.encode_explicit(0, der.encode_integer(2)),
        der.encode_integer(facts.serial_number),
        facts.signature_algorithm.algorithm_identifier(),
        subject if facts.issuer is None else facts.issuer.name,
        der.encode_sequence(_time(facts.not_before), _time(facts.not_after)),
        subject,
        facts.public_key,
        der.encode_explicit(3, extensions),
    )


def assemble(signed: bytes, algorithm: SignatureAlgorithm, signature: bytes) -> bytes:
    """The certificate or CRL: the signed part, the algorithm, the signature value."""
    return der.encode_sequence(signed, algorithm.algorithm_identifier(), der.encode_bit_string(signature))


def whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _time(moment: datetime) -> bytes:
    # RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on.
    kind = "utc_time" if moment.year < 2050 else "general_time"
    return bytes(asn1_x509.Time({kind: whole_second(moment)}).dump())


def _extension(oid: str, critical: bool, value: bytes) -> bytes:
    flag = (der.encode_boolean(True),) if critical else ()
    return der.encode_sequence(der.encode_object_identifier(oid), *flag, der.encode_octet_string(value))


def _extensions(profile: CertificateProfile, facts: CertificateFacts) -> list[tuple[str, bool, bytes]]:
    """OID, criticality and value of each extension, in the order in which ICAO 9303-12 lists them."""
    issuer_key = facts.issuer.key_identifier if facts.issuer else key_identifier(facts.public_key)
    extensions: list[tuple[x509.ExtensionType, bool]] = [(x509.AuthorityKeyIdentifier(issuer_key, None, None), False)]
    if profile.subject_key_identifier:
        extensions.append((x509.SubjectKeyIdentifier(key_identifier(facts.public_key)), False))
    extensions.append((_key_usage(profile), True))
    if profile.private_key_lifetime is not None:
        extensions.append((_private_key_usage_period(profile, facts), False))
    if profile.policies:
        extensions.append((_policies(profile), False))
    if profile.alternative_names:
        names = _alternative_names(facts)
        extensions += [(x509.SubjectAlternativeName(names), False), (x509.IssuerAlternativeName(names), False)]
    if profile.path_length is not None:
        extensions.append((x509.BasicConstraints(ca=True, path_length=profile.path_length), True))
    if profile.extended_key_usage:
        usages = [x509.ObjectIdentifier(oid) for oid in profile.extended_key_usage]
        extensions.append((x509.ExtendedKeyUsage(usages), profile.extended_key_usage_critical))
    if facts.addresses.revocation_list:
        extensions.append((_distribution_point(facts.addresses.revocation_list), False))
    if facts.addresses.issuer_certificate or facts.addresses.status_service:
        extensions.append((_authority_information(facts.addresses), False))
    encoded = [(extension.oid.dotted_string, critical, extension.public_bytes()) for extension, critical in extensions]
    return encoded + _own_extensions(profile, facts)


def _own_extensions(profile: CertificateProfile, facts: CertificateFacts) -> list[tuple[str, bool, bytes]]:
    extensions = []
    if profile.status_no_check:
        extensions.append((STATUS_NO_CHECK, False, der.encode_null()))
    if profile.document_types:
        extensions.append((DOCUMENT_TYPE_LIST, False, _document_types(profile.document_types)))
    if profile.qualified is not None:
        extensions.append((QUALIFIED_STATEMENTS, False, qualified_statements.encode(profile.qualified)))
    if profile.resolver is not None:
        number = dict(facts.subject)[Attribute.SERIAL_NUMBER]
        for oid, address in (
            (profile.resolver.get_oid, profile.resolver.get),
            (profile.resolver.validate_oid, profile.resolver.validate),
        ):
            extensions.append((oid, False, qualified_statements.ia5_string(address.format(number=number))))
    return extensions


def _key_usage(profile: CertificateProfile) -> x509.KeyUsage:
    used = profile.key_usage
    return x509.KeyUsage(
        digital_signature=KeyUsage.DIGITAL_SIGNATURE in used,
        content_commitment=KeyUsage.CONTENT_COMMITMENT in used,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=KeyUsage.KEY_CERT_SIGN in used,
        crl_sign=KeyUsage.CRL_SIGN in used,
        encipher_only=False,
        decipher_only=False,
    )


def _private_key_usage_period(profile: CertificateProfile, facts: CertificateFacts) -> x509.PrivateKeyUsagePeriod:
    if profile.private_key_lifetime is None:
        raise ValueError("the profile has no private key usage period")
    start = whole_second(facts.not_before)
    end = min(start + profile.private_key_lifetime, whole_second(facts.not_after))
    return x509.PrivateKeyUsagePeriod(start.replace(tzinfo=None), end.replace(tzinfo=None))


def _policies(profile: CertificateProfile) -> x509.CertificatePolicies:
    return x509.CertificatePolicies(
        [
            x509.PolicyInformation(
                x509.ObjectIdentifier(policy.oid), [policy.practice_statement] if policy.practice_statement else None
            )
            for policy in profile.policies
        ]
    )


def _alternative_names(facts: CertificateFacts) -> list[x509.GeneralName]:
    """A contact, and a directory name whose locality is the issuing state's code from the MRZ (ICAO 9303-12, 7.1.1.4)."""
    state = x509.Name([x509.NameAttribute(x509.NameOID.LOCALITY_NAME, facts.issuing_state)])
    return [x509.RFC822Name(facts.contact), x509.DirectoryName(state)]


def _distribution_point(address: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
    return x509.CRLDistributionPoints([point])


def _authority_information(addresses: Addresses) -> x509.AuthorityInformationAccess:
    methods = (
        (AuthorityInformationAccessOID.CA_ISSUERS, addresses.issuer_certificate),
        (AuthorityInformationAccessOID.OCSP, addresses.status_service),
    )
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(address)) for method, address in methods if address]
    )


def _document_types(types: tuple[str, ...]) -> bytes:
    """DocumentTypeListSyntax (ICAO 9303-12, 7.1.1.6): version 0 and the document codes of the MRZ without fillers."""
    codes = der.encode_set_of(qualified_statements.printable_string(code) for code in types)
    return der.encode_sequence(der.encode_integer(0), codes)
