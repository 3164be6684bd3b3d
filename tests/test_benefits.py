"""What ReLU gains: experiments against loops, closed forms, scikit-learn and PyTorch."""

from itertools import product

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

from rectified import data, experiments, figures
from rectified.activations import identity, relu, sigmoid, tanh
from rectified.experiments.gains import sparser
from rectified.experiments.gains.pretraining import pretrained_start
from rectified.experiments.gains.reaching_deep import leaning
from rectified.experiments.gains.selectivity import reading, selectivity, separation, unknowing
from rectified.experiments.gains.zeros import zeros_of
from rectified.experiments.trials.arms import Arm, trained
from rectified.initializers import he_normal
from rectified.networks import (
    SGD,
    Activate,
    ActivityL1,
    Dense,
    Network,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    train,
)
from seed_rules import assert_no_seed_is_refused, assert_same_alone_and_in_company

rng = np.random.default_rng(0)
PARTS = data.split(data.digits(120, rng=rng), test=0.5, rng=rng).standardised()
SMALL = {"data": PARTS, "steps": 12, "batch": 16}
TUNED = {"learning_rates": (0.1, 0.3), "tuning_seeds": (100, 101)}
ARMS = experiments.contestants((6, 6))
TWO = {name: ARMS[name] for name in ("relu", "sigmoid")}
RATES = {"relu": 0.3, "sigmoid": 1.0}
SEEDED = {
    "exact_zeros": lambda seeds: experiments.exact_zeros(relu, seeds=seeds, n=99).share,
    "where_zeros": lambda seeds: (
        experiments.where_zeros(relu, widths=(6, 6), seeds=seeds, **SMALL).outputs
    ),
    "open_paths": lambda seeds: experiments.open_paths(widths=(6, 6), seeds=seeds, **SMALL).paths,
    "race": lambda seeds: (
        experiments.race(TWO, target=0.8, seeds=seeds, **SMALL, **TUNED).runners["relu"].curve
    ),
    "matched_loss": lambda seeds: experiments.matched_loss(
        TWO, learning_rates=RATES, target=3.0, seeds=seeds, every=4, **SMALL
    ).test_accuracy["relu"],
    "sparser_starts": lambda seeds: (
        sparser.sparser_starts(
            data=PARTS, widths=(6, 6), target=0.9, steps=12, seeds=seeds, **TUNED
        ).steps_to_target
    ),
    "priced_outputs": lambda seeds: (
        experiments.priced_outputs(
            strengths=(0.0, 0.1), widths=(6, 6), seeds=seeds, **SMALL
        ).sparsity
    ),
    "unit_selectivity": lambda seeds: experiments.unit_selectivity(
        TWO, learning_rates=RATES, seeds=seeds, **SMALL
    ).as_output["relu"],
    "pretraining": lambda seeds: (
        experiments.pretraining(
            labelled=40, widths=(6, 6), seeds=seeds, **SMALL, **TUNED
        ).noise_left
    ),
    "depths_reached": lambda seeds: experiments.depths_reached(
        TWO, depths=(2, 3), width=6, seeds=seeds, learning_rates=(0.3,), **SMALL
    ).accuracy["relu"],
    "nearly_linear": lambda seeds: (
        experiments.nearly_linear(
            depth=3, width=6, target=0.8, window=2, seeds=seeds, **SMALL, **TUNED
        ).curve
    ),
    "library_defaults": lambda seeds: experiments.library_defaults(
        data=PARTS, epochs=2, seeds=seeds
    ).loss["relu"],
}
each_seeded = pytest.mark.parametrize("name", SEEDED)


@each_seeded
def test_a_seed_is_the_same_alone_and_in_company(name: str) -> None:
    if name == "sparser_starts":  # its numbers are steps, which seeds may share
        assert_array_equal(SEEDED[name]([3]), SEEDED[name]([7, 3, 11])[1:2])
    else:
        assert_same_alone_and_in_company(SEEDED[name])


@each_seeded
def test_no_seed_is_refused(name: str) -> None:
    assert_no_seed_is_refused(SEEDED[name])


# ---- zeros
def test_half_of_relus_outputs_are_zero_and_none_of_tanhs() -> None:
    found = experiments.exact_zeros(relu)
    # 200,000 outputs: the standard error of a share of a half is 0.0011; 5 of them
    assert abs(found.share.mean() - 0.5) < 0.0056
    assert (found.far, found.far_zeros) == (96, 96)
    of_tanh = experiments.exact_zeros(tanh)
    assert not of_tanh.share.any()
    assert of_tanh.far_zeros == 0


def test_zeros_are_those_of_a_loop() -> None:
    network = mlp((64, 5, 4, 10), relu)
    parameters = network.draw(seeds=[0, 1], dtype=np.float32)
    parameters.layers[0]["w"][0, :2] = 0.0
    parameters.layers[2]["b"][1] = -100.0  # a layer that is silent for all
    found = zeros_of(network, parameters, PARTS)
    for row in range(2):
        first, second, last = (parameters.layers[place] for place in (0, 2, 4))
        h1 = np.maximum(PARTS.train.x.astype("f") @ first["w"][row] + first["b"][row], 0)
        h2 = np.maximum(h1 @ second["w"][row] + second["b"][row], 0)
        off = np.concatenate([h1 == 0, h2 == 0], axis=1)
        skipped = ((h1 == 0).sum() * 4 + (h2 == 0).sum() * 10) / PARTS.train.n
        assert_allclose(found["outputs"][row], off.mean())
        assert_allclose(found["units"][row], off.all(axis=0).mean())
        assert_allclose(found["skipped"][row], skipped / (64 * 5 + 5 * 4 + 4 * 10))
        weights = [layer["w"][row].ravel() for layer in (first, second, last)]
        assert_allclose(found["weights"][row], np.mean(np.concatenate(weights) == 0))


def test_open_paths_are_those_of_a_count_and_their_sum_is_the_network() -> None:
    settings = {"widths": (3, 4), "seeds": [5], **SMALL}
    found = experiments.open_paths(**settings)
    run = trained(
        Arm(f=relu, widths=(3, 4)),
        PARTS.train,
        learning_rates=[0.1],
        seeds=[5],
        steps=12,
        batch=16,
    )
    signals: list[np.ndarray] = []
    double = run.parameters.astype(np.dtype(float))
    run.network.forward(double, PARTS.test.x, signals=signals)
    h1, h2 = signals[1][0], signals[3][0]
    pairs = list(product(range(3), range(4)))
    count = np.mean([(h1[:, i] > 0) & (h2[:, j] > 0) for i, j in pairs])
    assert_allclose(found.paths, count)
    assert found.output.max() < 1e-12  # a few sums, rounded in another order
    assert found.gradient.max() < 1e-12


# ---- more zeros
@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.4, 1.5])
def test_thresholded_relu_keeps_its_size_and_knows_its_slope(threshold: float) -> None:
    f = sparser.thresholded(threshold)
    size = integrate.quad(lambda z: f(z) ** 2 * stats.norm.pdf(z), threshold, 12)[0]
    assert_allclose(size, 1.0, rtol=1e-7)  # quad's own promise is 1.5e-8
    leaf = torch.tensor([threshold - 1, threshold, threshold + 1], dtype=torch.float64)
    leaf.requires_grad_()
    value = f.torch_value(leaf)
    value.sum().backward()
    assert_allclose(f(leaf.detach().numpy()), value.detach(), rtol=1e-15)
    assert_allclose(f.derivative(leaf.detach().numpy()), leaf.grad, rtol=1e-15)
    assert np.isnan(f.derivative(np.nan))


def test_gradient_factor_is_the_mean_square_of_the_slope() -> None:
    thresholds = (-1.0, 0.0, 0.8)
    found = sparser.sparser_starts(
        data=PARTS, thresholds=thresholds, target=0.9, steps=12, seeds=[1], **TUNED
    )
    z = np.random.default_rng(0).standard_normal(200_000)
    sampled = [np.mean(sparser.thresholded(t).derivative(z) ** 2) for t in thresholds]
    # the largest standard error is that of 1.83: 0.0086; 5 of them
    assert_allclose(found.gradient_factor, sampled, atol=0.043)


def test_price_on_outputs_has_the_gradient_of_its_penalty() -> None:
    strength, x = 0.3, rng.standard_normal((2, 7, 4))
    network = Network(4, (Dense(4, 3), Activate(relu), ActivityL1(strength), Dense(3, 2)))
    parameters, y = network.draw(seeds=[0, 1]), np.array([0, 1, 0, 1, 1, 0, 1])
    trace = network.forward(parameters, x)
    _, grad = softmax_cross_entropy(trace.z, y)
    found = network.backward(parameters, trace, grad)
    for row in range(2):
        tensors = {
            (place, name): torch.tensor(view[row], requires_grad=True)
            for place, layer in enumerate(parameters.layers)
            for name, view in layer.items()
        }
        h = torch.relu(torch.tensor(x[row]) @ tensors[0, "w"] + tensors[0, "b"])
        z = h @ tensors[3, "w"] + tensors[3, "b"]
        loss = torch.nn.functional.cross_entropy(z, torch.tensor(y))
        (loss + strength * h.abs().sum(dim=1).mean()).backward()
        for (place, name), tensor in tensors.items():
            # the same few sums in another order
            assert_allclose(found.layers[place][name][row], tensor.grad, rtol=0, atol=1e-14)


def test_a_price_of_zero_is_none() -> None:
    priced = experiments.priced_outputs(strengths=(0.0, 0.1), widths=(6,), seeds=[1, 2], **SMALL)
    run = train(
        mlp((64, 6, 10), relu),
        mlp((64, 6, 10), relu).draw(seeds=[1, 2], dtype=np.float32),
        PARTS.train.x,
        PARTS.train.y,
        loss=softmax_cross_entropy,
        optimizer=SGD(learning_rate=0.1),
        steps=12,
        seeds=[1, 2],
        batch=16,
    )
    plain = zeros_of(run.network, run.parameters, PARTS)
    assert_array_equal(priced.test_accuracy[:, 0], plain["test_accuracy"])
    assert (priced.sparsity[:, 1] > priced.sparsity[:, 0]).all()


@pytest.mark.parametrize("strength", [-1.0, np.inf, np.nan])
def test_price_that_is_none_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        ActivityL1(strength)


def test_threshold_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold must be finite"):
        sparser.thresholded(np.inf)


# ---- what units stand for
def test_selectivity_by_hand() -> None:
    y = np.array([0, 0, 1, 2])
    h = np.array([[[4.0, 0.0, 1.0], [2.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]])
    # unit 1: means 3, 1, 0, so (3 - 1/2) / (3 + 1/2); unit 2 is silent; unit 3 knows nothing
    assert_allclose(selectivity(h, y, 3), [[2.5 / 3.5, 0.0, 0.0]])
    with pytest.raises(ValueError, match="must not be negative"):
        selectivity(-h, y, 3)


def test_separation_is_the_best_area_under_the_curve_whatever_the_scale() -> None:
    y = rng.integers(0, 3, 50)
    z = rng.standard_normal((2, 50, 4)) + y[:, None]
    z[0, :, 0] = np.round(z[0, :, 0])  # ties
    expected = [
        [max(roc_auc_score(y == k, unit) for k in range(3)) for unit in network.T] for network in z
    ]
    assert_allclose(separation(z, y, 3), expected, rtol=1e-12)
    assert_array_equal(separation(np.exp(z), y, 3), separation(z, y, 3))


def test_units_are_ranked_by_what_they_put_out() -> None:
    found = experiments.unit_selectivity(TWO, learning_rates=RATES, seeds=[3], **SMALL)
    arm = TWO["relu"]
    settings = {"learning_rates": [RATES["relu"]], "seeds": [3], "steps": 12, "batch": 16}
    run, first = trained(arm, PARTS.train, **settings), arm.start(PARTS.train, [3])
    for parameters, each in ((run.parameters, "separation"), (first, "separation_untrained")):
        signals: list[np.ndarray] = []
        run.network.forward(parameters, PARTS.test.x.astype("f"), signals=signals)
        areas = [
            max(roc_auc_score(PARTS.test.y == k, unit) for k in range(10))
            for unit in signals[-2][0].T
        ]
        assert_allclose(getattr(found, each)["relu"], np.mean(areas), rtol=1e-6)  # float32


def test_units_that_know_nothing_are_above_one_half_as_their_class_is_chosen() -> None:
    y = np.repeat(np.arange(10), 90)
    found = unknowing(y, 10, seeds=range(5))
    # each of ten areas has deviation sqrt(901 / (12 * 90 * 810)) = 0.032; the mean of the
    # largest of ten normal numbers is 1.54 deviations, here of 5 * 24 units, so 0.0018 is one
    assert abs(found.mean() - (0.5 + 1.54 * 0.032)) < 5 * 0.0018


def test_reading_runs_from_zero_to_one_where_f_goes_below() -> None:
    z = np.array([-100.0, 0.0, 100.0])
    assert_allclose(reading(Arm(f=tanh), z), [0.0, 0.5, 1.0])
    assert_array_equal(reading(Arm(f=relu), z), relu(z))
    assert_array_equal(reading(Arm(f=sigmoid), z), sigmoid(z))


# ---- the race
def test_large_sigmoid_starts_with_four_times_xaviers_weights() -> None:
    usual, large = (experiments.contestants(large=True)[name] for name in ("sigmoid", "large"))
    start, four = (arm.start(PARTS.train, [3]) for arm in (usual, large))
    assert_allclose(four.weights, 4 * start.weights, rtol=1e-6)  # float32
    assert list(experiments.contestants()) == ["relu", "tanh", "sigmoid"]


def test_race_counts_steps_as_convergence_speed_does() -> None:
    settings = {"target": 0.8, "seeds": [1, 2], "tuning_seeds": [100], "window": 3, **SMALL}
    race = experiments.race(TWO, learning_rates=(0.1, 0.3), **settings)
    for place, rate in enumerate((0.1, 0.3)):
        speed = experiments.convergence_speed(
            TWO, measure="error", learning_rates=[rate], **settings
        )
        for name, arm in speed.arms.items():
            assert_array_equal(race.runners[name].steps_to_target[:, place], arm.steps_to_target)


def test_ratio_takes_equal_rates_or_each_ones_best() -> None:
    race = experiments.race(TWO, target=0.92, seeds=[1, 2, 3], **SMALL, **TUNED)
    slow, fast = race.runners["sigmoid"], race.runners["relu"]
    equal = slow.steps_to_target[:, 0] / fast.steps_to_target[:, 0]
    best = slow.best_steps / fast.best_steps
    assert np.isfinite([equal, best]).all()
    assert_array_equal(race.ratio("sigmoid", "relu", rate=0), equal)
    assert_array_equal(race.ratio("sigmoid", "relu"), best)


def test_ratio_counts_who_does_not_arrive_as_if_at_the_last_step() -> None:
    race = experiments.race(TWO, target=0.85, seeds=[1, 2, 3], **SMALL, **TUNED)
    assert np.isinf(race.runners["sigmoid"].best_steps).all()
    arrived = race.runners["relu"].best_steps
    assert_array_equal(race.ratio("sigmoid", "relu"), SMALL["steps"] / arrived)
    assert_array_equal(race.ratio("sigmoid", "sigmoid"), np.ones(3))


def test_matched_loss_is_read_where_the_loss_first_is_down() -> None:
    found = experiments.matched_loss(
        TWO, learning_rates=RATES, target=2.0, seeds=[4], every=5, **{**SMALL, "steps": 60}
    )
    for name, arm in TWO.items():
        steps, losses = found.steps[name][0], {}
        for taken in (steps - 5, steps):
            run = trained(
                arm,
                PARTS.train,
                learning_rates=[RATES[name]],
                seeds=[4],
                steps=max(1, int(taken)),
                batch=16,
            )
            z = run.network.forward(run.parameters, PARTS.train.x).z
            losses[taken] = softmax_cross_entropy(z, PARTS.train.y)[0][0]
        assert losses[steps] <= 2.0 < losses[steps - 5]
        right = run.network.forward(run.parameters, PARTS.test.x).z[0].argmax(axis=1)
        assert_allclose(found.test_accuracy[name], np.mean(right == PARTS.test.y))


def test_loss_that_is_never_matched_is_infinitely_far() -> None:
    found = experiments.matched_loss(
        TWO, learning_rates=RATES, target=1e-9, seeds=[4], every=5, **SMALL
    )
    assert np.isinf(found.steps["relu"]).all()
    assert np.isnan(found.test_accuracy["relu"]).all()


# ---- depth
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_leaning_arm_keeps_the_size_of_its_signal(slope: float) -> None:
    arm = leaning(slope, (4,))
    z = rng.standard_normal(200_000)
    gain = np.mean(arm.f(z) ** 2) * arm.weights.scale
    # the mean of 200,000 squares has a standard error of 0.5 % of itself, at most; 5 of them
    assert_allclose(gain, 1.0, rtol=0.025)
    assert arm.f is {0.0: relu, 1.0: identity}.get(slope, arm.f)


# ---- pre-training
def test_each_layer_is_that_of_an_autoencoder_of_what_comes_out_below() -> None:
    arm = Arm(f=relu, widths=(5, 4))
    start, left = pretrained_start(arm, PARTS.train, [3], dropped=0.0, steps=20, batch=16)
    h = PARTS.train.x.astype(np.float32)[None]
    for place, width in enumerate(arm.widths):
        coder = mlp((h.shape[-1], width, h.shape[-1]), relu)
        run = train(
            coder,
            coder.draw(seeds=[3], weights=he_normal, dtype=np.float32),
            h,
            h,
            loss=mean_squared_error,
            optimizer=SGD(learning_rate=0.1),
            steps=20,
            seeds=[3],
            batch=16,
        )
        w, b = (run.parameters.layers[0][name] for name in "wb")
        assert_array_equal(start.layers[2 * place]["w"], w)
        h = np.maximum(h @ w + b[:, None], 0)
    assert_array_equal(start.layers[4]["w"], arm.start(PARTS.train, [3]).layers[4]["w"])
    assert left.shape == (1, 2)


def test_plain_arm_is_what_training_without_pretraining_gives() -> None:
    found = experiments.pretraining(labelled=40, widths=(6,), seeds=[3], **SMALL, **TUNED)
    run = trained(
        found.arm,
        PARTS.train.take(slice(40)),
        learning_rates=[found.rates[0]],
        seeds=[3],
        steps=12,
        batch=16,
    )
    right = run.network.forward(run.parameters, PARTS.test.x).z[0].argmax(axis=1)
    assert_allclose(found.plain, np.mean(right == PARTS.test.y))


# ---- scikit-learn
def test_library_is_scikit_learns_network_stopped_after_a_few_epochs() -> None:
    found = experiments.library_defaults(data=PARTS, epochs=3, seeds=[2])
    network = MLPClassifier(activation="tanh", max_iter=3, random_state=2)
    with pytest.warns(ConvergenceWarning):
        network.fit(PARTS.train.x, PARTS.train.y)
    assert found.test_accuracy["tanh"] == network.score(PARTS.test.x, PARTS.test.y)
    assert_array_equal(found.loss["tanh"][0], network.loss_curve_)
    assert found.defaults == (MLPClassifier().activation, "relu")


# ---- what is refused
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: experiments.exact_zeros(relu, n=0), "n must be at least 1"),
        (lambda: experiments.exact_zeros("relu"), "f must be an elementwise"),
        (lambda: experiments.where_zeros(relu, data=None), "data must be a Split"),
        (lambda: experiments.race({}, data=PARTS), "arms must hold at least one"),
        (lambda: experiments.race(TWO, data=PARTS, target=-1), "target must be at least 0"),
        (
            lambda: experiments.matched_loss(TWO, learning_rates={}, data=PARTS),
            "learning_rates must be given for",
        ),
        (
            lambda: experiments.matched_loss(TWO, learning_rates=RATES, data=PARTS, target=0),
            "target must be positive",
        ),
        (
            lambda: experiments.unit_selectivity(TWO, learning_rates={}, data=PARTS),
            "learning_rates must be given for",
        ),
        (lambda: experiments.pretraining(data=PARTS, labelled=99), "labelled must be at most"),
        (
            lambda: experiments.pretraining(data=PARTS, labelled=9, dropped=1.0),
            "dropped must be at least 0 and below 1",
        ),
        (
            lambda: experiments.depths_reached(TWO, data=PARTS, depths=(4, 2)),
            "depths must rise",
        ),
        (lambda: experiments.nearly_linear(data=PARTS, depth=1), "depth must be at least 2"),
        (lambda: experiments.nearly_linear(data=PARTS, slopes=(2.0,)), "slopes must lie"),
        (lambda: experiments.library_defaults(data=PARTS, epochs=0), "epochs must be at least"),
    ],
)
def test_wrong_setting_is_named(call, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call()


# ---- figures
def test_figures_quote_what_was_measured() -> None:
    seeds = range(6)
    race = experiments.race(ARMS, target=0.85, seeds=seeds, **SMALL, **TUNED)
    figure = figures.race_curves(race, titles={"sigmoid": "logistic"})
    median = np.median(race.runners["relu"].best_steps)
    assert f"ReLU {median:.1f}" in figure.message
    assert "logistic" in figure.message
    figure = figures.race_steps(race)
    assert f"ReLU {race.runners['relu'].tuning.learning_rate:g}" in figure.message
    assert figure.svg().startswith("<svg")
    depths = experiments.depths_reached(
        TWO, depths=(2, 3), width=6, seeds=seeds, learning_rates=(0.3,), **SMALL
    )
    titles, inks = {"relu": "ReLU", "sigmoid": "sigmoid"}, {"relu": "relu", "sigmoid": "sigmoid"}
    figure = figures.depths_reached(depths, titles=titles, inks=inks)
    assert f"ReLU {100 * depths.accuracy['relu'][:, -1].mean():.0f}" in figure.message
    assert figure.svg().startswith("<svg")
    starts = sparser.sparser_starts(
        data=PARTS, widths=(6, 6), target=0.9, steps=12, seeds=seeds, **TUNED
    )
    priced = experiments.priced_outputs(strengths=(0.0, 0.1), widths=(6,), seeds=seeds, **SMALL)
    figure = figures.sparser(starts, priced)
    assert f"{100 * priced.test_accuracy[:, 0].mean():.1f}" in figure.message
    assert figure.svg().startswith("<svg")
