"""Reading a résumé into proposals for one's profile."""

from typing import Any

from fastapi import APIRouter, Request

from api.deps import ActorDep, scoped
from api.problem import problem
from api.rest.limits import limited
from core.actor import Scope
from services.experts.resume import service
from services.experts.resume.schemas import ResumeReading

router = APIRouter(tags=["experts"])

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/me/expert-profile/resume",
    dependencies=[scoped(Scope.EXPERTS_WRITE), limited("resume", 30, minutes=60, account=True)],
    responses=problem(401, 403, 413, 422, 429),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/pdf": _FILE, _DOCX: _FILE}},
    },
)
async def read_resume(request: Request, actor: ActorDep) -> ResumeReading:
    """Propose skills, roles, years, industries and languages from a résumé: the body is the file, PDF or DOCX, up to
    10 MB. The file is not kept, and nothing is stored: each proposal comes with the passages it stands in, for its
    owner to confirm."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > service.MAX_BYTES:
        raise service.too_large()
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > service.MAX_BYTES:
            raise service.too_large()
    return await service.read(actor, bytes(data))
