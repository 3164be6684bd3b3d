"""How networks are trained, and what can be seen of them on the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from rectified.networks.checks import check_positive_int
from rectified.networks.clipping import Clip
from rectified.networks.losses import Loss
from rectified.networks.network import Network, Trace
from rectified.networks.optimizers import Optimizer
from rectified.networks.parameters import Parameters
from rectified.networks.penalties import Penalty


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """What a probe sees: S networks at one step, before that step changes them."""

    step: int  # updates done so far
    network: Network
    parameters: Parameters
    x: np.ndarray  # (S, batch, fan_in), the batch of this step
    y: np.ndarray  # its targets, for all networks or for each, as the loss takes them
    loss: np.ndarray  # (S,), without penalties
    trace: Trace
    gradient: Parameters  # before clipping, penalties included
    flow: tuple[np.ndarray, ...]  # gradient by the output of each layer, first layer first


Probe = Callable[[Snapshot], np.ndarray]  # -> (S, ...)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train, as `train` takes it. Raises TypeError or ValueError, naming the setting."""

    loss: Loss
    optimizer: Optimizer
    steps: int
    penalties: Iterable[Penalty]
    clip: Clip | None
    probes: Mapping[str, Probe]
    every: int

    def __post_init__(self) -> None:
        """Check the settings."""
        check_positive_int(steps=self.steps, every=self.every)
        if not isinstance(self.loss, Loss):
            raise TypeError(f"loss must be one such as softmax_cross_entropy, got {self.loss!r}")
        if not isinstance(self.optimizer, Optimizer):
            wanted = "one such as SGD(learning_rate=0.1)"
            raise TypeError(f"optimizer must be {wanted}, got {self.optimizer!r}")
        if self.clip is not None and not callable(self.clip):
            raise TypeError(f"clip must be a limit such as ClipNorm(1.0), got {self.clip!r}")
        self._check_penalties()
        self._check_probes()

    def _check_penalties(self) -> None:
        penalties = tuple(self.penalties) if np.iterable(self.penalties) else (None,)
        if not all(hasattr(penalty, "gradient") for penalty in penalties):
            wanted = "a sequence of penalties such as [L2(0.01)]"
            raise TypeError(f"penalties must be {wanted}, got {self.penalties!r}")
        object.__setattr__(self, "penalties", penalties)

    def _check_probes(self) -> None:
        if not isinstance(self.probes, Mapping):
            raise TypeError(f"probes must map names to functions, got {self.probes!r}")
        for name, probe in self.probes.items():
            if not callable(probe):
                raise TypeError(f"probes[{name!r}] must be a function of a snapshot, got {probe!r}")

    def check_rates(self, networks: int) -> None:
        """Raise ValueError unless there is one learning rate, or one for each network."""
        rates = self.optimizer.learning_rate
        if np.ndim(rates) and len(rates) != networks:
            wanted = f"one number, or {networks}, one a network"
            raise ValueError(f"learning_rate must be {wanted}, got {len(rates)}")

    def rows(self, rows: slice) -> Self:
        """Return the recipe of these networks: with their learning rates."""
        return replace(self, optimizer=self.optimizer.rows(rows))
