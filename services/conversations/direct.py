"""Direct rooms, one for each pair of people; blocking, which silences theirs; and telling the operators."""

from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.actor import Actor, Role, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models.accounts import User
from models.conversations import Block, Room, RoomMember
from services.accounts import service as accounts
from services.conversations import members, repository, service
from services.conversations.people_schemas import BlockRead
from services.conversations.schemas import OpenDirect, RoomKind, RoomRead

MAX_BLOCKS = 1_000


async def open_direct(session: AsyncSession, actor: Actor, data: OpenDirect) -> RoomRead:
    """The conversation with a person: with CTOs, and with people one shares a room with already.

    Raises NotFound for anybody else, whether or not they exist."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    actor.require_account()
    other = data.user_id
    if other == actor.user_id:
        raise InvalidInput("This is you.", code="yourself")
    key = await _lock_pair(session, actor.user_id, other)
    room_id = await session.scalar(select(Room.id).where(Room.direct_key == key))
    if room_id is None:
        person = (await accounts.people(session, [other])).get(other)
        reachable = person is not None and (
            person.role is Role.CTO
            or (person.role in (Role.USER, Role.ADMIN) and await _share_a_room(session, actor.user_id, other))
        )
        if person is None or not reachable:
            raise NotFound("There is nobody here whom you could write to.", user=str(other))
        if await _blocked(session, actor.user_id, other):
            raise Forbidden("You cannot write to this person.", code="cannot_send")
        room_id = await repository.add_room(
            session,
            kind=RoomKind.DIRECT,
            title=person.name[:120] or "Direct",
            created_by=actor.user_id,
            roles={actor.user_id: "member", other: "member"},
            direct_key=key,
        )
    return await service.get(session, actor, room_id)


async def block(session: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Stop direct messages between the actor and a person. Blocking twice changes nothing."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    actor.require_account()
    if user_id == actor.user_id:
        raise InvalidInput("This is you.", code="yourself")
    person = (await accounts.people(session, [user_id])).get(user_id)
    if person is None or person.role is Role.ASSISTANT:
        raise NotFound("There is nobody here whom you could block.", user=str(user_id))
    key = await _lock_pair(session, actor.user_id, user_id)
    count = await session.scalar(select(func.count()).where(Block.blocker_id == actor.user_id))
    if (count or 0) >= MAX_BLOCKS:
        raise Conflict("You have blocked as many people as one can.", code="too_many_blocks")
    await session.execute(
        insert(Block).values(blocker_id=actor.user_id, blocked_id=user_id).on_conflict_do_nothing()
    )
    await _silence(session, key, silent=True)


async def unblock(session: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Take a block back. The room stays silent while the other one blocks the actor."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    key = await _lock_pair(session, actor.user_id, user_id)
    await session.execute(delete(Block).where(Block.blocker_id == actor.user_id, Block.blocked_id == user_id))
    if not await _blocked(session, actor.user_id, user_id):
        await _silence(session, key, silent=False)


async def blocks(session: AsyncSession, actor: Actor) -> list[BlockRead]:
    """Whom the actor has blocked, newest first."""
    actor.require(Scope.CONVERSATIONS_READ)
    rows = await session.execute(
        select(Block, User.name)
        .join(User, User.id == Block.blocked_id)
        .where(Block.blocker_id == actor.user_id)
        .order_by(Block.created_at.desc())
    )
    return [BlockRead(user_id=each.blocked_id, name=name, created_at=each.created_at) for each, name in rows]


async def _lock_pair(session: AsyncSession, one: UUID, other: UUID) -> str:
    """The key of a pair, locked: opening their room and blocking wait for each other."""
    key = ":".join(sorted((str(one), str(other))))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    return key


async def _blocked(session: AsyncSession, one: UUID, other: UUID) -> bool:
    found = await session.scalar(
        select(Block.blocker_id)
        .where(
            or_(
                and_(Block.blocker_id == one, Block.blocked_id == other),
                and_(Block.blocker_id == other, Block.blocked_id == one),
            )
        )
        .limit(1)
    )
    return found is not None


async def _share_a_room(session: AsyncSession, one: UUID, other: UUID) -> bool:
    mine, theirs = aliased(RoomMember), aliased(RoomMember)
    found = await session.scalar(
        select(mine.room_id)
        .join(theirs, and_(theirs.room_id == mine.room_id, theirs.user_id == other, theirs.left_at.is_(None)))
        # Operators help in the support room, not in private.
        .join(Room, and_(Room.id == mine.room_id, Room.kind != RoomKind.SUPPORT))
        .where(mine.user_id == one, mine.left_at.is_(None))
        .limit(1)
    )
    return found is not None


async def _silence(session: AsyncSession, key: str, *, silent: bool) -> None:
    room = await session.scalar(select(Room).where(Room.direct_key == key).with_for_update(key_share=True))
    if room is None:
        return
    await session.execute(
        update(RoomMember).where(RoomMember.room_id == room.id).values(silenced_at=now() if silent else None)
    )
    rows = await session.scalars(
        select(RoomMember)
        .where(RoomMember.room_id == room.id, RoomMember.left_at.is_(None))
        .execution_options(populate_existing=True)
    )
    for member in rows:
        members.tell_settings(session, room, member)
