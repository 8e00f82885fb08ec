"""Answers given again and messages put differently: nothing lost, each version where it was."""

from uuid import UUID, uuid4

import pytest

from assistant.runner import Runner
from core.errors import Conflict, Forbidden, NotFound
from core.ids import ASSISTANT_ID
from services.conversations import branches, log, quotas, service
from services.conversations.assistant_schemas import Branched, ReviseMessage
from services.conversations.schemas import RoomRead
from tests.accounts.factories import make_actor
from tests.conversations.test_turns import Scene, scene

__all__ = ["scene"]


async def message_id(scene: Scene, text: str) -> UUID:
    found: UUID = await scene.db.raw.fetchval(
        "select id from messages where room_id = $1 and text = $2 order by seq desc limit 1", scene.room, text
    )
    return found


async def revise(scene: Scene, old: str, new: str, ended: int) -> Branched:
    target = await message_id(scene, old)
    async with scene.db.transaction() as session:
        made = await branches.revise(session, scene.ada, target, ReviseMessage(client_id=uuid4(), text=new))
    await scene.until("turn.ended", ended)
    return made


async def again(scene: Scene, answer: str, ended: int) -> Branched:
    target = await message_id(scene, answer)
    async with scene.db.transaction() as session:
        made = await branches.regenerate(session, scene.ada, target)
    await scene.until("turn.ended", ended)
    return made


async def room(scene: Scene) -> RoomRead:
    async with scene.db.transaction() as session:
        return await service.get(session, scene.ada, scene.room)


async def shown(scene: Scene, number: int | None = None) -> list[str]:
    """The texts on a branch, as a client works them out."""
    read = await room(scene)
    paths = {branch.number: branch.path for branch in read.branches} or {0: {}}
    at = read.branch if number is None else number
    rows = await scene.db.raw.fetch(
        "select text, branch, seq from messages where room_id = $1 order by seq", scene.room
    )
    line = branches.Line(at, paths[at])
    return [row["text"] for row in rows if line.shows(row["branch"], row["seq"])]


def window(scene: Scene) -> list[str]:
    return [message.text for message in scene.agent.contexts[-1].window]


async def test_an_edited_message_is_a_branch_and_nothing_is_lost(scene: Scene) -> None:
    await scene.say("one")
    await scene.until("turn.ended")
    await scene.say("two")
    await scene.until("turn.ended", 2)
    first = await revise(scene, "two", "zwei", 3)
    assert first.message is not None
    assert first.message.branch == first.branch.number == 1
    assert window(scene) == ["one", "You said one", "zwei"]
    assert await shown(scene) == ["one", "You said one", "zwei", "You said zwei"]
    assert await shown(scene, 0) == ["one", "You said one", "two", "You said two"]

    await scene.say("three")  # goes on where one is
    await scene.until("turn.ended", 4)
    assert window(scene) == ["one", "You said one", "zwei", "You said zwei", "three"]

    # A version of a version belongs to the same message, and leaves where that one did.
    second = await revise(scene, "zwei", "deux", 5)
    assert second.branch.message_id == first.branch.message_id == await message_id(scene, "two")
    assert second.branch.path == first.branch.path
    assert await shown(scene) == ["one", "You said one", "deux", "You said deux"]

    # A message that a branch has inherited can be edited from there, too.
    third = await revise(scene, "one", "uno", 6)
    assert third.branch.path == {0: 0}
    assert window(scene) == ["uno"]

    async with scene.db.transaction() as session:
        await branches.choose(session, scene.ada, scene.room, 1)
    await scene.say("four")
    await scene.until("turn.ended", 7)
    assert window(scene)[-3:] == ["three", "You said three", "four"]
    read = await room(scene)
    assert read.branch == 1
    assert [b.number for b in read.branches] == [0, 1, 2, 3]
    kinds = [e.body for e in scene.events if e.type == "branch.selected" and e.body]
    assert [body["branch"] for body in kinds] == [1, 2, 3, 1]
    replayed = [e for e in await log.events_after(scene.db, scene.room, 0) if e["type"] == "branch.selected"]
    assert [e["branches"] for e in replayed] == [body["branches"] for body in kinds]


async def test_an_answer_given_again_answers_the_same(scene: Scene) -> None:
    scene.agent.gate.clear()
    await scene.say("first")
    await scene.agent.speaking.wait()
    await scene.say("second")
    scene.agent.gate.set()
    await scene.until("turn.ended", 2)
    assert window(scene) == ["first", "You said first", "second"]
    made = await again(scene, "You said second", 3)
    assert window(scene) == ["first", "You said first", "second"]
    assert made.branch.kind == "answer"
    assert len(await scene.answers()) == 3
    assert await shown(scene) == ["first", "second", "You said first", "You said second"]

    # Again, and of a version: the same group.
    newest = await message_id(scene, "You said second")
    async with scene.db.transaction() as session:
        more = await branches.regenerate(session, scene.ada, newest)
    await scene.until("turn.ended", 4)
    assert more.branch.message_id == made.branch.message_id
    assert more.branch.path == made.branch.path
    # Going on from here, the next turn reads this branch alone.
    await scene.say("third")
    await scene.until("turn.ended", 5)
    assert window(scene) == ["first", "second", "You said first", "You said second", "third"]


async def test_who_may_and_when(scene: Scene) -> None:
    await scene.say("mine")
    await scene.until("turn.ended")
    answer, mine = await message_id(scene, "You said mine"), await message_id(scene, "mine")
    stranger = await make_actor(scene.db)
    words = ReviseMessage(client_id=uuid4(), text="other")
    async with scene.db.transaction() as session:
        for refused in (
            branches.regenerate(session, stranger, answer),
            branches.revise(session, stranger, mine, words),
            branches.choose(session, stranger, scene.room, 0),
            branches.choose(session, scene.ada, scene.room, 7),
            branches.revise(session, scene.ada, uuid4(), words),
        ):
            with pytest.raises(NotFound):
                await refused
        with pytest.raises(Forbidden):
            await branches.revise(session, scene.ada, answer, words)
        with pytest.raises(Conflict, match="Only an answer"):
            await branches.regenerate(session, scene.ada, mine)
    scene.agent.gate.clear()
    scene.agent.speaking.clear()
    await scene.say("wait")
    await scene.agent.speaking.wait()
    async with scene.db.transaction() as session:
        with pytest.raises(Conflict) as refused_now:
            await branches.regenerate(session, scene.ada, answer)
    assert refused_now.value.code == "turn_running"
    scene.agent.gate.set()
    await scene.until("turn.ended", 2)


async def test_the_same_edit_again_makes_nothing_twice(scene: Scene) -> None:
    await scene.say("one")
    await scene.until("turn.ended")
    target, words = await message_id(scene, "one"), ReviseMessage(client_id=uuid4(), text="uno")
    async with scene.db.transaction() as session:
        first = await branches.revise(session, scene.ada, target, words)
    await scene.until("turn.ended", 2)
    async with scene.db.transaction() as session:
        second = await branches.revise(session, scene.ada, target, words)
    assert (second.turn_id, second.branch.number) == (first.turn_id, first.branch.number)
    assert second.message is not None
    assert first.message is not None
    assert second.message.id == first.message.id
    assert len((await room(scene)).branches) == 2
    async with scene.db.transaction() as session:
        assert (await quotas.read(session, scene.ada)).messages.used == 2


async def test_answers_of_a_branch_survive_their_process(scene: Scene) -> None:
    """The turn of a branch comes back like any other: with the branch it was asked on."""
    await scene.say("one")
    await scene.until("turn.ended")
    scene.agent.gate.clear()
    scene.agent.speaking.clear()
    answer = await message_id(scene, "You said one")
    async with scene.db.transaction() as session:
        made = await branches.regenerate(session, scene.ada, answer)
    await scene.agent.speaking.wait()
    await scene.runner.stop()  # gives the lease back
    row = await scene.db.raw.fetchrow("select status, branch from turns where id = $1", made.turn_id)
    assert row is not None
    assert (row["status"], row["branch"]) == ("running", 1)
    scene.agent.gate.set()
    scene.runner = Runner(scene.db, scene.agent)
    scene.runner.start()
    await scene.until("turn.ended", 2)
    assert window(scene) == ["one"]
    texts = await scene.db.raw.fetch(
        "select branch from messages where sender_id = $1 and room_id = $2 order by seq",
        ASSISTANT_ID,
        scene.room,
    )
    assert [row["branch"] for row in texts] == [0, 1]
