"""The activations that act along an axis: values, vector-Jacobian products, widths, errors."""

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mpmath import mpf
from numpy.testing import assert_allclose, assert_array_equal

from rectified import activations
from rectified.activations import VECTOR, VectorActivation, crelu, maxout, reglu, softmax

INF = np.inf
EPS = np.finfo(np.float64).eps
each_vector = pytest.mark.parametrize("f", VECTOR.values(), ids=VECTOR.keys())
each_axis = pytest.mark.parametrize("axis", [-3, -1, 0, 1, 2])
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["64", "32"])


def sigma(b: float) -> mpf:
    return 1 / (1 + mpmath.exp(-mpf(b)))


def gates(gate: object) -> object:
    """Return the oracle of a gated linear unit of four numbers: PyTorch's order of the halves."""
    return lambda z: [mpf(z[0]) * gate(z[2]), mpf(z[1]) * gate(z[3])]


def softmax_oracle(z: list[float]) -> list[mpf]:
    powers = [mpmath.exp(mpf(number)) for number in z]
    return [power / mpmath.fsum(powers) for power in powers]


ORACLES = {  # typed from the papers, for vectors of four
    "softmax": softmax_oracle,
    "crelu": lambda z: [max(n, 0) for n in z] + [max(-n, 0) for n in z],
    "maxout(pieces=2)": lambda z: [max(z[0], z[1]), max(z[2], z[3])],
    "glu": gates(sigma),
    "reglu": gates(lambda b: max(b, 0)),
    "geglu": gates(lambda b: mpf(b) * mpmath.ncdf(b)),
    "swiglu": gates(lambda b: mpf(b) * sigma(b)),
}


def example(dtype: type = np.float64) -> np.ndarray:
    """Return numbers of all sizes that matter, each axis even; no ties."""
    return (np.random.default_rng(0).normal(size=(4, 6, 2)) * 4).astype(dtype)


@each_vector
def test_value_agrees_with_fifty_digits(f: VectorActivation) -> None:
    for z in np.random.default_rng(1).normal(size=(50, 4)) * 20:
        with mpmath.workdps(50):
            expected = [float(number) for number in ORACLES[f.name]([float(n) for n in z])]
        # softmax: the shift z - max rounds, which costs half a unit for each unit of |z - max|
        assert_allclose(f(z), expected, rtol=100 * EPS if f is softmax else 6 * EPS)


@each_vector
@each_axis
@each_dtype
def test_value_and_vjp_are_pytorchs(f: VectorActivation, axis: int, dtype: type) -> None:
    z = example(dtype)
    t = torch.tensor(z, requires_grad=True)
    expected = f.torch_value(t, axis=axis)
    value = f(z, axis=axis)
    assert value.dtype == dtype
    slack = 32 * np.finfo(dtype).eps  # PyTorch computes in the dtype itself: a few dozen roundings
    assert_allclose(value, expected.detach().numpy(), rtol=slack, atol=slack)
    assert value.shape[axis] == f.width(z.shape[axis])
    grad = np.random.default_rng(2).normal(size=value.shape).astype(dtype)
    (expected_grad,) = torch.autograd.grad(expected, t, torch.from_numpy(grad))
    grad_z = f.vjp(z, grad, axis=axis)
    assert grad_z.dtype == dtype
    assert_allclose(grad_z, expected_grad.numpy(), rtol=slack, atol=4 * slack)


@each_vector
def test_vjp_is_the_transposed_jacobian(f: VectorActivation) -> None:
    z, step = example(), 1e-6
    grad = np.random.default_rng(3).normal(size=f(z, axis=1).shape)
    direction = np.random.default_rng(4).normal(size=z.shape)
    rise = f(z + step * direction, axis=1) - f(z - step * direction, axis=1)
    # a central difference is off by step**2 and by eps / step: about 1e-9
    expected = np.sum(grad * rise) / (2 * step)
    assert np.sum(f.vjp(z, grad, axis=1) * direction) == pytest.approx(expected, rel=1e-6)


@each_vector
def test_single_is_double_rounded_once(f: VectorActivation) -> None:
    z = example(np.float32)
    assert_array_equal(f(z), f(z.astype(np.float64)).astype(np.float32))


@each_vector
def test_integers_are_promoted_and_other_dtypes_refused(f: VectorActivation) -> None:
    z = np.array([[3, -1, 2, 0]])
    assert f(z).dtype == f.vjp(z, np.ones_like(f(z), dtype=int)).dtype == np.float64
    assert_array_equal(f(z.tolist()), f(z.astype(float)))
    for wrong in (z.astype(np.float16), z.astype(complex), z.astype(str)):
        with pytest.raises(TypeError, match="float32, float64, integers or booleans"):
            f(wrong)


@each_vector
def test_nan_reaches_value_and_gradient_without_a_warning(f: VectorActivation) -> None:
    z = np.array([1.0, 2.0, np.nan, 3.0])
    value = f(z)
    assert np.isnan(value).any()
    assert np.isnan(f.vjp(z, np.ones_like(value))[2])


@each_vector
def test_axis_that_is_not_there_is_named(f: VectorActivation) -> None:
    for axis in (3, -4):
        with pytest.raises(ValueError, match=f"axis must be one of the 3 axes of z, got {axis}"):
            f(example(), axis=axis)
    with pytest.raises(ValueError, match="axis must be one of the 0 axes"):
        f(1.0)


@each_vector
def test_gradient_of_another_shape_is_refused(f: VectorActivation) -> None:
    with pytest.raises(ValueError, match="grad must have shape"):
        f.vjp(example(), np.ones((4, 6, 5)))


@pytest.mark.parametrize("name", ["glu", "reglu", "geglu", "swiglu"])
def test_odd_number_of_units_cannot_be_halved(name: str) -> None:
    f = VECTOR[name]
    for call in (lambda: f(np.ones((2, 3))), lambda: f.width(3)):
        with pytest.raises(ValueError, match="even number of units, got 3"):
            call()
    assert f.width(6) == 3


@each_vector
def test_parameters_are_read_only(f: VectorActivation) -> None:
    with pytest.raises(TypeError):
        f.parameters["pieces"] = 3


# --- softmax -------------------------------------------------------------------------------------


@given(hnp.arrays(np.float64, (3, 5), elements=st.floats(-1e308, 1e308)))
@settings(deadline=None)
def test_softmax_is_a_distribution_at_any_finite_logits(z: np.ndarray) -> None:
    p = softmax(z)
    assert np.all((p >= 0) & (p <= 1))
    assert_allclose(p.sum(axis=-1), 1.0, rtol=8 * EPS)  # five quotients and four sums
    grad_z = softmax.vjp(z, np.eye(5)[:3])
    assert_allclose(grad_z.sum(axis=-1), 0.0, atol=8 * EPS)  # a common shift changes nothing


def test_softmax_gives_no_probability_to_minus_infinity() -> None:
    z = np.array([0.0, -INF, 0.0])
    assert_array_equal(softmax(z), [0.5, 0.0, 0.5])
    assert_array_equal(softmax.vjp(z, np.array([1.0, 5.0, 0.0])), [0.25, 0.0, -0.25])


@pytest.mark.parametrize("z", [[-INF, -INF], [INF, 0.0], [INF, INF], [np.nan, 0.0], [INF, -INF]])
def test_softmax_without_a_limit_is_nan_throughout_as_in_pytorch(z: list[float]) -> None:
    assert np.isnan(softmax(z)).all()
    assert torch.softmax(torch.tensor(z), 0).isnan().all()
    assert np.isnan(softmax.vjp(z, [1.0, 0.0])).all()


def test_softmax_needs_an_entry() -> None:
    with pytest.raises(ValueError, match="at least one unit, got 0"):
        softmax(np.empty((2, 0)))
    assert softmax(np.empty((0, 2))).shape == (0, 2)


# --- CReLU, maxout, GLU --------------------------------------------------------------------------


def test_crelu_sends_nothing_back_at_0() -> None:
    assert_array_equal(crelu([-2.0, 0.0, 3.0]), [0, 0, 3, 2, 0, 0])
    assert_array_equal(crelu.vjp([-2.0, 0.0, 3.0], [1.0, 2, 3, 4, 5, 6]), [-4, 0, 3])


@pytest.mark.parametrize("pieces", [2, 3, 5])
def test_maxout_takes_the_largest_of_each_group_of_neighbours(pieces: int) -> None:
    z = np.random.default_rng(5).normal(size=(4, 30))
    expected = [[max(row[k : k + pieces]) for k in range(0, 30, pieces)] for row in z.tolist()]
    f = maxout(pieces=pieces)
    assert_array_equal(f(z), expected)
    assert f.width(30) == 30 // pieces
    assert f.parameters == {"pieces": pieces}


def test_first_maximum_takes_the_whole_gradient_of_a_tie_as_torch_max_does() -> None:
    z = np.array([1.0, 3.0, 3.0, 2.0, 2.0, 2.0])
    f = maxout(pieces=3)
    assert_array_equal(f.vjp(z, [5.0, 7.0]), [0, 5, 0, 7, 0, 0])
    t = torch.tensor(z, requires_grad=True)
    (grad,) = torch.autograd.grad(f.torch_value(t), t, torch.tensor([5.0, 7.0], dtype=t.dtype))
    assert_array_equal(grad.numpy(), [0, 5, 0, 7, 0, 0])


def test_maxout_keeps_nan_in_its_group_only() -> None:
    f = maxout(pieces=2)
    z = np.array([np.nan, 1.0, 2.0, 3.0])
    assert_array_equal(f(z), [np.nan, 3.0])
    assert_array_equal(f.vjp(z, [1.0, 1.0]), [np.nan, 0.0, 0.0, 1.0])


@pytest.mark.parametrize("pieces", [1, 0, -2, 2.0, True, np.nan])
def test_pieces_of_maxout_are_a_whole_number_of_at_least_2(pieces: object) -> None:
    with pytest.raises(ValueError, match="pieces must be an integer of at least 2, got"):
        maxout(pieces=pieces)


def test_maxout_refuses_units_that_do_not_divide() -> None:
    with pytest.raises(ValueError, match="multiple of 3 units, got 4"):
        maxout(pieces=3)(np.ones((2, 4)))


def test_second_half_is_the_gate() -> None:
    assert_array_equal(reglu([2.0, 3.0, -1.0, 4.0]), [0.0, 12.0])
    assert_array_equal(reglu.vjp([2.0, 3.0, -1.0, 4.0], [1.0, 1.0]), [0.0, 4.0, 0.0, 3.0])
    t = torch.tensor([2.0, 3.0, -1.0, 4.0], dtype=torch.float64)
    expected = torch.nn.functional.glu(t).numpy()
    assert_allclose(activations.glu(t.numpy()), expected, rtol=4 * EPS)
