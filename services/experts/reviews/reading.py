"""From rows of reviews to what is handed out: nobody reads the other side's before it is published."""

from collections.abc import Sequence
from typing import Literal, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor
from models.experts import Review, ReviewedCall, ReviewReport
from services.accounts import service as accounts
from services.experts.reviews import repository
from services.experts.reviews.schemas import CallReviews, Reason, ReportRead, ReviewRead, Side, State


def side_of(call: ReviewedCall, actor: Actor) -> Side:
    """Which side of the call the actor is."""
    return Side.CLIENT if actor.user_id == call.client_id else Side.EXPERT


async def to_reads(session: AsyncSession, reviews: Sequence[Review]) -> list[ReviewRead]:
    """In the given order; names by one query."""
    people = await accounts.people(session, [review.author_id for review in reviews])
    return [_read(review, people[review.author_id].name) for review in reviews]


async def to_calls(session: AsyncSession, actor: Actor, calls: Sequence[ReviewedCall]) -> list[CallReviews]:
    """The calls as the actor, who is a side of each, sees them."""
    written = {
        (review.booking_id, review.side): review
        for review in await repository.of_calls(session, [call.booking_id for call in calls])
        if review.removed_at is None
    }
    ids = {user_id for call in calls for user_id in (call.client_id, call.expert_user_id)}
    names = {user_id: person.name for user_id, person in (await accounts.people(session, ids)).items()}

    def read(review: Review | None) -> ReviewRead | None:
        return _read(review, names[review.author_id]) if review is not None else None

    found = []
    for call in calls:
        side = side_of(call, actor)
        mine = written.get((call.booking_id, side.value))
        theirs = written.get((call.booking_id, _other(side).value))
        other_id = call.expert_user_id if side is Side.CLIENT else call.client_id
        found.append(
            CallReviews(
                booking_id=call.booking_id,
                expert_id=call.expert_id,
                side=side,
                other_name=names[other_id],
                ended_at=call.ended_at,
                closes_at=call.closes_at,
                state=_state(call, mine, theirs),
                mine=read(mine),
                theirs=read(theirs) if call.published_at is not None else None,
            )
        )
    return found


async def to_reports(session: AsyncSession, rows: Sequence[tuple[ReviewReport, Review]]) -> list[ReportRead]:
    reads: dict[UUID, ReviewRead] = {
        read.id: read for read in await to_reads(session, [review for _, review in rows])
    }
    people = await accounts.people(session, [report.reporter_id for report, _ in rows])
    return [
        ReportRead(
            id=report.id,
            review=reads[review.id],
            expert_id=review.expert_id,
            removed=review.removed_at is not None,
            reporter_name=people[report.reporter_id].name,
            reason=Reason(report.reason),
            details=report.details,
            reported_at=report.created_at,
            resolved_at=report.resolved_at,
            outcome=cast(Literal["kept", "removed"] | None, report.outcome),
            note=report.note,
        )
        for report, review in rows
    ]


def _other(side: Side) -> Side:
    return Side.EXPERT if side is Side.CLIENT else Side.CLIENT


def _state(call: ReviewedCall, mine: Review | None, theirs: Review | None) -> State:
    if call.published_at is not None:
        return State.PUBLISHED if mine or theirs else State.CLOSED
    if mine is not None:
        return State.WAITING
    return State.CLOSED if call.closes_at <= clock.now() else State.OPEN


def _read(review: Review, name: str) -> ReviewRead:
    return ReviewRead(
        id=review.id,
        side=Side(review.side),
        author_name=name,
        stars=review.stars,
        text=review.text,
        written_at=review.created_at,
        published_at=review.published_at,
        reply=review.reply,
        replied_at=review.replied_at,
    )
