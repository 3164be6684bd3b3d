"""LSUV: every layer gets variance 1 on the batch, and what cannot is refused."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from rectified.activations import ALL as ACTIVATIONS
from rectified.activations import identity, relu, squared_relu, tanh
from rectified.initializers import lsuv, orthogonal

SHAPES = [(20, 40), (40, 40), (40, 40), (40, 5)]
X = np.random.default_rng(0).standard_normal((128, 20))
EPS = np.finfo(np.float64).eps


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize("name", ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "gelu"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_every_layer_has_variance_one_before_its_activation(name: str, scale: float) -> None:
    f = ACTIVATIONS[name]
    made = lsuv(SHAPES, f, scale * X, rng=rng(), tolerance=1e-9)
    h = torch.tensor(scale * X)
    for w, variance in zip(made.weights, made.variance, strict=True):
        z = h @ torch.tensor(w)
        # the mean of 640 squares or more, in another order than NumPy's: some eps
        assert z.var(correction=0).item() == pytest.approx(1.0, abs=1e-12)
        assert variance == pytest.approx(1.0, abs=1e-12)
        h = f.torch_value(z)


def test_one_step_is_enough_because_preactivations_are_linear_in_the_weights() -> None:
    assert lsuv(SHAPES, relu, X, rng=rng(), tolerance=1e-9).steps == (1, 1, 1, 1)


def test_a_layer_within_the_tolerance_is_left_as_it_was() -> None:
    made = lsuv([(20, 20)], relu, X, rng=rng(), tolerance=0.5)
    assert made.steps == (0,)
    assert_array_equal(made.weights[0], orthogonal()((20, 20), rng=rng()))
    assert made.variance[0] == pytest.approx(1.0, abs=0.5)  # x has variance 1, w keeps lengths
    assert made.variance[0] != pytest.approx(1.0, abs=1e-6)  # and nobody touched it


def test_steps_end_at_max_steps_and_the_variance_says_what_is_left() -> None:
    tiny = 1e-161 * X  # its squares have few digits left, so the first step is inexact
    made = lsuv([(20, 20)], relu, tiny, rng=rng(), tolerance=1e-6, max_steps=1)
    assert made.steps == (1,)
    assert 1e-6 < abs(made.variance[0] - 1) < 0.5
    assert lsuv([(20, 20)], relu, tiny, rng=rng(), tolerance=1e-6).steps == (2,)


def test_weights_stay_orthogonal_up_to_their_scale() -> None:
    for w in lsuv(SHAPES, relu, X, rng=rng()).weights:
        short = w if w.shape[0] >= w.shape[1] else w.T
        gram = short.T @ short
        assert_allclose(gram / gram[0, 0], np.eye(len(gram)), atol=1e-13)  # as QR leaves it


def test_weights_are_as_asked_and_the_same_for_the_same_generator() -> None:
    double, again = (lsuv(SHAPES, relu, X, rng=rng()) for _ in range(2))
    single = lsuv(SHAPES, relu, X, rng=rng(), dtype=np.float32)
    for w, w_again, w_single, shape in zip(
        double.weights, again.weights, single.weights, SHAPES, strict=True
    ):
        assert w.shape == shape
        assert_array_equal(w, w_again)
        assert w_single.dtype == np.float32
        assert_array_equal(w_single, w.astype(np.float32))


def test_x_is_not_changed_and_may_hold_integers() -> None:
    x = np.arange(60).reshape(3, 20)
    made = lsuv(SHAPES, tanh, x, rng=rng())
    assert_array_equal(x, np.arange(60).reshape(3, 20))
    assert len(made.weights) == 4


BAD = {
    "no layer": ({"shapes": []}, ValueError, r"shapes must hold a pair \(fan_in, fan_out\)"),
    "a filter": ({"shapes": [(3, 3, 4, 20)]}, ValueError, "shapes must hold a pair"),
    "one shape": ({"shapes": (20, 40)}, TypeError, "shape must be integers such as"),
    "no chain": (
        {"shapes": [(20, 40), (30, 5)]},
        ValueError,
        "shapes must chain, got fan out 40 before fan in 30",
    ),
    "x too wide": ({"x": np.ones((4, 21))}, ValueError, r"x must have shape \(batch, 20\)"),
    "x a vector": ({"x": np.ones(20)}, ValueError, r"x must have shape \(batch, 20\), got \(20,\)"),
    "no example": ({"x": np.ones((0, 20))}, ValueError, "x must hold at least one example"),
    "NaN in x": ({"x": X * np.nan}, ValueError, "x must be finite"),
    "rng an int": ({"rng": 3}, TypeError, "rng must be a NumPy generator"),
    "half": ({"dtype": np.float16}, TypeError, "dtype must be float64 or float32"),
    "tolerance of 0": ({"tolerance": 0}, ValueError, "tolerance must be positive"),
    "no step": ({"max_steps": 0}, ValueError, "max_steps must be at least 1"),
    "half a step": ({"max_steps": 0.5}, TypeError, "max_steps must be an integer"),
    "nothing in x": ({"x": 0 * X}, ValueError, "layer 1 preactivations of variance 0.0"),
    "equal examples, one unit": (
        {"x": np.tile(X[:1], (100, 1)), "shapes": [(20, 1)]},
        ValueError,
        r"layer 1 preactivations of variance (0\.0|.*e-3\d): it must be positive",
    ),
    "overflow at once": ({"x": 1e160 * X}, ValueError, "layer 1 preactivations of variance inf"),
    "dead at the second": (
        {"f": np.zeros_like},
        ValueError,
        "layer 2 preactivations of variance 0.0",
    ),
}


@pytest.mark.parametrize(("change", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused(change: dict[str, Any], error: type, message: str) -> None:
    good = {"shapes": SHAPES, "f": relu, "x": X, "rng": np.random.default_rng(31)}
    call = {**good, **change}
    with pytest.raises(error, match=message):
        lsuv(call.pop("shapes"), call.pop("f"), call.pop("x"), **call)


def test_a_signal_that_overflows_later_is_refused_there() -> None:
    def explode(z: np.ndarray) -> np.ndarray:
        return squared_relu(identity(z) * 1e160)

    with pytest.raises(ValueError, match=r"layer 2 preactivations of variance (inf|nan)"):
        lsuv(SHAPES, explode, X, rng=rng())
