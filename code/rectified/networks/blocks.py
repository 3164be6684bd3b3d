"""Layers that keep deep networks trainable: a path around layers, and normalized signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from rectified.activations import Activation, VectorActivation
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.layers import Activate, Dense, Layer, LayerParameters, Noise
from rectified.networks.network import Network


def inner(parameters: LayerParameters, number: int) -> dict[str, np.ndarray]:
    """Return the parameters of one inner layer, by its own names."""
    start = f"{number}."
    return {
        name.removeprefix(start): view
        for name, view in parameters.items()
        if name.startswith(start)
    }


@dataclass(frozen=True)
class Residual:
    """A layer that adds what its inner layers make of h to h: h + F(h).

    On the way back the gradient goes through F and around it: Gᵀ → Gᵀ + Gᵀ ∂F/∂h.
    Raises TypeError for what is no layer. Source: he2016deep, equation 1.
    """

    layers: tuple[Layer, ...]

    fresh = True

    def __post_init__(self) -> None:
        """Check that there are inner layers."""
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            raise TypeError(f"layers must be one layer or more, got {self.layers!r}")

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of the inner layers' parameters, named "0.w", "0.b", "1.w", ..."""
        return {
            f"{number}.{name}": shape
            for number, layer in enumerate(self.layers)
            for name, shape in layer.shapes.items()
        }

    def width(self, units: int) -> int:
        """Return `units`; ValueError unless the inner layers give as many as they take."""
        out = units
        for layer in self.layers:
            out = layer.width(out)
        if out != units:
            raise ValueError(
                f"a residual layer must give as many units as it takes, {units}, got {out}"
            )
        return units

    def forward(
        self, parameters: LayerParameters, h: np.ndarray, noise: Noise, own: bool
    ) -> tuple[np.ndarray, list[Any]]:
        """Return h + F(h), and what the inner layers remember."""
        out, saved = h, []
        for number, layer in enumerate(self.layers):
            out, kept = layer.forward(inner(parameters, number), out, noise, False)
            saved.append(kept)
        return h + out, saved

    def backward(
        self,
        parameters: LayerParameters,
        saved: list[Any],
        grad: np.ndarray,
        gradient: LayerParameters,
        pull: bool,
    ) -> np.ndarray:
        """Write the inner gradients; return the sum of both ways."""
        back = grad
        for number in reversed(range(len(self.layers))):
            named = inner(parameters, number), inner(gradient, number)
            back = self.layers[number].backward(named[0], saved[number], back, named[1], True)
        return grad + back


@dataclass(frozen=True)
class Norm:
    """A layer that centres and scales along `axis`: (h - mean) / √(variance + epsilon).

    Then each unit has a gain and a bias, which are learned. "gain" is how far the gain is from 1,
    so that it starts at 0, as biases do.
    """

    units: int
    epsilon: float = 1e-5

    fresh = True
    axis: ClassVar[int]

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless units is a count and epsilon positive."""
        check_positive_int(units=self.units)
        check_positive(epsilon=self.epsilon)

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of the gains, less 1, and of the biases."""
        return {"gain": (self.units,), "b": (self.units,)}

    def width(self, units: int) -> int:
        """Return `units`; ValueError for another number than this layer's."""
        if units != self.units:
            raise ValueError(f"a norm of {self.units} units cannot take {units}")
        return units

    def forward(
        self, parameters: LayerParameters, h: np.ndarray, noise: Noise, own: bool
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Return the normalized signal; remember it without gain and bias, and the spread."""
        centred = h - h.mean(axis=self.axis, keepdims=True)
        spread = np.mean(centred * centred, axis=self.axis, keepdims=True)
        std = np.sqrt(spread + h.dtype.type(self.epsilon))
        unit = centred / std
        return unit * (1 + parameters["gain"][:, None]) + parameters["b"][:, None], (unit, std)

    def backward(
        self,
        parameters: LayerParameters,
        saved: tuple[np.ndarray, np.ndarray],
        grad: np.ndarray,
        gradient: LayerParameters,
        pull: bool,
    ) -> np.ndarray:
        """Write the gradients by gain and bias; return the one by h."""
        unit, std = saved
        gradient["gain"][...] = np.sum(grad * unit, axis=1)
        gradient["b"][...] = np.sum(grad, axis=1)
        grad = grad * (1 + parameters["gain"][:, None])
        mean = grad.mean(axis=self.axis, keepdims=True)
        along = unit * np.mean(grad * unit, axis=self.axis, keepdims=True)
        return (grad - mean - along) / std


class LayerNorm(Norm):
    """Normalize the units of each example, whatever the other examples. Source: ba2016layer."""

    axis = -1


class BatchNorm(Norm):
    """Normalize each unit over the examples of the batch. Source: ioffe2015batch, algorithm 1.

    It holds no running means: outside training, too, the examples that come together are the
    batch. So look at a whole set, never at an example alone.
    """

    axis = 1


def deep_mlp(
    widths: Sequence[int],
    f: Activation | VectorActivation,
    *,
    normalize: type[Norm] | None = None,
    residual: bool = False,
) -> Network:
    """Build a perceptron as `mlp` does, with a cure in each hidden layer.

    A hidden layer is Dense, a `normalize` such as BatchNorm if there is one, and f; where
    `residual` says so, each hidden layer behind the first is added to its own input. Raises
    ValueError unless there are two widths or more, and as the layers do.
    """
    if np.ndim(widths) != 1 or len(widths) < 2:
        raise ValueError(f"widths must hold inputs and outputs at least, got {widths!r}")
    layers: list[Layer] = []
    for place, (units, width) in enumerate(pairwise(widths[:-1])):
        norm = (normalize(width),) if normalize else ()
        hidden = (Dense(units, width), *norm, Activate(f))
        layers += [Residual(hidden)] if residual and place else hidden
    return Network(widths[0], (*layers, Dense(widths[-2], widths[-1])))
