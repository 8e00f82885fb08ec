"""Pictures of link previews: made by the service, seen by the members of the room, counted to nobody's space."""

import asyncio
import io
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.db import Database
from core.gateways import gateways
from core.ids import new_id
from models.files import File
from services.files import images, types
from services.files.images import BadImage
from services.files.reading import key_of
from services.files.schemas import Purpose
from services.files.upkeep import drop


async def keep_preview(
    db: Database, *, owner_id: UUID, room_id: UUID, message_id: UUID, content: bytes
) -> UUID | None:
    """Shrink and keep a picture for a message; None when it is not one that can be shown."""
    kind = types.identify(content[: types.HEAD], content[-types.TAIL :], len(content))
    if kind.refused is not None or kind.type not in types.IMAGES:
        return None
    try:
        small = await asyncio.to_thread(images.picture, io.BytesIO(content), kind.type, square=True)
    except BadImage:
        return None
    file_id = new_id()
    await gateways().storage.put(key_of(file_id, "thumbnail"), small.thumbnail, "image/webp")
    async with db.transaction() as session:
        session.add(
            File(
                id=file_id,
                owner_id=owner_id,
                purpose=Purpose.PREVIEW.value,
                state="ready",
                name="preview.webp",
                declared_type="",
                type="image/webp",
                size=len(small.thumbnail),
                width=small.width,
                height=small.height,
                thumbnail_size=len(small.thumbnail),
                room_id=room_id,
                message_id=message_id,
                ready_at=now(),
            )
        )
    return file_id


async def drop_preview(session: AsyncSession, file_id: UUID) -> None:
    """Delete the picture of a preview that is taken away."""
    await drop(session, File.id == file_id, File.purpose == Purpose.PREVIEW.value)
