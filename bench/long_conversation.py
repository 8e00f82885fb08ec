"""Does a turn cost more the longer the conversation is?

    python -m bench.long_conversation [--rounds 30]

Two conversations of one founder, alike but for their length (10 and 500 messages), are continued in turns within every
round, through the real runner, agent and database. A model server in this process answers at once, so that what is
measured is ours; the guided model runs the same. Printed are the milliseconds of a whole turn (from the stored message
to the stored answer), and the characters that the language model is sent (prompt, tools, summary and window), which is
what it bills. The last line holds the ratios of 500 to 10 messages, medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from uuid import UUID, uuid4

import asyncpg
import uvloop

from assistant.agent import Agent
from assistant.runner import Runner
from core.actor import Actor
from core.db import Database
from core.embedded import EmbeddedPostgres, ensure_database
from core.events import Event, RoomEvent
from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings
from core.ids import ASSISTANT_ID
from core.migrate import upgrade
from core.settings import Settings, settings, use
from services import rooms as rooms
from services.conversations import service
from services.conversations.schemas import CreateRoom, SendMessage
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor
from tests.assistant.openai_server import OpenAIServer, Reply, serve

LENGTHS = (10, 500)
QUESTION = "Thanks. What should I think about next, before I talk to somebody?"
FILL = """
insert into messages (id, room_id, seq, no, sender_id, client_id, text, turn_id)
select gen_random_uuid(), $1, n, n, case when n % 2 = 1 then $2::uuid else $3::uuid end, gen_random_uuid(),
    'Message ' || n || ': we talked about the scope of the first release, who will test it and what it may cost.', null
from generate_series(1, $4) n
"""


class Side:
    """One model: its runner, and a room of each length."""

    def __init__(self, db: Database, options: Settings) -> None:
        self._db = db
        self._agent = Agent(options, db)
        self._runner = Runner(db, self._agent, self._agent.summariser)
        self._sender = Sender(db)
        self._ended: dict[UUID, asyncio.Event] = {}

    async def __aenter__(self) -> Side:
        self._stop = self._db.broker.listen(self._hear)
        self._runner.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._stop()
        await self._runner.stop()
        await self._sender.close()
        await self._agent.close()

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, RoomEvent) and event.type == "turn.ended":
                self._ended.setdefault(event.room_id, asyncio.Event()).set()

    async def turn(self, actor: Actor, room: UUID) -> float:
        """Milliseconds of one turn."""
        done = self._ended[room] = asyncio.Event()
        began = time.perf_counter()
        await self._sender.send(actor, room, SendMessage(client_id=uuid4(), text=QUESTION))
        await done.wait()
        took = (time.perf_counter() - began) * 1000
        await (
            self._runner.settled()
        )  # a summary made after the turn is not the turn's time, but nobody else's either
        return took


async def _room(db: Database, actor: Actor, length: int) -> UUID:
    async with db.transaction() as session:
        room = (await service.create_assistant_room(session, actor, CreateRoom())).id
    await db.raw.execute(FILL, room, actor.user_id, ASSISTANT_ID, length)
    await db.raw.execute("update rooms set last_seq = $2, message_count = $2 where id = $1", room, length)
    return room


async def _measure(
    db: Database, options: Settings, rounds: int, server: OpenAIServer
) -> dict[int, list[float]]:
    actor = await make_actor(db)
    lengths = {length: await _room(db, actor, length) for length in LENGTHS}
    took: dict[int, list[float]] = {length: [] for length in LENGTHS}
    sent: dict[int, list[float]] = {length: [] for length in LENGTHS}
    async with Side(db, options) as side:
        for number in range(rounds + 8):
            pairs = list(lengths.items())
            for length, room in pairs if number % 2 else reversed(pairs):
                server.requests.clear()
                spent = await side.turn(actor, room)
                if number >= 8:  # the first turns warm up and fold the old messages
                    took[length].append(spent)
                    sent[length].append(sum(len(json.dumps(request)) for request in server.requests))
                await _shorten(db, room, length)
    for length in LENGTHS:
        print(
            f"{options.model:8} {length:4} messages: {statistics.median(took[length]):7.1f} ms, "
            f"{statistics.mean(sent[length]):9.0f} characters sent"
        )
    took[-1] = [statistics.mean(sent[length]) for length in LENGTHS]
    return took


async def _shorten(db: Database, room: UUID, length: int) -> None:
    """A conversation of 10 messages stays one: what a round added is taken out again."""
    if length > 10:
        return
    await db.raw.execute("delete from room_events where room_id = $1 and seq > $2", room, length)
    await db.raw.execute("update turns set message_id = null where room_id = $1", room)
    await db.raw.execute("delete from messages where room_id = $1 and seq > $2", room, length)
    await db.raw.execute("delete from turns where room_id = $1 and status not in ('queued', 'running')", room)
    await db.raw.execute("update rooms set last_seq = $2, message_count = $2 where id = $1", room, length)


async def run(rounds: int) -> None:
    """Measure both models on one server."""
    server = EmbeddedPostgres(settings().data_dir / "bench" / "postgres")
    server.start()
    local = LocalEmbeddings()
    configure(Gateways(embeddings=local))
    try:
        admin = await asyncpg.connect(server.url("postgres"))
        await admin.execute("drop database if exists long_conversation")
        await admin.close()
        await ensure_database(server.url("postgres"), "long_conversation")
        url = server.url("long_conversation")
        await upgrade(url)
        async with Database(url) as db, serve() as model:
            model.script(
                Reply("Think about who will test it first, and what must not fail.", chunk_size=80),
                repeat_last=True,
            )
            results = {}
            for name in ("guided", "openai"):
                options = Settings(
                    _env_file=None,
                    environment="test",
                    model=name,
                    openai_base_url=model.url,
                    openai_api_key="bench",
                    openai_model="scripted",
                    rate_limit_scale=1e6,
                )
                use(options)
                results[name] = await _measure(db, options, rounds, model)
    finally:
        await local.close()
        server.stop()
    ratio = {name: statistics.median(r[500]) / statistics.median(r[10]) for name, r in results.items()}
    characters = results["openai"][-1]
    print(
        f"guided_time_ratio={ratio['guided']:.2f} openai_time_ratio={ratio['openai']:.2f} "
        f"openai_characters_ratio={characters[1] / characters[0]:.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The cost of a turn at 500 messages against 10.")
    parser.add_argument("--rounds", type=int, default=30)
    uvloop.run(run(parser.parse_args().rounds))
