"""Invitations into project rooms: a link that works once or some times, for some days, until it is taken back.

The token is in the link alone; what is stored is its hash. By e-mail the letter carries it, sealed until it has gone out
(the notifications room registers itself as the one who writes).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, Gone, NotFound
from core.ids import new_id
from core.security import hash_token, new_token
from core.settings import settings
from models.conversations import Room, RoomInvitation, RoomMember
from services.accounts import service as accounts
from services.conversations import members, repository, service
from services.conversations.people_schemas import (
    CreatedInvitation,
    CreateInvitation,
    InvitationPreview,
    InvitationRead,
)
from services.conversations.schemas import RoomKind, RoomRead

MAX_OPEN = 50


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """What the e-mail is made of. `link` lets its bearer in: it must not be stored in the clear."""

    invitation_id: UUID
    address: str
    room_title: str
    invited_by: str
    link: str
    expires_at: datetime


Deliverer = Callable[[AsyncSession, InvitationLetter], Awaitable[None]]
_deliverers: list[Deliverer] = []


def deliver_with(deliverer: Deliverer) -> Deliverer:
    """Register who sends the letters, in the caller's transaction. Usable as a decorator."""
    _deliverers[:] = [deliverer]
    return deliverer


async def create(
    session: AsyncSession, actor: Actor, room_id: UUID, data: CreateInvitation
) -> CreatedInvitation:
    """Invite into a project room. Everybody in it may; the link is in this answer only, or in the e-mail."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    actor.require_account()
    room, _ = await repository.locked_room_of(session, actor.user_id, room_id)
    if room.kind != RoomKind.PROJECT:
        raise Conflict("People are invited to project rooms only.", code="not_in_this_kind_of_room")
    if len(await _open(session, room_id)) >= MAX_OPEN:
        raise Conflict("Too many invitations are open. Take one back first.", code="too_many_invitations")
    token, moment = new_token(), now()
    row = RoomInvitation(
        id=new_id(),
        room_id=room_id,
        created_by=actor.user_id,
        token_hash=hash_token(token),
        email=data.email,
        max_uses=1 if data.email else data.max_uses,
        uses=0,
        expires_at=moment + timedelta(days=data.days),
        created_at=moment,
    )
    session.add(row)
    await session.flush()
    # In the fragment, which browsers send to no server and write into no log.
    link = f"{settings().base_url}/join#token={token}"
    if data.email is not None:
        inviter = (await accounts.people(session, [actor.user_id]))[actor.user_id]
        letter = InvitationLetter(row.id, data.email, room.title, inviter.name, link, row.expires_at)
        for deliver in _deliverers:
            await deliver(session, letter)
    read = InvitationRead.model_validate(row, from_attributes=True)
    return CreatedInvitation(**read.model_dump(), link=None if data.email else link)


async def open_ones(session: AsyncSession, actor: Actor, room_id: UUID) -> list[InvitationRead]:
    """Invitations that still let somebody in, newest first."""
    actor.require(Scope.CONVERSATIONS_READ)
    await repository.room_of(session, actor.user_id, room_id)
    return [InvitationRead.model_validate(row, from_attributes=True) for row in await _open(session, room_id)]


async def revoke(session: AsyncSession, actor: Actor, room_id: UUID, invitation_id: UUID) -> None:
    """Take an invitation back: one's own, or as an owner any. Taking it back again changes nothing."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    _, member = await repository.room_of(session, actor.user_id, room_id)
    row = await session.get(RoomInvitation, invitation_id, with_for_update=True)
    if row is None or row.room_id != room_id:
        raise NotFound("There is no such invitation.", invitation=str(invitation_id))
    if row.created_by != actor.user_id and member.role != "owner":
        raise Forbidden("Only an owner can take back what others have sent.", code="owners_only")
    row.revoked_at = row.revoked_at or now()


async def preview(session: AsyncSession, actor: Actor, token: str) -> InvitationPreview:
    """What the bearer of a link is invited to. Guests may look before they sign up."""
    actor.require(Scope.CONVERSATIONS_READ)
    row = await _by_token(session, token)
    room = await session.get_one(Room, row.room_id)
    member = await session.get(RoomMember, (row.room_id, actor.user_id))
    inside = member is not None and member.left_at is None
    if not inside:
        _check(row, member)
    counts = await repository.member_counts(session, [row.room_id])
    inviter = (await accounts.people(session, [row.created_by])).get(row.created_by)
    return InvitationPreview(
        room_title=room.title,
        invited_by=inviter.name if inviter is not None else "",
        member_count=counts.get(row.room_id, 0),
        expires_at=row.expires_at,
        room_id=row.room_id if inside else None,
    )


async def accept(session: AsyncSession, actor: Actor, token: str) -> RoomRead:
    """Come into the room. Of two who try the last use at once, one gets in; whoever is inside uses none up."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    actor.require_account()
    room_id = (await _by_token(session, token)).room_id
    await session.execute(select(Room.id).where(Room.id == room_id).with_for_update(key_share=True))
    row = await _by_token(session, token, lock=True)
    member = await session.get(RoomMember, (room_id, actor.user_id))
    if member is None or member.left_at is not None:
        _check(row, member)
        if (await repository.member_counts(session, [room_id])).get(room_id, 0) >= repository.MAX_MEMBERS:
            raise Conflict("This room is full.", code="room_full")
        row.uses += 1
        await members.join(session, room_id, actor.user_id)
    return await service.get(session, actor, room_id)


async def _open(session: AsyncSession, room_id: UUID) -> list[RoomInvitation]:
    rows = await session.scalars(
        select(RoomInvitation)
        .where(
            RoomInvitation.room_id == room_id,
            RoomInvitation.revoked_at.is_(None),
            RoomInvitation.expires_at > now(),
            RoomInvitation.uses < RoomInvitation.max_uses,
        )
        .order_by(RoomInvitation.id.desc())
    )
    return list(rows)


async def _by_token(session: AsyncSession, token: str, *, lock: bool = False) -> RoomInvitation:
    query = select(RoomInvitation).where(RoomInvitation.token_hash == hash_token(token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = await session.scalar(query)
    if row is None:
        raise NotFound("This invitation is not one of ours. Copy all of the link.", code="invitation_unknown")
    return row


def _check(row: RoomInvitation, member: RoomMember | None) -> None:
    """Raises Gone or Forbidden where the invitation does not let this person in, who is or was a member."""
    if row.revoked_at is not None:
        raise Gone("This invitation was taken back. Ask for a new one.", code="invitation_revoked")
    if row.expires_at <= now():
        raise Gone("This invitation has expired. Ask for a new one.", code="invitation_expired")
    if row.uses >= row.max_uses:
        raise Gone("This invitation was used already. Ask for a new one.", code="invitation_used")
    if member is not None and member.removed_by is not None and member.left_at >= row.created_at:  # type: ignore[operator]
        raise Forbidden("You were taken out of this room. Ask for a new invitation.", code="removed")


__all__ = ["InvitationLetter", "accept", "create", "deliver_with", "open_ones", "preview", "revoke"]
