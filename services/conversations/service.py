"""Rooms: opening, listing, reading, marking as read. Sending is in `sending`, the assistant's turns in `turns`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import InvalidInput
from core.events import UserEvent, emit
from core.ids import ASSISTANT_ID
from models.accounts import User
from models.conversations import Room, RoomMember
from services.conversations import repository
from services.conversations.rendering import instant
from services.conversations.schemas import (
    Card,
    CreateRoom,
    MarkRead,
    MemberRead,
    MessagePage,
    MessageRead,
    ReadState,
    RoomPage,
    RoomRead,
)

PAGE = 50


async def create_assistant_room(session: AsyncSession, actor: Actor, data: CreateRoom) -> RoomRead:
    """A new conversation between the actor and the assistant."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room_id = await repository.add_room(
        session,
        kind="assistant",
        title=data.title,
        created_by=actor.user_id,
        roles={actor.user_id: "owner", ASSISTANT_ID: "assistant"},
    )
    return await get(session, actor, room_id)


async def open_project_room(
    session: AsyncSession,
    *,
    members: list[UUID],
    title: str,
    project_id: UUID | None,
    created_by: UUID,
) -> UUID:
    """A room for the people of a project. For the rules of other rooms: whoever calls has checked who may."""
    roles = {member: "owner" if member == created_by else "member" for member in members}
    return await repository.add_room(
        session, kind="project", title=title[:120], created_by=created_by, roles=roles, project_id=project_id
    )


async def post_event(
    session: AsyncSession, room_id: UUID, *, key: str, text: str, cards: Sequence[Card] = ()
) -> MessageRead:
    """Append an event of the service to a room ("The booking was confirmed"), once per `key`."""
    return await repository.post_message(
        session,
        room_id,
        sender_id=ASSISTANT_ID,
        kind="event",
        text=text,
        cards=cards,
        client_id=uuid5(room_id, key),
    )


async def rename(session: AsyncSession, room_id: UUID, title: str) -> None:
    """Give a room a new title. For the rules of other rooms."""
    room = await session.get_one(Room, room_id)
    if room.title != title[:120]:
        room.title = title[:120]
        await session.flush()
        await repository.log_event(session, room_id, "room.updated", {"changes": {"title": room.title}})


async def get(session: AsyncSession, actor: Actor, room_id: UUID) -> RoomRead:
    """A room of the actor's. Raises NotFound."""
    actor.require(Scope.CONVERSATIONS_READ)
    room, member = await repository.room_of(session, actor.user_id, room_id)
    return (await _reads(session, [(room, member)]))[0]


async def list_rooms(session: AsyncSession, actor: Actor, cursor: str | None, limit: int = PAGE) -> RoomPage:
    """The actor's rooms, newest activity first."""
    actor.require(Scope.CONVERSATIONS_READ)
    rows = await repository.rooms_of(session, actor.user_id, before=_parse_cursor(cursor), limit=limit + 1)
    more = len(rows) > limit
    reads = await _reads(session, [(row[0], row[1]) for row in rows[:limit]])
    last = rows[limit - 1][0] if more else None
    next_cursor = f"{instant_exact(last)}~{last.id}" if last is not None else None
    return RoomPage(items=reads, next_cursor=next_cursor)


async def list_messages(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    *,
    before_seq: int | None = None,
    after_seq: int | None = None,
    limit: int = PAGE,
) -> MessagePage:
    """A page of history, oldest first; without bounds the newest messages."""
    actor.require(Scope.CONVERSATIONS_READ)
    await repository.room_of(session, actor.user_id, room_id)
    if before_seq is not None and after_seq is not None:
        raise InvalidInput("Give before_seq or after_seq, not both.")
    rows = await repository.messages(
        session, room_id, before_seq=before_seq, after_seq=after_seq, limit=limit + 1
    )
    more = len(rows) > limit
    if more:
        rows = rows[:limit] if after_seq is not None else rows[1:]
    edge = (rows[-1] if after_seq is not None else rows[0])["seq"] if more else None
    return MessagePage(
        items=[MessageRead.model_validate(row) for row in rows],
        next_cursor=None if edge is None else str(edge),
    )


async def mark_read(session: AsyncSession, actor: Actor, room_id: UUID, data: MarkRead) -> ReadState:
    """Move the actor's read mark forward. Tells their devices the new unread count."""
    actor.require(Scope.CONVERSATIONS_READ)
    moved = await repository.mark_read(session, actor.user_id, room_id, data.seq)
    if moved is None:
        room, member = await repository.room_of(session, actor.user_id, room_id)
        return ReadState(
            room_id=room_id, read_seq=member.read_seq, unread=room.message_count - member.read_no
        )
    read_seq, unread = moved
    body = {"type": "unread", "room": str(room_id), "unread": unread, "read_seq": read_seq}
    emit(session, UserEvent(actor.user_id, "unread", body))
    return ReadState(room_id=room_id, read_seq=read_seq, unread=unread)


def instant_exact(room: Room) -> str:
    """The room's activity to the microsecond, for cursors."""
    return (room.last_message_at or room.created_at).isoformat()


def _parse_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, room_id = cursor.partition("~")
        return datetime.fromisoformat(at), UUID(room_id)
    except ValueError:
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None


async def _reads(session: AsyncSession, rows: list[tuple[Room, RoomMember]]) -> list[RoomRead]:
    ids = [room.id for room, _ in rows]
    people: dict[UUID, list[MemberRead]] = {room_id: [] for room_id in ids}
    for row in await repository.members(session, ids):
        people[row[0].room_id].append(_member(row))
    newest = await repository.last_messages(session, ids)
    return [
        RoomRead(
            id=room.id,
            kind=room.kind,
            title=room.title,
            project_id=room.project_id,
            created_by=room.created_by,
            created_at=room.created_at,
            last_seq=room.last_seq,
            last_message_at=room.last_message_at,
            message_count=room.message_count,
            unread=room.message_count - mine.read_no,
            read_seq=mine.read_seq,
            members=people[room.id],
            last_message=newest.get(room.id),
        )
        for room, mine in rows
    ]


def _member(row: Row[RoomMember, User]) -> MemberRead:
    member, user = row
    return MemberRead(
        user_id=user.id,
        name=user.name,
        role=member.role,
        account_role=user.role,
        avatar_url=user.avatar_url,
        is_demo=user.is_demo,
        joined_at=member.joined_at,
        read_seq=member.read_seq,
    )


__all__ = [
    "create_assistant_room",
    "get",
    "instant",
    "list_messages",
    "list_rooms",
    "mark_read",
    "open_project_room",
    "post_event",
    "rename",
]
