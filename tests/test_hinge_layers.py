"""Layers that share their hinges: pieces counted in exact arithmetic, and their picture."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from rectified import figures
from rectified.activations import relu
from rectified.experiments import hinge_layers, zigzag_layers
from rectified.experiments.rectifier.hinge_layers import HingeLayers

EXACT = {"places": "0.2 0.5 0.5 0.8", "changes": "-3.5 2 -2 4.2", "offset": "0.1", "slope": "1.5"}


def computed(layers: int, numbers: dict[str, str] = EXACT) -> HingeLayers:
    places, changes = (np.array(numbers[name].split(), float) for name in ("places", "changes"))
    line = {name: float(numbers[name]) for name in ("offset", "slope")}
    return hinge_layers(places, changes, **line, layers=layers)


def exact_ends(layers: int, numbers: dict[str, str] = EXACT) -> list[Fraction]:
    """Return where the slope changes, by fractions: there is no rounding to be careful about."""
    places, changes = ([Fraction(n) for n in numbers[name].split()] for name in list(numbers)[:2])
    offset, slope = Fraction(numbers["offset"]), Fraction(numbers["slope"])

    def f(x: Fraction) -> Fraction:
        bent = (a * max(Fraction(0), x - t) for t, a in zip(places, changes, strict=True))
        return offset + slope * x + sum(bent)

    ends = [(Fraction(0), Fraction(0)), (Fraction(1), Fraction(1))]
    for _ in range(layers):
        cut = dict(ends)
        for (x0, y0), (x1, y1) in pairwise(ends):
            cut |= {
                x0 + (t - y0) / (y1 - y0) * (x1 - x0): t for t in places if (t - y0) * (t - y1) < 0
            }
        ends = [(x, f(y)) for x, y in sorted(cut.items())]
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(ends)]
    inner = zip(ends[1:-1], pairwise(slopes), strict=True)
    return [Fraction(0), *(x for (x, _), (before, after) in inner if before != after), Fraction(1)]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_ends_are_those_of_exact_arithmetic(layers: int) -> None:
    expected = [float(x) for x in exact_ends(layers)]
    assert len(expected) > layers + 1
    # crossings divide by the slope of a piece; here none is below 0.1, and rounding is 1e-16
    np.testing.assert_allclose(computed(layers).x, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_between_its_ends_the_function_is_the_composed_one(layers: int) -> None:
    result, x = computed(layers), np.linspace(0, 1, 997)
    y = x
    for _ in range(layers):
        y = result.offset + result.slope * y + relu(y[:, None] - result.places) @ result.changes
    # rounding of each layer, multiplied by the slope of what follows: below 10 ** 2
    np.testing.assert_allclose(np.interp(x, result.x, result.y), y, atol=1e-13)


def test_hinges_that_cancel_or_change_nothing_make_no_piece() -> None:
    numbers = {"places": "0.3 0.3 0.6 1", "changes": "0.1 -0.1 0 5", "offset": "0", "slope": "1"}
    assert computed(1, numbers).pieces == 1
    thirds = {"places": "0.3 0.3 0.3", "changes": "0.1 0.2 -0.3", "offset": "0", "slope": "1"}
    assert computed(1, thirds).pieces == 1  # though 0.1 + 0.2 - 0.3 is 5.6e-17 in doubles


def test_a_fold_that_only_touches_a_place_is_not_cut_there() -> None:
    numbers = {"places": "0.5", "changes": "-2", "offset": "0", "slope": "1"}  # up to 0.5, and down
    assert [computed(layers, numbers).pieces for layers in (1, 2, 3)] == [2, 2, 2]


@pytest.mark.parametrize("hinges", [1, 2, 3, 5])
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_pieces_of_zigzags_multiply(hinges: int, layers: int) -> None:
    result = zigzag_layers(hinges=hinges, layers=layers)
    assert (result.hinges, result.layers) == (hinges, layers)
    assert result.pieces == (hinges + 1) ** layers
    # runs of equal length between 0 and 1; rounding grows with the slope, up to 6 ** 4
    np.testing.assert_allclose(np.diff(result.x), 1 / result.pieces, atol=1e-12)
    np.testing.assert_allclose(result.y, np.arange(result.pieces + 1) % 2, atol=1e-12)


@pytest.mark.parametrize("name", ["hinges", "layers"])
def test_counts_below_one_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        zigzag_layers(**{"hinges": 1, "layers": 1, name: 0})


# ---- The picture
def test_the_message_has_the_counts() -> None:
    pair = zigzag_layers(hinges=8, layers=1), zigzag_layers(hinges=2, layers=4)
    message = figures.hinge_folds(*pair).message
    assert message == (
        "Eight hinges bend a line into 9 pieces side by side, and into 81 in four layers of two"
    )


@pytest.mark.parametrize(
    ("flat", "deep"), [((6, 1), (2, 2)), ((6, 1), (6, 1)), ((2, 2), (2, 2)), ((9, 1), (3, 3))]
)
def test_unequal_numbers_of_hinges_have_no_picture(flat, deep) -> None:
    pair = (zigzag_layers(hinges=hinges, layers=layers) for hinges, layers in (flat, deep))
    with pytest.raises(ValueError, match="hinges"):
        figures.hinge_folds(*pair)
