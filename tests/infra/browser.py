"""Debian's Chromium under Playwright, and the checks every page must pass."""

import contextlib
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from infra.agency import Agency

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Scheme = Literal["light", "dark"]


@contextlib.contextmanager
def open_browser() -> Generator[Browser]:
    """The browser at $CHROMIUM or on PATH."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        raise RuntimeError("no Chromium: install it or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGS)
        yield browser
        browser.close()


class Watched:
    """A page whose uncaught errors, console errors and failed requests are collected."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self.page.on("requestfailed", self._failed)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # prefetches and live streams end on leaving
            self.problems.append(f"{request.url}: {request.failure}")


def signed_in(browser: Browser, agency: Agency, patience_ms: float = 60_000) -> Watched:
    """A tab of its own with the agency's session."""
    url = agency.installation.url
    context = browser.new_context(base_url=url, locale="en-US")
    context.set_default_timeout(patience_ms)
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": url}
            for cookie in agency.http.cookies.jar
        ]
    )
    return Watched(context)


def violations(page: Page) -> list[Any]:
    """What axe finds: [impact, rule, targets] rows; empty when accessible."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # a script tag would be stopped by the CSP
    return page.evaluate(
        "axe.run(document).then(r => r.violations.map("
        "v => [v.impact, v.id, v.nodes.map(n => n.target.join(' ')).slice(0, 5)]))"
    )
