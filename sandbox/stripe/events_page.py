"""The page `/events`: what happened, and how its deliveries go; and the sandbox's clock."""

import time
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.page import render, same_origin
from sandbox.stripe.resources import checkout_sessions, subscriptions
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import Dispatcher

_PAGE = 50


class EventPages:
    """For developers, not for customers."""

    def __init__(self, store: Store, dispatcher: Dispatcher, base_url: str) -> None:
        self.base_url = base_url
        self.store = store
        self.dispatcher = dispatcher

    def routes(self) -> list[Route]:
        return [
            Route("/events", self.events),
            Route("/events/deliveries/{id:int}", self.send_again, methods=["POST"]),
            Route("/sandbox/clock", self.clock, methods=["POST"]),
        ]

    async def events(self, request: Request) -> Response:
        return await run_in_threadpool(self._events, request.query_params.get("before"))

    async def send_again(self, request: Request) -> Response:
        """Deliver once more, now."""
        if not same_origin(request):
            return PlainTextResponse("This form came from elsewhere.", 403)
        await run_in_threadpool(self._queue, request.path_params["id"])
        self.dispatcher.wake()
        return RedirectResponse("/events", 303)

    async def clock(self, request: Request) -> Response:
        """`{"advance": seconds}` moves the sandbox's time forward. Not a call of Stripe's."""
        try:
            seconds = int((await request.json())["advance"])
            if not 0 <= seconds <= 10 * 366 * 86400:
                raise ValueError("out of range")
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "advance: a number of seconds, zero or more"}, 400)
        now = await run_in_threadpool(self._advance, seconds)
        self.dispatcher.wake()
        return JSONResponse({"now": now})

    def _advance(self, seconds: int) -> int:
        now = self.store.advance(seconds)
        with self.store.transaction() as work:
            checkout_sessions.expire_due(work)
            subscriptions.renew_due(work, self.base_url)
        return now

    def _queue(self, delivery_id: int) -> None:
        with self.store.transaction() as work:
            work.connection.execute(
                "UPDATE deliveries SET state = 'pending', next_at = ? WHERE id = ?",
                (time.time(), delivery_id),
            )

    def _events(self, before: str | None) -> Response:
        with self.store.transaction() as work:
            found = work.select("event", after=before, limit=_PAGE + 1)
            shown = found[:_PAGE]
            events = [
                {
                    "id": event["id"],
                    "type": event["type"],
                    "object_id": event["data"]["object"].get("id", ""),
                    "at": datetime.fromtimestamp(event["created"], UTC).strftime("%Y-%m-%d %H:%M:%S"),
                    "deliveries": self._deliveries(work.connection, event["id"]),
                }
                for event in shown
            ]
        return render("events.html", events=events, older=shown[-1]["id"] if len(found) > _PAGE else None)

    def _deliveries(self, connection: Any, event_id: str) -> list[dict[str, Any]]:
        rows = connection.execute(
            "SELECT d.*, coalesce(json_extract(o.body, '$.url'), 'a deleted endpoint') AS url FROM deliveries d"
            " LEFT JOIN objects o ON o.id = d.endpoint_id WHERE d.event_id = ? ORDER BY d.id",
            (event_id,),
        )
        return [dict(row) for row in rows]
