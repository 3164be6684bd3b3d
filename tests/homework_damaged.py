"""What happens to an honest notebook on its way: by editors, platforms, and students' own hands."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

import homework_sample as sample
from rectified.homework.exercises import grade_id, is_test

HELPER = "from math import inf as LARGE\n\ndef pick(a, b):\n    return np.where(a > b, a, b)"
PICKED = "def larger(a, b):\n    return np.minimum(pick(a, b), LARGE)"
BELOW = "def larger(a, b):\n    return pick(a, b)"


@dataclass(frozen=True)
class Damage:
    """One thing that happens, to a notebook with right answers, and the flags that it gets."""

    name: str
    done: Callable[[NotebookNode], NotebookNode | bytes | None]  # None: in place
    flags: frozenset[str] = frozenset()
    file: str = "little.ipynb"

    def raw(self, given: NotebookNode) -> bytes:
        """Return the file that comes back."""
        notebook = sample.answered(given, sample.RIGHT)
        done = self.done(notebook)
        return done if isinstance(done, bytes) else sample.raw(done or notebook)


def damage(name: str, done: Callable, *flags: str, **more: str) -> Damage:
    """Return one, with its flags as words."""
    return Damage(name, done, frozenset(flags), **more)


def place(notebook: NotebookNode, name: str) -> int:
    """Return where the cell with a grade_id or an id stands."""
    return next(i for i, c in enumerate(notebook.cells) if name in (grade_id(c), c.get("id")))


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell with a grade_id or an id."""
    return notebook.cells[place(notebook, name)]


def put(notebook: NotebookNode, at: int, source: str) -> None:
    """Put in a cell of the student's own."""
    notebook.cells.insert(at, new_code_cell(source))


def as_it_is(notebook: NotebookNode) -> None:
    """Do nothing."""


def strip_metadata(notebook: NotebookNode) -> None:
    """Drop what some platforms do not know."""
    notebook.metadata = {}
    for each in notebook.cells:
        each.metadata = {}


def strip_ids(notebook: NotebookNode) -> None:
    """Drop ids, as older editors do."""
    for each in notebook.cells:
        each.pop("id", None)


def strip_all(notebook: NotebookNode) -> None:
    """Leave nothing but words."""
    strip_metadata(notebook)
    strip_ids(notebook)


def turn_round(notebook: NotebookNode) -> None:
    """Put the last cell first."""
    notebook.cells.reverse()


def double(notebook: NotebookNode) -> None:
    """Copy an answer with all that names it."""
    notebook.cells.append(NotebookNode(cell(notebook, "larger")))


def double_stub(notebook: NotebookNode) -> None:
    """Answer in a copy of the cell, and leave the stub below."""
    stub = NotebookNode(cell(notebook, "larger"))
    stub.source = "def larger(a, b):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    notebook.cells.append(stub)


def leave_stub(notebook: NotebookNode) -> None:
    """Answer in a new cell."""
    answer = cell(notebook, "larger")
    source, answer.source = answer.source, "def larger(a, b):\n    raise NotImplementedError()"
    put(notebook, place(notebook, "larger") + 1, source)


def leave_line(notebook: NotebookNode) -> None:
    """Answer above the stub's last line, which nothing reaches any more."""
    cell(notebook, "larger").source += "\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def by_colab(notebook: NotebookNode) -> None:
    """Move ids into the metadata and add cells."""
    notebook.metadata["colab"] = {"provenance": []}
    notebook.nbformat_minor = 0
    for each in notebook.cells:
        each.metadata["id"] = each.pop("id")
        each.metadata["colab"] = {"base_uri": "https://localhost:8080/"}
    put(notebook, 0, "!pip install -q rectified\nfrom google.colab import drive")
    put(notebook, len(notebook.cells), "")


def by_code(notebook: NotebookNode) -> None:
    """Write languages into the metadata, and ids that are new."""
    for number, each in enumerate(notebook.cells):
        each.metadata["vscode"] = {"languageId": "python"}
        each["id"] = f"{number:08x}"


def with_returns(notebook: NotebookNode) -> None:
    """End lines as Windows does."""
    for each in notebook.cells:
        each.source = each.source.replace("\n", "\r\n")


def as_version_3(notebook: NotebookNode) -> bytes:
    """Write the format of IPython 2."""
    return nbformat.writes(nbformat.convert(notebook, 3), version=3).encode()


def as_lines(notebook: NotebookNode) -> bytes:
    """Write sources as lists of lines, as Jupyter does."""
    return nbformat.writes(notebook).encode()


def minor_0(notebook: NotebookNode) -> None:
    """Write the first format of version 4, without ids."""
    strip_ids(notebook)
    notebook.nbformat_minor = 0


def with_helper(notebook: NotebookNode) -> None:
    """Use an import and a function of a cell above."""
    put(notebook, 3, HELPER)
    cell(notebook, "larger").source = PICKED


def with_helper_below(notebook: NotebookNode) -> None:
    """Use a function of a cell that stands below, and was run first."""
    put(notebook, len(notebook.cells), HELPER)
    cell(notebook, "larger").source = BELOW


def edit_imports(notebook: NotebookNode) -> None:
    """Import more, with a magic, where the chapter imports."""
    cell(notebook, "imports").source += "\nimport math\n%matplotlib inline"
    cell(notebook, "root").source = "root = math.sqrt(2)"


def drop_imports(notebook: NotebookNode) -> None:
    """Delete the cell with the imports."""
    del notebook.cells[place(notebook, "imports")]


def drop_test(notebook: NotebookNode) -> None:
    """Delete a test."""
    del notebook.cells[place(notebook, "larger-test")]


def edit_test(notebook: NotebookNode) -> None:
    """Write into a test."""
    cell(notebook, "larger-test").source += "\nprint(larger(a, b))\nassert False"


def drop_prose(notebook: NotebookNode) -> None:
    """Delete all text that is no answer."""
    notebook.cells = [c for c in notebook.cells if c.cell_type == "code" or grade_id(c)]


def of_last_year(notebook: NotebookNode) -> None:
    """Hand in an earlier version, with another test."""
    notebook.metadata["rectified"]["version"] = "0" * 16
    cell(notebook, "larger-test").source = "assert larger(1, 2) == 2"


def with_pictures(notebook: NotebookNode) -> None:
    """Keep outputs of megabytes, and errors."""
    image = new_output("display_data", data={"image/png": "x" * 5_000_000})
    text = new_output("stream", name="stdout", text="1\n" * 100_000)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [text]
    cell(notebook, "places").outputs = [image, image]


def with_magics(notebook: NotebookNode) -> None:
    """Time the answer, and look into a folder."""
    cell(notebook, "larger").source = "%time 1 + 1\n!ls\n" + cell(notebook, "larger").source
    put(notebook, 2, "%%time\nimport os")


def edit_marks(notebook: NotebookNode) -> None:
    """Let an editor write nothing into what nbgrader needs."""
    for each in filter(is_test, notebook.cells):
        each.metadata["nbgrader"] = {"grade_id": None, "points": "2", "grade": None}


DAMAGES = (
    damage("nothing", as_it_is),
    damage("renamed", as_it_is, "renamed", file="my homework (final).ipynb"),
    damage("copied", as_it_is, file="little (1).ipynb"),
    damage("metadata stripped", strip_metadata, "no metadata"),
    damage("ids stripped", strip_ids),
    damage("all stripped", strip_all, "no metadata", "missing", "own cell"),
    damage("turned round", turn_round),
    damage("doubled", double, "duplicate"),
    damage("doubled with a stub", double_stub, "duplicate"),
    damage("own cell", leave_stub, "own cell"),
    damage("line left", leave_line),
    damage("Colab", by_colab),
    damage("Visual Studio Code", by_code),
    damage("line ends", with_returns),
    damage("byte order mark", lambda notebook: b"\xef\xbb\xbf" + sample.raw(notebook)),
    damage("UTF-16", lambda n: json.dumps(n).encode("utf-16"), "unreadable"),
    damage("version 3", as_version_3, "unreadable"),
    damage("version 4.0", minor_0),
    damage("lists of lines", as_lines),
    damage("helper", with_helper),
    damage("helper below", with_helper_below),
    damage("imports edited", edit_imports),
    damage("imports deleted", drop_imports),
    damage("test deleted", drop_test, "missing"),
    damage("test edited", edit_test, "edited test"),
    damage("tests' marks lost", edit_marks),
    damage("prose deleted", drop_prose),
    damage("last year's", of_last_year, "older version", "edited test"),
    damage("pictures", with_pictures),
    damage("magics", with_magics),
)
