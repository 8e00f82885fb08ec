"""People and rooms over REST: members, invitations, direct rooms, one's own view of a room, blocks, reports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from api.rest.limits import limited
from core.actor import Scope
from services.conversations import direct, invitations, members, reports
from services.conversations.people_schemas import (
    BlockRead,
    CreatedInvitation,
    CreateInvitation,
    CreateReport,
    InvitationPreview,
    InvitationRead,
    InvitationToken,
    ResolveReport,
    RoomReportPage,
    RoomReportRead,
)
from services.conversations.schemas import (
    ChangeMember,
    MemberRead,
    OpenDirect,
    RoomRead,
    RoomSettings,
    UpdateRoom,
)

router = APIRouter(tags=["conversations"])
READ = [scoped(Scope.CONVERSATIONS_READ)]
WRITE = [scoped(Scope.CONVERSATIONS_WRITE)]
MISSING = problem(401, 403, 404, 422)
CONFLICTS = problem(401, 403, 404, 409, 422)


@router.post(
    "/rooms/direct",
    dependencies=[*WRITE, limited("direct-rooms", 60, minutes=60, account=True)],
    responses=problem(401, 403, 404, 422, 429),
)
async def open_direct_room(session: SessionDep, actor: ActorDep, data: OpenDirect) -> RoomRead:
    """The conversation with one person, made when it is first opened: a CTO, or somebody one shares a room with."""
    return await direct.open_direct(session, actor, data)


@router.patch("/rooms/{room_id}", dependencies=WRITE, responses=MISSING)
async def update_room(session: SessionDep, actor: ActorDep, room_id: UUID, data: UpdateRoom) -> RoomRead:
    """Give a room a new title. Its owners may."""
    return await members.update(session, actor, room_id, data)


@router.patch("/rooms/{room_id}/settings", dependencies=WRITE, responses=MISSING)
async def update_room_settings(
    session: SessionDep, actor: ActorDep, room_id: UUID, data: RoomSettings
) -> RoomRead:
    """Mute a room, or put it away; for oneself alone."""
    return await members.settings(session, actor, room_id, data)


@router.patch("/rooms/{room_id}/members/{user_id}", dependencies=WRITE, responses=CONFLICTS)
async def change_member(
    session: SessionDep, actor: ActorDep, room_id: UUID, user_id: UUID, data: ChangeMember
) -> MemberRead:
    """Make somebody an owner, or a member again."""
    return await members.change_role(session, actor, room_id, user_id, data)


@router.delete(
    "/rooms/{room_id}/members/{user_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=CONFLICTS,
)
async def remove_member(session: SessionDep, actor: ActorDep, room_id: UUID, user_id: UUID) -> None:
    """Take somebody out of a project room."""
    await members.remove(session, actor, room_id, user_id)


@router.post(
    "/rooms/{room_id}/leave",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=CONFLICTS,
)
async def leave_room(session: SessionDep, actor: ActorDep, room_id: UUID) -> None:
    """Leave a project room. The last owner hands it on to whoever has been there longest."""
    await members.leave(session, actor, room_id)


@router.get("/rooms/{room_id}/invitations", dependencies=READ, responses=MISSING)
async def list_invitations(session: SessionDep, actor: ActorDep, room_id: UUID) -> list[InvitationRead]:
    """Invitations that still let somebody in, newest first."""
    return await invitations.open_ones(session, actor, room_id)


@router.post(
    "/rooms/{room_id}/invitations",
    status_code=status.HTTP_201_CREATED,
    dependencies=[*WRITE, limited("invitations", 60, minutes=60, account=True)],
    responses=problem(401, 403, 404, 409, 422, 429),
)
async def create_invitation(
    session: SessionDep, actor: ActorDep, room_id: UUID, data: CreateInvitation
) -> CreatedInvitation:
    """Invite into a project room by a link, which is in this answer only, or by e-mail."""
    return await invitations.create(session, actor, room_id, data)


@router.delete(
    "/rooms/{room_id}/invitations/{invitation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=MISSING,
)
async def revoke_invitation(session: SessionDep, actor: ActorDep, room_id: UUID, invitation_id: UUID) -> None:
    """Take an invitation back."""
    await invitations.revoke(session, actor, room_id, invitation_id)


@router.post(
    "/invitations/preview",
    dependencies=[*READ, limited("invitation-tokens", 60, minutes=10)],
    responses=problem(401, 403, 404, 410, 422, 429),
)
async def preview_invitation(
    session: SessionDep, actor: ActorDep, data: InvitationToken
) -> InvitationPreview:
    """What the bearer of a link is invited to."""
    return await invitations.preview(session, actor, data.token)


@router.post(
    "/invitations/accept",
    dependencies=[*WRITE, limited("invitation-tokens", 60, minutes=10)],
    responses=problem(401, 403, 404, 409, 410, 422, 429),
)
async def accept_invitation(session: SessionDep, actor: ActorDep, data: InvitationToken) -> RoomRead:
    """Come into the room. Whoever is inside already uses nothing up."""
    return await invitations.accept(session, actor, data.token)


@router.get("/blocks", dependencies=READ, responses=problem(401, 403))
async def list_blocks(session: SessionDep, actor: ActorDep) -> list[BlockRead]:
    """Whom one has blocked, newest first."""
    return await direct.blocks(session, actor)


@router.put(
    "/blocks/{user_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=CONFLICTS,
)
async def block_person(session: SessionDep, actor: ActorDep, user_id: UUID) -> None:
    """Stop direct messages between oneself and a person."""
    await direct.block(session, actor, user_id)


@router.delete(
    "/blocks/{user_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=problem(401, 403, 422),
)
async def unblock_person(session: SessionDep, actor: ActorDep, user_id: UUID) -> None:
    """Take a block back."""
    await direct.unblock(session, actor, user_id)


@router.post(
    "/reports",
    status_code=status.HTTP_201_CREATED,
    dependencies=[*WRITE, limited("reports", 20, minutes=60, account=True)],
    responses=problem(401, 403, 404, 422, 429),
)
async def create_report(session: SessionDep, actor: ActorDep, data: CreateReport) -> RoomReportRead:
    """Tell the operators about a person, or about what they wrote."""
    return await reports.report(session, actor, data)


@router.get("/admin/reports", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_reports(
    session: SessionDep,
    actor: ActorDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> RoomReportPage:
    """Reports that wait for an operator, oldest first."""
    return await reports.waiting(session, actor, cursor, limit)


@router.post("/admin/reports/{report_id}/resolution", dependencies=[scoped(Scope.ADMIN)], responses=MISSING)
async def resolve_report(
    session: SessionDep, actor: ActorDep, report_id: UUID, data: ResolveReport
) -> RoomReportRead:
    """Close a report, saying what was done."""
    return await reports.resolve(session, actor, report_id, data)
