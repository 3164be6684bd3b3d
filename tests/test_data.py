"""Sets of examples: the record, parts, scales, stacks; and how each says that it was asked wrong.

Generators are seeded, so that no test flakes: a test that passes once passes always.
"""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from rectified import data
from rectified.claims.references import references
from rectified.data import ALL, CURVES, Dataset, moons, one_hot, split, stack

each_set = pytest.mark.parametrize(("name", "make"), ALL.items(), ids=list(ALL))
ENOUGH = 48  # examples: a multiple of every number of classes, and of the corners of 3 bits


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def numbered(labels: list[int], classes: int | None = None) -> Dataset:
    """Return a set whose input is the number of the example."""
    x = np.arange(len(labels), dtype=np.float64)[:, None]
    classes = classes or max(labels) + 1
    return Dataset(name="numbered", title="numbered", x=x, y=labels, classes=classes)


# ---- the table
@each_set
def test_a_set_is_called_what_the_table_calls_it(name: str, make: Callable) -> None:
    made = make(ENOUGH, rng=rng())
    assert made.name == name
    assert made.title
    assert made.n == len(made.x) == len(made.y) == ENOUGH
    assert made.x.dtype == np.float64
    assert made.y.dtype == (np.int64 if made.classes else np.float64)


@each_set
def test_a_seed_makes_the_same_bits_again_and_another_seed_does_not(
    name: str, make: Callable
) -> None:
    first, again, other = (make(ENOUGH, rng=rng(seed)) for seed in (5, 5, 6))
    assert_array_equal(first.x, again.x)
    assert_array_equal(first.y, again.y)
    exact = name in ("xor", "parity")  # without noise a truth table is what it is
    assert np.array_equal(first.x, other.x) == exact


@each_set
def test_the_global_seed_has_no_say_and_is_left_alone(name: str, make: Callable) -> None:
    state = np.random.get_state()  # noqa: NPY002 - the test is about the old global generator
    make(ENOUGH, rng=rng())
    after = np.random.get_state()  # noqa: NPY002
    assert_array_equal(state[1], after[1])
    assert state[2:] == after[2:]


@each_set
def test_the_source_of_a_set_is_in_the_bibliography(name: str, make: Callable) -> None:
    source = make(ENOUGH, rng=rng()).source
    assert source is None or source in references()


def test_every_source_that_the_room_names_is_in_the_bibliography() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(data.__file__).parent.glob("*.py")]
    named = set(re.findall(r"[a-z]+(?:19|20)\d\d[a-z]+", "".join(texts)))
    assert "lecun1998gradient" in named
    assert named <= set(references())


def test_the_tables_cannot_be_changed() -> None:
    for table in (ALL, CURVES):
        with pytest.raises(TypeError):
            table["mine"] = None


# ---- the record
def test_a_set_cannot_be_written_to() -> None:
    made = moons(4, rng=rng())
    for array in (made.x, made.y, made.take([0]).x, made.take(slice(2)).y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
    with pytest.raises(FrozenInstanceError):
        made.x = np.zeros((4, 2))


def test_a_set_does_not_follow_the_array_that_it_was_made_from() -> None:
    x, y = np.zeros((2, 3)), np.array([0, 1])
    made = Dataset(name="mine", title="mine", x=x, y=y, classes=2)
    x[:], y[:] = 5, 0
    assert not made.x.any()
    assert_array_equal(made.y, [0, 1])
    assert (made.n, made.features) == (2, 3)


def test_taking_gives_the_asked_examples_in_the_asked_order() -> None:
    made = numbered([0, 1, 0, 1])
    assert_array_equal(made.take([3, 0, 3]).x[:, 0], [3, 0, 3])
    assert_array_equal(made.take([3, 0, 3]).y, [1, 0, 1])
    assert made.take([3]).classes == 2


def test_shuffling_keeps_each_example_with_its_label() -> None:
    made = numbered([0, 1] * 20)
    shuffled = made.shuffled(rng=rng())
    assert_array_equal(shuffled.y, shuffled.x[:, 0] % 2)
    assert_array_equal(np.sort(shuffled.x[:, 0]), made.x[:, 0])
    assert not np.array_equal(shuffled.x, made.x)


def test_one_hot_has_a_one_at_the_label_for_any_shape() -> None:
    assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot(np.zeros((4, 5), int), 3).shape == (4, 5, 3)
    assert one_hot(np.zeros((0,), int), 3).shape == (0, 3)
    assert one_hot([0], 1).dtype == np.float64


# ---- parts
@given(
    counts=st.lists(st.integers(20, 40), min_size=1, max_size=4),
    test=st.floats(0.06, 0.94),  # of 20 that is more than one, in both parts
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_no_example_is_lost_or_doubled_and_each_class_has_its_share(
    counts: list[int], test: float, seed: int
) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    made = numbered(rng(seed).permutation(labels).tolist())
    parts = split(made, test=test, rng=rng(seed))
    both = np.concatenate([parts.train.x, parts.test.x])
    assert_array_equal(np.sort(both[:, 0]), made.x[:, 0])
    assert parts.test.n == round(test * made.n)
    for part in (parts.train, parts.test):
        assert_array_equal(part.y, made.y[part.x[:, 0].astype(int)])
        shares = np.array(counts) * part.n / made.n
        assert np.all(np.abs(np.bincount(part.y) - shares) < 1)


def test_numbers_to_predict_are_split_at_random() -> None:
    made = data.curve("sine", 40, rng=rng())
    parts = split(made, test=0.3, rng=rng(1))
    both = np.concatenate([parts.train.x, parts.test.x])
    assert (parts.train.n, parts.test.n) == (28, 12)
    assert_array_equal(np.sort(both, axis=0), np.sort(made.x, axis=0))
    assert_array_equal(parts.test.y, CURVES["sine"](parts.test.x))


@pytest.mark.parametrize("classes", [1, 2, 5])
def test_every_example_is_as_likely_as_any_other_to_be_tested(classes: int) -> None:
    made = numbered([k % classes for k in range(30)], classes)
    draws = 2000
    times = np.zeros(30)
    for seed in range(draws):
        times[split(made, test=0.3, rng=rng(seed)).test.x[:, 0].astype(int)] += 1
    # a share of 0.3 has a standard error of 0.0102 here; the largest of thirty stays below 4
    assert_allclose(times / draws, 0.3, atol=0.041)


def test_parts_are_in_random_order_and_differ_by_seed() -> None:
    made = numbered([0] * 50 + [1] * 50)
    first, other = (split(made, rng=rng(seed)) for seed in (0, 1))
    assert not np.array_equal(first.test.x, other.test.x)
    for part in (first.train, first.test):  # classes are mixed, in the middle of each part
        assert len(set(part.y[: part.n // 2])) == 2
        assert not np.array_equal(part.x, np.sort(part.x, axis=0))
    assert_array_equal(first.test.x, split(made, rng=rng(0)).test.x)


# ---- one scale
@given(seed=st.integers(0, 10**6), size=st.floats(1e-3, 1e3), shift=st.floats(-1e3, 1e3))
@settings(max_examples=50, deadline=None)
def test_the_training_part_has_mean_0_and_deviation_1_and_the_test_part_its_scale(
    seed: int, size: float, shift: float
) -> None:
    raw = moons(40, rng=rng(seed))
    parts = split(replace(raw, x=raw.x * [size, 1] + shift), rng=rng(seed))
    done = parts.standardised()
    # a shift of 1e3 over a deviation of 1e-3 / 2 costs seven of sixteen digits
    assert_allclose(done.train.x.mean(axis=0), 0, atol=1e-8)
    assert_allclose(done.train.x.std(axis=0), 1, rtol=1e-8)
    oracle = StandardScaler().fit(parts.train.x)
    assert_allclose(done.test.x, oracle.transform(parts.test.x), rtol=1e-7, atol=1e-7)
    assert_allclose(done.scale.mean[0], oracle.mean_, rtol=1e-12)
    assert not done.scale.constant.any()
    assert_array_equal(done.train.y, parts.train.y)


def test_a_constant_feature_is_moved_not_stretched_and_said() -> None:
    x = np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]])
    train = Dataset(name="a", title="a", x=x, y=[0, 1, 0], classes=2)
    done = data.Split(train=train, test=replace(train, x=x + 2)).standardised()
    assert_array_equal(done.scale.constant, [[True, False]])
    assert_array_equal(done.scale.std[0, 0], 1)
    assert_array_equal(done.train.x[:, 0], 0)  # 0.1 * 3 / 3 is not 0.1: the mean would not do
    assert_allclose(done.test.x[:, 0], 2, rtol=1e-15)  # one rounding of 2.1


def test_a_deviation_too_small_for_a_double_counts_as_constant() -> None:
    x = np.array([[0.0], [1e-200]])  # squares underflow
    part = Dataset(name="a", title="a", x=x, y=[0, 1], classes=2)
    done = data.Split(train=part, test=part).standardised()
    assert done.scale.constant.all()
    assert_array_equal(done.train.x, x)


def test_the_test_part_has_no_say_in_the_scale() -> None:
    parts = split(moons(40, rng=rng()), rng=rng())
    wild = replace(parts, test=replace(parts.test, x=parts.test.x * 100))
    assert_array_equal(wild.standardised().train.x, parts.standardised().train.x)
    assert_array_equal(wild.standardised().scale.std, parts.standardised().scale.std)


# ---- the seeds axis
@each_set
def test_a_seed_is_the_same_alone_and_in_company(name: str, make: Callable) -> None:
    company = stack(partial(make, ENOUGH), seeds=range(4))
    alone = stack(partial(make, ENOUGH), seeds=[2])
    assert company.x.shape == (4, ENOUGH, alone.x.shape[2])
    assert company.seeds == (0, 1, 2, 3)
    assert (company.name, company.classes) == (name, alone.classes)
    assert_array_equal(company.x[2], alone.x[0])
    assert_array_equal(company.y[2], alone.y[0])
    assert_array_equal(alone.x[0], make(ENOUGH, rng=rng(2)).x)
    with pytest.raises(ValueError, match="read-only"):
        company.x[0] = 0


def halves(*, rng: np.random.Generator) -> data.Split:
    return split(moons(20, rng=rng), test=0.5, rng=rng)


def test_split_sets_are_stacked_part_by_part_each_on_its_own_scale() -> None:
    both = stack(halves, seeds=[7, 8, 9]).standardised()
    assert both.train.x.shape == both.test.x.shape == (3, 10, 2)
    assert both.train.y.shape == (3, 10)
    assert both.scale.mean.shape == (3, 1, 2)
    alone = halves(rng=rng(8)).standardised()
    # sums along the other axis may round otherwise: a few of 10 additions
    assert_allclose(both.test.x[1], alone.test.x, rtol=1e-13)
    one = stack(halves, seeds=[8]).standardised()
    assert_array_equal(both.train.x[1], one.train.x[0])
    with pytest.raises(ValueError, match="read-only"):
        both.train.x[0] = 0


# ---- what cannot be
X, Y = np.zeros((3, 2)), np.array([0, 1, 0])
NAN = np.full((3, 2), np.nan)
WRONG: list[tuple[Callable, type[Exception], str]] = [
    (lambda: moons(10, rng=0), TypeError, r"rng must be a generator, .*default_rng.*, got int"),
    (lambda: moons(10, rng=np.random), TypeError, "rng must be a generator"),
    (lambda: moons(9, rng=rng()), ValueError, "n must be a multiple of 2, .* each class, got 9"),
    (lambda: moons(0, rng=rng()), ValueError, "n must be at least 2, got 0"),
    (lambda: moons(10.0, rng=rng()), TypeError, "n must be a whole number, got 10.0"),
    (lambda: moons(True, rng=rng()), TypeError, "n must be a whole number, got True"),
    (lambda: moons(10, rng=rng(), noise=-0.1), ValueError, "noise must be 0 or more.* got -0.1"),
    (lambda: moons(10, rng=rng(), noise=np.nan), ValueError, "noise must be .*finite, got nan"),
    (lambda: moons(10, rng=rng(), noise=np.inf), ValueError, "noise must be .*finite, got inf"),
    (lambda: data.two_circles(8, rng=rng(), radii=(1, 1)), ValueError, "radii must be two"),
    (lambda: data.two_circles(8, rng=rng(), radii=(0, 1)), ValueError, "radii must be two"),
    (lambda: data.two_circles(8, rng=rng(), radii=(1, 2, 3)), ValueError, "radii must be two"),
    (lambda: data.spirals(9, rng=rng(), arms=1), ValueError, "arms must be at least 2, got 1"),
    (lambda: data.spirals(10, rng=rng(), arms=3), ValueError, "n must be a multiple of 3"),
    (lambda: data.spirals(10, rng=rng(), turns=0), ValueError, "turns must be positive"),
    (lambda: data.checkerboard(8, rng=rng(), cells=1), ValueError, "cells must be at least 2"),
    (lambda: data.parity(12, rng=rng()), ValueError, "n must be a multiple of 8, .* each corner"),
    (lambda: data.parity(4, rng=rng(), bits=0), ValueError, "bits must be at least 1, got 0"),
    (lambda: data.parity(4, rng=rng(), bits=1.5), TypeError, "bits must be a whole number"),
    (lambda: data.xor(6, rng=rng()), ValueError, "n must be a multiple of 4, .* got 6"),
    (lambda: data.gaussian_mixture(8, rng=rng(), classes=1), ValueError, "classes must be at lea"),
    (
        lambda: data.gaussian_mixture(8, rng=rng(), label_noise=0.6),
        ValueError,
        "share of wrong labels must lie between 0 and 0.5, .* got 0.6",
    ),
    (lambda: data.with_label_noise(moons(4, rng=rng()), -0.1, rng=rng()), ValueError, "got -0.1"),
    (lambda: data.with_label_noise(moons(4, rng=rng()), 0.1, rng=1), TypeError, "rng must be"),
    (
        lambda: data.with_label_noise(data.curve("abs", 4, rng=rng()), 0.1, rng=rng()),
        ValueError,
        "label noise needs a set of two classes or more",
    ),
    (lambda: data.curve("cosine", 4, rng=rng()), ValueError, "name must be one of abs, bump, .*'c"),
    (lambda: data.curve("sine", 0, rng=rng()), ValueError, "n must be at least 1, got 0"),
    (lambda: data.curve("sine", 4, rng=3), TypeError, "rng must be a generator"),
    (lambda: data.curve("sine", 4, rng=rng(), noise=-1), ValueError, "noise must be 0 or more"),
    (lambda: split(moons(8, rng=rng()), test=0, rng=rng()), ValueError, "test must lie .*got 0"),
    (lambda: split(moons(8, rng=rng()), test=1.0, rng=rng()), ValueError, "test must lie .*got 1"),
    (lambda: split(moons(8, rng=rng()), test=np.nan, rng=rng()), ValueError, "test must lie"),
    (lambda: split(moons(8, rng=rng()), rng=5), TypeError, "rng must be a generator"),
    (
        lambda: split(moons(8, rng=rng()), test=0.01, rng=rng()),
        ValueError,
        "both parts need an example: test=0.01 takes 0 of 8 examples",
    ),
    (
        lambda: split(numbered([0] * 7 + [1]), rng=rng()),
        ValueError,
        "each class must stand in both parts: test=0.25 takes . of the 1 examples of class 1",
    ),
    (lambda: moons(4, rng=rng()).shuffled(rng=1), TypeError, "rng must be a generator"),
    (lambda: moons(4, rng=rng()).take([]), ValueError, "examples must name at least one example"),
    (lambda: moons(4, rng=rng()).take(slice(9, 10)), ValueError, "examples must name at least"),
    (lambda: moons(4, rng=rng()).take([True] * 4), TypeError, "examples must be whole .* bool"),
    (lambda: moons(4, rng=rng()).take([4]), IndexError, "index 4 is out of bounds"),
    (lambda: stack(partial(moons, 4), seeds=[]), ValueError, "seeds must hold at least one seed"),
    (
        lambda: stack(lambda rng: moons(2 * rng.integers(2, 99), rng=rng), seeds=range(5)),
        ValueError,
        "make must return sets of one shape, got x of shapes",
    ),
    (lambda: one_hot([0, 3], 3), ValueError, "y must lie between 0 and 2, got 0 to 3"),
    (lambda: one_hot([-1, 0], 3), ValueError, "y must lie between 0 and 2, got -1 to 0"),
    (lambda: one_hot([0.0], 3), TypeError, "y must hold integers, got float64"),
    (lambda: one_hot([0], 0), ValueError, "classes must be at least 1, got 0"),
    (lambda: moons(4, rng=rng()).images, ValueError, "moons holds no images"),
    (lambda: Dataset(name="a", title="a", x=X[0], y=Y, classes=2), ValueError, "x must have shape"),
    (lambda: Dataset(name="a", title="a", x=X[:0], y=[]), ValueError, r"x must .* got \(0, 2\)"),
    (lambda: Dataset(name="a", title="a", x=NAN, y=Y, classes=2), ValueError, "x must be finite"),
    (lambda: Dataset(name="a", title="a", x=X > 0, y=Y, classes=2), TypeError, "x must hold real"),
    (lambda: Dataset(name="a", title="a", x=X, y=Y), ValueError, r"y must have shape \(3, targets"),
    (lambda: Dataset(name="a", title="a", x=X, y=NAN), ValueError, "y must be finite"),
    (lambda: Dataset(name="a", title="a", x=X, y=X[:, :0]), ValueError, "y must have shape"),
    (lambda: Dataset(name="a", title="a", x=X, y=X, classes=2), TypeError, "y must hold integers"),
    (lambda: Dataset(name="a", title="a", x=X, y=Y[:2], classes=2), ValueError, r"shape \(3,\)"),
    (lambda: Dataset(name="a", title="a", x=X, y=Y + 1, classes=2), ValueError, "got 1 to 2"),
    (lambda: Dataset(name="a", title="a", x=X, y=Y - 1, classes=2), ValueError, "got -1 to 0"),
    (lambda: Dataset(name="a", title="a", x=X, y=Y, classes=0), ValueError, "classes must be at l"),
    (
        lambda: Dataset(name="a", title="a", x=X, y=Y, classes=2, image_shape=(2, 2)),
        ValueError,
        r"image_shape must be .* the 2 features, got \(2, 2\)",
    ),
    (
        lambda: Dataset(name="a", title="a", x=X, y=Y, classes=2, image_shape=(2,)),
        ValueError,
        "image_shape must be",
    ),
]


@pytest.mark.parametrize(("ask", "error", "message"), WRONG)
def test_what_cannot_be_is_refused_by_name(
    ask: Callable, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask()
