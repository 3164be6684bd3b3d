"""Training compared: on problems whose best rate and speed are known, and against bare runs."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rectified import data, initializers
from rectified.activations import ELEMENTWISE, identity, maxout, relu, sigmoid, tanh
from rectified.data import Dataset, Split
from rectified.experiments.depth.gradients import gradient_flow
from rectified.experiments.depth.ladder import initialization_ladder
from rectified.experiments.depth.propagation import signal_propagation
from rectified.experiments.dying.dead import dead_units
from rectified.experiments.gains.sparsity import sparsity
from rectified.experiments.sweeps import storage
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.convergence import convergence_speed, curve_of, steps_to_target
from rectified.experiments.trials.training import compare_training
from rectified.experiments.trials.tuning import Tuning
from rectified.experiments.trials.watching import score
from rectified.networks import (
    L1,
    SGD,
    Adam,
    ClipNorm,
    Momentum,
    Parameters,
    StepDecay,
    accuracy,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    train,
)

RNG = np.random.default_rng(0)
MOONS = data.split(data.moons(80, rng=RNG), rng=RNG).standardised()
SINE = data.split(data.ALL["sine"](40, rng=RNG), rng=RNG)
FLOAT32 = 1e-5  # some hundred roundings of 6e-8


def bowl(n: int = 16, features: int = 4) -> Split:
    """Return a set on which a linear network's loss is a round bowl, λ = 2: at a learning rate r
    each step multiplies the distance from the bottom by 1 - 2 r, so 0.5 gets there at once.
    """
    rng = np.random.default_rng(5)
    centred = rng.standard_normal((n, features))
    centred -= centred.mean(axis=0)
    x = np.linalg.qr(centred).Q * n**0.5  # xᵀx / n is the identity, and columns have mean 0
    y = x @ rng.standard_normal((features, 1))
    part = Dataset(name="bowl", title="bowl", x=x, y=y)
    return Split(train=part, test=part)


BOWL = bowl()
LINEAR = Arm(f=identity, widths=(), weights=initializers.zeros)
FULL = {"data": BOWL, "batch": None, "seeds": [0, 1], "tuning_seeds": [7, 8, 9]}


# ---- Tuning -------------------------------------------------------------------------------------
def test_the_best_rate_of_a_round_bowl_is_found() -> None:
    rates = (0.05, 0.25, 0.5, 0.9, 100.0)
    result = compare_training({"bowl": LINEAR}, learning_rates=rates, steps=12, **FULL)
    tuning = result.arms["bowl"].tuning
    assert tuning.learning_rate == 0.5
    assert not tuning.at_edge
    left = (1 - 2 * np.array(rates[:4])) ** 24  # of the loss, after twelve steps
    expected = np.broadcast_to(np.mean(BOWL.train.y**2) * left, (3, 4))
    assert_allclose(tuning.loss[:, :4], expected, rtol=1e-3, atol=1e-12)  # 6e-8 squared, summed
    assert_array_equal(tuning.loss[:, 4], np.inf)  # 199^22 is no float32: it diverged
    assert tuning.seeds == (7, 8, 9)
    assert tuning.steps_to_target is None


@pytest.mark.parametrize(("rates", "rate"), [((0.05, 0.2), 0.2), ((0.7, 0.9), 0.7), ((0.3,), 0.3)])
def test_a_rate_at_the_edge_of_the_grid_is_said_to_be(rates: tuple, rate: float) -> None:
    result = compare_training({"bowl": LINEAR}, learning_rates=rates, steps=3, **FULL)
    tuning = result.arms["bowl"].tuning
    assert (tuning.learning_rate, tuning.at_edge) == (rate, True)


def made(loss: list, times: list | None = None) -> Tuning:
    """Return a tuning with these losses (T, R), and steps to a target."""
    steps = None if times is None else np.array(times)
    rates, seeds = tuple(range(1, len(loss[0]) + 1)), tuple(range(len(loss)))
    loss = np.array(loss, dtype=float)
    return Tuning(learning_rates=rates, seeds=seeds, loss=loss, steps_to_target=steps)


def test_the_lowest_median_decides_and_divergence_is_worst() -> None:
    inf = np.inf
    assert made([[3, 1, 2], [3, 9, 2], [3, 9, 2]]).learning_rate == 3  # not the lowest of all
    assert made([[3, inf, 1], [3, inf, inf], [3, 1, inf]]).learning_rate == 1
    assert made([[inf, inf, inf], [inf, 1, 1]]).learning_rate == 1  # all medians infinite
    assert made([[2, 1, 1, 2]]).learning_rate == 2  # the smaller of two that are equal
    assert_array_equal(made([[1, inf], [3, inf], [8, 1]]).median_loss, [3, inf])


def test_the_fewest_steps_decide_and_the_loss_only_parts_what_is_equal() -> None:
    inf = np.inf
    assert made([[1, 2, 3]], [[30.0, 20.0, 20.0]]).learning_rate == 2
    assert made([[1, 2, 3]], [[30.0, 20.0, 10.0]]).learning_rate == 3
    assert made([[3, 1, 2]], [[inf, inf, inf]]).learning_rate == 2
    assert made([[3, 1, 9], [3, 1, 9]], [[inf, inf, 10.0], [inf, inf, 12.0]]).learning_rate == 3


def test_rates_are_chosen_on_validation_data_if_there_are_any() -> None:
    away = replace(BOWL.train, y=-BOWL.train.y)  # the less is learned, the better
    settings = {"learning_rates": (0.1, 0.3, 0.5), "steps": 2, **FULL}
    on_train = compare_training({"bowl": LINEAR}, **settings).arms["bowl"]
    on_away = compare_training({"bowl": LINEAR}, validation=away, **settings).arms["bowl"]
    assert (on_train.tuning.learning_rate, on_away.tuning.learning_rate) == (0.5, 0.1)
    left = 0.8**2  # 1 - 2 r, two steps
    scale = np.mean(BOWL.train.y**2)
    assert_allclose(on_away.tuning.loss[:, 0], (2 - left) ** 2 * scale, rtol=FLOAT32)
    assert_allclose(on_away.loss, left**2 * scale, rtol=FLOAT32)  # still of the training part


# ---- Comparison of training ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arm", "optimizer", "settings"),
    [
        (Arm(f=relu, widths=(8,)), SGD(learning_rate=0.3), {}),
        (
            Arm(
                f=tanh, widths=(8, 5), optimizer=Momentum, penalties=[L1(0.01)], clip=ClipNorm(0.1)
            ),
            Momentum(learning_rate=0.3),
            {"penalties": [L1(0.01)], "clip": ClipNorm(0.1)},
        ),
        (
            Arm(f=relu, widths=(8,), optimizer=Adam, schedule=StepDecay(5), dropout=0.3),
            Adam(learning_rate=0.3, schedule=StepDecay(5)),
            {},
        ),
    ],
)
def test_an_arm_is_trained_as_it_says(arm: Arm, optimizer: object, settings: dict) -> None:
    result = compare_training(
        {"arm": arm},
        data=MOONS,
        seeds=[4, 5],
        steps=20,
        batch=16,
        learning_rates=[0.3],
        tuning_seeds=[9],
    )
    network = mlp((2, *arm.widths, 2), arm.f, dropout=arm.dropout)
    start = network.draw(seeds=[4, 5], dtype=np.float32)
    x, y, test = MOONS.train.x, MOONS.train.y, MOONS.test
    run = train(
        network,
        start,
        x,
        y,
        loss=softmax_cross_entropy,
        optimizer=optimizer,
        steps=20,
        seeds=[4, 5],
        batch=16,
        **settings,
    )
    found = result.arms["arm"]
    assert_array_equal(found.curve, run.loss)
    z, test_z = network.forward(run.parameters, x).z, network.forward(run.parameters, test.x).z
    assert_array_equal(found.loss, softmax_cross_entropy(z, y)[0].astype(float))
    assert_array_equal(found.accuracy, np.mean(z.argmax(axis=-1) == y, axis=1))
    assert_array_equal(found.test_accuracy, accuracy(test_z, test.y))
    assert_array_equal(found.test_loss, softmax_cross_entropy(test_z, test.y)[0].astype(float))
    assert not found.diverged.any()


def test_arms_share_batches_and_weights_seed_by_seed() -> None:
    arms = {"one": Arm(f=relu), "two": Arm(f=relu), "other": Arm(f=tanh)}
    found = compare_training(arms, data=MOONS, seeds=[1, 2], steps=5, tuning_seeds=[3]).arms
    assert_array_equal(found["one"].curve, found["two"].curve)
    assert found["one"].curve[0, 0] != found["other"].curve[0, 0]
    assert list(found) == ["one", "two", "other"]


def test_numbers_to_predict_have_a_loss_and_no_accuracy() -> None:
    arm = Arm(f=tanh, widths=(6,))
    found = compare_training({"a": arm}, data=SINE, seeds=[1], steps=8, tuning_seeds=[3], batch=8)
    trained = found.arms["a"]
    assert (trained.accuracy, trained.test_accuracy) == (None, None)
    assert trained.test_loss.shape == (1,)
    start = mlp((1, 6, 1), tanh).draw(seeds=[1], dtype=np.float32)
    whole = mean_squared_error(mlp((1, 6, 1), tanh).forward(start, SINE.train.x).z, SINE.train.y)
    assert trained.loss < whole[0]


def test_networks_that_diverge_are_marked_and_have_no_loss() -> None:
    found = compare_training({"bowl": LINEAR}, learning_rates=[9.0], steps=60, **FULL).arms["bowl"]
    assert found.diverged.all()
    assert np.isnan([found.loss, found.test_loss]).all()
    assert np.isnan(found.curve[:, -1]).all()
    labelled = compare_training(
        {"a": Arm(f=relu)}, data=MOONS, learning_rates=[1e15], steps=9, seeds=[1], tuning_seeds=[2]
    ).arms["a"]
    assert np.isnan([labelled.loss, labelled.accuracy, labelled.test_accuracy]).all()


def test_all_of_many_networks_are_scored() -> None:
    seeds = range(600)  # more than fit into one group
    settings = {"data": MOONS, "steps": 1, "learning_rates": [0.1], "tuning_seeds": [1000]}
    many = compare_training({"a": Arm(f=relu)}, seeds=seeds, **settings).arms["a"]
    few = compare_training({"a": Arm(f=relu)}, seeds=[599], **settings).arms["a"]
    assert len(many.test_loss) == 600
    assert many.test_loss[599] == few.test_loss[0]


def test_outputs_that_are_infinite_have_no_score() -> None:
    network = mlp((2, 2), relu)
    theta = network.draw(seeds=[0, 1], dtype=np.float32)
    theta.layers[0]["b"][1, 0] = np.inf  # the largest output is still the first
    found = score(network, theta, MOONS.train)
    assert_array_equal(np.isnan(found.loss), [False, True])
    assert_array_equal(np.isnan(found.accuracy), [False, True])


# ---- Convergence --------------------------------------------------------------------------------
def test_steps_to_a_target_are_counted_on_a_curve_made_by_hand() -> None:
    nan = np.nan
    curves = np.array(
        [
            [9, 9, 1, 1, 1, 1, 1, 1],  # means of two: 9 5 1 ...: there after four steps
            [9, 1, 9, 1, 1, 1, 1, 1],  # 5 5 5 1 1
            [1, 1, 1, 9, 9, 1, 1, 1],  # 1 1 5 9 5 1 1: at once, and stays for two means
            [1, 1, 9, 9, 9, 9, 9, 9],  # 1 5 9: there once, but does not stay
            [9, 9, 9, 9, 9, 9, 1, 1],  # there at the end, too late to stay
            [9, 9, 9, 9, 9, 1, 1, 1],  # in time
            [9, 1, 1, nan, nan, nan, nan, nan],  # diverged
            [1, 1, 1, nan, nan, nan, nan, nan],  # diverged when it was there
            [2, 2, 2, 2, 2, 2, 2, 2],  # never
        ],
        dtype=np.float32,
    )
    inf = np.inf
    expected = [4, 5, 2, inf, inf, 7, inf, 2, inf]
    assert_array_equal(steps_to_target(curves, target=1.5, window=2), expected)
    assert_array_equal(steps_to_target(curves[-1:], target=2.0, window=1), [1])


def test_the_speed_down_a_round_bowl_is_known() -> None:
    start = float(np.mean(BOWL.train.y**2))
    result = convergence_speed(
        {"bowl": LINEAR},
        target=start * 1e-3,
        learning_rates=(0.05, 0.1, 0.2, 1.2),
        steps=40,
        window=1,
        **FULL,
    )
    found = result.arms["bowl"]
    share = 1 - 2 * np.array([0.05, 0.1, 0.2])
    steps = np.ceil(np.log(1e-3) / (2 * np.log(share)))  # so many until share^(2 steps) <= 1e-3
    expected = [*(steps + 1), np.inf]  # the loss is seen on the batch of the step after
    assert_array_equal(found.tuning.steps_to_target, np.broadcast_to(expected, (3, 4)))
    assert found.tuning.learning_rate == 0.2
    assert_array_equal(found.steps_to_target, expected[2])
    assert found.median == expected[2]
    assert found.reached.all()
    assert not found.diverged.any()


def test_runs_that_never_arrive_are_censored_not_left_out() -> None:
    result = convergence_speed(
        {"relu": Arm(f=relu), "sigmoid": Arm(f=sigmoid)},
        target=0.3,
        data=MOONS,
        seeds=range(5),
        steps=40,
        window=5,
        learning_rates=[0.3],
        tuning_seeds=[9],
    )
    fast, slow = result.arms["relu"], result.arms["sigmoid"]
    assert fast.reached.all()
    assert fast.median == np.sort(fast.steps_to_target)[2]
    assert_array_equal(slow.steps_to_target, np.inf)
    assert not slow.reached.any()
    assert slow.median == np.inf
    some = replace(fast, steps_to_target=np.array([5.0, 7.0, np.inf, 6.0, np.inf]))
    assert some.median == 7.0  # of all five, where a mean of the three would be 6


def test_errors_are_counted_on_each_batch() -> None:
    result = convergence_speed(
        {"a": Arm(f=relu, widths=(6,))},
        target=0.1,
        measure="error",
        data=MOONS,
        seeds=[3],
        steps=30,
        window=3,
        batch=None,
        learning_rates=[0.5],
        tuning_seeds=[9],
    )
    found = result.arms["a"]
    network = mlp((2, 6, 2), relu)
    settings = {"loss": softmax_cross_entropy, "optimizer": SGD(learning_rate=0.5), "seeds": [3]}
    theta = network.draw(seeds=[3], dtype=np.float32)
    for step in range(30):
        wrong = network.forward(theta, MOONS.train.x).z.argmax(axis=-1) != MOONS.train.y
        assert_allclose(found.curve[0, step], wrong.mean())
        theta = train(network, theta, MOONS.train.x, MOONS.train.y, steps=1, **settings).parameters
    assert_array_equal(found.steps_to_target, steps_to_target(found.curve, target=0.1, window=3))


def test_errors_after_a_divergence_are_none() -> None:
    result = convergence_speed(
        {"a": Arm(f=relu)},
        target=0.6,
        measure="error",
        data=MOONS,
        seeds=[3],
        steps=10,
        window=1,
        learning_rates=[1e15],
        tuning_seeds=[9],
    )
    found = result.arms["a"]
    assert found.diverged.all()
    assert np.isnan(found.curve[0, -1])
    run = SimpleNamespace(
        loss=np.array([[1.0, np.nan]]), recorded={"error": np.array([[0.5, 0.5]])}
    )
    assert_array_equal(curve_of(run, "error"), [[0.5, np.nan]])  # though the outputs were finite


# ---- The ladder of initializers -----------------------------------------------------------------
def test_each_rung_shows_its_start_and_what_comes_of_it() -> None:
    rungs = (initializers.zeros, initializers.he_normal, Lsuv(examples=40))
    found = initialization_ladder(
        relu,
        data=MOONS,
        initializers=rungs,
        depth=4,
        width=8,
        seeds=[1, 2],
        steps=10,
        batch=None,
        learning_rates=[0.1, 0.2],
        tuning_seeds=[5],
    )
    assert list(found.rungs) == ["zeros", "he_normal", "lsuv(examples=40)"]
    network = mlp((2, 8, 8, 8, 2), relu)
    start = network.draw(seeds=[1, 2], dtype=np.float32)
    rung = found.rungs["he_normal"]
    signals: list[np.ndarray] = []
    trace = network.forward(start, MOONS.train.x, signals=signals)
    squares = [np.mean(h.astype(float) ** 2, axis=(1, 2)) for h in signals[1::2]]
    assert_allclose(rung.mean_square, np.column_stack(squares), rtol=FLOAT32)
    _, grad_z = softmax_cross_entropy(trace.z, MOONS.train.y)
    flow: list[np.ndarray] = []
    network.backward(start, trace, grad_z, flow=flow)
    squares = [np.mean(grad.astype(float) ** 2, axis=(1, 2)) for grad in flow[::-2]]
    assert_allclose(rung.gradient_mean_square, np.column_stack(squares), rtol=FLOAT32)
    dark = found.rungs["zeros"]
    assert_array_equal(dark.mean_square, 0.0)
    assert_array_equal(dark.gradient_mean_square[:, :-1], 0.0)
    assert_allclose(dark.trained.loss, np.log(2), rtol=0.01)  # it learned nothing but the bias
    assert [rung.diverged_share for rung in found.rungs.values()] == [0.0, 0.0, 0.0]


def test_a_rung_is_trained_as_an_arm_of_a_comparison() -> None:
    settings = {"data": MOONS, "seeds": [1, 2], "steps": 10, "tuning_seeds": [5, 6], "batch": 20}
    settings |= {"learning_rates": [0.001, 0.1, 0.2], "validation": MOONS.test.take([0, 1, 2])}
    laws = {"biases": initializers.constant(0.2), "optimizer": Adam}
    xavier = initializers.xavier_uniform
    ladder = initialization_ladder(
        relu, initializers=[xavier], depth=3, width=7, **laws, **settings
    )
    arm = Arm(f=relu, widths=(7, 7), weights=xavier, **laws)
    alone = compare_training({"xavier": arm}, **settings).arms["xavier"]
    trained = ladder.rungs["xavier_uniform"].trained
    assert storage.pack(arm=trained) == storage.pack(arm=alone)


def test_lsuv_gives_each_layer_variance_one() -> None:
    arm = Arm(f=tanh, widths=(16, 12), weights=Lsuv(examples=30))
    assert (arm.weights.name, arm.weights.title) == ("lsuv(examples=30)", "LSUV")
    start = arm.start(MOONS.train, [3, 4])
    signals: list[np.ndarray] = []
    arm.network(MOONS.train).forward(start, MOONS.train.x[:30], signals=signals)
    for z in signals[0::2]:
        assert_allclose(np.var(z, axis=(1, 2)), 1.0, atol=0.02)  # the tolerance of lsuv
    assert_array_equal(start.flat[1:], arm.start(MOONS.train, [4]).flat)
    assert not np.array_equal(start.flat[0], start.flat[1])


def test_a_rung_knows_how_many_diverged() -> None:
    found = initialization_ladder(
        relu,
        data=MOONS,
        initializers=[initializers.unit_normal],
        depth=12,
        width=32,
        steps=5,
        seeds=range(3),
        learning_rates=[1e3],
        tuning_seeds=[5],
    )
    assert found.rungs["unit_normal"].diverged_share == 1.0


# ---- What all have in common --------------------------------------------------------------------
SMALL = {"data": MOONS, "steps": 12, "seeds": [0, 1]}
ARMS = {"relu": Arm(f=relu, widths=(6,)), "leaky": Arm(f=ELEMENTWISE["leaky_relu"], widths=(6,))}
EXPERIMENTS: dict[str, Callable[..., object]] = {
    "compare_training": lambda **given: compare_training(ARMS, **SMALL | given),
    "convergence_speed": lambda **given: convergence_speed(
        ARMS, target=0.6, window=3, **SMALL | given
    ),
    "initialization_ladder": lambda **given: initialization_ladder(
        tanh, depth=3, width=6, initializers=[initializers.he_normal, Lsuv()], **SMALL | given
    ),
    "dead_units": lambda **given: dead_units(relu, widths=(6, 5), every=5, **SMALL | given),
    "sparsity": lambda **given: sparsity(
        relu, penalties=[L1(0.1)], widths=(6, 5), every=5, **SMALL | given
    ),
    "signal_propagation": lambda **given: signal_propagation(
        relu, depth=3, width=5, seeds=given.get("seeds", [0, 1])
    ),
    "gradient_flow": lambda **given: gradient_flow(
        relu, depth=3, width=5, seeds=given.get("seeds", [0, 1])
    ),
}
each_experiment = pytest.mark.parametrize("run", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())


@each_experiment
def test_results_are_frozen_and_can_be_kept_in_a_file(run: Callable) -> None:
    result = run()
    packed = storage.pack(result=result)
    assert storage.pack(result=storage.unpack(packed, "result")) == packed
    with pytest.raises(FrozenInstanceError):
        result.seeds = ()


@each_experiment
def test_results_are_the_same_every_time(run: Callable) -> None:
    assert storage.pack(result=run()) == storage.pack(result=run())


@each_experiment
def test_results_know_their_seeds(run: Callable) -> None:
    result = run(seeds=[5, 3])
    budget = getattr(result, "budget", result)
    assert budget.seeds == (5, 3)


ROWS: dict[str, Callable[[list[int]], np.ndarray]] = {
    "compare_training": lambda seeds: (
        EXPERIMENTS["compare_training"](seeds=seeds).arms["relu"].test_loss
    ),
    "convergence_speed": lambda seeds: (
        EXPERIMENTS["convergence_speed"](seeds=seeds).arms["relu"].curve
    ),
    "ladder": lambda seeds: (
        EXPERIMENTS["initialization_ladder"](seeds=seeds).rungs["he_normal"].gradient_mean_square
    ),
    "lsuv": lambda seeds: (
        EXPERIMENTS["initialization_ladder"](seeds=seeds).rungs["lsuv(examples=100)"].trained.loss
    ),
    "dead_units": lambda seeds: EXPERIMENTS["dead_units"](seeds=seeds).loss,
    "sparsity": lambda seeds: EXPERIMENTS["sparsity"](seeds=seeds).sparsity,
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_a_seed_gives_the_same_row_alone_and_in_company(rows: Callable) -> None:
    company = rows([7, 3, 11])
    assert_array_equal(rows([3]), company[1:2])
    assert not np.array_equal(company[0], company[1])


SCRIPT = """
import hashlib, numpy as np
from rectified import data
from rectified.activations import relu, tanh
from rectified.experiments.sweeps import storage
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.training import compare_training
rng = np.random.default_rng(0)
moons = data.split(data.moons(80, rng=rng), rng=rng).standardised()
arms = {"relu": Arm(f=relu, widths=(6,)), "tanh": Arm(f=tanh, weights=Lsuv())}
result = compare_training(arms, data=moons, seeds=range(5), steps=20)
digest = hashlib.sha256(storage.pack(result=result)).hexdigest()
"""


def test_another_process_computes_the_same_bits() -> None:
    here: dict[str, str] = {}
    exec(SCRIPT, here)
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT + "print(digest)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    assert there.stdout.strip() == here["digest"]


# ---- What is refused ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"f": np.tanh}, TypeError, "f must be an activation such as relu"),
        ({"weights": "he_normal"}, TypeError, "weights must be an initializer such as he_normal"),
        ({"biases": 0.0}, TypeError, "biases must be an initializer"),
        ({"biases": Lsuv()}, TypeError, "biases must be an initializer"),
        (
            {"weights": Lsuv(), "biases": initializers.normal(0.1)},
            ValueError,
            r"biases must be 0 where LSUV scales the weights, got normal\(0.1\)",
        ),
        ({"optimizer": SGD(learning_rate=1.0)}, TypeError, "optimizer must be a class such as SGD"),
        ({"optimizer": dict}, TypeError, "optimizer must be a class such as SGD"),
    ],
)
def test_an_arm_that_is_none_is_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Arm(**{"f": relu} | settings)


@pytest.mark.parametrize(("examples", "error"), [(0, ValueError), (2.0, TypeError)])
def test_lsuv_wants_examples(examples: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="examples must be"):
        Lsuv(examples=examples)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"seeds": []}, ValueError, "seeds must hold at least one seed"),
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"batch": 61}, ValueError, "batch must be at most 60"),
        ({"data": MOONS.train}, TypeError, "data must be a Split of one set"),
        ({"data": data.stack(lambda rng: MOONS, seeds=[1])}, TypeError, "data must be a Split"),
    ],
)
@pytest.mark.parametrize(
    "name", [name for name in EXPERIMENTS if name not in ("signal_propagation", "gradient_flow")]
)
def test_settings_of_training_are_checked(
    name: str, settings: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        EXPERIMENTS[name](**settings)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"learning_rates": []}, ValueError, "learning_rates must be positive, finite numbers"),
        ({"learning_rates": [0.0, 1.0]}, ValueError, "learning_rates must be positive"),
        ({"learning_rates": [1.0, np.inf]}, ValueError, "learning_rates must be positive"),
        ({"learning_rates": [[1.0]]}, ValueError, "learning_rates must be positive"),
        ({"learning_rates": [0.3, 0.1]}, ValueError, "learning_rates must rise"),
        ({"learning_rates": [0.1, 0.1]}, ValueError, "learning_rates must rise"),
        ({"tuning_seeds": [5, 1]}, ValueError, r"none of the seeds, got \[1\] in both"),
        ({"validation": MOONS}, TypeError, "validation must be a Dataset, got Split"),
        ({"validation": MOONS.test}, ValueError, "validation must not be the test part"),
    ],
)
def test_a_budget_that_is_none_is_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    for name in ("compare_training", "initialization_ladder"):
        with pytest.raises(error, match=message):
            EXPERIMENTS[name](**settings)


@pytest.mark.parametrize(
    ("arms", "error", "message"),
    [
        ({}, ValueError, "arms must hold at least one arm"),
        ([Arm(f=relu)], TypeError, "arms must be a mapping from names to Arm"),
        ({"relu": relu}, TypeError, "arms must be a mapping from names to Arm"),
    ],
)
def test_arms_that_are_none_are_refused(arms: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare_training(arms, **SMALL)
    with pytest.raises(error, match=message):
        convergence_speed(arms, target=1.0, **SMALL)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"measure": "accuracy"}, ValueError, "measure must be one of loss, error"),
        ({"measure": "error", "data": SINE}, ValueError, "must be 'loss', as sine has no labels"),
        ({"target": -1.0}, ValueError, "target must be at least 0 and finite"),
        ({"target": np.nan}, ValueError, "target must be at least 0 and finite"),
        ({"window": 0}, ValueError, "window must be at least 1"),
        ({"window": 7}, ValueError, "steps must be at least 14, two windows, got 12"),
    ],
)
def test_a_target_that_is_none_is_refused(
    settings: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        convergence_speed(ARMS, **SMALL | {"target": 0.5, "window": 3} | settings)


def test_a_ladder_without_rungs_or_hidden_layers_is_refused() -> None:
    he = initializers.he_normal
    with pytest.raises(ValueError, match="initializers must differ"):
        initialization_ladder(relu, initializers=[he, he], **SMALL)
    with pytest.raises(ValueError, match="arms must hold at least one arm"):
        initialization_ladder(relu, initializers=[], **SMALL)
    with pytest.raises(ValueError, match="depth must be at least 2"):
        initialization_ladder(relu, depth=1, **SMALL)
    with pytest.raises(TypeError, match="f must be an elementwise activation"):
        initialization_ladder(maxout(), **SMALL)


def test_an_activation_of_vectors_can_be_trained() -> None:
    found = compare_training({"maxout": Arm(f=maxout(), widths=(8,))}, **SMALL).arms["maxout"]
    assert found.loss.shape == (2,)
    assert isinstance(Arm(f=maxout()).start(MOONS.train, [1]), Parameters)
    assert hashlib.sha256(storage.pack(arm=found.arm)).hexdigest()
