"""What stands between the two steps of a signature: the document with a place for it, and the bytes that the card signs."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from openeoi.protocols.holder_certificate.certificate import parse_certificate
from openeoi.signing.errors import SignatureWrong

SCALAR_SIZE = 48  # bytes of r and of s on P-384


class SignatureForm(StrEnum):
    """A PDF is signed inside itself, any other file in a container beside its signatures."""

    PADES = "pades"
    ASICE = "asice"


class SignatureLevel(StrEnum):
    """Baseline levels (ETSI EN 319 142-1, 319 132-1): B_B is the signature alone, B_T has a time stamp over it."""

    B_B = "b-b"
    B_T = "b-t"


@dataclass(frozen=True)
class FileFacts:
    """One file as the holder sees it before the PIN: name, media type, size in bytes, SHA-256 of the whole file."""

    name: str
    media_type: str
    size: int
    digest: bytes


@dataclass(frozen=True)
class DocumentFacts:
    """What a person sees of a document before signing. `pages` of a PDF, 0 for a container; `signatures` that it has already."""

    form: SignatureForm
    files: tuple[FileFacts, ...]
    pages: int
    signatures: int


@dataclass(frozen=True)
class PreparedSignature:
    """A signature that waits for its value. The card signs SHA-384 of `to_be_signed`: the CMS signed attributes (DER of a SET OF)
    of a PDF, the canonical SignedInfo of a container. `document` is what has room for it between `start` and `end`: the PDF, or
    the XML document of the container's new signature."""

    document: bytes = field(repr=False)
    start: int
    end: int
    to_be_signed: bytes
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def digest(self) -> bytes:
        """The 48 bytes that go to the card."""
        return hashlib.sha384(self.to_be_signed).digest()

    def verified_der(self, signature: bytes) -> bytes:
        """The card's signature (raw r || s) as DER (RFC 3279, 2.2.3), checked against the certificate. Raises SignatureWrong."""
        if len(signature) != 2 * SCALAR_SIZE:
            raise SignatureWrong(f"the signature has {len(signature)} bytes instead of {2 * SCALAR_SIZE}")
        r, s = int.from_bytes(signature[:SCALAR_SIZE], "big"), int.from_bytes(signature[SCALAR_SIZE:], "big")
        der = encode_dss_signature(r, s)
        key = parse_certificate(self.certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise SignatureWrong("the certificate holds no EC key")
        try:
            key.verify(der, self.to_be_signed, ec.ECDSA(SHA384()))
        except InvalidSignature as error:
            raise SignatureWrong("the signature does not belong to what was to be signed and to the certificate") from error
        return der
