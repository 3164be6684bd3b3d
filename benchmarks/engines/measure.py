"""The measurements: one training at a time, all on one core, each engine once a round."""

import json
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Route, sync_playwright

from common.processes import cores, process, within
from common.timing import Spread, interleaved
from rectified import networks
from rectified.activations import ELEMENTWISE
from rectified.networks.losses import softmax_cross_entropy
from rectified.networks.optimizers import SGD

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent.relative_to(ROOT).as_posix()
NODE = Path(sysconfig.get_path("scripts")) / "node"
CHECKED = 5  # steps after which all engines must have the same loss
AGREEMENT = 1e-9
CLOCKS = {  # steps for a second, and for a second's work, which leaves out what others took
    "steps": lambda one: one["steps"],
    "steps for its work": lambda one: one["steps"] / one["share"],
}
PAGE = f"""<!doctype html><canvas width="900" height="300"></canvas>
<script type="module" src="/{FOLDER}/page.mjs"></script>"""


@dataclass(frozen=True)
class Workload:
    """A row of the table: layers with weights, units in each hidden one, examples, activation."""

    layers: int
    width: int
    batch: int
    f: str
    rate: float = 1e-3  # of learning: small, so that training lasts as long as one likes


def node(module: str, **given: Any) -> Any:
    """Run a module of this folder under Node, and return what it printed."""
    command = [str(NODE), "tools/labs.mjs", "run", f"{FOLDER}/{module}"]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(given), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@cache
def source() -> str:
    """Return the text of the worker."""
    return node("source.mjs")


def serve(route: Route) -> None:
    """Answer a request of the page: with the page itself, or a module of the project."""
    path = route.request.url.partition("//")[2].partition("/")[2]
    if not path:
        route.fulfill(body=PAGE, content_type="text/html")
    elif (ROOT / path).is_file():
        route.fulfill(path=ROOT / path, content_type="text/javascript")
    else:
        route.fulfill(status=404)


def on_page(chromium: str, workload: Workload, seconds: float) -> dict[str, Any]:
    """Train in a worker of a page that draws."""
    flags = ["--no-sandbox"] if sys.platform == "linux" else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://labs.example/")
        page.wait_for_function("'measure' in window")
        settings = {"source": source(), "checked": CHECKED, "seconds": seconds}
        begin, begin_of_work = time.perf_counter(), work_of_children()
        found = page.evaluate("given => measure(given)", settings | asdict(workload))
        passed, work = time.perf_counter() - begin, work_of_children() - begin_of_work
        browser.close()
    return found | {"share": work / passed}


def work_of_children() -> float:
    """Return the processor seconds that all processes below this one have had."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(each.user + each.system for each in times)


def under_node(engine: str, workload: Workload, seconds: float) -> dict[str, Any]:
    """Train under Node."""
    settings = {"engine": engine, "checked": CHECKED, "seconds": seconds}
    return node("node.mjs", **settings, **asdict(workload))


def in_numpy(start: dict[str, list[float]], workload: Workload, seconds: float) -> dict[str, Any]:
    """Train the book's own network from the start that Node drew."""
    widths = [2, *[workload.width] * (workload.layers - 1), 2]
    network = networks.mlp(widths, ELEMENTWISE[workload.f])
    theta = networks.Parameters(network.shapes, np.array([start["theta"]]))
    x, y = np.reshape(start["x"], (-1, 2)), np.array(start["y"], dtype=int)
    settings = {"loss": softmax_cross_entropy, "optimizer": SGD(learning_rate=workload.rate)}

    def train(steps: int) -> networks.Run:
        return networks.train(network, theta, x, y, steps=steps, seeds=[0], **settings)

    loss = train(CHECKED + 1).loss[0, -1]
    begin, begin_of_work, steps = time.perf_counter(), time.process_time(), 0
    while (passed := time.perf_counter() - begin) < seconds:
        steps += train(10).loss.size
    share = (time.process_time() - begin_of_work) / passed
    return {"steps": steps / passed, "share": share, "loss": float(loss)}


def measure_rows(
    workloads: Sequence[Workload], chromium: str | None, rounds: int, seconds: float
) -> list[dict]:
    """Return the figures of each workload; without a browser, those of the other engines."""
    with process(cores()[-1]) as worker:
        return [measure_row(one, chromium, rounds, seconds, worker) for one in workloads]


def measure_row(
    workload: Workload, chromium: str | None, rounds: int, seconds: float, worker: Executor
) -> dict:
    """Return the figures of one workload; RuntimeError if the engines cannot be compared."""
    start = within(worker, under_node, "plain", workload, 0)["start"]
    engines = {
        "wasm": partial(under_node, "wasm"),
        "plain": partial(under_node, "plain"),
        "numpy": partial(in_numpy, start),
    }
    if chromium:
        engines = {"page": partial(on_page, chromium)} | engines
    calls = {
        name: partial(within, worker, engine, workload, seconds) for name, engine in engines.items()
    }
    found = interleaved(calls, rounds)
    check_agreement({name: each[-1]["loss"] for name, each in found.items()})
    return {"workload": asdict(workload), "engines": figures_of(found)} | of_page(found)


def check_agreement(losses: Mapping[str, float]) -> None:
    """Raise RuntimeError unless all engines came to the same loss."""
    for name, loss in losses.items():
        if not abs(loss / losses["numpy"] - 1) < AGREEMENT:  # True for NaN
            raise RuntimeError(f"{name} computes something else: {loss}, not {losses['numpy']}")


def figures_of(found: Mapping[str, Sequence[dict]]) -> dict[str, dict]:
    """Return what the report says of each engine; ratios are of the same round."""
    rates = {
        clock: {name: np.array([rate(one) for one in each]) for name, each in found.items()}
        for clock, rate in CLOCKS.items()
    }
    return {
        name: {
            "share": min(one["share"] for one in each),
            **{clock: asdict(Spread.of(rates[clock][name])) for clock in CLOCKS},
            **{
                f"{clock} / numpy": asdict(Spread.of(rates[clock][name] / rates[clock]["numpy"]))
                for clock in CLOCKS
            },
        }
        for name, each in found.items()
    }


def of_page(found: Mapping[str, Sequence[dict]]) -> dict[str, Any]:
    """Return what else was seen of the page: frames a second, tasks that blocked it for 50 ms."""
    if "page" not in found:
        return {}
    frames = Spread.of([one["frames"] for one in found["page"]])
    tasks = [task for one in found["page"] for task in one["tasks"]]
    return {"frames": asdict(frames), "long tasks": tasks, "products": found["page"][0]["engine"]}
