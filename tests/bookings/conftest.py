"""Fixtures of the bookings room."""

from collections.abc import AsyncIterator

import pytest

from core.gateways import Gateways, configure
from core.gateways.payments import PaymentsGateway
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
