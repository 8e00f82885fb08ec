"""Billing's tests run against a real sandbox and a real PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from core.gateways import Gateways, configure
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway
from tests.sandbox.fixtures import sandbox as sandbox
from tests.sandbox.process import Sandbox

WEBHOOK_SECRET = "whsec_billing_tests"


@pytest.fixture(autouse=True)
async def vendors(sandbox: Sandbox) -> AsyncIterator[Gateways]:
    """The process's gateways, on the sandbox."""
    gateways = Gateways(
        payments=PaymentsGateway("sk_test_billing", api_base=sandbox.url, webhook_secret=WEBHOOK_SECRET),
        mail=MailGateway(
            "re_billing", sender="Sextant <hello@sextant.example>", api_url=f"{sandbox.url}/resend"
        ),
    )
    configure(gateways)
    yield gateways
    await gateways.close()
