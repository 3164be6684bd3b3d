"""The experiments on dying units: against plain loops, PyTorch, and what the chapter derives."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate
from torch.nn import functional

from rectified import data, experiments, figures
from rectified.activations import elu, leaky_relu, maxout, relu, sigmoid, step, tanh
from rectified.experiments import Arm, Remedy
from rectified.experiments.dying.births import predicted_bias, predicted_offset
from rectified.experiments.dying.looking import silent_units, weighted
from rectified.experiments.dying.remedies import FRESH, carried, restarted
from rectified.experiments.trials.arms import trained
from rectified.experiments.trials.watching import score
from rectified.initializers import (
    constant,
    he_normal,
    normal,
    variance_scaling,
    xavier_normal,
    zeros,
)
from rectified.moments import mean_product
from rectified.networks import (
    L2,
    SGD,
    BatchNorm,
    Momentum,
    Parameters,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
)
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

RNG = np.random.default_rng(0)
DIGITS = data.split(data.digits(300, rng=RNG), rng=RNG)
ROUNDING = 1e-12  # of numbers of size 1 after some ten sums and products in double precision
SMALL = {"data": DIGITS, "seeds": [0, 1], "steps": 12}
WIDTHS = (6, 5)
PAIR = {"nothing": Remedy(arm=Arm(f=relu, widths=(6,)))}
PAIR["leak 0.3"] = Remedy(arm=Arm(f=leaky_relu(slope=0.3), widths=(6,)))


# ---- One unit ------------------------------------------------------------------------------------
def test_the_rates_that_kill_are_those_that_a_scan_finds() -> None:
    rng = np.random.default_rng(1)
    for shift in (0.0, 2.0):  # pulls of both signs, and mostly of one
        for _ in range(50):
            z, pull = rng.standard_normal(6), rng.standard_normal(6) + shift
            low, high = experiments.killing_rates(z, pull)
            scan = np.linspace(0, 20, 20_001)
            off = (z[:, None] - scan * pull[:, None] <= 0).all(axis=0)
            inside = (scan >= low) & (scan <= high)
            assert_array_equal(off, inside)


def test_no_rate_kills_where_a_sum_stands_still_above_0() -> None:
    assert experiments.killing_rates(np.array([1.0]), np.array([0.0])) == (np.inf, np.inf)
    assert experiments.killing_rates(np.array([-1.0]), np.array([0.0])) == (0.0, np.inf)
    assert experiments.killing_rates(np.array([1.0, 1.0]), np.array([1.0, -1.0]))[0] == np.inf


@pytest.mark.parametrize("centred", [False, True])
def test_a_large_step_is_the_one_that_autograd_takes(centred: bool) -> None:
    found = experiments.large_step(centred=centred, n=6, features=2, seeds=range(12))
    assert np.isfinite(found.critical).any()
    for row, seed in enumerate(found.seeds):
        if not np.isfinite(found.critical[row]):
            continue
        rng, middle = streams([seed], "examples")[0], 0.5 * centred
        x = torch.tensor(rng.random((6, 2)) - middle)
        far = torch.tensor(5.0 * (rng.random(2) - middle))
        w = torch.tensor(streams([seed], "weights")[0].standard_normal(2))
        w = (w * torch.sign(far @ w)).requires_grad_()  # He's variance is 1 for two inputs
        b = torch.zeros((), dtype=torch.float64, requires_grad=True)
        loss = torch.relu(far @ w + b) ** 2 / 2
        grad_w, grad_b = torch.autograd.grad(loss, (w, b))
        for factor, on in ((1 - 1e-5, True), (1 + 1e-5, False)):
            rate = factor * found.critical[row]
            z = x @ (w - rate * grad_w) + b - rate * grad_b
            assert bool((z > 0).any()) is on or found.critical[row] == 0


def test_one_step_kills_where_inputs_are_positive_and_not_where_they_are_centred() -> None:
    positive, centred = (experiments.large_step(centred=c) for c in (False, True))
    assert np.isfinite(positive.critical).all()
    assert positive.dead_above.all()
    assert positive.alive_below.all()
    assert not np.isfinite(centred.critical).any()
    assert not centred.dead_above.any()


def test_a_rate_that_kills_exists_among_centred_inputs_unless_the_outlier_is_far_off() -> None:
    steps = [experiments.large_step(centred=True, outlier=far) for far in (1.0, 2.0, 5.0)]
    kills = [np.isfinite(step.critical).mean() for step in steps]
    assert kills[0] == 1 > kills[1] > kills[2] == 0
    within = np.median(experiments.large_step(outlier=1.0).critical)
    assert np.median(steps[0].critical) > 2 * within  # the bias's share alone has to do it


def test_a_leaky_unit_escapes_after_as_many_steps_as_derived() -> None:
    leaks, depth, target, rate = (0.02, 0.3, 0.9), 2.0, 0.5, 0.2
    found = experiments.escape(leaks=leaks, depth=depth, target=target, learning_rate=rate)
    for place, a in enumerate(leaks):
        b = torch.tensor(-depth, dtype=torch.float64, requires_grad=True)
        count = 0
        while b <= 0:
            loss = (functional.leaky_relu(b, a) - target) ** 2 / 2
            (grad,) = torch.autograd.grad(loss, b)
            b = (b - rate * grad).detach().requires_grad_()
            count += 1
        assert found.steps[place] == count
        derived = math.log(1 + a * depth / target) / -math.log(1 - rate * a * a)
        assert_allclose(found.predicted[place], derived, rtol=ROUNDING)
        assert math.floor(derived) + 1 == count
    small = experiments.escape(leaks=(1e-3,), depth=1.0, target=1.0, learning_rate=0.1)
    assert_allclose(small.predicted, 1 / (0.1 * 1e-3), rtol=1e-3)  # d / (η a t), the next term a/2


def test_each_leaky_unit_below_0_multiplies_the_gradient_by_its_leak() -> None:
    for a, depth in ((0.1, 1), (0.3, 4)):
        network = mlp((1,) * (depth + 2), leaky_relu(slope=a))
        theta = network.draw(seeds=[0], weights=constant(1.0))
        trace = network.forward(theta, np.array([[-2.0]]))
        gradient = network.backward(theta, trace, np.ones((1, 1, 1)))
        assert_allclose(gradient.layers[0]["b"], a**depth, rtol=ROUNDING)


# ---- Born dead -----------------------------------------------------------------------------------
def test_the_derived_shares_are_those_of_an_integral_over_weights() -> None:
    for m in (1.0, 1.5, 4.0):  # all directions of w are equally likely
        angles = np.linspace(-np.pi, np.pi, 2_000_001)
        share = np.mean(m * np.cos(angles) + 1 <= 0)
        assert_allclose(predicted_offset(np.array(m)), share, atol=2e-6)  # a step of the angles
    for b in (-0.3, -1.0, -2.5):  # |w| of two normal numbers has density r exp(-r² / 2)
        share, _ = integrate.quad(lambda r: r * math.exp(-r * r / 2), 0, -b)
        assert_allclose(predicted_bias(np.array(b)), share, rtol=1e-9)  # quad's own tolerance
    assert_array_equal(predicted_offset(np.array([0.0, 0.5])), 0.0)
    assert_array_equal(predicted_bias(np.array([0.0, 2.0])), 0.0)


@pytest.mark.parametrize(("cause", "values"), [("offset", (0.5, 1.5, 3)), ("bias", (-2, -1, 1))])
def test_units_are_born_dead_as_often_as_derived(cause: str, values: tuple) -> None:
    found = experiments.born_dead(cause, values=values, units=500, seeds=range(20))
    spread = np.sqrt(found.predicted * (1 - found.predicted) / 10_000)
    # 4.5 standard errors, and what 360 points fall short of a circle
    assert (np.abs(found.share.mean(axis=0) - found.predicted) <= 4.5 * spread + 1e-3).all()


@pytest.mark.parametrize("cause", ["offset", "bias"])
def test_the_born_dead_are_those_of_a_plain_loop(cause: str) -> None:
    value = {"offset": 2.0, "bias": -1.0}[cause]
    found = experiments.born_dead(cause, values=(value,), units=7, seeds=[3])
    w = he_normal((2, 7), rng=streams([3], "weights")[0])
    dead = 0
    for unit in range(7):
        sums = []
        for point in range(360):
            x, y = math.cos(math.radians(point)), math.sin(math.radians(point))
            x += 2.0 * (cause == "offset")
            sums.append(x * w[0, unit] + y * w[1, unit] - 1.0 * (cause == "bias"))
        dead += max(sums) <= 0
    assert_allclose(found.share[0, 0], dead / 7)


def test_depth_is_looked_at_as_a_plain_loop_does() -> None:
    settings = {"depth": 3, "width": 5, "pairs": 40, "seeds": [4]}
    found = experiments.dead_by_depth(data=DIGITS, biases=normal(0.1), **settings)
    theta = found.arm.start(DIGITS.train, [4])
    one, two = streams([4], "examples")[0].integers(0, DIGITS.train.n, (2, 40))
    h = DIGITS.train.x.astype(np.float32)
    for layer in range(3):
        angles = []
        for i, j in zip(one, two, strict=True):
            a, b = h[i].astype(float), h[j].astype(float)
            lengths = np.linalg.norm(a) * np.linalg.norm(b)
            angles.append(math.acos(min(a @ b / lengths, 1.0)) if lengths else 0.0)
        # math.acos near 1 loses half of the digits
        assert_allclose(found.cosine[0, layer], np.mean(np.cos(angles)), atol=1e-7)
        assert_allclose(found.predicted[0, layer], 0.5 - np.mean(angles) / (2 * np.pi), atol=1e-6)
        w, b = (weighted(theta)[layer][name][0] for name in ("w", "b"))
        off = h @ w + b <= 0
        h = np.maximum(h @ w + b, 0)
        assert_allclose(found.dead[0, layer], off.all(axis=0).mean())
        assert_allclose(found.always[0, layer], (~off).all(axis=0).mean())
        assert_allclose(found.both_off[0, layer], (off[one] & off[two]).mean())


def test_two_are_off_together_as_often_as_a_product_of_steps_says() -> None:
    # of z and -z: both off is both on, E[H(z) H(z')]
    for theta in (0.1, 1.0, 2.5):
        derived = 0.5 - theta / (2 * np.pi)
        assert_allclose(derived, mean_product(step, math.cos(theta)), rtol=1e-9)
    rng = np.random.default_rng(2)
    directions, a = rng.standard_normal((200_000, 2)), np.array([1.0, 0.0])
    both = (directions @ a <= 0) & (directions @ [math.cos(1.0), math.sin(1.0)] <= 0)
    share = 0.5 - 1.0 / (2 * np.pi)
    assert_allclose(both.mean(), share, atol=4.5 * math.sqrt(share / 200_000))  # standard errors


def test_in_deep_layers_two_examples_are_off_together_as_derived() -> None:
    found = experiments.dead_by_depth(data=DIGITS, depth=4, width=64, seeds=range(40))
    gap = found.both_off - found.predicted
    error = gap.std(axis=0, ddof=1) / np.sqrt(40)
    assert (np.abs(gap.mean(axis=0)) < 4.5 * error).all()


def test_without_biases_the_size_of_the_weights_kills_nobody() -> None:
    settings = {"data": DIGITS, "depth": 8, "width": 16, "seeds": [0, 1]}
    he = experiments.dead_by_depth(**settings)
    quarter = variance_scaling(1 / 8, "fan_in", "normal")
    small = experiments.dead_by_depth(weights=quarter, **settings)
    assert_array_equal(small.dead, he.dead)  # a quarter of He's weights: a power of 2, no rounding
    assert he.dead[:, -1].max() > 0


def test_a_signal_gets_through_narrow_layers_as_often_as_derived() -> None:
    width, depth, networks = 3, 6, 4000
    network = mlp((2, *[width] * depth, 1), relu)
    theta = network.draw(seeds=range(networks))
    signals: list[np.ndarray] = []
    network.forward(theta, np.ones((1, 2)), signals=signals)
    alive = (signals[-2] > 0).any(axis=(1, 2)).mean()
    derived = (1 - 2.0**-width) ** depth
    spread = math.sqrt(derived * (1 - derived) / networks)
    assert_allclose(alive, derived, atol=4.5 * spread)  # standard errors


def test_several_inputs_are_lost_less_often_than_one_and_nearly_as_often_in_deep_networks() -> None:
    width, networks, ratios = 3, 1000, []
    for depth in (2, 20):
        network = mlp((2, *[width] * depth, 1), relu)
        signals: list[np.ndarray] = []
        x = np.random.default_rng(0).standard_normal((8, 2))
        network.forward(network.draw(seeds=range(networks)), x, signals=signals)
        lost = (signals[-2] == 0).all(axis=(1, 2)).mean()
        ratios.append(lost / (1 - (1 - 2.0**-width) ** depth))
    error = 4.5 * math.sqrt(0.07 / 0.93 / networks)  # 4.5 standard errors of the second
    assert ratios[0] < 0.5 < 0.9 < ratios[1] < 1 + error
    halved = math.log(2) / -math.log1p(-(2.0**-4))
    assert 10 < halved < 11  # layers of four units, with which one half gets through
    assert_allclose(halved, 2**4 * math.log(2), rtol=0.04)  # the next term is 2**-n / 2


# ---- Looking -------------------------------------------------------------------------------------
def test_silent_is_dead_for_relu_and_is_found_where_slopes_are_not_0() -> None:
    for f in (relu, leaky_relu(slope=0.1), tanh):
        arm = Arm(f=f, widths=(3, 2), biases=zeros)
        theta = arm.start(DIGITS.train, [0])
        first, second = weighted(theta)[:2]
        first["w"][...], first["b"][...] = 0.0, [[1.0, 0.0, -1.0]]
        second["w"][...], second["b"][...] = 0.0, [[-2.0, 2.0]]
        found = silent_units(arm.network(DIGITS.train), theta, DIGITS.train)
        assert_array_equal(found, [[False, True, True, True, False]])


def test_batches_see_more_dead_units_than_the_set() -> None:
    found = experiments.batch_deaths(data=DIGITS, batches=(4, 32, DIGITS.train.n), seeds=range(3))
    assert (np.diff(found.on_batch, axis=1) <= 0).all()
    assert_allclose(found.on_batch[:, -1], found.dead)  # a batch of all is the set
    arm = Arm(f=relu, widths=(32, 32))
    run = trained(arm, DIGITS.train, learning_rates=[0.3], seeds=[2], steps=200, batch=32)
    (w1, b1), (w2, b2), _ = ((k["w"][0], k["b"][0]) for k in weighted(run.parameters))
    h1 = np.maximum(DIGITS.train.x.astype(np.float32) @ w1 + b1, 0)
    h = np.hstack([h1, np.maximum(h1 @ w2 + b2, 0)])
    assert_allclose(found.zeros[2], np.mean(h == 0))
    assert_allclose(found.dead[2], np.mean((h == 0).all(axis=0)))


# ---- After death ---------------------------------------------------------------------------------
def test_after_death_counts_what_runs_of_each_length_show() -> None:
    arm, rate = Arm(f=relu, widths=WIDTHS, biases=constant(-0.3), optimizer=Momentum), 0.5
    found = experiments.after_death(arm, data=DIGITS, learning_rate=rate, seeds=[5], steps=6)
    network = arm.network(DIGITS.train)
    stages = [arm.start(DIGITS.train, [5])]
    for steps in range(1, 7):
        budget = {"learning_rates": [rate], "seeds": [5], "steps": steps, "batch": 32}
        stages.append(trained(arm, DIGITS.train, **budget).parameters)
    dead = np.array([silent_units(network, stage, DIGITS.train)[0] for stage in stages])
    first = np.array([np.vstack([s.layers[0]["w"][0], s.layers[0]["b"]]) for s in stages])
    assert_array_equal(found.dead[0], [[d[:6].sum(), d[6:].sum()] for d in dead])
    back = dead[:-1] & ~dead[1:]
    assert_array_equal(found.revived[0], [back[:, :6].sum(), back[:, 6:].sum()])
    assert_array_equal(found.ever_dead[0], [dead[:, :6].any(0).sum(), dead[:, 6:].any(0).sum()])
    changed = (first[1:] != first[:-1]).any(axis=1)
    assert_array_equal(found.moved[0], (changed & dead[:-1, :6]).sum(axis=1))
    assert found.dead_steps[0] == dead[:-1, :6].sum()


def test_in_layer_1_descent_leaves_the_dead_alone_and_decay_does_not() -> None:
    plain = Arm(f=relu, widths=WIDTHS, biases=constant(-1.0))
    decay = replace(plain, penalties=(L2(0.01),))
    settings = {"data": DIGITS, "learning_rate": 0.3, "steps": 20}
    still, moved = (experiments.after_death(arm, **settings) for arm in (plain, decay))
    assert still.dead_steps.sum() > 100
    assert still.moved.sum() == 0
    assert still.revived[:, 0].sum() == 0
    assert moved.moved.sum() == moved.dead_steps.sum()


@pytest.mark.parametrize("bias", [-0.3, 0.0, 0.3])
def test_decay_takes_a_dead_unit_towards_its_bias_and_wakes_it_only_above_0(bias: float) -> None:
    network, x, rate = mlp((2, 1, 1), relu), np.array([[0.5, 1.0], [0.25, 0.5]]), 0.5
    start = network.draw(seeds=[0])
    start.layers[0]["w"][...], start.layers[0]["b"][...] = -2.0, bias  # the sums are -1.5 at most
    factor = 1 - rate * 0.1  # of the weights, in each step
    wakes = math.floor(math.log(0.3 / 1.5) / math.log(factor)) + 1  # then b = 0.3 outweighs them
    for steps in (wakes - 1, wakes):
        settings = {"loss": mean_squared_error, "penalties": [L2(0.1)], "seeds": [0]}
        settings |= {"optimizer": SGD(learning_rate=rate), "steps": steps}
        run = train(network, start, x, np.ones((2, 1)), **settings)
        assert_array_equal(run.parameters.layers[0]["b"], bias)
        assert_allclose(run.parameters.layers[0]["w"], -2.0 * factor**steps, rtol=ROUNDING)
        z = x @ run.parameters.layers[0]["w"][0] + bias
        assert (z > 0).any() == (bias > 0 and steps == wakes)


# ---- Remedies ------------------------------------------------------------------------------------
def test_a_restart_changes_no_output_where_the_dead_are_dead() -> None:
    arm = Arm(f=relu, widths=WIDTHS, biases=constant(-0.5))
    network, theta = arm.network(DIGITS.train), arm.start(DIGITS.train, [0, 1])
    dead = silent_units(network, theta, DIGITS.train)
    assert 0 < dead.mean() < 1
    before = network.forward(theta, DIGITS.train.x).z
    fresh = arm.start(DIGITS.train, [10, 11])
    restarted(theta, dead, fresh)
    assert_array_equal(network.forward(theta, DIGITS.train.x).z, before)  # 0 times anything is 0
    for row in range(2):
        gone = dead[row, :6]
        new, given = weighted(theta)[0], weighted(fresh)[0]
        assert_array_equal(new["w"][row][:, gone], given["w"][row][:, gone])
        assert_array_equal(new["b"][row][gone], 0.0)


def test_weights_are_carried_into_a_network_with_norms() -> None:
    arm = Arm(f=relu, widths=(6,))
    theta = arm.start(DIGITS.train, [0])
    way = Remedy(arm=replace(arm, normalize=BatchNorm))
    new = carried(way, theta, DIGITS.train, [0])
    for old, layer in zip(weighted(theta), weighted(new), strict=True):
        assert_array_equal(old["w"], layer["w"])
    norm = new.layers[1]
    assert_array_equal(norm["gain"], 0.0)
    assert_array_equal(norm["b"], 0.0)


def test_prevention_without_a_remedy_is_training() -> None:
    slow = {"a third": replace(PAIR["nothing"], factor=1 / 3)}
    found = experiments.prevention(PAIR | slow, learning_rate=0.9, **SMALL)
    assert_array_equal(found.before.shape, (2,))
    for name, rate in {"nothing": 0.9, "leak 0.3": 0.9, "a third": 0.9 / 3}.items():
        arm = found.arms[name].remedy.arm
        budget = {"learning_rates": [rate], "seeds": [0, 1], "steps": 12, "batch": 32}
        run = trained(arm, DIGITS.train, **budget)
        silent = silent_units(run.network, run.parameters, DIGITS.train)
        assert_allclose(found.arms[name].silent, silent.mean(axis=1))
        expected = score(run.network, run.parameters, DIGITS.test).accuracy
        assert_array_equal(found.arms[name].test_accuracy, expected)


def test_rescue_without_a_remedy_is_training_in_two_parts() -> None:
    ways = PAIR | {"restart": replace(PAIR["nothing"], restart=True)}
    settings = {"harmful_rate": 2.0, "harmful_steps": 30, "learning_rate": 0.2}
    found = experiments.rescue(ways, **settings, **SMALL)
    arm = PAIR["nothing"].arm
    network = arm.network(DIGITS.train)

    def go(start: Parameters, rate: float, steps: int) -> Parameters:
        budget = {"loss": softmax_cross_entropy, "seeds": [0, 1], "batch": 32, "steps": steps}
        x, y = DIGITS.train.x, DIGITS.train.y
        return train(network, start, x, y, optimizer=SGD(learning_rate=rate), **budget).parameters

    hurt = go(arm.start(DIGITS.train, [0, 1]), 2.0, 30)
    dead = silent_units(network, hurt, DIGITS.train)
    assert dead.sum() > 3
    assert_allclose(found.before, dead.mean(axis=1))
    end = silent_units(network, go(hurt, 0.2, 12), DIGITS.train)
    assert_allclose(found.arms["nothing"].silent, end.mean(axis=1))
    assert_array_equal(found.arms["nothing"].revived, 0.0)
    restarted(hurt, dead, arm.start(DIGITS.train, [FRESH, 1 + FRESH]))
    end = silent_units(network, go(hurt, 0.2, 12), DIGITS.train)
    back = (dead & ~end).sum(axis=1) / dead.sum(axis=1)
    assert_allclose(found.arms["restart"].revived, back)
    assert (back > 0.5).all()


def test_a_leak_that_is_too_large_for_the_rate_diverges_and_says_so() -> None:
    found = experiments.prevention(PAIR, learning_rate=30.0, data=DIGITS, seeds=[0, 1], steps=60)
    assert found.arms["leak 0.3"].diverged.all()
    assert np.isnan(found.arms["leak 0.3"].test_accuracy).all()
    assert not found.arms["nothing"].diverged.any()


def test_centred_inputs_are_the_standardised_ones() -> None:
    ways = {"plain": PAIR["nothing"], "centred": replace(PAIR["nothing"], centred=True)}
    found = experiments.prevention(ways, learning_rate=0.5, **SMALL)
    other = experiments.prevention(
        {"plain": PAIR["nothing"]}, learning_rate=0.5, **SMALL | {"data": DIGITS.standardised()}
    )
    expected = other.arms["plain"].test_accuracy
    assert_array_equal(found.arms["centred"].test_accuracy, expected)


def test_remedies_differ_from_nothing_and_begin_with_it() -> None:
    for late in (False, True):
        ways = experiments.remedies(late=late)
        assert next(iter(ways)) == "nothing"
        assert len(set(ways.values())) == len(ways)
    assert "restart" in experiments.remedies(late=True)
    assert "restart" not in experiments.remedies()


# ---- With fewer units ----------------------------------------------------------------------------
def test_a_network_without_its_dead_units_is_the_same_function_in_pytorch() -> None:
    settings = {"widths": WIDTHS, "learning_rate": 1.5, "steps": 60, "seeds": [0, 1, 2]}
    found = experiments.pruned(data=DIGITS, **settings)
    arm = Arm(f=relu, widths=WIDTHS)
    budget = {"learning_rates": [1.5], "seeds": [0, 1, 2], "steps": 60, "batch": 32}
    run = trained(arm, DIGITS.train, **budget)
    assert_array_equal(found.silenced, 0.0)
    assert (found.removed < ROUNDING).all()
    assert found.dead.sum() > 0
    for row in range(3):
        outputs = {}
        for part in ("train", "test"):
            x = torch.tensor(getattr(DIGITS, part).x)
            params = [(k["w"][row], k["b"][row]) for k in weighted(run.parameters)]
            params = [(torch.tensor(w).double(), torch.tensor(b).double()) for w, b in params]
            (w1, b1), (w2, b2), (w3, b3) = params
            h1 = torch.relu(x @ w1 + b1)
            h2 = torch.relu(h1 @ w2 + b2)
            if part == "train":
                on = [(h > 0).any(dim=0).double() for h in (h1, h2)]
                assert found.dead[row] == sum(int((each == 0).sum()) for each in on)
            cut = torch.relu((h1 * on[0]) @ w2 + b2) * on[1]
            outputs[part] = (h2 @ w3 + b3, cut @ w3 + b3)
            fires = sum(
                int(((h > 0).any(0) & (k == 0)).sum()) for h, k in zip((h1, h2), on, strict=True)
            )
        change = (outputs["test"][0] - outputs["test"][1]).abs().max()
        assert found.fires[row] == fires
        assert_allclose(found.test_change[row], change, atol=ROUNDING)
        same = outputs["test"][0].argmax(1) == outputs["test"][1].argmax(1)
        assert_allclose(found.answers_changed[row], 1 - same.double().mean())


def test_killed_units_stay_dead_and_the_rest_trains_as_a_smaller_network() -> None:
    settings = {"shares": (0.0, 0.5), "widths": (8,), "learning_rate": 0.2}
    found = experiments.killed_at_start(**settings, **SMALL)
    arm = Arm(f=relu, widths=(8,))
    start, network = arm.start(DIGITS.train, [0]), mlp((64, 4, 10), relu)
    kept = np.sort(streams([0], "dropout")[0].permutation(8)[4:])
    small = network.draw(seeds=[0], dtype=np.float32)
    (one, two), (new_one, new_two) = weighted(start), weighted(small)
    new_one["w"][...], new_two["w"][...] = one["w"][:, :, kept], two["w"][:, kept]
    run = train(
        network,
        small,
        DIGITS.train.x,
        DIGITS.train.y,
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.2),
        steps=12,
        seeds=[0],
        batch=32,
    )
    expected = score(network, run.parameters, DIGITS.test).accuracy
    # sums of fewer terms round otherwise, which moves at most one answer
    assert_allclose(found.test_accuracy[0, 1], expected[0], atol=1.5 / DIGITS.test.n)
    assert (found.dead[:, 1] >= 0.5).all()
    assert found.n == DIGITS.train.n


def test_fewer_examples_are_the_first() -> None:
    found = experiments.killed_at_start(shares=(0.0,), examples=40, widths=(6,), **SMALL)
    first = data.Split(train=DIGITS.train.take(slice(40)), test=DIGITS.test)
    other = experiments.killed_at_start(shares=(0.0,), widths=(6,), **SMALL | {"data": first})
    assert_array_equal(found.test_accuracy, other.test_accuracy)
    assert found.n == 40


# ---- The rule of thumb ---------------------------------------------------------------------------
def test_the_rule_of_thumb_is_tried_as_compare_training_compares() -> None:
    settings = {"learning_rates": (0.1, 0.3), "tuning_seeds": [7], **SMALL}
    found = experiments.rule_of_thumb(hidden=2, width=6, **settings).arms
    named = {"ReLU": relu, "leaky": leaky_relu(), "ELU": elu(), "maxout": maxout()}
    arms = {name: Arm(f=f, widths=(6, 6), weights=he_normal) for name, f in named.items()}
    for name, f in {"tanh": tanh, "sigmoid": sigmoid}.items():
        arms[name] = Arm(f=f, widths=(6, 6), weights=xavier_normal)
    arms["sigmoid, batch norm"] = replace(arms["sigmoid"], normalize=BatchNorm)
    same = experiments.compare_training(arms, **settings).arms
    assert list(found) == list(same)
    for name, arm in found.items():
        assert str(arm.arm) == str(same[name].arm)
        assert_array_equal(arm.test_accuracy, same[name].test_accuracy)


@pytest.mark.audit
def test_the_best_rates_of_the_rule_of_thumb_lie_between_the_ends_of_those_tried() -> None:
    digits = data.split(data.digits(), rng=np.random.default_rng(0)).standardised()
    found = experiments.rule_of_thumb(data=digits, seeds=[0]).arms
    assert not any(arm.tuning.at_edge for arm in found.values())
    rates = {name: arm.tuning.learning_rate for name, arm in found.items()}
    print("best rates:", rates)
    assert_allclose(rates["sigmoid"], 10 * rates["ReLU"])  # as the ledger says


# ---- Pictures ------------------------------------------------------------------------------------
def test_the_first_picture_quotes_the_first_rate_at_which_more_than_half_are_dead() -> None:
    run = partial(experiments.dead_units, relu, widths=(6,), steps=20, every=20, seeds=range(3))
    bad = run(data=DIGITS, biases=constant(-9.0), learning_rates=(0.1, 0.5))
    good = run(data=DIGITS, biases=constant(9.0), learning_rates=(0.1, 0.5))
    picture = figures.deaths_by_rate({"low biases": bad, "high biases": good})
    assert "At learning rate 0.1" in picture.message
    assert "100 % with low biases, 0 % with high biases" in picture.message
    other = run(data=DIGITS, learning_rates=(0.1, 0.6))
    with pytest.raises(ValueError, match="same learning rates"):
        figures.deaths_by_rate({"a": bad, "b": other})


def test_pictures_of_births_quote_their_ends() -> None:
    offset = experiments.born_dead("offset", values=(0.0, 5.0), seeds=range(3))
    bias = experiments.born_dead("bias", values=(0.0, -2.0), seeds=range(3))
    picture = figures.born_dead(offset, bias)
    ends = offset.share[:, 1].mean(), bias.share[:, 1].mean()
    assert f"{ends[0]:.0%} of units when the data lie 5 radii off" in picture.message
    assert picture.message.endswith(f"{ends[1]:.0%} when the bias is −2")
    deep = experiments.dead_by_depth(data=DIGITS, depth=4, width=8, seeds=range(3))
    picture = figures.dead_by_depth({"He": deep})
    assert f"in layer 4 units are dead: {100 * deep.dead[:, -1].mean():.0f} %" in picture.message


def test_a_picture_of_remedies_says_who_brings_back_how_many() -> None:
    settings = {"data": DIGITS, "seeds": range(3), "steps": 30}
    ways = PAIR | {"centred": replace(PAIR["nothing"], centred=True)}
    late = experiments.rescue(ways, harmful_rate=3.0, harmful_steps=40, **settings)
    early = experiments.prevention(ways, learning_rate=40.0, **settings)
    picture = figures.remedies(early, late)
    back = {name: 100 * treated.revived.mean() for name, treated in late.arms.items()}
    assert back["nothing"] == 0 < back["leak 0.3"] < 90 <= back["centred"]
    expected = f"nothing 0 %, leak 0.3 {back['leak 0.3']:.0f} %, the rest {back['centred']:.0f} %"
    assert picture.message == f"Back from the dead: {expected} or more"
    assert early.arms["leak 0.3"].diverged.any()
    assert "leak 0.3 diverged" in picture.alt  # its units are not counted as silent or not


def test_pictures_of_remedies_need_the_bare_network_first() -> None:
    found = experiments.prevention({"leak 0.3": PAIR["leak 0.3"]}, learning_rate=0.1, **SMALL)
    with pytest.raises(ValueError, match="nothing"):
        figures.remedies(found, found)


# ---- What all experiments promise ----------------------------------------------------------------
ARM = Arm(f=relu, widths=(4,))
BRIEF = {"data": DIGITS, "steps": 5}
SEEDED: dict[str, Callable[[list[int]], np.ndarray]] = {
    "large_step": lambda seeds: experiments.large_step(seeds=seeds).critical,
    "born_dead": lambda seeds: experiments.born_dead("bias", values=(-1.0,), seeds=seeds).share,
    "dead_by_depth": lambda seeds: (
        experiments.dead_by_depth(data=DIGITS, depth=2, width=5, seeds=seeds).cosine
    ),
    "batch_deaths": lambda seeds: experiments.batch_deaths(seeds=seeds, **BRIEF).zeros,
    "after_death": lambda seeds: (
        experiments.after_death(
            replace(ARM, biases=constant(-1.0)), learning_rate=0.1, seeds=seeds, **BRIEF
        ).dead
    ),
    "prevention": lambda seeds: (
        experiments.prevention(PAIR, seeds=seeds, **BRIEF).arms["nothing"].test_accuracy
    ),
    "rescue": lambda seeds: (
        experiments.rescue(PAIR, seeds=seeds, harmful_steps=5, **BRIEF)
        .arms["leak 0.3"]
        .test_accuracy
    ),
    "rule_of_thumb": lambda seeds: (
        experiments.rule_of_thumb(
            seeds=seeds, hidden=1, width=4, learning_rates=(0.1,), tuning_seeds=[90], **BRIEF
        )
        .arms["maxout"]
        .loss
    ),
    "pruned": lambda seeds: experiments.pruned(seeds=seeds, **BRIEF).test_accuracy,
    "killed_at_start": lambda seeds: (
        experiments.killed_at_start(seeds=seeds, shares=(0.4,), **BRIEF).test_accuracy
    ),
}
each_seeded = pytest.mark.parametrize("name", SEEDED)


@each_seeded
def test_a_seed_gives_the_same_alone_and_in_company(name: str) -> None:
    assert_same_alone_and_in_company(SEEDED[name])


@each_seeded
def test_no_seed_is_refused(name: str) -> None:
    assert_no_seed_is_refused(SEEDED[name])


WIDER = {"wide": Remedy(arm=Arm(f=relu, widths=(7,)))}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (partial(experiments.killing_rates, np.ones(2), np.ones(3)), ValueError, "pull"),
        (partial(experiments.large_step, outlier=0), ValueError, "outlier"),
        (partial(experiments.large_step, n=0), ValueError, "n must"),
        (partial(experiments.escape, leaks=(0.1, 1.0)), ValueError, "leaks"),
        (partial(experiments.escape, leaks=()), ValueError, "leaks"),
        (partial(experiments.escape, leaks=("a",)), TypeError, r"leaks\[0\]"),
        (partial(experiments.escape, depth=-1), ValueError, "depth"),
        (partial(experiments.escape, learning_rate=1.0), ValueError, "learning_rate"),
        (partial(experiments.born_dead, "age", values=(1,)), ValueError, "cause"),
        (partial(experiments.born_dead, "offset", values=(-1,)), ValueError, "values"),
        (partial(experiments.born_dead, "bias", values=(-1,), units=0), ValueError, "units"),
        (partial(experiments.dead_by_depth, data=3), TypeError, "data"),
        (partial(experiments.dead_by_depth, data=DIGITS, depth=0), ValueError, "depth"),
        (partial(experiments.dead_by_depth, data=DIGITS, biases=0), TypeError, "biases"),
        (partial(experiments.batch_deaths, data=DIGITS, batches=(999,)), ValueError, "batches"),
        (partial(experiments.batch_deaths, data=DIGITS, batches=(0,)), ValueError, r"batches\[0\]"),
        (partial(experiments.after_death, relu, data=DIGITS, learning_rate=1), TypeError, "arm"),
        (
            partial(experiments.after_death, ARM, data=DIGITS, learning_rate=0),
            ValueError,
            "learning_rate",
        ),
        (partial(experiments.prevention, {}, data=DIGITS), ValueError, "ways"),
        (partial(experiments.prevention, {"a": ARM}, data=DIGITS), TypeError, "ways"),
        (partial(experiments.prevention, PAIR | WIDER, data=DIGITS), ValueError, "same widths"),
        (partial(experiments.rescue, PAIR, data=DIGITS, learning_rate=0), ValueError, "learning"),
        (partial(experiments.rescue, PAIR, data=DIGITS, harmful_steps=-1), ValueError, "harmful"),
        (partial(experiments.rescue, PAIR, data=3), TypeError, "data"),
        (partial(experiments.rule_of_thumb, data=DIGITS, hidden=0), ValueError, "hidden"),
        (partial(experiments.rule_of_thumb, data=DIGITS, width=0), ValueError, "width"),
        (partial(experiments.pruned, data=DIGITS, widths=()), ValueError, "widths"),
        (partial(experiments.pruned, data=DIGITS, learning_rate=-1), ValueError, "learning_rate"),
        (partial(experiments.killed_at_start, data=DIGITS, shares=(1.0,)), ValueError, "shares"),
        (partial(experiments.killed_at_start, data=DIGITS, shares=()), ValueError, "shares"),
        (partial(experiments.killed_at_start, data=DIGITS, examples=9999), ValueError, "examples"),
    ],
)
def test_experiments_refuse_what_does_not_fit(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
