"""Letters are kept instead of delivered, so that tests can read them; and a browser for the accounts' API."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from api import middleware, problem
from api.rest import accounts, credentials, oauth, passkeys, privacy, security, sessions
from core.db import Database
from core.settings import settings
from services.accounts import letters
from services.accounts.letters import Letter
from tests.files.storage import storage_server as storage_server


class Letterbox:
    """What was written, newest last."""

    def __init__(self) -> None:
        self.all: list[Letter] = []

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.all if letter.to == address]

    def kinds(self, address: str) -> list[str]:
        return [letter.kind.value for letter in self.to(address)]

    def token(self, address: str) -> str:
        """The token in the newest letter to `address`."""
        return self.to(address)[-1].values["link"].partition("#token=")[2]


@pytest.fixture(autouse=True)
def letterbox(monkeypatch: pytest.MonkeyPatch) -> Letterbox:
    box = Letterbox()

    async def keep(session: AsyncSession, letter: Letter) -> None:
        box.all.append(letter)

    monkeypatch.setattr(letters, "_deliverers", [keep])
    return box


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the accounts' REST API with a cookie jar of its own, as a browser at `http://testserver`."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=accounts_app(db)), base_url="http://testserver/api/v1"
    ) as client:
        yield client


def accounts_app(db: Database, **changes: Any) -> FastAPI:
    """The accounts' part of the API, with middleware and error handling. `changes` are settings."""
    configuration = settings().model_copy(update={"public_url": "http://testserver", **changes})
    app = FastAPI()
    app.state.runtime = SimpleNamespace(db=db, settings=configuration)
    problem.install(app)
    middleware.install(app, configuration)
    for part in (accounts, sessions, credentials, security, privacy, oauth, passkeys):
        app.include_router(part.router, prefix="/api/v1")
    return app
