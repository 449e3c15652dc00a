"""Units ISO7816_I and ISO7816_II: chip authentication with triple DES by one command, with AES by two (ICAO 9303-11, 6.2).

A chip that refuses a key keeps the session that it was asked in; the keys of the session before a good one are dead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Point
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.public_keys import byte_group
from openeoi.crypto.randomness import scalar_below
from openeoi.encoding import tlv
from openeoi.encoding.lds import files
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import SHORT_EXPECTED_MAXIMUM, CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.chip_authentication import shared
from openeoi.protocols.chip_authentication.errors import ChipAuthenticationError
from openeoi.protocols.chip_authentication.terminal import Offer, authenticate, offers, prove_new_keys
from openeoi.terminal.conformance.case import CaseFailed, CaseNotApplicable, Implementation, Subject
from openeoi.terminal.conformance.steps import (
    inside,
    one,
    open_chip,
    read_by_short_identifier,
    require_alive,
    require_refused,
    require_success,
)
from openeoi.terminal.conformance.units.access import SELECT_APPLICATION
from openeoi.terminal.conformance.units.certificates import WRONG_CLASS

WRONG_KEY_TAG: Final = 0x93
WRONG_DYNAMIC_TAG: Final = 0x8F
UNKNOWN_REFERENCE: Final = 0x7E
SIDE: Final = 256
"""A coordinate is small or large where it lies in the first or last 256th of the field: one key in 256."""

Key = Callable[[Offer], bytes]


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the two ways: `triple_des` by MSE:Set KAT; else MSE:Set AT first, then GENERAL AUTHENTICATE with the key."""

    triple_des: bool
    key_tag: int

    def offers(self, subject: Subject, agreement: KeyAgreement | None = None) -> tuple[Offer, ...]:
        infos = DataGroup14.decode(subject.content(files.data_group(14))).security_infos
        try:
            found = offers(infos)
        except ChipAuthenticationError as error:
            raise CaseFailed(str(error)) from error
        return tuple(
            offer
            for offer in found
            if (offer.protocol.cipher is Cipher.TRIPLE_DES) is self.triple_des
            and (agreement is None or offer.protocol.agreement is agreement)
        )

    def first(self, subject: Subject, agreement: KeyAgreement | None = None, numbered: bool = False) -> Offer:
        found = [offer for offer in self.offers(subject, agreement) if not numbered or offer.key_id is not None]
        if not found:
            raise CaseNotApplicable("EF.DG14 has no offer of this kind")
        return found[0]

    def before(self, offer: Offer, reference: int | None = None) -> tuple[CommandApdu, ...]:
        """The command before the one that carries the key; `reference` in place of the key's own."""
        if self.triple_des:
            return ()
        mechanism = tlv.encode(shared.CRYPTOGRAPHIC_MECHANISM, offer.protocol.encoded_identifier)
        data = mechanism + _reference(offer, reference)
        return (CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_AUTHENTICATION_TEMPLATE, data),)

    def carrying(self, offer: Offer, public_key: bytes, tag: int | None = None, reference: int | None = None) -> CommandApdu:
        """The command with the terminal's key, under its tag or another one."""
        key = tlv.encode(tag or self.key_tag, public_key)
        if self.triple_des:
            data = key + _reference(offer, reference)
            return CommandApdu(0, shared.MANAGE_SECURITY_ENVIRONMENT, *shared.SET_KEY_AGREEMENT_TEMPLATE, data)
        data = tlv.encode(shared.DYNAMIC_AUTHENTICATION_DATA, key)
        return CommandApdu(0, shared.GENERAL_AUTHENTICATE, 0, 0, data, SHORT_EXPECTED_MAXIMUM)


KEY_AGREEMENT_TEMPLATE: Final = Variant(True, shared.EPHEMERAL_PUBLIC_KEY)
GENERAL_AUTHENTICATE: Final = Variant(False, shared.DYNAMIC_EPHEMERAL_PUBLIC_KEY)


def every_offer_works(variant: Variant, subject: Subject) -> CardSteps[None]:
    """Each in a session of its own; the new keys hold for the command after it."""
    for offer in variant.offers(subject):
        channel = yield from open_chip(subject)
        try:
            result = yield from authenticate(channel, offer, subject.random)
        except (ChipAuthenticationError, SecureMessagingError) as error:
            raise CaseFailed(str(error)) from error
        yield from require_alive(result.channel, "chip authentication", files.COM)


def old_keys_are_dead(variant: Variant, subject: Subject) -> CardSteps[None]:
    offer = variant.first(subject)
    private, public = offer.key.group.ephemeral(subject.random)
    old = yield from _agreed(variant, subject, offer, public)
    del private  # The new keys are not used: the next command comes under the old ones.
    response = yield old.protect(read_by_short_identifier(files.COM, 1))
    if response.data or response.status == status.SUCCESS:
        raise CaseFailed("after chip authentication the keys before it still work")


def wrong_key_is_refused(
    variant: Variant, make: Key, what: str, agreement: KeyAgreement | None, times: int, subject: Subject
) -> CardSteps[None]:
    """Refused as often as it is sent, and the session goes on."""
    offer = variant.first(subject, agreement)
    channel = yield from open_chip(subject)
    for _ in range(times):
        response = yield from _send(variant, channel, offer, variant.carrying(offer, make(offer)))
        require_refused(response, what)
        yield from require_alive(channel, what, files.COM)


def refused_before_opening(variant: Variant, subject: Subject) -> CardSteps[None]:
    yield SELECT_APPLICATION
    yield from _refused_in_clear(variant, subject, "chip authentication before the chip is opened")


def refused_in_clear(variant: Variant, subject: Subject) -> CardSteps[None]:
    yield from open_chip(subject)
    yield from _refused_in_clear(variant, subject, "chip authentication outside secure messaging")


def wrong_class_is_refused(variant: Variant, subject: Subject) -> CardSteps[None]:
    offer = variant.first(subject)
    channel = yield from open_chip(subject)
    for command in variant.before(offer):
        require_success((yield from inside(channel, command, "MSE:Set AT")), "MSE:Set AT")
    command = variant.carrying(offer, offer.key.group.ephemeral(subject.random)[1])
    response = yield replace(channel.protect(command), cla=WRONG_CLASS)
    require_refused(response, f"the class byte {WRONG_CLASS:02X}")


def wrong_tag_is_refused(variant: Variant, subject: Subject) -> CardSteps[None]:
    offer = variant.first(subject)
    channel = yield from open_chip(subject)
    tag = WRONG_KEY_TAG if variant.triple_des else WRONG_DYNAMIC_TAG
    command = variant.carrying(offer, offer.key.group.ephemeral(subject.random)[1], tag)
    require_refused((yield from _send(variant, channel, offer, command)), f"the ephemeral key under the tag {tag:02X}")


def unknown_reference_is_refused(variant: Variant, subject: Subject) -> CardSteps[None]:
    """In the command that names the key; a chip may also refuse only the one after it."""
    offer = variant.first(subject, numbered=True)
    channel = yield from open_chip(subject)
    public = offer.key.group.ephemeral(subject.random)[1]
    commands = (*variant.before(offer, UNKNOWN_REFERENCE), variant.carrying(offer, public, reference=UNKNOWN_REFERENCE))
    response = ResponseApdu(status.SUCCESS)
    for command in commands:
        if response.status == status.SUCCESS:
            response = yield from inside(channel, command, "chip authentication")
    require_refused(response, "a private key reference that the chip does not have")


def special_key_is_accepted(variant: Variant, fits: Callable[[Point, int], bool], subject: Subject) -> CardSteps[None]:
    """A key with a leading coordinate byte at one end of the field, and the new channel works."""
    offer = variant.first(subject, KeyAgreement.ELLIPTIC_CURVE)
    private, public = _special_key(offer, fits, subject)
    old = yield from _agreed(variant, subject, offer, public)
    keys = shared.session_keys(offer.key.group, private, offer.key.encoded, offer.protocol.cipher)
    old.end()
    new = SecureChannel(keys)
    try:
        yield from through(new, prove_new_keys())
    except SecureMessagingError as error:
        raise CaseFailed(f"the chip does not use the keys that it agreed on: {error}") from error
    yield from require_alive(new, "chip authentication", files.COM)


def _special_key(offer: Offer, fits: Callable[[Point, int], bool], subject: Subject) -> tuple[int, bytes]:
    """Walks from a random point by adding the generator, about 256 steps."""
    group = elliptic_curve_group(offer.key.parameter_id)
    private = scalar_below(group.order - (1 << 16), subject.random)
    point = group.multiply(private, group.generator)
    while not fits(point, group.curve.prime):
        point, private = group.add(point, group.generator), private + 1
    return private, group.encode(point)


def _agreed(variant: Variant, subject: Subject, offer: Offer, public: bytes) -> CardSteps[SecureChannel]:
    """The key was taken; the channel that it went through, whose keys should be dead now."""
    channel = yield from open_chip(subject)
    response = yield from _send(variant, channel, offer, variant.carrying(offer, public))
    require_success(response, "chip authentication with a good key")
    return channel


def _send(variant: Variant, channel: SecureChannel, offer: Offer, command: CommandApdu) -> CardSteps[ResponseApdu]:
    for first in variant.before(offer):
        require_success((yield from inside(channel, first, "MSE:Set AT")), "MSE:Set AT")
    return (yield from inside(channel, command, "chip authentication"))


def _refused_in_clear(variant: Variant, subject: Subject, what: str) -> CardSteps[None]:
    offer = variant.first(subject)
    for command in variant.before(offer):
        yield from one(command)
    require_refused((yield variant.carrying(offer, offer.key.group.ephemeral(subject.random)[1])), what)


def _reference(offer: Offer, other: int | None) -> bytes:
    number = offer.key_id if other is None else other
    if number is None:
        return b""
    return tlv.encode(shared.PRIVATE_KEY_REFERENCE, number.to_bytes(max((number.bit_length() + 7) // 8, 1), "big"))


def _origin(offer: Offer) -> bytes:
    return b"\x04" + bytes(len(offer.key.encoded) - 1)


def _of_another_size(offer: Offer) -> bytes:
    """A good key on a curve with another field size."""
    own = STANDARDISED_CURVES[offer.key.parameter_id].field_size
    other = next(number for number, curve in STANDARDISED_CURVES.items() if curve.field_size != own)
    return byte_group(other).public_key(0xC0FFEE)


def _off_the_curve(offer: Offer) -> bytes:
    key = offer.key.encoded
    return key[:-1] + bytes((key[-1] ^ 1,))


def _larger_than_the_prime(offer: Offer) -> bytes:
    group = STANDARDISED_GROUPS[offer.key.parameter_id]
    size = len(offer.key.encoded)
    return (group.prime + 1).to_bytes(size, "big") if (group.prime + 1).bit_length() <= 8 * size else b"\xff" * size


def _small(coordinate: str) -> Callable[[Point, int], bool]:
    return lambda point, prime: int(getattr(point, coordinate)) < prime // SIDE


def _large(coordinate: str) -> Callable[[Point, int], bool]:
    return lambda point, prime: int(getattr(point, coordinate)) >= prime - prime // SIDE


CURVE, NUMBER = KeyAgreement.ELLIPTIC_CURVE, KeyAgreement.DIFFIE_HELLMAN
ORIGIN: Final = "the key (0,0)"


def _refuse(variant: Variant, make: Key, what: str, agreement: KeyAgreement, times: int = 1) -> Implementation:
    return Implementation(partial(wrong_key_is_refused, variant, make, what, agreement, times))


def _cases(unit: str, variant: Variant) -> dict[str, Implementation]:
    """The cases of both units in the order of the second; the first has one more, number 9."""
    found = (
        Implementation(partial(every_offer_works, variant)),
        Implementation(partial(old_keys_are_dead, variant)),
        _refuse(variant, _of_another_size, "a point of another key size", CURVE),
        Implementation(partial(refused_before_opening, variant)),
        Implementation(partial(refused_in_clear, variant)),
        Implementation(partial(wrong_class_is_refused, variant)),
        Implementation(partial(wrong_tag_is_refused, variant)),
        _refuse(variant, _origin, ORIGIN, CURVE),
        *([_refuse(variant, _origin, ORIGIN, CURVE, 2)] if variant.triple_des else []),
        *(Implementation(partial(special_key_is_accepted, variant, fits)) for fits in (_small("x"), _large("x"))),
        *(Implementation(partial(special_key_is_accepted, variant, fits)) for fits in (_small("y"), _large("y"))),
        Implementation(partial(unknown_reference_is_refused, variant)),
        _refuse(variant, _larger_than_the_prime, "a key larger than the prime", NUMBER),
        _refuse(variant, _off_the_curve, "a point that is not on the curve", CURVE),
    )
    return {f"{unit}_{number}": how for number, how in enumerate(found, 1)}


CASES = _cases("ISO7816_I", KEY_AGREEMENT_TEMPLATE) | _cases("ISO7816_II", GENERAL_AUTHENTICATE)
