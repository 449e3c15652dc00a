"""Standardised domain parameters by id (ICAO 9303-11, 9.5.1): 0 to 2 multiplicative groups, 8 to 18 elliptic curves."""

from __future__ import annotations

from functools import lru_cache

from openeoi.crypto.diffie_hellman import STANDARDISED_GROUPS, MultiplicativeGroup
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import CryptographicError


class UnknownDomainParameters(CryptographicError):
    """No standardised domain parameters have this id (3 to 7 and 19 to 31 are reserved, 32 and above proprietary)."""


@lru_cache(maxsize=32)
def elliptic_curve_group(parameter_id: int) -> EllipticCurveGroup:
    """The group of points for an id of 8 to 18."""
    curve = STANDARDISED_CURVES.get(parameter_id)
    if curve is None:
        raise UnknownDomainParameters(f"no standardised elliptic curve has the id {parameter_id}")
    return EllipticCurveGroup(curve)


def multiplicative_group(parameter_id: int) -> MultiplicativeGroup:
    """The multiplicative group for an id of 0 to 2."""
    group = STANDARDISED_GROUPS.get(parameter_id)
    if group is None:
        raise UnknownDomainParameters(f"no standardised multiplicative group has the id {parameter_id}")
    return group
