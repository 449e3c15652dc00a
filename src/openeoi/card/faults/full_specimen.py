"""A document with every protocol of travel documents: all ways to open it, fingerprints and irises behind terminal
authentication, chip and active authentication, EF.CardSecurity. Faults of those protocols are deviations from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Files, Specimen, signed, sound_data_groups, specimen
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.public_keys import byte_group, encode_agreement_key, encode_standardised_key
from openeoi.encoding import cms, tlv
from openeoi.encoding.biometrics import templates
from openeoi.encoding.biometrics.finger_19794 import Compression, FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.biometrics.templates import BiometricHeader, BiometricTemplate
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import build_card_security
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    PUBLIC_KEY,
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
    TerminalAuthenticationInfo,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.terminal_authentication.trust import Trust

P256: Final = 12
BRAINPOOL: Final = 13
MODP: Final = 2
"""Standardised domain parameters (ICAO 9303-11, 9.5.1): 2048 bits with a subgroup of 256."""

OWN: Final = PaceInfo("0.4.0.127.0.7.2.2.4.2.4", BRAINPOOL)
INTEGRATED: Final = PaceInfo("0.4.0.127.0.7.2.2.4.4.4", BRAINPOOL)
CHIP_MAPPING: Final = PaceInfo("0.4.0.127.0.7.2.2.4.6.4", BRAINPOOL)
DIFFIE_HELLMAN: Final = PaceInfo("0.4.0.127.0.7.2.2.4.1.2", MODP)
ALL_OFFERS: Final = (OWN, INTEGRATED, CHIP_MAPPING, DIFFIE_HELLMAN)
PLAIN_ECDSA_SHA256: Final = "0.4.0.127.0.7.1.1.4.1.3"
CURVE_KEY, NUMBER_KEY = 1, 2
"""Numbers of the chip's static keys."""

CHIP_KEY: Final = "chip authentication on brainpoolP256r1"
ACTIVE_KEY: Final = "active authentication"
IRIS_TYPE: Final = bytes.fromhex("0009")
IRIS_TAG: Final = 0x76


@dataclass(frozen=True, slots=True)
class Equipment:
    """What the files say and what the chip can do.

    `offers`: EF.CardAccess (none: no such file, as in documents with basic access control alone); `repeated`: the PACEInfos in
    EF.DG14, if others; `chip_key`, `active_key`: purposes of the keys that the chip has; `secured_key`: that of the key in
    EF.CardSecurity, "" for none; `card_security` changes that file or leaves it out (None); `key` changes the public key on the
    curve as EF.DG14 holds it.
    """

    offers: tuple[PaceInfo, ...] = ALL_OFFERS
    basic_access: bool = True
    repeated: tuple[PaceInfo, ...] | None = None
    chip_key: str = CHIP_KEY
    secured_key: str = CHIP_KEY
    active_key: str = ACTIVE_KEY
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    card_security: Callable[[bytes], bytes | None] = lambda content: content
    key: Callable[[bytes], bytes] = lambda key: key


def equipped(equipment: Equipment = Equipment()) -> Callable[[Laboratory], Specimen]:
    """As it stands, every protocol succeeds and every conformance case that applies is passed."""

    def build(laboratory: Laboratory) -> Specimen:
        groups = sound_data_groups()
        groups[3], groups[4] = fingerprints(), irises()
        groups[14] = DataGroup14(_infos(equipment, laboratory)).encode()
        groups[15] = DataGroup15(_active_public_key(laboratory)).encode()
        chip = specimen(groups, signed(groups, laboratory.signer).encode())
        return replace(
            chip, protocols=_protocols(equipment, laboratory), change=lambda files: _files(equipment, laboratory, files)
        )

    return build


def fingerprints() -> bytes:
    """EF.DG3: two drawn rectangles, so that nobody's prints are in the catalogue."""
    picture = bytes(range(256)) * 4
    fingers = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    records = (FingerRecord((FingerImage(picture, 32, 32, one),), Compression.RAW) for one in fingers)
    found = zip(fingers, records, strict=True)
    return DataGroup3(tuple(FingerTemplate(finger_header(position), record) for position, record in found)).encode()


def irises() -> bytes:
    """EF.DG4: one template whose record only has the beginning of ISO/IEC 19794-6."""
    header = BiometricHeader(IRIS_TYPE, version=b"\x01\x01", biometric_type=b"\x10", biometric_subtype=b"\x01")
    template = BiometricTemplate(header, b"IIR\x00010\x00" + bytes(64))
    return tlv.encode(IRIS_TAG, templates.encode_group([template]))


def _infos(equipment: Equipment, laboratory: Laboratory) -> tuple[SecurityInfo, ...]:
    curve, number = KeyAgreement.ELLIPTIC_CURVE, KeyAgreement.DIFFIE_HELLMAN
    offers = equipment.offers if equipment.repeated is None else equipment.repeated
    key = equipment.key(static_key(laboratory, CHIP_KEY))
    return (
        *offers,
        ChipAuthenticationInfo(protocol_identifier(curve, Cipher.AES_256), 1, CURVE_KEY),
        ChipAuthenticationInfo(protocol_identifier(curve, Cipher.TRIPLE_DES), 1, CURVE_KEY),
        ChipAuthenticationInfo(protocol_identifier(number, Cipher.AES_128), 1, NUMBER_KEY),
        ChipAuthenticationInfo(protocol_identifier(number, Cipher.TRIPLE_DES), 1, NUMBER_KEY),
        ChipAuthenticationPublicKeyInfo(f"{PUBLIC_KEY}.2", key, CURVE_KEY),
        ChipAuthenticationPublicKeyInfo(f"{PUBLIC_KEY}.1", static_key(laboratory, CHIP_KEY, MODP), NUMBER_KEY),
        TerminalAuthenticationInfo(),
        ActiveAuthenticationInfo(PLAIN_ECDSA_SHA256),
    )


def static_key(laboratory: Laboratory, purpose: str, parameter_id: int = BRAINPOOL) -> bytes:
    """SubjectPublicKeyInfo of a static key."""
    return encode_agreement_key(parameter_id, _public_key(laboratory, purpose, parameter_id))


def _public_key(laboratory: Laboratory, purpose: str, parameter_id: int) -> bytes:
    group = byte_group(parameter_id)
    return group.public_key(laboratory.number(purpose, group.order))


def _protocols(equipment: Equipment, laboratory: Laboratory) -> DocumentProtocols:
    curve, number = byte_group(BRAINPOOL), byte_group(MODP)
    ciphers = frozenset({Cipher.AES_256, Cipher.TRIPLE_DES}), frozenset({Cipher.AES_128, Cipher.TRIPLE_DES})
    private = laboratory.key(equipment.active_key).private.private_numbers().private_value
    return DocumentProtocols(
        equipment.basic_access,
        tuple(info for info in equipment.offers if info != OWN),
        (
            StaticKey(BRAINPOOL, laboratory.number(equipment.chip_key, curve.order), ciphers[0], CURVE_KEY),
            StaticKey(MODP, laboratory.number(equipment.chip_key, number.order), ciphers[1], NUMBER_KEY),
        ),
        ActiveKey(SigningCurveKey(P256, private), equipment.digest),
        Trust((laboratory.trust_point,), laboratory.trust_point.body.effective),
    )


def _active_public_key(laboratory: Laboratory) -> bytes:
    return laboratory.key(ACTIVE_KEY).public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _files(equipment: Equipment, laboratory: Laboratory, files: Files) -> Files:
    access = CardAccess(equipment.offers).encode() if equipment.offers else None
    master = {
        **files.get(Application.MASTER_FILE, {}),
        lds.CARD_ACCESS.file_id: access,
        lds.CARD_SECURITY.file_id: equipment.card_security(_card_security(equipment, laboratory)),
    }
    return {**files, Application.MASTER_FILE: master}


def _card_security(equipment: Equipment, laboratory: Laboratory) -> bytes:
    infos: list[SecurityInfo] = [*equipment.offers]
    if equipment.secured_key:
        # TR-03110-3, A.1.1.2: the parameter id in PACEInfo is also the number of the mapping's key.
        key = encode_standardised_key(BRAINPOOL, _public_key(laboratory, equipment.secured_key, BRAINPOOL))
        infos.append(ChipAuthenticationPublicKeyInfo(f"{PUBLIC_KEY}.2", key, BRAINPOOL))
    signer = laboratory.signer
    return build_card_security(tuple(infos), cms.Signer(signer.certificate, signer.algorithm, signer.key.sign))
