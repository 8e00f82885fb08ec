"""Support rooms: one for each person who asks for help, guests too; the assistant, which answers when it is called; and the
operators who come in. They see which rooms wait, and hear of messages where none of them is (the notifications room)."""

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import cursors
from core.actor import Actor, Scope
from core.errors import NotFound
from core.ids import ASSISTANT_ID
from models.conversations import Room, RoomMember
from services.conversations import members, repository, service
from services.conversations.people_schemas import SupportPage, SupportRoomRead
from services.conversations.rendering import PREVIEW
from services.conversations.schemas import RoomKind, RoomRead

TITLE = "Help"
WELCOME = "People at Sextant answer here. For an answer at once, ask @assistant."

# Where somebody has asked something; whoever opened the room and said nothing waits for nobody.
ASKED = text(
    """
    select r.id as room_id, r.created_by as user_id, u.name, u.role as account_role, r.last_message_at,
        left(m.text, :preview) as last_message, m.sender_id = r.created_by as waiting,
        array(
            select o.name from room_members om join users o on o.id = om.user_id
            where om.room_id = r.id and om.left_at is null and o.role = 'admin' and o.id <> r.created_by
            order by om.joined_at
        ) as operators,
        exists (
            select from room_members me where me.room_id = r.id and me.user_id = :me and me.left_at is null
        ) as inside
    from rooms r join users u on u.id = r.created_by cross join lateral (
        select x.text, x.sender_id from messages x
        where x.room_id = r.id and x.kind = 'text' and x.sender_id <> :assistant order by x.seq desc limit 1
    ) m
    where r.kind = 'support'
        and (cast(:before as timestamptz) is null or (r.last_message_at, r.id) < (:before, cast(:before_id as uuid)))
    order by r.last_message_at desc, r.id desc limit :most
    """
)


def key_of(user_id: UUID) -> str:
    """What makes a person's support room the only one."""
    return f"support:{user_id}"


async def open_support(session: AsyncSession, actor: Actor) -> RoomRead:
    """The actor's room with the operators, made when it is first opened; who had left it is in it again."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    key = key_of(actor.user_id)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    room_id = await session.scalar(select(Room.id).where(Room.direct_key == key))
    if room_id is None:
        room_id = await repository.add_room(
            session,
            kind=RoomKind.SUPPORT,
            title=TITLE,
            created_by=actor.user_id,
            roles={actor.user_id: "member", ASSISTANT_ID: "assistant"},
            direct_key=key,
        )
        await service.post_event(session, room_id, key="welcome", text=WELCOME)
    else:
        await _come_in(session, actor, room_id)
    return await service.get(session, actor, room_id)


async def asked(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> SupportPage:
    """The support rooms where something was asked, newest activity first."""
    actor.require(Scope.ADMIN)
    before = cursors.read(cursor)
    rows = (
        await session.execute(
            ASKED,
            {
                "me": actor.user_id,
                "assistant": ASSISTANT_ID,
                "preview": PREVIEW,
                "before": before[0] if before else None,
                "before_id": before[1] if before else None,
                "most": limit + 1,
            },
        )
    ).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return SupportPage(
        items=[SupportRoomRead.model_validate(row, from_attributes=True) for row in rows[:limit]],
        next_cursor=cursors.written(last.last_message_at, last.room_id) if last is not None else None,
    )


async def come_in(session: AsyncSession, actor: Actor, room_id: UUID) -> RoomRead:
    """An operator joins a support room. Joining again changes nothing; they leave it as they leave others."""
    actor.require(Scope.ADMIN)
    if await session.scalar(select(Room.kind).where(Room.id == room_id)) != RoomKind.SUPPORT:
        raise NotFound("There is no such conversation.", room=str(room_id))
    await _come_in(session, actor, room_id)
    return await service.get(session, actor, room_id)


async def _come_in(session: AsyncSession, actor: Actor, room_id: UUID) -> None:
    await session.execute(select(Room.id).where(Room.id == room_id).with_for_update(key_share=True))
    member = await session.get(RoomMember, (room_id, actor.user_id))
    if member is None or member.left_at is not None:
        await members.join(session, room_id, actor.user_id)
