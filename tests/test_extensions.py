"""ReLU's relatives: experiments and figures against oracles that share no code with them."""

import math
from itertools import product

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from torch import nn
from torch.nn import functional

from rectified import data, figures
from rectified.activations import (
    ALL,
    celu,
    elu,
    maxout,
    prelu,
    prelu_slope_derivative,
    relu,
    selu,
    tanh,
)
from rectified.experiments import relatives
from rectified.experiments.relatives import hardware, maxouts, practice
from rectified.experiments.relatives.tournament import (
    NAMES,
    RATES,
    entrant,
    matched_arm,
    three_tasks,
)
from rectified.initializers import he_normal, lsuv, normal
from rectified.networks import BatchNorm, Network, mlp, streams
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

ROUNDING = 1e-12  # of numbers of size 1 after some hundred sums and products in double precision
RAW = data.split(data.digits(), rng=np.random.default_rng(0))
DIGITS = RAW.standardised()
MOONS = data.split(data.moons(80, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))
FAST = {
    "tasks": {"moons": MOONS},
    "width": 4,
    "steps": 10,
    "learning_rates": (0.01, 0.1),
    "tuning_seeds": (100, 101),
}


# ---- Leaks ---------------------------------------------------------------------------------------
def test_the_gradient_by_the_slope_agrees_with_autograd_and_differences() -> None:
    found = relatives.slope_gradient(seeds=range(3))
    assert_allclose(found.formula, found.autograd, atol=ROUNDING)
    assert_allclose(found.formula, found.differences, atol=1e-7)  # linear in a: rounding / step
    # steps shrink the distance from -1 by 1 - 0.4 E[min(z, 0)²], over the grid of 101 points
    grid = np.linspace(-2, 2, 101)
    ratio = 1 - 0.4 * np.mean(np.minimum(grid, 0) ** 2)
    assert_allclose(found.path + 1, 1.25 * ratio ** np.arange(61), atol=ROUNDING)


def test_a_slope_becomes_one_where_the_target_is_linear() -> None:
    z, a = np.linspace(-2, 2, 101), 0.25
    for _ in range(200):
        a -= 0.2 * np.mean(2 * (prelu(slope=a)(z) - z) * prelu_slope_derivative(z))
    assert_allclose(a, 1, atol=ROUNDING)


def test_gates_fall_on_a_stretch_of_the_left_side() -> None:
    for name in ("gelu", "silu", "mish", "hard_swish"):
        slopes = ALL[name].derivative(np.linspace(-2.5, -2, 20))
        assert (slopes < 0).all()
    widths = {}  # how far z goes while the slope goes from 10 to 90 %
    for name in ("gelu", "mish", "silu"):
        z = np.linspace(-4, 4, 8001)
        slope = ALL[name].derivative(z)
        widths[name] = z[np.argmax(slope > 0.9)] - z[slope < 0.1].max()
    assert widths["gelu"] < widths["mish"] < widths["silu"]


def test_a_layer_of_learned_leaks_agrees_with_pytorch_forward_and_backward() -> None:
    network = Network(5, (relatives.LearnedLeak(5, start=0.1),))
    theta = network.draw(seeds=[0, 1], biases=normal(0.5))
    h, grad = np.random.default_rng(2).standard_normal((2, 2, 7, 5))
    flow: list[np.ndarray] = []
    trace = network.forward(theta, h)
    gradient = network.backward(theta, trace, grad, flow=flow, to_input=True)
    for row in range(2):
        x = torch.tensor(h[row], requires_grad=True)
        slope = torch.tensor(theta.layers[0]["leak"][row] + 0.1, requires_grad=True)
        out = functional.prelu(x, slope)
        out.backward(torch.tensor(grad[row]))
        assert_allclose(trace.z[row], out.detach(), atol=ROUNDING)
        assert_allclose(flow[-1][row], x.grad, atol=ROUNDING)
        assert_allclose(gradient.layers[0]["leak"][row], slope.grad, atol=ROUNDING)


def test_slopes_learn_as_pytorchs_do() -> None:
    found = relatives.learned_slopes(
        data=DIGITS, widths=(6, 6), steps=3, batch=8, every=1, seeds=(4,), learning_rate=0.5
    )
    assert found.mean.shape == (1, 4, 2)
    assert_allclose(found.mean[0, 0], 0.25)
    assert_allclose(found.mean[0, -1], found.last[0].mean(axis=-1))
    model = nn.Sequential(
        *(nn.Linear(64, 6), nn.PReLU(6), nn.Linear(6, 6), nn.PReLU(6), nn.Linear(6, 10))
    )
    network = mlp((64, 6, 6, 10), relu)
    theta = network.draw(seeds=[4], weights=he_normal, dtype=np.float32)
    with torch.no_grad():
        for place, layer in zip((0, 2, 4), (0, 2, 4), strict=True):
            model[place].weight.copy_(torch.tensor(theta.layers[layer]["w"][0].T))
            model[place].bias.zero_()
    order = streams([4], "batches")[0].permutation(DIGITS.train.n)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for step in range(3):
        rows = order[8 * step : 8 * step + 8]
        optimizer.zero_grad()
        x = torch.tensor(DIGITS.train.x[rows], dtype=torch.float32)
        functional.cross_entropy(model(x), torch.tensor(DIGITS.train.y[rows])).backward()
        optimizer.step()
    expected = [model[place].weight.detach().numpy() for place in (1, 3)]
    assert_allclose(found.last[0], expected, atol=1e-5)  # float32, three steps


def test_drawn_slopes_are_new_at_each_call_and_torchs_are_uniform() -> None:
    found = relatives.drawn_slopes(seeds=range(4), n=500)
    assert found.fixed == 0
    assert_array_equal(found.random, 1.0)
    assert 1 / 8 <= found.low < 0.13
    assert 0.33 < found.high <= 1 / 3
    assert_allclose(found.mean, 11 / 48, atol=5 * (1 / 3 - 1 / 8) / math.sqrt(12 * 500))
    assert_allclose(found.after_training, 11 / 48)
    assert found.in_place
    before = torch.random.get_rng_state()
    relatives.drawn_slopes(seeds=(0,), n=5)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_snippet_is_a_leaky_relu_and_learns_nothing() -> None:
    found = relatives.snippet_check()
    assert (found.from_leaky, found.moved, found.parameters) == (0.0, 0.0, 1)
    z = np.linspace(-10, 10, 2001)
    slope = np.mean(2 * (0.1 * np.minimum(z, 0) + np.minimum(z, 0)) * np.minimum(z, 0))
    assert_allclose(found.learned, -0.01 * slope)
    assert max(relatives.special_cases().values()) == 0
    shape = relatives.leaky_shape(slope=0.3)
    assert (shape.slope_below, shape.slope_above) == (0.3, 1.0)


# ---- Exponentials --------------------------------------------------------------------------------
def test_selus_numbers_are_those_of_its_fixed_point() -> None:
    found = relatives.self_normal()
    with mpmath.workdps(30):
        phi = lambda z: mpmath.npdf(z)  # noqa: E731
        alpha, scale = mpmath.mpf(found.alpha), mpmath.mpf(found.scale)
        f = lambda z: scale * (z if z > 0 else alpha * mpmath.expm1(z))  # noqa: E731
        whole = [-mpmath.inf, 0, mpmath.inf]
        mean = mpmath.quad(lambda z: f(z) * phi(z), whole)
        square = mpmath.quad(lambda z: f(z) ** 2 * phi(z), whole)
        # d/dv E[f(sqrt(v) z)²] at v = 1 is E[z f(z) f'(z)]
        slope = lambda z: scale * (1 if z > 0 else alpha * mpmath.exp(z))  # noqa: E731
        map_slope = mpmath.quad(lambda z: z * f(z) * slope(z) * phi(z), whole)
    assert abs(mean) < ROUNDING
    assert abs(square - 1) < ROUNDING
    assert_allclose(found.alpha, selu.parameters["alpha"], rtol=1e-12)
    assert_allclose(found.scale, selu.parameters["scale"], rtol=1e-12)
    assert_allclose(found.slope, float(map_slope), rtol=1e-9)  # differences of a quadrature


@pytest.mark.parametrize("k", [1, 2])
def test_the_integral_behind_selu_is_that_of_elus_left_half(k: int) -> None:
    formula = math.exp(k**2 / 2) * stats.norm.cdf(-k)
    left = integrate.quad(lambda z: (elu()(z) + 1) ** k * stats.norm.pdf(z), -np.inf, 0)[0]
    assert_allclose(formula, left, rtol=1e-10)  # elu(z) + 1 is exp(z) there


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.0])
def test_celus_slope_is_continuous_at_0(alpha: float) -> None:
    assert_array_equal(celu(alpha=alpha).derivative(np.array([-5e-324, 0.0, 5e-324])), 1.0)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.0])
def test_elus_sides(alpha: float) -> None:
    found = relatives.elu_shape(alpha)
    assert_allclose(
        (found.from_relu, found.left_slope, found.right_slope, found.limit),
        (alpha, alpha, 1.0, -alpha),
    )
    assert found.above == 0


def test_mean_shift_agrees_with_a_plain_loop() -> None:
    found = relatives.mean_shift(tanh, seeds=(3,))
    h = streams([3], "examples")[0].standard_normal((32, 64))
    weights, ratios = streams([3], "weights")[0], []
    for _ in range(5):
        h = np.tanh(h @ (weights.standard_normal((64, 64)) * math.sqrt(2 / 64)))
        ratios.append(abs(h.mean()) / h.std())
    assert_allclose(found, np.mean(ratios), rtol=1e-6)


def test_elu_comes_back_from_a_start_where_relu_does_not() -> None:
    settings = {"data": DIGITS, "bias": -2.0, "seeds": range(2)}
    assert relatives.from_dead_start(elu(), **settings).min() > 0.8
    assert relatives.from_dead_start(relu, **settings).max() < 0.5


def test_normalizing_keeps_the_ratio_of_scales_for_relu_and_loses_it_for_selu() -> None:
    settings = {"seeds": range(3), "depth": 10, "width": 32, "scales": (0.25, 4.0)}
    for f, laws, expected in ((relu, {"weights": he_normal}, 16.0), (selu, {}, 1.0)):
        found = relatives.normalizing(f, **laws, **settings)
        ratio = found.mean_square[:, 1, -1] / found.mean_square[:, 0, -1]
        # selu's ratio of 16 shrinks to about 16 ** (0.78 ** 9)
        assert_allclose(ratio, expected, rtol=1e-9 if f is relu else 0.6)
        assert found.predicted.shape == (2, 10)


# ---- Maxout, gates, dropout ----------------------------------------------------------------------
def test_tangents_are_off_by_the_square_of_half_their_distance() -> None:
    found = relatives.tangents(pieces=(2, 5))
    assert_allclose(found.error, [1 / 4, 1 / 25], atol=1e-6)  # the grid may miss the worst place
    assert np.all(found.values <= found.target + ROUNDING)
    other = relatives.tangents(np.exp, np.exp, pieces=(8,)).error[0]
    low, high = (math.exp(x) / 2 / 8**2 for x in (7 / 8, 1))  # f'' / 2 times (d / 2)²
    assert low < other < high
    places = np.array([-0.5, 0.5])
    plain = np.max(2 * places * found.x[:, None] - places**2, axis=1)
    assert_allclose(found.values[0], plain, atol=ROUNDING)


def test_one_piece_of_maxout_gets_the_gradient_at_twice_the_parameters() -> None:
    found = relatives.maxout_layer(seeds=range(3))
    assert found.ratio == 2
    assert (found.winners == 1).all()
    assert 0.4 < found.silent.mean() < 0.6  # half of 1200 normal numbers are below 0
    assert max(relatives.maxout_cases().values()) == 0
    glu = relatives.glu_check()
    assert glu.units_out == 3
    assert glu.refuses_odd
    assert max(glu.from_formula, glu.from_torch) < ROUNDING


def test_the_gap_to_the_average_agrees_with_a_loop_over_both_layers_of_masks() -> None:
    units, f = 3, maxout()
    network = mlp((4, 2 * units, 2 * units, 3), f, dropout=0.5)
    theta = network.draw(seeds=[0], biases=normal(0.5))
    x = np.random.default_rng(1).standard_normal((5, 4))
    (w1, b1), (w2, b2), (w3, b3) = (
        (layer["w"][0], layer["b"][0]) for layer in theta.layers if "w" in layer
    )

    def log_p(mask1: np.ndarray, mask2: np.ndarray) -> np.ndarray:
        h1 = (x @ w1 + b1).reshape(5, units, 2).max(axis=2) * mask1
        h2 = (h1 @ w2 + b2).reshape(5, units, 2).max(axis=2) * mask2
        return torch.log_softmax(torch.tensor(h2 @ w3 + b3), dim=1).numpy()

    masks = [2.0 * np.array(mask) for mask in product((0, 1), repeat=units)]
    mean = np.mean([log_p(a, b) for a in masks for b in masks], axis=0)
    mean -= np.log(np.exp(mean).sum(axis=1, keepdims=True))
    whole = log_p(np.ones(units), np.ones(units))
    expected = np.mean(np.sum(np.exp(mean) * (mean - whole), axis=1))
    assert_allclose(maxouts.gap_of(network, theta, f, x, units), expected, atol=ROUNDING)


def test_every_kind_has_a_gap_that_no_divergence_makes_negative() -> None:
    found = relatives.dropout_gap(data=DIGITS, units=2, seeds=(0, 1), steps=5, examples=10)
    assert set(found) == {"maxout", "ReLU", "tanh"}
    for gap in found.values():
        assert gap.shape == (2,)
        assert (gap > -1e-6).all()  # float32


# ---- The tournament ------------------------------------------------------------------------------
def test_a_ranking_agrees_with_scipys_friedman_and_demsars_table() -> None:
    errors = np.random.default_rng(0).standard_normal((12, 10)) + np.linspace(0, 1, 10)
    found = relatives.ranking(errors, [str(i) for i in range(10)])
    chi2 = stats.friedmanchisquare(*errors.T).statistic
    f = 11 * chi2 / (12 * 9 - chi2)
    assert_allclose(found.p, stats.f.sf(f, 9, 99))
    # Demsar's table 5 (a) has 3.164 for ten classifiers
    assert_allclose(found.critical_difference, 3.164 * math.sqrt(110 / 72), rtol=2e-4)
    # and the table of the studentized range has 4.89 for seventeen
    wide = relatives.ranking(np.random.default_rng(1).random((3, 17)), [*map(str, range(17))])
    assert_allclose(wide.critical_difference, 4.89 / math.sqrt(2) * math.sqrt(17), rtol=1e-3)
    assert_allclose(wide.mean_rank.mean(), 9)  # (k + 1) / 2
    plain = [[sorted(row).index(value) + 1 for value in row] for row in errors.tolist()]
    assert_allclose(found.mean_rank, np.mean(plain, axis=0))


def test_ties_share_their_rank_and_divergence_is_last() -> None:
    found = relatives.ranking([[0.1, 0.1, np.inf], [0.1, 0.1, 0.2]], "abc")
    assert_array_equal(found.mean_rank, [1.5, 1.5, 3.0])
    assert found.tied_with_best == ("a", "b", "c")  # two blocks tell nothing apart
    assert not found.apart("a", "c")
    many = relatives.ranking([[0.1, 0.2, 0.3]] * 20, "abc")
    assert many.p == 0.0
    assert many.apart("a", "c")


def test_entrants_have_about_as_many_parameters_and_unit_variance() -> None:
    counts = {}
    for name in NAMES:
        arm = matched_arm(entrant(name), DIGITS.train)
        theta = arm.start(DIGITS.train, [0])
        counts[name] = theta.flat.shape[1]
        z = DIGITS.train.x[:100].astype(np.float32) @ theta.layers[0]["w"][0]
        assert_allclose(z.var(), 1, rtol=0.03)  # LSUV stops within 2 %
    assert counts["relu"] == 64 * 20 + 20 + 20 * 20 + 20 + 20 * 10 + 10
    assert_allclose(list(counts.values()), counts["relu"], rtol=0.05)


def test_lsuv_takes_functions_that_change_the_number_of_units() -> None:
    x = np.random.default_rng(0).standard_normal((50, 6))
    made = lsuv([(6, 8), (4, 8), (4, 1)], maxout(), x, rng=np.random.default_rng(1))
    h = (x @ made.weights[0]).reshape(50, 4, 2).max(axis=2)
    assert_allclose(np.var(h @ made.weights[1]), 1, rtol=0.03)
    with pytest.raises(ValueError, match="shapes must chain, got fan out 8 before fan in 8"):
        lsuv([(6, 8), (8, 1)], maxout(), x, rng=np.random.default_rng(1))


def test_functions_that_change_the_number_of_units_get_the_nearest_width() -> None:
    for name in ("maxout", "crelu", "swiglu"):
        arm = matched_arm(entrant(name), DIGITS.train)
        units = arm.widths[0]
        assert arm.widths == (units, units)
        out = entrant(name).width(units)

        def count(inner: int, outer: int) -> int:
            return 65 * inner + (outer + 1) * inner + (outer + 1) * 10

        wanted = 65 * 20 + 21 * 20 + 21 * 10
        others = [(2 * k, entrant(name).width(2 * k)) for k in range(1, 21)]
        nearest = min(abs(count(*pair) - wanted) for pair in others)
        assert abs(count(units, out) - wanted) == nearest
        with pytest.raises(ValueError, match="names must keep the number of units"):
            relatives.tournament((name, "relu"), seeds=(0,), normalize=BatchNorm, **FAST)


def test_a_network_that_diverges_has_an_infinite_error() -> None:
    settings = FAST | {"learning_rates": (1e20, 1e30), "steps": 3}
    found = relatives.tournament(("identity", "squared_relu"), seeds=(0, 1), **settings)
    assert_array_equal(found.of("error", "moons", "squared_relu"), np.inf)
    assert not found.error["moons"].flags.writeable


def test_the_three_tasks_are_standardised_and_medians_rank_over_tasks() -> None:
    tasks = three_tasks()
    assert list(tasks) == ["digits", "spirals", "sine"]
    for task in tasks.values():
        moving = task.train.x.std(axis=0) > 0
        assert_allclose(task.train.x[:, moving].std(axis=0), 1, atol=ROUNDING)
    both = {"a": MOONS, "b": MOONS}
    found = relatives.tournament(("relu", "tanh"), seeds=(0, 1, 2), **FAST | {"tasks": both})
    medians = np.median(found.error["a"], axis=0)
    overall = relatives.overall_ranking(found)
    assert overall.blocks == 2
    assert_array_equal(overall.mean_rank, stats.rankdata(medians))


def test_without_labels_the_error_is_the_mean_square() -> None:
    sine = data.split(
        data.curve("sine", 80, rng=np.random.default_rng(0)), rng=np.random.default_rng(1)
    )
    found = relatives.tournament(("relu", "tanh"), seeds=(0,), **FAST | {"tasks": {"sine": sine}})
    assert_array_equal(found.error["sine"], found.test_loss["sine"])


def test_wins_orders_and_both_are_counted_seed_by_seed() -> None:
    found = relatives.tournament(("relu", "silu", "selu"), seeds=range(4), **FAST)
    error, loss = found.error["moons"], found.train_loss["moons"]
    plain = [1.0 if a < b else 0.5 if a == b else 0.0 for a, b, _ in error]
    assert_array_equal(relatives.wins(found, "relu", "silu"), plain)
    assert_array_equal(
        relatives.in_order(found, ("selu", "relu")), [float(c < a) for a, _, c in error]
    )
    both = [float(loss[s, 1] < loss[s, 0] and error[s, 1] > error[s, 0]) for s in range(4)]
    assert_array_equal(relatives.better_and_worse(found, "silu", "relu"), both)
    assert_array_equal(found.of("error", "moons", "selu"), error[:, 2])
    assert_array_equal(relatives.wins(found, "relu", "silu", tasks=["moons"]), plain)
    assert found.at_edge() == {"moons": ["relu", "silu", "selu"]}  # of two rates both are an end
    wider = relatives.tournament(("relu", "silu"), seeds=(0,), **FAST | {"learning_rates": RATES})
    for name, loss in wider.tuning_loss["moons"].items():
        assert RATES[np.argmin(loss)] == wider.rates["moons"][name]
        assert (name in wider.at_edge()["moons"]) == (np.argmin(loss) in (0, 3))


def test_a_tournament_is_the_same_alone_and_in_company() -> None:
    def run(seeds: list[int]) -> np.ndarray:
        return relatives.tournament(("relu", "maxout"), seeds=seeds, **FAST).test_loss["moons"]

    assert_same_alone_and_in_company(run)
    assert_no_seed_is_refused(run)
    normed = relatives.tournament(("relu", "silu"), seeds=(0, 1), normalize=BatchNorm, **FAST)
    plain = relatives.tournament(("relu", "silu"), seeds=(0, 1), **FAST)
    assert not np.array_equal(normed.test_loss["moons"], plain.test_loss["moons"])
    usual = {"tasks": FAST["tasks"], "steps": 5, "seeds": (0, 1), "tuning_seeds": (100,)}
    three = relatives.normed_tournament(**usual)
    again = relatives.tournament(three.names, normalize=BatchNorm, **usual)
    assert_array_equal(three.test_loss["moons"], again.test_loss["moons"])


# ---- Readouts and hardware -----------------------------------------------------------------------
def test_rectified_scores_are_cut_off_and_their_silence_counted() -> None:
    found = relatives.rectified_readout(data=DIGITS, seeds=range(6), steps=100)
    assert set(found.rates) == {"plain", "rectified"}
    assert found.test_accuracy["plain"].min() > 0.9
    assert ((found.silent >= 0) & (found.silent <= 1)).all()
    silent_errors = found.of_errors * (1 - found.test_accuracy["rectified"])
    assert (silent_errors <= found.silent + ROUNDING).all()


def test_a_spiking_unit_fires_at_the_rate_of_relu() -> None:
    w = np.array([[[1.0, -1.0]]], np.float32)
    layers = [(w, np.zeros((1, 1, 2), np.float32)), (np.eye(2, dtype=np.float32)[None], 0.0)]
    x, y = np.full((400, 1), 0.3, np.float32), np.zeros(400, int)
    assert hardware.accuracy_in_time(layers, x, y, [50], [0])[0, 0] == 1.0
    assert hardware.accuracy_in_time(layers, x, 1 - y, [50], [0])[0, 0] == 0.0


def test_a_unit_that_fires_goes_down_by_its_threshold() -> None:
    w, b = np.zeros((1, 1, 2), np.float32), np.array([[[0.5, 0.9]]], np.float32)
    readout = np.diag([1.5, 1.0]).astype(np.float32)[None]  # 0.75 against 0.9 at rates 0.5, 0.9
    layers = [(w, b), (readout, 0.0)]
    x, y = np.zeros((3, 1), np.float32), np.ones(3, int)
    assert hardware.accuracy_in_time(layers, x, y, [100], [0])[0, 0] == 1.0


def test_balancing_changes_no_answer_and_no_output_exceeds_one() -> None:
    run, layers = hardware.trained_layers(RAW, (0, 1), (8, 8), 30)
    scaled = hardware.balanced(layers, RAW.train.x)
    h = RAW.train.x.astype(np.float32)
    for w, b in scaled[:-1]:
        h = np.maximum(h @ w + b, 0)
        assert_allclose(h.max(axis=(1, 2)), 1, rtol=1e-5)
    z = h @ scaled[-1][0] + scaled[-1][1]
    assert_allclose(z, run.network.forward(run.parameters, RAW.train.x).z, atol=1e-3)


def test_a_circuit_without_mismatch_is_nearly_exact() -> None:
    found = relatives.analog_circuit(data=DIGITS, mismatch=(0.0, 1.0), seeds=range(3), steps=100)
    assert_allclose(found.circuit[:, 0], found.exact, atol=0.01)
    assert (found.circuit[:, 1] < found.exact - 0.1).all()


# ---- Practice ------------------------------------------------------------------------------------
def test_defaults_and_what_is_accepted() -> None:
    found = relatives.default_activations()
    assert found.activations["MLPClassifier"] == "relu"
    assert found.activations["RNNCell"] == "tanh"
    assert ("activation", "swish") not in found.accepted
    assert ("beta_1", 0.9) in found.accepted
    assert ("beta_1", 1.0) not in found.accepted


def test_a_mixed_stack_learns_and_its_gradient_is_right() -> None:
    found = relatives.mixed_stack(data=DIGITS, seeds=range(2))
    assert found.gradient_error.max() < 1e-6
    assert found.test_accuracy.min() > 0.85


def test_ten_examples_are_learned_unless_the_slope_is_wrong() -> None:
    assert relatives.overfit_ten(relu, data=DIGITS, seeds=range(2)).max() < 0.01
    broken = practice.wrong_sign(relu)
    assert_array_equal(broken.derivative(np.array([-1.0, 2.0])), [0.0, -1.0])
    assert not (relatives.overfit_ten(broken, data=DIGITS, seeds=range(2)) < 0.01).any()


def test_five_digits_are_learned_and_random_labels_by_heart_only() -> None:
    found = relatives.five_digits(seeds=range(2))
    assert (found.right == 5).all()
    assert found.outputs == 5
    held = relatives.held_out(data=data.digits(), seeds=range(2))
    assert held.train_share == 0.8
    assert held.overlap == 0
    assert held.train_accuracy.min() > 0.9 > 0.3 > held.test_accuracy.max()
    torch_split = relatives.torch_random_split()
    assert (torch_split.overlap, torch_split.missing, torch_split.same_again) == (0, 0, True)


# ---- Figures -------------------------------------------------------------------------------------
def test_figures_say_what_was_measured() -> None:
    found = relatives.tournament(("relu", "identity"), seeds=range(6), **FAST)
    drawn = figures.standings(found)
    best = relatives.task_rankings(found)["moons"].tied_with_best[0]
    assert ALL[best].title in drawn.message
    assert "<svg" in drawn.html()
    slopes = relatives.learned_slopes(data=DIGITS, widths=(4, 4), steps=4, every=2, seeds=(0, 1))
    drawn = figures.learned_slopes(slopes)
    assert f"{slopes.mean[:, -1, 0].mean():.2f}" in drawn.message
    settings = {"seeds": (0, 1), "depth": 4, "width": 8}
    pair = (relatives.normalizing(**settings), relatives.normalizing(relu, **settings))
    assert "ReLU within 16" in figures.normalizing(*pair).message
    assert "0.25 with 2" in figures.tangents(relatives.tangents()).message
    spikes = relatives.spiking(data=RAW, seeds=(0, 1), steps=30, examples=20, times=(2, 4))
    drawn = figures.spiking(spikes)
    assert f"{100 * spikes.original.mean():.1f} %" in drawn.message
    assert "<svg" in drawn.html()


# ---- Bad input -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: relatives.tournament(("relu", "swish")), "names must be among"),
        (lambda: relatives.tournament(("relu",)), "names must be two or more"),
        (lambda: relatives.ranking([[1.0, 2.0]], "ab"), "errors must have shape"),
        (lambda: relatives.ranking([[1.0, 2.0]] * 2, "abc"), "names must be 2"),
        (lambda: relatives.ranking([[1.0, np.nan]] * 2, "ab"), "errors must be numbers"),
        (lambda: relatives.elu_shape(-1.0), "alpha must be positive"),
        (lambda: relatives.LearnedLeak(3, math.nan), "start must be finite"),
        (lambda: relatives.LearnedLeak(3).width(4), "a layer of 3 slopes"),
        (lambda: relatives.learned_slopes(data=DIGITS, widths=(3, 4)), "widths must be equal"),
        (lambda: relatives.from_dead_start(relu, data=DIGITS, bias=math.inf), "bias must be"),
        (lambda: relatives.normalizing(scales=(0.0,)), "scales must be positive"),
        (lambda: relatives.tangents(pieces=(0,)), "pieces must be"),
        (lambda: relatives.spiking(data=DIGITS), "inputs between 0 and 1"),
        (lambda: relatives.analog_circuit(data=DIGITS, mismatch=(-1.0,)), "mismatch must be"),
        (lambda: relatives.drawn_slopes(n=0), "n must be"),
        (lambda: relatives.slope_gradient(seeds=()), "seeds must hold"),
        (lambda: relatives.held_out(data=data.digits(), steps=0), "steps must be"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_what_is_no_data_is_refused() -> None:
    for experiment in (relatives.rectified_readout, relatives.mixed_stack, relatives.dropout_gap):
        with pytest.raises(TypeError, match="data must be a Split"):
            experiment(data=data.digits())
    with pytest.raises(TypeError, match="data must be a Dataset"):
        relatives.held_out(data=DIGITS)
