"""Long conversations: the window is bounded, and what lies before it is in a summary that follows the branch."""

from uuid import UUID, uuid4

from assistant.agent import Agent
from assistant.runner import Runner
from assistant.summaries import by_rules
from core.actor import Actor
from core.db import Database
from core.ids import ASSISTANT_ID
from core.settings import Settings
from services.conversations import service, summaries, turns
from services.conversations.schemas import Card, CreateRoom, SendMessage
from services.conversations.sending import Sender
from services.conversations.summaries import LONGEST, Due, Said
from tests.accounts.factories import make_actor
from tests.assistant.openai_server import OpenAIServer, Reply

FILL = """
insert into messages (id, room_id, seq, no, sender_id, client_id, text)
select gen_random_uuid(), $1, n, n, case when n % 2 = 1 then $2::uuid else $3::uuid end, gen_random_uuid(), 'Message ' || n
from generate_series(1, $4) n
"""


async def long_room(db: Database, actor: Actor, length: int) -> UUID:
    async with db.transaction() as session:
        room = (await service.create_assistant_room(session, actor, CreateRoom())).id
    await db.raw.execute(FILL, room, actor.user_id, ASSISTANT_ID, length)
    await db.raw.execute("update rooms set last_seq = $2, message_count = $2 where id = $1", room, length)
    return room


async def take_turn(db: Database, agent: Agent, actor: Actor, room: UUID, text: str) -> None:
    runner, sender = Runner(db, agent, agent.summariser), Sender(db)
    await sender.send(actor, room, SendMessage(client_id=uuid4(), text=text))
    await sender.close()
    turn = await db.raw.fetchval("select id from turns where room_id = $1 and status = 'queued'", room)
    await runner._run(turn)
    await runner.settled()
    await runner.stop()


async def test_the_model_writes_the_summary_and_reads_it(db: Database, openai: OpenAIServer) -> None:
    options = Settings(
        _env_file=None,
        environment="test",
        model="openai",
        openai_base_url=openai.url,
        openai_api_key="t",
        openai_model="scripted",
    )
    agent, actor = Agent(options, db), await make_actor(db)
    room = await long_room(db, actor, 60)
    openai.script(Reply("First answer."), Reply("They want a shop for plants."), Reply("Second answer."))
    await take_turn(db, agent, actor, room, "Go on")
    assert "Message 1\n" in str(openai.requests[1]["messages"][1]["content"])
    row = await db.raw.fetchrow("select * from room_summaries where room_id = $1", room)
    assert row is not None
    assert (row["text"], row["model"], row["through_seq"]) == ("They want a shop for plants.", "scripted", 50)
    assert row["prompt_version"].startswith("summary@")
    await take_turn(db, agent, actor, room, "And now?")
    asked = openai.requests[2]["messages"]
    assert "They want a shop for plants." in asked[0]["content"]
    assert [m["content"] for m in asked[1:3]] == ["Message 51", "Message 52"]
    assert len(asked) == 1 + 10 + 3  # system; 51 to 60; "Go on", its answer, "And now?"
    used = await db.raw.fetchrow("select * from assistant_usage where user_id = $1", actor.user_id)
    assert used is not None
    assert used["input_tokens"] == 3 * 11  # making the summary is counted, too
    await agent.close()


async def test_a_branch_uses_the_summary_of_what_it_shows_only(db: Database) -> None:
    actor = await make_actor(db)
    room = await long_room(db, actor, 60)
    found = await summaries.due(db, room, 0)
    assert found is not None
    assert found.through_seq == 48
    await summaries.keep(db, room, 0, found, text="All of it.", model="rules", prompt_version="x")
    assert await summaries.due(db, room, 0) is None
    for number, cut in ((1, 50), (2, 20)):
        await db.raw.execute(
            "insert into room_branches (room_id, number, kind, path_branches, path_cuts) values ($1, $2, 'edit', '{0}', array[$3::bigint])",
            room, number, cut,
        )  # fmt: skip
        turn = uuid4()
        await db.raw.execute(
            "insert into turns (id, room_id, user_id, branch) values ($1, $2, $3, $4)",
            turn,
            room,
            actor.user_id,
            number,
        )
        claimed = await turns.claim(db, turn, uuid4())
        assert claimed is not None
        assert claimed.summary == ("All of it." if cut == 50 else None)
        assert max(int(row.text.split()[1]) for row in claimed.window) == cut
        await db.raw.execute("update turns set status = 'stopped' where id = $1", turn)


def test_rules_keep_the_beginning_and_the_end() -> None:
    person = uuid4()
    card = Card(type="analysis", data={"version": 2, "health": {"score": 61}})
    said = [Said(person, "text", "I want to build a shop for plants. It is for cities.", [])]
    said += [Said(ASSISTANT_ID, "text", "Here is it.", [card]), Said(person, "event", "Confirmed: call", [])]
    text = by_rules(Due(None, said, 3))
    assert text.splitlines() == [
        "founder: I want to build a shop for plants.",
        "assistant showed analysis version 2, health 61",
        "event: Confirmed: call",
    ]
    for number in range(300):
        text = by_rules(
            Due(text, [Said(person, "text", f"Fact number {number} is worth a line of its own.", [])], 4)
        )
    assert len(text) <= LONGEST
    assert text.startswith("founder: I want to build a shop for plants.")
    assert "…" in text.splitlines()
    assert "Fact number 299" in text
