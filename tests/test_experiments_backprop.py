"""The experiments behind backpropagation by hand: against oracles that share no code with them."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn import functional

from rectified import claims, experiments
from rectified.activations import ELEMENTWISE, identity, relu, step
from rectified.claims import Outcome, Verdict
from rectified.data import moons, split
from rectified.experiments.backprop import landscape
from rectified.experiments.backprop.gradient_check import case, relative_difference
from rectified.initializers import zeros
from rectified.networks import SGD, Activate, Parameters, mlp, softmax_cross_entropy, train
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

EPS = np.finfo(np.float64).eps
Exact = dict[str, object]  # names of OneStep -> fractions, nested as the arrays are


def outcome(claim_id: str, name: str, value: float) -> Outcome:
    """Return what a measurement says of one test of a claim."""
    (test,) = (test for test in claims.LEDGER[claim_id].tests if test.name == name)
    return claims.derive(test.criterion, claims.exact(value))


# ---- One step, followed through ----------------------------------------------------------------
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
    open_gate = replace(relu, derivative=np.ones_like, gate=None)
    monkeypatch.setattr("rectified.experiments.backprop.by_hand.relu", open_gate)
    assert experiments.one_step().grad_z1[1] == 2.0


@pytest.mark.parametrize("rate", [0.0, -0.1, np.inf, np.nan])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="learning_rate must be positive and finite"):
        experiments.one_step(learning_rate=rate)


# ---- Gradients against two judges ----------------------------------------------------------------
def test_gradients_by_hand_agree_with_both_judges_for_every_activation_without_jumps() -> None:
    check = experiments.gradient_check(seeds=range(5))
    assert check.activations == tuple(f.name for f in ELEMENTWISE.values() if f is not step)
    assert check.parameters == 3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2
    assert check.differences.shape == check.autograd.shape == (21, 5)
    rounded = check.activations.index("hard_sigmoid")
    # PyTorch takes the slope 1/6 of the hard sigmoid in single precision: 1/6 + 2**-24 / 6
    assert_allclose(check.autograd[rounded], 2.0**-24, rtol=1e-6)
    others = np.delete(check.autograd, rounded, axis=0)
    assert others.max() < 100 * EPS  # sums of at most six terms, through three layers


def test_a_gradient_without_the_slope_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Activate, "backward", lambda *given: given[3].copy())
    check = experiments.gradient_check([relu], seeds=range(3))
    for name, found in [("differences", check.differences), ("autograd", check.autograd)]:
        assert outcome("backprop-is-chain-rule", name, found.min()) is Outcome.REFUTED


@pytest.mark.parametrize("name", ["relu", "hard_tanh", "hard_swish", "relu6"])
def test_examples_keep_their_distance_from_kinks(name: str) -> None:
    f = ELEMENTWISE[name]
    drawn = case(f, seed=3, batch=9, margin=0.05)
    first, _, second, _, _ = drawn.theta.layers
    for x in drawn.x:
        z1 = x @ first["w"][0] + first["b"][0]
        z2 = f(z1) @ second["w"][0] + second["b"][0]
        gaps = [abs(z - kink) for z in (*z1, *z2) for kink in f.kinks]
        assert min(gaps) >= 0.05 - 1e-12  # sums in another order
    assert drawn.x.shape == (9, 3)


def test_a_margin_that_leaves_too_few_examples_is_refused() -> None:
    with pytest.raises(ValueError, match="margin must leave 6 of 96 inputs for relu, got 2"):
        case(relu, seed=0, margin=2.0)


def test_a_relative_difference_is_that_of_the_worst_layer() -> None:
    shapes = ({"w": (1, 1), "b": (1,)}, {}, {"w": (1, 2)})
    expected = Parameters(shapes, np.array([[100.0, 1e-6, -2e-6, 50.0]]))  # weights first
    found = Parameters(shapes, np.array([[101.0, 1e-6, -2.5e-6, 50.0]]))
    assert relative_difference(found, expected) == pytest.approx(0.25)


def test_long_steps_err_by_the_bend_and_short_ones_by_rounding() -> None:
    errors = experiments.difference_errors()
    powers = np.log10(errors.h)
    for found, order in [(errors.forward, 1), (errors.central, 2)]:
        curve = np.log10(np.median(found, axis=0))
        slope_of = lambda here: np.polyfit(powers[here], curve[here], 1)[0]  # noqa: B023, E731
        assert slope_of((powers < -1.9) & (powers > -3.1)) == pytest.approx(order, abs=0.05)
        assert slope_of(powers < -9.4) == pytest.approx(-1, abs=0.1)  # rounding is jagged
    # where eps / h meets h, and h²; the constants of bend and rounding move it a little
    assert 0.1 < errors.best_forward / EPS ** (1 / 2) < 10
    assert 0.1 < errors.best_central / EPS ** (1 / 3) < 10


def test_single_precision_needs_longer_steps_and_errs_more() -> None:
    double = experiments.difference_errors()
    single = experiments.difference_errors(dtype=np.float32)
    assert (double.dtype, single.dtype) == ("float64", "float32")
    assert single.best_forward > 1000 * double.best_forward
    assert single.best_central > 100 * double.best_central
    for found, reference in [(single.forward, double.forward), (single.central, double.central)]:
        least, floor = (np.median(each, axis=0).min() for each in (found, reference))
        assert least > 1000 * floor
    # 1e-8 is less than half the spacing of single precision at 1: no loss changes
    assert_array_equal(np.round(single.forward[:, single.h < 1e-12], 6), 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(experiments.gradient_check, [step]), "activations must not jump, got step"),
        (partial(experiments.gradient_check, h=0.0), "h must be positive"),
        (partial(experiments.gradient_check, h=0.1), "h must be positive, and 1e-4 at most"),
        (partial(experiments.difference_errors, step), "activations must not jump"),
        (partial(experiments.difference_errors, h=[1e-3, 0.0]), "h must hold positive steps"),
        (partial(experiments.difference_errors, h=[]), "h must hold positive steps"),
        (partial(case, relu, seed=0, batch=0), "batch must be at least 1"),
    ],
)
def test_settings_of_a_check_that_make_no_sense_are_refused(call: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# ---- Descent -------------------------------------------------------------------------------------
def test_each_step_in_a_bowl_multiplies_the_distance_by_one_matrix() -> None:
    walk = experiments.bowl_descent(0.7, seeds=[5, 6], steps=8)
    for hessian, bottom, path in zip(walk.hessian, walk.bottom, walk.path, strict=True):
        rate = 0.7 * 2 / max(np.linalg.eigvals(hessian))
        assert np.linalg.norm(path[0] - bottom) == pytest.approx(3)
        for k, place in enumerate(path):
            matrix = np.linalg.matrix_power(np.eye(2) - rate * hessian, k)
            # eight steps of sums over 32 examples
            assert_allclose(place - bottom, matrix @ (path[0] - bottom), rtol=0, atol=1e-13)


def test_the_bowl_is_the_mean_squared_error_of_a_line() -> None:
    walk = experiments.bowl_descent(0.5, seeds=[4], steps=3)
    rng = np.random.default_rng(4)
    x, y = rng.normal(1.0, 1.0, 32), rng.standard_normal(32)
    slope, intercept = np.polyfit(x, y, 1)
    assert_allclose(walk.bottom[0], [slope, intercept], atol=1e-12)  # a solve of condition 10
    for (w, b), loss in zip(walk.path[0], walk.loss[0], strict=True):
        assert loss == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-12)
        away = np.array([w, b]) - walk.bottom[0]
        bowl = walk.floor[0] + away @ walk.hessian[0] @ away / 2
        assert loss == pytest.approx(bowl, rel=1e-12)


def test_a_walk_that_stops_early_or_goes_the_wrong_way_does_not_reach_the_bottom() -> None:
    for share, steps in [(0.9, 3), (1.05, 100), (-0.1, 100)]:
        walk = experiments.bowl_descent(share, steps=steps)
        end = walk.distance[:, -1].min()
        assert outcome("partials-are-bowl-slope", "descent", end) is Outcome.REFUTED
        assert_array_equal(walk.distance[:, 0], 1.0)
    uphill = experiments.bowl_descent(-0.1).loss
    assert np.all(np.diff(uphill) > 0)


def moons_of(seed: int, n: int, part: str = "train") -> tuple[torch.Tensor, torch.Tensor]:
    """Return the examples of one seed."""
    rng = np.random.default_rng(seed)
    parts = split(moons(2 * n, rng=rng, noise=0.15), test=0.5, rng=rng).standardised()
    chosen = getattr(parts, part)
    return torch.from_numpy(chosen.x.copy()), torch.from_numpy(chosen.y.copy())


def test_loss_by_epoch_follows_pytorch_down() -> None:
    found = experiments.loss_by_epoch(seeds=[2, 3], epochs=5, share=0.8)
    x, y = moons_of(3, 128)
    columns = np.column_stack([x, np.ones(128)])
    curvature = np.linalg.norm(columns, 2) ** 2 / 128 / 2  # largest singular value, squared
    w = torch.zeros((3, 2), dtype=torch.float64, requires_grad=True)
    losses = []
    for _ in range(6):
        loss = functional.cross_entropy(torch.from_numpy(columns) @ w, y)
        losses.append(loss.item())
        w = (w - 0.8 / curvature * torch.autograd.grad(loss, w)[0]).detach().requires_grad_()
    assert_allclose(found.loss[1], losses, rtol=1e-12)  # five steps over 128 examples


def test_curvature_of_softmax_regression_is_bounded_by_l_and_reaches_it() -> None:
    x, y = moons_of(0, 128)
    columns = torch.column_stack([x, torch.ones(128)])
    bound = np.linalg.norm(columns, 2) ** 2 / 128 / 2

    def curvature(flat: torch.Tensor) -> float:
        loss = lambda w: functional.cross_entropy(columns @ w.reshape(3, 2), y)  # noqa: E731
        hessian = torch.autograd.functional.hessian(loss, flat)
        return torch.linalg.eigvalsh(hessian).max().item()

    generator = torch.Generator().manual_seed(0)
    places = 2 * torch.randn((20, 6), dtype=torch.float64, generator=generator)
    assert max(map(curvature, places)) < bound
    assert curvature(torch.zeros(6, dtype=torch.float64)) == pytest.approx(bound, rel=1e-12)


def test_outside_the_condition_the_loss_may_fall_after_every_epoch_too() -> None:
    small = experiments.loss_by_epoch(batch=8, share=0.02).rises
    assert_array_equal(small, 0)
    long = experiments.loss_by_epoch(share=5.0).rises  # 2.5 times as long as is sure
    assert 0 < np.count_nonzero(long == 0) < long.size


def test_curvature_at_the_lowest_point_is_a_fraction_of_l() -> None:
    shares = []
    for seed in range(20):
        x, y = (part.numpy() for part in moons_of(seed, 128))
        columns, w = np.column_stack([x, np.ones(128)]), np.zeros(3)
        for _ in range(10):  # Newton's steps on the lead of class 1, which softmax reduces to
            p = 1 / (1 + np.exp(-columns @ w))
            hessian = columns.T * (p * (1 - p)) @ columns / 128
            slope = columns.T @ (p - y) / 128
            w -= np.linalg.solve(hessian, slope)
        assert np.abs(slope).max() < 1e-12
        # two columns of weights, of which only the difference counts: [[H, -H], [-H, H]]
        most = np.linalg.eigvalsh(np.kron([[1, -1], [-1, 1]], hessian))[-1]
        shares.append(most / (np.linalg.norm(columns, 2) ** 2 / 128 / 2))
    assert 0.155 < min(shares) < 0.165  # the ledger says 0.16 to 0.38
    assert 0.375 < max(shares) < 0.385
    assert 30 * min(shares) > 2  # at 30 / L no descent can stay at the lowest point


def test_updates_are_counted_by_the_batch() -> None:
    for batch, updates in [(128, 1), (8, 16), (50, 2)]:
        found = experiments.loss_by_epoch(batch=batch, seeds=[0], epochs=2)
        assert (found.updates, found.loss.shape) == (updates, (1, 3))
    x, y = (part.numpy() for part in moons_of(0, 128))
    columns = np.column_stack([x, np.ones(128)])
    network = mlp((2, 2), identity)
    run = train(
        network,
        network.draw(seeds=[0], weights=zeros),
        x,
        y,
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.9 * 2 * 128 / np.linalg.norm(columns, 2) ** 2),
        steps=3 * 16,
        seeds=[0],
        batch=8,
    )
    end = softmax_cross_entropy(network.forward(run.parameters, x).z, y)[0]
    found = experiments.loss_by_epoch(batch=8, seeds=[0], epochs=3).loss[:, -1]
    assert_allclose(found, end, rtol=1e-10)  # the rate is computed in another way
    for batch in (0, 129):
        with pytest.raises(ValueError, match=f"batch must lie between 1 and 128, got {batch}"):
            experiments.loss_by_epoch(batch=batch)


def test_moons_are_learned_from_a_loss_that_pytorch_finds_too() -> None:
    found = experiments.learn_moons(seeds=[1], steps=40, every=20)
    assert_array_equal(found.step, [0, 20, 40])
    layers = mlp((2, 16, 16, 2), relu).draw(seeds=[1]).layers[::2]
    w1, w2, w3 = (torch.from_numpy(layer["w"][0].copy()) for layer in layers)
    for part, shares in [("train", found.train_accuracy), ("test", found.test_accuracy)]:
        x, y = moons_of(1, 200, part)
        z = torch.relu(torch.relu(x @ w1) @ w2) @ w3  # biases start at 0
        assert shares[0, 0] == pytest.approx(np.mean((z.argmax(1) == y).numpy()))
        if part == "train":
            loss = functional.cross_entropy(z, y).item()
            assert found.loss[0, 0] == pytest.approx(loss, rel=1e-12)


def test_a_network_that_cannot_bend_or_has_no_time_does_not_learn_the_moons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = experiments.learn_moons(steps=10)
    assert outcome("forward-backward-loop", "fall", short.fall.mean()) is Outcome.REFUTED
    monkeypatch.setattr("rectified.experiments.backprop.descent.relu", identity)
    straight = experiments.learn_moons().test_accuracy[:, -1]
    assert outcome("forward-backward-loop", "accuracy", straight.mean()) is Outcome.REFUTED


def test_a_network_has_fallen_to_a_share_at_the_first_step_that_shows_it() -> None:
    found = experiments.learn_moons(seeds=range(4), steps=20, every=1)
    for row, first in zip(found.loss, found.steps_to(0.3), strict=True):
        below = [step for step, loss in enumerate(row) if loss <= 0.3 * row[0]]
        assert first == (below[0] if below else np.inf)
    assert np.isinf(found.steps_to(0.3)).any()  # with 20 steps one of four is not there
    assert np.isfinite(found.steps_to(0.3)).any()
    coarse = experiments.learn_moons(seeds=range(4), steps=20)
    assert_array_equal(coarse.loss, found.loss[:, ::10])  # to look more often changes nothing
    for share in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="share must lie between 0 and 1"):
            found.steps_to(share)


def test_pictures_show_the_first_network_that_learned_moons() -> None:
    learned = experiments.learn_moons(seeds=[4], steps=100)
    pictures = experiments.moons_pictures(seed=4, steps=(0, 10, 100))
    assert_array_equal(pictures.loss, learned.loss[0, [0, 1, 10]])
    assert_array_equal(pictures.accuracy, learned.train_accuracy[0, [0, 1, 10]])


@pytest.mark.parametrize("settings", [{"every": 0}, {"steps": 0}])
def test_counts_below_one_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        experiments.learn_moons(**settings)


# ---- The shape of the loss -----------------------------------------------------------------------
def test_twins_lie_opposite_each_other_on_the_line() -> None:
    found = experiments.between_twins(seeds=range(6))
    # half-way and back is the same way, as the twin's twin is the network; a line of 41 points
    assert_allclose(found.loss, found.loss[:, ::-1], rtol=1e-9, atol=1e-15)
    assert_array_equal(found.share[[0, 20, 40]], [0, 0.5, 1])
    assert np.all(found.loss[:, 20] - found.loss[:, 0] == pytest.approx(found.bump, abs=1e-15))


def test_a_twin_has_its_hidden_units_in_reverse_order() -> None:
    theta = Parameters(
        ({"w": (2, 2), "b": (2,)}, {}, {"w": (2, 1), "b": (1,)}), np.arange(9.0)[None]
    )
    hidden, _, output = landscape._twins(theta).layers
    assert_array_equal(hidden["w"][0], [[1, 0], [3, 2]])
    assert_array_equal(output["w"][0], [[5], [4]])
    assert_array_equal(hidden["b"][0], [7, 6])
    assert output["b"][0] == 8


def test_networks_that_learned_xor_are_right_on_all_four_points() -> None:
    found = experiments.between_twins()
    assert np.count_nonzero(found.learned) == 19  # one is stuck, and stays so
    assert_array_equal(found.learned, found.loss[:, 0] < 0.01)  # nothing near the border of 1/16
    assert np.all(found.bump[found.learned] > 0)
    assert not experiments.between_twins(steps=1).learned.any()


def test_a_network_that_is_its_own_twin_shows_no_bump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landscape, "_twins", lambda parameters: parameters)
    bump = experiments.between_twins().bump
    found = claims.conclude(
        claims.LEDGER["network-loss-is-a-bowl"],
        {"bump": outcome("network-loss-is-a-bowl", "bump", np.round(bump.max(), 15))},
    )
    assert found is Verdict.HOLDS


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"width": 1}, "width must be at least 2"), ({"points": 4}, "points must be odd")],
)
def test_a_line_without_twin_or_middle_is_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        experiments.between_twins(**settings)


def test_mistakes_are_bounded_by_the_loss_but_do_not_order_it() -> None:
    found = experiments.loss_and_mistakes(seeds=range(50))
    assert np.all(found.mistakes <= 200 * found.loss / np.log(2))
    assert found.few_loss == pytest.approx((200 + 99 * np.log1p(np.exp(-5))) / 100, rel=1e-12)
    near_miss, hit = np.log1p(np.exp(0.1)), np.log1p(np.exp(-5))
    assert found.many_loss == pytest.approx((40 * near_miss + 60 * hit) / 100, rel=1e-12)
    agree = [
        found.loss[i] < found.loss[j]
        for i in range(50)
        for j in range(50)
        if found.mistakes[i] < found.mistakes[j]
    ]
    assert found.agreement == pytest.approx(np.mean(agree))


def test_a_loss_that_is_too_small_breaks_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def cheap(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray]:
        return (softmax_cross_entropy(z, y)[0] / 3,)

    monkeypatch.setattr(landscape, "softmax_cross_entropy", cheap)
    found = experiments.loss_and_mistakes(seeds=range(100))
    broken = np.sum(found.mistakes > found.most)
    assert outcome("loss-high-when-many-mistakes", "bound", broken) is Outcome.REFUTED


@pytest.mark.parametrize(("few", "many"), [(0, 40), (40, 40), (1, 100)])
def test_made_up_mistakes_need_an_order(few: int, many: int) -> None:
    with pytest.raises(ValueError, match="few and many must be 0 < few < many < 100"):
        experiments.loss_and_mistakes(few=few, many=many)


# ---- What all results have in common -------------------------------------------------------------
SEEDED: dict[str, Callable[[list[int]], np.ndarray]] = {
    "gradient_check": lambda seeds: experiments.gradient_check([relu], seeds=seeds).differences.T,
    "difference_errors": lambda seeds: experiments.difference_errors(seeds=seeds).forward,
    "bowl_descent": lambda seeds: experiments.bowl_descent(seeds=seeds, steps=5).loss,
    "loss_by_epoch": lambda seeds: experiments.loss_by_epoch(seeds=seeds, batch=8, epochs=4).loss,
    "learn_moons": lambda seeds: experiments.learn_moons(seeds=seeds, steps=30).loss,
    "between_twins": lambda seeds: experiments.between_twins(seeds=seeds, steps=20).loss,
    "loss_and_mistakes": lambda seeds: experiments.loss_and_mistakes(seeds=seeds).loss,
}


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_a_seed_gives_the_same_row_alone_and_in_company(run: Callable) -> None:
    assert_same_alone_and_in_company(run)


@pytest.mark.parametrize("run", SEEDED.values(), ids=SEEDED.keys())
def test_no_seed_at_all_is_refused(run: Callable) -> None:
    assert_no_seed_is_refused(run)


@pytest.mark.parametrize(
    "result",
    [
        experiments.one_step(),
        experiments.gradient_check([relu], seeds=[0]),
        experiments.bowl_descent(steps=1),
        experiments.learn_moons(seeds=[0], steps=10),
    ],
    ids=lambda result: type(result).__name__,
)
def test_results_are_frozen(result: object) -> None:
    name = fields(result)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(result, name, None)
