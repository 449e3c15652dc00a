"""Sound cards with everything that a travel document can be asked for, signed by the laboratory of the faulty chips."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openeoi import profiles
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Files, Specimen, personalise, signed, sound_data_groups, specimen
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.message_recovery import RsaPrivateKey, RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, encode_agreement_key, encode_signature_key, encode_standardised_key
from openeoi.encoding.biometrics.finger_19794 import FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.cms import Signer
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.card_security import build_card_security
from openeoi.encoding.lds.common import Com
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    SecurityInfo,
    TerminalAuthenticationInfo,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import CurveHolder, certify

LABORATORY: Final = Laboratory(bytes(range(32)))
AT: Final = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
PARAMETERS: Final = profiles.load("si").card

PACE: Final = "0.4.0.127.0.7.2.2.4"
P256: Final = 12
BRAINPOOL_256: Final = 13
DIFFIE_HELLMAN_2048_256: Final = 2
GENERIC: Final = PaceInfo(f"{PACE}.2.4", BRAINPOOL_256)
MAPPING: Final = PaceInfo(f"{PACE}.6.4", BRAINPOOL_256)
INTEGRATED: Final = tuple(PaceInfo(f"{PACE}.4.{cipher}", BRAINPOOL_256) for cipher in (1, 2, 3, 4))
DIFFIE_HELLMAN: Final = (PaceInfo(f"{PACE}.1.2", DIFFIE_HELLMAN_2048_256), PaceInfo(f"{PACE}.3.2", DIFFIE_HELLMAN_2048_256))
OFFERS: Final = (GENERIC, MAPPING, *INTEGRATED, *DIFFIE_HELLMAN)

CURVE_KEY: Final = StaticKey(BRAINPOOL_256, 0xABCDEF, frozenset({Cipher.AES_256}), 1)
GROUP_KEY: Final = StaticKey(DIFFIE_HELLMAN_2048_256, 0x123456, frozenset({Cipher.AES_128}), 1)
IDENTIFIERS: Final = {KeyAgreement.ELLIPTIC_CURVE: "0.4.0.127.0.7.2.2.1.2", KeyAgreement.DIFFIE_HELLMAN: "0.4.0.127.0.7.2.2.1.1"}

# A terminal certified under the trust point of the laboratory's chips, on the same curve.
AUTHORITY: Final = CurveHolder(
    str(LABORATORY.trust_point.body.holder), LABORATORY.key("cvca").private.private_numbers().private_value, P256
)
VERIFIER: Final = CurveHolder("SIVERIVALS00001", 21, P256)
TERMINAL: Final = CurveHolder("SITERIVALS00001", 31, P256)
CHAIN: Final[tuple[CardVerifiableCertificate, ...]] = (
    certify(AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER),
    certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM),
)


class Signature(Enum):
    """Active authentication."""

    ECDSA = auto()
    RSA = auto()
    NONE = auto()


def card(stored: bytes) -> VirtualCard:
    """The card with this memory, in the contactless reader."""
    memory = VolatileMemory()
    memory.save(stored)
    made = VirtualCard(memory, secrets.token_bytes)
    made.power_on(contactless=True)
    return made


@cache
def everything(
    offers: tuple[PaceInfo, ...] = OFFERS,
    agreement: KeyAgreement = KeyAgreement.ELLIPTIC_CURVE,
    signature: Signature = Signature.ECDSA,
) -> bytes:
    """The memory of a card with these PACE offers (the first is what a reader without a wish takes), basic access control,
    fingerprints that need the right, chip authentication with this key agreement, active authentication or not."""
    memory = VolatileMemory()
    personalise(_specimen(offers, agreement, signature), LABORATORY, memory, PARAMETERS, secrets.token_bytes)
    return memory.load()


def _specimen(offers: tuple[PaceInfo, ...], agreement: KeyAgreement, signature: Signature) -> Specimen:
    static = CURVE_KEY if agreement is KeyAgreement.ELLIPTIC_CURVE else GROUP_KEY
    infos = (
        *offers,
        *_chip_infos(static, agreement),
        TerminalAuthenticationInfo(),
        *((ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3"),) if signature is Signature.ECDSA else ()),
    )
    groups = sound_data_groups()
    groups[3], groups[14] = _fingerprints(), DataGroup14(infos).encode()
    active = None
    if signature is not Signature.NONE:
        active, public = _rsa_key() if signature is Signature.RSA else _curve_key()
        groups[15] = public.encode()
    content = specimen(groups, signed(groups, LABORATORY.signer).encode())
    more = tuple(offer for offer in offers if offer != GENERIC)
    keys = (static,) if static == CURVE_KEY else (CURVE_KEY, static)
    protocols = DocumentProtocols(
        True, more, keys, active, Trust((LABORATORY.trust_point,), LABORATORY.trust_point.body.effective)
    )

    def with_offers(files: Files) -> Files:
        signer = LABORATORY.signer
        mapping_key = encode_standardised_key(BRAINPOOL_256, CURVE_KEY.public_key())
        named = ChipAuthenticationPublicKeyInfo(IDENTIFIERS[KeyAgreement.ELLIPTIC_CURVE], mapping_key, BRAINPOOL_256)
        security = build_card_security(
            (*offers, named), Signer(signer.certificate, SignatureAlgorithm.ECDSA_SHA256, signer.key.sign)
        )
        master = {lds.CARD_ACCESS.file_id: CardAccess(offers).encode(), lds.CARD_SECURITY.file_id: security}
        return {**files, Application.MASTER_FILE: {**files.get(Application.MASTER_FILE, {}), **master}}

    return replace(content, com=Com(tuple(sorted(groups))).encode(), protocols=protocols, change=with_offers)


def _chip_infos(key: StaticKey, agreement: KeyAgreement) -> tuple[SecurityInfo, ...]:
    public = encode_agreement_key(key.parameter_id, key.public_key())
    cipher = next(iter(key.ciphers))
    return (
        ChipAuthenticationInfo(protocol_identifier(agreement, cipher), 1, key.key_id),
        ChipAuthenticationPublicKeyInfo(IDENTIFIERS[agreement], public, key.key_id),
    )


def _curve_key() -> tuple[ActiveKey, DataGroup15]:
    group = elliptic_curve_group(BRAINPOOL_256)
    public = EllipticCurvePublicKey(group, group.multiply(0xFEED, group.generator))
    return ActiveKey(SigningCurveKey(BRAINPOOL_256, 0xFEED), DigestAlgorithm.SHA256), DataGroup15(encode_signature_key(public))


@cache
def _rsa_key() -> tuple[ActiveKey, DataGroup15]:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    modulus = numbers.public_numbers.n
    key = ActiveKey(RsaPrivateKey(modulus, numbers.d), DigestAlgorithm.SHA256)
    return key, DataGroup15(encode_signature_key(RsaPublicKey(modulus, numbers.public_numbers.e)))


def _fingerprints() -> bytes:
    positions = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    records = [FingerRecord((FingerImage(b"\xff\xa0 no print of anybody", 300, 400, position),)) for position in positions]
    fingers = (FingerTemplate(finger_header(position), record) for position, record in zip(positions, records, strict=True))
    return DataGroup3(tuple(fingers)).encode()


def write_trust(folder: Path) -> Path:
    """The laboratory's certificates and list, as the reader programs take them."""
    write_certificates(folder, LABORATORY.anchors)
    (folder / "list.crl").write_bytes(LABORATORY.revocation_list(AT))
    return folder


def write_certificates(folder: Path, certificates: Iterable[bytes]) -> Path:
    """Country signing certificates (DER), as the reader programs take them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, certificate in enumerate(certificates):
        (folder / f"{number}.der").write_bytes(certificate)
    return folder


def write_terminal(folder: Path) -> Path:
    """The terminal's chain and key, as the reader programs take them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, certificate in enumerate(CHAIN):
        (folder / f"{number}.cvc").write_bytes(certificate.encode())
    key = ec.derive_private_key(TERMINAL.private, ec.SECP256R1())
    (folder / "key.pk8").write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return folder
