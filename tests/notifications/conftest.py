"""E-mail goes to a real sandbox."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from api.app import create_app
from core.db import Database
from core.gateways import Gateways, configure
from core.gateways.mail import MailGateway
from core.settings import settings
from tests.sandbox.fixtures import sandbox as sandbox
from tests.sandbox.process import Sandbox

HELLO = {"subject": "Hello", "text": "There"}
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
async def vendors(sandbox: Sandbox) -> AsyncIterator[Gateways]:
    """The process's gateways, on the sandbox."""
    mail = MailGateway(
        "re_notifications",
        sender="Sextant <hello@sextant.example>",
        api_url=f"{sandbox.url}/resend",
        webhook_secret=WEBHOOK_SECRET,
    )
    gateways = Gateways(mail=mail)
    configure(gateways)
    yield gateways
    await gateways.close()


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A REST client of the whole API."""
    configuration = settings().model_copy(update={"public_url": "http://testserver"})
    app = create_app(configuration)
    app.state.runtime = SimpleNamespace(db=db, settings=configuration)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
