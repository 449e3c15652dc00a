"""Harnesses of what offices, relay and tools read: certificate and time-stamp requests, containers, signatures, frames."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

import mutation
from asn1crypto import algos, tsp
from driver import Harness

from encoding.card_verifiable_certificates.test_requests import AUTHENTICATED, REQUEST
from login.hierarchy import Issuer
from openeoi.card import options
from openeoi.encoding.card_verifiable_certificates.requests import AuthenticatedRequest, CertificateRequest
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15 import files as pkcs15
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.iso7816.answer_to_reset import AnswerToReset
from openeoi.pki.time_stamps import RequestRejected
from openeoi.pki.time_stamps import decode_request as decode_time_stamp_request
from openeoi.profiles.card import ChipOptions
from openeoi.protocols.holder_certificate.certificate import parse_certificate
from openeoi.protocols.holder_certificate.errors import CertificateUnreadable
from openeoi.protocols.personalisation.applications import Application
from openeoi.protocols.personalisation.certificate_update import decode_certificate_update, encode_certificate_update
from openeoi.signing.asic import container, signature
from openeoi.signing.errors import SigningRefused
from openeoi.signing.xades import build, read
from openeoi.terminal.detect import EOI_ATRS
from openeoi.transport.relay.frames import Failure, Presence, decode_failure, failure

NOW = datetime(2026, 7, 1, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.32473.1.1"
FILES = {"pogodba č.txt": b"text", "priloge/tabela.csv": b"a,b"}
UPDATE = {Application.PINLESS: {pkcs15.OBJECT_DIRECTORY: b"\xa4\x00", pkcs15.TOKEN_INFORMATION: b"\x30\x00", 0x4441: b"x" * 40}}
OPTIONS = ChipOptions(contact_atr=bytes.fromhex("3B8001"), answer_delay=50, short_length_only=True, imports_keys=True)


def certificate_requests(raw: bytes) -> None:
    with suppress(DecodingError):
        assert CertificateRequest.decode(raw).encode() == raw
    assert AuthenticatedRequest.decode(raw).encode() == raw


def signed_requests() -> list[bytes]:
    return [REQUEST.encode(), AUTHENTICATED.encode()]


def chip_options(raw: bytes) -> None:
    assert options.encode(options.decode(raw)) == raw


def certificate_update(raw: bytes) -> None:
    assert encode_certificate_update(decode_certificate_update(raw)) == raw


def time_stamp_queries() -> list[bytes]:
    digest = hashlib.sha256(b"content").digest()
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    return [
        bytes(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, **more}).dump())
        for more in ({}, {"nonce": 1234567, "cert_req": True}, {"req_policy": POLICY})
    ]


def time_stamp_request(raw: bytes) -> None:
    decode_time_stamp_request(raw, POLICY)


def frames() -> list[bytes]:
    return [Presence(True, True, bytes(8)).encode(), failure(Failure.NO_CARD, "čaka").content]


def relay_frames(raw: bytes) -> None:
    with suppress(DecodingError):
        assert Presence.decode(raw).encode() == raw
    decode_failure(raw)


@lru_cache(maxsize=1)
def holder_certificates() -> list[bytes]:
    issuer = Issuer(CredentialRole.QUALIFIED)
    return [issuer.certificate, issuer.card().certificate]


@lru_cache(maxsize=1)
def signed_xml() -> bytes:
    """A document of the right form; its signature value is none, which is for the judgement to find."""
    issuer = Issuer(CredentialRole.QUALIFIED)
    files = [build.SignedFile(name, container.media_type(name), hashlib.sha384(one).digest()) for name, one in FILES.items()]
    unsigned = build.detached(files, issuer.card().certificate, (issuer.certificate,), NOW, "S0")
    return build.complete(unsigned.xml, unsigned.start, unsigned.end, bytes(96))


def xml_signatures(raw: bytes) -> None:
    for one in read.signatures(read.parse(raw)):
        read.examine(one, FILES.get)


def containers() -> list[bytes]:
    unsigned = signature.bundle(FILES, NOW)
    opened = container.read(unsigned)
    return [unsigned, container.write(container.Container(opened.files, {"META-INF/signatures0.xml": signed_xml()}), NOW)]


STRICT = (DecodingError,)
OBJECTS, BYTES, TEXT = mutation.data_objects, mutation.random_bytes, mutation.text

HARNESSES = (
    Harness("cv-certificate-requests", signed_requests, certificate_requests, OBJECTS, STRICT),
    Harness("holder-certificates", holder_certificates, parse_certificate, OBJECTS, (CertificateUnreadable,), 2),
    Harness("time-stamp-requests", time_stamp_queries, time_stamp_request, OBJECTS, (RequestRejected,), 4),
    Harness("certificate-updates", lambda: [encode_certificate_update(UPDATE)], certificate_update, OBJECTS, STRICT),
    Harness("chip-options", lambda: [options.encode(OPTIONS)], chip_options, OBJECTS, STRICT),
    Harness("answer-to-reset", lambda: sorted(EOI_ATRS), AnswerToReset.decode, BYTES, STRICT),
    Harness("relay-frames", frames, relay_frames, BYTES, STRICT),
    Harness("xml-signatures", lambda: [signed_xml()], xml_signatures, TEXT, (SigningRefused,), 10),
    Harness("signature-containers", containers, container.read, BYTES, (SigningRefused,), 4),
)  # fmt: skip
