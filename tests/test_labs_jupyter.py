"""Every lab in JupyterLab, in a real browser: it renders, follows the theme, talks to Python."""

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import jupyter_lab
from lab_pages import LABS, led_to, start

SECONDS = 90_000  # ms: a kernel that imports PyTorch on a busy machine takes long
IMPORT = "import json\nfrom lab_pages import LABS\nshown = {}"
SHOW = "shown[{slug!r}] = LABS[{slug!r}]()\nshown[{slug!r}]"
SET = "for name, value in {state!r}.items():\n    setattr(shown[{slug!r}], name, value)"
PRINT = "print(json.dumps(shown[{slug!r}].state))"
# Colours of the book that a lab draws with and that its page does not know.
UNKNOWN_COLOURS = """(lab) => [...lab.querySelectorAll("*")].flatMap((node) =>
  [...node.attributes].flatMap(({ value }) => [...value.matchAll(/var\\((--rc-[\\w-]+)/g)]
    .map(([, name]) => name)
    .filter((name) => getComputedStyle(node).getPropertyValue(name) === "")))"""


class Notebook:
    """An open notebook: a cell that imports, and for each lab one that shows, sets, prints it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def cell(self, slug: str, part: str = "show") -> Locator:
        """Return one of the three cells of a lab."""
        number = 1 + 3 * list(LABS).index(slug) + ("show", "set", "print").index(part)
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def lab(self, slug: str) -> Locator:
        """Return the lab in the output of its cell."""
        return self.cell(slug).locator(".rc-lab")

    def run(self, cell: Locator) -> Locator:
        """Run a cell, wait until the kernel is through with it, and return its output."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before, timeout=SECONDS)
        expect(prompt).not_to_have_text("[*]:", timeout=SECONDS)
        return cell.locator(".jp-OutputArea-output")

    def state(self, slug: str) -> dict[str, Any]:
        """Return the state that Python prints."""
        return json.loads(self.run(self.cell(slug, "print")).inner_text())


@pytest.fixture(scope="module")
def notebook(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """Yield a notebook in which all labs are shown; nothing in it may have gone wrong."""
    folder = tmp_path_factory.mktemp("jupyter")
    cells = [IMPORT]
    for slug in LABS:
        state = dict(LABS[slug].tries[0].state)
        cells += [part.format(slug=slug, state=state) for part in (SHOW, SET, PRINT)]
    jupyter_lab.write_notebook(folder / "labs.ipynb", cells)
    with jupyter_lab.started(folder) as address:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 1000},
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.goto(address.format(path="lab/tree/labs.ipynb"))
        page.wait_for_function(jupyter_lab.READY, timeout=SECONDS)
        said, asked = [], []
        page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        opened = Notebook(page)
        opened.run(page.locator(".jp-Notebook .jp-CodeCell").first)
        for slug in LABS:
            opened.run(opened.cell(slug))
        yield opened
        context.close()
    assert said == []
    host = address.partition("/lab")[0].partition("{")[0]
    assert [url for url in asked if not url.startswith((host, f"blob:{host}", "data:"))] == []


def test_every_lab_renders(notebook: Notebook) -> None:
    for slug, make in LABS.items():
        lab = notebook.lab(slug)
        expect(lab.locator(".rc-question")).to_have_text(make.question)
        expect(lab.locator(".rc-readout")).not_to_be_empty()
        assert lab.locator(".rc-picture > *").count() > 0
        assert lab.evaluate(UNKNOWN_COLOURS) == [], slug
        assert lab.evaluate("(e) => getComputedStyle(e).borderTopStyle") == "solid"  # its style


def test_a_slider_reaches_python_and_python_reaches_the_picture(notebook: Notebook) -> None:
    for slug in LABS:
        lab = notebook.lab(slug)
        moved = start(slug)
        for kind in (".rc-picture [role=slider]", ".rc-controls input[type=range]"):
            for slider in lab.locator(f"{kind}:visible").all()[:1]:
                before = moved
                jupyter_lab.move(slider)
                moved = notebook.state(slug)
                assert moved != before, (slug, kind)
        assert moved != start(slug)
        picture = lab.locator(".rc-picture").element_handle()
        before = picture.inner_html()
        notebook.run(notebook.cell(slug, "set"))
        notebook.page.wait_for_function("([e, was]) => e.innerHTML !== was", arg=[picture, before])
        expected = moved | dict(LABS[slug].tries[0].state)
        assert notebook.state(slug) == expected
        assert copied(notebook, slug) == expected
        lab.locator(".rc-tries button").nth(1).press("Enter")
        assert notebook.state(slug) == led_to(slug, 1)


def copied(notebook: Notebook, slug: str) -> dict[str, Any]:
    """Return the state of the lab that the copied Python code makes."""
    notebook.lab(slug).get_by_role("button", name="Copy code").press("Enter")
    call = ast.parse(notebook.page.evaluate("navigator.clipboard.readText()"), mode="eval").body
    assert ast.unparse(call.func) == f"labs.{LABS[slug].__name__}"
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    return LABS[slug](**given).state


def test_labs_follow_the_dark_theme(notebook: Notebook) -> None:
    page = notebook.page
    ground = "(e) => getComputedStyle(e).backgroundColor"
    light = {slug: notebook.lab(slug).evaluate(ground) for slug in LABS}
    paint = "(e) => [...e.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL())"
    drawn = {slug: notebook.lab(slug).evaluate(paint) for slug in LABS}
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    for slug in LABS:
        lab = notebook.lab(slug)
        assert lab.evaluate(ground) != light[slug], slug
        for index, before in enumerate(drawn[slug]):
            lab.scroll_into_view_if_needed()
            canvas = lab.locator("canvas").nth(index).element_handle()
            page.wait_for_function("([e, was]) => e.toDataURL() !== was", arg=[canvas, before])
