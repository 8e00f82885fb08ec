"""The product and the browser, started once for all browser tests."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.product import Product, chromium


@pytest.fixture(scope="session")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A server of its own, with the embedded database, the stand-ins and the demo data."""
    product = Product(tmp_path_factory.mktemp("product"))
    try:
        await product.start()
        yield product
    finally:
        product.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser
