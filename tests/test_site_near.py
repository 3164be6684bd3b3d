"""What need not be there at once: what is far from the top of a page, and our faces."""

import pytest
from playwright.sync_api import Browser

from built_site import each_chapter, up_to_date  # noqa: F401
from site_pages import DRAWN, Opener, resize

LATER = ".bd-article section section > :not(section, script)"  # as in book.css
CONTAINED = f"{LATER} {{ contain: layout style paint }}"  # what `content-visibility` does to them
BLOCKS = f'[...document.querySelectorAll("{LATER}")]'
WHOLE = "document.documentElement.scrollHeight"
HEIGHTS = f"() => {BLOCKS}.map((block) => block.getBoundingClientRect().height)"
LAID = f"{BLOCKS}.map((block) => [...block.children].some((part) => "
LAID += "part.checkVisibility({ contentVisibilityAuto: true })))"
EDGE = 24  # px: html's scroll-padding-top


@each_chapter
def test_a_block_is_as_high_when_it_is_contained(open_page: Opener, name: str) -> None:
    """Its margins are its own: none of a part's stands over its edge."""
    page = open_page(name)  # all is laid out
    for width in (390, 1280):
        resize(page, width)
        whole, before = page.evaluate(WHOLE), page.evaluate(HEIGHTS)
        contained = page.add_style_tag(content=CONTAINED)
        assert page.evaluate(HEIGHTS) == pytest.approx(before, abs=0.1)
        assert page.evaluate(WHOLE) == whole
        contained.evaluate("(style) => style.remove()")


def test_what_is_far_is_laid_out_when_it_comes_near(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}chapters/relu.html", wait_until="networkidle")
    laid = page.evaluate(LAID)
    assert 0 < sum(laid) < len(laid) / 4
    page.locator("#sources li").last.scroll_into_view_if_needed()
    page.evaluate(DRAWN)
    assert page.evaluate(LAID)[-1]
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_who_jumps_in_a_page_comes_to_the_place(
    chromium: Browser, address: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    for place in ("#what-does-it-keep", "#can-it-follow-any-curve", "#exercises"):
        page.goto("about:blank")
        page.goto(f"{address}chapters/relu.html", wait_until="networkidle")
        page.evaluate(f"document.querySelector('a[href=\"{place}\"]').click()")
        page.evaluate(DRAWN)
        page.wait_for_timeout(500)  # what comes near is laid out, and the place stays
        top = page.evaluate(f"document.querySelector('{place}').getBoundingClientRect().top")
        assert top == pytest.approx(EDGE, abs=1)
    page.close()


def test_our_faces_come_after_the_first_paint_and_then_with_it(
    chromium: Browser, address: str
) -> None:
    """Each is asked for once, whoever asks first."""
    page, asked = chromium.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "chapters/intro.html", wait_until="networkidle")
    fonts = [url for url in asked if url.endswith(".woff2")]
    first = page.evaluate(
        "() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, "
        "Math.min(...performance.getEntriesByType('resource')"
        ".filter(({ name }) => name.endsWith('.woff2')).map(({ startTime }) => startTime))]"
    )
    assert first[0] < first[1]
    assert len(fonts) == len(set(fonts)) >= 4
    page.goto(address + "chapters/relu.html", wait_until="domcontentloaded")
    assert page.evaluate("document.getElementById('faces').media") == "all"
    page.close()
