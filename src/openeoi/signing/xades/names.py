"""The namespaces and algorithm identifiers of XML signatures (W3C XML Signature 1.1; RFC 9231; ETSI EN 319 132-1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
PREFIXES: Final[Mapping[str | None, str]] = {"ds": DS, "xades": XADES, "asic": ASIC}

SIGNED_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"

CANONICAL_XML: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
CANONICAL_XML_11: Final = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE_CANONICAL_XML: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
# Canonical XML 1.1 differs from 1.0 in attributes of the xml namespace alone, which signatures do not hold: `read` refuses a
# signature that has some.
CANONICALIZATIONS: Final = frozenset({CANONICAL_XML, CANONICAL_XML_11, EXCLUSIVE_CANONICAL_XML})

SHA384_DIGEST: Final = "http://www.w3.org/2001/04/xmldsig-more#sha384"
ECDSA_SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"

# ETSI TS 119 312, table 1: SHA-2 of 256 bits and more. SHA-1 is not among them, so that it is refused by name.
DIGESTS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256(),
    SHA384_DIGEST: hashes.SHA384(),
    "http://www.w3.org/2001/04/xmlenc#sha512": hashes.SHA512(),
}
ECDSA: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": hashes.SHA256(),
    ECDSA_SHA384: hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": hashes.SHA512(),
}
RSA_PKCS1: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
RSA_PSS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": hashes.SHA256(),
    "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1": hashes.SHA384(),
    "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1": hashes.SHA512(),
}


def ds(name: str) -> str:
    return f"{{{DS}}}{name}"


def xades(name: str) -> str:
    return f"{{{XADES}}}{name}"


def asic(name: str) -> str:
    return f"{{{ASIC}}}{name}"


def digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    computed = hashes.Hash(algorithm)
    computed.update(content)
    return computed.finalize()
