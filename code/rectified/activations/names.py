"""How an activation travels: by its name and parameters, as its formulas cannot be pickled.

Only what the table or a family made can be found again that way, so nothing else is sent.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, Self, TypeVar
from weakref import WeakSet

import rectified.activations  # for its table, which is made after this module

FAMILIES: dict[str, Callable[..., "Entry"]] = {}  # name -> the function that makes its members
MADE: WeakSet["Entry"] = WeakSet()  # by a family; a copy that someone changed is not among them

P = ParamSpec("P")
E = TypeVar("E", bound="Entry")


class Entry:
    """What the table holds: never changed, so its own copy, and pickled by name."""

    name: str
    parameters: Mapping[str, float]

    def __copy__(self) -> Self:
        """Return the entry itself."""
        return self

    def __deepcopy__(self, memo: dict) -> Self:
        """Return the entry itself."""
        return self

    def __reduce__(self) -> tuple[Callable, tuple[str, dict[str, float]]]:
        """Return the call that finds it again; TypeError as `recipe` says."""
        return named, recipe(self)


def family(build: Callable[P, E]) -> Callable[P, E]:
    """Let what `build` makes be found again, from its name and the entry's `parameters`."""

    @wraps(build)
    def built(*args: P.args, **parameters: P.kwargs) -> E:
        entry = build(*args, **parameters)
        MADE.add(entry)
        return entry

    FAMILIES[build.__name__] = built
    return built


def recipe(f: Entry) -> tuple[str, dict[str, float]]:
    """Return what `named` makes f of: a name and parameters, none for an entry of the table.

    Raises TypeError for an activation that neither the table nor a family made.
    """
    name = f.name.partition("(")[0]
    if rectified.activations.ALL.get(name) is f:
        return name, {}
    if f in MADE:
        return name, dict(f.parameters)
    raise TypeError(
        f"{f.name} cannot be pickled or kept in a file: it must be an entry of "
        "rectified.activations.ALL or what a family such as leaky_relu returns"
    )


def named(name: str, parameters: Mapping[str, float]) -> Entry:
    """Return the activation that `recipe` described: of the table, the very same object.

    Raises LookupError for a name that the table or the families do not have.
    """
    return FAMILIES[name](**parameters) if parameters else rectified.activations.ALL[name]
