"""Replayed state equals refetched state, for random histories of everything that can happen in a room."""

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.ws.frames import EVENT, DurableEvent
from api.ws.view import RoomView
from core.actor import ROLE_SCOPES, Actor, Role
from core.clock import now
from core.errors import SextantError
from services.conversations import log, members, messages, proposals, repository
from services.conversations.assistant_schemas import ProposalOutcome
from services.conversations.proposals import ProposalKind
from services.conversations.schemas import (
    ChangeMember,
    EditMessage,
    SendMessage,
    SetPin,
    SetReaction,
    UpdateRoom,
)
from tests.serving import Served

WHAT = (
    "send",
    "send",
    "answer",
    "edit",
    "delete",
    "react",
    "pin",
    "title",
    "leave",
    "join",
    "role",
    "propose",
    "decide",
)
STEP = st.tuples(st.sampled_from(WHAT), st.integers(0, 3), st.integers(0, 30), st.booleans())


class Draft(BaseModel):
    note: str


async def _carry_out(
    session: AsyncSession, actor: Actor, proposal_id: UUID, payload: Draft
) -> ProposalOutcome:
    return ProposalOutcome(text=f"Done: {payload.note}")


proposals.register(ProposalKind("test", Draft, _carry_out))


class History:
    """Four people in a room, and what has been said so far."""

    def __init__(self, served: Served, room: UUID, people: list[Actor]) -> None:
        self.served, self.room, self.people = served, room, people
        self.messages: list[UUID] = []
        self.proposals: list[tuple[UUID, Actor]] = []

    async def step(self, what: str, who: int, which: int, on: bool) -> None:
        """Do something; what the rules refuse at this point is refused."""
        actor = self.people[who]
        try:
            if what in ("send", "answer"):
                target = (
                    self.messages[which % len(self.messages)] if what == "answer" and self.messages else None
                )
                named = [self.people[which % 4].user_id] if on else []
                data = SendMessage(client_id=uuid4(), text=f"{what} {which}", reply_to=target, mentions=named)
                sent = await self.served.runtime.sender.send(actor, self.room, data)
                self.messages.append(sent.message.id)
            else:
                async with self.served.runtime.db.transaction() as session:
                    await self._change(session, actor, what, which, on)
        except SextantError:
            pass

    async def _change(self, session: AsyncSession, actor: Actor, what: str, which: int, on: bool) -> None:
        room, other = self.room, self.people[which % 4].user_id
        message = self.messages[which % len(self.messages)] if self.messages else uuid4()
        match what:
            case "edit":
                named = [other] if on else []
                await messages.edit(
                    session, actor, room, message, EditMessage(text=f"edit {which}", mentions=named)
                )
            case "delete":
                await messages.delete(session, actor, room, message)
            case "react":
                await messages.react(
                    session, actor, room, message, SetReaction(emoji="👍🎉"[which % 2], on=on)
                )
            case "pin":
                await messages.pin(session, actor, room, message, SetPin(on=on))
            case "title":
                await members.update(session, actor, room, UpdateRoom(title=f"Title {which}"))
            case "leave" if on:
                await members.leave(session, actor, room)
            case "leave":
                await members.remove(session, actor, room, other)
            case "join":
                await members.join(session, room, other)
            case "role":
                await members.change_role(
                    session, actor, room, other, ChangeMember(role="owner" if on else "member")
                )
            case "propose":
                made = await proposals.prepare(
                    session, actor, room, "test", Draft(note=str(which)),
                    title="A test", key=uuid4().hex, expires_at=now() + timedelta(hours=1),
                )  # fmt: skip
                self.proposals.append((made.id, actor))
            case "decide" if self.proposals:
                proposal, owner = self.proposals[which % len(self.proposals)]
                if on:
                    await proposals.confirm(session, owner, proposal, {})
                else:
                    await proposals.decline(session, owner, proposal)


async def fetched(served: Served, token: str, room: UUID) -> RoomView:
    """The room and all its messages, over REST."""
    async with served.http(token) as http:
        head = (await http.get(f"/api/v1/rooms/{room}")).json()
        found: list[dict[str, Any]] = []
        cursor = "0"
        while cursor is not None:
            answer = await http.get(
                f"/api/v1/rooms/{room}/messages", params={"after_seq": cursor, "limit": 100}
            )
            page = answer.json()
            found += page["items"]
            cursor = page["next_cursor"]
    return RoomView.fetched(head, found)


def state(view: RoomView) -> tuple[Any, ...]:
    return view.seq, view.messages, view.members, view.title


async def play(served: Served, steps: list[tuple[str, int, int, bool]], cut: int) -> set[str]:
    """One history: followed live, with a cut in the middle, and replayed from the first event; each view equals what
    is fetched at the end. Returns the kinds of events there were."""
    people, tokens = [], []
    for _ in range(4):
        user, token = await served.person()
        people.append(Actor(user.id, Role.USER, ROLE_SCOPES[Role.USER]))
        tokens.append(token)
    watcher, watcher_token = await served.person()
    async with served.runtime.db.transaction() as session:
        room = await repository.add_room(
            session, kind="project", title="A room", created_by=watcher.id,
            roles={watcher.id: "owner"} | {actor.user_id: "member" if n else "owner" for n, actor in enumerate(people)},
        )  # fmt: skip
    # A room's first members are there before its log begins, so a replay begins with the room as it was then.
    begun = await fetched(served, watcher_token, room)
    history = History(served, room, people)
    async with served.socket(watcher_token) as client:
        await client.subscribe(room, after_seq=0)
        for number, step in enumerate(steps):
            if number == cut:
                client.cut()
            await history.step(*step)
            if number == cut:
                await client.reconnect()
        last = await log.newest(served.runtime.db, [room])
        if last[room]:
            await client.wait_for(
                lambda e: e.get("room") == str(room) and e.get("seq") == last[room] and "at" in e
            )
        live, late = (RoomView(title=begun.title, members=dict(begun.members)) for _ in range(2))
        for event in client.durable(room):
            live.apply(event)
        events = await log.events_after(served.runtime.db, room, 0, limit=1_000)
        for event in events:
            late.apply(event)
            assert isinstance(EVENT.validate_python(event), DurableEvent)
    end = await fetched(served, watcher_token, room)
    assert state(live) == state(end)
    assert state(late) == state(end)
    assert live.proposals == late.proposals
    return {str(event["type"]) for event in events}


@given(steps=st.lists(STEP, min_size=1, max_size=40), cut=st.integers(0, 40))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
async def test_a_random_history(served: Served, steps: list[tuple[str, int, int, bool]], cut: int) -> None:
    await play(served, steps, cut)


async def test_a_history_with_every_kind_of_event(served: Served) -> None:
    steps = [
        ("send", 0, 1, True), ("answer", 1, 0, False), ("answer", 2, 1, True), ("edit", 0, 0, True), ("react", 1, 0, True),
        ("react", 2, 0, True), ("react", 1, 0, False), ("pin", 3, 0, True), ("pin", 0, 0, False), ("propose", 0, 1, True),
        ("decide", 0, 0, True), ("propose", 1, 2, True), ("decide", 1, 1, False), ("delete", 1, 1, True),
        ("leave", 2, 0, True), ("join", 0, 2, True), ("send", 2, 3, False), ("leave", 3, 0, True), ("title", 0, 4, True), ("role", 0, 1, True), ("delete", 0, 0, True),
    ]  # fmt: skip
    kinds = await play(served, steps, 7)
    wanted = {get_args(model.model_fields["type"].annotation)[0] for model in DurableEvent.__subclasses__()}
    assert kinds == wanted - {"branch.selected"}  # of conversations with the assistant alone
