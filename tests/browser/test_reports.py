"""What was reported comes before an operator, who decides on it."""

import re
from uuid import uuid4

from playwright.async_api import Browser, expect

from core.actor import Role
from services.conversations import reports
from services.conversations.people_schemas import CreateReport, ReportReason
from services.conversations.sending import Sender
from services.experts.reviews import service as reviews
from services.experts.reviews.schemas import Reason, WriteReport
from tests.accounts.factories import actor_for, make_actor, make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.conversations.factories import make_room, say
from tests.experts.test_reviews import held, see, write


async def test_an_operator_deals_with_reports(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844)
    async with database_of(bare) as db:
        await sign_in(context, bare, db, await make_user(db, role=Role.ADMIN, name="Olga Operator"))
        await page.goto(f"{bare.url}/admin/reports")
        await expect(page.get_by_text("Nothing was reported that still waits.")).to_be_visible()

        ada, bob = await make_actor(db), await make_actor(db)
        room = await make_room(db, ada, bob)
        said = await say(Sender(db), bob, room, "Send <b>the money</b> to another account " + "now" * 60)
        async with db.transaction() as session:
            for message, text in ((said.id, "He wants it past Sextant"), (None, "")):
                data = CreateReport(
                    room_id=room,
                    user_id=bob.user_id,
                    message_id=message,
                    reason=ReportReason.SCAM,
                    text=text,
                )
                await reports.report(session, ada, data)
        booking, client, expert = await held(db)
        await write(db, client, booking, 1, "Never came \u202e and was rude")
        await write(db, expert, booking, 5)
        review = (await see(db, client, booking)).mine
        assert review is not None
        for reporter in (expert, ada):
            async with db.transaction() as session:
                claim = WriteReport(reason=Reason.UNTRUE, details="I was there for an hour")
                await reviews.report(session, reporter, review.id, claim)

        await page.reload()
        found = []
        about = page.get_by_role("listitem").filter(has_text="He wants it past Sextant")
        for width, scheme in ((390, "dark"), (1440, "light")):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await expect(about.get_by_text("Send <b>the money</b>")).to_be_visible()
            found += await violations(page)
        close = about.get_by_role("button", name="Close the report")
        await expect(close).to_be_disabled()
        await about.get_by_label("What was done about it").fill("Warned him")
        await close.click()
        await expect(about).to_have_count(0)
        await expect(
            page.get_by_role("listitem").filter(has_text="The person is reported, not a message.")
        ).to_be_visible()

        claims = page.get_by_role("listitem").filter(has_text="I was there for an hour")
        await expect(claims).to_have_count(2)
        await claims.first.get_by_label(re.compile("^Note")).fill("The call log says so too")
        await claims.first.get_by_role("button", name="Remove the review").click()
        await claims.first.get_by_role("button", name="Press again").click()
        # Both reports were about the one review.
        await expect(claims).to_have_count(0)
        assert (await see(db, client, booking)).mine is None
        async with db.transaction() as session:
            operator = await make_actor(session, role=Role.ADMIN)
            left = (await reports.waiting(session, operator, None, 10)).items
            assert [each.message_id for each in left] == [None]
            assert left[0].reported_name
    assert (found, complaints.texts) == ([], [])
    await context.close()


async def test_an_operator_is_told_of_reports_by_the_bell(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints)
    async with database_of(bare) as db:
        await sign_in(context, bare, db, await make_user(db, role=Role.ADMIN, name="Olga Operator"))
        await page.goto(f"{bare.url}/settings/notifications")
        row = page.get_by_role("row").filter(has_text="Reports for operators")
        await expect(row.get_by_role("switch", name="In the app")).to_be_checked()
        ada, bob = await make_user(db), await make_user(db, name="Bob Builder")
        room = await make_room(db, actor_for(ada), actor_for(bob))
        other, _ = await person(browser, complaints)
        await sign_in(other, bare, db, ada)
    for reason in ("spam", "scam"):
        told = {"room_id": str(room), "user_id": str(bob.id), "reason": reason}
        assert (await other.request.post(f"{bare.url}/api/v1/reports", data=told)).ok
    # Messages are looked through soon after one was sent, and reports with them.
    said = {"client_id": str(uuid4()), "text": "Enough of this"}
    assert (await other.request.post(f"{bare.url}/api/v1/rooms/{room}/messages", data=said)).ok
    await page.get_by_role("button", name="Notifications, 1 unread").click()
    await page.get_by_role("link", name=re.compile("new reports, the last about Bob Builder")).click()
    await expect(page).to_have_url(f"{bare.url}/admin/reports")
    await expect(page.get_by_role("listitem").filter(has_text="About Bob Builder")).to_have_count(2)
    assert complaints.texts == []
    await other.close()
    await context.close()
