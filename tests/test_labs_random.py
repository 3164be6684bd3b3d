"""The labs' generators: what they draw is uniform, normal, independent, and depends on the name.

A test statistic may lie where chance puts one in a million: seeds are fixed, so a test that
passes once passes always.
"""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

from labs_node import run

LEVEL = 1e-6  # the share of seeds that would fail a test
SIGMAS = 4.9  # a normal variable is farther out with probability 1e-6
N = 50_000
WORD = 2**32
NAMES = [(0, "weights"), (1, "weights"), (0, "batches"), (2**53 - 1, "examples")]
each_name = pytest.mark.parametrize(("seed", "purpose"), NAMES)


def drawn(task: str, **settings: Any) -> Any:
    """Return what one task gives."""
    return run("random.mjs", [{"task": task, **settings}])[0]


def stream(seed: int, purpose: str, kind: str, n: int = N, words: tuple = ()) -> np.ndarray:
    """Return the first n numbers of a stream."""
    return np.array(drawn("stream", seed=seed, purpose=purpose, kind=kind, n=n, words=words))


def sfc32(state: list[int], n: int) -> list[int]:
    """Return n numbers of PractRand's sfc32, from its state a, b, c and counter."""
    a, b, c, counter = state
    numbers = []
    for _ in range(n):
        numbers.append((a + b + counter) % WORD)
        counter = (counter + 1) % WORD
        a, b, c = b ^ (b >> 9), c * 9 % WORD, ((c << 21 | c >> 11) + numbers[-1]) % WORD
    return numbers


@each_name
def test_bits_are_those_of_sfc32(seed: int, purpose: str) -> None:
    found = drawn("bits", seed=seed, purpose=purpose, n=200)
    assert found["bits"] == sfc32(found["state"], 200)


def test_every_bit_is_set_in_half_of_the_numbers() -> None:
    bits = np.array(drawn("bits", seed=3, purpose="weights", n=N)["bits"])
    ones = (bits[:, None] >> np.arange(32) & 1).sum(axis=0)
    assert np.abs(ones - N / 2).max() < (SIGMAS + 1) * np.sqrt(N / 4)  # the largest of 32


@each_name
def test_uniform_numbers_are_uniform_and_stay_below_one(seed: int, purpose: str) -> None:
    numbers = stream(seed, purpose, "uniform")
    assert 0 <= numbers.min() < numbers.max() < 1
    assert stats.kstest(numbers, "uniform").pvalue > LEVEL
    assert len(set(numbers)) == N  # of 2^53 values; 2^32 would repeat one with probability 1/4


def test_uniform_numbers_take_their_interval() -> None:
    numbers = stream(5, "weights", "uniform", words=(-2.0, 6.0))
    assert stats.kstest(numbers, stats.uniform(-2, 8).cdf).pvalue > LEVEL


@each_name
def test_normal_numbers_are_normal(seed: int, purpose: str) -> None:
    numbers = stream(seed, purpose, "normal")
    assert stats.kstest(numbers, "norm").pvalue > LEVEL
    moments = [np.mean(numbers**power) for power in (1, 2, 3, 4)]
    # Var(x^k) = E[x^2k] - E[x^k]², of a normal x
    errors = np.sqrt(np.array([1, 2, 15, 96]) / N)
    assert np.all(np.abs(np.subtract(moments, [0, 1, 0, 3])) < SIGMAS * errors)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
@pytest.mark.parametrize("apart", [1, 2, 3])
def test_neighbours_are_independent(kind: str, apart: int) -> None:
    numbers = stream(7, "weights", kind)
    for power in (1, 2):  # pairs of Box and Muller share a radius: their squares must not show it
        one, other = numbers[apart:] ** power, numbers[:-apart] ** power
        assert abs(np.corrcoef(one, other)[0, 1]) < SIGMAS / np.sqrt(N)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_first_numbers_of_consecutive_seeds_are_as_random(kind: str) -> None:
    seeds = list(range(N // 5))
    firsts = np.array(drawn("firsts", seeds=seeds, purpose="weights", kind=kind))
    assert stats.kstest(firsts, "norm" if kind == "normal" else "uniform").pvalue > LEVEL
    assert abs(np.corrcoef(firsts[1:], firsts[:-1])[0, 1]) < SIGMAS / np.sqrt(len(seeds))


def test_streams_of_other_seeds_and_purposes_have_nothing_in_common() -> None:
    names = [*NAMES, (2**32, "weights"), (2**33, "weights"), (0, "weight"), (0, "")]
    settings = {"task": "stream", "kind": "uniform", "n": 5000}
    tasks = [settings | {"seed": seed, "purpose": purpose} for seed, purpose in names]
    streams = np.array(run("random.mjs", tasks))
    others = np.corrcoef(streams)[np.triu_indices(len(names), 1)]
    assert np.abs(others).max() < (SIGMAS + 1) / np.sqrt(5000)


def test_a_seed_and_a_purpose_name_one_stream_for_ever() -> None:
    assert_array_equal(stream(4, "weights", "normal", 100), stream(4, "weights", "normal", 100))
    found = drawn("bits", seed=4, purpose="weights", n=3)["bits"]
    assert found == [1298355184, 2706702065, 2071470]  # what a link to a lab shows depends on them


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_integers_are_equally_likely(n: int) -> None:
    numbers = stream(8, "batches", "integer", words=(n,)).astype(int)
    counts = np.bincount(numbers, minlength=n)
    assert len(counts) == n
    if n > 1:
        assert stats.chisquare(counts).pvalue > LEVEL


def test_orders_are_equally_likely() -> None:
    counts = drawn("orders", seed=9, length=4, n=24_000)
    assert len(counts) == 24
    assert stats.chisquare(list(counts.values())).pvalue > LEVEL


def test_seeds_that_are_none_are_refused() -> None:
    wrong = [-1, 0.5, np.nan, np.inf, 2**53, None, "3"]
    found = drawn("refusals", seeds=wrong)
    assert all(f.startswith("RangeError: seed must be an integer, 0 or more, got ") for f in found)
