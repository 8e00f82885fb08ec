"""What goes into a turn and what comes out of it. The runner stores and publishes; the agent only produces these.

Events of one turn, in order: any number of `TextDelta`, `ToolStarted`/`ToolEnded` pairs, `Notice` and `Restarted`,
then exactly one `Finished`. `Agent.run` raises only `asyncio.CancelledError`: every other fault ends in a usable
`Finished`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.actor import Actor
from services.conversations.schemas import Card

__all__ = [
    "AgentEvent",
    "Card",
    "Finished",
    "Notice",
    "Restarted",
    "TextDelta",
    "ToolEnded",
    "ToolStarted",
    "TurnContext",
    "Usage",
    "WindowMessage",
]


@dataclass(frozen=True, slots=True)
class WindowMessage:
    """One message of the bounded window, oldest first. `event` is something that happened (a proposal confirmed).
    Among people (`TurnContext.shared`) `user` is who asks the assistant, `other` what the people say to each other, and
    `name` who says it."""

    id: UUID
    role: Literal["user", "assistant", "event", "other"]
    text: str
    cards: list[Card] = field(default_factory=list)
    created_at: datetime | None = None
    name: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class TurnContext:
    """Everything a turn needs. The last `user` messages of the window are what it answers."""

    turn_id: UUID
    room_id: UUID
    actor: Actor
    timezone: str
    now: datetime
    window: list[WindowMessage]
    summary: str | None = None
    summarised_through: int = 0
    attempt: int = 1
    shared: bool = False
    branch: int = 0
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the model's server counted them (0 with the guided model)."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool call begins. `label` is for people ("Looking for CTOs")."""

    call_id: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool call is over; `card` is what it shows to the person."""

    call_id: str
    name: str
    ok: bool
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line for the person beside the reply ("OpenAI did not answer; the built-in guide took over")."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The reply starts over: whatever text was sent so far is void. Cards of finished tools stay."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole reply. `cost_microusd` is 0 where the model's price is not known or there is none."""

    text: str
    cards: list[Card]
    usage: Usage
    model: str
    prompt_version: str
    cost_microusd: int = 0


AgentEvent = TextDelta | ToolStarted | ToolEnded | Notice | Restarted | Finished
