"""The points of a sweep: which settings an experiment is given, checked before any work."""

import hashlib
import inspect
import reprlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import product
from types import FunctionType

import numpy as np

from rectified.experiments.sweeps import storage

Grid = Mapping[str, Collection] | Collection[Mapping[str, object]]
SHORT = reprlib.Repr()
SHORT.maxother = SHORT.maxstring = 60  # an array's text may be pages long


@dataclass(frozen=True)
class Point:
    """An experiment and the settings that it is given; small, and understood in any process."""

    experiment: str  # "module:name"
    packed: bytes  # the settings, sorted by name

    @property
    def settings(self) -> dict[str, object]:
        """The settings by name, new objects each time."""
        return storage.unpack(self.packed, "settings")

    @property
    def key(self) -> str:
        """Digits that no other point has."""
        return hashlib.sha256(self.experiment.encode() + b"\0" + self.packed).hexdigest()[:32]

    def __str__(self) -> str:
        """Return the call, long values cut short."""
        return f"{self.experiment.partition(':')[2]}({described(self.settings)})"


def points(experiment: Callable, grid: Grid) -> list[Point]:
    """Return the points of a grid in order, equal ones too.

    Raises TypeError or ValueError, naming what is wrong, for an experiment that cannot be
    imported by name, a grid without points, and settings that it does not take or that cannot be
    kept in a file.
    """
    if not isinstance(experiment, FunctionType):
        kind = type(experiment).__name__
        raise TypeError(f"experiment must be a function of a module, got {kind}")
    name = storage.import_name(experiment)
    return [_point(name, inspect.signature(experiment), given) for given in _settings(grid)]


def _settings(grid: Grid) -> list[dict[str, object]]:
    """Return the settings of each point."""
    if isinstance(grid, Mapping):
        if not grid:
            raise ValueError("grid must name at least one setting, got none")
        for name, values in grid.items():
            _check_values(f"grid[{name!r}]", values)
        every = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    else:
        _check_values("grid", grid)
        every = list(grid)
    for settings in every:
        if not isinstance(settings, Mapping):
            raise TypeError(f"grid must hold mappings of settings, got {SHORT.repr(settings)}")
    return [{name: _plain(value) for name, value in settings.items()} for settings in every]


def _check_values(what: str, values: object) -> None:
    """Raise TypeError or ValueError unless the values come in an order, one or more."""
    unordered = isinstance(values, str | bytes | Mapping | set | frozenset)
    if unordered or not isinstance(values, Collection) or getattr(values, "ndim", 1) == 0:
        got = SHORT.repr(values)
        raise TypeError(f"{what} must be a sequence of values, for one value [value], got {got}")
    if len(values) == 0:
        raise ValueError(f"{what} must hold at least one value, got none")


def _plain(value: object) -> object:
    """Return NumPy's doubles, integers and booleans as Python's, so that np.arange is a range."""
    return value.item() if isinstance(value, np.float64 | np.integer | np.bool_) else value


def _point(name: str, signature: inspect.Signature, settings: dict[str, object]) -> Point:
    """Return one point; raise TypeError unless the experiment takes its settings."""
    try:
        signature.bind_partial(**settings)  # says first what is unknown
        signature.bind(**settings)
    except TypeError as error:
        raise TypeError(f"grid does not fit {name}{signature}: {error}") from None
    packed = storage.pack(settings=dict(sorted(settings.items())))
    return Point(experiment=name, packed=packed)


def described(settings: Mapping[str, object]) -> str:
    """Return settings as a call would have them, long values cut short."""
    return ", ".join(f"{name}={SHORT.repr(value)}" for name, value in settings.items())


def same(value: object, other: object) -> bool:
    """Say whether two settings are the same: numbers by value, all else as files keep them."""
    value, other = _plain(value), _plain(other)
    numbers = isinstance(value, int | float) and isinstance(other, int | float)
    return (numbers and value == other) or storage.pack(value=value) == storage.pack(value=other)
