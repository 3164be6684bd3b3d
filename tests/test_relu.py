"""ReLU taken apart: definitions, laws, kinks and switches, against oracles typed by hand."""

from collections.abc import Callable
from functools import partial

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import nnls

from rectified import data, experiments
from rectified.activations import ALL, ELEMENTWISE, leaky_relu, relu, sigmoid, tanh
from rectified.experiments.rectifier import arrays, forms, kinks, laws, switches
from rectified.experiments.rectifier.forms import LANGUAGES, TORCH, apply, definitions
from rectified.networks import softmax_cross_entropy
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

EPS = np.finfo(np.float64).eps
each_definition = pytest.mark.parametrize(("language", "text"), definitions())


@pytest.fixture(scope="module")
def digits() -> data.Split:
    return data.split(data.digits(200, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))


# ---- Definitions
@each_definition
def test_a_definition_does_what_its_text_says(language: str, text: str) -> None:
    written = eval("lambda x: " + text, {"np": np, "torch": torch})
    edges = [np.nan, np.inf, -np.inf, np.finfo(float).max]
    x = np.array([-2.5, -0.0, 0.0, 1e-300, 3.5, *edges])
    with np.errstate(all="ignore"):  # of infinity, NumPy's formulas make NaN, and say so
        if language == "Python":
            expected = [written(number) for number in x.tolist()]
        else:
            expected = np.asarray(written(torch.from_numpy(x) if language == "PyTorch" else x))
    assert_array_equal(apply(language, text, x), expected)
    assert_array_equal(expected[:5], [0, 0, 0, 1e-300, 3.5])
    if language == "PyTorch":
        assert_array_equal(forms.autograd_slope(written, x), forms.autograd_slope(TORCH[text], x))


def test_the_projection_is_the_nearest_number_that_is_not_negative() -> None:
    x = np.linspace(-3, 3, 25)
    nearest = [nnls(np.eye(1), [number])[0][0] for number in x]  # min (y - x)² over y >= 0
    assert_allclose(apply("NumPy", "np.clip(x, 0, np.inf)", x), nearest, atol=4 * EPS)


def test_what_becomes_of_special_values_is_what_arithmetic_says() -> None:
    result, inf, nan, most = experiments.special_values(), np.inf, np.nan, np.finfo(float).max
    rows = dict(zip(result.names, result.output, strict=True))
    assert_array_equal(rows["Python", "x if x > 0 else 0.0"], [0, 0, inf, most, 0])
    assert_array_equal(rows["Python", "0.0 if x < 0 else x"], [nan, 0, inf, most, 0])
    assert_array_equal(rows["Python", "max(0.0, x)"], [0, 0, inf, most, 0])
    assert_array_equal(rows["Python", "max(x, 0.0)"], [nan, 0, inf, most, 0])
    for language in ("NumPy", "PyTorch"):
        assert_array_equal(rows[language, "x * (x > 0)"], [nan, nan, inf, most, 0])
        assert_array_equal(rows[language, "(x + abs(x)) / 2"], [nan, nan, inf, inf, 0])
    assert_array_equal(rows["PyTorch", "torch.relu(x)"], [nan, 0, inf, most, 0])
    assert result.answers_to_nan == 2


def test_the_sign_of_a_zero_depends_on_how_it_is_written() -> None:
    negative, zeros = np.array([-2.0]), np.array([-0.0, 0.0])
    assert np.signbit(apply("NumPy", "x * (x > 0)", negative)).all()
    assert not np.signbit(apply("Python", "x if x > 0 else 0.0", negative)).any()
    assert_array_equal(np.signbit(apply("Python", "max(0.0, x)", zeros)), [False, False])
    assert_array_equal(np.signbit(apply("Python", "max(x, 0.0)", zeros)), [True, False])


def test_definitions_that_differ_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = experiments.relu_definitions(seeds=[1, 2], n=100)
    assert (found.n, found.disagreements.sum(), found.wrong.sum()) == (200, 0, 0)
    assert_array_equal(found.ifs, [0, 0])
    wrong = {"NumPy": {"np.abs(x)": lambda x: np.abs(x), "np.exp(x)": lambda x: np.exp(0 * x)}}
    monkeypatch.setattr(forms, "LANGUAGES", LANGUAGES | wrong)
    found = experiments.relu_definitions(seeds=[1, 2], n=100)
    assert found.disagreements.min() >= 98  # all but the zeros, where 1 differs as well
    assert found.wrong.min() >= 98
    assert found.costly == ("np.exp(x)",)
    python = {"0.0": lambda x: 0.0, "x < 0": lambda x: 0.0 if x < 2e300 else 1.0}
    monkeypatch.setattr(forms, "LANGUAGES", {"Python": python})
    assert_array_equal(experiments.relu_definitions(seeds=[1, 2], n=100).ifs, [1, 1])  # at infinity


def test_slopes_at_zero_are_those_of_pytorchs_rules() -> None:
    result = experiments.slopes_at_zero()
    at_zero = dict.fromkeys(("torch.maximum(x, torch.zeros_like(x))", "(x + abs(x)) / 2"), 0.5)
    at_zero["torch.clamp(x, min=0)"] = 1.0
    assert_array_equal(result.slopes[:, 1], [at_zero.get(text, 0) for text in result.names])
    assert_array_equal(result.slopes[:, [0, 2]], np.tile([0, 1], (len(result.names), 1)))
    assert result.identity == 0  # though the function is x
    assert result.one_sided == 4 / 6


# ---- Arrays
def test_the_lists_of_the_tutorials() -> None:
    plots = experiments.tutorial_plots()
    assert_array_equal(plots.rectified, [0] * 11 + list(range(1, 11)))
    assert (len(plots.steps), plots.steps[0]) == (100, -10)
    assert plots.middle != 0
    assert abs(plots.middle) < 1e-12
    assert plots.error == pytest.approx(9.8 - plots.steps[-1], rel=0.05)  # the last is worst


def test_a_layer_that_is_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = experiments.relu_layer(seeds=[5, 6])
    assert (found.reshaped.sum(), found.wrong.sum(), found.parameters) == (0, 0, 0)
    assert min(found.effect.min(), found.gradient.min()) > 0.1
    monkeypatch.setattr(torch, "relu", lambda x: 0 * x)
    monkeypatch.setattr(arrays, "looped", np.abs)
    found = experiments.relu_layer(seeds=[5, 6])
    assert found.wrong.min() > 0
    assert found.gradient.max() == 0


def test_looped_takes_each_entry() -> None:
    x = np.array([[1.5, -2.0], [-0.0, 0.25]])
    assert_array_equal(arrays.looped(x), [[1.5, 0], [0, 0.25]])


def test_small_arrays_have_any_number_of_zeros_from_none_to_six() -> None:
    result = experiments.small_arrays(seeds=range(200))
    assert set(np.round(6 * result.zeros).astype(int)) == set(range(7))
    assert result.wrong.sum() == 0


def test_the_mean_of_relu_of_normal_numbers() -> None:
    result = experiments.relu_centring(seeds=range(5), n=40_000)
    # the deviation of ReLU(z) is 0.584, so that of the mean of 200,000 is 0.0013
    assert result.mean.mean() == pytest.approx(1 / np.sqrt(2 * np.pi), abs=0.006)
    assert result.mixed.sum() == 0
    assert result.unmixed_tanh.sum() == 0


# ---- Laws
def test_what_a_relu_keeps_a_smooth_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = experiments.two_pieces(seeds=[3], n=500)
    assert kept.scale_error.max() <= 2 * EPS
    assert (kept.exceptions[0], kept.growth[0], list(kept.slopes)) == (0, 0, [0, 1])
    monkeypatch.setattr(laws, "relu", lambda x: 1.5 * ALL["softplus"](x))
    broken = experiments.two_pieces(seeds=[3], n=500)
    assert broken.scale_error[0] > 0.01
    assert broken.exceptions[0] > 100  # it keeps no sum
    assert broken.growth[0] > 0.1
    assert len(broken.slopes) > 100


def test_idempotent_functions_are_those_that_are_the_identity_on_their_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = experiments.repeated()
    assert result.idempotent == ("identity", "hard tanh", "ReLU", "ReLU6")
    assert (result.changed, result.others) == (0, len(ELEMENTWISE) - 4)
    monkeypatch.setattr(laws, "relu", leaky_relu())
    assert experiments.repeated().changed > 1000


def test_iterates_end_at_the_fixed_points() -> None:
    fixed = float(mpmath.findroot(lambda h: 1 / (1 + mpmath.exp(-h)) - h, 0.6))
    result = experiments.iterates(sigmoid)
    assert_allclose(result.h[-1], fixed, rtol=4 * EPS)
    assert result.spread[-1] <= result.spread[1] / 4**40  # a quarter each time, until rounding
    high = float(mpmath.findroot(lambda h: 1 / (1 + mpmath.exp(4 - 8 * h)) - h, 0.98))
    apart = experiments.iterates(sigmoid, weight=8.0, bias=-4.0)
    assert_allclose(np.unique(apart.h[-1].round(9)), [1 - high, high], atol=1e-8)
    mild = experiments.iterates(sigmoid, weight=3.0, bias=-1.5, times=300)
    assert mild.spread[-1] <= 1e-15  # 3 · ¼ to the power of 300, until rounding
    large = experiments.iterates(sigmoid, weight=8.0, bias=-8.0)
    assert large.spread[-1] <= 1e-15  # one fixed point only: the bias does not fit
    assert_array_equal(experiments.iterates(relu, n=5).h[[1, -1]], [[0, 0, 0, 2, 4]] * 2)
    assert 0.1 < experiments.iterates(tanh).h[-1].max() < np.sqrt(3 / 100)  # about sqrt(3 / 2n)


def test_slopes_and_range() -> None:
    result = experiments.relu_slopes()
    assert (result.difference_error, result.autograd_wrong, result.table_wrong) == (0, 0, 0)
    assert (result.least_right, result.most_left) == (1, 0)
    assert result.sigmoid_at_ten == pytest.approx(np.exp(-10), rel=1e-3)
    span = experiments.relu_range(seeds=[1], n=50)
    assert (span.n, span.negative, span.missed) == (52, 0, 0)
    assert span.highest == np.finfo(float).max


def test_a_wrong_slope_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "relu", leaky_relu(slope=0.25))
    result = experiments.relu_slopes()
    assert result.difference_error == 0.25
    assert result.table_wrong == result.n // 2
    assert result.most_left == 0.25
    span = experiments.relu_range(seeds=[1], n=50)
    assert span.negative == 51
    monkeypatch.setattr(laws, "relu", ALL["relu6"])
    assert experiments.relu_slopes().least_right == 0  # it saturates


def test_the_gradient_of_a_unit_is_that_of_two_other_ways() -> None:
    result = experiments.unit_gradient(seeds=range(40))
    assert 10 < result.off < 30
    assert result.autograd.max() < 1e-12
    assert result.differences.max() < 1e-7  # (1e-5)² and rounding, 1e-16 / 1e-5, times sizes of 10
    assert result.at_off == 0


# ---- Kinks
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_relu_with_a_slope_differs_at_zero_only(slope: float) -> None:
    f = experiments.relu_with_slope(slope)
    z = np.array([-1.0, -0.0, 0.0, 1e-300, 2.0, np.nan])
    assert_array_equal(f.derivative(z), [0, slope, slope, 1, 1, np.nan])
    assert_array_equal(f(z), relu(z))
    assert_array_equal(f.vjp(z[:5], np.full(5, 3.0)), [0, 3 * slope, 3 * slope, 3, 3])


def test_exact_zeros_are_those_of_a_forward_pass_by_hand(digits: data.Split) -> None:
    result = experiments.kink_choice(
        data=digits, widths=(2, 2), slopes=(0.0, 1.0), seeds=range(4), steps=1, batch=8
    )
    arm = kinks.Arm(f=relu, widths=(2, 2))
    start = arm.start(digits.train, range(4))
    x = digits.train.x.astype(np.float32)
    for seed in range(4):
        h, shares = x, []
        for views in (start.layers[0], start.layers[2]):
            z = h @ views["w"][seed]  # biases are 0
            shares.append(np.mean(z == 0))
            h = np.maximum(z, 0)
        assert_allclose(result.zeros[seed], shares, atol=1e-7)
    assert result.zeros[:, 0].max() == 0
    assert result.zeros[:, 1].max() > 0.1


def test_layers_are_off_as_often_as_coins_say(digits: data.Split) -> None:
    one = kinks.replace(digits.train, x=digits.train.x[:1], y=digits.train.y[:1])
    off = 0.5**3  # all units of a layer of 3, each off with chance ½ on its own
    expected = np.array([0, off, 1 - (1 - off) ** 2])
    shares = experiments.zeros_at_start(images=one, widths=(3, 3, 3), seeds=range(4000))
    # one deviation is at most 0.5 / √4000 = 0.008
    assert_allclose(shares.mean(axis=0), expected, atol=0.03)


def test_one_step_at_a_kink_moves_only_what_the_choice_lets_through() -> None:
    moons = data.split(data.moons(40, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))
    nothing = {"x": np.zeros_like(moons.train.x), "y": np.zeros_like(moons.train.y)}
    still = data.Split(train=kinks.replace(moons.train, **nothing), test=moons.test)
    result = experiments.kink_choice(
        data=still, widths=(4,), slopes=(0.0, 0.5, 1.0), seeds=[0], steps=1, batch=30
    )
    # all inputs 0: every preactivation is exactly 0, so only the slope can move the biases
    arm = kinks.Arm(f=relu, widths=(4,))
    start, network = arm.start(still.train, [0]), arm.network(still.train)
    z = network.forward(start, still.train.x).z
    back = softmax_cross_entropy(z, still.train.y)[1][0].sum(axis=0) @ start.layers[2]["w"][0].T
    assert_allclose(result.moved[1:, 0], np.abs([0.05 * back, 0.1 * back]).max(axis=1), rtol=1e-3)
    assert result.zeros.min() == 1


def test_equal_choices_make_equal_networks(digits: data.Split) -> None:
    settings = {"data": digits, "widths": (3, 3), "seeds": range(3), "steps": 20, "batch": 8}
    same = experiments.kink_choice(slopes=(0.5, 0.5), **settings)
    assert same.moved.max() == same.largest_difference == 0
    other = experiments.kink_choice(slopes=(0.0, 1.0), **settings)
    assert other.moved[1].max() > 1e-3
    assert other.accuracy.shape == (2, 3)


# ---- Switches
def test_a_network_by_hand_multiplies_out() -> None:
    w1, b1 = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([0.5, 0.0])
    w2, b2 = np.array([[3.0], [5.0]]), np.array([-1.0])
    x = np.array([[1.0, 0.0], [-1.0, 1.0], [-3.0, -1.0]])
    piece = experiments.linear_piece([(w1, b1), (w2, b2)], x)
    # z is (1.5, -1), (1.5, 2), (-4.5, 2): on are the first, both, the second
    assert_array_equal(piece.on, [[True, False], [True, True], [False, True]])
    assert_array_equal(piece.a[:, :, 0], [[3, 6], [-2, 11], [-5, 5]])
    assert_array_equal(piece.c[:, 0], [0.5, 0.5, -1])
    assert_allclose(piece.reach, [1.5 / 5**0.5, 1.5 / 5**0.5, 2 / 2**0.5])
    assert_allclose(piece.reach[0], min(1.5 / 5**0.5, 1 / 2**0.5))


def test_within_reach_nothing_switches_and_just_beyond_it_something_does() -> None:
    rng = np.random.default_rng(4)
    layers, x = switches.draw_layers(rng, (3, 8, 8, 1)), rng.standard_normal((1, 3))
    piece = experiments.linear_piece(layers, x)
    around = rng.standard_normal((20_000, 3))
    around *= piece.reach / np.linalg.norm(around, axis=1, keepdims=True)
    inside = experiments.linear_piece(layers, x + 0.999 * around).on
    beyond = experiments.linear_piece(layers, x + 1.05 * around).on
    assert (inside == piece.on).all()
    assert (beyond != piece.on).any()


def test_the_first_switch_on_a_way_is_where_the_pattern_changes() -> None:
    rng = np.random.default_rng(4)
    layers = switches.draw_layers(rng, (3, 8, 8, 1))
    x, step = rng.standard_normal((2, 50, 3))
    piece = experiments.linear_piece(layers, x)
    first = piece.first_switch(step)
    met = np.isfinite(first)
    assert met.sum() > 40
    assert (first * np.linalg.norm(step, axis=1) >= piece.reach).all()  # the worst direction
    first, x, step, on = first[met, None], x[met], step[met], piece.on[met]
    before = experiments.linear_piece(layers, x + 0.999 * first * step).on
    behind = experiments.linear_piece(layers, x + 1.001 * first * step).on
    assert_array_equal(before, on)
    assert (behind != on).any(axis=1).all()


def test_networks_are_their_weighted_sums_within_reach() -> None:
    result = experiments.switch_check(seeds=range(3))
    assert max(result.output.max(), result.jacobian.max(), result.beside.max()) < 1e-12


def test_a_layer_below_that_is_off_leaves_the_reach_to_others() -> None:
    w, b = np.ones((1, 1)), np.zeros(1)
    piece = experiments.linear_piece([(w, b - 1), (w, b - 1), (w, b)], np.array([[-2.0]]))
    assert piece.reach == 3  # the second unit cannot switch before the first does
    assert_array_equal(piece.a, [[[0.0]]])


def test_no_step_of_a_walk_exceeds_the_bound() -> None:
    result = experiments.walk(seeds=range(5), steps=300)
    assert 0 < result.bound_ratio.min() <= result.bound_ratio.max() <= 1
    assert (result.bound_ratio < result.steepest).all()
    assert result.steepest.max() <= 1
    assert result.patterns.min() > 2
    one = experiments.walk(seeds=range(5), steps=300, widths=(8, 1))
    assert_array_equal(one.patterns, 1)  # no hidden layer: a straight line
    assert_allclose(one.steepest, 1)  # its bound is its slope


def test_templates_are_the_network(digits: data.Split) -> None:
    result = experiments.templates(data=digits, widths=(8, 8))
    assert result.error < 1e-12
    assert result.template(0).shape == (8, 8)
    centred = result.a[0] - result.a[0].mean(axis=1, keepdims=True)
    assert_array_equal(result.template(0).ravel(), centred[:, result.guess[0]])
    assert 1 < result.patterns <= len(result.x) == digits.test.n
    i = 3
    others = np.delete(np.linalg.norm(result.x - result.x[i], axis=1), i)
    assert result.nearest[i] == pytest.approx(others.min())
    j = result.next_image[i]
    assert np.linalg.norm(result.x[j] - result.x[i]) == pytest.approx(others.min())
    assert result.chosen.diagonal().all()  # for the image itself the sum is the network
    assert result.chosen_elsewhere < result.chosen_next <= 1
    n, guess = len(result.x), result.guess
    changes = [(i, j) for i, j in enumerate(result.next_image) if guess[i] != guess[j]]
    assert result.alike_next == pytest.approx(1 - len(changes) / n)
    assert_array_equal(result.chosen_change, [result.chosen[pair] for pair in changes])
    unlike = [(i, j) for i in range(n) for j in range(n) if guess[i] != guess[j]]
    assert result.chosen_elsewhere == pytest.approx(np.mean([result.chosen[p] for p in unlike]))
    assert (result.reach <= result.first_switch * result.nearest).all()


def test_idempotence_is_compared_from_the_same_start(digits: data.Split) -> None:
    result = experiments.idempotence_at_depth(
        data=digits, depth=3, width=8, seeds=range(2), tuning_seeds=[9], steps=30
    )
    arms = result.comparison.arms
    assert_array_equal(result.relu, arms["relu"].test_accuracy)
    assert_array_equal(result.leaky, arms["leaky"].test_accuracy)
    assert arms["leaky"].arm.f.name == "leaky_relu(slope=0.2)"
    assert arms["relu"].arm.widths == (8, 8)
    assert arms["relu"].tuning.learning_rates == arms["leaky"].tuning.learning_rates
    start = [arms[name].arm.start(digits.train, [0]).flat for name in ("relu", "leaky")]
    assert_array_equal(*start)


def test_half_a_relu_and_twice_the_weights_after_it_are_the_same_network() -> None:
    assert experiments.halved_relu(seeds=range(3)).max() == 0  # powers of 2 round nothing
    assert experiments.halved_relu(seeds=range(3), times=1.0).min() > 0.1  # not without the twice


# ---- What all have in common
SEEDED: dict[str, Callable[[list[int]], np.ndarray]] = {
    "small_arrays": lambda seeds: experiments.small_arrays(seeds=[s * 7 for s in seeds]).zeros,
    "relu_layer": lambda seeds: experiments.relu_layer(seeds=seeds).effect,
    "relu_centring": lambda seeds: experiments.relu_centring(seeds=seeds, n=500).mean,
    "unit_gradient": lambda seeds: experiments.unit_gradient(seeds=seeds).differences,
    "switch_check": lambda seeds: experiments.switch_check(seeds=seeds).output,
    "walk": lambda seeds: experiments.walk(seeds=seeds, steps=100).bound,
    "halved_relu": lambda seeds: experiments.halved_relu(seeds=seeds, times=1.0),
}
UNIFORM = (experiments.relu_definitions, experiments.two_pieces, experiments.relu_range)


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_a_seed_gives_the_same_row_alone_and_in_company(run: Callable) -> None:
    assert_same_alone_and_in_company(run)


@pytest.mark.parametrize("run", [*SEEDED.values(), *(lambda s, f=f: f(seeds=s) for f in UNIFORM)])
def test_no_seed_at_all_is_refused(run: Callable) -> None:
    assert_no_seed_is_refused(run)


def test_a_trained_seed_is_the_same_alone_and_in_company(digits: data.Split) -> None:
    settings = {"data": digits, "widths": (2, 2), "steps": 30, "batch": 8}
    assert_same_alone_and_in_company(
        lambda seeds: experiments.kink_choice(seeds=seeds, **settings).accuracy.T
    )


def test_bad_settings_are_refused_by_name(digits: data.Split) -> None:
    kink = partial(experiments.kink_choice, data=digits, widths=(3,))
    refused = [
        (lambda: experiments.relu_definitions(n=0), "n must be"),
        (lambda: experiments.relu_layer(width=0), "width must be"),
        (lambda: experiments.relu_centring(n=0), "n must be"),
        (lambda: experiments.repeated(times=1), "times must be at least 2"),
        (lambda: experiments.iterates(relu, reach=0.0), "reach must be positive"),
        (lambda: experiments.relu_slopes(step=-1.0), "step must be positive"),
        (lambda: experiments.relu_with_slope(1.5), "slope must lie from 0 to 1"),
        (lambda: kink(learning_rate=0.0), "learning_rate must be positive"),
        (lambda: experiments.kink_choice(data=digits, widths=()), "widths must hold"),
        (lambda: experiments.templates(data=digits, seeds=range(2)), "seeds must hold one"),
        (lambda: experiments.walk(steps=0), "steps must be"),
        (lambda: experiments.halved_relu(depth=0), "depth must be"),
    ]
    for call, message in refused:
        with pytest.raises(ValueError, match=message):
            call()
    for call in (lambda: experiments.iterates("relu"), lambda: experiments.templates(data=[])):
        with pytest.raises(TypeError):
            call()
