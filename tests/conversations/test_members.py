"""Who comes and goes: roles, invitations, leaving, muting, putting away, direct rooms, blocks, reports, presence."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, NotFound, SextantError, SignUpRequired
from core.events import Event, RoomEvent, UserEvent
from core.ids import ASSISTANT_ID
from core.security import keys
from services import rooms as rooms
from services.accounts import deletion, export
from services.conversations import (
    direct,
    drafts,
    invitations,
    leaving,
    log,
    members,
    messaging,
    presence,
    proposals,
    reports,
    service,
)
from services.conversations.people_schemas import CreateInvitation, CreateReport, ResolveReport
from services.conversations.presence import Presence
from services.conversations.schemas import (
    ChangeMember,
    CreateRoom,
    OpenDirect,
    RoomSettings,
    SetDraft,
    UpdateRoom,
)
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor, unique_email
from tests.conversations.factories import make_room, say


async def invite(db: Database, actor: Actor, room: UUID, **fields: object) -> tuple[UUID, str]:
    async with db.transaction() as session:
        made = await invitations.create(session, actor, room, CreateInvitation.model_validate(fields))
    assert made.link is not None
    return made.id, made.link.split("#token=")[1]


async def accept(db: Database, actor: Actor, token: str) -> UUID:
    async with db.transaction() as session:
        return (await invitations.accept(session, actor, token)).id


async def people(db: Database, actor: Actor, room: UUID) -> dict[UUID, str]:
    async with db.transaction() as session:
        return {m.user_id: m.role for m in (await service.get(session, actor, room)).members}


async def test_an_invitation_lets_in_as_often_as_it_says(db: Database) -> None:
    ada, *others = [await make_actor(db) for _ in range(5)]
    room = await make_room(db, ada)
    _, token = await invite(db, ada, room, max_uses=2)
    stored = await db.raw.fetch("select * from room_invitations")
    assert not any(token in str(dict(row)) for row in stored)
    results = await asyncio.gather(*(accept(db, actor, token) for actor in others), return_exceptions=True)
    assert sorted(getattr(r, "code", None) or "in" for r in results) == [
        "in",
        "in",
        "invitation_used",
        "invitation_used",
    ]
    inside = [actor for actor, result in zip(others, results, strict=True) if result == room]
    assert await accept(db, inside[0], token) == room  # whoever is inside uses nothing up
    events: list[Any] = [*await log.events_after(db, room, 0)]
    joined = [e["member"] for e in events if e["type"] == "member.joined"]
    assert {member["user_id"] for member in joined} == {str(actor.user_id) for actor in inside}
    async with db.transaction() as session:
        assert await invitations.open_ones(session, ada, room) == []
        seen = await invitations.preview(session, inside[0], token)
        assert (seen.room_id, seen.member_count) == (room, 3)
        with pytest.raises(Gone):
            await invitations.preview(session, await make_actor(db), token)


async def test_invitations_end(db: Database) -> None:
    ada, bob, late, guest = [await make_actor(db) for _ in range(3)] + [await make_actor(db, role=Role.GUEST)]
    room = await make_room(db, ada)
    _, token = await invite(db, ada, room, max_uses=10)
    with pytest.raises(SignUpRequired):
        await accept(db, guest, token)
    await accept(db, bob, token)
    mine, his = await invite(db, ada, room), await invite(db, bob, room)
    async with db.transaction() as session:
        with pytest.raises(Forbidden):
            await invitations.revoke(session, bob, room, mine[0])
        await invitations.revoke(session, ada, room, his[0])
    await db.raw.execute("update room_invitations set expires_at = now() where id = $1", mine[0])
    codes = []
    for each in (mine[1], his[1], "x" * 40):
        with pytest.raises(SextantError) as caught:
            await accept(db, late, each)
        codes.append(caught.value.code)
    assert codes == ["invitation_expired", "invitation_revoked", "invitation_unknown"]
    # Who was taken out does not come back by an older link, nor bring in others; by a newer one they do come back.
    _, brings = await invite(db, bob, room, max_uses=10)
    async with db.transaction() as session:
        await members.remove(session, ada, room, bob.user_id)
    with pytest.raises(Gone):
        await accept(db, late, brings)
    with pytest.raises(Forbidden):
        await accept(db, bob, token)
    async with db.transaction() as session:
        with pytest.raises(Forbidden):
            await invitations.preview(session, bob, token)
    _, fresh = await invite(db, ada, room)
    await accept(db, bob, fresh)
    assert await people(db, bob, room) == {ada.user_id: "owner", bob.user_id: "member"}


async def test_what_was_said_before_one_came_is_not_unread(db: Database) -> None:
    ada, bob, cleo = [await make_actor(db) for _ in range(3)]
    room, sender = await make_room(db, ada), Sender(db)
    _, token = await invite(db, ada, room, max_uses=10)
    await accept(db, bob, token)

    async def counts(actor: Actor) -> tuple[int, int]:
        async with db.transaction() as session:
            read = await service.get(session, actor, room)
        return read.unread, read.mentions

    await say(sender, ada, room, "@Bob", mentions=[bob.user_id])
    await accept(db, cleo, token)
    assert (await counts(bob), await counts(cleo)) == ((1, 1), (0, 0))
    async with db.transaction() as session:
        await members.leave(session, bob, room)
    await say(sender, ada, room, "while Bob is away")
    await accept(db, bob, token)
    await say(sender, ada, room, "news")
    assert (await counts(bob), await counts(cleo)) == ((1, 0), (2, 0))


async def test_an_invitation_by_e_mail_is_sealed_and_sent(db: Database) -> None:
    ada = await make_actor(db)
    room = await make_room(db, ada, title="Telehealth")
    address = unique_email()
    async with db.transaction() as session:
        made = await invitations.create(session, ada, room, CreateInvitation(email=address, max_uses=9))
    assert (made.link, made.max_uses, made.email) == (None, 1, address)
    row = await db.raw.fetchrow("select * from emails where address = $1", address)
    assert row is not None
    assert "join" not in str(dict(row))
    letter = orjson.loads(keys().decrypt(row["context"]["sealed"]))
    assert letter["room_title"] == "Telehealth"
    assert await accept(db, await make_actor(db), letter["url"].split("#token=")[1]) == room


async def test_only_project_rooms_are_entered_and_left(db: Database) -> None:
    ada = await make_actor(db)
    room = await make_room(db, ada, kind="assistant")
    async with db.transaction() as session:
        for attempt in (
            invitations.create(session, ada, room, CreateInvitation()),
            members.leave(session, ada, room),
            members.remove(session, ada, room, ASSISTANT_ID),
        ):
            with pytest.raises(Conflict):
                await attempt


async def test_the_last_owner_hands_the_room_on(db: Database) -> None:
    ada, bob, eve = [await make_actor(db) for _ in range(3)]
    async with db.transaction() as session:
        room = (await service.create_room(session, ada, CreateRoom(kind="project", title="Ours"))).id
    _, token = await invite(db, ada, room, max_uses=5)
    await accept(db, bob, token)
    await accept(db, eve, token)
    async with db.transaction() as session:
        with pytest.raises(Forbidden):
            await members.change_role(session, bob, room, eve.user_id, ChangeMember(role="owner"))
        with pytest.raises(Forbidden):
            await members.update(session, bob, room, UpdateRoom(title="Mine"))
        with pytest.raises(Conflict):
            await members.change_role(session, ada, room, ada.user_id, ChangeMember(role="member"))
        assert (
            await members.update(session, ada, room, UpdateRoom(title="All of ours"))
        ).title == "All of ours"
    async with db.transaction() as session:
        await members.leave(session, ada, room)
    assert await people(db, bob, room) == {bob.user_id: "owner", eve.user_id: "member"}
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await service.get(session, ada, room)
        await members.leave(session, bob, room)
        await members.leave(session, eve, room)
    kinds = [e["type"] for e in await log.events_after(db, room, 0)]
    assert kinds == ["member.joined", "member.joined", "room.updated", "member.updated", "member.left",
                     "member.updated", "member.left", "member.left"]  # fmt: skip


async def test_muting_and_putting_away_concern_oneself(db: Database) -> None:
    ada, bob = await make_actor(db), await make_actor(db)
    room = await make_room(db, ada, bob)
    sender = Sender(db)
    heard: list[Event] = []
    stop = db.broker.listen(heard.extend)
    async with db.transaction() as session:
        read = await members.settings(session, ada, room, RoomSettings(notify="none", archived=True))
        assert (read.notify, read.archived) == ("none", True)
    stop()
    assert [e.type for e in heard if isinstance(e, UserEvent) and e.user_id == ada.user_id] == [
        "room.settings"
    ]

    async def listed(actor: Actor, archived: bool) -> list[UUID]:
        async with db.transaction() as session:
            return [r.id for r in (await service.list_rooms(session, actor, None, archived=archived)).items]

    assert (await listed(ada, False), await listed(ada, True)) == ([], [room])
    assert await listed(bob, False) == [room]
    await say(sender, bob, room, "still there?")
    assert (await listed(ada, False), await listed(ada, True)) == ([room], [])
    await sender.close()


async def test_a_direct_room_is_one_for_each_pair(db: Database) -> None:
    ada, cto = await make_actor(db), await make_actor(db, role=Role.CTO)
    stranger, guest = await make_actor(db), await make_actor(db, role=Role.GUEST)

    async def open_with(actor: Actor, other: UUID) -> UUID:
        async with db.transaction() as session:
            return (await direct.open_direct(session, actor, OpenDirect(user_id=other))).id

    opened = await asyncio.gather(*(open_with(ada, cto.user_id) for _ in range(4)))
    assert set(opened) == {await open_with(cto, ada.user_id)}
    for other in (stranger.user_id, guest.user_id, ASSISTANT_ID, uuid4()):
        with pytest.raises(NotFound):
            await open_with(ada, other)
    with pytest.raises(SignUpRequired):
        await open_with(guest, cto.user_id)
    await make_room(db, ada, stranger)
    assert await open_with(ada, stranger.user_id) not in opened


async def test_who_is_blocked_cannot_write_and_is_not_told_why(db: Database) -> None:
    ada, bob = await make_actor(db), await make_actor(db, role=Role.CTO)
    sender = Sender(db)
    async with db.transaction() as session:
        room = (await direct.open_direct(session, ada, OpenDirect(user_id=bob.user_id))).id
    shared = await make_room(db, ada, bob)
    sent = await say(sender, bob, room, "buy now")
    async with db.transaction() as session:
        await direct.block(session, ada, bob.user_id)
        await direct.block(session, bob, ada.user_id)
        await direct.unblock(session, bob, ada.user_id)  # hers still holds
        assert [b.user_id for b in await direct.blocks(session, ada)] == [bob.user_id]
        assert await direct.blocks(session, bob) == []
    for actor in (ada, bob):
        with pytest.raises(Forbidden) as caught:
            await say(sender, actor, room, "?")
        assert caught.value.code == "cannot_send"
    await say(sender, bob, shared, "among others it goes on")
    async with db.transaction() as session:
        assert not (await service.get(session, bob, room)).can_send
        evidence = await reports.report(
            session, ada,
            CreateReport(room_id=room, user_id=bob.user_id, message_id=sent.id, reason="spam", text="ads"),
        )  # fmt: skip
        assert evidence.evidence["text"] == "buy now"
        with pytest.raises(Forbidden):
            await reports.waiting(session, ada, None, 10)
        await direct.unblock(session, ada, bob.user_id)
    await say(sender, bob, room, "sorry")
    admin = await make_actor(db, role=Role.ADMIN)
    async with db.transaction() as session:
        waiting = (await reports.waiting(session, admin, None, 100)).items
        assert evidence.id in [r.id for r in waiting]
        done = await reports.resolve(session, admin, evidence.id, ResolveReport(resolution="warned"))
        assert (done.status, done.resolution) == ("resolved", "warned")
    # A pair that has no room yet cannot get one while one of them blocks the other.
    other = await make_actor(db, role=Role.CTO)
    async with db.transaction() as session:
        await direct.block(session, other, ada.user_id)
        with pytest.raises(Forbidden):
            await direct.open_direct(session, ada, OpenDirect(user_id=other.user_id))
    await sender.close()


async def test_the_assistant_sends_nothing_to_whom_one_may_not_write(db: Database) -> None:
    ada, bob = [await make_actor(db) for _ in range(2)]
    await make_room(db, ada, bob)
    async with db.transaction() as session:
        room = (await direct.open_direct(session, ada, OpenDirect(user_id=bob.user_id))).id
        home = (await service.create_room(session, ada, CreateRoom())).id

    async def draft(key: str) -> UUID:
        async with db.transaction() as session:
            made = await messaging.propose(session, ada, home, to_room_id=room, text="Hello Bob", key=key)
        return made.id

    async def unread(actor: Actor) -> int:
        async with db.transaction() as session:
            return (await service.get(session, actor, room)).unread

    first, second = await draft("1"), await draft("2")
    async with db.transaction() as session:
        await proposals.confirm(session, ada, first, {})
    assert (await unread(ada), await unread(bob)) == (0, 1), "what one says oneself is read"
    async with db.transaction() as session:
        await direct.block(session, bob, ada.user_id)
    with pytest.raises(Forbidden) as caught:
        async with db.transaction() as session:
            await proposals.confirm(session, ada, second, {})
    assert caught.value.code == "cannot_send"
    assert await unread(bob) == 1


async def test_presence_is_shared_and_runs_out(db: Database, database_url: str) -> None:
    ada, bob = await make_actor(db), await make_actor(db)
    room = await make_room(db, ada, bob)
    async with Database(database_url) as elsewhere:
        here, there = Presence(db), Presence(elsewhere)
        heard: list[Event] = []
        stops = [each.broker.listen(heard.extend) for each in (db, elsewhere)]

        def told() -> list[tuple[str, UUID | None]]:
            seen = [
                ("on" if e.body["online"] else "off", e.user_id if isinstance(e, UserEvent) else None)
                for e in heard
                if isinstance(e, UserEvent | RoomEvent) and e.type == "presence" and e.body
            ]
            heard.clear()
            return seen

        here.arrive(bob.user_id)
        await here.tick()
        assert told() == []  # nobody is there to be told
        here.arrive(ada.user_id)
        there.arrive(ada.user_id)
        await here.tick()
        await there.tick()
        assert told() == [("on", bob.user_id)]
        assert set(await presence.online_in(db, room)) == {ada.user_id, bob.user_id}
        here.leave(ada.user_id)
        here._leaving[ada.user_id] = 0
        await here.tick()
        assert told() == []  # she is at the other process still
        there.leave(ada.user_id)
        there.arrive(ada.user_id)  # a reload is no absence
        await there.tick()
        assert told() == []
        # The other process dies: its rows run out, and one of those that live says so, once.
        await db.raw.execute(
            "update presence set expires_at = now() - interval '1 second' where process_id = $1",
            there._process,
        )
        await asyncio.gather(here.renew(), here.renew())
        assert told() == [("off", bob.user_id)]
        assert await presence.online_in(db, room) == [bob.user_id]
        for stop in stops:
            stop()
        await here.stop()


async def test_the_end_of_an_account(db: Database) -> None:
    ada, bob = await make_actor(db), await make_actor(db)
    room, alone = await make_room(db, ada, bob), await make_room(db, ada, kind="assistant")
    sender = Sender(db)
    await say(sender, ada, room, "what I said to Bob")
    await say(sender, ada, alone, "my secret plan")
    async with db.transaction() as session:
        await drafts.put(session, ada, room, SetDraft(text="half a thought"))
        await direct.block(session, ada, bob.user_id)
        exported = await leaving.export_conversations(session, ada.user_id)
    assert {m["text"] for m in exported["messages"]} == {"what I said to Bob", "my secret plan"}
    assert (exported["drafts"][0]["text"], exported["blocked"]) == ("half a thought", [bob.user_id])
    assert "conversations" in export._parts
    await db.raw.execute(
        "update users set deletion_due_at = $2 where id = $1", ada.user_id, now() - timedelta(1)
    )
    await deletion.delete(db, user_id=ada.user_id)
    assert await people(db, bob, room) == {bob.user_id: "owner"}
    texts = {
        r["text"]
        for r in await db.raw.fetch("select text from messages where room_id = any($1)", [room, alone])
    }
    assert texts == {"what I said to Bob", ""}
    for table in ("drafts", "mentions"):
        assert not await db.raw.fetchval(f"select count(*) from {table} where user_id = $1", ada.user_id)
    await sender.close()
