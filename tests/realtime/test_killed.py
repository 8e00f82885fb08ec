"""The server is killed in the middle of a turn: what was acknowledged is there, and the turn finishes, once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg

from api.ws.client import RealtimeClient
from core.db import Database
from core.ids import ASSISTANT_ID
from services.conversations import repository
from tests.accounts.factories import make_user, sign_in_cookie
from tests.assistant.openai_server import Reply, serve
from tests.process import NO_VENDORS, ServerProcess


async def _person_in_a_room(url: str) -> tuple[str, UUID]:
    async with Database(url) as db:
        user = await make_user(db)
        token = await sign_in_cookie(db, user)
        async with db.transaction() as session:
            room = await repository.add_room(
                session,
                kind="assistant",
                title="A project",
                created_by=user.id,
                roles={user.id: "owner", ASSISTANT_ID: "assistant"},
            )
    return token, room


async def test_a_turn_survives_the_death_of_its_process(fresh_database: str) -> None:
    token, room = await _person_in_a_room(fresh_database)
    async with serve() as model:
        server = ServerProcess(
            ENVIRONMENT="test",
            DATABASE_URL=fresh_database,
            MODEL="openai",
            OPENAI_API_KEY="test",
            OPENAI_BASE_URL=model.url,
            OPENAI_MODEL="scripted",
            **NO_VENDORS,
        )
        model.script(Reply("slowly " * 500, seconds_per_chunk=0.05))
        await server.start()
        async with RealtimeClient(server.ws_url, token=token) as client:
            await client.subscribe(room, after_seq=0)
            acknowledged = [(await client.send_message(room, "First"))["message"]["id"]]
            await client.wait_for(lambda e: e["type"] == "turn.delta")
            # Two while the assistant speaks: they wait together for the turn after this one.
            acknowledged += [
                (await client.send_message(room, text))["message"]["id"] for text in ("Second", "Third")
            ]
            server.kill()
        assert len(model.requests) == 1

        model.script(Reply("Here I am again."), Reply("And this is for the other two."))
        await server.start()
        async with RealtimeClient(server.ws_url, token=token) as client:
            await client.subscribe(room, after_seq=0)

            def said(text: str) -> Callable[[dict[str, Any]], bool]:
                return lambda e: e["type"] == "message.created" and e["message"]["text"] == text

            await client.wait_for(said("Here I am again."))
            await client.wait_for(said("And this is for the other two."))
            events = client.durable(room)
            assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
            messages = [e["message"] for e in events if e["type"] == "message.created"]
            mine = [m["id"] for m in messages if m["sender_id"] != str(ASSISTANT_ID)]
            assert mine == acknowledged
            replies = [m["text"] for m in messages if m["sender_id"] == str(ASSISTANT_ID)]
            assert replies == ["Here I am again.", "And this is for the other two."]
        server.stop()
    connection = await asyncpg.connect(fresh_database)
    turns = await connection.fetch("select status, attempt from turns where room_id = $1 order by id", room)
    await connection.close()
    assert [tuple(turn) for turn in turns] == [("done", 2), ("done", 1)]
