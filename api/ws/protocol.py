"""The realtime protocol, version 1: one model per frame type.

Clients send one command per text frame; each carries an `id` of the client's choice and is answered by `ack` or
`error` with the same `id`. A server frame holds one or more events as newline-delimited JSON. Durable events carry
`seq`, gapless and increasing per room; ephemeral ones carry none and may be lost.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.conversations.assistant_schemas import ReviseMessage
from services.conversations.schemas import (
    EditMessage,
    SendMessage,
    SetDraft,
    SetPin,
    SetReaction,
)

SUBPROTOCOL = "sextant.v1"
VERSION = 1
MAX_FRAME = 64 * 1024
MAX_SUBSCRIPTIONS = 200
HEARTBEAT_SECONDS = 25

Seq = Annotated[int, Field(ge=0, le=2**62)]


class Command(BaseModel):
    """What every command carries. Unknown fields are refused, so that a typo is not silence."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)


class Hello(Command):
    """Says who is there, where no cookie does. The first frame."""

    type: Literal["hello"]
    token: str = Field(min_length=8, max_length=512)


class Subscribe(Command):
    """Follow a room: replays what came after `after_seq`, goes live, and acknowledges at that moment. Without
    `after_seq`, live only."""

    type: Literal["subscribe"]
    room: UUID
    after_seq: Seq | None = None


class Unsubscribe(Command):
    type: Literal["unsubscribe"]
    room: UUID


class MessageSend(Command, SendMessage):
    """Send a message; the same `client_id` again stores nothing twice and gets the stored message back."""

    type: Literal["message.send"]
    room: UUID


class MessageEdit(Command, EditMessage):
    """Change the words of one's own message."""

    type: Literal["message.edit"]
    room: UUID
    message: UUID


class MessageDelete(Command):
    type: Literal["message.delete"]
    room: UUID
    message: UUID


class ReactionSet(Command, SetReaction):
    """Put a reaction to a message, or take it back."""

    type: Literal["reaction.set"]
    room: UUID
    message: UUID


class PinSet(Command, SetPin):
    """Pin a message, or take the pin out."""

    type: Literal["pin.set"]
    room: UUID
    message: UUID


class DraftSet(Command, SetDraft):
    """Keep what one has begun to write; it follows to one's other devices."""

    type: Literal["draft.set"]
    room: UUID


class Read(Command):
    """Move the read mark of the room forward."""

    type: Literal["read"]
    room: UUID
    seq: Seq


class Typing(Command):
    type: Literal["typing"]
    room: UUID


class TurnStop(Command):
    """Stop the assistant; what it has said so far stays."""

    type: Literal["turn.stop"]
    turn: UUID


class AnswerAgain(Command):
    """Have an answer of the assistant given again, on a branch of its own."""

    type: Literal["answer.again"]
    message: UUID


class MessageRevise(Command, ReviseMessage):
    """Put an earlier message to the assistant differently, on a branch of its own."""

    type: Literal["message.revise"]
    message: UUID


class BranchSelect(Command):
    """Show another branch of the conversation, and go on there."""

    type: Literal["branch.select"]
    room: UUID
    number: Annotated[int, Field(ge=0, le=10_000)]


class ProposalConfirm(Command):
    type: Literal["proposal.confirm"]
    proposal: UUID
    edits: dict[str, Any] = Field(default_factory=dict, max_length=20)


class ProposalDecline(Command):
    type: Literal["proposal.decline"]
    proposal: UUID


class Ping(Command):
    type: Literal["ping"]


AnyCommand = Annotated[
    Hello
    | Subscribe
    | Unsubscribe
    | MessageSend
    | MessageEdit
    | MessageDelete
    | ReactionSet
    | PinSet
    | DraftSet
    | Read
    | Typing
    | TurnStop
    | AnswerAgain
    | MessageRevise
    | BranchSelect
    | ProposalConfirm
    | ProposalDecline
    | Ping,
    Field(discriminator="type"),
]
COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)

# What clients send most; they write the type first.
SEND = b'{"type":"message.send",'
MESSAGE_SEND: TypeAdapter[MessageSend] = TypeAdapter(MessageSend)
