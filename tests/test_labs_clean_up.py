"""A lab that the page lets go of leaves nothing running, however often it was mounted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from lab_pages import each_lab

COUNTING = Path(__file__).parent / "javascript/leftovers.mjs"
AT_ONCE = 10  # labs mounted side by side
HELD = 240_000  # bytes that a mounted lab holds, or more
LEARNED = 2000  # bytes a mount that V8 keeps of code that runs often, late or soon
WARM = 2  # times after which V8 has learned most of what it will of the code
MOUNTED = """async ([slug, count]) => {
  const { default: lab } = await import(`./labs/${slug}.mjs`);
  const state = JSON.parse(document.querySelector("[data-lab] script").textContent);
  return mounted(lab, state, count);
}"""
FAULTY = """async (text) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { default: lab } = await import(url);
  return mounted(lab, {}, 3);
}"""
# What a careless lab does, and what is then left of three of them.
FAULTS = {
    "setInterval(() => {}, 1e6)": {"timers": 3},
    "setTimeout(() => {}, 1e6)": {"timers": 3},
    "const go = () => requestAnimationFrame(go); go()": {"frames": 3},
    "new Worker(URL.createObjectURL(new Blob([''])))": {"workers": 3, "urls": 3},
    "new ResizeObserver(() => {}).observe(el)": {"observers": 3},
    "new MutationObserver(() => {}).observe(document.body, { attributes: true })": {"observers": 3},
    "addEventListener('resize', () => {})": {"listeners": 3},
    "document.addEventListener('keydown', () => {}, true)": {"listeners": 3},
    "matchMedia('print').addEventListener('change', () => {})": {"listeners": 3},
    "addEventListener('resize', () => {}, { signal: new AbortController().signal })": {
        "listeners": 3
    },
    "model.on('change:x', () => {})": {"listening": 3},
    "setTimeout(() => setInterval(() => {}, 1e6), 1)": {"timers": 3},
    "(window.kept ??= []).push(el)": {"alive": 3},
}


@pytest.fixture
def counted(chromium: Browser, lab_address: str) -> Iterator[Page]:
    """Yield a page that counts what runs in it."""
    page = chromium.new_page()
    page.add_init_script(path=COUNTING)
    yield page
    page.close()


def held(page: Page) -> dict[str, int]:
    """Collect garbage; return what is still there: mounted labs, nodes, listeners, bytes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(2):  # what the first round frees may hold on to more
        session.send("HeapProfiler.collectGarbage")
    counters, heap = session.send("Memory.getDOMCounters"), session.send("Runtime.getHeapUsage")
    session.detach()
    return {
        "alive": page.evaluate("alive()"),
        "nodes": counters["nodes"],
        "listeners": counters["jsEventListeners"],
        "bytes": heap["usedSize"] + heap["embedderHeapUsedSize"],
    }


@pytest.mark.parametrize("times", [4, pytest.param(10, marks=pytest.mark.audit)])
@each_lab
def test_mounts_leave_nothing(counted: Page, lab_address: str, slug: str, times: int) -> None:
    counted.goto(f"{lab_address}{slug}.html")
    counted.wait_for_function("window.hosts?.length > 0")
    counted.evaluate("window.hosts.pop().close()")
    for number in range(times):
        found = counted.evaluate(MOUNTED, [f"{slug}.joined", AT_ONCE])
        assert found["atOnce"] == found["before"]
        assert found["after"] == found["before"]
        assert found["listening"] == 0
        assert found["empty"] == 0
        if number == WARM - 1:
            before = held(counted)
    after = held(counted)
    grown = after.pop("bytes") - before.pop("bytes")
    assert after == before | {"alive": 0}
    assert grown < HELD + LEARNED * AT_ONCE * (times - WARM), f"{grown} bytes"


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_lab_leaves_is_found(counted: Page, lab_address: str, fault: str) -> None:
    counted.goto(f"{lab_address}bare.html")
    text = f"export default {{ render({{ model, el }}) {{ {fault}; return () => {{}} }} }}"
    found: dict[str, Any] = counted.evaluate(FAULTY, text)
    left = {kind: count - found["before"][kind] for kind, count in found["after"].items()}
    left |= {"listening": found["listening"], "alive": held(counted)["alive"]}
    assert {kind: left[kind] for kind in FAULTS[fault]} == FAULTS[fault]
    assert set(FAULTS[fault]) <= {kind for kind, count in left.items() if count}
