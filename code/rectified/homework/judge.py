"""The verdict: our tests, run here, on what the confined process answers.

A test cell is the chapter's own, never the submission's. In it, a function of the student's is a
stand-in that sends its arguments over and takes plain values back; a number is fetched once. So a
student's code can say whatever it likes, and decides nothing.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from nbformat import NotebookNode

from rectified.homework import draws
from rectified.homework.answers import STUB, Answer
from rectified.homework.calls import Gone, Peer
from rectified.homework.exercises import (
    Assignment,
    Exercise,
    grade_id,
    is_answer,
    is_setup,
    is_test,
    points,
)
from rectified.homework.explain import SAY, explained, reason, said
from rectified.homework.marks import Mark
from rectified.homework.slices import free, needed, statements

LONGEST_ANSWER = 20_000  # characters that are kept for the feedback
UNANSWERED = "Not answered yet."


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
        if not answer.source.strip() or STUB in answer.source:
            return unmarked(exercise, answer, UNANSWERED)
        trouble = ""
        for cell in answer.cells:
            trouble = peer.ask("run", cell) or trouble
        with draws.secret(self._secret, variant):
            context = self.context(exercise, variant)
            told = [_message(exercise, test, context, peer, trouble) for test in exercise.tests]
        return list(_marks(exercise, answer, told))

    def _made(self, exercise: Exercise, variant: str) -> dict[str, Any]:
        """Return the names that the tests find, but for the student's: imports, mostly."""
        before = [
            piece
            for cell in self._above(exercise)
            for piece in statements(self._filled(cell.source, variant))
        ]
        wanted = set().union(*(free(test.source) for test in exercise.tests))
        namespace: dict[str, Any] = {SAY: said}
        for piece in needed(wanted - set(exercise.answers), before):
            exec(compile(piece.source, "<chapter>", "exec"), namespace)
        for value in namespace.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False  # no student changes what others are asked with
        return namespace

    def _above(self, exercise: Exercise) -> Iterator[NotebookNode]:
        """Yield the cells of ours above the tests that any test may build on."""
        for cell in self.assignment.notebook.cells:
            if grade_id(cell) == exercise.grade_id:
                return
            is_theirs = is_answer(cell) or is_test(cell) or is_setup(cell)
            if cell.cell_type == "code" and not is_theirs:
                yield cell

    def _filled(self, source: str, variant: str) -> str:
        return draws.filled(source, secret=self._secret, student=variant) if variant else source


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


def _message(
    exercise: Exercise, test: NotebookNode, context: dict[str, Any], peer: Peer, trouble: str
) -> str:
    """Run one test; return "" or why it failed."""
    namespace = dict(context)
    try:
        for name in exercise.answers:
            namespace[name] = (
                _stand_in(peer, name) if name in exercise.functions else peer.ask("get", name)
            )
        exec(explained(test.source), namespace)
    except Gone:
        raise
    except NameError as error:
        text = reason(error, test.source)
        return f"{text}\nYour cells stopped with {trouble}" if trouble else text
    except Exception as error:
        return reason(error, test.source)
    return ""


def _stand_in(peer: Peer, name: str) -> Callable:
    """Return a function that calls the student's."""

    def function(*arguments: Any, **named: Any) -> Any:
        return peer.ask("call", name, list(arguments), named, np.geterr())

    function.__name__ = name
    return function
