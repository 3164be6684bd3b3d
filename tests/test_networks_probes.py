"""What probes see, against PyTorch's hooks and against units that were killed by hand."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from network_oracles import Passes, passes
from rectified.activations import ALL, relu, tanh
from rectified.initializers import normal
from rectified.networks import (
    L2,
    SGD,
    Activate,
    ClipNorm,
    Dense,
    Dropout,
    Network,
    Parameters,
    Run,
    Snapshot,
    dead,
    dead_masks,
    error,
    gradient_mean_square,
    hidden_outputs,
    mean_square,
    mlp,
    softmax_cross_entropy,
    sparsity,
    train,
    twin,
    weight_gradient_norm,
    weight_norm,
)

SEEDS = (3, 1, 4)
EXACT = 1e-12  # sums of some hundred squares, each right to 1e-16, whatever their order
PROBES = {
    "mean_square": mean_square,
    "gradient_mean_square": gradient_mean_square,
    "weight_gradient_norm": weight_gradient_norm,
    "weight_norm": weight_norm,
    "sparsity": sparsity,
    "dead": dead,
    "error": error,
}


def examples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    return rng.standard_normal((15, 3)), rng.integers(0, 4, 15)


def seen(
    network: Network, parameters: Parameters, probes: dict, *, steps: int = 1, **settings: object
) -> Run:
    given = {"optimizer": SGD(learning_rate=0.2)} | settings
    return train(
        network, parameters, *examples(), loss=softmax_cross_entropy, steps=steps, seeds=SEEDS,
        probes=probes, **given,
    )  # fmt: skip


def snapshot(network: Network, parameters: Parameters, **settings: object) -> Snapshot:
    """Return what a probe sees before the first step."""
    kept = []
    zeros = np.zeros((len(parameters), 1))
    seen(network, parameters, {"keep": lambda found: [kept.append(found), zeros][1]}, **settings)
    return kept[0]


def by_autograd(network: Network, parameters: Parameters, row: int) -> Passes:
    return passes(network, parameters, row, *examples(), softmax_cross_entropy)


@pytest.mark.parametrize("f", [relu, tanh, ALL["leaky_relu"], ALL["gelu"]], ids=repr)
def test_probes_find_what_pytorch_finds(f: object) -> None:
    network = mlp((3, 7, 5, 4), f)
    parameters = network.draw(seeds=SEEDS, weights=normal(0.8), biases=normal(0.5))
    run = seen(network, parameters, PROBES)
    for row in range(len(SEEDS)):
        found = {name: record[row, 0] for name, record in run.recorded.items()}
        expected = by_autograd(network, parameters, row)
        hidden = [expected.outputs[1], expected.outputs[3]]
        dense = (0, 2, 4)
        assert_allclose(found["mean_square"], [np.mean(h**2) for h in hidden], rtol=EXACT)
        assert_allclose(found["sparsity"], [np.mean(h == 0) for h in hidden])
        flow = [np.mean(expected.flow[place] ** 2) for place in dense]
        assert_allclose(found["gradient_mean_square"], flow, rtol=EXACT)
        grads = [np.linalg.norm(expected.theta[place]["w"]) for place in dense]
        assert_allclose(found["weight_gradient_norm"], grads, rtol=EXACT)
        weights = [np.linalg.norm(parameters.layers[place]["w"][row]) for place in dense]
        assert_allclose(found["weight_norm"], weights, rtol=EXACT)
        wrong = np.mean(expected.outputs[-1].argmax(axis=1) != examples()[1])
        assert found["error"] == pytest.approx(wrong)
        assert_allclose(found["dead"], dead_by_hooks(network, parameters, row))


def dead_by_hooks(network: Network, parameters: Parameters, row: int) -> list[float]:
    """Return the shares of dead units from the slopes that PyTorch's autograd has."""
    module, given = twin(network, parameters, row), []
    for part, layer in zip(module, network.layers, strict=True):
        if isinstance(layer, Activate):
            part.register_forward_hook(lambda part, entered, _: given.append((part, entered[0])))
    module(torch.tensor(examples()[0]))
    shares = []
    for part, z in given:
        leaf = z.detach().requires_grad_()
        (slope,) = torch.autograd.grad(part.f.torch_value(leaf).sum(), leaf)
        shares.append((slope == 0).all(dim=0).double().mean().item())
    return shares


def test_units_killed_by_hand_are_found_dead() -> None:
    network = mlp((3, 4, 5, 4), relu)
    parameters = network.draw(seeds=SEEDS, biases=normal(0.01))
    parameters.layers[0]["b"][0, 2] = -1e6  # one of four units, in the first network
    parameters.layers[2]["b"][1, [0, 3]] = -1e6  # two of five, in the second
    parameters.layers[0]["w"][2, :, 1] = parameters.layers[0]["b"][2, 1] = 0.0  # z = 0: the kink
    found = snapshot(network, parameters)
    masks = dead_masks(found)
    assert [mask.shape for mask in masks] == [(3, 4), (3, 5)]
    assert masks[0][0, 2]
    assert masks[1][1, [0, 3]].all()
    assert masks[0][2, 1]  # the slope taken at 0 is 0
    assert_array_equal(dead(found), [[mask[row].mean() for mask in masks] for row in range(3)])
    silent = sparsity(found)
    assert silent[0, 0] >= 1 / 4
    assert silent[1, 1] >= 2 / 5


def test_saturated_units_of_hard_tanh_are_dead_though_they_are_not_silent() -> None:
    network = mlp((3, 4, 4), ALL["hard_tanh"])
    parameters = network.draw(seeds=SEEDS)
    parameters.layers[0]["b"][:, 1] = 1e6
    found = snapshot(network, parameters)
    assert dead_masks(found)[0][:, 1].all()
    assert (hidden_outputs(found)[0][:, :, 1] == 1).all()


def test_dead_counts_units_of_activations_that_have_slopes() -> None:
    found = snapshot(mlp((3, 4, 6, 4), ALL["glu"]), mlp((3, 4, 6, 4), ALL["glu"]).draw(seeds=SEEDS))
    assert dead(found).shape == (3, 0)
    assert mean_square(found).shape == (3, 2)


@pytest.mark.parametrize("name", PROBES)
def test_network_without_hidden_layers_has_empty_rows(name: str) -> None:
    network = Network(3, (Dense(3, 4),))
    run = seen(network, network.draw(seeds=SEEDS), {name: PROBES[name]})
    layers = {"mean_square": (0,), "sparsity": (0,), "dead": (0,), "error": ()}
    assert run.recorded[name].shape == (3, 1, *layers.get(name, (1,)))


def test_hidden_outputs_are_what_dropout_left() -> None:
    network = Network(3, (Dense(3, 50), Activate(relu), Dropout(0.5), Dense(50, 4)))
    parameters = network.draw(seeds=SEEDS)
    found = snapshot(network, parameters)
    (h,) = hidden_outputs(found)
    whole = [by_autograd(network, parameters, row).outputs[1] for row in range(3)]
    kept = h != 0
    assert_allclose(h[kept], 2 * np.stack(whole)[kept], rtol=EXACT)
    assert 0.4 < kept.sum() / np.count_nonzero(whole) < 0.6  # 1000 coins: 6 standard errors


def test_flow_stands_in_the_order_of_layers() -> None:
    network = mlp((3, 7, 5, 4), tanh)
    parameters = network.draw(seeds=SEEDS)
    found = snapshot(network, parameters)
    assert [grad.shape for grad in found.flow] == [(3, 15, width) for width in (7, 7, 5, 5, 4)]
    for row in range(3):
        expected = by_autograd(network, parameters, row).flow
        for grad, wanted in zip(found.flow, expected, strict=True):
            assert_allclose(grad[row], wanted, atol=1e-15)  # numbers of about 1e-2


def test_snapshot_shows_the_gradient_with_penalties_before_clipping_and_the_loss_without() -> None:
    network = mlp((3, 7, 4), tanh)
    parameters = network.draw(seeds=SEEDS)
    plain = snapshot(network, parameters)
    kept = {}

    def keep(found: Snapshot) -> np.ndarray:
        kept["gradient"], kept["loss"] = found.gradient.flat.copy(), found.loss.copy()
        return found.loss

    gradients = {}
    for name, settings in {
        "plain": {},
        "penalty": {"penalties": [L2(0.3)]},
        "clip": {"penalties": [L2(0.3)], "clip": ClipNorm(1e-3)},
    }.items():
        seen(network, parameters, {"keep": keep}, **settings)
        gradients[name] = kept["gradient"]
        assert_array_equal(kept["loss"], plain.loss)
    pull = gradients["penalty"] - gradients["plain"]
    weights = parameters.weights.shape[1]
    assert_allclose(pull[:, :weights], 0.3 * parameters.weights, atol=1e-15)
    assert not pull[:, weights:].any()
    assert_array_equal(gradients["clip"], gradients["penalty"])


def test_probes_see_every_so_many_steps_and_their_batch() -> None:
    network = mlp((3, 5, 4), relu)
    parameters = network.draw(seeds=SEEDS)
    probes = {
        "step": lambda found: np.full(3, found.step),
        "loss": lambda found: found.loss,
        "x": lambda found: found.x,
        "y": lambda found: found.y,
    }
    run = seen(network, parameters, probes, steps=8, every=3, batch=4)
    assert_array_equal(run.recorded_at, [0, 3, 6])
    assert_array_equal(run.recorded["step"], [[0, 3, 6]] * 3)
    assert_array_equal(run.recorded["loss"], run.loss[:, [0, 3, 6]])
    assert run.recorded["x"].shape == (3, 3, 4, 3)
    x, y = examples()
    for row in range(3):
        for batch, labels in zip(run.recorded["x"][row], run.recorded["y"][row], strict=True):
            places = [np.flatnonzero((x == example).all(axis=1))[0] for example in batch]
            assert_array_equal(y[places], labels)  # each example came with its own label


def test_probe_sees_parameters_before_the_step() -> None:
    network = mlp((3, 5, 4), relu)
    parameters = network.draw(seeds=SEEDS)
    theta = {"theta": lambda found: found.parameters.flat}  # a view: the run keeps a copy
    run = seen(network, parameters, theta, steps=3)
    assert_array_equal(run.recorded["theta"][:, 0], parameters.flat)
    for step in (1, 2):
        before = seen(network, parameters, {}, steps=step).parameters.flat
        assert_array_equal(run.recorded["theta"][:, step], before)


def test_probes_change_nothing_of_the_run() -> None:
    network = mlp((3, 5, 4), relu, dropout=0.3)
    parameters = network.draw(seeds=SEEDS)
    watched = seen(network, parameters, PROBES, steps=9, batch=4)
    alone = seen(network, parameters, {}, steps=9, batch=4)
    assert_array_equal(watched.loss, alone.loss)
    assert_array_equal(watched.parameters.flat, alone.parameters.flat)
    assert alone.recorded == {}
