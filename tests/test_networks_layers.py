"""Layers that hold other layers, or gains: what the protocol asks for, and what a network makes."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from network_oracles import relative_error
from rectified.activations import relu, tanh
from rectified.initializers import normal
from rectified.networks import (
    L2,
    SGD,
    Activate,
    Dense,
    Dropout,
    LayerNorm,
    Network,
    Parameters,
    Residual,
    softmax_cross_entropy,
    streams,
    train,
    twin,
    weight_norm,
)

PROMISED = 1e-10  # as for the layers that the package has
SEEDS = (0, 1, 2)


def block() -> Residual:
    return Residual((LayerNorm(6), Dense(6, 5), Activate(relu), Dropout(0.5), Dense(5, 6)))


NETWORK = Network(3, (Dense(3, 6), block(), Activate(tanh), block(), Dense(6, 2)))


def examples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((20, 3)), rng.integers(0, 2, 20)


def drawn() -> Parameters:
    return NETWORK.draw(seeds=SEEDS, weights=normal(0.8), biases=normal(0.3))


def torch_loss(theta: list[dict[str, torch.Tensor]]) -> torch.Tensor:
    """Return the loss of one network in PyTorch's own terms."""
    x, y = map(torch.tensor, examples())

    def residual(h: torch.Tensor, named: dict[str, torch.Tensor]) -> torch.Tensor:
        out = functional.layer_norm(h, (6,), 1 + named["0.gain"], named["0.b"], 1e-5)
        out = torch.relu(out @ named["1.w"] + named["1.b"])
        return h + out @ named["4.w"] + named["4.b"]

    h = x @ theta[0]["w"] + theta[0]["b"]
    h = residual(torch.tanh(residual(h, theta[1])), theta[3])
    return functional.cross_entropy(h @ theta[4]["w"] + theta[4]["b"], y)


def test_layers_that_hold_others_and_gains_have_the_gradients_of_autograd() -> None:
    parameters, (x, y) = drawn(), examples()
    trace = NETWORK.forward(parameters, x)
    loss, grad_z = softmax_cross_entropy(trace.z, y)
    gradient = NETWORK.backward(parameters, trace, grad_z)
    for row in range(len(SEEDS)):
        theta = [
            {name: torch.tensor(view[row], requires_grad=True) for name, view in layer.items()}
            for layer in parameters.layers
        ]
        cost = torch_loss(theta)
        cost.backward()
        assert loss[row] == pytest.approx(cost.item(), rel=PROMISED)
        for found, named in zip(gradient.layers, theta, strict=True):
            for name, tensor in named.items():
                assert relative_error(found[name][row], tensor.grad.numpy()) <= PROMISED, name


def test_inner_weights_are_drawn_as_weights_and_stand_first() -> None:
    parameters = NETWORK.draw(seeds=SEEDS)
    for layer in parameters.layers:
        for name, view in layer.items():
            assert view.any() == name.endswith("w")  # biases and gains start at 0
    count = 3 * 6 + 2 * (6 * 5 + 5 * 6) + 6 * 2
    assert parameters.weights.shape == (len(SEEDS), count)
    assert np.shares_memory(parameters.weights, parameters.layers[1]["1.w"])
    assert not parameters.flat[:, count:].any()


def test_penalties_pull_at_inner_weights_and_at_nothing_else() -> None:
    x, y = np.zeros((4, 3)), np.array([0, 1, 0, 1])  # no weight of the first layer moves the loss
    start = drawn()
    settings = {"loss": softmax_cross_entropy, "optimizer": SGD(learning_rate=0.5), "steps": 1}
    plain = train(NETWORK, start, x, y, seeds=SEEDS, **settings).parameters
    pulled = train(NETWORK, start, x, y, seeds=SEEDS, penalties=[L2(0.1)], **settings).parameters
    for before, one, other in zip(start.layers, plain.layers, pulled.layers, strict=True):
        for name in one:
            if name.endswith("w"):
                # each number is rounded a few times, and their differences as often
                np.testing.assert_allclose(one[name] - other[name], 0.05 * before[name], atol=1e-14)
            else:
                assert np.array_equal(one[name], other[name])


def test_such_networks_train_the_same_alone_and_in_company() -> None:
    (x, y), start = examples(), drawn()
    settings = {"loss": softmax_cross_entropy, "optimizer": SGD(learning_rate=0.1)}
    settings |= {"steps": 20, "batch": 6, "probes": {"weight_norm": weight_norm}}
    run = train(NETWORK, start, x, y, seeds=SEEDS, **settings)
    assert run.loss[:, -3:].mean() < run.loss[:, :3].mean()
    assert run.recorded["weight_norm"].shape == (len(SEEDS), 20, 6)  # each of the six matrices
    for row, seed in enumerate(SEEDS):
        alone = train(NETWORK, start.rows(slice(row, row + 1)), x, y, seeds=[seed], **settings)
        assert np.array_equal(alone.loss[0], run.loss[row])
        assert np.array_equal(alone.parameters.flat[0], run.parameters.flat[row])


def test_noise_reaches_inner_layers() -> None:
    parameters, (x, _) = drawn(), examples()
    quiet = NETWORK.forward(parameters, x).z
    loud = NETWORK.forward(parameters, x, noise=streams(SEEDS, "dropout")).z
    assert not np.allclose(quiet, loud)
    assert np.array_equal(loud, NETWORK.forward(parameters, x, noise=streams(SEEDS, "dropout")).z)


def test_network_names_the_layer_whose_inner_layers_do_not_fit() -> None:
    with pytest.raises(ValueError, match="at number 2: a residual layer must give as many units"):
        Network(3, (Dense(3, 6), Residual((Dense(6, 5),)), Dense(6, 2)))


def test_layer_without_a_twin_is_named() -> None:
    with pytest.raises(TypeError, match=r"layers must be Dense, .*, got Residual\("):
        twin(NETWORK, drawn())
