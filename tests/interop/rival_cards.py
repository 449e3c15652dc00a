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
from openeoi.card.faults.full_specimen import BRAINPOOL, MODP, OWN, P256, Equipment, equipped
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Specimen, personalise, signed, specimen
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.message_recovery import RsaPrivateKey, RsaPublicKey
from openeoi.crypto.public_keys import encode_signature_key
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.protocols.personalisation.document_protocols import ActiveKey
from protocols.terminal_authentication.certificates import CurveHolder, certify

LABORATORY: Final = Laboratory(bytes(range(32)))
AT: Final = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
PARAMETERS: Final = profiles.load("si").card

PACE: Final = "0.4.0.127.0.7.2.2.4"
GENERIC: Final = OWN
MAPPING: Final = PaceInfo(f"{PACE}.6.4", BRAINPOOL)
INTEGRATED: Final = tuple(PaceInfo(f"{PACE}.4.{cipher}", BRAINPOOL) for cipher in (1, 2, 3, 4))
DIFFIE_HELLMAN: Final = (PaceInfo(f"{PACE}.1.2", MODP), PaceInfo(f"{PACE}.3.2", MODP))
OFFERS: Final = (GENERIC, MAPPING, *INTEGRATED, *DIFFIE_HELLMAN)

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
def everything(offers: tuple[PaceInfo, ...] = OFFERS, signature: Signature = Signature.ECDSA) -> bytes:
    """The memory of a card with these PACE offers (the first is what a reader without a wish takes), basic access control,
    fingerprints and irises that need the right, chip authentication with two keys, active authentication or not."""
    content = equipped(Equipment(offers))(LABORATORY)
    if signature is Signature.RSA:
        active, public = _rsa_key()
        content = _with_active_authentication(content, active, public.encode())
    elif signature is Signature.NONE:
        content = _with_active_authentication(content, None, None)
    memory = VolatileMemory()
    personalise(content, LABORATORY, memory, PARAMETERS, secrets.token_bytes)
    return memory.load()


def _with_active_authentication(content: Specimen, key: ActiveKey | None, public: bytes | None) -> Specimen:
    """Another key, or none, and the document signed anew."""
    groups = {number: group for number, group in content.data_groups.items() if number != 15}
    if public is not None:
        groups[15] = public
    changed = specimen(groups, signed(groups, LABORATORY.signer).encode())
    return replace(changed, protocols=replace(content.protocols, active_key=key), change=content.change)


@cache
def _rsa_key() -> tuple[ActiveKey, DataGroup15]:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    modulus = numbers.public_numbers.n
    key = ActiveKey(RsaPrivateKey(modulus, numbers.d), DigestAlgorithm.SHA256)
    return key, DataGroup15(encode_signature_key(RsaPublicKey(modulus, numbers.public_numbers.e)))


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
    """A terminal that the laboratory's chips believe, as the reader programs take it."""
    return write_credentials(folder, CHAIN, ec.derive_private_key(TERMINAL.private, ec.SECP256R1()))


def write_credentials(folder: Path, chain: Iterable[CardVerifiableCertificate], key: ec.EllipticCurvePrivateKey) -> Path:
    """A terminal's chain, from below the authority down to its own certificate, and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, certificate in enumerate(chain):
        (folder / f"{number}.cvc").write_bytes(certificate.encode())
    (folder / "key.pk8").write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return folder
