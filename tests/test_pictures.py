"""The experiments behind the first pictures, held against independent ways to the same numbers."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rectified.activations import ELEMENTWISE, gelu, identity, relu, sigmoid, tanh
from rectified.experiments.rectifier import hinges, regions
from rectified.experiments.shapes import signals

NETWORKS = [(0, (5,)), (1, (8, 8)), (13, (16, 16, 16)), (2, (3, 1, 4)), (3, (1,))]
each_network = pytest.mark.parametrize(("seed", "widths"), NETWORKS)
ROUNDING = 1e-9  # corners lie in [-2, 2]; a cut of a cut of a cut loses a few digits of 16


def area(polygon: np.ndarray) -> float:
    """Shoelace formula; positive for a counterclockwise polygon."""
    x, y = polygon.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def run(x: np.ndarray, layers: list) -> tuple[np.ndarray, np.ndarray]:
    """Send points (n, 2) through the network; return outputs (n,) and all patterns (n, units)."""
    h, patterns = x, []
    for w, b in layers[:-1]:
        z = h @ w + b
        patterns.append(z > 0)
        h = np.maximum(z, 0)
    w, b = layers[-1]
    return (h @ w + b)[:, 0], np.hstack([np.empty((len(x), 0), bool), *patterns])


def inner_points(polygon: np.ndarray) -> np.ndarray:
    """Return points well inside a convex polygon, near each corner and in its middle."""
    middle = polygon.mean(axis=0)
    return np.vstack([middle, middle + 0.9 * (polygon - middle)])


# The plane


@each_network
def test_pieces_tile_the_square_after_every_layer(seed: int, widths: tuple[int, ...]) -> None:
    result = regions.plane_regions(seed=seed, widths=widths, box=2.0)
    for polygons in result.polygons:
        areas = [area(polygon) for polygon in polygons]
        assert min(areas) > 0
        assert sum(areas) == pytest.approx(16, abs=ROUNDING)


@each_network
def test_a_piece_has_one_pattern_and_no_other_piece_has_it(seed: int, widths) -> None:
    result = regions.plane_regions(seed=seed, widths=widths)
    layers = regions.random_layers(seed=seed, widths=widths)
    patterns = set()
    for polygon in result.polygons[-1]:
        inside = run(inner_points(polygon), layers)[1]
        assert (inside == inside[0]).all()
        patterns.add(inside[0].tobytes())
    assert len(patterns) == result.counts[-1]


@each_network
def test_no_pattern_that_dense_sampling_finds_is_missing(seed: int, widths) -> None:
    result = regions.plane_regions(seed=seed, widths=widths)
    layers = regions.random_layers(seed=seed, widths=widths)
    axis = np.linspace(-2, 2, 400)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    sampled = {row.tobytes() for row in run(grid, layers)[1]}
    exact = {
        run(polygon.mean(axis=0)[None], layers)[1][0].tobytes() for polygon in result.polygons[-1]
    }
    assert sampled <= exact
    assert len(sampled) > 0.7 * len(exact), "the grid is too coarse to say anything"


@each_network
def test_the_affine_map_of_a_piece_is_the_network_there(seed: int, widths) -> None:
    result = regions.plane_regions(seed=seed, widths=widths)
    layers = regions.random_layers(seed=seed, widths=widths)
    for polygon, slope, offset in zip(
        result.polygons[-1], result.slopes, result.offsets, strict=True
    ):
        # corners included: the network is continuous; 1e-12 is rounding of a few dozen terms
        points = np.vstack([polygon, inner_points(polygon)])
        np.testing.assert_allclose(run(points, layers)[0], points @ slope + offset, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), width=st.integers(0, 24))
def test_the_first_layer_has_as_many_pieces_as_the_arrangement_of_its_lines(seed, width) -> None:
    """1 + lines that meet the square + crossings inside it: Steiner's count, for lines in a box."""
    result = regions.plane_regions(seed=seed, widths=(width,), box=2.0)
    (w, b), _ = regions.random_layers(seed=seed, widths=(width,))
    corners = np.array([[-2.0, -2], [2, -2], [2, 2], [-2, 2]])
    heights = corners @ w + b  # (4, units)
    meeting = ((heights.min(axis=0) < 0) & (heights.max(axis=0) > 0)).sum()
    crossings = [
        np.linalg.solve(w[:, [i, j]].T, -b[[i, j]])
        for i, j in itertools.combinations(range(width), 2)
    ]
    inside = sum(bool((np.abs(point) < 2).all()) for point in crossings)
    assert result.counts == (1 + meeting + inside,)


def test_later_layers_only_cut_further() -> None:
    counts = [regions.plane_regions(seed=s, widths=(6, 6, 6)).counts for s in range(10)]
    assert all(list(count) == sorted(count) for count in counts)


def test_a_layer_without_units_leaves_one_piece_on_which_the_network_is_constant() -> None:
    result = regions.plane_regions(seed=0, widths=(4, 0))
    np.testing.assert_array_equal(result.slopes, 0)
    assert len(set(result.offsets.tolist())) == 1


def test_no_hidden_layer_gives_the_whole_square_and_its_linear_map() -> None:
    result = regions.plane_regions(seed=0, widths=())
    ((w, b),) = regions.random_layers(seed=0, widths=())
    assert result.counts == ()
    np.testing.assert_array_equal(result.slopes, w.T)
    np.testing.assert_array_equal(result.offsets, b)


def test_lines_through_corners_on_edges_or_outside_make_no_slivers() -> None:
    square = regions.square(2.0).polygon
    touching = {"an edge": ([1.0, 0.0], 2.0), "a corner": ([1.0, 1.0], -4.0)}
    missing = {
        "outside": ([1.0, 0.0], 3.0),
        "nowhere": ([0.0, 0.0], 1.0),
        "dead": ([0.0, 0.0], 0.0),
    }
    for slope, offset in (touching | missing).values():
        assert len(regions.split(square, np.array(slope), offset)) == 1
    halves = regions.split(square, np.array([1.0, -1.0]), 0.0)  # the diagonal
    assert [len(half) for half in halves] == [3, 3]
    assert [area(half) for half in halves] == [8, 8]


def test_units_that_share_a_line_cut_once() -> None:
    piece = regions.square(2.0)
    w, b = np.array([[1.0, -3.0, 2.0], [0.5, -1.5, 1.0]]), np.array([0.1, -0.3, 0.2])
    assert len(regions.cut(piece, w, b)) == 2


@pytest.mark.parametrize("box", [0.0, -1.0, np.inf, np.nan])
def test_a_box_that_is_no_square_is_refused(box: float) -> None:
    with pytest.raises(ValueError, match="box must be positive and finite"):
        regions.plane_regions(seed=0, widths=(2,), box=box)


def test_negative_widths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"widths must not be negative, got \[3, -1\]"):
        regions.plane_regions(seed=0, widths=(3, -1))


# Hinges


@pytest.mark.parametrize("pieces", [1, 2, 3, 4, 8, 16, 100])
def test_the_error_of_a_parabola_is_one_over_four_pieces_squared(pieces: int) -> None:
    result = hinges.hinge_interpolant(np.square, pieces)
    # exact at a midpoint, h²/4 with h = 1/m; 1e-14 is rounding of a sum of up to 100 hinges
    assert result.sup_error == pytest.approx(1 / (4 * pieces**2), abs=1e-14)
    assert len(result.knots) == len(result.coefficients) == pieces


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 20), st.floats(-5, 4), st.floats(0.1, 5), st.integers(0, 3))
def test_the_sum_of_hinges_is_the_piecewise_linear_interpolant(pieces, low, length, which) -> None:
    function = [np.sin, np.exp, np.abs, np.cbrt][which]
    result = hinges.hinge_interpolant(function, pieces, low=low, high=low + length)
    ends = np.linspace(low, low + length, pieces + 1)
    expected = np.interp(result.x, ends, function(ends))
    # slopes are differences over an interval, so a rounding is magnified by up to pieces / length
    np.testing.assert_allclose(result.total, expected, atol=1e-9)


def test_a_straight_line_needs_one_hinge() -> None:
    result = hinges.hinge_interpolant(lambda x: 3 * x - 1, 4)
    np.testing.assert_allclose(result.coefficients, [3, 0, 0, 0], atol=1e-14)


@pytest.mark.parametrize(
    ("pieces", "low", "high", "message"),
    [(0, 0, 1, "pieces must be at least 1"), (2, 1, 1, "low must lie below high")],
)
def test_intervals_that_are_none_are_refused(pieces, low, high, message) -> None:
    with pytest.raises(ValueError, match=message):
        hinges.hinge_interpolant(np.square, pieces, low=low, high=high)


# Bends and spreads


def test_without_activation_every_network_is_a_straight_line_and_with_it_none_is() -> None:
    result = signals.with_and_without_bend(relu, seeds=range(20))
    assert result.straight_bend.max() < 1e-13  # rounding, over a range of 1
    assert result.bent_bend.min() > 1e-3
    assert result.straight.shape == result.bent.shape == (20, len(result.x))


def test_with_the_identity_the_bent_network_is_the_straight_one() -> None:
    result = signals.with_and_without_bend(identity, seeds=range(3))
    np.testing.assert_array_equal(result.straight, result.bent)


def test_a_seed_gives_the_same_weights_whatever_the_activation_and_the_company() -> None:
    alone = signals.with_and_without_bend(relu, seeds=[3])
    company = signals.with_and_without_bend(tanh, seeds=range(5))
    # the same products, but matmul may sum a batch in another order
    np.testing.assert_allclose(alone.straight[0], company.straight[3], rtol=1e-12)


def test_a_two_layer_network_is_what_its_formula_says() -> None:
    result = signals.with_and_without_bend(tanh, seeds=[7], depth=2, width=3)
    rng = np.random.default_rng(7)
    w1, b1 = rng.normal(0, np.sqrt(2 / 1), (1, 3)), rng.normal(0, 0.5, (1, 3))
    w2, b2 = rng.normal(0, np.sqrt(2 / 3), (3, 1)), rng.normal(0, 0.5, (1, 1))
    expected = [sum(np.tanh(x * w1[0] + b1[0]) * w2[:, 0]) + b2[0, 0] for x in result.x]
    np.testing.assert_allclose(result.bent[0], expected, rtol=1e-12)


def test_a_single_layer_has_no_activation_to_compare() -> None:
    with pytest.raises(ValueError, match="depth must be at least 2, got 1"):
        signals.with_and_without_bend(relu, seeds=[0], depth=1)


def test_distance_from_straight_knows_a_line_a_hat_and_a_constant() -> None:
    curves = np.array([[0.0, 1, 2, 3, 4], [0, 1, 2, 1, 0], [5, 5, 5, 5, 5]])
    np.testing.assert_array_equal(signals.distance_from_straight(curves), [0, 1, 0])


def test_spread_knows_the_closed_forms_of_relu_sigmoid_and_identity() -> None:
    result = signals.spread(relu)
    assert result.mean == pytest.approx(1 / np.sqrt(2 * np.pi), abs=1e-14)  # a few roundings
    assert result.std == pytest.approx(np.sqrt(1 / 2 - 1 / (2 * np.pi)), abs=1e-14)
    assert result.zeros == result.flat == 0.5
    shifted = signals.spread(identity, mean=0.3, std=0.7)
    assert (shifted.mean, shifted.std) == pytest.approx((0.3, 0.7), abs=1e-14)
    assert signals.spread(sigmoid).mean == pytest.approx(0.5, abs=1e-14)  # 1 - s(z) = s(-z)
    assert signals.spread(tanh).mean == pytest.approx(0, abs=1e-14)


def test_a_bell_is_flat_where_relu_blocks_it() -> None:
    result = signals.passage(relu, mean=-0.5, std=2.0)
    assert 0.0 in result.z
    np.testing.assert_array_equal(result.flat, result.z <= 0)
    np.testing.assert_array_equal(result.value, np.maximum(result.z, 0))
    density = stats.norm(-0.5, 2.0).pdf
    # an exponent of up to 4, and a few roundings
    np.testing.assert_allclose(result.bell, density(result.z) / density(-0.5), rtol=1e-14)
    assert result.spread.zeros == pytest.approx(stats.norm.cdf(0.25), abs=2 / signals.STRATA)


def test_integrals_are_taken_piece_by_piece_so_a_jump_costs_no_digits() -> None:
    result = signals.spread(ELEMENTWISE["step"], mean=0.31, std=3.0)
    assert result.mean == pytest.approx(stats.norm.sf(-0.31 / 3), abs=1e-14)


def test_saturated_share_is_that_of_the_normal_tail() -> None:
    # sigmoid' < 1 % of 1/4 where |z| > 2 artanh(sqrt(0.99))
    edge = 2 * np.arctanh(np.sqrt(0.99))
    expected = 2 * stats.norm.sf(edge / 3)
    assert signals.spread(sigmoid, std=3.0).flat == pytest.approx(expected, abs=2 / signals.STRATA)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_shares_and_mean_agree_with_a_sample(name: str) -> None:
    f = ELEMENTWISE[name]
    result = signals.spread(f, mean=0.2)
    sample = f(np.random.default_rng(0).normal(0.2, 1.0, 200_000))
    shares = np.histogram(sample, result.edges)[0] / len(sample)
    # 5 standard errors of a share, at most sqrt(1/4 / 200 000) each
    np.testing.assert_allclose(result.shares, shares, atol=5 * 0.5 / np.sqrt(len(sample)))
    error = 5 * sample.std() / np.sqrt(len(sample)) + 1e-12
    assert result.mean == pytest.approx(sample.mean(), abs=error)
    assert result.std == pytest.approx(sample.std(), rel=0.02, abs=1e-9)


def test_input_shares_are_those_of_the_normal_distribution() -> None:
    result = signals.spread(gelu)
    assert result.shares_in.sum() == pytest.approx(1 - 2 * stats.norm.sf(3.05), abs=1e-12)


@pytest.mark.parametrize("std", [0.0, -1.0])
def test_a_spread_without_width_is_refused(std: float) -> None:
    with pytest.raises(ValueError, match="std must be positive"):
        signals.spread(relu, std=std)


def test_planes_of_neighbouring_pieces_meet_and_a_wrong_plane_shows() -> None:
    result = regions.plane_regions(seed=13, widths=(16, 16, 16))
    assert regions.largest_jump(result) < 1e-12  # rounding of a few dozen terms
    slopes = result.slopes.copy()
    slopes[100, 0] += 0.1
    assert regions.largest_jump(replace(result, slopes=slopes)) > 1e-3
