"""Who is there. Each process keeps a row for every person with a socket of its own and renews it; the rows of a process
that died run out. Whoever finds that somebody came or went tells the rooms, once.

A person who comes back within `GRACE` was never away: a reload, a lift, a server that restarts.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.db import Database
from core.errors import Forbidden, NotFound
from core.events import Event, RoomEvent, UserEvent
from core.ids import new_id
from models.conversations import Presence as Row

log = logging.getLogger(__name__)

LIFETIME = timedelta(seconds=60)
RENEW_SECONDS = 20.0
TICK_SECONDS = 1.0
GRACE = 8.0

# The most lively rooms of each person; who comes and goes in a crowd is of no interest there.
ROOMS = """
select p.user_id, r.id as room_id, r.size
from unnest($1::uuid[]) p(user_id) cross join lateral (
    select r.id, (
        select count(*) from (
            select from room_members x where x.room_id = r.id and x.left_at is null limit 101
        ) counted
    ) as size
    from room_members m join rooms r on r.id = m.room_id
    where m.user_id = p.user_id and m.left_at is null and r.kind <> 'assistant'
    order by coalesce(r.last_message_at, r.created_at) desc limit 100
) r where r.size between 2 and 100
"""
COMPANIONS = """
select distinct m.room_id, m.user_id from room_members m join presence p on p.user_id = m.user_id
where m.room_id = any($1::uuid[]) and m.left_at is null and p.expires_at > now()
"""
ARRIVE = """
with before as (
    select user_id from presence where user_id = any($1::uuid[]) and expires_at > now()
), stored as (
    insert into presence (user_id, process_id, expires_at) select u, $2, now() + $3 from unnest($1::uuid[]) u
    on conflict (user_id, process_id) do update set expires_at = excluded.expires_at
)
select u from unnest($1::uuid[]) u except select user_id from before
"""
LEAVE = """
with gone as (
    delete from presence where (user_id = any($1::uuid[]) and process_id = $2) or expires_at < now()
    returning user_id, process_id
)
select distinct g.user_id from gone g where not exists (
    select from presence p where p.user_id = g.user_id and p.expires_at > now()
        and not exists (select from gone x where x.user_id = p.user_id and x.process_id = p.process_id)
)
"""
SMALL = 8  # people see one another's sign in the list of rooms too, without following the room


async def online(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Those of these people who are there."""
    rows = await session.scalars(
        select(Row.user_id).where(Row.user_id.in_(people), Row.expires_at > func.now()).distinct()
    )
    return set(rows)


def body(room_id: UUID, *, online: Collection[UUID] = (), offline: Collection[UUID] = ()) -> dict[str, Any]:
    """The event that tells a room who has come and gone."""
    return {
        "type": "presence",
        "room": str(room_id),
        "online": [str(user_id) for user_id in online],
        "offline": [str(user_id) for user_id in offline],
        "all": False,
    }


async def online_in(db: Database, room_id: UUID) -> list[UUID]:
    """The members of a room who are there; for whoever has just begun to follow it. Checks no membership."""
    rows = await db.by_key.fetch(COMPANIONS, [room_id])
    return [row["user_id"] for row in rows]


async def typing(db: Database, actor: Actor, room_id: UUID) -> None:
    """Tell a room that the actor is writing. Raises NotFound when it is not theirs, Forbidden when they are silenced:
    whoever has blocked them does not see them write either."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    member = await db.by_key.fetchrow(
        "select silenced_at from room_members where room_id = $1 and user_id = $2 and left_at is null",
        room_id,
        actor.user_id,
    )
    if member is None:
        raise NotFound("There is no such conversation.", room=str(room_id))
    if member["silenced_at"] is not None:
        raise Forbidden("You cannot write to this person.", code="cannot_send", room=str(room_id))
    db.publish(
        [
            RoomEvent(
                room_id,
                "typing",
                {"type": "typing", "room": str(room_id), "user_id": str(actor.user_id)},
            )
        ]
    )


class Presence:
    """The people with a socket at this process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._process = new_id()
        self._sockets: Counter[UUID] = Counter()
        self._arrived: set[UUID] = set()
        self._leaving: dict[UUID, float] = {}
        self._shown: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        """Take everybody out who is here, without a word: their sockets are told to go to another process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._db.raw.execute(
                "update presence set expires_at = least(expires_at, now() + $2) where process_id = $1",
                self._process,
                timedelta(seconds=GRACE),
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("presence could not be given back; it runs out by itself", exc_info=True)

    def arrive(self, user_id: UUID) -> None:
        """A socket of this person has opened."""
        self._sockets[user_id] += 1
        if self._leaving.pop(user_id, None) is None and user_id not in self._shown:
            self._arrived.add(user_id)

    def leave(self, user_id: UUID) -> None:
        """A socket of this person has closed."""
        self._sockets[user_id] -= 1
        if self._sockets[user_id] <= 0:
            del self._sockets[user_id]
            self._leaving[user_id] = asyncio.get_running_loop().time() + GRACE

    async def tick(self) -> None:
        """Write down who has come and gone since, and tell."""
        arrived, self._arrived = self._arrived, set()
        if arrived:
            self._shown |= arrived
            rows = await self._db.raw.fetch(ARRIVE, list(arrived), self._process, LIFETIME)
            await self._tell([row[0] for row in rows], here=True)
        time = asyncio.get_running_loop().time()
        left = [user_id for user_id, until in self._leaving.items() if until <= time]
        for user_id in left:
            del self._leaving[user_id]
            self._shown.discard(user_id)
        if left:
            await self._forget(left)

    async def renew(self) -> None:
        """Say again who is here, and tell of those whose process did not."""
        if self._shown:
            await self._db.raw.fetch(ARRIVE, list(self._shown), self._process, LIFETIME)
        await self._forget([])

    async def _forget(self, people: Sequence[UUID]) -> None:
        rows = await self._db.raw.fetch(LEAVE, people, self._process)
        await self._tell([row["user_id"] for row in rows], here=False)

    async def _tell(self, people: list[UUID], *, here: bool) -> None:
        if not people:
            return
        rooms = await self._db.raw.fetch(ROOMS, people)
        small = {row["room_id"] for row in rooms if row["size"] <= SMALL}
        companions: dict[UUID, list[UUID]] = {}
        for row in await self._db.raw.fetch(COMPANIONS, list(small)) if small else []:
            companions.setdefault(row["room_id"], []).append(row["user_id"])
        events: list[Event] = []
        for row in rooms:
            room, person = row["room_id"], row["user_id"]
            told = body(room, online=[person]) if here else body(room, offline=[person])
            if room in small:
                events += [
                    UserEvent(other, "presence", told)
                    for other in companions.get(room, [])
                    if other != person
                ]
            else:
                events.append(RoomEvent(room, "presence", told))
        self._db.publish(events)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.tick()
                if loop.time() - renewed > RENEW_SECONDS:
                    renewed = loop.time()
                    await self.renew()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("presence could not be written down", exc_info=True)
