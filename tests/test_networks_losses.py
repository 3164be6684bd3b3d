"""Losses at the ends of their range, accuracy, and schedules, against PyTorch and by hand."""

import copy
import pickle

import mpmath
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.optim import lr_scheduler

from rectified.networks import (
    Cosine,
    ExponentialDecay,
    StepDecay,
    WarmUp,
    accuracy,
    mean_squared_error,
    softmax_cross_entropy,
)
from rectified.networks.schedules import constant

INF = np.inf
DTYPES = [np.float32, np.float64]
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float32", "float64"])

SCORES = {  # name -> scores of three classes, label
    "ordinary": ([0.3, -1.2, 0.9], 1),
    "equal": ([0.0, 0.0, 0.0], 2),
    "equal and large": ([1e4, 1e4, 1e4], 0),
    "right by far": ([1e4, -1e4, 0.0], 0),
    "wrong by far": ([1e4, -1e4, 0.0], 1),
    "all very low": ([-1e4, -1e4 - 1, -1e4 + 1], 1),
    "impossible wrong class": ([0.5, -INF, 0.1], 0),
    "two impossible classes": ([0.5, -INF, -INF], 0),
    "nearly sure": ([0.0, -40.0, -50.0], 0),
}


def cross_entropy(scores: list[float], label: int) -> tuple[float, list[float]]:
    """Return loss and gradient in fifty digits."""
    with mpmath.workdps(50):
        powers = [mpmath.exp(score) if score > -INF else mpmath.mpf(0) for score in scores]
        total = mpmath.fsum(powers)
        gradient = [power / total - (place == label) for place, power in enumerate(powers)]
        return float(mpmath.log(total) - scores[label]), list(map(float, gradient))


@each_dtype
@pytest.mark.parametrize("name", SCORES)
def test_cross_entropy_keeps_its_digits_at_any_scores(name: str, dtype: type) -> None:
    scores, label = SCORES[name]
    z = np.array([[scores]], dtype)
    loss, gradient = softmax_cross_entropy(z, [label])
    exact = cross_entropy([float(score) for score in z[0, 0]], label)
    assert loss.dtype == gradient.dtype == dtype
    assert np.isfinite(loss).all()
    eps = np.finfo(dtype).eps
    # log(total), with total at least 1, is off by half a unit of 1: what a tiny loss loses is that
    assert_allclose(loss, [exact[0]], rtol=4 * eps, atol=2 * eps)
    assert_allclose(gradient[0, 0], exact[1], rtol=4 * eps, atol=2 * eps)


@each_dtype
@pytest.mark.parametrize("name", SCORES)
def test_cross_entropy_is_pytorchs_at_any_scores(name: str, dtype: type) -> None:
    scores, label = SCORES[name]
    z = np.array([scores, [0.1, 0.2, 0.3]], dtype)
    y = np.array([label, 1])
    loss, gradient = softmax_cross_entropy(z[None], y)
    t = torch.tensor(z, requires_grad=True)
    expected = softmax_cross_entropy.torch_value(t, torch.tensor(y))
    expected.backward()
    eps = np.finfo(dtype).eps
    assert_allclose(loss[0], expected.item(), rtol=4 * eps)
    assert_allclose(gradient[0], t.grad.numpy(), rtol=8 * eps, atol=2 * eps)


def test_cross_entropy_of_an_impossible_label_is_infinite_and_said_so() -> None:
    loss, gradient = softmax_cross_entropy(np.array([[[0.0, -INF]]]), [1])
    assert_array_equal(loss, [INF])
    assert_array_equal(gradient, [[[1.0, -1.0]]])


@pytest.mark.parametrize("scores", [[INF, 0.0], [np.nan, 0.0], [-INF, -INF]])
def test_cross_entropy_without_a_limit_is_nan_as_in_pytorch(scores: list[float]) -> None:
    with np.errstate(invalid="ignore"):
        loss, gradient = softmax_cross_entropy(np.array([[scores]]), [0])
    assert np.isnan(loss).all()
    assert np.isnan(gradient).any()
    theirs = torch.nn.functional.cross_entropy(torch.tensor([scores]), torch.tensor([0]))
    assert theirs.isnan()


@each_dtype
def test_cross_entropy_of_one_class_is_0(dtype: type) -> None:
    loss, gradient = softmax_cross_entropy(np.full((2, 3, 1), 7.0, dtype), [0, 0, 0])
    assert_array_equal(loss, [0, 0])
    assert_array_equal(gradient, np.zeros((2, 3, 1)))


def test_cross_entropy_is_a_mean_and_its_gradient_sums_to_0() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((3, 50, 7)), rng.integers(0, 7, (3, 50))
    loss, gradient = softmax_cross_entropy(z, y)
    each = [softmax_cross_entropy(z[:, [place]], y[:, [place]])[0] for place in range(50)]
    assert_allclose(loss, np.mean(each, axis=0), rtol=1e-14)  # some 50 roundings, of either sign
    assert_allclose(gradient.sum(axis=-1), 0, atol=1e-16)  # p adds up to 1, and so does [y]


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 5, 1), (3, 1, 4), (2, 6, 3)])
@each_dtype
def test_squared_error_is_pytorchs_in_any_shape(shape: tuple[int, ...], dtype: type) -> None:
    rng = np.random.default_rng(1)
    z, y = rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape).astype(dtype)
    eps = np.finfo(dtype).eps
    for targets in (y, y[0]):
        loss, gradient = mean_squared_error(z, targets)
        assert loss.shape == shape[:1]
        assert gradient.shape == shape
        assert loss.dtype == gradient.dtype == dtype
        for row in range(len(z)):
            t = torch.tensor(z[row], requires_grad=True)
            own = targets[row] if targets.ndim == 3 else targets
            expected = mean_squared_error.torch_value(t, torch.tensor(own))
            expected.backward()
            assert_allclose(loss[row], expected.item(), rtol=8 * eps)  # at most 18 squares
            assert_allclose(gradient[row], t.grad.numpy(), rtol=4 * eps)


def test_squared_error_of_large_numbers_is_finite_in_single_precision() -> None:
    z = np.array([[[1e4], [-1e4]]], np.float32)
    loss, gradient = mean_squared_error(z, np.zeros((2, 1)))
    assert_array_equal(loss, np.array([1e8], np.float32))
    assert_array_equal(gradient, z)


@pytest.mark.parametrize("loss", [softmax_cross_entropy, mean_squared_error], ids=repr)
def test_loss_changes_neither_outputs_nor_targets(loss: object) -> None:
    z = np.random.default_rng(0).standard_normal((2, 4, 3))
    y = np.array([0, 1, 2, 0]) if loss is softmax_cross_entropy else z[0].copy()
    z.flags.writeable = y.flags.writeable = False
    _, gradient = loss(z, y)
    assert not np.shares_memory(gradient, z)
    assert not np.shares_memory(gradient, y)


@pytest.mark.parametrize("loss", [softmax_cross_entropy, mean_squared_error], ids=repr)
def test_loss_travels_by_name(loss: object) -> None:
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert copy.deepcopy(loss) is loss
    assert repr(loss) == loss.name


# ---- accuracy ------------------------------------------------------------------------------------
def test_accuracy_counts_the_first_of_the_largest() -> None:
    z = np.array(
        [
            [[0.0, 1.0, 0.0], [2.0, 2.0, 1.0], [0.0, 0.0, 0.0], [5.0, -INF, 1.0]],
            [[1.0, 0.0, 0.0], [1.0, 2.0, 1.0], [0.0, 0.0, 1.0], [0.0, INF, 0.0]],
        ]
    )
    assert_array_equal(accuracy(z, [1, 0, 0, 0]), [1.0, 0.0])
    assert_array_equal(accuracy(z, [1, 1, 2, 1]), [0.25, 0.75])
    own = [[1, 0, 0, 0], [0, 1, 2, 1]]
    assert_array_equal(accuracy(z, own), [1.0, 1.0])
    assert accuracy(z.astype(np.float32), own).dtype == np.float64


def test_accuracy_of_a_network_with_nan_is_nan() -> None:
    z = np.zeros((3, 2, 2))
    z[1, 0, 1] = np.nan
    assert_array_equal(accuracy(z, [0, 0]), [1.0, np.nan, 1.0])


# ---- schedules -----------------------------------------------------------------------------------
def theirs(make: object, steps: int) -> list[float]:
    """Return the learning rates of one of PyTorch's schedulers that starts at 1."""
    descent = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, rates = make(descent), []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        descent.step()
        scheduler.step()
    return rates


SCHEDULES = {
    "step": (StepDecay(7), lambda d: lr_scheduler.StepLR(d, 7, 0.1)),
    "step, halved": (StepDecay(every=3, factor=0.5), lambda d: lr_scheduler.StepLR(d, 3, 0.5)),
    "exponential": (ExponentialDecay(0.9), lambda d: lr_scheduler.ExponentialLR(d, 0.9)),
    "cosine": (Cosine(30), lambda d: lr_scheduler.CosineAnnealingLR(d, 30)),
    "warm up": (WarmUp(5), lambda d: lr_scheduler.LinearLR(d, 0.2, 1.0, total_iters=4)),
    "warm up, then cosine": (
        WarmUp(5, Cosine(25)),
        lambda d: lr_scheduler.SequentialLR(
            d,
            [
                lr_scheduler.LinearLR(d, 0.2, 1.0, total_iters=4),
                lr_scheduler.CosineAnnealingLR(d, 25),
            ],
            milestones=[5],
        ),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_pytorchs(name: str) -> None:
    schedule, make = SCHEDULES[name]
    # PyTorch goes from step to step, and rounds each time
    expected = theirs(make, 30)
    assert_allclose([schedule(step) for step in range(30)], expected, rtol=1e-12, atol=1e-15)


def test_schedules_start_at_their_first_value_and_end_where_they_say() -> None:
    assert [constant(step) for step in (0, 10**9)] == [1, 1]
    assert [StepDecay(3)(step) for step in (0, 2, 3, 6)] == pytest.approx([1, 1, 0.1, 0.01])
    assert [Cosine(4)(step) for step in range(7)] == pytest.approx(
        [1, (1 + 0.5**0.5) / 2, 0.5, (1 - 0.5**0.5) / 2, 0, 0, 0], abs=1e-16
    )
    assert [WarmUp(4)(step) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert WarmUp(4, ExponentialDecay(0.5))(4) == 1.0  # what comes after counts from its own 0
    assert WarmUp(4, ExponentialDecay(0.5))(6) == 0.25
    assert ExponentialDecay(1.0)(10) == StepDecay(1, factor=1.0)(10) == 1.0
