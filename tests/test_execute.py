"""The executor: what changed is executed, once, in parallel; what failed is explained."""

import asyncio
import os
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rectified.site import execute
from rectified.site.cache import KEPT, cache_path, keep_newest

COUNT = "with open('{name}.count', 'a') as file:\n    file.write('x')"
TOC = """\
format: jb-book
root: chapters/one
chapters:
  - file: chapters/two
  - file: chapters/claims
"""


def write(path: Path, *cells: str) -> None:
    """Write a notebook with these code cells."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = new_notebook(metadata=metadata, cells=[new_markdown_cell("# Title")])
    notebook.cells += [new_code_cell(source, id=f"c{i}") for i, source in enumerate(cells)]
    nbformat.write(notebook, path)


def make_book(root: Path) -> Path:
    """Write a book of two chapters that count how often they are executed, and a page of text."""
    (root / "chapters").mkdir(parents=True)
    (root / "_toc.yml").write_text(TOC)
    (root / "requirements.txt").write_text("numpy==2.4\n")
    for room in ("activations", "site", "homework"):
        (root / "code/rectified" / room).mkdir(parents=True)
        (root / "code/rectified" / room / "__init__.py").write_text("x = 1\n")
    (root / "code/rectified/homework/draws.py").write_text("x = 1\n")
    (root / "chapters/claims.md").write_text("# Claims\n")
    for name in ("one", "two"):
        write(root / f"chapters/{name}.ipynb", COUNT.format(name=name))
    return root


def counts(root: Path) -> tuple[int, int]:
    """Return how often each of the two chapters was executed."""
    files = [root / f"chapters/{name}.count" for name in ("one", "two")]
    one, two = (len(file.read_text()) if file.exists() else 0 for file in files)
    return one, two


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what `main` sets for the kernels out of other tests."""
    for name in (*execute.ENVIRONMENT, "JUPYTER_PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book that was executed; tests change it and say by how much the counts grow."""
    root = make_book(tmp_path_factory.mktemp("a folder with spaces"))
    with pytest.MonkeyPatch.context() as patch:
        for name in execute.ENVIRONMENT:
            patch.setenv(name, "")
        assert execute.main([str(root), "2"]) == 0
    return root


@pytest.mark.parametrize(
    ("file", "appended", "grown"),
    [
        (None, "", (0, 0)),
        ("code/rectified/site/__init__.py", "y = 2\n", (0, 0)),
        ("code/rectified/homework/__init__.py", "y = 2\n", (0, 0)),
        ("code/rectified/homework/draws.py", "y = 2\n", (1, 1)),
        ("chapters/claims.md", "More.\n", (0, 0)),
        ("code/rectified/activations/__init__.py", "y = 2\n", (1, 1)),
        ("requirements.txt", "scipy==1.17\n", (1, 1)),
    ],
)
def test_what_outputs_depend_on_is_what_executes_again(
    executed: Path, file: str | None, appended: str, grown: tuple[int, int]
) -> None:
    before = counts(executed)
    if file:
        path = executed / file
        path.write_text(path.read_text() + appended)
    assert execute.main([str(executed), "2"]) == 0
    one, two = counts(executed)
    assert (one - before[0], two - before[1]) == grown


def test_a_changed_chapter_executes_alone(executed: Path) -> None:
    one, two = counts(executed)
    write(executed / "chapters/two.ipynb", COUNT.format(name="two"), "1 + 1")
    assert execute.main([str(executed), "2"]) == 0
    assert counts(executed) == (one, two + 1)


def test_changed_prose_executes_nothing(executed: Path) -> None:
    before = counts(executed)
    path = executed / "chapters/one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Another title"
    nbformat.write(notebook, path)
    assert execute.main([str(executed), "2"]) == 0
    assert counts(executed) == before


def test_going_back_to_a_state_of_the_package_executes_nothing(executed: Path) -> None:
    path = executed / "code/rectified/activations/__init__.py"
    old = path.read_text()
    path.write_text(old + "z = 3\n")
    assert execute.main([str(executed), "2"]) == 0
    before = counts(executed)
    path.write_text(old)
    assert execute.main([str(executed), "2"]) == 0
    assert counts(executed) == before


def test_a_failing_chapter_is_explained_and_the_other_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_book(tmp_path)
    write(root / "chapters/two.ipynb", "x = 0", "# divide\n1 / x", "print('never')")
    assert execute.main([str(root), "2"]) == 1
    shown = capsys.readouterr()
    assert "two.ipynb: a cell raised in code cell 2 of 3 ('# divide')" in shown.err
    assert "ZeroDivisionError: division by zero" in shown.err
    assert len(shown.err.splitlines()) <= execute.LINES + 1
    assert "one.ipynb: executed in" in shown.out
    write(root / "chapters/two.ipynb", COUNT.format(name="two"))
    assert execute.main([str(root), "2"]) == 0
    assert counts(root) == (1, 1)


def test_chapters_are_executed_side_by_side_with_one_thread_each(tmp_path: Path) -> None:
    root = make_book(tmp_path)
    wait = (  # each goes on only when the other has begun: one after the other would time out
        "import os, pathlib, time\n"
        "assert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "pathlib.Path('{own}.begun').touch()\n"
        "while not pathlib.Path('{other}.begun').exists():\n"
        "    time.sleep(0.01)"
    )
    for own, other in (("one", "two"), ("two", "one")):
        write(root / f"chapters/{own}.ipynb", wait.format(own=own, other=other))
    paths, cache = execute.chapters(root), get_cache(str(cache_path(root)))
    os.environ |= execute.ENVIRONMENT
    assert asyncio.run(execute.execute(paths, cache, jobs=2, timeout=30)) == []


def test_equal_chapters_are_executed_once(tmp_path: Path) -> None:
    root = make_book(tmp_path)
    for name in ("one", "two"):
        write(root / f"chapters/{name}.ipynb", COUNT.format(name="one"))
    assert execute.main([str(root), "2"]) == 0
    assert counts(root) == (1, 0)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("import time\ntime.sleep(60)", "a cell took longer than 5 s in code cell 2 of 2"),
        ("import os\nos._exit(1)", "its kernel died in code cell 2 of 2"),
    ],
)
def test_a_kernel_that_hangs_or_dies_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str, sentence: str
) -> None:
    path = tmp_path / "chapter.ipynb"
    write(path, "x = 1", cell)
    start = time.perf_counter()
    failed = asyncio.run(
        execute.execute([path], get_cache(str(tmp_path / "cache")), jobs=1, timeout=5)
    )
    assert failed == [path]
    assert time.perf_counter() - start < 30  # far from the 60 s of the cell, however slow we are
    message = capsys.readouterr().err
    assert sentence in message
    assert "Traceback" not in message


def test_a_missing_kernel_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "KERNEL", "no-such-kernel")
    path = tmp_path / "chapter.ipynb"
    write(path, "x = 1")
    cache = get_cache(str(tmp_path / "cache"))
    assert asyncio.run(execute.execute([path], cache, jobs=1)) == [path]
    assert "this environment has no kernel 'no-such-kernel'" in capsys.readouterr().err


def test_only_the_newest_states_are_kept(tmp_path: Path) -> None:
    caches = [tmp_path / f"state{number}" for number in range(KEPT + 2)]
    for seconds, path in enumerate(caches):
        keep_newest(path)
        os.utime(path, (seconds, seconds))
    keep_newest(caches[-3])  # used again, so it is the newest now
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {path.name for path in caches[-KEPT:]}
    keep_newest(tmp_path / "next")
    assert {path.name for path in tmp_path.iterdir()} == {
        "next",
        caches[-3].name,
        caches[-1].name,
    }


def test_the_cache_ignores_compiled_python(tmp_path: Path) -> None:
    root = make_book(tmp_path)
    before = cache_path(root)
    compiled = root / "code/rectified/activations/__pycache__"
    compiled.mkdir()
    (compiled / "relu.pyc").write_bytes(b"x")
    assert cache_path(root) == before


def test_a_wrong_number_of_jobs_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        execute.main([".", "0"])
    assert "jobs must be 1 or more, got 0" in capsys.readouterr().err
