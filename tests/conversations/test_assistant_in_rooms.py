"""@assistant among people: answers whoever asks, knows only what all of them may see, says what was missed."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.actor import Actor, Role, Scope
from services.conversations import turns
from services.conversations.schemas import asks_assistant, without_mention
from tests.serving import Served, serving
from tools.registry import offered, specs


@pytest.fixture(scope="module")
async def served(database_url: str) -> AsyncIterator[Served]:
    async with serving(database_url, assistant=True, model="guided", rate_limit_scale=1000) as server:
        yield server


async def say(served: Served, token: str, room: UUID, text: str) -> None:
    async with served.http(token) as http:
        sent = await http.post(
            f"/api/v1/rooms/{room}/messages", json={"client_id": str(uuid4()), "text": text}
        )
        sent.raise_for_status()


async def ask(served: Served, token: str, room: UUID, text: str) -> dict[str, Any]:
    """Mention the assistant and wait for its message."""
    async with served.socket(token) as socket, served.http(token) as http:
        await socket.subscribe(room)
        await socket.send_message(room, text)
        ended = await socket.wait_for(lambda e: e["type"] == "turn.ended")
        page = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        return next(item for item in page if item["id"] == ended["message_id"])


def test_what_counts_as_a_mention() -> None:
    for text in ("@assistant hi", "hey @Assistant, catch me up", "(@sextant)", "@assistant"):
        assert asks_assistant(text), text
    for text in (
        "mail me at bob@assistant.example",
        "assistant",
        "@assistants",
        "https://x.example/@assistant",
        "@@assistant",
    ):
        assert not asks_assistant(text), text
    assert without_mention("@assistant, catch me up") == "catch me up"


async def test_catch_me_up_names_what_matters_with_links(served: Served) -> None:
    ada, token = await served.person(name="Ada Founder")
    bob, bobs = await served.person(name="Bob Builder")
    room = await served.room(ada, bob, kind="project")
    await say(served, token, room, "Hello Bob")
    for text in (
        "Morning!",
        "ok",
        "Ada, can you confirm the budget of $80k by Friday?",
        "hm",
        "nice",
        "fine",
        "sure",
        "We decided to go with PostgreSQL.",
    ):
        await say(served, bobs, room, text)
    answer = await ask(served, token, room, "@assistant catch me up, please")
    assert "8 messages" in answer["text"]
    assert "Bob Builder: Ada, can you confirm the budget of $80k by Friday?" in answer["text"]
    assert "We decided to go with PostgreSQL" in answer["text"]
    assert "no language model" in answer["text"]
    (card,) = answer["cards"]
    assert (card["type"], card["data"]["count"]) == ("catch_up", 8)
    page_ids = {item["message_id"] for item in card["data"]["items"]}
    async with served.http(bobs) as http:  # the links lead to messages that every member can read
        known = {item["id"] for item in (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]}
    assert page_ids <= known
    assert len(page_ids) == 6

    draft = await ask(served, token, room, "@assistant draft a follow-up")
    assert "nothing open here" in draft["text"]  # nobody has written since
    await say(served, bobs, room, "Shall we use Kubernetes?")
    draft = await ask(served, token, room, "@assistant draft a follow-up")
    assert "> Hi Bob, following up on “Shall we use Kubernetes?”" in draft["text"]
    assert draft["cards"][0]["type"] == "catch_up"


async def test_what_others_ask_the_assistant_is_not_missed_and_who_came_later_is_told_so(
    served: Served,
) -> None:
    ada, token = await served.person(name="Ada Founder")
    bob, bobs = await served.person(name="Bob Builder")
    room = await served.room(ada, bob, kind="project")
    await say(served, token, room, "Shall we go with PostgreSQL?")
    nothing = await ask(served, token, room, "@assistant what did I miss?")
    assert "Nobody else has written" in nothing["text"]
    answer = await ask(served, bobs, room, "@assistant catch me up")
    assert "You missed 1 message from Ada Founder since this conversation began." in answer["text"]
    assert [item["text"] for item in answer["cards"][0]["data"]["items"]] == ["Shall we go with PostgreSQL?"]
    draft = await ask(served, token, room, "@assistant draft a follow-up")
    assert "nothing open here" in draft["text"], "that Bob has asked the assistant is no open question"
    await ask(served, bobs, room, "Yes, and @assistant may remind us")
    answer = await ask(served, token, room, "@assistant catch me up")
    since = datetime.fromisoformat(answer["cards"][0]["data"]["since"])
    assert f"since you last wrote on {since.day} {since:%B}." in answer["text"]
    assert "Bob Builder: Yes, and @assistant may remind us" in answer["text"]


async def test_it_is_silent_until_mentioned_and_strangers_cannot_ask(served: Served) -> None:
    ada, token = await served.person()
    bob, _ = await served.person()
    _, stranger = await served.person()
    room = await served.room(ada, bob, kind="direct")
    await say(served, token, room, "What would it cost?")
    assert await served.runtime.db.raw.fetchval("select count(*) from turns where room_id = $1", room) == 0
    async with served.http(stranger) as http:
        refused = await http.post(
            f"/api/v1/rooms/{room}/messages",
            json={"client_id": str(uuid4()), "text": "@assistant catch me up"},
        )
    assert refused.status_code == 404
    assert await served.runtime.db.raw.fetchval("select count(*) from turns where room_id = $1", room) == 0


async def test_nothing_of_ones_own_is_shown_among_people(served: Served) -> None:
    """The asker's project, bookings and other conversations exist; in the room neither tools nor prompt have them."""
    ada, token = await served.person(name="Ada")
    bob, _ = await served.person(name="Bob")
    private = await served.room(ada, kind="assistant")
    await ask(served, token, private, "A telehealth app called Glukosecret for diabetics, $80k budget.")
    room = await served.room(ada, bob, kind="direct")
    for question in (
        "@assistant what is my project and its budget?",
        "@assistant show my bookings and payments",
        "@assistant list my conversations and what is in them",
        "@assistant book the first CTO for me",
    ):
        answer = await ask(served, token, room, question)
        assert "Glukosecret" not in str(answer)
        assert "80" not in answer["text"]
        assert answer["cards"] == []
    price = await ask(served, token, room, "@assistant how much does the call cost?")
    assert "You pay for calls" in price["text"], "what is the same for everybody is said"
    turn = await served.runtime.db.raw.fetchval("select id from turns where room_id = $1 limit 1", room)
    await served.runtime.db.raw.execute("update turns set status = 'queued' where id = $1", turn)
    claimed = await turns.claim(served.runtime.db, turn, uuid4())
    assert claimed is not None
    assert claimed.shared
    assert claimed.actor.scopes == {Scope.CONVERSATIONS_READ, Scope.EXPERTS_READ, Scope.PROJECTS_READ}
    names = [spec.name for spec in offered(claimed.actor, shared=True)]
    assert names == ["catch_up", "find_ctos", "list_slots"]
    assert (
        await served.runtime.db.raw.fetchval("select count(*) from proposals where room_id = $1", room) == 0
    )


def test_every_tool_declares_its_scope_and_is_not_offered_without_it() -> None:
    everything = frozenset(Scope)
    for name, spec in specs().items():
        assert isinstance(spec.scope, Scope), name
        assert spec.label, name
        assert len(spec.tool.description) > 40, name
        assert spec.args.model_config.get("extra") == "forbid", name
        without = Actor(uuid4(), Role.USER, everything - {spec.scope})
        assert spec not in offered(without), name
        assert spec in offered(Actor(uuid4(), Role.USER, everything)), name
    assert {"list_payments", "propose_payment", "propose_cancellation", "propose_message"} <= set(specs())
