"""What invitations, blocks and reports take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
)


class CreateInvitation(BaseModel):
    """A link into the room; with `email` it is sent there, and works once."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr | None = None
    max_uses: int = Field(1, ge=1, le=100)
    days: int = Field(7, ge=1, le=30)


class InvitationRead(BaseModel):
    """An invitation as members see it; without the link, which is shown once."""

    id: UUID
    room_id: UUID
    created_by: UUID
    email: str | None
    max_uses: int
    uses: int
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime


class CreatedInvitation(InvitationRead):
    link: str | None = Field(description="Shown this once; None when it went by e-mail")


class InvitationToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=200)


class InvitationPreview(BaseModel):
    """What somebody who was invited sees before they come in."""

    room_title: str
    invited_by: str
    member_count: int
    expires_at: datetime
    room_id: UUID | None = Field(description="Set for those who are in it already")


class BlockRead(BaseModel):
    """Somebody whom one has blocked."""

    user_id: UUID
    name: str
    created_at: datetime


class ReportReason(StrEnum):
    SPAM = "spam"
    HARASSMENT = "harassment"
    SCAM = "scam"
    INAPPROPRIATE = "inappropriate"
    OTHER = "other"


class CreateReport(BaseModel):
    """Tell the operators about a person in a room of one's own, or about one of their messages there."""

    model_config = ConfigDict(extra="forbid")

    room_id: UUID
    user_id: UUID
    message_id: UUID | None = None
    reason: ReportReason
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00]*$")
    ] = ""


class RoomReportRead(BaseModel):
    """A report. `evidence` is the message as it was when it was reported. Operators are told the names."""

    id: UUID
    reporter_id: UUID
    reporter_name: str = ""
    reported_id: UUID
    reported_name: str = ""
    room_id: UUID
    message_id: UUID | None
    reason: ReportReason
    text: str
    evidence: dict[str, Any]
    status: str
    resolution: str | None
    created_at: datetime
    resolved_at: datetime | None


class RoomReportPage(BaseModel):
    """Oldest first: what waits longest comes first."""

    items: list[RoomReportRead]
    next_cursor: UUID | None


class ResolveReport(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")
    ]


class SupportRoomRead(BaseModel):
    """A support room as operators see it. `waiting`: the person who asked has said the last word."""

    room_id: UUID
    user_id: UUID
    name: str
    account_role: str = Field(description="guest, user, cto or admin")
    last_message: str = Field(description="The beginning of what was said last")
    last_message_at: datetime
    waiting: bool
    operators: list[str] = Field(description="Names of the operators who are in the room")
    inside: bool = Field(description="Whether one is in it oneself")


class SupportPage(BaseModel):
    """Newest activity first."""

    items: list[SupportRoomRead]
    next_cursor: str | None
