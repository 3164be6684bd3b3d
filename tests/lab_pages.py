"""Pages that hold one lab each, as the site would make them, for tests in a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rectified import display, labs
from rectified.display.place import PAGE
from rectified.labs import Lab
from rectified.labs import lab as frame
from rectified.site import styles
from sample_lab import Sample

LABS: dict[str, type[Lab]] = {Sample.slug: Sample, **labs.ALL}
each_lab = pytest.mark.parametrize("slug", LABS)

TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><style>{rules}</style><style id="faces">{faces}</style>
<script defer src="rectified.js"></script></head>
<body><main class="bd-main"><article class="bd-article"><section><h1>{title}</h1>
<button type="button" id="theme" hidden>Theme</button>
<div class="cell"><div class="cell_output"><div class="rc-output">{lab}</div></div></div>
<p>What follows.</p></section></article></main></body></html>
"""
BARE = '<!DOCTYPE html><html lang="en"><title>A page without a lab</title></html>'
# Stands where the page looks for a lab: hands on what the page gives, and lets a test see it.
OBSERVED = """\
import lab from "./{slug}.joined.mjs";
window.hosts = [];
export default {{
  render(host) {{
    const close = lab.render(host);
    window.hosts.push({{ ...host, close }});
    return close;
  }},
}};
"""
# Errors that the browser only tells the page, and waiting until what was asked for is drawn.
HELP = """
addEventListener("error", ({ message }) => console.error(message));
addEventListener("unhandledrejection", ({ reason }) => console.error(String(reason)));
window.drawn = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
window.stateOf = (model) => Object.fromEntries(
  Object.keys(model.get("_schema")).map((name) => [name, model.get(name)]),
);
"""
STARTED = """() => window.hosts?.length > 0 && document.querySelector(".rc-readout")?.textContent
  && document.querySelector(".rc-picture:not([aria-busy=true])")?.childElementCount > 0"""
# A screen reader has heard all there is to say: no sentence waits for its turn.
QUIET = """() => document.querySelector(".rc-lab [role=status]").textContent
  === document.querySelector(".rc-readout").textContent"""


def write_site(folder: Path, placed: dict[str, Lab], *, observed: bool = False) -> None:
    """Write `NAME.html` for each lab, and what the pages load; tests can see into observed ones."""
    display_folder, labs_folder = Path(display.__file__).parent, Path(frame.__file__).parent
    static = Path(styles.__file__).parent / "static"
    (folder / "labs").mkdir()
    shutil.copy(labs_folder / "joined/hydrate.mjs", folder / "labs")
    shutil.copytree(display_folder / "fonts", folder / "fonts")
    shutil.copytree(static / "katex", folder / "katex")  # text takes its signs from there, too
    shutil.copy(static / "rectified.js", folder)
    (folder / "bare.html").write_text(BARE, encoding="utf-8")
    for name, lab in placed.items():
        module = folder / "labs" / f"{lab.slug}.mjs"
        module.write_text(lab._esm, encoding="utf-8")
        if observed:
            module.rename(module.with_name(f"{lab.slug}.joined.mjs"))
            module.write_text(OBSERVED.format(slug=lab.slug), encoding="utf-8")
        place = lab.placeholder()
        rules, faces = styles.style(place, static="")
        page = TEMPLATE.format(title=lab.question, rules=rules, faces=faces, lab=place)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def on_page(make: type[Lab], **state: object) -> Lab:
    """Make a lab as a chapter that is executed for the site makes it."""
    with mock.patch.dict(os.environ, {PAGE: "1"}):
        return make(**state)


# ---- what the tests of all labs share; its fixtures are in conftest.py
def write_all(folder: Path) -> None:
    """Write an observed page for each lab."""
    write_site(folder, {slug: on_page(make) for slug, make in LABS.items()}, observed=True)


LabOpener = Callable[..., Page]


@contextmanager
def opener(chromium: Browser, address: str) -> Iterator[LabOpener]:
    """Yield a function that opens a lab's page in a context of its own, and waits for its picture.

    Afterwards no page may have said anything, or have asked another host.
    """
    contexts: list[BrowserContext] = []
    messages: list[str] = []
    asked: list[str] = []

    def opened(
        slug: str, hash: str = "", *, width: int = 1280, theme: str = "light", **options: Any
    ) -> Page:
        viewport = {"width": width, "height": 900}
        context = chromium.new_context(viewport=viewport, color_scheme=theme, **options)
        contexts.append(context)
        context.on("console", lambda told: messages.append(f"{told.text} {told.location}"))
        context.on("weberror", lambda error: messages.append(str(error.error)))
        context.on("request", lambda request: asked.append(request.url))
        context.add_init_script(HELP)
        page = context.new_page()
        visit(page, f"{address}{slug}.html{hash}")
        return page

    yield opened
    for context in contexts:
        context.close()
    ours = (address, f"blob:{address}", "data:,")
    assert messages == [], messages
    elsewhere = [url for url in asked if not url.startswith(ours)]
    assert elsewhere == [], elsewhere


def visit(page: Page, url: str) -> None:
    """Load an address, even one that differs after its # only, and wait for the lab's picture."""
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_function(STARTED)


def state(page: Page) -> dict[str, Any]:
    """Return the state of the lab, as the page's model has it."""
    return page.evaluate("stateOf(window.hosts[0].model)")


def resize(page: Page, width: int) -> None:
    """Give the page another width, and wait until the lab has drawn itself again."""
    page.set_viewport_size({"width": width, "height": 900})
    drawn(page)


def all_states(page: Page, *, folded: bool = False) -> Iterator[int]:
    """Yield once with the lab at its start (0), and once in each state that a try leads to.

    There all that can be folded is open, unless it shall stay `folded`.
    """
    yield 0
    if not folded:
        unfold(page)
    for number, button in enumerate(page.locator(".rc-tries button").all(), 1):
        button.press("Enter")
        drawn(page)
        yield number


def unfold(page: Page) -> None:
    """Open what the lab keeps folded, by key."""
    folded = page.locator(".rc-lab details:not([open]) > summary")
    while folded.count() > 0:
        folded.first.press("Enter")


def hold_clock(page: Page) -> None:
    """Stop the page's time, so that it goes on by `page.clock.run_for` only."""
    page.wait_for_function(QUIET)  # a timer that is set by now would not obey
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 5000"))


def readout_times(page: Page) -> None:
    """Let the page note in `window.seen` when it says something new, in its own milliseconds."""
    page.evaluate(
        """() => { window.seen = [];
             new MutationObserver(() => seen.push(performance.now()))
               .observe(document.querySelector(".rc-readout"), { childList: true }); }"""
    )


def drawn(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("drawn()")


@cache
def start(slug: str) -> dict[str, Any]:
    """Return the state at the start."""
    return LABS[slug]().state


def led_to(slug: str, number: int) -> dict[str, Any]:
    """Return the state that a try leads to."""
    return start(slug) | dict(LABS[slug].tries[number].state)
