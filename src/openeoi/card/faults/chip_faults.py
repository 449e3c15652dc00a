"""Copied chips: every file is genuine, the private keys are not there (ICAO 9303-11, 6.1 and 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.card.faults.defects import ClearDefect, Defect
from openeoi.card.faults.fault import Family, Fault, Inspection, Use, Verdict
from openeoi.card.faults.laboratory import Key, Laboratory
from openeoi.card.faults.specimen import Specimen, signed, sound_data_groups, specimen
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.elliptic_curves.explicit_parameters import PRIME_FIELD
from openeoi.crypto.public_keys import ELLIPTIC_CURVE_PUBLIC_KEY
from openeoi.encoding import der
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    PUBLIC_KEY,
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.errors import SecureMessagingError
from openeoi.iso7816.secure_messaging import CardSecureChannel
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey

P256: Final = 12
"""The standardised domain parameters of the laboratory's keys (ICAO 9303-11, 9.5.1)."""

INTERNAL_AUTHENTICATE: Final = 0x88
GENERAL_AUTHENTICATE: Final = 0x86
ECDH_PUBLIC_KEY: Final = f"{PUBLIC_KEY}.2"
ECDH_AES_256: Final = "0.4.0.127.0.7.2.2.3.2.4"
PLAIN_ECDSA_SHA256: Final = "0.4.0.127.0.7.1.1.4.1.3"


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says of its chip's keys, and which keys the chip has: purposes of the laboratory's keys, "" for none."""

    active_key: str = "active authentication"
    chip_key: str = "chip authentication"
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    names_algorithm: bool = True
    names_chip_key: bool = True
    change_chip_key: Callable[[bytes], bytes] = lambda key: key


def proving(document: Document = Document()) -> Callable[[Laboratory], Specimen]:
    """A document with active and chip authentication; as it stands, the chip proves that it is genuine."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        groups[14] = DataGroup14(_infos(document, laboratory)).encode()
        groups[15] = DataGroup15(_public(laboratory.key("active authentication"))).encode()
        chip = specimen(groups, signed(groups, laboratory.signer).encode())
        return replace(chip, protocols=_protocols(document, laboratory))

    return build


def _infos(document: Document, laboratory: Laboratory) -> tuple[SecurityInfo, ...]:
    infos: list[SecurityInfo] = [PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13), ChipAuthenticationInfo(ECDH_AES_256)]
    if document.names_chip_key:
        key = document.change_chip_key(_public(laboratory.key("chip authentication")))
        infos.append(ChipAuthenticationPublicKeyInfo(ECDH_PUBLIC_KEY, key))
    if document.names_algorithm:
        infos.append(ActiveAuthenticationInfo(PLAIN_ECDSA_SHA256))
    return tuple(infos)


def _protocols(document: Document, laboratory: Laboratory) -> DocumentProtocols:
    active, static = None, None
    if document.active_key:
        private = _private(laboratory.key(document.active_key))
        active = ActiveKey(SigningCurveKey(P256, private), document.digest)
    if document.chip_key:
        static = StaticKey(P256, _private(laboratory.key(document.chip_key)), frozenset({Cipher.AES_256}))
    return DocumentProtocols(static_keys=() if static is None else (static,), active_key=active)


def _public(key: Key) -> bytes:
    return key.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _private(key: Key) -> int:
    return key.private.private_numbers().private_value


COPY: Final = Inspection("genuine_chip", Verdict.FAILED, "chip_not_genuine")


def _refused(reason: str) -> Inspection:
    return Inspection("genuine_chip", Verdict.FAILED, reason)


def _undecided(check: str, reason: str) -> Inspection:
    return Inspection(check, Verdict.UNDETERMINED, reason)


class KeepsOldKeys(Defect):
    """Says yes to chip authentication and goes on with the keys of PACE."""

    def __init__(self) -> None:
        self._first: CardSecureChannel | None = None

    def channel(self, channel: CardSecureChannel) -> CardSecureChannel:
        self._first = self._first or channel
        return self._first


def _signature(change: Callable[[bytes], bytes]) -> Callable[[], Defect]:
    def answer(command: CommandApdu, response: ResponseApdu) -> ResponseApdu:
        is_signature = command.ins == INTERNAL_AUTHENTICATE and response.status == status.SUCCESS
        return ResponseApdu(response.status, change(response.data)) if is_signature else response

    return lambda: ClearDefect(answer)


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


class KeepsOldChannel(Defect):
    """Chip authentication as it should be; the keys of PACE go on working beside the new ones."""

    def __init__(self) -> None:
        self._old: CardSecureChannel | None = None

    def channel(self, channel: CardSecureChannel) -> CardSecureChannel:
        old, self._old = self._old, channel
        return channel if old is None else TwoChannels(channel, old)


class TwoChannels(CardSecureChannel):
    """Takes a command under either of two sets of keys, and answers under the same."""

    def __init__(self, new: CardSecureChannel, old: CardSecureChannel) -> None:
        super().__init__(new.keys)
        self._channels = [new, old]

    def open(self, command: CommandApdu) -> CommandApdu:
        try:
            copy(self._channels[0]).open(command)
        except SecureMessagingError:
            self._channels.reverse()
        return self._channels[0].open(command)

    def protect(self, response: ResponseApdu) -> ResponseApdu:
        return self._channels[0].protect(response)


class RepeatsSignature(Defect):
    """The first signature over a challenge serves for all."""

    def __init__(self) -> None:
        self._first: bytes = b""

    def in_clear(self, command: CommandApdu, answer: Callable[[], ResponseApdu]) -> ResponseApdu:
        response = answer()
        if command.ins != INTERNAL_AUTHENTICATE or response.status != status.SUCCESS:
            return response
        self._first = self._first or response.data
        return replace(response, data=self._first)


def _accepts_any_key() -> Defect:
    """Says yes to every key of the terminal."""

    def change(command: CommandApdu, response: ResponseApdu) -> ResponseApdu:
        refused = command.ins == GENERAL_AUTHENTICATE and response.status == status.INCORRECT_DATA
        return ResponseApdu(status.SUCCESS, bytes.fromhex("7C00")) if refused else response

    return ClearDefect(change)


def _weak_parameters(key: bytes) -> bytes:
    """The same point with P-256 spelled out and the point itself as generator: its private key would be 1."""
    point = der.decode_bit_string(der.decode_sequence(key)[1]).value
    curve = STANDARDISED_CURVES[P256]
    size = curve.field_size
    a, b = (der.encode_octet_string(value.to_bytes(size, "big")) for value in (curve.a, curve.b))
    field = der.encode_sequence(der.encode_object_identifier(PRIME_FIELD), der.encode_integer(curve.prime))
    parameters = der.encode_sequence(
        der.encode_integer(1),
        field,
        der.encode_sequence(a, b),
        der.encode_octet_string(point),
        der.encode_integer(curve.order),
        der.encode_integer(1),
    )
    algorithm = der.encode_sequence(der.encode_object_identifier(ELLIPTIC_CURVE_PUBLIC_KEY), parameters)
    return der.encode_sequence(algorithm, der.encode_bit_string(point))


def _fault(
    name: str,
    sentence: str,
    clause: str,
    error: str | None,
    use: Use,
    document: Document = Document(),
    defect: Callable[[], Defect] = Defect,
    inspection: Inspection | None = COPY,
) -> Fault:
    return Fault(name, Family.CHIP, sentence, clause, error, inspection, proving(document), defect, use)


ACTIVE: Final = "ICAO 9303-11, 6.1 (active authentication)"
CHIP: Final = "ICAO 9303-11, 6.2 (chip authentication)"

FAULTS: Final = (
    _fault(
        "clone-with-another-active-key",
        "All files are a genuine document's; the chip signs challenges with a key of its own.",
        ACTIVE,
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY,
        Document(active_key="forger"),
    ),
    _fault(
        "clone-without-active-key",
        "All files are a genuine document's; the chip cannot sign challenges at all.",
        ACTIVE,
        "ActiveAuthenticationRefused",
        Use.AUTHENTICATE_ACTIVELY,
        Document(active_key=""),
        inspection=_refused("active_authentication_refused"),
    ),
    _fault(
        "active-signature-wrong",
        "One bit of the signature over the challenge is flipped.",
        ACTIVE,
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY,
        defect=_signature(_flip_last),
    ),
    _fault(
        "active-signature-of-zeros",
        "Both numbers of the signature over the challenge are zero.",
        ACTIVE,
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY,
        defect=_signature(lambda signature: bytes(len(signature))),
    ),
    _fault(
        "active-signature-short",
        "The signature over the challenge lacks its last byte.",
        ACTIVE,
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY,
        defect=_signature(lambda signature: signature[:-1]),
    ),
    _fault(
        "active-algorithm-not-named",
        "Data group 14 does not say which hash function goes with the key on a curve in data group 15.",
        "ICAO 9303-11, 9.2 (ActiveAuthenticationInfo)",
        "NotDecidable",
        Use.AUTHENTICATE_ACTIVELY,
        Document(names_algorithm=False),
        inspection=_undecided("active_authentication", "not_decidable"),
    ),
    _fault(
        "clone-with-another-chip-key",
        "All files are a genuine document's; the chip agrees on keys with a private key of its own.",
        CHIP,
        "ChipNotGenuine",
        Use.AUTHENTICATE_CHIP,
        Document(chip_key="forger"),
    ),
    _fault(
        "clone-without-chip-key",
        "All files are a genuine document's; the chip refuses chip authentication.",
        CHIP,
        "ChipAuthenticationRefused",
        Use.AUTHENTICATE_CHIP,
        Document(chip_key=""),
        inspection=_refused("chip_authentication_refused"),
    ),
    _fault(
        "chip-keeps-old-keys",
        "The chip says yes to chip authentication and goes on with the keys of PACE.",
        CHIP,
        "ChipNotGenuine",
        Use.AUTHENTICATE_CHIP,
        defect=KeepsOldKeys,
    ),
    _fault(
        "chip-key-off-curve",
        "The static key in data group 14 is a point that is not on its curve, and signed so.",
        "ICAO 9303-11, 6.2 and 9.6",
        "NotDecidable",
        Use.AUTHENTICATE_CHIP,
        Document(change_chip_key=_flip_last),
        inspection=_undecided("chip_authentication", "not_decidable"),
    ),
    _fault(
        "chip-key-not-named",
        "Data group 14 offers chip authentication and holds no key for it.",
        "ICAO 9303-11, 9.2 (ChipAuthenticationPublicKeyInfo)",
        "ChipAuthenticationNotOffered",
        Use.AUTHENTICATE_CHIP,
        Document(names_chip_key=False),
        inspection=_undecided("chip_authentication", "chip_authentication_not_offered"),
    ),
    _fault(
        "chip-keeps-old-channel",
        "After chip authentication the keys of PACE work as well as the new ones.",
        CHIP,
        None,
        Use.AUTHENTICATE_CHIP,
        defect=KeepsOldChannel,
        inspection=None,
    ),
    _fault(
        "chip-accepts-any-key",
        "The chip says yes to ephemeral keys of the terminal that are not on the curve.",
        "ICAO 9303-11, 6.2 and 9.6",
        None,
        Use.AUTHENTICATE_CHIP,
        defect=_accepts_any_key,
        inspection=None,
    ),
    _fault(
        "chip-key-parameters-weak",
        "The static key spells out a curve whose generator was chosen so that everybody knows the private key.",
        "ICAO 9303-11, 9.5; BSI TR-03111 (standardised domain parameters only)",
        "NotDecidable",
        Use.AUTHENTICATE_CHIP,
        Document(change_chip_key=_weak_parameters),
        inspection=_undecided("chip_authentication", "not_decidable"),
    ),
    _fault(
        "active-digest-wrong",
        "The chip signs with another hash function than EF.DG14 names.",
        "ICAO 9303-11, 6.1 and 9.2 (ActiveAuthenticationInfo)",
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY,
        Document(digest=DigestAlgorithm.SHA224),
    ),
    _fault(
        "active-signature-repeated",
        "The chip answers every challenge with its first signature.",
        ACTIVE,
        "ChipNotGenuine",
        Use.AUTHENTICATE_ACTIVELY_TWICE,
        defect=RepeatsSignature,
        inspection=None,
    ),
)
