"""Projects and rooms for tests."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.ids import new_id
from services.conversations import service as conversations
from services.conversations.schemas import CreateRoom
from services.projects import extraction, service
from services.projects.schemas import BriefPatch, ProjectBrief, ProjectRead

# A Tuesday.
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TELEHEALTH = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."


def read(
    text: str, *, brief: ProjectBrief | None = None, timezone: str = "UTC", currency: str | None = None
) -> BriefPatch:
    """The patch of a message, on a fixed day."""
    return extraction.read(text, now=NOW, timezone=timezone, currency_hint=currency, brief=brief)


async def make_room(session: AsyncSession, actor: Actor) -> UUID:
    return (await conversations.create_assistant_room(session, actor, CreateRoom())).id


async def make_project(session: AsyncSession, actor: Actor, text: str = TELEHEALTH) -> ProjectRead:
    """A project in a room of its own, started by a message."""
    room_id = await make_room(session, actor)
    return await service.revise(session, actor, room_id, read(text), message_id=new_id(), turn_id=new_id())
