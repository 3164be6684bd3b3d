"""Bad input: each case with its very message, raised before any work is done."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from rectified.activations import ALL, relu
from rectified.initializers import he_normal
from rectified.networks import (
    L1,
    L2,
    SGD,
    Activate,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Dense,
    Dropout,
    ExponentialDecay,
    Momentum,
    Nesterov,
    Network,
    Optimizer,
    Parameters,
    RMSProp,
    StepDecay,
    WarmUp,
    accuracy,
    dead,
    from_twin,
    mean_squared_error,
    mlp,
    softmax_cross_entropy,
    streams,
    train,
    train_twin,
    twin,
)

NAN, INF = np.nan, np.inf
S, N = 3, 20
NETWORK = mlp((2, 5, 4), relu)
START = NETWORK.draw(seeds=range(S))
SINGLE = START.astype(np.float32)
OTHER = mlp((2, 6, 4), relu).draw(seeds=range(S))
X = np.random.default_rng(0).standard_normal((N, 2))
Y = np.arange(N) % 4
VALUES = np.random.default_rng(1).standard_normal((N, 4))
LAYER = {"learning_rate": 0.1}


def put(array: np.ndarray, place: object, number: float) -> np.ndarray:
    """Return a copy with another number at one place."""
    copy = array.copy()
    copy[place] = number
    return copy


def training(**wrong: object) -> Callable:
    """Return a training that differs in these arguments."""
    given = {"parameters": START, "x": X, "y": Y, "loss": softmax_cross_entropy, "seeds": range(S)}
    given |= {"optimizer": SGD(learning_rate=0.1), "steps": 3} | wrong
    return lambda: train(NETWORK, given.pop("parameters"), given.pop("x"), given.pop("y"), **given)


def values(**wrong: object) -> Callable:
    """Return a training with squared errors that differs in these arguments."""
    return training(**{"loss": mean_squared_error, "y": VALUES} | wrong)


TRAINING = [
    # x
    (
        training(x=X[:, :1]),
        ValueError,
        "x must have shape (batch, 2) or (3, batch, 2), got (20, 1)",
    ),
    (training(x=X[0]), ValueError, "x must have shape (batch, 2) or (3, batch, 2), got (2,)"),
    (training(x=3.0), ValueError, "x must have shape (batch, 2) or (3, batch, 2), got ()"),
    (training(x=X[:0]), ValueError, "x must hold at least one example, got an empty batch"),
    (
        training(x=np.stack([X] * 2)),
        ValueError,
        "x must hold a set for each of the 3 networks, got 2",
    ),
    (
        training(x=put(X, (3, 1), NAN)),
        ValueError,
        "x must be finite in float64, got infinity or NaN",
    ),
    (
        training(x=put(X, (0, 0), INF)),
        ValueError,
        "x must be finite in float64, got infinity or NaN",
    ),
    (
        training(x=put(X, (0, 0), 1e200), parameters=SINGLE),
        ValueError,
        "x must be finite in float32, got infinity or NaN",
    ),
    (training(x=X.astype(complex)), TypeError, "x must hold real numbers, got complex128"),
    (training(x=[["a", "b"]] * N), TypeError, "x must hold real numbers, got <U1"),
    (training(x=None), TypeError, "x must hold real numbers, got object"),
    # labels
    (training(y=Y[:-1]), ValueError, "y must hold 20 targets, one an example, got shape (19,)"),
    (
        training(y=Y[:, None]),
        ValueError,
        "y must hold 20 targets, one an example, got shape (20, 1)",
    ),
    (training(y=np.stack([Y] * 2)), ValueError, "y must hold targets for 3 networks, got 2"),
    (training(y=Y[None, None]), ValueError, "y must hold labels of shape (batch,) or (S, batch)"),
    (
        training(y=np.zeros(0, int)),
        ValueError,
        "y must hold labels of shape (batch,) or (S, batch)",
    ),
    (training(y=Y.astype(float)), TypeError, "y must hold integer labels, got float64"),
    (training(y=Y > 1), TypeError, "y must hold integer labels, got bool"),
    (training(y=None), TypeError, "y must hold integer labels, got object"),
    (
        training(y=put(Y, 3, 4)),
        ValueError,
        "y must hold labels from 0 to 3, as the network has 4 outputs, got 0 to 4",
    ),
    (
        training(y=put(Y, 3, -1)),
        ValueError,
        "y must hold labels from 0 to 3, as the network has 4 outputs, got -1 to 3",
    ),
    # values
    (
        values(y=VALUES[:, :3]),
        ValueError,
        "y must have shape (batch, 4) or (S, batch, 4), got (20, 3)",
    ),
    (values(y=Y), ValueError, "y must have shape (batch, 4) or (S, batch, 4), got (20,)"),
    (values(y=VALUES[:0]), ValueError, "y must have shape (batch, 4) or (S, batch, 4), got (0, 4)"),
    (values(y=VALUES[:5]), ValueError, "y must hold 20 targets, one an example, got shape (5, 4)"),
    (values(y=np.stack([VALUES] * 4)), ValueError, "y must hold targets for 3 networks, got 4"),
    (values(y=put(VALUES, 0, NAN)), ValueError, "y must be finite in float64, got infinity or NaN"),
    (
        values(y=put(VALUES, 0, -1e39), parameters=SINGLE),
        ValueError,
        "y must be finite in float32, got infinity or NaN",
    ),
    (values(y=VALUES * 1j), TypeError, "y must hold real numbers, got complex128"),
    # seeds, steps, batches
    (training(seeds=range(2)), ValueError, "seeds must be 3, one a network, got 2"),
    (training(seeds=[]), ValueError, "seeds must hold at least one seed, got none"),
    (training(seeds=[0, 1, -2]), ValueError, "seeds must be 0 or more, got -2"),
    (training(seeds=[0, 1, True]), TypeError, "seeds must be integers, got True"),
    (training(seeds=[0, 1, 2.0]), TypeError, "seeds must be integers, got 2.0"),
    (training(seeds=3), TypeError, "seeds must be a sequence such as range(16), got 3"),
    (training(batch=21), ValueError, "batch must be at most 20, the number of examples, got 21"),
    (training(batch=0), ValueError, "batch must be at least 1, got 0"),
    (training(batch=-5), ValueError, "batch must be at least 1, got -5"),
    (training(batch=2.5), TypeError, "batch must be an integer, got 2.5"),
    (training(batch=True), TypeError, "batch must be an integer, got True"),
    (training(steps=0), ValueError, "steps must be at least 1, got 0"),
    (training(steps=1e3), TypeError, "steps must be an integer, got 1000.0"),
    (training(every=0), ValueError, "every must be at least 1, got 0"),
    # parameters
    (training(parameters=OTHER), ValueError, "parameters must be those of this network: draw them"),
    # the recipe
    (
        training(loss="mse"),
        TypeError,
        "loss must be one such as softmax_cross_entropy, got 'mse'",
    ),
    (
        training(optimizer="adam"),
        TypeError,
        "optimizer must be one such as SGD(learning_rate=0.1), got 'adam'",
    ),
    (
        training(optimizer=SGD(learning_rate=[0.1, 0.2])),
        ValueError,
        "learning_rate must be one number, or 3, one a network, got 2",
    ),
    (
        training(penalties=L2(0.1)),
        TypeError,
        "penalties must be a sequence of penalties such as [L2(0.01)], got L2(strength=0.1)",
    ),
    (
        training(penalties=[0.1]),
        TypeError,
        "penalties must be a sequence of penalties such as [L2(0.01)], got [0.1]",
    ),
    (training(clip=1.0), TypeError, "clip must be a limit such as ClipNorm(1.0), got 1.0"),
    (
        training(probes={"dead": "dead"}),
        TypeError,
        "probes['dead'] must be a function of a snapshot, got 'dead'",
    ),
    (training(probes=[dead]), TypeError, "probes must map names to functions, got [<function dead"),
    (
        training(probes={"mean": lambda seen: 1.0}),
        ValueError,
        "probes['mean'] must return an array of 3 rows, one a network, got shape ()",
    ),
    (
        training(probes={"x": lambda seen: seen.x[0]}),
        ValueError,
        "probes['x'] must return an array of 3 rows, one a network, got shape (20, 2)",
    ),
]

SETTINGS = [
    (lambda: SGD(learning_rate=0), ValueError, "learning_rate must be positive and finite, got 0"),
    (
        lambda: SGD(learning_rate=-1),
        ValueError,
        "learning_rate must be positive and finite, got -1",
    ),
    (lambda: Adam(learning_rate=NAN), ValueError, "learning_rate must be positive and finite"),
    (lambda: Adam(learning_rate=INF), ValueError, "learning_rate must be positive and finite"),
    (lambda: SGD(learning_rate=[0.1, 0]), ValueError, "learning_rate must be positive and finite"),
    (lambda: SGD(learning_rate=[]), ValueError, "learning_rate must be a number or one a seed"),
    (lambda: SGD(learning_rate=[[1]]), ValueError, "learning_rate must be a number or one a seed"),
    (lambda: SGD(learning_rate="a"), TypeError, "learning_rate must be a number or one a seed"),
    (lambda: SGD(learning_rate=None), TypeError, "learning_rate must be a number or one a seed"),
    (lambda: SGD(learning_rate=1j), TypeError, "learning_rate must be a number or one a seed"),
    (
        lambda: SGD(learning_rate=0.1, schedule=0.5),
        TypeError,
        "schedule must be a function of the step, got 0.5",
    ),
    (lambda: Momentum(**LAYER, momentum=1), ValueError, "momentum must be at least 0 and below 1"),
    (lambda: Nesterov(**LAYER, momentum=-0.1), ValueError, "momentum must be at least 0 and below"),
    (lambda: Nesterov(**LAYER, momentum="a"), TypeError, "momentum must be a number, got 'a'"),
    (
        lambda: RMSProp(**LAYER, decay=1.0),
        ValueError,
        "decay must be at least 0 and below 1, got 1",
    ),
    (lambda: RMSProp(**LAYER, epsilon=0), ValueError, "epsilon must be positive and finite, got 0"),
    (lambda: Adam(**LAYER, beta1=1), ValueError, "beta1 must be at least 0 and below 1, got 1"),
    (lambda: Adam(**LAYER, beta2=NAN), ValueError, "beta2 must be at least 0 and below 1, got nan"),
    (lambda: Adam(**LAYER, epsilon=-1), ValueError, "epsilon must be positive and finite, got -1"),
    (lambda: Adam(**LAYER, epsilon=True), TypeError, "epsilon must be a number, got True"),
    (lambda: Optimizer(**LAYER), TypeError, "abstract"),
    (lambda: ClipNorm(0), ValueError, "limit must be positive and finite, got 0"),
    (lambda: ClipNorm(NAN), ValueError, "limit must be positive and finite, got nan"),
    (lambda: ClipValue(-1), ValueError, "limit must be positive and finite, got -1"),
    (lambda: ClipValue("1"), TypeError, "limit must be a number, got '1'"),
    (lambda: L1(-0.1), ValueError, "strength must be 0 or more, and finite, got -0.1"),
    (lambda: L2(INF), ValueError, "strength must be 0 or more, and finite, got inf"),
    (lambda: L2(None), TypeError, "strength must be a number, got None"),
    (lambda: StepDecay(0), ValueError, "every must be at least 1, got 0"),
    (lambda: StepDecay(5, 0.0), ValueError, "factor must be above 0 and at most 1, got 0.0"),
    (lambda: ExponentialDecay(1.1), ValueError, "factor must be above 0 and at most 1, got 1.1"),
    (lambda: ExponentialDecay("1"), TypeError, "factor must be a number, got '1'"),
    (lambda: Cosine(0), ValueError, "steps must be at least 1, got 0"),
    (lambda: Cosine(1.5), TypeError, "steps must be an integer, got 1.5"),
    (lambda: WarmUp(0), ValueError, "steps must be at least 1, got 0"),
    (lambda: WarmUp(5, 0.1), TypeError, "after must be a schedule such as Cosine(100), got 0.1"),
    (lambda: streams([0], "noise"), ValueError, "purpose must be one of weights, biases, batches"),
    (lambda: streams([-1], "weights"), ValueError, "seeds must be 0 or more, got -1"),
]

NETWORKS = [
    (lambda: Network(2, ()), ValueError, "layers must hold at least one layer, got none"),
    (lambda: Network(0, (Dense(2, 3),)), ValueError, "fan_in must be at least 1, got 0"),
    (
        lambda: Network(2, (Dense(2, 3), Activate(relu), Dense(4, 1))),
        ValueError,
        "layers do not fit together at number 3: a dense layer of fan_in 4 cannot take 3 units",
    ),
    (
        lambda: Network(2, (Dense(2, 3), Activate(ALL["glu"]))),
        ValueError,
        "layers do not fit together at number 2: the axis must hold an even number of units, got 3",
    ),
    (
        lambda: Network(2, (Dense(2, 3), relu)),
        TypeError,
        "layers must be layers such as Dense(2, 3) or Activate(relu), got relu at number 2",
    ),
    (lambda: Network(2, (ALL["crelu"],)), TypeError, "got crelu at number 1"),
    (lambda: Dense(0, 3), ValueError, "fan_in must be at least 1, got 0"),
    (lambda: Dense(3, 2.0), TypeError, "fan_out must be an integer, got 2.0"),
    (lambda: Activate(np.tanh), TypeError, "f must be an activation such as relu, got <ufunc"),
    (lambda: Dropout(1), ValueError, "rate must be at least 0 and below 1, got 1"),
    (lambda: Dropout(-0.1), ValueError, "rate must be at least 0 and below 1, got -0.1"),
    (lambda: Dropout(NAN), ValueError, "rate must be at least 0 and below 1, got nan"),
    (lambda: Dropout("0.5"), TypeError, "rate must be a number, got '0.5'"),
    (lambda: mlp((2,), relu), ValueError, "widths must hold inputs and outputs at least, got (2,)"),
    (lambda: mlp(3, relu), ValueError, "widths must hold inputs and outputs at least, got 3"),
    (lambda: mlp((2, 0, 1), relu), ValueError, "widths[1] must be at least 1, got 0"),
    (lambda: mlp((2, 3, 1.5), relu), TypeError, "widths[2] must be an integer, got 1.5"),
    (lambda: mlp((2, 3), relu, dropout=1.5), ValueError, "rate must be at least 0 and below 1"),
    (lambda: mlp((2, 3, 1), "relu"), TypeError, "f must be an activation such as relu, got 'relu'"),
    (
        lambda: mlp((2, 4, 3, 1), ALL["glu"]),
        ValueError,
        "widths[2] does not suit glu: the axis must hold an even number of units, got 3",
    ),
    (lambda: NETWORK.draw(seeds=[]), ValueError, "seeds must hold at least one seed, got none"),
    (lambda: NETWORK.draw(seeds=[0], dtype="f2"), TypeError, "dtype must be float64 or float32"),
    (
        lambda: NETWORK.draw(seeds=[0], weights="he"),
        TypeError,
        "weights must be an initializer such as zeros, got 'he'",
    ),
    (
        lambda: NETWORK.draw(seeds=[0], biases=0.0),
        TypeError,
        "biases must be an initializer such as",
    ),
    (lambda: NETWORK.draw(seeds=[0], biases=he_normal), ValueError, "a bias has no fan in"),
    (
        lambda: Parameters(NETWORK.shapes, np.zeros((3, 38))),
        ValueError,
        "flat must have shape (S, 39), got (3, 38)",
    ),
    (
        lambda: Parameters(NETWORK.shapes, np.zeros(39)),
        ValueError,
        "flat must have shape (S, 39), got (39,)",
    ),
    (
        lambda: Parameters(NETWORK.shapes, np.zeros((3, 39), int)),
        TypeError,
        "flat must hold float64 or float32, got int64",
    ),
    (lambda: NETWORK.forward(OTHER, X), ValueError, "parameters must be those of this network"),
    (
        lambda: NETWORK.forward(START, X, noise=streams([0], "dropout")),
        ValueError,
        "noise must hold 3 generators, one a network, got 1",
    ),
    (lambda: NETWORK.forward(START, X[:, :1]), ValueError, "x must have shape (batch, 2) or (3,"),
    (lambda: NETWORK.forward(START, X[:0]), ValueError, "x must hold at least one example"),
]

Z = np.zeros((3, 5, 4))
LOSSES = [
    (
        lambda: softmax_cross_entropy(Z[0], [0] * 5),
        ValueError,
        "z must have shape (S, batch, fan_out",
    ),
    (
        lambda: softmax_cross_entropy(Z[:, :0], []),
        ValueError,
        "z must have shape (S, batch, fan_out",
    ),
    (lambda: softmax_cross_entropy(Z > 0, [0] * 5), TypeError, "z must hold float32 or float64"),
    (
        lambda: softmax_cross_entropy(Z, [0] * 4),
        ValueError,
        "y must hold 5 targets, one an example",
    ),
    (lambda: softmax_cross_entropy(Z, [[0] * 5] * 2), ValueError, "y must hold targets for 3 netw"),
    (
        lambda: softmax_cross_entropy(Z, [0, 1, 2, 3, 4]),
        ValueError,
        "y must hold labels from 0 to 3",
    ),
    (lambda: mean_squared_error(Z, Z[0, :4]), ValueError, "y must hold 5 targets, one an example"),
    (lambda: mean_squared_error(Z, Z[:2]), ValueError, "y must hold targets for 3 networks, got 2"),
    (lambda: mean_squared_error(Z, Z[..., 0]), ValueError, "y must have shape (batch, 4) or (S, b"),
    (lambda: accuracy(Z, [0]), ValueError, "y must hold 5 targets, one an example, got shape (1,)"),
    (lambda: accuracy(Z, [0.0] * 5), TypeError, "y must hold integer labels, got float64"),
    (
        lambda: accuracy(Z[0], [0] * 5),
        ValueError,
        "z must have shape (S, batch, fan_out), got (5, 4)",
    ),
]


def twin_training(**wrong: object) -> Callable:
    """Return a training of the twin that differs in these arguments."""
    given = {"parameters": START, "x": X, "y": Y, "loss": softmax_cross_entropy, "seed": 0}
    given |= {"optimizer": SGD(learning_rate=0.1), "steps": 3} | wrong
    return lambda: train_twin(
        NETWORK, given.pop("parameters"), given.pop("x"), given.pop("y"), **given
    )


class Still(Optimizer):
    """An optimizer that PyTorch does not know: it moves nothing."""

    def update(self, *_: object) -> None:
        """Do nothing."""


class Nothing:
    """A penalty that PyTorch does not know."""

    value = gradient = staticmethod(np.zeros_like)


TWINS = [
    (lambda: twin(NETWORK, OTHER), ValueError, "parameters must be those of this network"),
    (lambda: twin(NETWORK, START, 3), ValueError, "row must be from 0 to 2, got 3"),
    (lambda: twin(NETWORK, START, -1), ValueError, "row must be from 0 to 2, got -1"),
    (lambda: twin(NETWORK, START, 0.5), ValueError, "row must be from 0 to 2, got 0.5"),
    (
        lambda: from_twin(NETWORK, twin(mlp((2, 6, 4), relu), OTHER)),
        ValueError,
        "module must be a twin with parameters {'0.w': (2, 5), '0.b': (5,), '2.w': (5, 4)",
    ),
    (twin_training(row=7), ValueError, "row must be from 0 to 2, got 7"),
    (twin_training(seed=-1), ValueError, "seeds must be 0 or more, got -1"),
    (twin_training(seed=1.0), TypeError, "seeds must be integers, got 1.0"),
    (twin_training(steps=0), ValueError, "steps must be at least 1, got 0"),
    (
        twin_training(batch=21),
        ValueError,
        "batch must be at most 20, the number of examples, got 21",
    ),
    (
        twin_training(x=np.stack([X] * 3)),
        ValueError,
        "x must hold a set for each of the 1 networks",
    ),
    (twin_training(y=Y.astype(float)), TypeError, "y must hold integer labels, got float64"),
    (
        twin_training(loss=abs),
        TypeError,
        "loss must be one such as softmax_cross_entropy, got <built",
    ),
    (
        twin_training(optimizer=SGD(learning_rate=[0.1, 0.1])),
        ValueError,
        "learning_rate must be one number for one network, got (0.1, 0.1)",
    ),
    (twin_training(clip=np.clip), TypeError, "clip must be ClipNorm or ClipValue to have a twin"),
    (
        twin_training(penalties=[Nothing()]),
        TypeError,
        "penalties must be L1 or L2 to have a twin, got <",
    ),
    (
        twin_training(optimizer=Still(learning_rate=0.1)),
        TypeError,
        "optimizer must be one of ours to have a twin, got Still(",
    ),
]


def message(case: tuple) -> str:
    return case[2][:50]


@pytest.mark.parametrize("case", [*TRAINING, *SETTINGS, *NETWORKS, *LOSSES, *TWINS], ids=message)
def test_bad_input_is_refused_with_a_sentence_that_says_what_would_be_right(case: tuple) -> None:
    call, kind, said = case
    before = START.flat.copy()
    with pytest.raises(kind, match=re.escape(said)):
        call()
    assert_array_equal(START.flat, before)


def test_nothing_is_drawn_and_no_probe_is_asked_before_all_is_checked() -> None:
    asked = []
    probes = {"asked": lambda seen: asked.append(seen)}
    for wrong in ({"batch": 21}, {"y": Y[:-1]}, {"clip": 1.0}, {"seeds": [0, 1]}, {"loss": None}):
        with pytest.raises((TypeError, ValueError)):
            training(probes=probes, **wrong)()
    assert asked == []


def test_error_of_a_probe_comes_out_as_it_is() -> None:
    def broken(seen: object) -> np.ndarray:
        raise KeyError("a probe's own")

    with pytest.raises(KeyError, match="a probe's own"):
        training(probes={"broken": broken})()
