"""Every chapter in JupyterLab, in a real browser: opened, and run from top to bottom."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import jupyter_lab
from rectified.site.execute import chapters

pytestmark = pytest.mark.audit
ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300  # for all cells of a chapter, on a machine that is busy with something else
RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
# A cell that ran has its number; one that raised stops those below it, which then have none. The
# prompts do not tell: a solution's input is folded, and its prompt with it.
WAITING = """window.jupyterapp.shell.currentWidget.content.widgets
  .filter(({ model }) => model.type === "code" && model.executionCount === null).length"""
SHOWS_LAB = re.compile(r"(?m)^labs\.\w+\(.*\)\Z")
SHOWN = (
    "(lab) => [...lab.querySelectorAll('.rc-readout, .rc-picture')].map((e) => e.innerHTML).join()"
)
ERRORS = ".jp-OutputArea-output[data-mime-type*='error'], [data-mime-type*='stderr']"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve copies of the chapters, and yield the address."""
    folder = tmp_path_factory.mktemp("jupyter")
    for path in chapters(ROOT):
        shutil.copy(path, folder)
    with jupyter_lab.started(folder) as address:
        yield address


@pytest.fixture
def page(chromium: Browser, server: str) -> Iterator[Page]:
    """Yield a page that may not complain, and may ask nothing of another host."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    opened = context.new_page()
    said, asked = [], []
    opened.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    opened.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    context.close()
    assert said == []
    host = server.partition("/lab")[0].partition("{")[0]
    assert [url for url in asked if not url.startswith((host, f"blob:{host}", "data:"))] == []


@pytest.mark.parametrize("path", chapters(ROOT), ids=lambda path: path.stem)
def test_a_chapter_runs_from_top_to_bottom(path: Path, page: Page, server: str) -> None:
    # a workspace of its own, or the chapters before would be open, too
    page.goto(server.format(path=f"lab/workspaces/{path.stem}/tree/{path.name}"))
    page.wait_for_function(jupyter_lab.READY, timeout=SECONDS * 1000)
    page.evaluate(RUN_ALL)
    assert page.evaluate(WAITING) == 0
    assert page.locator(ERRORS).all_inner_texts() == []
    notebook = nbformat.read(path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    labs = page.locator(".jp-Notebook .rc-lab")
    expect(labs).to_have_count(sum(bool(SHOWS_LAB.search(source)) for source in code))
    for lab in labs.all():
        answers_to_its_slider(lab)
    print(f"\n{path.stem}: {len(code)} cells, {labs.count()} labs")


def answers_to_its_slider(lab: Locator) -> None:
    """Move the lab's first slider, and see its words or its picture follow."""
    before = lab.evaluate(SHOWN)
    jupyter_lab.move(lab.locator("[role=slider]:visible, input[type=range]:visible").first)
    lab.page.wait_for_function(
        f"([lab, was]) => ({SHOWN})(lab) !== was", arg=[lab.element_handle(), before]
    )
