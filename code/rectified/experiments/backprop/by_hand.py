"""One step of descent, with numbers so short that a reader can follow each of them on paper."""

from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.networks import SGD, Network, Parameters, mean_squared_error, mlp

# One example, and the network that meets it. The second hidden unit is off, so its gate is shut;
# the same gradient arrives at the second and the third.
X, Y = [[1.0, 0.5]], [[-1.0]]
PARAMETERS = (
    {"w": [[0.5, -0.5, 0.5], [1.0, 1.0, -1.5]], "b": [-0.5, -0.5, 1.0]},
    {},
    {"w": [[-0.5], [1.0], [1.0]], "b": [-0.5]},
)


@dataclass(frozen=True, kw_only=True, eq=False)
class OneStep:
    """A network of 2 inputs, 3 ReLUs and 1 output on one example, before and after one step."""

    learning_rate: float
    x: np.ndarray  # (2,)
    y: np.ndarray  # (1,)
    w1: np.ndarray  # (2, 3)
    b1: np.ndarray  # (3,)
    z1: np.ndarray  # (3,)
    h1: np.ndarray  # (3,)
    w2: np.ndarray  # (3, 1)
    b2: np.ndarray  # (1,)
    z2: np.ndarray  # (1,), the prediction
    loss: float  # squared error of the one example
    grad_z2: np.ndarray  # (1,), and so on: the gradient by z2, shaped as z2
    grad_w2: np.ndarray
    grad_b2: np.ndarray
    grad_h1: np.ndarray
    grad_z1: np.ndarray
    grad_w1: np.ndarray
    grad_b1: np.ndarray
    new_w1: np.ndarray
    new_b1: np.ndarray
    new_w2: np.ndarray
    new_b2: np.ndarray
    new_z2: np.ndarray  # the prediction after the step
    new_loss: float


def one_step(*, learning_rate: float = 0.1) -> OneStep:
    """Take one step of gradient descent with the network of this module, and keep every number.

    Raises ValueError unless the learning rate is positive and finite.
    """
    optimizer = SGD(learning_rate=learning_rate)
    network = mlp((2, 3, 1), relu)
    theta = written(network)
    signals: list[np.ndarray] = []
    trace = network.forward(theta, X, signals=signals)
    loss, grad_z2 = mean_squared_error(trace.z, Y)
    flow: list[np.ndarray] = []
    gradient = network.backward(theta, trace, grad_z2, flow=flow)
    new = theta.copy()
    optimizer.update(new.flat, gradient.flat.copy(), [], learning_rate, 1)
    new_z2 = network.forward(new, X).z
    z1, h1, z2 = signals
    _, grad_h1, grad_z1 = flow
    rows = {"z1": z1, "h1": h1, "z2": z2, "new_z2": new_z2}
    rows |= {"grad_z2": grad_z2, "grad_h1": grad_h1, "grad_z1": grad_z1}
    return OneStep(
        learning_rate=learning_rate,
        x=np.array(X[0]),
        y=np.array(Y[0]),
        loss=float(loss[0]),
        new_loss=float(mean_squared_error(new_z2, Y)[0][0]),
        **{name: signal[0, 0] for name, signal in rows.items()},  # (S, batch, units) -> (units,)
        **_named("", theta),
        **_named("grad_", gradient),
        **_named("new_", new),
    )


def written(network: Network) -> Parameters:
    """Return the parameters of this module, for one network."""
    theta = Parameters.empty(network.shapes, 1, np.dtype(np.float64))
    for layer, given in zip(theta.layers, PARAMETERS, strict=True):
        for name, values in given.items():
            layer[name][0] = values
    return theta


def _named(prefix: str, parameters: Parameters) -> dict[str, np.ndarray]:
    """Return the four parameters of the one network by name: w1, b1, w2 and b2."""
    first, _, second = parameters.layers
    numbered = {"1": first, "2": second}
    return {
        f"{prefix}{name}{number}": layer[name][0]
        for number, layer in numbered.items()
        for name in ("w", "b")
    }
