"""The site with less than it asks for: no scripts, or no fonts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from built_site import PAGES, each_chapter, soup, up_to_date  # noqa: F401
from site_pages import LAY_OUT, lay_out

KEPT = 0.9  # share of blocks that are as high as before: a line breaks anew in the others
LINES = """() => [...document.querySelectorAll("main :is(p, li, h1, h2, h3)")]
  .filter((block) => !block.closest("[data-lab]") && block.checkVisibility())
  .map((block) => block.offsetHeight)"""


@pytest.fixture(scope="module")
def bare(chromium: Browser) -> Iterator[BrowserContext]:
    """Yield a browser that runs no scripts."""
    with chromium.new_context(java_script_enabled=False) as context:
        yield context


# ---- no scripts
@each_chapter
def test_without_scripts_a_page_is_whole(bare: BrowserContext, address: str, name: str) -> None:
    """Text, formulas, figures and the pictures of labs are seen, and it leads on."""
    page = bare.new_page()
    page.goto(address + name)
    tree = soup(name)
    for selector, count in {
        "main h1, main h2": len(tree.main.find_all(["h1", "h2"])),
        "main figure svg": len(tree.select("main figure svg")),
        "[data-lab] figure svg": len(tree.select("[data-lab]")),
        "main .katex-html": len(tree.select("main .katex-html")),
    }.items():
        found = page.locator(selector)
        assert found.count() == count
        folded = page.locator(f"details:not([open]) :is({selector})").count()
        assert found.filter(visible=True).count() >= count - folded
    dead = "main button, main input:not([type=radio]), main canvas"
    assert page.locator(dead).filter(visible=True).count() == 0
    assert page.locator(".bd-links a").filter(visible=True).count() >= len(PAGES) - 1
    assert page.locator(".prev-next-area a").first.is_visible()
    page.close()


def test_without_scripts_a_page_has_our_faces(bare: BrowserContext, address: str) -> None:
    page, asked = bare.new_page(), []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(address + PAGES[0], wait_until="networkidle")
    page.close()
    assert "rectified-serif-latin.woff2" in asked


def test_without_scripts_the_search_page_says_so_and_leads_on(
    bare: BrowserContext, address: str
) -> None:
    page = bare.new_page()
    page.goto(address + "search.html?q=relu")
    assert "needs JavaScript" in page.locator("main").inner_text()
    page.locator("noscript").get_by_role("link").click()
    assert page.url == address + "chapters/claims.html"
    page.close()


# ---- no fonts
@each_chapter
def test_without_fonts_a_page_keeps_its_lines(chromium: Browser, address: str, name: str) -> None:
    """So hardly anything moves when they arrive: other faces stand in, at the widths of ours."""
    small = {"width": 390, "height": 900}
    with chromium.new_context(viewport=small, bypass_csp=True) as context:  # see site_pages.py
        page, held = context.new_page(), []
        page.route("**/*.woff2", lambda route: held.append(route))
        page.goto(address + name, wait_until="domcontentloaded")
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
        page.evaluate(LAY_OUT)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        before = page.evaluate(LINES)
        assert held
        page.route("**/*.woff2", lambda route: route.continue_())  # more, for labs and signs
        for route in held:
            route.continue_()
        lay_out(page)
        after = page.evaluate(LINES)
    same = [abs(a - b) <= 2 for a, b in zip(before, after, strict=True)]
    assert sum(same) / len(same) > KEPT
    assert abs(sum(after) - sum(before)) < 0.03 * sum(before)
    print(f"{name}: {sum(same) / len(same):.3f}, {sum(after) / sum(before):.4f}")
