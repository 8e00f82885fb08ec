"""How messages and events look on the wire. Plain dictionaries, since the hot path and replay share them."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from models.accounts import User
from models.conversations import RoomMember
from services.conversations.schemas import MemberRead, MessageRead


class Row(Protocol):
    """A row by column name: asyncpg's record, SQLAlchemy's mapping, a dictionary."""

    def __getitem__(self, key: str, /) -> Any: ...


def instant(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, as Pydantic writes it."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def message_body(row: Row) -> dict[str, Any]:
    """A message row as its JSON object; a deleted message without its text, cards and reactions."""
    deleted = row["deleted_at"]
    return {
        "id": str(row["id"]),
        "room_id": str(row["room_id"]),
        "seq": row["seq"],
        "no": row["no"],
        "sender_id": str(row["sender_id"]),
        "kind": row["kind"],
        "text": "" if deleted else row["text"],
        "cards": [] if deleted else row["cards"],
        "attachments": [] if deleted else row["attachments"],
        "previews": [] if deleted else row["previews"],
        "client_id": str(row["client_id"]),
        "reply_to": _id(row["reply_to"]),
        "thread_id": _id(row["thread_id"]),
        "thread_no": row["thread_no"],
        "reply_count": row["reply_count"],
        "mentions": [] if deleted else [str(user_id) for user_id in row["mentions"]],
        "reactions": []
        if deleted
        else [{"emoji": emoji, "user_ids": users} for emoji, users in row["reactions"].items()],
        "turn_id": _id(row["turn_id"]),
        "branch": row["branch"],
        "meta": row["meta"],
        "created_at": instant(row["created_at"]),
        "edited_at": instant(row["edited_at"]),
        "deleted_at": instant(deleted),
        "pinned_at": instant(row["pinned_at"]),
        "pinned_by": _id(row["pinned_by"]),
    }


def new_message_body(
    *,
    message_id: UUID,
    room_id: UUID,
    sender_id: UUID,
    client_id: UUID,
    text: str,
    attachments: list[dict[str, Any]],
    reply_to: UUID | None,
    stored: asyncpg.Record,
    at: str | None,
) -> dict[str, Any]:
    """A message as `message_body` shows it right after it was sent, from what the sender said and what the statement
    that `stored` it gave: it need not be read back."""
    return {
        "id": str(message_id),
        "room_id": str(room_id),
        "seq": stored["seq"],
        "no": stored["no"],
        "sender_id": str(sender_id),
        "kind": "text",
        "text": text,
        "cards": [],
        "attachments": attachments,
        "previews": [],
        "client_id": str(client_id),
        "reply_to": _id(reply_to),
        "thread_id": _id(stored.get("thread_id")),
        "thread_no": stored.get("thread_no"),
        "reply_count": 0,
        "mentions": [str(user_id) for user_id in stored.get("mentions", ())],
        "reactions": [],
        "turn_id": None,
        "branch": stored["branch"],
        "meta": {},
        "created_at": at,
        "edited_at": None,
        "deleted_at": None,
        "pinned_at": None,
        "pinned_by": None,
    }


def message_read(row: Row) -> MessageRead:
    """A message row as the typed model."""
    return MessageRead.model_validate(message_body(row))


def member_read(row: tuple[RoomMember, User] | Any, *, online: bool = False) -> MemberRead:
    """A membership and its person as others in the room see them."""
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
        online=online,
    )


def room_event(room_id: UUID, seq: int, kind: str, at: datetime, payload: dict[str, Any]) -> dict[str, Any]:
    """A durable event as members receive it."""
    return {"type": kind, "room": str(room_id), "seq": seq, "at": instant(at), **payload}


def created_event(message: dict[str, Any], shown: object) -> dict[str, Any]:
    """The event of a message that has just been stored; `shown` is the message, or how it is written."""
    return {
        "type": "message.created",
        "room": message["room_id"],
        "seq": message["seq"],
        "at": message["created_at"],
        "message": shown,
    }
