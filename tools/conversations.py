"""Talking to people: which conversations there are, what was missed, and messages that the founder sends."""

from typing import Annotated
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.actor import Scope
from services.conversations import catching_up, messaging, service
from services.conversations.catching_up import Begins
from services.conversations.schemas import Card, RoomKind
from tools.context import ToolContext
from tools.describe import data, local
from tools.registry import ToolResult, declare

MOST_ROOMS = 20


class ListConversations(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid")


class ProposeMessage(BaseModel):
    """A message to put before the founder."""

    model_config = ConfigDict(extra="forbid")

    room_id: UUID = Field(description="`id` of a conversation from list_conversations")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)] = Field(
        description="The whole message, in the founder's name"
    )


class CatchUp(BaseModel):
    """Nothing to choose: it is about the conversation this is said in, and the person who asks."""

    model_config = ConfigDict(extra="forbid")


@declare(args=ListConversations, scope=Scope.CONVERSATIONS_READ, label="Looking at your conversations")
async def list_conversations(context: ToolContext, args: ListConversations) -> ToolResult:
    """The founder's conversations with people, newest first, with ids for propose_message and what is unread. It cannot
    show anybody else's."""
    async with context.db.transaction() as session:
        page = await service.list_rooms(session, context.actor, None, MOST_ROOMS)
    rooms = [room for room in page.items if room.kind is not RoomKind.ASSISTANT]
    if not rooms:
        return "No conversations with people yet: one opens with each booked call.", None
    lines = []
    for room in rooms:
        people = ", ".join(m.name for m in room.members if m.user_id != context.actor.user_id)
        said = f" Last: {room.last_message.text[:160]}" if room.last_message else ""
        lines.append(f"{room.id}: {room.title} with {people}; {room.unread} unread.{said}")
    return data("conversations", "\n".join(lines), 6000), None


@declare(args=ProposeMessage, scope=Scope.CONVERSATIONS_WRITE, label="Drafting a message")
async def propose_message(context: ToolContext, args: ProposeMessage) -> ToolResult:
    """Draft a message to the people of one of the founder's conversations, as a proposal card. The founder edits and
    sends it with a button; nothing is sent before that. Take `room_id` from list_conversations."""
    async with context.db.transaction() as session:
        proposal = await messaging.propose(
            session,
            context.actor,
            context.room_id,
            to_room_id=args.room_id,
            text=args.text,
            key=f"message:{context.turn_id}:{args.room_id}:{uuid5(context.turn_id, args.text)}",
            turn_id=context.turn_id,
        )
    card = Card(type="proposal", data=proposal.model_dump(mode="json"))
    return f"Draft {proposal.id} is shown as a card. It is not sent until the founder presses Send.", card


def since(found: catching_up.Missed) -> str:
    """Where what was missed begins, in words about the person who asks."""
    day = f" {found.since.day} {found.since:%B}" if found.since else ""
    return {
        Begins.READ: f"after what they had read, up to{day}",
        Begins.WROTE: f"since they last wrote on{day}",
        Begins.TOLD: f"since you told them on{day}",
        Begins.ROOM: "since this conversation began",
    }[found.begins]


@declare(args=CatchUp, scope=Scope.CONVERSATIONS_READ, label="Reading what you missed", shared=True)
async def catch_up(context: ToolContext, args: CatchUp) -> ToolResult:
    """What others said in this conversation that the person who asks had not read when they came. Its card lists the messages that seem
    to matter most, with links. Sum up what was decided, asked and left open, and name who said it."""
    async with context.db.transaction() as session:
        found = await catching_up.missed(session, context.actor, context.room_id, context.message_id)
    if not found.messages:
        return f"Nothing was said by others {since(found)}.", None
    lines = [
        f"{'*' if message.highlight else ' '} {local(message.at, context.timezone)} {message.name}: {message.text}"
        for message in found.messages
    ]
    card = Card(
        type=catching_up.CARD,
        data={
            **found.model_dump(mode="json", exclude={"messages"}),
            "items": [m.model_dump(mode="json") for m in found.messages if m.highlight],
        },
    )
    return (
        f"{'They had read everything. ' * found.read}{found.count} messages {since(found)} (* = seems to matter):\n{data('messages', chr(10).join(lines), 12_000)}",
        card,
    )
