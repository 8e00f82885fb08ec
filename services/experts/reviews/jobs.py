"""What happens to reviews by itself: the prompt after the call, one reminder, and the end of the seven days. Importing
this registers the jobs, and what becomes of reviews when accounts merge or go."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import Database
from core.jobs import enqueue, job, periodic
from services.accounts import service as accounts
from services.experts.reviews import publishing, repository
from services.experts.reviews.schemas import Side
from services.notifications import service as notifications

_BATCH = 500


@job("experts.ask_for_reviews")
async def prompt(db: Database, *, booking_id: UUID) -> None:
    """Ask both sides how the call was."""
    await _ask(db, booking_id, "asked")


@job("experts.remind_of_reviews")
async def remind(db: Database, *, booking_id: UUID) -> None:
    """Ask those who have not written, once more."""
    await _ask(db, booking_id, "reminded")


@job("experts.close_reviews")
async def close(db: Database, *, booking_id: UUID) -> None:
    """The seven days are over: what there is becomes visible."""
    async with db.transaction() as session:
        call = await repository.call(session, booking_id, lock=True)
        if call is not None and call.closes_at <= clock.now():
            await publishing.publish(session, call)


@periodic("experts.close_overdue_reviews", "23 * * * *")
async def close_overdue(db: Database) -> None:
    """Take up calls whose job was lost."""
    async with db.transaction() as session:
        for booking_id in await repository.due(session, at=clock.now(), limit=_BATCH):
            await enqueue(session, close, key=f"experts.close_reviews:{booking_id}", booking_id=booking_id)


async def _ask(db: Database, booking_id: UUID, what: Literal["asked", "reminded"]) -> None:
    async with db.transaction() as session:
        call = await repository.call(session, booking_id)
        if call is None or call.published_at is not None or call.closes_at <= clock.now():
            return
        left = max(1, round((call.closes_at - clock.now()) / timedelta(days=1)))
        written = {review.side for review in await repository.of_calls(session, [booking_id])}
        people = await accounts.people(session, [call.client_id, call.expert_user_id])
        for side, user_id, other_id in (
            (Side.CLIENT, call.client_id, call.expert_user_id),
            (Side.EXPERT, call.expert_user_id, call.client_id),
        ):
            if side.value in written:
                continue
            await notifications.send_email(
                session,
                user_id=user_id,
                template="review_asked",
                context={
                    "other_name": people[other_id].name,
                    "days_left": left if what == "reminded" else None,
                    "url": publishing.page(call),
                },
                key=f"reviews.{what}:{booking_id}:{side.value}",
            )


@accounts.on_merge
async def _move(session: AsyncSession, source: UUID, target: UUID) -> None:
    await repository.move(session, source, target)


@accounts.on_export("reviews")
async def _export(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "booking": review.booking_id,
            "stars": review.stars,
            "text": review.text,
            "written_at": review.created_at,
            "published_at": review.published_at,
        }
        for review in await repository.written_by(session, user_id)
    ]
