"""Messages for people who are away: a line in the app and a push within seconds, an e-mail when they stay away.

Away is who has not read a message some seconds after it was sent; nobody's connection is asked about, so it holds for
any number of processes and devices. Messages are looked through by a job up to a time that is kept in the database, so
one is neither missed nor told twice, whatever dies in between. A `Watcher` has the job run soon after a message; once
a minute it runs anyway.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import Database
from core.events import Event, RoomEvent
from core.jobs import Run, enqueue, enqueue_all, enqueue_raw, job, periodic
from core.settings import settings
from models.notifications import Digest
from services.notifications import choosing, reports, repository, unread
from services.notifications.jobs import deliver
from services.notifications.kinds import Channel, Kind
from services.notifications.notices import one_line
from services.notifications.schemas import DigestLine, DigestRoom, MessageDigest
from services.notifications.telling import News, tell
from services.notifications.unread import Away

log = logging.getLogger(__name__)

AWAY_AFTER = timedelta(seconds=5)
MAIL_AFTER = timedelta(minutes=2)
# One digest, then a while of quiet; so many on one day of the person's calendar; none in the night.
BETWEEN_MAILS = timedelta(minutes=15)
MOST_A_DAY = 8
NIGHT_BEGINS, NIGHT_ENDS = 22, 7
# What is older was seen elsewhere, or is of no use in a mail.
OLDEST = timedelta(days=7)
ROOMS_SHOWN, LINES_SHOWN = 5, 3
_PATIENCE = timedelta(minutes=2)
_BUCKET_SECONDS = 2.0
_BATCH = 500


class Watcher:
    """Has messages looked through soon after they were sent, in whichever process they were stored."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._bucket = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening: Callable[[], None] | None = None

    def start(self) -> None:
        self._stop_listening = self._db.broker.listen(self._heard)

    async def stop(self) -> None:
        """Listen no more, and finish what was begun."""
        if self._stop_listening is not None:
            self._stop_listening()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _heard(self, events: list[Event]) -> None:
        if not any(isinstance(each, RoomEvent) and each.type == "message.created" for each in events):
            return
        # One job for all messages of two seconds, of all processes: its key is their number.
        bucket = int(time.time() / _BUCKET_SECONDS)
        if bucket != self._bucket:
            self._bucket = bucket
            task = asyncio.create_task(self._enqueue(bucket))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _enqueue(self, bucket: int) -> None:
        delay = AWAY_AFTER + timedelta(seconds=_BUCKET_SECONDS)
        try:
            async with self._db.raw.acquire() as connection:
                await enqueue_raw(connection, look, delay=delay, key=f"notifications.look:{bucket}")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("messages will be looked through with the next minute", exc_info=True)


@job("notifications.look_for_the_away")
async def look(db: Database) -> None:
    """Tell people of what was said and not read since the last look, and operators of what was reported."""
    async with db.transaction() as session:
        through = clock.now() - AWAY_AFTER
        since = await unread.scanned(session, first=through - _PATIENCE)
        if through <= since:
            return
        if away := await unread.away(session, since=since, through=through):
            await tell(session, *(_news(each) for each in away))
            await unread.told(session, _furthest(away))
            await _plan_mails(session, away)
        if asked := await unread.unattended(session, since=since, through=through):
            operators = await unread.operators(session)
            await tell(session, *(_call(operator, each) for operator in operators for each in asked))
        await reports.tell_operators(session, since=since, through=through)
        await unread.scan_through(session, through)


@periodic("notifications.take_up_messages", "* * * * *")
async def take_up(db: Database) -> None:
    """What no watcher told of, and digests whose job was lost."""
    await look(db)
    async with db.transaction() as session:
        late = clock.now() - _PATIENCE
        overdue = await unread.overdue_digests(session, before=late, limit=_BATCH)
        again = [Run({"user_id": each}, key=f"notifications.digest:{each}:again") for each in overdue]
        await enqueue_all(session, digest, again)


@job("notifications.digest")
async def digest(db: Database, *, user_id: UUID) -> None:
    """Mail what still waits for a person, if it is time; what was read meanwhile is left out."""
    async with db.transaction() as session:
        row = await unread.locked_digest(session, user_id)
        now = clock.now()
        if row is None or row.due_at is None or row.due_at > now:
            return
        recipient = await repository.recipient(session, user_id)
        wanted = {
            kind: Channel.EMAIL in await choosing.channels(session, user_id, kind)
            for kind in (Kind.MESSAGE, Kind.MENTION)
        }
        row.due_at = None
        if recipient is None or not any(wanted.values()):
            return
        found = await unread.waiting(
            session,
            user_id,
            since=now - OLDEST,
            messages=wanted[Kind.MESSAGE],
            mentions=wanted[Kind.MENTION],
            lines=LINES_SHOWN,
        )
        if not found:
            return
        again_at = next_time(row, ZoneInfo(recipient.timezone), now, oldest=found[0].oldest)
        if again_at > now:
            row.due_at = again_at
            await _enqueue_digests(session, {user_id: again_at})
            return
        await _mail(session, user_id, found)
        _count(row, ZoneInfo(recipient.timezone), now)


def next_time(row: Digest, zone: ZoneInfo, now: datetime, *, oldest: datetime) -> datetime:
    """The earliest time at which a digest may go out: now, or later."""
    at = max(now, oldest + MAIL_AFTER)
    if row.sent_at is not None:
        at = max(at, row.sent_at + BETWEEN_MAILS)
    there = at.astimezone(zone)
    if row.counted_on == there.date() and row.count >= MOST_A_DAY:
        there = (there + timedelta(days=1)).replace(hour=NIGHT_ENDS, minute=0, second=0, microsecond=0)
    if there.hour >= NIGHT_BEGINS:
        there = (there + timedelta(days=1)).replace(hour=NIGHT_ENDS, minute=0, second=0, microsecond=0)
    elif there.hour < NIGHT_ENDS:
        there = there.replace(hour=NIGHT_ENDS, minute=0, second=0, microsecond=0)
    return max(at, there.astimezone(at.tzinfo))


def _count(row: Digest, zone: ZoneInfo, now: datetime) -> None:
    today = now.astimezone(zone).date()
    row.count = row.count + 1 if row.counted_on == today else 1
    row.counted_on, row.sent_at = today, now


def _news(away: Away) -> News:
    if away.mention:
        # A direct room has no name of its own to be mentioned in.
        name = "mention_directly" if away.direct else "mention"
        kind, key = Kind.MENTION, f"mention:{away.room_id}"
    else:
        name = "message" if away.senders == 1 else "messages"
        kind, key = Kind.MESSAGE, f"messages:{away.room_id}"
    return News(
        away.user_id,
        kind,
        name,
        key=key,
        path=f"/rooms/{away.room_id}",
        context={"sender": away.sender, "room": away.title, "preview": one_line(away.text, away.files)},
        count=away.count,
        room_id=away.room_id,
        seq=away.seq,
        at=away.at,
    )


def _furthest(away: Sequence[Away]) -> dict[tuple[UUID, UUID], int]:
    """By person and room, up to where they are told; mentions come apart from what else was said."""
    seqs: dict[tuple[UUID, UUID], int] = {}
    for each in away:
        place = each.user_id, each.room_id
        seqs[place] = max(each.seq, seqs.get(place, 0))
    return seqs


def _call(operator: UUID, asked: Row[Any]) -> News:
    return News(
        operator,
        Kind.MESSAGE,
        "support",
        key=f"support:{asked.room_id}",
        path="/admin/support",
        context={"sender": asked.sender, "preview": one_line(asked.text)},
        count=asked.messages,
        room_id=asked.room_id,
        seq=asked.seq,
        at=asked.at,
    )


async def _plan_mails(session: AsyncSession, away: Sequence[Away]) -> None:
    due_at: dict[UUID, datetime] = {}
    for each in away:
        at = each.at + MAIL_AFTER
        due_at[each.user_id] = min(at, due_at.get(each.user_id, at))
    planned = await unread.plan_digests(session, due_at)
    await _enqueue_digests(session, {user_id: due_at[user_id] for user_id in planned})


async def _enqueue_digests(session: AsyncSession, due_at: Mapping[UUID, datetime]) -> None:
    now = clock.now()
    runs = [
        Run(
            {"user_id": user_id},
            delay=max(at - now, timedelta(0)) + timedelta(milliseconds=100),
            # The key holds the time: a job that is just running must not keep its own successor out.
            key=f"notifications.digest:{user_id}:{at.timestamp():.0f}",
        )
        for user_id, at in due_at.items()
    ]
    await enqueue_all(session, digest, runs)


async def _mail(session: AsyncSession, user_id: UUID, found: Sequence[Row[Any]]) -> None:
    """One mail of all that waits. From here on it counts as mailed, in the transaction that keeps the mail."""
    by_room: dict[UUID, list[Row[Any]]] = {}
    for row in found:
        by_room.setdefault(row.room_id, []).append(row)
    rooms = list(by_room.values())
    # Those with a mention first; otherwise they stay in the order of their newest message.
    rooms.sort(key=lambda rows: not any(row.mention for row in rows))
    base = settings().base_url
    shown = [
        DigestRoom(
            title=rows[0].title,
            url=f"{base}/rooms/{rows[0].room_id}",
            count=rows[0].count,
            direct=rows[0].direct,
            lines=[
                DigestLine(
                    sender=row.sender, text=one_line(row.text, row.files), at=row.at, mention=row.mention
                )
                for row in reversed(rows)
            ],
        )
        for rows in rooms[:ROOMS_SHOWN]
    ]
    context = MessageDigest(
        count=sum(rows[0].count for rows in rooms),
        rooms=shown,
        more_rooms=len(rooms) - len(shown),
        url=shown[0].url if len(rooms) == 1 else f"{base}/",
    )
    email_id = await repository.add(
        session,
        user_id=user_id,
        address=None,
        template="message_digest",
        context=context.model_dump(mode="json"),
        key=None,
    )
    await unread.mailed(session, {(user_id, rows[0].room_id): rows[0].through_seq for rows in rooms})
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)
