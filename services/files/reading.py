"""Reading: what is known about a file, and a short-lived way to its bytes for those who may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.db import Database
from core.errors import Conflict, Gone, InvalidInput, NotFound
from core.gateways import gateways
from core.settings import settings
from models.files import File
from services.files import repository
from services.files.refusals import text_of
from services.files.schemas import MB, FilePage, FileRead, FileState, Purpose
from services.files.types import UNKNOWN

PAGE = 50


def key_of(file_id: UUID, part: str) -> str:
    """Where an object is. `incoming` can be written from outside while its URL is good; the others never."""
    return f"incoming/{file_id}" if part == "incoming" else f"files/{file_id}/{part}"


def read(file: File) -> FileRead:
    """A file as its schema."""
    return FileRead(
        id=file.id,
        purpose=Purpose(file.purpose),
        state=FileState(file.state),
        reason=file.reason,
        problem=text_of(file.reason) if file.reason is not None else None,
        name=file.name,
        type=file.type,
        size=file.size,
        inline=file.inline,
        width=file.width,
        height=file.height,
        has_thumbnail=file.thumbnail_size is not None,
        created_at=file.created_at,
    )


async def get(session: AsyncSession, actor: Actor, file_id: UUID) -> FileRead:
    """A file of the actor's, or one that was sent to them. Raises NotFound."""
    actor.require(Scope.FILES_READ)
    return read(await _visible(session, actor, file_id))


async def list_own(
    session: AsyncSession, actor: Actor, *, before: UUID | None = None, limit: int = PAGE
) -> FilePage:
    """The actor's files, newest first."""
    actor.require(Scope.FILES_READ)
    rows = await repository.page(session, actor.user_id, before=before, limit=limit + 1)
    used, _ = await repository.usage(session, actor.user_id)
    more = len(rows) > limit
    return FilePage(
        items=[read(row) for row in rows[:limit]],
        next_cursor=str(rows[limit - 1].id) if more else None,
        used_bytes=used,
        quota_bytes=settings().files_quota_mb * MB,
    )


async def download_url(
    session: AsyncSession, actor: Actor | None, file_id: UUID, *, inline: bool = False
) -> str:
    """A URL of the storage that serves the file for a few minutes, always as a download unless a browser can show it
    safely. Raises NotFound, Conflict (file_not_ready), Gone."""
    file = _ready(await _visible(session, actor, file_id))
    if file.purpose in (Purpose.PHOTO, Purpose.PREVIEW):
        raise NotFound("Of a photo only the small picture is kept.", file=str(file_id))
    shown = inline and file.inline
    return await gateways().storage.presign_get(
        key_of(file.id, "original"),
        filename=file.name,
        content_type=(file.type if file.inline else None) or UNKNOWN,
        inline=shown,
    )


async def thumbnail(session: AsyncSession, actor: Actor | None, file_id: UUID) -> tuple[bytes, bool]:
    """(the small picture as WebP, whether anybody may see it). Raises NotFound."""
    file = _ready(await _visible(session, actor, file_id))
    if file.thumbnail_size is None:
        raise NotFound("This file has no small picture.", file=str(file_id))
    return await gateways().storage.get(key_of(file.id, "thumbnail")), file.public


@asynccontextmanager
async def local_copy(db: Database, owner_id: UUID, file_id: UUID, purpose: Purpose) -> AsyncIterator[Path]:
    """A checked file of this person's in a temporary folder, for rules that read its content. Raises NotFound, and
    InvalidInput (wrong_purpose) for a file that was uploaded for something else."""
    async with db.transaction() as session:
        file = await repository.own(session, owner_id, file_id)
        if file is None:
            raise missing(file_id)
        if file.purpose != purpose:
            raise InvalidInput("This file was uploaded for something else.", code="wrong_purpose")
        _ready(file)
    with TemporaryDirectory(prefix="sextant-") as folder:
        path = Path(folder) / "file"
        await gateways().storage.download(key_of(file_id, "original"), path)
        yield path


def missing(file_id: UUID) -> NotFound:
    return NotFound("There is no such file.", file=str(file_id))


async def _visible(session: AsyncSession, actor: Actor | None, file_id: UUID) -> File:
    reader = actor if actor is not None and Scope.FILES_READ in actor.scopes else None
    file = await repository.visible(
        session,
        reader.user_id if reader is not None else None,
        file_id,
        operator=reader is not None and reader.is_admin,
    )
    if file is None:
        raise missing(file_id)
    return file


def _ready(file: File) -> File:
    if file.state in ("pending", "processing"):
        raise Conflict("This file is still being checked. Try again in a moment.", code="file_not_ready")
    if file.state != "ready":
        raise Gone(text_of(file.reason), code=f"file_{file.state}", reason=file.reason)
    return file
