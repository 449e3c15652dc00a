"""An XAdES B-B signature in two steps: an XML document with a place for the signature value, and the bytes that the card signs.

Profile (ETSI EN 319 132-1, 6.3, level B-B): ECDSA on P-384 with SHA-384, digests SHA-384, inclusive canonical XML 1.0, which all
verifiers share; signing time, SigningCertificateV2 with issuer and serial number, one DataObjectFormat with the media type for
each file. SignatureValue is raw r || s (RFC 9231, 2.3.6), just as the card answers.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from lxml import etree

from openeoi.signing.xades.names import (
    CANONICAL_XML,
    ECDSA_SHA384,
    PREFIXES,
    SHA384_DIGEST,
    SIGNED_PROPERTIES_TYPE,
    asic,
    ds,
    xades,
)

SIGNATURE_SIZE = 96  # bytes of r || s on P-384
_PLACE = base64.b64encode(bytes(SIGNATURE_SIZE)).decode()


@dataclass(frozen=True, slots=True)
class SignedFile:
    """One file beside the signature: its name in the container, its media type, SHA-384 of its content."""

    name: str
    media_type: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnsignedXml:
    """`xml` has room for the base64 of the signature value between `start` and `end`; `signed_info` (canonical) is signed."""

    xml: bytes = field(repr=False)
    start: int
    end: int
    signed_info: bytes = field(repr=False)


def detached(
    files: Sequence[SignedFile], certificate: bytes, chain: Sequence[bytes], at: datetime, identifier: str
) -> UnsignedXml:
    """The signature of one container over `files`. `certificate` and `chain` are DER; `identifier` is the XML Id of the signature
    and unique in the container."""
    root = etree.Element(asic("XAdESSignatures"), nsmap=dict(PREFIXES))
    signature = etree.SubElement(root, ds("Signature"), Id=identifier)
    signed_info = _signed_info(signature, files, identifier)
    etree.SubElement(signature, ds("SignatureValue"), Id=f"{identifier}-value").text = _PLACE
    information = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), ds("X509Data"))
    for one in (certificate, *chain):
        etree.SubElement(information, ds("X509Certificate")).text = base64.b64encode(one).decode()
    properties = _signed_properties(signature, files, certificate, at, identifier)
    digest_value = signed_info.find(f"{ds('Reference')}[last()]/{ds('DigestValue')}")
    digest_value.text = _sha384(canonical(properties))
    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    start = xml.index(_PLACE.encode())
    return UnsignedXml(xml, start, start + len(_PLACE), canonical(signed_info))


def complete(unsigned: bytes, start: int, end: int, signature: bytes) -> bytes:
    """The document with the signature value (raw r || s) in its place."""
    return unsigned[:start] + base64.b64encode(signature) + unsigned[end:]


def signature_value(xml: bytes) -> bytes:
    """What a time stamp over the signature covers: its canonical SignatureValue (EN 319 132-1, 5.3)."""
    return canonical(_only_signature(etree.fromstring(xml)).find(ds("SignatureValue")))


def with_time_stamp(xml: bytes, token: bytes) -> bytes:
    """The document with a token (DER) over `signature_value`: level B-T."""
    root = etree.fromstring(xml)
    holder = _only_signature(root).find(f"{ds('Object')}/{xades('QualifyingProperties')}")
    properties = etree.SubElement(etree.SubElement(holder, xades("UnsignedProperties")), xades("UnsignedSignatureProperties"))
    stamp = etree.SubElement(properties, xades("SignatureTimeStamp"))
    etree.SubElement(stamp, ds("CanonicalizationMethod"), Algorithm=CANONICAL_XML)
    etree.SubElement(stamp, xades("EncapsulatedTimeStamp")).text = base64.b64encode(token).decode()
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content


def _only_signature(root: etree._Element) -> etree._Element:
    return root.find(ds("Signature"))


def canonical(element: etree._Element) -> bytes:
    """Inclusive canonical XML 1.0 of an element where it stands, without comments."""
    content: bytes = etree.tostring(element, method="c14n", with_tail=False)
    return content


def uri_of(name: str) -> str:
    """A file of the container as a reference (RFC 3986): UTF-8, percent-encoded, folders kept."""
    return quote(name, safe="/")


def _signed_info(signature: etree._Element, files: Sequence[SignedFile], identifier: str) -> etree._Element:
    signed_info = etree.SubElement(signature, ds("SignedInfo"))
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), Algorithm=CANONICAL_XML)
    etree.SubElement(signed_info, ds("SignatureMethod"), Algorithm=ECDSA_SHA384)
    for number, file in enumerate(files):
        reference = etree.SubElement(signed_info, ds("Reference"), Id=f"{identifier}-file-{number}", URI=uri_of(file.name))
        _digest(reference, base64.b64encode(file.digest).decode())
    properties = etree.SubElement(signed_info, ds("Reference"), Type=SIGNED_PROPERTIES_TYPE, URI=f"#{identifier}-properties")
    transforms = etree.SubElement(properties, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm=CANONICAL_XML)
    _digest(properties, "")
    return signed_info


def _signed_properties(
    signature: etree._Element, files: Sequence[SignedFile], certificate: bytes, at: datetime, identifier: str
) -> etree._Element:
    holder = etree.SubElement(etree.SubElement(signature, ds("Object")), xades("QualifyingProperties"), Target=f"#{identifier}")
    properties = etree.SubElement(holder, xades("SignedProperties"), Id=f"{identifier}-properties")
    of_signature = etree.SubElement(properties, xades("SignedSignatureProperties"))
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    etree.SubElement(of_signature, xades("SigningTime")).text = moment
    signer = etree.SubElement(etree.SubElement(of_signature, xades("SigningCertificateV2")), xades("Cert"))
    _digest(etree.SubElement(signer, xades("CertDigest")), _sha384(certificate))
    etree.SubElement(signer, xades("IssuerSerialV2")).text = base64.b64encode(_issuer_serial(certificate)).decode()
    of_files = etree.SubElement(properties, xades("SignedDataObjectProperties"))
    for number, file in enumerate(files):
        form = etree.SubElement(of_files, xades("DataObjectFormat"), ObjectReference=f"#{identifier}-file-{number}")
        etree.SubElement(form, xades("MimeType")).text = file.media_type
    return properties


def _digest(parent: etree._Element, value: str) -> None:
    etree.SubElement(parent, ds("DigestMethod"), Algorithm=SHA384_DIGEST)
    etree.SubElement(parent, ds("DigestValue")).text = value


def _sha384(content: bytes) -> str:
    return base64.b64encode(hashlib.sha384(content).digest()).decode()


def _issuer_serial(certificate: bytes) -> bytes:
    """DER of IssuerSerial (RFC 5035, 4), which IssuerSerialV2 holds in base64 (EN 319 132-1, 5.2.2)."""
    parsed = asn1_x509.Certificate.load(certificate)
    name = asn1_x509.GeneralName(name="directory_name", value=parsed.issuer)
    content: bytes = tsp.IssuerSerial({"issuer": [name], "serial_number": parsed.serial_number}).dump()
    return content
