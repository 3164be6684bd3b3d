"""The lab on gradient flow: its networks against NumPy and theory, and what its texts promise."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from labs_node import run
from rectified import activations, data
from rectified.activations import ELEMENTWISE, Activation
from rectified.data import Dataset
from rectified.experiments.depth.predictions import gradient_profile, mean_field
from rectified.experiments.trials.arms import Arm, trained
from rectified.initializers import Initializer, he_normal, variance_scaling, xavier_normal, zeros
from rectified.labs.gradient_flow import EXAMPLES, GradientFlow
from rectified.networks import Parameters, error, mean_squared_error, mlp, softmax_cross_entropy

FIRST = GradientFlow().state
RELU = {"activation": "relu", "initializer": "he_normal"}
CHANCE = 0.5
Found = Mapping[str, Any]


def asked(tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what the lab's job answers to tasks, in one process."""
    return run("gradient-flow.mjs", tasks)


def task(kind: str, *, steps: int = 0, **state: Any) -> dict[str, Any]:
    """Return what to ask, in a state that differs from the first by so much."""
    return {"task": kind, "state": FIRST | state, "steps": steps}


def batched(tasks: Sequence[Found], size: int) -> Iterator[Sequence[Found]]:
    yield from (tasks[start : start + size] for start in range(0, len(tasks), size))


def paths(steps: int, seeds: Sequence[int], **state: Any) -> list[Found]:
    """Return the trainings of some seeds; a few to a process, which may take two minutes."""
    tasks = [task("path", steps=steps, **(state | {"seed": seed})) for seed in seeds]
    return [found for few in batched(tasks, 5) for found in asked(few)]


# ---- the numbers behind the picture, against NumPy
STATES = [
    {},
    {"activation": "tanh", "gain": 2.0, "width": 13, "depth": 6, "seed": 3},
    {**RELU, "depth": 4},
    {"activation": "gelu", "initializer": "orthogonal", "task": "sine", "depth": 3, "width": 64},
    {"activation": "relu6", "depth": 1},
]


def signals(found: Found, state: Mapping[str, Any]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return h of each layer, the last one's outputs, and ∂loss/∂z of each layer."""
    f, loss = ELEMENTWISE[state["activation"]], mean_squared_error
    x, y = np.array(found["x"])[:, None], np.array(found["y"])[:, None]
    if found["labelled"]:
        x, y, loss = x.reshape(-1, 2), y[:, 0].astype(int), softmax_cross_entropy
    ends = x.shape[1], 2 if found["labelled"] else 1
    network = mlp((ends[0], *[state["width"]] * (state["depth"] - 1), ends[1]), f)
    layers = [layer for layer in parameters(network.shapes, found).layers if layer]
    z = [x @ layers[0]["w"][0] + layers[0]["b"][0]]
    for layer in layers[1:]:
        z.append(f(z[-1]) @ layer["w"][0] + layer["b"][0])
    value, grad = loss.value_and_gradient(z[-1][None], y[None])
    grads = [grad[0]]
    for layer, below in zip(layers[:0:-1], z[-2::-1], strict=True):
        grads.append(grads[-1] @ layer["w"][0].T * f.derivative(below))
    assert_allclose(found["loss"], value[0], rtol=1e-9)
    return [*map(f, z[:-1]), z[-1]], grads[::-1]


def parameters(shapes: Any, found: Found) -> Parameters:
    return Parameters(shapes, np.array(found["theta"])[None])


def size(numbers: np.ndarray | list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(numbers))))


def seen(numbers: np.ndarray) -> np.ndarray:
    """Return the examples that histograms look at: 1024 numbers, or as many whole rows."""
    return numbers[: max(1, 1024 // numbers.shape[1])].ravel()


@pytest.mark.parametrize("steps", [0, 7])
def test_a_frame_shows_the_network_as_numpy_has_it(steps: int) -> None:
    states = [FIRST | state for state in STATES]
    frames = asked([task("frame", steps=steps, **state) for state in STATES])
    for state, found in zip(states, frames, strict=True):
        h, grads = signals(found, state)
        # 1e-9 is what labs promise; ten layers of sums of 128 doubles lose far less
        assert_allclose(found["output"], [size(one) for one in h[:-1]], rtol=1e-9)
        assert_allclose(found["gradient"], [size(one) for one in grads], rtol=1e-9)
        assert_array_equal(found["zeros"], [np.mean(seen(one) == 0) for one in grads])
        if found["labelled"]:
            assert found["accuracy"] == np.mean(h[-1].argmax(axis=1) == found["y"])


def test_a_step_goes_down_the_gradient_by_the_learning_rate() -> None:
    state = {"learning_rate": 0.05, "depth": 3}
    before, after = asked([task("frame", steps=steps, **state) for steps in (0, 1)])
    _, grads = signals(before, FIRST | state)
    bias = np.array(after["theta"])[-2:]  # of the outputs, 0 at first
    assert_allclose(bias, -0.05 * grads[-1].sum(axis=0), rtol=1e-9)


def test_histograms_count_what_numpy_counts() -> None:
    states = [FIRST | state for state in STATES]
    for state, found in zip(states, asked([task("frame", **one) for one in STATES]), strict=True):
        h, grads = signals(found, state)
        outputs = np.reshape(found["outputs"], (state["depth"] - 1, 24))
        for one, shares in zip(map(seen, h[:-1]), outputs, strict=True):
            inside = np.clip(one[one != 0], *found["range"])
            counts, _ = np.histogram(inside, bins=24, range=found["range"])
            assert_allclose(shares, counts / one.size, atol=1e-12)  # sums of 1 / 1024
        gradients = np.reshape(found["gradients"], (state["depth"], 16))
        for one, shares in zip(grads, gradients, strict=True):
            nonzero = seen(one)[seen(one) != 0]
            counts, _ = np.histogram(np.log10(np.abs(nonzero) / size(one)), bins=16, range=(-3, 1))
            assert_allclose(shares, counts / seen(one).size, atol=1e-12)


def test_histograms_reach_as_far_as_f_does_or_the_first_signals_do() -> None:
    names = ("sigmoid", "tanh", "relu", "silu", "identity")
    frames = asked([task("frame", activation=f, gain=3.0) for f in names])
    found = {
        name: (*frame["range"], frame["output"][0])
        for name, frame in zip(names, frames, strict=True)
    }
    assert_allclose(found["sigmoid"][:2], [0, 1], atol=1e-12)
    assert_allclose(found["tanh"][:2], [-1, 1])
    assert found["relu"][:2] == (0, 4 * found["relu"][2])
    low, high, size_of_first = found["silu"]
    assert high == 4 * size_of_first
    assert low == pytest.approx(-0.278, abs=0.01)  # its minimum, looked for in steps of 1/2
    assert found["identity"][:2] == (-4 * found["identity"][2], 4 * found["identity"][2])


def test_the_surface_is_what_the_network_says_of_a_grid() -> None:
    (found,) = asked([task("frame", steps=20, **RELU, depth=3)])
    grid = np.linspace(-1.5, 1.5, 40)
    places = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)  # rows from below
    network = mlp((2, 32, 32, 2), activations.relu)
    z = network.forward(parameters(network.shapes, found), places[None]).z[0]
    assert_allclose(found["surface"], 1 / (1 + np.exp(z[:, 0] - z[:, 1])), rtol=1e-9)
    (curve,) = asked([task("frame", task="sine", activation="tanh", depth=2)])
    network = mlp((1, 32, 1), activations.tanh)
    x = np.linspace(-np.sqrt(3), np.sqrt(3), 40)[None, :, None]
    found = network.forward(parameters(network.shapes, curve), x).z[0, :, 0]
    assert_allclose(curve["surface"], found, rtol=1e-9, atol=1e-12)  # it passes through 0


def test_data_are_the_books_and_those_of_a_curve_have_mean_square_1() -> None:
    circles, curve, same = asked(
        [task("frame"), task("frame", task="sine", seed=5), task("frame", seed=5)]
    )
    assert circles["x"] == same["x"], "new weights, old data"
    assert circles["theta"] != same["theta"]
    x, y = np.reshape(circles["x"], (-1, 2)), np.array(circles["y"])
    assert len(y) == len(curve["y"]) == EXAMPLES
    radii = [np.hypot(*x[y == label].T).mean() for label in (0, 1)]
    # noise of 0.1 lengthens a radius r by 0.01 / 2r on average; the mean of 64 varies by 0.0125
    assert_allclose(radii, [0.51, 1.005], atol=0.05)
    at = np.array(curve["x"])
    assert_allclose(curve["y"], np.sin(at * np.pi / np.sqrt(3)), atol=1e-12)
    # 3 x² / 1.8 for x uniform on (-1, 1) has standard deviation 0.9; this is the mean of 128
    assert np.mean(at**2) == pytest.approx(1, abs=4 * 0.9 / np.sqrt(EXAMPLES))


# ---- theory
def law_of(scale: float, mode: str, gain: float) -> Initializer:
    return variance_scaling(scale * gain**2, mode, "normal")


THEORY = {"depth": 6, "width": 20, "gain": 0.8}
SHAPES = [(2, 20), *[(20, 20)] * 4, (20, 2)]


@pytest.mark.parametrize(
    ("initializer", "scale", "mode"),
    [
        ("lecun_normal", 1.0, "fan_in"),
        ("xavier_uniform", 1.0, "fan_avg"),
        ("he_normal", 2.0, "fan_in"),
    ],
)
def test_lines_are_those_of_the_books_theory(initializer: str, scale: float, mode: str) -> None:
    law = variance_scaling(scale * THEORY["gain"] ** 2, mode, "normal")
    tasks = [task("frame", initializer=initializer, activation=f, **THEORY) for f in ELEMENTWISE]
    for f, found in zip(ELEMENTWISE.values(), asked(tasks), strict=True):
        start = {"weights": law, "biases": zeros, "mean_square": size(found["x"]) ** 2}
        field = mean_field(f, SHAPES, **start)
        profile = np.sqrt(gradient_profile(SHAPES, law, field.mean_square_slope))[:-1]
        # 1e-6 is what labs promise of theory
        output = np.sqrt(field.mean_square_h[:-1])
        assert_allclose(found["theory"]["output"], output, rtol=1e-6, err_msg=f.name)
        line = found["theory"]["gradient"]
        assert line[-1] == found["gradient"][-2]  # it begins at what was measured
        assert_allclose(line, line[-1] * profile / (profile[-1] or 1.0), rtol=1e-6)


@pytest.mark.parametrize(
    "state", [{}, RELU, {"activation": "tanh", "gain": 1.5}], ids=["sigmoid", "relu", "tanh"]
)
def test_wide_networks_follow_the_lines(state: dict[str, Any]) -> None:
    found = [one["before"] for one in paths(0, range(20), width=64, **state)]
    decades = {
        name: np.mean([np.log10(np.divide(one[name][:9], one["theory"][name])) for one in found], 0)
        for name in ("output", "gradient")
    }
    # Of 64 ReLUs a layer changes the logarithm by 0.06 at random, and by -0.0085 on average: after
    # nine layers, in the mean of 20 networks, by 0.04 and -0.08. The others are calmer. Gradients
    # vary as much, and besides with the two outputs that they come from.
    assert_allclose(decades["output"], 0, atol=0.16)
    assert_allclose(decades["gradient"], 0, atol=0.2)


# ---- what the lab begins with, and where one click leads
def test_ten_layers_of_sigmoid_stay_near_chance() -> None:
    for found in paths(1000, range(4)):
        accuracy = np.array(found["values"])
        assert len(accuracy) == 1001
        assert accuracy[-200:].max() <= 0.65
        assert abs(accuracy.mean() - CHANCE) < 0.08
        reached = found["before"]["gradient"]
        assert reached[0] < 1e-5 * reached[-1]


def test_with_relu_and_he_they_learn() -> None:
    for found in paths(400, range(6), **RELU):
        assert np.mean(np.array(found["values"])[-20:]) > 0.95
        sizes = np.array(found["before"]["gradient"][:-1])
        assert sizes.max() < 5 * sizes.min()  # of hidden layers: "the same size"


def learnt_in_numpy(f: Activation, weights: Initializer, steps: int, seeds: range) -> np.ndarray:
    """Return the accuracy of networks of the book's engine, of each seed after every 20 steps."""
    circles: Dataset = data.two_circles(EXAMPLES, rng=np.random.default_rng(1))
    arm = Arm(f=f, widths=(FIRST["width"],) * (FIRST["depth"] - 1), weights=weights)
    settings = {"learning_rates": [FIRST["learning_rate"]], "steps": steps + 1, "batch": None}
    probes = {"error": error}
    run = trained(arm, circles, seeds=seeds, probes=probes, every=20, **settings)
    return 1 - run.recorded["error"]


def test_the_books_engine_says_the_same() -> None:
    seeds = range(20)
    relu = learnt_in_numpy(activations.relu, he_normal, 400, seeds)
    assert (relu[:, -1] > 0.95).all()
    sigmoid = learnt_in_numpy(activations.sigmoid, xavier_normal, 1000, range(6))
    assert (sigmoid[:, -10:] <= 0.65).all()


@pytest.mark.audit
def test_it_is_so_for_nearly_all_of_fifty_seeds() -> None:
    seeds = range(50)
    last = np.array([one["values"][-1] for one in paths(1500, seeds)])
    learnt = np.array([np.mean(one["values"][-20:]) for one in paths(400, seeds, **RELU)])
    print(f"sigmoid: accuracy after 1500 steps up to {last.max():.3f}")
    print(f"ReLU with He: accuracy after 400 steps from {learnt.min():.3f}")
    assert np.mean(last <= 0.65) >= 0.96
    assert np.mean(learnt > 0.95) >= 0.96
    relu = learnt_in_numpy(activations.relu, he_normal, 400, seeds)[:, -1]
    sigmoid = learnt_in_numpy(activations.sigmoid, xavier_normal, 1500, seeds)[:, -1]
    print(f"in NumPy: sigmoid up to {sigmoid.max():.3f}, ReLU from {relu.min():.3f}")
    assert np.mean(sigmoid <= 0.65) >= 0.96
    assert np.mean(relu > 0.95) >= 0.96


# ---- what one should see after each try
def first_step(values: Sequence[float], least: float) -> float:
    """Return the first step at which the accuracy is above `least`; infinite without one."""
    above = np.flatnonzero(np.array(values) > least)
    return float(above[0]) if above.size else np.inf


def check_eightfold(found: Found) -> None:
    sizes = found["before"]["gradient"]
    assert 0.05 * sizes[-2] < sizes[0] < 2 * sizes[-2]


def check_chaos(found: Found) -> None:
    start = found["before"]["gradient"]
    assert start[0] > 1000 * start[-2]
    outputs = np.reshape(found["after"]["outputs"], (29, 24))
    ends = outputs[:, 0] + outputs[:, -1]  # shares of |h| above 11 / 12
    assert np.mean(ends) > 0.5


def vanished(found: Sequence[Found]) -> float:
    """Return the share of trainings that leave less than a tenth of the gradient to layer 1."""
    ends = [one["after"]["gradient"] for one in found]
    return float(np.mean([end[0] < 0.1 * end[-2] for end in ends]))


def test_the_tries_lead_to_what_they_say() -> None:
    relu, eightfold, chaos = (dict(one.state) for one in GradientFlow.tries)
    assert relu == RELU  # so what is asserted above holds
    learning = paths(1000, range(3), **eightfold)
    for found in learning:
        check_eightfold(found)
    assert np.median([first_step(one["values"], 0.95) for one in learning]) <= 1000
    exploding = paths(50, range(3), **chaos)
    for found in exploding:
        check_chaos(found)
    assert vanished(exploding) > 0.5


@pytest.mark.audit
def test_the_tries_lead_there_from_thirty_seeds() -> None:
    _, eightfold, chaos = (dict(one.state) for one in GradientFlow.tries)
    learning = paths(2000, range(30), **eightfold)
    steps = [first_step(one["values"], 0.95) for one in learning]
    print(f"eightfold: above 95 % after {np.median(steps):g} steps, at most {max(steps):g}")
    assert np.mean(np.array(steps) <= 1000) >= 0.9
    exploding = paths(50, range(30), **chaos)
    print(f"chaos: the gradient vanished in {vanished(exploding):.0%}")
    assert vanished(exploding) > 0.9
    for check, found in ((check_eightfold, learning), (check_chaos, exploding)):
        for one in found:
            check(one)
    best = max(max(one["values"]) for one in paths(400, range(5), **chaos))
    print(f"chaos: accuracy in 400 steps up to {best:.2f}")
    assert best < 0.9


# ---- ends and edges
def test_a_training_ends_when_it_has_learned_has_diverged_or_was_long_enough() -> None:
    learned, diverged, long = asked(
        [task("end", **RELU), task("end", activation="relu", gain=10.0), task("end", depth=1)]
    )
    assert learned["steps"][0] < 1000
    assert (
        "the network is right on 100 % of the points"
        in learned["said"][0] + learned["said"][1] + learned["said"][2]
    )
    assert diverged["diverged"]
    assert diverged["steps"][0] == diverged["steps"][1] < 100
    assert diverged["said"][1] == f"diverged at step {diverged['steps'][0]}"
    assert long["steps"][0] == 3000


def test_every_activation_and_initializer_gives_a_frame_at_any_depth() -> None:
    schema = GradientFlow.schema()
    names = {
        name: [key for key, _ in schema[name]["options"]] for name in ("activation", "initializer")
    }
    states = [
        {
            "activation": f,
            "initializer": names["initializer"][i % 10],
            "depth": depth,
            "width": width,
        }
        for i, f in enumerate(names["activation"])
        for depth, width in ((1, 2), (2, 2), (3, 5), (50, 4))
    ]
    for state, found in zip(
        states, asked([task("frame", steps=2, **one) for one in states]), strict=True
    ):
        depth = state["depth"]
        assert len(found["output"]) == len(found["theory"]["gradient"]) == depth - 1
        assert len(found["gradient"]) == len(found["zeros"]) == depth
        assert found["said"][0]
        assert "NaN" not in str(found["said"])


def test_the_page_knows_what_the_state_offers() -> None:
    (tables,) = asked([{"task": "tables"}])
    schema = GradientFlow.schema()
    options = {name: [key for key, _ in schema[name]["options"]] for name in tables}
    assert options["activation"] == tables["activation"]
    assert options["initializer"] == tables["initializer"]
    assert set(options["task"]) <= set(tables["task"])


def test_a_history_thins_out_and_keeps_whole_steps() -> None:
    ends = (0, 375, 376, 1000, 3000)
    histories = asked([{"task": "history", "steps": steps} for steps in ends])
    for steps, found in zip(ends, histories, strict=True):
        stride = found["stride"]
        assert found["values"] == list(range(0, steps + 1, stride))
        assert steps / stride <= 375


def test_the_readout_says_what_is_left_of_the_gradient() -> None:
    vanishing, growing, none, single, pair = asked(
        [
            task("frame"),
            task("frame", activation="tanh", depth=30, gain=3.0),
            task("frame", activation="step"),
            task("frame", depth=1),
            task("frame", depth=2, task="sine", steps=1),
        ]
    )
    share = vanishing["gradient"][0] / vanishing["gradient"][-2]
    factor, exponent = f"{share:.0e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert vanishing["said"][3].replace("\N{NO-BREAK SPACE}", " ") == f"{factor} × 10{raised}"
    assert "theory has × 0.24 a layer" in vanishing["said"][4]
    assert share == pytest.approx(0.24**8, rel=0.5)  # eight layers, in a network of 32 units
    assert growing["said"][3].endswith(" times")
    assert none["said"][3] == "nothing"
    assert single["said"][2].endswith("With no hidden layer, the gradient has no way to go.")
    assert pair["said"][2].endswith("With one hidden layer, the gradient has no way to go.")
    assert pair["said"][0] == "After 1 step, the mean squared error is "


# ---- the state
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 0),
        ("depth", 51),
        ("width", 1),
        ("activation", "softmax"),
        ("initializer", "zeros"),
        ("gain", 0),
        ("task", "moons"),
        ("learning_rate", 11),
        ("seed", -1),
    ],
)
def test_values_that_make_no_sense_raise(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        GradientFlow(**{name: value})


def test_the_poster_has_the_numbers_of_its_networks() -> None:
    poster = GradientFlow().poster()
    assert "sigmoid with Xavier normal has 7 · 10⁻⁷ of layer 10’s gradient" in poster.message
    assert len(poster.message) <= 110
