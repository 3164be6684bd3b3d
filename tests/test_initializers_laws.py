"""The distributions: against SciPy's, PyTorch's, and what theory says of signals sent through.

A test statistic may lie where chance puts one in a million: seeds are fixed, so a test that
passes once passes always, and other seeds would practically never fail (see the audit).
"""

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import stats

from rectified.activations import Activation, identity, relu
from rectified.initializers import (
    ALL,
    Initializer,
    draw,
    he_normal,
    he_truncated_normal,
    he_uniform,
    inverse_sqrt_uniform,
    lecun_normal,
    normal,
    orthogonal,
    sparse,
    variance_scaling,
    xavier_normal,
)

EPS = np.finfo(np.float64).eps
LEVEL = 1e-6  # the share of seeds that would fail a test
SIGMAS = 4.9  # a normal variable is farther out with probability 1e-6
SHAPE = FAN_IN, FAN_OUT = 200, 300
FAN_AVG = 250


def centred(half_width: float) -> stats.rv_continuous:
    """Return the uniform distribution between -half_width and half_width."""
    return stats.uniform(-half_width, 2 * half_width)


def truncated(variance: float) -> stats.rv_continuous:
    """Return the normal distribution truncated at 2 of its standard deviations, by its variance."""
    with mpmath.workdps(30):
        inside = mpmath.ncdf(2) - mpmath.ncdf(-2)
        kept = float(mpmath.sqrt(1 - 4 * mpmath.npdf(2) / inside))
    return stats.truncnorm(-2, 2, scale=math.sqrt(variance) / kept)


# Typed from the papers, for the shape above.
ORACLES = {
    "unit_normal": stats.norm(0, 1),
    "small_normal": stats.norm(0, 0.01),
    "inverse_sqrt_uniform": centred(1 / math.sqrt(FAN_IN)),
    "lecun_normal": stats.norm(0, FAN_IN**-0.5),
    "lecun_uniform": centred(math.sqrt(3 / FAN_IN)),
    "lecun_truncated_normal": truncated(1 / FAN_IN),
    "xavier_normal": stats.norm(0, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "xavier_uniform": centred(math.sqrt(6 / (FAN_IN + FAN_OUT))),
    "xavier_truncated_normal": truncated(2 / (FAN_IN + FAN_OUT)),
    "he_normal": stats.norm(0, math.sqrt(2 / FAN_IN)),
    "he_uniform": centred(math.sqrt(6 / FAN_IN)),
    "he_truncated_normal": truncated(2 / FAN_IN),
}
STRUCTURED = {"zeros", "constant", "orthogonal", "identity", "sparse"}  # tested one by one below
each_law = pytest.mark.parametrize("key", ORACLES)


def test_every_law_has_an_oracle() -> None:
    assert set(ALL) - STRUCTURED == set(ORACLES)


def sample(key: str, seed: int) -> np.ndarray:
    """Draw from a law, for each from a generator of its own."""
    return ALL[key](SHAPE, rng=np.random.default_rng([seed, list(ORACLES).index(key)]))


def ks(key: str, seed: int) -> float:
    """Return the probability that draws from the oracle lie farther from it than ours."""
    return stats.kstest(sample(key, seed).ravel(), ORACLES[key].cdf).pvalue


def moment_scores(key: str, seed: int) -> list[float]:
    """Return how many standard errors the first four moments of a sample lie off the exact ones."""
    w, exact = sample(key, seed), [ORACLES[key].moment(order) for order in range(9)]
    errors = [math.sqrt((exact[2 * k] - exact[k] ** 2) / w.size) for k in range(1, 5)]
    return [float(np.mean(w**k) - exact[k]) / errors[k - 1] for k in range(1, 5)]


@each_law
def test_draws_follow_the_exact_distribution(key: str) -> None:
    assert ks(key, seed=11) > LEVEL


@each_law
def test_mean_variance_skew_and_kurtosis_are_the_exact_ones(key: str) -> None:
    assert np.abs(moment_scores(key, seed=12)).max() < SIGMAS


@each_law
def test_the_promised_variance_is_that_of_the_distribution(key: str) -> None:
    # a few operations here, SciPy's integrals there: 1e-12 is above both
    assert ALL[key].variance(SHAPE) == pytest.approx(ORACLES[key].var(), rel=1e-12)


@each_law
def test_bounds_are_kept_and_nearly_met(key: str) -> None:
    w, (low, high) = ALL[key](SHAPE, rng=np.random.default_rng(13)), ORACLES[key].support()
    if np.isfinite(high):
        assert low * (1 + 4 * EPS) <= w.min()  # a root, a quotient and a product, rounded
        assert w.max() <= high * (1 + 4 * EPS)
        # the share of draws beyond 99.5 % of the bound is above 2e-4: none of 60000 with P < 1e-5
        assert min(-w.min(), w.max()) > 0.995 * high


@each_law
def test_entries_do_not_depend_on_their_neighbours(key: str) -> None:
    w = ALL[key](SHAPE, rng=np.random.default_rng(14))
    for a, b in ((w[:-1], w[1:]), (w[:, :-1], w[:, 1:])):
        correlation = np.corrcoef(a.ravel(), b.ravel())[0, 1]
        assert abs(correlation) * math.sqrt(a.size) < SIGMAS


@pytest.mark.audit
def test_other_master_seeds_would_pass_too() -> None:
    seeds = range(1000, 1100)
    p = np.array([ks(key, seed) for key in ORACLES for seed in seeds])
    scores = np.array([moment_scores(key, seed) for key in ORACLES for seed in seeds])
    uniform = stats.kstest(p, stats.uniform.cdf).pvalue
    print(f"\n{p.size} tests by Kolmogorov and Smirnov: smallest p {p.min():.2g}", end=", ")
    print(f"p uniform with p = {uniform:.2g}")
    print(f"{scores.size} moments: largest score {np.abs(scores).max():.2f}", end=", ")
    print(f"root mean square {np.sqrt(np.mean(scores**2)):.3f}")
    assert p.min() > LEVEL
    assert uniform > LEVEL  # so the test is not blind
    assert np.abs(scores).max() < SIGMAS
    # if the standard errors are right, squares have mean 1 and variance 2; a kurtosis and a
    # variance of one sample go together, which at most doubles the variance of their mean
    assert abs(np.mean(scores**2) - 1) < SIGMAS * math.sqrt(4 / scores.size)


# --- against PyTorch -----------------------------------------------------------------------------

init = torch.nn.init
TWINS = {
    "xavier_normal": init.xavier_normal_,
    "xavier_uniform": init.xavier_uniform_,
    "he_normal": lambda w, generator: init.kaiming_normal_(
        w, nonlinearity="relu", generator=generator
    ),
    "he_uniform": lambda w, generator: init.kaiming_uniform_(
        w, nonlinearity="relu", generator=generator
    ),
    "lecun_normal": lambda w, generator: init.kaiming_normal_(
        w, nonlinearity="linear", generator=generator
    ),
    "inverse_sqrt_uniform": lambda w, generator: init.kaiming_uniform_(
        w, a=math.sqrt(5), generator=generator
    ),
    "small_normal": lambda w, generator: init.normal_(w, 0, 0.01, generator=generator),
}


@pytest.mark.parametrize("key", TWINS)
@pytest.mark.parametrize("shape", [SHAPE, (3, 3, 40, 60)], ids=["dense", "convolution"])
def test_draws_are_distributed_as_those_of_pytorch(key: str, shape: tuple[int, ...]) -> None:
    *field, channels_in, channels_out = shape
    twin = torch.empty(channels_out, channels_in, *field, dtype=torch.float64)
    TWINS[key](twin, generator=torch.Generator().manual_seed(15))
    ours, theirs = ALL[key](shape, rng=np.random.default_rng(15)).ravel(), twin.numpy().ravel()
    assert stats.ks_2samp(ours, theirs).pvalue > LEVEL
    # the variance of a mean square is at most 2/n (normal), for each of the two
    assert abs(ours.var() / theirs.var() - 1) < SIGMAS * math.sqrt(4 / ours.size)


def test_the_default_of_a_linear_layer_in_pytorch_is_one_over_root_n() -> None:
    layer = torch.nn.Linear(100, 400)  # draws from a global seed: only its bound is compared
    w = inverse_sqrt_uniform((100, 400), rng=np.random.default_rng(16))
    for weights in (layer.weight.detach().numpy(), w):
        # P(all of 40000 below 99.9 % of the bound) = 0.999^40000 < 1e-17; float32 rounds by 6e-8
        assert 0.999 < np.abs(weights).max() * 10 <= 1 + 1e-7


# --- orthogonal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(40, 40), (60, 25), (25, 60), (3, 3, 4, 20), (3, 3, 2, 30)])
@pytest.mark.parametrize("gain", [1.0, 2**0.5])
def test_rows_or_columns_are_orthonormal_times_gain(shape: tuple[int, ...], gain: float) -> None:
    w = orthogonal(gain=gain)(shape, rng=np.random.default_rng(0)).reshape(-1, shape[-1])
    if w.shape[0] < w.shape[1]:
        w = w.T
    # Householder's QR is orthogonal to a small multiple of √n eps in each entry (Higham)
    tolerance = 10 * gain**2 * EPS * math.sqrt(len(w))
    assert_allclose(w.T @ w, gain**2 * np.eye(w.shape[1]), atol=tolerance, rtol=0)


def test_a_widening_layer_keeps_lengths() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((50, 20))
    lengths = np.linalg.norm(x @ orthogonal(gain=3.0)((20, 35), rng=rng), axis=1)
    assert_allclose(lengths, 3 * np.linalg.norm(x, axis=1), rtol=1e-13)  # 20 products, rounded


def rotations(shape: tuple[int, int], count: int, seed: int) -> np.ndarray:
    (w,) = draw(orthogonal(), [shape], seeds=np.random.default_rng(seed).spawn(count))
    return w  # (count, *shape)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9)])
@pytest.mark.parametrize("place", [(0, 0), (3, 3), (1, 2)])
def test_an_entry_is_distributed_as_that_of_a_uniform_direction(
    shape: tuple[int, int], place: tuple[int, int]
) -> None:
    n = max(shape)
    entry = rotations(shape, 4000, seed=2)[:, *place]
    exact = stats.beta((n - 1) / 2, (n - 1) / 2, loc=-1, scale=2)  # a coordinate on the sphere
    assert stats.kstest(entry, exact.cdf).pvalue > LEVEL
    assert exact.var() == pytest.approx(orthogonal().variance(shape), rel=1e-12)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4)])
def test_it_is_the_factor_that_leaves_a_positive_diagonal(shape: tuple[int, int]) -> None:
    # That factor of a normal matrix is unique, and Haar's. Were signs left to LAPACK, or to
    # chance, all would be right here in one of 2^80 cases.
    for seed in range(20):
        w = orthogonal()(shape, rng=np.random.default_rng(seed))
        triangle = w.T @ np.random.default_rng(seed).standard_normal(shape)
        assert np.all(np.diagonal(triangle) > 0)
        assert_allclose(np.tril(triangle, -1), 0.0, atol=1e-13)  # sums of 9 products, rounded


def test_in_the_plane_angles_are_uniform_and_half_are_reflections() -> None:
    w = rotations((2, 2), 4000, seed=3)
    angle = np.arctan2(w[:, 1, 0], w[:, 0, 0])
    assert stats.kstest(angle, centred(math.pi).cdf).pvalue > LEVEL
    assert stats.binomtest(int(np.sum(np.linalg.det(w) > 0)), len(w)).pvalue > LEVEL


def test_traces_are_distributed_as_those_of_scipys_haar_matrices() -> None:
    ours = np.trace(rotations((5, 5), 4000, seed=4), axis1=1, axis2=2)
    theirs = stats.ortho_group(5, seed=np.random.default_rng(5)).rvs(4000)
    assert stats.ks_2samp(ours, np.trace(theirs, axis1=1, axis2=2)).pvalue > LEVEL


# --- sparse --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(50, 80), (3, 3, 7, 40), (15, 4)])
def test_each_unit_has_exactly_so_many_weights(shape: tuple[int, ...]) -> None:
    w = sparse()(shape, rng=np.random.default_rng(6)).reshape(-1, shape[-1])
    assert np.all(np.count_nonzero(w, axis=0) == 15)


def test_sparse_weights_are_normal_and_come_from_anywhere() -> None:
    law = sparse(nonzeros=5, std=0.3)
    w = law((40, 20_000), rng=np.random.default_rng(7))
    assert stats.kstest(w[w != 0], stats.norm(0, 0.3).cdf).pvalue > LEVEL
    # Inputs are drawn without replacement: Var of a count is less than a multinomial's by
    # (1 - 5/40) * 40/39, and chi-square with it.
    chosen = np.count_nonzero(w, axis=1)
    chi_square = np.sum((chosen - 2500) ** 2 / 2500) / ((1 - 5 / 40) * 40 / 39)
    assert LEVEL < stats.chi2(39).sf(chi_square) < 1 - LEVEL
    # the 4th moment of an entry is 3 std⁴ 5/40, so a mean square has 23 times its square / n
    assert w.var() / law.variance((40, 20_000)) == pytest.approx(
        1, abs=SIGMAS * math.sqrt(23 / w.size)
    )


# --- a signal sent through -----------------------------------------------------------------------


def last_mean_square(
    initializer: Initializer, f: Activation, *, depth: int = 10, width: int = 64, count: int = 300
) -> np.ndarray:
    """Return the mean square preactivation of the last layer of `count` networks."""
    seeds = np.random.default_rng(8).spawn(count)
    x = np.random.default_rng(9).standard_normal((1, width))
    h = np.broadcast_to(x / np.sqrt(np.mean(x**2)), (count, 1, width))
    for w in draw(initializer, [(width, width)] * depth, seeds=seeds):
        z = h @ w  # (S, 1, width)
        h = f(z)
    return np.mean(z**2, axis=(1, 2))


@pytest.mark.parametrize(
    ("initializer", "f", "expected"),
    [
        # E[z²] = fan_in Var(w) E[h²], and E[relu(z)²] = E[z²] / 2 because z is symmetric
        (he_normal, relu, 2.0),
        (he_uniform, relu, 2.0),
        (he_truncated_normal, relu, 2.0),
        (orthogonal(gain=2**0.5), relu, 2.0),
        (xavier_normal, relu, 2.0**-9),
        (lecun_normal, identity, 1.0),
        (variance_scaling(2.0, "fan_in", "normal"), identity, 2.0**10),
        (inverse_sqrt_uniform, relu, 6.0**-9 / 3),
        (normal(0.01), identity, 0.0064**10),
    ],
    ids=str,
)
def test_the_mean_square_after_ten_layers_is_what_theory_says(
    initializer: Initializer, f: Activation, expected: float
) -> None:
    squares = last_mean_square(initializer, f)
    # the mean over 300 networks is nearly normal, its standard error is measured
    assert abs(squares.mean() - expected) < SIGMAS * stats.sem(squares)
    assert stats.sem(squares) < 0.2 * expected  # and small enough to tell 2 from 1


def test_orthogonal_weights_keep_the_signal_of_a_linear_network_exactly() -> None:
    # 10 layers of 64 products each, rounded
    assert_allclose(last_mean_square(orthogonal(), identity, count=5), 1.0, rtol=1e-13)


def scale_law(
    scale: float, mode: str, distribution: str
) -> Callable[[tuple[int, int]], np.ndarray]:
    return lambda shape: variance_scaling(scale, mode, distribution)(
        shape, rng=np.random.default_rng(10)
    )


@pytest.mark.parametrize("distribution", ["normal", "truncated_normal", "uniform"])
def test_scale_and_fan_only_stretch_the_same_draws(distribution: str) -> None:
    narrow = scale_law(1.0, "fan_in", distribution)((8, 18))
    wide = scale_law(9.0, "fan_out", distribution)((8, 18))
    assert_allclose(wide, narrow * 2.0, rtol=4 * EPS)  # √(9/18) / √(1/8) = 2, roots rounded
