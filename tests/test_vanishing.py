"""The experiments on vanishing gradients: against oracles that share no code with them."""

import math
from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn import functional

from rectified import data, experiments
from rectified.activations import identity, relu, sigmoid, softsign, step, tanh
from rectified.experiments import Arm
from rectified.experiments.depth.plateau import circles, cosine_and_norm
from rectified.initializers import inverse_sqrt_uniform, normal, xavier_normal
from rectified.moments import mean_product, moments
from rectified.networks import (
    SGD,
    Activate,
    BatchNorm,
    ClipNorm,
    Dense,
    LayerNorm,
    Momentum,
    Network,
    Residual,
    deep_mlp,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

ROUNDING = 1e-12  # of numbers of size 1 after some hundred sums and products in double precision
DIGITS = data.split(data.digits(), rng=np.random.default_rng(0)).standardised()
SMALL = {"hidden": (2,), "width": 4, "steps": 20, "learning_rates": (0.1, 0.3)}
WAYS = {"a": Arm(f=tanh, weights=xavier_normal), "b": Arm(f=relu)}


# ---- Layers that cure ----------------------------------------------------------------------------
def torch_norm(kind: str, h: torch.Tensor, gain: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if kind == "layer":
        return functional.layer_norm(h, (h.shape[1],), 1 + gain, b, eps=1e-5)
    return functional.batch_norm(h, None, None, 1 + gain, b, training=True, eps=1e-5)


@pytest.mark.parametrize("kind", ["layer", "batch"])
def test_a_norm_agrees_with_pytorch_forward_and_backward(kind: str) -> None:
    layer = {"layer": LayerNorm, "batch": BatchNorm}[kind](5)
    network = Network(5, (layer,))
    theta = network.draw(seeds=[0, 1], biases=normal(0.5))
    h = np.random.default_rng(2).normal(1.0, 3.0, (2, 7, 5))
    grad = np.random.default_rng(3).standard_normal((2, 7, 5))
    flow: list[np.ndarray] = []
    trace = network.forward(theta, h)
    gradient = network.backward(theta, trace, grad, flow=flow, to_input=True)
    for row in range(2):
        leaves = [h[row], *(theta.layers[0][name][row] for name in ("gain", "b"))]
        leaves = [torch.tensor(leaf, requires_grad=True) for leaf in leaves]
        expected = torch_norm(kind, *leaves)
        expected.backward(torch.tensor(grad[row]))
        assert_allclose(trace.z[row], expected.detach(), atol=ROUNDING)
        found = flow[-1][row], *(gradient.layers[0][name][row] for name in ("gain", "b"))
        for mine, leaf in zip(found, leaves, strict=True):
            assert_allclose(mine, leaf.grad, atol=10 * ROUNDING)


@pytest.mark.parametrize("normalize", [None, LayerNorm, BatchNorm])
def test_a_residual_network_agrees_with_autograd(normalize: type | None) -> None:
    network = deep_mlp((3, 4, 4, 2), tanh, normalize=normalize, residual=True)
    theta = network.draw(seeds=[0], weights=normal(0.7), biases=normal(0.3))
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((6, 3)), rng.integers(0, 2, 6)
    trace = network.forward(theta, x)
    gradient = network.backward(theta, trace, softmax_cross_entropy(trace.z, y)[1])
    leaves = [
        {name: torch.tensor(view[0], requires_grad=True) for name, view in layer.items()}
        for layer in theta.layers
    ]
    kind = {None: None, LayerNorm: "layer", BatchNorm: "batch"}[normalize]

    def hidden(h: torch.Tensor, leaf: dict[str, torch.Tensor], norm: dict) -> torch.Tensor:
        z = h @ leaf["w"] + leaf["b"]
        return torch.tanh(torch_norm(kind, z, norm["gain"], norm["b"]) if kind else z)

    first, last = leaves[0], leaves[-1]
    h = hidden(torch.tensor(x), first, leaves[1])
    block = leaves[2 + bool(kind)]
    inner = [
        {name[2:]: leaf for name, leaf in block.items() if name.startswith(f"{number}.")}
        for number in (0, 1)
    ]
    h = h + hidden(h, *inner)
    loss = functional.cross_entropy(h @ last["w"] + last["b"], torch.tensor(y))
    loss.backward()
    for mine, leaf in zip(gradient.layers, leaves, strict=True):
        for name, tensor in leaf.items():
            assert_allclose(mine[name][0], tensor.grad, atol=10 * ROUNDING)


def test_a_deep_mlp_without_cures_is_an_mlp() -> None:
    assert deep_mlp((2, 4, 4, 3), relu) == mlp((2, 4, 4, 3), relu)


def test_a_batch_norm_sees_the_whole_batch_and_a_layer_norm_one_example() -> None:
    h = np.random.default_rng(0).standard_normal((1, 6, 5))
    for layer, alone in ((LayerNorm(5), True), (BatchNorm(5), False)):
        network = Network(5, (layer,))
        theta = network.draw(seeds=[0])
        whole, part = network.forward(theta, h).z, network.forward(theta, h[:, :3]).z
        assert np.allclose(whole[:, :3], part, atol=ROUNDING) is alone


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Residual(()), TypeError, "layers"),
        (lambda: Residual((relu,)), TypeError, "layers"),
        (lambda: Network(3, (Residual((Dense(3, 4),)),)), ValueError, "residual"),
        (lambda: Network(3, (LayerNorm(4),)), ValueError, "norm of 4 units"),
        (lambda: BatchNorm(0), ValueError, "units"),
        (lambda: LayerNorm(3, epsilon=0.0), ValueError, "epsilon"),
        (lambda: deep_mlp((3,), relu), ValueError, "widths"),
        (lambda: Arm(f=relu, dropout=0.5, residual=True), ValueError, "dropout"),
    ],
)
def test_layers_refuse_what_does_not_fit(
    make: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make()


def test_an_arm_builds_the_network_that_it_names() -> None:
    arm = Arm(f=tanh, widths=(4, 4), normalize=BatchNorm, residual=True)
    assert arm.network(circles().train) == deep_mlp(
        (2, 4, 4, 2), tanh, normalize=BatchNorm, residual=True
    )


# ---- One unit ------------------------------------------------------------------------------------
def test_half_of_the_slope_lies_where_algebra_puts_it() -> None:
    # s (1 - s) = 1/8 gives exp(z) = 3 + 2 √2; tanh is the sigmoid at half the scale
    place = math.log(3 + 2 * math.sqrt(2))
    found = experiments.half_slope(sigmoid)
    assert_allclose(found.place, place, rtol=ROUNDING)
    assert_allclose(experiments.half_slope(tanh).place, place / 2, rtol=ROUNDING)
    # tanh' = 1 - h², which is 1/20 at h = √0.95
    flat_tanh = experiments.half_slope(tanh).flat_place
    assert_allclose(flat_tanh, math.atanh(math.sqrt(0.95)), rtol=ROUNDING)
    assert_allclose(found.at_two, 4 / (2 + 2 * math.cosh(2)), rtol=ROUNDING)
    # s (1 - s) = 1/20 gives exp(z) = 9 + 4 √5; the line is cut into steps of 0.001
    flat = math.log(9 + 4 * math.sqrt(5))
    assert_allclose(found.flat_place, flat, rtol=ROUNDING)
    assert_allclose(found.flat_share, 1 - flat / 100, atol=1e-5)


def test_softsign_has_half_of_its_slope_where_its_formula_says() -> None:
    assert_allclose(experiments.half_slope(softsign).place, math.sqrt(2) - 1, rtol=ROUNDING)


@pytest.mark.parametrize("f", [relu, identity])
def test_a_slope_that_does_not_fall_is_refused(f: object) -> None:
    with pytest.raises(ValueError, match="slope"):
        experiments.half_slope(f)


def test_a_unit_recovers_in_as_many_steps_as_a_loop_by_hand_counts() -> None:
    def steps(z: float, entropy: bool) -> int:
        for count in range(1, 10_000):
            h = 1 / (1 + math.exp(-z))
            z -= h if entropy else h * h * (1 - h)
            if z <= 0:
                return count
        raise AssertionError("it never came back")

    for entropy in (False, True):
        found = experiments.recovery(sigmoid, starts=(0.5, 3.0), cross_entropy=entropy)
        assert_array_equal(found.steps, [steps(0.5, entropy), steps(3.0, entropy)])


def test_a_unit_that_takes_too_long_counts_as_infinite() -> None:
    assert_array_equal(experiments.recovery(sigmoid, starts=(0.5, 9.0), most=50).steps[1:], np.inf)


def test_stretching_keeps_the_sign_and_takes_the_slope() -> None:
    found = experiments.blind_saturation(scale=10.0, seeds=[0, 1], examples=200)
    assert_array_equal(found.accuracy[:, 0], 1.0)
    assert_array_equal(*found.slope_ratio.T)  # the slope is even, so signs change nothing
    assert (found.slope_ratio < 0.1).all()


# ---- A network -----------------------------------------------------------------------------------
def test_layer_outputs_are_those_of_a_plain_loop() -> None:
    found = experiments.layer_outputs(sigmoid, seeds=[4], depth=3, width=8, batch=5)
    shapes = [(8, 8)] * 3
    network = Network(8, tuple(each for s in shapes for each in (Dense(*s), Activate(sigmoid))))
    theta = network.draw(seeds=[4], weights=xavier_normal)
    h = streams([4], "examples")[0].standard_normal((5, 8))
    for layer in range(3):
        z = h @ theta.layers[2 * layer]["w"][0]
        h = 1 / (1 + np.exp(-z))
        assert_allclose(found.mean[0, layer], h.mean(), rtol=ROUNDING)
        assert_allclose(found.root_mean_square[0, layer], np.sqrt(np.mean(h**2)), rtol=ROUNDING)
        assert_allclose(found.flat[0, layer], np.mean(h * (1 - h) < 0.05), rtol=ROUNDING)


def test_layer_outputs_of_a_set_are_those_of_the_networks_that_are_trained_on_it() -> None:
    part = circles().train
    arm = Arm(f=sigmoid, widths=(4, 4), weights=xavier_normal)
    settings = {"depth": 2, "width": 4, "data": part}
    found = experiments.layer_outputs(sigmoid, seeds=[0, 7], **settings)
    theta, signals = arm.start(part, [0, 7]), []
    arm.network(part).forward(theta, part.x, signals=signals)
    for layer, h in enumerate(signals[1::2]):
        # such networks are float32
        assert_allclose(found.mean[:, layer], h.mean(axis=(1, 2)), rtol=1e-5)


def test_paths_add_up_to_the_gradient_of_autograd() -> None:
    found = experiments.active_paths(seeds=[5], widths=(3, 4, 2))
    network = Network(3, (Dense(3, 4), Activate(relu), Dense(4, 2), Activate(relu), Dense(2, 1)))
    theta = network.draw(seeds=[5])
    x = torch.tensor(streams([5], "examples")[0].standard_normal((1, 3)), requires_grad=True)
    w1, w2, w3 = (torch.tensor(theta.layers[k]["w"][0]) for k in (0, 2, 4))
    h1 = torch.relu(x @ w1)
    h2 = torch.relu(h1 @ w2)
    (h2 @ w3).sum().backward()
    assert_allclose(found.by_paths[0], x.grad[0], atol=ROUNDING)
    assert_allclose(found.backward[0], x.grad[0], atol=ROUNDING)
    assert found.paths == 8
    assert found.active[0] == int((h1 > 0).sum()) * int((h2 > 0).sum())


def test_gradient_decades_are_logs_of_root_mean_squares() -> None:
    flow = experiments.gradient_flow(relu, seeds=[0, 1], depth=4, width=8)
    expected = np.log10(np.sqrt(flow.mean_square[:, 0]) / np.sqrt(flow.mean_square[:, 2]))
    assert_allclose(flow.decades, expected, atol=ROUNDING)


@pytest.mark.parametrize("f", [relu, sigmoid, tanh])
def test_the_product_of_two_equal_inputs_is_their_mean_square(f: object) -> None:
    # the shortcut that predictions take; the double integral is good to about ten digits
    for std in (0.3, 1.0, 4.0):
        square = moments(f, std=std).mean_square
        assert_allclose(mean_product(f, 1.0, std=std), square, rtol=1e-9)


# ---- Training ------------------------------------------------------------------------------------
def test_learned_by_depth_trains_what_compare_training_trains() -> None:
    found = experiments.learned_by_depth(WAYS, **SMALL, seeds=[0, 1], tuning_seeds=[9])
    arms = {name: Arm(f=arm.f, weights=arm.weights, widths=(4, 4)) for name, arm in WAYS.items()}
    budget = {"steps": 20, "learning_rates": (0.1, 0.3), "seeds": [0, 1], "tuning_seeds": [9]}
    expected = experiments.compare_training(arms, data=circles(), **budget)
    for name in WAYS:
        assert_array_equal(found.accuracy(name)[:, 0], expected.arms[name].accuracy)
        assert_array_equal(found.stuck(name)[:, 0], expected.arms[name].loss >= np.log(2) - 0.02)
    assert found.guess == np.log(2)


def test_the_four_starts_are_what_their_names_say() -> None:
    starts = experiments.deep_starts()
    assert starts["tanh with 1/√n"].weights == inverse_sqrt_uniform
    for name, arm in starts.items():
        assert name.startswith(arm.f.title)
        assert arm.optimizer is Momentum
        assert arm.weights.variance((16, 16)) in (1 / 16, 2 / 16, 1 / 48)


def test_no_way_that_learns_has_its_best_rate_at_an_end_of_the_grid() -> None:
    found = experiments.learned_by_depth(experiments.deep_starts(), seeds=[0])
    tunings = [arm.tuning for name in experiments.deep_starts() for arm in found.arms(name)]
    learning = [each for each in tunings if each.median_loss.min() < found.guess - 0.02]
    assert len(learning) >= 7
    assert not any(tuning.at_edge for tuning in learning)


def test_tall_networks_are_one_depth_of_the_same() -> None:
    settings = {"width": 4, "steps": 5, "seeds": [0], "tuning_seeds": [9]}
    tall = experiments.tall_networks({"a": WAYS["a"]}, hidden=3, learning_rates=(0.1,), **settings)
    same = {"hidden": (3,), "learning_rates": (0.1,), "batch": 16}
    same = experiments.learned_by_depth({"a": WAYS["a"]}, **settings, **same)
    assert_array_equal(tall.accuracy("a"), same.accuracy("a"))
    assert_array_equal(tall.arms("a")[0].loss, same.arms("a")[0].loss)


def test_layer_speed_compares_weights_before_and_after() -> None:
    arm = Arm(f=tanh, widths=(4, 3), weights=xavier_normal)
    found = experiments.layer_speed(arm, learning_rate=0.5, seeds=[2], steps=7)
    part = circles().train
    start = arm.start(part, [2])
    budget = {"loss": softmax_cross_entropy, "steps": 7, "seeds": [2], "batch": 32}
    optimizer = SGD(learning_rate=(0.5,))
    run = train(arm.network(part), start, part.x, part.y, optimizer=optimizer, **budget)
    for column, layer in enumerate((0, 2, 4)):
        before, after = start.layers[layer]["w"][0], run.parameters.layers[layer]["w"][0]
        expected = np.linalg.norm(after - before) / np.linalg.norm(before)
        assert_allclose(found.moved[0, column], expected, rtol=1e-5)  # float32
    assert_allclose(found.first_to_last, found.moved[:, 0] / found.moved[:, -1])


def test_pairwise_cosines_are_those_of_all_pairs() -> None:
    vectors = np.random.default_rng(0).standard_normal((2, 4, 3))
    cosine, norm = cosine_and_norm(vectors)
    for row, four in enumerate(vectors):
        pairs = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in combinations(four, 2)]
        assert_allclose(cosine[row], np.mean(pairs), atol=ROUNDING)
        assert_allclose(norm[row], np.mean(np.linalg.norm(four, axis=1)), rtol=ROUNDING)


def test_direction_takes_gradients_of_disjoint_batches_of_the_set() -> None:
    settings = {"data": DIGITS, "hidden": 1, "width": 4, "batch": 8, "batches": 2, "seeds": [3]}
    found = experiments.direction(tanh, **settings)
    network = mlp((64, 4, 10), tanh)
    theta = network.draw(seeds=[3], weights=xavier_normal)
    w1, w2 = (torch.tensor(theta.layers[k]["w"][0], requires_grad=True) for k in (0, 2))
    order = streams([3], "examples")[0].permutation(DIGITS.train.n)
    grads = []
    for chosen in (order[:8], order[8:16]):
        z = torch.tanh(torch.tensor(DIGITS.train.x[chosen]) @ w1) @ w2
        loss = functional.cross_entropy(z, torch.tensor(DIGITS.train.y[chosen]))
        grads.append(torch.autograd.grad(loss, w1)[0].numpy().ravel())
    a, b = grads
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert_allclose(found.cosine, [expected], atol=ROUNDING)


def test_clipping_shortens_the_steps_of_an_explosion_and_nothing_else() -> None:
    settings = {"factor": 2.5, "hidden": 8, "seeds": [0, 1, 2], "steps": 30}
    wild, clipped = (experiments.explosion(**settings, clip=c) for c in (None, ClipNorm(1.0)))
    assert_array_equal(wild.first_step, clipped.first_step)  # it is that of the raw gradient
    assert wild.diverged.any()
    assert not clipped.diverged.any()
    assert_array_equal(wild.loss[:, 0], clipped.loss[:, 0])


def test_networks_from_he_weights_learn_where_an_explosion_does_not() -> None:
    found = experiments.explosion(factor=1.0, hidden=2, seeds=[0, 1], learning_rate=0.3)
    assert found.learned.all()
    assert (found.first_step < 0.1).all()


# ---- What all experiments promise ----------------------------------------------------------------
SEEDED = {
    "blind": lambda seeds: experiments.blind_saturation(seeds=seeds).slope_ratio,
    "outputs": lambda seeds: experiments.layer_outputs(sigmoid, seeds=seeds, width=8).mean,
    "paths": lambda seeds: experiments.active_paths(seeds=seeds).by_paths,
    "speed": lambda seeds: (
        experiments.layer_speed(
            Arm(f=tanh, widths=(4, 4)), learning_rate=0.1, seeds=seeds, steps=5
        ).moved
    ),
    "direction": lambda seeds: (
        experiments.direction(relu, seeds=seeds, hidden=2, width=4, batch=8).cosine
    ),
    "explosion": lambda seeds: experiments.explosion(seeds=seeds, factor=1.0, steps=5).loss,
    "learned": lambda seeds: (
        experiments.learned_by_depth(WAYS, **SMALL, seeds=seeds).arms("a")[0].loss
    ),
}
each_seeded = pytest.mark.parametrize("name", SEEDED)


@each_seeded
def test_a_seed_gives_the_same_alone_and_in_company(name: str) -> None:
    assert_same_alone_and_in_company(SEEDED[name])


@each_seeded
def test_no_seed_is_refused(name: str) -> None:
    assert_no_seed_is_refused(SEEDED[name])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (partial(experiments.half_slope, "sigmoid"), TypeError, "f must be"),
        (partial(experiments.half_slope, step), ValueError, "slope"),
        (partial(experiments.recovery, sigmoid, starts=(1, -1)), ValueError, r"starts\[1\]"),
        (partial(experiments.recovery, sigmoid, starts=(1,), most=0), ValueError, "most"),
        (
            partial(experiments.recovery, tanh, starts=(1,), cross_entropy=True),
            ValueError,
            "cross_entropy",
        ),
        (partial(experiments.blind_saturation, scale=0.0), ValueError, "scale"),
        (partial(experiments.layer_outputs, sigmoid, weights=3), TypeError, "weights"),
        (partial(experiments.layer_outputs, sigmoid, depth=0), ValueError, "depth"),
        (partial(experiments.active_paths, widths=(3, 0)), ValueError, r"widths\[1\]"),
        (partial(experiments.learned_by_depth, {}), ValueError, "arms"),
        (partial(experiments.learned_by_depth, WAYS, hidden=(0,)), ValueError, r"hidden\[0\]"),
        (partial(experiments.learned_by_depth, WAYS, data="circles"), TypeError, "data"),
        (partial(experiments.layer_speed, relu, learning_rate=0.1), TypeError, "arm"),
        (partial(experiments.layer_speed, WAYS["a"], learning_rate=0), ValueError, "learning_rate"),
        (partial(experiments.direction, sigmoid, batch=999), ValueError, "batches"),
        (partial(experiments.direction, sigmoid, batches=1), ValueError, "batches"),
        (partial(experiments.explosion, factor=-1), ValueError, "factor"),
        (partial(experiments.explosion, data=3), TypeError, "data"),
    ],
)
def test_experiments_refuse_what_does_not_fit(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
