"""Sending while the line to PostgreSQL breaks at the worst moments: after the commit and before its answer, or between
the server's goodbye and its end."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

from core.db import Database
from core.events import Event, RoomEvent
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room
from tests.conversations.test_sending import message

FATAL = b"SFATAL\0VFATAL\0C57P02\0Mterminating connection because of crash of another server process\0\0"
GOODBYE = b"E" + (len(FATAL) + 4).to_bytes(4, "big") + FATAL


class Line:
    """Stands between the pool and PostgreSQL, and passes everything on until told otherwise."""

    def __init__(self, url: str) -> None:
        self.swallowing = False  # the next answer gets lost, and every connection with it
        self.swallowed = 0
        self._there = urlsplit(url)
        self._clients: set[StreamWriter] = set()
        self._servers: set[StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def url(self, port: int) -> str:
        """The database as it is reached through this line."""
        return f"postgresql://{self._there.username}@127.0.0.1:{port}{self._there.path}"

    def say_goodbye(self) -> None:
        """The server's last words reach every client, and the lines stay open for the moment."""
        for writer in self._clients:
            if not writer.is_closing():
                writer.write(GOODBYE)

    async def accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        folder = parse_qs(self._there.query)["host"][0]  # the embedded server listens on a socket there
        there = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        self._clients.add(writer)
        self._servers.add(there[1])
        for direction in ((reader, there[1]), (there[0], writer)):
            self._tasks.add(asyncio.create_task(self._pass(*direction)))

    async def close(self) -> None:
        self._abort()
        await asyncio.gather(*self._tasks)
        for writer in self._clients | self._servers:
            with suppress(OSError):
                await writer.wait_closed()

    async def _pass(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.swallowing and writer in self._clients:
                    self.swallowing = False
                    self.swallowed += 1
                    self._abort()
                    return
                writer.write(data)
        writer.close()

    def _abort(self) -> None:
        for writer in self._clients | self._servers:
            writer.transport.abort()


@asynccontextmanager
async def bad_line(url: str) -> AsyncIterator[tuple[Line, Database]]:
    line = Line(url)
    server = await asyncio.start_server(line.accept, "127.0.0.1", 0)
    try:
        async with Database(line.url(server.sockets[0].getsockname()[1])) as db:
            yield line, db
    finally:
        server.close()
        await line.close()


async def test_what_was_stored_unheard_is_stored_once_and_told_to_everybody(database_url: str) -> None:
    async with bad_line(database_url) as (line, db):
        heard: list[Event] = []
        db.broker.listen(heard.extend)
        sender = Sender(db)
        ada = await make_actor(db)
        room = await make_room(db, ada)
        await sender.send(ada, room, message("prepares the statement on this connection"))
        line.swallowing = True
        sent = await sender.send(ada, room, message("its answer gets lost"))
        assert line.swallowed == 1
        assert (sent.duplicate, sent.message.seq, sent.message.text) == (False, 2, "its answer gets lost")
        assert [e.seq for e in heard if isinstance(e, RoomEvent)] == [1, 2]
        assert await db.raw.fetchval("select count(*) from messages where room_id = $1", room) == 2


async def test_a_line_that_is_about_to_end_is_given_up_for_another(database_url: str) -> None:
    async with bad_line(database_url) as (line, db):
        sender = Sender(db)
        ada = await make_actor(db)
        room = await make_room(db, ada)
        for n in range(1, 4):
            await sender.send(ada, room, message(f"before {n}"))
            line.say_goodbye()
            sent = await sender.send(ada, room, message(f"after {n}"))
            assert sent.message.no == 2 * n


async def test_connections_that_are_kept_leave_a_small_pool_to_others(database_url: str) -> None:
    async with Database(database_url, pool_size=2) as db:
        async with db.connection() as one, db.connection() as other:
            assert [await one.fetchval("select 1"), await other.fetchval("select 2")] == [1, 2]
        three, four = await asyncio.gather(db.by_key.fetchval("select 3"), db.by_key.fetchval("select 4"))
        assert (three, four) == (3, 4)


async def test_what_is_under_way_while_the_database_closes_is_waited_for(database_url: str) -> None:
    async with Database(database_url, pool_size=4) as db:
        taken = asyncio.Event()

        async def ask() -> int:
            async with db.connection() as connection:
                taken.set()
                return int(await connection.fetchval("select 5 from pg_sleep(0.1)"))

        asked = asyncio.create_task(ask())
        await taken.wait()
    assert asked.done()
    assert await asked == 5
