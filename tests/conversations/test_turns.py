"""Turns: run once, under a lease, with what they answer; stopping, queueing, coming back after a crash."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from uuid import UUID, uuid4

import pytest

from assistant.runner import Runner
from assistant.schemas import (
    AgentEvent,
    Finished,
    Restarted,
    TextDelta,
    ToolEnded,
    ToolStarted,
    TurnContext,
    Usage,
)
from core.actor import Actor
from core.db import Database
from core.errors import NotFound
from core.events import Event, RoomEvent
from core.ids import ASSISTANT_ID, new_id
from services.conversations import turns
from services.conversations.schemas import Card, SendMessage
from services.conversations.sending import Sender
from services.conversations.turns import TurnResult
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room
from tests.serving import leave_no_turns


class ScriptedAgent:
    """Says what it was asked, and waits at `gate` before it ends."""

    def __init__(self) -> None:
        self.contexts: list[TurnContext] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.speaking = asyncio.Event()

    async def run(self, context: TurnContext) -> AsyncGenerator[AgentEvent, None]:
        self.contexts.append(context)
        asked = context.window[-1].text
        yield ToolStarted("c1", "look", "Looking")
        yield ToolEnded("c1", "look", True, Card(type="analysis", data={"n": 1}))
        yield TextDelta("wrong start")
        yield Restarted("retry")
        yield TextDelta("You said ")
        yield TextDelta(asked)
        self.speaking.set()
        await self.gate.wait()
        yield Finished(
            f"You said {asked}", [Card(type="analysis", data={"n": 1})], Usage(3, 4), "scripted", "v1"
        )


class Scene:
    """A room with the assistant, a runner, and everything that was published in it."""

    def __init__(self, db: Database, ada: Actor, room: UUID) -> None:
        self.db, self.ada, self.room = db, ada, room
        self.sender = Sender(db)
        self.agent = ScriptedAgent()
        self.runner = Runner(db, self.agent)
        self.events: list[RoomEvent] = []
        self._changed = asyncio.Condition()
        self._telling: list[asyncio.Task[None]] = []
        self._stop = db.broker.listen(self._hear)
        self.runner.start()

    def _hear(self, events: list[Event]) -> None:
        self.events += [e for e in events if isinstance(e, RoomEvent) and e.room_id == self.room]
        self._telling.append(asyncio.create_task(self._tell()))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def say(self, text: str) -> None:
        await self.sender.send(self.ada, self.room, SendMessage(client_id=uuid4(), text=text))

    async def until(self, kind: str, count: int = 1) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: sum(e.type == kind for e in self.events) >= count)

    async def close(self) -> None:
        self._stop()
        await self.runner.stop()
        await self.sender.close()

    async def answers(self) -> list[str]:
        rows = await self.db.raw.fetch(
            "select text from messages where room_id = $1 and sender_id = $2 order by seq",
            self.room,
            ASSISTANT_ID,
        )
        return [row["text"] for row in rows]


@pytest.fixture
async def scene(db: Database) -> AsyncIterator[Scene]:
    await leave_no_turns(db.url)
    ada = await make_actor(db)
    scene = Scene(db, ada, await make_room(db, ada, kind="assistant"))
    yield scene
    await scene.close()


async def test_a_turn_streams_and_stores_its_answer(scene: Scene) -> None:
    await scene.say("hello")
    await scene.until("turn.ended")
    kinds = [e.type for e in scene.events]
    assert kinds == [
        "message.created", "turn.started", "turn.tool", "turn.tool", "turn.delta",
        "turn.started", "turn.tool", "turn.delta", "turn.delta", "message.created", "turn.ended",
    ]  # fmt: skip
    offsets = [(e.body["offset"], e.body["text"]) for e in scene.events if e.type == "turn.delta" and e.body]
    assert offsets == [(0, "wrong start"), (0, "You said "), (9, "hello")]
    row = await scene.db.raw.fetchrow(
        "select m.text, m.cards, m.meta, t.status, t.model, t.prompt_version, t.usage, t.message_id = m.id as linked"
        " from turns t join messages m on m.turn_id = t.id where t.room_id = $1",
        scene.room,
    )
    assert row is not None
    assert row["text"] == "You said hello"
    assert row["cards"] == [{"type": "analysis", "data": {"n": 1}}]
    assert row["meta"] == {"status": "complete", "model": "scripted"}
    assert (row["status"], row["model"], row["prompt_version"]) == ("done", "scripted", "v1")
    assert row["usage"] == {"input": 3, "output": 4}
    assert row["linked"]


async def test_messages_during_a_turn_join_the_next_one(scene: Scene) -> None:
    scene.agent.gate.clear()
    await scene.say("first")
    await scene.agent.speaking.wait()
    await scene.say("second")
    await scene.say("third")
    scene.agent.gate.set()
    await scene.until("turn.ended", 2)
    assert await scene.answers() == ["You said first", "You said third"]
    window = [(m.role, m.text) for m in scene.agent.contexts[1].window]
    assert window == [
        ("user", "first"),
        ("assistant", "You said first"),
        ("user", "second"),
        ("user", "third"),
    ]


async def test_stopping_keeps_the_partial_text_and_says_so(scene: Scene) -> None:
    scene.agent.gate.clear()
    await scene.say("long story")
    await scene.agent.speaking.wait()
    turn = scene.agent.contexts[0].turn_id
    await turns.stop(scene.db, scene.ada, turn)
    await scene.until("turn.ended")
    assert await scene.answers() == ["You said long story"]
    meta = await scene.db.raw.fetchval("select meta from messages where turn_id = $1", turn)
    assert meta == {"status": "stopped"}
    await turns.stop(scene.db, scene.ada, turn)  # stopping what has ended changes nothing
    assert await scene.db.raw.fetchval("select status from turns where id = $1", turn) == "stopped"


async def test_a_stranger_cannot_stop_a_turn(scene: Scene) -> None:
    scene.agent.gate.clear()
    await scene.say("mine")
    await scene.agent.speaking.wait()
    with pytest.raises(NotFound):
        await turns.stop(scene.db, await make_actor(scene.db), scene.agent.contexts[0].turn_id)
    scene.agent.gate.set()
    await scene.until("turn.ended")
    assert await scene.answers() == ["You said mine"]


async def test_the_text_so_far_can_be_seen_while_it_runs(scene: Scene) -> None:
    scene.agent.gate.clear()
    await scene.say("peek")
    await scene.agent.speaking.wait()
    await scene.until("turn.delta", 3)
    kinds = [(body["type"], body.get("text")) for body in scene.runner.snapshot(scene.room)]
    assert kinds == [("turn.started", None), ("turn.tool", None), ("turn.delta", "You said peek")]
    scene.agent.gate.set()
    await scene.until("turn.ended")
    assert scene.runner.snapshot(scene.room) == []


async def queued_turn(db: Database) -> tuple[Actor, UUID, UUID]:
    """A room whose turn nobody runs yet."""
    ada = await make_actor(db)
    room = await make_room(db, ada, kind="assistant")
    sender = Sender(db)
    await sender.send(ada, room, SendMessage(client_id=uuid4(), text="anyone?"))
    await sender.close()
    turn_id: UUID = await db.raw.fetchval("select id from turns where room_id = $1", room)
    return ada, room, turn_id


async def test_what_was_asked_before_a_runner_listened_is_answered_at_once(db: Database) -> None:
    await leave_no_turns(db.url)
    ada, room, turn_id = await queued_turn(db)
    scene = Scene(db, ada, room)
    await scene.until("turn.ended")
    await scene.close()
    assert await scene.answers() == ["You said anyone?"]
    waited = await db.raw.fetchval("select started_at - created_at from turns where id = $1", turn_id)
    assert waited < turns.LEASE  # not by the look for what others left


async def test_only_one_process_gets_the_lease(db: Database) -> None:
    _, _, turn_id = await queued_turn(db)
    claims = await asyncio.gather(*(turns.claim(db, turn_id, new_id()) for _ in range(8)))
    assert sum(claim is not None for claim in claims) == 1


async def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_cannot_finish(db: Database) -> None:
    _, room, turn_id = await queued_turn(db)
    dead, alive = new_id(), new_id()
    first = await turns.claim(db, turn_id, dead)
    assert first is not None
    assert await turns.save(db, turn_id, dead, "so far", []) is False
    assert await turns.claim(db, turn_id, alive) is None
    await db.raw.execute("update turns set lease_until = now() - interval '1 second' where id = $1", turn_id)
    second = await turns.claim(db, turn_id, alive)
    assert second is not None
    assert (first.attempt, second.attempt) == (1, 2)
    assert [m.text for m in second.window] == [m.text for m in first.window]
    assert await turns.save(db, turn_id, dead, "late", []) is None
    assert await turns.finish(db, first, dead, TurnResult("done", "from the dead", [])) is None
    stored = await turns.finish(db, second, alive, TurnResult("done", "from the living", []))
    assert stored is not None
    texts = await db.raw.fetch("select text from messages where room_id = $1 order by seq", room)
    assert [t["text"] for t in texts] == ["anyone?", "from the living"]


async def test_the_window_of_a_second_run_ends_where_the_first_began(db: Database) -> None:
    ada, room, turn_id = await queued_turn(db)
    await turns.claim(db, turn_id, new_id())
    sender = Sender(db)
    await sender.send(ada, room, SendMessage(client_id=uuid4(), text="came later"))
    await sender.close()
    await db.raw.execute("update turns set lease_until = now() - interval '1 second' where id = $1", turn_id)
    again = await turns.claim(db, turn_id, new_id())
    assert again is not None
    assert [m.text for m in again.window] == ["anyone?"]


async def test_a_turn_that_nobody_runs_is_found_and_given_up_in_the_end(db: Database) -> None:
    await leave_no_turns(db.url)
    _, room, turn_id = await queued_turn(db)
    assert await turns.due(db) == []  # whoever stored it is about to run it
    await db.raw.execute("update turns set created_at = now() - interval '11 seconds' where id = $1", turn_id)
    assert await turns.due(db) == [turn_id]
    assert await turns.claim(db, turn_id, new_id()) is not None
    assert await turns.due(db) == []
    await db.raw.execute("update turns set lease_until = now() - interval '1 second' where id = $1", turn_id)
    assert await turns.due(db) == [turn_id]
    await db.raw.execute("update turns set attempt = $2 where id = $1", turn_id, turns.MAX_ATTEMPTS)
    told: list[Event] = []
    stop = db.broker.listen(told.extend)
    assert await turns.due(db) == []
    stop()
    assert [e.type for e in told if isinstance(e, RoomEvent)] == ["message.created", "turn.ended"]
    assert await db.raw.fetchval("select status from turns where id = $1", turn_id) == "failed"
    texts = await db.raw.fetch("select text from messages where room_id = $1 order by seq", room)
    assert "several times" in texts[-1]["text"]


async def test_window_is_bounded(db: Database) -> None:
    ada = await make_actor(db)
    room = await make_room(db, ada, kind="assistant")
    sender = Sender(db)
    handed_over = [
        await sender.submit(ada, room, SendMessage(client_id=uuid4(), text=str(n)))
        for n in range(turns.WINDOW + 20)
    ]
    await asyncio.gather(*handed_over)
    await sender.close()
    turn_id = await db.raw.fetchval("select id from turns where room_id = $1", room)
    turn = await turns.claim(db, turn_id, new_id())
    assert turn is not None
    assert [m.text for m in turn.window] == [str(n) for n in range(20, turns.WINDOW + 20)]
