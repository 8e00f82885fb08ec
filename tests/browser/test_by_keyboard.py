"""A room used by keyboard alone: what opens takes the focus, and what closes gives it back to where it was."""

import re

from playwright.async_api import expect

from tests.browser.people import Bare, Someone


async def test_the_focus_comes_back(bare: Bare, ada: Someone, bob: Someone, room: str) -> None:
    for who, text in ((bob, "shall we begin?"), (ada, "with the diary"), (bob, "agreed")):
        await who.say(room, text)
    page, press = ada.page, ada.page.keyboard.press
    await page.goto(f"{bare.url}/rooms/{room}")
    box = page.get_by_role("textbox", name="Message Telehealth")
    field = page.get_by_role("textbox", name="Your message")
    log, articles = page.get_by_role("log", name="Messages"), page.get_by_role("article")
    last, own = articles.filter(has_text="agreed").first, articles.filter(has_text="the diary").first
    await expect(last).to_be_visible()

    # Changing one's last words, or thinking better of it.
    await box.focus()
    await press("ArrowUp")
    await expect(field).to_be_focused()
    await press("Escape")
    await expect(box).to_be_focused()
    await press("ArrowUp")
    await page.keyboard.type(" first")
    await press("Enter")
    await expect(own).to_contain_text("with the diary first")
    await expect(box).to_be_focused()

    # The menu and the reactions of a message are entered, walked by the arrows, and left to where they were opened.
    await log.focus()
    await press("ArrowUp")
    await expect(last).to_be_focused()
    more = last.get_by_role("button", name="More actions")
    await more.focus()
    await press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await press("ArrowUp")
    await expect(page.get_by_role("menuitem").last).to_be_focused()
    await press("Escape")
    await expect(more).to_be_focused()
    await press("Enter")
    await press("Enter")
    await expect(last).to_contain_text("pinned")
    await expect(last).to_be_focused()
    await last.get_by_role("button", name="Add a reaction").focus()
    await press("Enter")
    await expect(last.get_by_role("button", name="React with 👍").last).to_be_focused()
    await press("ArrowDown")
    await press("ArrowRight")
    await press("Enter")
    await expect(last.get_by_role("button", name=re.compile("😮 1 person"))).to_be_visible()
    await expect(last).to_be_focused()

    # A thread is opened from its message and left to it. One's words are changed where one is, here or there.
    await last.get_by_role("button", name="Open thread").focus()
    await press("Enter")
    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_role("heading", name="Thread")).to_be_focused()
    await thread.get_by_role("textbox", name="Reply in thread").focus()
    await page.keyboard.type("good")
    await press("Enter")
    await expect(thread.get_by_role("article").filter(has_text="good")).to_be_visible()
    await press("ArrowUp")
    await expect(thread.get_by_role("textbox", name="Your message")).to_be_focused()
    await expect(field).to_have_count(1)
    await press("Escape")
    await expect(thread.get_by_role("textbox", name="Reply in thread")).to_be_focused()
    await press("Escape")
    await expect(thread).to_have_count(0)
    await expect(last).to_be_focused()
    details = page.get_by_role("button", name=re.compile("^Details"))
    await details.focus()
    await press("Enter")
    await expect(page.get_by_role("region", name="Details")).to_be_visible()
    await press("Escape")
    await expect(details).to_be_focused()


async def test_the_menu_of_the_newest_message_is_in_sight(bare: Bare, ada: Someone) -> None:
    room = await ada.room("Telehealth")
    for number in range(20):
        await ada.say(room, f"entry {number}.")
    page = ada.page
    await page.goto(f"{bare.url}/rooms/{room}")
    last = page.get_by_role("article").filter(has_text="entry 19.")
    await last.hover()
    await last.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem")).to_have_count(5)
    for item in ("Edit", "Delete"):
        await expect(page.get_by_role("menuitem", name=item)).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Escape")
    await last.get_by_role("button", name="Add a reaction").click()
    await expect(last.get_by_role("group", name="Add a reaction")).to_be_in_viewport(ratio=1)
