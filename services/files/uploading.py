"""Uploading: a place to put the bytes, then a look at what came.

The place (`incoming/…`) can be written as long as its URL is good, so what was looked at is a copy under a key that
nobody outside ever gets a URL to write to.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound, RateLimited, TooLarge
from core.gateways import gateways
from core.ids import new_id
from core.jobs import enqueue
from core.settings import settings
from models.files import File
from services.files import repository, types
from services.files.processing import process, receive
from services.files.reading import key_of, missing, read
from services.files.refusals import refusal
from services.files.schemas import MB, MOST, BeginUpload, FileRead, Purpose, UploadRead, UploadTarget

log = logging.getLogger(__name__)

MAX_UNFINISHED = 50
# If the process that looks at an upload dies, the job takes over after this.
PATIENCE = timedelta(minutes=2)


async def begin(session: AsyncSession, actor: Actor, data: BeginUpload) -> UploadRead:
    """Reserve space and say where to put the file. Raises TooLarge, InvalidInput (file_executable,
    file_type_not_allowed), Conflict (quota_exceeded), RateLimited (too many unfinished uploads)."""
    actor.require(Scope.FILES_WRITE)
    if data.purpose is Purpose.PREVIEW:
        raise InvalidInput("Link previews are made by the service.", code="file_purpose")
    if data.size > (most := MOST[data.purpose]):
        raise TooLarge(f"The file is too large; up to {most // MB} MB are fine.", limit=most)
    if types.runs_on_click(data.name):
        raise refusal("executable")
    _check_claim(data)
    await repository.lock_space(session, actor.user_id)
    used, unfinished = await repository.usage(session, actor.user_id)
    quota = settings().files_quota_mb * MB
    if used + data.size > quota:
        raise Conflict(
            "Your space for files is full. Delete some first.",
            code="quota_exceeded", used_bytes=used, quota_bytes=quota,
        )  # fmt: skip
    if unfinished >= MAX_UNFINISHED:
        raise RateLimited("Too many uploads are under way. Finish or cancel some.", retry_after=60)
    file = File(
        id=new_id(),
        owner_id=actor.user_id,
        purpose=data.purpose.value,
        state="pending",
        name=data.name,
        declared_type=data.type,
        size=data.size,
        created_at=now(),
        inline=False,
        public=False,
        position=0,
    )
    session.add(file)
    target = await gateways().storage.presign_put(
        key_of(file.id, "incoming"), size=data.size, content_type=types.UNKNOWN
    )
    return UploadRead(
        file=read(file),
        upload=UploadTarget(url=target.url, headers=target.headers, expires_in=target.seconds),
    )


async def complete(db: Database, actor: Actor, file_id: UUID) -> FileRead:
    """The bytes are there: check and accept them. Doing it again changes nothing and tells the state. Raises Conflict
    (upload_missing), InvalidInput (file_…) when the file is refused."""
    actor.require(Scope.FILES_WRITE)
    async with db.transaction() as session:
        file = await repository.own(session, actor.user_id, file_id, lock=True)
        if file is None:
            raise missing(file_id)
        if file.state != "pending":
            return read(file)
        file.state = "processing"
        await enqueue(session, process, delay=PATIENCE, key=f"files.process:{file_id}:late", file_id=file_id)
    try:
        reason = await receive(db, file_id)
    except NotFound:
        async with db.transaction() as session:
            file = await repository.own(session, actor.user_id, file_id, lock=True)
            if file is not None and file.state == "processing":
                file.state = "pending"
        raise Conflict("The file has not been uploaded yet.", code="upload_missing") from None
    if reason is not None:
        raise refusal(reason)
    async with db.transaction() as session:
        file = await repository.own(session, actor.user_id, file_id)
        if file is None:
            raise missing(file_id)
        return read(file)


def _check_claim(data: BeginUpload) -> None:
    """What cannot become right by its bytes is refused before they travel."""
    claims = {types.promised(data.name), types.declared_family(data.type)} - {None, "any"}
    if len(claims) > 1 and not any(
        types.compatible(one, str(other)) for one in claims for other in claims if one != other
    ):
        raise refusal("type_mismatch")
    if data.purpose is Purpose.PHOTO and claims - {"image"}:
        raise refusal("type_not_allowed")
    if data.purpose is Purpose.RESUME and claims - {"pdf", "office"}:
        raise refusal("type_not_allowed")
