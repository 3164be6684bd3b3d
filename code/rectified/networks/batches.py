"""The examples that networks are trained on, and the order in which each seed sees them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from rectified.networks.checks import as_inputs, check_positive_int
from rectified.networks.losses import Loss, check_number_of_targets, own_targets
from rectified.networks.network import Network
from rectified.networks.streams import streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """x (S, n, fan_in), and y for all networks (n, ...) or for each (S, n, ...)."""

    x: np.ndarray
    y: np.ndarray
    own_y: bool  # each network has its own targets
    batch: int

    @classmethod
    def checked(
        cls,
        network: Network,
        x: ArrayLike,
        y: ArrayLike,
        loss: Loss,
        seeds: int,
        batch: int | None,
        dtype: np.dtype,
    ) -> Self:
        """Return the examples; raise TypeError or ValueError for what does not fit together."""
        with np.errstate(over="ignore"):
            x = as_inputs(x, network.fan_in, seeds, dtype)
        if not np.isfinite(x).all():
            raise ValueError(f"x must be finite in {dtype}, got infinity or NaN")
        y = loss.targets(y, network.fan_out, dtype)
        n = x.shape[1]
        check_number_of_targets(y, networks=seeds, examples=n)
        batch = n if batch is None else batch
        check_positive_int(batch=batch)
        if batch > n:
            raise ValueError(f"batch must be at most {n}, the number of examples, got {batch}")
        x = np.broadcast_to(x, (seeds, *x.shape[1:]))
        return cls(x=x, y=y, own_y=own_targets(y), batch=batch)

    def rows(self, rows: slice) -> Self:
        """Return the examples of these networks."""
        return replace(self, x=self.x[rows], y=self.y[rows] if self.own_y else self.y)

    def batches(self, seeds: Sequence[int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield x and y of one step after the other, without end.

        All examples where a batch is all of them; else each seed's own order, a new one an epoch.
        """
        n = self.x.shape[1]
        if self.batch == n:
            while True:
                yield self.x, self.y
        rngs = streams(seeds, "batches")
        networks = np.arange(len(rngs))[:, None]
        while True:
            order = np.stack([rng.permutation(n) for rng in rngs])
            for start in range(0, n - self.batch + 1, self.batch):
                chosen = order[:, start : start + self.batch]  # (S, batch)
                yield self.x[networks, chosen], self.y[(networks, chosen) if self.own_y else chosen]
