"""Right inputs: the laboratory's specimen with everything a travel document can carry, made once a process."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import shake_256
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from openeoi import profiles
from openeoi.card.faults.laboratory import Laboratory
from openeoi.card.faults.specimen import Chip, Specimen, personalise, portrait, signed, sound_data_groups, specimen
from openeoi.card.memory import VolatileMemory
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import Point
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, byte_group, encode_agreement_key, encode_signature_key
from openeoi.encoding import der, tlv
from openeoi.encoding.biometrics.finger_19794 import FingerImage, FingerPosition, FingerRecord
from openeoi.encoding.cms import Signer, build_signed_data
from openeoi.encoding.lds.card_security import build_card_security
from openeoi.encoding.lds.data_group_3 import DataGroup3, FingerTemplate, finger_header
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
)
from openeoi.encoding.master_list import CONTENT_TYPE, MasterList
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.protocols.chip_authentication.shared import protocol_identifier
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import LINK, ROOT, START, TERMINAL_CERTIFICATE, VERIFIER_CERTIFICATE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PACE = "0.4.0.127.0.7.2.2.4"
MAPPING = PaceInfo(f"{PACE}.6.4", 13)
STATIC_KEYS = (
    StaticKey(13, 0xABCDEF, frozenset({Cipher.AES_256, Cipher.TRIPLE_DES}), 1),
    StaticKey(2, 0x123456, frozenset({Cipher.AES_128}), 2),
)
PROTOCOLS = DocumentProtocols(
    True,
    (PaceInfo(f"{PACE}.4.2", 13), PaceInfo(f"{PACE}.1.1", 0), MAPPING),
    STATIC_KEYS,
    ActiveKey(SigningCurveKey(12, 0xFEED), DigestAlgorithm.SHA256),
    Trust((ROOT,), START),
)
CERTIFICATES = (ROOT, LINK, VERIFIER_CERTIFICATE, TERMINAL_CERTIFICATE)
TODAY = date(2026, 11, 22)


class Steady:
    """Randomness that is the same in each run of an input."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return shake_256(self._count.to_bytes(4, "big")).digest(size)


@lru_cache(maxsize=1)
def laboratory() -> Laboratory:
    return Laboratory(bytes(range(32)))


@lru_cache(maxsize=1)
def fingers() -> bytes:
    positions = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX)
    records = [FingerRecord((FingerImage(b"\xff\xa0 print", 300, 400, position),)) for position in positions]
    return DataGroup3(tuple(FingerTemplate(finger_header(p), r) for p, r in zip(positions, records, strict=True))).encode()


@lru_cache(maxsize=1)
def security_infos() -> tuple[object, ...]:
    ecdh, dh = "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.1.1"
    return (
        PaceInfo(f"{PACE}.2.4", 13),
        ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3"),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.ELLIPTIC_CURVE, Cipher.AES_256), 1, 1),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.DIFFIE_HELLMAN, Cipher.AES_128), 1, 2),
        ChipAuthenticationPublicKeyInfo(ecdh, encode_agreement_key(13, STATIC_KEYS[0].public_key()), 1),
        ChipAuthenticationPublicKeyInfo(dh, encode_agreement_key(2, STATIC_KEYS[1].public_key()), 2),
    )


def active_key() -> bytes:
    group = elliptic_curve_group(12)
    point: Point = group.multiply(0xFEED, group.generator)
    return encode_signature_key(EllipticCurvePublicKey(group, point))


@lru_cache(maxsize=1)
def groups() -> dict[int, bytes]:
    found = sound_data_groups()
    found[3] = fingers()
    found[14] = DataGroup14(security_infos()).encode()
    found[15] = DataGroup15(active_key()).encode()
    return found


@lru_cache(maxsize=1)
def security_object() -> bytes:
    return signed(groups(), laboratory().signer).encode()


@lru_cache(maxsize=1)
def document() -> Specimen:
    made = specimen(groups(), security_object())
    return Specimen(MappingProxyType(dict(made.data_groups)), made.com, made.sod, PROTOCOLS)


@lru_cache(maxsize=1)
def card_content() -> bytes:
    """The memory of an active card with every protocol."""
    memory = VolatileMemory()
    chip: Chip = personalise(document(), laboratory(), memory, profiles.load("si").card, Steady())
    return chip.memory.load()


def cms_signer() -> Signer:
    signer = laboratory().signer
    return Signer(signer.certificate, SignatureAlgorithm.ECDSA_SHA256, signer.key.sign, signing_time=NOW)


@lru_cache(maxsize=1)
def card_security() -> bytes:
    return build_card_security(security_infos()[2:], cms_signer())


@lru_cache(maxsize=1)
def master_list_content() -> bytes:
    here = laboratory()
    return MasterList((here.authority, here.former_authority, here.link)).encode()


@lru_cache(maxsize=1)
def master_list() -> bytes:
    return build_signed_data(CONTENT_TYPE, master_list_content(), cms_signer())


@lru_cache(maxsize=1)
def certificates() -> tuple[bytes, ...]:
    here = laboratory()
    return (here.authority, here.link, here.signer.certificate, _rsa_certificate())


@lru_cache(maxsize=1)
def revocation_list() -> bytes:
    return laboratory().revocation_list(NOW)


@lru_cache(maxsize=1)
def public_keys() -> tuple[bytes, ...]:
    curve = laboratory().signer.key.public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return (
        curve,
        active_key(),
        encode_signature_key(RsaPublicKey((1 << 2047) | 1, 65537)),
        explicit_key(),
        encode_agreement_key(13, byte_group(13).public_key(3)),
        encode_agreement_key(0, byte_group(0).public_key(3)),
    )


def explicit_key() -> bytes:
    """A key whose curve is spelled out, as most country signing certificates have it."""
    group = elliptic_curve_group(13)
    curve = group.curve
    parameters = der.encode_sequence(
        der.encode_integer(1),
        der.encode_sequence(der.encode_object_identifier("1.2.840.10045.1.1"), der.encode_integer(curve.prime)),
        der.encode_sequence(
            der.encode_octet_string(curve.a.to_bytes(32, "big")), der.encode_octet_string(curve.b.to_bytes(32, "big"))
        ),
        der.encode_octet_string(group.encode(curve.generator)),
        der.encode_integer(curve.order),
        der.encode_integer(1),
    )
    algorithm = der.encode_sequence(der.encode_object_identifier("1.2.840.10045.2.1"), parameters)
    return der.encode_sequence(algorithm, der.encode_bit_string(group.encode(group.multiply(7, curve.generator))))


def _rsa_certificate() -> bytes:
    """A certificate with an RSA key in it and RSA-PSS in its algorithm; the signature is not right, which no parser asks for."""
    template = laboratory().signer.certificate
    whole = der.decode_sequence(template)
    body = list(der.decode_sequence(whole[0]))
    algorithm = tlv.decode(SignatureAlgorithm.RSA_PSS_SHA256.algorithm_identifier())
    body[2] = algorithm
    body[6] = tlv.decode(encode_signature_key(RsaPublicKey((1 << 2047) | 1, 65537)))
    return der.encode_sequence(der.encode_sequence(*(one.encode() for one in body)), algorithm.encode(), whole[2].encode())


def images() -> tuple[bytes, ...]:
    jpeg_2000 = bytes.fromhex("ff4fff51002f0000") + (240).to_bytes(4, "big") + (320).to_bytes(4, "big") + bytes(24)
    file_2000 = bytes.fromhex("0000000C6A5020200D0A870A") + b"\x00\x00\x00\x14ftypjp2 " + bytes(8)
    box = b"ihdr" + (320).to_bytes(4, "big") + (240).to_bytes(4, "big") + bytes(6)
    file_2000 += (30).to_bytes(4, "big") + b"jp2h" + (22).to_bytes(4, "big") + box + b"\x00\x00\x00\x00jp2c" + jpeg_2000
    wsq = bytes.fromhex("ffa0ffa40004aabbffa2001100ff0190012c") + bytes(12)
    png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (240).to_bytes(4, "big") + (320).to_bytes(4, "big") + bytes(9)
    return portrait()[:700], jpeg_2000, file_2000, wsq, png


def status_request() -> bytes:
    builder = ocsp.OCSPRequestBuilder()
    subject = x509.load_der_x509_certificate(laboratory().signer.certificate)
    issuer = x509.load_der_x509_certificate(laboratory().authority)
    builder = builder.add_certificate(subject, issuer, hashes.SHA256()).add_extension(x509.OCSPNonce(bytes(16)), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)
