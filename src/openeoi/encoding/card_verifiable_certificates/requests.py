"""Certificate requests (TR-03110-3, C.2): 7F21 with the applicant's own signature, in 67 with that of who vouches for it.

The signature inside proves that the applicant has the private key; the one outside, over request and reference, who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import (
    BODY,
    CERTIFICATE,
    HOLDER_REFERENCE,
    PROFILE,
    PROFILE_1,
    SIGNATURE,
)
from openeoi.encoding.card_verifiable_certificates.public_keys import PUBLIC_KEY, CertifiedKey, decode_public_key
from openeoi.encoding.card_verifiable_certificates.references import AUTHORITY_REFERENCE, KeyReference
from openeoi.encoding.errors import DecodingError

AUTHENTICATION: Final = 0x67


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """`holder` asks `authority` to certify `public_key`, which spells its domain parameters out. `signed`: the data object 7F4E,
    as the key itself has signed it; `signature` plain."""

    authority: KeyReference
    public_key: CertifiedKey
    holder: KeyReference
    signed: bytes
    signature: bytes

    @classmethod
    def build(
        cls, authority: KeyReference, public_key: CertifiedKey, holder: KeyReference, sign: Callable[[bytes], bytes]
    ) -> CertificateRequest:
        """`sign` gets the body's data object and returns the plain signature with the private key to `public_key`."""
        content = (
            tlv.encode(PROFILE, PROFILE_1)
            + tlv.encode(AUTHORITY_REFERENCE, authority.encode())
            + public_key.encode()
            + tlv.encode(HOLDER_REFERENCE, holder.encode())
        )
        signed = tlv.encode(BODY, content)
        return cls(authority, public_key, holder, signed, sign(signed))

    def encode(self) -> bytes:
        return tlv.encode(CERTIFICATE, self.signed + tlv.encode(SIGNATURE, self.signature))

    @classmethod
    def decode(cls, raw: bytes) -> CertificateRequest:
        """Strict inverse. Raises DecodingError."""
        objects = tlv.decode_all(tlv.decode_expected(raw, CERTIFICATE))
        if [one.tag for one in objects] != [BODY, SIGNATURE]:
            raise DecodingError("a certificate request is a body and a signature")
        members = tlv.decode_all(objects[0].value)
        if [one.tag for one in members] != [PROFILE, AUTHORITY_REFERENCE, PUBLIC_KEY, HOLDER_REFERENCE]:
            raise DecodingError("a request's data objects are missing, unknown or out of order")
        profile, authority, key, holder = members
        if profile.value != PROFILE_1:
            raise DecodingError("the certificate profile is not 00")
        return cls(
            KeyReference.decode(authority.value),
            decode_public_key(key.encode()),
            KeyReference.decode(holder.value),
            objects[0].encode(),
            objects[1].value,
        )


@dataclass(frozen=True, slots=True)
class AuthenticatedRequest:
    """A request for which the holder of `voucher` vouches; its plain signature is over request and reference."""

    request: CertificateRequest
    voucher: KeyReference
    signature: bytes

    @classmethod
    def build(cls, request: CertificateRequest, voucher: KeyReference, sign: Callable[[bytes], bytes]) -> AuthenticatedRequest:
        return cls(request, voucher, sign(_vouched(request, voucher)))

    @property
    def signed(self) -> bytes:
        return _vouched(self.request, self.voucher)

    def encode(self) -> bytes:
        return tlv.encode(AUTHENTICATION, self.signed + tlv.encode(SIGNATURE, self.signature))

    @classmethod
    def decode(cls, raw: bytes) -> AuthenticatedRequest:
        """Strict inverse. Raises DecodingError."""
        objects = tlv.decode_all(tlv.decode_expected(raw, AUTHENTICATION))
        if [one.tag for one in objects] != [CERTIFICATE, AUTHORITY_REFERENCE, SIGNATURE]:
            raise DecodingError("an authenticated request is a request, a reference and a signature")
        request, voucher, signature = objects
        return cls(CertificateRequest.decode(request.encode()), KeyReference.decode(voucher.value), signature.value)


def _vouched(request: CertificateRequest, voucher: KeyReference) -> bytes:
    return request.encode() + tlv.encode(AUTHORITY_REFERENCE, voucher.encode())
