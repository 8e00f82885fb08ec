"""What is done to a message after it was sent: edit, delete, react, pin; and reading it, its versions, its thread.

Each change is one transaction under the room's lock: the message as it is now, and an event of the room's log that
points to it.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden
from models.conversations import Room, RoomMember
from services.conversations import message_repository as rows
from services.conversations import repository, service
from services.conversations.links import links
from services.conversations.rendering import Row, message_body, message_read
from services.conversations.schemas import (
    EditMessage,
    EditRead,
    MessagePage,
    MessageRead,
    RoomKind,
    SetPin,
    SetReaction,
)
from services.files import service as files

MAX_EMOJI = 20  # different ones on one message
MAX_PINS = 50
THREAD_PAGE = 100


async def edit(
    session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID, data: EditMessage
) -> MessageRead:
    """Change the words of one's own message; what it said before is kept for the members to see."""
    room, _, message = await _changeable(session, actor, room_id, message_id)
    if message["sender_id"] != actor.user_id:
        raise Forbidden("Only the person who wrote a message can edit it.", code="not_yours")
    if room.kind == RoomKind.ASSISTANT:
        raise Conflict("The assistant has read this message. Send a new one instead.", code="not_editable")
    if message["text"] == data.text and set(message["mentions"]) == set(data.mentions):
        return message_read(message)
    await rows.keep_version(session, message)
    named = await rows.name_people(session, message, data.mentions)
    linked = links(data.text)
    shown = [each for each in message["previews"] if each["url"] in linked]
    for gone in (each for each in message["previews"] if each not in shown and each["image"] is not None):
        await files.drop_preview(session, UUID(gone["image"]))
    changed = await rows.change(
        session, message_id, text=data.text, mentions=named, previews=shown, edited_at=now()
    )
    await service.tell_counts(session, room_id, (set(message["mentions"]) ^ set(named)) - {actor.user_id})
    return await _log(session, "message.edited", changed)


async def delete(session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID) -> MessageRead:
    """Delete a message: one's own, or as an owner of a project room anybody's. Its place stays, everything it said is
    gone, from the log and from its versions too. Deleting again changes nothing."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, member = await repository.locked_room_of(session, actor.user_id, room_id, speaking=False)
    message = await rows.message_of(session, room_id, message_id)
    moderates = member.role == "owner" and room.kind != RoomKind.ASSISTANT
    if message["kind"] != "text" or not (message["sender_id"] == actor.user_id or moderates):
        raise Forbidden("You cannot delete this message.", code="not_yours")
    if message["deleted_at"] is not None:
        return message_read(message)
    await rows.forget_versions(session, message_id)
    await rows.name_people(session, message, ())
    changed = await rows.change(
        session,
        message_id,
        text="",
        cards=[],
        attachments=[],
        previews=[],
        meta={},
        mentions=[],
        reactions={},
        pinned_at=None,
        pinned_by=None,
        deleted_at=now(),
    )
    await service.tell_counts(session, room_id, set(message["mentions"]) - {message["sender_id"]})
    return await _log(session, "message.deleted", changed)


async def react(
    session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID, data: SetReaction
) -> MessageRead:
    """Put a reaction to a message, or take it back. Saying it twice changes nothing."""
    _, _, message = await _changeable(session, actor, room_id, message_id)
    reactions: dict[str, list[str]] = {emoji: list(users) for emoji, users in message["reactions"].items()}
    mine, chosen = str(actor.user_id), reactions.setdefault(data.emoji, [])
    if (mine in chosen) == data.on:
        return message_read(message)
    if data.on:
        chosen.append(mine)
    else:
        chosen.remove(mine)
    reactions = {emoji: users for emoji, users in reactions.items() if users}
    if len(reactions) > MAX_EMOJI:
        raise Conflict(
            f"A message carries at most {MAX_EMOJI} different reactions.", code="too_many_reactions"
        )
    return await _log(
        session, "reaction.changed", await rows.change(session, message_id, reactions=reactions)
    )


async def pin(
    session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID, data: SetPin
) -> MessageRead:
    """Pin a message for everyone in the room, or take the pin out."""
    _, _, message = await _changeable(session, actor, room_id, message_id)
    if (message["pinned_at"] is not None) == data.on:
        return message_read(message)
    if data.on and len(await rows.pinned(session, room_id, limit=MAX_PINS)) == MAX_PINS:
        raise Conflict(f"A room holds at most {MAX_PINS} pins. Take one out first.", code="too_many_pins")
    changed = await rows.change(
        session,
        message_id,
        pinned_at=now() if data.on else None,
        pinned_by=actor.user_id if data.on else None,
    )
    return await _log(session, "pin.changed", changed)


async def get(session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID) -> MessageRead:
    """One message of a room of the actor's."""
    await _readable(session, actor, room_id)
    return message_read(await rows.message_of(session, room_id, message_id))


async def versions(session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID) -> list[EditRead]:
    """What a message said before its edits, oldest first."""
    await _readable(session, actor, room_id)
    await rows.message_of(session, room_id, message_id)
    return [
        EditRead(version=each.version, text=each.text, written_at=each.written_at)
        for each in await rows.versions(session, message_id)
    ]


async def thread(
    session: AsyncSession, actor: Actor, room_id: UUID, root_id: UUID, after_no: int
) -> MessagePage:
    """The answers to a message, and to those answers, oldest first. `newer` is the `after_no` of the next page."""
    await _readable(session, actor, room_id)
    await rows.message_of(session, room_id, root_id)
    found = await rows.thread(session, room_id, root_id, after_no=after_no, limit=THREAD_PAGE + 1)
    items = [message_read(row) for row in found[:THREAD_PAGE]]
    more = items[-1].thread_no if len(found) > THREAD_PAGE else None
    return MessagePage(items=items, next_cursor=None if more is None else str(more), newer=more)


async def pinned(session: AsyncSession, actor: Actor, room_id: UUID) -> list[MessageRead]:
    """What is pinned in a room, newest pin first."""
    await _readable(session, actor, room_id)
    return [message_read(row) for row in await rows.pinned(session, room_id, limit=MAX_PINS)]


async def _readable(session: AsyncSession, actor: Actor, room_id: UUID) -> None:
    actor.require(Scope.CONVERSATIONS_READ)
    await repository.room_of(session, actor.user_id, room_id)


async def _changeable(
    session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID
) -> tuple[Room, RoomMember, Row]:
    actor.require(Scope.CONVERSATIONS_WRITE)
    room, member = await repository.locked_room_of(session, actor.user_id, room_id)
    message = await rows.message_of(session, room_id, message_id)
    if message["deleted_at"] is not None:
        raise Conflict("This message was deleted.", code="message_deleted")
    return room, member, message


async def _log(session: AsyncSession, kind: str, message: Row) -> MessageRead:
    body = message_body(message)
    await repository.log_event(
        session, message["room_id"], kind, {}, message_id=message["id"], shown={"message": body}
    )
    return MessageRead.model_validate(body)
