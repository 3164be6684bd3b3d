"""The labs' networks against the book's engine in NumPy: ten steps, and all that they leave.

Weights of variance 1 / fan_in and short steps keep each of these networks calm: what rounding
changes in the first step, some 1e-16, stays below 1e-12 for all ten. In a deep network that
explodes (squared ReLU under He's weights) wrong digits double from layer to layer, and two right
engines part: there it would be chance that is compared.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from labs_node import run
from rectified import networks
from rectified.activations import ELEMENTWISE
from rectified.initializers import lecun_normal, normal
from rectified.networks import losses
from rectified.networks.optimizers import SGD, Adam, Momentum

TOLERANCE = 1e-9  # of the largest entry of each array: what labs promise
ENGINES = ("wasm", "plain")
SEED = 8  # squared ReLU explodes from many others
OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A network of two inputs, what it learns, and how."""

    f: str
    hidden: tuple[int, ...]
    outputs: int = 2
    loss: str = "softmax_cross_entropy"
    optimizer: str = "SGD"
    rate: float = 0.1
    batch: int = 30

    steps = 10

    @property
    def name(self) -> str:
        """Return what tells a case from others."""
        widths = "x".join(map(str, (*self.hidden, self.outputs)))
        return f"{self.f} {widths} {self.loss[:4]} {self.optimizer} {self.batch}"

    @cached_property
    def network(self) -> networks.Network:
        """The book's network."""
        return networks.mlp([2, *self.hidden, self.outputs], ELEMENTWISE[self.f])

    @cached_property
    def first(self) -> networks.Parameters:
        """Its parameters before the first step."""
        return self.network.draw(seeds=[SEED], weights=lecun_normal, biases=normal(0.1))

    @cached_property
    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs, and what the loss asks for."""
        rng = np.random.default_rng(5)
        x = 0.5 * rng.standard_normal((self.batch, 2))
        if self.loss == "mean_squared_error":
            return x, rng.standard_normal((self.batch, self.outputs))
        return x, rng.integers(self.outputs, size=self.batch)

    @property
    def task(self) -> dict[str, Any]:
        """What `network.mjs` is asked."""
        x, y = self.examples
        return {
            "task": "train",
            "f": self.f,
            "widths": [2, *self.hidden, self.outputs],
            "x": x.ravel(),
            "y": y.ravel(),
            "theta": self.first.flat[0],
            "loss": self.loss,
            "optimizer": self.optimizer,
            "rate": self.rate,
            "steps": self.steps,
            "points": POINTS.ravel(),
        }

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What the book's engine makes of it."""
        (x, y), loss = self.examples, getattr(losses, self.loss)
        trained = networks.train(
            *(self.network, self.first, x, y),
            loss=loss,
            optimizer=OPTIMIZERS[self.optimizer](learning_rate=self.rate),
            steps=self.steps,
            seeds=[SEED],
        )
        theta = trained.parameters
        signals, flow = [], []
        trace = self.network.forward(theta, x, signals=signals)
        last, grad_z = loss(trace.z, y)
        gradient = self.network.backward(theta, trace, grad_z, flow=flow)
        labels = self.loss == "softmax_cross_entropy"
        return {
            "losses": [*trained.loss[0], last[0]],
            "accuracy": losses.accuracy(trace.z, y)[0] if labels else np.nan,
            "theta": theta.flat[0],
            "gradient": gradient.flat[0],
            "z": signals[::2],
            "h": [*signals[1::2], signals[-1]],
            "gradZ": flow[::2][::-1],
            "elsewhere": self.network.forward(theta, POINTS).z,
        }


POINTS = np.random.default_rng(6).uniform(-1, 1, (71, 2))  # no multiple of a batch
DEEP = [Case(f=f, hidden=(16,) * 9) for f in ELEMENTWISE]  # ten layers with weights
SHALLOW = [
    Case(f=f, hidden=hidden, outputs=outputs, loss=loss, optimizer=optimizer, rate=0.01)
    for f, hidden, outputs in [("relu", (7,), 3), ("gelu", (1, 1, 1), 2), ("tanh", (9, 4, 6), 2)]
    for loss in ("softmax_cross_entropy", "mean_squared_error")
    for optimizer in OPTIMIZERS
]
ODD = [
    Case(f="mish", hidden=(5,), batch=1),
    Case(f="elu", hidden=(1,), outputs=1, loss="mean_squared_error"),
    Case(f="relu", hidden=()),
]
CASES = [*DEEP, *SHALLOW, *ODD]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], dict[str, Any]]:
    """What the labs' network makes of each case with each engine."""
    keys = [(case.name, engine) for case in CASES for engine in ENGINES]
    tasks = [case.task | {"products": engine} for case in CASES for engine in ENGINES]
    return dict(zip(keys, run("network.mjs", tasks), strict=True))


def assert_same(actual: Any, expected: Any) -> None:
    """Compare two arrays to 1e-9 of the largest entry."""
    expected = np.ravel(expected)
    assert_allclose(actual, expected, rtol=0, atol=TOLERANCE * np.abs(expected).max())


@pytest.mark.parametrize("engine", ENGINES)
@each_case
def test_ten_steps_are_those_of_the_book(
    found: dict[tuple[str, str], dict[str, Any]], case: Case, engine: str
) -> None:
    actual, expected = found[case.name, engine], case.expected
    for name in ("losses", "theta", "gradient", "elsewhere"):
        assert_same(actual[name], expected[name])
    assert_array_equal(actual["accuracy"], expected["accuracy"])
    for name in ("z", "h", "gradZ"):
        for layer, of_layer in zip(actual["layers"], expected[name], strict=True):
            assert_same(layer[name], of_layer)


@each_case
def test_both_engines_end_with_the_same_bits(
    found: dict[tuple[str, str], dict[str, Any]], case: Case
) -> None:
    wasm, plain = (found[case.name, engine] for engine in ENGINES)
    assert_array_equal(wasm["theta"], plain["theta"])
