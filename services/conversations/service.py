"""Rooms: opening, listing, reading, marking as read. Sending is in `sending`, what is done to messages afterwards in
`messages`, history in `history`, who comes and goes in `members`, the assistant's turns in `turns`."""

from collections.abc import Collection, Sequence
from typing import cast
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from core import cursors
from core.actor import Actor, Scope
from core.events import RoomEvent, UserEvent, emit
from core.ids import ASSISTANT_ID
from models.conversations import Room, RoomMember
from services.conversations import branches, presence, read_marks, repository
from services.conversations.rendering import instant, member_read
from services.conversations.schemas import (
    Card,
    CreateRoom,
    DraftRead,
    MarkRead,
    MemberRead,
    MessageRead,
    Notify,
    ReadState,
    RoomKind,
    RoomPage,
    RoomRead,
)

PAGE = 50
SHOWN_IN_LISTS = 6


async def create_room(session: AsyncSession, actor: Actor, data: CreateRoom) -> RoomRead:
    """A new conversation with the assistant, or a project room that others are invited to."""
    if data.kind == "assistant":
        return await create_assistant_room(session, actor, data)
    actor.require(Scope.CONVERSATIONS_WRITE)
    actor.require_account()
    room_id = await open_project_room(
        session, members=[actor.user_id], title=data.title, project_id=None, created_by=actor.user_id
    )
    return await get(session, actor, room_id)


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
    (read,) = await _reads(session, [(room, member)])
    read.former = [member_read(row) for row in await repository.former_members(session, room_id)]
    return read


async def list_rooms(
    session: AsyncSession, actor: Actor, cursor: str | None, limit: int = PAGE, *, archived: bool = False
) -> RoomPage:
    """The actor's rooms, newest activity first: those in the list, or those put away."""
    actor.require(Scope.CONVERSATIONS_READ)
    rows = await repository.rooms_of(
        session, actor.user_id, before=cursors.read(cursor), limit=limit + 1, archived=archived
    )
    more = len(rows) > limit
    reads = await _reads(session, [(row[0], row[1]) for row in rows[:limit]], shown=SHOWN_IN_LISTS)
    last = rows[limit - 1][0] if more else None
    next_cursor = (
        cursors.written(last.last_message_at or last.created_at, last.id) if last is not None else None
    )
    return RoomPage(items=reads, next_cursor=next_cursor)


async def tell_counts(session: AsyncSession, room_id: UUID, people: Collection[UUID]) -> None:
    """Tell the devices of these members how much of a room they have not read, after that has changed without them."""
    for user_id in sorted(people):
        row = await session.get(
            RoomMember, (room_id, user_id), populate_existing=True, options=[repository.COUNTED]
        )
        if row is not None and row.left_at is None:
            room = await session.get_one(Room, room_id)
            named = (await repository.mention_counts(session, user_id, [room_id])).get(room_id, 0)
            emit(session, _unread(user_id, room_id, row.read_seq, room.message_count - row.read_no, named))


def _unread(user_id: UUID, room_id: UUID, read_seq: int, unread: int, mentions: int) -> UserEvent:
    body = {
        "type": "unread",
        "room": str(room_id),
        "unread": unread,
        "mentions": mentions,
        "read_seq": read_seq,
    }
    return UserEvent(user_id, "unread", body)


async def mark_read(session: AsyncSession, actor: Actor, room_id: UUID, data: MarkRead) -> ReadState:
    """Move the actor's read mark forward. Tells their devices the new unread count."""
    actor.require(Scope.CONVERSATIONS_READ)
    moved = await read_marks.move(session, actor.user_id, room_id, data.seq)
    room, member = await repository.room_of(session, actor.user_id, room_id)
    named = await repository.mention_counts(session, actor.user_id, [room_id])
    if moved is None:
        read_seq, unread = member.read_seq, room.message_count - member.read_no
    else:
        read_seq, unread = moved
    state = ReadState(room_id=room_id, read_seq=read_seq, unread=unread, mentions=named.get(room_id, 0))
    if moved is not None:
        receipt = {"type": "receipt", "room": str(room_id), "user_id": str(actor.user_id), "seq": read_seq}
        emit(
            session,
            _unread(actor.user_id, room_id, read_seq, unread, state.mentions),
            RoomEvent(room_id, "receipt", receipt),
        )
    return state


async def _reads(
    session: AsyncSession, rows: list[tuple[Room, RoomMember]], *, shown: int = repository.MAX_MEMBERS
) -> list[RoomRead]:
    ids = [room.id for room, _ in rows]
    if not ids:
        return []
    me = rows[0][1].user_id
    found = await repository.members(session, ids, first=shown)
    here = await presence.online(session, {row[1].id for row in found})
    people: dict[UUID, list[MemberRead]] = {room_id: [] for room_id in ids}
    for row in found:
        people[row[0].room_id].append(member_read(row, online=row[1].id in here))
    newest = await repository.last_messages(session, ids)
    ways = await branches.of_rooms(session, ids)
    counts = await repository.member_counts(session, ids)
    named = await repository.mention_counts(session, me, ids)
    begun = await repository.drafts(session, me, ids)
    return [
        RoomRead(
            id=room.id,
            kind=RoomKind(room.kind),
            title=room.title,
            project_id=room.project_id,
            created_by=room.created_by,
            created_at=room.created_at,
            last_seq=room.last_seq,
            last_message_at=room.last_message_at,
            message_count=room.message_count,
            unread=room.message_count - mine.read_no,
            mentions=named.get(room.id, 0),
            read_seq=mine.read_seq,
            role=mine.role,
            notify=cast(Notify, mine.notify),
            archived=is_archived(room, mine),
            can_send=mine.silenced_at is None,
            member_count=counts.get(room.id, 0),
            members=people[room.id],
            last_message=newest.get(room.id),
            branch=room.branch,
            branches=ways.get(room.id, []),
            draft=DraftRead.model_validate(begun[room.id], from_attributes=True)
            if room.id in begun
            else None,
        )
        for room, mine in rows
    ]


def is_archived(room: Room, member: RoomMember) -> bool:
    """Put away, and nothing was said since."""
    return member.archived_no is not None and member.archived_no >= room.message_count


__all__ = [
    "create_assistant_room",
    "create_room",
    "get",
    "instant",
    "list_rooms",
    "mark_read",
    "open_project_room",
    "post_event",
    "rename",
]
