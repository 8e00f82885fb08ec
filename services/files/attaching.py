"""Files of messages and profiles. Who may do so has been checked by whoever calls; whose files they are is checked
here."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InvalidInput
from models.files import File
from services.files import repository
from services.files.reading import read
from services.files.schemas import AttachmentRead, FileRead, Purpose


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
    """The files that a person shows to anybody, in their order."""
    return [
        attachment(file) for file in await repository.published(session, owner_id, Purpose.PORTFOLIO.value)
    ]


async def publish(
    session: AsyncSession, owner_id: UUID, ids: Sequence[UUID], *, purpose: Purpose = Purpose.PORTFOLIO
) -> list[FileRead]:
    """Let anybody see exactly these files of a person's purpose (a portfolio), in this order. Raises InvalidInput
    (attachment_unavailable)."""
    reads: list[FileRead] = []
    await session.execute(
        update(File).where(File.owner_id == owner_id, File.purpose == purpose.value).values(public=False)
    )
    for position, each in enumerate(ids):
        file = await repository.own(session, owner_id, each, lock=True)
        if file is None or file.purpose != purpose or file.state != "ready":
            raise InvalidInput(
                "This file cannot be shown: upload it again.",
                code="attachment_unavailable",
                files=[str(each)],
            )
        file.public, file.position = True, position
        reads.append(read(file))
    return reads
