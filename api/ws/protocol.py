"""The realtime protocol, version 1: one model per frame type.

Clients send one command per text frame; each carries an `id` of the client's choice and is answered by `ack` or
`error` with the same `id`. A server frame holds one or more events as newline-delimited JSON. Durable events carry
`seq`, gapless and increasing per room; ephemeral ones carry none and may be lost.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.conversations.schemas import (
    BranchRead,
    Card,
    EditMessage,
    MemberRead,
    MessageRead,
    Notify,
    ProposalRead,
    ReviseMessage,
    SendMessage,
    SetDraft,
    SetPin,
    SetReaction,
)
from services.notifications.notices import NotificationRead

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


class PersonBrief(BaseModel):
    id: UUID
    name: str
    role: str


class Welcome(BaseModel):
    """The first frame from the server, once it knows who is there."""

    type: Literal["welcome"]
    protocol: Literal[1]
    user: PersonBrief
    heartbeat_seconds: int


class Ack(BaseModel):
    """The command was carried out. Further fields by command: `message` and `duplicate` (message.send), `message`
    (message.*, reaction.set, pin.set), `seq` (subscribe: the last one replayed), `unread` and `mentions` (read),
    `updated_at` (draft.set), `proposal` (proposal.*)."""

    model_config = ConfigDict(extra="allow")

    type: Literal["ack"]
    id: str


class Error(BaseModel):
    """The command was refused. `id` is null when the frame had none that could be read."""

    model_config = ConfigDict(extra="allow")

    type: Literal["error"]
    id: str | None
    code: str
    message: str


class Reset(BaseModel):
    """Too much was missed to replay: fetch the room and its messages again; events go on from `seq`."""

    type: Literal["reset"]
    room: UUID
    seq: int


class Closing(BaseModel):
    """The server is about to close: reconnect after about this long."""

    type: Literal["closing"]
    reconnect_ms: int


class DurableEvent(BaseModel):
    room: UUID
    seq: int
    at: datetime


class MessageCreated(DurableEvent):
    type: Literal["message.created"]
    message: MessageRead


class MessageEdited(DurableEvent):
    """The message as it is now. `edited_at` is set when a person changed it, not when a link preview came or went."""

    type: Literal["message.edited"]
    message: MessageRead


class MessageDeleted(DurableEvent):
    """`message` is what is left: its place."""

    type: Literal["message.deleted"]
    message: MessageRead


class ReactionChanged(DurableEvent):
    type: Literal["reaction.changed"]
    message: MessageRead


class PinChanged(DurableEvent):
    """The message was pinned, or its pin was taken out (`pinned_at` is null)."""

    type: Literal["pin.changed"]
    message: MessageRead


class MemberJoined(DurableEvent):
    type: Literal["member.joined"]
    member: MemberRead


class MemberUpdated(DurableEvent):
    """A member has another role now."""

    type: Literal["member.updated"]
    member: MemberRead


class MemberLeft(DurableEvent):
    """`removed_by` is set when it was not their own doing."""

    type: Literal["member.left"]
    user_id: UUID
    removed_by: UUID | None = None


class ProposalCreated(DurableEvent):
    type: Literal["proposal.created"]
    proposal: ProposalRead


class ProposalResolved(DurableEvent):
    type: Literal["proposal.resolved"]
    proposal: ProposalRead


class RoomUpdated(DurableEvent):
    type: Literal["room.updated"]
    changes: dict[str, Any]


class BranchSelected(DurableEvent):
    """The room shows the branch `branch`; `branches` are those that are new or have changed."""

    type: Literal["branch.selected"]
    branch: int
    branches: list[BranchRead]


class TurnEvent(BaseModel):
    room: UUID
    turn: UUID


class TurnStarted(TurnEvent):
    """The assistant begins (again): text of this turn received before is void."""

    type: Literal["turn.started"]
    attempt: int


class TurnDelta(TurnEvent):
    """More text. `offset` counts the code points of the turn's text before it."""

    type: Literal["turn.delta"]
    offset: int
    text: str


class TurnTool(TurnEvent):
    type: Literal["turn.tool"]
    call: str
    name: str
    label: str
    state: Literal["started", "done", "failed"]
    card: Card | None = None


class TurnNotice(TurnEvent):
    type: Literal["turn.notice"]
    text: str


class TurnEnded(TurnEvent):
    """The turn is over; its message, if there is one, has been sent before this."""

    type: Literal["turn.ended"]
    status: Literal["done", "stopped", "failed"]
    message_id: UUID | None = None


class TypingEvent(BaseModel):
    type: Literal["typing"]
    room: UUID
    user_id: UUID


class Receipt(BaseModel):
    """A member has read up to `seq`."""

    type: Literal["receipt"]
    room: UUID
    user_id: UUID
    seq: int


class Presence(BaseModel):
    """Members who are there now, and who went. `all`: whoever is not in `online` is away."""

    type: Literal["presence"]
    room: UUID
    online: list[UUID]
    offline: list[UUID]
    all: bool


class Draft(BaseModel):
    """To all devices of one person: what they have begun to write. `text` is null when it is too long to be carried:
    read it then. `origin` is what the device that wrote it called itself."""

    type: Literal["draft"]
    room: UUID
    text: str | None
    reply_to: UUID | None
    updated_at: datetime
    origin: str


class AccountChanged(BaseModel):
    """To all devices of one person: their name, photo, address or role is another now. Read the account again."""

    type: Literal["account.changed"]
    role: Literal["guest", "user", "cto", "admin"]


class Unread(BaseModel):
    """To all devices of one person, when their read mark moved."""

    type: Literal["unread"]
    room: UUID
    unread: int
    mentions: int
    read_seq: int


class RoomActivity(BaseModel):
    """To members who do not follow the room at the moment: its newest message."""

    type: Literal["room.activity"]
    room: UUID
    seq: int
    no: int
    sender_id: UUID
    mentions: list[UUID]
    preview: str
    at: datetime


class RoomAdded(BaseModel):
    """The person is now a member of this room."""

    type: Literal["room.added"]
    room: UUID


class Notification(BaseModel):
    """A line of the person's notifications, new or added to, and how many are unread now."""

    type: Literal["notification"]
    notification: NotificationRead
    unread: int


class NotificationsRead(BaseModel):
    """Lines were read on one of the person's devices: those of `ids`, or all (null)."""

    type: Literal["notifications.read"]
    ids: list[UUID] | None
    unread: int


class RoomRemoved(BaseModel):
    """The person is not a member of this room any more."""

    type: Literal["room.removed"]
    room: UUID


class RoomSettingsChanged(BaseModel):
    """To all devices of one person: how they see the room now."""

    type: Literal["room.settings"]
    room: UUID
    notify: Notify
    archived: bool
    can_send: bool


AnyEvent = Annotated[
    Welcome
    | Ack
    | Error
    | Reset
    | Closing
    | MessageCreated
    | MessageEdited
    | MessageDeleted
    | ReactionChanged
    | PinChanged
    | MemberJoined
    | MemberUpdated
    | MemberLeft
    | ProposalCreated
    | ProposalResolved
    | RoomUpdated
    | BranchSelected
    | TurnStarted
    | TurnDelta
    | TurnTool
    | TurnNotice
    | TurnEnded
    | TypingEvent
    | Receipt
    | Presence
    | Draft
    | AccountChanged
    | Unread
    | RoomActivity
    | RoomAdded
    | Notification
    | NotificationsRead
    | RoomRemoved
    | RoomSettingsChanged,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
