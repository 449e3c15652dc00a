"""The travel document application with everything that may be added to it: the terminal's sides against the card, by commands."""

import secrets
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import product

import pytest

from card.sample_card import DATA_GROUP_3, DOCUMENT, MRZ_INFORMATION, SampleCard, sample_card
from card.test_power_cuts import DiskFull, FaultyMemory
from openeoi.card import state as card_state
from openeoi.card.memory import VolatileMemory
from openeoi.card.virtual_card import VirtualCard
from openeoi.crypto.ciphers import Cipher
from openeoi.crypto.domain_parameters import elliptic_curve_group
from openeoi.crypto.elliptic_curves.curves import Point
from openeoi.crypto.group import KeyAgreement
from openeoi.crypto.public_keys import EllipticCurvePublicKey, encode_agreement_key, encode_signature_key
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import decode_authority_references
from openeoi.encoding.lds import files as lds
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.data_group_15 import DataGroup15
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceInfo,
)
from openeoi.encoding.signature_algorithms import DigestAlgorithm
from openeoi.iso7816.apdu import CommandApdu
from openeoi.iso7816.errors import SecureMessagingLost
from openeoi.iso7816.secure_messaging import SecureChannel, through
from openeoi.iso7816.status import UnexpectedStatus, expect_ok
from openeoi.iso7816.steps import CardSteps
from openeoi.protocols.active_authentication.errors import ActiveAuthenticationRefused
from openeoi.protocols.active_authentication.terminal import authenticate as authenticate_actively
from openeoi.protocols.basic_access.errors import BasicAccessNotSupported, WrongMachineReadableZone
from openeoi.protocols.basic_access.shared import AccessKeys
from openeoi.protocols.basic_access.terminal import establish as establish_basic_access
from openeoi.protocols.chip_authentication.errors import ChipAuthenticationRefused
from openeoi.protocols.chip_authentication.shared import compressed_key, protocol_identifier
from openeoi.protocols.chip_authentication.terminal import ChipAuthenticationResult, offers
from openeoi.protocols.chip_authentication.terminal import authenticate as authenticate_chip
from openeoi.protocols.pace.chip_authentication_mapping import verify_chip
from openeoi.protocols.pace.errors import PaceFailed
from openeoi.protocols.pace.passwords import PacePassword
from openeoi.protocols.pace.terminal import PaceResult, agree
from openeoi.protocols.personalisation.document_protocols import ActiveKey, DocumentProtocols, SigningCurveKey, StaticKey
from openeoi.protocols.personalisation.shared import LifeCycle
from openeoi.protocols.terminal_authentication.errors import AuthenticationRefused, CertificateRefused
from openeoi.protocols.terminal_authentication.shared import Binding, chip_after_basic_access, chip_after_pace
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials
from openeoi.protocols.terminal_authentication.terminal import authenticate as authenticate_terminal
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import (
    LINK,
    NEXT_AUTHORITY,
    ROOT,
    START,
    TERMINAL,
    TERMINAL_CERTIFICATE,
    VERIFIER,
    VERIFIER_CERTIFICATE,
    certify,
)

PASSWORD = PacePassword.from_mrz(MRZ_INFORMATION)
PACE = "0.4.0.127.0.7.2.2.4"
MAPPING = PaceInfo(f"{PACE}.6.4", 13)
OTHER_OFFERS = (PaceInfo(f"{PACE}.4.2", 13), PaceInfo(f"{PACE}.1.1", 0), PaceInfo(f"{PACE}.3.2", 0), MAPPING)
STATIC_KEYS = (
    StaticKey(13, 0xABCDEF, frozenset({Cipher.AES_256, Cipher.TRIPLE_DES}), 1),
    StaticKey(2, 0x123456, frozenset({Cipher.AES_128}), 2),
)
PROTOCOLS = DocumentProtocols(
    True, OTHER_OFFERS, STATIC_KEYS, ActiveKey(SigningCurveKey(12, 0xFEED), DigestAlgorithm.SHA256), Trust((ROOT,), START)
)
ECDH, DH = "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.1.1"
DATA_GROUP_14 = DataGroup14(
    (
        ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.3"),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.ELLIPTIC_CURVE, Cipher.AES_256), 1, 1),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.ELLIPTIC_CURVE, Cipher.TRIPLE_DES), 1, 1),
        ChipAuthenticationInfo(protocol_identifier(KeyAgreement.DIFFIE_HELLMAN, Cipher.AES_128), 1, 2),
        ChipAuthenticationPublicKeyInfo(ECDH, encode_agreement_key(13, STATIC_KEYS[0].public_key()), 1),
        ChipAuthenticationPublicKeyInfo(DH, encode_agreement_key(2, STATIC_KEYS[1].public_key()), 2),
    )
)


def _active_public_key() -> DataGroup15:
    group = elliptic_curve_group(12)
    point: Point = group.multiply(0xFEED, group.generator)
    return DataGroup15(encode_signature_key(EllipticCurvePublicKey(group, point)))


FILES: Mapping[int, bytes] = {
    lds.data_group(14).file_id: DATA_GROUP_14.encode(),
    lds.data_group(15).file_id: _active_public_key().encode(),
}
CREDENTIALS = TerminalCredentials(TERMINAL_CERTIFICATE, (VERIFIER_CERTIFICATE,), TERMINAL.sign)


@lru_cache(maxsize=4)
def _stored(protocols: DocumentProtocols) -> bytes:
    return sample_card(LifeCycle.HANDED_OVER, document=protocols, document_files=FILES).memory.load()


def card_with(protocols: DocumentProtocols = PROTOCOLS) -> SampleCard:
    memory = VolatileMemory()
    memory.save(_stored(protocols))
    card = VirtualCard(memory, secrets.token_bytes)
    card.power_on(contactless=True)
    return SampleCard(card, memory, {}, None)


def select() -> CardSteps[None]:
    expect_ok((yield CommandApdu(0, 0xA4, 4, 0x0C, lds.EMRTD_APPLICATION)), "SELECT")


def read(short_id: int, size: int = 9) -> CardSteps[bytes]:
    return expect_ok((yield CommandApdu(0, 0xB0, 0x80 | short_id, 0, expected=size)), f"reading {short_id:02X}")


def pace(sample: SampleCard, info: PaceInfo | None = None) -> tuple[SecureChannel, PaceResult]:
    chosen = info or PaceInfo(f"{PACE}.2.4", 13)
    result = sample.run(agree(PASSWORD, chosen, secrets.token_bytes))
    channel = SecureChannel(result.keys)
    sample.inside(channel, select())
    return channel, result


def basic_access(sample: SampleCard, zone: str = MRZ_INFORMATION) -> SecureChannel:
    sample.run(select())
    return sample.run(establish_basic_access(AccessKeys.from_mrz(zone), secrets.token_bytes))


def chip(sample: SampleCard, channel: SecureChannel, number: int = 0) -> ChipAuthenticationResult:
    return sample.run(authenticate_chip(channel, offers(DATA_GROUP_14.security_infos)[number], secrets.token_bytes))


def terminal(
    sample: SampleCard, channel: SecureChannel, binding: Binding, credentials: TerminalCredentials = CREDENTIALS
) -> tuple[CardVerifiableCertificate, ...]:
    references = decode_authority_references(sample.inside(channel, read(0x1C, 36)))
    return sample.inside(channel, authenticate_terminal(credentials, references, binding))


def test_the_whole_way_to_the_fingerprints() -> None:
    sample = card_with()
    channel, result = pace(sample)
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(channel, read(3))
    authenticated = chip(sample, channel)
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(authenticated.channel, read(3))
    binding = Binding(chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key), authenticated.compressed_key)
    terminal(sample, authenticated.channel, binding)
    assert sample.inside(authenticated.channel, read(3)) == DATA_GROUP_3
    assert sample.inside(authenticated.channel, read(1, 4))
    with pytest.raises(UnexpectedStatus, match="6A82"):
        sample.inside(authenticated.channel, read(4))


def test_the_same_way_after_basic_access_control_and_diffie_hellman() -> None:
    sample = card_with()
    channel = basic_access(sample)
    assert sample.inside(channel, read(1, 4))
    authenticated = chip(sample, channel, 1)
    assert authenticated.offer.key.group.agreement is KeyAgreement.DIFFIE_HELLMAN
    terminal(
        sample, authenticated.channel, Binding(chip_after_basic_access(DOCUMENT.document_number), authenticated.compressed_key)
    )
    assert sample.inside(authenticated.channel, read(3)) == DATA_GROUP_3


def test_mapping_takes_the_place_of_chip_authentication() -> None:
    sample = card_with()
    channel, result = pace(sample, MAPPING)
    assert result.chip_proof is not None
    verify_chip(result.chip_proof, DATA_GROUP_14.security_infos)
    keys = (compressed_key(KeyAgreement.ELLIPTIC_CURVE, key) for key in (result.card_public_key, result.terminal_public_key))
    terminal(sample, channel, Binding(*keys))
    assert sample.inside(channel, read(3)) == DATA_GROUP_3


@pytest.mark.parametrize("info", OTHER_OFFERS, ids=lambda info: info.protocol[-3:])
def test_every_offer_of_pace(info: PaceInfo) -> None:
    sample = card_with()
    channel, _ = pace(sample, info)
    assert sample.inside(channel, read(1, 4))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_offer_of_chip_authentication(number: int) -> None:
    sample = card_with()
    channel, _ = pace(sample)
    result = chip(sample, channel, number)
    assert sample.inside(result.channel, read(0x1E, 2)) == b"\x60" + sample.inside(result.channel, read(0x1E, 2))[1:]
    # Once more, in the new channel: secure messaging begins anew again.
    again = chip(sample, result.channel, number)
    assert sample.inside(again.channel, read(1, 1)) == b"\x61"


def test_rights_do_not_outlive_their_channel() -> None:
    sample = card_with()
    channel, result = pace(sample)
    first = chip(sample, channel)
    binding = Binding(chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key), first.compressed_key)
    terminal(sample, first.channel, binding)
    second = chip(sample, first.channel)
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(second.channel, read(3))
    # A command in clear ends the channel; the next one begins with nothing.
    terminal(sample, second.channel, Binding(binding.chip, second.compressed_key))
    assert sample.inside(second.channel, read(3)) == DATA_GROUP_3
    sample.run(select())
    with pytest.raises(SecureMessagingLost):
        sample.inside(second.channel, read(3))
    other, _ = pace(sample)
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(other, read(3))


def test_a_binding_of_another_run_opens_nothing() -> None:
    sample = card_with()
    channel, result = pace(sample)
    chip_identifier = chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key)
    first = chip(sample, channel)
    second = chip(sample, first.channel)
    with pytest.raises(AuthenticationRefused) as refused:
        terminal(sample, second.channel, Binding(chip_identifier, first.compressed_key))
    assert refused.value.status == 0x6300
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(second.channel, read(3))


def test_terminal_authentication_without_chip_authentication() -> None:
    sample = card_with()
    channel, result = pace(sample)
    with pytest.raises(AuthenticationRefused) as refused:
        terminal(sample, channel, Binding(result.card_public_key[1:33], bytes(32)))
    assert refused.value.status == 0x6985


def test_a_link_certificate_survives_the_power() -> None:
    sample = card_with()
    verifier = certify(NEXT_AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)
    own = TerminalCredentials(certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, irises=False), (LINK, verifier), TERMINAL.sign)
    for expected in (3, 2):
        channel, result = pace(sample)
        authenticated = chip(sample, channel)
        binding = Binding(chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key), authenticated.compressed_key)
        assert len(terminal(sample, authenticated.channel, binding, own)) == expected
        assert sample.inside(authenticated.channel, read(3)) == DATA_GROUP_3
        references = decode_authority_references(sample.inside(authenticated.channel, read(0x1C, 36)))
        assert references == (LINK.body.holder, ROOT.body.holder)
        sample.card.power_on(contactless=True)
    trust = card_state.decode(sample.memory.load()).document.trust
    assert trust is not None
    assert trust.current_date == LINK.body.effective


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_memory_that_fails_while_certificates_are_stored(at: int, stored: bool) -> None:
    """The link is the first write, the verifier's later date the second: the old trust or the new one, and no rights."""
    memory = FaultyMemory(_stored(PROTOCOLS), at, stored, DiskFull)
    sample = SampleCard(VirtualCard(memory, secrets.token_bytes), memory, {}, None)
    verifier = certify(NEXT_AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, effective=date(2026, 7, 1))
    own = TerminalCredentials(certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM), (LINK, verifier), TERMINAL.sign)
    channel, result = pace(sample)
    authenticated = chip(sample, channel)
    binding = Binding(chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key), authenticated.compressed_key)
    with pytest.raises(CertificateRefused) as refused:
        terminal(sample, authenticated.channel, binding, own)
    assert refused.value.status == 0x6581
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.inside(authenticated.channel, read(3))
    trust = card_state.decode(memory.load()).document.trust
    linked = Trust((LINK, ROOT), LINK.body.effective)
    assert trust == [Trust((ROOT,), START), linked, Trust(linked.points, date(2026, 7, 1))][at + stored]
    # Nothing is lost: the whole way goes through afterwards.
    memory.at = -1
    channel, result = pace(sample)
    authenticated = chip(sample, channel)
    again = Binding(chip_after_pace(KeyAgreement.ELLIPTIC_CURVE, result.card_public_key), authenticated.compressed_key)
    terminal(sample, authenticated.channel, again, own)
    assert sample.inside(authenticated.channel, read(3)) == DATA_GROUP_3


def test_active_authentication_where_the_key_may_be_read() -> None:
    sample = card_with()
    steps = lambda: authenticate_actively(_active_public_key(), DATA_GROUP_14.security_infos, secrets.token_bytes)  # noqa: E731
    sample.run(select())
    with pytest.raises(ActiveAuthenticationRefused) as refused:
        sample.run(steps())
    assert refused.value.status == 0x6982
    assert sample.inside(pace(sample)[0], steps()).digest is DigestAlgorithm.SHA256
    assert sample.inside(basic_access(sample), steps()).digest is DigestAlgorithm.SHA256


def test_a_card_with_nothing_added_knows_none_of_it() -> None:
    sample = card_with(DocumentProtocols())
    with pytest.raises(BasicAccessNotSupported):
        basic_access_of_plain(sample)
    for info in OTHER_OFFERS:
        with pytest.raises(PaceFailed):
            pace(sample, info)
    channel, _ = pace(sample)
    with pytest.raises(ChipAuthenticationRefused):
        chip(sample, channel)
    with pytest.raises(UnexpectedStatus, match="6A82"):
        sample.inside(channel, read(0x1C, 36))
    with pytest.raises(ActiveAuthenticationRefused):
        sample.inside(channel, authenticate_actively(_active_public_key(), DATA_GROUP_14.security_infos, secrets.token_bytes))
    with pytest.raises(CertificateRefused):
        sample.inside(channel, authenticate_terminal(CREDENTIALS, (ROOT.body.holder,), Binding(b"1", b"2")))


def basic_access_of_plain(sample: SampleCard) -> None:
    """GET CHALLENGE itself is an ordinary command of the card; what opens a channel is the cryptogram."""
    sample.run(select())
    try:
        sample.run(establish_basic_access(AccessKeys.from_mrz(MRZ_INFORMATION), secrets.token_bytes))
    except WrongMachineReadableZone as error:
        raise BasicAccessNotSupported(error.status) from error


def test_a_wrong_zone_opens_nothing() -> None:
    sample = card_with()
    with pytest.raises(WrongMachineReadableZone):
        basic_access(sample, MRZ_INFORMATION[:-1] + "0")
    with pytest.raises(UnexpectedStatus, match="6982"):
        sample.run(read(1))


def test_basic_access_control_opens_the_document_only() -> None:
    sample = card_with()
    channel = basic_access(sample)
    pinless = CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex("E828BD080F014E585031"))

    def open_directory() -> CardSteps[int]:
        expect_ok((yield pinless), "SELECT")
        return (yield CommandApdu(0, 0xA4, 0, 0x0C, bytes.fromhex("5031"))).status

    assert sample.inside(channel, open_directory()) == 0x6982


def test_no_order_of_commands_reaches_the_fingerprints_without_the_terminals_key() -> None:
    """Words up to length 3 of what a terminal without its key can send after chip authentication."""
    forged = CommandApdu(0, 0x82, 0, 0, bytes(64))
    letters = [
        CommandApdu(0, 0x22, 0x81, 0xB6, b"\x83" + bytes((len(ROOT.body.holder.encode()),)) + ROOT.body.holder.encode()),
        CommandApdu(0, 0x2A, 0, 0xBE, VERIFIER_CERTIFICATE.content()),
        CommandApdu(0, 0x84, 0, 0, expected=8),
        forged,
        CommandApdu(0, 0xA4, 4, 0x0C, lds.EMRTD_APPLICATION),
    ]
    sample = card_with()
    for length in range(1, 4):
        channel, _ = pace(sample)
        inside = chip(sample, channel).channel
        for word in product(letters, repeat=length):
            for letter in word:
                sample.inside(inside, _status_of(letter))
            assert sample.inside(inside, _status_of(CommandApdu(0, 0xB0, 0x83, 0, expected=1))) == 0x6982


def _status_of(command: CommandApdu) -> CardSteps[int]:
    return (yield command).status


def test_the_office_puts_it_on_a_blank_card_only() -> None:
    sample = card_with()
    channel, _ = pace(sample)
    put = CommandApdu(0, 0xDA, 0x01, 0x24, PROTOCOLS.encode())
    assert sample.run(through(channel, _status_of(put))) == 0x6982
    assert sample.run(_status_of(put)) == 0x6982
    assert sample.memory.load() == _stored(PROTOCOLS)


def test_a_card_file_without_it_is_as_before() -> None:
    plain = sample_card(LifeCycle.PERSONALISED)
    state = card_state.decode(plain.memory.load())
    assert state.document == DocumentProtocols()
    assert card_state.encode(state) == plain.memory.load()
    terminated = card_state.decode(sample_card(LifeCycle.TERMINATED, document=PROTOCOLS).memory.load())
    assert terminated.document == DocumentProtocols()
