"""X.509 certificates of country signing authorities and document signers, read with asn1crypto (ICAO 9303-12, 7.1).

asn1crypto reads what `cryptography` refuses: explicit curve parameters and NULL parameters in an ECDSA AlgorithmIdentifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, x509

from openeoi.encoding.asn1 import Asn1Value, load, moment, reading
from openeoi.protocols.passive_authentication.public_keys import PublicKey, load_public_key
from openeoi.protocols.passive_authentication.tolerances import Tolerance


@dataclass(frozen=True, slots=True)
class Period:
    """A private key usage period (RFC 3280, 4.2.1.4); an open end is None."""

    start: datetime | None
    end: datetime | None

    def holds(self, moment: datetime) -> bool:
        return (self.start is None or self.start <= moment) and (self.end is None or moment <= self.end)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What passive authentication needs of a certificate. Names are DER; `country` is the issuer's in capitals, or empty.

    `key_usage` holds RFC 5280's names ("digital_signature", "key_cert_sign" ...), None where the extension is absent;
    `signed` is the TBSCertificate, `signature_algorithm` the DER of its AlgorithmIdentifier.
    """

    raw: bytes
    signed: bytes
    subject: bytes
    issuer: bytes
    subject_text: str
    country: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    subject_key_identifier: bytes | None
    authority_key_identifier: bytes | None
    is_authority: bool
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str]
    private_key_usage: Period
    public_key: bytes
    signature_algorithm: bytes
    signature: bytes

    @property
    def is_self_issued(self) -> bool:
        return self.subject == self.issuer

    @property
    def is_link(self) -> bool:
        """The old key signed the new one: same name, other key (ICAO 9303-12, 7.1.2). Only key identifiers tell it apart."""
        # Real link certificates exist that forget to say that they are authorities; they still say what their key is for.
        certifies = self.is_authority or "key_cert_sign" in (self.key_usage or ())
        return certifies and self.authority_key_identifier not in (None, self.subject_key_identifier)

    def key(self) -> tuple[PublicKey, tuple[Tolerance, ...]]:
        """The public key, loaded. Raises DecodingError and UnsupportedAlgorithm."""
        return load_public_key(self.public_key)

    @classmethod
    def decode(cls, raw: bytes) -> Certificate:
        """Raises DecodingError."""
        certificate = load(x509.Certificate, raw, "the certificate", deep=False)
        with reading("the certificate"):
            body = certificate["tbs_certificate"]
            return cls(
                raw=raw,
                signed=bytes(body.dump()),
                subject=bytes(body["subject"].dump()),
                issuer=bytes(body["issuer"].dump()),
                subject_text=str(body["subject"].human_friendly),
                country=_country(body["issuer"]),
                serial_number=int(body["serial_number"]),
                not_before=moment(body["validity"]["not_before"]),
                not_after=moment(body["validity"]["not_after"]),
                subject_key_identifier=certificate.key_identifier,
                authority_key_identifier=certificate.authority_key_identifier,
                is_authority=bool(certificate.ca),
                key_usage=_key_usage(certificate.key_usage_value),
                extended_key_usage=_extended_key_usage(certificate.extended_key_usage_value),
                private_key_usage=_period(certificate.private_key_usage_period_value),
                public_key=bytes(body["subject_public_key_info"].dump()),
                signature_algorithm=bytes(certificate["signature_algorithm"].dump()),
                signature=bytes(certificate["signature_value"]),
            )


def _country(name: Asn1Value) -> str:
    value = name.native.get("country_name", "")
    return value.upper() if isinstance(value, str) else ""


def _key_usage(value: Asn1Value) -> frozenset[str] | None:
    return None if value is None else frozenset(value.native)


def _extended_key_usage(value: Asn1Value) -> frozenset[str]:
    return frozenset() if value is None else frozenset(str(purpose.dotted) for purpose in value)


def _period(value: Asn1Value) -> Period:
    if value is None:
        return Period(None, None)
    start, end = (None if isinstance(value[name], core.Void) else moment(value[name]) for name in ("not_before", "not_after"))
    return Period(start, end)
