import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.encoding import tlv
from openeoi.encoding.card_verifiable_certificates.certificate import CardVerifiableCertificate, Role
from openeoi.encoding.card_verifiable_certificates.references import KeyReference, decode_authority_references
from openeoi.encoding.errors import DecodingError
from openeoi.errors import OpenEoiError
from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.protocols.terminal_authentication.card import AccessRights, State, TerminalAuthenticationCardSide
from openeoi.protocols.terminal_authentication.errors import (
    AuthenticationRefused,
    CertificateRefused,
    ChallengeMalformed,
    NoCertificateChain,
)
from openeoi.protocols.terminal_authentication.shared import Binding, chip_after_basic_access
from openeoi.protocols.terminal_authentication.terminal import TerminalCredentials, authenticate, find_chain
from openeoi.protocols.terminal_authentication.trust import Trust
from protocols.terminal_authentication.certificates import (
    AUTHORITY,
    FOREIGN_VERIFIER,
    LINK,
    NEXT_AUTHORITY,
    ROOT,
    SECOND_LINK,
    START,
    TERMINAL,
    TERMINAL_CERTIFICATE,
    THIRD_AUTHORITY,
    VERIFIER,
    VERIFIER_CERTIFICATE,
    CurveHolder,
    Holder,
    RsaHolder,
    certify,
    reference,
)

BINDING = Binding(chip_after_basic_access("IZ1234567"), bytes(range(32)))
EVERYTHING = AccessRights(True, True)


class Memory:
    def __init__(self, *points: CardVerifiableCertificate, today: date = START) -> None:
        self.trust: Trust | None = Trust(points or (ROOT,), today) if points != (None,) else None
        self.writes: list[Trust] = []

    def store(self, trust: Trust) -> None:
        self.trust = trust
        self.writes.append(trust)


def card_with(memory: Memory, binding: Binding | None = BINDING) -> TerminalAuthenticationCardSide:
    return TerminalAuthenticationCardSide(memory, lambda: binding, secrets.token_bytes)


def credentials(
    certificate: CardVerifiableCertificate = TERMINAL_CERTIFICATE,
    *others: CardVerifiableCertificate,
    holder: Holder = TERMINAL,
) -> TerminalCredentials:
    return TerminalCredentials(certificate, others or (VERIFIER_CERTIFICATE, ROOT), holder.sign)


def run(
    side: TerminalAuthenticationCardSide | Callable[[CommandApdu], ResponseApdu],
    own: TerminalCredentials,
    authorities: Sequence[KeyReference] = (ROOT.body.holder,),
    binding: Binding = BINDING,
) -> tuple[CardVerifiableCertificate, ...]:
    answer = side.process if isinstance(side, TerminalAuthenticationCardSide) else side
    steps = authenticate(own, authorities, binding)
    try:
        command = next(steps)
        while True:
            command = steps.send(answer(CommandApdu.decode(command.encode())))
    except StopIteration as finished:
        return finished.value


def test_a_terminal_with_a_chain_wins_its_rights() -> None:
    memory = Memory()
    side = card_with(memory)
    assert side.rights == AccessRights()
    assert run(side, credentials()) == (VERIFIER_CERTIFICATE, TERMINAL_CERTIFICATE)
    assert side.state is State.AUTHENTICATED
    assert side.rights == EVERYTHING
    # Both certificates are trusted sources of time: the verifier is domestic.
    assert [trust.current_date for trust in memory.writes] == [date(2026, 2, 1), date(2026, 3, 1)]
    side.reset()
    assert side.rights == AccessRights()


@pytest.mark.parametrize("suffix", ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"])
def test_rsa_in_every_form(suffix: str) -> None:
    algorithm = f"0.4.0.127.0.7.2.2.2.{suffix}"
    authority, verifier, terminal = (RsaHolder(name, algorithm) for name in ("SIRSA00001", "SIRSADV00001", "SIRSAIS00001"))
    root = certify(authority, authority, Role.COUNTRY_VERIFYING_AUTHORITY)
    certificates = (
        certify(authority, verifier, Role.DOMESTIC_DOCUMENT_VERIFIER),
        certify(verifier, terminal, Role.INSPECTION_SYSTEM),
    )
    side = card_with(Memory(root))
    run(side, credentials(certificates[1], certificates[0], holder=terminal), (root.body.holder,))
    assert side.rights == EVERYTHING


@pytest.mark.parametrize(
    ("parameter_id", "arc"), [(8, 1), (9, 1), (10, 2), (11, 2), (12, 3), (14, 3), (15, 4), (16, 4), (17, 5), (18, 5)]
)
def test_every_curve(parameter_id: int, arc: int) -> None:
    algorithm = f"0.4.0.127.0.7.2.2.2.2.{arc}"
    holders = [
        CurveHolder(name, private, parameter_id, algorithm, with_parameters=private == 1001)
        for private, name in enumerate(("SIECC00001", "SIECCDV00001", "SIECCIS00001"), 1001)
    ]
    root = certify(holders[0], holders[0], Role.COUNTRY_VERIFYING_AUTHORITY)
    verifier = certify(holders[0], holders[1], Role.DOMESTIC_DOCUMENT_VERIFIER)
    terminal = certify(holders[1], holders[2], Role.INSPECTION_SYSTEM)
    side = card_with(Memory(root))
    run(side, credentials(terminal, verifier, holder=holders[2]), (root.body.holder,))
    assert side.rights == EVERYTHING


@pytest.mark.parametrize(("of_authority", "of_verifier", "of_terminal"), product([True, False], repeat=3))
def test_rights_are_what_all_of_the_chain_have(of_authority: bool, of_verifier: bool, of_terminal: bool) -> None:
    root = certify(AUTHORITY, AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY, fingerprints=of_authority)
    verifier = certify(AUTHORITY, VERIFIER, Role.FOREIGN_DOCUMENT_VERIFIER, fingerprints=of_verifier, irises=False)
    terminal = certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, fingerprints=of_terminal)
    side = card_with(Memory(root))
    run(side, credentials(terminal, verifier))
    assert side.rights == AccessRights(of_authority and of_verifier and of_terminal, False)


def test_a_foreign_verifiers_terminal_does_not_move_the_date() -> None:
    verifier = certify(AUTHORITY, FOREIGN_VERIFIER, Role.FOREIGN_DOCUMENT_VERIFIER, effective=date(2026, 2, 2))
    terminal = certify(FOREIGN_VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, effective=date(2026, 8, 8))
    memory = Memory()
    run(card_with(memory), credentials(terminal, verifier))
    assert memory.trust is not None
    assert memory.trust.current_date == date(2026, 2, 2)


def test_the_date_never_goes_back() -> None:
    memory = Memory(today=date(2026, 7, 7))
    run(card_with(memory), credentials())
    assert memory.trust is not None
    assert memory.trust.current_date == date(2026, 7, 7)
    assert not memory.writes


def test_a_link_certificate_makes_a_new_trust_point() -> None:
    memory = Memory()
    verifier = certify(NEXT_AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, effective=date(2026, 6, 2))
    own = credentials(certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM), verifier, LINK, ROOT)
    side = card_with(memory)
    assert run(side, own) == (LINK, verifier, own.certificate)
    assert memory.trust is not None
    assert memory.trust.points == (LINK, ROOT)
    assert decode_authority_references(memory.trust.authority_references()) == (LINK.body.holder, ROOT.body.holder)
    assert Trust.decode(memory.trust.encode()) == memory.trust
    # The next time the chip knows the new authority, and the link is not shown again.
    again = card_with(memory)
    assert run(again, own, (LINK.body.holder, ROOT.body.holder)) == (verifier, own.certificate)
    assert again.rights == EVERYTHING


def test_two_links_at_once_leave_the_two_most_recent_points() -> None:
    memory = Memory()
    verifier = certify(THIRD_AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)
    own = credentials(certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM), verifier, SECOND_LINK, LINK)
    run(card_with(memory), own)
    assert memory.trust is not None
    assert memory.trust.points == (SECOND_LINK, LINK)
    assert memory.trust.current_date == date(2027, 6, 1)


def test_an_expired_trust_point_verifies_links_only() -> None:
    later = date(2029, 1, 1)  # after ROOT's end, and after LINK's beginning
    fresh = certify(AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, expires=date(2029, 6, 1))
    with pytest.raises(CertificateRefused) as refused:
        run(card_with(Memory(today=later)), credentials(TERMINAL_CERTIFICATE, fresh))
    assert (refused.value.holder, refused.value.status) == (fresh.body.holder, 0x6A80)
    memory = Memory(today=later)
    verifier = certify(NEXT_AUTHORITY, VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER, effective=later, expires=date(2029, 6, 1))
    terminal = certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM, expires=date(2029, 6, 1))
    side = card_with(memory)
    run(side, credentials(terminal, verifier, LINK))
    assert side.rights == EVERYTHING


def test_expired_certificates_are_refused_and_links_are_not() -> None:
    for today, accepted in ((date(2026, 9, 1), True), (date(2026, 9, 2), False)):
        side = card_with(Memory(today=today))
        if accepted:
            run(side, credentials())
        else:
            with pytest.raises(CertificateRefused):
                run(side, credentials())
        assert (side.rights == EVERYTHING) == accepted
    old_link = certify(AUTHORITY, NEXT_AUTHORITY, Role.COUNTRY_VERIFYING_AUTHORITY, expires=date(2026, 2, 1))
    memory = Memory(today=date(2026, 7, 1))
    assert present(card_with(memory), old_link) == 0x9000
    assert memory.trust is not None
    assert old_link in memory.trust.points


def present(side: TerminalAuthenticationCardSide, certificate: CardVerifiableCertificate, signature: bytes | None = None) -> int:
    shown = certificate if signature is None else replace(certificate, signature=signature)
    select = CommandApdu(0, 0x22, 0x81, 0xB6, tlv.encode(0x83, certificate.body.authority.encode()))
    status = side.process(select).status
    return status if status != 0x9000 else side.process(CommandApdu(0, 0x2A, 0x00, 0xBE, shown.content())).status


def test_who_may_certify_whom() -> None:
    roles = {
        "an authority certifies no terminal": certify(AUTHORITY, TERMINAL, Role.INSPECTION_SYSTEM),
        "a link without domain parameters": certify(AUTHORITY, CurveHolder("SIX00001", 7), Role.COUNTRY_VERIFYING_AUTHORITY),
        "the authority itself once more": ROOT,
        "a name that the chip knows": certify(AUTHORITY, CurveHolder(AUTHORITY.name, 7), Role.DOMESTIC_DOCUMENT_VERIFIER),
    }
    for name, certificate in roles.items():
        memory = Memory()
        assert present(card_with(memory), certificate) == 0x6A80, name
        assert not memory.writes
    for role in (Role.COUNTRY_VERIFYING_AUTHORITY, Role.DOMESTIC_DOCUMENT_VERIFIER, Role.FOREIGN_DOCUMENT_VERIFIER):
        side = card_with(Memory())
        assert present(side, VERIFIER_CERTIFICATE) == 0x9000
        assert present(side, certify(VERIFIER, CurveHolder("SIY00001", 9, with_parameters=True), role)) == 0x6A80
    side = card_with(Memory())
    assert present(side, VERIFIER_CERTIFICATE) == present(side, TERMINAL_CERTIFICATE) == 0x9000
    assert present(side, certify(TERMINAL, CurveHolder("SIZ00001", 9), Role.INSPECTION_SYSTEM)) == 0x6A80


def test_forged_certificates_are_refused() -> None:
    side = card_with(Memory())
    forged = certify(CurveHolder(AUTHORITY.name, 99), VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)
    assert present(side, forged) == 0x6300
    assert present(side, VERIFIER_CERTIFICATE, VERIFIER_CERTIFICATE.signature[:-1] + b"\x00") == 0x6300
    assert present(side, VERIFIER_CERTIFICATE, b"") == 0x6300
    assert present(side, certify(CurveHolder("SIOTHER00001", 99), VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)) == 0x6A88
    # A certificate that names one authority while another is selected.
    select = CommandApdu(0, 0x22, 0x81, 0xB6, tlv.encode(0x83, ROOT.body.holder.encode()))
    other = certify(CurveHolder("SIOTHER00001", AUTHORITY.private), VERIFIER, Role.DOMESTIC_DOCUMENT_VERIFIER)
    assert side.process(select).status == 0x9000
    assert side.process(CommandApdu(0, 0x2A, 0, 0xBE, other.content())).status == 0x6A80
    assert side.rights == AccessRights()


def test_unusable_keys_are_refused() -> None:
    weak = [
        CurveHolder("SIWEAK00001", 5, algorithm="0.4.0.127.0.7.2.2.2.2.6"),
        RsaHolder("SIWEAK00001", "0.4.0.127.0.7.2.2.2.1.7"),
    ]
    for holder in weak:
        body = replace(VERIFIER_CERTIFICATE.body, public_key=holder.public_key())
        assert present(card_with(Memory()), CardVerifiableCertificate.build(body, AUTHORITY.sign)) == 0x6A80
    full = NEXT_AUTHORITY.public_key()
    for change in ({"a": full.parameters.a + 1}, {"cofactor": 2}, {"base_point": b"\x04" + bytes(64)}, {"order": 7}):
        key = replace(full, parameters=replace(full.parameters, **change))
        body = replace(LINK.body, public_key=key)
        assert present(card_with(Memory()), CardVerifiableCertificate.build(body, AUTHORITY.sign)) == 0x6A80
    body = replace(VERIFIER_CERTIFICATE.body, public_key=replace(VERIFIER.public_key(), point=b"\x04" + bytes(64)))
    assert present(card_with(Memory()), CardVerifiableCertificate.build(body, AUTHORITY.sign)) == 0x6A80


@pytest.mark.parametrize(
    "binding",
    [Binding(BINDING.chip, bytes(32)), Binding(chip_after_basic_access("IZ1234568"), BINDING.terminal)],
    ids=["another channel", "another chip"],
)
def test_a_signature_for_elsewhere_opens_nothing(binding: Binding) -> None:
    side = card_with(Memory())
    with pytest.raises(AuthenticationRefused) as refused:
        run(side, credentials(), binding=binding)
    assert refused.value.status == 0x6300
    assert side.rights == AccessRights()


def test_without_chip_authentication_there_is_nothing_to_bind_to() -> None:
    side = card_with(Memory(), binding=None)
    with pytest.raises(AuthenticationRefused) as refused:
        run(side, credentials())
    assert refused.value.status == 0x6985


def test_a_chip_that_trusts_nobody() -> None:
    memory = Memory()
    memory.trust = None
    with pytest.raises(CertificateRefused) as refused:
        run(card_with(memory), credentials())
    assert refused.value.status == 0x6985


def test_the_terminals_key_alone_is_not_enough() -> None:
    side = card_with(Memory())
    with pytest.raises(AuthenticationRefused):
        run(side, credentials(holder=CurveHolder(TERMINAL.name, 77)))
    assert side.rights == AccessRights()


def test_once_only() -> None:
    side = card_with(Memory())
    run(side, credentials())
    with pytest.raises(CertificateRefused) as refused:
        run(side, credentials())
    assert refused.value.status == 0x6982
    assert side.rights == EVERYTHING


def test_a_failing_memory_grants_nothing() -> None:
    class Failing(Memory):
        def store(self, trust: Trust) -> None:
            raise OpenEoiError("no")

    side = card_with(Failing())
    with pytest.raises(OpenEoiError):
        run(side, credentials())
    assert present(side, certify(VERIFIER, TERMINAL, Role.INSPECTION_SYSTEM)) == 0x6A88


def test_no_chain() -> None:
    with pytest.raises(NoCertificateChain) as missing:
        find_chain(credentials(), (LINK.body.holder,))
    assert missing.value.authorities == (LINK.body.holder,)
    for own, authorities in ((credentials(TERMINAL_CERTIFICATE, ROOT), (ROOT.body.holder,)), (credentials(), ())):
        with pytest.raises(NoCertificateChain):
            find_chain(own, authorities)
    # Two verifiers that certify each other are no chain and no endless loop.
    ring = (certify(VERIFIER, FOREIGN_VERIFIER, Role(2)), certify(FOREIGN_VERIFIER, VERIFIER, Role(2)))
    with pytest.raises(NoCertificateChain):
        find_chain(credentials(TERMINAL_CERTIFICATE, *ring), (ROOT.body.holder,))


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_challenge_of_another_length_is_reported(size: int) -> None:
    side = card_with(Memory())

    def answer(command: CommandApdu) -> ResponseApdu:
        response = side.process(command)
        return ResponseApdu(0x9000, bytes(size)) if command.ins == 0x84 else response

    with pytest.raises(ChallengeMalformed):
        run(answer, credentials())


def letters() -> list[CommandApdu]:
    """What a terminal with good certificates, but without the terminal's key, can send."""
    foreign = CurveHolder(TERMINAL.name, 77).sign(BINDING.to_be_signed(bytes(8)))
    return [
        CommandApdu(0, 0x22, 0x81, 0xB6, tlv.encode(0x83, ROOT.body.holder.encode())),
        CommandApdu(0, 0x2A, 0x00, 0xBE, VERIFIER_CERTIFICATE.content()),
        CommandApdu(0, 0x22, 0x81, 0xB6, tlv.encode(0x83, VERIFIER_CERTIFICATE.body.holder.encode())),
        CommandApdu(0, 0x2A, 0x00, 0xBE, TERMINAL_CERTIFICATE.content()),
        CommandApdu(0, 0x22, 0x81, 0xA4, tlv.encode(0x83, TERMINAL_CERTIFICATE.body.holder.encode())),
        CommandApdu(0, 0x84, 0, 0, expected=8),
        CommandApdu(0, 0x82, 0, 0, foreign),
    ]


def test_no_order_of_commands_authenticates_without_the_key() -> None:
    """All words up to length 3 after every prefix of the right order."""
    alphabet = letters()
    for prefix in range(len(alphabet)):
        for length in range(1, 4):
            for word in product(alphabet, repeat=length):
                if prefix < 4 and length == 3:
                    continue
                side = card_with(Memory(today=date(2026, 3, 1)))
                for letter in (*alphabet[:prefix], *word):
                    assert side.process(letter).status in (0x9000, 0x6300, 0x6985, 0x6A80, 0x6A88)
                assert side.state is not State.AUTHENTICATED
                assert side.rights == AccessRights()


def test_only_the_one_order_authenticates() -> None:
    """Words of length 7 that differ from the right one in two places, over genuine commands with a fixed challenge."""
    genuine = [*letters()[:6], CommandApdu(0, 0x82, 0, 0, TERMINAL.sign(BINDING.to_be_signed(bytes(8))))]
    right = tuple(range(7))
    words = {(*right[:i], a, *right[i + 1 :]) for i in range(7) for a in range(7)}
    words |= {(*right[:i], right[i + 1], right[i], *right[i + 2 :]) for i in range(6)}
    for word in words:
        side = TerminalAuthenticationCardSide(Memory(), lambda: BINDING, bytes)
        for letter in word:
            side.process(genuine[letter])
        assert (side.rights == EVERYTHING) == (word == right)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (CommandApdu(0x10, 0x22, 0x81, 0xB6, b""), 0x6E00),
        (CommandApdu(0, 0x22, 0x81, 0xB6, b""), 0x6A80),
        (CommandApdu(0, 0x22, 0x81, 0xB6, b"\x83\x00"), 0x6A80),
        (CommandApdu(0, 0x22, 0x81, 0xA4, tlv.encode(0x83, ROOT.body.holder.encode())), 0x6A88),
        (CommandApdu(0, 0x2A, 0x00, 0xBE, VERIFIER_CERTIFICATE.content()), 0x6985),
        (CommandApdu(0, 0x84, 0, 0, expected=8), 0x6985),
        (CommandApdu(0, 0x82, 0, 0, bytes(64)), 0x6985),
        (CommandApdu(0, 0x84, 0, 1, expected=8), 0x6985),
    ],
)
def test_commands_are_taken_strictly(command: CommandApdu, status: int) -> None:
    assert TerminalAuthenticationCardSide.handles(command)
    assert card_with(Memory()).process(command).status == status


def test_what_is_not_for_terminal_authentication() -> None:
    for command in (CommandApdu(0, 0x22, 0x41, 0xA4), CommandApdu(0, 0x22, 0xC1, 0xA4), CommandApdu(0, 0x2A, 0x9E, 0x9A)):
        assert not TerminalAuthenticationCardSide.handles(command)


def test_trust_is_decoded_strictly() -> None:
    raw = Trust((ROOT,), START).encode()
    for bad in (b"", raw[:-1], raw[:9], ROOT.encode(), raw + ROOT.encode() * 2):
        with pytest.raises(DecodingError):
            Trust.decode(bad)
    assert reference("SIAUTHORITY00001") == ROOT.body.holder


def test_the_document_number_as_chip_identifier() -> None:
    assert chip_after_basic_access("L898902C") == b"L898902C<3"
    assert chip_after_basic_access("D23145890734") == b"D231458907349"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(0x22, 0x81, 0xB6), (0x22, 0x81, 0xA4), (0x2A, 0, 0xBE), (0x84, 0, 0), (0x82, 0, 0)]),
            st.binary(max_size=90),
        ),
        max_size=5,
    ),
    st.integers(0, 6),
)
def test_any_bytes_to_the_card_give_a_status_word(words: list[tuple[tuple[int, int, int], bytes]], genuine: int) -> None:
    side = card_with(Memory())
    for command in letters()[:genuine]:
        side.process(command)
    for header, body in words:
        side.process(CommandApdu(0, *header, body, 8))
    assert side.rights == AccessRights()
