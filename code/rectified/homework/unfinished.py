"""Which parts of a student's notebook are still missing: imports nothing, so it runs anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """What is left to do, in sentences; a notebook shows them."""

    parts: tuple[str, ...]  # what the code can tell
    reminders: tuple[str, ...]  # what it cannot

    def __repr__(self) -> str:
        """Write a line for each sentence."""
        head = "Still missing:" if self.parts else "Nothing is missing that code can see."
        lines = [head, *(f"- {part}" for part in self.parts), *self.reminders]
        return "\n".join(lines)


def missing(parts: Mapping[str, str], names: Mapping[str, Any]) -> Unfinished:
    """Say which exercises have no answer yet.

    `parts` maps an exercise to the names that its answer defines, with blanks between, "" for an
    answer in words; `names` are the notebook's, `globals()`.
    """
    found, written = [], []
    for exercise, wanted in parts.items():
        if not wanted:
            written.append(f"Look for yourself whether you have answered {exercise}")
        for name in wanted.split():
            if name not in names:
                found.append(f"{exercise}: `{name}` is not defined; have you run its cell?")
            elif _is_stub(names[name]):
                text = f"{exercise}: `{name}` still has the line `raise NotImplementedError()`"
                found.append(text)
    return Unfinished(tuple(found), tuple(written))


def _is_stub(answer: object) -> bool:
    """Say whether a function's code names the error that a stub raises."""
    return "NotImplementedError" in getattr(getattr(answer, "__code__", None), "co_names", ())
