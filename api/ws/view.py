"""What a client knows of a room: a fold over its durable events. Replayed from the first, or from a fetched room on, it is
the room that is fetched; tests hold it, and whoever writes a client can begin with it."""

from dataclasses import dataclass, field
from typing import Any, Self

Body = dict[str, Any]


@dataclass
class RoomView:
    """Messages by id, members by id (without how far they have read, which is told by receipts), proposals, title."""

    seq: int = 0
    title: str | None = None
    messages: dict[str, Body] = field(default_factory=dict)
    members: dict[str, Body] = field(default_factory=dict)
    proposals: dict[str, Body] = field(default_factory=dict)
    branch: int = 0
    branches: dict[int, Body] = field(default_factory=dict)

    @classmethod
    def fetched(cls, room: Body, messages: list[Body]) -> Self:
        """From `GET /rooms/{id}` and then its messages, oldest first. What came in between is contained already, and
        applying it again changes nothing."""
        view = cls(seq=room["last_seq"], title=room["title"], branch=room["branch"])
        view.branches = {branch["number"]: branch for branch in room["branches"]}
        for member in room["members"]:
            view._member(member)
        for message in messages:
            view._message(message)
        return view

    def apply(self, event: Body) -> None:
        """Apply a durable event. One that is contained changes nothing; a hole raises ValueError."""
        if event["seq"] <= self.seq:
            return
        if event["seq"] != self.seq + 1:
            raise ValueError(f"{event['seq']} does not follow {self.seq}")
        self.seq = event["seq"]
        match event["type"]:
            case (
                "message.created" | "message.edited" | "message.deleted" | "reaction.changed" | "pin.changed"
            ):
                self._message(event["message"])
            case "member.joined" | "member.updated":
                self._member(event["member"])
            case "member.left":
                self.members.pop(event["user_id"], None)
            case "proposal.created" | "proposal.resolved":
                self.proposals[event["proposal"]["id"]] = event["proposal"]
            case "room.updated":
                self.title = event["changes"].get("title", self.title)
            case "branch.selected":
                self.branch = event["branch"]
                self.branches |= {branch["number"]: branch for branch in event["branches"]}
            case unknown:
                raise ValueError(f"unknown event {unknown}")

    def _message(self, message: Body) -> None:
        known = self.messages.get(message["id"])
        count = max(message["reply_count"], known["reply_count"] if known else 0)
        self.messages[message["id"]] = {**message, "reply_count": count}
        root = self.messages.get(message["thread_id"] or "")
        if root is not None:  # an answer tells how long its thread is: no event of the first message has to
            root["reply_count"] = max(root["reply_count"], message["thread_no"])

    def _member(self, member: Body) -> None:
        self.members[member["user_id"]] = {
            key: value for key, value in member.items() if key not in ("read_seq", "online")
        }
