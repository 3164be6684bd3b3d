"""What several test files share."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

import browser

FLAGS = (  # a browser that asks nothing of the net on its own behalf
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield a running browser, one for a module: each test opens its own page in it.

    Not for a session: Playwright keeps an event loop running, and `asyncio.run` refuses beside one.
    """
    path = browser.find()
    assert path, browser.SENTENCE
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # as root it starts only without a sandbox
    flags = [*FLAGS, "--no-sandbox"] if root else list(FLAGS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()
