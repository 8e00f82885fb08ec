"""SQL of notifications."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from models.accounts import User
from models.notifications import Email
from services.notifications.schemas import Recipient


async def add(
    session: AsyncSession,
    *,
    user_id: UUID | None,
    address: str | None,
    template: str,
    context: dict[str, Any],
    key: str | None = None,
) -> UUID | None:
    """Keep an e-mail to be sent. None where one with the same key is there already."""
    return await session.scalar(
        insert(Email)
        .values(
            id=new_id(),
            user_id=user_id,
            address=address,
            template=template,
            context=context,
            key=key,
            status="queued",
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Email.id)
    )


async def get(session: AsyncSession, email_id: UUID, *, lock: bool = False) -> Email | None:
    query = select(Email).where(Email.id == email_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def of_person(session: AsyncSession, user_id: UUID) -> list[Email]:
    """What was sent to a person, oldest first."""
    return list(await session.scalars(select(Email).where(Email.user_id == user_id).order_by(Email.id)))


async def forget(session: AsyncSession, user_id: UUID) -> None:
    """Remove a person's e-mails; what still has to go out to an address loses the reference to the person."""
    waits = (Email.status == "queued") & Email.address.is_not(None)
    await session.execute(update(Email).where(Email.user_id == user_id, waits).values(user_id=None))
    await session.execute(delete(Email).where(Email.user_id == user_id))


async def recipient(session: AsyncSession, user_id: UUID) -> Recipient | None:
    """Where a person's mail goes. None for guests and deleted accounts."""
    row = (
        await session.execute(
            select(User.email, User.name, User.timezone).where(
                User.id == user_id, User.email.is_not(None), User.deleted_at.is_(None)
            )
        )
    ).one_or_none()
    return Recipient(address=row.email, name=row.name, timezone=row.timezone) if row is not None else None


async def move(session: AsyncSession, source_user_id: UUID, target_user_id: UUID) -> None:
    """Give one person's e-mails to another."""
    await session.execute(update(Email).where(Email.user_id == source_user_id).values(user_id=target_user_id))
