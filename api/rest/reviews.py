"""Reviews after held calls: writing, replying, reporting, and what operators do about reports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.experts.reviews import service
from services.experts.reviews.schemas import (
    CallReviews,
    CallReviewsPage,
    ReportPage,
    Resolve,
    ReviewRead,
    WriteReply,
    WriteReport,
    WriteReview,
)

router = APIRouter(tags=["reviews"])


@router.get("/me/reviews", dependencies=[scoped(Scope.BOOKINGS_READ)], responses=problem(401, 403, 422))
async def list_call_reviews(
    session: SessionDep,
    actor: ActorDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> CallReviewsPage:
    """One's held calls, as client and as expert, with their reviews."""
    return await service.list_calls(session, actor, cursor=cursor, limit=limit)


@router.get(
    "/bookings/{booking_id}/review",
    dependencies=[scoped(Scope.BOOKINGS_READ)],
    responses=problem(401, 403, 404, 422),
)
async def read_call_reviews(booking_id: UUID, session: SessionDep, actor: ActorDep) -> CallReviews:
    """The reviews of a call of one's own; the other side's only once published."""
    return await service.get_call(session, actor, booking_id)


@router.put(
    "/bookings/{booking_id}/review",
    dependencies=[scoped(Scope.BOOKINGS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def write_review(
    booking_id: UUID, data: WriteReview, session: SessionDep, actor: ActorDep
) -> CallReviews:
    """Review a held call, or change one's review, within seven days and while it is not published."""
    return await service.write(session, actor, booking_id, data)


@router.post(
    "/reviews/{review_id}/reply",
    dependencies=[scoped(Scope.BOOKINGS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def reply_to_review(
    review_id: UUID, data: WriteReply, session: SessionDep, actor: ActorDep
) -> ReviewRead:
    """Reply, once, to a review of oneself."""
    return await service.reply(session, actor, review_id, data)


@router.post(
    "/reviews/{review_id}/reports",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.BOOKINGS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def report_review(review_id: UUID, data: WriteReport, session: SessionDep, actor: ActorDep) -> None:
    """Tell the operators that a review breaks the rules."""
    await service.report(session, actor, review_id, data)


@router.get("/admin/review-reports", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_review_reports(
    session: SessionDep,
    actor: ActorDep,
    resolved: Annotated[bool, Query()] = False,
    cursor: Annotated[UUID | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> ReportPage:
    """For operators: reports that wait, longest first, or those dealt with."""
    return await service.list_reports(session, actor, resolved=resolved, cursor=cursor, limit=limit)


@router.post(
    "/admin/review-reports/{report_id}/resolution",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ADMIN)],
    responses=problem(401, 403, 404, 409, 422),
)
async def resolve_review_report(report_id: UUID, data: Resolve, session: SessionDep, actor: ActorDep) -> None:
    """For operators: keep the review, or remove it and its stars."""
    await service.resolve(session, actor, report_id, data)
