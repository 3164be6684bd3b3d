"""Jobs of the labs in their worker: the service under Node, the connection in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from labs_node import ROOT, run
from serving import served

CORE = ROOT / "code/rectified/labs/source/core"


# ---- the worker's side
@pytest.fixture(scope="module")
def services() -> dict[str, str]:
    """What each test of `serve.mjs` found wrong."""
    return run("serve.mjs")


def test_service_does_what_it_is_asked(services: dict[str, str]) -> None:
    assert len(services) == 16
    assert {name: fault for name, fault in services.items() if fault} == {}


# ---- the page's side
@pytest.fixture(scope="module")
def source() -> str:
    """The text of a worker."""
    return run("worker.mjs")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the modules and yield their address."""
    with served(CORE) as at:
        yield at


@pytest.fixture
def page(chromium: Browser, address: str, source: str) -> Iterator[Page]:
    """Yield a page on which `opened()` makes a connection and keeps what it hears."""
    page = chromium.new_page()
    page.goto(address + "types.d.ts")  # any page of this address may import the module
    page.evaluate(SETUP, source)
    yield page
    page.close()


SETUP = """async (source) => {
  const { connect } = await import("/connect.mjs");
  const urls = new Set();
  const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
  URL.createObjectURL = (blob) => { const url = create(blob); urls.add(url); return url; };
  URL.revokeObjectURL = (url) => { urls.delete(url); revoke(url); };
  window.urls = urls;
  window.opened = (text = source) => {
    const heard = [];
    const waiting = [];
    const job = connect(text, (one) => { heard.push(one); waiting.shift()?.(); });
    const next = () => new Promise((resolve) => waiting.push(resolve));
    return { job, heard, next };
  };
  window.late = async () => {
    await pause(60000); // long even for a busy machine
    throw new Error("nothing more was heard");
  };
  window.pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
}"""


def found(page: Page, body: str) -> Any:
    """Return what a function of the page, given its body, returns."""
    return page.evaluate(f"() => Promise.race([(async () => {{ {body} }})(), late()])")


def test_frames_come_from_the_job_with_their_arrays(page: Page) -> None:
    heard = found(
        page,
        """const { job, heard, next } = opened();
        job.make({ start: 3 }); job.steps(4); job.want("all"); await next(); job.close();
        const [{ count, wanted, entries }] = heard;
        return { count, wanted, entries: [...entries], kind: entries.constructor.name };""",
    )
    assert heard == {"count": 7, "wanted": "all", "entries": [7], "kind": "Float64Array"}


def test_one_frame_is_on_its_way_and_one_wish_is_kept(page: Page) -> None:
    heard = found(
        page,
        """const { job, heard, next } = opened();
        job.make({ start: 0 });
        for (let time = 0; time < 100; time++) job.want(time);
        await next(); await next(); await pause(100); job.close();
        return heard.map(({ wanted }) => wanted);""",
    )
    assert heard == [0, 99]


def test_answers_of_an_older_job_are_dropped(page: Page) -> None:
    heard = found(
        page,
        """let worker;
        window.Worker = class { constructor() { worker = this; } postMessage() {} };
        const { job, heard } = opened();
        job.make({}); job.make({});
        worker.onmessage({ data: { number: 1, frame: { of: "older" } } });
        worker.onmessage({ data: { number: 1, fault: "older" } });
        worker.onmessage({ data: { number: 2, frame: { of: "newer" } } });
        return heard;""",
    )
    assert heard == [{"of": "newer"}]


def test_the_last_of_many_jobs_is_heard(page: Page) -> None:
    last = found(
        page,
        """const { job, heard, next } = opened();
        for (let start = 0; start < 50; start++) {
          job.make({ start }); job.want("early");
          if (start % 10 === 0) await pause(1);
        }
        job.want("last");
        while (heard.at(-1)?.wanted !== "last") await next();
        job.close();
        return heard.at(-1).count;""",
    )
    assert last == 49


def test_a_running_job_rests_when_told(page: Page) -> None:
    first, second, third = found(
        page,
        """const { job, heard, next } = opened();
        job.make({ start: 0 }); job.run(true);
        do { job.want("running"); await next(); } while (heard.at(-1).count === 0);
        job.run(false); job.want("stopped"); await next(); await pause(50);
        job.want("later"); await next(); job.close();
        return heard.slice(-3).map(({ count }) => count);""",
    )
    assert 0 < first <= second == third


def test_page_is_not_blocked_by_a_step_that_never_ends(page: Page) -> None:
    turns = found(
        page,
        """const { job, heard } = opened();
        job.make({ start: 0, endless: true }); job.run(true); job.want(1);
        for (let turn = 0; turn < 5; turn++) await pause(10);
        job.close(); await pause(50);
        return heard.length;""",
    )
    assert turns == 0


def test_a_fault_is_told_and_the_next_job_runs(page: Page) -> None:
    heard = found(
        page,
        """const { job, heard, next } = opened();
        job.make({ fault: "no such lab" }); job.want(1); await next();
        job.make({ start: 8 }); job.want(2); await next(); job.close();
        return [heard[0], heard[1].count];""",
    )
    assert heard == [{"fault": "Error: no such lab"}, 8]


def test_a_worker_that_cannot_start_is_told_once(page: Page) -> None:
    heard = found(
        page,
        """const { job, heard, next } = opened("no script");
        job.make({}); job.want(1); await next(); job.make({}); job.want(2); await pause(50);
        return heard;""",
    )
    assert len(heard) == 1
    assert "SyntaxError" in heard[0]["fault"]


def test_a_worker_that_is_forbidden_is_told_after_the_call(page: Page) -> None:
    heard = found(
        page,
        """window.Worker = class { constructor() { throw new Error("forbidden"); } };
        const { job, heard, next } = opened();
        job.make({}); job.want(1); const before = heard.length; await next();
        const closed = opened(); closed.job.close(); await pause(10);
        return [before, heard, closed.heard, urls.size];""",
    )
    assert heard == [0, [{"fault": "Error: forbidden"}], [], 0]


def ended(page: Page) -> None:
    """Wait until no worker runs any more, for five seconds at most."""
    for _ in range(50):
        if page.workers:
            page.wait_for_timeout(100)


def test_nothing_is_left_after_a_hundred_connections(page: Page) -> None:
    workers: list[Any] = []
    page.on("worker", lambda worker: workers.append(worker))
    left = found(
        page,
        """for (let time = 0; time < 100; time++) {
          const { job, heard, next } = opened();
          job.make({ start: 1 }); job.run(true); job.want(1); await next(); job.close();
        }
        return urls.size;""",
    )
    assert (left, len(workers)) == (0, 100)
    ended(page)
    assert page.workers == []


def test_nothing_is_heard_after_the_end(page: Page) -> None:
    heard = found(
        page,
        """const { job, heard } = opened();
        job.make({ start: 1 }); job.run(true); await pause(20);
        job.want(1); job.close(); job.want(2); job.make({}); job.close(); await pause(50);
        return heard;""",
    )
    assert heard == []
