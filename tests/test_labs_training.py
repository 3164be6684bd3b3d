"""What the labs learn, and how a training goes: its data, batches, steps, and its end."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from labs_node import run
from rectified import data, networks
from rectified.activations import relu
from rectified.networks.losses import accuracy, mean_squared_error, softmax_cross_entropy
from rectified.networks.optimizers import SGD, Adam, Momentum

EPS = np.finfo(np.float64).eps
LEVEL = 1e-6  # the share of seeds that would fail a test
OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}
TOLERANCE = 1e-9  # what labs promise; rounding is less than 1e-12
PLANE = ("two_circles", "moons", "spirals")


def asked(name: str, **settings: Any) -> Any:
    """Return what one task of `training.mjs` gives."""
    return run("training.mjs", [{"task": name, "of": settings}])[0]


def examples(task: str, n: int, *, seed: int = 0, **more: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs, (n, fan_in), and targets, (n,)."""
    found = asked("examples", task=task, n=n, seed=seed, **more)
    return np.reshape(found["x"], (n, -1)), np.array(found["y"])


# ---- tasks
def test_tasks_have_the_books_names_and_titles() -> None:
    facts = {fact.pop("name"): fact for fact in asked("facts")}
    rng = np.random.default_rng(0)
    for name in PLANE:
        title = getattr(data, name)(4, rng=rng).title
        loss = softmax_cross_entropy.title
        assert facts.pop(name) == {"title": title, "fanIn": 2, "fanOut": 2, "loss": loss}
    loss, title = mean_squared_error.title, data.CURVES["sine"].title
    assert facts == {"sine": {"title": title, "fanIn": 1, "fanOut": 1, "loss": loss}}


def turned(task: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the units that were drawn, from points without noise, and how far off they lie."""
    if task == "moons":
        x = np.where(y[:, None] == 0, x, [1.0, 0.5] - x)
        units = np.arctan2(x[:, 1], x[:, 0]) / np.pi
        return units, np.hypot(*x.T) - 1
    angle = np.arctan2(x[:, 1], x[:, 0]) / (2 * np.pi)
    if task == "two_circles":
        return angle % 1, np.hypot(*x.T) - np.where(y == 0, 0.5, 1)
    t = np.hypot(*x.T)
    return (t - 0.1) / 0.9, (1.5 * t + y / 2 - angle + 0.5) % 1 - 0.5


@pytest.mark.parametrize("task", PLANE)
def test_points_lie_uniformly_on_the_books_curves(task: str) -> None:
    x, y = examples(task, 4000, noise=0)
    assert_array_equal(y, np.arange(4000) % 2)
    units, off = turned(task, x, y)
    assert_allclose(off, 0, atol=16 * EPS)  # sine, cosine, arc tangent and their angle
    assert stats.kstest(units, "uniform").pvalue > LEVEL


@pytest.mark.parametrize(
    ("task", "usual"), [("two_circles", 0.1), ("moons", 0.1), ("spirals", 0.02), ("sine", 0)]
)
def test_noise_is_normal_and_of_the_books_size_if_none_is_given(task: str, usual: float) -> None:
    def moved(**noise: float) -> np.ndarray:
        x, y = examples(task, 4000, seed=3, **noise)
        return y if task == "sine" else x.ravel()

    difference = moved(noise=0.5) - moved(noise=0)
    assert stats.kstest(difference, stats.norm(0, 0.5).cdf).pvalue > LEVEL
    # The same normal numbers, times another noise: rounding of coordinates up to 4.
    assert_allclose(moved() - moved(noise=0), difference * usual / 0.5, atol=16 * EPS)


def test_sine_is_sampled_on_its_interval() -> None:
    (x, y), (low, high) = examples("sine", 4000), data.CURVES["sine"].interval
    assert stats.kstest(x[:, 0], stats.uniform(low, high - low).cdf).pvalue > LEVEL
    assert_allclose(y, np.sin(x[:, 0]), atol=2 * EPS)


# ---- steps
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("task", ["two_circles", "sine"])
def test_training_takes_the_books_steps(task: str, optimizer: str) -> None:
    rate, steps = 0.02, 12
    first, *_, last = states = asked(
        "states", task=task, optimizer=optimizer, learningRate=rate, steps=steps
    )
    fan_in, fan_out, loss = (
        (1, 1, mean_squared_error) if task == "sine" else (2, 2, softmax_cross_entropy)
    )
    network = networks.mlp([fan_in, 6, 5, fan_out], relu)
    x, y = np.reshape(first["x"], (-1, fan_in)), np.array(first["y"])
    y = y[:, None] if task == "sine" else y.astype(int)
    theta = networks.Parameters(network.shapes, np.array([first["theta"]]))
    settings = {"loss": loss, "optimizer": OPTIMIZERS[optimizer](learning_rate=rate)}
    trained = networks.train(network, theta, x, y, steps=steps, seeds=[0], **settings)
    assert [state["steps"] for state in states] == list(range(steps + 1))
    assert_allclose(last["theta"], trained.parameters.flat[0], atol=TOLERANCE)
    assert_allclose([state["loss"] for state in states[:-1]], trained.loss[0], atol=TOLERANCE)
    z = network.forward(trained.parameters, x).z
    assert_allclose(last["outputs"], z.ravel(), atol=TOLERANCE)
    right = np.nan if task == "sine" else accuracy(z, y)[0]
    assert_array_equal(last["accuracy"], right)


def test_a_new_learning_rate_holds_from_the_next_step() -> None:
    before, after = asked("changed", steps=3, later=0.7)
    expected = np.array(before["theta"]) - 0.7 * np.array(before["gradient"])
    assert_allclose(after["theta"], expected, atol=4 * EPS)  # one product, one difference


def test_a_training_stays_in_its_memory() -> None:
    assert asked("place") is True


def test_networks_that_cannot_be_are_refused() -> None:
    wrong = {"widths": [{"hidden": [4, 0]}, {"hidden": [2.5]}], "batch": [{"n": 0}, {"batch": -1}]}
    for name, settings in wrong.items():
        for fault in asked("refusals", wrong=settings):
            assert str(fault).startswith(f"RangeError: {name} must be integers of 1 or more, got ")


# ---- what is drawn
def biases(state: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return the biases of the hidden layers and of the last."""
    return state["theta"][-13:-2], state["theta"][-2:]


def test_gain_and_bias_are_those_of_the_first_parameters() -> None:
    (usual,), (other,) = (
        asked("states", steps=0, **more) for more in ({}, {"gain": 2, "bias": -3})
    )
    assert biases(usual) == ([0.0] * 11, [0.0] * 2)
    assert biases(other) == ([-3.0] * 11, [0.0] * 2)
    weights = slice(0, -13)
    # twice the weights, two roundings each
    assert_allclose(other["theta"][weights], 2 * np.array(usual["theta"][weights]), rtol=4 * EPS)


def test_weights_come_from_a_stream_of_their_own() -> None:
    (state,) = asked("states", steps=0, seed=6, initializer="unit_normal")
    stream = {"task": "stream", "seed": 6, "purpose": "weights", "kind": "normal", "n": 52}
    assert state["theta"][:-13] == run("random.mjs", [stream])[0]


def test_noise_moves_no_weight_and_a_seed_moves_all() -> None:
    (one,), (noisy,), (other,) = (
        asked("states", steps=0, **more) for more in ({"noise": 0}, {"noise": 0.3}, {"seed": 2})
    )
    assert one["theta"] == noisy["theta"]
    assert one["x"] != noisy["x"]
    assert not set(one["theta"][:-13]) & set(other["theta"][:-13])
    assert not set(one["x"]) & set(other["x"])


# ---- batches
def seen(batch: int, n: int, steps: int) -> np.ndarray:
    """Return which examples each batch held, (steps + 1, batch)."""
    x, _ = examples("sine", n, seed=1)
    places = {value: place for place, value in enumerate(x[:, 0])}
    states = asked("states", task="sine", n=n, batch=batch, steps=steps)
    for state in states:  # values travel with their inputs
        assert_allclose(state["y"], np.sin(state["x"]), atol=2 * EPS)
    return np.array([[places[value] for value in state["x"]] for state in states])


def test_all_examples_in_their_order_are_a_batch_where_it_is_large_enough() -> None:
    for batch in (10, 99):
        assert_array_equal(seen(batch, 10, 2), [range(10)] * 3)


def test_every_example_comes_once_an_epoch_in_a_new_order() -> None:
    epochs = seen(4, 12, 8).reshape(3, 12)  # three batches each
    for epoch in epochs:
        assert sorted(epoch) == list(range(12))
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_what_is_left_over_at_the_end_of_an_epoch_is_passed_over() -> None:
    epochs = seen(5, 12, 5).reshape(3, 10)  # two batches each, two examples left
    assert all(len(set(epoch)) == 10 for epoch in epochs)


# ---- divergence
def test_training_that_diverges_says_so_and_stops() -> None:
    states = asked("states", learningRate=1e200, steps=6)
    diverged = [state["diverged"] for state in states]
    first = diverged.index(True)
    assert diverged == [False] * first + [True] * (7 - first)
    assert all(np.isnan(state["loss"]) == state["diverged"] for state in states)
    assert states[-1]["steps"] == first
    assert_array_equal(states[-1]["theta"], states[first]["theta"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_not_finite_is_divergence_though_no_loss_shows_it(value: float) -> None:
    # A hidden unit with bias -inf is dead: its output is 0, and the loss stays finite.
    after, later = asked("poisoned", place=52, value=value)
    assert after["diverged"] is later["diverged"] is True
    assert after["steps"] == later["steps"] == 1
    assert np.isnan(after["accuracy"]) == np.isnan(after["outputs"]).any() == (value != -np.inf)
