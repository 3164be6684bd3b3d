"""The lab on dying units: its training against NumPy, its sentences against many seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from labs_node import run
from rectified.activations import Activation, elu, gelu, leaky_relu, relu, silu
from rectified.labs.dying_units import CHANGE, STEPS, UNITS, DyingUnits

SEEDS = range(20)
START = DyingUnits().state
BENDS = {"relu": relu, "elu": elu(), "gelu": gelu, "silu": silu}


def asked(tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what `dying-units.mjs` answers to tasks, in one process."""
    return run("dying-units.mjs", tasks)


def trainings(state: Mapping[str, Any], seeds: Sequence[int] = SEEDS) -> list[dict[str, Any]]:
    """Return what comes of a state with each of these seeds."""
    states = [START | dict(state) | {"seed": seed} for seed in seeds]
    return asked([{"task": "trained", "state": one} for one in states])


def at(found: Sequence[Mapping[str, Any]], name: str, step: int) -> np.ndarray:
    """Return a number at a step, for each seed."""
    return np.array([one[name][step] for one in found])


def back(found: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Return how many units had come back by the end, for each seed."""
    return np.array([one["changes"][-1]["back"] for one in found])


# ---- the training, against NumPy
def bend(phase: Mapping[str, Any]) -> Activation:
    """Return the book's activation of a phase."""
    if phase["activation"] == "leaky_relu":
        return leaky_relu(slope=phase["leak"])
    return BENDS[phase["activation"]]


class Optimizer:
    """The three rules as they stand in their papers; a new one remembers nothing."""

    def __init__(self, name: str) -> None:
        self.name, self.t, self.mean, self.square = name, 0, 0.0, 0.0

    def step(self, grad: np.ndarray, rate: float) -> np.ndarray:
        """Return what is added to the parameters."""
        self.t += 1
        if self.name == "SGD":
            return -rate * grad
        if self.name == "Momentum":
            self.mean = 0.9 * self.mean + grad
            return -rate * self.mean
        self.mean = 0.9 * self.mean + 0.1 * grad
        self.square = 0.999 * self.square + 0.001 * grad**2
        unbiased = self.mean / (1 - 0.9**self.t), self.square / (1 - 0.999**self.t)
        return -rate * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)


def views(theta: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return w and b of the hidden layer, and of the output: all weights come first."""
    ends = np.cumsum([2 * UNITS, 2 * UNITS, UNITS])
    w, v, b, c = np.split(theta, ends)
    return w.reshape(2, UNITS), b, v.reshape(UNITS, 2), c


def loss_and_gradient(
    theta: np.ndarray, f: Activation, x: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the cross-entropy and its gradient, by the equations of backpropagation."""
    w, b, v, c = views(theta)
    z = x @ w + b
    scores = f(z) @ v + c
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    examples = np.arange(len(y))
    error = (p - np.eye(2)[y]) / len(y)
    hidden = error @ v.T * f.derivative(z)
    parts = x.T @ hidden, f(z).T @ error, hidden.sum(axis=0), error.sum(axis=0)
    return -np.mean(np.log(p[examples, y])), np.concatenate([part.ravel() for part in parts])


def repeated(state: Mapping[str, Any], found: Mapping[str, Any]) -> list[np.ndarray]:
    """Return the parameters after each step, from the weights and batches that the lab had."""
    theta, thetas = np.array(found["theta"]), []
    optimizer = Optimizer("")
    for step, batch in enumerate(found["batches"]):
        thetas.append(theta)
        phase = phase_of(state, step)
        if phase["optimizer"] != optimizer.name:
            optimizer = Optimizer(phase["optimizer"])
        x, y = np.reshape(batch["x"], (-1, 2)), np.array(batch["y"], int)
        grad = loss_and_gradient(theta, bend(phase), x, y)[1]
        theta = theta + optimizer.step(grad, phase["learning_rate"])
    return [*thetas, theta]


ACTING = ("learning_rate", "offset", "activation", "leak", "optimizer")


def phase_of(state: Mapping[str, Any], step: int) -> dict[str, Any]:
    """Return the settings that act on the step after `step`."""
    if step >= state["since"]:
        return {name: state[name] for name in ACTING}
    (row,) = state["past"]
    return dict(zip(ACTING, row[1:], strict=True))


REPLAYED = [
    *[{"activation": name} for name in ("relu", "leaky_relu", "elu", "gelu", "silu")],
    *[{"optimizer": name} for name in ("Momentum", "Adam")],
    {"bias": -1.0, "offset": 3.0, "seed": 5},
    {"bias": -4.0, "activation": "gelu"},  # here slopes are below 0
    {
        "past": [[0, 0.5, 1.0, "relu", 0.1, "Momentum"]],
        "since": 4,
        "offset": 2.0,
        "activation": "leaky_relu",
        "optimizer": "Adam",
    },
]


@pytest.fixture(scope="module")
def replays() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    states = [START | {"learning_rate": 0.3} | one for one in REPLAYED]
    found = asked([{"task": "replay", "state": one, "steps": 10} for one in states])
    return list(zip(states, found, strict=True))


def test_ten_steps_agree_with_numpy_from_the_same_weights(replays) -> None:
    for state, found in replays:
        thetas = repeated(state, found)
        expected = [np.concatenate([views(one)[0].ravel(), views(one)[1]]) for one in thetas]
        lines = np.reshape(found["lines"], (11, -1))
        assert_allclose(lines, expected, rtol=1e-9, atol=1e-9, err_msg=str(state))
        assert np.abs(lines[-1] - lines[0]).max() > 1e-3, "nothing moved"


def test_each_step_sees_a_batch_of_the_data_that_its_phase_has(replays) -> None:
    for state, found in replays:
        x = np.reshape(found["examples"]["x"], (-1, 2))
        for step, batch in enumerate(found["batches"]):
            rows = np.reshape(batch["x"], (-1, 2)) - phase_of(state, step)["offset"]
            distance = np.abs(rows[:, None] - x).max(axis=2).min(axis=1)
            assert distance.max() < 1e-14  # the offset, added and taken away, rounds twice
            assert len(rows) == 16


def test_records_say_of_all_examples_what_numpy_says(replays) -> None:
    for state, found in replays:
        thetas = repeated(state, found)
        y = np.array(found["examples"]["y"], int)
        for step, theta in enumerate(thetas):
            phase = phase_of(state, step)
            x = np.reshape(found["examples"]["x"], (-1, 2)) + phase["offset"]
            w, b, *_ = views(theta)
            slopes = np.abs(bend(phase).derivative(x @ w + b))
            here = slice(step * UNITS, (step + 1) * UNITS)
            assert_array_equal(found["active"][here], (x @ w + b > 0).sum(axis=0))
            assert_allclose(found["steepest"][here], slopes.max(axis=0), rtol=1e-9, atol=1e-12)
            loss = loss_and_gradient(theta, bend(phase), x, y)[0]
            assert found["loss"][step] == pytest.approx(loss, rel=1e-9)


# ---- what the page says one should see
def test_a_try_leads_to_the_step_at_which_something_changes() -> None:
    for item in DyingUnits.tries:
        assert item.state["step"] == item.state["since"] == CHANGE


def test_those_that_began_dead_died_and_came_back_are_those_that_are_dead() -> None:
    states = [dict(item.state) for item in DyingUnits.tries] + [{"optimizer": "Adam"}]
    for state in states:
        for one in trainings(state, range(3)):
            for step, now in enumerate(one["changes"]):
                assert one["dead"][0] + now["died"] - now["back"] == one["dead"][step]
                assert now["active"] <= now["back"]


def test_at_the_start_most_units_are_dead_by_the_step_shown() -> None:
    found = trainings({})
    assert at(found, "dead", START["step"]).min() >= UNITS / 2
    assert at(found, "dead", 0).max() == 0
    (shown,) = trainings({}, [START["seed"]])
    assert shown["dead"][START["step"]] == 20


def test_a_tenth_of_the_learning_rate_kills_hardly_any() -> None:
    assert at(trainings({"learning_rate": 0.4}), "dead", STEPS).max() <= 1


def test_lowering_the_learning_rate_kills_no_more_and_revives_none() -> None:
    found = trainings(DyingUnits.tries[0].state)
    assert_array_equal(at(found, "dead", STEPS), at(found, "dead", CHANGE))
    assert at(found, "dead", CHANGE).min() >= UNITS / 2
    assert back(found).max() == 0


def test_what_is_no_plain_sgd_moves_the_dead() -> None:
    for optimizer in ("Momentum", "Adam"):
        state = {"optimizer": optimizer}
        assert back(trainings(state, range(6))).max() > 0, "the slope is 0, a remembered one is not"


def test_no_learning_rate_revives_a_first_layer_unit() -> None:
    for rate in (0.01, 1.0, 4.0, 10.0):
        state = dict(DyingUnits.tries[0].state) | {"learning_rate": rate}
        assert back(trainings(state, range(5))).max() == 0


def test_a_leak_revives_all_at_once_and_brings_back_line_after_line() -> None:
    found = trainings(DyingUnits.tries[1].state)
    assert at(found, "dead", CHANGE - 1).min() >= UNITS / 2
    assert max(max(one["dead"][CHANGE:]) for one in found) == 0
    off = {step: at(found, "off", step) for step in (CHANGE, CHANGE + 10, STEPS)}
    assert_array_equal(back(found), at(found, "dead", CHANGE - 1))
    active = np.array([one["changes"][-1]["active"] for one in found])
    assert active.min() > 0
    assert (back(found) - active <= off[STEPS]).all(), "those that are not active are off"
    assert (off[CHANGE + 10] < off[CHANGE]).all(), "some within ten steps"
    assert off[STEPS].min() > 0, "some not even in 100"
    assert off[STEPS].mean() < off[CHANGE].mean() / 2


def test_an_offset_kills_nearly_all_and_its_end_revives_nearly_all() -> None:
    found = trainings(DyingUnits.tries[2].state)
    assert at(found, "dead", 0).min() >= UNITS / 4
    assert at(found, "dead", 0).max() < 2 * UNITS / 3, "many die later"
    assert at(found, "dead", CHANGE - 1).min() >= UNITS - 1
    assert at(found, "dead", CHANGE).max() <= 1
    centred = trainings({"learning_rate": 1.0})
    assert at(centred, "dead", STEPS).max() <= 1
