"""Dead units and zeros: on networks made by hand, against bare runs, and against chance."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from rectified import data, figures, initializers
from rectified.activations import ELEMENTWISE, maxout, relu, sigmoid, tanh
from rectified.experiments.dying.dead import DeadUnits, dead_units
from rectified.experiments.gains.sparsity import sparsity
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.watching import OnAll, before_divergence
from rectified.initializers import constant, zeros
from rectified.networks import (
    L1,
    L2,
    SGD,
    Momentum,
    Parameters,
    StepDecay,
    dead,
    dead_masks,
    error,
    mlp,
    softmax_cross_entropy,
    train,
)

RNG = np.random.default_rng(0)
MOONS = data.split(data.moons(80, rng=RNG), rng=RNG).standardised()
DIGITS = data.split(data.digits(), rng=RNG).standardised()
LEAKY = ELEMENTWISE["leaky_relu"]


def by_hand() -> tuple[Arm, Parameters, np.ndarray]:
    """Return two networks of two hidden layers with 3 and 2 units, and four examples."""
    arm = Arm(f=relu, widths=(3, 2))
    theta = Parameters(mlp((1, 3, 2, 2), relu).shapes, np.zeros((2, 20), np.float32))
    first, _, second, *_ = theta.layers
    first["w"][:] = [[1.0, 1.0, -1.0]]
    first["b"][0] = [0.0, -3.5, 0.0]  # on for 1 to 4, on for 4 only, off for all
    first["b"][1] = [0.0, -4.0, 5.0]  # on, off (its largest z is 0), on
    second["w"][:, 0], second["b"][:] = [1.0, -1.0], [0.0, 0.5]  # on, and off: 1/2 - h
    return arm, theta, np.array([[1.0], [2.0], [3.0], [4.0]], np.float32)


EXPECTED = np.array([[False, False, True, False, True], [False, True, False, False, True]])


def seen_by(probe, theta: Parameters, x: np.ndarray, **settings) -> np.ndarray:
    """Return what a probe sees before the first step."""
    run = train(
        mlp((1, 3, 2, 2), relu),
        theta,
        x[:2],
        [0, 1],
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.1),
        steps=1,
        seeds=[0, 1],
        probes={"seen": probe},
        **settings,
    )
    return run.recorded["seen"][:, 0]


# ---- Looking ------------------------------------------------------------------------------------
def test_units_that_were_made_dead_by_hand_are_found() -> None:
    _, theta, x = by_hand()
    found = seen_by(OnAll(x=x, probe=lambda seen: np.hstack(dead_masks(seen))), theta, x)
    assert_array_equal(found, EXPECTED)
    share = seen_by(OnAll(x=x, probe=dead), theta, x)
    assert_allclose(share, [[1 / 3, 1 / 2], [1 / 3, 1 / 2]])


def test_a_unit_that_is_dead_on_a_batch_need_not_be_on_the_set() -> None:
    _, theta, x = by_hand()
    on_batch = seen_by(lambda seen: np.hstack(dead_masks(seen)), theta, x)  # examples 1 and 2
    assert_array_equal(on_batch[0], [False, True, True, False, True])  # the second wakes at 4


def test_a_probe_on_all_examples_looks_at_networks_in_groups() -> None:
    _, theta, x = by_hand()
    many = np.tile(x, (40_000, 1))  # 11 MB a network, more than a group has
    found = seen_by(OnAll(x=many, probe=lambda seen: np.hstack(dead_masks(seen))), theta, x)
    assert_array_equal(found, EXPECTED)


def test_records_count_until_a_network_diverges() -> None:
    run = SimpleNamespace(recorded_at=np.array([0, 5, 10]), diverged_at=np.array([5, -1, 10, 3]))
    expected = [[1, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, 0]]
    assert_array_equal(before_divergence(run), np.array(expected, dtype=bool))


def test_the_error_of_a_batch_is_the_share_of_wrong_answers() -> None:
    _, theta, x = by_hand()
    theta.layers[-1]["b"][:] = [[1.0, 0.0], [0.0, 1.0]]  # says 0, says 1
    assert_array_equal(seen_by(error, theta, x), [0.5, 0.5])
    theta.layers[-1]["w"][:, 0, 1] = 10.0  # says 1, the more the larger x is
    assert_array_equal(seen_by(error, theta, x), [0.5, 0.5])


# ---- Dead units ---------------------------------------------------------------------------------
def test_shares_deaths_and_revivals_are_counted_by_layer() -> None:
    history = np.array(
        [
            [1, 0, 0, 0, 1],
            [1, 1, 0, 0, 0],
            [1, 0, 0, 1, 1],
            [1, 1, 0, 1, 1],
        ],
        dtype=bool,
    )  # (T, units)
    result = DeadUnits(
        arm=Arm(f=relu, widths=(3, 2)),
        data="by hand",
        n=1,
        seeds=(0,),
        learning_rates=(0.1, 0.2),
        steps=3,
        batch=None,
        recorded_at=np.arange(4),
        dead=np.array([[history, history]]),
        finite=np.array([[[True] * 4, [True, True, False, False]]]),
        loss=np.zeros((1, 2)),
        test_accuracy=None,
    )
    shares = np.array([[1 / 3, 1 / 2], [2 / 3, 0], [1 / 3, 1], [2 / 3, 1]])
    assert_allclose(result.share[0, 0], shares)
    assert_allclose(
        result.share[0, 1], np.where([[True], [True], [False], [False]], shares, np.nan)
    )
    assert_array_equal(result.died[0], [[2, 2], [1, 0]])
    assert_array_equal(result.revived[0], [[1, 1], [0, 1]])


def test_units_under_a_large_negative_bias_stay_dead() -> None:
    found = dead_units(
        relu, data=MOONS, biases=constant(-100.0), widths=(5, 4), seeds=[0, 1], steps=30, every=10
    )
    assert_array_equal(found.share, 1.0)
    assert_array_equal(found.revived, 0)
    assert_array_equal(found.recorded_at, [0, 10, 20, 30])
    share = np.mean(MOONS.test.y == 0)
    assert_allclose(np.minimum(found.test_accuracy, 1 - found.test_accuracy), min(share, 1 - share))


@pytest.mark.parametrize("f", [LEAKY, tanh, sigmoid])
def test_units_whose_slope_is_never_0_do_not_die(f) -> None:
    found = dead_units(f, data=MOONS, biases=constant(-3.0), seeds=[0], steps=20)
    assert_array_equal(found.dead, False)


def test_a_large_positive_bias_keeps_units_alive_at_the_start() -> None:
    found = dead_units(relu, data=MOONS, biases=constant(100.0), seeds=[0], steps=1)
    assert_array_equal(found.share[:, :, 0, 0], 0.0)  # of the first layer; it feeds 100 to others


def test_records_are_those_of_runs_that_stop_there() -> None:
    rates, seeds = (0.1, 2.0), [3, 5]
    settings = {"widths": (6, 5), "weights": initializers.unit_normal, "optimizer": Momentum}
    settings |= {"schedule": StepDecay(3)}
    found = dead_units(
        relu, data=MOONS, seeds=seeds, learning_rates=rates, steps=9, every=4, **settings
    )
    assert_array_equal(found.recorded_at, [0, 4, 8, 9])
    network = mlp((2, 6, 5, 2), relu)
    start = network.draw(seeds=[5], weights=initializers.unit_normal, dtype=np.float32)
    for place, rate in enumerate(rates):
        for record, steps in enumerate([0, 4, 8, 9]):
            theta = start
            if steps:
                theta = train(
                    network,
                    start,
                    MOONS.train.x,
                    MOONS.train.y,
                    loss=softmax_cross_entropy,
                    optimizer=Momentum(learning_rate=rate, schedule=StepDecay(3)),
                    steps=steps,
                    seeds=[5],
                    batch=32,
                ).parameters
            signals: list[np.ndarray] = []
            network.forward(theta, MOONS.train.x, signals=signals)
            expected = np.hstack([(h[0] == 0).all(axis=0) for h in (signals[1], signals[3])])
            assert_array_equal(found.dead[1, place, record], expected)


def test_networks_that_diverged_have_no_share() -> None:
    found = dead_units(relu, data=MOONS, seeds=[0], learning_rates=[0.1, 1e15], steps=10, every=5)
    assert np.isfinite(found.share[:, 0]).all()
    assert np.isfinite(found.share[:, 1, 0]).all()
    assert np.isnan(found.share[:, 1, -1]).all()
    assert np.isnan(found.loss[0, 1])


def test_a_high_learning_rate_kills_units_of_digit_networks() -> None:
    found = dead_units(relu, data=DIGITS, learning_rates=(0.1, 1.0), seeds=range(5))
    before, after = found.share[:, :, 0], found.share[:, :, -1]
    assert_array_equal(before, 0.0)
    assert after[:, 0].mean() < 0.02  # one unit of 320, if any
    assert after[:, 1, 1].mean() > 0.1  # about a half, from 0.06 to 0.9
    assert found.died[:, 1, 1].sum() > found.revived[:, 1, 1].sum()
    assert (found.n, found.data) == (1348, "digits")


# ---- Sparsity -----------------------------------------------------------------------------------
def test_half_of_relus_outputs_are_0_at_the_start() -> None:
    found = sparsity(relu, data=DIGITS, seeds=range(60), steps=1)
    assert_allclose(found.predicted, 0.5)
    start = found.sparsity[:, 0]  # (S, L)
    error = start.std(axis=0, ddof=1) / len(start) ** 0.5
    assert (abs(start.mean(axis=0) - 0.5) < 4.5 * error).all()  # 4.5 standard errors
    assert_array_equal(sparsity(tanh, data=DIGITS, seeds=[0], steps=1).sparsity, 0.0)


def test_a_bias_moves_the_share_of_zeros_as_predicted() -> None:
    found = sparsity(relu, data=DIGITS, biases=constant(-1.0), seeds=range(40), steps=1)
    first = stats.norm.cdf(1 / np.sqrt(2 * np.mean(DIGITS.train.x**2)))
    assert_allclose(found.predicted[0], first)
    # digits are not of one length, which theory leaves out: their squares vary by half
    assert_allclose(found.sparsity[:, 0, 0].mean(), first, atol=0.03)


@pytest.mark.parametrize("penalties", [(), (L1(0.02),), (L2(0.1), L1(0.01))])
def test_zeros_are_counted_where_training_stops(penalties: tuple) -> None:
    found = sparsity(
        relu, data=MOONS, penalties=penalties, widths=(6,), seeds=[2], steps=7, every=5, batch=None
    )
    assert_array_equal(found.recorded_at, [0, 5, 7])
    network = mlp((2, 6, 2), relu)
    start = network.draw(seeds=[2], dtype=np.float32)
    run = train(
        network,
        start,
        MOONS.train.x,
        MOONS.train.y,
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.1),
        steps=7,
        seeds=[2],
        penalties=penalties,
    )
    for record, theta in {0: start, 2: run.parameters}.items():
        signals: list[np.ndarray] = []
        network.forward(theta, MOONS.train.x, signals=signals)
        assert_allclose(found.sparsity[0, record, 0], np.mean(signals[1] == 0))
    assert found.arm.penalties == penalties
    assert_array_equal(found.zero_weights, np.mean(run.parameters.weights == 0, axis=1))


def test_zero_weights_are_counted() -> None:
    found = sparsity(relu, data=MOONS, weights=zeros, seeds=[0], steps=5, widths=(6,))
    assert_array_equal(found.sparsity, 1.0)
    assert_array_equal(found.zero_weights, 1.0)  # nothing gets through, so only a bias learns
    assert found.predicted is None


def test_what_diverged_has_no_sparsity() -> None:
    found = sparsity(relu, data=MOONS, learning_rate=1e15, seeds=[0], steps=10, every=5)
    assert np.isnan(found.sparsity[0, -1]).all()
    assert np.isnan([found.zero_weights[0], found.loss[0], found.test_accuracy[0]]).all()


def test_lsuv_has_no_prediction() -> None:
    assert sparsity(relu, data=MOONS, weights=Lsuv(), seeds=[0], steps=1).predicted is None


def test_what_cannot_be_looked_at_is_refused() -> None:
    for run in (dead_units, sparsity):
        with pytest.raises(TypeError, match="f must be an elementwise activation"):
            run(maxout(), data=MOONS)
        with pytest.raises(ValueError, match="widths must hold at least one hidden layer"):
            run(relu, data=MOONS, widths=())
        with pytest.raises(ValueError, match="every must be at least 1"):
            run(relu, data=MOONS, every=0)
    with pytest.raises(ValueError, match="learning_rates must rise"):
        dead_units(relu, data=MOONS, learning_rates=[1.0, 0.1])
    with pytest.raises(ValueError, match="learning_rate must be"):
        sparsity(relu, data=MOONS, learning_rate=-1.0)
    with pytest.raises(ValueError, match="learning_rate must be"):
        sparsity(relu, data=MOONS, learning_rate=[0.1, 0.2])


# ---- The picture --------------------------------------------------------------------------------
def test_a_picture_of_results_that_cannot_be_compared_raises() -> None:
    def watched(*, every: int = 5, decay: int = 10) -> DeadUnits:
        settings = {"widths": (4,), "seeds": range(2), "steps": 20, "learning_rates": [1.0]}
        schedule = StepDecay(every=decay)
        return dead_units(relu, data=MOONS, schedule=schedule, every=every, **settings)

    with pytest.raises(ValueError, match="same records, schedule and learning rate"):
        figures.dying(watched(), watched(every=10))
    for never_seen in (7, 100):
        with pytest.raises(ValueError, match="at a step that is on record"):
            figures.dying(watched(decay=never_seen), watched(decay=never_seen))
