"""What graded exercises draw at random: inputs of tests, and constants of variants.

A draw depends on a secret, a student and the exercise, and on nothing else. The secret is public,
"", unless a teacher sets one: then nobody can look up the inputs that an answer is tested on.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")
_KEY: ContextVar[tuple[str, str]] = ContextVar("secret and student", default=("", ""))
OPTIONS = re.compile(r"(?m)^(?P<name>\w+) = (?P<value>\S.*?) +# one of (?P<options>\S.*)$")


def rng(exercise: str) -> np.random.Generator:
    """Return the generator of one exercise's tests: the same at every call, until a secret is set.

    Raises:
        ValueError: no `exercise` is named.
    """
    if not exercise:
        raise ValueError("exercise must be a grade_id, such as 'larger', got an empty text")
    return np.random.default_rng(_number("inputs", *_KEY.get(), exercise))


@contextmanager
def secret(text: str, student: str = "") -> Iterator[None]:
    """Let `rng` draw by this secret, for this student, within the block."""
    token = _KEY.set((text, student))
    try:
        yield
    finally:
        _KEY.reset(token)


def variant(options: Sequence[_T], name: str, secret: str, student: str) -> _T:
    """Return the option that the constant called `name` takes for this student.

    The choice is a remainder of a hash, not a draw of NumPy's, whose streams may change with a
    version: who grades later finds the constants that were given out.

    Raises:
        ValueError: `options` is empty.
    """
    if not options:
        raise ValueError(f"options of {name} must not be empty")
    return options[_number("variant", secret, student, name) % len(options)]


def filled(source: str, *, secret: str, student: str) -> str:
    """Return a cell with each `a = 1  # one of 1, 2, 3` replaced by this student's `a = 2`.

    Raises:
        ValueError: the options are no Python literals, or the value is none of them.
    """

    def drawn(line: re.Match[str]) -> str:
        name, value, options = line["name"], line["value"], line["options"]
        try:
            choices = ast.literal_eval(f"({options},)")
            known = ast.literal_eval(value) in choices
        except (ValueError, SyntaxError):
            raise ValueError(f"options of {name} must be literals, got {options!r}") from None
        if not known:
            raise ValueError(f"{name} must be one of its options {options}, got {value}")
        return f"{name} = {variant(choices, name, secret, student)!r}"

    return OPTIONS.sub(drawn, source)


def _number(*parts: str) -> int:
    """Return 256 bits that all parts decide; JSON keeps ("ab", "c") apart from ("a", "bc")."""
    return int.from_bytes(hashlib.sha256(json.dumps(parts).encode()).digest())
