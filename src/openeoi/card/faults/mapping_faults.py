"""Faults of PACE beyond generic mapping on a curve: integrated mapping, multiplicative groups, chip authentication mapping with
EF.CardSecurity (ICAO 9303-11, 4.4.3.3, 4.4.3.5 and 9.2.11), and offers that the signed EF.DG14 contradicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openeoi.card.faults.access_faults import MAPPING, PUBLIC_KEY, TOKEN
from openeoi.card.faults.defects import Defect, PaceDefect, PaceStep, WireDefect, template
from openeoi.card.faults.fault import NOT_OPENED, Family, Fault, Inspection, Use, Verdict
from openeoi.card.faults.full_specimen import CHIP_MAPPING, DIFFIE_HELLMAN, INTEGRATED, MODP, OWN, Equipment, equipped
from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.encoding import tlv
from openeoi.encoding.errors import DecodingError

ENCRYPTED_PROOF: Final = 0x8A
BLOCK_SIZE: Final = 16
PRIME: Final = STANDARDISED_GROUPS[MODP].prime
SIZE: Final = (PRIME.bit_length() + 7) // 8


def _step(tag: int, change: Callable[[PaceStep], bytes]) -> Callable[[], Defect]:
    return lambda: PaceDefect(tag, change)


def _number(tag: int, value: int) -> Callable[[], Defect]:
    """Another public value in this step."""
    return _step(tag, lambda step: step.answer(value.to_bytes(SIZE, "big")))


def _proof(change: Callable[[bytes], bytes | None]) -> Callable[[], Defect]:
    """Another encrypted proof in the last answer, or none."""

    def changed(command: bytes, response: bytes) -> bytes:
        try:
            objects = tlv.decode_all(tlv.decode_expected(response[:-2], 0x7C)) if response[-2:] == b"\x90\x00" else ()
        except DecodingError:
            return response
        if ENCRYPTED_PROOF not in [one.tag for one in objects]:
            return response
        found = [(one.tag, change(one.value) if one.tag == ENCRYPTED_PROOF else one.value) for one in objects]
        return template(b"".join(tlv.encode(tag, value) for tag, value in found if value is not None))

    return lambda: WireDefect(changed)


def _other_padding(proof: bytes) -> bytes:
    """One bit before the last block, which under CBC makes 81 of the 80 that the last block begins with."""
    position = len(proof) - 2 * BLOCK_SIZE
    return proof[:position] + bytes((proof[position] ^ 1,)) + proof[position + 1 :]


def _flip_last(value: bytes) -> bytes:
    return value[:-1] + bytes((value[-1] ^ 1,))


def _pace(
    name: str,
    sentence: str,
    clause: str,
    equipment: Equipment,
    defect: Callable[[], Defect],
    error: str = "PaceFailed",
    inspection: Inspection | None = NOT_OPENED,
) -> Fault:
    return Fault(name, Family.ACCESS, sentence, clause, error, inspection, equipped(equipment), defect)


def _cam(
    name: str,
    sentence: str,
    clause: str,
    error: str,
    equipment: Equipment,
    inspection: Inspection = NOT_OPENED,
    defect: Callable[[], Defect] = Defect,
) -> Fault:
    build = equipped(equipment)
    return Fault(name, Family.CHIP, sentence, clause, error, inspection, build, defect, Use.AUTHENTICATE_BY_MAPPING)


def _copy(reason: str) -> Inspection:
    return Inspection("chip_mapping", Verdict.FAILED, reason)


NO_KEY: Final = Inspection("chip_mapping", Verdict.UNDETERMINED, "chip_key_missing")


def _downgrade(name: str, sentence: str, equipment: Equipment, use: Use = Use.READ_DOCUMENT) -> Fault:
    """EF.CardAccess is not signed; the copy of its offers in EF.DG14 is."""
    clause = "ICAO 9303-11, 9.2.9 (EF.DG14 repeats EF.CardAccess) and 4.2"
    found = None if use is Use.READ_BY_BASIC_ACCESS else Inspection("card_access", Verdict.FAILED, "card_access_differs")
    return Fault(name, Family.ACCESS, sentence, clause, "CardAccessDiffers", found, equipped(equipment), use=use)


BY_INTEGRATED: Final = Equipment(offers=(INTEGRATED,))
BY_NUMBERS: Final = Equipment(offers=(DIFFIE_HELLMAN,))
BY_CHIP: Final = Equipment(offers=(CHIP_MAPPING,))
IM: Final = "ICAO 9303-11, 4.4.3.3.2 and 4.4.4.2"
DH: Final = "ICAO 9303-11, 4.4.1 and 9.6; RFC 2631, 2.1.5 (validation of public values)"
CAM: Final = "ICAO 9303-11, 4.4.3.3.3 and 4.4.3.5"
SECURITY: Final = "ICAO 9303-11, 9.2.11; BSI TR-03110-3, A.1.2.2"

FAULTS: Final = (
    _pace(
        "im-mapping-data-unexpected",
        "With integrated mapping the chip sends mapping data, of which there are none.",
        IM,
        BY_INTEGRATED,
        _step(MAPPING, lambda step: step.answer(bytes(16))),
    ),
    _pace(
        "im-key-off-curve",
        "After integrated mapping the chip's ephemeral key is a point that is not on the curve.",
        IM,
        BY_INTEGRATED,
        _step(PUBLIC_KEY, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _pace(
        "im-token-wrong",
        "After integrated mapping the chip's authentication token is wrong.",
        IM,
        BY_INTEGRATED,
        _step(TOKEN, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _pace("dh-mapping-key-one", "The chip's mapping key is the number 1.", DH, BY_NUMBERS, _number(MAPPING, 1)),
    _pace("dh-mapping-key-zero", "The chip's mapping key is the number 0.", DH, BY_NUMBERS, _number(MAPPING, 0)),
    _pace(
        "dh-mapping-key-of-order-two",
        "The chip's mapping key is the prime less 1, whose powers are only two numbers.",
        DH,
        BY_NUMBERS,
        _number(MAPPING, PRIME - 1),
    ),
    _pace(
        "dh-key-of-order-two",
        "The chip's ephemeral key is the prime less 1: half of all terminals would agree on the number 1.",
        DH,
        BY_NUMBERS,
        _number(PUBLIC_KEY, PRIME - 1),
    ),
    _pace(
        "dh-key-outside-subgroup",
        "The chip's ephemeral key is the number 2, which is not in the subgroup: parts of private keys leak.",
        DH,
        BY_NUMBERS,
        _number(PUBLIC_KEY, 2),
    ),
    _pace(
        "dh-key-too-large",
        "The chip's ephemeral key is larger than the prime.",
        DH,
        BY_NUMBERS,
        _number(PUBLIC_KEY, (1 << 8 * SIZE) - 1),
    ),
    _pace(
        "dh-key-reflected",
        "The chip's ephemeral key equals the terminal's.",
        "ICAO 9303-11, 4.4.1",
        BY_NUMBERS,
        _step(PUBLIC_KEY, lambda step: step.answer(step.sent)),
    ),
    _pace(
        "dh-token-wrong",
        "After Diffie-Hellman the chip's authentication token is wrong.",
        "ICAO 9303-11, 4.4.3.4",
        BY_NUMBERS,
        _step(TOKEN, lambda step: step.answer(_flip_last(step.answered))),
    ),
    _downgrade(
        "cardaccess-hides-mapping",
        "Somebody took the offer of chip authentication mapping out of EF.CardAccess; the signed EF.DG14 still has it.",
        Equipment(offers=(OWN,), repeated=(OWN, CHIP_MAPPING)),
    ),
    _downgrade(
        "cardaccess-adds-offer",
        "EF.CardAccess offers integrated mapping, which the signed EF.DG14 does not name.",
        Equipment(offers=(OWN, INTEGRATED), repeated=(OWN,)),
    ),
    _downgrade(
        "pace-hidden-and-basic-access-works",
        "EF.CardAccess is missing and basic access control opens the chip; the signed EF.DG14 names PACE.",
        Equipment(offers=(), repeated=(OWN,)),
        Use.READ_BY_BASIC_ACCESS,
    ),
    _cam(
        "cam-chip-key-wrong",
        "All files are a genuine document's; the chip proves a private key of its own.",
        CAM,
        "ChipNotGenuine",
        Equipment(offers=(CHIP_MAPPING,), chip_key="forger"),
        _copy("chip_not_genuine"),
    ),
    _cam(
        "cam-proof-missing",
        "The chip runs chip authentication mapping and leaves out the encrypted proof.",
        CAM,
        "PaceFailed",
        BY_CHIP,
        defect=_proof(lambda proof: None),
    ),
    _cam(
        "cam-proof-cut",
        "The encrypted proof is no whole number of blocks.",
        CAM,
        "PaceFailed",
        BY_CHIP,
        defect=_proof(lambda proof: proof[:-1]),
    ),
    _cam(
        "cam-proof-padding-wrong",
        "The padding of the encrypted proof is wrong.",
        CAM,
        "PaceFailed",
        BY_CHIP,
        defect=_proof(_other_padding),
    ),
    _cam(
        "cam-card-security-missing",
        "The chip offers chip authentication mapping and has no EF.CardSecurity to judge it by.",
        SECURITY,
        "FileNotReadable",
        Equipment(offers=(CHIP_MAPPING,), card_security=lambda content: None),
        NO_KEY,
    ),
    _cam(
        "cam-card-security-unsigned",
        "One bit of the signature of EF.CardSecurity is flipped.",
        SECURITY,
        "SecurityObjectSignatureInvalid",
        Equipment(offers=(CHIP_MAPPING,), card_security=_flip_last),
        _copy("security_object_signature_invalid"),
    ),
    _cam(
        "cam-card-security-malformed",
        "EF.CardSecurity is no signed data.",
        SECURITY,
        "FileMalformed",
        Equipment(offers=(CHIP_MAPPING,), card_security=lambda content: tlv.encode(0x30, content[:100])),
        _copy("decoding_error"),
    ),
    _cam(
        "cam-card-security-of-another-chip",
        "EF.CardSecurity is genuine and holds the key of another chip.",
        CAM,
        "ChipNotGenuine",
        Equipment(offers=(CHIP_MAPPING,), secured_key="another chip"),
        _copy("chip_not_genuine"),
    ),
    _cam(
        "cam-card-security-without-key",
        "EF.CardSecurity holds no public key.",
        SECURITY,
        "ChipKeyMissing",
        Equipment(offers=(CHIP_MAPPING,), secured_key=""),
        NO_KEY,
    ),
)
