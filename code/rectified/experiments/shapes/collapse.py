"""What depth is worth without a bend, and what the bend adds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import ELEMENTWISE, Activation, identity, relu
from rectified.experiments.grids import full_range
from rectified.initializers import generators
from rectified.networks.checks import check_positive_int


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearStack:
    """How far networks are from one affine map, in standard deviations of their outputs."""

    depths: tuple[int, ...]  # D depths
    product_error: np.ndarray  # (S, D): from the map that the multiplied weights give, largest
    residual: np.ndarray  # (S, D): from the affine map that least squares finds, RMS
    bent_residual: np.ndarray  # (S, D): the same, with ReLU in place of the first identity


def linear_stack(
    *, depths: Sequence[int] = (2, 6, 20), seeds: Sequence[int] = range(20), width: int = 8
) -> LinearStack:
    """Send 200 normal inputs through random networks of identities; weights and biases are
    normal, weights of gain 1. Source: goodfellow2016deep.
    """
    check_positive_int(width=width, depth=min(depths, default=0), seeds=len(seeds))
    rows = np.array([[_one_stack(seed, depth, width) for depth in depths] for seed in seeds])
    return LinearStack(
        depths=tuple(depths),
        product_error=rows[..., 0],
        residual=rows[..., 1],
        bent_residual=rows[..., 2],
    )


def _one_stack(seed: int, depth: int, width: int) -> tuple[float, float, float]:
    rng = np.random.default_rng([seed, depth])
    w = rng.standard_normal((depth, width, width)) / np.sqrt(width)
    b = rng.standard_normal((depth, width))
    x = rng.standard_normal((200, width))
    straight, bent, product, offset = x, x, np.eye(width), np.zeros(width)
    for layer in range(depth):
        straight = identity(straight @ w[layer] + b[layer])
        bent = (identity if layer else relu)(bent @ w[layer] + b[layer])
        product, offset = product @ w[layer], offset @ w[layer] + b[layer]
    error = np.max(np.abs(x @ product + offset - straight)) / _spread(straight)
    return error, _affine_residual(x, straight), _affine_residual(x, bent)


def _spread(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.var(y, axis=0))))


def _affine_residual(x: np.ndarray, y: np.ndarray) -> float:
    columns = np.column_stack([x, np.ones(len(x))])
    fit, *_ = np.linalg.lstsq(columns, y, rcond=None)
    return float(np.sqrt(np.mean((columns @ fit - y) ** 2))) / _spread(y)


@dataclass(frozen=True, kw_only=True, eq=False)
class IdentityRange:
    """What the identity does to its inputs, and how far its outputs go."""

    n: int  # inputs looked at, both zeros, both infinities and NaN among them
    changed: int  # those whose bits are not returned as they came
    sizes: np.ndarray  # (k,): R, the half-width of an interval around 0
    highest: np.ndarray  # (k,): largest output on [-R, R], divided by R
    lowest: np.ndarray  # (k,)


def identity_range() -> IdentityRange:
    """Count changed bits, and follow the outputs out to the largest doubles."""
    largest, smallest = np.finfo(np.float64).max, np.finfo(np.float64).smallest_subnormal
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, largest, -largest, smallest, -smallest]
    z = np.concatenate([full_range(identity), special])
    changed = np.count_nonzero(identity(z).view(np.int64) != z.view(np.int64))
    sizes = 10.0 ** np.arange(0, 301, 50)
    outputs = identity(sizes[:, None] * np.linspace(-1.0, 1.0, 201))  # (k, 201)
    return IdentityRange(
        n=z.size,
        changed=int(changed),
        sizes=sizes,
        highest=outputs.max(axis=1) / sizes,
        lowest=outputs.min(axis=1) / sizes,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Superposition:
    """How far each activation is from f(x + y) = f(x) + f(y) and f(c·x) = c·f(x)."""

    activations: tuple[str, ...]  # A names
    defect: np.ndarray  # (A,): largest miss for x, y from -4 to 4 and any factor c
    half_line_defect: np.ndarray  # (A,): largest for x, y of one sign and c > 0
    linear: tuple[str, ...]  # no miss at all, but for rounding
    unclear: tuple[str, ...]  # a miss that is neither rounding nor clear
    linear_on_halves: tuple[str, ...]  # nonlinear as a whole, linear on either side of 0


def superposition(*, rounding: float = 1e-12, clear: float = 0.01) -> Superposition:
    """Put every elementwise activation to the test that defines a linear function."""
    steps = np.arange(1, 17) / 4
    every, factors = np.concatenate([-steps[::-1], [0.0], steps]), np.array([-2.0, -1.0, 0.5, 3.0])
    whole = np.array([_miss(f, every, factors) for f in ELEMENTWISE.values()])
    halves = np.array(
        [max(_miss(f, s * steps, factors[2:]) for s in (-1, 1)) for f in ELEMENTWISE.values()]
    )
    names = np.array(list(ELEMENTWISE))
    return Superposition(
        activations=tuple(ELEMENTWISE),
        defect=whole,
        half_line_defect=halves,
        linear=tuple(names[whole <= rounding].tolist()),
        unclear=tuple(names[(whole > rounding) & (whole < clear)].tolist()),
        linear_on_halves=tuple(names[(whole >= clear) & (halves <= rounding)].tolist()),
    )


def _miss(f: Activation, x: np.ndarray, factors: np.ndarray) -> float:
    additive = f(x[:, None] + x) - f(x)[:, None] - f(x)
    homogeneous = f(factors[:, None] * x) - factors[:, None] * f(x)
    return float(max(np.max(np.abs(additive)), np.max(np.abs(homogeneous))))


@dataclass(frozen=True, kw_only=True, eq=False)
class NormGrowth:
    """How the norm of a signal changes on its way through the layers of one kind of network."""

    activation: str
    gain: float
    decades: np.ndarray  # (S, depth): log10 of the norm after each layer over the norm of x


def norm_growth(
    f: Activation,
    *,
    gain: float = 1.0,
    orthogonal: bool = False,
    seeds: Sequence[int] = range(20),
    depth: int = 50,
    width: int = 32,
) -> NormGrowth:
    """Send one normal input through S random networks: bias 0, weights normal with variance
    gain² / width, or gain times a random orthogonal matrix. Source: saxe2014exact.
    """
    check_positive_int(depth=depth, width=width)
    rngs = generators(seeds)
    h = np.stack([rng.standard_normal((1, width)) for rng in rngs])  # (S, 1, width)
    norm, decades = np.linalg.norm(h, axis=(1, 2)), np.empty((len(rngs), depth))
    for layer in range(depth):
        w = np.stack([rng.standard_normal((width, width)) for rng in rngs])  # (S, fan_in, fan_out)
        w = np.linalg.qr(w).Q if orthogonal else w / np.sqrt(width)
        h = f(gain * (h @ w))
        decades[:, layer] = np.log10(np.linalg.norm(h, axis=(1, 2)) / norm)
    return NormGrowth(activation=f.name, gain=gain, decades=decades)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReluPair:
    """Combinations of ReLUs set beside the identity."""

    n: int  # numbers looked at
    scalar_error: float  # largest |relu(x) - relu(-x) - x|
    layer_error: float  # largest error of a layer of 2·width ReLUs and its sum, on R^width


def relu_pair(
    *, n: int = 100_000, width: int = 5, rng: np.random.Generator | None = None
) -> ReluPair:
    """Rebuild x from relu(x) and relu(-x), for sizes from 1e-300 to 1e300 and for vectors."""
    check_positive_int(n=n, width=width)
    rng = rng or np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], n) * 10.0 ** rng.uniform(-300, 300, n)
    vectors = rng.standard_normal((1000, width))
    first = np.concatenate([np.eye(width), -np.eye(width)], axis=1)  # (width, 2 width)
    rebuilt = relu(vectors @ first) @ first.T
    return ReluPair(
        n=n,
        scalar_error=float(np.max(np.abs(relu(x) - relu(-x) - x))),
        layer_error=float(np.max(np.abs(rebuilt - vectors))),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReluSums:
    """How far random sums of ReLUs, as in `relu_pair` but with weights drawn, are from linear."""

    n: int
    miss: np.ndarray  # (n,): largest |f(x + y) - f(x) - f(y)|, over the largest |f|
    nonlinear: float  # share with a miss above 1 %


def random_relu_sums(
    *, n: int = 1000, width: int = 5, rng: np.random.Generator | None = None
) -> ReluSums:
    """Draw n sums of 2·width ReLUs of `width` inputs, without biases, which alone would break
    f(x + y) = f(x) + f(y); and try that on 50 pairs of normal inputs.
    """
    check_positive_int(n=n, width=width)
    rng = rng or np.random.default_rng(0)
    w = rng.standard_normal((n, width, 2 * width))
    coefficients = rng.standard_normal((n, 2 * width, 1))
    x, y = rng.standard_normal((2, 50, width))
    at_x, at_y, at_sum = (relu(points @ w) @ coefficients for points in (x, y, x + y))  # (n, 50, 1)
    miss = np.max(np.abs(at_sum - at_x - at_y), axis=(1, 2)) / np.max(np.abs(at_sum), axis=(1, 2))
    return ReluSums(n=n, miss=miss, nonlinear=float(np.mean(miss > 0.01)))
