import contextlib
import ctypes.util
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ecdsa.ellipticcurve import INFINITY, CurveFp, PointJacobi
from hypothesis import given, settings
from hypothesis import strategies as st

from openeoi.crypto.diffie_hellman import power
from openeoi.crypto.domain_parameters import UnknownDomainParameters, elliptic_curve_group, multiplicative_group
from openeoi.crypto.elliptic_curves import arithmetic, libcrypto
from openeoi.crypto.elliptic_curves.arithmetic import Backend, BackendMissing, arithmetic_for
from openeoi.crypto.elliptic_curves.curves import STANDARDISED_CURVES, Curve, Point
from openeoi.crypto.elliptic_curves.group import EllipticCurveGroup
from openeoi.crypto.errors import IdentityElement, InvalidGroupElement

IDS = sorted(STANDARDISED_CURVES)
# pyca/cryptography's own multiplication by the base point is the judge where it knows the curve.
JUDGES = {
    12: ec.SECP256R1(),
    13: ec.BrainpoolP256R1(),
    15: ec.SECP384R1(),
    16: ec.BrainpoolP384R1(),
    17: ec.BrainpoolP512R1(),
    18: ec.SECP521R1(),
}


def backends(curve: Curve) -> list[EllipticCurveGroup]:
    """Every backend that is here, and as another opinion the `ecdsa` package."""
    return [
        *(EllipticCurveGroup(curve, one) for one in arithmetic.backends(curve).values()),
        EllipticCurveGroup(curve, Other(curve)),
    ]


class Other:
    """The `ecdsa` package's arithmetic."""

    def __init__(self, curve: Curve) -> None:
        self._curve, self._equation = curve, CurveFp(curve.prime, curve.a, curve.b, 1)

    def multiply(self, scalar: int, point: Point) -> Point | None:
        return self._point(self._jacobian(point) * (scalar % self._curve.order))

    def add(self, first: Point, second: Point) -> Point | None:
        return self._point(self._jacobian(first) + self._jacobian(second))

    def combine(self, of_generator: int, scalar: int, point: Point) -> Point | None:
        return self._point(
            self._jacobian(self._curve.generator) * (of_generator % self._curve.order) + self._jacobian(point) * scalar
        )

    def _jacobian(self, point: Point) -> PointJacobi:
        return PointJacobi(self._equation, point.x, point.y, 1, self._curve.order)

    def _point(self, result: PointJacobi) -> Point | None:
        # An infinite result comes back as INFINITY or as a Jacobian point that equals it, depending on the code path.
        if result == INFINITY:
            return None
        affine = result.to_affine()
        return Point(int(affine.x()), int(affine.y()))


def test_the_ids_are_those_of_the_standard() -> None:
    assert list(range(8, 19)) == IDS


@pytest.mark.parametrize("parameter_id", IDS)
def test_domain_parameters_are_sound(parameter_id: int) -> None:
    curve = STANDARDISED_CURVES[parameter_id]
    assert curve.contains(curve.generator)
    for group in backends(curve):
        assert group.multiply(curve.order - 1, curve.generator) == Point(curve.generator.x, curve.prime - curve.generator.y)
        with pytest.raises(IdentityElement):
            group.multiply(curve.order, curve.generator)


@pytest.mark.parametrize("parameter_id", IDS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_all_backends_agree(parameter_id: int, data: st.DataObject) -> None:
    curve = STANDARDISED_CURVES[parameter_id]
    scalars = st.integers(1, curve.order - 1)
    first, second = data.draw(scalars), data.draw(scalars)
    results = []
    for group in backends(curve):
        point = group.multiply(first, curve.generator)
        product = group.multiply(second, point)
        doubled = group.add(point, point)
        assert doubled == group.multiply(2, point)
        combined = group.combine(first, second, product)
        assert combined == group.add(point, group.multiply(second, product))
        assert group.combine(0, second, point) == product
        assert group.combine(first, 0, point) == point
        with pytest.raises(IdentityElement):
            group.combine(-first, 1, point)
        results.append((point, product, doubled, combined))
        assert group.decode(group.encode(product)) == product
        with pytest.raises(IdentityElement):
            group.add(point, Point(point.x, curve.prime - point.y))
    assert len(set(results)) == 1


@pytest.mark.parametrize("parameter_id", sorted(JUDGES))
def test_multiples_of_the_base_point_are_those_of_pyca_cryptography(parameter_id: int) -> None:
    curve = STANDARDISED_CURVES[parameter_id]
    private = curve.order // 3
    numbers = ec.derive_private_key(private, JUDGES[parameter_id]).public_key().public_numbers()
    for group in backends(curve):
        assert group.multiply(private, curve.generator) == Point(numbers.x, numbers.y)


def test_points_that_are_none_are_refused() -> None:
    group = elliptic_curve_group(13)
    good = group.encode(group.generator)
    bad = [b"", b"\x00", good[:-1], good + b"\x00", b"\x02" + good[1:33], b"\x03" + good[1:]]
    bad += [good[:-1] + bytes((good[-1] ^ 1,)), b"\x04" + bytes(64), b"\x04" + b"\xff" * 64]
    shifted = group.generator.x + group.curve.prime
    if shifted < 1 << 256:
        bad.append(b"\x04" + shifted.to_bytes(32, "big") + good[33:])
    for raw in bad:
        with pytest.raises(InvalidGroupElement):
            group.decode(raw)


@given(st.binary(max_size=70))
def test_any_bytes_decode_or_raise(raw: bytes) -> None:
    group = elliptic_curve_group(12)
    with contextlib.suppress(InvalidGroupElement):
        assert group.encode(group.decode(raw)) == raw


def test_a_backend_that_leaves_the_curve_is_noticed() -> None:
    class Faulty:
        def multiply(self, scalar: int, point: Point) -> Point:
            return Point(point.x, point.y + 1)

        add = None

    curve = STANDARDISED_CURVES[12]
    with pytest.raises(InvalidGroupElement):
        EllipticCurveGroup(curve, Faulty()).multiply(2, curve.generator)


def test_the_shared_secret_keeps_its_leading_zero_bytes() -> None:
    group = elliptic_curve_group(12)
    assert group.shared_secret(Point(1, 2)) == bytes(31) + b"\x01"


def test_unknown_ids() -> None:
    for parameter_id in (3, 7, 19, 32, 255):
        with pytest.raises(UnknownDomainParameters):
            elliptic_curve_group(parameter_id)
        with pytest.raises(UnknownDomainParameters):
            multiplicative_group(parameter_id)


@pytest.mark.parametrize("backend", Backend)
@pytest.mark.parametrize("parameter_id", IDS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_small_and_odd_scalars(backend: Backend, parameter_id: int, data: st.DataObject) -> None:
    """Scalars around those where the windows of the multiplication begin and end, and the group's order."""
    curve = STANDARDISED_CURVES[parameter_id]
    if backend not in arithmetic.backends(curve):
        pytest.skip(f"{backend} is not here for {curve.name}")
    ours, other = arithmetic_for(curve, backend), Other(curve)
    bits = data.draw(st.integers(0, curve.order.bit_length() + 2))
    scalar = data.draw(
        st.sampled_from([(1 << bits) + d for d in (-2, -1, 0, 1, 2)] + [curve.order + d for d in (-2, -1, 0, 1, 2)])
    )
    assert ours.multiply(scalar, curve.generator) == other.multiply(scalar, curve.generator)


def test_the_order_of_the_backends_and_what_is_left_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    curve = STANDARDISED_CURVES[13]
    find = arithmetic.backends.__wrapped__
    assert list(find(curve)) == [one for one in Backend if one in find(curve)]
    monkeypatch.setattr(libcrypto, "load_library", lambda: None)
    assert Backend.LIBCRYPTO not in find(curve)
    monkeypatch.setattr(arithmetic, "GMP_INTEGER", None)
    assert list(find(curve)) == [Backend.PYTHON]
    monkeypatch.setattr(arithmetic, "backends", find)
    assert arithmetic_for(curve) is not None
    with pytest.raises(BackendMissing):
        arithmetic_for(curve, Backend.GMPY2)


@pytest.mark.interop
def test_all_three_backends_are_here() -> None:
    missing = set(Backend) - arithmetic.backends(STANDARDISED_CURVES[13]).keys()
    if missing:
        pytest.skip(f"{', '.join(sorted(missing))}: install libssl3 (OpenSSL's libcrypto), and gmpy2 (the extra `fast`)")


@pytest.mark.parametrize("parameter_id", [0, 1, 2])
@given(st.integers(1, 1 << 256))
@settings(max_examples=20, deadline=None)
def test_powers_by_gmpy2_are_pythons(parameter_id: int, exponent: int) -> None:
    group = multiplicative_group(parameter_id)
    assert power(group.generator, exponent, group.prime) == pow(group.generator, exponent, group.prime)


@pytest.mark.interop
def test_libcrypto_is_found_where_it_is_installed() -> None:
    if ctypes.util.find_library("crypto") is None:
        pytest.skip("install libssl3 (OpenSSL's libcrypto)")
    assert libcrypto.load_library() is not None


@pytest.mark.parametrize("parameter_id", [0, 1, 2])
def test_multiplicative_groups_are_sound(parameter_id: int) -> None:
    group = multiplicative_group(parameter_id)
    assert (group.prime.bit_length(), group.order.bit_length()) == [(1024, 160), (2048, 224), (2048, 256)][parameter_id]
    assert (group.prime - 1) % group.order == 0
    with pytest.raises(IdentityElement):
        group.multiply(group.order, group.generator)
    element = group.multiply(5, group.generator)
    assert group.add(element, group.generator) == group.multiply(6, group.generator)
    assert group.decode(group.encode(element)) == element


def test_elements_outside_the_subgroup_are_refused() -> None:
    group = multiplicative_group(2)
    for bad in (0, 1, 2, group.prime - 1, group.prime, group.prime + group.generator):
        with pytest.raises((InvalidGroupElement, OverflowError)):
            group.decode(bad.to_bytes(group.element_size, "big"))
    with pytest.raises(InvalidGroupElement):
        group.decode(b"\x05")


@pytest.mark.interop
@pytest.mark.parametrize("parameter_id", [0, 1, 2])
def test_multiplicative_groups_are_those_of_openssl(parameter_id: int) -> None:
    option = f"dh_rfc5114:{parameter_id + 1}"
    try:
        made = subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", option], capture_output=True)
    except FileNotFoundError:
        pytest.skip("install openssl")
    shown = subprocess.run(["openssl", "asn1parse"], input=made.stdout, capture_output=True, check=True).stdout.decode()
    numbers = [int(line.rpartition(":")[2], 16) for line in shown.splitlines() if "INTEGER" in line]
    group = multiplicative_group(parameter_id)
    assert numbers == [group.prime, group.generator, group.order]
