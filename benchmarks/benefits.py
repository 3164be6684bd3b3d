"""What an activation costs, and what its zeros save: the ratios that a chapter of the book shows.

    python benchmarks/benefits.py [--units N] [--rounds R] [--record] [--json FILE]
                                  [--markdown FILE]

Everything that is compared runs in the same rounds, one after the other, on one thread, and each
round gives one ratio. Times are those of the processor. With --record the figures also go into
the package, from where the chapter on what ReLU gains loads them: no page of the book measures a
time.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import torch
from scipy import sparse
from scipy.special import expit

from common import machine, report
from common.timing import interleaved
from rectified.activations import ALL, Activation, relu
from rectified.data.recorded import COSTS, FEWEST_ROUNDS, read_costs

NAMES = ("relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "silu", "gelu", "mish")
WRITTEN: Mapping[str, tuple[Callable, Callable]] = {  # name -> f(z), grad · f'(z) from z and f(z)
    "relu": (lambda z: np.maximum(z, 0), lambda z, h, grad: grad * (z > 0)),
    "leaky_relu": (
        lambda z: np.maximum(z, np.float32(0.01) * z),
        lambda z, h, grad: grad * np.where(z > 0, np.float32(1), np.float32(0.01)),
    ),
    "elu": (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z, h, grad: grad * np.where(z > 0, 1, h + 1),
    ),
    "sigmoid": (expit, lambda z, h, grad: grad * h * (1 - h)),
    "tanh": (np.tanh, lambda z, h, grad: grad * (1 - h * h)),
    "softplus": (lambda z: np.logaddexp(z, np.float32(0)), lambda z, h, grad: grad * expit(z)),
}
SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)  # of zeros, for products
BATCH = 256
REPEATS = 3  # calls in one round; the quickest counts


def busy_seconds(call: Callable[[], object]) -> float:
    """Return how long a call keeps the processor busy; at least a nanosecond."""
    start = time.process_time_ns()
    call()
    return max(1, time.process_time_ns() - start) * 1e-9


def per_round(
    calls: Mapping[str, Callable[[], object]], peer: str, rounds: int
) -> dict[str, list[float]]:
    """Return seconds of each call over those of the peer in the same round.

    They are seconds of the processor, on the one thread: waiting for other programs is not counted.
    """

    def quickest(call: Callable[[], object]) -> float:
        return min(busy_seconds(call) for _ in range(REPEATS))

    timed = {name: lambda call=call: quickest(call) for name, call in calls.items()}
    seconds = interleaved(timed, rounds)
    return {
        name: [float(a / b) for a, b in zip(each, seconds[peer], strict=True)]
        for name, each in seconds.items()
        if name != peer
    }


def both_ways(name: str, z: np.ndarray, grad: np.ndarray) -> Callable[[], object]:
    """Return one pass through a function and back, in NumPy, as one writes it down."""
    value, pull = WRITTEN[name]
    return lambda: pull(z, value(z), grad)


def torch_both_ways(name: str, z: np.ndarray, grad: np.ndarray) -> Callable[[], object]:
    """Return one pass through a function of PyTorch and back by autograd."""
    f = ALL[name]
    leaf, pulled = torch.tensor(z, requires_grad=True), torch.tensor(grad)
    return lambda: torch.autograd.grad(f.torch_value(leaf), leaf, pulled)


def activations(
    names: Iterable[str], units: int, rounds: int, both: Callable
) -> dict[str, list[float]]:
    """Return what each activation costs, forward and backward, over ReLU."""
    rng = np.random.default_rng(0)
    z, grad = rng.standard_normal((2, BATCH, units), dtype=np.float32)
    calls = {name: both(name, z, grad) for name in names}
    return per_round(calls, "relu", rounds)


def layer(units: int, f: Activation, *, bend: bool) -> Callable[[], object]:
    """Return one pass through a layer of weighted sums and f, or the sums alone, and back."""
    rng = np.random.default_rng(0)
    h, w, grad = (
        torch.tensor(rng.standard_normal(shape, dtype=np.float32))
        for shape in ((BATCH, units), (units, units), (BATCH, units))
    )
    w /= units**0.5
    h.requires_grad_()
    w.requires_grad_()
    if bend:
        return lambda: torch.autograd.grad(f.torch_value(h @ w), (h, w), grad)
    return lambda: torch.autograd.grad(h @ w, (h, w), grad)


def layer_shares(widths: Sequence[int], rounds: int) -> dict[str, list[float]]:
    """Return a layer's time with ReLU, and with tanh, over the time of its sums alone."""
    found = {}
    for width in widths:
        calls = {name: layer(width, ALL[name], bend=True) for name in ("relu", "tanh", "gelu")}
        calls["sums"] = layer(width, relu, bend=False)
        ratios = per_round(calls, "sums", rounds)
        found |= {f"{name}, {width} units": each for name, each in ratios.items()}
    return found


def with_zeros(share: float, units: int) -> np.ndarray:
    """Return outputs (BATCH, units), each 0 with probability `share`, the rest positive."""
    rng = np.random.default_rng(0)
    h = np.abs(rng.standard_normal((BATCH, units), dtype=np.float32)) + np.float32(0.01)
    return np.where(rng.random(h.shape) < share, np.float32(0), h)


def products(units: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return the product of outputs with the next weights, in three ways, over the plain one.

    dense: zeros are numbers like others; sparse: SciPy's CSR form passes them over, and making
    that form is not counted; narrow: whole units are 0, and left out, copying what stays counted.
    """
    rng = np.random.default_rng(1)
    w = rng.standard_normal((units, units), dtype=np.float32)
    full = with_zeros(0.0, units)
    calls: dict[str, Callable[[], object]] = {"full": lambda: full @ w}
    for share in SHARES:
        h = with_zeros(share, units)
        rows = sparse.csr_array(h)
        kept = np.sort(rng.permutation(units)[: max(1, round((1 - share) * units))])
        calls[f"dense {share}"] = lambda h=h: h @ w
        calls[f"sparse {share}"] = lambda rows=rows: rows @ w
        calls[f"narrow {share}"] = lambda kept=kept: full[:, kept] @ w[kept]
    ratios = per_round(calls, "full", rounds)
    return {
        way: {str(share): ratios[f"{way} {share}"] for share in SHARES}
        for way in ("dense", "sparse", "narrow")
    }


def figures(units: int, rounds: int) -> dict:
    """Measure everything; the form is that of `rectified.data.recorded`."""
    sizes = {"batch": BATCH, "units": units, "dtype": "float32"}
    widths = sorted({max(1, units // 16), max(1, units // 4), units})

    def group(per: str, samples: dict, settings: dict = sizes) -> dict:
        return {"per": per, "settings": settings, "samples": samples}

    found = products(units, rounds)
    return {
        "machine": machine.describe(),
        "measured_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "rounds": rounds,
        "numpy": group("relu, NumPy", activations(WRITTEN, units, rounds, both_ways)),
        "torch": group("relu, PyTorch", activations(NAMES, units, rounds, torch_both_ways)),
        "layer": group(
            "weighted sums alone, PyTorch",
            layer_shares(widths, rounds),
            {"batch": BATCH, "dtype": "float32"},
        ),
        "dense": group("product without zeros", found["dense"]),
        "sparse": group("product without zeros", found["sparse"]),
        "narrow": group("product of all units", found["narrow"]),
    }


def tables(found: dict) -> str:
    """Return medians, lowest and highest as Markdown."""
    parts = ["# What ReLU costs, and what zeros save"]
    for name in ("numpy", "torch", "layer", "dense", "sparse", "narrow"):
        each = found[name]
        lines = [
            [who, *(f"{pick(ratios):.2f}" for pick in (np.median, np.min, np.max))]
            for who, ratios in each["samples"].items()
        ]
        heads = [f"{name}, over {each['per']}", "median", "lowest", "highest"]
        parts.append(report.table(heads, lines))
    return "\n\n".join(parts)


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    units = report.at_least(16)
    parser.add_argument("--units", type=units, default=1024, help="units of the layers (1024)")
    parser.add_argument("--record", action="store_true", help="keep the figures in the package")
    report.add_options(parser, "benefits", fewest_rounds=FEWEST_ROUNDS)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    found = figures(options.units, options.rounds)
    read_costs(found)  # what the package could not load is not written
    report.write(found, tables(found), options)
    if options.record:
        COSTS.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        print(f"Recorded in {COSTS.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
