"""People and rooms put straight into a product's database, where walking there is not what is tested."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from core.db import Database
from core.embedded import EmbeddedPostgres
from core.security import session_cookie_name
from services.accounts.schemas import UserRead
from tests.accounts.factories import sign_in_cookie
from tests.browser.accounts import PASSWORD
from tests.browser.product import Complaints, person
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


class Someone:
    """A person with a fresh account and a browser."""

    def __init__(self, bare: Bare, context: BrowserContext, page: Page, email: str) -> None:
        self.context, self.page, self.email = context, page, email
        self._url = f"{bare.url}/api/v1"

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = await self.context.request.fetch(self._url + path, method=method, data=body)
        assert answer.ok, await answer.text()
        return None if answer.status == 204 else await answer.json()

    async def room(self, title: str, *others: "Someone") -> str:
        """A project room of theirs, into which they have invited the others."""
        room = str((await self.ask("POST", "/rooms", {"kind": "project", "title": title}))["id"])
        for other in others:
            link = (await self.ask("POST", f"/rooms/{room}/invitations", {}))["link"]
            await other.ask("POST", "/invitations/accept", {"token": link.partition("#token=")[2]})
        return room

    async def say(self, room: str, text: str) -> None:
        await self.ask("POST", f"/rooms/{room}/messages", {"client_id": str(uuid4()), "text": text})


async def someone(bare: Bare, browser: Browser, complaints: Complaints, name: str) -> Someone:
    context, page = await person(browser, complaints)
    result = Someone(bare, context, page, f"{uuid4().hex[:12]}@people.example")
    await result.ask("POST", "/accounts", {"email": result.email, "password": PASSWORD, "name": name})
    return result


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the pages of `ada`, `bob` and whoever else is given it complain of. The test fails if that is anything."""
    complaints = Complaints()
    yield complaints
    assert complaints.texts == []


@pytest.fixture
async def ada(bare: Bare, browser: Browser, complaints: Complaints) -> AsyncIterator[Someone]:
    ada = await someone(bare, browser, complaints, "Ada Founder")
    yield ada
    await ada.context.close()


@pytest.fixture
async def bob(bare: Bare, browser: Browser, complaints: Complaints) -> AsyncIterator[Someone]:
    bob = await someone(bare, browser, complaints, "Bob Builder")
    yield bob
    await bob.context.close()


@pytest.fixture
async def room(ada: Someone, bob: Someone) -> str:
    """The room “Telehealth”, which is Ada's, with Bob in it."""
    return await ada.room("Telehealth", bob)
