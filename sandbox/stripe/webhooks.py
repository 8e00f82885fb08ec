"""Signed deliveries of events, retried until the receiver answers 2xx, also across restarts.

A delivery that fails waits twice as long as before, from half a second up to half a minute, for three days. Stripe
waits for hours: here the receiver is a server on a developer's machine that is just being restarted.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass
from functools import partial

import httpx

from sandbox.stripe.objects import Obj, public
from sandbox.stripe.store import Store

log = logging.getLogger(__name__)

_FIRST_DELAY, _LONGEST_DELAY, _GIVE_UP_AFTER = 0.5, 30.0, 3 * 86400.0
_AT_ONCE = 8


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """The `Stripe-Signature` header."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def backoff(attempts: int) -> float:
    """Seconds to wait after the given number of failed attempts."""
    return float(min(_FIRST_DELAY * 2 ** (attempts - 1), _LONGEST_DELAY))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    event: Obj
    url: str
    secret: str
    attempts: int
    next_at: float


class Dispatcher:
    """Delivers what is due. `wake()` may be called from any thread after events were recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def wake(self) -> None:
        """Look for due deliveries now."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._due.set)

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._due.set()
        running: dict[int, asyncio.Task[None]] = {}
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client, asyncio.TaskGroup() as group:
            while True:
                self._due.clear()
                deliveries, next_at = await asyncio.to_thread(self._load, set(running))
                for delivery in deliveries:
                    task = group.create_task(self._deliver(client, delivery))
                    running[delivery.id] = task
                    task.add_done_callback(partial(self._finished, running, delivery.id))
                wait = None if next_at is None else max(0.05, next_at - time.time())
                try:
                    await asyncio.wait_for(self._due.wait(), wait)
                except TimeoutError:
                    continue

    def _finished(
        self, running: dict[int, asyncio.Task[None]], delivery_id: int, _: asyncio.Task[None]
    ) -> None:
        del running[delivery_id]
        self._due.set()

    def _load(self, running: set[int]) -> tuple[list[Delivery], float | None]:
        """What is due and not under way, and when the next one will be."""
        with self._store.transaction() as work:
            rows = work.connection.execute(
                "SELECT d.id, d.attempts, d.next_at, e.body AS event, w.body AS endpoint FROM deliveries d"
                " JOIN objects e ON e.id = d.event_id JOIN objects w ON w.id = d.endpoint_id"
                " WHERE d.state = 'pending' ORDER BY d.next_at, d.id LIMIT 200"
            ).fetchall()
        due, next_at = [], None
        for row in rows:
            if row["id"] in running:
                continue
            if row["next_at"] > time.time():
                next_at = row["next_at"]
                break
            endpoint = json.loads(row["endpoint"])
            due.append(
                Delivery(
                    row["id"],
                    json.loads(row["event"]),
                    endpoint["url"],
                    endpoint["_secret"],
                    row["attempts"],
                    row["next_at"],
                )
            )
        return due, next_at

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        body = json.dumps(public(delivery.event), indent=2).encode()
        status, error = None, None
        async with self._slots:
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (sandbox stand-in)",
                "Stripe-Signature": signature(delivery.secret, body, int(time.time())),
            }
            try:
                status = (await client.post(delivery.url, content=body, headers=headers)).status_code
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
                error = f"{type(failure).__name__}: {failure}"[:300]
        await asyncio.to_thread(self._record, delivery, status, error)

    def _record(self, delivery: Delivery, status: int | None, error: str | None) -> None:
        attempts, now = delivery.attempts + 1, time.time()
        delivered = status is not None and 200 <= status < 300
        age = now - float(delivery.event["created"])
        state = "delivered" if delivered else "failed" if age > _GIVE_UP_AFTER else "pending"
        if not delivered:
            log.info(
                "event %s to %s: %s, attempt %d",
                delivery.event["id"],
                delivery.url,
                status or error,
                attempts,
            )
        with self._store.transaction() as work:
            # Whoever asked meanwhile for another delivery moved `next_at`, and gets it.
            work.connection.execute(
                "UPDATE deliveries SET state = iif(next_at = :was, :state, state),"
                " next_at = iif(next_at = :was, :next, next_at), attempts = :attempts, last_at = :now,"
                " last_status = :status, last_error = :error WHERE id = :id",
                {
                    "was": delivery.next_at,
                    "state": state,
                    "next": now + backoff(attempts),
                    "attempts": attempts,
                    "now": now,
                    "status": status,
                    "error": error,
                    "id": delivery.id,
                },
            )
            # The event may belong to a connected account, which is why it is not read through `work`.
            if delivered:
                work.connection.execute(
                    "UPDATE objects SET body = json_set(body, '$.pending_webhooks',"
                    " max(0, json_extract(body, '$.pending_webhooks') - 1)) WHERE id = ?",
                    (delivery.event["id"],),
                )
