"""Payment from end to end: the sandbox's page, its signed webhook over the network, the door, the worker."""

import asyncio
from pathlib import Path
from typing import Any

from core.ids import new_id
from core.money import Money
from services.billing import service
from tests.accounts.factories import actor_for
from tests.billing.conftest import WEBHOOK_SECRET
from tests.sandbox.process import Sandbox
from tests.serving import serving

SECONDS = 20


async def test_what_is_paid_on_the_page_settles_by_webhook_and_worker(
    fresh_database: str, tmp_path: Path
) -> None:
    """The event is made while the server is away, and delivered again once it is back."""
    sandbox = Sandbox(tmp_path)
    away = "http://127.0.0.1:9/webhooks/stripe"
    sandbox.environment = {"SANDBOX_WEBHOOK_URL": away, "SANDBOX_WEBHOOK_SECRET": WEBHOOK_SECRET}
    await sandbox.start()
    vendor: dict[str, Any] = {
        "stripe_api_base": sandbox.url,
        "stripe_secret_key": "sk_test_line",
        "stripe_webhook_secret": WEBHOOK_SECRET,
    }
    try:
        async with serving(fresh_database, worker=True, **vendor) as served:
            user, _ = await served.person()
            payer, db = actor_for(user), served.runtime.db
            async with db.transaction() as session:
                payment = await service.create_payment(
                    session,
                    user_id=user.id,
                    purpose="test",
                    reference_id=new_id(),
                    amount=Money(amount=5_000, currency="USD"),
                    description="Call",
                )
            page = await service.checkout(db, payer, payment.id)
            assert (await sandbox.pay(page.url)).status_code == 303
            sandbox.kill()
            sandbox.environment["SANDBOX_WEBHOOK_URL"] = f"{served.base_url}/webhooks/stripe"
            await sandbox.start()
            async with asyncio.timeout(SECONDS):
                while True:
                    async with db.transaction() as session:
                        if (await service.get(session, payer, payment.id)).status == "paid":
                            break
                    await asyncio.sleep(0.05)
    finally:
        sandbox.stop()
