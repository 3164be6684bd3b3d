"""The links to other sites; `make audit TESTS=tests/test_links.py` asks each, and keeps the day."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import links
from built_site import up_to_date  # noqa: F401
from links import Link


def test_the_list_has_the_links_of_the_pages_and_no_others() -> None:
    addresses = [link.address for link in links.listed()]
    assert addresses == sorted(links.external())


def test_what_was_seen_was_seen_some_day_and_somehow() -> None:
    for link in links.listed():
        assert link.how in links.HOW
        assert bool(link.seen) == bool(link.how)
        assert not link.seen or date(2026, 1, 1) <= date.fromisoformat(link.seen) <= date.today()


@pytest.mark.audit
def test_every_link_answers() -> None:
    """Writes the day of those that did. Run it with a network."""
    known = links.listed()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(links.answer, [link.address for link in known]))
    lost = {link.address: said for link, said in zip(known, found, strict=True) if said}
    if len(lost) == len(known):
        pytest.skip(f"none of {len(lost)} answered; is there a network? {found[0]}")
    today = date.today().isoformat()
    links.write([_after(link, lost, today) for link in known])
    print(f"\n{len(known) - len(lost)} of {len(known)} links answered", *lost.items(), sep="\n")
    assert lost == {}


def _after(link: Link, lost: dict[str, str], today: str) -> Link:
    return link if link.address in lost else Link(link.address, today, "answered")


# ---- a server with every kind of answer
class Moody(BaseHTTPRequestHandler):
    """Answers with the status that its path names; 302 leads to 200."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def moody() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Moody) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("status", [200, 302, 403, 429])
def test_an_address_that_answers_is_there(moody: str, status: int) -> None:
    assert links.answer(f"{moody}/{status}") == ""


@pytest.mark.parametrize("status", [404, 410, 500])
def test_an_address_where_nothing_is_says_so(moody: str, status: int) -> None:
    assert links.answer(f"{moody}/{status}").startswith(str(status))


def test_an_address_where_nobody_is_says_so() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        assert links.answer(f"http://127.0.0.1:{taken.getsockname()[1]}/") != ""


def test_the_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [Link("https://b.example/", "", ""), Link("https://a.example/", "2026-11-30", "named")]
    links.write(rows, tmp_path / "links.csv")
    assert links.listed(tmp_path / "links.csv") == sorted(rows)
