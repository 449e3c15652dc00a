"""CMS SignedData (RFC 5652) as documents, master lists and EF.CardSecurity use it: content, certificates, one signer or more.

Parsing keeps the exact bytes that were signed; verifying is `protocols.passive_authentication`. Building asks a callback for the
signature, so that no key comes near this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import cms, core, x509

# asn1crypto keeps a table of attribute names that its first use closes; tsp enters those of RFC 5035, which PAdES needs.
from asn1crypto import tsp as _attributes_of_rfc_5035  # noqa: F401

from openeoi.encoding.asn1 import Asn1Value, load, moment, reading
from openeoi.encoding.errors import DecodingError, EncodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm, digest_named

SIGNED_DATA = "1.2.840.113549.1.7.2"
SET_OF = 0x31

Sign = Callable[[bytes], bytes]


class SignerIdentification(StrEnum):
    """How a SignerInfo names its certificate (RFC 5652, 5.3): version 1 or version 3."""

    ISSUER_AND_SERIAL_NUMBER = "issuer and serial number"
    SUBJECT_KEY_IDENTIFIER = "subject key identifier"


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature. Exactly one of (`issuer`, `serial_number`) and `subject_key_identifier` names the signer.

    `issuer` is the DER of its Name; `signed_attributes` the DER of the SET OF that was signed (None: the content was signed
    itself); `content_type` and `message_digest` are taken from them; `signature_algorithm` is the DER of the AlgorithmIdentifier.
    """

    version: int
    issuer: bytes | None
    serial_number: int | None
    subject_key_identifier: bytes | None
    digest_algorithm: DigestAlgorithm
    signed_attributes: bytes | None
    content_type: str | None
    message_digest: bytes | None
    signing_time: datetime | None
    signature_algorithm: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """`content_type` as dotted OID, `content` without its OCTET STRING header, `certificates` and `revocation_lists` as DER."""

    version: int
    content_type: str
    content: bytes
    certificates: tuple[bytes, ...]
    revocation_lists: tuple[bytes, ...]
    signer_infos: tuple[SignerInfo, ...]

    @classmethod
    def decode(cls, raw: bytes) -> SignedData:
        """A ContentInfo that holds SignedData with content inside. Raises DecodingError.

        Certificates and revocation lists are split off here and read by who uses them.
        """
        info = load(cms.ContentInfo, raw, "the CMS object", deep=False)
        with reading("the CMS object"):
            if info["content_type"].dotted != SIGNED_DATA:
                raise DecodingError(f"the CMS object has content type {info['content_type'].dotted}, not SignedData")
            signed = info["content"]
            encapsulated = signed["encap_content_info"]
            _ = signed["digest_algorithms"].native
            return cls(
                version=int(signed["version"]),
                content_type=str(encapsulated["content_type"].dotted),
                content=_content(encapsulated),
                certificates=_choices(signed["certificates"], "certificate"),
                revocation_lists=_choices(signed["crls"], "certificate_list"),
                signer_infos=tuple(_signer_info(one) for one in signed["signer_infos"]),
            )


@dataclass(frozen=True, slots=True)
class Signer:
    """What a signed object says about its signer. `sign` gets the bytes to be signed (not their digest) and returns the signature
    value as CMS carries it: for ECDSA the DER of r and s."""

    certificate: bytes
    signature_algorithm: SignatureAlgorithm
    sign: Sign
    identification: SignerIdentification = SignerIdentification.ISSUER_AND_SERIAL_NUMBER
    signing_time: datetime | None = None
    names_certificate: bool = False
    embeds_certificate: bool = True


def build_signed_data(content_type: str, content: bytes, signer: Signer, more_certificates: Sequence[bytes] = ()) -> bytes:
    """DER of a ContentInfo with SignedData version 3 over `content`; the signer's certificate comes first in it.

    The signed attributes are contentType, messageDigest and, where `signing_time` (aware) is given, signingTime; where the signer
    names its certificate, signingCertificateV2 with the signature's own digest (RFC 5035, 3).
    """
    digest = signer.signature_algorithm.digest
    own = x509.Certificate.load(signer.certificate)
    attributes = _signed_attributes(content_type, digest.digest(content), signer)
    certificates = [x509.Certificate.load(one) for one in more_certificates]
    if signer.embeds_certificate:
        certificates.insert(0, own)
    signer_info = {
        **_signer_identifier(own, signer.identification),
        "digest_algorithm": {"algorithm": digest.value},
        "signed_attrs": attributes,
        "signature_algorithm": cms.SignedDigestAlgorithm.load(signer.signature_algorithm.algorithm_identifier()),
        "signature": signer.sign(bytes(attributes.dump())),
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": digest.value}],
        "encap_content_info": {"content_type": content_type, "content": core.ParsableOctetString(content)},
        "signer_infos": [signer_info],
    }
    if certificates:
        signed["certificates"] = certificates
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def _signed_attributes(content_type: str, digest: bytes, signer: Signer) -> Asn1Value:
    signing_time = signer.signing_time
    attributes: list[dict[str, Asn1Value]] = [
        {"type": "content_type", "values": [content_type]},
        {"type": "message_digest", "values": [digest]},
    ]
    if signing_time is not None:
        if signing_time.tzinfo is None:
            raise EncodingError("signingTime", "a time without time zone")
        # RFC 5652, 11.3: UTCTime through 2049, GeneralizedTime from 2050 on.
        name = "utc_time" if signing_time.year < 2050 else "general_time"
        attributes.append({"type": "signing_time", "values": [cms.Time({name: signing_time.replace(microsecond=0)})]})
    if signer.names_certificate:
        used = signer.signature_algorithm.digest
        named = {"hash_algorithm": {"algorithm": used.value}, "cert_hash": used.digest(signer.certificate)}
        attributes.append({"type": "signing_certificate_v2", "values": [{"certs": [named]}]})
    return cms.CMSAttributes(attributes)


def _signer_identifier(certificate: Asn1Value, identification: SignerIdentification) -> dict[str, Asn1Value]:
    if identification is SignerIdentification.SUBJECT_KEY_IDENTIFIER:
        if certificate.key_identifier is None:
            raise EncodingError("signer identifier", "the certificate has no subject key identifier")
        return {"version": "v3", "sid": cms.SignerIdentifier({"subject_key_identifier": certificate.key_identifier})}
    name = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return {"version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": name})}


def _content(encapsulated: Asn1Value) -> bytes:
    content = encapsulated["content"]
    if not isinstance(content, core.OctetString | core.ParsableOctetString):
        raise DecodingError("the signed object has no content of its own")
    return bytes(content)


def _choices(values: Asn1Value, wanted: str) -> tuple[bytes, ...]:
    if isinstance(values, core.Void):
        return ()
    if any(one.name != wanted for one in values):
        raise DecodingError(f"something else stands where a {wanted} belongs")
    return tuple(bytes(one.chosen.dump()) for one in values)


def _signer_info(info: Asn1Value) -> SignerInfo:
    identifier = info["sid"]
    by_name = identifier.name == "issuer_and_serial_number"
    attributes = None if isinstance(info["signed_attrs"], core.Void) else info["signed_attrs"]
    # RFC 5652, 5.4: what is signed is the DER with the tag of a SET OF in place of the implicit [0].
    signed = None if attributes is None else bytes((SET_OF,)) + bytes(attributes.dump())[1:]
    found = _attributes(attributes)
    content_type, message_digest = found.get("content_type"), found.get("message_digest")
    signing_time = found.get("signing_time")
    return SignerInfo(
        version=int(info["version"]),
        issuer=bytes(identifier.chosen["issuer"].dump()) if by_name else None,
        serial_number=int(identifier.chosen["serial_number"]) if by_name else None,
        subject_key_identifier=None if by_name else bytes(identifier.chosen),
        digest_algorithm=digest_named(info["digest_algorithm"]["algorithm"].native),
        signed_attributes=signed,
        content_type=None if content_type is None else str(content_type.dotted),
        message_digest=None if message_digest is None else bytes(message_digest),
        signing_time=None if signing_time is None else moment(signing_time),
        signature_algorithm=bytes(info["signature_algorithm"].dump()),
        signature=bytes(info["signature"]),
    )


def _attributes(attributes: Asn1Value) -> dict[str, Asn1Value]:
    """The value of each attribute that is read here (RFC 5652, 11: exactly one value, never repeated)."""
    found: dict[str, Asn1Value] = {}
    for one in attributes or ():
        name = str(one["type"].native)
        if name not in ("content_type", "message_digest", "signing_time"):
            continue
        values = one["values"]
        if name in found or len(values) != 1:
            raise DecodingError(f"the signed attribute {name} does not have exactly one value")
        found[name] = values[0]
    return found
