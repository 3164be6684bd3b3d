"""The experiments on starts, and what their chapter derives: against oracles of another make."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, special, stats
from torch.nn import functional

from rectified import data, experiments, figures
from rectified.activations import ELEMENTWISE, identity, leaky_relu, maxout, relu, sigmoid, tanh
from rectified.experiments import Arm, starts
from rectified.experiments.depth.predictions import gradient_profile
from rectified.experiments.starts import inputs, symmetry
from rectified.experiments.starts.first_loss import noisy_share
from rectified.experiments.starts.own_gains import SINGLE as TRIED
from rectified.experiments.starts.own_gains import OwnGains, last_square
from rectified.initializers import (
    constant,
    he_normal,
    he_uniform,
    inverse_sqrt_uniform,
    lecun_normal,
    normal,
    orthogonal,
    unit_normal,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from rectified.moments import chi, critical_weight_variance, gain, moments, variance_map
from rectified.networks import (
    SGD,
    Adam,
    Momentum,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

ROUNDING = 1e-12  # of numbers of size 1 after some hundred sums and products in double precision
SAME = 1e-9  # units whose sums are rounded in another order, which twenty of Adam's steps enlarge
SINGLE = 1e-4  # relative, after some dozen steps in float32


def few_digits() -> data.Split:
    rng = np.random.default_rng(0)
    return data.split(data.digits(200, rng=rng), rng=rng).standardised()


FEW = few_digits()
BRIEF = {"data": FEW, "steps": 10, "learning_rates": (0.1, 0.3), "tuning_seeds": [9]}


# ---- What the chapter derives --------------------------------------------------------------------
@pytest.mark.parametrize("f", starts.FIVE, ids=str)
def test_the_forward_gain_passes_variance_one_on(f: object) -> None:
    square, _ = integrate.quad(lambda z: f(z) ** 2 * stats.norm.pdf(z), -12, 12, points=[0])
    assert_allclose(gain(f), 1 / math.sqrt(square), rtol=1e-8)  # quad's own accuracy
    assert_allclose(
        variance_map(f, 1.0, weight_variance=gain(f) ** 2, bias_variance=0.0), 1.0, rtol=ROUNDING
    )
    slope, _ = integrate.quad(
        lambda z: f.derivative(z) ** 2 * stats.norm.pdf(z), -12, 12, points=[0]
    )
    assert_allclose(gain(f, direction="backward"), 1 / math.sqrt(slope), rtol=1e-8)
    assert_allclose(chi(f, 1.0, weight_variance=gain(f, direction="backward") ** 2), 1.0)


@pytest.mark.parametrize("slope", [0.01, 0.25, 0.5])
def test_gains_of_lines_on_either_side_are_those_worked_out_by_hand(slope: float) -> None:
    expected = math.sqrt(2 / (1 + slope**2))
    for direction in ("forward", "backward"):
        assert_allclose(gain(leaky_relu(slope=slope), direction=direction), expected)
        assert_allclose(gain(relu, direction=direction), math.sqrt(2))
        assert_allclose(gain(identity, direction=direction), 1.0)
    for std in (0.1, 3.0):  # and whatever the variance that comes in
        assert_allclose(moments(relu, std=std).mean_square, std**2 / 2)


def test_critical_gains_are_those_of_slopes_at_zero() -> None:
    assert_allclose(critical_weight_variance(tanh, bias_variance=0.0), 1.0)
    assert_allclose(critical_weight_variance(relu, bias_variance=0.0), 2.0)
    leaky = critical_weight_variance(leaky_relu(slope=0.5), bias_variance=0.0)
    assert_allclose(leaky, 2 / 1.25)


def test_named_laws_have_the_variances_and_ends_of_the_chapter() -> None:
    shape, rng = (30, 50), np.random.default_rng(0)
    assert lecun_normal.variance(shape) == pytest.approx(1 / 30)
    assert he_normal.variance(shape) == he_uniform.variance(shape) == pytest.approx(2 / 30)
    assert xavier_normal.variance(shape) == pytest.approx(2 / 80)
    for law, end in ((he_uniform, math.sqrt(6 / 30)), (xavier_uniform, math.sqrt(6 / 80))):
        drawn = np.abs([law(shape, rng=rng) for _ in range(20)])
        assert drawn.max() <= end
        assert drawn.max() > 0.999 * end  # of 30,000 draws one lies within a thousandth of the end


def test_pytorch_draws_xavier_and_its_default_where_the_chapter_says() -> None:
    torch.manual_seed(0)
    w = torch.empty(50, 300)
    torch.nn.init.xavier_uniform_(w)
    assert w.abs().max().item() == pytest.approx(math.sqrt(6 / 350), rel=1e-3)
    linear = torch.nn.Linear(300, 50)
    assert linear.weight.abs().max().item() == pytest.approx(1 / math.sqrt(300), rel=1e-3)
    assert inverse_sqrt_uniform.variance((300, 50)) == pytest.approx(1 / 900)


def test_circulating_formulas_have_the_factors_that_are_derived() -> None:
    derived = dict(zip(starts.circulating_laws(), (2, 1, 2 / 3, 1 / 2, 1 / 6), strict=True))
    stds = dict(zip(derived, (2, math.sqrt(2), 2 / math.sqrt(3), 1, 1 / math.sqrt(3)), strict=True))
    for name, law in starts.circulating_laws().items():
        weight_variance = 64 * law.variance((64, 64))
        assert weight_variance == pytest.approx(stds[name] ** 2)
        after = variance_map(relu, 3.0, weight_variance=weight_variance, bias_variance=0.0)
        assert_allclose(after / 3.0, derived[name])


def test_factors_of_the_way_back_telescope_under_he() -> None:
    shapes = [(8, 16), (16, 4), (4, 64), (64, 32)]
    profile = gradient_profile(shapes, he_normal, np.full(4, 0.5))
    assert_allclose(profile[0], 32 / 16)


@pytest.mark.parametrize(("optimizer", "power"), [(SGD, 2), (Adam, 1)])
def test_a_constant_input_scales_the_first_step_of_a_bias(optimizer: type, power: int) -> None:
    changes = {}
    for x0 in (1.0, 0.1):
        network = mlp((1, 1), relu)
        start = network.draw(seeds=[0], weights=constant(0.1 / x0), dtype=np.dtype(float))
        settings = {"loss": mean_squared_error, "steps": 1, "seeds": [0]}
        way = optimizer(learning_rate=0.01)
        run = train(network, start, np.array([[x0]]), np.ones((1, 1)), optimizer=way, **settings)
        changes[x0] = x0 * (run.parameters.layers[0]["w"] - start.layers[0]["w"]).item()
    # Adam adds 1e-8 to the size of a gradient of at least 0.1
    assert_allclose(changes[0.1], 0.1**power * changes[1.0], rtol=1e-6)


def test_a_bias_turns_on_the_share_that_its_size_beside_the_sums_says() -> None:
    assert 0.6 < math.sqrt(2) * stats.norm.ppf(2 / 3) < 0.62  # from He's weights, for two thirds
    x = np.random.default_rng(0).standard_normal((400, 500))
    network, more = mlp((500, 50, 1), relu), 1e-3  # lengths of x differ by 3 %; seeds share them
    for bias in (0.1, 0.61, 1.0):
        signals: list[np.ndarray] = []
        theta = network.draw(seeds=range(20), weights=he_normal, biases=constant(bias))
        network.forward(theta, x, signals=signals)
        share = stats.norm.cdf(bias / math.sqrt(2))
        found = (signals[0] > 0).mean(axis=(1, 2))
        assert_allclose(found.mean(), share, atol=4 * stats.sem(found) + more)


# ---- Symmetry ------------------------------------------------------------------------------------
@pytest.mark.parametrize("f", [torch.relu, torch.tanh])
@pytest.mark.parametrize("value", [0.0, 0.3])
def test_equal_units_get_equal_gradients_and_zeros_none(f: Callable, value: float) -> None:
    rng = np.random.default_rng(0)
    x, y = torch.tensor(rng.standard_normal((7, 5))), torch.tensor(rng.integers(0, 3, 7))
    shapes = (5, 4), (4, 4), (4, 3)
    weights = [torch.full(s, value, dtype=torch.float64, requires_grad=True) for s in shapes]
    h = f(f(x @ weights[0]) @ weights[1]) @ weights[2]
    functional.cross_entropy(h, y).backward()
    first, second, last = (w.grad.numpy() for w in weights)
    assert_allclose(first, first[:, :1] * np.ones(4), atol=ROUNDING)
    assert_allclose(second, second[0, 0], atol=ROUNDING)
    assert_allclose(last, last[:1] * np.ones((4, 1)), atol=ROUNDING)
    if value == 0:
        assert not any(np.any(grad) for grad in (first, second, last))


@pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])
def test_equal_units_stay_equal_under_any_optimizer(optimizer: type) -> None:
    network = mlp((64, 5, 4, 10), relu)
    start = network.draw(seeds=[0], weights=constant(0.1), biases=constant(0.2))
    settings = {"loss": softmax_cross_entropy, "steps": 20, "seeds": [0], "batch": 32}
    way = optimizer(learning_rate=0.1)
    end = train(network, start, FEW.train.x, FEW.train.y, optimizer=way, **settings).parameters
    first, second, last = (end.layers[k]["w"][0] for k in (0, 2, 4))
    assert np.abs(first - 0.1).max() > 1e-4
    assert_allclose(first, first[:, :1] * np.ones(5), atol=SAME)
    assert_allclose(second, second[0, 0], atol=SAME)
    assert_allclose(last, last[:1] * np.ones((4, 1)), atol=SAME)
    for k in (0, 2):
        assert_allclose(end.layers[k]["b"][0], end.layers[k]["b"][0, 0], atol=SAME)


def test_symmetric_starts_keep_rank_one_and_zeros_do_not_move() -> None:
    found = starts.symmetric_starts(starts.plain_starts(), **BRIEF, seeds=[0, 1]).starts
    assert_array_equal(found["all 0"].rank, 0)
    assert_array_equal(found["all 0"].moved, 0)
    assert_array_equal(found["all 0.1"].rank, 1)
    assert (found["all 0.1"].moved > 0).all()
    assert (found["He"].rank > 50).all()
    assert (found["identity"].rank > 50).all()


def test_ranks_and_changes_are_those_of_numpy() -> None:
    arm = Arm(f=relu, widths=(6, 5))
    found = starts.symmetric_starts({"a": arm}, **BRIEF, seeds=[3]).starts["a"]
    network, start = arm.network(FEW.train), arm.start(FEW.train, [3])
    optimizer = SGD(learning_rate=(found.trained.tuning.learning_rate,))
    settings = {"loss": softmax_cross_entropy, "optimizer": optimizer, "steps": 10, "batch": 32}
    end = train(network, start, FEW.train.x, FEW.train.y, seeds=[3], **settings).parameters
    assert_array_equal(found.first_weights, end.layers[0]["w"])
    assert found.rank[0] == np.linalg.matrix_rank(end.layers[0]["w"][0], rtol=1e-3)
    changes = [np.abs(end.layers[k]["w"] - start.layers[k]["w"]).max() for k in (0, 2)]
    assert found.moved[0] == pytest.approx(max(changes))
    end.layers[4]["w"][0] += 100.0  # the last layer is not hidden
    assert_array_equal(symmetry.largest_change(start, end), found.moved)
    assert_array_equal(
        symmetry.ranks(np.array([np.diag([1.0, 0.5, 1e-4]), np.zeros((3, 3)), np.ones((3, 3))])),
        [2, 0, 1],
    )


# ---- Gains ---------------------------------------------------------------------------------------
def test_own_gains_follow_a_signal_as_a_plain_loop_does() -> None:
    found = starts.own_gains((relu, tanh), seeds=[5], depth=3, width=8, batch=4)
    _, x = streams([5], "examples")[0].standard_normal((2, 4, 8))
    unit = streams([5], "weights")[0].standard_normal((3, 8, 8)) / math.sqrt(8)
    for row, f in enumerate((np.tanh, lambda z: np.maximum(z, 0))):
        z = x @ (gain(relu) * unit[0])
        z = f(z) @ (gain(relu) * unit[1])
        z = f(z) @ (gain(relu) * unit[2])
        assert_allclose(found.decades[0, 1 - row, 0], np.log10(np.mean(z**2)), atol=ROUNDING)
    z = np.tanh(x @ (gain(tanh) * unit[0]))
    z = np.tanh(z @ (gain(tanh) * unit[1])) @ (gain(tanh) * unit[2])
    apart = np.mean((z - z.mean(axis=0)) ** 2)
    assert_allclose(found.examples[0, 1], np.log10(apart), atol=ROUNDING)
    z = np.maximum(np.maximum(x @ unit[0], 0) @ unit[1], 0) @ unit[2]
    assert TRIED[1] == 1.0
    assert_allclose(found.single[0, 0, 1], np.log10(np.mean(z**2)), atol=ROUNDING)
    assert found.gains == (gain(relu), gain(tanh))
    assert last_square(identity, [np.eye(2) * 3], np.ones((1, 2))) == 9.0


def test_what_own_gains_say_is_counted_from_their_decades() -> None:
    settings = {"activations": (relu, tanh), "gains": (1.0, 2.0), "seeds": (0, 1)}
    single = np.array([[[0.1, -3.0], [0.5, 0.2]], [[0.1, -3.0], [-0.6, 0.2]]])
    scaled = np.array([[0.1, -0.2]])
    measured = {"decades": single + 9, "examples": scaled + 9, "scaled": scaled, "single": single}
    found = OwnGains(**settings, depth=2, width=2, **measured)
    assert found.one_for_all.tolist() == [0.5, 0.6]
    assert found.worst_scaled.tolist() == [0.2]


@pytest.mark.parametrize("f", starts.FIVE, ids=str)
def test_measured_gains_are_the_integrals(f: object) -> None:
    found = starts.found_gain(f)
    margin = 4 * stats.sem(found.found)
    assert abs(found.found.mean() - found.theory) < margin
    assert found.theory == gain(f)


def test_products_of_rotations_stretch_nothing() -> None:
    found = starts.product_stretches(orthogonal(gain=2.0), depth=3, width=6, seeds=[0, 1])
    assert_allclose(found.values, 8.0, rtol=ROUNDING)
    rng = streams([4], "weights")[0]
    w = [lecun_normal((5, 5), rng=rng) for _ in range(2)]
    one = starts.product_stretches(lecun_normal, depth=2, width=5, seeds=[4]).values[0]
    assert_allclose(one, np.linalg.svd(w[0] @ w[1], compute_uv=False), rtol=ROUNDING)


def test_rectifier_depths_are_one_depth_of_learned_by_depth() -> None:
    settings = BRIEF | {"seeds": [0, 1], "width": 6}
    found = starts.rectifier_depths(2, **settings)
    same = experiments.learned_by_depth(starts.he_and_xavier(), hidden=(2,), **settings)
    for name in ("He", "Xavier"):
        assert_array_equal(found.accuracy(name), same.accuracy(name))
    arms = starts.he_and_xavier()
    assert [arm.weights for arm in arms.values()] == [he_normal, xavier_normal]
    assert {arm.optimizer for arm in arms.values()} == {Momentum}
    both = starts.he_normal_and_uniform()
    assert [arm.weights for arm in both.values()] == [he_normal, he_uniform]


# ---- The first loss ------------------------------------------------------------------------------
@pytest.mark.parametrize("spread", [0.05, 0.7, 0.999, 1.0, 4.0, 60.0])
def test_the_expected_loss_of_two_classes_is_one_integral(spread: float) -> None:
    # log(exp a + exp b) = (a + b) / 2 + log(2 cosh((a - b) / 2)), and a - b is N(0, 2 spread²)
    def integrand(u: float) -> float:
        half = abs(u) * spread / math.sqrt(2)
        return (half + math.log1p(math.exp(-2 * half))) * stats.norm.pdf(u)

    expected = 2 * integrate.quad(integrand, 0, 12, epsabs=1e-12, limit=200)[0]
    # a trapezoidal rule of 801 points, on functions that are smooth at that scale
    assert_allclose(starts.expected_loss(spread, classes=2), expected, rtol=1e-6)


@pytest.mark.parametrize("spread", [0.5, 2.0, 33.0])
def test_the_expected_loss_of_ten_classes_is_that_of_many_draws(spread: float) -> None:
    z = spread * np.random.default_rng(0).standard_normal((40_000, 10))
    losses = special.logsumexp(z, axis=1)
    assert abs(starts.expected_loss(spread) - losses.mean()) < 4 * stats.sem(losses)


def test_the_expected_loss_has_the_two_ends_of_the_chapter() -> None:
    small, large = 0.05, 2000.0
    series = math.log(10) + small**2 / 2 * (1 - 1 / 10)
    assert_allclose(starts.expected_loss(small), series, atol=small**4)  # the next term
    assert_allclose(starts.expected_loss(large), large * starts.largest_of_normals(10), rtol=1e-4)
    assert_allclose(starts.largest_of_normals(2), 1 / math.sqrt(math.pi), rtol=1e-9)
    assert_allclose(starts.largest_of_normals(3), 1.5 / math.sqrt(math.pi), rtol=1e-9)


def test_both_ways_to_sum_a_noisy_output_agree_where_they_meet() -> None:
    v = np.linspace(-8, 20, 57)
    assert_allclose(noisy_share(v, 1 - 1e-9), noisy_share(v, 1.0), atol=1e-8)


@pytest.mark.parametrize("loss", [2.31, 3.0, 51.4, 400.0])
def test_the_spread_of_a_loss_gives_that_loss(loss: float) -> None:
    assert_allclose(starts.expected_loss(starts.spread_of_loss(loss)), loss, rtol=1e-8)


def test_the_weights_of_a_spread_give_that_spread_in_random_networks() -> None:
    widths = (200, 300, 100, 40)
    std = starts.weight_std_of_spread(5.0, widths, input_mean_square=2.0)
    square = 2.0 * (200 * std**2 / 2) * (300 * std**2 / 2) * (100 * std**2)
    assert_allclose(math.sqrt(square), 5.0, rtol=ROUNDING)
    network = mlp(widths, relu)
    x = math.sqrt(2) * np.random.default_rng(0).standard_normal((50, 200))
    z = network.forward(network.draw(seeds=range(20), weights=normal(std)), x).z
    assert_allclose(np.sqrt(np.mean(z**2)), 5.0, rtol=0.1)  # 20 networks of a few hundred units


def test_a_first_loss_is_the_cross_entropy_of_pytorch() -> None:
    found = starts.first_loss(unit_normal, data=FEW, widths=(7,), seeds=[2])
    arm = Arm(f=relu, weights=unit_normal, widths=(7,))
    theta = arm.start(FEW.train, [2])
    w1, w2 = (torch.tensor(theta.layers[k]["w"][0]) for k in (0, 2))
    z = torch.relu(torch.tensor(FEW.train.x.astype(np.float32)) @ w1) @ w2
    y = torch.tensor(FEW.train.y)
    assert_allclose(found.loss, functional.cross_entropy(z, y).item(), rtol=SINGLE)
    assert found.accuracy[0] == (z.argmax(dim=1) == y).double().mean().item()
    centred = z.double() - z.double().mean(dim=1, keepdim=True)
    expected = math.sqrt((centred**2).sum().item() / (9 * len(z)))
    assert_allclose(found.spread, expected, rtol=SINGLE)


# ---- Biases --------------------------------------------------------------------------------------
def test_the_active_share_is_that_of_the_normal_law() -> None:
    found = starts.active_share()
    assert_allclose(found.theory, stats.norm.cdf(found.biases))
    errors = found.counted.mean(axis=0) - found.theory
    assert (np.abs(errors) < 4 * stats.sem(found.counted)).all()


def test_active_units_are_counted_as_a_plain_loop_counts() -> None:
    found = starts.active_units(0.2, data=FEW, widths=(5, 4), seeds=[1, 8])
    arm = Arm(f=relu, weights=he_normal, biases=constant(0.2), widths=(5, 4))
    theta = arm.start(FEW.train, [1, 8])
    for row in range(2):
        h = FEW.train.x.astype(np.float32)
        for layer in range(2):
            z = h @ theta.layers[2 * layer]["w"][row] + theta.layers[2 * layer]["b"][row]
            on = np.mean(z > 0, axis=0)
            assert_allclose(found.share[row, layer], on.mean())
            assert_allclose(found.for_most[row, layer], np.mean(on > 0.5))
            if layer == 0:
                assert_allclose(found.on[row], on)
            h = np.maximum(z, 0)


def test_biases_are_compared_as_compare_training_compares() -> None:
    settings = BRIEF | {"seeds": [0, 1]}
    found = starts.learned_with_biases((0.0, 1.0), hidden=3, width=4, **settings).arms
    assert list(found) == ["bias 0", "bias 1"]
    arm = Arm(f=relu, biases=constant(1.0), widths=(4, 4, 4))
    same = experiments.compare_training({"a": arm}, **settings).arms["a"]
    assert found["bias 1"].arm == arm
    assert_array_equal(found["bias 1"].test_accuracy, same.test_accuracy)


# ---- Luck and inputs -----------------------------------------------------------------------------
def test_luck_is_the_loss_of_compare_training_on_all_points() -> None:
    settings = {"steps": 8, "learning_rates": (0.3, 1.0), "seeds": [0, 1, 2], "tuning_seeds": [7]}
    found = starts.luck_by_width((3, 6), data=FEW, **settings)
    arms = {"6": Arm(f=relu, widths=(6,))}
    same = experiments.compare_training(arms, data=FEW, batch=None, **settings).arms["6"]
    assert_array_equal(found.loss[:, 1], same.loss)
    assert found.learning_rates[1] == same.tuning.learning_rate
    assert_allclose(found.spread(), [np.std(column, ddof=1) for column in found.loss.T])
    assert_allclose(found.share * found.loss.mean(axis=0), found.spread())
    rows = np.array([0.0, 2.0, 2.0])  # a resample, as the bootstrap hands it over
    narrow, wide = (np.std(found.loss[[0, 2, 2], k], ddof=1) for k in (0, 1))
    assert_allclose(found.spread_ratio(3, 6, rows), narrow / wide)


def test_stretching_multiplies_one_feature_or_all() -> None:
    one, every = inputs.stretched(FEW, 10.0, feature=3), inputs.stretched(FEW, 10.0)
    by = np.ones(64)
    by[3] = 10
    assert_allclose(one.test.x, FEW.test.x * by)
    assert_allclose(every.train.x, 10 * FEW.train.x)


def test_unit_range_is_measured_on_the_training_part() -> None:
    ready = inputs.to_unit_range(FEW)
    assert ready.train.x.min() == 0
    assert ready.train.x.max() == 1
    column = FEW.train.x[:, 20]
    expected = (FEW.test.x[:, 20] - column.min()) / np.ptp(column)
    assert_allclose(ready.test.x[:, 20], expected)


def test_standardising_undoes_a_stretched_pixel() -> None:
    raw = starts.raw_digits()
    odd = inputs.stretched(raw, 1000.0, feature=inputs.PIXEL).standardised()
    assert_allclose(odd.train.x, raw.standardised().train.x, atol=1e-9)  # 1000 takes three digits
    brief = {key: value for key, value in BRIEF.items() if key != "data"}
    found = starts.scaled_inputs(**brief, seeds=[0, 1]).arms
    arm = {"standardised": found["standardised"].arm}
    same = experiments.compare_training(arm, data=odd, **brief, seeds=[0, 1]).arms["standardised"]
    assert_array_equal(found["standardised"].test_accuracy, same.test_accuracy)


def test_growth_is_the_length_of_all_weights_after_over_before() -> None:
    found = starts.grown_weights(factors=(2.0,), seeds=[4], steps=6, learning_rate=0.05)
    part = inputs.stretched(starts.raw_digits().standardised(), 2.0).train
    arm = Arm(f=relu)
    start = arm.start(part, [4])
    settings = {"loss": softmax_cross_entropy, "steps": 6, "seeds": [4], "batch": 32}
    optimizer = SGD(learning_rate=(0.05,))
    run = train(arm.network(part), start, part.x, part.y, optimizer=optimizer, **settings)
    lengths = [
        math.sqrt(sum(np.sum(p.layers[k]["w"].astype(float) ** 2) for k in (0, 2, 4)))
        for p in (start, run.parameters)
    ]
    assert_allclose(found.growth, [[lengths[1] / lengths[0]]], rtol=SINGLE)
    assert_allclose(found.peak, [[run.loss.max()]])
    assert not found.diverged.any()


# ---- Figures -------------------------------------------------------------------------------------
def test_names_take_the_place_of_gains_and_many_are_told_by_their_ends() -> None:
    laws = starts.circulating_laws()
    found = [
        experiments.signal_propagation(relu, weights=law, depth=4, width=8) for law in laws.values()
    ]
    figure = figures.signals_by_layer(found, names=list(laws))
    low, high = (np.median(found[k].mean_square_z[:, -1]) for k in (-1, 0))
    lowest = figure.message.partition(" from ")[2].partition(" to ")[0]
    assert lowest.endswith("at uniform ±1/√n")
    assert figure.message.endswith(f"to {high:.2g} at std 2/√n")
    assert low < high
    assert all(name in figure.alt for name in laws)
    with pytest.raises(ValueError, match="names must be 5"):
        figures.signals_by_layer(found, names=list(laws)[1:])


def test_first_weights_say_the_ranks() -> None:
    found = starts.symmetric_starts(starts.plain_starts(), **BRIEF, seeds=[0, 1])
    figure = figures.first_weights(found, ["all 0", "all 0.1"])
    assert figure.message.endswith("all 0 0, all 0.1 1")
    with pytest.raises(ValueError, match="units"):
        figures.first_weights(found, ["He"], units=65)


def test_the_loss_of_depths_is_read_from_the_results() -> None:
    settings = BRIEF | {"seeds": [0, 1], "width": 6}
    one, two = (starts.rectifier_depths(hidden, **settings) for hidden in (1, 2))
    figure = figures.loss_by_depth([one, two])
    end = one.arms("He")[0].curve.mean()  # ten steps are one point
    assert f"He {end:.2f}" in figure.message
    other = experiments.learned_by_depth({"a": Arm(f=tanh)}, hidden=(1,), **settings)
    with pytest.raises(ValueError, match="same ways"):
        figures.loss_by_depth([one, other])
    with pytest.raises(ValueError, match="multiple of 10"):
        figures.loss_by_depth([starts.rectifier_depths(1, **settings | {"steps": 11})])


def test_first_losses_say_which_spread_a_loss_tells_of() -> None:
    found = {"He": starts.first_loss(he_normal, data=FEW, widths=(8,), seeds=range(3))}
    figure = figures.first_losses(found, asked=51.4)
    assert figure.message.endswith(f"{starts.spread_of_loss(51.4):.0f}")
    assert f"He {found['He'].loss.mean():.3g}" in figure.alt


def test_luck_says_where_losses_vary_most() -> None:
    settings = {"steps": 8, "learning_rates": (0.3,), "seeds": range(4), "tuning_seeds": [7]}
    found = starts.luck_by_width((2, 4, 8), data=FEW, **settings)
    figure = figures.luck_by_width(found)
    assert f"most with {found.widths[int(found.spread().argmax())]} units" in figure.message


# ---- What all experiments promise ----------------------------------------------------------------
BUDGET = {"data": FEW, "steps": 3, "learning_rates": (0.1,), "tuning_seeds": [90]}
NO_DATA = {key: value for key, value in BUDGET.items() if key != "data"}
ARM = {"a": Arm(f=relu, widths=(4, 4))}
SEEDED = {
    "symmetry": lambda seeds: (
        starts.symmetric_starts(ARM, **BUDGET, seeds=seeds).starts["a"].first_weights
    ),
    "own": lambda seeds: starts.own_gains((relu,), seeds=seeds, depth=2, width=6).decades,
    "scaled": lambda seeds: starts.own_gains((relu,), seeds=seeds, depth=2, width=6).scaled,
    "found": lambda seeds: starts.found_gain(relu, seeds=seeds, width=8).found,
    "stretches": lambda seeds: (
        starts.product_stretches(he_normal, seeds=seeds, depth=2, width=5).values
    ),
    "first": lambda seeds: starts.first_loss(he_normal, data=FEW, widths=(5,), seeds=seeds).loss,
    "share": lambda seeds: starts.active_share(seeds=seeds, n=50).counted,
    "units": lambda seeds: starts.active_units(0.1, data=FEW, widths=(5,), seeds=seeds).on,
    "biases": lambda seeds: (
        starts.learned_with_biases(**BUDGET, width=4, seeds=seeds).arms["bias 1"].loss
    ),
    "luck": lambda seeds: starts.luck_by_width((3,), **BUDGET, seeds=seeds).loss,
    "inputs": lambda seeds: starts.scaled_inputs(**NO_DATA, seeds=seeds).arms["standardised"].loss,
    "growth": lambda seeds: starts.grown_weights(factors=(1.0,), seeds=seeds, steps=3).growth,
    "depths": lambda seeds: (
        starts.rectifier_depths(1, **BUDGET, width=4, seeds=seeds).arms("He")[0].loss
    ),
}
each_seeded = pytest.mark.parametrize("name", SEEDED)


@each_seeded
def test_a_seed_gives_the_same_alone_and_in_company(name: str) -> None:
    assert_same_alone_and_in_company(SEEDED[name])


@each_seeded
def test_no_seed_is_refused(name: str) -> None:
    assert_no_seed_is_refused(SEEDED[name])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (partial(starts.symmetric_starts, {}), ValueError, "arms"),
        (partial(starts.symmetric_starts, ARM, widths=()), ValueError, "widths"),
        (partial(starts.symmetric_starts, ARM, data="digits"), TypeError, "data"),
        (partial(starts.own_gains, (maxout(),)), TypeError, "f must be"),
        (partial(starts.own_gains, depth=0), ValueError, "depth"),
        (partial(starts.found_gain, "relu"), TypeError, "f must be"),
        (partial(starts.found_gain, relu, width=0), ValueError, "width"),
        (partial(starts.product_stretches, 3), TypeError, "weights"),
        (partial(starts.product_stretches, he_normal, depth=0), ValueError, "depth"),
        (partial(starts.first_loss, "he"), TypeError, "weights"),
        (partial(starts.first_loss, he_normal, widths=()), ValueError, "widths"),
        (partial(starts.expected_loss, 0.0), ValueError, "spread"),
        (partial(starts.expected_loss, 1.0, classes=1), ValueError, "classes"),
        (partial(starts.spread_of_loss, 2.3), ValueError, "loss"),
        (partial(starts.weight_std_of_spread, -1.0, (3, 2)), ValueError, "spread"),
        (partial(starts.weight_std_of_spread, 1.0, (3,)), ValueError, "widths"),
        (partial(starts.largest_of_normals, 0), ValueError, "classes"),
        (partial(starts.active_units, float("nan")), ValueError, "value"),
        (partial(starts.active_units, 0.1, weights=3), TypeError, "weights"),
        (partial(starts.active_share, ()), ValueError, "biases"),
        (partial(starts.active_share, n=0), ValueError, "n must"),
        (partial(starts.learned_with_biases, hidden=0), ValueError, "hidden"),
        (partial(starts.luck_by_width, ()), ValueError, "widths"),
        (partial(starts.luck_by_width, (2, 0)), ValueError, r"widths\[1\]"),
        (partial(inputs.stretched, FEW, 0.0), ValueError, "factor"),
        (partial(inputs.stretched, FEW, 2.0, feature=64), ValueError, "feature"),
        (partial(inputs.to_unit_range, "digits"), TypeError, "data"),
        (partial(starts.grown_weights, factors=(1.0, -1.0)), ValueError, r"factors\[1\]"),
        (partial(starts.grown_weights, learning_rate=0.0), ValueError, "learning_rate"),
        (partial(starts.rectifier_depths, 0), ValueError, "hidden"),
    ],
)
def test_experiments_refuse_what_does_not_fit(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_set_of_numbers_has_no_first_loss() -> None:
    rng = np.random.default_rng(0)
    numbers = data.split(data.curve("sine", 40, rng=rng), rng=rng)
    with pytest.raises(ValueError, match="classes"):
        starts.first_loss(he_normal, data=numbers)


def test_the_five_and_their_names_are_those_of_the_table() -> None:
    assert {f.name for f in starts.FIVE} - set(ELEMENTWISE) <= {"leaky_relu(slope=0.5)"}
    assert sigmoid in starts.FIVE
    assert starts.plain_starts()["all 0"].weights == zeros
