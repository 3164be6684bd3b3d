"""Pages of the built site in a browser; the fixtures that open them are in conftest.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect

Opener = Callable[..., Page]
LAY_OUT = "delete document.documentElement.dataset.top"  # all of the page, and not what is near
DRAWN = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


@contextmanager
def opener(chromium: Browser, address: str) -> Iterator[Opener]:
    """Yield a function that opens a page of the site in a context of its own."""
    contexts: list[BrowserContext] = []

    def opened(name: str, *, width: int = 1280, theme: str = "light", **options: object) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            bypass_csp=True,  # wait_for_function evaluates text; the policy has tests of its own
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(address + name)
        if options.get("java_script_enabled", True):
            lay_out(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@contextmanager
def reader(chromium: Browser, address: str) -> Iterator[Opener]:
    """Yield a function that shows a page, which is loaded once, to tests that only look.

    All that can be unfolded is open, and its labs have started.
    """
    with chromium.new_context(bypass_csp=True) as context:  # as above
        tabs: dict[str, Page] = {}

        def shown(
            name: str, *, width: int = 1280, theme: str = "light", forced: str = "none"
        ) -> Page:
            if name not in tabs:
                tabs[name] = context.new_page()
                tabs[name].goto(address + name)
                lay_out(tabs[name])
                unfold(tabs[name])
            page = tabs[name]
            page.bring_to_front()  # what lies behind is not drawn
            page.emulate_media(
                media="screen",
                color_scheme=theme,
                forced_colors=forced,
                reduced_motion="no-preference",
            )
            page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            resize(page, width)
            return page

        yield shown


def lay_out(page: Page) -> None:
    """Lay out all of the page, in our faces and not the system's."""
    expect(page.locator("#faces")).to_have_attribute("media", "all", timeout=30_000)
    page.evaluate(LAY_OUT)
    page.evaluate("document.body.offsetHeight")  # asks for the faces of what was far
    page.evaluate("document.fonts.ready.then(() => {})")


def resize(page: Page, width: int) -> None:
    """Give the page another width, and wait until all that follows it is drawn again."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(DRAWN)


def unfold(page: Page) -> None:
    """Start the labs, open every fold, and go back to the top."""
    for lab in page.locator("[data-lab]").all():
        lab.scroll_into_view_if_needed()
        lab.locator(".rc-lab-still").wait_for(state="detached")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate("scrollTo(0, 0)")
