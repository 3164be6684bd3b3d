"""Which gain suits which activation: what gains do to a signal, and which keep it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import Activation, identity, leaky_relu, relu, sigmoid, tanh
from rectified.experiments.settings import check_elementwise, check_initializers
from rectified.initializers import Initializer, lsuv, variance_scaling
from rectified.moments import gain
from rectified.networks import streams
from rectified.networks.checks import check_positive_int
from rectified.networks.streams import check_seeds

SINGLE = tuple(2 ** (k / 4) for k in range(-1, 4))  # gains tried as one for all
FIVE = (identity, tanh, relu, leaky_relu(slope=0.5), sigmoid)


def circulating_laws() -> dict[str, Initializer]:
    """Return formulas that circulate under the names of He and Xavier, right and wrong, by what
    they say: a standard deviation, or the ends of a uniform distribution.
    """
    return {
        "std 2/√n": variance_scaling(4.0, "fan_in", "normal"),
        "std √(2/n)": variance_scaling(2.0, "fan_in", "normal"),
        "uniform ±2/√n": variance_scaling(4 / 3, "fan_in", "uniform"),
        "std √(1/n)": variance_scaling(1.0, "fan_in", "normal"),
        "uniform ±1/√n": variance_scaling(1 / 3, "fan_in", "uniform"),
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnGains:
    """Variance after `depth` layers: A activations, G gains, S seeds."""

    activations: tuple[Activation, ...]  # A
    gains: tuple[float, ...]  # G: of the activations, in their order
    seeds: tuple[int, ...]
    depth: int
    width: int
    decades: np.ndarray  # (S, A, G): log10 E[z²] in the last layer; inputs have E[x²] = 1
    examples: np.ndarray  # (S, A): log10 of the variance of z over examples, with the own gain
    scaled: np.ndarray  # (S, A): log10 E[z²], weights scaled layer by layer by LSUV
    single: np.ndarray  # (S, A, T): log10 E[z²] at the gains of SINGLE

    @property
    def one_for_all(self) -> np.ndarray:
        """Powers of ten off 1, for the activation worst served, at the best single gain, (S,).

        The gains that are tried are those of `SINGLE`.
        """
        return np.abs(self.single).max(axis=1).min(axis=1)

    @property
    def worst_scaled(self) -> np.ndarray:
        """Powers of ten off 1, for the activation worst served, with LSUV, (S,)."""
        return np.abs(self.scaled).max(axis=1)


def own_gains(
    activations: Sequence[Activation] = FIVE,
    *,
    seeds: Sequence[int] = range(10),
    depth: int = 20,
    width: int = 128,
    batch: int = 32,
) -> OwnGains:
    """Give each activation the forward gain of each, and look at the variance of the last layer.

    A gain is that of `moments.gain`: it passes on variance 1. Beside it, LSUV gives each layer
    variance 1 on a batch; what is measured are other examples. All gains share a seed's draws.
    float64. Raises TypeError unless all are elementwise, and as `moments.gain` and `lsuv` do.
    Sources: he2015delving, mishkin2016all.
    """
    check_positive_int(depth=depth, width=width, batch=batch)
    for f in activations:
        check_elementwise(f)
    seeds, gains = check_seeds(seeds), tuple(gain(f) for f in activations)
    decades, examples, scaled, single = [], [], [], []
    for draws, rng in zip(streams(seeds, "weights"), streams(seeds, "examples"), strict=True):
        seen, unseen = rng.standard_normal((2, batch, width))
        unit = draws.standard_normal((depth, width, width)) / np.sqrt(width)
        each = [
            last_layer(f, own * unit, unseen) for f, own in zip(activations, gains, strict=True)
        ]
        last, tried = (
            [[last_square(f, size * unit, unseen) for size in sizes] for f in activations]
            for sizes in (gains, SINGLE)
        )
        shapes = [(width, width)] * depth
        made = [lsuv(shapes, f, seen, rng=draws).weights for f in activations]
        fitted = [last_square(f, w, unseen) for f, w in zip(activations, made, strict=True)]
        decades.append(np.log10(last))
        examples.append(np.log10([np.mean(np.var(z, axis=0)) for z in each]))
        single.append(np.log10(tried))
        scaled.append(np.log10(fitted))
    return OwnGains(
        activations=tuple(activations),
        gains=gains,
        seeds=seeds,
        depth=depth,
        width=width,
        decades=np.array(decades),
        examples=np.array(examples),
        scaled=np.array(scaled),
        single=np.array(single),
    )


def last_layer(f: Activation, weights: Sequence[np.ndarray], h: np.ndarray) -> np.ndarray:
    """Return z behind the last of these matrices, f between them; h is (batch, width)."""
    *others, last = weights
    for w in others:
        h = f(h @ w)
    return h @ last


def last_square(f: Activation, weights: Sequence[np.ndarray], h: np.ndarray) -> float:
    """Return E[z²] there."""
    return float(np.mean(last_layer(f, weights, h) ** 2))


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundGain:
    """The gain that keeps the variance of one wide layer, measured."""

    f: Activation
    seeds: tuple[int, ...]
    found: np.ndarray  # (S,)
    theory: float  # moments.gain


def found_gain(
    f: Activation, *, seeds: Sequence[int] = range(10), width: int = 256, batch: int = 64
) -> FoundGain:
    """Measure by what weights must be multiplied so that z of the next layer has mean square 1.

    z of this layer is standard normal, and so are the weights, over the root of the width: nothing
    is integrated. Raises TypeError unless f is elementwise, and as `moments.gain` does.
    """
    check_elementwise(f)
    check_positive_int(width=width, batch=batch)
    theory, seeds, found = gain(f), check_seeds(seeds), []
    for draws, rng in zip(streams(seeds, "weights"), streams(seeds, "examples"), strict=True):
        z = rng.standard_normal((batch, width))
        w = draws.standard_normal((width, width)) / np.sqrt(width)
        found.append(1 / np.sqrt(np.mean((f(z) @ w) ** 2)))
    return FoundGain(f=f, seeds=seeds, found=np.array(found), theory=theory)


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductStretches:
    """How far a product of matrices stretches: singular values, largest first."""

    weights: Initializer
    seeds: tuple[int, ...]
    depth: int
    values: np.ndarray  # (S, width)


def product_stretches(
    weights: Initializer, *, seeds: Sequence[int] = range(10), depth: int = 20, width: int = 64
) -> ProductStretches:
    """Multiply `depth` square matrices of this law, and take the product's singular values.

    That is what a network of linear layers does to a signal, by its direction. float64. Raises
    TypeError unless weights are an initializer. Source: saxe2014exact.
    """
    check_initializers(weights=weights)
    check_positive_int(depth=depth, width=width)
    rngs = streams(seeds, "weights")
    products = [
        product_of([weights((width, width), rng=rng) for _ in range(depth)]) for rng in rngs
    ]
    values = np.linalg.svd(np.array(products), compute_uv=False)
    return ProductStretches(weights=weights, seeds=check_seeds(seeds), depth=depth, values=values)


def product_of(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Return the product of matrices, from the first on."""
    product, *others = matrices
    for w in others:
        product = product @ w
    return product
