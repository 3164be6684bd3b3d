"""How long activations take, beside NumPy's own maximum, a copy of the memory, and PyTorch.

    python benchmarks/activations.py [--size N] [--rounds R] [--json FILE]

All that is compared runs in the same rounds, one after the other; a figure is the median of its
rounds. PyTorch has one thread, as NumPy has. Ratios travel between machines; seconds do not.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch

from rectified.activations import ELEMENTWISE, relu


def interleaved(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each call; a first round, not counted, warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in seconds.items()}


def relu_ratios(z: np.ndarray, rounds: int) -> dict[str, float]:
    """Return how much longer relu takes than np.maximum and a copy, in a new array and in place."""
    out, place = np.empty_like(z), z.copy()
    seconds = interleaved(
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


def torch_ratios(name: str, z: np.ndarray, rounds: int) -> dict[str, float]:
    """Return how much longer value and derivative take than PyTorch's forward and backward."""
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
    seconds = interleaved(calls, rounds)
    return {
        "value ns": seconds["value"] / z.size * 1e9,
        "value / torch": seconds["value"] / seconds["torch"],
        "both / torch": seconds["both"] / seconds.get("torch both", np.nan),
    }


def print_table(rows: Mapping[str, Mapping[str, float]], title: str) -> None:
    """Print one line for each row."""
    heads = list(next(iter(rows.values())))
    print(title)
    print(" " * 16 + "".join(f"{head:>16}" for head in heads))
    for name, row in rows.items():
        print(f"{name:16}" + "".join(f"{row[head]:16.2f}" for head in heads))


def main(arguments: list[str]) -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10**7, help="numbers in relu's array")
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count")
    parser.add_argument("--json", help="file that takes the figures")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    z = np.random.default_rng(0).standard_normal(options.size)
    small = z[: options.size // 10].copy()  # 8 MB at the usual size: more than a cache holds
    ratios = relu_ratios(z, options.rounds)
    rows = {
        dtype: {
            name: torch_ratios(name, small.astype(dtype), options.rounds) for name in ELEMENTWISE
        }
        for dtype in ("float64", "float32")
    }
    print(f"relu, {options.size:,} numbers of float64")
    for name, ratio in ratios.items():
        print(f"  {name:36}{ratio:6.2f}")
    for dtype, table in rows.items():
        print_table(table, f"\n{small.size:,} numbers of {dtype}, PyTorch with one thread")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"size": options.size, "relu": ratios, "torch": rows}, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1:])
