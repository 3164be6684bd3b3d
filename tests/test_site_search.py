"""The search page: what readers look for is found, and where it stands."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from built_site import PAGES, ROOT, SITE, soup, up_to_date  # noqa: F401
from rectified.site.execute import chapters
from rectified.site.markers import without_marks
from rectified.site.plain import formula
from serving import served

PAGES_SHOWN = 3  # among the first three pages stands the one that the reader meant
KINDS = {"page", "section", "exercise", "sources", "term", "claim", "figure", "lab"}
LOOKED_FOR = {  # what is typed -> the chapter expected, and what its first four results name
    "dying": ("dying-relu", ""),
    "dying ReLU": ("dying-relu", "dying ReLUs"),
    "dead units": ("dying-relu", "dead units"),
    "dead neurons": ("dying-relu", "Dead"),
    "can a dead unit come back": ("dying-relu", "Can a dead unit come back?"),
    "warm-up": ("dying-relu", "warm-up"),
    "He initialization": ("initialization", "He initialisation"),
    "He initialisation": ("initialization", "He initialisation"),
    "kaiming": ("initialization", "He"),
    "glorot": ("initialization", "Xavier"),
    "xavier uniform": ("initialization", "Xavier"),
    "LSUV": ("initialization", "LSUV"),
    "orthogonal": ("initialization", "orthogonal"),
    "symmetry breaking": ("initialization", "zero"),
    "why do gradients vanish": ("vanishing-gradients", "vanish"),
    "vanishing gradient": ("vanishing-gradients", "vanish"),
    "exploding gradients": ("vanishing-gradients", "exploding gradient"),
    "batch normalization": ("vanishing-gradients", "Batch normalization"),
    "layer norm": ("vanishing-gradients", "Layer normalization"),
    "residual connections": ("vanishing-gradients", "Residual"),
    "mean-field theory": ("vanishing-gradients", "mean-field theory"),
    "backprop": ("networks-by-hand", "Backpropagation"),
    "gradient descent": ("networks-by-hand", "gradient descent"),
    "cross entropy": ("networks-by-hand", "cross-entropy"),
    "learning rate": ("networks-by-hand", "learning rate"),
    "subgradient": ("relu", "subgradient"),
    "slope at 0": ("relu", "What is its slope at 0?"),
    "idempotent": ("relu", "idempotent"),
    "number of regions": ("relu", "How many regions"),
    "universal approximation": ("relu", "Can it follow any curve?"),
    "lipschitz": ("relu", "Lipschitz constant"),
    "softplus": ("relu", "Softplus"),
    "relu-idempotent": ("relu", "idempotent"),
    "softmax": ("activations", "softmax"),
    "saturated sigmoid": ("vanishing-gradients", "saturated"),
    "why nonlinearity": ("activations", "activation"),
    "sparsity": ("benefits", "sparsity"),
    "pruning": ("benefits", "pruning"),
    "is relu faster": ("benefits", "Is it faster?"),
    "leaky relu": ("extensions", "Leaky ReLU"),
    "PReLU": ("extensions", "PReLU"),
    "swish": ("extensions", "Swish"),
    "silu": ("extensions", "Swish"),
    "GELU transformer": ("extensions", "Which one should I take?"),
    "SwiGLU": ("extensions", "SwiGLU"),
    "which activation should I use": ("extensions", ""),
    "nbgrader": ("teaching", "nbgrader"),
    "moodle": ("teaching", ""),
    "hinge composer": ("labs", "Hinge composer"),
}


@pytest.fixture(scope="module")
def search_page(chromium: Browser) -> Iterator[Page]:
    """Yield the search page, loaded once."""
    with served(SITE) as address, chromium.new_context() as context:
        page = context.new_page()
        page.goto(address + "search.html?q=relu")
        expect(page.get_by_role("status")).to_contain_text("results on")  # the index is read
        yield page


def results(page: Page, query: str) -> list[tuple[str, list[str]]]:
    """Type a query; return the address of each page with what is found on it."""
    return page.evaluate(
        """(query) => {
           const box = document.querySelector("main input");
           box.value = query;
           box.dispatchEvent(new Event("input"));
           return [...document.querySelectorAll("#search-results > section")].map((section) => [
             section.querySelector("h2 a").getAttribute("href"),
             [...section.querySelectorAll("li > a")].map((link) => link.textContent)]);
        }""",
        query,
    )


@pytest.mark.parametrize("query", LOOKED_FOR)
def test_a_reader_finds_the_page_among_the_first_three(search_page: Page, query: str) -> None:
    slug, named = LOOKED_FOR[query]
    found = dict(results(search_page, query)[:PAGES_SHOWN])
    assert f"chapters/{slug}.html" in found
    assert named.lower() in " ".join(found[f"chapters/{slug}.html"][:4]).lower()


def test_a_claim_leads_to_where_it_is_measured_and_shows_its_verdict(search_page: Page) -> None:
    """Every claim of the book, by its own words."""
    for record in json.loads((SITE / "claims.json").read_text("utf-8"))["claims"]:
        results(search_page, record["claim"])
        hit = f'#search-results li > a[href="{record["page"]}"]'
        label = search_page.eval_on_selector(hit, "(link) => link.previousSibling.textContent")
        assert re.fullmatch(r"Claim · (Supported|Holds if…|Refuted|Open|Mixed)", label)


def _index() -> list[list]:
    script = SITE / soup("search.html").find(id="search-results")["data-index"].split("?")[0]
    (text,) = re.findall(r"JSON\.parse\((.*)\)", script.read_text("utf-8"))
    return json.loads(json.loads(text))


def test_every_result_leads_to_an_anchor_that_is_there() -> None:
    pages = _index()
    assert {page[0] for page in pages} == set(PAGES)
    kinds = set()
    for name, _, found in pages:
        there = {"", *re.findall(r'\bid="([^"]+)"', (SITE / name).read_text("utf-8"))}
        assert [anchor for _, anchor, *_ in found if anchor not in there] == []
        kinds |= {kind for kind, *_ in found}
    assert kinds == KINDS


def _pieces_of_solutions(path: Path) -> Iterator[str]:
    """Yield what stands in a chapter's solutions, in code and in words, and nowhere else."""
    for cell in nbformat.read(path, as_version=4).cells:
        if "solution" in cell.metadata.get("tags", ()):
            if len(code := " ".join(without_marks(cell.source).split())) > 60:
                yield code[:120]
        elif cell.source.startswith("<details><summary>Solution"):
            yield from (part for part in re.split(r"[$`*\[\]\n]", cell.source) if len(part) > 40)


def test_the_index_shows_no_tex_no_tags_and_no_solution() -> None:
    pages = _index()
    shown = [text for *_, found in pages for _, _, *texts in found for text in texts]
    assert [text for text in shown if re.search(r"\\[a-z]+\{|</?(?:span|div|p|math)\b", text)] == []
    solutions = [piece for path in chapters(ROOT) for piece in _pieces_of_solutions(path)]
    assert len(solutions) > 50
    whole = " ".join(shown)
    assert [line for line in solutions if line in whole] == []


def test_what_is_misspelt_gets_the_nearest_word_and_nonsense_a_sentence(search_page: Page) -> None:
    assert results(search_page, "sigmod") == []
    status = search_page.get_by_role("status")
    expect(status).to_have_text("Nothing is found for “sigmod”. Did you mean sigmoid?")
    assert status.get_by_role("link").get_attribute("href") == "?q=sigmoid"
    assert results(search_page, "qqqqqqqqqqq") == []
    expect(status).to_contain_text("Try fewer words")
    assert results(search_page, "  ?! ") == []


def test_the_search_works_by_keyboard_and_its_address_can_be_shared(search_page: Page) -> None:
    results(search_page, "dying relu")
    box = search_page.get_by_role("searchbox")
    box.press("Enter")
    assert search_page.url.endswith("?q=dying%20relu")
    box.press("ArrowDown")
    search_page.keyboard.press("ArrowDown")
    focused = "document.activeElement.textContent"
    second = search_page.locator("#search-results li a").nth(1)
    assert search_page.evaluate(focused) == second.inner_text()
    search_page.keyboard.press("ArrowUp")
    search_page.keyboard.press("ArrowUp")
    assert box.evaluate("(box) => box === document.activeElement")
    search_page.reload()
    assert box.input_value() == "dying relu"
    expect(second).to_be_visible()


def test_no_other_page_loads_the_index() -> None:
    assert [name for name in PAGES if "search-index" in (SITE / name).read_text("utf-8")] == []


def test_what_is_typed_before_the_index_is_there_is_found_when_it_is(chromium: Browser) -> None:
    with served(SITE) as address, chromium.new_context() as context:
        page, held = context.new_page(), []
        page.route("**/search-index.js*", lambda route: held.append(route))
        page.goto(address + "search.html", wait_until="domcontentloaded")  # the rest is held
        page.get_by_role("searchbox").fill("dying relu")
        status = page.get_by_role("status")
        expect(status).to_have_text("Reading the book …")
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        expect(status).to_contain_text("results on")
        assert page.locator("#search-results h2").count() > 0


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\max(0, x) \ge 0", "max(0, x) ≥ 0"),
        (r"\frac{x^2}{2}", "x²/2"),
        (r"\sqrt{2/n}", "√(2/n)"),
        (r"-x\,f(-1)", "−x f(−1)"),
        (r"W^{(l)}", "W^(l)"),
        (r"e^{-z}", "e^(−z)"),
        (r"3.2 \cdot 10^{-4}", "3.2 · 10⁻⁴"),
        (r"\sum_{k=1}^{m} a_k", "∑ a_k"),
        (r"n \operatorname{Var} w", "n Var w"),
        (r"\frac12 n(n - 1)", "1/2 n(n − 1)"),
        (r"f'(x_1)", "f′(x₁)"),
        (r"\frac{1", r"\frac{1"),
    ],
)
def test_a_formula_is_read_in_a_line(tex: str, text: str) -> None:
    assert formula(tex) == text
