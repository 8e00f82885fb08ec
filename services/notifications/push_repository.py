"""SQL of push subscriptions."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from models.notifications import PushSubscription


async def of_person(session: AsyncSession, user_id: UUID) -> Sequence[PushSubscription]:
    """A person's devices, the newest first."""
    return await of_people(session, [user_id])


async def of_people(session: AsyncSession, user_ids: Collection[UUID]) -> Sequence[PushSubscription]:
    """The devices of these people, the newest first."""
    query = select(PushSubscription).where(PushSubscription.user_id.in_(user_ids))
    return (await session.scalars(query.order_by(PushSubscription.id.desc()))).all()


async def get(session: AsyncSession, subscription_id: UUID) -> PushSubscription | None:
    return await session.get(PushSubscription, subscription_id)


async def keep(session: AsyncSession, **values: Any) -> PushSubscription:
    """Store a subscription. A browser's address that is known goes to whoever is signed in there now."""
    changes = {name: value for name, value in values.items() if name != "endpoint"}
    row: PushSubscription | None = await session.scalar(
        insert(PushSubscription)
        .values(id=new_id(), **values)
        .on_conflict_do_update(index_elements=["endpoint"], set_=changes)
        .returning(PushSubscription),
        execution_options={"populate_existing": True},
    )
    assert row is not None
    return row


async def forget_oldest(session: AsyncSession, user_id: UUID, *, keep: int) -> None:
    """Leave a person their newest devices."""
    newest = (
        select(PushSubscription.id)
        .where(PushSubscription.user_id == user_id)
        .order_by(PushSubscription.id.desc())
        .limit(keep)
    )
    await session.execute(
        delete(PushSubscription).where(
            PushSubscription.user_id == user_id, PushSubscription.id.not_in(newest)
        )
    )


async def remove(session: AsyncSession, subscription_id: UUID, *, user_id: UUID | None = None) -> bool:
    """Remove a subscription, of that person where one is given. False where there is none."""
    query = delete(PushSubscription).where(PushSubscription.id == subscription_id)
    if user_id is not None:
        query = query.where(PushSubscription.user_id == user_id)
    return (await session.scalar(query.returning(PushSubscription.id))) is not None


async def forget(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(PushSubscription).where(PushSubscription.user_id == user_id))
