"""SQL of conversations. Reading starts from the rooms that the actor is a member of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, not_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from core.clock import now
from core.errors import Forbidden, NotFound
from core.events import RoomEvent, UserEvent, emit
from core.ids import new_id
from models.accounts import User
from models.conversations import Draft, Mention, Message, Room, RoomEventRow, RoomInvitation, RoomMember
from models.turns import Proposal
from services.conversations.rendering import message_body, room_event
from services.conversations.schemas import Card, MessageRead

MESSAGE = Message.__table__
MAX_MEMBERS = 1_000
MAX_FORMER = 200

# For memberships whose unread messages are counted.
COUNTED = undefer(RoomMember.read_no)


def _mine(user_id: UUID) -> Any:
    return and_(RoomMember.room_id == Room.id, RoomMember.user_id == user_id, RoomMember.left_at.is_(None))


async def rooms_of(
    session: AsyncSession,
    user_id: UUID,
    *,
    before: tuple[Any, UUID] | None,
    limit: int,
    archived: bool = False,
) -> Sequence[Row[Room, RoomMember]]:
    """Rooms of a person with their membership, newest activity first: those in the list, or those put away."""
    activity = func.coalesce(Room.last_message_at, Room.created_at)
    query = (
        select(Room, RoomMember)
        .join(RoomMember, _mine(user_id))
        .options(COUNTED)
        .order_by(activity.desc(), Room.id.desc())
    )
    put_away = func.coalesce(RoomMember.archived_no >= Room.message_count, False)
    query = query.where(put_away if archived else not_(put_away))
    if before is not None:
        query = query.where(func.row(activity, Room.id) < func.row(*before))
    return (await session.execute(query.limit(limit))).all()


async def room_of(session: AsyncSession, user_id: UUID, room_id: UUID) -> tuple[Room, RoomMember]:
    """One room of a person. Raises NotFound for rooms that are not theirs."""
    row = (
        await session.execute(
            select(Room, RoomMember)
            .join(RoomMember, _mine(user_id))
            .options(COUNTED)
            .where(Room.id == room_id)
        )
    ).first()
    if row is None:
        raise NotFound("There is no such conversation.", room=str(room_id))
    return row[0], row[1]


async def locked_room_of(
    session: AsyncSession, user_id: UUID, room_id: UUID, *, speaking: bool = True
) -> tuple[Room, RoomMember]:
    """`room_of`, with the room's log locked until the transaction ends. Whoever changes something in a room takes this
    lock before any other row of it. `speaking`: raises Forbidden when this member is silenced."""
    await session.execute(select(Room.id).where(Room.id == room_id).with_for_update(key_share=True))
    room, member = await room_of(session, user_id, room_id)
    if speaking and member.silenced_at is not None:
        raise Forbidden("You cannot write to this person.", code="cannot_send", room=str(room_id))
    return room, member


async def members(
    session: AsyncSession, room_ids: Sequence[UUID], *, first: int = MAX_MEMBERS
) -> Sequence[Row[RoomMember, User]]:
    """Who is in the rooms now: of each the `first` who came."""
    earliest = (
        select(RoomMember)
        .where(RoomMember.room_id == Room.id, RoomMember.left_at.is_(None))
        .order_by(RoomMember.joined_at, RoomMember.user_id)
        .limit(first)
        .correlate(Room)
        .lateral("earliest")
    )
    member = aliased(RoomMember, earliest)
    return (
        await session.execute(
            select(member, User)
            .select_from(Room)
            .join(earliest, true())
            .join(User, User.id == member.user_id)
            .where(Room.id.in_(room_ids))
            .order_by(member.joined_at, member.user_id)
        )
    ).all()


async def former_members(session: AsyncSession, room_id: UUID) -> Sequence[Row[RoomMember, User]]:
    """Who has left a room, so that what they said keeps its name: of many those who left last."""
    return (
        await session.execute(
            select(RoomMember, User)
            .join(User, User.id == RoomMember.user_id)
            .where(RoomMember.room_id == room_id, RoomMember.left_at.is_not(None))
            .order_by(RoomMember.left_at.desc(), RoomMember.user_id)
            .limit(MAX_FORMER)
        )
    ).all()


async def member_counts(session: AsyncSession, room_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many are in each room now."""
    rows = await session.execute(
        select(RoomMember.room_id, func.count())
        .where(RoomMember.room_id.in_(room_ids), RoomMember.left_at.is_(None))
        .group_by(RoomMember.room_id)
    )
    return {row[0]: row[1] for row in rows}


async def revoke_invitations(session: AsyncSession, room_id: UUID, user_id: UUID) -> None:
    """Take back what this person has invited others by."""
    await session.execute(
        update(RoomInvitation)
        .where(
            RoomInvitation.room_id == room_id,
            RoomInvitation.created_by == user_id,
            RoomInvitation.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )


async def mention_counts(session: AsyncSession, user_id: UUID, room_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many unread messages of each room name this person; rooms without any are left out."""
    marks = (
        select(RoomMember.room_id, RoomMember.read_no)
        .where(RoomMember.user_id == user_id, RoomMember.room_id.in_(room_ids))
        .offset(0)  # looked up once for each room, not for each mention
        .subquery()
    )
    rows = await session.execute(
        select(Mention.room_id, func.count())
        .join(marks, marks.c.room_id == Mention.room_id)
        .where(Mention.user_id == user_id, Mention.no > marks.c.read_no)
        .group_by(Mention.room_id)
    )
    return {row[0]: row[1] for row in rows}


async def drafts(session: AsyncSession, user_id: UUID, room_ids: Sequence[UUID]) -> dict[UUID, Draft]:
    """What this person has begun to write in the rooms."""
    rows = await session.scalars(select(Draft).where(Draft.user_id == user_id, Draft.room_id.in_(room_ids)))
    return {draft.room_id: draft for draft in rows}


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
    direct_key: str | None = None,
) -> UUID:
    """A new room with its members (`roles`: user id to role in the room). Tells each member's devices."""
    room = Room(
        id=new_id(),
        kind=kind,
        title=title,
        created_by=created_by,
        project_id=project_id,
        direct_key=direct_key,
    )
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


async def log_event(
    session: AsyncSession,
    room_id: UUID,
    kind: str,
    payload: dict[str, Any],
    *,
    message_id: UUID | None = None,
    shown: dict[str, Any] | None = None,
) -> int:
    """Append a durable event to the room's log and publish it on commit. Returns its `seq`.

    The log keeps `payload`; members receive `shown` with it. What is only shown (a message, a member) is read from its
    own table when the log is replayed, as it is then: so nothing that was deleted lives on in here.
    """
    seq = (
        await session.execute(
            update(Room).where(Room.id == room_id).values(last_seq=Room.last_seq + 1).returning(Room.last_seq)
        )
    ).scalar_one()
    at = now()
    session.add(
        RoomEventRow(
            room_id=room_id, seq=seq, type=kind, payload=payload or None, at=at, message_id=message_id
        )
    )
    body = room_event(room_id, seq, kind, at, payload | (shown or {}))
    emit(session, RoomEvent(room_id, kind, body, seq))
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
            .returning(Room.last_seq, Room.message_count, Room.branch)
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
        "attachments": [],
        "previews": [],
        "meta": meta or {},
        "turn_id": turn_id,
        "branch": counters.branch,
        "reply_to": None,
        "thread_id": None,
        "thread_no": None,
        "reply_count": 0,
        "mentions": [],
        "reactions": {},
        "created_at": now(),
        "edited_at": None,
        "deleted_at": None,
        "pinned_at": None,
        "pinned_by": None,
    }
    await session.execute(insert(Message).values(row))
    body = message_body(row)
    event = room_event(room_id, counters.last_seq, "message.created", row["created_at"], {"message": body})
    emit(session, RoomEvent(room_id, "message.created", event, counters.last_seq))
    return MessageRead.model_validate(body)


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


async def message(session: AsyncSession, message_id: UUID) -> MessageRead | None:
    """One message, whoever asks: the caller has checked who may."""
    row = (await session.execute(select(MESSAGE).where(MESSAGE.c.id == message_id))).mappings().first()
    return None if row is None else MessageRead.model_validate(message_body(row))
