"""What the server sends, version 1 of the protocol: answers, durable events with `seq`, and ephemeral ones without."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.conversations.assistant_schemas import ProposalRead
from services.conversations.schemas import (
    BranchRead,
    Card,
    MemberRead,
    MessageRead,
    Notify,
)
from services.notifications.notices import NotificationRead


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
    """The command was carried out. Further fields by command: `message` and `duplicate` (message.send), `unanswered`
    (message.send that names an assistant who will not answer: see `unanswered` of `POST /rooms/{id}/messages`), `message`
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


class ProfileChanged(BaseModel):
    """To all devices of a CTO: their profile has another status now, by themselves or by an operator. Read it again."""

    type: Literal["profile.changed"]
    status: Literal["draft", "submitted", "approved", "paused", "suspended"]


class ReviewsPublished(BaseModel):
    """To both sides of a held call: both reviews are in, or the seven days are over. What there is can be read."""

    type: Literal["reviews.published"]
    booking_id: UUID


class BookingChanged(BaseModel):
    """To all devices of a call's client and expert: the booking has another status now. Read it again."""

    type: Literal["booking.changed"]
    booking_id: UUID
    status: Literal["held", "confirmed", "cancelled", "expired", "completed", "refunded"]


class PaymentChanged(BaseModel):
    """To all devices of the payer: the payment has another status now. Read it again."""

    type: Literal["payment.changed"]
    payment_id: UUID
    status: Literal["open", "paid", "partly_refunded", "refunded", "expired"]


class Unread(BaseModel):
    """To all devices of one person, when their read mark moved."""

    type: Literal["unread"]
    room: UUID
    unread: int
    mentions: int
    read_seq: int


class RoomActivity(BaseModel):
    """To members who do not follow the room at the moment: its newest message, when it is new (`no` is then the room's
    number of messages) or has changed. `mentions`: whom it names, and those before it that were sent with it."""

    type: Literal["room.activity"]
    room: UUID
    seq: int
    no: int
    sender_id: UUID
    mentions: list[UUID]
    preview: str
    deleted: bool
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
    | ProfileChanged
    | ReviewsPublished
    | BookingChanged
    | PaymentChanged
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
