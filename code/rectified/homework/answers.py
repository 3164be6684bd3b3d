"""Find a student's answers in the notebook that came back, whatever happened to it on the way.

Platforms and editors drop metadata, change ids, move and double cells; students write into a cell
of their own. None of that costs points: it is flagged. What is asked is never taken from what came
back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from rectified.homework.exercises import Assignment, Exercise, grade_id, is_setup, is_test
from rectified.homework.marks import Flag
from rectified.homework.slices import Piece, defined, free, needed, statements, whole
from rectified.site.markers import UNANSWERED, WORDS


@dataclass(frozen=True)
class Answer:
    """One exercise's answer."""

    source: str  # "" if there is none
    cells: tuple[str, ...]  # what must run, the answer itself last


@dataclass(frozen=True)
class Answers:
    """All that was found in one notebook."""

    of: Mapping[str, Answer]  # by the exercise's grade_id
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class _Cell:
    """A cell that came back, and which of ours it is."""

    kind: str
    source: str
    ours: NotebookNode | None
    by_name: bool  # recognised by grade_id or id, not by its words


def find(submitted: NotebookNode, given: NotebookNode, assignment: Assignment) -> Answers:
    """Find the answers in what came back of the notebook that was given out."""
    cells = [_recognised(cell, given) for cell in submitted.cells]
    flags = list(_flags(cells, submitted, given))
    found = {}
    for exercise in assignment.exercises:
        place, more = _answer_cell(exercise, cells)
        flags += more
        found[exercise.grade_id] = _answer(exercise, place, cells, given)
    return Answers(found, tuple(flags))


def _recognised(cell: NotebookNode, given: NotebookNode) -> _Cell:
    """Say which cell of ours this is: by grade_id, else by id, else by its words."""
    same_kind = [each for each in given.cells if each.cell_type == cell.cell_type]
    name = grade_id(cell)
    tests = (
        (True, lambda ours: name != "" and grade_id(ours) == name),
        (True, lambda ours: cell.get("id") == ours.id),
        (False, lambda ours: _words(cell.source) == _words(ours.source)),
    )
    for by_name, test in tests:
        if ours := next(filter(test, same_kind), None):
            return _Cell(cell.cell_type, cell.source, ours, by_name)
    return _Cell(cell.cell_type, cell.source, None, by_name=False)


def _words(source: str) -> str:
    """Return a cell without what editors change: line ends, blanks at ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _flags(cells: Sequence[_Cell], submitted: NotebookNode, given: NotebookNode) -> Iterator[Flag]:
    """Yield what a teacher should know of the notebook as a whole."""
    wanted = given.metadata["rectified"]
    told = submitted.metadata.get("rectified")
    told = told if isinstance(told, dict) else {}
    if not told or not any(cell.by_name and grade_id(cell.ours) for cell in cells if cell.ours):
        yield Flag("no metadata", "What names the cells is gone; they were found by their words.")
    elif told.get("version") != wanted["version"]:
        yield Flag("older version", "It was made from another version of the assignment.")
    for test in filter(is_test, given.cells):
        copies = [cell for cell in cells if cell.ours is test]
        if not copies:
            yield Flag("missing", f"The test {grade_id(test)} is gone; ours was run.")
        elif any(_words(cell.source) != _words(test.source) for cell in copies):
            yield Flag("edited test", f"The test {grade_id(test)} was changed; ours was run.")


def _answer_cell(exercise: Exercise, cells: Sequence[_Cell]) -> tuple[int | None, list[Flag]]:
    """Return the place of the cell that answers, and what is odd about it."""
    named = [
        place
        for place, cell in enumerate(cells)
        if cell.ours is not None and grade_id(cell.ours) == exercise.grade_id
    ]
    answered = [place for place in named if not _is_empty(cells[place])]
    own = [
        place
        for place, cell in enumerate(cells)
        if cell.ours is None
        and cell.kind == "code"
        and set(exercise.answers) <= defined(cell.source)
    ]
    flags = []
    if len(named) > 1:
        text = f"{exercise.title} is there {len(named)} times; the last that is answered counts."
        flags.append(Flag("duplicate", text))
    if not named:
        flags.append(Flag("missing", f"The cell that answers {exercise.title} is gone."))
    if not answered and own and exercise.kind != "written":
        flags.append(Flag("own cell", f"{exercise.title} was answered in another cell."))
    places = answered or (own if exercise.kind != "written" else []) or named
    return (places[-1] if places else None), flags


def _is_empty(cell: _Cell) -> bool:
    return UNANSWERED in cell.source or _words(cell.source) in ("", WORDS)


def _answer(
    exercise: Exercise, place: int | None, cells: Sequence[_Cell], given: NotebookNode
) -> Answer:
    """Return an answer with the cells that it needs."""
    if place is None:
        return Answer("", ())
    source = cells[place].source
    if exercise.kind == "written":
        return Answer(source, ())
    others = {id(cell.ours) for cell in cells if cell.ours is not None}
    before = [piece for cell in cells[:place] for piece in _pieces(cell, exercise)]
    after = [piece for cell in cells[place + 1 :] for piece in _pieces(cell, exercise)]
    lost = [
        piece
        for ours in given.cells
        if ours.cell_type == "code" and id(ours) not in others
        for piece in _pieces(_Cell("code", ours.source, ours, by_name=True), exercise)
    ]
    wanted = free(source) | (set(exercise.answers) - defined(source))
    pieces = needed(wanted, before, [*after, *lost])
    return Answer(source, (*(piece.source for piece in pieces), source))


def _pieces(cell: _Cell, exercise: Exercise) -> Sequence[Piece]:
    """Return what a cell can lend to an answer: nothing of tests, of installing, of other tries."""
    if cell.kind != "code":
        return []
    if cell.ours is None:
        return [whole(cell.source)]
    if is_test(cell.ours) or is_setup(cell.ours):
        return []
    if grade_id(cell.ours) == exercise.grade_id:
        return []
    if _words(cell.source) == _words(cell.ours.source) and not grade_id(cell.ours):
        return statements(cell.ours.source)
    return [whole(cell.source)]
