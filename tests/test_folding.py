import numpy as np
import pytest

from rectified.activations import relu
from rectified.experiments import (
    cut_square,
    folding_layers,
    largest_jump,
    pieces_by_depth,
    plane_regions,
)


def tent(x: np.ndarray, *, folds: int, box: float = 2.0) -> np.ndarray:
    """Run `folds` times between -box and box: an oracle by remainders, without any ReLU."""
    t = folds * (x + box) / (2 * box)  # 0 ... folds
    return 2 * box * np.abs((t + 1) % 2 - 1) - box


@pytest.mark.parametrize("folds", [1, 2, 3, 4])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_folding_network_adds_up_two_iterated_tents(folds: int, layers: int) -> None:
    x = np.random.default_rng(0).uniform(-2, 2, (500, 2))
    *hidden, (w_out, b_out) = folding_layers(width=2 * folds, layers=layers)
    h, expected = x, x
    for w, b in hidden:
        assert w.shape[1] == len(b) == 2 * folds
        h, expected = relu(h @ w + b), tent(expected, folds=folds)
    assert len(hidden) == layers
    # rounding of each layer, multiplied by the slope of what follows: at most 16
    np.testing.assert_allclose((h @ w_out + b_out)[:, 0], expected.sum(axis=1), atol=1e-12)


@pytest.mark.parametrize("folds", [1, 2, 3, 4])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_pieces_of_the_folding_network_multiply_from_layer_to_layer(folds, layers) -> None:
    regions = cut_square(folding_layers(width=2 * folds, layers=layers))
    assert regions.counts == tuple(folds ** (2 * layer) for layer in range(1, layers + 1))
    assert largest_jump(regions) < 1e-12  # doubles, and outputs of size 1


def test_folded_pieces_that_meet_have_different_slopes() -> None:
    """Else they would be one flat piece, and the count too large."""
    regions = cut_square(folding_layers(width=8, layers=3))
    middles = np.array([polygon.mean(axis=0) for polygon in regions.polygons[-1]])
    cells = np.floor((middles + 2) * 16).astype(int)  # 64 cells of side 1/16 along each axis
    assert len(np.unique(cells, axis=0)) == 64**2
    signs = np.where(cells % 2 == 0, 1, -1)  # up in every other cell, down in its neighbours
    np.testing.assert_allclose(regions.slopes, 64.0 * signs)


def test_counts_are_those_of_the_networks_one_by_one() -> None:
    counts = pieces_by_depth(seeds=[3, 5], width=4, layers=2)
    for i, seed in enumerate([3, 5]):
        assert counts.deep[i] == plane_regions(seed=[seed, 2], widths=(4, 4)).counts[-1]
        assert counts.shallow[i] == plane_regions(seed=[seed, 1], widths=(8,)).counts[-1]
    assert (counts.width, counts.layers) == (4, 2)
    assert counts.folded == (2**2) ** 2  # two folds a layer along each side of the square
    assert counts.shallow_most == 37  # eight lines: 1 + 8 + 28
    assert np.all(counts.shallow <= counts.shallow_most)


@pytest.mark.parametrize("width", [0, 3])
def test_a_layer_that_cannot_fold_both_sides_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="width must be even and positive"):
        pieces_by_depth(seeds=[0], width=width)


@pytest.mark.parametrize(
    ("settings", "argument"), [({"seeds": []}, "seeds"), ({"layers": 0}, "layers")]
)
def test_no_seed_and_no_layer_are_refused(settings: dict, argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument} must be at least 1"):
        pieces_by_depth(**settings)


def test_pieces_meet_and_a_shifted_piece_is_noticed() -> None:
    regions = plane_regions(seed=1, widths=(6, 6))
    assert largest_jump(regions) < 1e-12  # sums of 6 products in double precision
    regions.offsets[0] += 0.1 * np.ptp(regions.offsets)
    assert largest_jump(regions) > 1e-3
