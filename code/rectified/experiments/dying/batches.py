"""Units that look dead on a mini-batch, and are not on the set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rectified.activations import relu
from rectified.data import Split
from rectified.experiments.settings import check_data, check_hidden
from rectified.experiments.trials.arms import DTYPE, Arm, trained
from rectified.experiments.trials.tuning import SEEDS
from rectified.networks import Activate, streams
from rectified.networks.checks import check_positive, check_positive_int
from rectified.networks.streams import check_seeds

DRAWN = 20  # batches of each size


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchDeaths:
    """Zeros and dead units of S trained ReLU networks, on the training part and on batches."""

    batches: tuple[int, ...]  # B sizes
    seeds: tuple[int, ...]
    zeros: np.ndarray  # (S,): share of hidden outputs that are 0, training part
    dead: np.ndarray  # (S,): share of units that are dead on the training part
    on_batch: np.ndarray  # (S, B): share of units off on all of a batch, mean over 20 batches


def batch_deaths(
    *,
    data: Split,
    batches: Sequence[int] = (8, 32, 128),
    widths: tuple[int, ...] = (32, 32),
    learning_rate: float = 0.3,
    steps: int = 200,
    batch: int = 32,
    seeds: Sequence[int] = SEEDS,
) -> BatchDeaths:
    """Train ReLU networks, and count units that are off on batches drawn without replacement.

    float32. Raises TypeError or ValueError, naming the argument.
    """
    check_data(data)
    check_hidden(widths)
    check_positive(learning_rate=learning_rate)
    check_positive_int(**{f"batches[{place}]": size for place, size in enumerate(batches)})
    if max(batches) > data.train.n:
        raise ValueError(f"batches must be at most {data.train.n} long, got {max(batches)}")
    seeds, arm = check_seeds(seeds), Arm(f=relu, widths=widths)
    budget = {"learning_rates": [learning_rate], "steps": steps, "batch": batch}
    run = trained(arm, data.train, seeds=seeds, **budget)
    saved = run.network.forward(run.parameters, data.train.x.astype(DTYPE)).saved
    layers = zip(run.network.layers, saved, strict=True)
    off = np.concatenate([z <= 0 for f, z in layers if isinstance(f, Activate)], axis=2)
    rngs = streams(seeds, "examples")
    seen = [
        [_on_batches(row, size, rng) for size in batches]
        for row, rng in zip(off, rngs, strict=True)
    ]
    return BatchDeaths(
        batches=tuple(batches),
        seeds=seeds,
        zeros=off.mean(axis=(1, 2)),
        dead=off.all(axis=1).mean(axis=1),
        on_batch=np.array(seen),
    )


def _on_batches(off: np.ndarray, size: int, rng: np.random.Generator) -> float:
    """Return the share of units that are off on all of a batch; `off` is (examples, units)."""
    drawn = [rng.permutation(len(off))[:size] for _ in range(DRAWN)]
    return float(np.mean([off[rows].all(axis=0) for rows in drawn]))
