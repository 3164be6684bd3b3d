"""A book of a few cells, built as the real one is: for tests of the executor and the site."""

import contextlib
import io
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from jupyter_book.sphinx import build_sphinx
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rectified.site import execute

REPOSITORY = Path(__file__).resolve().parents[1]
TOC = """\
format: jb-book
root: chapters/one
parts:
  - caption: Bends
    numbered: 1
    chapters:
      - file: chapters/two
  - caption: Appendix
    chapters:
      - file: chapters/claims
      - file: chapters/where-it-is-from
"""


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    """Return a code cell with tags."""
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def write(path: Path, *cells: str | nbformat.NotebookNode) -> None:
    """Write a notebook; text is Markdown."""
    made = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(metadata=metadata, cells=made), path)


def make(root: Path, files: Mapping[str, str] = {}) -> Path:
    """Write a book of two chapters with a title each, and the pages of claims and of origins."""
    (root / "chapters").mkdir(parents=True)
    (root / "code/rectified").mkdir(parents=True)
    (root / "requirements.txt").touch()
    for name in ("_config.yml", "CITATION.cff", "references.bib", "chapters/claims.md"):
        shutil.copy(REPOSITORY / name, root / name)
    (root / "chapters/where-it-is-from.md").write_text("# Where is it from?\n\nFrom others.\n")
    (root / "_toc.yml").write_text(TOC)
    for name in ("one", "two"):
        write(root / f"chapters/{name}.ipynb", f"# Chapter {name}")
    return root


@contextlib.contextmanager
def kernels_environment() -> Iterator[None]:
    """Take back what the executor sets for its kernels."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*execute.ENVIRONMENT, "JUPYTER_PATH"):
            patch.setenv(name, "")
        yield


def build(root: Path) -> tuple[int, str]:
    """Execute and build as `make book` does; return status and messages."""
    messages = io.StringIO()
    with kernels_environment(), contextlib.redirect_stderr(messages):
        if status := execute.main([str(root), "2"]):
            return status, messages.getvalue()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of Sphinx's own code
            status = build_sphinx(
                root,
                root / "_build/html",
                noconfig=True,
                path_config=root / "_config.yml",
                confoverrides={
                    "external_toc_path": str(root / "_toc.yml"),
                    "latex_individualpages": False,
                    "templates_path": [],  # themes append to the default list of the process
                },
                quiet=True,
                warningiserror=True,
                keep_going=True,
            )
    return status, messages.getvalue()


def page(root: Path, name: str) -> BeautifulSoup:
    """Return one built page."""
    return BeautifulSoup((root / f"_build/html/{name}.html").read_text("utf-8"), "html.parser")
