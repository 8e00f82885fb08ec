"""A conversation with the assistant as a client sees it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from api.ws.client import RealtimeClient
from services.accounts.schemas import UserRead
from tests.serving import Served

PATIENCE = 150.0


@dataclass(slots=True)
class Turn:
    """What one message led to."""

    said: str
    text: str = ""
    cards: list[dict[str, Any]] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    failed_tools: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    status: str = ""
    first_token_seconds: float | None = None
    seconds: float = 0.0

    def card(self, kind: str) -> dict[str, Any] | None:
        """The data of the newest card of this type."""
        return next((card["data"] for card in reversed(self.cards) if card["type"] == kind), None)


@dataclass(slots=True)
class Dialogue:
    """One room with the assistant."""

    client: RealtimeClient
    room: UUID
    user: UserRead
    timezone: str
    http: httpx.AsyncClient
    turns: list[Turn] = field(default_factory=list)

    async def brief(self) -> dict[str, Any]:
        """The brief of this room's project; empty while there is none."""
        for project in (await self.http.get("/api/v1/projects")).json()["items"]:
            if project["room_id"] == str(self.room):
                brief: dict[str, Any] = project["brief"]
                return brief
        return {}

    async def say(self, text: str) -> Turn:
        """Send a message and wait for the end of the turn that answers it."""
        turn = Turn(text)
        mark = len(self.client.received)
        began = time.perf_counter()
        await self.client.send_message(self.room, text)
        async with asyncio.timeout(PATIENCE):
            await self._follow(turn, mark, began)
        turn.seconds = time.perf_counter() - began
        self.turns.append(turn)
        return turn

    async def _follow(self, turn: Turn, mark: int, began: float) -> None:
        position = mark
        while True:
            event = await self.client.wait_for(lambda _: True, since=position)
            position += 1
            if event.get("room") != str(self.room):
                continue
            match event["type"]:
                case "turn.delta" if turn.first_token_seconds is None:
                    turn.first_token_seconds = time.perf_counter() - began
                case "turn.tool" if event["state"] == "done":
                    turn.tools.append(event["name"])
                case "turn.tool" if event["state"] == "failed":
                    turn.failed_tools.append(event["name"])
                case "message.created" if event["message"]["turn_id"] and event["message"]["kind"] == "text":
                    message = event["message"]
                    turn.text, turn.cards = message["text"], message["cards"]
                    turn.notices = message["meta"].get("notices", [])
                    turn.status = message["meta"].get("status", "")
                case "turn.ended":
                    if not turn.status:
                        turn.status = event["status"]
                    return
                case _:
                    pass


@asynccontextmanager
async def dialogue(
    served: Served, *, timezone: str = "Europe/Berlin", **fields: Any
) -> AsyncIterator[Dialogue]:
    """A new person in a new room."""
    user, token = await served.person(timezone=timezone, **fields)
    room = await served.room(user, kind="assistant")
    async with served.socket(token) as client, served.http(token) as http:
        await client.subscribe(room, after_seq=0)
        yield Dialogue(client, room, user, timezone, http)
