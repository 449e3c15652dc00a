import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.parser_properties import check_flipped_bytes, check_trailing_bytes, check_truncation
from openeoi.encoding import der
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.lds.card_access import CardAccess
from openeoi.encoding.lds.data_group_14 import DataGroup14
from openeoi.encoding.lds.security_infos import (
    ActiveAuthenticationInfo,
    ChipAuthenticationInfo,
    ChipAuthenticationPublicKeyInfo,
    PaceDomainParameterInfo,
    PaceInfo,
    SecurityInfo,
    TerminalAuthenticationInfo,
    UnknownSecurityInfo,
    decode_security_infos,
    encode_security_infos,
    of_kind,
)

BSI = "0.4.0.127.0.7.2.2"
AES_CBC_CMAC_256 = f"{BSI}.4.2.4"
SEQUENCE = der.encode_sequence(der.encode_object_identifier("1.2.840.10045.2.1"), der.encode_integer(1))

small = st.none() | st.integers(0, 255)
infos = st.one_of(
    st.builds(PaceInfo, st.sampled_from([f"{BSI}.4.2.2", f"{BSI}.4.6.4"]), small),
    st.builds(PaceDomainParameterInfo, st.just(f"{BSI}.4.2"), st.just(SEQUENCE), small),
    st.builds(ChipAuthenticationInfo, st.just(f"{BSI}.3.2.4"), st.integers(1, 3), small),
    st.builds(ChipAuthenticationPublicKeyInfo, st.just(f"{BSI}.1.2"), st.just(SEQUENCE), small),
    st.builds(ActiveAuthenticationInfo, st.just("0.4.0.127.0.7.1.1.4.1.4")),
    st.builds(TerminalAuthenticationInfo, st.integers(1, 2), st.none() | st.just(SEQUENCE)),
    st.builds(
        lambda arc: UnknownSecurityInfo(
            f"1.2.3.{arc}", der.encode_sequence(der.encode_object_identifier(f"1.2.3.{arc}"), SEQUENCE)
        ),
        st.integers(0, 99).map(lambda arc: f"1.2.3.{arc}"),
    ),
)


def test_card_access_of_a_card_with_brainpool_p256() -> None:
    # The bytes that unmodified OpenSC was measured to accept.
    raw = bytes.fromhex("31143012060a04007f0007020204020402010202010d")
    access = CardAccess.decode(raw)
    assert access == CardAccess((PaceInfo(AES_CBC_CMAC_256, 13),))
    assert access.encode() == raw
    assert access.pace_infos[0].version == 2


@given(st.lists(infos, max_size=6))
def test_security_infos_survive_encoding(members: list[SecurityInfo]) -> None:
    raw = encode_security_infos(members)
    read = decode_security_infos(raw)
    assert sorted(map(repr, read)) == sorted(map(repr, members))
    assert encode_security_infos(read) == raw
    der.decode_set_of(raw)


def test_each_kind_is_found() -> None:
    group = DataGroup14((PaceInfo(AES_CBC_CMAC_256, 13), ChipAuthenticationInfo(f"{BSI}.3.2.4"), TerminalAuthenticationInfo()))
    read = DataGroup14.decode(group.encode()).security_infos
    assert of_kind(read, ChipAuthenticationInfo) == (ChipAuthenticationInfo(f"{BSI}.3.2.4"),)
    assert of_kind(read, ActiveAuthenticationInfo) == ()


def test_damage_is_refused_or_survived() -> None:
    raw = DataGroup14(
        (
            PaceInfo(AES_CBC_CMAC_256, 13),
            ChipAuthenticationInfo(f"{BSI}.3.2.4", key_id=1),
            ChipAuthenticationPublicKeyInfo(f"{BSI}.1.2", SEQUENCE, 1),
            ActiveAuthenticationInfo("0.4.0.127.0.7.1.1.4.1.4"),
            TerminalAuthenticationInfo(),
        )
    ).encode()
    check_truncation(DataGroup14.decode, raw)
    check_flipped_bytes(DataGroup14.decode, raw)
    check_trailing_bytes(DataGroup14.decode, raw)


@pytest.mark.parametrize(
    "raw",
    [
        "3000",  # no SET
        "31023000",  # a SecurityInfo without members
        "310E300C060A04007F00070202040204",  # without required data
        "31133011060A04007F00070202040204040102020113",  # an OCTET STRING where the version belongs
    ],
)
def test_malformed_security_infos_are_refused(raw: str) -> None:
    with pytest.raises(DecodingError):
        CardAccess.decode(bytes.fromhex(raw))
