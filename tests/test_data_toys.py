"""The geometry of the toy sets, the noise in them, and what the best rule gets wrong on them."""

from collections.abc import Callable
from functools import partial, reduce
from itertools import product

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from sklearn import datasets

from rectified import data
from rectified.data import CURVES, bayes

EPS = np.finfo(np.float64).eps
TOYS = {  # each with a number of examples that it can have
    "two_circles": (data.two_circles, 600),
    "moons": (data.moons, 600),
    "spirals": (data.spirals, 600),
    "five arms": (partial(data.spirals, arms=5), 600),
    "xor": (data.xor, 600),
    "parity": (data.parity, 600),
    "one bit": (partial(data.parity, bits=1), 600),
    "five bits": (partial(data.parity, bits=5), 640),
    "checkerboard": (data.checkerboard, 600),
    "odd checkerboard": (partial(data.checkerboard, cells=3), 600),
    "gaussian_mixture": (data.gaussian_mixture, 600),
    "four Gaussians": (partial(data.gaussian_mixture, classes=4), 600),
}
each_toy = pytest.mark.parametrize(("make", "n"), TOYS.values(), ids=list(TOYS))
UNLIKELY = 1e-6  # a uniform sample falls below this p-value once in a million seeds


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def is_uniform(values: np.ndarray, low: float, high: float) -> bool:
    inside = low <= values.min() and values.max() <= high
    return inside and stats.kstest(values, "uniform", (low, high - low)).pvalue > UNLIKELY


# ---- what all have in common
@each_toy
def test_classes_are_balanced_in_the_whole_and_in_every_beginning(make: Callable, n: int) -> None:
    made = make(n, rng=rng())
    counts = np.cumsum(data.one_hot(made.y, made.classes), axis=0)  # (n, classes)
    assert np.ptp(counts, axis=1).max() == 1
    assert np.ptp(counts[-1]) == 0


@each_toy
def test_noise_moves_the_same_examples_by_normal_steps(make: Callable, n: int) -> None:
    still, some, more = (make(n, rng=rng(3), noise=noise) for noise in (0.0, 0.1, 0.2))
    assert_array_equal(still.y, more.y)
    steps = (some.x - still.x) / 0.1
    # coordinates stay below 2: a few roundings of that size, over 0.1
    assert_allclose((more.x - still.x) / 0.2, steps, atol=100 * EPS)
    assert stats.kstest(steps.ravel(), "norm").pvalue > UNLIKELY
    assert abs(np.corrcoef(steps[:, 0], steps[:, -1])[0, 1]) < 0.2 or still.features == 1


# ---- geometry, without noise
def test_circles_have_their_radii_and_all_angles() -> None:
    for radii in ((0.5, 1.0), (2.0, 5.0)):
        made = data.two_circles(1000, rng=rng(), noise=0, radii=radii)
        lengths = np.hypot(*made.x.T)
        # cos, sin, product and hypot: less than four ulp
        assert_allclose(lengths, np.where(made.y == 0, *radii), rtol=4 * EPS)
        for label in (0, 1):
            of_class = made.x[made.y == label]
            assert is_uniform(np.arctan2(*of_class.T[::-1]), -np.pi, np.pi)


def test_moons_are_half_circles_that_reach_into_each_other() -> None:
    made = data.moons(1000, rng=rng(), noise=0)
    upper, lower = made.x[made.y == 0], made.x[made.y == 1] - [1.0, 0.5]
    for arc in (upper, -lower):
        assert_allclose(np.hypot(*arc.T), 1, rtol=8 * EPS)  # some ulp of coordinates up to 2
        assert is_uniform(np.arctan2(arc[:, 1], arc[:, 0]), 0, np.pi)


def test_moons_lie_where_scikit_learn_has_them() -> None:
    theirs, labels = datasets.make_moons(2000, noise=None)
    ours = data.moons(400, rng=rng(), noise=0)
    for label in (0, 1):
        apart = ours.x[ours.y == label][:, None] - theirs[labels == label]
        # theirs stand π/999 apart on the arc, so one is within half of that
        assert np.hypot(apart[..., 0], apart[..., 1]).min(axis=1).max() < np.pi / 999 / 2


@pytest.mark.parametrize(("arms", "turns"), [(2, 1.5), (3, 1.0), (5, 0.3)])
def test_spirals_follow_their_equation(arms: int, turns: float) -> None:
    made = data.spirals(arms * 200, rng=rng(), noise=0, arms=arms, turns=turns)
    radius, angle = np.hypot(*made.x.T), np.arctan2(*made.x.T[::-1])
    wound = 2 * np.pi * (turns * radius + made.y / arms)
    # angles up to 20, a few ulp each
    assert_allclose(np.exp(1j * angle), np.exp(1j * wound), atol=200 * EPS)
    assert is_uniform(radius, 0.1, 1.0)
    assert made.classes == arms


@pytest.mark.parametrize("cells", [2, 3, 4, 7])
def test_a_checkerboard_has_the_colour_of_its_squares_and_fills_them_evenly(cells: int) -> None:
    made = data.checkerboard(20_000, rng=rng(), cells=cells)
    places = (made.x + 1) / 2 * cells
    assert places.min() >= 0
    assert places.max() < cells
    squares = np.floor(places).astype(int)
    assert_array_equal(squares.sum(axis=1) % 2, made.y)
    for label in (0, 1):
        of_class = squares[made.y == label] @ [cells, 1]
        counts = np.bincount(of_class, minlength=cells**2)
        assert np.count_nonzero(counts) == (cells**2 + 1 - label) // 2
        assert stats.chisquare(counts[counts > 0]).pvalue > UNLIKELY
    assert is_uniform(np.mod(places, 1).ravel(), 0, 1)


def test_xor_of_four_is_the_truth_table() -> None:
    made = data.xor(4, rng=rng())
    assert_array_equal(made.x, [[0, 0], [0, 1], [1, 0], [1, 1]])
    assert_array_equal(made.y, [0, 1, 1, 0])
    assert_array_equal(data.xor(12, rng=rng()).x[4:8], made.x)


@pytest.mark.parametrize("bits", [1, 2, 3, 6])
def test_parity_has_every_corner_as_often_and_counts_its_ones(bits: int) -> None:
    made = data.parity(3 * 2**bits, rng=rng(), bits=bits)
    corners, times = np.unique(made.x, axis=0, return_counts=True)
    assert corners.shape == (2**bits, bits)
    assert set(corners.ravel()) == {0, 1}
    assert set(times) == {3}
    assert_array_equal(made.y, np.bitwise_xor.reduce(made.x.astype(int), axis=1))


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_the_clouds_of_a_mixture_stand_evenly_on_the_unit_circle(classes: int) -> None:
    centres = data.gaussian_mixture(classes, rng=rng(), noise=0, classes=classes).x
    roots = np.exp(2j * np.pi * np.arange(classes) / classes)
    assert_allclose(centres @ [1, 1j], roots, atol=4 * EPS)
    cloud = data.gaussian_mixture(classes * 500, rng=rng(), noise=0.3, classes=classes)
    steps = (cloud.x - centres[cloud.y]) / 0.3
    assert stats.kstest(steps.ravel(), "norm").pvalue > UNLIKELY


# ---- wrong labels
@pytest.mark.parametrize("share", [0.0, 0.013, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_exactly_the_asked_share_of_labels_is_wrong(share: float, classes: int) -> None:
    ask = partial(data.gaussian_mixture, 300, classes=classes)
    clean, noisy = ask(rng=rng(1)), ask(rng=rng(1), label_noise=share)
    assert_array_equal(noisy.x, clean.x)
    assert np.count_nonzero(noisy.y != clean.y) == round(share * 300)
    assert set(noisy.y) <= set(range(classes))


def test_wrong_labels_are_chosen_evenly_among_examples_and_classes() -> None:
    clean = data.gaussian_mixture(40, rng=rng(), classes=4)
    seeds = 3000
    noisy = np.stack(
        [data.with_label_noise(clean, 0.3, rng=rng(seed)).y for seed in range(seeds)]
    )  # (S, n)
    wrong = noisy != clean.y
    # a share of 0.3 has a standard error of 0.0084 here; the largest of forty stays below 4
    assert_allclose(wrong.mean(axis=0), 0.3, atol=0.034)
    step = np.bincount((noisy - clean.y)[wrong] % 4, minlength=4)
    assert step[0] == 0
    assert stats.chisquare(step[1:]).pvalue > UNLIKELY
    assert_array_equal(clean.y, np.arange(40) % 4)  # the given set is as it was


# ---- curves
ORACLES = {
    "sine": mpmath.sin,
    "abs": abs,
    "square": lambda x: x * x,
    "cubic": lambda x: x * (x - 1) * (x + 1),
    "step": lambda x: 1 if x >= 0 else 0,
    "sawtooth": lambda x: x - int(mpmath.floor(x)),
    "bump": lambda x: mpmath.exp(-x * x / ((1 - x) * (1 + x))) if abs(x) < 1 else 0,
    "runge": lambda x: 1 / (1 + (5 * x) ** 2),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_has_the_value_of_its_formula(name: str) -> None:
    target = CURVES[name]
    low, high = target.interval
    beside = [np.nextafter(place, side) for place in target.jumps for side in (low, high)]
    x = np.concatenate([np.linspace(low, high, 401), target.jumps, beside])
    with mpmath.workdps(40):
        expected = np.array([float(ORACLES[name](mpmath.mpf(place))) for place in x])
    # near |x| = 1 the bump's exponent reaches 700, and near its roots the cubic cancels
    assert_allclose(target(x), expected, rtol=2e3 * EPS, atol=4 * EPS)
    assert target(x.reshape(-1, 1)).shape == (len(x), 1)
    assert target(0.5).dtype == np.float64
    assert np.isnan(target(np.nan))
    assert repr(target) == name == target.name
    assert target.formula
    assert target.title


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_jumps_where_it_says_and_nowhere_else(name: str) -> None:
    target = CURVES[name]
    low, high = target.interval
    x = np.linspace(low, high, 30_001)[1:-1]
    steps = np.abs(np.diff(target(x)))
    seen = x[1:][steps > 0.5]  # slopes stay below 6, so a grid step of 1e-3 moves less than 0.01
    assert_allclose(seen, target.jumps, atol=2 * (high - low) / 30_000)
    assert steps[steps <= 0.5].max() < 0.01


@pytest.mark.parametrize("name", CURVES)
def test_examples_of_a_curve_lie_on_it_until_there_is_noise(name: str) -> None:
    exact, noisy = (data.curve(name, 500, rng=rng(2), noise=noise) for noise in (0.0, 0.3))
    assert exact.x.shape == exact.y.shape == (500, 1)
    assert exact.classes is None
    assert_array_equal(exact.y, CURVES[name](exact.x))
    assert_array_equal(noisy.x, exact.x)
    assert is_uniform(exact.x.ravel(), *CURVES[name].interval)
    assert stats.kstest(((noisy.y - exact.y) / 0.3).ravel(), "norm").pvalue > UNLIKELY


# ---- Bayes errors, held against integrals of another kind and against counting
def rings(noise: float, radii: tuple[float, float]) -> float:
    """Integrate half the smaller of the two densities of the distance from the middle."""
    inner, outer = (stats.rice(radius / noise, scale=noise) for radius in radii)
    end = radii[1] + 12 * noise
    overlap, _ = integrate.quad(
        lambda d: min(inner.pdf(d), outer.pdf(d)), 0, end, epsabs=1e-13, limit=500
    )
    return overlap / 2


@pytest.mark.parametrize(
    ("noise", "radii"),
    [(0.1, (0.5, 1.0)), (0.3, (0.5, 1.0)), (2.0, (0.5, 1.0)), (0.05, (0.2, 0.3)), (1.0, (1, 12))],
)
def test_the_bayes_error_of_two_circles_is_half_the_overlap(
    noise: float, radii: tuple[float, float]
) -> None:
    found = bayes.two_circles(noise=noise, radii=radii)
    assert found == pytest.approx(rings(noise, radii), abs=1e-10)  # quad meets a bend


def test_thin_rings_far_out_are_two_parallel_lines() -> None:
    near = bayes.two_circles(noise=1.0, radii=(1e4, 1e4 + 2))
    assert near == pytest.approx(stats.norm.sf(1), rel=1e-4)  # the bend of the line: 1 / radius


@pytest.mark.parametrize("noise", [0.2, 0.5, 3.0])
@pytest.mark.parametrize("bits", [1, 2, 3])
def test_the_bayes_error_of_parity_is_half_the_overlap(bits: int, noise: float) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(60)
    reach = 0.5 + 9 * noise  # beyond lies less than 1e-18
    # the integrand bends at 1/2: a panel on either side, on every axis
    x = 0.5 + reach / 2 * np.concatenate([nodes - 1, nodes + 1])
    weight = np.tile(weights, 2) * reach / 2
    density = [stats.norm.pdf(x, bit, noise) * weight for bit in (0, 1)]
    parts = [0.0, 0.0]
    for corner in product((0, 1), repeat=bits):
        cloud = reduce(np.multiply.outer, [density[bit] for bit in corner])
        parts[sum(corner) % 2] = parts[sum(corner) % 2] + cloud
    expected = np.minimum(*parts).sum() / 2**bits
    # 60 nodes for 9 deviations and a half: the quadrature is good to 1e-12
    assert bayes.parity(noise=noise, bits=bits) == pytest.approx(expected, rel=1e-11)
    assert bayes.xor(noise=noise) == bayes.parity(noise=noise, bits=2)


@pytest.mark.parametrize("noise", [0.15, 0.5, 2.0])
@pytest.mark.parametrize("classes", [2, 3, 4, 10])
def test_the_bayes_error_of_a_mixture_is_what_lies_outside_the_sector(
    classes: int, noise: float
) -> None:
    slope = np.tan(np.pi / classes)  # of the edge; for two classes the sector is a half plane

    def outside(u: float) -> float:
        """Return the density at u on the axis through the centre, times what lies beside it."""
        return stats.norm.pdf(u, 1, noise) * 2 * stats.norm.sf(u * slope / noise)

    beside, _ = integrate.quad(outside, 0, 1 + 40 * noise, points=[1e-9, 1], epsabs=1e-15)
    expected = stats.norm.sf(1 / noise) + beside
    found = bayes.gaussian_mixture(noise=noise, classes=classes)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-13)  # quad's default is 1.5e-8


def test_the_bayes_error_of_two_clouds_is_a_normal_tail_however_small() -> None:
    for noise in (10.0, 1.0, 0.3, 0.1, 0.03):
        assert bayes.gaussian_mixture(noise=noise) == pytest.approx(
            stats.norm.sf(1 / noise),
            rel=1e-11,  # quad was asked for 1e-12
        )


def test_bayes_errors_are_0_without_noise_and_mere_guessing_with_too_much() -> None:
    for noise in (0.0, 1e-300, 1e-9):
        assert bayes.two_circles(noise=noise) == 0
        assert bayes.parity(noise=noise) == 0
        assert bayes.gaussian_mixture(noise=noise, classes=5) == 0
    # to first order in 1 / noise a mixture tells classes apart, the others to second
    assert bayes.two_circles(noise=1e3) == pytest.approx(1 / 2, abs=1e-6)
    assert bayes.xor(noise=1e3) == pytest.approx(1 / 2, abs=1e-6)
    assert bayes.gaussian_mixture(noise=1e6, classes=5) == pytest.approx(4 / 5, abs=1e-6)


def nearest_centre(made: data.Dataset) -> np.ndarray:
    angle = np.arctan2(*made.x.T[::-1])
    return np.round(angle * made.classes / (2 * np.pi)).astype(int) % made.classes


MANY = 60_000
COUNTED = {
    "two circles": (
        partial(data.two_circles, noise=0.2),
        lambda made: (np.hypot(*made.x.T) > 0.7666).astype(int),
        bayes.two_circles(noise=0.2),
    ),
    "xor": (
        partial(data.xor, noise=0.4),
        lambda made: (made.x > 0.5).sum(axis=1) % 2,
        bayes.xor(noise=0.4),
    ),
    "parity": (
        partial(data.parity, noise=0.3, bits=4),
        lambda made: (made.x > 0.5).sum(axis=1) % 2,
        bayes.parity(noise=0.3, bits=4),
    ),
    "mixture": (
        partial(data.gaussian_mixture, noise=0.6, classes=3),
        nearest_centre,
        bayes.gaussian_mixture(noise=0.6, classes=3),
    ),
    "mixture with wrong labels": (
        partial(data.gaussian_mixture, noise=0.6, classes=3, label_noise=0.2),
        nearest_centre,
        bayes.gaussian_mixture(noise=0.6, classes=3, label_noise=0.2),
    ),
    "nothing but wrong labels": (
        partial(data.gaussian_mixture, noise=0, classes=4, label_noise=0.75),
        nearest_centre,
        0.75,
    ),
}


@pytest.mark.parametrize(("make", "best", "error"), COUNTED.values(), ids=list(COUNTED))
def test_the_best_rule_is_wrong_as_often_as_the_bayes_error_says(
    make: Callable, best: Callable, error: float
) -> None:
    made = make(MANY, rng=rng())
    counted = np.mean(best(made) != made.y)
    assert counted == pytest.approx(error, abs=4 * np.sqrt(error * (1 - error) / MANY))


def test_at_the_largest_share_of_wrong_labels_all_rules_are_equal() -> None:
    for error in (0.0, 0.3, 0.9):
        assert bayes.with_label_noise(error, 0.75, classes=4) == pytest.approx(0.75, rel=4 * EPS)
        assert bayes.with_label_noise(error, 0.0, classes=4) == error


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: bayes.two_circles(noise=-1), "noise must be 0 or more, and finite, got -1"),
        (lambda: bayes.two_circles(noise=0.1, radii=(2, 1)), "radii must be two positive"),
        (lambda: bayes.parity(noise=np.nan), "noise must be 0 or more, and finite, got nan"),
        (lambda: bayes.parity(noise=0.1, bits=0), "bits must be at least 1, got 0"),
        (lambda: bayes.gaussian_mixture(noise=np.inf), "noise must be 0 or more, and finite"),
        (lambda: bayes.gaussian_mixture(noise=1, classes=1), "classes must be at least 2, got 1"),
        (lambda: bayes.gaussian_mixture(noise=1, label_noise=0.51), "must lie between 0 and 0.5"),
        (lambda: bayes.with_label_noise(1.2, 0.1, classes=2), "error must lie between 0 and 1"),
    ],
)
def test_a_bayes_error_of_nothing_is_refused(ask: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask()
