"""The experiments: against oracles of their own, and seed by seed."""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from rectified import claims, experiments
from rectified.activations import (
    ELEMENTWISE,
    Activation,
    identity,
    prelu,
    relu,
    sigmoid,
    softmax,
    step,
    tanh,
)
from rectified.claims.references import reference, references
from rectified.experiments.shapes import collapse, shape
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

EPS = np.finfo(np.float64).eps


# ---- The bibliography ----------------------------------------------------------------------------
def test_every_source_of_the_ledger_and_the_table_is_in_the_bibliography() -> None:
    cited = {claim.source.key for claim in claims.LEDGER.values() if claim.source}
    cited |= {f.source for f in ELEMENTWISE.values()}
    assert {reference(key).short for key in cited}
    assert cited <= set(references())


def test_every_entry_of_the_bibliography_can_be_reached() -> None:
    assert [key for key, work in references().items() if not work.url] == []


# ---- What all results have in common ------------------------------------------------------------
SEEDED: dict[str, Callable[[list[int]], object]] = {
    "unit_three_ways": lambda seeds: experiments.unit_three_ways(seeds=seeds).loop_error.T,
    "bias_as_shift": lambda seeds: experiments.bias_as_shift(seeds=seeds).shift_error,
    "linear_stack": lambda seeds: experiments.linear_stack(seeds=seeds).bent_residual,
    "norm_growth": lambda seeds: experiments.norm_growth(relu, gain=2.0, seeds=seeds).decades,
    "orthogonal": lambda seeds: (
        experiments.norm_growth(tanh, orthogonal=True, depth=5, seeds=seeds).decades
    ),
    "low_units": lambda seeds: experiments.low_units(sigmoid, seeds=seeds).share,
    "tanh_against_sigmoid": lambda seeds: experiments.tanh_against_sigmoid(seeds=seeds).tanh_means,
    "backward_gain": lambda seeds: experiments.backward_gain(tanh, gain=1.0, seeds=seeds).factor,
    "softmax_as_layer": lambda seeds: experiments.softmax_as_layer(seeds=seeds).softmax_crosstalk,
}


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_a_seed_gives_the_same_row_alone_and_in_company(run: Callable) -> None:
    assert_same_alone_and_in_company(run)


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_no_seed_at_all_is_refused(run: Callable) -> None:
    assert_no_seed_is_refused(run)


@pytest.mark.parametrize(
    "run",
    [
        experiments.random_relu_sums,
        experiments.relu_pair,
        experiments.relu_order,
        experiments.softmax_sums,
        experiments.softmax_as_logistic,
        experiments.softmax_decisions,
    ],
)
def test_a_generator_decides_everything_random(run: Callable) -> None:
    one, other = (run(rng=np.random.default_rng(5)) for _ in range(2))
    for field in fields(one):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_results_cannot_be_changed() -> None:
    result = experiments.slope_range(sigmoid)
    with pytest.raises(FrozenInstanceError):
        result.highest = 1.0


@pytest.mark.parametrize(
    ("run", "argument"),
    [
        (lambda: experiments.unit_three_ways(units=0), "units"),
        (lambda: experiments.unit_three_ways(fan_in=0), "fan_in"),
        (lambda: experiments.linear_stack(depths=(2, 0)), "depth"),
        (lambda: experiments.linear_stack(depths=()), "depth"),
        (lambda: experiments.norm_growth(relu, depth=0), "depth"),
        (lambda: experiments.norm_growth(relu, width=0), "width"),
        (lambda: experiments.relu_pair(n=0), "n"),
        (lambda: experiments.random_relu_sums(n=0), "n"),
        (lambda: experiments.random_relu_sums(width=0), "width"),
        (lambda: experiments.relu_order(pairs=0), "pairs"),
        (lambda: experiments.low_units(tanh, width=0), "width"),
        (lambda: experiments.tanh_on_inputs(steps=0), "steps"),
        (lambda: experiments.tanh_against_sigmoid(inputs=0), "inputs"),
        (lambda: experiments.secant_slopes(halvings=0), "halvings"),
        (lambda: experiments.backward_gain(tanh, gain=1.0, depth=1), "depth"),
        (lambda: experiments.backward_gain(tanh, gain=1.0, width=0), "width"),
        (lambda: experiments.softmax_sums(n=0), "n"),
        (lambda: experiments.softmax_as_logistic(classes=(2, 0)), "classes"),
        (lambda: experiments.softmax_decisions(classes=0), "classes"),
        (lambda: experiments.softmax_as_layer(classes=1), "classes"),
    ],
)
def test_a_count_below_its_least_is_refused_by_name(run: Callable, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} must be at least"):
        run()


def test_every_public_name_is_there_and_says_what_it_does() -> None:
    for name in experiments.__all__:
        assert re.match(r"[A-Z].*", getattr(experiments, name).__doc__)


# ---- Units --------------------------------------------------------------------------------------
def test_numbers_worked_on_paper_are_right_to_six_decimals() -> None:
    neuron = experiments.neuron_by_hand()
    assert_array_equal(neuron.z, [0.5, 0.5, -2.0])
    functions = (lambda z: max(z, 0), lambda z: 1 / (1 + mpmath.exp(-z)), mpmath.tanh)
    exact = [[round(float(f(z)), 6) for f in functions] for z in (0.5, 0.5, -2.0)]
    assert_array_equal(neuron.by_hand, exact)


def test_node_has_the_outputs_of_the_four_corners() -> None:
    node = experiments.node_of_two_inputs()
    assert_array_equal(node.relu_outputs, [[0.0, 3.0], [0.0, 5.0]])  # 2A + 3B, rectified
    assert_array_equal(node.identity_outputs, [[-3.0, 3.0], [-1.0, 5.0]])


def test_units_that_forget_their_bias_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(relu, torch_value=lambda t: torch.relu(t) + 1e-9)
    monkeypatch.setattr("rectified.experiments.shapes.units.ELEMENTWISE", {"relu": broken})
    assert experiments.unit_three_ways().torch_error.max() > 1e-10


# ---- Without a bend -----------------------------------------------------------------------------
def test_one_relu_layer_takes_a_network_far_from_every_affine_map() -> None:
    stack = experiments.linear_stack()
    assert stack.residual.shape == (20, 3)
    assert stack.bent_residual.min() > 0.05  # where the linear ones have 1e-13


def test_an_identity_that_loses_the_sign_of_zero_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr(collapse, "identity", replace(identity, value=lambda z: z + 0.0))
    assert experiments.identity_range().changed == 1  # -0.0, and nothing else


def test_superposition_finds_who_is_linear_and_who_is_on_halves() -> None:
    families = experiments.superposition()
    assert families.linear == ("identity",)
    assert families.linear_on_halves == ("relu", "leaky_relu", "prelu", "rrelu")


@pytest.mark.parametrize("gain", [0.5, 1.0, 2.0])
def test_linear_layers_grow_as_chi_square_says(gain: float) -> None:
    width, depth = 32, 50
    grown = claims.t_interval(experiments.norm_growth(identity, gain=gain).decades[:, -1])
    # the norm² is multiplied by gain² · chi²(width) / width, independently in each layer
    mean_log = np.log(2 / width) + special.digamma(width / 2)
    expected = depth * (np.log(gain) + mean_log / 2) / np.log(10)
    # 20 seeds: six standard errors of the sum of 50 logs, about 0.11 each over ln 10
    spread = np.sqrt(depth * special.polygamma(1, width / 2)) / 2 / np.log(10)
    assert abs(grown.value - expected) < 6 * spread / np.sqrt(20)


def test_random_sums_of_relus_are_far_from_linear_and_linear_ones_are_not(monkeypatch) -> None:
    sums = experiments.random_relu_sums()
    assert sums.miss.shape == (1000,)
    assert sums.miss.min() > 0.1  # ten times what counts as a miss: no seed stands at the border
    monkeypatch.setattr(collapse, "relu", identity)
    assert experiments.random_relu_sums().nonlinear == 0.0


def test_orthogonal_linear_layers_keep_the_norm_up_to_rounding() -> None:
    kept = experiments.norm_growth(identity, orthogonal=True).decades
    assert np.abs(kept).max() < 50 * 32 * EPS  # 50 layers of sums of 32 terms


# ---- Shape --------------------------------------------------------------------------------------
def test_reach_agrees_with_the_images_that_the_table_states() -> None:
    reach = experiments.reach_of_table()
    images = {name: f.image for name, f in ELEMENTWISE.items()}
    growing = [name for name, (low, high) in images.items() if np.isinf([low, high]).any()]
    outside = [name for name, (low, high) in images.items() if low < -1 or high > 1]
    assert list(reach.growing) == growing
    assert list(reach.outside_unit) == outside
    assert list(reach.bounded) == [name for name in images if name not in growing]


def test_monotone_table_agrees_with_what_the_records_state() -> None:
    table = experiments.monotone_table()
    assert_array_equal(table.by_definition, [f.monotone for f in ELEMENTWISE.values()])
    assert table.turning == ("hard_swish", "gelu", "gelu_tanh", "silu", "mish")


def test_a_derivative_that_hides_a_fall_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    silu = ELEMENTWISE["silu"]
    flat = replace(silu, derivative=lambda z: np.maximum(silu.derivative.formula(z), 0.0))
    monkeypatch.setattr(shape, "ELEMENTWISE", {"relu": relu, "silu": flat})
    table = experiments.monotone_table()
    assert (table.slope_disagreements, table.level_disagreements) == (1, 0)


def test_a_fall_at_large_inputs_only_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    falling = replace(relu, value=lambda z: np.where(z < 1e5, np.maximum(z, 0.0), 0.0))
    monkeypatch.setattr(shape, "ELEMENTWISE", {"falling": falling})
    assert experiments.monotone_table().turning == ("falling",)


@pytest.mark.parametrize("f", [sigmoid, tanh])
def test_slopes_of_saturating_functions_rise_as_often_as_they_fall(f: Activation) -> None:
    bump = experiments.slope_bump(f)
    assert bump.slope_rises == bump.slope_falls > 1000
    assert bump.peak == 0.0


def test_a_concave_kink_breaks_the_order_of_relu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "relu", ELEMENTWISE["hard_tanh"])
    order = experiments.relu_order()
    assert order.slope_falls > 0
    assert order.chord_violations > 0


def test_swish_is_lowest_where_the_lambert_function_says() -> None:
    swish = experiments.swish_shape()
    w = mpmath.lambertw(mpmath.exp(-1))  # 1 + z + exp(-z) = ... solves to z = -1 - W(1/e)
    assert_allclose(swish.place, float(-1 - w), rtol=1e-7)  # flat there: half the digits are sure
    assert_allclose(swish.lowest, float(-w), rtol=4 * EPS)
    assert_allclose(swish.smoothness, 2.0, rtol=1e-3)  # of order h: 64 points to the unit
    assert swish.relu_smoothness == 1.0


# ---- Saturation ---------------------------------------------------------------------------------
def test_a_line_is_no_s(monkeypatch: pytest.MonkeyPatch) -> None:
    straight = ELEMENTWISE["hard_sigmoid"]
    monkeypatch.setattr("rectified.experiments.shapes.saturation.sigmoid", straight)
    curve = experiments.sigmoid_shape()
    assert curve.outside > 0
    assert curve.not_rising > 0
    assert curve.inflections != 1


def test_distance_to_the_rails_agrees_with_fifty_digits() -> None:
    rails = experiments.sigmoid_rails()
    with mpmath.workdps(50):
        exact = [float(1 / (1 + mpmath.exp(mpmath.mpf(z)))) for z in rails.sizes]
    assert_allclose(rails.distance, exact, atol=EPS, rtol=0)  # 1 - f(z) is rounded at 1
    assert_allclose(rails.beyond_eight, exact[7], atol=EPS, rtol=0)


def test_rounding_to_one_and_to_zero_happens_where_the_formats_say() -> None:
    rails = experiments.sigmoid_rails()
    # 1 - f(z) < half the spacing below 1, or, where 1 + exp(-z) is rounded first, above 1
    assert np.log(2.0**53) - 1e-6 < rails.one_float64 < np.log(2.0**54) + 1e-6
    assert np.log(2.0**24) - 1e-3 < rails.one_float32 < np.log(2.0**25) + 1e-3
    # half the smallest subnormal is 2^-1075
    assert_allclose(rails.zero_float64, -1075 * np.log(2), rtol=1e-6)


def test_the_most_sensitive_input_is_zero_and_one_half_is_an_output() -> None:
    middle = experiments.most_sensitive_input()
    assert (middle.sigmoid_place, middle.sigmoid_output) == (0.0, 0.5)
    assert (middle.tanh_place, middle.tanh_output) == (0.0, 0.0)
    assert middle.sigmoid_slope_at_0 == 0.25


def test_low_sigmoid_units_whisper_exp_of_minus_25() -> None:
    low = experiments.low_units(sigmoid)
    # E[exp(2z)] with z ~ N(-25, 1) is exp(-48); high units say 1, up to their common part
    assert_allclose(low.share.mean(), np.exp(-24), rtol=0.1)
    assert low.limit_error == 0.0


def test_iterates_of_tanh_agree_with_fifty_digits_and_the_asymptote() -> None:
    once = experiments.tanh_on_inputs()
    value = mpmath.mpf(1)
    for iterate in once.iterates[:100]:
        assert_allclose(iterate, float(value), rtol=100 * EPS)  # each step rounds, none enlarges
        value = mpmath.tanh(value)
    assert_allclose(once.iterates[-1], once.predicted, rtol=0.01)


def test_tanh_makes_no_input_more_negative_and_is_strong_only_far_from_zero() -> None:
    once = experiments.tanh_on_inputs()
    assert once.lowered == 0.0
    inputs, outputs = (-1.5, 0.1, -0.5), (once.highest_of_large, once.largest_near_zero)
    expected = [float(mpmath.tanh(x)) for x in inputs]
    assert_allclose([*outputs, once.of_minus_half], expected, rtol=4 * EPS)


def test_tanh_moves_towards_one_only_from_where_the_equation_says() -> None:
    root = mpmath.findroot(lambda z: 2 - z - mpmath.tanh(z), 1.2)
    assert_allclose(experiments.tanh_on_inputs().nearer_from, float(root), atol=1e-9)


def test_tanh_is_centred_and_the_sigmoid_is_not() -> None:
    pair = experiments.tanh_against_sigmoid()
    assert pair.tanh_means.shape == (20,)
    assert_allclose(pair.tanh_means, 0.0, atol=6 * 0.63 / np.sqrt(50_000))  # six standard errors
    assert_allclose(pair.sigmoid_means, 0.5, atol=6 * 0.21 / np.sqrt(50_000))


# ---- Slopes -------------------------------------------------------------------------------------
def test_secant_error_is_h_squared_times_a_sixth_of_the_third_derivative() -> None:
    secant = experiments.secant_slopes()
    # the third derivative of the sigmoid is largest at 0, 1/8; the next term is of order h²
    assert_allclose(secant.error[-1], secant.h[-1] ** 2 / 48, rtol=1e-3)
    assert secant.apart == pytest.approx(float(np.tanh(0.5) / 2 - 0.25) * -1, rel=1e-9)


@pytest.mark.parametrize("f", [sigmoid, tanh, ELEMENTWISE["softsign"]])
def test_slope_range_agrees_with_what_the_records_state(f: Activation) -> None:
    found = experiments.slope_range(f)
    assert found.highest == f.slopes[1]
    assert found.place == 0.0
    assert f.slopes[0] < found.lowest < 1.1e-3  # softsign at 30: 1 / 31²


def test_tanh_and_sigmoid_are_equally_steep_where_the_algebra_says() -> None:
    contest = experiments.tanh_slope_against_sigmoid()
    # cosh z = 2 cosh(z/2): with u = cosh(z/2), 2u² - 2u - 1 = 0
    assert_allclose(contest.crossing, 2 * np.arccosh((1 + np.sqrt(3)) / 2), rtol=1e-11)
    assert contest.lead_inside > 0 > contest.lead_beyond


def gradients_by_autograd(f: Activation, gain: float, std: float, seed: int) -> list[float]:
    """Repeat backward_gain's draws, and let PyTorch go back."""
    rng = np.random.default_rng(seed)
    h = torch.from_numpy(std * rng.standard_normal((16, 64)))
    weights = torch.from_numpy(rng.standard_normal((10, 64, 64)) * gain / 8)
    places = []
    for w in weights:
        z = (h @ w).requires_grad_()
        places.append(z)
        h = f.torch_value(z)
    grads = torch.autograd.grad((h * torch.from_numpy(rng.standard_normal((16, 64)))).sum(), places)
    return [float((grad**2).mean()) for grad in grads]


@pytest.mark.parametrize("f", [relu, tanh, sigmoid])
def test_gradients_that_go_back_agree_with_autograd(f: Activation) -> None:
    found = experiments.backward_gain(f, gain=1.3, input_std=0.7, seeds=[4]).mean_square[0]
    expected = gradients_by_autograd(f, 1.3, 0.7, 4)
    assert_allclose(found, expected, rtol=1e-10)  # ten products of 64 terms


@pytest.mark.parametrize("std", [0.0, -1.0, np.nan])
def test_inputs_without_spread_are_refused(std: float) -> None:
    with pytest.raises(ValueError, match="input_std must be positive"):
        experiments.backward_gain(tanh, gain=1.0, input_std=std)


@pytest.mark.parametrize(
    ("f", "gain", "expected"),
    [(identity, 1.0, 1.0), (relu, 1.0, 0.5), (relu, 2**0.5, 1.0), (prelu(slope=-1.0), 1.0, 1.0)],
)
def test_gradient_factor_is_gain_squared_times_mean_square_slope(
    f: Activation, gain: float, expected: float
) -> None:
    found = experiments.backward_gain(f, gain=gain, seeds=range(40))
    assert_allclose(found.factor.mean(), expected, rtol=0.03)  # its standard error is 0.005


def test_a_unit_without_two_levels_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(ELEMENTWISE["hard_sigmoid"], jumps=step.jumps)
    monkeypatch.setattr("rectified.experiments.shapes.slopes.step", slow)
    steps = experiments.step_signals()
    assert steps.signals_above > 1
    assert steps.misfires > 0
    assert steps.largest_slope > 0


# ---- Softmax ------------------------------------------------------------------------------------
def test_softmax_is_positive_and_does_not_see_a_constant() -> None:
    sums = experiments.softmax_sums()
    assert sums.sums.shape == (1000,)
    assert sums.lowest_entry > 0
    assert sums.shift_error < 100 * 4 * EPS  # scores near 100 are rounded at 100
    assert_allclose(sums.sums, 1.0, rtol=10 * EPS)  # ten terms


def test_softmax_keeps_the_order_of_all_scores() -> None:
    assert experiments.softmax_decisions().changed_orders == 0


def test_a_softmax_that_prefers_small_scores_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = replace(softmax, forward=lambda z: softmax.forward(-z))
    monkeypatch.setattr("rectified.experiments.shapes.softmax.softmax", turned)
    assert experiments.softmax_decisions().changed_decisions > 9000
    assert experiments.softmax_as_logistic().two_class_error > 0.5


def test_softmax_that_drops_classes_gives_no_probabilities(monkeypatch) -> None:
    fewer = replace(softmax, forward=lambda z: softmax.forward(z[..., 1:]))
    monkeypatch.setattr("rectified.experiments.shapes.softmax.softmax", fewer)
    with pytest.raises(ValueError, match="shape"):
        experiments.softmax_decisions()


def test_jacobian_of_softmax_is_full_and_loses_one_rank() -> None:
    layer = experiments.softmax_as_layer(seeds=range(5), classes=6)
    assert_array_equal(layer.rank, 5)
    assert layer.jacobian_error.max() < 8 * EPS
    assert_array_equal(layer.relu_crosstalk, 0.0)
    for seed, crosstalk in enumerate(layer.softmax_crosstalk):
        p = softmax(np.random.default_rng(seed).standard_normal(6))
        two_smallest = np.sort(p)[:2]
        assert_allclose(crosstalk, np.prod(two_smallest), rtol=100 * EPS)  # -p_i p_j, the least
