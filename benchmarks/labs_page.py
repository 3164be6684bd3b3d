"""How soon a lab shows its picture, and whether its page ever hangs while a reader plays with it.

    python benchmarks/labs_page.py [--labs NAME ...] [--slower N] [--seconds S] [--rounds R]
                                   [--json FILE] [--markdown FILE]

The page is the site's, the lab far below what is in sight. Time runs from the moment in which the
reader jumps to it until its first picture is on the screen; module and shim are loaded in it.
Then its main button is pressed, and after that each slider is moved once a frame: a task that
keeps the page from answering for more than 50 ms is told. Browser and workers share one core.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from common import machine, report
from common.processes import cores, process, within
from common.timing import Spread, interleaved

sys.path += [str(Path(__file__).resolve().parents[1] / name) for name in ("tools", "tests")]
import browser
import lab_pages
from rectified import labs
from serving import served

PROMISED = 200  # ms
# The lab stands three screens below the top; tasks over 50 ms are noted from the start.
BEFORE = """
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
document.addEventListener("readystatechange", () => {
  const above = document.createElement("div");
  above.style.height = "3000px";
  if (document.readyState === "interactive") document.body.prepend(above);
});
"""
MEASURE = """async (seconds) => {
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const taken = () => tasks.splice(0);
  const lab = document.querySelector("[data-lab]");
  const begin = performance.now();
  lab.scrollIntoView();
  while (!lab.querySelector(".rc-picture ~ .rc-readout")?.textContent) {
    if (performance.now() > begin + 60_000) throw Error("the lab shows no picture");
    await frame();
  }
  await frame(); // the one before has brought the picture to the screen
  const found = { first: performance.now() - begin, "at first": taken() };
  const during = async (act) => {
    let frames = 0;
    for (const until = performance.now() + 1000 * seconds; performance.now() < until; frames += 1) {
      act(frames);
      await frame();
    }
    return { frames: frames / seconds, tasks: taken() };
  };
  const buttons = [...lab.querySelectorAll(".rc-actions button:not(.rc-quiet)")];
  const main = buttons.find((button) => !button.disabled && button.getClientRects().length > 0);
  if (main) found.button = { name: main.textContent, ...(await during((n) => n || main.click())) };
  const sliders = [...lab.querySelectorAll("input[type=range]")].filter((e) => !e.disabled);
  found.sliders = await during((n) => {
    const slider = sliders[n % sliders.length];
    slider.valueAsNumber = (n * 7) % (Number(slider.max) + 1);
    slider.dispatchEvent(new Event("input"));
  });
  return found;
}"""


def measured(slug: str, chromium: str, slower: float, seconds: float) -> dict[str, Any]:
    """Open a lab's page, go to the lab, play with it, and return what was seen."""
    flags = ["--no-sandbox"] if sys.platform == "linux" else []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        lab_pages.write_site(Path(name), {slug: lab_pages.on_page(labs.ALL[slug])})
        with served(Path(name)) as address:
            opened = playwright.chromium.launch(executable_path=chromium, args=flags)
            page = opened.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(BEFORE)
            session = page.context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.goto(f"{address}{slug}.html", wait_until="networkidle")
            found = page.evaluate(MEASURE, seconds)
            opened.close()
    return found


def all_rounds(options: argparse.Namespace, chromium: str) -> dict[str, list[dict[str, Any]]]:
    """Return what was seen of each lab in each round."""
    settings = (chromium, options.slower, options.seconds)
    with process(cores()[-1]) as worker:
        calls = {slug: partial(within, worker, measured, slug, *settings) for slug in options.labs}
        return interleaved(calls, options.rounds)


def row(slug: str, rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of a lab."""
    figures: dict[str, Any] = {
        "lab": slug,
        "first": asdict(Spread.of([r["first"] for r in rounds])),
    }
    figures["at first"] = [task for each in rounds for task in each["at first"]]
    for act in ("button", "sliders"):
        if played := [each[act] for each in rounds if act in each]:
            frames = Spread.of([each["frames"] for each in played])
            tasks = [task for each in played for task in each["tasks"]]
            figures[act] = {"frames": asdict(frames), "tasks": tasks}
    return figures


def table(figures: Mapping[str, Any]) -> str:
    """Return the report."""
    slower = f", made {figures['slower']:g} times slower" if figures["slower"] > 1 else ""
    lines = [line(one) for one in figures["rows"]]
    heads = ["lab", "first picture, ms", "long tasks", "frames/s", "long", "frames/s", "long"]
    title = "# Labs on their pages"
    where = f"{figures['machine']['processor']}, one core{slower}; {figures['rounds']} rounds."
    legend = (
        f"First picture: promised within {PROMISED} ms of coming into view. Long tasks, those over "
        "50 ms: until then; while the main button works; while sliders move (number, longest)."
    )
    return f"{title}\n\n{where}\n\n{report.table(heads, lines)}\n\n{legend}"


def line(figures: Mapping[str, Any]) -> list[str]:
    """Return a lab's line of the table."""
    first = figures["first"]
    cells = [figures["lab"], f"{first['median']:.0f} ({first['low']:.0f}–{first['high']:.0f})"]
    cells.append(long(figures["at first"]))
    for act in ("button", "sliders"):
        played = figures.get(act)
        cells += (
            [f"{played['frames']['median']:.0f}", long(played["tasks"])] if played else ["", ""]
        )
    return cells


def long(tasks: Sequence[float]) -> str:
    """Say how many tasks were long, and how long the longest was."""
    return f"{len(tasks)} ({max(tasks):.0f} ms)" if tasks else "0"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(labs.ALL)
    parser.add_argument(
        "--labs", choices=names, nargs="+", default=names, metavar="NAME", help="these labs (all)"
    )
    parser.add_argument("--slower", type=float, default=1.0, help="slow the page down so often (1)")
    parser.add_argument("--seconds", type=float, default=2.0, help="that each play lasts (2)")
    report.add_options(parser, "labs_page")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write both files."""
    options = parse(arguments)
    chromium = browser.find()
    if chromium is None:
        sys.exit(browser.SENTENCE)
    found = all_rounds(options, chromium)
    figures = {"machine": machine.describe(), "rounds": options.rounds, "slower": options.slower}
    figures["rows"] = [row(slug, rounds) for slug, rounds in found.items()]
    report.write(figures, table(figures), options)


if __name__ == "__main__":
    main(sys.argv[1:])
