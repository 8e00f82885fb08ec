"""Messages for people who are away: a line in the app, then a mail, each once, and not of what was read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text, update

from core.db import Database
from models.conversations import RoomMember
from models.notifications import Digest
from services.accounts.schemas import UserRead
from services.conversations import direct
from services.conversations import messages as said
from services.conversations import repository as conversations
from services.conversations import service as rooms
from services.conversations.schemas import EditMessage, MarkRead, OpenDirect, SendMessage
from services.conversations.sending import Sender
from services.notifications import choosing, notices
from services.notifications.jobs import deliver
from services.notifications.kinds import ChangeChoice, Kind
from services.notifications.messages import BETWEEN_MAILS, MOST_A_DAY, digest, look, next_time, take_up
from services.notifications.notices import NotificationRead
from tests.accounts.factories import actor_for, make_user, sign_in_cookie
from tests.notifications.test_sending import emails, eventually, outbox
from tests.sandbox.process import Sandbox
from tests.serving import serving


@pytest.fixture(autouse=True)
async def nothing_unread(db: Database) -> None:
    """What other tests left unread is no news here: a look would tell each of its readers."""
    await db.raw.execute(
        "update room_members m set marked_seq = r.last_seq from rooms r"
        " where r.id = m.room_id and m.marked_seq < r.last_seq"
    )


def midday() -> str:
    """A zone where it is about noon now, so that no test runs into the night."""
    hours = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours:+d}"


async def people(db: Database, count: int = 2) -> tuple[UUID, list[UserRead]]:
    """A room and who is in it."""
    users = [await make_user(db, name=name, timezone=midday()) for name in ("Ada", "Grace", "Linus")[:count]]
    async with db.transaction() as session:
        room_id = await conversations.add_room(
            session,
            kind="project",
            title="Telehealth",
            created_by=users[0].id,
            roles={user.id: "owner" if user is users[0] else "member" for user in users},
        )
    return room_id, users


async def say(
    db: Database,
    room_id: UUID,
    user: UserRead,
    words: str,
    *,
    ago: float = 200,
    mentions: list[UUID] | None = None,
) -> int:
    """Send a message as it would have been sent `ago` seconds ago; its seq."""
    data = SendMessage(client_id=uuid4(), text=words, mentions=mentions or [])
    sent = await Sender(db).send(actor_for(user), room_id, data)
    async with db.transaction() as session:
        await session.execute(
            text("update messages set created_at = created_at - make_interval(secs => :ago) where id = :id"),
            {"ago": ago, "id": sent.message.id},
        )
        await session.execute(
            text("update room_members set joined_at = joined_at - interval '1 hour' where room_id = :id"),
            {"id": room_id},
        )
    return sent.message.seq


async def read_room(db: Database, user: UserRead, room_id: UUID, seq: int) -> None:
    async with db.transaction() as session:
        await rooms.mark_read(session, actor_for(user), room_id, MarkRead(seq=seq))


async def lines(db: Database, user: UserRead) -> list[NotificationRead]:
    async with db.transaction() as session:
        return (await notices.list_own(session, actor_for(user))).items


async def choose(db: Database, user: UserRead, kind: Kind, **channels: bool) -> None:
    async with db.transaction() as session:
        await choosing.change(session, actor_for(user), kind, ChangeChoice(**channels))


async def digests(db: Database, user: UserRead) -> list[dict[str, Any]]:
    """Run the person's digest, as its job would; all that were ever made."""
    await digest(db, user_id=user.id)
    return [each.context for each in await emails(db, user_id=user.id, template="message_digest")]


async def test_who_was_away_is_told_once(db: Database) -> None:
    room_id, (ada, grace) = await people(db)
    await say(db, room_id, ada, "Hello")
    await say(db, room_id, ada, "Are **you** there?\n\nIt is about Monday.")
    await look(db)
    await look(db)
    (line,) = await lines(db, grace)
    assert line.title == "2 new messages from Ada"
    assert line.body == "Are you there? It is about Monday."
    assert (line.path, line.read) == (f"/rooms/{room_id}", False)
    assert await lines(db, ada) == []
    seq = await say(db, room_id, ada, "Third")
    await look(db)
    (line,) = await lines(db, grace)
    assert (line.count, line.seq) == (3, seq)
    await read_room(db, grace, room_id, seq)
    (line,) = await lines(db, grace)
    assert line.read
    await say(db, room_id, ada, "Fourth")
    await look(db)
    assert (await lines(db, grace))[0].title == "Ada wrote to you"


async def test_many_are_told_with_the_statements_of_one(db: Database) -> None:
    statements: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    async def told(members: int) -> int:
        ada, *others = [await make_user(db, name=f"N {n}", timezone=midday()) for n in range(members + 1)]
        roles = {ada.id: "owner"} | {user.id: "member" for user in others}
        async with db.transaction() as session:
            room_id = await conversations.add_room(
                session, kind="project", title="All hands", created_by=ada.id, roles=roles
            )
        await choose(db, others[0], Kind.MESSAGE, in_app=False, push=False)
        await say(db, room_id, ada, "Hello, all", mentions=[others[1].id])
        await say(db, room_id, ada, "Are you there?")
        del statements[:]
        await look(db)
        looked = len(statements)
        shown = [[(line.title, line.count) for line in await lines(db, user)] for user in others]
        assert shown[0] == []
        assert shown[1] == [("N 0 wrote to you", 1), ("N 0 mentioned you in All hands", 1)]
        assert all(each == [("2 new messages from N 0", 2)] for each in shown[2:])
        planned = await db.raw.fetchval(
            "select count(*) from digests where user_id = any($1) and due_at is not null",
            [user.id for user in others],
        )
        assert planned == members
        return looked

    event.listen(db.engine.sync_engine, "before_cursor_execute", count)
    try:
        few, many = await told(3), await told(60)
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", count)
    assert 0 < many <= few


async def test_a_line_shows_its_message_as_it_is_now(db: Database) -> None:
    room_id, (ada, grace) = await people(db)
    seq = await say(db, room_id, ada, "My password is hunter2, @Grace", mentions=[grace.id])
    await look(db)
    assert [line.body for line in await lines(db, grace)] == ["My password is hunter2, @Grace"]
    message_id = await db.raw.fetchval(
        "select id from messages where room_id = $1 and seq = $2", room_id, seq
    )
    async with db.transaction() as session:
        await said.edit(session, actor_for(ada), room_id, message_id, EditMessage(text="Never mind"))
    assert [line.body for line in await lines(db, grace)] == ["Never mind"]
    async with db.transaction() as session:
        await said.delete(session, actor_for(ada), room_id, message_id)
    (line,) = await lines(db, grace)
    assert (line.title, line.body) == ("Ada mentioned you in Telehealth", "This message was deleted.")
    assert await digests(db, grace) == []


async def test_files_without_words_are_told_by_name_and_a_direct_room_by_who_writes(
    db: Database, sandbox: Sandbox
) -> None:
    _, (ada, grace) = await people(db)
    async with db.transaction() as session:
        opened = await direct.open_direct(session, actor_for(ada), OpenDirect(user_id=grace.id))
    await say(db, opened.id, ada, "@Grace", mentions=[grace.id])
    await say(db, opened.id, ada, "see this")
    await db.raw.execute(
        "update messages set text = '', attachments = $2 where room_id = $1 and text = 'see this'",
        opened.id, [{"name": "_plan_.pdf"}, {"name": "costs.ods"}],
    )  # fmt: skip
    await look(db)
    assert {line.title: line.body for line in await lines(db, grace)} == {
        "Ada mentioned you": "@Grace",
        "Ada wrote to you": "_plan_.pdf, costs.ods",
    }
    (context,) = await digests(db, grace)
    assert [(room["title"], [each["text"] for each in room["lines"]]) for room in context["rooms"]] == [
        ("Ada", ["@Grace", "_plan_.pdf, costs.ods"])
    ]
    (row,) = await emails(db, user_id=grace.id, template="message_digest")
    await deliver(db, email_id=row.id)
    (mail,) = await outbox(sandbox, str(grace.email))
    assert mail["subject"] == "2 new messages from Ada"


async def test_a_room_that_is_called_like_who_writes_there_is_a_room(db: Database, sandbox: Sandbox) -> None:
    room_id, (ada, grace) = await people(db)
    await db.raw.execute("update rooms set title = 'Ada' where id = $1", room_id)
    await say(db, room_id, ada, "@Grace", mentions=[grace.id])
    await look(db)
    await digests(db, grace)
    (row,) = await emails(db, user_id=grace.id, template="message_digest")
    await deliver(db, email_id=row.id)
    (mail,) = await outbox(sandbox, str(grace.email))
    assert mail["subject"] == "One new message in Ada"


async def test_who_reads_or_mutes_is_not_told(db: Database) -> None:
    room_id, (ada, grace, linus) = await people(db, 3)
    async with db.transaction() as session:
        await session.execute(
            update(RoomMember).where(RoomMember.user_id == linus.id).values(notify="mentions")
        )
    seq = await say(db, room_id, ada, "Hello")
    await read_room(db, grace, room_id, seq)
    await say(db, room_id, ada, "Just now", ago=0)
    await look(db)
    assert await lines(db, grace) == []
    assert await lines(db, linus) == []
    await say(db, room_id, ada, "@Linus?", mentions=[linus.id])
    await look(db)
    assert [line.title for line in await lines(db, linus)] == ["Ada mentioned you in Telehealth"]
    async with db.transaction() as session:
        await session.execute(update(RoomMember).where(RoomMember.user_id == linus.id).values(notify="none"))
    await say(db, room_id, ada, "@Linus again", mentions=[linus.id])
    await look(db)
    assert [line.count for line in await lines(db, linus)] == [1]
    assert len(await digests(db, linus)) == 0


async def test_a_digest_holds_what_still_waits_and_goes_out_once(db: Database, sandbox: Sandbox) -> None:
    room_id, (ada, grace, linus) = await people(db, 3)
    other_id, (_, _) = await people(db)
    async with db.transaction() as session:
        await session.execute(
            text(
                "insert into room_members (room_id, user_id, role, joined_at) values (:r, :u, 'member', now() - interval '1 hour')"
            ),
            {"r": other_id, "u": grace.id},
        )
        await session.execute(
            text("insert into room_members (room_id, user_id, role) values (:r, :u, 'member')"),
            {"r": other_id, "u": ada.id},
        )
    read = await say(db, room_id, ada, "read meanwhile")
    await read_room(db, grace, room_id, read)
    for number in range(5):
        await say(db, room_id, linus, f"number {number} <script>")
    await say(db, other_id, ada, "elsewhere " + "x" * 5_000)
    await look(db)
    (context,) = await digests(db, grace)
    assert context["count"] == 6
    shown = {room["title"]: room for room in context["rooms"]}
    assert len(context["rooms"]) == 2
    (long,) = [
        line for room in context["rooms"] for line in room["lines"] if line["text"].startswith("elsewhere")
    ]
    assert len(long["text"]) <= 280
    five = next(room for room in context["rooms"] if room["count"] == 5)
    assert [line["text"] for line in five["lines"]] == [f"number {n} <script>" for n in (2, 3, 4)]
    assert shown
    for _ in range(3):
        await take_up(db)
        assert len(await digests(db, grace)) == 1
    (row,) = await emails(db, user_id=grace.id, template="message_digest")
    await deliver(db, email_id=row.id)
    (mail,) = await outbox(sandbox, str(grace.email))
    assert mail["subject"] == "6 new messages in 2 conversations"
    assert "<script>" not in mail["html"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_mails_and_notices_show_words_without_the_marks_of_markdown(
    db: Database, sandbox: Sandbox
) -> None:
    room_id, (ada, grace) = await people(db)
    await say(
        db,
        room_id,
        ada,
        "## Offer\n\n> How much?\n\n- **$49*** for `order_id_v2`\n- see [the _plan_](https://example.com/a_b_c)\n\n2*3*4 -> 24",
    )
    await look(db)
    words = "Offer “How much?” $49* for order_id_v2 · see the plan 2*3*4 -> 24"
    assert [line.body for line in await lines(db, grace)] == [words]
    await digests(db, grace)
    (row,) = await emails(db, user_id=grace.id, template="message_digest")
    await deliver(db, email_id=row.id)
    (mail,) = await outbox(sandbox, str(grace.email))
    assert words in mail["text"]
    assert words.replace(">", "&gt;") in mail["html"]


async def test_what_is_read_or_not_wanted_is_not_mailed(db: Database) -> None:
    room_id, (ada, grace) = await people(db)
    seq = await say(db, room_id, ada, "Hello")
    await look(db)
    await read_room(db, grace, room_id, seq)
    assert await digests(db, grace) == []
    await choose(db, grace, Kind.MESSAGE, email=False)
    await say(db, room_id, ada, "Plain")
    await look(db)
    assert await digests(db, grace) == []
    await say(db, room_id, ada, "@Grace", mentions=[grace.id])
    await look(db)
    (context,) = await digests(db, grace)
    assert [line["text"] for line in context["rooms"][0]["lines"]] == ["@Grace"]
    await choose(db, ada, Kind.MESSAGE, email=False)
    await choose(db, ada, Kind.MENTION, email=False)
    await say(db, room_id, grace, "@Ada", mentions=[ada.id])
    await look(db)
    assert await digests(db, ada) == []


async def test_it_waits_two_minutes_and_then_a_while(db: Database) -> None:
    room_id, (ada, grace) = await people(db)
    await say(db, room_id, ada, "Hello", ago=10)
    await look(db)
    assert await digests(db, grace) == []
    async with db.transaction() as session:
        row = await session.get_one(Digest, grace.id)
        assert row.due_at is not None
        assert timedelta(seconds=90) < row.due_at - datetime.now(UTC) < timedelta(seconds=115)
        row.due_at = datetime.now(UTC)  # as if its job ran too early
    assert await digests(db, grace) == []
    async with db.transaction() as session:
        await session.execute(
            text("update messages set created_at = created_at - interval '3 minutes' where room_id = :id"),
            {"id": room_id},
        )
        (await session.get_one(Digest, grace.id)).due_at = datetime.now(UTC)
    assert len(await digests(db, grace)) == 1
    await say(db, room_id, ada, "And another thing")
    await look(db)
    assert len(await digests(db, grace)) == 1
    async with db.transaction() as session:
        row = await session.get_one(Digest, grace.id)
        assert row.due_at is not None
        assert row.sent_at is not None
        assert row.due_at == row.sent_at + BETWEEN_MAILS


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "row", "expected"),
    [
        ("2026-11-24T12:00", {}, "2026-11-24T12:00"),
        ("2026-11-24T23:30", {}, "2026-11-25T07:00"),
        ("2026-11-24T03:00", {}, "2026-11-24T07:00"),
        ("2026-11-24T21:59", {}, "2026-11-24T21:59"),
        ("2026-11-24T12:00", {"sent_at": "2026-11-24T11:50"}, "2026-11-24T12:05"),
        ("2026-11-24T21:58", {"sent_at": "2026-11-24T21:50"}, "2026-11-25T07:00"),
        ("2026-11-24T12:00", {"count": MOST_A_DAY, "counted_on": "2026-11-24"}, "2026-11-25T07:00"),
        ("2026-11-24T12:00", {"count": MOST_A_DAY, "counted_on": "2026-11-23"}, "2026-11-24T12:00"),
        # The clocks go back on this night, and forward on that.
        ("2026-10-24T23:00", {}, "2026-10-25T07:00"),
        ("2026-03-28T23:00", {}, "2026-03-29T07:00"),
    ],
)
def test_when_a_digest_may_go_out(now: str, row: dict[str, Any], expected: str) -> None:
    def at(moment: str) -> datetime:
        return datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC)

    given = Digest(user_id=uuid4(), count=row.get("count", 0))
    given.sent_at = at(row["sent_at"]) if "sent_at" in row else None
    given.counted_on = datetime.fromisoformat(row["counted_on"]).date() if "counted_on" in row else None
    assert next_time(given, BERLIN, at(now), oldest=at(now) - timedelta(minutes=5)) == at(expected)


async def test_it_comes_by_itself_and_a_lost_job_is_taken_up(fresh_database: str) -> None:
    async with serving(fresh_database, worker=True) as server:
        db = server.runtime.db
        room_id, (ada, grace) = await people(db)
        async with server.socket(await sign_in_cookie(db, grace)) as socket:
            await server.runtime.sender.send(
                actor_for(ada), room_id, SendMessage(client_id=uuid4(), text="Hello")
            )
            frame = await socket.wait_for(lambda event: event["type"] == "notification")
            assert frame["notification"]["title"] == "Ada wrote to you"
        async with db.transaction() as session:
            await session.execute(text("update messages set created_at = created_at - interval '5 minutes'"))
            await session.execute(text("update room_members set joined_at = joined_at - interval '1 hour'"))
            await session.execute(text("update digests set due_at = now() - interval '3 minutes'"))
        await take_up(db)
        await eventually(lambda: emails(db, user_id=grace.id, template="message_digest"))
