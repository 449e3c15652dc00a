"""Certificates that a chip must refuse: each is wrong in one place and, unless that is the point, signed as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from openeoi.encoding import der, tlv
from openeoi.encoding.card_verifiable_certificates import certificate as cvc
from openeoi.encoding.card_verifiable_certificates.certificate import Role
from openeoi.encoding.card_verifiable_certificates.public_keys import PUBLIC_KEY, RsaKey
from openeoi.encoding.card_verifiable_certificates.references import AUTHORITY_REFERENCE
from openeoi.terminal.conformance.case import CaseNotApplicable
from openeoi.terminal.conformance.certificates.authority import DAY, Authority
from openeoi.terminal.conformance.certificates.drafts import Change, Draft, Holder, inside, replaced, without

POINT, MODULUS, EXPONENT = 0x86, 0x81, 0x82
UNKNOWN_OBJECT: Final = tlv.Tlv(0x91, b"\x01")
UNKNOWN_KIND: Final = der.encode_object_identifier("0.4.0.127.0.7.3.1.2.9")
UNKNOWN_ALGORITHM: Final = der.encode_object_identifier("0.4.0.127.0.7.2.2.2.9.9")
NO_SUCH_DAY: Final = bytes((3, 0, 0, 2, 3, 0))
NO_DIGITS: Final = bytes((2, 15, 1, 1, 1, 1))
WRONG_BODY_TAG: Final = 0x7F4F
WRONG_SIGNATURE_TAG: Final = 0x5F38


@dataclass(frozen=True, slots=True)
class Forgery:
    """`make` gives the holder whose key has to be selected first, and the content of the certificate; `what` names it."""

    make: Callable[[Authority], tuple[Holder, bytes]]
    what: str


def late(authority: Authority) -> Draft:
    """A document verifier's certificate that is good, and would move the chip's date almost to the authority's end."""
    return replace(authority.verifier_draft(number=2), effective=authority.expires - DAY)


def _changed(change: Change) -> Callable[[Authority], tuple[Holder, bytes]]:
    return lambda authority: (authority.holder, late(authority).content(change))


def _afterwards(change: Callable[[bytes], bytes]) -> Callable[[Authority], tuple[Holder, bytes]]:
    """The content changed after it was signed."""
    return lambda authority: (authority.holder, change(late(authority).content()))


def _signature(change: Callable[[bytes], bytes]) -> Callable[[Authority], tuple[Holder, bytes]]:
    def changed(content: bytes) -> bytes:
        body, signature = tlv.decode_all(content)
        return body.encode() + tlv.encode(cvc.SIGNATURE, change(signature.value))

    return _afterwards(changed)


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _last_one_higher(value: bytes) -> bytes:
    return value[:-1] + bytes(((value[-1] + 1) % 256,))


def _first_half_zero(value: bytes) -> bytes:
    return bytes(len(value) // 2) + value[len(value) // 2 :]


def _second_half_zero(value: bytes) -> bytes:
    return value[: len(value) // 2] + bytes(len(value) // 2)


def _only(position: int) -> Callable[[bytes], bytes]:
    return lambda content: tlv.decode_all(content)[position].encode()


def _other_body_tag(authority: Authority) -> tuple[Holder, bytes]:
    """Signed with its wrong tag."""
    draft = late(authority)
    body = tlv.encode(WRONG_BODY_TAG, tlv.encode_all(draft.objects()))
    return authority.holder, body + tlv.encode(cvc.SIGNATURE, draft.issuer.key.sign(body))


def _other_signature_tag(content: bytes) -> bytes:
    body, signature = tlv.decode_all(content)
    return body.encode() + tlv.encode(WRONG_SIGNATURE_TAG, signature.value)


def _longer(position: int) -> Callable[[bytes], bytes]:
    """The length of one of the two objects says one byte more than there is."""

    def changed(content: bytes) -> bytes:
        parts = [one.encode() for one in tlv.decode_all(content)]
        one = tlv.decode(parts[position])
        parts[position] = tlv.encode_tag(one.tag) + tlv.encode_length(len(one.value) + 1) + one.value
        return b"".join(parts)

    return changed


def _larger_than_the_modulus(authority: Authority) -> tuple[Holder, bytes]:
    key = authority.holder.key.certified(False)
    if not isinstance(key, RsaKey):
        raise CaseNotApplicable("the chip's trust point has no RSA key")
    size = (key.modulus.bit_length() + 7) // 8
    body = tlv.decode_all(late(authority).content())[0]
    return authority.holder, body.encode() + tlv.encode(cvc.SIGNATURE, key.modulus.to_bytes(size, "big"))


def _wrong_days(authority: Authority) -> tuple[Holder, bytes]:
    draft = authority.verifier_draft(number=2)
    days = {
        tag: cvc.encode_date(day) for tag, day in ((cvc.EFFECTIVE_DATE, draft.expires), (cvc.EXPIRATION_DATE, draft.effective))
    }

    def change(objects: tuple[tlv.Tlv, ...]) -> tuple[tlv.Tlv, ...]:
        return tuple(tlv.Tlv(one.tag, days.get(one.tag, one.value)) for one in objects)

    return authority.holder, draft.content(change)


def _other_authority(authority: Authority) -> tuple[Holder, bytes]:
    """It names another authority than the one whose key is selected and has signed it."""
    reference = replace(authority.holder.reference, mnemonic="OEOIOTHER")
    return authority.holder, late(authority).content(replaced(AUTHORITY_REFERENCE, reference.encode()))


def _key(change: Change) -> Callable[[Authority], tuple[Holder, bytes]]:
    return _changed(inside(PUBLIC_KEY, change))


def _appended(objects: tuple[tlv.Tlv, ...]) -> tuple[tlv.Tlv, ...]:
    return (*objects, UNKNOWN_OBJECT)


def _algorithm(objects: tuple[tlv.Tlv, ...]) -> tuple[tlv.Tlv, ...]:
    return (tlv.decode(UNKNOWN_ALGORITHM), *objects[1:])


def _kind(objects: tuple[tlv.Tlv, ...]) -> tuple[tlv.Tlv, ...]:
    return (tlv.decode(UNKNOWN_KIND), *objects[1:])


BY_NUMBER: Final = {
    3: Forgery(_signature(_flip_last), "a certificate with a wrong signature"),
    4: Forgery(_afterwards(_only(0)), "a certificate without a signature"),
    5: Forgery(_afterwards(_only(1)), "a certificate without a body"),
    6: Forgery(_changed(without(cvc.AUTHORIZATION_TEMPLATE)), "a certificate without holder authorization"),
    7: Forgery(_changed(without(cvc.EFFECTIVE_DATE)), "a certificate without effective date"),
    8: Forgery(_changed(without(cvc.EXPIRATION_DATE)), "a certificate without expiration date"),
    9: Forgery(_changed(replaced(cvc.EFFECTIVE_DATE, NO_DIGITS)), "an effective date in bad decimals"),
    10: Forgery(_changed(replaced(cvc.EXPIRATION_DATE, NO_DIGITS)), "an expiration date in bad decimals"),
    17: Forgery(_other_body_tag, "a certificate whose body has a wrong tag"),
    18: Forgery(_afterwards(_other_signature_tag), "a certificate whose signature has a wrong tag"),
    19: Forgery(_changed(replaced(cvc.EFFECTIVE_DATE, NO_SUCH_DAY)), "an effective date that the calendar lacks"),
    20: Forgery(_changed(replaced(cvc.EXPIRATION_DATE, NO_SUCH_DAY)), "an expiration date that the calendar lacks"),
    21: Forgery(_wrong_days, "a certificate that expires before it starts"),
    23: Forgery(_changed(inside(cvc.AUTHORIZATION_TEMPLATE, _kind)), "a wrong object identifier in the holder authorization"),
    24: Forgery(_key(_algorithm), "a wrong object identifier of the public key"),
    25: Forgery(_other_authority, "a certificate that names another authority"),
    26: Forgery(_other_body_tag, "a certificate whose body has a wrong tag"),
    27: Forgery(_afterwards(_other_signature_tag), "a certificate whose signature has a wrong tag"),
    28: Forgery(_afterwards(_longer(0)), "a certificate with a wrong body length"),
    29: Forgery(_afterwards(_longer(1)), "a certificate with a wrong signature length"),
    30: Forgery(_signature(_last_one_higher), "a signature whose last byte is one higher"),
    31: Forgery(_signature(lambda signature: signature[:-1]), "a signature without its last byte"),
    32: Forgery(_larger_than_the_modulus, "a signature larger than the modulus"),
    33: Forgery(_signature(_first_half_zero), "a signature with r = 0"),
    34: Forgery(_signature(_second_half_zero), "a signature with s = 0"),
    36: Forgery(_key(_algorithm), "a key with a wrong object identifier"),
    37: Forgery(_key(without(der.OBJECT_IDENTIFIER)), "a key without object identifier"),
    38: Forgery(_key(without(POINT)), "a key without public point"),
    39: Forgery(_key(without(MODULUS)), "a key without modulus"),
    40: Forgery(_key(without(EXPONENT)), "a key without exponent"),
    41: Forgery(_key(_appended), "a key with an unknown data object"),
}
"""By the number of their case in unit ISO7816_J."""

DOMESTIC, FOREIGN = Role.DOMESTIC_DOCUMENT_VERIFIER, Role.FOREIGN_DOCUMENT_VERIFIER
ROOT, TERMINAL = Role.COUNTRY_VERIFYING_AUTHORITY, Role.INSPECTION_SYSTEM

WRONG_ROLES: Final = {
    43: (ROOT, TERMINAL, "a terminal's certificate of the root itself"),
    44: (DOMESTIC, ROOT, "a root's certificate of a domestic document verifier"),
    45: (FOREIGN, ROOT, "a root's certificate of a foreign document verifier"),
    46: (DOMESTIC, DOMESTIC, "a domestic verifier's certificate of a domestic document verifier"),
    47: (DOMESTIC, FOREIGN, "a foreign verifier's certificate of a domestic document verifier"),
    48: (FOREIGN, DOMESTIC, "a domestic verifier's certificate of a foreign document verifier"),
    49: (FOREIGN, FOREIGN, "a foreign verifier's certificate of a foreign document verifier"),
    50: (TERMINAL, FOREIGN, "a foreign verifier's certificate of a terminal"),
    51: (TERMINAL, DOMESTIC, "a domestic verifier's certificate of a terminal"),
    52: (TERMINAL, TERMINAL, "a terminal's certificate of a terminal"),
    53: (TERMINAL, ROOT, "a root's certificate of a terminal"),
}
"""By the number of their case: who certifies, whom, and what that is called."""
