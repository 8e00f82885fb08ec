"""One's data: taking it along, and having it deleted."""

from fastapi import APIRouter, Response, status

from api.deps import ActorDep, DatabaseDep, SessionDep, scoped
from api.problem import problem
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.accounts import deletion, export
from services.accounts.schemas import DeletionRead

router = APIRouter(tags=["accounts"])


@router.get(
    "/me/export",
    dependencies=[scoped(Scope.ACCOUNT_READ), limited("export", 5, minutes=60, account=True)],
    response_class=Response,
    responses={
        **problem(401, 403, 404, 429),
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def export_data(db: DatabaseDep, actor: ActorDep, device: DeviceDep) -> Response:
    """Everything the service holds about the person, as a ZIP of JSON files. Needs a fresh step-up."""
    return Response(
        await export.build(db, actor, device=device),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="sextant-export.zip"'},
    )


@router.post(
    "/me/deletion",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409),
)
async def request_deletion(session: SessionDep, actor: ActorDep, device: DeviceDep) -> DeletionRead:
    """Have the account deleted after a grace period of 14 days. Needs a fresh step-up."""
    return await deletion.request(session, actor, device=device)


@router.delete(
    "/me/deletion",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404),
)
async def cancel_deletion(session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Keep the account after all."""
    await deletion.cancel(session, actor, device=device)
