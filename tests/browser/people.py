"""People and rooms put straight into a product's database, where walking there is not what is tested."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext

from core.db import Database
from core.embedded import EmbeddedPostgres
from core.security import session_cookie_name
from services.accounts.schemas import UserRead
from tests.accounts.factories import sign_in_cookie
from tests.process import ROOT, ServerProcess


class Bare(ServerProcess):
    """A running product with stand-ins and without demo experts: it is ready in seconds."""

    def __init__(self, data: Path) -> None:
        super().__init__(ENVIRONMENT="test", DATA_DIR=str(data))
        self.data = data


@pytest.fixture(scope="session")
async def bare() -> AsyncIterator[Bare]:
    # Not in pytest's own folder, which is closed to the system user that PostgreSQL runs as when tests run as root.
    data = ROOT / ".data" / "tests" / f"bare-{os.getpid()}"
    data.mkdir(parents=True)
    product = Bare(data)
    try:
        await product.start()
        yield product
    finally:
        product.stop()
        shutil.rmtree(data, ignore_errors=True)


@asynccontextmanager
async def database_of(product: Bare) -> AsyncIterator[Database]:
    """The database that this product runs on."""
    server = EmbeddedPostgres(product.data / "postgres")
    server.start()
    try:
        async with Database(server.url("sextant")) as db:
            yield db
    finally:
        server.stop()


async def sign_in(context: BrowserContext, product: Bare, db: Database, user: UserRead) -> None:
    """Make this browser theirs."""
    token = await sign_in_cookie(db, user)
    name = session_cookie_name(https=False)
    await context.add_cookies([{"name": name, "value": token, "url": product.url, "httpOnly": True}])
