"""The product as people run it, with its own data, and a browser."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.process import ROOT, ServerProcess

IMAGES = ROOT / "docs" / "images"
WAIT_MS = 30_000
expect.set_options(timeout=WAIT_MS)


class Product(ServerProcess):
    """A running product with its own data: embedded database, stand-ins, demo experts."""

    def __init__(self, data: Path, **environment: str) -> None:
        super().__init__(ENVIRONMENT="development", DATA_DIR=str(data), **environment)
        self.data = data


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this machine, or the one that Playwright has installed."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


class Complaints:
    """What a page's console says that it should not: errors, and violations of the content security policy."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.texts.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        # Answers of 4xx are part of the line: nobody is signed in at first. Lost connections are, where they are cut.
        if message.type == "error" and not message.text.startswith(
            ("Failed to load resource", "WebSocket connection")
        ):
            self.texts.append(message.text)


async def person(
    browser: Browser, complaints: Complaints, *, width: int = 1440, height: int = 900, dark: bool = False
) -> tuple[BrowserContext, Page]:
    """Somebody with a browser of their own, in Lisbon."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        timezone_id="Europe/Lisbon",
        locale="en-US",
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    page = await context.new_page()
    complaints.listen(page)
    return context, page
