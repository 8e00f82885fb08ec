"""Fixtures of the bookings room."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from api.app import create_app
from core.db import Database
from core.gateways import Gateways, configure
from core.gateways.payments import PaymentsGateway
from core.settings import settings
from tests.sandbox.fixtures import sandbox as sandbox
from tests.sandbox.process import Sandbox


@pytest.fixture
async def payments(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    """The sandbox, as the payment vendor of this process."""
    gateway = PaymentsGateway("sk_test_sandbox", api_base=sandbox.url, webhook_secret=None)
    configured = Gateways(payments=gateway)
    configure(configured)
    yield sandbox
    await configured.close()


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A REST client of the whole API."""
    configuration = settings().model_copy(update={"public_url": "http://testserver"})
    app = create_app(configuration)
    app.state.runtime = SimpleNamespace(db=db, settings=configuration)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
