"""E-mail goes to a real sandbox."""

from collections.abc import AsyncIterator

import pytest

from core.gateways import Gateways, configure
from core.gateways.mail import MailGateway
from tests.sandbox.fixtures import sandbox as sandbox
from tests.sandbox.process import Sandbox


@pytest.fixture(autouse=True)
async def vendors(sandbox: Sandbox) -> AsyncIterator[Gateways]:
    """The process's gateways, on the sandbox."""
    mail = MailGateway(
        "re_notifications", sender="Sextant <hello@sextant.example>", api_url=f"{sandbox.url}/resend"
    )
    gateways = Gateways(mail=mail)
    configure(gateways)
    yield gateways
    await gateways.close()
