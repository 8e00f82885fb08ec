"""What conversations with the assistant take and give: branches, feedback, quotas, turns and proposals."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from services.conversations.schemas import BranchRead, Card, MessageRead, Text


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
