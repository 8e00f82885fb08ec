"""A room under a finger: what one can do with a message comes up by a long press."""

import re

from playwright.async_api import Browser, expect

from tests.browser.looking import violations
from tests.browser.people import Bare, Someone
from tests.browser.product import Complaints


async def test_a_long_press_brings_up_the_actions_and_leaves_them(
    bare: Bare, browser: Browser, ada: Someone, bob: Someone, room: str, complaints: Complaints
) -> None:
    for number in range(12):
        await ada.say(room, f"entry {number}.")
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
        storage_state=await bob.context.storage_state(),
    )
    page = await context.new_page()
    complaints.listen(page)
    await page.goto(f"{bare.url}/rooms/{room}")
    fingers = await context.new_cdp_session(page)
    sheet = page.get_by_role("dialog", name="More actions")

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        await fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    # At the top the finger is over what is behind the sheet, at the bottom over the sheet. It never is quite still.
    for text in ("entry 2.", "entry 11."):
        message = page.get_by_role("article").filter(has_text=text)
        await message.scroll_into_view_if_needed()
        box = await message.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await touch("touchStart", (x, y))
        await touch("touchMove", (x + 3, y + 2))
        await expect(sheet).to_be_visible()
        await page.evaluate(
            "() => addEventListener('click', () => (window.clicked = true), { capture: true, once: true })"
        )
        await touch("touchEnd")
        await page.wait_for_function("window.clicked")  # where the finger was
        await page.evaluate("window.clicked = false")
        await expect(sheet).to_be_visible()
        assert await violations(page) == []
        await page.touchscreen.tap(195, 20)
        await expect(sheet).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile(r"\d (person|people)"))).to_have_count(
        1
    )  # the members
    await context.close()


async def test_going_back_closes_what_covers_the_conversation(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    await ada.say(room, "Shall we talk?")
    page = bob.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{bare.url}/experts")
    heading = page.get_by_role("heading", level=1)
    first = await heading.inner_text()
    await page.goto(f"{bare.url}/rooms/{room}")
    details, thread = page.get_by_role("region", name="Details"), page.get_by_role("region", name="Thread")
    open_details = page.get_by_role("button", name="Details")
    await expect(heading).to_have_text("Telehealth")
    for close in ("back", "button", "Escape"):
        await open_details.click()
        await expect(details).to_be_visible()
        if close == "back":
            await page.go_back()
        elif close == "button":
            await details.get_by_role("button", name="Close panel").click()
        else:
            await page.keyboard.press("Escape")
        await expect(details).to_have_count(0)
        await expect(heading).to_have_text("Telehealth")
    # A message's thread, too; and whatever closed it, nothing is left of it in the history.
    await page.get_by_role("article").filter(has_text="Shall we talk?").focus()
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Open thread").first.click()
    await expect(thread).to_be_visible()
    await page.go_back()
    await expect(thread).to_have_count(0)
    await page.go_back()
    await expect(heading).to_have_text(first)
