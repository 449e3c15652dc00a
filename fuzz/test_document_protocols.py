"""The travel document's protocols: mutated commands to a card that has all of them, and mutated bytes to their parsers.

Bar: a status word every time, no exception but ours, no fingerprint and no channel for who has no right, and a card whose file
can be read again. EOI_FUZZ_EXAMPLES sets how many sequences are tried (default 60 a case).
"""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from card.sample_card import DATA_GROUP_3, SampleCard
from card.test_document_protocols import PROTOCOLS, basic_access, card_with, chip, pace, select
from openeoi.card import state as card_state
from openeoi.crypto.errors import CryptographicError
from openeoi.crypto.public_keys import byte_group, decode_agreement_key, decode_signature_key, encode_agreement_key
from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate
from openeoi.encoding.errors import DecodingError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.secure_messaging import SecureChannel
from openeoi.protocols.personalisation.document_protocols import DocumentProtocols
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import LINK, ROOT, TERMINAL_CERTIFICATE, VERIFIER_CERTIFICATE

EXAMPLES = int(os.environ.get("EOI_FUZZ_EXAMPLES", "60"))
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

MECHANISM = bytes.fromhex("800A04007F00070202030204" + "840101")


def _reference(certificate: CardVerifiableCertificate) -> bytes:
    return tlv.encode(0x83, certificate.body.holder.encode())


SEEDS = tuple(
    command.encode()
    for command in (
        CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex("A0000002471001")),
        CommandApdu(0, 0x84, 0, 0, expected=8),
        CommandApdu(0, 0x82, 0, 0, bytes(40), 40),
        CommandApdu(0, 0x82, 0, 0, bytes(64)),
        CommandApdu(0, 0x88, 0, 0, bytes(8), 256),
        CommandApdu(0, 0x22, 0x41, 0xA4, MECHANISM),
        CommandApdu(0, 0x22, 0x41, 0xA6, tlv.encode(0x91, byte_group(13).public_key(3)) + bytes.fromhex("840101")),
        CommandApdu(0, 0x86, 0, 0, tlv.encode(0x7C, tlv.encode(0x80, byte_group(13).public_key(3))), 256),
        CommandApdu(0, 0x22, 0x81, 0xB6, _reference(ROOT)),
        CommandApdu(0, 0x22, 0x81, 0xB6, _reference(VERIFIER_CERTIFICATE)),
        CommandApdu(0, 0x2A, 0, 0xBE, VERIFIER_CERTIFICATE.content()),
        CommandApdu(0, 0x2A, 0, 0xBE, TERMINAL_CERTIFICATE.content()),
        CommandApdu(0, 0x2A, 0, 0xBE, LINK.content()),
        CommandApdu(0, 0x22, 0x81, 0xA4, _reference(TERMINAL_CERTIFICATE)),
        CommandApdu(0, 0xB0, 0x83, 0, expected=9),
        CommandApdu(0, 0xB0, 0x9C, 0, expected=36),
    )
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...] = SEEDS) -> bytes:
    raw = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(raw)))
        raw[start : start + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(raw)


def send(sample: SampleCard, command: bytes) -> ResponseApdu:
    response = ResponseApdu.decode(sample.card.process(command))
    assert response.status >> 12 in (6, 9), f"{response.status:04X}"
    assert DATA_GROUP_3 not in response.data
    return response


def check_afterwards(sample: SampleCard) -> None:
    document = card_state.decode(sample.memory.load()).document
    assert document.trust is not None
    # Only the certificates that are in the seeds, unchanged, can have changed anything.
    assert set(document.trust.points) <= {ROOT, LINK}


@many
@given(st.lists(mutated(), max_size=10))
def test_in_clear(commands: list[bytes]) -> None:
    sample = card_with()
    sample.run(select())
    for command in commands:
        send(sample, command)
    assert sample.card._system.session.channel is None
    check_afterwards(sample)


@pytest.mark.parametrize("way", ["PACE", "basic access control", "chip authentication"])
@many
@given(commands=st.lists(mutated(), max_size=10))
def test_inside_a_channel(way: str, commands: list[bytes]) -> None:
    sample = card_with()
    channel = opened(sample, way)
    for command in commands:
        with suppress(DecodingError):
            plain = CommandApdu.decode(command)
            if plain.cla not in (0x00, 0x10):
                continue
            before = sample.card._system.session.channel
            response = channel.open(send(sample, channel.protect(plain).encode()))
            assert response.status >> 12 in (6, 9)
            assert DATA_GROUP_3 not in response.data
            if sample.card._system.session.channel is not before:
                break  # chip authentication: a terminal without its key is out
    check_afterwards(sample)


def opened(sample: SampleCard, way: str) -> SecureChannel:
    if way == "basic access control":
        return basic_access(sample)
    channel, _ = pace(sample)
    return chip(sample, channel).channel if way == "chip authentication" else channel


KEYS = (encode_agreement_key(13, byte_group(13).public_key(3)), encode_agreement_key(0, byte_group(0).public_key(3)))


@many
@given(mutated((ROOT.encode(), LINK.encode(), TERMINAL_CERTIFICATE.encode())), mutated((PROTOCOLS.encode(),)), mutated(KEYS))
def test_parsers(certificate: bytes, protocols: bytes, key: bytes) -> None:
    with suppress(DecodingError):
        assert CardVerifiableCertificate.decode(certificate).encode() == certificate
    with suppress(DecodingError):
        assert DocumentProtocols.decode(protocols).encode() == protocols
    with suppress(DecodingError):
        Trust.decode(certificate)
    for read in (decode_agreement_key, decode_signature_key):
        with suppress(DecodingError, CryptographicError):
            read(key)
