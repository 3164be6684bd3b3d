"""Files that attack their grader: by what they are, what they are called and what is in them."""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

import homework_sample as sample
from rectified.homework.exercises import grade_id

WRONG = {"larger": "def larger(a, b):\n    return -7.25"}
SCRIPT = "<script>document.title='canary-script'</script><img src=x onerror=canary()>"
ANSI = "\x1b]0;canary\x07\x1b[2J\x1b[31m\x9b31m\u202e\ud800\0"
DISPLAYS = f"{WRONG['larger']}\nprint({SCRIPT!r})\nprint({ANSI!r})\n# {SCRIPT}"
SAYS = f"def larger(a, b):\n    raise ValueError({SCRIPT + ANSI!r})"
Files = dict[str, bytes]  # path among what was handed in -> bytes


def archive(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    """Return a zip archive; `mode` is what its members are, as Unix says it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, data)
    return out.getvalue()


def in_archives(given: NotebookNode) -> Files:
    """Return archives whose names, links and sizes lead astray."""
    right = sample.raw(sample.answered(given, sample.RIGHT))
    wrong = sample.raw(sample.answered(given, WRONG))
    zeros = archive(("little.ipynb", bytes(200_000_000)))
    return {
        "up.zip": archive(("../anna.ipynb", right), ("../../out/scores.csv", b"canary-planted")),
        "absolute.zip": archive(("/tmp/canary-planted.ipynb", right), ("C:\\x.ipynb", right)),
        "link.zip": archive(("little.ipynb", b"../../chapters/little.ipynb"), mode=stat.S_IFLNK),
        "device.zip": archive(("little.ipynb", right), mode=stat.S_IFCHR),
        "bomb.zip": zeros,
        "bombs.zip": archive(*((f"{number}.zip", zeros) for number in range(20))),
        "many.zip": archive(*((f"{number}.txt", b"") for number in range(3_000))),
        "nothing.zip": b"PK\x05\x06" + bytes(18),
        "cut.zip": archive(("little.ipynb", right))[:-30],
        "empty.zip": b"",
        "another's.zip": archive(("anna/little.ipynb", wrong), ("anna.ipynb", wrong)),
    }


def by_name(given: NotebookNode) -> Files:
    """Return notebooks whose names compute, draw, lead elsewhere or do not end."""
    wrong = sample.raw(sample.answered(given, WRONG))
    names = (
        '=HYPERLINK("http:evil";"canary")',
        "@SUM(1+1)*cmd|' C calc'!A0",
        "+1,-1",
        "<script>canary()<\\script>",
        "'; DROP TABLE students;--",
        "..",
        "...",
        "a\nb\x1b[31m\u202ec",
        "CON",
        "x" * 180,
        "anna ",
        "ANNA",
        "scores.csv",
    )
    return {f"{name}.ipynb": wrong for name in names}


def in_notebooks(given: NotebookNode) -> Files:
    """Return notebooks that are damaged, huge, or say of themselves what is not so."""
    wrong = sample.answered(given, WRONG)
    text = sample.raw(wrong)

    def changed(change: Callable[[NotebookNode], object]) -> bytes:
        notebook = sample.answered(given, WRONG)
        change(notebook)
        return sample.raw(notebook)

    def marked(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.metadata.setdefault("nbgrader", {}).update(points=100, grade=True, locked=False)

    def swapped(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            if grade_id(cell) in ("larger", "larger-test"):
                other = {"larger": "larger-test", "larger-test": "larger"}[grade_id(cell)]
                cell.metadata["nbgrader"]["grade_id"] = other

    def silent(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            if grade_id(cell).endswith("-test"):
                cell.source = "assert True"

    def own(source: str) -> bytes:
        return sample.raw(sample.answered(given, {"larger": source + "\n" + WRONG["larger"]}))

    cell = {"cell_type": "code", "source": "x = 1\n", "metadata": {}, "outputs": []}
    return {
        "cut.ipynb": text[: len(text) // 2],
        "none.ipynb": b"",
        "binary.ipynb": bytes(range(256)) * 100,
        "list.ipynb": b"[]",
        "deep.ipynb": b"[" * 10**6,
        "deep cells.ipynb": b'{"nbformat": 4, "cells": [' + b'{"metadata": ' * 10**5,
        "number.ipynb": b'{"nbformat": 4, "cells": ' + b"9" * 10**6 + b"}",
        "large.ipynb": text[:-2] + b" " * 25_000_000 + text[-2:],
        "cells.ipynb": json.dumps({**wrong, "cells": [cell] * 100_000}).encode(),
        "other cells.ipynb": b'{"nbformat": 4, "cells": [1, null, {}, {"cell_type": []}, "x"]}',
        "source.ipynb": json.dumps({**wrong, "cells": [{**cell, "source": 7}]}).encode(),
        "marked.ipynb": changed(marked),
        "swapped.ipynb": changed(swapped),
        "silent.ipynb": changed(silent),
        "script.ipynb": own(DISPLAYS),
        "says.ipynb": sample.raw(sample.answered(given, {"larger": SAYS, "words": SCRIPT + ANSI})),
        "half.ipynb": own('"\ud800"'),
        "sums.ipynb": own(
            "x = " + "+".join("1" * 900) + "\nfor _ in []:\n    " + "+".join("1" * 900)
        ),
        "parentheses.ipynb": own("(" * 400_000),
        "signs.ipynb": own("x = " + "-" * 19_000 + "1"),
        "magics.ipynb": own("%pwd\n" * 2_000),
        "help.ipynb": own("larger?\n" * 2_000),
        "functions.ipynb": own("".join(f"def f{n}(): return f{n + 1}\n" for n in range(700))),
        "stars.ipynb": own("from os import *\nfrom sys import *"),
    }


HOSTILE = (in_archives, by_name, in_notebooks)


def put(folder: Path, files: Files) -> None:
    """Write files, and their folders."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def put_links(folder: Path, chapter: Path) -> None:
    """Make what an archive may unpack to: links to the chapter with its solutions, and a pipe."""
    (folder / "linked.ipynb").symlink_to(chapter)
    (folder / "linked folder").symlink_to(chapter.parent)
    (folder / "linker").mkdir()
    (folder / "linker/little.ipynb").symlink_to(os.path.relpath(chapter, folder / "linker"))
    os.mkfifo(folder / "pipe.ipynb")
