"""One certificate before it is signed, as data objects that a case may change (TR-03110-3, C.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates import certificate as cvc
from openeoi.encoding.card_verifiable_certificates.certificate import Authorization, CertificateBody, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.terminal.conformance.certificates.keys import SigningKey

Objects = tuple[tlv.Tlv, ...]
Change = Callable[[Objects], Objects]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is."""

    reference: KeyReference
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Draft:
    """What the certificate says. `effective` and `expires` are days, both included."""

    issuer: Holder
    holder: Holder
    role: Role
    effective: date
    expires: date
    fingerprints: bool = True
    irises: bool = True

    def body(self) -> CertificateBody:
        spelled_out = self.role is Role.COUNTRY_VERIFYING_AUTHORITY
        return CertificateBody(
            self.issuer.reference,
            self.holder.key.certified(spelled_out),
            self.holder.reference,
            Authorization(self.role, self.fingerprints, self.irises),
            self.effective,
            self.expires,
        )

    def objects(self) -> Objects:
        """The data objects of the body."""
        return tlv.children(tlv.decode(self.body().encode()))

    def content(self, change: Change | None = None) -> bytes:
        """What PSO:Verify Certificate carries: body and signature. `change` has the last word on the body before it is signed."""
        body = tlv.encode(cvc.BODY, tlv.encode_all(self.objects() if change is None else change(self.objects())))
        return body + tlv.encode(cvc.SIGNATURE, self.issuer.key.sign(body))


def replaced(tag: int, value: bytes) -> Change:
    return lambda objects: tuple(tlv.Tlv(tag, value) if one.tag == tag else one for one in objects)


def without(tag: int) -> Change:
    return lambda objects: tuple(one for one in objects if one.tag != tag)


def inside(tag: int, change: Change) -> Change:
    """`change` applied to the data objects inside the object with this tag."""

    def changed(objects: Objects) -> Objects:
        return tuple(tlv.Tlv(tag, tlv.encode_all(change(tlv.children(one)))) if one.tag == tag else one for one in objects)

    return changed
