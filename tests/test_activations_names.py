"""How activations travel: what is pickled and copied comes back as the same function."""

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rectified import activations
from rectified.activations import ALL, ELEMENTWISE, Activation, VectorActivation, leaky_relu, relu
from rectified.activations.names import FAMILIES, named, recipe

MEMBERS = [  # numbers that ':g' would cut short
    (activations.prelu, {"slope": 1 / 3}),
    (activations.prelu, {"slope": 0}),
    (activations.leaky_relu, {"slope": 1 / 3}),
    (activations.rrelu, {"lower": 0.1, "upper": 0.2 + 1e-16}),
    (activations.swish, {"beta": np.float64(1e-5 / 3)}),
    (activations.softplus, {"beta": 2**0.5}),
    (activations.elu, {"alpha": np.pi}),
    (activations.celu, {"alpha": 0.1}),
    (activations.maxout, {"pieces": 3}),
]
each_member = pytest.mark.parametrize(("family", "parameters"), MEMBERS)
each_entry = pytest.mark.parametrize("f", ALL.values(), ids=ALL.keys())
Z = np.random.default_rng(0).normal(size=12) * 4


def pickled(f: object) -> object:
    return pickle.loads(pickle.dumps(f))


def results(f: Activation | VectorActivation) -> list[np.ndarray]:
    return [f(Z), f.derivative(Z) if isinstance(f, Activation) else f.vjp(Z, f(Z))]


@each_entry
def test_an_entry_of_the_table_comes_back_as_itself(f: Activation | VectorActivation) -> None:
    assert pickled(f) is f
    assert pickled({"f": [f]})["f"][0] is f
    assert named(*recipe(f)) is f


@each_entry
def test_a_copy_is_the_entry_itself(f: Activation | VectorActivation) -> None:
    assert copy.copy(f) is f
    assert copy.deepcopy([f])[0] is f


@each_member
def test_a_member_of_a_family_comes_back_equal(family: Callable, parameters: dict) -> None:
    f = family(**parameters)
    again = pickled(f)
    assert (again.name, dict(again.parameters)) == (f.name, parameters)
    assert [type(value) for value in again.parameters.values()] == [
        type(value) for value in parameters.values()
    ]
    for result, expected in zip(results(again), results(f), strict=True):
        assert_array_equal(result, expected, strict=True)
    assert pickled(again).name == f.name
    assert copy.deepcopy(f) is f


def test_every_family_has_its_members_here() -> None:
    assert set(FAMILIES) == {family.__name__ for family, _ in MEMBERS}
    assert set(FAMILIES) <= set(activations.__all__)


@pytest.mark.parametrize(
    "f",
    [
        replace(relu, formula="mine"),
        replace(relu, name="mine"),
        replace(leaky_relu(slope=0.3), value=np.abs, keeps_slope=False),
        replace(activations.softmax, title="mine"),
    ],
)
def test_an_activation_of_ones_own_is_refused(f: Activation | VectorActivation) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled .* must be an entry of rectified"):
        pickle.dumps(f)
    assert copy.deepcopy(f) is f


@pytest.mark.parametrize(("name", "parameters"), [("mine", {}), ("relu", {"slope": 1}), ("x", {})])
def test_a_name_that_does_not_exist_is_refused(name: str, parameters: dict) -> None:
    with pytest.raises(LookupError):
        named(name, parameters)


def test_a_family_still_shows_what_it_takes() -> None:
    assert str(inspect.signature(leaky_relu)) == "(*, slope: float = 0.01) -> " + (
        "rectified.activations.record.Activation"
    )
    assert leaky_relu.__doc__.startswith("Build max(z, slope * z).")
    with pytest.raises(TypeError, match=r"leaky_relu\(\) takes 0 positional arguments"):
        leaky_relu(0.1)


def test_another_process_unpickles_without_importing_anything_first() -> None:
    fs = [*ELEMENTWISE.values(), leaky_relu(slope=1 / 3)]
    script = (
        "import pickle, sys; fs = pickle.load(sys.stdin.buffer)\n"
        "from rectified.activations import relu\n"
        "assert relu in fs\n"
        "print(*(f.name for f in fs), sep='|')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(fs), capture_output=True, check=True
    )
    assert done.stdout.decode().strip().split("|") == [f.name for f in fs]
