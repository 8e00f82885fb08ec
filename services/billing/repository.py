"""SQL of billing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from models.billing import ExternalEvent, Payment, Refund


async def of_payer(
    session: AsyncSession, user_id: UUID, payment_id: UUID, *, lock: bool = False
) -> Payment | None:
    """A payment of this person."""
    query = select(Payment).where(Payment.id == payment_id, Payment.user_id == user_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def locked(session: AsyncSession, payment_id: UUID) -> Payment | None:
    """The payment, for the house to change."""
    return await session.scalar(select(Payment).where(Payment.id == payment_id).with_for_update())


async def locked_by_intent(session: AsyncSession, intent_id: str) -> Payment | None:
    """The payment that the vendor knows under this payment intent."""
    return await session.scalar(
        select(Payment).where(Payment.vendor_payment_intent_id == intent_id).with_for_update()
    )


async def page(session: AsyncSession, user_id: UUID, *, before: UUID | None, limit: int) -> list[Payment]:
    """Payments of this person, newest first."""
    query = select(Payment).where(Payment.user_id == user_id).order_by(Payment.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Payment.id < before)
    return list(await session.scalars(query))


async def move(session: AsyncSession, source_user_id: UUID, target_user_id: UUID) -> None:
    """Give one person's payments to another."""
    await session.execute(
        update(Payment).where(Payment.user_id == source_user_id).values(user_id=target_user_id)
    )


async def pending_refund(session: AsyncSession, payment_id: UUID) -> Refund | None:
    """A refund whose outcome is not known yet. The payment is locked by the caller."""
    return await session.scalar(
        select(Refund)
        .where(Refund.payment_id == payment_id, Refund.status == "pending")
        .order_by(Refund.id)
        .limit(1)
    )


async def locked_refund(session: AsyncSession, refund_id: UUID) -> Refund:
    return (await session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update())).one()


async def refunded(session: AsyncSession, payment_id: UUID) -> int:
    """The sum of this payment's refunds that went through."""
    total: int | None = await session.scalar(
        select(func.sum(Refund.amount)).where(Refund.payment_id == payment_id, Refund.status == "succeeded")
    )
    return int(total or 0)


async def keep_event(
    session: AsyncSession,
    *,
    vendor: str,
    vendor_id: str,
    event_type: str,
    payload: dict[str, Any],
    happened_at: datetime,
) -> UUID | None:
    """Store what a vendor told us. None where it is stored already."""
    return await session.scalar(
        insert(ExternalEvent)
        .values(
            id=new_id(),
            vendor=vendor,
            vendor_id=vendor_id,
            type=event_type,
            payload=payload,
            happened_at=happened_at,
        )
        .on_conflict_do_nothing()
        .returning(ExternalEvent.id)
    )


async def locked_event(session: AsyncSession, event_id: UUID) -> ExternalEvent | None:
    return await session.scalar(select(ExternalEvent).where(ExternalEvent.id == event_id).with_for_update())
