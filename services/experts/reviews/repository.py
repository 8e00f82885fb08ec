"""SQL of reviews. Reads for a person start from the calls that person took part in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.experts import Expert, Review, ReviewedCall, ReviewReport


async def add_call(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a call, once. False if it was there."""
    row = insert(ReviewedCall).values(values).on_conflict_do_nothing().returning(ReviewedCall.booking_id)
    return await session.scalar(row) is not None


async def call(session: AsyncSession, booking_id: UUID, *, lock: bool = False) -> ReviewedCall | None:
    statement = select(ReviewedCall).where(ReviewedCall.booking_id == booking_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def calls_of(
    session: AsyncSession, user_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ReviewedCall]:
    """Last held first."""
    statement = select(ReviewedCall).where(
        or_(ReviewedCall.client_id == user_id, ReviewedCall.expert_user_id == user_id)
    )
    if after is not None:
        at, booking_id = after
        statement = statement.where(
            or_(
                ReviewedCall.ended_at < at,
                (ReviewedCall.ended_at == at) & (ReviewedCall.booking_id > booking_id),
            )
        )
    ordered = statement.order_by(ReviewedCall.ended_at.desc(), ReviewedCall.booking_id)
    return (await session.scalars(ordered.limit(limit))).all()


async def due(session: AsyncSession, *, at: datetime, limit: int) -> Sequence[UUID]:
    """Calls whose time is up and whose reviews nobody has published."""
    statement = select(ReviewedCall.booking_id).where(
        ReviewedCall.published_at.is_(None), ReviewedCall.closes_at <= at
    )
    return (await session.scalars(statement.order_by(ReviewedCall.closes_at).limit(limit))).all()


async def of_calls(session: AsyncSession, booking_ids: Iterable[UUID]) -> Sequence[Review]:
    """All reviews of these calls, removed ones too."""
    return (await session.scalars(select(Review).where(Review.booking_id.in_(list(booking_ids))))).all()


async def add(session: AsyncSession, review: Review) -> None:
    session.add(review)
    # What is read back has its times from the database.
    await session.flush()
    await session.refresh(review)


async def by_id(session: AsyncSession, review_id: UUID, *, lock: bool = False) -> Review | None:
    statement = select(Review).where(Review.id == review_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def published(
    session: AsyncSession, expert_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Review]:
    """What clients said of an expert, newest first."""
    statement = select(Review).where(*_shown(expert_id))
    if after is not None:
        at, review_id = after
        statement = statement.where(
            or_(Review.published_at < at, (Review.published_at == at) & (Review.id > review_id))
        )
    ordered = statement.order_by(Review.published_at.desc(), Review.id)
    return (await session.scalars(ordered.limit(limit))).all()


async def stars(session: AsyncSession, expert_id: UUID) -> list[int]:
    """How many shown reviews gave one star, two, up to five."""
    rows = await session.execute(
        select(Review.stars, func.count()).where(*_shown(expert_id)).group_by(Review.stars)
    )
    counts = {row[0]: row[1] for row in rows}
    return [counts.get(star, 0) for star in range(1, 6)]


async def rate(session: AsyncSession, expert_id: UUID, *, stars: int, count: int) -> None:
    """Add to what the expert's rating is made of; negative to take away."""
    await session.execute(
        update(Expert)
        .where(Expert.id == expert_id)
        .values(rating_sum=Expert.rating_sum + stars, rating_count=Expert.rating_count + count)
    )


async def add_report(session: AsyncSession, values: dict[str, Any]) -> None:
    """Store a report; a second one by the same person changes nothing."""
    await session.execute(insert(ReviewReport).values(values).on_conflict_do_nothing())


async def report(session: AsyncSession, report_id: UUID) -> ReviewReport | None:
    return await session.scalar(
        select(ReviewReport).where(ReviewReport.id == report_id).with_for_update(),
        execution_options={"populate_existing": True},
    )


async def reports(
    session: AsyncSession, *, resolved: bool, after: UUID | None, limit: int
) -> Sequence[tuple[ReviewReport, Review]]:
    statement = select(ReviewReport, Review).join(Review, Review.id == ReviewReport.review_id)
    statement = statement.where(ReviewReport.resolved_at.is_not(None) == resolved)
    if after is not None:
        statement = statement.where(ReviewReport.id > after)
    rows = await session.execute(statement.order_by(ReviewReport.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def resolve_reports(
    session: AsyncSession, review_id: UUID, *, only: UUID | None, values: dict[str, Any]
) -> None:
    """Resolve the open reports of a review, or one of them."""
    statement = update(ReviewReport).where(
        ReviewReport.review_id == review_id, ReviewReport.resolved_at.is_(None)
    )
    if only is not None:
        statement = statement.where(ReviewReport.id == only)
    await session.execute(statement.values(values).execution_options(synchronize_session="fetch"))


async def written_by(session: AsyncSession, user_id: UUID) -> Sequence[Review]:
    return (
        await session.scalars(select(Review).where(Review.author_id == user_id).order_by(Review.id))
    ).all()


async def move(session: AsyncSession, source: UUID, target: UUID) -> None:
    """What one account did is the other's from now on."""
    for column in (ReviewedCall.client_id, ReviewedCall.expert_user_id, Review.author_id):
        table = column.class_
        await session.execute(update(table).where(column == source).values({column.key: target}))


def _shown(expert_id: UUID) -> tuple[Any, ...]:
    return (
        Review.expert_id == expert_id,
        Review.side == "client",
        Review.published_at.is_not(None),
        Review.removed_at.is_(None),
    )
