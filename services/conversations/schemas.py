"""What conversations take and give: rooms, members, messages, turns, proposals, cards."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.files.schemas import AttachmentRead

MAX_TEXT = 8_000
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]
# A message that carries files may say nothing.
MaybeText = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
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


class LinkPreview(BaseModel):
    """What a linked page says about itself. `image` is a file with a thumbnail."""

    id: UUID
    url: str
    title: str
    description: str = ""
    site: str = ""
    image: UUID | None = None


class MessageRead(BaseModel):
    """A message. A deleted one keeps its place, without text, cards, files and previews."""

    id: UUID
    room_id: UUID
    seq: int
    no: int
    sender_id: UUID
    kind: str
    text: str
    cards: list[Card]
    attachments: list[AttachmentRead] = Field(default_factory=list)
    previews: list[LinkPreview] = Field(default_factory=list)
    client_id: UUID
    reply_to: UUID | None = None
    turn_id: UUID | None = None
    branch: int = Field(0, description="The branch of the conversation that it was said on")
    meta: dict[str, Any]
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class BranchRead(BaseModel):
    """One way that a conversation with the assistant took: as it began (`start`), from an edited message (`edit`), or
    from an answer given again (`answer`). It shows its own messages and those of each branch in `path` up to that
    `seq`. Branches with the same `message_id`, and that message itself, are versions of each other. A branch begins
    with the message `first_id`, or with the answer of the turn `turn_id`."""

    number: int
    kind: Literal["start", "edit", "answer"]
    message_id: UUID | None
    first_id: UUID | None
    turn_id: UUID | None
    path: dict[int, int]
    used_at: datetime


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
    branch: int = Field(0, description="The branch that is shown, and that new messages join")
    branches: list[BranchRead] = Field(default_factory=list, description="Empty until there is more than one")


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
    """`client_id` is made by the sender: the same one sent again stores nothing twice. `attachments` are files of the
    sender's that were uploaded for this; with them the text may be empty."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: MaybeText
    reply_to: UUID | None = None
    attachments: list[UUID] = Field(default_factory=list, max_length=10)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.attachments and not self.text.strip():
            raise ValueError("write something, or attach a file")
        return self


class ReviseMessage(BaseModel):
    """The new wording of an earlier message of one's own."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: Text


class SelectBranch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=0, le=10_000)


class Branched(BaseModel):
    """A branch that was begun, and the turn that answers on it."""

    branch: BranchRead
    turn_id: UUID
    message: MessageRead | None = Field(None, description="The revised message")


class Feedback(BaseModel):
    """What one thinks of an answer of the assistant."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"]
    comment: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00]*$")
    ] = ""


class FeedbackRead(BaseModel):
    """One's own rating of the answer that a turn gave."""

    turn_id: UUID
    rating: Literal["up", "down"]
    comment: str


class Quota(BaseModel):
    """How much of something is used, and when it begins anew."""

    used: int
    limit: int
    resets_at: datetime


class QuotaRead(BaseModel):
    """What a plan includes of the assistant: `messages` a day, `tokens` a month (UTC)."""

    plan: Literal["guest", "free"]
    messages: Quota
    tokens: Quota


_MENTION = re.compile(r"(?<![\w@/.])@(?:assistant|sextant)\b", re.IGNORECASE)


def asks_assistant(text: str) -> bool:
    """Whether a message in a room of people is (also) for the assistant."""
    return _MENTION.search(text) is not None


def without_mention(text: str) -> str:
    """What the assistant is asked."""
    return _MENTION.sub("", text).strip(" ,:;\n\t")


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
