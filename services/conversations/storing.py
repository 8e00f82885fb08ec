"""Asking the database to store a batch of messages."""

import time
from collections.abc import Sequence
from typing import Any

import asyncpg

from core.db import Database
from services.conversations.admission import Admissions
from services.conversations.batches import (
    Numbered,
    Pending,
    attach,
    is_plain,
    lone_question,
    plain_question,
    question,
)
from services.conversations.rendering import Row

LOOK_SECONDS = 5.0
# How a statement ends in which somebody may not write, or could when they were looked up and no longer can; or whose plan
# was used up meanwhile.
Refused = asyncpg.InvalidTextRepresentationError


class Storage:
    """Stores batches for one process, each of messages that are not the same, in the order of `by_room`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._admissions = Admissions()
        self._look_until = 0.0

    async def store(self, unique: list[Pending], *, queue: bool = False, tries: int = 3) -> Sequence[Row]:
        """Run the statement that is the cheapest for them; one that fails as a whole where one message cannot be stored is
        followed by the one that says which. `queue`: with turns of the assistant. `tries`: how often to ask anew when somebody
        loses the right to write meanwhile, or uses up their plan; Refused is raised after them."""
        look = queue or time.monotonic() < self._look_until
        if not queue and (len(unique) == 1 or not look) and all(map(is_plain, unique)):
            try:
                if rows := await (self._ask_plain(unique) if len(unique) > 1 else self._ask_lone(unique[0])):
                    return rows
            except (Refused, asyncpg.UniqueViolationError) as error:
                if isinstance(error, Refused) and self._admissions.forget(unique):
                    return await self.store(unique, tries=tries)  # once, as nothing is remembered now
                if len(unique) > 1:
                    self._look_first()
            look = True
        try:
            return await self._ask_for(unique, question(unique, queue=queue, look=look))
        except asyncpg.UniqueViolationError:
            self._look_first()
            raise
        except Refused:
            if tries == 0:
                raise
            return await self.store(unique, queue=queue, tries=tries - 1)

    def _look_first(self) -> None:
        """Looking first for each message of a batch costs all of them, so it is done only while some come again: after a
        line was cut or a server went down, everybody's do."""
        self._look_until = time.monotonic() + LOOK_SECONDS

    async def _ask_plain(self, unique: list[Pending]) -> Sequence[Row]:
        question, unseen = plain_question(unique, self._admissions.seen)
        async with self._db.connection() as connection:
            rooms = await connection.fetchrow(*question)
        assert rooms is not None
        if unseen:
            counts = zip(rooms["before"], rooms["revocations"], strict=True)
            self._admissions.learn(unseen, {unique[place].room_id.int: count for place, count in counts})
        return Numbered(rooms, len(unique))

    async def _ask_lone(self, pending: Pending) -> Sequence[Row]:
        room = pending.room_id.int
        revocations, members = self._admissions.seen(room)
        unseen = pending.sender_id.int not in members
        question = lone_question(pending, None if unseen else revocations)
        async with self._db.connection() as connection:
            rows: list[Row] = [*await connection.fetch(*question)]
        if unseen and rows:
            self._admissions.learn([pending], {room: rows[0]["revocations"]})
        return rows

    async def _ask_for(self, unique: list[Pending], question: tuple[Any, ...]) -> Sequence[Row]:
        async with self._db.connection() as connection:
            if not any(pending.attachments for pending in unique):
                return [*await connection.fetch(*question)]
            async with connection.transaction():
                rows: list[Row] = [*await connection.fetch(*question)]
                await attach(connection, unique, rows)
                return rows
