"""Times without a time zone are refused where structures are read, so that no comparison meets one later."""

import pytest
from asn1crypto import core

from openeoi.encoding.asn1 import moment, reading
from openeoi.encoding.errors import DecodingError


def generalized_time(text: bytes) -> core.GeneralizedTime:
    return core.GeneralizedTime.load(bytes((0x18, len(text))) + text)


def test_with_time_zone() -> None:
    assert moment(generalized_time(b"20261122100000Z")).isoformat() == "2026-11-22T10:00:00+00:00"


@pytest.mark.parametrize("text", [b"20261122100000", b"20261322100000Z", b"", b"soon"])
def test_without_time_zone_or_no_time_at_all(text: bytes) -> None:
    with pytest.raises(DecodingError), reading("the time"):
        moment(generalized_time(text))
