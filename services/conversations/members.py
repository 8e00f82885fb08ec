"""Who is in a room, as what, and how one sees it oneself: roles, removing, leaving, title, muting, putting away."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, NotFound
from core.events import RoomEvent, UserEvent, emit
from models.conversations import Room, RoomMember
from services.conversations import presence, repository, service
from services.conversations.rendering import member_read
from services.conversations.schemas import (
    ChangeMember,
    MemberRead,
    RoomKind,
    RoomRead,
    RoomSettings,
    UpdateRoom,
)

GATHERINGS = (RoomKind.PROJECT, RoomKind.SUPPORT)  # rooms that people come into and leave


async def update(session: AsyncSession, actor: Actor, room_id: UUID, data: UpdateRoom) -> RoomRead:
    """Give a room a new title. Its owners may; a direct room has none."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, member = await repository.locked_room_of(session, actor.user_id, room_id)
    _require_owner(member)
    await service.rename(session, room.id, data.title)
    return await service.get(session, actor, room_id)


async def settings(session: AsyncSession, actor: Actor, room_id: UUID, data: RoomSettings) -> RoomRead:
    """Change how the actor sees a room; their devices learn of it."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, member = await repository.room_of(session, actor.user_id, room_id)
    if data.notify is not None:
        member.notify = data.notify
    if data.archived is not None:
        member.archived_no = room.message_count if data.archived else None
    await session.flush()
    tell_settings(session, room, member)
    return await service.get(session, actor, room_id)


def tell_settings(session: AsyncSession, room: Room, member: RoomMember) -> None:
    """Tell the member's devices how they see the room now."""
    body = {
        "type": "room.settings",
        "room": str(room.id),
        "notify": member.notify,
        "archived": service.is_archived(room, member),
        "can_send": member.silenced_at is None,
    }
    emit(session, UserEvent(member.user_id, "room.settings", body))


async def change_role(
    session: AsyncSession, actor: Actor, room_id: UUID, user_id: UUID, data: ChangeMember
) -> MemberRead:
    """Make somebody an owner, or a member again. A room keeps at least one owner."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, mine = await repository.locked_room_of(session, actor.user_id, room_id)
    _require_gathering(room)
    _require_owner(mine)
    member = await _member(session, room_id, user_id)
    if member.role == "assistant":
        raise Conflict("The assistant keeps its role.", code="not_a_person")
    if member.role != data.role:
        if data.role == "member" and await _owners(session, room_id) == [user_id]:
            raise Conflict("A room needs an owner. Make somebody else one first.", code="last_owner")
        member.role = data.role
        await session.flush()
        await log_member(session, room_id, user_id, "member.updated")
    return await read_member(session, room_id, user_id)


async def remove(session: AsyncSession, actor: Actor, room_id: UUID, user_id: UUID) -> None:
    """Take somebody out of a project room. Invitations made before do not let them in again, and theirs let in nobody."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, mine = await repository.locked_room_of(session, actor.user_id, room_id)
    _require_gathering(room)
    if user_id == actor.user_id:
        await _end(session, room, mine)
        return
    _require_owner(mine)
    member = await _member(session, room_id, user_id)
    member.removed_by = actor.user_id
    await repository.revoke_invitations(session, room_id, user_id)
    await _end(session, room, member)


async def leave(session: AsyncSession, actor: Actor, room_id: UUID) -> None:
    """Leave a project room. The last owner hands it on to whoever has been there longest."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, mine = await repository.locked_room_of(session, actor.user_id, room_id, speaking=False)
    _require_gathering(room)
    await _end(session, room, mine)


async def end_membership(session: AsyncSession, room_id: UUID, user_id: UUID) -> None:
    """Take a person out of a room whatever its kind; for the end of an account."""
    room, member = await repository.locked_room_of(session, user_id, room_id, speaking=False)
    await _end(session, room, member)


async def join(session: AsyncSession, room_id: UUID, user_id: UUID, role: str = "member") -> None:
    """Bring a person into a room whose lock the caller holds: its log says so, and their devices learn of it."""
    moment = now()
    room = await session.get_one(Room, room_id, populate_existing=True)
    member = await session.get(RoomMember, (room_id, user_id))
    if member is None:
        member = RoomMember(room_id=room_id, user_id=user_id)
        session.add(member)
    member.role, member.joined_at, member.left_at, member.removed_by = role, moment, None, None
    member.archived_no = None
    # What was said before is history, not news: it is there to be read, and counts nowhere as unread.
    member.marked_seq, member.marked_no = room.last_seq, room.message_count
    member.marked_at, member.visit_seq = None, 0
    await session.flush()
    await log_member(session, room_id, user_id, "member.joined")
    emit(session, UserEvent(user_id, "room.added", {"type": "room.added", "room": str(room_id)}))
    if await presence.online(session, [user_id]):
        # Their socket was there before they were in the room: to its people they arrive now.
        emit(session, RoomEvent(room_id, "presence", presence.body(room_id, online=[user_id])))


async def log_member(session: AsyncSession, room_id: UUID, user_id: UUID, kind: str) -> None:
    """Log that somebody came, or is something else now. The log keeps their id, not their name."""
    member = await read_member(session, room_id, user_id)
    await repository.log_event(
        session,
        room_id,
        kind,
        {"user_id": str(user_id)},
        shown={"member": member.model_dump(mode="json")},
    )


async def read_member(session: AsyncSession, room_id: UUID, user_id: UUID) -> MemberRead:
    """A present member of a room."""
    rows = await repository.members(session, [room_id])
    return next(member_read(row) for row in rows if row[1].id == user_id)


async def _end(session: AsyncSession, room: Room, member: RoomMember) -> None:
    heir = None
    if member.role == "owner" and await _owners(session, room.id) == [member.user_id]:
        others = [
            row[0]
            for row in await repository.members(session, [room.id])
            if row[0].user_id != member.user_id and row[0].role == "member"
        ]
        heir = others[0] if others else None
    member.left_at, member.role = now(), "member"
    if heir is not None:
        heir.role = "owner"
    await session.flush()
    if heir is not None:
        await log_member(session, room.id, heir.user_id, "member.updated")
    payload = {
        "user_id": str(member.user_id),
        "removed_by": str(member.removed_by) if member.removed_by else None,
    }
    await repository.log_event(session, room.id, "member.left", payload)
    gone = {"type": "room.removed", "room": str(room.id)}
    emit(session, UserEvent(member.user_id, "room.removed", gone))


async def _member(session: AsyncSession, room_id: UUID, user_id: UUID) -> RoomMember:
    member = await session.get(RoomMember, (room_id, user_id))
    if member is None or member.left_at is not None:
        raise NotFound("This person is not in the conversation.", user=str(user_id))
    return member


async def _owners(session: AsyncSession, room_id: UUID) -> list[UUID]:
    return [row[0].user_id for row in await repository.members(session, [room_id]) if row[0].role == "owner"]


def _require_owner(member: RoomMember) -> None:
    if member.role != "owner":
        raise Forbidden("Only an owner of this conversation can do that.", code="owners_only")


def _require_gathering(room: Room) -> None:
    if room.kind not in GATHERINGS:
        raise Conflict(
            "People come and go in project rooms only. You can archive this conversation.",
            code="not_in_this_kind_of_room",
        )
