"""The brief beside the chat: each fact with where it comes from; correct one, remove one, take it back; on a phone and in
the dark as well."""

import re

from playwright.async_api import Browser, Page, expect

from core.migrate import ROOT
from tests.browser.looking import violations
from tests.browser.product import Complaints, Product
from tests.browser.test_main_line import ANALYSIS, IDEA, say

SHOTS = ROOT / ".data" / "pictures"


async def picture(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def analyses(page: Page, count: int) -> None:
    await expect(page.locator(ANALYSIS)).to_have_count(count)
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)


async def test_a_founder_corrects_the_brief(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    # axe is put into the page by a script of its own, which the page's policy would refuse.
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, bypass_csp=True, reduced_motion="reduce", locale="en-US"
    )
    page = await context.new_page()
    complaints.listen(page)
    await page.goto(product.url)
    await say(page, IDEA)
    await analyses(page, 1)
    panel = page.get_by_role("complementary", name="Project brief")
    budget = panel.get_by_role("region", name="Budget", exact=True)
    await expect(budget.get_by_text("$80,000", exact=True)).to_be_visible()
    await expect(budget.get_by_text("We have $80k and about 4 months", exact=False).first).to_be_visible()
    await expect(
        panel.get_by_role("region", name="Industry").get_by_text("Healthcare", exact=True)
    ).to_be_visible()
    assert await violations(page) == []
    await picture(page, "brief")

    # The words lead back to the message.
    await budget.get_by_role("button", name=re.compile("Show the message")).click()
    await expect(page.get_by_role("log").get_by_text(IDEA)).to_be_in_viewport()

    # Removed, and taken back.
    await budget.get_by_role("button", name="Remove $80,000").click()
    await expect(budget.get_by_text("$80,000", exact=True)).to_have_count(0)
    await panel.get_by_role("button", name="Undo").click()
    await expect(budget.get_by_text("$80,000", exact=True)).to_be_visible()

    # Corrected by keyboard alone; nonsense is refused with a reason.
    await budget.get_by_role("button", name="Edit $80,000").press("Enter")
    amount = budget.get_by_label("Amount")
    await expect(amount).to_be_focused()
    await amount.fill("minus one")
    await amount.press("Enter")
    await expect(budget.get_by_text("Write an amount above zero")).to_be_visible()
    await amount.fill("120,000")
    await picture(page, "brief-edit")
    await amount.press("Enter")
    await expect(budget.get_by_text("$120,000", exact=True)).to_be_visible()
    await expect(budget.get_by_text("You edited this")).to_be_visible()

    features = panel.get_by_role("region", name="Features")
    await features.get_by_role("button", name="Add to Features").click()
    await features.get_by_label("Add to Features").fill("video calls, owl sightings")
    await features.get_by_role("button", name="Save").click()
    await expect(features.get_by_text("owl sightings", exact=False).first).to_be_visible()

    # The new facts give a new analysis, with what changed.
    await panel.get_by_role("button", name="Update the analysis").click()
    await analyses(page, 2)
    await expect(page.locator(ANALYSIS).last.get_by_text("$120,000").first).to_be_visible()
    await expect(panel.get_by_role("button", name="Update the analysis")).to_have_count(0)
    address = page.url

    state = await context.storage_state()
    phone = await browser.new_context(
        bypass_csp=True,
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        storage_state=state,
        reduced_motion="reduce",
    )
    small = await phone.new_page()
    complaints.listen(small)
    await small.goto(address)
    await small.get_by_role("button", name=re.compile("^Brief")).click()
    drawer = small.get_by_role("dialog", name="Project brief")
    await expect(drawer.get_by_text("$120,000", exact=True)).to_be_visible()
    assert await violations(small) == []
    await picture(small, "brief-phone-dark")
    await small.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    assert complaints.texts == []
    await phone.close()
    await context.close()
