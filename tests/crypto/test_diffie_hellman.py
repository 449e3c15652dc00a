"""Diffie-Hellman groups: how public keys and shared secrets become bytes."""

import pytest

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS
from openeoi.crypto.errors import InvalidGroupElement

GROUP = STANDARDISED_GROUPS[2]


def short() -> int:
    """A public key that is a byte shorter than the prime, as one in 256 is."""
    element = GROUP.generator
    while element.bit_length() > 8 * (GROUP.element_size - 1):
        element = GROUP.add(element, GROUP.generator)
    return element


def test_a_public_key_has_no_leading_zeros_and_a_shared_secret_has_them() -> None:
    element = short()
    encoded = GROUP.encode(element)
    assert len(encoded) == GROUP.element_size - 1
    assert GROUP.decode(encoded) == element
    assert GROUP.shared_secret(element) == b"\0" + encoded


@pytest.mark.parametrize("change", [lambda raw: b"\0" + raw, lambda raw: b"\0" * 2 + raw, lambda raw: b""])
def test_other_forms_of_a_public_key_are_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(InvalidGroupElement):
        GROUP.decode(change(GROUP.encode(short())))
