"""Reviews after a held call.

Both sides may write for seven days, one review each, and change it while nobody else can read it. It is double-blind:
neither side sees the other's before both are in or the time is up; then what there is becomes visible at once, and
nothing can be added, so that nobody answers a review with a review. The one reviewed may reply, once. Anyone with an
account may report a review that they can read; an operator keeps or removes it. What clients wrote is public and makes
the expert's rating; what an expert wrote of a client is between the two.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.jobs import enqueue
from models.experts import Review, ReviewedCall
from services.experts import repository as experts
from services.experts.reviews import jobs, publishing, reading, repository
from services.experts.reviews.schemas import (
    CallReviews,
    CallReviewsPage,
    ReportPage,
    Resolve,
    ReviewPage,
    ReviewRead,
    Side,
    WriteReply,
    WriteReport,
    WriteReview,
)

BLIND = timedelta(days=7)
_REMINDER = timedelta(days=5)


async def open_call(
    session: AsyncSession,
    *,
    booking_id: UUID,
    expert_id: UUID,
    client_id: UUID,
    expert_user_id: UUID,
    ended_at: datetime,
) -> None:
    """Told by the bookings room: a call was held. Both sides are asked for a review; again, it changes nothing."""
    closes_at = ended_at + BLIND
    new = await repository.add_call(
        session,
        {
            "booking_id": booking_id,
            "expert_id": expert_id,
            "client_id": client_id,
            "expert_user_id": expert_user_id,
            "ended_at": ended_at,
            "closes_at": closes_at,
        },
    )
    if new:
        now = clock.now()
        await enqueue(session, jobs.prompt, booking_id=booking_id)
        await enqueue(
            session, jobs.remind, booking_id=booking_id, delay=max(ended_at + _REMINDER - now, timedelta(0))
        )
        await enqueue(session, jobs.close, booking_id=booking_id, delay=max(closes_at - now, timedelta(0)))


async def get_call(session: AsyncSession, actor: Actor, booking_id: UUID) -> CallReviews:
    """A held call of the actor's with its reviews. Raises `NotFound`, also before the call has been held."""
    actor.require(Scope.BOOKINGS_READ)
    return (await reading.to_calls(session, actor, [await _mine(session, actor, booking_id)]))[0]


async def list_calls(
    session: AsyncSession, actor: Actor, *, cursor: str | None, limit: int
) -> CallReviewsPage:
    """The actor's held calls, as client and as expert."""
    actor.require(Scope.BOOKINGS_READ)
    rows = await repository.calls_of(session, actor.user_id, after=_decode(cursor), limit=limit + 1)
    next_cursor = (
        f"{rows[limit - 1].ended_at.isoformat()}~{rows[limit - 1].booking_id}" if len(rows) > limit else None
    )
    return CallReviewsPage(
        items=await reading.to_calls(session, actor, rows[:limit]), next_cursor=next_cursor
    )


async def write(session: AsyncSession, actor: Actor, booking_id: UUID, data: WriteReview) -> CallReviews:
    """Write one's review of a call, or change it while it is not published. Raises `Conflict` (reviews_closed)."""
    actor.require_account()
    actor.require(Scope.BOOKINGS_WRITE)
    call = await _mine(session, actor, booking_id, lock=True)
    if call.closes_at <= clock.now():
        raise Conflict("The seven days for reviewing this call are over.", code="reviews_closed")
    if call.published_at is not None:
        raise Conflict(
            "Both reviews are in by now and can be read, so neither is changed any more.",
            code="reviews_closed",
        )
    side = reading.side_of(call, actor)
    written = {review.side: review for review in await repository.of_calls(session, [booking_id])}
    mine = written.get(side.value)
    if mine is not None:
        mine.stars, mine.text = data.stars, data.text
        await session.flush()  # the time of change comes back from the database
        await session.refresh(mine)
    else:
        mine = Review(
            booking_id=booking_id,
            expert_id=call.expert_id,
            side=side.value,
            author_id=actor.user_id,
            stars=data.stars,
            text=data.text,
        )
        await repository.add(session, mine)
        if len(written) == 1:
            await publishing.publish(session, call)
    return (await reading.to_calls(session, actor, [call]))[0]


async def of_expert(
    session: AsyncSession, actor: Actor, expert_id: UUID, *, cursor: str | None, limit: int
) -> ReviewPage:
    """Published reviews of an expert whom the actor may see."""
    actor.require(Scope.EXPERTS_READ)
    if await experts.get(session, actor, expert_id) is None:
        raise NotFound("There is no such expert.")
    rows = await repository.published(session, expert_id, after=_decode(cursor), limit=limit + 1)
    stars = await repository.stars(session, expert_id) if cursor is None else None
    last = rows[limit - 1] if len(rows) > limit else None
    return ReviewPage(
        items=await reading.to_reads(session, rows[:limit]),
        next_cursor=f"{last.published_at.isoformat()}~{last.id}" if last and last.published_at else None,
        total=sum(stars) if stars is not None else None,
        stars=stars,
    )


async def reply(session: AsyncSession, actor: Actor, review_id: UUID, data: WriteReply) -> ReviewRead:
    """Answer a published review of oneself, once. Raises `NotFound`, `Forbidden`, `Conflict` (replied_already)."""
    actor.require_account()
    actor.require(Scope.BOOKINGS_WRITE)
    review, call = await _visible(session, actor, review_id, lock=True)
    subject = call.expert_user_id if review.side == Side.CLIENT else call.client_id
    if actor.user_id != subject:
        raise Forbidden("Only the person who was reviewed can reply.", code="not_the_subject")
    if review.reply is not None:
        raise Conflict("You have replied to this review already.", code="replied_already")
    review.reply, review.replied_at = data.text, clock.now()
    return (await reading.to_reads(session, [review]))[0]


async def report(session: AsyncSession, actor: Actor, review_id: UUID, data: WriteReport) -> None:
    """Report a published review to the operators; one report a person. Raises `NotFound`."""
    actor.require_account()
    actor.require(Scope.BOOKINGS_WRITE)
    review, _ = await _visible(session, actor, review_id)
    if review.author_id == actor.user_id:
        raise Conflict("This is your own review.", code="own_review")
    await repository.add_report(
        session,
        {
            "review_id": review_id,
            "reporter_id": actor.user_id,
            "reason": data.reason.value,
            "details": data.details,
        },
    )


async def list_reports(
    session: AsyncSession, actor: Actor, *, resolved: bool, cursor: UUID | None, limit: int
) -> ReportPage:
    """For operators: reports that wait, or that have been dealt with."""
    actor.require(Scope.ADMIN)
    rows = await repository.reports(session, resolved=resolved, after=cursor, limit=limit + 1)
    return ReportPage(
        items=await reading.to_reports(session, rows[:limit]),
        next_cursor=str(rows[limit - 1][0].id) if len(rows) > limit else None,
    )


async def resolve(session: AsyncSession, actor: Actor, report_id: UUID, data: Resolve) -> None:
    """For operators: keep a review, which ends this report, or remove it, which ends all reports of it and takes its
    stars out of the rating. Raises `NotFound`, `Conflict` (report_resolved)."""
    actor.require(Scope.ADMIN)
    row = await repository.report(session, report_id)
    review = await repository.by_id(session, row.review_id, lock=True) if row is not None else None
    if row is None or review is None:
        raise NotFound("There is no such report.")
    if row.resolved_at is not None:
        raise Conflict("This report has been dealt with.", code="report_resolved")
    now = clock.now()
    if data.outcome == "removed" and review.removed_at is None:
        review.removed_at = now
        if review.side == Side.CLIENT:
            await repository.rate(session, review.expert_id, stars=-review.stars, count=-1)
    await repository.resolve_reports(
        session,
        review.id,
        only=None if data.outcome == "removed" else report_id,
        values={
            "resolved_at": now,
            "resolved_by": actor.user_id,
            "outcome": data.outcome,
            "note": data.note,
        },
    )


async def _mine(session: AsyncSession, actor: Actor, booking_id: UUID, *, lock: bool = False) -> ReviewedCall:
    call = await repository.call(session, booking_id, lock=lock)
    if call is None or actor.user_id not in (call.client_id, call.expert_user_id):
        raise NotFound("There is no call of yours to review here.")
    return call


async def _visible(
    session: AsyncSession, actor: Actor, review_id: UUID, *, lock: bool = False
) -> tuple[Review, ReviewedCall]:
    """A published review that the actor may read: those of experts are public, those of clients are their two sides'."""
    review = await repository.by_id(session, review_id, lock=lock)
    call = await repository.call(session, review.booking_id) if review is not None else None
    if review is None or call is None or review.published_at is None or review.removed_at is not None:
        raise NotFound("There is no such review.")
    if review.side == Side.EXPERT and actor.user_id not in (call.client_id, call.expert_user_id):
        raise NotFound("There is no such review.")
    return review, call


def _decode(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, row_id = cursor.partition("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1900 < moment.year < 3000:
            raise ValueError("not a moment of ours")
        return moment, UUID(row_id)
    except ValueError:
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None


__all__ = [
    "get_call",
    "list_calls",
    "list_reports",
    "of_expert",
    "open_call",
    "reply",
    "report",
    "resolve",
    "write",
]
