"""An agent on a real database, and the scripted model server."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from assistant.agent import Agent
from assistant.schemas import (
    AgentEvent,
    Finished,
    Notice,
    Restarted,
    TextDelta,
    ToolEnded,
    TurnContext,
    WindowMessage,
)
from core import clock
from core.actor import Actor
from core.db import Database
from core.ids import new_id
from core.settings import Settings
from services.conversations import service as conversations
from services.conversations.schemas import CreateRoom
from tests.accounts.factories import actor_for, make_user
from tests.assistant.openai_server import OpenAIServer, serve
from tests.embedding import configured_embeddings as configured_embeddings
from tests.embedding import embeddings as embeddings


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    async with serve() as server:
        yield server


@dataclass
class Answer:
    """All events of one turn."""

    events: list[AgentEvent] = field(default_factory=list)

    @property
    def finished(self) -> Finished:
        (finished,) = [event for event in self.events if isinstance(event, Finished)]
        assert self.events[-1] is finished
        return finished

    @property
    def seen(self) -> str:
        """The text as the page shows it: deltas since the last restart."""
        text = ""
        for event in self.events:
            if isinstance(event, Restarted):
                text = ""
            elif isinstance(event, TextDelta):
                text += event.text
        return text

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]

    @property
    def tools(self) -> list[tuple[str, bool]]:
        return [(event.name, event.ok) for event in self.events if isinstance(event, ToolEnded)]


@dataclass
class Chat:
    """A founder's room, and the window as it grows."""

    agent: Agent
    actor: Actor
    room_id: UUID
    window: list[WindowMessage] = field(default_factory=list)

    async def say(self, text: str, *, turn_id: UUID | None = None) -> Answer:
        """One turn."""
        self.window.append(WindowMessage(id=new_id(), role="user", text=text))
        answer = Answer()
        async for event in self.agent.run(self.context(turn_id or new_id())):
            answer.events.append(event)
        finished = answer.finished
        self.window.append(
            WindowMessage(id=new_id(), role="assistant", text=finished.text, cards=finished.cards)
        )
        return answer

    def context(self, turn_id: UUID) -> TurnContext:
        return TurnContext(
            turn_id=turn_id,
            room_id=self.room_id,
            actor=self.actor,
            timezone=self.actor.timezone,
            now=clock.now(),
            window=list(self.window),
        )


StartChat = Callable[..., Any]


@pytest.fixture
async def start_chat(db: Database, openai: OpenAIServer) -> AsyncIterator[StartChat]:
    """`await start_chat(model="openai")`: a new founder, room and agent; further arguments are settings."""

    agents: list[Agent] = []

    async def start(model: str = "openai", *, timezone: str = "Europe/Berlin", **overrides: Any) -> Chat:
        options: dict[str, Any] = {
            "environment": "test",
            "model": model,
            "openai_base_url": openai.url,
            "openai_api_key": "test",
            "openai_model": "scripted",
            "openai_timeout_seconds": 5,
            **overrides,
        }
        agent = Agent(Settings(_env_file=None, **options), db)
        agents.append(agent)
        actor = actor_for(await make_user(db, timezone=timezone))
        async with db.transaction() as session:
            room = await conversations.create_assistant_room(session, actor, CreateRoom())
        return Chat(agent, actor, room.id)

    yield start
    for agent in agents:
        await agent.close()
