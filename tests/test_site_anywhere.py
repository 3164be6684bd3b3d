"""The built book wherever it is served: below any folder, under a policy that lets nobody in."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, Response, Route

from built_site import ALL, PAGES, SITE, each_page, soup, up_to_date  # noqa: F401
from rectified.site import policy
from serving import served

BUDGET = 350  # kB, compressed: what one page may ask of a reader's connection
FOLDER = "some/where"  # below a server's root, as GitHub Pages serves it
LAB = ".rc-lab-place"
ALIVE = ".rc-picture:not([aria-busy=true]) > *"  # what a lab has drawn
START = ("Train", "Play", "Change to", "New weights")  # what sets a lab's worker to work


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site in a folder of its server, and yield its address."""
    root = tmp_path_factory.mktemp("root")
    (root / FOLDER).parent.mkdir()
    (root / FOLDER).symlink_to(SITE, target_is_directory=True)
    with served(root) as at:
        yield f"{at}{FOLDER}/"


@pytest.mark.parametrize("name", [name for name in ALL if name != "404.html"])  # it has a root
def test_a_page_with_its_labs_is_alone_and_light_and_says_nothing(
    chromium: Browser, address: str, name: str
) -> None:
    page = chromium.new_page()
    messages, asked, missed, weight = [], [], [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: missed.append(answer.url) if answer.status >= 400 else None)
    page.on("response", lambda answer: weight.append(_weight(answer.url, answer.body())))
    page.goto(address + name, wait_until="networkidle")
    assert sum(weight) < BUDGET * 1000
    _start_labs(page)
    page.close()
    assert messages == []
    assert missed == []
    assert [url for url in asked if not url.startswith((address, f"blob:{_origin(address)}"))] == []


def _weight(url: str, body: bytes) -> int:
    """Return the bytes on the wire: fonts are compressed, a server compresses the rest."""
    return len(body) if url.endswith(".woff2") else len(gzip.compress(body))


@pytest.mark.audit
@each_page
def test_what_a_page_weighs(chromium: Browser, address: str, name: str) -> None:
    page, weight = chromium.new_page(), Counter()

    def weigh(response: Response) -> None:
        weight[response.request.resource_type] += _weight(response.url, response.body())

    page.on("response", weigh)
    page.goto(address + name, wait_until="networkidle")
    page.close()
    parts = [f"{kind} {part / 1000:.1f}" for kind, part in weight.items()]
    print(f"\n{name:34}", *parts, f"together {weight.total() / 1000:.1f} kB", sep="  ")
    assert weight.total() < BUDGET * 1000


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def _start_labs(page: Page) -> None:
    """Bring every lab into view, wait until it has drawn, and set it to work."""
    for place in page.locator(LAB).all():
        place.scroll_into_view_if_needed()
        place.locator(ALIVE).first.wait_for(state="attached")
        names = place.locator(".rc-actions button").all_inner_texts()
        for name in [name for name in names if name.startswith(START)]:
            place.get_by_role("button", name=name, exact=True).click()
        place.locator(ALIVE).first.wait_for(state="attached")


def test_workers_of_labs_compute_in_webassembly(chromium: Browser, address: str) -> None:
    """The policy could forbid it, and the labs would only be slower."""
    page = chromium.new_page()
    page.goto(address + "chapters/labs.html")
    _start_labs(page)
    assert page.workers
    module = (
        "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).constructor.name"
    )
    compiled = [worker.evaluate(module) for worker in page.workers]
    page.close()
    assert set(compiled) == {"Module"}


# ---- the policy of a page
FOREIGN = "https://elsewhere.example/"
PLANTED = f"""
<script>document.title = "planted"</script>
<script src="{FOREIGN}planted.js"></script>
<img src="nowhere.png" alt="" onerror="document.title = 'planted'">
<img src="{FOREIGN}planted.png" alt="">
<link rel="stylesheet" href="{FOREIGN}planted.css">
<style>body {{ display: none }}</style>
<base href="{FOREIGN}">
<iframe src="{FOREIGN}planted.html"></iframe>
<form action="{FOREIGN}" id="planted"></form>
"""
HEAR = """addEventListener("securitypolicyviolation",
  ({ effectiveDirective }) => (window.refused ??= []).push(effectiveDirective))"""
ASK = f"""() => new Promise((heard) => {{
  addEventListener("securitypolicyviolation",
    ({{ effectiveDirective }}) => effectiveDirective === "form-action" && heard());
  fetch("{FOREIGN}").catch(() => document.getElementById("planted").submit());
}})"""


@pytest.mark.parametrize("name", ["chapters/labs.html", "search.html"])
def test_what_others_plant_in_a_page_neither_runs_nor_loads(
    chromium: Browser, address: str, name: str
) -> None:
    page = chromium.new_page()
    reached: list[str] = []
    page.add_init_script(HEAR)

    def plant(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</article>", PLANTED, 1))

    page.route(f"{FOREIGN}**", lambda route: (reached.append(route.request.url), route.abort()))
    page.route(address + name, plant)
    page.goto(address + name, wait_until="networkidle")
    page.evaluate(ASK)
    refused = set(page.evaluate("window.refused"))
    title, shown = page.title(), page.evaluate("getComputedStyle(document.body).display")
    page.close()
    assert refused == {
        *("script-src-elem", "script-src-attr", "style-src-elem", "img-src"),
        *("base-uri", "frame-src", "form-action", "connect-src"),
    }
    assert reached == []
    assert title != "planted"
    assert shown != "none"


def _policy(name: str) -> dict[str, str]:
    """Return a page's policy, by directive; it stands before all that it has to hold for."""
    first, second = soup(name).head.find_all(True)[:2]
    assert first["charset"] == "utf-8"
    assert second["http-equiv"] == "Content-Security-Policy"
    return dict(part.split(" ", 1) for part in second["content"].split("; "))


def test_every_page_has_a_policy_and_only_those_with_labs_may_start_workers() -> None:
    pages = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    assert {*ALL, "index.html"} <= set(pages)
    for name in pages:
        allowed, lab = _policy(name), bool(soup(name).select("[data-lab]"))
        assert allowed["default-src"] == "'none'"
        assert allowed.get("worker-src") == ("blob:" if lab else None)
        assert ("'wasm-unsafe-eval'" in allowed["script-src"]) == lab
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(allowed["script-src"].split())


HEAD = '<html><head><meta charset="utf-8"><title>A page</title></head>'


def _scripts(page: str) -> str:
    return BeautifulSoup(policy.with_policy(page), "html.parser").meta.find_next("meta")["content"]


def test_an_inline_script_is_allowed_by_its_digest() -> None:
    # printf 'start()' | openssl dgst -sha256 -binary | base64
    digest = "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"
    assert digest in _scripts(f"{HEAD}<script>start()</script>")
    assert digest in _scripts(f"{HEAD}<script type='module'>start()</script>")
    assert digest not in _scripts(f"{HEAD}<script>stop()</script>")


@pytest.mark.parametrize("kind", ["application/json", "application/ld+json"])
def test_data_in_a_page_is_no_script(kind: str) -> None:
    data = f'<script type="{kind}">{json.dumps({"a": 1})}</script>'
    assert _scripts(HEAD + data) == _scripts(HEAD)


def test_a_policy_is_written_once_and_follows_its_page() -> None:
    once = policy.with_policy(f"{HEAD}<script>start()</script>")
    assert policy.with_policy(once) == once
    changed = policy.with_policy(once.replace("start()", "stop()"))
    assert changed == policy.with_policy(f"{HEAD}<script>stop()</script>")


def test_a_page_without_its_encoding_is_refused() -> None:
    with pytest.raises(ValueError, match="charset"):
        policy.with_policy("<html><head><title>A page</title></head>")
