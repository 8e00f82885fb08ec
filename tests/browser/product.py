"""The product as people run it: `python -m api serve` in a process of its own, with its own data, and a browser."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
START_SECONDS = 120
WAIT_MS = 30_000
expect.set_options(timeout=WAIT_MS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """A running server that can be stopped, killed and started again on the same port and data."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        environment = {
            **os.environ,
            "ENVIRONMENT": "development",
            "DATA_DIR": str(self.data),
            "PYTHONPATH": str(ROOT),
            "RATE_LIMIT_SCALE": "1000",
        }
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time worth waiting for
            [sys.executable, "-m", "api", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                assert self._process.poll() is None, "the server ended while it was starting"
                assert time.monotonic() < deadline, "the server did not start in time"
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As Ctrl-C does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=30)


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
