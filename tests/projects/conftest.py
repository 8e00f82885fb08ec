"""A REST client of the whole API, without the parts that serve sockets and run turns."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from api.app import create_app
from core.db import Database
from core.settings import settings


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    configuration = settings().model_copy(update={"public_url": "http://testserver"})
    app = create_app(configuration)
    app.state.runtime = SimpleNamespace(db=db, settings=configuration)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        yield client
