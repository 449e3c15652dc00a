"""Faults on the way into the chip: what EF.CardAccess offers, and PACE (ICAO 9303-11, 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from openeoi.card.faults.defects import Answer, Defect, PaceDefect, PaceStep, WireDefect, template
from openeoi.card.faults.fault import NOT_OPENED, NOT_READ, Family, Fault, Inspection, Use, Verdict
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Files, Specimen, sound_specimen
from openeoi.encoding import der, tlv
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.security_infos import PaceInfo, SecurityInfo, UnknownSecurityInfo, encode_security_infos
from openeoi.iso7816 import status
from openeoi.iso7816.apdu import ResponseApdu
from openeoi.protocols.personalisation.applications import Application

NONCE, MAPPING, PUBLIC_KEY, TOKEN = 0x80, 0x82, 0x84, 0x86
OFFERED: Final = "0.4.0.127.0.7.2.2.4.2.4"
MANAGE_SECURITY_ENVIRONMENT: Final = 0x22
GENERAL_AUTHENTICATE: Final = 0x86
GET_CHALLENGE: Final = 0x84
CHALLENGE: Final = bytes.fromhex("4608F91988702212")
COORDINATE_SIZE: Final = 32


def with_card_access(content: bytes | None) -> Callable[[Laboratory], Specimen]:
    """Another EF.CardAccess; None for none at all."""

    def change(files: Files) -> Files:
        master = {**files.get(Application.MASTER_FILE, {}), lds.CARD_ACCESS.file_id: content}
        return {**files, Application.MASTER_FILE: master}

    return lambda laboratory: replace(sound_specimen(laboratory), change=change)


def offering(*infos: SecurityInfo) -> Callable[[Laboratory], Specimen]:
    return with_card_access(CardAccess(infos).encode())


def _unknown_info() -> UnknownSecurityInfo:
    """id-EOI, under the example arc of the BSI: no protocol that anybody knows."""
    identifier = "0.4.0.127.0.7.3.9.9"
    return UnknownSecurityInfo(identifier, der.encode_sequence(der.encode_object_identifier(identifier), der.encode_integer(1)))


class HiddenPace(Defect):
    """EF.CardAccess seems not to be there, PACE is refused, and the chip invites to basic access control with a challenge."""

    def on_the_wire(self, command: bytes, answer: Answer) -> bytes:
        instruction = command[1:2]
        if instruction == bytes((GET_CHALLENGE,)):
            return ResponseApdu(status.SUCCESS, CHALLENGE).encode()
        if instruction in (bytes((GENERAL_AUTHENTICATE,)), bytes((MANAGE_SECURITY_ENVIRONMENT,))):
            return ResponseApdu(status.INSTRUCTION_NOT_SUPPORTED).encode()
        by_short_identifier = command[:3] == bytes((0, 0xB0, 0x80 | lds.CARD_ACCESS.short_id))
        if by_short_identifier or (instruction == b"\xa4" and command[5:7] == lds.CARD_ACCESS.file_id.to_bytes(2, "big")):
            return ResponseApdu(status.FILE_NOT_FOUND).encode()
        return answer(command)


def _step(tag: int, change: Callable[[PaceStep], bytes]) -> Callable[[], Defect]:
    return lambda: PaceDefect(tag, change)


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _compressed(point: bytes) -> bytes:
    return bytes((2 + point[-1] % 2,)) + point[1 : 1 + COORDINATE_SIZE]


def _coordinates_too_large(point: bytes) -> bytes:
    """Both coordinates at their maximum, which is no residue modulo the prime."""
    return point[:1] + b"\xff" * (len(point) - 1)


def _status(instruction: int, word: int) -> Callable[[], Defect]:
    """Another status word for one instruction, without data."""

    def change(command: bytes, response: bytes) -> bytes:
        return ResponseApdu(word).encode() if command[1:2] == bytes((instruction,)) else response

    return lambda: WireDefect(change)


def _accepts_any_number() -> Defect:
    """Says yes to every token, and answers with eight bytes of its own invention."""

    def change(command: bytes, response: bytes) -> bytes:
        if command[1:2] == bytes((GENERAL_AUTHENTICATE,)) and response == bytes.fromhex("6300"):
            return template(tlv.encode(TOKEN, bytes(8)))
        return response

    return WireDefect(change)


def _no_secure_messaging() -> Defect:
    """PACE succeeds; every protected command after it is refused."""

    def change(command: bytes, response: bytes) -> bytes:
        if command[:1] and command[0] & 0x0C == 0x0C:
            return ResponseApdu(status.SECURE_MESSAGING_NOT_SUPPORTED).encode()
        return response

    return WireDefect(change)


def _fault(
    name: str,
    sentence: str,
    clause: str,
    error: str = "PaceFailed",
    inspection: Inspection | None = NOT_OPENED,
    build: Callable[[Laboratory], Specimen] = sound_specimen,
    defect: Callable[[], Defect] = Defect,
    use: Use = Use.READ_DOCUMENT,
) -> Fault:
    return Fault(name, Family.ACCESS, sentence, clause, error, inspection, build, defect, use)


NOT_OFFERED: Final = Inspection("access", Verdict.NOT_SUPPORTED, "pace_not_offered")
NOT_KNOWN: Final = Inspection("access", Verdict.NOT_SUPPORTED, "no_supported_pace")
SIZES: Final = "ICAO 9303-11, 4.4.3 (length of the nonce)"
POINTS: Final = "ICAO 9303-11, 4.4.3.3.1 and 9.6; BSI TR-03111 (validation of public keys)"
KEYS: Final = "ICAO 9303-11, 4.4.1 and 9.6"
TOKENS: Final = "ICAO 9303-11, 4.4.1 and 4.4.3.4"
TEMPLATE: Final = "ICAO 9303-11, 4.4.4; ISO/IEC 7816-4, 11.5"

FAULTS: Final = (
    _fault(
        "cardaccess-missing",
        "The chip has no EF.CardAccess, although it runs PACE: nothing weaker may be tried.",
        "ICAO 9303-11, 9.2 (EF.CardAccess is mandatory with PACE)",
        "PaceNotOffered",
        NOT_OFFERED,
        with_card_access(None),
    ),
    _fault(
        "pace-hidden",
        "Somebody between chip and reader hides EF.CardAccess and PACE, and offers a challenge for basic access control.",
        "ICAO 9303-11, 4.2 (no fall-back where the document is known to have PACE)",
        "PaceNotOffered",
        NOT_OFFERED,
        defect=HiddenPace,
    ),
    _fault(
        "cardaccess-unknown-only",
        "EF.CardAccess holds only a security info of an unknown protocol.",
        "ICAO 9303-11, 9.2 (unknown infos are passed over)",
        "PaceNotOffered",
        NOT_OFFERED,
        offering(_unknown_info()),
    ),
    _fault(
        "cardaccess-parameters-unknown",
        "The one PACEInfo names the domain parameters 31, which are not standardised.",
        "ICAO 9303-11, 9.5.1 (table 6)",
        "NoSupportedPace",
        NOT_KNOWN,
        offering(PaceInfo(OFFERED, 31)),
    ),
    _fault(
        "cardaccess-parameters-absent",
        "The one PACEInfo has no parameter id, and no PACEDomainParameterInfo stands beside it.",
        "ICAO 9303-11, 9.2.1",
        "NoSupportedPace",
        NOT_KNOWN,
        offering(PaceInfo(OFFERED, None)),
    ),
    _fault(
        "cardaccess-version-1",
        "The PACEInfo has version 1, which has other mappings of messages and is not allowed in travel documents.",
        "ICAO 9303-11, 9.2.1 (version is 2)",
        "NoSupportedPace",
        NOT_KNOWN,
        offering(PaceInfo(OFFERED, 13, version=1)),
    ),
    _fault(
        "cardaccess-protocol-unknown",
        "The one PACEInfo names a mapping that does not exist (…4.9.4).",
        "ICAO 9303-11, 9.2.1",
        "NoSupportedPace",
        NOT_KNOWN,
        offering(PaceInfo("0.4.0.127.0.7.2.2.4.9.4", 13)),
    ),
    _fault(
        "cardaccess-offers-too-much",
        "Of two PACEInfos the chip can do only one; the other, with larger parameters, is not implemented.",
        "ICAO 9303-11, 4.4.4.1 and 9.2.1",
        "PaceFailed",
        NOT_OPENED,
        offering(PaceInfo(OFFERED, 13), PaceInfo(OFFERED, 16)),
    ),
    _fault(
        "cardaccess-truncated",
        "EF.CardAccess ends in the middle of its PACEInfo.",
        "ICAO 9303-11, 9.2 (EF.CardAccess)",
        "FileMalformed",
        NOT_OPENED,
        with_card_access(CardAccess((PaceInfo(OFFERED, 13),)).encode()[:-4]),
    ),
    _fault(
        "cardaccess-no-set",
        "EF.CardAccess holds a sequence in place of a set.",
        "ICAO 9303-11, 9.2 (SecurityInfos is a SET OF)",
        "FileMalformed",
        NOT_OPENED,
        with_card_access(b"\x30" + encode_security_infos((PaceInfo(OFFERED, 13),))[1:]),
    ),
    _fault(
        "cardaccess-too-long",
        "The length of EF.CardAccess says 16 megabytes.",
        "ICAO 9303-11, 9.2 (EF.CardAccess)",
        "FileMalformed",
        NOT_OPENED,
        with_card_access(bytes.fromhex("3183FFFFFF") + bytes(300)),
    ),
    _fault(
        "pace-set-refused",
        "MSE:Set AT is answered with 6F00.",
        "ICAO 9303-11, 4.4.4.1",
        defect=_status(MANAGE_SECURITY_ENVIRONMENT, status.NO_PRECISE_DIAGNOSIS),
    ),
    _fault(
        "pace-set-success-odd",
        "MSE:Set AT is answered with 9001, which means nothing.",
        "ICAO 9303-11, 4.4.4.1; ISO/IEC 7816-4, 5.6",
        defect=_status(MANAGE_SECURITY_ENVIRONMENT, 0x9001),
    ),
    _fault(
        "pace-step-refused",
        "GENERAL AUTHENTICATE is answered with 6F00 at the first step.",
        TEMPLATE,
        defect=_status(GENERAL_AUTHENTICATE, status.NO_PRECISE_DIAGNOSIS),
    ),
    _fault(
        "pace-nonce-length-wrong",
        "The encrypted nonce has 15 bytes: no whole number of blocks.",
        SIZES,
        defect=_step(NONCE, lambda step: step.answer(step.answered[:-1])),
    ),
    _fault(
        "pace-nonce-empty",
        "The encrypted nonce is empty.",
        SIZES,
        defect=_step(NONCE, lambda step: step.answer(b"")),
    ),
    _fault(
        "pace-nonce-huge",
        "The encrypted nonce has 160 bytes.",
        SIZES,
        defect=_step(NONCE, lambda step: step.answer(step.answered * 10)),
    ),
    _fault(
        "pace-nonce-wrong-object",
        "The nonce comes in data object 81 in place of 80.",
        TEMPLATE,
        defect=_step(NONCE, lambda step: step.answer(step.answered, 0x81)),
    ),
    _fault(
        "pace-answer-without-template",
        "The nonce comes without the template 7C around it.",
        TEMPLATE,
        defect=_step(NONCE, lambda step: tlv.encode(NONCE, step.answered) + b"\x90\x00"),
    ),
    _fault(
        "pace-answer-too-much",
        "The answer with the nonce holds a second data object.",
        TEMPLATE,
        defect=_step(NONCE, lambda step: template(tlv.encode(NONCE, step.answered) + tlv.encode(0x87, b"more"))),
    ),
    _fault(
        "pace-mapping-off-curve",
        "The chip's mapping key is a point that is not on the curve.",
        POINTS,
        defect=_step(MAPPING, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _fault(
        "pace-mapping-infinity",
        "The chip's mapping key is the point at infinity.",
        POINTS,
        defect=_step(MAPPING, lambda step: step.answer(b"\x00")),
    ),
    _fault(
        "pace-mapping-coordinates-too-large",
        "The coordinates of the chip's mapping key are not below the prime.",
        POINTS,
        defect=_step(MAPPING, lambda step: step.answer(_coordinates_too_large(step.answered))),
    ),
    _fault(
        "pace-mapping-reflected",
        "The chip sends the terminal's own mapping key back.",
        "ICAO 9303-11, 4.4.3.3.1",
        defect=_step(MAPPING, lambda step: step.answer(step.sent)),
    ),
    _fault(
        "pace-key-off-curve",
        "The chip's ephemeral key is a point that is not on the curve.",
        KEYS,
        defect=_step(PUBLIC_KEY, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _fault(
        "pace-key-infinity",
        "The chip's ephemeral key is the point at infinity: the shared secret would be known to all.",
        KEYS,
        defect=_step(PUBLIC_KEY, lambda step: step.answer(b"\x00")),
    ),
    _fault(
        "pace-key-compressed",
        "The chip's ephemeral key comes as a compressed point.",
        "ICAO 9303-11, 9.4 (points are uncompressed)",
        defect=_step(PUBLIC_KEY, lambda step: step.answer(_compressed(step.answered))),
    ),
    _fault(
        "pace-key-reflected",
        "The chip's ephemeral key equals the terminal's.",
        "ICAO 9303-11, 4.4.1",
        defect=_step(PUBLIC_KEY, lambda step: step.answer(step.sent)),
    ),
    _fault(
        "pace-token-wrong",
        "The chip's authentication token is wrong: it does not know the password.",
        TOKENS,
        defect=_step(TOKEN, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _fault(
        "pace-token-short",
        "The chip's token has one byte, the first of the right one.",
        "ICAO 9303-11, 4.4.3.4 (eight bytes)",
        defect=_step(TOKEN, lambda step: step.answer(step.answered[:1])),
    ),
    _fault(
        "pace-token-reflected",
        "The chip sends the terminal's own token back.",
        TOKENS,
        defect=_step(TOKEN, lambda step: step.answer(step.sent)),
    ),
    _fault(
        "pace-token-missing",
        "The last step is answered with 9000 and no token.",
        TOKENS,
        defect=_step(TOKEN, lambda step: template(b"")),
    ),
    _fault(
        "pace-accepts-any-number",
        "The chip says yes to any CAN; the token that it then shows cannot be right.",
        TOKENS,
        inspection=None,
        defect=_accepts_any_number,
        use=Use.OPEN_WITH_WRONG_NUMBER,
    ),
    _fault(
        "pace-without-secure-messaging",
        "PACE succeeds, and every protected command after it is refused (6882).",
        "ICAO 9303-11, 4.4.1 and 9.8",
        "SecureMessagingLost",
        NOT_READ,
        defect=_no_secure_messaging,
    ),
)
