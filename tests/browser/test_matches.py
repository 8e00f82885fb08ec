"""A match list in the chat: how each score comes about, what would change the list, and who has left it since."""

import httpx
import pytest
from playwright.async_api import Browser, expect

from services.experts.demo.load import DEMO_PASSWORD, read_demo
from tests.browser.looking import violations
from tests.browser.product import Complaints, Product, person
from tests.browser.test_main_line import say

ASK = "I want to build robot control software for farms. Find me a CTO who must know Rust for at most 60 dollars an hour"


async def _status(product: Product, email: str, status: str) -> None:
    async with httpx.AsyncClient(base_url=f"{product.url}/api/v1") as owner:
        entered = await owner.post("/sessions", json={"email": email, "password": DEMO_PASSWORD})
        assert entered.status_code == 201, entered.text
        changed = await owner.post("/me/expert-profile/status", json={"status": status})
        assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("phone", [False, True])
async def test_a_list_explains_itself_acts_and_stays_true(
    product: Product, browser: Browser, phone: bool
) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390 if phone else 1440, dark=phone)
    await page.goto(product.url)
    await say(page, ASK)
    lists = page.get_by_role("article", name="Matching CTOs")
    await expect(lists).to_have_count(1)
    await expect(lists.get_by_text("Asks $130 an hour more than your limit")).to_have_count(1)

    # By keyboard: the factors of the first score, which add up.
    summary = lists.get_by_text("How the score comes about").first
    await summary.focus()
    await page.keyboard.press("Enter")
    row = lists.get_by_role("listitem").filter(has=page.get_by_role("img", name="Match:")).first
    score = int((await row.get_by_role("img", name="Match:").get_attribute("aria-label") or "").split()[1])
    points = await row.get_by_text(" points", exact=False).filter(has_text=" of ").all_inner_texts()
    parts = [float(text.split()[0]) for text in points if text.endswith(" points")]
    assert abs(sum(parts) - score) < 1
    await expect(row.get_by_text("You: up to $60 an hour")).to_be_visible()
    assert await violations(page) == []

    # What would change the list is asked for in words that are understood.
    await lists.get_by_role("button", name="Raising your limit by $130 an hour").click()
    field = page.get_by_role("textbox")
    await expect(field).to_have_value("Raise my limit to $190 an hour.")
    await field.press("Enter")
    await expect(lists).to_have_count(2)
    await expect(lists.last.get_by_role("heading", name="4 CTOs who fit")).to_be_visible()

    # Somebody of it pauses: the old list says so, and offers neither their page nor their time.
    name = await lists.last.get_by_role("link").first.inner_text()
    email = next(each.email for each in read_demo() if each.name == name)
    try:
        await _status(product, email, "paused")
        await page.reload()
        left = lists.last.get_by_role("listitem").filter(has_text=name).first
        await expect(left.get_by_text("No longer available")).to_be_visible()
        await expect(left.get_by_role("link", name=name)).to_have_count(0)
        await expect(left.get_by_role("button")).to_have_count(0)
        await expect(lists.last.get_by_text("No longer available")).to_have_count(1)
    finally:
        await _status(product, email, "approved")
    assert complaints.texts == []
    await context.close()
