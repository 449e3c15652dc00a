import secrets
from collections.abc import Callable

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.message_recovery import RsaPrivateKey, RsaPublicKey
from openeoi.crypto.public_keys import EllipticCurvePublicKey, decode_signature_key, encode_signature_key
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import ActiveAuthenticationInfo, SecurityInfo
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication.card import ActiveAuthenticationCardSide, ActiveAuthenticationKey, EllipticCurveKey
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationRefused, ChipNotGenuine, NotDecidable
from openeoi.protocols.active_authentication.shared import identifier_of
from openeoi.protocols.active_authentication.terminal import ActiveAuthenticationResult, authenticate, verify
from reference_data import reference

RSA_2048 = rsa.generate_private_key(65537, 2048).private_numbers()
RSA_PUBLIC = DataGroup15(encode_signature_key(RsaPublicKey(RSA_2048.public_numbers.n, 65537)))
RSA_PRIVATE = RsaPrivateKey(RSA_2048.public_numbers.n, RSA_2048.d)
CURVE_PRIVATE = 0xC0FFEE


def curve_public(parameter_id: int) -> DataGroup15:
    group = elliptic_curve_group(parameter_id)
    return DataGroup15(encode_signature_key(EllipticCurvePublicKey(group, group.multiply(CURVE_PRIVATE, group.generator))))


def card_with(key: ActiveAuthenticationKey | None) -> ActiveAuthenticationCardSide:
    return ActiveAuthenticationCardSide(lambda: key, secrets.token_bytes)


def curve_card(parameter_id: int, digest: DigestAlgorithm) -> ActiveAuthenticationCardSide:
    return card_with(ActiveAuthenticationKey(EllipticCurveKey(elliptic_curve_group(parameter_id), CURVE_PRIVATE), digest))


def info(digest: DigestAlgorithm) -> list[SecurityInfo]:
    return [ActiveAuthenticationInfo(identifier_of(digest))]


def play(
    steps: CardSteps[ActiveAuthenticationResult], answer: Callable[[CommandApdu], ResponseApdu]
) -> ActiveAuthenticationResult:
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value


def of(card: ActiveAuthenticationCardSide) -> Callable[[CommandApdu], ResponseApdu]:
    return lambda command: card.process(command, command.expected or 0)


@pytest.mark.parametrize(
    "digest",
    [DigestAlgorithm.SHA1, DigestAlgorithm.SHA224, DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512],
)
def test_rsa_with_every_hash(digest: DigestAlgorithm) -> None:
    card = card_with(ActiveAuthenticationKey(RSA_PRIVATE, digest))
    result = play(authenticate(RSA_PUBLIC, (), secrets.token_bytes), of(card))
    assert (result.digest, len(result.signature)) == (digest, 256)
    assert verify(RSA_PUBLIC, (), result.challenge, result.signature) is digest


CURVES = [(8, DigestAlgorithm.SHA224), (11, DigestAlgorithm.SHA224), (12, DigestAlgorithm.SHA256), (14, DigestAlgorithm.SHA256)]
CURVES += [(15, DigestAlgorithm.SHA384), (17, DigestAlgorithm.SHA512), (18, DigestAlgorithm.SHA512)]


@pytest.mark.parametrize(("parameter_id", "digest"), CURVES)
def test_elliptic_curves(parameter_id: int, digest: DigestAlgorithm) -> None:
    card = curve_card(parameter_id, digest)
    if parameter_id == 8:
        with pytest.raises(NotDecidable, match="longer than"):
            play(authenticate(curve_public(8), info(digest), secrets.token_bytes), of(card))
        return
    assert play(authenticate(curve_public(parameter_id), info(digest), secrets.token_bytes), of(card)).digest is digest


def test_the_key_of_the_tr_03105_5_data_set() -> None:
    private = keys.PrivateKeyInfo.load(reference("tr-03105-5/DG15_sk.pkcs8"))["private_key"].parsed
    group_15 = DataGroup15.decode(reference("tr-03105-5/Datagroup15.bin"))
    key = RsaPrivateKey(int(private["modulus"]), int(private["private_exponent"]))
    assert decode_signature_key(group_15.public_key) == RsaPublicKey(key.modulus, int(private["public_exponent"]))
    card = card_with(ActiveAuthenticationKey(key, DigestAlgorithm.SHA1))
    assert play(authenticate(group_15, (), secrets.token_bytes), of(card)).digest is DigestAlgorithm.SHA1


def test_what_goes_over_the_wire() -> None:
    commands: list[CommandApdu] = []

    def refuse(command: CommandApdu) -> ResponseApdu:
        commands.append(command)
        return ResponseApdu(0x6982)

    for group_15, capacity in ((curve_public(12), 223), (RSA_PUBLIC, 223), (RSA_PUBLIC, 256)):
        with pytest.raises(ActiveAuthenticationRefused) as refused:
            play(authenticate(group_15, info(DigestAlgorithm.SHA256), lambda size: bytes(size), plain_capacity=capacity), refuse)
        assert refused.value.status == 0x6982
    assert [command.encode().hex() for command in commands] == [
        "0088000008000000000000000000",
        "00880000000008" + "00" * 8 + "0000",
        "0088000008000000000000000000",
    ]


def test_a_copy_is_noticed() -> None:
    other = rsa.generate_private_key(65537, 2048).private_numbers()
    copies = [
        (RSA_PUBLIC, card_with(ActiveAuthenticationKey(RsaPrivateKey(other.public_numbers.n, other.d), DigestAlgorithm.SHA256))),
        (
            curve_public(12),
            card_with(ActiveAuthenticationKey(EllipticCurveKey(elliptic_curve_group(12), 5), DigestAlgorithm.SHA256)),
        ),
        (curve_public(12), curve_card(12, DigestAlgorithm.SHA224)),
    ]
    for group_15, card in copies:
        with pytest.raises(ChipNotGenuine):
            play(authenticate(group_15, info(DigestAlgorithm.SHA256), secrets.token_bytes), of(card))


@pytest.mark.parametrize("answer", [b"", bytes(64), bytes(256), b"\xff" * 256, bytes(257)])
@pytest.mark.parametrize("group_15", [RSA_PUBLIC, curve_public(12)], ids=["RSA", "curve"])
def test_nonsense_is_no_signature(group_15: DataGroup15, answer: bytes) -> None:
    with pytest.raises(ChipNotGenuine):
        play(
            authenticate(group_15, info(DigestAlgorithm.SHA256), secrets.token_bytes),
            lambda command: ResponseApdu(0x9000, answer),
        )


def test_an_old_signature_does_not_serve_again() -> None:
    card = curve_card(12, DigestAlgorithm.SHA256)
    old = play(authenticate(curve_public(12), info(DigestAlgorithm.SHA256), secrets.token_bytes), of(card))
    with pytest.raises(ChipNotGenuine):
        play(
            authenticate(curve_public(12), info(DigestAlgorithm.SHA256), secrets.token_bytes),
            lambda command: ResponseApdu(0x9000, old.signature),
        )


@pytest.mark.parametrize(
    "infos",
    [
        [],
        info(DigestAlgorithm.SHA256) * 2,
        [ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.1")],
        [ActiveAuthenticationInfo("1.2.840.10045.4.3.2")],
        [ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3", version=2)],
    ],
    ids=["none", "two", "SHA-1", "no plain algorithm", "version 2"],
)
def test_without_a_named_algorithm_curves_are_not_decidable(infos: list[SecurityInfo]) -> None:
    with pytest.raises(NotDecidable):
        play(authenticate(curve_public(12), infos, secrets.token_bytes), of(curve_card(12, DigestAlgorithm.SHA256)))


def test_an_unusable_key_is_not_decidable() -> None:
    small = RsaPublicKey((1 << 511) + 1, 65537)
    even = RsaPublicKey(1 << 2047, 65537)
    for bad in (
        b"",
        b"0\x00",
        encode_signature_key(small),
        encode_signature_key(even),
        curve_public(12).public_key[:-1] + b"\x00",
    ):
        with pytest.raises(NotDecidable):
            verify(DataGroup15(bad), info(DigestAlgorithm.SHA256), bytes(8), bytes(64))


@pytest.mark.parametrize(
    ("command", "limit", "status"),
    [
        (CommandApdu(0, 0x88, 0, 0, bytes(8), 256), 256, 0x9000),
        (CommandApdu(0, 0x88, 0, 0, bytes(8), 256), 63, 0x6700),
        (CommandApdu(0, 0x88, 0, 0, bytes(8)), 0, 0x6700),
        (CommandApdu(0, 0x88, 0, 0, bytes(7), 256), 256, 0x6700),
        (CommandApdu(0, 0x88, 0, 0, bytes(9), 256), 256, 0x6700),
        (CommandApdu(0, 0x88, 0, 0, b"", 256), 256, 0x6700),
        (CommandApdu(0, 0x88, 1, 0, bytes(8), 256), 256, 0x6A86),
        (CommandApdu(0x10, 0x88, 0, 0, bytes(8), 256), 256, 0x6E00),
    ],
)
def test_the_card_takes_commands_strictly(command: CommandApdu, limit: int, status: int) -> None:
    assert ActiveAuthenticationCardSide.handles(command)
    assert curve_card(12, DigestAlgorithm.SHA256).process(command, limit).status == status
    assert card_with(None).process(command, limit).status == 0x6D00
    assert str(CURVE_PRIVATE) not in repr(EllipticCurveKey(elliptic_curve_group(12), CURVE_PRIVATE))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 0xFFFF), st.binary(max_size=300))
def test_any_answer_gives_our_errors(status: int, data: bytes) -> None:
    expected = ChipNotGenuine if status == 0x9000 else ActiveAuthenticationRefused
    with pytest.raises(expected):
        play(authenticate(RSA_PUBLIC, (), secrets.token_bytes), lambda command: ResponseApdu(status, data))
