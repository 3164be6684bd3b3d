"""What the state of a lab is made of: traits that know their bounds, their label and their unit.

A trait is checked here when Python sets it, and in the page (source/core/state.mjs) when a
slider, an address or Python does: both read the same description, `described`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets


class StateError(traitlets.TraitError, ValueError):
    """A value that a lab cannot take; the sentence names the trait and says what would be right."""


class Control(traitlets.TraitType):
    """One entry of a lab's state; a subclass says which values it takes.

    `described` is ready for JSON and holds all that the page needs to know of the entry.
    """

    kind: str
    right: str  # completes "must be ..."

    def __init__(self, initial: Any, *, label: str, **facts: Any) -> None:
        """Take the value at the start, what people call the entry, and facts for the page."""
        if not self.takes(initial, **facts):
            raise StateError(f"initial must be {self.sentence(**facts)}, got {initial!r}")
        super().__init__(default_value=self.copied(initial))
        self.facts = facts
        self.described = {"kind": self.kind, "label": label, "initial": initial, **facts}
        self.tag(sync=True, control=True)

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value as the state keeps it; raise StateError for one that does not fit."""
        if not self.takes(value, **self.facts):
            raise StateError(f"{self.name} must be {self.sentence(**self.facts)}, got {value!r}")
        return self.copied(value)

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether the entry can have this value."""
        raise NotImplementedError

    def sentence(self, **facts: Any) -> str:
        """Say in words which values it can have."""
        raise NotImplementedError

    def copied(self, value: Any) -> Any:
        """Return the value as a type that JSON keeps."""
        return value


class Number(Control):
    """A number between `low` and `high`, ends included; `step` is what an arrow key changes it by.

    On the scale "log" the step is a ratio of neighbours. `unit` stands behind it in the page.
    """

    kind = "number"

    def __init__(
        self,
        initial: float,
        *,
        label: str,
        low: float,
        high: float,
        step: float,
        scale: str = "linear",
        unit: str = "",
    ) -> None:
        """Take bounds, step, scale ("linear" or "log") and unit; the values are doubles."""
        super().__init__(
            initial, label=label, low=low, high=high, step=step, scale=scale, unit=unit
        )

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether it is a finite number within the bounds."""
        return is_number(value) and facts["low"] <= value <= facts["high"]

    def sentence(self, **facts: Any) -> str:
        """Give the bounds."""
        return f"a number from {facts['low']} to {facts['high']}"

    def copied(self, value: Any) -> float:
        """Return a double."""
        return float(value)


class Whole(Control):
    """A whole number between `low` and `high`, ends included; `step` and `scale` as of `Number`."""

    kind = "whole"

    def __init__(
        self,
        initial: int,
        *,
        label: str,
        low: int,
        high: int,
        step: int = 1,
        scale: str = "linear",
        unit: str = "",
    ) -> None:
        """Take bounds, step, scale ("linear" or "log") and unit."""
        super().__init__(
            initial, label=label, low=low, high=high, step=step, scale=scale, unit=unit
        )

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether it is a whole number within the bounds."""
        return is_number(value) and value == int(value) and facts["low"] <= value <= facts["high"]

    def sentence(self, **facts: Any) -> str:
        """Give the bounds."""
        return f"a whole number from {facts['low']} to {facts['high']}"

    def copied(self, value: Any) -> int:
        """Return an int."""
        return int(value)


class Choice(Control):
    """One of a few names; `options` maps each to what the page calls it."""

    kind = "choice"

    def __init__(self, initial: str, *, label: str, options: Mapping[str, str]) -> None:
        """Take the options in the order in which the page shows them."""
        pairs = [[name, title] for name, title in options.items()]
        super().__init__(initial, label=label, options=pairs)

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether it is one of the names."""
        return isinstance(value, str) and value in dict(facts["options"])

    def sentence(self, **facts: Any) -> str:
        """List the names."""
        return f"one of {', '.join(dict(facts['options']))}"


class Switch(Control):
    """Something that is on or off."""

    kind = "switch"

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether it is True or False."""
        return isinstance(value, bool)

    def sentence(self, **facts: Any) -> str:
        """Name the two."""
        return "True or False"


class Rows(Control):
    """A list of `least` to `most` rows; `columns` says what each entry of a row can be."""

    kind = "rows"

    def __init__(
        self,
        initial: Sequence[Sequence[Any]],
        *,
        label: str,
        columns: Sequence[Control],
        least: int,
        most: int,
    ) -> None:
        """Take the columns as controls of their own, each with its label."""
        self.columns = tuple(columns)
        described = [column.described for column in self.columns]
        super().__init__(initial, label=label, columns=described, least=least, most=most)

    def takes(self, value: Any, **facts: Any) -> bool:
        """Say whether it is a list of rows of the right length with entries that fit."""
        if isinstance(value, str) or not isinstance(value, Sequence):
            return False
        return facts["least"] <= len(value) <= facts["most"] and all(map(self._is_row, value))

    def _is_row(self, row: Any) -> bool:
        if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != len(self.columns):
            return False
        entries = zip(self.columns, row, strict=True)
        return all(column.takes(entry, **column.facts) for column, entry in entries)

    def sentence(self, **facts: Any) -> str:
        """Describe the rows."""
        row = "; ".join(
            f"{column.described['label']}: {column.sentence(**column.facts)}"
            for column in self.columns
        )
        return f"{facts['least']} to {facts['most']} rows of [{row}]"

    def copied(self, value: Any) -> list[list[Any]]:
        """Return lists of their own, which no caller holds."""
        return [
            [column.copied(entry) for column, entry in zip(self.columns, row, strict=True)]
            for row in value
        ]


def is_number(value: Any) -> bool:
    """Say whether a value is a finite real number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
