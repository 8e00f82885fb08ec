"""The members of a room: somebody is found among many."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.accounts.factories import make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.browser.test_files import room_of

SEARCH = "Find somebody by name"


@asynccontextmanager
async def details(
    bare: Bare, browser: Browser, *others: str, width: int = 1440, dark: bool = False
) -> AsyncIterator[Page]:
    """The details of Ada's room with these people, in her browser."""
    complaints = Complaints()
    context, page = await person(browser, complaints, width=width, height=844, dark=dark)
    async with database_of(bare) as db:
        users = [await make_user(db, name=name) for name in ("Ada Founder", *others)]
        await sign_in(context, bare, db, users[0])
        room = await room_of(db, *users)
    await page.goto(f"{bare.url}/rooms/{room}")
    await page.get_by_role("button", name=f"Details, {len(users)} people").click()
    yield page
    assert complaints.texts == []
    await context.close()


CROWD = ("José Álvarez", "Łukasz Nowak", "Josefine Berg", *(f"Colleague {number}" for number in range(12)))


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
async def test_somebody_is_found_among_many(bare: Bare, browser: Browser, width: int, dark: bool) -> None:
    async with details(bare, browser, *CROWD, width=width, dark=dark) as page:
        panel = page.get_by_role("region", name="Details")
        people = panel.get_by_role("button", name="Actions for")
        field, said = panel.get_by_role("searchbox", name=SEARCH), panel.get_by_role("status")
        await expect(people).to_have_count(len(CROWD))
        await expect(said).to_have_text("")
        assert await violations(page) == []

        # Without the accents, and into what was found by Tab.
        await field.press_sequentially("jose")
        await expect(people).to_have_count(2)
        await expect(said).to_have_text("2 people found")
        await field.press_sequentially(" alv")
        await expect(said).to_have_text("1 person found")
        await page.keyboard.press("Tab")
        await expect(panel.get_by_role("button", name="Actions for José Álvarez")).to_be_focused()

        # Nobody: said and shown, with a way back that the keyboard goes on from.
        await field.fill("zoe")
        await expect(people).to_have_count(0)
        await expect(said).to_have_text("Nobody here is called “zoe”.")
        await expect(said).to_be_in_viewport()
        assert await violations(page) == []
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(people).to_have_count(len(CROWD))
        await expect(field).to_be_focused()
        await expect(field).to_have_value("")

        # Escape takes back what was searched, then closes the panel.
        await field.fill("nowak")
        await expect(people).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(people).to_have_count(len(CROWD))
        await expect(field).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(panel).to_have_count(0)


async def test_a_few_are_not_searched(bare: Bare, browser: Browser) -> None:
    async with details(bare, browser, *CROWD[:11]) as page:
        panel = page.get_by_role("region", name="Details")
        await expect(panel.get_by_role("button", name="Actions for")).to_have_count(11)
        await expect(panel.get_by_role("searchbox")).to_have_count(0)
