"""How messages and events look on the wire. Plain dictionaries, since the hot path and replay share them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from models.accounts import User
from models.conversations import Message, RoomMember
from services.conversations.schemas import MemberRead, MessageRead

PREVIEW = 140


class Row(Protocol):
    """A row by column name: asyncpg's record, SQLAlchemy's mapping, a dictionary."""

    def __getitem__(self, key: str, /) -> Any: ...


def instant(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, as Pydantic writes it."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def written_instant(value: datetime) -> bytes:
    """`instant` as JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


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


def activity(message: Row, named: list[str]) -> dict[str, Any]:
    """What members are told of a room that they do not follow: its newest message. `named`: whom that one and those
    before it mention of which nothing has been told yet, once for each message."""
    said = message["text"] or ", ".join(each["name"] for each in message["attachments"])
    return {
        "type": "room.activity",
        "room": message["room_id"],
        "seq": message["seq"],
        "no": message["no"],
        "sender_id": message["sender_id"],
        "mentions": named,
        "preview": said[:PREVIEW],
        "deleted": message["deleted_at"] is not None,
        "at": message["created_at"],
    }


def written(value: UUID | None) -> bytes:
    """An id as JSON."""
    if value is None:
        return b"null"
    # orjson knows Python's own kind only, and writes it in a fifth of the time that `str` takes.
    return orjson.dumps(value) if type(value) is UUID else b'"%b"' % str(value).encode()


# What differs between messages that have just been sent, in the order in which `message_body` writes it.
_DIFFERS = {
    "id": b"%b",
    "room_id": b"%b",
    "seq": b"%d",
    "no": b"%d",
    "sender_id": b"%b",
    "text": b"%b",
    "attachments": b"%b",
    "client_id": b"%b",
    "reply_to": b"%b",
    "thread_id": b"%b",
    "thread_no": b"%b",
    "mentions": b"%b",
    "branch": b"%d",
    "meta": b"%b",
    "created_at": b"%b",
}
# Of a message that names the assistant, which was not asked.
NOT_ASKED = {"assistant": "not_asked"}


_PLAIN = ("id", "room_id", "seq", "no", "sender_id", "text", "client_id", "branch", "created_at")


def _new_message(differs: Iterable[str]) -> bytes:
    row = dict.fromkeys(column.name for column in Message.__table__.columns)
    new = {"kind": "text", "cards": [], "attachments": [], "previews": [], "mentions": [], "reply_count": 0}
    body = message_body({**row, **new, "reactions": {}, "meta": {}})
    return orjson.dumps(body | {name: orjson.Fragment(_DIFFERS[name]) for name in differs})


_NEW_MESSAGE = _new_message(_DIFFERS)
_UNTIL_SEQ, _UNTIL_NO, _UNTIL_BRANCH, _REST = _new_message(_PLAIN).split(b"%d")


class Prepared(NamedTuple):
    """A message that is nothing but its text, written as far as it is known before it is stored."""

    room: bytes
    until_seq: bytes
    until_branch: bytes


def prepare_message(message_id: UUID, room_id: UUID, sender_id: UUID, client_id: UUID, text: str) -> Prepared:
    """Write what the statement that stores it does not give."""
    room = written(room_id)
    until_branch = _UNTIL_BRANCH % (written(sender_id), orjson.dumps(text), written(client_id))
    return Prepared(room, _UNTIL_SEQ % (written(message_id), room), until_branch)


def prepared_message(prepared: Prepared, stored: Row, at: bytes) -> bytes:
    """`new_message` of a prepared one."""
    return b"%b%d%b%d%b%d%b" % (
        prepared.until_seq,
        stored["seq"],
        _UNTIL_NO,
        stored["no"],
        prepared.until_branch,
        stored["branch"],
        _REST % at,
    )


def new_message(
    *,
    message_id: UUID,
    room_id: UUID,
    sender_id: UUID,
    client_id: UUID,
    text: str,
    attachments: list[dict[str, Any]],
    reply_to: UUID | None,
    names_members: bool,
    asked: bool,
    stored: Row,
    at: bytes,
) -> bytes:
    """A message as `message_body` shows it right after it was sent, written, from what the sender said and what the
    statement that `stored` it gave: it need not be read back. `at` is its time, written. `names_members`: the statement
    gave the members that it mentions. `asked`: the assistant was, or was not to be."""
    return _NEW_MESSAGE % (
        written(message_id),
        written(room_id),
        stored["seq"],
        stored["no"],
        written(sender_id),
        orjson.dumps(text),
        orjson.dumps(attachments) if attachments else b"[]",
        written(client_id),
        written(reply_to),
        written(stored["thread_id"]) if reply_to is not None else b"null",
        b"%d" % stored["thread_no"] if reply_to is not None else b"null",
        orjson.dumps([str(user_id) for user_id in stored["mentions"]]) if names_members else b"[]",
        stored["branch"],
        b"{}" if asked else orjson.dumps(NOT_ASKED),
        at,
    )


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


def created_event(room: bytes, seq: int, at: bytes, message: bytes) -> bytes:
    """The event of a message that has just been stored, written, as are the room's id, its time and the message."""
    return b'{"type":"message.created","room":%b,"seq":%d,"at":%b,"message":%b}' % (room, seq, at, message)
