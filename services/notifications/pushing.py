"""Browser push: which browsers a person is reached in, and what is sent to them.

A browser belongs to the session in which it was subscribed: signing it out ends the subscription with the session.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.gateways import gateways
from core.gateways.webpush import PushGone, PushRefused, PushTarget
from core.jobs import Run, enqueue_all, job
from models.notifications import Notification, PushSubscription
from services.accounts.devices import describe
from services.notifications import inbox, notices, push_repository

log = logging.getLogger(__name__)

MOST_DEVICES = 20
# News that reaches a device a day later is no news.
LASTS = timedelta(hours=24)
Key = Annotated[str, Field(min_length=1, max_length=200)]


class PushKeys(BaseModel):
    """As `PushSubscription.toJSON()` of a browser gives them."""

    model_config = ConfigDict(extra="forbid")

    p256dh: Key
    auth: Key


class Subscribe(BaseModel):
    """A subscription as a browser gives it."""

    model_config = ConfigDict(extra="forbid")

    endpoint: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^https?://[!-~]+$")]
    keys: PushKeys


class PushDevice(BaseModel):
    """A browser that gets push messages. `current` is the one that asks."""

    id: UUID
    device: str
    current: bool
    created_at: datetime


class PushState(BaseModel):
    """`public_key` is what a browser subscribes with; null while push is off in this service."""

    public_key: str | None
    devices: list[PushDevice]


async def state(session: AsyncSession, actor: Actor) -> PushState:
    """Where the actor gets push messages."""
    actor.require(Scope.ACCOUNT_READ)
    rows = await push_repository.of_person(session, actor.user_id)
    return PushState(public_key=gateways().push.public_key, devices=[_read(row, actor) for row in rows])


async def subscribe(
    session: AsyncSession, actor: Actor, data: Subscribe, *, user_agent: str | None
) -> PushDevice:
    """Send push messages to the actor's browser. The same browser again is the same device.

    Raises Conflict (push_off, no_session), InvalidInput (unknown_push_service)."""
    actor.require(Scope.ACCOUNT_WRITE)
    actor.require_account()
    if gateways().push.public_key is None:
        raise Conflict("Push messages are switched off in this service.", code="push_off")
    if actor.session_id is None:
        raise Conflict("Only a browser that is signed in gets push messages.", code="no_session")
    target = PushTarget(endpoint=data.endpoint, p256dh=data.keys.p256dh, auth=data.keys.auth)
    if not gateways().push.accepts(target):
        raise InvalidInput("This is no push service that is known here.", code="unknown_push_service")
    row = await push_repository.keep(
        session,
        user_id=actor.user_id,
        session_id=actor.session_id,
        device=describe(user_agent),
        **target.model_dump(),
    )
    await push_repository.forget_oldest(session, actor.user_id, keep=MOST_DEVICES)
    return _read(row, actor)


async def unsubscribe(session: AsyncSession, actor: Actor, subscription_id: UUID) -> None:
    """Send no more to a device of the actor's. Raises NotFound."""
    actor.require(Scope.ACCOUNT_WRITE)
    if not await push_repository.remove(session, subscription_id, user_id=actor.user_id):
        raise NotFound("There is no such device.")


async def plan(session: AsyncSession, rows: Sequence[Notification]) -> None:
    """Push lines to all devices of the people they are for when the transaction commits."""
    lines: dict[UUID, list[Notification]] = {}
    for row in rows:
        lines.setdefault(row.user_id, []).append(row)
    runs = [
        Run(
            {"subscription_id": subscription.id, "notification_id": row.id},
            key=f"notifications.push:{subscription.id}:{row.id}:{row.happened_at.timestamp()}",
        )
        for subscription in await push_repository.of_people(session, lines)
        for row in lines[subscription.user_id]
    ]
    await enqueue_all(session, push, runs)


@job("notifications.push")
async def push(db: Database, *, subscription_id: UUID, notification_id: UUID) -> None:
    """Push one line to one device, unless it has been read, or its message deleted, meanwhile. A device that is gone is
    forgotten.

    Raises VendorUnavailable to be run again."""
    async with db.transaction() as session:
        subscription = await push_repository.get(session, subscription_id)
        found = await inbox.get(session, notification_id)
        if subscription is None or found is None or found[1] or subscription.user_id != found[0].user_id:
            return
        row, _, told = found
        reader = (await inbox.readers(session, [row.user_id])).get(row.user_id)
        if reader is None or (told is not None and told.deleted):
            return
        line = notices.read(row, reader, told=told)
        unread = await inbox.unread(session, row.user_id)
    body = {
        "title": line.title,
        "body": line.body or "",
        "path": line.path,
        "tag": str(line.id),
        "unread": unread,
    }
    target = PushTarget(endpoint=subscription.endpoint, p256dh=subscription.p256dh, auth=subscription.auth)
    try:
        await gateways().push.send(
            target, orjson.dumps(body), topic=row.id.hex, seconds=int(LASTS.total_seconds())
        )
    except PushGone:
        async with db.transaction() as session:
            await push_repository.remove(session, subscription_id)
    except PushRefused as error:
        log.warning(
            "a push message was refused", extra={"subscription": str(subscription_id), **error.fields}
        )


def _read(row: PushSubscription, actor: Actor) -> PushDevice:
    return PushDevice(
        id=row.id, device=row.device, current=row.session_id == actor.session_id, created_at=row.created_at
    )
