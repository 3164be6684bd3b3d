"""A network is a chain of layers: forward through them, and backward with the chain rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rectified.activations import Activation, VectorActivation
from rectified.initializers import Initializer, he_normal, zeros
from rectified.initializers.record import check_dtype
from rectified.networks.checks import as_inputs, check_positive_int
from rectified.networks.layers import Activate, Dense, Dropout, Layer, Noise
from rectified.networks.parameters import Parameters, is_weight
from rectified.networks.streams import streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """What a forward pass leaves for the backward one."""

    saved: tuple[Any, ...]  # what each layer remembers, in a form of its own
    z: np.ndarray  # output of the network, (S, batch, fan_out)


@dataclass(frozen=True)
class Network:
    """A chain of layers that takes `fan_in` inputs; it holds no parameters, so it never changes.

    Raises ValueError, naming the layer, if one cannot take what the one before gives; TypeError
    for what is no layer.
    """

    fan_in: int
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        """Check that the layers fit together."""
        check_positive_int(fan_in=self.fan_in)
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("layers must hold at least one layer, got none")
        for number, layer in enumerate(self.layers, start=1):
            if not isinstance(layer, Layer):
                wanted = "layers such as Dense(2, 3) or Activate(relu)"
                raise TypeError(f"layers must be {wanted}, got {layer!r} at number {number}")
        assert self.widths  # walks the chain, and raises where it is broken

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Units before the first layer, and after each."""
        widths = [self.fan_in]
        for number, layer in enumerate(self.layers, start=1):
            try:
                widths.append(layer.width(widths[-1]))
            except ValueError as error:
                raise ValueError(
                    f"layers do not fit together at number {number}: {error}"
                ) from None
        return tuple(widths)

    @property
    def fan_out(self) -> int:
        """Number of outputs."""
        return self.widths[-1]

    @cached_property
    def shapes(self) -> tuple:
        """Shapes of each layer's parameters, by name."""
        return tuple(layer.shapes for layer in self.layers)

    def draw(
        self,
        *,
        seeds: Sequence[int],
        weights: Initializer = he_normal,
        biases: Initializer = zeros,
        dtype: DTypeLike = np.float64,
    ) -> Parameters:
        """Draw the parameters of one network for each seed.

        Weights and biases come from streams of their own: a seed's weights do not depend on how
        its biases are drawn. Raises as `streams` and the initializers do.
        """
        for name, initializer in {"weights": weights, "biases": biases}.items():
            if not isinstance(initializer, Initializer):
                raise TypeError(f"{name} must be an initializer such as zeros, got {initializer!r}")
        check_dtype(dtype)
        for_weights = weights, streams(seeds, "weights")
        for_others = biases, streams(seeds, "biases")
        parameters = Parameters.empty(self.shapes, len(for_others[1]), np.dtype(dtype))
        for layer in parameters.layers:
            for name, rows in layer.items():
                initializer, rngs = for_weights if is_weight(name) else for_others
                for row, rng in zip(rows, rngs, strict=True):
                    row[...] = initializer(row.shape, rng=rng, dtype=dtype)
        return parameters

    def forward(
        self,
        parameters: Parameters,
        x: ArrayLike,
        *,
        noise: Noise = None,
        signals: list[np.ndarray] | None = None,
    ) -> Trace:
        """Send x through all layers; the outputs are `.z` of the trace, (S, batch, fan_out).

        x is (batch, fan_in), the same for all networks, or (S, batch, fan_in), one set for each;
        it is rounded to the dtype of the parameters. `noise` is for layers that drop units: one
        generator for each network. `signals` takes the output of each layer, first layer first.
        Raises TypeError or ValueError for what does not fit.
        """
        seeds = len(parameters)
        self.check(parameters)
        if noise is not None and len(noise) != seeds:
            raise ValueError(f"noise must hold {seeds} generators, one a network, got {len(noise)}")
        x = as_inputs(x, self.fan_in, seeds, parameters.flat.dtype)
        x = np.broadcast_to(x, (seeds, *x.shape[1:]))
        return self.propagate(parameters, x, noise, signals)

    def check(self, parameters: Parameters) -> None:
        """Raise ValueError unless the parameters are those of a network like this one."""
        if parameters.shapes != self.shapes:
            raise ValueError("parameters must be those of this network: draw them by network.draw")

    def propagate(
        self,
        parameters: Parameters,
        h: np.ndarray,
        noise: Noise,
        signals: list[np.ndarray] | None = None,
    ) -> Trace:
        """Do what `forward` does, without its checks: h is (S, batch, fan_in), of their dtype."""
        saved, own = [], False  # x is the caller's
        for layer, theta in zip(self.layers, parameters.layers, strict=True):
            h, kept = layer.forward(theta, h, noise, own)
            own = layer.fresh and signals is None
            saved.append(kept)
            if signals is not None:
                signals.append(h)
        return Trace(saved=tuple(saved), z=h)

    def backward(
        self,
        parameters: Parameters,
        trace: Trace,
        grad_z: np.ndarray,
        gradient: Parameters | None = None,
        *,
        flow: list[np.ndarray] | None = None,
        to_input: bool = False,
    ) -> Parameters:
        """Return the gradient by all parameters, given the one by the network's outputs.

        `gradient` takes it instead of new memory. `flow` takes the gradient by the output of each
        layer, last layer first; `to_input` adds the one by x.
        """
        if gradient is None:
            gradient = Parameters(self.shapes, np.empty_like(parameters.flat))
        grad = grad_z
        for index in reversed(range(len(self.layers))):
            if flow is not None:
                flow.append(grad)
            grad = self.layers[index].backward(
                parameters.layers[index],
                trace.saved[index],
                grad,
                gradient.layers[index],
                to_input or index > 0,
            )
        if flow is not None and to_input:
            flow.append(grad)
        return gradient


def mlp(
    widths: Sequence[int], f: Activation | VectorActivation, *, dropout: float = 0.0
) -> Network:
    """Build a multilayer perceptron: `widths` are inputs, hidden layers and outputs.

    Each hidden layer is Dense and f, and drops outputs at the rate `dropout` while training; the
    last layer is Dense alone. A depth of len(widths) - 1 layers with weights. If f changes the
    number of units, as maxout does, the next layer takes what f gives. Raises TypeError or
    ValueError unless there are at least two widths, all of them integers of 1 or more that f can
    take, and 0 <= dropout < 1.
    """
    if np.ndim(widths) != 1 or len(widths) < 2:
        raise ValueError(f"widths must hold inputs and outputs at least, got {widths!r}")
    check_positive_int(**{f"widths[{place}]": width for place, width in enumerate(widths)})
    drop = [Dropout(dropout)] if dropout else []
    layers: list[Layer] = []
    units = widths[0]
    for place, width in enumerate(widths[1:-1], start=1):
        layers += [Dense(units, width), Activate(f), *drop]
        try:
            units = Activate(f).width(width)
        except ValueError as error:
            raise ValueError(f"widths[{place}] does not suit {f}: {error}") from None
    return Network(widths[0], (*layers, Dense(units, widths[-1])))
