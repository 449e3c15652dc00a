"""Questions and answers about a certificate's status: OCSP (RFC 6960, RFC 9654 for the nonce).

Each answer repeats the question's CertID byte for byte as it was sent: clients compare it so, and encoders differ in how they
write the hash algorithm's parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import core, ocsp, x509

from openeoi.encoding import der, tlv
from openeoi.encoding.asn1 import Asn1Value, load, reading
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.pki.certificates import assemble, whole_second
from openeoi.pki.revocation_lists import ENUMERATED, RevocationReason, reason_code
from openeoi.pki.status import CertificateStatus, StatusKind

MALFORMED: Final = 1
UNAUTHORIZED: Final = 6

REQUEST_MAXIMUM: Final = 16 * 1024
QUESTIONS_MAXIMUM: Final = 20
NONCE_MAXIMUM: Final = 128  # RFC 9654, 2.1
ANSWER_LIFETIME: Final = timedelta(hours=1)

BASIC_RESPONSE: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
HASHES: Final = frozenset({DigestAlgorithm.SHA1, DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """`identifier` is the DER of the CertID as it was sent."""

    identifier: bytes
    hash_algorithm: DigestAlgorithm
    name_hash: bytes
    key_hash: bytes
    serial_number: int

    def names(self, issuer_certificate: bytes) -> bool:
        """Whether the question is about a certificate of this issuer."""
        issuer = x509.Certificate.load(issuer_certificate)
        name, key = bytes(issuer.subject.dump()), bytes(issuer.public_key["public_key"])
        return (self.hash_algorithm.digest(name), self.hash_algorithm.digest(key)) == (self.name_hash, self.key_hash)


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """`nonce` without its OCTET STRING header; None where there is none."""

    questions: tuple[StatusQuestion, ...]
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """`answers` pairs each CertID with the status found; `responder` is the key identifier of the responder's `certificate`."""

    answers: Sequence[tuple[bytes, CertificateStatus]]
    nonce: bytes | None
    responder: bytes
    signature_algorithm: SignatureAlgorithm
    certificate: bytes


def decode_request(raw: bytes) -> StatusRequest:
    """Raises DecodingError, also for a request beyond the limits above. A signature over the request is not asked for."""
    if len(raw) > REQUEST_MAXIMUM:
        raise DecodingError(f"a request of {len(raw)} bytes, at most {REQUEST_MAXIMUM} are read")
    request = load(ocsp.OCSPRequest, raw, "the OCSP request")
    with reading("the OCSP request"):
        body = request["tbs_request"]
        asked = list(body["request_list"])
        if not 1 <= len(asked) <= QUESTIONS_MAXIMUM:
            raise DecodingError(f"{len(asked)} questions, 1 to {QUESTIONS_MAXIMUM} are answered")
        return StatusRequest(tuple(_question(one["req_cert"]) for one in asked), _nonce(body["request_extensions"]))


def build(facts: AnswerFacts, at: datetime, sign: Callable[[bytes], bytes]) -> bytes:
    """DER of a successful OCSPResponse, signed."""
    produced = der.encode_generalized_time(whole_second(at))
    until = der.encode_explicit(0, der.encode_generalized_time(whole_second(at) + ANSWER_LIFETIME))
    singles = [der.encode_sequence(identifier, _status(status), produced, until) for identifier, status in facts.answers]
    data = der.encode_sequence(
        der.encode_explicit(2, der.encode_octet_string(facts.responder)),
        produced,
        der.encode_sequence(*singles),
        *(() if facts.nonce is None else (der.encode_explicit(1, der.encode_sequence(_nonce_extension(facts.nonce))),)),
    )
    signed = tlv.decode(assemble(data, facts.signature_algorithm, sign(data))).value
    basic = der.encode_sequence(signed, der.encode_explicit(0, der.encode_sequence(facts.certificate)))
    typed = der.encode_sequence(der.encode_object_identifier(BASIC_RESPONSE), der.encode_octet_string(basic))
    return der.encode_sequence(tlv.encode(ENUMERATED, b"\x00"), der.encode_explicit(0, typed))


def error(code: int) -> bytes:
    """An unsigned error answer (RFC 6960, 2.3)."""
    return der.encode_sequence(tlv.encode(ENUMERATED, bytes((code,))))


def _question(identifier: Asn1Value) -> StatusQuestion:
    name = str(identifier["hash_algorithm"]["algorithm"].native)
    algorithm = next((one for one in HASHES if one.value == name), None)
    if algorithm is None:
        raise DecodingError(f"the hash function {name} is not supported")
    return StatusQuestion(
        identifier=bytes(identifier.dump()),
        hash_algorithm=algorithm,
        name_hash=bytes(identifier["issuer_name_hash"]),
        key_hash=bytes(identifier["issuer_key_hash"]),
        serial_number=int(identifier["serial_number"]),
    )


def _nonce(extensions: Asn1Value) -> bytes | None:
    if isinstance(extensions, core.Void):
        return None
    for extension in extensions:
        if extension["extn_id"].dotted == NONCE:
            nonce = der.decode_octet_string(bytes(extension["extn_value"]))
            if not 1 <= len(nonce) <= NONCE_MAXIMUM:
                raise DecodingError(f"a nonce of {len(nonce)} bytes, 1 to {NONCE_MAXIMUM} are allowed")
            return nonce
        if extension["critical"].native:
            raise DecodingError(f"the critical extension {extension['extn_id'].dotted} is not known")
    return None


def _nonce_extension(nonce: bytes) -> bytes:
    value = der.encode_octet_string(der.encode_octet_string(nonce))
    return der.encode_sequence(der.encode_object_identifier(NONCE), value)


def _status(status: CertificateStatus) -> bytes:
    """CertStatus: good [0], revoked [1] with time and reason, unknown [2]."""
    if status.kind is StatusKind.GOOD:
        return tlv.encode(0x80, b"")
    if status.kind is StatusKind.UNKNOWN or status.since is None:
        return tlv.encode(0x82, b"")
    reason = status.reason or RevocationReason.UNSPECIFIED
    parts = der.encode_generalized_time(whole_second(status.since))
    if reason is not RevocationReason.UNSPECIFIED:
        parts += der.encode_explicit(0, tlv.encode(ENUMERATED, bytes((reason_code(reason),))))
    return tlv.encode(0xA1, parts)
