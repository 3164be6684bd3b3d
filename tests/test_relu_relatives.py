"""Relatives of ReLU, pieces, rates and a photograph, against closed forms and plain loops."""

from math import comb

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats

from rectified import data, experiments, figures
from rectified.activations import relu
from rectified.display import Table
from rectified.experiments.rectifier import photograph
from rectified.figures import rectifier as pictures
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company


# ---- Smooth and noisy relatives
def test_the_stepped_sum_is_the_sum_of_the_series() -> None:
    result = experiments.stepped_sum()
    for place in (0, 250, 400, 555, 800):
        x = mpmath.mpf(float(result.x[place]))
        total = mpmath.nsum(
            lambda k, x=x: 1 / (1 + mpmath.exp(k + 0.5 - x)), [0, mpmath.inf], method="d"
        )
        assert result.total[place] == pytest.approx(float(total), rel=1e-12)
    assert result.from_softplus == pytest.approx(0.010578, abs=1e-5)
    assert result.from_relu == pytest.approx(float(result.total[400]))  # at 0, where ReLU is 0
    assert result.from_relu_far < 0.0068 < result.same_from_relu_far


def test_the_gap_of_softplus_is_the_logarithm_of_two_over_the_sharpness() -> None:
    result = experiments.softplus_gap(sharpness=(1.0, 3.0, 10.0))
    assert_allclose(result.highest, np.log(2) / np.array([1, 3, 10]), rtol=1e-14)
    assert result.formula_error < 1e-14
    assert result.beyond_five == pytest.approx(np.log1p(np.exp(-5)), rel=1e-12)


def test_the_mean_over_normal_noise_is_off_by_what_its_closed_form_says() -> None:
    result = experiments.smoothed_relu()
    s = np.pi / np.sqrt(3)  # E max(0, x - t) = x Φ(x/s) + s φ(x/s)
    x = result.x
    closed = x * stats.norm.cdf(x / s) + s * stats.norm.pdf(x / s)
    expected = np.abs(closed - np.logaddexp(x, 0)).max()
    assert result.normal_error == pytest.approx(expected, abs=1e-5)
    assert result.logistic_error < 1e-6  # step² / 12 of the corner, 3e-7
    assert result.slope_error < 1e-15


def test_noisy_units_have_the_moments_of_their_chances() -> None:
    result = experiments.noisy_units(seeds=range(3), x=(-1.0, 0.0, 3.0), draws=20_000)
    for place, x in enumerate(result.x):
        p = 1 / (1 + np.exp(-(x - np.arange(60) - 0.5)))
        assert result.variance[place] == pytest.approx(np.sum(p * (1 - p)), rel=1e-12)
        s = np.sqrt(1 / (1 + np.exp(-x)))
        mean, _ = integrate.quad(lambda t, x=x, s=s: max(0, x + s * t) * stats.norm.pdf(t), -12, 12)
        assert result.mean_gap[place] == pytest.approx(mean - p.sum(), abs=1e-6)
        square, _ = integrate.quad(
            lambda t, x=x, s=s: max(0, x + s * t) ** 2 * stats.norm.pdf(t), -12, 12
        )
        assert result.unit_variance[place] == pytest.approx(square - mean**2, abs=1e-6)
    # 60,000 draws: the variance of their variance is about 2 v² / 60,000
    assert_allclose(result.sampled.mean(axis=0), result.variance, rtol=0.05)
    assert result.variance_error < 0.004


def test_drawn_rows_depend_on_their_seed_alone() -> None:
    assert_same_alone_and_in_company(
        lambda seeds: experiments.noisy_units(seeds=seeds, draws=50).sampled
    )
    assert_no_seed_is_refused(lambda seeds: experiments.noisy_units(seeds=seeds, draws=50).sampled)


# ---- Pieces
def test_the_bound_is_exact_for_one_layer_and_multiplies() -> None:
    assert experiments.most_pieces([8]) == 37
    assert experiments.most_pieces([5], inputs=1) == 6
    assert experiments.most_pieces([4], inputs=3) == 15  # 16 orthants of signs, less one
    assert experiments.most_pieces([3], inputs=7) == 2**3
    assert experiments.most_pieces([8, 5]) == 37 * (1 + 5 + comb(5, 2))
    with pytest.raises(ValueError, match=r"widths\[1\]"):
        experiments.most_pieces([3, 0])


def test_counts_lie_between_one_layer_and_the_bound() -> None:
    result = experiments.region_counts(seeds=range(3), width=4, layers=2)
    assert result.bound == (11, 121)
    assert_array_equal(result.random[:, 0], 11)  # lines in general position
    assert (result.random[:, 1] <= 121).all()
    # two hinges a coordinate make 3 parts of it, one of them left of all folds; the next layer
    # makes the two parts inside 4, and the outer ones are no longer flat: 6
    assert result.folded == (3**2, 6**2)
    assert_same_alone_and_in_company(
        lambda seeds: experiments.region_counts(seeds=seeds, width=4, layers=2).random
    )
    with pytest.raises(ValueError, match="seeds"):
        experiments.region_counts(seeds=[])


# ---- Rates
def test_rates_are_those_of_the_closed_forms() -> None:
    result = experiments.approximation_rates(pieces=(8, 16, 32))
    errors = dict(zip(result.curves, result.error, strict=True))
    h = 1 / np.array(result.pieces)
    assert_allclose(errors["√x"], np.sqrt(h) / 4, rtol=1e-12)  # at h/4, which is a probe
    # for a sine the chord is off by (2π)² h² / 8, up to a share of h²
    assert_allclose(errors["sin 2πx"], (2 * np.pi) ** 2 * h**2 / 8, rtol=0.2)
    assert errors["step"].min() > 0.5
    assert (result.error <= result.within + 1e-12).all()
    assert_allclose(result.exponent[:2], [2, 0.5], atol=0.05)


@pytest.mark.parametrize("pieces", [(4,), (4, 9), (8, 4)])
def test_rates_need_pieces_that_double(pieces: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pieces must double"):
        experiments.approximation_rates(pieces=pieces)


# ---- The photograph
def test_differences_and_blocks_by_hand() -> None:
    image = np.array([[1.0, 4.0], [2.0, -3.0]])
    assert_array_equal(photograph.differences(image), [3, 5, 1, 7])  # across, then down
    assert_array_equal(photograph.shrunk(np.arange(15.0).reshape(3, 5), 2), [[3, 5]])


def test_the_filter_answers_to_what_gets_brighter_to_the_right() -> None:
    result = experiments.rectified_photograph(which=1, block=61)
    grey = data.photographs().images[1] @ [0.299, 0.587, 0.114]
    small = grey[:427, :610].reshape(7, 61, 10, 61).mean(axis=(1, 3))
    for row in range(5):
        for column in range(8):
            part = small[row : row + 3, column : column + 3]
            answer = ((part[:, 2] - part[:, 0]) @ [1, 2, 1]) / 4
            assert result.answer[row, column] == pytest.approx(answer, abs=1e-12)
    assert_array_equal(result.rectified, relu(result.answer))
    assert_array_equal(result.grey, small[1:-1, 1:-1])
    height, width = 425, 638
    assert result.pairs == height * (width - 1) + (height - 1) * width
    assert (result.grown, result.pixels) == (0, grey.size)
    assert 0.3 < result.zeroed < 0.7
    assert result.variation < 1
    # half the differences and twice the contrast: what a display shows is another matter
    assert result.stretched_grown > 0.4
    assert 0.2 < result.flattened < 0.5


def test_a_growing_transition_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photograph, "relu", lambda x: 2 * x)
    result = experiments.rectified_photograph()
    assert result.grown > 0.9 * result.pairs
    assert result.variation == pytest.approx(2)
    assert result.stretched == pytest.approx(1)  # twice the contrast, stretched to the same range
    assert (result.stretched_grown, result.flattened) == (0, 0)


@pytest.mark.parametrize("which", [2, -1])
def test_a_photograph_that_is_none_is_refused(which: int) -> None:
    with pytest.raises(ValueError, match="which must be 0 or 1"):
        experiments.rectified_photograph(which=which)


# ---- Their pictures
def test_the_table_shows_what_was_computed_and_no_minus_zero() -> None:
    table = figures.special_table(experiments.special_values())
    assert isinstance(table, Table)
    assert "−0" not in table.text().replace("−0.", "")
    assert "NumPy: np.maximum(x, 0)" in table.text()


def test_messages_have_the_numbers() -> None:
    assert figures.value_and_slope(experiments.slopes_at_zero()).message == (
        "Six ways to write one function, and three slopes at 0: 0, ½ and 1"
    )
    each = experiments.iterates(relu, reach=3.0)
    assert "3 with ReLU" in figures.iterated([each]).message
    counts = experiments.region_counts(seeds=range(2), width=2, layers=2)
    assert "In 2 layers of 2" in figures.region_counts(counts).message


def test_pictures_refuse_what_they_cannot_show() -> None:
    with pytest.raises(ValueError, match="applications"):
        figures.iterated([])
    with pytest.raises(ValueError, match="applications"):
        figures.iterated([experiments.iterates(relu, times=5)])


def test_a_bias_is_written_with_its_sign_apart() -> None:
    assert [pictures.signed_whole(b) for b in (-4.0, 1.5)] == ["− 4", "+ 1.5"]
