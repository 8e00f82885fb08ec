"""What was reported comes before an operator, who decides on it."""

import re

from playwright.async_api import Browser, expect

from core.actor import Role
from services.conversations import reports
from services.conversations.people_schemas import CreateReport, ReportReason
from services.conversations.sending import Sender
from services.experts.reviews import service as reviews
from services.experts.reviews.schemas import Reason, WriteReport
from tests.accounts.factories import make_actor, make_user
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
