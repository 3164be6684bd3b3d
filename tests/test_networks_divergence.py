"""Networks that diverge are marked, at the right step, and disturb nobody."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rectified.activations import relu, tanh
from rectified.networks import (
    L2,
    SGD,
    Adam,
    ClipNorm,
    ClipValue,
    Dense,
    Momentum,
    Network,
    Parameters,
    dead,
    mean_square,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    train,
    train_twin,
    weight_norm,
)

NETWORK = mlp((2, 6, 1), relu)
SEEDS = (0, 1, 2, 3, 4)
DTYPES = [np.float32, np.float64]
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float32", "float64"])
RATES = (0.01, 30.0, 0.02, 1e12, 0.03)  # seeds 1 and 3 go astray
WILDER = (0.01, 1e300, 0.02, 1e308, 0.03)  # infinite in single precision


def examples() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).standard_normal((20, 2))
    return x, np.sin(x[:, :1])


def trained(dtype: type, rates: object, *, seeds: tuple = SEEDS, **settings: object) -> object:
    """Train with squared errors, which grow without bound."""
    given = {"loss": mean_squared_error, "steps": 40, "optimizer": SGD(learning_rate=rates)}
    parameters = NETWORK.draw(seeds=seeds, dtype=dtype)
    return train(NETWORK, parameters, *examples(), seeds=seeds, **given | settings)


@each_dtype
def test_rows_that_diverge_are_marked_at_the_step_of_the_first_bad_loss(dtype: type) -> None:
    run = trained(dtype, RATES)
    assert_array_equal(run.diverged, [False, True, False, True, False])
    assert_array_equal(run.diverged_at[[0, 2, 4]], -1)
    for row in (1, 3):
        theirs = train_twin(
            NETWORK, NETWORK.draw(seeds=SEEDS, dtype=dtype), *examples(), loss=mean_squared_error,
            optimizer=SGD(learning_rate=RATES[row]), steps=40, seed=SEEDS[row], row=row,
        )  # fmt: skip
        first = int(np.argmin(np.isfinite(theirs.loss)))  # where PyTorch's loop overflows
        assert 0 < first < 40
        assert run.diverged_at[row] == first
        assert np.isfinite(run.loss[row, :first]).all()
        assert np.isnan(run.loss[row, first:]).all()


@each_dtype
def test_other_rows_are_those_of_a_run_without_the_diverging(dtype: type) -> None:
    run = trained(dtype, RATES, probes={"weight_norm": weight_norm})
    good = [0, 2, 4]
    calm = trained(
        dtype,
        [RATES[row] for row in good],
        seeds=tuple(SEEDS[row] for row in good),
        probes={"weight_norm": weight_norm},
    )
    assert np.isfinite(calm.loss).all()
    assert_array_equal(run.loss[good], calm.loss)
    assert_array_equal(run.parameters.flat[good], calm.parameters.flat)
    assert_array_equal(run.recorded["weight_norm"][good], calm.recorded["weight_norm"])


@each_dtype
@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": Momentum(learning_rate=RATES)},
        {"optimizer": Adam(learning_rate=WILDER)},
        {"penalties": [L2(1e3)], "batch": 6},
        {"optimizer": SGD(learning_rate=WILDER), "clip": ClipValue(1e30)},
        {"probes": {"dead": dead, "mean_square": mean_square, "weight_norm": weight_norm}},
    ],
    ids=["momentum", "Adam", "penalty and batches", "clip", "probes"],
)
def test_no_warning_escapes(settings: dict, dtype: type) -> None:
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        run = trained(dtype, RATES, **settings)
    assert run.diverged[[1, 3]].all()


def test_labels_diverge_too() -> None:
    network = mlp((2, 6, 3), tanh)
    x, _ = examples()
    run = train(
        network, network.draw(seeds=SEEDS), x, np.arange(20) % 3, loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=[0.1, 1e308, 0.1, 1e308, 0.1]), steps=9, seeds=SEEDS,
    )  # fmt: skip
    assert_array_equal(run.diverged, [False, True, False, True, False])
    assert np.isfinite(run.loss[~run.diverged]).all()


def test_every_row_may_diverge() -> None:
    run = trained(np.float64, 1e12)
    assert run.diverged.all()
    assert np.isfinite(run.loss[:, 0]).all()
    assert np.isnan(run.loss[:, -1]).all()


@each_dtype
def test_overflow_in_the_last_step_is_marked_after_it(dtype: type) -> None:
    largest = np.finfo(dtype).max
    x, y = examples()
    run = train(
        NETWORK, NETWORK.draw(seeds=SEEDS, dtype=dtype), 1e3 * x, y, loss=mean_squared_error,
        optimizer=SGD(learning_rate=[0.01, largest, 0.01, 0.01, largest]), steps=1, seeds=SEEDS,
    )  # fmt: skip
    assert_array_equal(run.diverged_at, [-1, 1, -1, -1, 1])
    assert np.isfinite(run.loss).all()  # the loss was taken before the step
    assert np.isfinite(run.parameters.flat[[0, 2, 3]]).all()


def test_infinite_weight_behind_a_silent_unit_is_marked_though_no_loss_shows_it() -> None:
    parameters = NETWORK.draw(seeds=SEEDS)
    parameters.layers[0]["w"][1, :, 0] = -np.inf
    x, y = examples()
    run = train(
        NETWORK, parameters, np.abs(x), y, loss=mean_squared_error, steps=5, seeds=SEEDS,
        optimizer=SGD(learning_rate=0.01),
    )  # fmt: skip
    assert np.isfinite(run.loss).all()
    assert_array_equal(run.diverged_at, [-1, 5, -1, -1, -1])


def test_nan_at_the_start_is_marked_at_step_0() -> None:
    parameters = NETWORK.draw(seeds=SEEDS)
    parameters.layers[2]["b"][4] = np.nan
    run = train(
        NETWORK, parameters, *examples(), loss=mean_squared_error, steps=5, seeds=SEEDS,
        optimizer=SGD(learning_rate=0.01),
    )  # fmt: skip
    assert_array_equal(run.diverged_at, [-1, -1, -1, -1, 0])
    assert np.isnan(run.loss[4]).all()


def test_large_parameters_have_not_diverged_though_their_sum_overflows() -> None:
    network = Network(1, (Dense(1, 4),))
    flat = np.full((2, 8), np.finfo(np.float32).max / 2, np.float32)
    flat[:, 4:] = 1.0  # biases: all that an input of 0 can show
    run = train(
        network, Parameters(network.shapes, flat), np.zeros((3, 1)), np.zeros((3, 4)), steps=3,
        loss=mean_squared_error, optimizer=SGD(learning_rate=0.1), seeds=(0, 1),
    )  # fmt: skip
    assert not run.diverged.any()
    assert np.isfinite(run.loss).all()


@each_dtype
def test_clipping_saves_a_network_whose_gradient_has_no_finite_square(dtype: type) -> None:
    scale = np.sqrt(np.finfo(dtype).max)  # the gradient's square overflows, the gradient does not
    gradient = np.array([[3 * scale, -4 * scale, 0], [0.3, 0.4, 0], [0, 0, 0], [30, 40, 0]], dtype)
    with np.errstate(over="ignore"):
        ClipNorm(1.0)(gradient)
    expected = np.array([[0.6, -0.8, 0], [0.3, 0.4, 0], [0, 0, 0], [0.6, 0.8, 0]], dtype)
    np.testing.assert_allclose(gradient, expected, rtol=4 * np.finfo(dtype).eps)  # four roundings


@each_dtype
@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_clipping_hides_no_gradient_that_is_not_finite(bad: float, dtype: type) -> None:
    gradient = np.array([[bad, 1.0], [3.0, 4.0]], dtype)
    with np.errstate(invalid="ignore"):
        ClipNorm(1.0)(gradient)
    assert np.isnan(gradient[0]).any()
    np.testing.assert_allclose(gradient[1], [0.6, 0.8], rtol=4 * np.finfo(dtype).eps)


def test_clip_by_value_keeps_what_is_inside_its_limit() -> None:
    gradient = np.array([[0.1, -3.0, 2.0, np.nan, -0.5]])
    ClipValue(0.5)(gradient)
    assert_array_equal(gradient, [[0.1, -0.5, 0.5, np.nan, -0.5]])


def test_clipped_network_survives_a_rate_at_which_it_would_diverge() -> None:
    wild = trained(np.float64, 3.0, steps=200)
    tamed = trained(np.float64, 3.0, steps=200, clip=ClipNorm(0.1))
    assert wild.diverged.any()
    assert not tamed.diverged.any()
