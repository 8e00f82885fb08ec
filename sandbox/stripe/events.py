"""Events: recorded with the change that caused them, and queued for every endpoint that listens."""

import copy
import time

import stripe

from sandbox.stripe.objects import Obj, public
from sandbox.stripe.store import Transaction


def emit(work: Transaction, event_type: str, obj: Obj) -> Obj:
    """Record that something happened to `obj`, as it is now, and queue the deliveries."""
    data: Obj = {"object": copy.deepcopy(public(obj))}
    if event_type.endswith(".updated") and (previous := work.previous(obj)):
        data["previous_attributes"] = previous
    account = work.account
    endpoints = listening(work, event_type)
    event = work.add(
        "event",
        {
            "type": event_type,
            "api_version": stripe.api_version,
            "data": data,
            "pending_webhooks": len(endpoints),
            "request": {"id": None, "idempotency_key": None},
            **({"account": account} if account else {}),
        },
    )
    for endpoint in endpoints:
        work.connection.execute(
            "INSERT INTO deliveries (event_id, endpoint_id, next_at) VALUES (?, ?, ?)",
            (event["id"], endpoint["id"], time.time()),
        )
    return event


def listening(work: Transaction, event_type: str) -> list[Obj]:
    """The enabled endpoints that want events of this type. Endpoints belong to the platform; those made with
    `connect` hear of connected accounts, the others of the platform itself."""
    return [
        endpoint
        for endpoint in work.of("").select("webhook_endpoint", {"status": "enabled"})
        if ("*" in endpoint["enabled_events"] or event_type in endpoint["enabled_events"])
        and bool(endpoint.get("_connect")) == bool(work.account)
    ]
