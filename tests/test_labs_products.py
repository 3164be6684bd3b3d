"""The matrix products of the labs' networks, in WebAssembly and plain, against NumPy's."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from labs_node import run

EPS = np.finfo(np.float64).eps
ENGINES = ("wasm", "plain")
SHAPES = [  # rows, fan in, fan out: around the tile of 4 × 4, and what labs use
    *product((1, 3, 4, 5), (1, 4, 6), (1, 3, 4, 7)),
    (128, 2, 32),
    (128, 32, 32),
    (100, 17, 31),
    (33, 70, 2),
    (2, 70, 64),
]
Numbers = dict[str, Any]


def layer(shape: tuple[int, int, int], rng: np.random.Generator) -> Numbers:
    """Return the sizes of a layer, and numbers for it."""
    rows, fan_in, fan_out = shape
    return {
        "rows": rows,
        "fanIn": fan_in,
        "fanOut": fan_out,
        "x": rng.standard_normal((rows, fan_in)),
        "w": rng.standard_normal((fan_in, fan_out)),
        "b": rng.standard_normal(fan_out),
        "gradZ": rng.standard_normal((rows, fan_out)),
    }


def computed(layers: list[Numbers]) -> list[dict[str, Numbers]]:
    """Return what both engines make of the layers."""
    flat = [
        {key: np.ravel(value) if np.ndim(value) else value for key, value in numbers.items()}
        for numbers in layers
    ]
    return run("products.mjs", [{"task": "layers", "layers": flat}])[0]


@pytest.fixture(scope="module")
def layers() -> list[Numbers]:
    rng = np.random.default_rng(0)
    return [layer(shape, rng) for shape in SHAPES]


@pytest.fixture(scope="module")
def found(layers: list[Numbers]) -> list[dict[str, Numbers]]:
    return computed(layers)


@pytest.mark.parametrize("engine", ENGINES)
def test_products_are_numpys_for_every_shape(
    layers: list[Numbers], found: list[dict[str, Numbers]], engine: str
) -> None:
    for numbers, both in zip(layers, found, strict=True):
        x, w, b, g = (numbers[name] for name in ("x", "w", "b", "gradZ"))
        expected = {"z": x @ w + b, "gradX": g @ w.T, "gradW": x.T @ g, "gradB": g.sum(axis=0)}
        x, w, b, g = map(np.abs, (x, w, b, g))
        sizes = {"z": x @ w + b, "gradX": g @ w.T, "gradW": x.T @ g, "gradB": g.sum(axis=0)}
        for name, value in expected.items():
            # Of n sums each is rounded, here and in NumPy, by half a unit of what went in at most.
            roundings = EPS * (1 + max(x.shape + w.shape)) * sizes[name].max()
            assert_allclose(both[engine][name], value.ravel(), rtol=0, atol=roundings)


def test_both_engines_give_the_same_bits(found: list[dict[str, Numbers]]) -> None:
    for both in found:
        for name in ("z", "gradX", "gradW", "gradB"):
            assert_array_equal(both["wasm"][name], both["plain"][name])


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_but_the_result_is_written(found: list[dict[str, Numbers]], engine: str) -> None:
    assert all(both[engine]["kept"] for both in found)


def test_infinity_and_nan_go_where_they_belong_and_no_further() -> None:
    numbers = layer((9, 6, 5), np.random.default_rng(1))
    numbers["x"][2, 3], numbers["w"][1, 4] = np.inf, np.nan
    with np.errstate(invalid="ignore"):
        expected = (numbers["x"] @ numbers["w"] + numbers["b"]).ravel()
    (both,) = computed([numbers])
    for engine in ENGINES:
        assert_array_equal(np.isnan(both[engine]["z"]), np.isnan(expected))
        assert_array_equal(np.isinf(both[engine]["z"]), np.isinf(expected))


# ---- memory
def test_memory_is_as_large_as_its_largest_tenant_after_five_hundred() -> None:
    rng = np.random.default_rng(2)
    requests = rng.integers(1, 20_000, (500, 6)).tolist()
    (found,) = run("products.mjs", [{"task": "reuse", "requests": requests}])
    # Each array ends at a multiple of 64 bytes, the memory at one of 64 KiB; 40 doubles are the
    # engine's own.
    largest = max(sum(sizes) for sizes in requests)
    assert max(found["bytes"]) <= 8 * (largest + 40) + 9 * 64 + 65536
    assert found["bytes"] == sorted(found["bytes"])


def test_arrays_are_zero_again_and_stand_apart() -> None:
    (found,) = run("products.mjs", [{"task": "reuse", "requests": [[900, 5], [5, 1, 64, 7]]}])
    assert found["zeros"]
    assert [end - start for start, end in found["places"]] == [40, 8, 512, 56]
    assert all(start % 64 == 0 for start, _ in found["places"])
    assert all(end <= start for (_, end), (start, _) in pairwise(found["places"]))


# ---- choice
@pytest.mark.parametrize(
    ("missing", "engine"),
    [("nothing", "wasm"), ("WebAssembly", "plain"), ("SIMD", "plain"), ("permission", "plain")],
)
def test_plain_products_stand_in_where_there_is_no_webassembly(missing: str, engine: str) -> None:
    assert run("products.mjs", [{"task": "choice", "missing": missing}]) == [engine]
