"""SQL of conversations. Reading starts from the rooms that the actor is a member of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.errors import NotFound
from core.events import RoomEvent, UserEvent, emit
from core.ids import new_id
from models.accounts import User
from models.conversations import Message, Proposal, Room, RoomEventRow, RoomMember
from services.conversations.rendering import message_body, room_event
from services.conversations.schemas import Card, MessageRead

MESSAGE = Message.__table__


def _mine(user_id: UUID) -> Any:
    return and_(RoomMember.room_id == Room.id, RoomMember.user_id == user_id, RoomMember.left_at.is_(None))


async def rooms_of(
    session: AsyncSession, user_id: UUID, *, before: tuple[Any, UUID] | None, limit: int
) -> Sequence[Row[Room, RoomMember]]:
    """Rooms of a person with their membership, newest activity first."""
    activity = func.coalesce(Room.last_message_at, Room.created_at)
    query = (
        select(Room, RoomMember).join(RoomMember, _mine(user_id)).order_by(activity.desc(), Room.id.desc())
    )
    if before is not None:
        query = query.where(func.row(activity, Room.id) < func.row(*before))
    return (await session.execute(query.limit(limit))).all()


async def room_of(session: AsyncSession, user_id: UUID, room_id: UUID) -> tuple[Room, RoomMember]:
    """One room of a person. Raises NotFound for rooms that are not theirs."""
    row = (
        await session.execute(
            select(Room, RoomMember).join(RoomMember, _mine(user_id)).where(Room.id == room_id)
        )
    ).first()
    if row is None:
        raise NotFound("There is no such conversation.", room=str(room_id))
    return row[0], row[1]


async def members(session: AsyncSession, room_ids: Sequence[UUID]) -> Sequence[Row[RoomMember, User]]:
    """Who is in the rooms now."""
    return (
        await session.execute(
            select(RoomMember, User)
            .join(User, User.id == RoomMember.user_id)
            .where(RoomMember.room_id.in_(room_ids), RoomMember.left_at.is_(None))
            .order_by(RoomMember.joined_at, RoomMember.user_id)
        )
    ).all()


async def last_messages(session: AsyncSession, room_ids: Sequence[UUID]) -> dict[UUID, MessageRead]:
    """The newest message of each room."""
    newest = (
        select(Message.id)
        .where(Message.room_id == Room.id)
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(MESSAGE)
        .join(Room, Room.id == MESSAGE.c.room_id)
        .where(Room.id.in_(room_ids), MESSAGE.c.id == newest)
    )
    return {row["room_id"]: MessageRead.model_validate(message_body(row)) for row in rows.mappings()}


async def messages(
    session: AsyncSession, room_id: UUID, *, before_seq: int | None, after_seq: int | None, limit: int
) -> list[dict[str, Any]]:
    """Message objects, oldest first: the newest `limit` before, or the oldest `limit` after, a sequence number."""
    query = select(MESSAGE).where(MESSAGE.c.room_id == room_id).limit(limit)
    if after_seq is not None:
        rows = (
            (await session.execute(query.where(MESSAGE.c.seq > after_seq).order_by(MESSAGE.c.seq)))
            .mappings()
            .all()
        )
        return [message_body(row) for row in rows]
    if before_seq is not None:
        query = query.where(MESSAGE.c.seq < before_seq)
    rows = (await session.execute(query.order_by(MESSAGE.c.seq.desc()))).mappings().all()
    return [message_body(row) for row in reversed(rows)]


async def add_room(
    session: AsyncSession,
    *,
    kind: str,
    title: str,
    created_by: UUID,
    roles: dict[UUID, str],
    project_id: UUID | None = None,
) -> UUID:
    """A new room with its members (`roles`: user id to role in the room). Tells each member's devices."""
    room = Room(id=new_id(), kind=kind, title=title, created_by=created_by, project_id=project_id)
    session.add(room)
    await session.flush()  # members refer to it
    await session.execute(
        insert(RoomMember),
        [{"room_id": room.id, "user_id": user, "role": role} for user, role in roles.items()],
    )
    emit(
        session,
        *(UserEvent(user, "room.added", {"type": "room.added", "room": str(room.id)}) for user in roles),
    )
    return room.id


async def log_event(session: AsyncSession, room_id: UUID, kind: str, payload: dict[str, Any]) -> int:
    """Append a durable event to the room's log and publish it on commit. Returns its `seq`."""
    seq = (
        await session.execute(
            update(Room).where(Room.id == room_id).values(last_seq=Room.last_seq + 1).returning(Room.last_seq)
        )
    ).scalar_one()
    at = now()
    session.add(RoomEventRow(room_id=room_id, seq=seq, type=kind, payload=payload, at=at))
    emit(session, RoomEvent(room_id, kind, room_event(room_id, seq, kind, at, payload), seq))
    return seq


async def post_message(
    session: AsyncSession,
    room_id: UUID,
    *,
    sender_id: UUID,
    text: str,
    client_id: UUID,
    kind: str = "text",
    cards: Sequence[Card] = (),
    meta: dict[str, Any] | None = None,
    turn_id: UUID | None = None,
    message_id: UUID | None = None,
) -> MessageRead:
    """Store a message inside the caller's transaction. One with the same sender and client id is returned as it is."""
    counters = (
        await session.execute(
            update(Room)
            .where(Room.id == room_id)
            .values(
                last_seq=Room.last_seq + 1, message_count=Room.message_count + 1, last_message_at=func.now()
            )
            .returning(Room.last_seq, Room.message_count)
        )
    ).one()
    stored = await session.execute(
        select(MESSAGE).where(MESSAGE.c.sender_id == sender_id, MESSAGE.c.client_id == client_id)
    )
    if (known := stored.mappings().first()) is not None:
        await session.execute(
            update(Room)
            .where(Room.id == room_id)
            .values(last_seq=Room.last_seq - 1, message_count=Room.message_count - 1)
        )
        return MessageRead.model_validate(message_body(known))
    row = {
        "id": message_id or new_id(),
        "room_id": room_id,
        "seq": counters.last_seq,
        "no": counters.message_count,
        "sender_id": sender_id,
        "kind": kind,
        "client_id": client_id,
        "text": text,
        "cards": [card.model_dump(mode="json") for card in cards],
        "meta": meta or {},
        "turn_id": turn_id,
        "reply_to": None,
        "created_at": now(),
        "edited_at": None,
        "deleted_at": None,
    }
    await session.execute(insert(Message).values(row))
    await session.execute(
        insert(RoomEventRow).values(
            room_id=room_id,
            seq=row["seq"],
            type="message.created",
            message_id=row["id"],
            at=row["created_at"],
        )
    )
    body = message_body(row)
    event = room_event(room_id, counters.last_seq, "message.created", row["created_at"], {"message": body})
    emit(session, RoomEvent(room_id, "message.created", event, counters.last_seq))
    return MessageRead.model_validate(body)


async def mark_read(session: AsyncSession, user_id: UUID, room_id: UUID, seq: int) -> tuple[int, int] | None:
    """Move the read mark forward (never back). Returns (read_seq, unread), or None when nothing moved."""
    number = (
        select(func.coalesce(func.max(Message.no), 0))
        .where(Message.room_id == room_id, Message.seq <= seq)
        .scalar_subquery()
    )
    row = (
        await session.execute(
            update(RoomMember)
            .where(
                RoomMember.room_id == room_id,
                RoomMember.user_id == user_id,
                RoomMember.left_at.is_(None),
                RoomMember.read_seq < func.least(seq, Room.last_seq),
                Room.id == room_id,
            )
            .values(read_seq=func.least(seq, Room.last_seq), read_no=number)
            .returning(RoomMember.read_seq, Room.message_count - RoomMember.read_no)
        )
    ).first()
    return None if row is None else (row[0], row[1])


async def proposal_of(
    session: AsyncSession, user_id: UUID, proposal_id: UUID, *, lock: bool = False
) -> Proposal:
    """A proposal in a room of the actor's. Raises NotFound."""
    query = (
        select(Proposal)
        .join(
            RoomMember,
            and_(
                RoomMember.room_id == Proposal.room_id,
                RoomMember.user_id == user_id,
                RoomMember.left_at.is_(None),
            ),
        )
        .where(Proposal.id == proposal_id)
    )
    if lock:
        query = query.with_for_update(of=Proposal)
    proposal = (await session.execute(query)).scalar_one_or_none()
    if proposal is None:
        raise NotFound("There is no such proposal.", proposal=str(proposal_id))
    return proposal


async def proposal_by_key(session: AsyncSession, room_id: UUID, key: str) -> Proposal | None:
    """What was prepared under this key before."""
    return (
        await session.execute(select(Proposal).where(Proposal.room_id == room_id, Proposal.key == key))
    ).scalar_one_or_none()
