"""Time stamps: requests read and tokens made (RFC 3161; profile ETSI EN 319 422).

A token says that a digest existed at a time. The unit sees digests only, never a document, and keeps none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from asn1crypto import core, tsp

from openeoi.encoding import cms, der, tlv
from openeoi.encoding.asn1 import load, reading
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.errors import OpenEoiError
from openeoi.pki.certificates import whole_second

REQUEST_MAXIMUM: Final = 4096
NONCE_MAXIMUM: Final = 64  # bytes; the standard recommends 8
SERIAL_SIZE: Final = 16  # RFC 3161, 2.4.2: at most 160 bits
ACCURACY: Final = 1  # second; EN 319 421, 7.7.1
CONTENT_TYPE: Final = "1.2.840.113549.1.9.16.1.4"

# EN 319 422, 5.1.1 by TS 119 312: no SHA-1.
DIGESTS: Final = {one.value: one for one in (DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512)}

# PKIFailureInfo bits (RFC 3161, 2.4.2).
BAD_ALGORITHM: Final = 0
BAD_REQUEST: Final = 2
BAD_DATA_FORMAT: Final = 5
UNACCEPTED_POLICY: Final = 15
UNACCEPTED_EXTENSION: Final = 16
_REJECTION: Final = 2
_FAILURE_BYTES: Final = 3


class RequestRejected(OpenEoiError):
    """`failure` is the bit of PKIFailureInfo, the text goes into statusString."""

    def __init__(self, failure: int, reason: str) -> None:
        self.failure = failure
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class TimeStampRequest:
    """`imprint` is the DER of MessageImprint as it was sent, `nonce` the requester's number."""

    imprint: bytes = field(repr=False)
    nonce: int | None
    wants_certificate: bool


@dataclass(frozen=True, slots=True)
class StampFacts:
    """What a token says beside the request: `policy` OID, a serial number that no other token of the unit has, the time."""

    policy: str
    serial_number: int
    at: datetime
    certificate: bytes = field(repr=False)
    signature_algorithm: SignatureAlgorithm


def decode_request(raw: bytes, policy: str) -> TimeStampRequest:
    """A TimeStampReq (RFC 3161, 2.4.1) for tokens under `policy`. Raises RequestRejected."""
    if len(raw) > REQUEST_MAXIMUM:
        raise RequestRejected(BAD_DATA_FORMAT, f"a request of {len(raw)} bytes, at most {REQUEST_MAXIMUM} are read")
    try:
        request = load(tsp.TimeStampReq, raw, "the time-stamp request")
        with reading("the time-stamp request"):
            version, wanted = request["version"].native, request["req_policy"]
            algorithm = str(request["message_imprint"]["hash_algorithm"]["algorithm"].native)
            digest = bytes(request["message_imprint"]["hashed_message"])
            asked_policy = None if isinstance(wanted, core.Void) else str(wanted.dotted)
            nonce = None if isinstance(request["nonce"], core.Void) else int(request["nonce"])
            found = TimeStampRequest(bytes(request["message_imprint"].dump()), nonce, bool(request["cert_req"].native))
            has_extensions = not isinstance(request["extensions"], core.Void)
    except DecodingError as error:
        raise RequestRejected(BAD_DATA_FORMAT, "this is no time-stamp request") from error
    if version != "v1":
        raise RequestRejected(BAD_REQUEST, "only version 1 is known")
    if algorithm not in DIGESTS or len(digest) != DIGESTS[algorithm].size:
        raise RequestRejected(BAD_ALGORITHM, "SHA-256, SHA-384 and SHA-512 are time-stamped, with digests of their length")
    if asked_policy not in (None, policy):
        raise RequestRejected(UNACCEPTED_POLICY, f"time stamps here are under the policy {policy}")
    if has_extensions:
        raise RequestRejected(UNACCEPTED_EXTENSION, "no extension is known")
    if nonce is not None and nonce.bit_length() > 8 * NONCE_MAXIMUM:
        raise RequestRejected(BAD_REQUEST, f"a nonce has at most {NONCE_MAXIMUM} bytes")
    return found


def build(request: TimeStampRequest, facts: StampFacts, sign: Callable[[bytes], bytes]) -> bytes:
    """DER of a granted TimeStampResp."""
    information = der.encode_sequence(
        der.encode_integer(1),
        der.encode_object_identifier(facts.policy),
        request.imprint,
        der.encode_integer(facts.serial_number),
        der.encode_generalized_time(whole_second(facts.at)),
        der.encode_sequence(der.encode_integer(ACCURACY)),
        *(() if request.nonce is None else (bytes(core.Integer(request.nonce).dump()),)),
    )
    signer = cms.Signer(
        facts.certificate,
        facts.signature_algorithm,
        sign,
        signing_time=whole_second(facts.at),
        names_certificate=True,
        embeds_certificate=request.wants_certificate,
    )
    token = cms.build_signed_data(CONTENT_TYPE, information, signer)
    return der.encode_sequence(der.encode_sequence(der.encode_integer(0)), token)


def rejection(rejected: RequestRejected) -> bytes:
    """DER of a TimeStampResp that says why there is no token."""
    bits = bytearray(_FAILURE_BYTES)
    bits[rejected.failure // 8] |= 0x80 >> rejected.failure % 8
    unused = 8 * _FAILURE_BYTES - 1 - rejected.failure
    content = bytes(bits)[: _FAILURE_BYTES - unused // 8]
    text = der.encode_sequence(tlv.encode(0x0C, str(rejected).encode()))
    failure = tlv.encode(0x03, bytes((unused % 8,)) + content)
    return der.encode_sequence(der.encode_sequence(der.encode_integer(_REJECTION), text, failure))
