"""What the files room takes and gives."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MB = 1024 * 1024


class Purpose(StrEnum):
    """What a file is for. `preview` is the picture of a link preview, made by the service."""

    ATTACHMENT = "attachment"
    PHOTO = "photo"
    PORTFOLIO = "portfolio"
    RESUME = "resume"
    PREVIEW = "preview"


MOST: dict[Purpose, int] = {
    Purpose.ATTACHMENT: 50 * MB,
    Purpose.PHOTO: 5 * MB,
    Purpose.PORTFOLIO: 20 * MB,
    Purpose.RESUME: 10 * MB,
    Purpose.PREVIEW: 5 * MB,
}


class FileState(StrEnum):
    """`pending`: the bytes are awaited. `processing`: they are being looked at. `ready`: they can be used. `refused`
    and `quarantined` (malware was found) say why in `reason`; both are gone for good."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


def _clean_name(name: str) -> str:
    """The last part of a path, without what could fool a reader: control and direction-changing characters."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable() or c == " ").strip(" .")
    if len(name.encode()) > 255:
        stem, dot, end = name.rpartition(".")
        keep = (stem if dot and len(end) <= 10 else name).encode()[:240].decode(errors="ignore")
        name = f"{keep}.{end}" if dot and len(end) <= 10 else keep
    if not name:
        raise ValueError("give the file a name")
    return name


FileName = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_clean_name)]
MediaType = Annotated[str, StringConstraints(max_length=127, pattern=r"^$|^[\w.+-]+/[\w.+-]+(;[ \w=.+-]*)?$")]


class BeginUpload(BaseModel):
    """Ask for a place to put a file. `size` is exact: a body of another length is refused by the storage."""

    model_config = ConfigDict(extra="forbid")

    name: FileName
    size: int = Field(
        gt=0, le=50 * MB, description="In bytes; at most 50 MB, for photos 5, résumés 10, portfolios 20"
    )
    type: MediaType = Field("", description="What the sender says it is; checked against the bytes")
    purpose: Purpose = Purpose.ATTACHMENT


class FileRead(BaseModel):
    """A file as those see it who may. `inline`: a browser may show it; others are only ever downloaded."""

    id: UUID
    purpose: Purpose
    state: FileState
    reason: str | None = None
    problem: str | None = Field(None, description="The reason in words")
    name: str
    type: str | None = None
    size: int
    inline: bool = False
    width: int | None = None
    height: int | None = None
    has_thumbnail: bool = False
    created_at: datetime


class UploadTarget(BaseModel):
    """Where to send the bytes: one PUT with exactly these headers."""

    method: str = "PUT"
    url: str
    headers: dict[str, str]
    expires_in: int = Field(description="Seconds")


class UploadRead(BaseModel):
    file: FileRead
    upload: UploadTarget


class FilePage(BaseModel):
    """One's own files, newest first, and how much of one's space they take."""

    items: list[FileRead]
    next_cursor: str | None
    used_bytes: int
    quota_bytes: int


class SetPhoto(BaseModel):
    """A file that was uploaded for the purpose `photo` and is ready."""

    model_config = ConfigDict(extra="forbid")

    file_id: UUID


class PhotoRead(BaseModel):
    avatar_url: str | None


class AttachmentRead(BaseModel):
    """A file of a message, as it was when the message was sent."""

    id: UUID
    name: str
    type: str
    size: int
    inline: bool = False
    width: int | None = None
    height: int | None = None
    has_thumbnail: bool = False
