"""What stands beside a conversation, a thread and the room's details: it keeps in step with messages that are far up in the
history, and asks for nothing again each time somebody says something."""

import re
from uuid import uuid4

from playwright.async_api import expect

from tests.browser.people import Bare, Someone


async def store(who: Someone, room: str, text: str, reply_to: str | None = None) -> str:
    """Says something; returns the message's id."""
    body = {"client_id": str(uuid4()), "text": text, "reply_to": reply_to}
    return str((await who.ask("POST", f"/rooms/{room}/messages", body))["message"]["id"])


async def test_a_thread_and_pins_far_up_keep_in_step(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    root = await store(ada, room, "where shall we begin?")
    answer = await store(bob, room, "with the diary", root)
    await store(ada, room, "not for long", root)
    for number in range(70):
        await ada.say(room, f"entry {number}.")
    await store(ada, room, "agreed then", root)
    page = ada.page
    async with page.expect_response("**/assistant/quota"):  # the last that a page asks for when it opens
        await page.goto(f"{bare.url}/rooms/{room}")
    log, last = (
        page.get_by_role("log", name="Messages"),
        page.get_by_role("article").filter(has_text="agreed then"),
    )
    await last.hover()
    await last.get_by_role("button", name="Open thread").click()
    thread = page.get_by_role("region", name="Thread").get_by_role("article")
    await expect(thread).to_have_count(4)
    await expect(log.get_by_text("where shall we begin?")).to_have_count(0)

    # What is said, typed and read by others is no reason to ask for anything again.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for number in range(5):
        await bob.say(room, f"by the way {number}.")
    await expect(log.get_by_text("by the way 4.")).to_be_visible()

    # Changes and answers come by themselves, reactions of one's own at once; what is deleted is out of sight at once.
    await bob.ask("PATCH", f"/rooms/{room}/messages/{answer}", {"text": "with the glucose diary"})
    await expect(thread.filter(has_text="with the glucose diary")).to_contain_text("edited")
    await store(bob, room, "and with video", root)
    await expect(thread.filter(has_text="and with video")).to_be_in_viewport()
    await thread.filter(has_text="glucose diary").hover()
    await thread.filter(has_text="glucose diary").get_by_role("button", name="React with 🎉").click()
    await expect(thread.get_by_role("button", name=re.compile("🎉 1 person"))).to_be_visible()
    await thread.filter(has_text="not for long").hover()
    await thread.filter(has_text="not for long").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(thread.filter(has_text="not for long")).to_have_count(0, timeout=3_000)
    assert asked == []

    await page.get_by_role("button", name=re.compile("^Details")).click()
    details = page.get_by_role("region", name="Details")
    await expect(details.get_by_text("Nothing is pinned")).to_be_visible()
    await bob.ask("PUT", f"/rooms/{room}/messages/{root}/pin", {"on": True})
    await expect(details.get_by_role("button", name=re.compile("where shall we begin"))).to_be_visible()
    await bob.ask("PUT", f"/rooms/{room}/messages/{root}/pin", {"on": False})
    await expect(details.get_by_text("Nothing is pinned")).to_be_visible()
    asked.clear()
    for number in range(5):
        await bob.say(room, f"once more {number}.")
    await expect(log.get_by_text("once more 4.")).to_be_visible()
    assert asked == []


async def test_a_name_that_is_being_typed_is_not_lost_to_what_happens_in_the_room(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    page = ada.page
    await page.goto(f"{bare.url}/rooms/{room}")
    await page.get_by_role("button", name=re.compile("^Details")).click()
    name = page.get_by_label("Name of the room")
    await name.fill("Telehealth, second release")
    await bob.say(room, "shall we begin?")
    await expect(page.get_by_role("article").filter(has_text="shall we begin?")).to_be_visible()
    await expect(name).to_have_value("Telehealth, second release")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Telehealth, second release")
    # What another owner calls it meanwhile is taken over.
    await ada.ask("PATCH", f"/rooms/{room}", {"title": "Third"})
    await expect(name).to_have_value("Third")
