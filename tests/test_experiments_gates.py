"""What a slope does to a gradient, and derivatives in code: experiments against their oracles."""

import warnings
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from rectified import claims, experiments
from rectified.activations import ELEMENTWISE, relu, tanh
from rectified.claims import Outcome
from rectified.experiments.backprop import formulas, gates
from rectified.networks import Activate, mlp

EPS = np.finfo(np.float64).eps


def outcome(claim_id: str, name: str, value: float) -> Outcome:
    """Return what a measurement says of one test of a claim."""
    (test,) = (test for test in claims.LEDGER[claim_id].tests if test.name == name)
    return claims.derive(test.criterion, claims.exact(value))


# ---- One factor ----------------------------------------------------------------------------------
def test_slopes_enter_once_a_layer_and_as_the_equation_says() -> None:
    found = experiments.one_factor(seeds=range(3))
    assert_array_equal(found.evaluations, 1)
    assert found.error.shape == (21, 3)
    rounded = found.activations.index("hard_sigmoid")
    assert_allclose(found.error[rounded], 2.0**-24, rtol=1.01)  # PyTorch's 1/6, see above
    assert np.delete(found.error, rounded, axis=0).max() < 20 * EPS  # sums of at most five terms


def twice(self: Activate, parameters, saved, grad, gradient, pull) -> np.ndarray:
    """Go back through an activation with its slope squared, asked for once each."""
    return grad * self.f.derivative(saved) * self.f.derivative(saved)


def test_a_slope_that_enters_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Activate, "backward", twice)
    found = experiments.one_factor([tanh], seeds=[0])
    for name, value in [("evaluations", found.evaluations), ("equation", found.error)]:
        assert outcome("activation-gradient-appears-once", name, value[0, 0]) is Outcome.REFUTED


# ---- Signals that grow ---------------------------------------------------------------------------
def test_a_power_of_two_scales_activations_and_weights_but_no_signal() -> None:
    found = experiments.scaled_signals(scale=4.0, seeds=range(3), depth=5)
    assert found.signals.shape == (3, 4)
    assert_array_equal(found.activations, 4.0)  # exact: only exponents change
    assert_array_equal(found.weights, 4.0)
    assert_array_equal(found.signals, 1.0)
    assert_array_equal(found.signals_by_loss, 4.0)  # the outputs grow, and so does their error


def test_signals_are_those_of_autograd() -> None:
    found = experiments.scaled_signals(seeds=[2], width=6, depth=3)
    w1, w2, w3 = (layer["w"][0] for layer in mlp((6, 6, 6, 1), relu).draw(seeds=[2]).layers[::2])
    x = torch.from_numpy(np.random.default_rng(2).standard_normal((32, 6)))
    z1 = (x @ torch.from_numpy(w1.copy())).requires_grad_()
    z2 = torch.relu(z1) @ torch.from_numpy(w2.copy())
    out = torch.relu(z2) @ torch.from_numpy(w3.copy())
    for layer, (z, grad) in enumerate(
        zip((z1, z2), torch.autograd.grad((out**2).mean(), (z1, z2)), strict=True)
    ):
        on = (z > 0).detach().numpy()
        pair = torch.relu(z).detach().numpy()[on], np.abs(grad.numpy()[on])
        assert found.correlation[0, layer] == pytest.approx(pearson(*pair), rel=1e-9)


def pearson(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_gradients_that_do_grow_with_activations_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gates, "relu", ELEMENTWISE["squared_relu"])  # its slope is 2z
    found = experiments.scaled_signals(depth=2)
    growth = found.signals.max()
    assert outcome("gradient-proportional-to-activations", "scaled", growth) is Outcome.SUPPORTED
    assert found.correlation.mean() > 0.3  # weights on the way vary, so it is not 1; ReLU: 0.1
    assert outcome("gradient-proportional-to-activations", "correlation", 1.0) is Outcome.SUPPORTED


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan])
def test_a_scale_that_moves_units_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale must be positive"):
        experiments.scaled_signals(scale=scale)


# ---- Gates ---------------------------------------------------------------------------------------
def gradients_by_autograd(seed: int, examples: int, width: int) -> list[torch.Tensor]:
    """Return z of the first layer, and for each example the gradient by the first weights."""
    network = mlp((4, width, width, 1), relu)
    weights = [layer["w"][0].copy() for layer in network.draw(seeds=[seed]).layers[::2]]
    w1, w2, w3 = (torch.from_numpy(w).requires_grad_() for w in weights)
    x = torch.from_numpy(np.random.default_rng(seed).standard_normal((examples, 4)))
    outputs = torch.relu(torch.relu(x @ w1) @ w2) @ w3
    grads = [torch.autograd.grad(out, w1, retain_graph=True)[0] for out in outputs[:, 0]]
    return [(x @ w1).detach(), torch.stack(grads)]


def test_what_passes_a_gate_is_what_autograd_finds() -> None:
    updates = experiments.gated_updates(seeds=[5, 6], examples=20, width=6)
    z, grads = gradients_by_autograd(6, 20, 6)
    x = np.random.default_rng(6).standard_normal((1, 20, 4))
    found = gates._gradients_one_by_one(relu, x, [6], 6)
    assert_allclose(found[0][0], z, atol=10 * EPS)
    assert_allclose(found[1][0], grads, atol=100 * EPS)  # two layers of sums of six terms
    assert updates.off[1] == float((z < 0).double().mean())
    assert_array_equal(updates.off_gradient, 0.0)
    assert_array_equal(updates.on_error, 0.0)


def test_about_half_of_the_squared_gradient_is_lost() -> None:
    updates = experiments.gated_updates()
    assert updates.pairs == 64 * 16
    assert_allclose(updates.off.mean(), 0.5, atol=0.05)  # weights and inputs are symmetric
    # the figures of the ledger
    assert [round(f(updates.lost), 2) for f in (np.min, np.mean, np.max)] == [0.39, 0.5, 0.65]


def test_a_leaking_gate_and_a_narrow_one_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "relu", ELEMENTWISE["leaky_relu"])
    leaking = experiments.gated_updates().off_gradient.min()
    assert outcome("negative-side-cost", "negative", leaking) is Outcome.REFUTED
    small = replace(
        relu, derivative=lambda z: 0.5 * relu.derivative(z), keeps_slope=False, gate=None
    )
    monkeypatch.setattr(gates, "relu", small)
    narrow = experiments.gated_updates().on_error.min()
    assert outcome("negative-side-cost", "positive", narrow) is Outcome.REFUTED


# ---- The positive side ---------------------------------------------------------------------------
def test_slopes_for_positive_inputs_are_below_one_and_nearest_to_it_at_the_first() -> None:
    lead = experiments.slope_lead()
    first = mpmath.mpf(1) / 256
    assert lead.n == 30 * 256
    assert lead.tanh_lead == pytest.approx(float(-(mpmath.tanh(first) ** 2)), rel=1e-9)
    at_first = mpmath.diff(lambda z: 1 / (1 + mpmath.exp(-z)), first)
    assert lead.sigmoid_lead == pytest.approx(float(at_first - 1), rel=1e-9)


def test_averaged_over_both_sides_tanh_passes_more_below_the_crossing() -> None:
    lead = experiments.slope_lead(std=[0.5, 1.0, 2.0])
    for f, slope in [(tanh, lambda z: mpmath.sech(z) ** 2), (relu, lambda z: int(z > 0))]:
        for std, found in zip(lead.std, lead.mean_square[f.name], strict=True):
            expected = mpmath.quad(
                lambda z, slope=slope, std=std: slope(z) ** 2 * mpmath.npdf(z, 0, std),
                [-20, -3, 0, 3, 20],
            )
            assert found == pytest.approx(float(expected), rel=1e-9)  # quad's own error
    assert lead.mean_square["tanh"][0] > lead.mean_square["relu"][0] == 0.5
    assert lead.mean_square["tanh"][1] < 0.5
    assert 0.5 < lead.crossing < 1.0
    passed = experiments.slope_lead(std=[lead.crossing]).mean_square
    assert passed["tanh"][0] == pytest.approx(0.5, abs=1e-9)


def test_updates_are_those_of_autograd() -> None:
    found = experiments.update_lead(seeds=[3, 4], examples=12, width=5)
    w = torch.from_numpy(mlp((5, 5), relu).draw(seeds=[4]).layers[0]["w"][0].copy())
    inputs, grads = map(torch.from_numpy, np.random.default_rng(4).standard_normal((2, 12, 5)))
    sizes = {}
    for f in (torch.relu, torch.sigmoid, torch.tanh):
        squares = []
        for x, grad in zip(inputs, grads, strict=True):
            weights = w.clone().requires_grad_()
            z = x @ weights
            f(z).backward(grad)
            squares += [
                weights.grad[:, unit].square().mean() for unit in np.flatnonzero(z.detach() > 0)
            ]
        sizes[f] = np.sqrt(np.mean(squares))
    assert found.sigmoid[1] == pytest.approx(sizes[torch.sigmoid] / sizes[torch.relu], rel=1e-12)
    assert found.tanh[1] == pytest.approx(sizes[torch.tanh] / sizes[torch.relu], rel=1e-12)


def test_a_steeper_tanh_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    steep = replace(tanh, derivative=lambda z: 1.5 * tanh.derivative(z))
    monkeypatch.setattr("rectified.experiments.shapes.positive_side.tanh", steep)
    found = experiments.slope_lead(std=[1.0]).tanh_lead
    assert outcome("relu-gradient-larger", "tanh", found) is Outcome.REFUTED
    steeper = replace(tanh, derivative=lambda z: 2 * tanh.derivative(z), gate=None)
    monkeypatch.setattr("rectified.experiments.shapes.positive_side.tanh", steeper)
    faster = experiments.update_lead().tanh.min()
    assert outcome("relu-gradient-larger", "updates", faster) is Outcome.REFUTED


# ---- Derivatives in code -------------------------------------------------------------------------
def test_one_liners_are_right_and_warn_exactly_where_exp_overflows() -> None:
    code = experiments.sigmoid_code()
    for dtype, first in [(np.float64, code.first_float64), (np.float32, code.first_float32)]:
        edge = -float(mpmath.log(np.finfo(dtype).max))
        assert edge - 1 / 64 <= first < edge  # the grid's step
        with pytest.warns(RuntimeWarning, match="overflow"):
            assert formulas.sigmoid_one_liner(np.array([first], dtype=dtype)) == 0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert formulas.sigmoid_one_liner(np.array([first + 1 / 64], dtype=dtype)) > 0
    assert code.overflows_below == code.n_below == 290 * 64 + 1
    assert code.error < 2 * EPS
    assert code.error_below < 1e-300
    assert mpmath.mpf(2) ** -54 < mpmath.exp(-code.slope_gone) < mpmath.mpf(2) ** -53


@pytest.mark.parametrize(("z", "off"), [(30.0, 0.001), (36.0, 0.04), (36.73, 1.0), (36.74, -1.0)])
def test_the_slope_loses_its_digits_before_it_is_gone(z: float, off: float) -> None:
    found = float(formulas.slope_one_liner(formulas.sigmoid_one_liner(np.float64(z))))
    slope = mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2
    error = float(found / slope - 1)
    # the last value is rounded to 0, the one before it to twice what is right
    assert (error if off < 0 or z > 36.5 else abs(error)) == pytest.approx(off, rel=0.1)
    below = -float(mpmath.log(np.finfo(np.float64).max))
    assert mpmath.exp(below) < 1e-308  # what is 0 where exp overflows


def test_code_without_overflow_and_a_wrong_slope_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formulas, "slope_one_liner", lambda s: 1.5 * s * (1 - s))
    wrong = experiments.sigmoid_code().error
    assert outcome("sigmoid-derivative-code", "error", wrong) is Outcome.REFUTED
    many = experiments.sigmoid_code().overflows_below
    assert outcome("sigmoid-derivative-code", "below", many) is Outcome.REFUTED
    assert outcome("sigmoid-derivative-code", "below", 0) is Outcome.SUPPORTED


def test_the_quotient_rule_gives_the_derivatives() -> None:
    rule = experiments.quotient_rule(seeds=range(10), classes=3)
    assert rule.sigmoid_error.shape == (10,)
    assert rule.sigmoid_error.max() < 4 * EPS  # slopes of at most 1/4, a few operations
    assert rule.softmax_error.max() < 8 * EPS


def test_another_function_does_not_follow_from_the_same_quotient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formulas, "_softmax", lambda z: torch.softmax(2 * z, dim=0))
    wrong = experiments.quotient_rule().softmax_error.min()
    assert outcome("quotient-rule-derivations", "softmax", wrong) is Outcome.REFUTED
    monkeypatch.setattr(torch, "sigmoid", torch.tanh)
    wrong = experiments.quotient_rule().sigmoid_error.min()
    assert outcome("quotient-rule-derivations", "sigmoid", wrong) is Outcome.REFUTED


def test_the_best_line_for_xor_predicts_a_half_everywhere() -> None:
    square = experiments.square_expansion(seeds=range(5))
    assert_allclose(square.w, 0.0, atol=10 * EPS)  # a solve with three unknowns
    assert square.b == pytest.approx(0.5, abs=10 * EPS)
    assert_allclose(square.gradient_error, 0.0, atol=4 * EPS)


def test_a_wrong_expansion_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    polynomial = formulas.Polynomial
    monkeypatch.setattr(formulas, "Polynomial", lambda terms: polynomial([0, terms[1] / 2, 1]))
    wrong = experiments.square_expansion().gradient_error.min()
    assert outcome("square-expansion-loss", "gradient", wrong) is Outcome.REFUTED
    solve = np.linalg.solve
    monkeypatch.setattr(np.linalg, "solve", lambda a, b: solve(a, 2 * b))
    wrong = experiments.square_expansion().fit_error
    assert outcome("square-expansion-loss", "xor", wrong) is Outcome.REFUTED


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("relu", {"greater": 1, "multiply": 1}),
        ("sigmoid", {"subtract": 1, "multiply": 2}),
        ("tanh", {"subtract": 1, "multiply": 2}),
    ],
)
def test_the_way_back_takes_no_exponential_and_gives_autograds_gradient(
    name: str, operations: dict[str, int]
) -> None:
    back = experiments.backward_from_output(name)
    assert back.operations == operations
    assert back.exponentials == 0
    assert back.error.max() < 20 * EPS  # tanh cancels in 1 - h²; gradients reach 4


def test_an_exponential_on_the_way_back_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    by_logarithm = {"sigmoid": lambda h, grad_h: grad_h * np.exp(np.log(h)) * (1 - h)}
    monkeypatch.setattr(formulas, "FROM_OUTPUT", by_logarithm)
    back = experiments.backward_from_output("sigmoid")
    assert back.operations["log"] == back.exponentials == 1
    found = outcome("sigmoid-gradient-needs-exp", "exponentials", back.exponentials)
    assert found is Outcome.SUPPORTED


def test_an_activation_without_a_way_back_from_its_output_is_refused() -> None:
    with pytest.raises(ValueError, match="name must be one of relu, sigmoid, tanh, got 'gelu'"):
        experiments.backward_from_output("gelu")


# ---- What all results have in common -------------------------------------------------------------
SEEDED: dict[str, Callable[[list[int]], np.ndarray]] = {
    "one_factor": lambda seeds: experiments.one_factor([tanh], seeds=seeds).error.T,
    "scaled_signals": lambda seeds: experiments.scaled_signals(seeds=seeds).correlation,
    "gated_updates": lambda seeds: experiments.gated_updates(seeds=seeds).lost,
    "quotient_rule": lambda seeds: experiments.quotient_rule(seeds=seeds).softmax_error,
    "backward_from_output": lambda seeds: (
        experiments.backward_from_output("tanh", seeds=seeds).error
    ),
}


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_a_seed_gives_the_same_row_alone_and_in_company(run: Callable) -> None:
    company = run([7, 3, 11])
    assert_array_equal(run([3]), company[1:2])
    assert not np.array_equal(company, company[[1, 1, 1]])  # or the seeds would do nothing


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_no_seed_at_all_is_refused(run: Callable) -> None:
    with pytest.raises(ValueError, match="seed"):
        run([])


def test_no_seed_for_the_square_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        experiments.square_expansion(seeds=[])


def test_results_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        experiments.slope_lead(std=[1.0]).n = 0
