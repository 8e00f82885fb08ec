"""Files over REST: begin an upload, PUT the bytes to the storage, complete it; then download it, or delete it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.limits import limited
from core.actor import Scope
from core.errors import SextantError
from services.files import service
from services.files.schemas import BeginUpload, FilePage, FileRead, PhotoRead, SetPhoto, UploadRead

router = APIRouter(tags=["files"])
READ = [scoped(Scope.FILES_READ)]
WRITE = [scoped(Scope.FILES_WRITE)]
# A file's content never changes under its id.
YEAR = 365 * 24 * 3600
HOUR = 3600
FEW_MINUTES = 4 * 60


@router.post(
    "/files",
    status_code=status.HTTP_201_CREATED,
    dependencies=[*WRITE, limited("uploads", 300, minutes=10, account=True)],
    responses=problem(401, 403, 409, 413, 422, 429, 503),
)
async def begin_upload(session: SessionDep, actor: ActorDep, data: BeginUpload) -> UploadRead:
    """Begin an upload. PUT the bytes to `upload.url` with `upload.headers` within 15 minutes, then complete it."""
    return await service.begin(session, actor, data)


@router.get("/files", dependencies=READ, responses=problem(401, 403, 422))
async def list_files(
    session: SessionDep,
    actor: ActorDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> FilePage:
    """One's own files, newest first, and the space they take."""
    return await service.list_own(session, actor, before=cursor, limit=limit)


@router.get("/files/{file_id}", dependencies=READ, responses=problem(401, 403, 404, 422))
async def get_file(session: SessionDep, actor: ActorDep, file_id: UUID) -> FileRead:
    """A file of one's own, or one that was sent to a room of one's."""
    return await service.get(session, actor, file_id)


@router.post("/files/{file_id}/complete", dependencies=WRITE, responses=problem(401, 403, 404, 409, 422, 503))
async def complete_upload(db: DatabaseDep, actor: ActorDep, file_id: UUID) -> FileRead:
    """Say that the bytes are there. They are checked: `ready` at once, or `processing` until a closer look is done;
    what is refused is answered with its reason."""
    return await service.complete(db, actor, file_id)


@router.delete(
    "/files/{file_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 422),
)
async def delete_file(session: SessionDep, actor: ActorDep, file_id: UUID) -> None:
    """Delete a file of one's own, also from the messages that carry it; or give an upload up."""
    await service.delete(session, actor, file_id)


@router.get(
    "/files/{file_id}/content",
    dependencies=[public()],
    status_code=status.HTTP_307_TEMPORARY_REDIRECT,
    response_class=RedirectResponse,
    responses=problem(404, 409, 410, 422, 503),
)
async def download_file(
    request: Request, session: SessionDep, actor: OptionalActorDep, file_id: UUID, inline: bool = False
) -> Response:
    """Redirects to the bytes: a URL of the storage that is good for five minutes. Open for public files (portfolios);
    others for their owner and the members of the room they were sent to. `inline` lets a browser show images and
    PDFs; everything else is always a download."""
    try:
        url = await service.download_url(session, actor, file_id, inline=inline)
    except SextantError:
        # Who follows a link in a browser is shown a page that says why, not an answer for programs.
        if request.headers.get("sec-fetch-mode") != "navigate":
            raise
        return RedirectResponse(
            f"/files/{file_id}", status.HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"}
        )
    return RedirectResponse(url, headers={"Cache-Control": f"private, max-age={FEW_MINUTES}"})


@router.get(
    "/files/{file_id}/thumbnail",
    dependencies=[public()],
    response_class=Response,
    responses={
        **problem(404, 409, 410, 422, 503),
        200: {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def get_thumbnail(session: SessionDep, actor: OptionalActorDep, file_id: UUID) -> Response:
    """The small picture of an image. Open for photos and public files, else as for the content."""
    picture, is_public = await service.thumbnail(session, actor, file_id)
    # Whoever takes a public picture back does not want it to stay in caches that many share.
    kept = f"public, max-age={HOUR}" if is_public else f"private, max-age={YEAR}, immutable"
    return Response(
        picture,
        media_type="image/webp",
        headers={"Cache-Control": kept, "Content-Disposition": "inline"},
    )


@router.put(
    "/me/photo",
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def set_photo(session: SessionDep, actor: ActorDep, data: SetPhoto) -> PhotoRead:
    """Show an uploaded photo beside one's name, everywhere."""
    return await service.set_photo(session, actor, data.file_id)


@router.delete("/me/photo", dependencies=[scoped(Scope.ACCOUNT_WRITE)], responses=problem(401, 403, 404))
async def remove_photo(session: SessionDep, actor: ActorDep) -> PhotoRead:
    """Show no photo."""
    return await service.remove_photo(session, actor)
