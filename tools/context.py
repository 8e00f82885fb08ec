"""What a tool knows about the turn it runs in. Identity comes from here and never from a model's arguments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.actor import Actor
from core.db import Database


@dataclass(slots=True, kw_only=True)
class ToolContext:
    """The person a turn acts for, and where.

    `message_id` and `message_text` are the founder's message that the turn answers: facts are recorded with it.
    `heard` is everything the founder wrote in the window, so that a tool can tell their words from invented ones. `turn_id` marks every
    side effect, so that a turn that runs again after a crash repeats none. `now` is aware, UTC.
    """

    db: Database
    actor: Actor
    room_id: UUID
    turn_id: UUID
    message_id: UUID | None
    message_text: str
    heard: str
    now: datetime
    timezone: str
