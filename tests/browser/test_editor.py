"""A CTO's own editor: what is wrong is said where it is written, nothing is lost unsaid, and two windows do not undo each
other's work."""

import json
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from core.actor import Role
from core.db import Database
from services.experts import service
from tests.accounts.factories import actor_for, make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.experts.factories import profile

ROLE = {"title": "CTO", "company": "Vardlinjen AB", "from_year": 2019, "to_year": None, "outcomes": []}


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost_unsaid(
    bare: Bare, browser: Browser
) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844)
    async with database_of(bare) as db:
        await own_profile(bare, db, context, roles=[ROLE, ROLE | {"company": "Nordic Soft"}])
    await page.goto(f"{bare.url}/cto")

    # One field that is refused keeps back no other, and says so itself.
    await page.get_by_label("Rate per hour").fill("3")
    await page.get_by_label("Headline").fill("Saved beside a rate that is not")
    note = page.get_by_text(
        "An hourly rate lies between $5 and $2,000, or the same in your currency.", exact=True
    )
    await expect(note).to_be_visible()
    await expect(page.get_by_label("Rate per hour")).to_have_attribute("aria-invalid", "true")
    await saved(page, "headline", "Saved beside a rate that is not")
    found = await violations(page)
    # A page that goes away with something unsaved asks first; so does the way to another page.
    page.once("dialog", lambda dialog: dialog.dismiss())
    async with page.expect_event("dialog") as asked:
        await page.get_by_role("link", name="Hours", exact=True).click()
    assert (await asked.value).type == "confirm"
    await expect(note).to_be_visible()
    page.once("dialog", lambda dialog: dialog.dismiss())
    async with page.expect_event("dialog") as asked:
        await page.evaluate("setTimeout(() => location.reload())")
    assert (await asked.value).type == "beforeunload"
    await expect(note).to_be_visible()
    # Undo takes back what is not saved, not what was.
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Rate per hour")).to_have_value("100")
    await expect(page.get_by_label("Headline")).to_have_value("Saved beside a rate that is not")
    await expect(page.get_by_text("All changes saved")).to_be_visible()

    # A currency is changed with the same number; where that cannot be meant, the field says so.
    await page.get_by_label("Currency").select_option("JPY")
    await expect(note).to_be_visible()
    await page.get_by_label("Rate per hour").fill("15000")
    await expect(note).to_have_count(0)
    await saved(page, "rate", {"amount": 15000, "currency": "JPY"})
    await page.get_by_label("Rate per hour").fill("a lot")
    await expect(page.get_by_text("A rate is a number, such as 120.", exact=True)).to_be_visible()
    await page.get_by_label("Rate per hour").fill("16000")
    await expect(page.get_by_text("All changes saved")).to_be_visible()

    # By keyboard alone: a row goes and comes back, and one goes on beside it.
    roles = page.get_by_role("region", name="Past roles")
    await roles.get_by_role("button", name="Remove this role").first.focus()
    await page.keyboard.press("Enter")
    await expect(roles.get_by_role("group")).to_have_count(1)
    await expect(roles.get_by_role("button", name="Remove this role")).to_be_focused()
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    await page.get_by_role("button", name="Undo").focus()
    await page.keyboard.press("Enter")
    await expect(roles.get_by_role("group")).to_have_count(2)
    await roles.get_by_role("button", name="Add a role").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Advisor")
    await expect(roles.get_by_text("A role is saved once it has a title, a company")).to_be_visible()
    await expect(page.get_by_text("All changes saved")).to_have_count(0)
    for text in ("Hagel Oy", "2012"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    assert [role["company"] for role in await stored(page, "roles")] == [
        "Vardlinjen AB",
        "Nordic Soft",
        "Hagel Oy",
    ]
    found += await violations(page)
    assert found == []
    assert complaints.texts == []
    await context.close()


async def test_hours_that_are_not_saved_are_not_lost_unsaid(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints)
    async with database_of(bare) as db:
        await own_profile(bare, db, context)
    await page.goto(f"{bare.url}/cto/hours")
    await page.get_by_role("button", name="Add hours on Tuesday").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    async with page.expect_event("dialog") as asked:
        await page.get_by_role("link", name="Preview", exact=True).click()
    assert (await asked.value).type == "confirm"
    await expect(page.get_by_label("Tuesday, from")).to_have_value("09:00")
    await page.get_by_role("button", name="Save hours").click()
    await expect(page.get_by_text("Your hours are saved")).to_be_visible()
    await page.get_by_role("link", name="Preview", exact=True).click()
    await expect(page).to_have_url(f"{bare.url}/cto/preview")
    assert complaints.texts == []
    await context.close()


async def test_two_windows_do_not_undo_each_others_work(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, dark=True)
    async with database_of(bare) as db:
        await own_profile(bare, db, context)
    other = await context.new_page()
    complaints.listen(other)
    for each in (page, other):
        await each.goto(f"{bare.url}/cto")
        await expect(each.get_by_label("Headline")).to_be_visible()
    await other.get_by_label("Headline").fill("From the other window")
    await saved(other, "headline", "From the other window")

    # What does not meet is saved, and the form shows what came.
    await page.get_by_label("Years in technology").fill("21")
    await saved(page, "years", 21)
    await expect(page.get_by_label("Headline")).to_have_value("From the other window")

    # What meets waits for a decision.
    await other.get_by_label("Headline").fill("Written there")
    await expect(other.get_by_text("All changes saved")).to_be_visible()
    await page.get_by_label("Headline").fill("Written here")
    alert = page.get_by_role("alert").filter(has_text="Changed in another window meanwhile: headline.")
    await expect(alert).to_be_visible()
    assert await stored(page, "headline") == "Written there"
    found = await violations(page)
    await alert.get_by_role("button", name="What I wrote here").click()
    await saved(page, "headline", "Written here")
    await expect(alert).to_have_count(0)

    # A window that one comes back to shows what was saved meanwhile.
    await other.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(other.get_by_label("Headline")).to_have_value("Written here")
    assert found == []
    assert complaints.texts == []
    await context.close()


async def own_profile(bare: Bare, db: Database, context: BrowserContext, **fields: object) -> None:
    """A draft of somebody whose browser this is."""
    user = await make_user(db, role=Role.CTO)
    async with db.transaction() as session:
        await service.create_profile(session, actor_for(user), profile(**fields))
    await sign_in(context, bare, db, user)


async def stored(page: Page, part: str) -> Any:
    """A part of the profile as the server has it."""
    path = "/api/v1/me/expert-profile"
    return (await page.evaluate("path => fetch(path).then(answer => answer.json())", path))[part]


async def saved(page: Page, part: str, value: object) -> None:
    """Waits until the server has it."""
    await page.wait_for_function(
        "async ([part, value]) => {"
        " const mine = await (await fetch('/api/v1/me/expert-profile')).json();"
        " return JSON.stringify(mine[part]) === value }",
        arg=[part, json.dumps(value, separators=(",", ":"))],
    )
