"""Browsing experts, saving them, and writing one's own profile."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import Field

from api.deps import ActorDep, SessionDep, VisitorDep, public, scoped
from api.problem import problem
from core.actor import Scope
from core.money import Currency, Money
from services.experts import service
from services.experts.listing_schemas import ExpertFilter, ExpertListing, ExpertPage
from services.experts.reviews import service as reviews
from services.experts.reviews.schemas import ReviewPage
from services.experts.schemas import (
    Decision,
    ExpertRead,
    MyProfile,
    ProfilePatch,
    SavedExperts,
    Status,
    StatusChange,
    SubmissionPage,
)
from services.experts.vocabulary import Vocabulary, vocabulary

router = APIRouter(tags=["experts"])

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ExpertKey = Annotated[
    str, Path(description="Id or slug", min_length=1, max_length=80, pattern=r"^[a-z0-9-]+$")
]


class ExpertQuery(ExpertListing):
    """`ExpertFilter` as a query string: rates are given in whole units of `currency`."""

    min_rate: int | None = Field(None, ge=1, le=10**9)
    max_rate: int | None = Field(None, ge=1, le=10**9)
    currency: Currency = "USD"

    def to_filter(self) -> ExpertFilter:
        return ExpertFilter(
            **self.model_dump(exclude={"min_rate", "max_rate", "currency"}),
            min_rate=Money.of(self.min_rate, self.currency) if self.min_rate else None,
            max_rate=Money.of(self.max_rate, self.currency) if self.max_rate else None,
        )


@router.get("/experts", dependencies=[public()], responses=problem(403, 422))
async def list_experts(
    session: SessionDep, actor: VisitorDep, query: Annotated[ExpertQuery, Query()]
) -> ExpertPage:
    """Approved experts that fit all given filters. The first page brings the total and the facets."""
    return await service.browse(session, actor, query.to_filter())


@router.get("/vocabulary", dependencies=[public()])
async def get_vocabulary(response: Response) -> Vocabulary:
    """The skills, industries and languages that a profile may list."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    return vocabulary()


@router.get("/experts/{expert_id}", dependencies=[public()], responses=problem(403, 404, 422))
async def read_expert(expert_id: ExpertKey, session: SessionDep, actor: VisitorDep) -> ExpertRead:
    """A whole profile, by id or slug. Approved ones are public; one's own is shown whatever its status."""
    return await service.get(session, actor, expert_key(expert_id))


@router.get("/experts/{expert_id}/reviews", dependencies=[public()], responses=problem(403, 404, 422))
async def list_expert_reviews(
    expert_id: UUID,
    session: SessionDep,
    actor: VisitorDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> ReviewPage:
    """What clients said after held calls, newest first."""
    return await reviews.of_expert(session, actor, expert_id, cursor=cursor, limit=limit)


@router.get("/me/saved-experts", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403))
async def list_saved_experts(session: SessionDep, actor: ActorDep) -> SavedExperts:
    """Whom one has saved. What a guest saved moves along when they sign in or up."""
    return await service.list_saved(session, actor)


@router.put(
    "/me/saved-experts/{expert_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.EXPERTS_READ)],
    responses=problem(401, 403, 404, 409, 422),
)
async def save_expert(expert_id: UUID, session: SessionDep, actor: ActorDep) -> None:
    """Save an expert for later; guests may too."""
    await service.save(session, actor, expert_id)


@router.delete(
    "/me/saved-experts/{expert_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.EXPERTS_READ)],
    responses=problem(401, 403, 422),
)
async def unsave_expert(expert_id: UUID, session: SessionDep, actor: ActorDep) -> None:
    """Take an expert off the list of saved ones."""
    await service.unsave(session, actor, expert_id)


@router.get("/admin/experts", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_submissions(
    session: SessionDep,
    actor: ActorDep,
    status: Annotated[Status, Query()] = Status.SUBMITTED,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> SubmissionPage:
    """For operators: profiles of one status. Those handed in are the queue, longest waiting first."""
    return await service.submissions(session, actor, status=status, cursor=cursor, limit=limit)


@router.post(
    "/experts/{expert_id}/status",
    dependencies=[scoped(Scope.ADMIN)],
    responses=problem(401, 403, 404, 409, 422),
)
async def decide_on_expert(
    expert_id: UUID, data: Decision, session: SessionDep, actor: ActorDep
) -> ExpertRead:
    """For operators: approve (with every point of the checklist), return, pause, suspend or reinstate a profile."""
    return await service.decide(session, actor, expert_id, data)


@router.get("/me/expert-profile", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403, 404))
async def read_my_profile(session: SessionDep, actor: ActorDep) -> MyProfile:
    """One's own profile as an expert, whatever its status, with what it still lacks."""
    return await service.my_profile(session, actor)


@router.post(
    "/me/expert-profile",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def create_my_profile(data: ProfilePatch, session: SessionDep, actor: ActorDep) -> MyProfile:
    """Start one's profile, as a draft that may be empty. Who does so becomes a CTO."""
    return await service.create_profile(session, actor, data)


@router.patch(
    "/me/expert-profile",
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def update_my_profile(data: ProfilePatch, session: SessionDep, actor: ActorDep) -> MyProfile:
    """Change one's profile; fields that are left out stay."""
    return await service.update_profile(session, actor, data)


@router.post(
    "/me/expert-profile/status",
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def change_my_status(data: StatusChange, session: SessionDep, actor: ActorDep) -> MyProfile:
    """Submit, withdraw, pause or resume one's profile."""
    await service.change_status(session, actor, data)
    return await service.my_profile(session, actor)


def expert_key(text: str) -> UUID | str:
    """What a path names an expert by."""
    return UUID(text) if _UUID.fullmatch(text) else text
