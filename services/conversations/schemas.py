"""What conversations take and give: rooms, members, messages, turns, proposals, cards."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_TEXT = 8_000
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class RoomKind(StrEnum):
    """`assistant`: one person and the assistant, which answers every message. In the other kinds people talk."""

    ASSISTANT = "assistant"
    DIRECT = "direct"
    PROJECT = "project"
    SUPPORT = "support"


class Card(BaseModel):
    """A typed block for the person beside the text: `analysis`, `matches`, `proposal` or `booking`."""

    type: str
    data: dict[str, Any]


class MemberRead(BaseModel):
    """Someone in a room."""

    user_id: UUID
    name: str
    role: str = Field(description="owner, member or assistant: the role in this room")
    account_role: str = Field(description="guest, user, cto, admin or assistant")
    avatar_url: str | None = None
    is_demo: bool = False
    joined_at: datetime
    read_seq: int


class MessageRead(BaseModel):
    """A message. A deleted one keeps its place, without text and cards."""

    id: UUID
    room_id: UUID
    seq: int
    no: int
    sender_id: UUID
    kind: str
    text: str
    cards: list[Card]
    client_id: UUID
    reply_to: UUID | None = None
    turn_id: UUID | None = None
    meta: dict[str, Any]
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class RoomRead(BaseModel):
    """A room as one of its members sees it."""

    id: UUID
    kind: RoomKind
    title: str
    project_id: UUID | None
    created_by: UUID
    created_at: datetime
    last_seq: int
    last_message_at: datetime | None
    message_count: int
    unread: int
    read_seq: int
    members: list[MemberRead]
    last_message: MessageRead | None = None


class RoomPage(BaseModel):
    """Newest activity first."""

    items: list[RoomRead]
    next_cursor: str | None


class MessagePage(BaseModel):
    """Oldest first. `next_cursor` is the `before_seq` (or `after_seq`) of the next page; None when there is none."""

    items: list[MessageRead]
    next_cursor: str | None


class CreateRoom(BaseModel):
    """A new conversation with the assistant."""

    model_config = ConfigDict(extra="forbid")

    title: Title = "New project"


class SendMessage(BaseModel):
    """`client_id` is made by the sender: the same one sent again stores nothing twice."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: Text
    reply_to: UUID | None = None


class SentMessage(BaseModel):
    """`duplicate`: this client_id had been stored before; `message` is what was stored then."""

    message: MessageRead
    duplicate: bool


class MarkRead(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=0, le=2**62)


class ReadState(BaseModel):
    room_id: UUID
    read_seq: int
    unread: int


class EventPage(BaseModel):
    """Durable events of a room in order of `seq`, each as members received it. `reset`: too many were missed to
    replay; fetch the room and its messages again and go on from `last_seq`."""

    items: list[dict[str, Any]]
    last_seq: int
    reset: bool = False


class TurnRead(BaseModel):
    """A turn under way or ended."""

    id: UUID
    room_id: UUID
    status: str
    attempt: int
    text: str
    progress: list[Any]
    message_id: UUID | None = None
    error: str | None = None


class ProposalRead(BaseModel):
    """A draft that waits for a person's decision."""

    id: UUID
    room_id: UUID
    user_id: UUID
    kind: str
    title: str
    status: str
    payload: dict[str, Any]
    outcome: dict[str, Any] | None
    expires_at: datetime
    created_at: datetime
    resolved_at: datetime | None


class ConfirmProposal(BaseModel):
    """`edits` replace fields of the payload; they are checked like the draft was."""

    model_config = ConfigDict(extra="forbid")

    edits: dict[str, Any] = Field(default_factory=dict, max_length=20)


class ProposalOutcome(BaseModel):
    """What confirming led to. `text` is appended to the conversation, `data` is kept with the proposal."""

    text: str
    data: dict[str, Any] = Field(default_factory=dict)
    cards: list[Card] = Field(default_factory=list)
