"""Examining an XML signature that anybody made: which files it covers, and whether its value, digests and signer fit together.

Written against wrapping attacks: nothing is looked up by Id. The signed properties are the ones inside this very signature, at
their one place, and every reference but that to them names a whole file beside the document (ETSI EN 319 162-1, 4.4.3). Only
canonicalization is taken as a transform; no XSLT, no XPath, no network.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from openeoi.signing.errors import SignatureUnreadable
from openeoi.signing.xades import names
from openeoi.signing.xades.names import ds, xades

MOST_CERTIFICATES: Final = 20
MOST_REFERENCES: Final = 200
MOST_STAMPS: Final = 4
LARGEST_XML: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class XmlSignature:
    """What one signature says and whether it holds. `certificate` is the signer's (DER), `others` those that came along.

    `intact`: every digest fits; `valid`: the value fits the signed part and the signer's key; `names_signer`: the signed
    properties hold the digest of the certificate; `covered` are the names of the files; `claimed_time` is the signer's word;
    `stamps` are the tokens (DER) over `stamped`, the canonical signature value.
    """

    identifier: str
    certificate: bytes = field(repr=False)
    others: tuple[bytes, ...] = field(repr=False)
    intact: bool
    valid: bool
    names_signer: bool
    covered: frozenset[str]
    claimed_time: datetime | None
    digest_algorithms: tuple[str, ...]
    signature_algorithm: str
    stamps: tuple[bytes, ...] = field(repr=False)
    stamped: bytes = field(repr=False)


def parse(xml: bytes) -> etree._Element:
    """A document without a type definition, entities or network. Raises SignatureUnreadable."""
    if len(xml) > LARGEST_XML:
        raise SignatureUnreadable("the signature document is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SignatureUnreadable("it is no well-formed XML") from error
    if root.getroottree().docinfo.doctype or root.xpath("//processing-instruction()"):
        raise SignatureUnreadable("a document type definition or processing instruction does not belong into a signature")
    if root.xpath("//@xml:*"):
        raise SignatureUnreadable("attributes of the xml namespace are not supported in signatures")
    return root


def signatures(root: etree._Element) -> Sequence[etree._Element]:
    """The signatures of a container's document, at their one place. Raises SignatureUnreadable."""
    if root.tag != names.asic("XAdESSignatures"):
        raise SignatureUnreadable("its outermost element is not XAdESSignatures")
    found: Sequence[etree._Element] = root.findall(ds("Signature"))
    if len(found) != len(list(root.iter(ds("Signature")))):
        raise SignatureUnreadable("a signature stands where none belongs")
    return found


def examine(signature: etree._Element, file: Callable[[str], bytes | None]) -> XmlSignature:
    """The findings about one signature; `file` gives the content of a file of the container by name, None where there is none.

    Raises SignatureUnreadable for what is no XAdES baseline signature over whole files or uses algorithms that are too weak.
    """
    signed_info = _one(signature, ds("SignedInfo"))
    properties = _signed_properties(signature)
    certificates = _certificates(signature)
    covered, algorithms, intact = _references(signed_info, properties, file)
    method = _attribute(_one(signed_info, ds("SignatureMethod")), "Algorithm")
    content = _canonical(signed_info, _attribute(_one(signed_info, ds("CanonicalizationMethod")), "Algorithm"))
    value = _base64(_one(signature, ds("SignatureValue")))
    signer, names_signer = _signer(properties, certificates)
    return XmlSignature(
        identifier=signature.get("Id", ""),
        certificate=signer,
        others=tuple(one for one in certificates if one != signer),
        intact=intact,
        valid=_fits(signer, method, value, content),
        names_signer=names_signer,
        covered=covered,
        claimed_time=_claimed_time(properties),
        digest_algorithms=tuple(dict.fromkeys(algorithms)),
        signature_algorithm=_short(method),
        stamps=_stamps(signature),
        stamped=_canonical(_one(signature, ds("SignatureValue")), names.CANONICAL_XML),
    )


def _signed_properties(signature: etree._Element) -> etree._Element:
    holders = signature.findall(f"{ds('Object')}/{xades('QualifyingProperties')}")
    if len(holders) != 1 or holders[0].get("Target", "") != f"#{signature.get('Id', '')}":
        raise SignatureUnreadable("it has not one set of properties of its own")
    return _one(holders[0], xades("SignedProperties"))


def _references(
    signed_info: etree._Element, properties: etree._Element, file: Callable[[str], bytes | None]
) -> tuple[frozenset[str], list[str], bool]:
    references = signed_info.findall(ds("Reference"))
    if len(references) > MOST_REFERENCES:
        raise SignatureUnreadable("it has too many references")
    covered: set[str] = set()
    algorithms, intact, properties_seen = [], True, 0
    for reference in references:
        uri = reference.get("URI", "")
        if uri.startswith("#"):
            if uri != f"#{properties.get('Id', '')}" or reference.get("Type") != names.SIGNED_PROPERTIES_TYPE:
                raise SignatureUnreadable("a reference points to another part of the document than its signed properties")
            content: bytes | None = _canonical(properties, _transform(reference))
            properties_seen += 1
        else:
            if reference.find(ds("Transforms")) is not None:
                raise SignatureUnreadable("a file is transformed before it is signed")
            name = _file_name(uri)
            content = file(name)
            covered.add(name)
        algorithm = _attribute(_one(reference, ds("DigestMethod")), "Algorithm")
        algorithms.append(_short(algorithm))
        intact &= content is not None and names.digest(_digest(algorithm), content) == _base64(_one(reference, ds("DigestValue")))
    if properties_seen != 1:
        raise SignatureUnreadable("its properties are not signed, or more than once")
    return frozenset(covered), algorithms, intact


def _transform(reference: etree._Element) -> str:
    """The canonicalization of the signed properties; inclusive canonical XML 1.0 where none is named (XML Signature, 4.4.3.2)."""
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    if len(transforms) > 1:
        raise SignatureUnreadable("more than one transform")
    return _attribute(transforms[0], "Algorithm") if transforms else names.CANONICAL_XML


def _canonical(element: etree._Element, algorithm: str) -> bytes:
    if algorithm not in names.CANONICALIZATIONS:
        raise SignatureUnreadable(f"the transform {_short(algorithm)} is not supported")
    exclusive = algorithm == names.EXCLUSIVE_CANONICAL_XML
    content: bytes = etree.tostring(element, method="c14n", exclusive=exclusive, with_tail=False)
    return content


def _file_name(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise SignatureUnreadable("a reference is no address") from error
    if not uri or parts.scheme or parts.netloc or parts.query or parts.fragment:
        raise SignatureUnreadable("a reference names something else than a file of the container")
    return unquote(parts.path, errors="replace").removeprefix("/").removeprefix("./")


def _certificates(signature: etree._Element) -> tuple[bytes, ...]:
    found = signature.findall(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    if not 1 <= len(found) <= MOST_CERTIFICATES:
        raise SignatureUnreadable("it holds no certificate, or too many")
    return tuple(_base64(one) for one in found)


def _signer(properties: etree._Element, certificates: tuple[bytes, ...]) -> tuple[bytes, bool]:
    """The certificate whose digest the signed properties hold (5.2.2); the first one, not named, where none fits."""
    place = f"{xades('SignedSignatureProperties')}/"
    for kind in ("SigningCertificateV2", "SigningCertificate"):
        for entry in properties.findall(f"{place}{xades(kind)}/{xades('Cert')}/{xades('CertDigest')}")[:1]:
            algorithm = _digest(_attribute(_one(entry, ds("DigestMethod")), "Algorithm"))
            wanted = _base64(_one(entry, ds("DigestValue")))
            for certificate in certificates:
                if names.digest(algorithm, certificate) == wanted:
                    return certificate, True
    return certificates[0], False


def _stamps(signature: etree._Element) -> tuple[bytes, ...]:
    """Tokens over the signature value (5.3); one canonicalization is enough for those, the one that all makers use."""
    place = f"{ds('Object')}/{xades('QualifyingProperties')}/{xades('UnsignedProperties')}/{xades('UnsignedSignatureProperties')}"
    found = signature.findall(f"{place}/{xades('SignatureTimeStamp')}")
    if len(found) > MOST_STAMPS:
        raise SignatureUnreadable("it has too many time stamps")
    for stamp in found:
        method = stamp.find(ds("CanonicalizationMethod"))
        if method is not None and method.get("Algorithm") not in (names.CANONICAL_XML, names.CANONICAL_XML_11):
            raise SignatureUnreadable("its time stamp is over another canonical form than is supported")
    return tuple(_base64(_one(stamp, xades("EncapsulatedTimeStamp"))) for stamp in found)


def _claimed_time(properties: etree._Element) -> datetime | None:
    text = properties.findtext(f"{xades('SignedSignatureProperties')}/{xades('SigningTime')}")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SignatureUnreadable("its signing time is no time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _fits(certificate: bytes, method: str, value: bytes, content: bytes) -> bool:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if method in names.ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
            size = (key.curve.key_size + 7) // 8
            if len(value) != 2 * size:
                return False
            r, s = int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")
            key.verify(encode_dss_signature(r, s), content, ec.ECDSA(names.ECDSA[method]))
        elif method in names.RSA_PKCS1 and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, content, padding.PKCS1v15(), names.RSA_PKCS1[method])
        elif method in names.RSA_PSS and isinstance(key, rsa.RSAPublicKey):
            algorithm = names.RSA_PSS[method]
            key.verify(value, content, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
        else:
            raise SignatureUnreadable(f"the algorithm {_short(method)} is too weak, unknown, or not that of the key")
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureUnreadable("the signer's certificate or key cannot be read") from error
    return True


def _digest(algorithm: str) -> hashes.HashAlgorithm:
    known = names.DIGESTS.get(algorithm)
    if known is None:
        raise SignatureUnreadable(f"the digest {_short(algorithm)} is too weak or unknown")
    return known


def _one(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.findall(tag)
    if len(found) != 1:
        raise SignatureUnreadable(f"{tag.rpartition('}')[2]} is missing or stands more than once")
    return found[0]


def _attribute(element: etree._Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        raise SignatureUnreadable(f"{name} is missing")
    return str(value)


def _base64(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureUnreadable("a value is no base64") from error


def _short(algorithm: str) -> str:
    """The last part of an algorithm's address, for people."""
    tail = algorithm.rpartition("#")[2] or algorithm
    return "".join(character for character in tail if character.isprintable())[:60]
