"""SQL of notifications."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from models.accounts import User
from models.billing import ExternalEvent
from models.notifications import Email, NotificationChoice, Suppression
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
            select(User.email, User.name, User.timezone, User.locale).where(
                User.id == user_id, User.email.is_not(None), User.deleted_at.is_(None)
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return Recipient(
        address=row.email, user_id=user_id, name=row.name, timezone=row.timezone, locale=row.locale
    )


async def move(session: AsyncSession, source_user_id: UUID, target_user_id: UUID) -> None:
    """Give one person's e-mails to another."""
    await session.execute(update(Email).where(Email.user_id == source_user_id).values(user_id=target_user_id))


async def suppression(session: AsyncSession, address: str) -> Suppression | None:
    """Why nothing is sent to an address; None where mail is sent."""
    return await session.scalar(
        select(Suppression).where(Suppression.address == address, Suppression.lifted_at.is_(None))
    )


async def suppression_by_id(session: AsyncSession, suppression_id: UUID) -> Suppression | None:
    return await session.get(Suppression, suppression_id, with_for_update=True)


async def suppress(
    session: AsyncSession, address: str, *, reason: str, detail: str | None, happened_at: datetime
) -> bool:
    """Send nothing more to an address. False if that is so already, or if its owner proved since that it works."""
    lifted_since = select(Suppression.id).where(
        Suppression.address == address, Suppression.lifted_at >= happened_at
    )
    if await session.scalar(lifted_since.limit(1)) is not None:
        return False
    stored = await session.scalar(
        insert(Suppression)
        .values(id=new_id(), address=address, reason=reason, detail=detail, happened_at=happened_at)
        .on_conflict_do_nothing(index_elements=["address"], index_where=Suppression.lifted_at.is_(None))
        .returning(Suppression.id)
    )
    return stored is not None


async def keep_event(
    session: AsyncSession, *, vendor_id: str, event_type: str, payload: dict[str, Any], happened_at: datetime
) -> UUID | None:
    """Store what the mail vendor told us. None if we were told before."""
    return await session.scalar(
        insert(ExternalEvent)
        .values(
            id=new_id(),
            vendor="resend",
            vendor_id=vendor_id,
            type=event_type,
            payload=payload,
            happened_at=happened_at,
        )
        .on_conflict_do_nothing(index_elements=["vendor", "vendor_id"])
        .returning(ExternalEvent.id)
    )


async def locked_event(session: AsyncSession, event_id: UUID) -> ExternalEvent | None:
    return await session.get(ExternalEvent, event_id, with_for_update=True)


async def choices(
    session: AsyncSession, user_ids: Collection[UUID]
) -> dict[tuple[UUID, str], NotificationChoice]:
    """What people chose, by person and kind."""
    rows = await session.scalars(select(NotificationChoice).where(NotificationChoice.user_id.in_(user_ids)))
    return {(row.user_id, row.kind): row for row in rows}


async def choose(session: AsyncSession, user_id: UUID, kind: str, channels: dict[str, bool]) -> None:
    """Keep a choice; the last one counts."""
    await session.execute(
        insert(NotificationChoice)
        .values(user_id=user_id, kind=kind, **channels)
        .on_conflict_do_update(index_elements=["user_id", "kind"], set_=channels)
    )


async def forget_choices(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(NotificationChoice).where(NotificationChoice.user_id == user_id))


async def choosers(session: AsyncSession, kind: str) -> list[Recipient]:
    """Who chose any channel for a kind, and has an account that can be written to."""
    rows = await session.execute(
        select(User.id, User.email, User.name, User.timezone, User.locale)
        .join(NotificationChoice, NotificationChoice.user_id == User.id)
        .where(
            NotificationChoice.kind == kind,
            NotificationChoice.in_app | NotificationChoice.email | NotificationChoice.push,
            User.email.is_not(None),
            User.deleted_at.is_(None),
            User.suspended_at.is_(None),
        )
        .order_by(User.id)
    )
    return [
        Recipient(address=row.email, user_id=row.id, name=row.name, timezone=row.timezone, locale=row.locale)
        for row in rows
    ]
