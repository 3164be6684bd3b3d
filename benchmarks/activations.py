"""How long activations take, beside NumPy's own maximum, a copy of the memory, and PyTorch.

    python benchmarks/activations.py [--size N] [--rounds R] [--json FILE] [--markdown FILE]

All that is compared runs in the same rounds, one after the other; a figure is the median of its
rounds. PyTorch has one thread, as NumPy has. Ratios travel between machines; seconds do not.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from common import machine, report
from common.timing import interleaved, seconds_of
from rectified.activations import ELEMENTWISE, relu


def medians(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each call."""
    timed = {name: lambda call=call: seconds_of(call) for name, call in calls.items()}
    return {name: statistics.median(each) for name, each in interleaved(timed, rounds).items()}


def relu_ratios(z: np.ndarray, rounds: int) -> dict[str, float]:
    """Return how much longer relu takes than np.maximum and a copy, in a new array and in place."""
    out, place = np.empty_like(z), z.copy()
    seconds = medians(
        {
            "relu": lambda: relu(z),
            "maximum": lambda: np.maximum(z, 0.0),
            "copy": lambda: z.copy(),
            "relu in place": lambda: relu(place, out=place),
            "maximum in place": lambda: np.maximum(place, 0.0, out=place),
            "copy to": lambda: np.copyto(out, z),
        },
        rounds,
    )
    return {
        "relu / np.maximum": seconds["relu"] / seconds["maximum"],
        "relu / copy": seconds["relu"] / seconds["copy"],
        "relu in place / np.maximum in place": seconds["relu in place"]
        / seconds["maximum in place"],
        "relu in place / copy": seconds["relu in place"] / seconds["copy to"],
    }


def torch_ratios(name: str, z: np.ndarray, rounds: int) -> dict[str, float | None]:
    """Return how much longer value and derivative take than PyTorch's forward and backward.

    None stands for a ratio to what PyTorch does not have.
    """
    f = ELEMENTWISE[name]
    out, t = np.empty_like(z), torch.from_numpy(z)
    leaf = t.clone().requires_grad_()

    def forward_backward() -> None:
        leaf.grad = None
        f.torch_value(leaf).backward(ones)

    ones = torch.ones_like(t)
    calls = {
        "value": lambda: f(z, out=out),
        "torch": lambda: f.torch_value(t),
        "both": lambda: (f(z, out=out), f.derivative(z, out=out)),
    }
    if not f.jumps:  # the step has no backward in PyTorch
        calls["torch both"] = forward_backward
    seconds = medians(calls, rounds)
    return {
        "value ns": seconds["value"] / z.size * 1e9,
        "value / torch": seconds["value"] / seconds["torch"],
        "both / torch": None if f.jumps else seconds["both"] / seconds["torch both"],
    }


def number(ratio: float | None) -> str:
    """Return a figure as tables show it."""
    return "–" if ratio is None else f"{ratio:.2f}"


def tables(figures: Mapping) -> str:
    """Return the figures as Markdown."""
    relu_lines = [[name, number(ratio)] for name, ratio in figures["relu"].items()]
    parts = [
        "# Activations",
        f"## relu, {figures['size']:,} numbers of float64",
        report.table(["", "ratio"], relu_lines),
    ]
    for dtype, rows in figures["torch"].items():
        heads = ["activation", *next(iter(rows.values()))]
        lines = [[name, *map(number, row.values())] for name, row in rows.items()]
        title = f"## {figures['size'] // 10:,} numbers of {dtype}, PyTorch with one thread"
        parts += [title, report.table(heads, lines)]
    return "\n\n".join(parts)


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    size = report.at_least(10)
    parser.add_argument("--size", type=size, default=10**7, help="numbers in relu's array (10**7)")
    report.add_options(parser, "activations")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    z = np.random.default_rng(0).standard_normal(options.size)
    small = z[: options.size // 10].copy()  # 8 MB at the usual size: more than a cache holds
    figures = {
        "machine": machine.describe(),
        "rounds": options.rounds,
        "size": options.size,
        "relu": relu_ratios(z, options.rounds),
        "torch": {
            dtype: {
                name: torch_ratios(name, small.astype(dtype), options.rounds)
                for name in ELEMENTWISE
            }
            for dtype in ("float64", "float32")
        },
    }
    report.write(figures, tables(figures), options)


if __name__ == "__main__":
    main(sys.argv[1:])
