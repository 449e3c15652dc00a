"""A full inspection in process: the one examination that border posts use, against the virtual card, both in one thread.

PACE-GM on brainpoolP256r1 with AES-256, EF.COM and EF.SOD, EF.DG14, chip authentication (brainpoolP256r1), terminal
authentication (two certificates and the terminal's signature on brainpoolP256r1), EF.DG1, EF.DG2 of 16 kB, EF.DG3 of 32 kB in
extended length, passive authentication (P-256), every finding. The card is in the figure: its cryptography and its commands.

Bar: at most 2 times the bare operations that both sides together cannot do without, by the same libraries in the same run:
  PACE    2 x (5 multiplications and an addition): key and shared point H of the mapping, s*G + H, key and shared point of the
          agreement
  chip    3 multiplications (the terminal's key, the shared point on either side)
  rights  the terminal's signature, and three verifications by the card
  passive two verifications by the terminal
Method: 5 rounds of 30 inspections and 30 sets of bare operations, without the garbage collector, as timeit measures; processor
time, the least of each, because machines are shared.
"""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from result import Result

from openeoi import profiles
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import CAN, personalise, signed, sound_data_groups, specimen
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.elliptic_curves.arithmetic import arithmetic_for
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.public_keys import encode_agreement_key
from openeoi.encoding.biometrics.finger_19794 import Compression, FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.card_verifiable_certificates.certificate import Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference
from openeoi.encoding.lds.data_group_2 import DataGroup2
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import (
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
    TerminalAuthenticationInfo,
)
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.passive_authentication import CertificateAnchors
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols, StaticKey
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.protocols.terminal_authentication.trust import Trust as CardTrust
from openeoi.terminal import examination
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination.points import Point
from openeoi.terminal.extended_length import read_announced_maximum
from openeoi.transport import run
from openeoi.transport.in_process import InProcess
from protocols.terminal_authentication.certificates import (
    AUTHORITY,
    TERMINAL,
    VERIFIER,
    certify,
)

BAR, ROUNDS, TIMES = 2.0, 5, 30
BRAINPOOL_P256R1 = 13
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATIC_KEY = StaticKey(BRAINPOOL_P256R1, secrets.randbelow(1 << 255) + 1, frozenset({Cipher.AES_256}), 1)
ROOT = certify(AUTHORITY, AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY)
CREDENTIALS = TerminalCredentials(
    certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, effective=date(2026, 3, 1)),
    (certify(AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, effective=date(2026, 2, 1)),),
    TERMINAL.sign,
)


def measure() -> Result:
    inspect, bare = _inspection(), _bare_operations()
    ours, rival = float("inf"), float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            ours, rival = min(ours, _seconds(inspect)), min(rival, _seconds(bare))
    finally:
        gc.enable()
    ratio = ours / rival
    return Result("inspection", "border", 1000 * ours, "ms", "the bare operations", ratio, f"{BAR:g} times", ratio <= BAR)


def _inspection() -> Callable[[], None]:
    laboratory = Laboratory(secrets.token_bytes(32))
    groups = _data_groups()
    content = replace(
        specimen(groups, signed(groups, laboratory.signer).encode()),
        protocols=DocumentProtocols(False, (), (STATIC_KEY,), None, CardTrust((ROOT,), ROOT.body.effective)),
    )
    memory = VolatileMemory()
    personalise(content, laboratory, memory, profiles.load("si").card, secrets.token_bytes)
    chip = InProcess(VirtualCard(memory, secrets.token_bytes))
    trust = examination.Trust(CertificateAnchors([laboratory.authority]))
    maximum = run(read_announced_maximum(), chip) or 256
    task = examination.Task((1, 2, 3), credentials=Inspector(), response_maximum=maximum)
    password = PacePassword.from_can(CAN)

    def inspect() -> None:
        chip.reset()
        opened = run(examination.open_chip(password, secrets.token_bytes), chip)
        result = run(examination.examine(opened, task, trust, AT, secrets.token_bytes), chip)
        for point in (Point.SIGNATURE, Point.CHIP_AUTHENTICATION, Point.TERMINAL, Point.FINGERPRINTS, Point.FILES):
            if getattr(result.finding(point), "outcome", None) is not Outcome.SUCCESSFUL:
                raise RuntimeError(f"the inspection ended with {result.finding(point)}")
        if dict(result.evidence.data_groups) != groups:
            raise RuntimeError("other data groups were read than those of the document")

    return inspect


class Inspector:
    """Fills `TerminalCredentialsSource`."""

    def credentials_for(self, authority_references: Sequence[KeyReference], at: datetime) -> TerminalCredentials:
        return CREDENTIALS


def _data_groups() -> dict[int, bytes]:
    drawn = sound_data_groups()
    (portrait,) = DataGroup2.decode(drawn[2]).images
    fingers = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    records = (FingerRecord((FingerImage(secrets.token_bytes(16200), 120, 135, one),), Compression.RAW) for one in fingers)
    infos = (
        PaceInfo("0.4.0.127.0.7.2.2.4.2.4", BRAINPOOL_P256R1),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.ELLIPTIC_CURVE, Cipher.AES_256), 1, 1),
        ChipAuthenticationPublicKeyInfo(
            "0.4.0.127.0.7.2.2.1.2", encode_agreement_key(BRAINPOOL_P256R1, STATIC_KEY.public_key()), 1
        ),
        TerminalAuthenticationInfo(),
    )
    return {
        1: drawn[1],
        2: DataGroup2.of(portrait + bytes(16000 - len(portrait))).encode(),
        3: DataGroup3(tuple(FingerTemplate(finger_header(f), r) for f, r in zip(fingers, records, strict=True))).encode(),
        14: DataGroup14(infos).encode(),
    }


def _bare_operations() -> Callable[[], None]:
    curve = STANDARDISED_CURVES[BRAINPOOL_P256R1]
    arithmetic = arithmetic_for(curve)
    key, document_key = ec.generate_private_key(ec.BrainpoolP256R1()), ec.generate_private_key(ec.SECP256R1())
    algorithm, data = ec.ECDSA(hashes.SHA256()), b"what is signed"
    signature, of_document = key.sign(data, algorithm), document_key.sign(data, algorithm)
    public, document_public = key.public_key(), document_key.public_key()

    def operations() -> None:
        point = curve.generator
        for _ in range(2 * 5 + 3):
            point = arithmetic.multiply(secrets.randbelow(curve.order - 1) + 1, point)
        for _ in range(2):
            arithmetic.add(point, curve.generator)
        key.sign(data, algorithm)
        for _ in range(3):
            public.verify(signature, data, algorithm)
        for _ in range(2):
            document_public.verify(of_document, data, algorithm)

    return operations


def _seconds(operation: Callable[[], None]) -> float:
    started = time.process_time()
    for _ in range(TIMES):
        operation()
    return (time.process_time() - started) / TIMES
