"""Harnesses of what `protocols`, `card`, `pki`, `health`, `exchange` and `terminal` read from others or from a disk."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

import mutation
import samples
from driver import Harness
from joserfc.jwk import ECKey

from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.message_recovery import RsaPublicKey
from openeoi.crypto.public_keys import byte_group
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm, SignatureAlgorithm
from openeoi.errors import OpenEoiError
from openeoi.exchange.errors import ExchangeError
from openeoi.exchange.revocation_lists import verify_revocation_list
from openeoi.exchange.verification import verify_master_list
from openeoi.health.client_proof import check_proof, make_proof
from openeoi.health.errors import HealthError
from openeoi.pki.encrypted_files import FIELDS, QUICK_COST, EncryptedFiles, _canonical
from openeoi.pki.errors import KeyStoreError
from openeoi.pki.key_files import SUFFIX, Memory
from openeoi.pki.key_store import KeyAlgorithm, KeyPurpose
from openeoi.pki.status_answers import decode_request
from openeoi.protocols.browser_card import CardRequest, CardResponse, Operation, ResponseOutcome
from openeoi.protocols.card_proof import texts
from openeoi.protocols.passive_authentication.anchors import CertificateAnchors
from openeoi.protocols.passive_authentication.certificates import Certificate
from openeoi.protocols.passive_authentication.errors import PassiveAuthenticationError
from openeoi.protocols.passive_authentication.public_keys import load_public_key
from openeoi.protocols.passive_authentication.signatures import SignatureMismatch, verify
from openeoi.protocols.passive_authentication.verify import verify_security_object
from openeoi.protocols.personalisation import key_templates
from openeoi.protocols.personalisation.access import AllOf, AnyOf, OnContact, PinVerified, decode_condition, encode_condition
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.personalisation.shared import FileControl, KeyRole
from openeoi.protocols.terminal_authentication.trust import Trust as CardTrust
from openeoi.storage.errors import StorageError
from openeoi.terminal.checks import Outcome
from openeoi.terminal.examination import Trust, examine_evidence
from openeoi.terminal.examination.evidence import ActiveProof, Evidence, Proofs, Witness
from openeoi.terminal.examination.evidence_file import Record, decode_record, encode_record
from openeoi.terminal.examination.trust_material import read_trust_material
from protocols.browser_card.test_browser_card import LOGIN, PRESENCE, STATE, request

CONDITION = AnyOf((OnContact(), AllOf((PinVerified(5), OnContact()))))


def document_protocols(raw: bytes) -> None:
    assert DocumentProtocols.decode(raw).encode() == raw


def trust(raw: bytes) -> None:
    assert CardTrust.decode(raw).encode() == raw


def personalisation_fields(raw: bytes) -> None:
    with suppress(DecodingError):
        assert encode_condition(decode_condition(raw)) == raw
    assert FileControl.decode(raw).encode() == raw


def key_template(raw: bytes) -> None:
    """What the office asks for, and what the chip answers."""
    for template in TEMPLATES[3:]:
        with suppress(DecodingError):
            key_templates.decode_active_key(raw, template)
    for parameter_id in (2, 13):
        with suppress(DecodingError):
            key_templates.decode_agreement_value(raw, parameter_id)
    with suppress(DecodingError):
        key_templates.decode_credential_key(raw)
    assert key_templates.encode_key_template(key_templates.decode_key_template(raw)) == raw


TEMPLATES = (
    KeyRole.LOW,
    key_templates.ChipKeyTemplate(13, frozenset({Cipher.AES_256, Cipher.AES_128}), 1),
    key_templates.ChipKeyTemplate(2, frozenset({Cipher.TRIPLE_DES})),
    key_templates.ActiveKeyTemplate(DigestAlgorithm.SHA256, parameter_id=12),
    key_templates.ActiveKeyTemplate(DigestAlgorithm.SHA256, rsa_bits=1024),
)


def template_seeds() -> list[bytes]:
    answers = (
        key_templates.encode_point(byte_group(12).public_key(7)),
        key_templates.encode_agreement_value(2, byte_group(2).public_key(7)),
        key_templates.encode_agreement_value(13, byte_group(13).public_key(7)),
        key_templates.encode_rsa_key(RsaPublicKey((1 << 1023) | 1, 65537)),
    )
    return [*map(key_templates.encode_key_template, TEMPLATES), *answers]


def card_file(raw: bytes) -> None:
    """The input is the body: header and checksum fit unless the input begins with FF, then it is the whole file."""
    if raw[:1] == b"\xff":
        card_state.decode(raw[1:])
        return
    content = card_state.MAGIC + card_state.VERSION.to_bytes(2, "big") + len(raw).to_bytes(4, "big") + raw
    # Whatever is read must also be a card that answers.
    card = VirtualCard(VolatileMemory(content + sha256(content).digest()), samples.Steady())
    for command in ("00A4040C07A0000002471001", "00B0810000", "0020000508", "0022C1A40F800A04007F00070202040204830102"):
        assert card.process(bytes.fromhex(command))[-2] >> 4 in (6, 9)


def card_bodies() -> list[bytes]:
    whole = samples.card_content()
    return [whole[card_state.HEADER_SIZE : -card_state.CHECKSUM_SIZE], b"\xff" + whole[:4000]]


def field_of(raw: bytes) -> str:
    """The JSON text of the input in base64url; an input that begins with ! is the form field itself."""
    if raw[:1] == b"!":
        return raw[1:].decode("utf-8", "replace")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def browser_requests() -> list[bytes]:
    fields = [request(operation).encode() for operation in Operation]
    return [*(_json(field) for field in fields), b"!" + fields[0].encode()]


def browser_responses() -> list[bytes]:
    done = CardResponse(STATE, ResponseOutcome.DONE, b"certificate", (b"chain",), b"s" * 96, "reader", "")
    return [_json(done.encode()), b"!" + done.encode().encode()]


def _json(field: str) -> bytes:
    return base64.urlsafe_b64decode(field + "=" * (-len(field) % 4))


@lru_cache(maxsize=1)
def key_file() -> bytes:
    files = Memory()
    EncryptedFiles(files, "passphrase", QUICK_COST).generate(KeyPurpose.DOCUMENT_SIGNING, KeyAlgorithm.P_256, "ds-1")
    return files.content["ds-1" + SUFFIX]


def key_store(raw: bytes) -> None:
    """The checksum is made to fit, so that what stands behind it is reached."""
    files = Memory()
    try:
        document = json.loads(raw)
        if isinstance(document, dict) and set(document) == FIELDS:
            del document["checksum"]
            # Memory and passes that the limits allow are for the owner's machine to decide; here they would only take time.
            costs = document.get("derivation")
            if isinstance(costs, dict) and any(isinstance(one, int) and one > 128 for one in costs.values()):
                return
            document["checksum"] = sha256(_canonical(document)).hexdigest()
            raw = json.dumps(document).encode()
    except (ValueError, RecursionError, TypeError):
        pass
    files.content["ds-1" + SUFFIX] = raw
    EncryptedFiles(files, "passphrase", QUICK_COST)


def certificate(raw: bytes) -> None:
    Certificate.decode(raw).key()


def any_signature(raw: bytes) -> None:
    """The input is an AlgorithmIdentifier; keys of both kinds and a signature that fits neither."""
    for key in KEYS():
        with suppress(SignatureMismatch):
            verify(key, raw, b"data", b"\x30\x06\x02\x01\x01\x02\x01\x01")


@lru_cache(maxsize=1)
def KEYS() -> tuple[object, ...]:  # noqa: N802 - made once, when first asked for
    return tuple(load_public_key(raw)[0] for raw in (samples.public_keys()[0], samples.public_keys()[2]))


def algorithms() -> list[bytes]:
    return [algorithm.algorithm_identifier() for algorithm in SignatureAlgorithm]


@lru_cache(maxsize=1)
def anchors() -> CertificateAnchors:
    here = samples.laboratory()
    return CertificateAnchors((here.authority, here.former_authority, here.link))


def passive_authentication(raw: bytes) -> None:
    verify_security_object(raw, anchors(), samples.NOW)


def foreign_master_list(raw: bytes) -> None:
    verify_master_list(raw, samples.NOW)


def foreign_revocation_list(raw: bytes) -> None:
    verify_revocation_list(raw, anchors(), samples.NOW)


CLIENT = ECKey.import_key(
    {
        "kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
    }
)  # fmt: skip
ADDRESS = "http://127.0.0.1/health"


def client_proofs() -> list[bytes]:
    return [make_proof(CLIENT, "POST", ADDRESS, samples.NOW, samples.Steady()).encode()]


def client_proof(raw: bytes) -> None:
    """Header and claims of the input are JSON between blanks; they are put into the compact form."""
    text = raw.decode("utf-8", "replace")
    if text.count("\x01") == 1:
        parts = text.split("\x01")
        text = ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (*parts, "sig"))
    check_proof(text, "POST", ADDRESS, samples.NOW)


def proofs_taken_apart() -> list[bytes]:
    whole = client_proofs()
    header, claims, _ = whole[0].split(b".")
    return [*whole, b"\x01".join(base64.urlsafe_b64decode(part + b"==") for part in (header, claims))]


def fields() -> list[bytes]:
    return [
        FileControl(0x0101, 128, CONDITION).encode(),
        FileControl(0x0101, 70000, CONDITION).encode(),
        encode_condition(CONDITION),
    ]


STRICT = (DecodingError,)
PASSIVE = (DecodingError, PassiveAuthenticationError)
EXCHANGE = (ExchangeError,)
OBJECTS, BYTES, TEXT = mutation.data_objects, mutation.random_bytes, mutation.text


@lru_cache(maxsize=1)
def evidence_record() -> bytes:
    """A record without its checksum, which the harness computes anew: mutations are to reach what lies behind it."""
    document, at = samples.document(), datetime(2026, 7, 1, tzinfo=UTC)
    proofs = Proofs(Witness(Outcome.SUCCESSFUL), ActiveProof(bytes(8), bytes(64)))
    evidence = Evidence(
        PaceInfo("0.4.0.127.0.7.2.2.4.2.4", 13), b"1\x00", document.com, document.sod, document.data_groups, proofs=proofs
    )
    members = json.loads(encode_record(Record(evidence, at, "fuzz", (samples.laboratory().authority,))))
    del members["checksum"]
    return json.dumps(members, sort_keys=True, indent=1).encode()


def examined_evidence(raw: bytes) -> None:
    """Whatever can be read as a record is examined, and the examination ends in findings."""
    try:
        members = json.loads(raw)
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, dict):
        form = json.dumps(members, sort_keys=True, indent=1).encode() + b"\n"
        members["checksum"] = sha256(form).hexdigest()
        raw = json.dumps(members, sort_keys=True, indent=1).encode() + b"\n"
    examine_evidence(decode_record(raw).evidence, Trust(anchors()), datetime(2026, 7, 1, tzinfo=UTC))


def trust_files() -> list[bytes]:
    return [
        *samples.certificates()[:2],
        samples.revocation_list(),
        samples.master_list(),
        b"-----BEGIN X-----\nMAA=\n-----END X-----",
    ]


HARNESSES = (
    Harness("personalisation-protocols", lambda: [samples.PROTOCOLS.encode()], document_protocols, OBJECTS, STRICT, 4),
    Harness("personalisation-fields", fields, personalisation_fields, OBJECTS, STRICT),
    Harness("personalisation-keys", template_seeds, key_template, OBJECTS, STRICT, 4),
    Harness("card-trust", lambda: [samples.PROTOCOLS.trust.encode()], trust, OBJECTS, STRICT, 2),
    Harness("card-state-file", card_bodies, card_file, OBJECTS, weight=8),
    Harness("key-store-file", lambda: [key_file()], key_store, TEXT, (KeyStoreError, StorageError), 2),
    Harness("browser-requests", browser_requests, lambda raw: CardRequest.decode(field_of(raw)), TEXT, STRICT, 2),
    Harness("browser-responses", browser_responses, lambda raw: CardResponse.decode(field_of(raw)), TEXT, STRICT, 2),
    Harness("card-proof-texts", lambda: [LOGIN.encode(), PRESENCE.encode()], texts.decode, BYTES, STRICT),
    Harness("evidence-records", lambda: [evidence_record()], examined_evidence, TEXT, STRICT, 8),
    Harness("trust-material", trust_files, read_trust_material, OBJECTS, STRICT, 8),
    Harness("certificates", samples.certificates, certificate, OBJECTS, PASSIVE, 8),
    Harness("certificate-public-keys", samples.public_keys, load_public_key, OBJECTS, (*PASSIVE, CryptographicError), 3),
    Harness("signature-algorithms", algorithms, any_signature, OBJECTS, PASSIVE, 4),
    Harness("passive-authentication", lambda: [samples.security_object()], passive_authentication, OBJECTS, PASSIVE, 15),
    Harness("exchange-master-list", lambda: [samples.master_list()], foreign_master_list, OBJECTS, EXCHANGE, 15),
    Harness("exchange-revocation-list", lambda: [samples.revocation_list()], foreign_revocation_list, OBJECTS, EXCHANGE, 8),
    Harness("status-requests", lambda: [samples.status_request()], decode_request, OBJECTS, STRICT, 4),
    Harness("client-proofs", proofs_taken_apart, client_proof, TEXT, (HealthError,), 5),
)  # fmt: skip

assert all(issubclass(one, OpenEoiError) for harness in HARNESSES for one in harness.expected)
