"""Bits: a seed's row is the same alone, in company, in groups, and in another process."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rectified.activations import ALL, relu, tanh
from rectified.initializers import normal
from rectified.networks import (
    L1,
    L2,
    SGD,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Momentum,
    Nesterov,
    Network,
    Parameters,
    RMSProp,
    Run,
    accuracy,
    dead,
    gradient_mean_square,
    mean_square,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    sparsity,
    streams,
    train,
    training,
    weight_gradient_norm,
    weight_norm,
)

COMPANY = 64
DTYPES = [np.float32, np.float64]
OPTIMIZERS = [
    SGD(learning_rate=0.1),
    Momentum(learning_rate=0.03),
    Nesterov(learning_rate=0.03),
    RMSProp(learning_rate=0.003),
    Adam(learning_rate=0.01),
]
OF_LABELS = {"accuracy": lambda seen: accuracy(seen.trace.z, seen.y)}
PROBES = {
    "mean_square": mean_square,
    "gradient_mean_square": gradient_mean_square,
    "weight_gradient_norm": weight_gradient_norm,
    "weight_norm": weight_norm,
    "sparsity": sparsity,
    "dead": dead,
}
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float32", "float64"])
each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)


def examples(n: int = 50, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return as many classes as digits: from eight terms on, NumPy has several ways to sum."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 3)), rng.integers(0, classes, n)


def trained(
    network: Network,
    start: Parameters,
    rows: slice,
    x: np.ndarray,
    y: np.ndarray,
    **settings: object,
) -> Run:
    """Train these rows, with their own sets and learning rates where each has one."""
    own_x, own_y = x.ndim == 3, y.ndim == (2 if y.dtype.kind == "i" else 3)
    settings = {
        "loss": softmax_cross_entropy,
        "optimizer": SGD(learning_rate=0.1),
        "steps": 12,
        "probes": PROBES | OF_LABELS if y.dtype.kind == "i" else PROBES,
        "every": 4,
        **settings,
    }
    settings["optimizer"] = settings["optimizer"].rows(rows)
    return train(
        network,
        start.rows(rows),
        x[rows] if own_x else x,
        y[rows] if own_y else y,
        seeds=range(COMPANY)[rows],
        **settings,
    )


def assert_same_rows(found: Run, wanted: Run, rows: slice) -> None:
    """Assert that a run's rows are, bit for bit, these rows of a larger run."""
    assert_array_equal(found.loss, wanted.loss[rows])
    assert_array_equal(found.parameters.flat, wanted.parameters.flat[rows])
    assert_array_equal(found.diverged_at, wanted.diverged_at[rows])
    assert found.recorded.keys() == wanted.recorded.keys()
    for name, record in found.recorded.items():
        assert_array_equal(record, wanted.recorded[name][rows], err_msg=name)


def assert_alone_as_in_company(network: Network, dtype: type, **settings: object) -> None:
    """Assert that one network and three are rows of the run with all."""
    start = network.draw(seeds=range(COMPANY), biases=normal(0.1), dtype=dtype)
    given = dict(zip("xy", examples(), strict=True)) | settings
    every = trained(network, start, slice(None), **given)
    assert every.loss.shape == (COMPANY, 12)
    for rows in (slice(0, 1), slice(40, 41), slice(7, 10)):
        assert_same_rows(trained(network, start, rows, **given), every, rows)


@each_dtype
@each_optimizer
@pytest.mark.parametrize("batch", [None, 1, 8])
def test_row_is_the_same_alone_and_in_company(
    optimizer: object, dtype: type, batch: int | None
) -> None:
    network = mlp((3, 7, 5, 10), relu)
    assert_alone_as_in_company(network, dtype, optimizer=optimizer, batch=batch)


@each_dtype
@pytest.mark.parametrize("f", ALL.values(), ids=ALL.keys())
def test_no_activation_mixes_networks(f: object, dtype: type) -> None:
    # widths that are no multiple of a vector register's length, and a wide one
    assert_alone_as_in_company(mlp((3, 6, 70, 10), f), dtype, steps=12, batch=7)


@each_dtype
def test_dropout_penalties_clipping_and_schedule_mix_no_networks(dtype: type) -> None:
    assert_alone_as_in_company(
        mlp((3, 9, 9, 10), tanh, dropout=0.3),
        dtype,
        optimizer=Adam(learning_rate=0.01, schedule=Cosine(12)),
        penalties=[L1(0.01), L2(0.02)],
        clip=ClipNorm(0.3),
        batch=16,
    )


@each_dtype
@pytest.mark.parametrize("own", ["x", "y", "xy"])
@pytest.mark.parametrize("loss", [softmax_cross_entropy, mean_squared_error], ids=repr)
def test_own_sets_mix_no_networks(loss: object, own: str, dtype: type) -> None:
    rng = np.random.default_rng(1)
    x, y = examples()
    y = y if loss is softmax_cross_entropy else rng.standard_normal((50, 10))
    if "x" in own:
        x = rng.standard_normal((COMPANY, *x.shape))
    if "y" in own:
        y = np.stack([rng.permutation(y) for _ in range(COMPANY)])
    for batch in (None, 6):
        assert_alone_as_in_company(mlp((3, 5, 10), relu), dtype, x=x, y=y, loss=loss, batch=batch)


@each_dtype
@pytest.mark.parametrize("order", ["C", "F"])
def test_set_for_all_and_its_copy_for_each_are_the_same(order: str, dtype: type) -> None:
    network = mlp((3, 5, 10), relu)
    start = network.draw(seeds=range(COMPANY), dtype=dtype)
    x, y = examples()
    shared = np.asarray(x, order=order)
    for batch in (None, 6):
        one = trained(network, start, slice(None), shared, y, batch=batch)
        copies = np.stack([x] * COMPANY), np.stack([y] * COMPANY)
        assert_same_rows(
            trained(network, start, slice(None), *copies, batch=batch), one, slice(None)
        )


@each_dtype
@each_optimizer
def test_one_learning_rate_and_the_same_for_each_are_the_same(
    optimizer: object, dtype: type
) -> None:
    network = mlp((3, 5, 10), tanh)
    start = network.draw(seeds=range(COMPANY), dtype=dtype)
    one = trained(network, start, slice(None), *examples(), optimizer=optimizer)
    rates = [optimizer.learning_rate] * COMPANY
    each = replace(optimizer, learning_rate=rates)
    run = trained(network, start, slice(None), *examples(), optimizer=each)
    assert_same_rows(run, one, slice(None))


@each_optimizer
def test_row_knows_its_own_learning_rate_only(optimizer: object) -> None:
    rates = np.geomspace(0.001, 0.1, COMPANY)
    network = mlp((3, 5, 10), tanh)
    start = network.draw(seeds=range(COMPANY))
    each = replace(optimizer, learning_rate=rates)
    every = trained(network, start, slice(None), *examples(), optimizer=each)
    for row in (0, 31, 63):
        rows = slice(row, row + 1)
        alone = replace(optimizer, learning_rate=rates[row])
        run = trained(network, start, rows, *examples(), optimizer=alone)
        assert_same_rows(run, every, rows)
    assert len(set(every.loss[:, -1])) == COMPANY


@each_dtype
@pytest.mark.parametrize("length", [1, 3, 10, 63, 64])
def test_groups_change_no_bit(length: int, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    network = mlp((3, 5, 10), relu, dropout=0.2)
    start = network.draw(seeds=range(COMPANY), dtype=dtype)
    rng = np.random.default_rng(0)
    given = {
        "x": rng.standard_normal((COMPANY, 20, 3)),
        "y": rng.integers(0, 10, (COMPANY, 20)),
        "optimizer": Adam(learning_rate=np.geomspace(0.001, 0.1, COMPANY)),
        "batch": 6,
        "clip": ClipValue(0.1),
    }
    whole = trained(network, start, slice(None), **given)
    sizes = []

    monkeypatch.setattr(training, "groups_of", in_lengths_of(length))
    counted = {"size": lambda seen: record_size(seen, sizes)}
    parts = trained(network, start, slice(None), **given, probes=PROBES | OF_LABELS | counted)
    parted = [length] * (COMPANY // length) + [COMPANY % length] * (COMPANY % length > 0)
    assert sizes == [size for size in parted for _ in range(3)]
    known = {name: parts.recorded[name] for name in whole.recorded}
    assert_same_rows(replace(parts, recorded=known), whole, slice(None))


@each_optimizer
def test_networks_too_large_for_the_cache_are_trained_one_by_one(
    optimizer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = mlp((3, 5, 10), relu)
    start = network.draw(seeds=range(COMPANY))
    each = replace(optimizer, learning_rate=np.geomspace(0.001, 0.1, COMPANY))
    whole = trained(network, start, slice(None), *examples(), optimizer=each, probes={})
    monkeypatch.setattr(training, "CACHE", 1)
    sizes: list[int] = []
    probes = {"size": lambda seen: record_size(seen, sizes)}
    parts = trained(network, start, slice(None), *examples(), optimizer=each, probes=probes)
    assert sizes == [1] * (3 * COMPANY)
    assert_same_rows(replace(parts, recorded={}), whole, slice(None))


def record_size(seen: object, sizes: list[int]) -> np.ndarray:
    """Note how many networks a probe sees at once."""
    sizes.append(len(seen.parameters))
    return np.zeros(len(seen.parameters))


def in_lengths_of(length: int) -> Callable:
    """Return what parts seeds into groups of this length."""
    return lambda seeds, size: (slice(at, at + length) for at in range(0, seeds, length))


@pytest.mark.parametrize(("cache", "lengths"), [(1, [1] * 5), (200, [2, 2, 1]), (10**9, [5])])
def test_groups_are_as_large_as_the_cache_allows(
    cache: int, lengths: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CACHE", cache)
    parts = [range(5)[rows] for rows in training.groups_of(5, 100)]
    assert list(map(len, parts)) == lengths
    assert [seed for part in parts for seed in part] == list(range(5))


def test_inputs_are_never_changed() -> None:
    network = mlp((3, 5, 10), relu, dropout=0.2)
    start = network.draw(seeds=range(4))
    x, y = examples()
    values = np.random.default_rng(0).standard_normal((4, 50, 10))
    rates = np.full(4, 0.1)
    given = [start.flat, x, y, values, rates]
    for array in given:
        array.flags.writeable = False
    before = [array.copy() for array in given]
    for loss, targets in ((softmax_cross_entropy, y), (mean_squared_error, values)):
        for batch in (None, 7):
            train(
                network, start, x, targets, loss=loss, optimizer=Adam(learning_rate=rates), steps=4,
                seeds=range(4), batch=batch, penalties=[L1(0.1), L2(0.1)], clip=ClipNorm(0.1),
                probes=PROBES,
            )  # fmt: skip
    for array, copy in zip(given, before, strict=True):
        assert_array_equal(array, copy)


def test_forward_pass_changes_neither_inputs_nor_what_signals_tell() -> None:
    network = mlp((3, 5, 5, 10), relu)
    start = network.draw(seeds=range(4))
    x, _ = examples()
    x.flags.writeable = start.flat.flags.writeable = False
    signals: list[np.ndarray] = []
    told = network.forward(start, x, signals=signals)
    assert_array_equal(told.z, network.forward(start, x).z)  # where relu may write over z
    for place in (0, 2):
        assert (signals[place] < 0).any()
        assert_array_equal(signals[place + 1], np.maximum(signals[place], 0))


def fingerprint() -> str:
    """Return a digest of parameters, losses and records of runs of many kinds."""
    digest = hashlib.sha256()
    for dtype in DTYPES:
        for optimizer in OPTIMIZERS:
            network = mlp((3, 6, 5, 10), tanh, dropout=0.2)
            start = network.draw(seeds=range(COMPANY), biases=normal(0.1), dtype=dtype)
            run = trained(network, start, slice(None), *examples(), optimizer=optimizer, batch=9)
            for array in (run.parameters.flat, run.loss, *run.recorded.values()):
                digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def test_bits_are_the_same_twice_and_in_another_process() -> None:
    here = fingerprint()
    assert fingerprint() == here
    code = "import test_networks_bits; print(test_networks_bits.fingerprint())"
    there = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here


@pytest.mark.audit
def test_bits_hold_for_a_thousand_random_trainings() -> None:
    rng, compared = np.random.default_rng(20261121), 0
    for _ in range(1000):
        widths = [2 * int(units) for units in rng.integers(1, 20, rng.integers(2, 5))]
        network = mlp(widths, list(ALL.values())[rng.integers(len(ALL))], dropout=rng.random() / 2)
        networks, n = int(rng.integers(2, 40)), int(rng.integers(1, 70))
        x = rng.standard_normal((n, widths[0]) if rng.random() < 0.5 else (networks, n, widths[0]))
        y = rng.integers(0, widths[-1], n if rng.random() < 0.5 else (networks, n))
        start = network.draw(seeds=range(networks), dtype=DTYPES[rng.integers(2)])
        given = {
            "optimizer": OPTIMIZERS[rng.integers(5)],
            "batch": None if rng.random() < 0.4 else int(rng.integers(1, n + 1)),
            "steps": 5,
        }
        every = trained(network, start, slice(0, networks), x, y, **given)
        row = int(rng.integers(networks))
        rows = slice(row, row + 1)
        assert_same_rows(trained(network, start, rows, x, y, **given), every, rows)
        compared += every.parameters.flat.shape[1]
    print(f"\n1000 random trainings, {compared} parameters: alone as in company, bit for bit")


# ---- streams -------------------------------------------------------------------------------------
def test_streams_of_seeds_and_purposes_are_all_different() -> None:
    purposes = ("weights", "biases", "batches", "dropout", "examples")
    first = {
        (purpose, seed): rng.random()
        for purpose in purposes
        for seed, rng in zip(range(20), streams(range(20), purpose), strict=True)
    }
    assert len(set(first.values())) == len(purposes) * 20
    others = {np.random.default_rng(seed).random() for seed in range(100)}
    others |= {rng.random() for s in range(20) for rng in np.random.default_rng(s).spawn(5)}
    assert not others & set(first.values())  # whoever draws data from a seed draws no weights


def test_streams_of_large_seeds_do_not_meet_those_of_small_ones() -> None:
    seeds = [2**32, 2**64, 2**32 + 1, 0, 1]
    numbers = [rng.random() for p in ("weights", "biases") for rng in streams(seeds, p)]
    assert len(set(numbers)) == len(numbers)


def test_generators_are_made_once_and_only_if_somebody_draws() -> None:
    made = streams(range(3), "dropout")
    assert len(made) == 3
    assert "rngs" not in vars(made)
    first = made[0].random()
    assert made[0].random() != first  # the same generator goes on
    assert list(made) == [made[0], made[1], made[2]]


def test_dropout_moves_neither_weights_nor_batches() -> None:
    plain, noisy = mlp((3, 5, 10), relu), mlp((3, 5, 10), relu, dropout=0.5)
    seen = {}
    for name, network in (("plain", plain), ("noisy", noisy)):
        start = network.draw(seeds=range(3))
        run = train(
            network, start, *examples(), loss=softmax_cross_entropy, steps=9, seeds=range(3),
            optimizer=SGD(learning_rate=0.1), batch=7, probes={"x": lambda seen: seen.x},
        )  # fmt: skip
        seen[name] = start.flat, run.recorded["x"], run.loss
    assert_array_equal(seen["plain"][0], seen["noisy"][0])
    assert_array_equal(seen["plain"][1], seen["noisy"][1])
    assert not np.array_equal(seen["plain"][2], seen["noisy"][2])


def test_weights_do_not_depend_on_how_biases_are_drawn() -> None:
    network = mlp((3, 5, 10), relu)
    one, other = network.draw(seeds=range(3)), network.draw(seeds=range(3), biases=normal(1.0))
    assert_array_equal(one.weights, other.weights)
    assert not np.array_equal(one.flat, other.flat)


def test_every_example_is_seen_once_an_epoch_in_an_order_of_the_seeds_own() -> None:
    network = mlp((1, 2), relu)
    x = np.arange(10.0)[:, None]
    run = train(
        network, network.draw(seeds=range(3)), x, np.zeros(10, int), loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.1), steps=6, seeds=range(3), batch=3,
        probes={"x": lambda seen: seen.x[..., 0], "y": lambda seen: seen.y},
    )  # fmt: skip
    orders = run.recorded["x"].reshape(3, 2, 9)  # seeds, epochs, examples of three batches
    for epochs in orders:
        assert all(len(set(epoch)) == 9 for epoch in epochs)
        assert not np.array_equal(*epochs)
    assert not np.array_equal(orders[0], orders[1])
    assert run.recorded["y"].shape == (3, 6, 3)
