"""How messages and events look on the wire. Plain dictionaries, since the hot path and replay share them."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.conversations.schemas import MessageRead


class Row(Protocol):
    """A row by column name: asyncpg's record, SQLAlchemy's mapping, a dictionary."""

    def __getitem__(self, key: str, /) -> Any: ...


def instant(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, as Pydantic writes it."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def message_body(row: Row) -> dict[str, Any]:
    """A message row as its JSON object; a deleted message without its text and cards."""
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
        "client_id": str(row["client_id"]),
        "reply_to": _id(row["reply_to"]),
        "turn_id": _id(row["turn_id"]),
        "meta": row["meta"],
        "created_at": instant(row["created_at"]),
        "edited_at": instant(row["edited_at"]),
        "deleted_at": instant(deleted),
    }


def message_read(row: Row) -> MessageRead:
    """A message row as the typed model."""
    return MessageRead.model_validate(message_body(row))


def room_event(room_id: UUID, seq: int, kind: str, at: datetime, payload: dict[str, Any]) -> dict[str, Any]:
    """A durable event as members receive it."""
    return {"type": kind, "room": str(room_id), "seq": seq, "at": instant(at), **payload}
