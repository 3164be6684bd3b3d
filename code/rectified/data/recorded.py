"""What a benchmark measured once, on a named machine: times, kept as ratios, round by round.

No time may decide what a build does, so no page measures one. `benchmarks/benefits.py --record`
writes the file beside this module; a page loads it, and says where and when it was measured.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

COSTS = Path(__file__).with_name("recorded_costs.json")
FEWEST_ROUNDS = 6  # with fewer, a median has no 95 % interval


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratios:
    """Times over the time of a peer in the same round, for several contestants."""

    per: str  # the peer, in words
    settings: Mapping[str, int | str]  # sizes, dtype
    samples: Mapping[str, np.ndarray]  # contestant -> (rounds,), read-only

    def median(self, name: str) -> float:
        """Return the median over the rounds."""
        return float(np.median(self.samples[name]))


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordedCosts:
    """Ratios of times, each over the rounds of one run; and where they come from."""

    machine: Mapping[str, str | int]
    measured_on: date
    rounds: int
    numpy: Ratios  # forward and backward of an activation, by relu's, NumPy
    torch: Ratios  # the same in PyTorch
    layer: Ratios  # an activation's share of a layer, forward and backward, by width
    dense: Ratios  # products of an array with zeros, by the product without
    sparse: Ratios  # the same product with zeros passed over, by the dense one without zeros
    narrow: Ratios  # the product without the units that are 0 for all, by the whole one

    @property
    def where(self) -> str:
        """Say where and when it was measured, in a sentence."""
        versions = f"NumPy {self.machine['numpy']}, PyTorch {self.machine['torch']}"
        day = f"{self.measured_on.day} {self.measured_on:%B %Y}"
        return (
            f"Measured on {day}, {self.rounds} rounds, one thread of a "
            f"machine with {self.machine['cores']} cores ({self.machine['processor']}), {versions}."
        )


GROUPS = ("numpy", "torch", "layer", "dense", "sparse", "narrow")


def recorded_costs(path: Path = COSTS) -> RecordedCosts:
    """Load the record. Raises ValueError, naming the field, for a file that is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} must hold JSON: {error}") from None
    return read_costs(content)


def read_costs(content: Any) -> RecordedCosts:
    """Check what the file holds, and freeze it."""
    wanted = {"machine", "measured_on", "rounds", *GROUPS}
    if not isinstance(content, dict) or set(content) != wanted:
        raise ValueError(f"the record must have the fields {', '.join(sorted(wanted))}")
    rounds, machine = content["rounds"], content["machine"]
    if not isinstance(rounds, int) or rounds < FEWEST_ROUNDS:
        raise ValueError(f"rounds must be at least {FEWEST_ROUNDS}, got {rounds!r}")
    if not isinstance(machine, dict) or not {"processor", "cores", "numpy", "torch"} <= set(
        machine
    ):
        raise ValueError("machine must name processor, cores, numpy and torch")
    return RecordedCosts(
        machine=MappingProxyType(machine),
        measured_on=_date(content["measured_on"]),
        rounds=rounds,
        **{name: _ratios(name, content[name], rounds) for name in GROUPS},
    )


def _date(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError(f"measured_on must be a date such as 2026-11-29, got {text!r}") from None


def _ratios(group: str, content: Any, rounds: int) -> Ratios:
    """Check one group of ratios: positive, finite, one a round for each contestant."""
    if not isinstance(content, dict) or set(content) != {"per", "settings", "samples"}:
        raise ValueError(f"{group} must have the fields per, settings, samples")
    if not content["samples"]:
        raise ValueError(f"{group} must have samples of at least one contestant")
    samples = {}
    for name, numbers in content["samples"].items():
        good = [each for each in numbers if isinstance(each, float) and 0 < each < math.inf]
        if not len(good) == len(numbers) == rounds:
            raise ValueError(f"{group}, {name} must be {rounds} positive numbers, one a round")
        samples[name] = np.array(numbers)
        samples[name].flags.writeable = False
    return Ratios(
        per=str(content["per"]),
        settings=MappingProxyType(content["settings"]),
        samples=MappingProxyType(samples),
    )
