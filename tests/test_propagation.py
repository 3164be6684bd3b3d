"""Signals and gradients at the start: against PyTorch, closed forms, and chance."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from rectified import data, initializers, moments
from rectified.activations import ELEMENTWISE, Activation, identity, maxout, relu, sigmoid, tanh
from rectified.experiments.depth.gradients import gradient_flow
from rectified.experiments.depth.predictions import mean_field, zero_share
from rectified.experiments.depth.propagation import signal_propagation
from rectified.initializers import Initializer, he_normal, normal, orthogonal, zeros
from rectified.networks import streams

RNG = np.random.default_rng(0)
DIGITS = data.split(data.digits(), rng=RNG).standardised().train
CURVE = data.ALL["sine"](64, rng=RNG)
ROUNDING = 1e-10  # of up to ten products of matrices, summed in another order by PyTorch
SURE = 4.5  # standard errors: by chance alone a mean of normals is outside once in 150 000 times


def drawn(seed: int, widths: list[int], weights: Initializer, biases: Initializer) -> list[tuple]:
    """Return (w, b) of each layer as PyTorch's doubles."""
    (rng,), (other,) = streams([seed], "weights"), streams([seed], "biases")
    shapes = list(pairwise(widths))
    w = [torch.from_numpy(weights(shape, rng=rng)) for shape in shapes]
    b = [torch.from_numpy(biases(shape[1:], rng=other)) for shape in shapes]
    return list(zip(w, b, strict=True))


# ---- Signals ------------------------------------------------------------------------------------
@pytest.mark.parametrize("f", [relu, tanh, ELEMENTWISE["gelu"]])
def test_signals_are_those_of_a_loop_in_pytorch(f: Activation) -> None:
    found = signal_propagation(
        f, biases=normal(0.3), seeds=[3, 8], depth=6, width=20, pairs=5, correlation=-0.4
    )
    (rng,) = streams([8], "examples")
    x = rng.standard_normal((5, 2, 20))
    x[:, 1] = -0.4 * x[:, 0] + (1 - 0.4**2) ** 0.5 * x[:, 1]
    h = torch.from_numpy(x)
    for layer, (w, b) in enumerate(drawn(8, [20] * 7, he_normal, normal(0.3))):
        z = h @ w + b
        h = f.torch_value(z)
        assert_allclose(found.mean_square_z[1, layer], (z**2).mean(), rtol=ROUNDING)
        assert_allclose(found.mean_square_h[1, layer], (h**2).mean(), rtol=ROUNDING)
        assert_allclose(found.zeros[1, layer], (h == 0).double().mean())
        first, second = z.unbind(1)
        cosine = (first * second).sum() / (first.norm() * second.norm())
        assert_allclose(found.correlation[1, layer], cosine, rtol=ROUNDING)


def test_rotations_change_neither_length_nor_angle() -> None:
    found = signal_propagation(identity, weights=orthogonal(), seeds=range(3), depth=30, width=12)
    length = np.broadcast_to(found.input_mean_square[:, None], (3, 30))
    assert_allclose(found.mean_square_z, length, rtol=ROUNDING)
    angle = np.broadcast_to(found.input_correlation[:, None], (3, 30))
    assert_allclose(found.correlation, angle, rtol=ROUNDING)
    assert_allclose(found.factor, 1.0, rtol=ROUNDING)
    assert_array_equal(found.zeros, 0.0)
    assert_allclose(found.predicted.mean_square_h, 1.0)


def test_given_inputs_go_through_all_networks() -> None:
    inputs = DIGITS.x[:10]
    found = signal_propagation(tanh, inputs=inputs, seeds=[1, 2], depth=3, width=8)
    assert_allclose(found.input_mean_square, np.mean(inputs**2))
    cosine = np.sum(inputs[::2] * inputs[1::2]) / (
        np.linalg.norm(inputs[::2]) * np.linalg.norm(inputs[1::2])
    )
    assert_allclose(found.input_correlation, cosine)
    ((w, _), *_) = drawn(2, [64, 8], he_normal, zeros)
    assert_allclose(found.mean_square_z[1, 0], np.mean((inputs @ w.numpy()) ** 2))
    assert_allclose(found.predicted.mean_square_z[0], 2 * np.mean(inputs**2))
    assert_allclose(found.predicted.correlation[0], cosine)


def test_signals_that_explode_or_vanish_are_followed_out_of_the_doubles() -> None:
    squared = ELEMENTWISE["squared_relu"]
    up = signal_propagation(squared, depth=12, width=8, seeds=range(2))
    assert not np.isfinite(up.mean_square_h[:, -1]).any()
    down = signal_propagation(
        relu, weights=initializers.small_normal, depth=150, width=8, seeds=range(2)
    )
    assert_array_equal(down.mean_square_h[:, -1], 0.0)
    assert np.isnan(down.factor).all()
    for field in (up.predicted, down.predicted):
        end = np.isnan(field.mean_square_z).argmax()  # from here on all are NaN
        assert end > 2
        assert np.isnan([getattr(field, name)[end:] for name in vars(field)]).all()


# ---- Predictions --------------------------------------------------------------------------------
def test_prediction_for_relu_is_the_arc_cosine_kernel() -> None:
    depth, start = 8, 0.3
    field = mean_field(relu, [(64, 64)] * depth, weights=he_normal, biases=zeros, correlation=start)
    assert_allclose(field.mean_square_z, 2.0)
    assert_allclose(field.mean_square_h, 1.0)
    assert_allclose(field.zeros, 0.5)
    assert_allclose(field.mean_square_slope, 0.5)
    c = mpmath.mpf(start)
    for found in field.correlation:
        assert_allclose(found, float(c), rtol=1e-12)  # as exact as the moments are
        c = (mpmath.sqrt(1 - c**2) + c * (mpmath.pi - mpmath.acos(c))) / mpmath.pi


@pytest.mark.parametrize("f", [tanh, sigmoid, ELEMENTWISE["elu"]])
def test_prediction_iterates_the_maps_of_mean_field_theory(f: Activation) -> None:
    laws = {"weights": initializers.lecun_normal, "biases": normal(0.5)}
    field = mean_field(f, [(32, 32)] * 4, **laws, mean_square=0.7, correlation=0.2)
    variances = {"weight_variance": 1.0, "bias_variance": 0.25}
    q, c = 0.7 + 0.25, (0.2 * 0.7 + 0.25) / (0.7 + 0.25)
    for layer in range(4):
        assert_allclose([field.mean_square_z[layer], field.correlation[layer]], [q, c], rtol=1e-10)
        chi = moments.chi(f, q, weight_variance=1.0)
        assert_allclose(field.mean_square_slope[layer], chi, rtol=1e-10)
        c = moments.correlation_map(f, c, q=q, **variances)
        q = moments.variance_map(f, q, **variances)


def test_predictions_follow_the_shape_of_each_layer() -> None:
    laws = {"weights": initializers.normal(0.2), "biases": zeros}
    field = mean_field(identity, [(100, 25), (25, 9), (9, 1)], **laws, mean_square=2.0)
    assert_allclose(
        field.mean_square_z, 2.0 * np.cumprod([100, 25, 9]) * 0.2 ** (2 * np.arange(1, 4))
    )


@pytest.mark.parametrize("weights", [zeros, initializers.constant(1.0), initializers.identity()])
def test_weights_that_are_not_drawn_have_no_prediction(weights: Initializer) -> None:
    assert signal_propagation(relu, weights=weights, depth=2, width=4).predicted is None
    flow = gradient_flow(relu, weights=weights, depth=2, width=4)
    assert (flow.predicted, flow.predicted_factor) == (None, None)


@pytest.mark.parametrize("bias", [-1.0, 0.1, 2.0])
def test_a_constant_bias_moves_the_share_of_zeros(bias: float) -> None:
    laws = {"weights": he_normal, "biases": initializers.constant(bias)}
    field = mean_field(relu, [(50, 50)] * 2, **laws, correlation=0.4)
    first = stats.norm.cdf(-bias / 2**0.5)  # z ~ N(bias, 2)
    assert_allclose(field.zeros[0], first)
    assert_allclose(field.mean_square_z[0], 2 + bias**2)
    assert_allclose(field.correlation[0], (0.8 + bias**2) / (2 + bias**2))
    found = signal_propagation(relu, **laws, seeds=range(40), depth=1, width=50, pairs=8)
    share = found.zeros[:, 0]
    margin = SURE * share.std(ddof=1) / len(share) ** 0.5
    # lengths of 50 normal inputs vary by a tenth, which moves the mean by up to 0.003
    assert abs(share.mean() - first) < margin + 0.003


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("relu", stats.norm.cdf(-0.5)),
        ("step", stats.norm.cdf(-0.5)),
        ("relu6", stats.norm.cdf(-0.5)),
        ("hard_sigmoid", stats.norm.cdf(-2.0)),
        ("hard_swish", stats.norm.cdf(-2.0)),
        ("hard_tanh", 0.0),
        ("sigmoid", 0.0),
        ("identity", 0.0),
        ("leaky_relu", 0.0),
    ],
)
def test_share_of_zeros_is_the_normal_mass_where_f_is_0(name: str, share: float) -> None:
    assert_allclose(zero_share(ELEMENTWISE[name], mean=1.0, std=2.0), share, atol=1e-15)


def test_a_value_that_happens_to_be_0_is_no_flat_piece() -> None:
    assert zero_share(sigmoid, mean=0.0, std=1e4) == 0.0  # it underflows far out
    shifted = replace(identity, value=lambda z: z - 1)  # 0 where the piece from 0 on is looked at
    assert zero_share(shifted, mean=0.0, std=1.0) == 0.0


def within_chance(samples: np.ndarray, expected: np.ndarray, *, rtol: float = 0.0) -> bool:
    """Say whether the means over seeds (axis 0) lie where chance, and rtol, put them."""
    error = samples.std(axis=0, ddof=1) / len(samples) ** 0.5
    return bool(np.all(np.abs(samples.mean(axis=0) - expected) <= SURE * error + rtol * expected))


def test_relu_keeps_the_mean_square_on_average_at_any_width() -> None:
    found = signal_propagation(relu, seeds=range(400), depth=5, width=16, pairs=2)
    relative = found.mean_square_h / found.input_mean_square[:, None]
    assert within_chance(relative, found.predicted.mean_square_h)  # no limit: weights are symmetric
    assert within_chance(found.zeros, np.full(5, 0.5))


@pytest.mark.parametrize("f", [tanh, ELEMENTWISE["gelu"]])
def test_wide_networks_do_as_predicted(f: Activation) -> None:
    found = signal_propagation(f, biases=normal(0.2), seeds=range(6), depth=4, width=512)
    for name in ("mean_square_z", "mean_square_h", "correlation"):
        expected = getattr(found.predicted, name)
        # what theory leaves out is some multiple of depth / width = 1/128
        assert within_chance(getattr(found, name), expected, rtol=4 * 4 / 512)


# ---- Gradients ----------------------------------------------------------------------------------
@pytest.mark.parametrize("f", [relu, tanh])
@pytest.mark.parametrize("examples", [None, DIGITS, CURVE], ids=["normal", "digits", "curve"])
def test_gradients_are_those_of_autograd(f: Activation, examples: data.Dataset | None) -> None:
    found = gradient_flow(
        f, biases=normal(0.1), seeds=[4, 9], depth=5, width=12, batch=7, data=examples
    )
    (rng,), outputs = streams([9], "examples"), 10
    if examples is None:
        x, y = rng.standard_normal((7, 12)), rng.integers(10, size=7)
    else:
        chosen = rng.choice(examples.n, 7, replace=False)
        x, y = examples.x[chosen], examples.y[chosen]
        outputs = examples.classes or 1
    layers = drawn(9, [x.shape[1], 12, 12, 12, 12, outputs], he_normal, normal(0.1))
    h, places = torch.from_numpy(x), []
    for w, b in layers:
        z = h @ w.requires_grad_() + b
        places.append(z)
        h = f.torch_value(z)
    functional = torch.nn.functional
    loss = functional.mse_loss if examples is CURVE else functional.cross_entropy
    value = loss(places[-1], torch.from_numpy(y))
    grads = torch.autograd.grad(value, [*places, *(w for w, _ in layers)])
    squares = [float((grad**2).mean()) for grad in grads]
    assert_allclose(found.mean_square[1], squares[:5], rtol=ROUNDING)
    assert_allclose(found.weight_mean_square[1], squares[5:], rtol=ROUNDING)


def test_rotations_carry_gradients_back_as_they_are() -> None:
    found = gradient_flow(identity, weights=orthogonal(), depth=12, width=10, seeds=range(3))
    hidden = found.mean_square[:, :-1]
    assert_allclose(hidden, np.broadcast_to(hidden[:, :1], hidden.shape), rtol=ROUNDING)
    assert_allclose(found.factor, 1.0, rtol=ROUNDING)
    assert_allclose(found.predicted, 1.0)  # ten outputs for ten units
    assert_allclose(found.predicted_factor, 1.0)


@pytest.mark.parametrize(
    ("f", "weights", "factor"),
    [
        (relu, he_normal, 1.0),
        (relu, initializers.xavier_normal, 0.5),
        (relu, initializers.variance_scaling(4.0, "fan_in", "normal"), 2.0),
        (identity, initializers.lecun_uniform, 1.0),
        (identity, initializers.inverse_sqrt_uniform, 1 / 3),
    ],
)
def test_a_layer_back_multiplies_by_the_weights_variance_and_the_slope(
    f: Activation, weights: Initializer, factor: float
) -> None:
    found = gradient_flow(f, weights=weights, depth=8, width=64, seeds=range(40))
    assert_allclose(found.predicted_factor, factor)
    assert_allclose(found.predicted[:-2] / found.predicted[1:-1], factor)
    growth = np.log(found.factor)
    # at width 64 theory is off by some multiple of 1/64 a layer
    assert abs(growth.mean() - np.log(factor)) < SURE * growth.std(ddof=1) / 40**0.5 + 2 / 64


def test_gradients_of_sigmoids_vanish_as_predicted() -> None:
    found = gradient_flow(sigmoid, weights=initializers.xavier_normal, depth=10, width=100)
    squares = moments.moments(sigmoid, std=float(np.sqrt(0.28))).mean_square_slope
    assert_allclose(found.predicted_factor, squares, rtol=0.05)  # q settles near 0.28 at once
    assert found.predicted_factor < 1 / 16
    assert_allclose(found.factor.mean(), found.predicted_factor, rtol=0.05)  # a few times 1/100


def test_the_last_step_back_knows_the_number_of_outputs() -> None:
    found = gradient_flow(relu, depth=3, width=40, seeds=range(300), batch=8)
    assert_allclose(found.predicted, [0.25, 0.25, 1.0])  # 10 outputs, weights of variance 2/40
    relative = found.mean_square / found.mean_square[:, -1:]
    assert within_chance(relative[:, :-1], found.predicted[:-1], rtol=2 / 40)


def test_large_inputs_saturate_the_first_layer_in_the_prediction_too() -> None:
    large = replace(DIGITS, x=5 * DIGITS.x)
    found = gradient_flow(tanh, data=large, depth=3, width=100, seeds=range(10))
    q = 2 * np.mean(large.x**2)
    slope = moments.moments(tanh, std=float(np.sqrt(q))).mean_square_slope
    assert_allclose(found.predicted[0] / found.predicted[1], 2 * slope)
    # digits are not of one length: their squares vary by half of themselves
    assert_allclose(found.mean_square[:, 0] / found.mean_square[:, 1], 2 * slope, rtol=0.5)


# ---- What all have in common --------------------------------------------------------------------
def test_one_hidden_layer_has_no_factor() -> None:
    assert np.isnan(gradient_flow(relu, depth=2, width=4, seeds=[0]).factor).all()
    assert gradient_flow(relu, depth=1, width=4, seeds=[0]).mean_square.shape == (1, 1)


@pytest.mark.parametrize(
    "run",
    [
        lambda seeds: signal_propagation(relu, seeds=seeds, depth=4, width=30).correlation,
        lambda seeds: signal_propagation(tanh, seeds=seeds, width=30, inputs=DIGITS.x[:8]).factor,
        lambda seeds: gradient_flow(tanh, seeds=seeds, depth=4, width=30).weight_mean_square,
        lambda seeds: gradient_flow(relu, seeds=seeds, depth=4, data=DIGITS).mean_square,
    ],
)
def test_a_seed_gives_the_same_row_alone_and_in_company(run: Callable) -> None:
    company = run([7, 3, *range(100, 130)])  # so many that they are computed in groups
    assert_array_equal(run([3]), company[1:2])
    assert not np.array_equal(company[0], company[1])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"f": maxout()}, TypeError, "f must be an elementwise activation"),
        ({"seeds": []}, ValueError, "seeds must hold at least one seed"),
        ({"seeds": [-1]}, ValueError, "seeds must be 0 or more"),
        ({"depth": 0}, ValueError, "depth must be at least 1, got 0"),
        ({"width": 2.5}, TypeError, "width must be an integer, got 2.5"),
        ({"weights": "he_normal"}, TypeError, "weights must be an initializer"),
        ({"biases": he_normal}, ValueError, "a bias has no fan in"),
    ],
)
def test_settings_that_are_none_are_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    for run in (signal_propagation, gradient_flow):
        with pytest.raises(error, match=message):
            run(**{"f": relu, "width": 4, "depth": 2} | settings)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"pairs": 0}, ValueError, "pairs must be at least 1"),
        ({"correlation": 1.1}, ValueError, "correlation must lie between -1 and 1, got 1.1"),
        ({"correlation": np.nan}, ValueError, "correlation must lie between -1 and 1"),
        ({"inputs": np.ones((3, 4))}, ValueError, "an even number of rows, got 3"),
        ({"inputs": np.ones(4)}, ValueError, r"x must have shape .* got \(4,\)"),
        ({"inputs": [[1.0, np.inf]] * 2}, ValueError, "inputs must be finite"),
        ({"inputs": [["a"], ["b"]]}, TypeError, "x must hold real numbers"),
        ({"inputs": 3.0}, ValueError, "x must have shape"),
    ],
)
def test_inputs_that_are_none_are_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        signal_propagation(relu, **settings)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"batch": 0}, ValueError, "batch must be at least 1"),
        ({"batch": 65, "data": CURVE}, ValueError, "batch must be at most 64"),
        ({"data": DIGITS.x}, TypeError, "data must be a Dataset, got ndarray"),
    ],
)
def test_batches_that_are_none_are_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        gradient_flow(relu, depth=2, width=4, **settings)
