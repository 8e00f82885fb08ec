"""The words of messages and of the names of their files, taken once a minute for the search. What is newer is searched by its
text (`search`), so nothing is missed meanwhile; while no worker runs, search gets slower and stays right."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.db import Database
from core.ids import STORED_WITHIN, first_id_at, made_at
from core.jobs import periodic
from models.message_words import WordScan

# The id of a message from a process whose clock is slow is older still: what was looked at is looked at again for so long.
_AGAIN = timedelta(minutes=10)
_BATCH = 5_000

_THROUGH = text(
    "select coalesce((select id from messages where id >= :since and id < :last order by id offset :most limit 1), :last)"
)
_TAKE = text(
    """
    insert into message_words (message_id, room_id, sender_id, words)
    select m.id, m.room_id, m.sender_id, to_tsvector('sextant', said_in(m.text, m.attachments)) from messages m
    where m.id >= :since and m.id < :through and m.deleted_at is null
        and not exists (select from message_words w where w.message_id = m.id)
    on conflict do nothing
    """
)
# A message may have been deleted while its words were taken.
_TIDY = text(
    """
    delete from message_words w using messages m
    where w.message_id >= :since and w.message_id < :through and m.id = w.message_id and m.deleted_at is not null
    """
)


@periodic("conversations.take_words", "* * * * *")
async def take_words(db: Database) -> None:
    """Take the words of all messages that have none."""
    last = first_id_at(now() - STORED_WITHIN)
    async with db.transaction() as session:
        through = (await _scan(session)).through
        await _take(session, first_id_at(made_at(through) - _AGAIN) if through.int else through, through)
    more = True
    while more:
        async with db.transaction() as session:
            more = await _go_on(session, last)


async def _go_on(session: AsyncSession, last: UUID) -> bool:
    """Take those of some thousand messages before `last`; whether there may be more."""
    scan = await _scan(session)
    if scan.through >= last:
        return False
    bounds = {"since": scan.through, "last": last, "most": _BATCH}
    through: UUID = (await session.execute(_THROUGH, bounds)).scalar_one()
    await _take(session, scan.through, through)
    scan.through = through
    return through < last


async def _scan(session: AsyncSession) -> WordScan:
    """The row that says how far it has come. Whoever takes words holds it meanwhile."""
    return await session.get_one(WordScan, 1, with_for_update=True)


async def _take(session: AsyncSession, since: UUID, through: UUID) -> None:
    bounds = {"since": since, "through": through}
    await session.execute(_TAKE, bounds)
    await session.execute(_TIDY, bounds)
