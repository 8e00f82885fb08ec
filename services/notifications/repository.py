"""SQL of notifications."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import User
from models.notifications import Email
from services.notifications.schemas import Recipient


async def add(session: AsyncSession, values: dict[str, Any]) -> UUID | None:
    """Keep an e-mail to be sent. None where one with the same key is there already."""
    return await session.scalar(
        insert(Email).values(**values).on_conflict_do_nothing(index_elements=["key"]).returning(Email.id)
    )


async def get(session: AsyncSession, email_id: UUID, *, lock: bool = False) -> Email | None:
    query = select(Email).where(Email.id == email_id)
    return await session.scalar(query.with_for_update() if lock else query)


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
