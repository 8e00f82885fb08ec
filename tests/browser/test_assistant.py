"""What a founder can do with the assistant's answers: have them given again, ask differently, go back, rate, run out."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from core.migrate import ROOT
from tests.browser.looking import violations
from tests.browser.product import Complaints, Product, person
from tests.browser.test_main_line import IDEA, say

SHOTS = ROOT / ".data" / "pictures"


@pytest.fixture(scope="module")
async def small() -> AsyncIterator[Product]:
    """A product whose guests may write eight messages a day."""
    data = ROOT / ".data" / "tests" / f"small-{os.getpid()}"
    data.mkdir(parents=True)
    product = Product(data, RATE_LIMIT_SCALE="1", GUEST_MESSAGES_PER_DAY="8")
    try:
        await product.start()
        yield product
    finally:
        product.stop()
        shutil.rmtree(data, ignore_errors=True)


async def answered(page: Page, replies: int) -> None:
    await expect(page.get_by_role("article", name="Reply from Sextant")).to_have_count(replies)
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)


async def picture(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def test_versions_ratings_and_limits(small: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(small.url)
    await say(page, IDEA)
    await answered(page, 1)
    await say(page, "We also need video calls.")
    await answered(page, 2)
    mine = page.get_by_role("article", name="Your message")
    versions = page.get_by_role("group", name="Versions")
    await expect(versions).to_have_count(0)

    # Put the second message differently: by keyboard, with Escape as the way out.
    await mine.last.get_by_role("button", name="Edit").focus()
    await page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Edit your message")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(field).to_have_count(0)
    await mine.last.hover()
    await mine.last.get_by_role("button", name="Edit").click()
    await field.fill("No video calls, but it has to work offline.")
    await picture(page, "edit-1440")
    await field.press("Enter")
    await expect(mine.last).to_contain_text("work offline")
    await answered(page, 2)
    await expect(versions).to_have_text("2 / 2")

    # The brief follows: what was said on the other branch is not known here, and is there when one goes back.
    await versions.get_by_role("button", name="Previous version").click()
    await expect(mine.last).to_contain_text("We also need video calls.")
    await expect(versions).to_have_text("1 / 2")
    await versions.get_by_role("button", name="Next version").click()
    await expect(mine.last).to_contain_text("work offline")

    # Have the answer given again.
    reply = page.get_by_role("article", name="Reply from Sextant").last
    await reply.get_by_role("button", name="Answer again").click()
    await expect(reply.get_by_role("group", name="Versions")).to_have_text("2 / 2")
    await answered(page, 2)
    await expect(versions).to_have_count(2)

    # Rate it; everything is still there after a reload and on another page.
    await reply.get_by_role("button", name="Good reply").click()
    await expect(reply.get_by_role("button", name="Good reply")).to_have_attribute("aria-pressed", "true")
    await reply.get_by_role("button", name="Bad reply").click()
    dialog = page.get_by_role("dialog", name="What was wrong with it?")
    await dialog.get_by_label("Your comment").fill("Too long.")
    await picture(page, "comment-1440")
    await dialog.get_by_role("button", name="Send comment").click()
    await expect(dialog).to_be_hidden()
    await reply.get_by_role("button", name="Copy").click()
    assert await page.evaluate("navigator.clipboard.readText()")
    await page.reload()
    await answered(page, 2)
    await expect(versions).to_have_text(["2 / 2", "2 / 2"])
    await expect(reply.get_by_role("button", name="Bad reply")).to_have_attribute("aria-pressed", "true")
    await picture(page, "versions-1440")

    # Four of eight messages are used: from five left on it is said.
    await expect(page.get_by_text("4 messages left today")).to_be_visible()
    other = await context.new_page()
    await other.set_viewport_size({"width": 390, "height": 844})
    await other.emulate_media(color_scheme="dark")
    await other.goto(page.url)
    await answered(other, 2)
    await expect(other.get_by_role("group", name="Versions")).to_have_text(["2 / 2", "2 / 2"])
    for left in (3, 2, 1):
        await say(page, f"And what about cost? ({left})")
        await answered(page, 6 - left)
        await expect(page.get_by_text(f"{left} message{'s' if left > 1 else ''} left today")).to_be_visible()
    await answered(other, 5)
    await say(page, "One more")
    await answered(page, 6)
    await expect(page.get_by_text("Today’s messages are used up.")).to_be_visible()
    await say(page, "Too many")
    await expect(page.get_by_role("alert")).to_contain_text("8 messages to the assistant")
    await picture(page, "quota-1440")
    await expect(other.get_by_text("Today’s messages are used up.")).to_be_visible()
    await expect(other.get_by_role("button", name="Sign up for more")).to_be_visible()
    await picture(other, "quota-390-dark")
    assert complaints.texts == []
    await context.close()


async def test_versions_are_accessible(small: Product, browser: Browser) -> None:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, reduced_motion="reduce", bypass_csp=True
    )
    page = await context.new_page()
    await page.goto(small.url)
    await say(page, IDEA)
    await answered(page, 1)
    await page.get_by_role("button", name="Answer again").click()
    await expect(page.get_by_role("group", name="Versions")).to_have_text("2 / 2")
    await answered(page, 1)
    mine = page.get_by_role("article", name="Your message")
    await mine.get_by_role("button", name="Edit").click()
    found = await violations(page)
    await picture(page, "edit-390")
    await context.close()
    assert found == []
