"""Files of messages and profiles. Who may do so has been checked by whoever calls; whose files they are is checked
here."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InvalidInput
from models.files import File
from services.files import repository
from services.files.schemas import AttachmentRead, Purpose


async def attachments(
    session: AsyncSession, sender_id: UUID, ids: Sequence[UUID], *, client_id: UUID
) -> list[AttachmentRead]:
    """The files that a message is to carry, in order. They belong to the message once its statement has run. Raises
    InvalidInput (attachment_unavailable) for files that are not the sender's, not ready, or sent already."""
    files = {file.id: file for file in await repository.attachable(session, sender_id, ids, client_id)}
    unavailable = [str(each) for each in ids if each not in files]
    if unavailable or len(set(ids)) != len(ids):
        raise InvalidInput(
            "Some files cannot be sent: upload them again.", code="attachment_unavailable", files=unavailable
        )
    return [attachment(files[each]) for each in ids]


def attachment(file: File) -> AttachmentRead:
    """The snapshot of a ready file that its message keeps."""
    return AttachmentRead(
        id=file.id,
        name=file.name,
        type=file.type or "",
        size=file.size,
        inline=file.inline,
        width=file.width,
        height=file.height,
        has_thumbnail=file.thumbnail_size is not None,
    )


async def portfolio(session: AsyncSession, owner_id: UUID) -> list[AttachmentRead]:
    """The files that a person has on their profile, in their order."""
    return [attachment(file) for file in await repository.listed(session, owner_id)]


async def set_portfolio(session: AsyncSession, owner_id: UUID, ids: Sequence[UUID], *, shown: bool) -> None:
    """Have exactly these files on a person's profile, in this order; anybody may see them if it is `shown`. Raises
    InvalidInput (attachment_unavailable)."""
    await session.execute(
        update(File).where(File.owner_id == owner_id, File.listed).values(listed=False, public=False)
    )
    for position, each in enumerate(ids):
        file = await repository.own(session, owner_id, each, lock=True)
        if file is None or file.purpose != Purpose.PORTFOLIO or file.state != "ready":
            raise InvalidInput(
                "This file cannot be shown: upload it again.",
                code="attachment_unavailable",
                files=[str(each)],
            )
        file.listed, file.public, file.position = True, shown, position


async def show_portfolio(session: AsyncSession, owner_id: UUID, shown: bool) -> None:
    """Let anybody see the files of a person's profile, or nobody but them and operators."""
    await session.execute(update(File).where(File.owner_id == owner_id, File.listed).values(public=shown))
