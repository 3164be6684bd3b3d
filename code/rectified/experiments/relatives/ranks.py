"""Ranks over blocks, and how far apart they must lie to be told apart (Friedman, Nemenyi)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from rectified.experiments.relatives.tournament import Tournament


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """k entrants ranked in each of N blocks: rank 1 has the least error, ties share theirs."""

    names: tuple[str, ...]
    blocks: int
    mean_rank: np.ndarray  # (k,)
    p: float  # of Friedman's test: all orders alike; Iman and Davenport's F
    critical_difference: float  # of mean ranks, Nemenyi, at 5 % for all pairs together

    def apart(self, a: str, b: str) -> bool:
        """Say whether the mean ranks of two entrants differ by the critical difference."""
        ranks = dict(zip(self.names, self.mean_rank, strict=True))
        return bool(abs(ranks[a] - ranks[b]) >= self.critical_difference)

    @property
    def tied_with_best(self) -> tuple[str, ...]:
        """The entrants whose mean rank is less than the critical difference from the best one."""
        near = self.mean_rank < self.mean_rank.min() + self.critical_difference
        order = np.argsort(self.mean_rank, kind="stable")
        return tuple(self.names[place] for place in order if near[place])


def ranking(errors: ArrayLike, names: Sequence[str]) -> Ranking:
    """Rank the columns of errors (N blocks, k entrants), least first, and test the mean ranks.

    With N blocks and k entrants, chi² = 12 N / (k (k + 1)) sum (R_j - (k + 1) / 2)², and
    F = (N - 1) chi² / (N (k - 1) - chi²), which has k - 1 and (k - 1)(N - 1) degrees of freedom
    if all orders are alike. Two mean ranks differ by
    q sqrt(k (k + 1) / (6 N)) or more in one of twenty such sets by chance, where q is the 95 %
    point of the studentized range of k, over sqrt 2. Infinity is a rank of its own, the last. Chi²
    is not corrected for ties, which leaves it too small, if anything. Raises ValueError unless
    errors is (N, k) with N and k at least 2, no NaN in it, and there are k names.
    Source: demsar2006statistical, section 3.2.2.
    """
    errors = np.asarray(errors, dtype=float)
    if errors.ndim != 2 or min(errors.shape) < 2:
        raise ValueError(f"errors must have shape (blocks, entrants), got {errors.shape}")
    blocks, k = errors.shape
    if len(names) != k:
        raise ValueError(f"names must be {k}, one an entrant, got {len(names)}")
    if np.isnan(errors).any():
        raise ValueError("errors must be numbers or infinity, got NaN")
    mean_rank = stats.rankdata(errors, axis=1).mean(axis=0)
    chi2 = 12 * blocks / (k * (k + 1)) * np.sum((mean_rank - (k + 1) / 2) ** 2)
    room = blocks * (k - 1) - chi2
    f = (blocks - 1) * chi2 / room if room > 0 else np.inf
    q = stats.studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2)
    return Ranking(
        names=tuple(names),
        blocks=blocks,
        mean_rank=mean_rank,
        p=float(stats.f.sf(f, k - 1, (k - 1) * (blocks - 1))),
        critical_difference=float(q * np.sqrt(k * (k + 1) / (6 * blocks))),
    )


def task_rankings(found: Tournament) -> dict[str, Ranking]:
    """Rank the entrants within each task; its seeds are the blocks."""
    return {task: ranking(errors, found.names) for task, errors in found.error.items()}


def overall_ranking(found: Tournament) -> Ranking:
    """Rank the entrants by their median errors; the tasks are the blocks, as for a new task."""
    medians = np.stack([np.median(errors, axis=0) for errors in found.error.values()])
    return ranking(medians, found.names)


def wins(
    found: Tournament,
    a: str,
    b: str,
    *,
    measure: str = "error",
    tasks: Sequence[str] | None = None,
) -> np.ndarray:
    """Return in which share of the tasks `a` has the smaller error than `b`, seed by seed, (S,).

    A tie counts for half. `measure` may be "train_loss" or "test_loss" as well; `tasks` are all
    unless some are named.
    """
    shares = []
    for task in found.error if tasks is None else tasks:
        first, second = found.of(measure, task, a), found.of(measure, task, b)
        shares.append((first < second) + 0.5 * (first == second))
    return np.mean(shares, axis=0)


def in_order(found: Tournament, names: Sequence[str]) -> np.ndarray:
    """Return in which share of the tasks the errors rise strictly in this order, seed by seed."""
    shares = []
    for task in found.error:
        errors = np.stack([found.of("error", task, name) for name in names])
        shares.append((errors[:-1] < errors[1:]).all(axis=0))
    return np.mean(shares, axis=0)


def better_and_worse(found: Tournament, a: str, b: str) -> np.ndarray:
    """Return in which share of the tasks `a` has the smaller training loss but the larger error.

    Seed by seed, (S,).
    """
    shares = []
    for task in found.error:
        lower = found.of("train_loss", task, a) < found.of("train_loss", task, b)
        shares.append(lower & (found.of("error", task, a) > found.of("error", task, b)))
    return np.mean(shares, axis=0)
