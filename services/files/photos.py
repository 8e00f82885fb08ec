"""The photo of a person: a square picture that anybody may see."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import InvalidInput
from core.jobs import enqueue
from models.files import File
from services.accounts import service as accounts
from services.files import repository
from services.files.reading import missing
from services.files.schemas import PhotoRead, Purpose
from services.files.upkeep import purge


async def set_photo(session: AsyncSession, actor: Actor, file_id: UUID) -> PhotoRead:
    """Show this photo beside the actor's name. The one before is deleted. Raises NotFound, InvalidInput."""
    actor.require(Scope.ACCOUNT_WRITE)
    actor.require(Scope.FILES_WRITE)
    file = await repository.own(session, actor.user_id, file_id, lock=True)
    if file is None:
        raise missing(file_id)
    if file.purpose != Purpose.PHOTO or file.state != "ready":
        raise InvalidInput("Upload the file as a photo first.", code="not_a_photo")
    file.public = True
    await session.flush()
    await _drop_others(session, actor.user_id, but=file_id)
    url = f"/api/v1/files/{file_id}/thumbnail"
    await accounts.set_avatar(session, actor.user_id, url)
    return PhotoRead(avatar_url=url)


async def remove_photo(session: AsyncSession, actor: Actor) -> PhotoRead:
    """Show none."""
    actor.require(Scope.ACCOUNT_WRITE)
    await _drop_others(session, actor.user_id, but=None)
    await accounts.set_avatar(session, actor.user_id, None)
    return PhotoRead(avatar_url=None)


async def _drop_others(session: AsyncSession, owner_id: UUID, *, but: UUID | None) -> None:
    conditions = [File.owner_id == owner_id, File.purpose == Purpose.PHOTO.value]
    if but is not None:
        conditions.append(File.id != but)
    for each in await repository.mark_deleted(session, *conditions):
        await enqueue(session, purge, key=f"files.purge:{each}", file_id=each)
