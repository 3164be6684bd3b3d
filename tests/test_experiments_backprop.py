"""The experiments behind backpropagation by hand: against oracles that share no code with them."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rectified import experiments
from rectified.activations import relu

EPS = np.finfo(np.float64).eps
Exact = dict[str, object]  # names of OneStep -> fractions, nested as the arrays are


# ---- One step, followed through -----------------------------------------------------------------
def step_in_fractions(rate: Fraction) -> Exact:
    """Work the step on paper: exact numbers, loops, and no matrix in sight."""
    half = Fraction(1, 2)
    x, y = [1, half], Fraction(-1)
    w1, b1 = [[half, -half, half], [1, 1, -3 * half]], [-half, -half, 1]
    w2, b2 = [-half, 1, 1], -half
    z1, h1, z2 = forward(x, w1, b1, w2, b2)
    grad_z2 = 2 * (z2 - y)
    grad_w2 = [grad_z2 * h for h in h1]
    grad_h1 = [grad_z2 * w for w in w2]
    grad_z1 = [g if z > 0 else 0 for g, z in zip(grad_h1, z1, strict=True)]
    grad_w1 = [[g * value for g in grad_z1] for value in x]
    new_w1 = [down(row, grads, rate) for row, grads in zip(w1, grad_w1, strict=True)]
    new_b1, new_w2 = down(b1, grad_z1, rate), down(w2, grad_w2, rate)
    new_b2 = b2 - rate * grad_z2
    new_z2 = forward(x, new_w1, new_b1, new_w2, new_b2)[2]
    exact = {name: value for name, value in locals().items() if name not in ("half", "rate")}
    return exact | {
        "learning_rate": rate,
        "grad_b1": grad_z1,
        "grad_b2": grad_z2,
        "loss": (z2 - y) ** 2,
        "new_loss": (new_z2 - y) ** 2,
    }


def forward(x: list, w1: list, b1: list, w2: list, b2: Fraction) -> tuple[list, list, Fraction]:
    z1 = [b1[j] + sum(x[i] * w1[i][j] for i in range(2)) for j in range(3)]
    h1 = [max(z, 0) for z in z1]
    return z1, h1, b2 + sum(h1[j] * w2[j] for j in range(3))


def down(values: list, grads: list, rate: Fraction) -> list:
    return [value - rate * grad for value, grad in zip(values, grads, strict=True)]


@pytest.mark.parametrize("rate", [Fraction(1, 10), Fraction(1, 2)])
def test_one_step_is_what_paper_gives(rate: Fraction) -> None:
    found = vars(experiments.one_step(learning_rate=float(rate)))
    exact = step_in_fractions(rate)
    assert found.keys() == exact.keys()
    for name, value in exact.items():
        wanted = np.array(value, dtype=np.float64)
        # sums of at most four terms below 4, of which only the rate is not exact in binary
        assert_allclose(np.reshape(found[name], wanted.shape), wanted, rtol=0, atol=32 * EPS)


def test_numbers_of_the_step_are_short_decimals() -> None:
    exact = step_in_fractions(Fraction(1, 10))
    for name, value in exact.items():
        digits = 4 if name == "new_loss" else 2
        assert {(10**digits * number) % 1 for number in flat(value)} == {0}, name


def flat(value: object) -> list:
    if not isinstance(value, list):
        return [Fraction(value)]
    return [number for entry in value for number in flat(entry)]


def test_the_step_lowers_the_loss_with_one_gate_shut_all_along() -> None:
    step = experiments.one_step()
    assert step.new_loss < 0.02 * step.loss
    assert_array_equal(step.z1 > 0, [True, False, True])
    assert step.grad_h1[1] == step.grad_h1[2] == 2.0  # the same arrives, one passes
    assert_array_equal(step.new_w1[:, 1], step.w1[:, 1])
    assert_array_equal(relu(step.x @ step.new_w1 + step.new_b1) > 0, [True, False, True])


def test_too_long_a_step_raises_the_loss() -> None:
    step = experiments.one_step(learning_rate=0.5)
    assert step.new_loss > step.loss


def test_one_step_with_the_wrong_slope_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    open_gate = replace(relu, derivative=np.ones_like)
    monkeypatch.setattr("rectified.experiments.by_hand.relu", open_gate)
    assert experiments.one_step().grad_z1[1] == 2.0


@pytest.mark.parametrize("rate", [0.0, -0.1, np.inf, np.nan])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="learning_rate must be positive and finite"):
        experiments.one_step(learning_rate=rate)
