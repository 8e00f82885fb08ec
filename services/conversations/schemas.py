"""What conversations take and give: rooms, members, messages, turns, proposals, cards."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.conversations.emoji import one_emoji
from services.conversations.visible import shows_something, visible
from services.files.schemas import AttachmentRead

MAX_TEXT = 8_000
MAX_MENTIONS = 50
Emoji = Annotated[
    str,
    StringConstraints(min_length=1, max_length=16),
    AfterValidator(one_emoji),
    Field(description="One emoji"),
]
Notify = Literal["all", "mentions", "none"]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$"),
    AfterValidator(visible),
]
# A message that carries files may say nothing.
MaybeText = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(visible),
]


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
    online: bool = Field(False, description="When it was read; `presence` events keep it up to date")


class Reaction(BaseModel):
    """Who chose this emoji, first come first."""

    emoji: str
    user_ids: list[UUID]


class LinkPreview(BaseModel):
    """What a linked page says about itself. `image` is a file with a thumbnail."""

    id: UUID
    url: str
    title: str
    description: str = ""
    site: str = ""
    image: UUID | None = None


class MessageRead(BaseModel):
    """A message. A deleted one keeps its place, without text, cards, files, previews and reactions.

    `reply_to` is the message it answers. `thread_id` is the message that the thread began with, `thread_no` its
    number in there; the first message counts them in `reply_count`.
    """

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
    thread_id: UUID | None = None
    thread_no: int | None = None
    reply_count: int = 0
    mentions: list[UUID] = Field(default_factory=list)
    reactions: list[Reaction] = Field(default_factory=list)
    turn_id: UUID | None = None
    branch: int = Field(0, description="The branch of the conversation that it was said on")
    meta: dict[str, Any] = Field(
        description="Of an answer `status`, `model` and `notices`; of what names the assistant, which was not asked as the"
        ' sender\'s plan was used up, `"assistant": "not_asked"`'
    )
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    pinned_at: datetime | None = None
    pinned_by: UUID | None = None


class DraftRead(BaseModel):
    """What one has begun to write in a room. Empty text: nothing."""

    room_id: UUID
    text: str
    reply_to: UUID | None = None
    updated_at: datetime


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
    mentions: int = Field(0, description="How many of the unread messages name this person")
    read_seq: int
    role: str = Field(description="This person's role in the room")
    notify: Notify = "all"
    archived: bool = False
    can_send: bool = Field(True, description="False while one of two people blocks the other")
    member_count: int
    members: list[MemberRead] = Field(description="In lists the first few; in a single room all of them")
    former: list[MemberRead] = Field(
        default_factory=list,
        description="In a single room those who have left and whose messages stand, the last to leave first",
    )
    last_message: MessageRead | None = None
    branch: int = Field(0, description="The branch that is shown, and that new messages join")
    branches: list[BranchRead] = Field(default_factory=list, description="Empty until there is more than one")
    draft: DraftRead | None = None


class RoomPage(BaseModel):
    """Newest activity first."""

    items: list[RoomRead]
    next_cursor: str | None


class MessagePage(BaseModel):
    """Oldest first. `next_cursor` is the `before_seq` (or `after_seq`) of the next page; None when there is none.
    `older` and `newer` say from where to read on in each direction; None at the beginning and at the end."""

    items: list[MessageRead]
    next_cursor: str | None
    older: int | None = Field(None, description="`before_seq` of the page before this one")
    newer: int | None = Field(None, description="`after_seq` of the page after this one")


class EditRead(BaseModel):
    """What a message said before an edit."""

    version: int
    text: str
    written_at: datetime


class CreateRoom(BaseModel):
    """A new conversation: with the assistant, or a project room that others are invited to."""

    model_config = ConfigDict(extra="forbid")

    title: Title = "New project"
    kind: Literal["assistant", "project"] = "assistant"


class OpenDirect(BaseModel):
    """The conversation with one person; the same one however often it is opened."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID


class UpdateRoom(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title


class RoomSettings(BaseModel):
    """How one sees a room oneself; others do not notice. What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    notify: Notify | None = Field(None, description="What to be told of; `none` mutes the room")
    archived: bool | None = Field(None, description="Out of the list, until somebody writes")


class ChangeMember(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Literal["owner", "member"]


class SendMessage(BaseModel):
    """`client_id` is made by the sender: the same one sent again stores nothing twice. `attachments` are files of the
    sender's that were uploaded for this; with them the text may be empty."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: MaybeText
    reply_to: UUID | None = None
    mentions: list[UUID] = Field(
        default_factory=list, max_length=MAX_MENTIONS, description="Members that the text names"
    )
    attachments: list[UUID] = Field(default_factory=list, max_length=10)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.attachments and not shows_something(self.text):
            raise ValueError("write something, or attach a file")
        return self


class EditMessage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text
    mentions: list[UUID] = Field(default_factory=list, max_length=MAX_MENTIONS)


class SetReaction(BaseModel):
    """`on: false` takes the reaction back."""

    model_config = ConfigDict(extra="forbid")

    emoji: Emoji
    on: bool = True


class SetPin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: bool = True


class SetDraft(BaseModel):
    """`origin` names the device, so that it knows its own echo."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
    reply_to: UUID | None = None
    origin: str = Field("", max_length=64)


_MENTION = re.compile(r"(?<![\w@/.])@(?:assistant|sextant)\b", re.IGNORECASE)


def asks_assistant(text: str) -> bool:
    """Whether a message in a room of people is (also) for the assistant."""
    return (
        "@" in text and _MENTION.search(text) is not None
    )  # most messages name nobody: no need to look closer


def without_mention(text: str) -> str:
    """What the assistant is asked."""
    return _MENTION.sub("", text).strip(" ,:;\n\t")


class Unanswered(BaseModel):
    """A message among people that names the assistant was sent, and the assistant was not asked: the plan's messages of
    the day or tokens of the month were used up. `message` says so to the person; `resets_at`: when it can be asked again."""

    code: Literal["quota_exceeded"] = "quota_exceeded"
    message: str
    plan: Literal["guest", "free"]
    resets_at: datetime


class SentMessage(BaseModel):
    """`duplicate`: this client_id had been stored before; `message` is what was stored then."""

    message: MessageRead
    duplicate: bool
    unanswered: Unanswered | None = Field(
        None, description="The assistant, which the message names, will not answer it"
    )


class MarkRead(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=0, le=2**62)


class ReadState(BaseModel):
    room_id: UUID
    read_seq: int
    unread: int
    mentions: int


class Snippet(BaseModel):
    """A part of a message's text; `hit` parts are what was searched for."""

    text: str
    hit: bool


class FoundMessage(BaseModel):
    message: MessageRead
    room_title: str
    room_kind: RoomKind
    sender_name: str
    snippet: list[Snippet]


class SearchPage(BaseModel):
    """Newest first."""

    items: list[FoundMessage]
    next_cursor: str | None


class EventPage(BaseModel):
    """Durable events of a room in order of `seq`, each as members received it. `reset`: too many were missed to
    replay; fetch the room and its messages again and go on from `last_seq`."""

    items: list[dict[str, Any]]
    last_seq: int
    reset: bool = False
