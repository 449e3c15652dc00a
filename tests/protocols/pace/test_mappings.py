"""Integrated mapping and chip authentication mapping. Vectors: ICAO 9303-11, appendices H.1, H.2, I.1."""

import secrets
from collections.abc import Callable

import pytest

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.public_keys import encode_agreement_key
from openeoi.encoding import der, tlv
from openeoi.encoding.lds.security_infos import ChipAuthenticationPublicKeyInfo, PaceInfo, decode_security_infos
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.pace import shared
from openeoi.protocols.pace.card import PaceCardSide, State
from openeoi.protocols.pace.chip_authentication_mapping import ChipProof, authentication_data, encrypt, verify_chip
from openeoi.protocols.pace.errors import ChipKeyMissing, ChipNotGenuine, PaceFailed, PasswordUnknown, WrongPassword
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import PaceResult, agree
from protocols.pace.test_pace import CAN, fixed, play
from protocols.pace.worked_examples import (
    H_1,
    H_2,
    H_PASSWORD_KEY,
    I_1,
    I_1_AUTHENTICATION_DATA,
    I_1_KEY_INFO,
    I_1_STATIC_PRIVATE,
    WorkedExample,
)

PACE = "0.4.0.127.0.7.2.2.4"
INTEGRATED_ECDH = f"{PACE}.4"
INTEGRATED_DH = f"{PACE}.3"
CHIP_AUTHENTICATION = f"{PACE}.6"
STATIC_PRIVATE = 0x1234567890ABCDEF


def card_with(info: PaceInfo, random: Callable[[int], bytes] = secrets.token_bytes) -> PaceCardSide:
    return PaceCardSide([info], {2: CAN.secret, 1: I_1.password.secret}.get, random, lambda parameter_id: STATIC_PRIVATE)


def security_infos(parameter_id: int, private: int = STATIC_PRIVATE) -> list[ChipAuthenticationPublicKeyInfo]:
    group = elliptic_curve_group(parameter_id)
    public_key = group.encode(group.multiply(private, group.generator))
    return [
        ChipAuthenticationPublicKeyInfo("0.4.0.127.0.7.2.2.1.2", encode_agreement_key(parameter_id, public_key), parameter_id)
    ]


@pytest.fixture
def password_key_of_h(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "derive_password_key", lambda password, cipher: bytes.fromhex(H_PASSWORD_KEY))


@pytest.mark.usefixtures("password_key_of_h")
def test_the_card_replays_h_1() -> None:
    card = PaceCardSide([H_1.info], {1: H_1.password.secret}.get, fixed(H_1.card_randoms))
    for command, response in H_1.exchanges:
        assert card.process(CommandApdu.decode(bytes.fromhex(command))).encode() == bytes.fromhex(response)
    established = card.take_established()
    assert established is not None
    assert established.channel._keys.encryption_key.hex().upper() == H_1.encryption_key
    assert established.channel._keys.mac_key.hex().upper() == H_1.mac_key


@pytest.mark.usefixtures("password_key_of_h")
@pytest.mark.parametrize("example", [H_1, H_2], ids=["H.1", "H.2"])
def test_the_terminal_replays_integrated_mapping(example: WorkedExample) -> None:
    replay(example)


def replay(example: WorkedExample) -> PaceResult:
    transcript = [(bytes.fromhex(command), bytes.fromhex(response)) for command, response in example.exchanges]

    def answer(command: CommandApdu) -> ResponseApdu:
        expected, response = transcript.pop(0)
        assert command.encode() == expected
        return ResponseApdu.decode(response)

    result = play(agree(example.password, example.info, fixed(example.terminal_randoms)), answer)
    assert not transcript
    assert result.keys.encryption_key.hex().upper() == example.encryption_key
    assert result.keys.mac_key.hex().upper() == example.mac_key
    return result


def test_the_terminal_replays_chip_authentication_mapping() -> None:
    result = replay(I_1)
    assert result.chip_proof is not None
    assert result.chip_proof.authentication_data.hex().upper() == I_1_AUTHENTICATION_DATA
    assert I_1_AUTHENTICATION_DATA.lower() not in repr(result)
    infos = decode_security_infos(tlv.encode(der.SET, bytes.fromhex(I_1_KEY_INFO)))
    verify_chip(result.chip_proof, infos)
    group = elliptic_curve_group(13)
    data = authentication_data(I_1_STATIC_PRIVATE, int(I_1.card_randoms[0], 16), group.order)
    assert data.hex().upper() == I_1_AUTHENTICATION_DATA
    assert encrypt(result.keys, data).hex().upper() == I_1.exchanges[4][1][28:-4]


def test_the_card_replays_chip_authentication_mapping_up_to_the_key_agreement() -> None:
    randoms = fixed([*I_1.card_randoms, "11" * 32])
    card = PaceCardSide([I_1.info], {1: I_1.password.secret}.get, randoms, lambda parameter_id: I_1_STATIC_PRIVATE)
    for command, response in I_1.exchanges[:3]:
        assert card.process(CommandApdu.decode(bytes.fromhex(command))).encode() == bytes.fromhex(response)


COMBINATIONS = [PaceInfo(f"{INTEGRATED_ECDH}.{cipher}", 13) for cipher in (1, 2, 3, 4)]
COMBINATIONS += [PaceInfo(f"{INTEGRATED_ECDH}.2", parameter_id) for parameter_id in (8, 9, 11, 12, 14, 15, 16, 17, 18)]
COMBINATIONS += [PaceInfo(f"{INTEGRATED_DH}.{cipher}", parameter_id) for cipher, parameter_id in ((1, 0), (2, 1), (4, 2))]
COMBINATIONS += [PaceInfo(f"{CHIP_AUTHENTICATION}.{cipher}", 12) for cipher in (2, 3, 4)]
COMBINATIONS += [PaceInfo(f"{CHIP_AUTHENTICATION}.4", parameter_id) for parameter_id in (8, 10, 13, 15, 18)]
COMBINATIONS += [PaceInfo(f"{PACE}.1.3", 2)]


@pytest.mark.parametrize("info", COMBINATIONS, ids=lambda info: f"{info.protocol[-3:]} with {info.parameter_id}")
def test_both_sides_agree(info: PaceInfo) -> None:
    card = card_with(info)
    result = play(agree(CAN, info, secrets.token_bytes), card.process)
    established = card.take_established()
    assert established is not None
    assert established.channel._keys == result.keys
    if info.protocol.startswith(CHIP_AUTHENTICATION):
        assert result.chip_proof is not None
        verify_chip(result.chip_proof, security_infos(info.parameter_id or 0))
    else:
        assert result.chip_proof is None


@pytest.mark.parametrize("arc", ["3.2", "4.2", "6.2"])
def test_a_wrong_password(arc: str) -> None:
    info = PaceInfo(f"{PACE}.{arc}", 0 if arc == "3.2" else 13)
    card = card_with(info)
    with pytest.raises(WrongPassword):
        play(agree(PacePassword.from_can("654321"), info, secrets.token_bytes), card.process)
    assert card.state is State.IDLE
    assert card.take_established() is None


CAM = PaceInfo(f"{CHIP_AUTHENTICATION}.2", 13)


def proof_of_a_run() -> ChipProof:
    proof = play(agree(CAN, CAM, secrets.token_bytes), card_with(CAM).process).chip_proof
    assert proof is not None
    return proof


def test_a_copied_chip_is_noticed() -> None:
    with pytest.raises(ChipNotGenuine):
        verify_chip(proof_of_a_run(), security_infos(13, STATIC_PRIVATE + 1))


@pytest.mark.parametrize("data", ["", "00" * 32, "FF" * 40, "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A8"])
def test_chip_authentication_data_outside_the_group_are_noticed(data: str) -> None:
    proof = proof_of_a_run()
    with pytest.raises(ChipNotGenuine):
        verify_chip(ChipProof(13, proof.mapping_public_key, bytes.fromhex(data)), security_infos(13))


def test_the_key_must_stand_on_the_curve_of_pace() -> None:
    proof = proof_of_a_run()
    for infos in ([], security_infos(12), security_infos(13) + security_infos(13, 7)):
        with pytest.raises(ChipKeyMissing):
            verify_chip(proof, infos)
    verify_chip(proof, security_infos(12) + security_infos(13))


def test_a_card_without_a_static_key_does_not_start() -> None:
    card = PaceCardSide([CAM], {2: CAN.secret}.get, secrets.token_bytes)
    with pytest.raises(PasswordUnknown):
        play(agree(CAN, CAM, secrets.token_bytes), card.process)


def last_answer_changed(change: Callable[[bytes], bytes]) -> Callable[[CommandApdu], ResponseApdu]:
    card = card_with(CAM)

    def answer(command: CommandApdu) -> ResponseApdu:
        response = card.process(command)
        if command.cla == 0 and command.ins == 0x86:
            return ResponseApdu(response.status, tlv.encode(0x7C, change(tlv.decode_expected(response.data, 0x7C))))
        return response

    return answer


@pytest.mark.parametrize(
    "change",
    [
        lambda objects: objects[:10],
        lambda objects: objects[:10] + b"\x8a\x00",
        lambda objects: objects[:10] + b"\x8a\x0f" + bytes(15),
        lambda objects: objects[:10] + b"\x8a\x10" + bytes(16),
        lambda objects: objects + objects[10:],
    ],
    ids=["missing", "empty", "no block", "no padding", "twice"],
)
def test_missing_or_malformed_proofs_are_failures_of_the_card(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PaceFailed):
        play(agree(CAN, CAM, secrets.token_bytes), last_answer_changed(change))


def test_integrated_mapping_takes_nonces_of_the_right_length_only() -> None:
    info = PaceInfo(f"{INTEGRATED_ECDH}.4", 13)
    card = card_with(info)
    identifier = shared.PaceProtocol.of(info.protocol).encoded_identifier
    start = tlv.encode(0x80, identifier) + tlv.encode(0x83, b"\x02")
    for size, status in ((0, 0x6A80), (16, 0x6A80), (31, 0x6A80), (33, 0x6A80), (32, 0x9000)):
        assert card.process(CommandApdu(0, 0x22, 0xC1, 0xA4, start)).status == 0x9000
        nonce = card.process(CommandApdu(0x10, 0x86, 0, 0, b"\x7c\x00", 256))
        assert len(nonce.data) == 2 + 2 + 32
        mapping = tlv.encode(0x7C, tlv.encode(0x81, bytes(size)))
        assert card.process(CommandApdu(0x10, 0x86, 0, 0, mapping, 256)).status == status


def test_mapping_data_from_a_card_in_integrated_mapping_are_refused() -> None:
    info = PaceInfo(f"{INTEGRATED_ECDH}.2", 13)
    card = card_with(info)

    def answer(command: CommandApdu) -> ResponseApdu:
        response = card.process(command)
        if response.data == bytes.fromhex("7C028200"):
            return ResponseApdu(0x9000, bytes.fromhex("7C03820100"))
        return response

    with pytest.raises(PaceFailed, match="mapping"):
        play(agree(CAN, info, secrets.token_bytes), answer)


def test_a_nonce_of_another_length_is_refused() -> None:
    info = PaceInfo(f"{INTEGRATED_ECDH}.2", 13)
    card = card_with(info)

    def answer(command: CommandApdu) -> ResponseApdu:
        response = card.process(command)
        return ResponseApdu(0x9000, tlv.encode(0x7C, tlv.encode(0x80, bytes(32)))) if command.data == b"\x7c\x00" else response

    with pytest.raises(PaceFailed, match="mapping"):
        play(agree(CAN, info, secrets.token_bytes), answer)
