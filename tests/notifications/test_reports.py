"""Operators hear of what people report, in one line however much it is; nobody else does."""

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import event

from core.actor import Role
from core.clock import now
from core.db import Database
from services.accounts.schemas import UserRead
from services.conversations import reports
from services.conversations.people_schemas import CreateReport, ReportReason, ResolveReport
from services.conversations.sending import Sender
from services.experts.reviews import service as reviews
from services.experts.reviews.schemas import Reason, WriteReport
from services.notifications import choosing, notices
from services.notifications.jobs import deliver
from services.notifications.kinds import ChangeChoice, Kind
from services.notifications.messages import look
from services.notifications.notices import MarkNotifications, NotificationRead
from tests.accounts.factories import actor_for, make_actor, make_user, sign_in_cookie
from tests.conversations.factories import make_room, say
from tests.experts.test_reviews import held, see, write
from tests.notifications.test_sending import emails, outbox
from tests.sandbox.process import Sandbox


async def look_again(db: Database) -> None:
    """As if what was reported since the last look had been reported a while ago."""
    at = now() - timedelta(seconds=6)
    for table in ("reports", "review_reports"):
        await db.raw.execute(f"update {table} set created_at = $1 where created_at > $1", at)
    await db.raw.execute(
        "insert into message_scans (id, through) values (1, $1) on conflict (id) do update set through = $1",
        at - timedelta(seconds=1),
    )
    await look(db)
    for table in ("reports", "review_reports"):  # the next look is not to find them again
        await db.raw.execute(
            f"update {table} set created_at = $1 where created_at >= $2", at - timedelta(seconds=60), at
        )


async def report(db: Database, *, message: bool = False, times: int = 1, name: str = "Bob") -> list[Any]:
    """Somebody new, or a message of theirs, is reported; the reports."""
    ada, bob = await make_actor(db), actor_for(await make_user(db, name=name))
    room = await make_room(db, ada, bob)
    said = await say(Sender(db), bob, room, "Send me the money") if message else None
    made = []
    for _ in range(times):
        data = CreateReport(
            room_id=room, user_id=bob.user_id, message_id=said and said.id, reason=ReportReason.SCAM
        )
        async with db.transaction() as session:
            made.append(await reports.report(session, ada, data))
    return made


async def lines(db: Database, user: UserRead) -> list[NotificationRead]:
    async with db.transaction() as session:
        return (await notices.list_own(session, actor_for(user))).items


async def shown(db: Database, user: UserRead) -> list[tuple[str, str, int]]:
    return [(line.title, line.path, line.count) for line in await lines(db, user)]


async def test_operators_hear_of_each_kind_of_report_and_others_do_not(db: Database) -> None:
    olga = await make_user(db, role=Role.ADMIN, name="Olga Operator")
    gone = await make_user(db, role=Role.ADMIN)
    await db.raw.execute("update users set suspended_at = now() where id = $1", gone.id)
    others = [await make_user(db), await make_user(db, role=Role.CTO), gone]
    await report(db, message=True)
    await look_again(db)
    assert await shown(db, olga) == [("A message by Bob was reported", "/admin/reports", 1)]
    (line,) = await lines(db, olga)
    assert (line.kind, line.room_id, line.read) == (Kind.REPORT, None, False)
    async with db.transaction() as session:
        await notices.mark(session, actor_for(olga), MarkNotifications(ids=[line.id]))
    # What comes after it was read begins anew, in the same line.
    await report(db, name="Eve")
    await look_again(db)
    assert await shown(db, olga) == [("Eve was reported", "/admin/reports", 1)]
    assert [(each.id, each.read) for each in await lines(db, olga)] == [(line.id, False)]
    booking, client, expert = await held(db)
    await write(db, client, booking, 1, "Never came")
    await write(db, expert, booking, 5)
    review = (await see(db, client, booking)).mine
    assert review is not None
    async with db.transaction() as session:
        claim = WriteReport(reason=Reason.UNTRUE, details="I was there for an hour")
        await reviews.report(session, expert, review.id, claim)
    await look_again(db)
    name = await db.raw.fetchval("select name from users where id = $1", client.user_id)
    assert await shown(db, olga) == [
        (f"2 new reports, the last about a review by {name}", "/admin/reports", 2)
    ]
    await look(db)  # nothing new
    assert [line.count for line in await lines(db, olga)] == [2]
    for other in others:
        assert [line for line in await lines(db, other) if line.kind is Kind.REPORT] == []


async def test_many_reports_are_one_line_one_mail_and_as_many_statements_as_one(
    db: Database, sandbox: Sandbox
) -> None:
    olga = await make_user(db, role=Role.ADMIN)
    statements: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    async def told(times: int) -> int:
        await report(db, times=times)
        event.listen(db.engine.sync_engine, "before_cursor_execute", count)
        try:
            del statements[:]
            await look_again(db)
        finally:
            event.remove(db.engine.sync_engine, "before_cursor_execute", count)
        return len(statements)

    few, many = await told(1), await told(60)
    assert 0 < many <= few
    assert await shown(db, olga) == [("61 new reports, the last about Bob", "/admin/reports", 61)]
    sent = await emails(db, user_id=olga.id)
    # The second look may be one of another hour.
    assert len(sent) == len({each.key for each in sent})
    assert {each.template for each in sent} == {"reports_waiting"}
    await deliver(db, email_id=sent[0].id)
    mail = (await outbox(sandbox, str(olga.email)))[0]
    assert "/admin/reports" in mail["text"]
    assert "operator" in mail["subject"]
    assert "List-Unsubscribe" in mail["headers"]


async def test_what_was_dealt_with_at_once_is_not_told(db: Database) -> None:
    olga = await make_user(db, role=Role.ADMIN)
    (made,) = await report(db)
    async with db.transaction() as session:
        await reports.resolve(session, actor_for(olga), made.id, ResolveReport(resolution="Seen"))
    await look_again(db)
    assert await shown(db, olga) == []


async def test_an_operator_chooses_by_what_to_be_told(db: Database, client: httpx.AsyncClient) -> None:
    olga, user = await make_user(db, role=Role.ADMIN), await make_user(db)
    for each, sees in ((olga, True), (user, False)):
        client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, each)}"
        items = (await client.get("/api/v1/notifications/choices")).json()["items"]
        assert ("report" in {item["kind"] for item in items}) is sees
    async with db.transaction() as session:
        off = ChangeChoice(in_app=False, email=False, push=False)
        await choosing.change(session, actor_for(olga), Kind.REPORT, off)
    await report(db)
    await look_again(db)
    assert await shown(db, olga) == []
    (mail,) = await emails(db, user_id=olga.id)
    await deliver(db, email_id=mail.id)
    assert (await emails(db, user_id=olga.id))[0].status == "skipped"
