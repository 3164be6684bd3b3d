"""What several test files share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import browser
from built_site import SITE
from serving import served

expect.set_options(timeout=20_000)  # ms: a busy machine is slow, and a fault stays one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage where pages are looked at.

    Little of the package runs there, and tracing makes parsers and Playwright several times slower.
    """
    for item in items:
        if {"chromium", "up_to_date"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield a running browser, one for a module: each test opens its own page in it.

    Not for a session: Playwright keeps an event loop running, and `asyncio.run` refuses beside one.
    """
    path = browser.find()
    assert path, browser.SENTENCE
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=browser.flags())
        yield running
        running.close()


@pytest.fixture(scope="session")
def lab_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page for each lab."""
    import lab_pages  # not above: it brings all of the package

    folder = tmp_path_factory.mktemp("labs")
    lab_pages.write_all(folder)
    return folder


@pytest.fixture(scope="session")
def lab_address(lab_site: Path) -> Iterator[str]:
    """Serve these pages, and yield their address."""
    with served(lab_site) as address:
        yield address


@pytest.fixture
def open_lab(chromium: Browser, lab_address: str) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens a lab's page; afterwards none may have complained."""
    import lab_pages

    with lab_pages.opener(chromium, lab_address) as opened:
        yield opened


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the built site, and yield its address."""
    with served(SITE) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens a page of the site in a context of its own."""
    import site_pages

    with site_pages.opener(chromium, address) as opened:
        yield opened


@pytest.fixture(scope="module")
def read_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Yield a function that shows an unfolded page to tests that only look."""
    import site_pages

    with site_pages.reader(chromium, address) as shown:
        yield shown
