"""Every gradient of the networks by hand against autograd, and some against differences."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from network_oracles import Passes, passes, relative_error
from rectified.activations import ALL, Activation, VectorActivation, relu, swiglu, tanh
from rectified.initializers import normal
from rectified.networks import (
    L1,
    L2,
    Activate,
    Dense,
    Dropout,
    Loss,
    Network,
    Parameters,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
)

# Sums of some ten products, each right to half a unit in 1e16, through three layers: what is seen
# is at most 1.1e-14 (glu), and what the book promises is this.
PROMISED = 1e-10
WIDTHS = (3, 8, 4, 2)  # all hidden widths even: gated units take halves
SEEDS, BATCH = (5, 6, 7), 11
LOSSES = (softmax_cross_entropy, mean_squared_error)
SMOOTH_ENOUGH = {name: f for name, f in ALL.items() if name != "step"}

each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
each_activation = pytest.mark.parametrize("f", SMOOTH_ENOUGH.values(), ids=SMOOTH_ENOUGH.keys())


def examples(loss: Loss, *, own: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y, the same for all networks or a set for each."""
    rng = np.random.default_rng(3)
    shape = (len(SEEDS), BATCH) if own else (BATCH,)
    x = rng.standard_normal((*shape, WIDTHS[0]))
    if loss is softmax_cross_entropy:
        return x, rng.integers(0, WIDTHS[-1], shape)
    return x, rng.standard_normal((*shape, WIDTHS[-1]))


def drawn(network: Network) -> Parameters:
    """Return parameters whose biases are not 0, large enough to reach all pieces of f."""
    return network.draw(seeds=SEEDS, weights=normal(0.9), biases=normal(0.5))


def by_hand(
    network: Network, parameters: Parameters, x: np.ndarray, y: np.ndarray, loss: Loss
) -> tuple[np.ndarray, Parameters, list[np.ndarray]]:
    """Return the loss, the gradient, and the flow from the input to the outputs."""
    trace = network.forward(parameters, x)
    cost, grad_z = loss(trace.z, y)
    flow: list[np.ndarray] = []
    gradient = network.backward(parameters, trace, grad_z, flow=flow, to_input=True)
    return cost, gradient, flow[::-1]


def one(array: np.ndarray, row: int, ranks: int) -> np.ndarray:
    """Return the network's own part of an array that may be shared, which has so many axes."""
    return array if array.ndim == ranks else array[row]


def assert_same(
    row: int, cost: np.ndarray, gradient: Parameters, flow: list[np.ndarray], expected: Passes
) -> None:
    """Assert that loss and gradients by parameters, outputs and x are those of autograd."""
    assert cost[row] == pytest.approx(expected.loss, rel=PROMISED)
    for found, wanted in zip(gradient.layers, expected.theta, strict=True):
        assert found.keys() == wanted.keys()
        for name in wanted:
            assert relative_error(found[name][row], wanted[name]) <= PROMISED, name
    for found, wanted in zip(flow, [expected.x, *expected.flow], strict=True):
        assert relative_error(found[row], wanted) <= PROMISED


@each_loss
@each_activation
@pytest.mark.parametrize("own", [False, True], ids=["shared", "own"])
def test_gradients_are_autograds(f: Activation | VectorActivation, loss: Loss, own: bool) -> None:
    network = mlp(WIDTHS, f)
    parameters, (x, y) = drawn(network), examples(loss, own=own)
    cost, gradient, flow = by_hand(network, parameters, x, y, loss)
    for row in range(len(SEEDS)):
        y_row = one(y, row, 1 if loss is softmax_cross_entropy else 2)
        expected = passes(network, parameters, row, one(x, row, 2), y_row, loss)
        assert_same(row, cost, gradient, flow, expected)


@pytest.mark.audit
@each_activation
def test_gradients_are_autograds_for_many_networks(f: Activation | VectorActivation) -> None:
    worst = 0.0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        widths = [2 * int(units) for units in rng.integers(1, 12, rng.integers(2, 6))]
        network = mlp(widths, f)
        parameters = network.draw(seeds=[seed], weights=normal(0.9), biases=normal(0.5))
        x = rng.standard_normal((int(rng.integers(1, 40)), widths[0]))
        for loss in LOSSES:
            shape = (len(x), widths[-1])
            labels = rng.integers(0, widths[-1], len(x))
            y = labels if loss is softmax_cross_entropy else rng.standard_normal(shape)
            _, gradient, flow = by_hand(network, parameters, x, y, loss)
            expected = passes(network, parameters, 0, x, y, loss)
            pairs = [(flow[0][0], expected.x)]
            for found, wanted in zip(gradient.layers, expected.theta, strict=True):
                pairs += [(found[name][0], wanted[name]) for name in wanted]
            worst = max(worst, *(relative_error(found, wanted) for found, wanted in pairs))
    print(f"\n{f.name:24} 40 networks, two losses: relative error at most {worst:.1e}")
    assert worst <= PROMISED


@each_loss
def test_step_sends_nothing_back_and_lets_the_last_layer_learn(loss: Loss) -> None:
    network = mlp(WIDTHS, ALL["step"])
    parameters, (x, y) = drawn(network), examples(loss, own=False)
    _, gradient, flow = by_hand(network, parameters, x, y, loss)
    for layer in gradient.layers[:-1]:
        for array in layer.values():
            assert not array.any()  # its derivative is 0 everywhere, as the entry says
    assert not flow[0].any()
    h = hidden_by_steps(parameters, x)
    for row in range(len(SEEDS)):
        expected = h[row].T @ flow[-1][row]
        assert relative_error(gradient.layers[-1]["w"][row], expected) <= PROMISED


def hidden_by_steps(parameters: Parameters, x: np.ndarray) -> np.ndarray:
    """Return h of the last hidden layer of step units, (S, batch, units)."""
    h = np.broadcast_to(x, (len(parameters), *x.shape))
    for layer in parameters.layers[:-1]:
        if layer:
            z = np.einsum("sbi,sio->sbo", h, layer["w"]) + layer["b"][:, None]
            h = (z >= 0).astype(float)
    return h


@pytest.mark.parametrize(
    "layers",
    [
        (Dense(3, 2),),
        (Activate(tanh), Dense(3, 2)),
        (Dense(3, 4), Dense(4, 2)),
        (Dense(3, 4), Activate(relu), Activate(tanh), Dense(4, 2), Activate(tanh)),
        (Dense(3, 2), Activate(ALL["softmax"])),
        (Dropout(0.3), Dense(3, 2)),
    ],
    ids=["one", "starts with f", "linear", "two in a row", "ends with softmax", "drops x"],
)
@each_loss
def test_layers_stand_in_any_order(layers: tuple, loss: Loss) -> None:
    network = Network(3, layers)
    parameters, (x, y) = drawn(network), examples(loss, own=False)
    cost, gradient, flow = by_hand(network, parameters, x, y, loss)
    for row in range(len(SEEDS)):
        assert_same(row, cost, gradient, flow, passes(network, parameters, row, x, y, loss))


@each_loss
@pytest.mark.parametrize("f", [relu, tanh, swiglu], ids=repr)
def test_gradients_pass_through_the_very_units_that_dropout_left(
    f: Activation | VectorActivation, loss: Loss
) -> None:
    rate = 0.4
    network = mlp(WIDTHS, f, dropout=rate)
    parameters, (x, y) = drawn(network), examples(loss, own=False)
    signals: list[np.ndarray] = []
    trace = network.forward(parameters, x, noise=streams(SEEDS, "dropout"), signals=signals)
    flow: list[np.ndarray] = []
    cost, grad_z = loss(trace.z, y)
    gradient = network.backward(parameters, trace, grad_z, flow=flow, to_input=True)
    for row, rng in enumerate(streams(SEEDS, "dropout")):
        factors = [(rng.random(shape) >= rate) / (1 - rate) for shape in dropped_shapes(network)]
        assert all(0 < np.mean(factor == 0) < 1 for factor in factors)
        expected = passes(network, parameters, row, x, y, loss, factors)
        for found, wanted in zip(signals, expected.outputs, strict=True):
            assert relative_error(found[row], wanted) <= PROMISED
        assert_same(row, cost, gradient, flow[::-1], expected)


def dropped_shapes(network: Network) -> list[tuple[int, int]]:
    """Return the shape of what each dropout layer draws for one network."""
    units = zip(network.layers, network.widths[1:], strict=True)
    return [(BATCH, width) for layer, width in units if isinstance(layer, Dropout)]


@pytest.mark.parametrize("f", [tanh, relu, ALL["gelu"], ALL["maxout"], ALL["glu"]], ids=repr)
@each_loss
def test_gradients_are_the_slopes_of_the_loss(f: Activation | VectorActivation, loss: Loss) -> None:
    network = mlp(WIDTHS, f)
    parameters, (x, y) = drawn(network).rows(slice(0, 1)), examples(loss, own=False)
    _, gradient, flow = by_hand(network, parameters, x, y, loss)
    h = 1e-6

    def cost(flat: np.ndarray) -> np.ndarray:
        return loss(network.forward(Parameters(network.shapes, flat), x).z, y)[0]

    moves = h * np.eye(parameters.flat.shape[1])  # each row moves one parameter
    slopes = (cost(parameters.flat + moves) - cost(parameters.flat - moves)) / (2 * h)
    # the difference is off by h² times a third derivative, and by rounding: 1e-16 / h
    assert relative_error(gradient.flat[0], slopes) <= 1e-7
    direction = np.random.default_rng(8).standard_normal(x.shape)
    rise = [loss(network.forward(parameters, x + t * direction).z, y)[0][0] for t in (h, -h)]
    assert np.sum(flow[0][0] * direction) == pytest.approx((rise[0] - rise[1]) / (2 * h), rel=1e-7)


@each_loss
@pytest.mark.parametrize("f", [relu, tanh, ALL["gelu"], ALL["softmax"]], ids=repr)
def test_single_precision_loses_no_more_than_its_roundings(
    f: Activation | VectorActivation, loss: Loss
) -> None:
    network = mlp(WIDTHS, f)
    parameters, (x, y) = drawn(network).astype(np.float32), examples(loss, own=False)
    y = y if loss is softmax_cross_entropy else y.astype(np.float32)
    cost, gradient, flow = by_hand(network, parameters, x.astype(np.float32), y, loss)
    exact = by_hand(network, parameters.astype(np.float64), x.astype(np.float32), y, loss)
    # Three layers forth and back, sums of at most 11 terms: some 60 roundings, of either sign.
    slack = 64 * np.finfo(np.float32).eps
    assert cost.dtype == gradient.flat.dtype == flow[0].dtype == np.float32
    assert relative_error(cost, exact[0]) <= slack
    for found, wanted in zip(gradient.layers, exact[1].layers, strict=True):
        assert all(relative_error(found[name], wanted[name]) <= slack for name in wanted)


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.7), L1(0.0), L2(0.0)], ids=repr)
def test_penalties_and_their_gradients_are_autograds(penalty: L1 | L2) -> None:
    weights = np.random.default_rng(1).standard_normal((4, 30))
    weights[:, :3] = 0.0  # the kink of L1, where its slope is 0
    powers: dict[type, Callable] = {
        L1: lambda t: penalty.strength * t.abs().sum(),
        L2: lambda t: penalty.strength / 2 * (t**2).sum(),
    }
    before = weights.copy()
    found = penalty.value(weights), penalty.gradient(weights)
    for row in range(4):
        t = torch.tensor(weights[row], requires_grad=True)
        cost = powers[type(penalty)](t)
        assert found[0][row] == pytest.approx(cost.item(), rel=PROMISED)
        assert relative_error(found[1][row], torch.autograd.grad(cost, t)[0].numpy()) <= PROMISED
    assert np.array_equal(weights, before)


def test_backward_leaves_parameters_trace_and_its_own_input_as_they_are() -> None:
    network = mlp(WIDTHS, relu)
    parameters, (x, y) = drawn(network), examples(softmax_cross_entropy, own=False)
    trace = network.forward(parameters, x)
    _, grad_z = softmax_cross_entropy(trace.z, y)
    before = grad_z.copy(), parameters.flat.copy(), trace.z.copy()
    first = network.backward(parameters, trace, grad_z)
    again = network.backward(parameters, trace, grad_z)
    assert np.array_equal(first.flat, again.flat)
    for found, wanted in zip((grad_z, parameters.flat, trace.z), before, strict=True):
        assert np.array_equal(found, wanted)


def test_gradient_can_be_written_into_memory_that_is_there() -> None:
    network = mlp(WIDTHS, relu)
    parameters, (x, y) = drawn(network), examples(softmax_cross_entropy, own=False)
    trace = network.forward(parameters, x)
    _, grad_z = softmax_cross_entropy(trace.z, y)
    gradient = Parameters(network.shapes, np.full_like(parameters.flat, np.nan))
    assert network.backward(parameters, trace, grad_z, gradient) is gradient
    assert np.array_equal(gradient.flat, network.backward(parameters, trace, grad_z).flat)
