"""The product and the browser, started once for all browser tests."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.migrate import ROOT
from tests.browser.people import ada as ada
from tests.browser.people import bare as bare
from tests.browser.people import bob as bob
from tests.browser.people import complaints as complaints
from tests.browser.people import room as room
from tests.browser.product import Product, chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for a whole product to start, with its demo data."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
async def product() -> AsyncIterator[Product]:
    """A server of its own, with the embedded database, the stand-ins and the demo data."""
    # Not in pytest's own folder, which is closed to the system user that PostgreSQL runs as when tests run as root.
    data = ROOT / ".data" / "tests" / f"product-{os.getpid()}"
    data.mkdir(parents=True)
    product = Product(data)
    try:
        await product.start()
        yield product
    finally:
        product.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser
