"""Finding the experts who fit."""

from uuid import UUID

from fastapi import APIRouter, status

from api.deps import ActorDep, DatabaseDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.matching import service
from services.matching.schemas import MatchList, MatchQuery

router = APIRouter(prefix="/matches", tags=["matching"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.EXPERTS_READ)],
    responses=problem(401, 403, 404, 422, 503),
)
async def create_match(query: MatchQuery, db: DatabaseDep, actor: ActorDep) -> MatchList:
    """Find, rank and explain. The result is stored."""
    return await service.search(db, actor, query)


@router.get("/{match_id}", dependencies=[scoped(Scope.EXPERTS_READ)], responses=problem(401, 403, 404, 422))
async def read_match(match_id: UUID, session: SessionDep, actor: ActorDep) -> MatchList:
    """A stored result of one's own, with experts who can no longer be booked marked."""
    return await service.get(session, actor, match_id)
