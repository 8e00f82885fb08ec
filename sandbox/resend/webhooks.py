"""Deliveries to the webhook endpoint, signed as Svix does for Resend, tried again until the receiver answers 2xx, also
across restarts: after half a second, then twice as long each time, up to half a minute, for three days."""

import asyncio
import base64
import hashlib
import hmac
import logging
import time

import httpx

from sandbox.resend.store import EmailStore, Webhook

log = logging.getLogger(__name__)

_FIRST_DELAY, _LONGEST_DELAY, _GIVE_UP_AFTER = 0.5, 30.0, 3 * 86400.0
_SWEEP_SECONDS = 0.5


def signature(secret: str, webhook_id: str, timestamp: int, body: str) -> str:
    """The `svix-signature` header."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{webhook_id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


class WebhookSender:
    """Delivers what is due to one endpoint."""

    def __init__(self, store: EmailStore, url: str, secret: str) -> None:
        self._store = store
        self._url = url
        self._secret = secret

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                for webhook in await asyncio.to_thread(self._store.due):
                    await self._deliver(client, webhook)
                await asyncio.sleep(_SWEEP_SECONDS)

    async def _deliver(self, client: httpx.AsyncClient, webhook: Webhook) -> None:
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Svix-Webhooks/1.0 (sandbox stand-in)",
            "svix-id": webhook.id,
            "svix-timestamp": str(now),
            "svix-signature": signature(self._secret, webhook.id, now, webhook.body),
        }
        try:
            answer = await client.post(self._url, content=webhook.body.encode(), headers=headers)
            delivered = answer.is_success
        except httpx.HTTPError as error:
            log.info("webhook %s: %s", webhook.id, error)
            delivered = False
        if delivered or time.time() - webhook.made_at > _GIVE_UP_AFTER:
            await asyncio.to_thread(self._store.delivered, webhook.id)
            return
        delay = min(_FIRST_DELAY * 2**webhook.attempts, _LONGEST_DELAY)
        await asyncio.to_thread(self._store.failed, webhook.id, again_in=delay)
