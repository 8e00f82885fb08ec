"""In which order a socket's bytes are written while a message of its own waits."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.ws.connection import MAX_JOINED, Connection
from core.events import UserEvent
from tests.serving import Served


class Written:
    """A transport that notes what is written to it, and by whom it would be read."""

    def __init__(self, transport: asyncio.Transport, reader: str, notes: list[tuple[str, bytes]]) -> None:
        self._transport = transport
        self._reader = reader
        self._notes = notes

    def write(self, data: bytes) -> None:
        self._notes.append((self._reader, data))
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def connection_of(served: Served, user_id: UUID) -> Connection:
    (connection,) = served.runtime.hub._people[user_id]
    return connection


def note(served: Served, user_id: UUID, notes: list[tuple[str, bytes]], reader: str) -> None:
    connection = connection_of(served, user_id)
    protocol: Any = connection._protocol
    protocol.transport = Written(protocol.transport, reader, notes)
    connection.write = protocol.transport.write


@pytest.mark.parametrize("others", [1, 12])
async def test_others_get_a_message_before_its_sender_does_who_gets_it_with_the_answer(
    served: Served, others: int
) -> None:
    people = [await served.person() for _ in range(1 + others)]
    room = await served.room(*(user for user, _ in people))
    clients = [served.socket(token) for _, token in people]
    notes: list[tuple[str, bytes]] = []
    for client in clients:
        await client.connect()
        await client.subscribe(room)
    for number, (user, _) in enumerate(people):
        note(served, user.id, notes, "other" if number else "sender")

    for number in range(3):
        notes.clear()
        await clients[0].send_message(room, f"message {number}")
        *before, (reader, last) = [(r, data) for r, data in notes if b'"presence"' not in data]
        assert [each for each, _ in before] == ["other"] * others
        assert (reader, last.count(b'"message.created"'), last.count(b'"ack"')) == ("sender", 1, 1)
        assert last.index(b'"message.created"') < last.index(b'"ack"')
    for client in clients:
        await client.wait_for(lambda e: e.get("seq") == 3 and "message" in e)
        assert [e["seq"] for e in client.durable(room)] == [1, 2, 3]
        await client.close()


async def test_what_comes_while_ones_own_message_waits_is_read_meanwhile(
    served: Served, database_url: str
) -> None:
    (ada, token), (bob, _) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    blocking = await asyncpg.connect(database_url)
    async with served.socket(token) as client:
        await client.subscribe(room)
        await client.send_message(room, "first")
        transaction = blocking.transaction()
        await transaction.start()
        await blocking.execute("select from rooms where id = $1 for update", room)
        sending = asyncio.create_task(client.send_message(room, "waits"))
        await client.command("ping")  # came after it
        assert connection_of(served, ada.id).in_flight == 1

        parts = ["x" * (MAX_JOINED // 3), "y" * (MAX_JOINED // 3), "z" * MAX_JOINED, "end"]
        for part in parts:  # more than is held
            served.runtime.db.publish([UserEvent(ada.id, "note", {"type": "note", "part": part})])
        assert (await client.command("ping"))["type"] == "ack"
        assert [e["part"] for e in client.received if e["type"] == "note"] == parts
        assert not sending.done()

        await transaction.rollback()
        assert (await sending)["message"]["seq"] == 2
        assert [e["seq"] for e in client.durable(room)] == [1, 2]
    await blocking.close()
