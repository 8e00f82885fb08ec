"""The page that a mail's link leads to: which mails it ends, by the names they have in the settings, and back again."""

import re
from typing import Any

from playwright.async_api import Browser, expect

from services.notifications.messages import look
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import IMAGES, Complaints, person
from tests.notifications.test_messages import people, say
from tests.notifications.test_sending import eventually

NAMES = ["New messages", "Mentions of you"]


async def test_the_link_of_a_digest_names_what_it_ends(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    wide_context, wide = await person(browser, complaints)
    narrow_context, narrow = await person(browser, complaints, width=390, height=844, dark=True)
    async with database_of(bare) as db:
        room, (ada, grace) = await people(db)
        await say(db, room, ada, "Shall we begin on **Monday**?")
        await look(db)
        await sign_in(wide_context, bare, db, grace)
    meta = await (await wide_context.request.get(f"{bare.url}/api/v1/meta")).json()
    outbox = next(each["url"] for each in meta["stand_ins"] if each["vendor"] == "Resend")

    async def mails() -> list[dict[str, Any]]:
        answer = await wide_context.request.get(f"{outbox}.json", params={"to": str(grace.email)})
        items: list[dict[str, Any]] = (await answer.json())["items"]
        return items

    (mail,) = await eventually(mails)
    assert "Shall we begin on Monday?" in mail["text"]
    link = re.search(r"/unsubscribe#token=\S+", mail["text"])
    assert link is not None

    found: list[str] = []
    for page, name in ((wide, "unsubscribe"), (narrow, "unsubscribe-phone-dark")):
        await page.goto(bare.url + link[0])
        kinds = page.get_by_role("list", name="Mails about").get_by_role("listitem")
        await expect(kinds).to_contain_text(NAMES)
        await page.screenshot(path=IMAGES / f"{name}.png")
        found += await violations(page)
    await narrow.get_by_role("button", name="End these mails").click()
    for page, name in ((narrow, "unsubscribed-phone-dark"), (wide, "unsubscribed")):
        if page is wide:  # the same link once more
            await page.reload()
        await expect(page.get_by_role("heading", name="You will get no more of these mails")).to_be_visible()
        await expect(page.get_by_role("listitem")).to_contain_text(NAMES)
        await expect(page.get_by_text("To undo this")).to_be_visible()
        await page.screenshot(path=IMAGES / f"{name}.png")
        found += await violations(page)

    await wide.get_by_role("link", name="Notification settings").click()
    for name in NAMES:
        switch = wide.get_by_role("switch", name=f"{name}: E-mail")
        await expect(switch).not_to_be_checked()
        async with wide.expect_response(lambda answer: "/notifications/choices/" in answer.url and answer.ok):
            await switch.click()
    await narrow.reload()
    await expect(narrow.get_by_role("heading", name="End these mails?")).to_be_visible()
    assert found == []
    assert complaints.texts == []
    await narrow_context.close()
    await wide_context.close()
