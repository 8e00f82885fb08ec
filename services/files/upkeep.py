"""What happens to files that are not wanted any more, and to the files of accounts that merge or go."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.gateways import gateways
from core.gateways.storage import PUT_SECONDS
from core.jobs import enqueue, job, periodic
from models.files import File
from services.accounts import service as accounts
from services.files import repository
from services.files.processing import process
from services.files.reading import key_of, missing

# Long enough to write a message around an attachment.
UNUSED_FOR = timedelta(hours=24)
QUARANTINE = timedelta(days=30)
STUCK_AFTER = timedelta(minutes=30)
EXPORT_LINKS = timedelta(days=1)
BATCH = 500


async def delete(session: AsyncSession, actor: Actor, file_id: UUID) -> None:
    """Delete a file of the actor's, wherever it is used; also ends an upload under way. Raises NotFound."""
    actor.require(Scope.FILES_WRITE)
    file = await repository.own(session, actor.user_id, file_id, lock=True)
    if file is None:
        raise missing(file_id)
    url = f"/api/v1/files/{file_id}/thumbnail"
    me = (await accounts.people(session, [actor.user_id])).get(actor.user_id)
    if me is not None and me.avatar_url == url:
        await accounts.set_avatar(session, actor.user_id, None)
    await drop(session, File.id == file_id)


async def drop(session: AsyncSession, *conditions: Any) -> None:
    """Delete the files that meet the conditions, and their objects by jobs."""
    for each in await repository.mark_deleted(session, *conditions):
        await enqueue(session, purge, key=f"files.purge:{each}", file_id=each)


@job("files.purge")
async def purge(db: Database, *, file_id: UUID) -> None:
    """Delete the objects of a deleted file, then its row. While its upload URL is still good the row stays, and
    `tidy` comes again."""
    async with db.transaction() as session:
        file = await repository.by_id(session, file_id)
        if file is None or file.state != "deleted":
            return
    await gateways().storage.delete([key_of(file_id, part) for part in ("incoming", "original", "thumbnail")])
    if file.created_at < now() - timedelta(seconds=PUT_SECONDS):
        async with db.transaction() as session:
            await repository.forget(session, file_id)


@periodic("files.tidy", "41 * * * *")
async def tidy(db: Database) -> None:
    """Delete what serves nothing any more; take up what should have ended."""
    moment = now()
    async with db.transaction() as session:
        unused = await repository.forgotten(
            session, before=moment - UNUSED_FOR, quarantined_before=moment - QUARANTINE, limit=BATCH
        )
        if unused:
            await drop(session, File.id.in_(unused))
        for file_id in await repository.stuck(session, before=moment - STUCK_AFTER, limit=BATCH):
            await enqueue(session, process, key=f"files.process:{file_id}", file_id=file_id)
            await enqueue(session, purge, key=f"files.purge:{file_id}", file_id=file_id)


@accounts.on_merge
async def merge_files(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Files follow their owner."""
    await repository.give(session, source, target)


@accounts.on_delete
async def forget_files(session: AsyncSession, user_id: UUID) -> None:
    """The files of an account that goes go with it, from conversations too."""
    await drop(session, File.owner_id == user_id)


@accounts.on_export("files")
async def export_files(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What the person has stored, each with a link to its bytes that is good for a day."""
    parts = []
    for file in await repository.all_of(session, user_id):
        link = None
        if file.state == "ready":
            link = await gateways().storage.presign_get(
                key_of(file.id, "thumbnail" if file.purpose == "photo" else "original"),
                filename=file.name,
                content_type=file.type or "",
                seconds=int(EXPORT_LINKS.total_seconds()),
            )
        parts.append(
            {
                "id": file.id, "name": file.name, "purpose": file.purpose, "type": file.type, "size": file.size,
                "state": file.state, "uploaded_at": file.created_at, "room_id": file.room_id,
                "message_id": file.message_id, "download": link, "download_expires_at": now() + EXPORT_LINKS,
            }
        )  # fmt: skip
    return parts
