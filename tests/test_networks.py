"""Networks and their parameters: structure, views, draws, and what training gives back."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rectified import networks
from rectified.activations import ALL, maxout, relu, tanh
from rectified.initializers import constant, he_normal, normal, orthogonal, xavier_uniform
from rectified.networks import (
    L1,
    L2,
    SGD,
    Activate,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Dense,
    Dropout,
    Momentum,
    Nesterov,
    Network,
    Parameters,
    RMSProp,
    StepDecay,
    WarmUp,
    mean_square,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)

SEEDS = (5, 0, 7)


def test_mlp_puts_f_after_each_hidden_layer_and_none_at_the_end() -> None:
    network = mlp((2, 8, 6, 3), relu)
    f = Activate(relu)
    assert network.layers == (Dense(2, 8), f, Dense(8, 6), f, Dense(6, 3))
    assert network.widths == (2, 8, 8, 6, 6, 3)
    assert (network.fan_in, network.fan_out) == (2, 3)
    drops = mlp((2, 8, 3), relu, dropout=0.5)
    assert drops.layers == (Dense(2, 8), f, Dropout(0.5), Dense(8, 3))
    assert mlp((2, 3), relu) == Network(2, (Dense(2, 3),))


def test_next_layer_takes_what_f_leaves() -> None:
    network = mlp((2, 12, 8, 3), maxout(pieces=4))
    assert [layer for layer in network.layers if isinstance(layer, Dense)] == [
        Dense(2, 12),
        Dense(3, 8),
        Dense(2, 3),
    ]
    assert mlp((2, 4, 3), ALL["crelu"]).layers[2] == Dense(8, 3)


def test_network_is_a_value() -> None:
    network = Network(2, [Dense(2, 3), Activate(relu)])
    assert network.layers == (Dense(2, 3), Activate(relu))
    assert hash(network) == hash(Network(2, (Dense(2, 3), Activate(relu))))
    with pytest.raises(FrozenInstanceError):
        network.fan_in = 3


def test_parameters_are_views_of_rows_with_weights_in_front() -> None:
    network = mlp((2, 3, 4), relu)
    parameters = Parameters.empty(network.shapes, 5, np.dtype(np.float64))
    parameters.flat[...] = np.arange(5 * 25).reshape(5, 25)
    first, _, last = parameters.layers
    assert_array_equal(first["w"][0], [[0, 1, 2], [3, 4, 5]])
    assert_array_equal(last["w"][0], np.arange(6, 18).reshape(3, 4))
    assert_array_equal(first["b"][0], [18, 19, 20])
    assert_array_equal(last["b"][1], [46, 47, 48, 49])
    assert parameters.weights.shape == (5, 18)
    last["w"][4, 2, 3] = -1.0
    assert parameters.flat[4, 17] == parameters.weights[4, 17] == -1.0
    assert len(parameters) == 5


def test_rows_are_views_and_copies_are_not() -> None:
    network = mlp((2, 3, 4), relu)
    parameters = network.draw(seeds=range(5))
    some, other = parameters.rows(slice(1, 3)), parameters.copy()
    single = parameters.astype(np.float32)
    before = parameters.flat.copy()
    some.layers[0]["w"][0] = 9.0
    assert_array_equal(parameters.layers[0]["w"][1], np.full((2, 3), 9.0))
    assert_array_equal(other.flat, before)
    assert single.flat.dtype == np.float32
    assert_array_equal(single.flat, before.astype(np.float32))


@pytest.mark.parametrize("travel", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy])
def test_parameters_stay_views_after_a_journey(travel: object) -> None:
    there = travel(mlp((2, 3, 4), relu).draw(seeds=SEEDS))
    there.layers[0]["w"][...] = 7.0
    assert (there.flat[:, :6] == 7.0).all()


@pytest.mark.parametrize(
    "value",
    [
        mlp((2, 3, 4), tanh, dropout=0.5),
        SGD(learning_rate=0.1),
        Momentum(learning_rate=(0.1, 0.2), schedule=StepDecay(3)),
        Nesterov(learning_rate=0.1),
        RMSProp(learning_rate=0.1),
        Adam(learning_rate=0.1, schedule=WarmUp(3, Cosine(9))),
        L1(0.1),
        L2(0.1),
        ClipNorm(0.1),
        ClipValue(0.1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_settings_are_values_that_travel(value: object) -> None:
    back = pickle.loads(pickle.dumps(value))
    assert back == value
    assert hash(back) == hash(value)
    assert repr(back) == repr(value)


def test_run_travels_whole() -> None:
    network = mlp((2, 3, 4), relu)
    run = train(
        network, network.draw(seeds=SEEDS), np.ones((4, 2)), [0, 1, 2, 3], steps=3, seeds=SEEDS,
        loss=softmax_cross_entropy, optimizer=SGD(learning_rate=0.1),
        probes={"mean_square": mean_square},
    )  # fmt: skip
    back = pickle.loads(pickle.dumps(run))
    assert (back.network, back.optimizer, back.seeds) == (run.network, run.optimizer, run.seeds)
    assert_array_equal(back.loss, run.loss)
    assert_array_equal(back.parameters.flat, run.parameters.flat)
    assert_array_equal(back.recorded["mean_square"], run.recorded["mean_square"])


# ---- draws ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("weights", [he_normal, xavier_uniform, orthogonal()], ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_draw_asks_the_initializers_layer_by_layer(weights: object, dtype: type) -> None:
    network = mlp((4, 6, 3), relu)
    biases = normal(0.3)
    parameters = network.draw(seeds=SEEDS, weights=weights, biases=biases, dtype=dtype)
    of_weights, of_biases = streams(SEEDS, "weights"), streams(SEEDS, "biases")
    for row in range(len(SEEDS)):
        for place, shape in ((0, (4, 6)), (2, (6, 3))):
            w = weights(shape, rng=of_weights[row], dtype=dtype)
            b = biases(shape[1:], rng=of_biases[row], dtype=dtype)
            assert_array_equal(parameters.layers[place]["w"][row], w)
            assert_array_equal(parameters.layers[place]["b"][row], b)


def test_draw_is_hes_with_biases_of_0_unless_told_otherwise() -> None:
    network = mlp((400, 300, 10), relu)
    parameters = network.draw(seeds=[0])
    assert parameters.flat.dtype == np.float64
    # 120 000 normal numbers: their variance has a standard error of 0.4 %
    assert parameters.layers[0]["w"].var() == pytest.approx(2 / 400, rel=0.02)
    assert not parameters.layers[0]["b"].any()
    ones = network.draw(seeds=[0], biases=constant(1.0))
    assert (ones.layers[0]["b"] == 1).all()


def test_row_of_a_draw_is_the_same_alone_and_in_company() -> None:
    network = mlp((4, 6, 3), relu)
    every = network.draw(seeds=range(20), biases=normal(1.0))
    for seed in (0, 7, 19):
        alone = network.draw(seeds=[seed], biases=normal(1.0))
        assert_array_equal(alone.flat[0], every.flat[seed])


# ---- forward -------------------------------------------------------------------------------------
def test_forward_is_the_formula() -> None:
    network = mlp((4, 6, 3), tanh)
    parameters = network.draw(seeds=SEEDS, biases=normal(1.0))
    rng = np.random.default_rng(0)
    shared, own = rng.standard_normal((5, 4)), rng.standard_normal((3, 5, 4))
    first, _, last = parameters.layers
    for x in (shared, own):
        trace = network.forward(parameters, x)
        for row in range(3):
            z = (x if x.ndim == 2 else x[row]) @ first["w"][row] + first["b"][row]
            expected = np.tanh(z) @ last["w"][row] + last["b"][row]
            assert_allclose(trace.z[row], expected, rtol=1e-13)  # some ten roundings


def test_forward_rounds_x_to_the_parameters_dtype_and_takes_lists() -> None:
    network = mlp((2, 3, 2), relu)
    parameters = network.draw(seeds=SEEDS, dtype=np.float32)
    z = network.forward(parameters, [[1, 2], [3, 4]]).z
    assert z.dtype == np.float32
    assert z.shape == (3, 2, 2)
    same = network.forward(parameters, np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)).z
    assert_array_equal(z, same)


def test_forward_without_noise_drops_nothing_and_with_noise_keeps_the_mean() -> None:
    network = Network(1, (Dense(1, 1000), Dropout(0.25)))
    parameters = network.draw(seeds=SEEDS, weights=constant(1.0))
    x = np.ones((40, 1))
    assert (network.forward(parameters, x).z == 1).all()
    z = network.forward(parameters, x, noise=streams(SEEDS, "dropout")).z
    assert_allclose(np.unique(z), [0, 4 / 3])
    # 40 000 coins a network: the share kept is 0.75 with a standard error of 0.002
    assert_allclose(z.mean(axis=(1, 2)), 1, atol=0.012)
    assert not np.array_equal(z[0], z[1])


# ---- what training gives back --------------------------------------------------------------------
def test_run_knows_what_it_was_made_of() -> None:
    network = mlp((2, 3, 2), relu)
    optimizer = SGD(learning_rate=0.1)
    run = train(
        network, network.draw(seeds=SEEDS), np.ones((4, 2)), [0, 1, 0, 1], seeds=SEEDS, steps=5,
        loss=softmax_cross_entropy, optimizer=optimizer,
    )  # fmt: skip
    assert (run.network, run.optimizer, run.seeds, run.batch) == (network, optimizer, SEEDS, 4)
    assert run.loss.shape == (3, 5)
    assert run.loss.dtype == np.float64
    assert_array_equal(run.recorded_at, range(5))
    assert run.recorded == {}
    assert_array_equal(run.diverged_at, [-1] * 3)
    assert not run.diverged.any()


def test_training_learns() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    network = mlp((2, 16, 2), relu)
    run = train(
        network, network.draw(seeds=range(8)), x, y, loss=softmax_cross_entropy, seeds=range(8),
        optimizer=Adam(learning_rate=0.02), steps=400, batch=32,
    )  # fmt: skip
    z = network.forward(run.parameters, x).z
    assert (networks.accuracy(z, y) > 0.9).all()


@pytest.mark.parametrize("rates", [[0.1, 0.2], (0.1, 0.2), np.array([0.1, 0.2])], ids=type)
def test_learning_rates_are_kept_as_numbers(rates: object) -> None:
    optimizer = SGD(learning_rate=rates)
    assert optimizer.learning_rate == (0.1, 0.2)
    assert optimizer == SGD(learning_rate=(0.1, 0.2))
    assert_array_equal(optimizer.rate(0, np.dtype(np.float32)), np.float32([[0.1], [0.2]]))
    assert optimizer.rows(slice(1, 2)).learning_rate == (0.2,)
    assert replace(optimizer, learning_rate=1).learning_rate == 1.0
    one = SGD(learning_rate=np.float32(0.1), schedule=StepDecay(2))
    assert isinstance(one.learning_rate, float)
    assert one.rows(slice(0, 1)) is one
    assert one.rate(2, np.dtype(np.float64)) == pytest.approx(0.01, rel=1e-7)


def test_every_public_name_is_there() -> None:
    assert all(hasattr(networks, name) for name in networks.__all__)
