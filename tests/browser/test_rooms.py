"""Two people and a room: invitation, mentions, reactions, replies, threads, editing, taking back, drafts, search, history."""

import re
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.looking import violations
from tests.browser.product import IMAGES, Complaints, Product, person

PASSWORD = "seven gulls over the pier"


async def account(page: Page, product: Product, name: str) -> str:
    """Signs up; returns the person's id."""
    await page.goto(product.url)
    answer = await request(
        page,
        "POST",
        "/accounts",
        {
            "email": f"{uuid4().hex[:12]}@people.example",
            "password": PASSWORD,
            "name": name,
            "timezone": "Europe/Lisbon",
        },
    )
    await page.reload()
    await expect(page.get_by_role("button", name="Notifications")).to_be_visible()
    return str(answer["user"]["id"])


async def request(page: Page, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Asks the API as whoever the page belongs to."""
    answer: dict[str, Any] = await page.evaluate(
        "async ([method, path, body]) => { const answer = await fetch('/api/v1' + path, {method,"
        " headers: {'Content-Type': 'application/json'}, body: body && JSON.stringify(body)});"
        " if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);"
        " return answer.status === 204 ? {} : answer.json(); }",
        [method, path, body],
    )
    return answer


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message").last
    await box.fill(text)
    await box.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text).first


async def test_two_people_and_a_room(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    ada_context, ada = await person(browser, complaints)
    bob_context, bob = await person(browser, complaints, width=390, height=844, dark=True)
    await account(ada, product, "Ada Founder")
    await account(bob, product, "Bob Builder")

    # A room of one's own, and a colleague by a link.
    await ada.get_by_role("button", name="New room").click()
    await ada.get_by_label("Name of the room").fill("Telehealth, first release")
    await ada.get_by_role("button", name="Create room").click()
    await expect(
        ada.get_by_role("heading", name="This is the beginning of your conversation")
    ).to_be_visible()
    await ada.get_by_role("button", name="Create a link").click()
    link = await ada.get_by_label("Invitation link").input_value()
    await bob.goto(link)
    await expect(bob.get_by_text("Ada Founder invites you to “Telehealth, first release”.")).to_be_visible()
    await bob.get_by_role("button", name="Join the conversation").click()
    await bob.wait_for_url("**/rooms/*")
    room = bob.url.rsplit("/", 1)[1]
    await expect(ada.get_by_role("region", name="Details").get_by_text("Bob Builder")).to_be_visible()
    await expect(ada.get_by_role("region", name="Details").get_by_text("Online")).to_have_count(2)
    await ada.screenshot(path=IMAGES / "room-details.png")
    await ada.keyboard.press("Escape")
    await expect(ada.get_by_role("region", name="Details")).to_have_count(0)

    # A name is completed; who is named, and elsewhere, sees that they are.
    await bob.goto(f"{product.url}/bookings")
    box = ada.get_by_role("textbox", name="Message")
    await box.press_sequentially("Could you look at the scope, @bo")
    await expect(ada.get_by_role("option", name="Bob Builder")).to_be_visible()
    await box.press("Enter")
    await box.press_sequentially("before Friday? See `docs/scope.md`")
    await box.press("Enter")
    await expect(message(ada, "before Friday").locator(".mention")).to_have_text("@Bob Builder")
    await bob.get_by_role("button", name="Open menu").click()
    await expect(bob.get_by_role("dialog").get_by_text("1 mention")).to_be_attached()
    await bob.get_by_role("dialog").get_by_role("link", name=re.compile("Telehealth")).click()
    await expect(message(bob, "before Friday")).to_be_visible()
    await expect(ada.get_by_text("Seen by Bob Builder").first).to_be_attached()

    # Reaction, reply, thread, each on the other's screen.
    await write(bob, "Gladly. I would begin with **video** and the diary.")
    await message(ada, "video and the diary").hover()
    await ada.get_by_role("button", name="React with 🎉").first.click()
    await expect(
        message(bob, "video and the diary").get_by_role("button", name=re.compile("🎉 1 person"))
    ).to_be_visible()
    await message(ada, "video and the diary").get_by_role("button", name="Reply", exact=True).click()
    await expect(ada.get_by_text("Replying to Bob Builder")).to_be_visible()
    await write(ada, "Agreed, the diary first.")
    await expect(
        message(bob, "Agreed, the diary first.").get_by_text("Gladly. I would begin")
    ).to_be_visible()
    await message(ada, "video and the diary").get_by_role("button", name="1 reply").click()
    thread = ada.get_by_role("region", name="Thread")
    await thread.get_by_role("textbox").fill("What about insulin pumps?")
    await thread.get_by_role("textbox").press("Enter")
    await expect(thread.get_by_role("article").filter(has_text="insulin pumps")).to_be_visible()
    await expect(message(bob, "video and the diary").get_by_role("button", name="2 replies")).to_be_visible()
    await ada.screenshot(path=IMAGES / "room-thread.png")
    await ada.get_by_role("button", name="Close panel").click()

    # Changing one's words by the keyboard; the room can see what they were.
    await box.press("ArrowUp")
    field = ada.get_by_role("textbox", name="Your message")
    await expect(field).to_have_value("What about insulin pumps?")
    await field.fill("What about insulin pumps in release two?")
    await field.press("Enter")
    await expect(message(bob, "in release two?")).to_contain_text("edited")
    await message(ada, "in release two?").hover()
    await message(ada, "in release two?").get_by_role("button", name="More actions").click()
    await ada.get_by_role("menuitem", name="Earlier versions").click()
    await expect(
        ada.get_by_role("dialog").get_by_text("What about insulin pumps?", exact=True)
    ).to_be_visible()
    await ada.keyboard.press("Escape")

    # Deleting can be taken back for a moment; pinning is for everyone.
    await write(ada, "Not for everyone's eyes")
    for keep in (True, False):
        await message(ada, "everyone's eyes").hover()
        await message(ada, "everyone's eyes").get_by_role("button", name="More actions").click()
        await ada.get_by_role("menuitem", name="Delete").click()
        await expect(message(ada, "everyone's eyes")).to_have_count(0)
        if keep:
            await ada.get_by_role("button", name="Undo").click()
            await expect(message(ada, "everyone's eyes")).to_be_visible()
    await expect(bob.get_by_role("log").get_by_text("This message was deleted")).to_be_visible()
    await message(ada, "video and the diary").hover()
    await message(ada, "video and the diary").get_by_role("button", name="More actions").click()
    await ada.get_by_role("menuitem", name="Pin for everyone").click()
    await expect(message(bob, "video and the diary")).to_contain_text("pinned")

    # What is begun here is there on the other device.
    await box.fill("By the way, about the budget")
    tablet = await ada_context.new_page()
    await expect(ada.get_by_role("textbox", name="Message")).to_have_value("By the way, about the budget")
    await tablet.goto(f"{product.url}/rooms/{room}")
    await expect(tablet.get_by_role("textbox", name="Message")).to_have_value("By the way, about the budget")
    await tablet.close()
    await box.fill("")

    # Found, and jumped to.
    await ada.goto(f"{product.url}/search?q=insul")
    await expect(
        ada.get_by_role("link").filter(has_text="pumps in release two?").locator("mark")
    ).to_have_text("insulin")
    await ada.screenshot(path=IMAGES / "search.png")
    found = await violations(ada)
    await ada.get_by_role("link").filter(has_text="pumps in release two?").click()
    await expect(message(ada, "in release two?")).to_be_visible()

    # In both themes and sizes, with nothing for axe.
    await expect(ada.get_by_text("Message deleted")).to_have_count(0)
    for page in (ada, bob):
        found += await violations(page)
    await bob.screenshot(path=IMAGES / "room-people-phone-dark.png")
    await ada.screenshot(path=IMAGES / "room-people.png")
    await bob.get_by_role("button", name=re.compile("Details")).click()
    await expect(
        bob.get_by_role("region", name="Details").get_by_text("Gladly. I would begin")
    ).to_be_visible()
    found += await violations(bob)
    await bob.screenshot(path=IMAGES / "room-details-phone-dark.png")
    assert found == []
    assert complaints.texts == []
    await ada_context.close()
    await bob_context.close()


async def test_a_long_history_is_read_both_ways(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints)
    await account(page, product, "Cleo Historian")
    room = str((await request(page, "POST", "/rooms", {"title": "Archive", "kind": "project"}))["id"])
    sent = await page.evaluate(
        "async room => { const ids = []; for (let n = 1; n <= 160; n++) { const answer = await fetch("
        "`/api/v1/rooms/${room}/messages`, {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify({client_id: crypto.randomUUID(), text: `entry number ${n}.`})});"
        " ids.push((await answer.json()).message.id); } return ids; }",
        room,
    )
    await page.goto(f"{product.url}/rooms/{room}?message={sent[9]}")
    old = message(page, "entry number 10.")
    await expect(old).to_be_in_viewport()
    await expect(message(page, "entry number 160.")).to_have_count(0)
    # The way to the end, page by page, without a hole.
    log = page.get_by_role("log", name="Messages")
    for _ in range(12):
        await log.evaluate("box => box.scrollTo(0, box.scrollHeight)")
        await page.wait_for_timeout(150)
        if await message(page, "entry number 160.").count():
            break
    await expect(message(page, "entry number 160.")).to_be_visible()
    assert await page.get_by_role("article").count() >= 150
    await page.goto(f"{product.url}/rooms/{room}?message={sent[9]}")
    await expect(old).to_be_in_viewport()
    await page.get_by_role("button", name="Back to the latest").click()
    await expect(message(page, "entry number 160.")).to_be_in_viewport()
    # Each page has a name of its own, which is read aloud on coming to it.
    await expect(page).to_have_title("Archive · Sextant")
    await page.get_by_role("link", name="CTOs").click()
    await expect(page).to_have_title("CTOs · Sextant")
    # A device that has lost its network says so at once.
    await context.set_offline(True)
    await page.go_back()
    pill = page.get_by_role("status").filter(has_text="Reconnecting")
    await expect(pill).to_be_visible(timeout=3_000)
    await context.set_offline(False)
    await expect(pill).to_have_count(0)
    # Up again with the wheel: nobody is brought back, and nothing jumps when older messages are put in above.
    await page.goto(f"{product.url}/rooms/{room}")
    await expect(message(page, "entry number 160.")).to_be_in_viewport()
    await log.hover()
    await page.mouse.wheel(0, -500)
    await expect(page.get_by_role("button", name="Latest")).to_be_visible()
    for _ in range(60):
        if await message(page, "entry number 1.").count():
            break
        await page.mouse.wheel(0, -600)
        await page.wait_for_timeout(60)
    await expect(message(page, "entry number 1.")).to_be_attached()
    await expect(message(page, "entry number 160.")).not_to_be_in_viewport()
    await page.get_by_role("button", name="Latest").click()
    await expect(message(page, "entry number 160.")).to_be_in_viewport()
    # From message to message by the arrows, and into its actions by Tab.
    await log.focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(message(page, "entry number 159.")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(
        message(page, "entry number 159.").get_by_role("button", name="React with 👍")
    ).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(
        message(page, "entry number 159.").get_by_role("button", name=re.compile("👍 1 person"))
    ).to_be_visible()
    # What is said from there is shown where it stands.
    await page.goto(f"{product.url}/rooms/{room}?message={sent[9]}")
    await expect(old).to_be_in_viewport()
    await write(page, "said from far away")
    await expect(message(page, "said from far away")).to_be_in_viewport()
    await expect(message(page, "entry number 160.")).to_be_in_viewport()
    assert complaints.texts == []
    await context.close()
