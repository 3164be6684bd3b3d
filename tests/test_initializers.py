"""What every initializer promises: shape, dtype, seeds, names, and errors before any draw."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from rectified import initializers
from rectified.initializers import (
    ALL,
    Initializer,
    constant,
    draw,
    fans,
    generators,
    he_normal,
    identity,
    normal,
    orthogonal,
    small_normal,
    sparse,
    unit_normal,
    variance_scaling,
    xavier_uniform,
    zeros,
)

EPS32 = np.finfo(np.float32).eps
SQUARE = (24, 24)
CONVOLUTION = (3, 5, 4, 6)  # kh, kw, channels in, channels out
each_initializer = pytest.mark.parametrize("initializer", ALL.values(), ids=ALL.keys())
BIASES = ("zeros", "constant", "unit_normal", "small_normal")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- the table -----------------------------------------------------------------------------------


def test_the_table_is_read_only() -> None:
    with pytest.raises(TypeError):
        ALL["he_normal"] = ALL["zeros"]


def test_names_are_unique_and_public_names_exist() -> None:
    assert len({i.name for i in ALL.values()}) == len(ALL)
    assert all(hasattr(initializers, name) for name in initializers.__all__)


@pytest.mark.parametrize("key", ALL)
def test_a_key_is_the_name_before_its_parameters(key: str) -> None:
    assert ALL[key].name.partition("(")[0] == key
    assert ALL[key].title
    assert ALL[key].source.isalnum()


@pytest.mark.parametrize(
    "initializer",
    [
        *ALL.values(),
        variance_scaling(np.float64(1.23456789), "fan_out", "uniform"),
        sparse(nonzeros=np.int64(3), std=np.float32(0.25)),
        constant(-2),
        normal(1e-3),
        orthogonal(gain=2**0.5),
    ],
    ids=str,
)
def test_the_name_is_the_call_that_makes_it(initializer: Initializer) -> None:
    assert eval(repr(initializer), vars(initializers)) == initializer


@each_initializer
def test_it_travels_to_a_worker_process_and_stays_the_same(initializer: Initializer) -> None:
    there = pickle.loads(pickle.dumps(initializer))
    assert there == initializer
    assert hash(there) == hash(initializer)
    assert_array_equal(there(SQUARE, rng=rng()), initializer(SQUARE, rng=rng()))


def test_an_initializer_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        he_normal.scale = 1.0


# --- what a call gives ---------------------------------------------------------------------------


@each_initializer
@pytest.mark.parametrize("dtype", [np.float64, np.float32, "float32"], ids=str)
def test_shape_dtype_and_layout_are_as_asked(initializer: Initializer, dtype: type) -> None:
    for shape in (SQUARE, (30, 20), (20, 30)):
        w = initializer(shape, rng=rng(), dtype=dtype)
        assert w.shape == shape
        assert w.dtype == np.dtype(dtype)
        assert w.flags.c_contiguous
        assert w.flags.writeable


@each_initializer
def test_float32_is_float64_rounded_once(initializer: Initializer) -> None:
    double, single = (initializer(SQUARE, rng=rng(), dtype=d) for d in (np.float64, np.float32))
    assert_array_equal(single, double.astype(np.float32))
    assert_allclose(single, double, rtol=EPS32 / 2)  # half a unit in the last place


@each_initializer
def test_one_seed_gives_one_array_and_no_global_state_is_touched(initializer: Initializer) -> None:
    legacy = pickle.dumps(np.random.get_state())  # noqa: NPY002
    first = initializer(SQUARE, rng=rng(7))
    assert_array_equal(initializer(list(SQUARE), rng=rng(7)), first)
    assert pickle.dumps(np.random.get_state()) == legacy  # noqa: NPY002
    if initializer.variance(SQUARE) > 0:
        assert not np.array_equal(initializer(SQUARE, rng=rng(8)), first)


def test_two_draws_from_one_generator_differ() -> None:
    one = rng()
    assert not np.array_equal(he_normal(SQUARE, rng=one), he_normal(SQUARE, rng=one))


@pytest.mark.parametrize("key", sorted(set(ALL) - {"identity"}))
def test_a_convolution_is_drawn_in_its_own_shape(key: str) -> None:
    assert ALL[key](CONVOLUTION, rng=rng()).shape == CONVOLUTION


@pytest.mark.parametrize("key", BIASES)
def test_a_bias_is_drawn_by_what_needs_no_fan(key: str) -> None:
    assert ALL[key]((7,), rng=rng()).shape == (7,)


@pytest.mark.parametrize("key", sorted(set(ALL) - set(BIASES)))
def test_a_bias_is_refused_by_what_needs_a_fan_and_nothing_is_drawn(key: str) -> None:
    one = rng()
    with pytest.raises(ValueError, match=r"bias has no fan in|for the identity"):
        ALL[key]((7,), rng=one)
    assert one.bit_generator.state == rng().bit_generator.state


def test_values_that_are_not_drawn() -> None:
    assert_array_equal(zeros((2, 3), rng=rng()), np.zeros((2, 3)))
    assert_array_equal(constant(-1.5)((2, 3), rng=rng()), np.full((2, 3), -1.5))
    assert_array_equal(identity(scale=0.5)((2, 3), rng=rng()), [[0.5, 0, 0], [0, 0.5, 0]])


# --- fans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 7), (1, 1), (3, 4, 6), (3, 2, 4, 6), (2, 3, 5, 4, 6)])
def test_fans_are_those_of_pytorch(shape: tuple[int, ...]) -> None:
    *field, channels_in, channels_out = shape
    twin = torch.empty(channels_out, channels_in, *field)  # PyTorch puts channels first
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(twin)


@pytest.mark.parametrize(
    ("mode", "fan"), [("fan_in", 3 * 5 * 4), ("fan_out", 3 * 5 * 6), ("fan_avg", 3 * 5 * 5)]
)
def test_mode_says_which_fan_divides(mode: str, fan: int) -> None:
    assert variance_scaling(4.0, mode, "normal").variance(CONVOLUTION) == 4.0 / fan


# --- the seeds axis ------------------------------------------------------------------------------


@each_initializer
def test_a_seeds_rows_are_the_same_alone_and_in_company(initializer: Initializer) -> None:
    shapes = [(16, 20), (20, 16), (20, 20)]
    together = draw(initializer, shapes, seeds=range(5))
    alone = draw(initializer, shapes, seeds=[3])
    assert [w.shape for w in together] == [(5, *shape) for shape in shapes]
    for w, w_alone in zip(together, alone, strict=True):
        assert_array_equal(w[3], w_alone[0])


def test_a_seeds_layers_follow_each_other_from_its_generator() -> None:
    one = rng(3)
    expected = [he_normal(shape, rng=one) for shape in [(4, 5), (5, 2)]]
    for w, single in zip(draw(he_normal, [(4, 5), (5, 2)], seeds=[1, 3]), expected, strict=True):
        assert_array_equal(w[1], single)


def test_generators_can_be_drawn_on_from() -> None:
    rngs = generators([1, 2])
    first, second = (draw(unit_normal, [(3,)], seeds=rngs)[0] for _ in range(2))
    both = draw(unit_normal, [(3,), (3,)], seeds=[1, 2])
    assert_array_equal([first, second], both)


def test_stacked_arrays_have_the_dtype_asked_for() -> None:
    (w,) = draw(he_normal, [(4, 5)], seeds=np.arange(3), dtype=np.float32)
    assert w.dtype == np.float32


# --- bad input -----------------------------------------------------------------------------------

BAD = {
    "shape of one number": (lambda: he_normal(5, rng=rng()), TypeError, "shape must be integers"),
    "shape of floats": (lambda: zeros((2.0, 3), rng=rng()), TypeError, "shape must be integers"),
    "shape of no axis": (lambda: zeros((), rng=rng()), ValueError, "length 1 or more"),
    "fan in of 0": (lambda: he_normal((0, 3), rng=rng()), ValueError, "length 1 or more"),
    "fan out of 0": (lambda: identity()((3, 0), rng=rng()), ValueError, "length 1 or more"),
    "negative fan": (lambda: unit_normal((-3, 2), rng=rng()), ValueError, "length 1 or more"),
    "fans of a bias": (lambda: fans((3,)), ValueError, "draw it by zeros, constant or normal"),
    "variance of a bias": (lambda: he_normal.variance((3,)), ValueError, "no fan in"),
    "identity of a filter": (
        lambda: identity()((3, 3, 4, 4), rng=rng()),
        ValueError,
        r"shape must be \(fan_in, fan_out\) for the identity",
    ),
    "rng missing": (lambda: he_normal((2, 3)), TypeError, "rng"),
    "rng an int": (lambda: he_normal((2, 3), rng=0), TypeError, "rng must be a NumPy generator"),
    "rng of old": (
        lambda: zeros((2, 3), rng=np.random.RandomState(0)),
        TypeError,
        "rng must be a NumPy generator",
    ),
    "half": (
        lambda: he_normal((2, 3), rng=rng(), dtype=np.float16),
        TypeError,
        "dtype must be float64 or float32",
    ),
    "integers": (lambda: zeros((2, 3), rng=rng(), dtype=int), TypeError, "dtype must be float64"),
    "no dtype": (lambda: zeros((2,), rng=rng(), dtype="flat"), TypeError, "dtype must be float64"),
    "negative scale": (
        lambda: variance_scaling(-1.0, "fan_in", "normal"),
        ValueError,
        "scale must be positive and finite, got -1.0",
    ),
    "scale of 0": (lambda: variance_scaling(0, "fan_in", "normal"), ValueError, "scale must be"),
    "scale in words": (
        lambda: variance_scaling("2", "fan_in", "normal"),
        TypeError,
        "scale must be a number, got '2'",
    ),
    "unknown mode": (
        lambda: variance_scaling(1.0, "fan", "normal"),
        ValueError,
        "mode must be one of fan_in, fan_out, fan_avg, got 'fan'",
    ),
    "unknown distribution": (
        lambda: variance_scaling(1.0, "fan_in", ["cauchy"]),
        ValueError,
        r"distribution must be one of normal, truncated_normal, uniform, got \['cauchy'\]",
    ),
    "gain of infinity": (lambda: orthogonal(gain=np.inf), ValueError, "gain must be finite"),
    "negative gain": (lambda: orthogonal(gain=-1), ValueError, "gain must be positive"),
    "identity of 0": (lambda: identity(scale=0.0), ValueError, "scale must be positive"),
    "no weights": (lambda: sparse(nonzeros=0), ValueError, "nonzeros must be at least 1, got 0"),
    "half a weight": (lambda: sparse(nonzeros=2.5), TypeError, "nonzeros must be an integer"),
    "sparse without spread": (lambda: sparse(std=0), ValueError, "std must be positive"),
    "more weights than inputs": (
        lambda: sparse(nonzeros=4)((3, 9), rng=rng()),
        ValueError,
        "nonzeros must be at most the fan in 3, got 4",
    ),
    "constant NaN": (lambda: constant(np.nan), ValueError, "value must be finite, got nan"),
    "constant None": (lambda: constant(None), TypeError, "value must be a number, got None"),
    "negative std": (lambda: normal(-0.1), ValueError, "std must be positive and finite, got -0.1"),
    "no seeds": (lambda: draw(zeros, [(2,)], seeds=[]), ValueError, "at least one seed"),
    "seeds an int": (lambda: draw(zeros, [(2,)], seeds=5), TypeError, r"such as range\(16\)"),
    "seed of entropy": (lambda: generators([None]), TypeError, "integers or generators, got None"),
    "negative seed": (lambda: generators([1, -1]), ValueError, "seeds must not be negative"),
    "one generator twice": (lambda: generators([rng()] * 2), ValueError, "one generator twice"),
    "one shape for shapes": (
        lambda: draw(he_normal, (3, 4), seeds=[0]),
        TypeError,
        "shape must be integers such as",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused(call: Callable, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_refused_call_leaves_the_generator_as_it_was() -> None:
    one = rng()
    for call in (
        lambda: he_normal((2, 3), rng=one, dtype=np.float16),
        lambda: sparse(nonzeros=9)((3, 3), rng=one),
        lambda: orthogonal()((3,), rng=one),
        lambda: draw(xavier_uniform, [(2, 3), (0, 3)], seeds=[one]),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()
    assert one.bit_generator.state == rng().bit_generator.state


def test_a_value_beyond_float32_does_not_pass_in_silence() -> None:
    with pytest.warns(RuntimeWarning, match="overflow"):
        small_or_huge = constant(1e300)((2,), rng=rng(), dtype=np.float32)
    assert np.isinf(small_or_huge).all()


def test_small_normal_is_small() -> None:
    assert small_normal.variance((100, 100)) == pytest.approx(1e-4, rel=1e-15)  # 0.01² rounds
