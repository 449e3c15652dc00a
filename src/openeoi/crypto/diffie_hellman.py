"""Multiplicative groups modulo a prime: the three groups of RFC 5114 that ICAO 9303-11, 9.5.1 standardises (ids 0, 1, 2).

Exponentiation is Python's `pow`, or gmpy2's where it is installed: neither runs in constant time. The prime-order subgroup of
every received element is checked, because these primes have small cofactors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openeoi.crypto.errors import IdentityElement, InvalidGroupElement
from openeoi.crypto.group import KeyAgreement

try:
    from gmpy2 import powmod as _powmod
except ImportError:
    _powmod = pow

power: Callable[[int, int, int], int] = _powmod


@dataclass(frozen=True, slots=True)
class MultiplicativeGroup:
    """The subgroup of order `order` modulo `prime`, written additively as the port wants it: `add` multiplies."""

    name: str
    prime: int
    order: int
    generator: int

    @property
    def agreement(self) -> KeyAgreement:
        return KeyAgreement.DIFFIE_HELLMAN

    @property
    def element_size(self) -> int:
        """Bytes of the prime."""
        return (self.prime.bit_length() + 7) // 8

    def multiply(self, scalar: int, element: int) -> int:
        return _no_identity(int(power(element, scalar % self.order, self.prime)))

    def add(self, first: int, second: int) -> int:
        return _no_identity(first * second % self.prime)

    def encode(self, element: int) -> bytes:
        """A public key: an unsigned integer in as few bytes as it needs (ICAO 9303-11, 9.4.1)."""
        return element.to_bytes((element.bit_length() + 7) // 8, "big")

    def decode(self, raw: bytes) -> int:
        if len(raw) > self.element_size or raw[:1] in (b"", b"\0"):
            raise InvalidGroupElement(f"a public key of {self.name} is an unsigned integer without leading zeros")
        element = int.from_bytes(raw, "big")
        if not 1 < element < self.prime - 1 or power(element, self.order, self.prime) != 1:
            raise InvalidGroupElement(f"the public key is no element of {self.name}")
        return element

    def shared_secret(self, element: int) -> bytes:
        """As long as the prime, with leading zeros (RFC 2631, 2.1.2)."""
        return element.to_bytes(self.element_size, "big")


def _no_identity(element: int) -> int:
    if element == 1:
        raise IdentityElement("the result is the identity element")
    return element


# RFC 5114, 2.1 to 2.3; every value is checked against OpenSSL's built-in copy and for consistency by the tests.
_GROUP_0 = MultiplicativeGroup(
    "1024-bit MODP group with 160-bit subgroup",
    int(
        "b10b8f96a080e01dde92de5eae5d54ec52c99fbcfb06a3c69a6a9dca52d23b616073e28675a23d189838ef1e2ee652c013ecb4aea90611"
        "2324975c3cd49b83bfaccbdd7d90c4bd7098488e9c219a73724effd6fae5644738faa31a4ff55bccc0a151af5f0dc8b4bd45bf37df365c"
        "1a65e68cfda76d4da708df1fb2bc2e4a4371",
        16,
    ),
    0xF518AA8781A8DF278ABA4E7D64B7CB9D49462353,
    int(
        "a4d1cbd5c3fd34126765a442efb99905f8104dd258ac507fd6406cff14266d31266fea1e5c41564b777e690f5504f213160217b4b01b88"
        "6a5e91547f9e2749f4d7fbd7d3b9a92ee1909d0d2263f80a76a6a24c087a091f531dbf0a0169b6a28ad662a4d18e73afa32d779d5918d0"
        "8bc8858f4dcef97c2a24855e6eeb22b3b2e5",
        16,
    ),
)
_GROUP_1 = MultiplicativeGroup(
    "2048-bit MODP group with 224-bit subgroup",
    int(
        "ad107e1e9123a9d0d660faa79559c51fa20d64e5683b9fd1b54b1597b61d0a75e6fa141df95a56dbaf9a3c407ba1df15eb3d688a309c18"
        "0e1de6b85a1274a0a66d3f8152ad6ac2129037c9edefda4df8d91e8fef55b7394b7ad5b7d0b6c12207c9f98d11ed34dbf6c6ba0b2c8bbc"
        "27be6a00e0a0b9c49708b3bf8a317091883681286130bc8985db1602e714415d9330278273c7de31efdc7310f7121fd5a07415987d9adc"
        "0a486dcdf93acc44328387315d75e198c641a480cd86a1b9e587e8be60e69cc928b2b9c52172e413042e9b23f10b0e16e79763c9b53dcf"
        "4ba80a29e3fb73c16b8e75b97ef363e2ffa31f71cf9de5384e71b81c0ac4dffe0c10e64f",
        16,
    ),
    0x801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB,
    int(
        "ac4032ef4f2d9ae39df30b5c8ffdac506cdebe7b89998caf74866a08cfe4ffe3a6824a4e10b9a6f0dd921f01a70c4afaab739d7700c29f"
        "52c57db17c620a8652be5e9001a8d66ad7c17669101999024af4d027275ac1348bb8a762d0521bc98ae247150422ea1ed409939d54da74"
        "60cdb5f6c6b250717cbef180eb34118e98d119529a45d6f834566e3025e316a330efbb77a86f0c1ab15b051ae3d428c8f8acb70a813715"
        "0b8eeb10e183edd19963ddd9e263e4770589ef6aa21e7f5f2ff381b539cce3409d13cd566afbb48d6c019181e1bcfe94b30269edfe72fe"
        "9b6aa4bd7b5a0f1c71cfff4c19c418e1f6ec017981bc087f2a7065b384b890d3191f2bfa",
        16,
    ),
)
_GROUP_2 = MultiplicativeGroup(
    "2048-bit MODP group with 256-bit subgroup",
    int(
        "87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa3016c3d91134096f"
        "aa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b6c5bfc11d45f9088b941f54eb1e5"
        "9bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0ef13c6d9a51bfa4ab3ad8347796524d8ef6a167b5a4"
        "1825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026c0b857f689962856ded4010abd0be621c3a3960a54e710c375f26375"
        "d7014103a4b54330c198af126116d2276e11715f693877fad7ef09cadb094ae91e1a1597",
        16,
    ),
    0x8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3,
    int(
        "3fb32c9b73134d0b2e77506660edbd484ca7b18f21ef205407f4793a1a0ba12510dbc15077be463fff4fed4aac0bb555be3a6c1b0c6b47"
        "b1bc3773bf7e8c6f62901228f8c28cbb18a55ae31341000a650196f931c77a57f2ddf463e5e9ec144b777de62aaab8a8628ac376d282d6"
        "ed3864e67982428ebc831d14348f6f2f9193b5045af2767164e1dfc967c1fb3f2e55a4bd1bffe83b9c80d052b985d182ea0adb2a3b7313"
        "d3fe14c8484b1e052588b9b7d2bbd2df016199ecd06e1557cd0915b3353bbb64e0ec377fd028370df92b52c7891428cdc67eb6184b523d"
        "1db246c32f63078490f00ef8d647d148d47954515e2327cfef98c582664b4c0f6cc41659",
        16,
    ),
)

STANDARDISED_GROUPS: dict[int, MultiplicativeGroup] = {0: _GROUP_0, 1: _GROUP_1, 2: _GROUP_2}
"""By standardised domain parameter id."""
