import numpy as np
import pytest

from rectified.experiments import largest_jump, pieces_by_depth, plane_regions
from rectified.experiments.folding import zigzag, zigzag_pieces


@pytest.mark.parametrize("folds", [1, 2, 3, 8])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_zigzags_multiply_their_pieces(folds: int, layers: int) -> None:
    assert zigzag_pieces(folds=folds, layers=layers) == folds**layers


def test_a_zigzag_meets_zero_and_one_in_turn() -> None:
    places = np.arange(9) / 8
    np.testing.assert_array_equal(zigzag(places, folds=8), [0, 1, 0, 1, 0, 1, 0, 1, 0])


def test_counts_are_those_of_the_networks_one_by_one() -> None:
    counts = pieces_by_depth(seeds=[3, 5], width=4, layers=2)
    for i, seed in enumerate([3, 5]):
        assert counts.deep[i] == plane_regions(seed=seed, widths=(4, 4)).counts[-1]
        assert counts.shallow[i] == plane_regions(seed=seed, widths=(8,)).counts[-1]
    assert counts.folded == (2**2) ** 2  # two folds a layer along each side of the square
    assert counts.shallow_most == 37  # eight lines: 1 + 8 + 28
    assert np.all(counts.shallow <= counts.shallow_most)


@pytest.mark.parametrize("width", [0, 3])
def test_a_layer_that_cannot_fold_both_sides_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="width must be even and positive"):
        pieces_by_depth(seeds=[0], width=width)


def test_pieces_meet_and_a_shifted_piece_is_noticed() -> None:
    regions = plane_regions(seed=1, widths=(6, 6))
    assert largest_jump(regions) < 1e-12  # sums of 6 products in double precision
    regions.offsets[0] += 0.1 * np.ptp(regions.offsets)
    assert largest_jump(regions) > 1e-3
