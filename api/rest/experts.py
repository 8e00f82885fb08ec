"""Browsing experts, and writing one's own profile."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, status
from pydantic import Field

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from core.money import Currency, Money
from services.experts import service
from services.experts.schemas import (
    ExpertFilter,
    ExpertListing,
    ExpertPage,
    ExpertRead,
    ProfileInput,
    ProfilePatch,
    StatusChange,
)

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


@router.get("/experts", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403, 422))
async def list_experts(
    session: SessionDep, actor: ActorDep, query: Annotated[ExpertQuery, Query()]
) -> ExpertPage:
    """Approved experts that fit all given filters. The first page brings the total and the facets."""
    return await service.browse(session, actor, query.to_filter())


@router.get(
    "/experts/{expert_id}", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403, 404, 422)
)
async def read_expert(expert_id: ExpertKey, session: SessionDep, actor: ActorDep) -> ExpertRead:
    """A whole profile, by id or slug."""
    key = UUID(expert_id) if _UUID.fullmatch(expert_id) else expert_id
    return await service.get(session, actor, key)


@router.post(
    "/experts/{expert_id}/status",
    dependencies=[scoped(Scope.ADMIN)],
    responses=problem(401, 403, 404, 409, 422),
)
async def decide_on_expert(
    expert_id: UUID, data: StatusChange, session: SessionDep, actor: ActorDep
) -> ExpertRead:
    """For operators: approve, return, pause or suspend a profile."""
    return await service.change_status(session, actor, data, expert_id=expert_id)


@router.get("/me/expert-profile", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403, 404))
async def read_my_profile(session: SessionDep, actor: ActorDep) -> ExpertRead:
    """One's own profile as an expert, whatever its status."""
    return await service.my_profile(session, actor)


@router.post(
    "/me/expert-profile",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 409, 422),
)
async def create_my_profile(data: ProfileInput, session: SessionDep, actor: ActorDep) -> ExpertRead:
    """Start one's profile, as a draft."""
    return await service.create_profile(session, actor, data)


@router.patch(
    "/me/expert-profile",
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def update_my_profile(data: ProfilePatch, session: SessionDep, actor: ActorDep) -> ExpertRead:
    """Change one's profile; fields that are left out stay."""
    return await service.update_profile(session, actor, data)


@router.post(
    "/me/expert-profile/status",
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def change_my_status(data: StatusChange, session: SessionDep, actor: ActorDep) -> ExpertRead:
    """Submit, withdraw, pause or resume one's profile."""
    return await service.change_status(session, actor, data)
