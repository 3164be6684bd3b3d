"""The verdict: our tests, run here, on what the confined process answers.

A test cell is the chapter's own, never the submission's. In it, a function of the student's is a
stand-in that sends its arguments over and takes plain values back; a number is fetched once. So a
student's code can say whatever it likes, and decides nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from nbformat import NotebookNode

from rectified.homework import draws
from rectified.homework.answers import Answer
from rectified.homework.calls import Gone, Peer
from rectified.homework.exercises import (
    Assignment,
    Exercise,
    grade_id,
    is_answer,
    is_setup,
    is_test,
    is_variant,
    points,
)
from rectified.homework.explain import SAY, explained, reason, said
from rectified.homework.marks import Mark
from rectified.homework.plain import one_line
from rectified.homework.slices import free, needed, statements
from rectified.site.markers import UNANSWERED

LONGEST_ANSWER = 20_000  # characters that are kept for the feedback
NOT_YET = f"Not answered yet: there is no answer, or its line `{UNANSWERED}` is still there."


class Judge:
    """The tests of one chapter, with what they need, made once for all submissions."""

    def __init__(self, assignment: Assignment, secret: str = "") -> None:
        """Read nothing and run nothing yet."""
        self.assignment, self._secret = assignment, secret
        self.context = lru_cache(maxsize=64)(self._made)

    def marks(
        self, exercise: Exercise, answer: Answer, peer: Peer, variant: str = ""
    ) -> list[Mark]:
        """Run the student's cells in the confined process, and our tests here.

        `variant` names the student whose constants count, "" for the chapter's own. `context`,
        called before, makes what the tests need, so that it does not count against the student's
        time. Raises `Gone` if the confined process ends.
        """
        if not answer.source.strip():
            return unmarked(exercise, answer, NOT_YET)
        peer.ask("clear")  # one exercise lends nothing to the next but what it is asked for
        trouble = _run(answer.cells, peer)
        with draws.secret(self._secret, variant):
            context = self.context(exercise, variant)
            told = [_message(exercise, test, context, peer, trouble) for test in exercise.tests]
        if UNANSWERED in answer.source:  # it may stand below a finished answer, and do no harm
            told = [message and f"{NOT_YET}\n{message}" for message in told]
        return list(_marks(exercise, answer, told))

    def _made(self, exercise: Exercise, variant: str) -> dict[str, Any]:
        """Return the names that the tests find, but for the student's: imports, mostly."""
        before = [
            piece
            for cell in self._above(exercise)
            for piece in statements(self._filled(cell, variant))
        ]
        wanted = set().union(*(free(test.source) for test in exercise.tests))
        namespace: dict[str, Any] = {SAY: said}
        for piece in needed(wanted - set(exercise.answers), before):
            exec(compile(piece.source, "<chapter>", "exec"), namespace)
        return namespace

    def _above(self, exercise: Exercise) -> Iterator[NotebookNode]:
        """Yield the cells of ours above the tests that any test may build on."""
        for cell in self.assignment.notebook.cells:
            if grade_id(cell) == exercise.grade_id:
                return
            is_theirs = is_answer(cell) or is_test(cell) or is_setup(cell)
            if cell.cell_type == "code" and not is_theirs:
                yield cell

    def _filled(self, cell: NotebookNode, variant: str) -> str:
        """Return a cell as this student was given it."""
        if not (variant and is_variant(cell)):
            return cell.source
        return draws.filled(cell.source, secret=self._secret, student=variant)


def unmarked(exercise: Exercise, answer: Answer, message: str) -> list[Mark]:
    """Return marks without points, each with the same message."""
    return list(_marks(exercise, answer, [message for _ in exercise.tests]))


def waiting(exercise: Exercise, answer: Answer) -> Mark:
    """Return the mark of a written answer, which waits for the teacher."""
    [mark] = _marks(exercise, answer, [""])
    return Mark(**{**vars(mark), "points": None})


def _marks(exercise: Exercise, answer: Answer, messages: list[str]) -> Iterator[Mark]:
    for cell, message in zip(exercise.graded, messages, strict=True):
        possible = points(cell)
        yield Mark(
            grade_id=grade_id(cell),
            exercise=exercise.title,
            kind=exercise.kind,
            points=0.0 if message else possible,
            possible=possible,
            message=message,
            answer=answer.source[:LONGEST_ANSWER],
        )


def _run(cells: Sequence[str], peer: Peer) -> str:
    """Run a student's cells; return "" or what went wrong, on one line."""
    trouble = ""
    for cell in cells:
        try:
            said = peer.ask("run", cell)
        except Gone:
            raise
        except Exception as error:  # what comes back may be anything
            said = f"{type(error).__name__}: {error}"
        trouble = one_line(str(said)) if said is not None and str(said) else trouble
    return trouble


def _message(
    exercise: Exercise, test: NotebookNode, context: dict[str, Any], peer: Peer, trouble: str
) -> str:
    """Run one test; return "" or why it failed.

    First, what an answer does to its arguments is not kept: in `assert_array_equal(f(x), g(x))`
    it could make itself right. One that did something must then pass as in a notebook, too, where
    it is kept; afterwards it is undone, since others are asked with the same arrays.
    """
    peer.changes.clear()
    peer.keeps_changes = False
    message = _failure(exercise, test, context, peer, trouble)
    if message or not peer.changes:
        return message
    peer.keeps_changes = True
    try:
        return _failure(exercise, test, context, peer, trouble)
    finally:
        for array, before in reversed(peer.changes):
            array[...] = before


def _failure(
    exercise: Exercise, test: NotebookNode, context: dict[str, Any], peer: Peer, trouble: str
) -> str:
    """Run one test once; return "" or why it failed."""
    namespace = dict(context)
    try:
        for name in exercise.answers:
            is_function = name in exercise.functions
            namespace[name] = _stand_in(peer, name) if is_function else _full(peer.ask("get", name))
        exec(explained(test.source), namespace)
    except Gone:
        raise
    except NameError as error:
        text = reason(error, test.source)
        return f"{text}\nYour cells stopped with {trouble}" if trouble else text
    except Exception as error:
        return reason(error, test.source)
    return ""


def _full(value: Any) -> Any:
    """Return a value that has no empty part: to NumPy, an empty array equals every number.

    Raises AssertionError for another. A chapter whose answers may be empty loses its own points,
    which `prove` finds.
    """
    is_list = isinstance(value, list | tuple)
    if (len(value) if is_list else getattr(value, "size", 1)) == 0:
        raise AssertionError("It gave an empty array or list, where there should be numbers.")
    for part in value if is_list else ():
        _full(part)
    return value


def _stand_in(peer: Peer, name: str) -> Callable:
    """Return a function that calls the student's."""

    def function(*arguments: Any, **named: Any) -> Any:
        return _full(peer.ask("call", name, list(arguments), named, np.geterr()))

    function.__name__ = name
    return function
