"""A peer that computes something else is no peer: what the losses of all must have in common."""

from collections.abc import Mapping, Sequence

import numpy as np

from peers.worker import Run

# Each order of summation rounds float32 in its own way, which moves a loss by some 2e-7 of itself.
# In a deep network a preactivation that close to 0 may take the other slope, and from there the
# network goes another way: one in four of 30 layers does so within 10 steps, by up to 0.05. So
# the losses before any step must agree for all networks, the whole curves for half of them.
ROUNDED, OTHER_WAY, SHARE = 1e-5, 0.25, 0.5
CORES = 1.2  # a second thread at work would take 2


def disagreement(losses: np.ndarray, ours: np.ndarray) -> dict[str, float]:
    """Return the largest relative difference: before any step, of half the networks, of all."""
    difference = np.abs(losses - ours) / np.abs(ours)
    worst = difference.max(axis=1)  # (S,)
    return {
        "first": float(difference[:, 0].max()),
        "half": float(np.quantile(worst, SHARE)),
        "all": float(worst.max()),
    }


def check_agreement(losses: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Return how far each peer's losses (S, steps) are from ours; RuntimeError if too far."""
    bounds = {"first": ROUNDED, "half": ROUNDED, "all": OTHER_WAY}
    found = {peer: disagreement(each, losses["ours"]) for peer, each in losses.items()}
    for peer, differences in found.items():
        for name, bound in bounds.items():
            if not differences[name] <= bound:  # NaN is no agreement
                raise RuntimeError(
                    f"{peer} computes something else: its losses differ from ours by up to "
                    f"{differences[name]:.1e} ({name}), where rounding explains {bound:g}"
                )
    return found


def check_threads(runs: Mapping[str, Sequence[Run]]) -> None:
    """Raise RuntimeError if a peer used more than one core."""
    for peer, rounds in runs.items():
        cores = max(run.processor / run.seconds for run in rounds)
        if cores > CORES:
            raise RuntimeError(f"{peer} used {cores:.1f} cores, but all peers must use one")
