"""Rooms that people leave, are taken out of and put away, and what the list of rooms shows without being reloaded."""

import re
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Browser, Locator, Page, expect

from tests.accounts.factories import make_user, sign_in_cookie
from tests.browser.accounts import PASSWORD
from tests.browser.looking import violations
from tests.browser.people import Bare, Someone, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.browser.test_files import room_of


class Rest:
    """Somebody who is there by REST only."""

    def __init__(self, bare: Bare, token: str) -> None:
        self._url, self._token = f"{bare.url}/api/v1", token

    async def __call__(self, method: str, path: str, **body: Any) -> Any:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self._token}"}) as client:
            answer = await client.request(method, self._url + path, json=body or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def say(self, room: object, text: str) -> str:
        sent = await self("POST", f"/rooms/{room}/messages", client_id=str(uuid4()), text=text)
        return str(sent["message"]["id"])


def listed(page: Page, room: object) -> Locator:
    return page.locator(f"nav a[href='/rooms/{room}']")


async def test_who_has_gone_keeps_their_name_and_what_is_put_away_is_found(
    bare: Bare, browser: Browser
) -> None:
    complaints = Complaints()
    ada_context, ada = await person(browser, complaints)
    bob_context, bob = await person(browser, complaints, width=390, height=844, dark=True)
    async with database_of(bare) as db:
        users = [await make_user(db, name=name) for name in ("Ada Founder", "Bob Builder", "مريم الحسن")]
        await sign_in(ada_context, bare, db, users[0])
        await sign_in(bob_context, bare, db, users[1])
        as_ada, mariam = [Rest(bare, await sign_in_cookie(db, user)) for user in (users[0], users[2])]
        room = await room_of(db, *users)
    await mariam.say(room, "مرحبا abc")
    last = await mariam.say(room, "a word too much")

    # The list, where nobody looks at the room, shows what was said last as it is now.
    await ada.goto(f"{bare.url}/bookings")
    await expect(listed(ada, room)).to_contain_text("a word too much")
    await expect(listed(ada, room)).to_contain_text("2 unread messages")
    await mariam(
        "PATCH",
        f"/rooms/{room}/messages/{last}",
        text="a word of mine, @Ada Founder",
        mentions=[str(users[0].id)],
    )
    await expect(listed(ada, room)).to_contain_text("a word of mine")
    await expect(listed(ada, room)).to_contain_text("1 mention")
    await mariam("DELETE", f"/rooms/{room}/messages/{last}")
    await expect(listed(ada, room)).to_contain_text("This message was deleted")
    await expect(listed(ada, room)).not_to_contain_text("1 mention")

    # Who has left keeps their name, at once and after a reload, and writes from the right.
    await ada.goto(f"{bare.url}/rooms/{room}")
    await bob.goto(f"{bare.url}/rooms/{room}")
    paragraph = ada.get_by_role("article").get_by_text("مرحبا abc")
    assert await paragraph.evaluate("node => getComputedStyle(node).unicodeBidi") == "plaintext"
    await mariam("POST", f"/rooms/{room}/leave")
    for _ in range(2):
        await expect(ada.get_by_role("button", name="Details, 2 people")).to_be_visible()
        await expect(ada.get_by_role("article", name="مريم الحسن").first).to_be_visible()
        await expect(ada.get_by_text("Someone", exact=True)).to_have_count(0)
        await ada.reload()

    # Who was taken out is told so, and taken somewhere else.
    await ada.get_by_role("button", name=re.compile("^Details")).click()
    await ada.get_by_role("button", name="Actions for Bob Builder").click()
    await ada.get_by_role("button", name="Remove from room").click()
    await ada.get_by_role("button", name="Remove? Press again").click()
    await expect(bob.get_by_text("You are not in “Telehealth” any more.")).to_be_visible()
    await expect(bob).to_have_url(f"{bare.url}/")

    # What is put away is found again.
    await ada.get_by_role("button", name="Archive until somebody writes").click()
    await expect(listed(ada, room)).to_have_count(0)
    await ada.get_by_role("navigation").get_by_role("link", name="Archived").click()
    await expect(ada.get_by_role("heading", name="Archived")).to_be_visible()
    await expect(ada.get_by_role("main").get_by_role("link", name=re.compile("Telehealth"))).to_be_visible()
    found = await violations(ada)
    await ada.set_viewport_size({"width": 390, "height": 844})
    found += await violations(ada)
    await ada.get_by_role("button", name="Back to the list").click()
    await expect(ada.get_by_role("heading", name="Nothing is archived")).to_be_visible()
    await ada.set_viewport_size({"width": 1440, "height": 900})
    await expect(listed(ada, room)).to_be_visible()
    rooms = await as_ada("GET", "/rooms")
    assert [each["id"] for each in rooms["items"]] == [str(room)]
    assert (found, complaints.texts) == ([], [])
    await ada_context.close()
    await bob_context.close()


async def test_another_invitation_in_the_same_tab_and_a_network_that_comes_back(
    bare: Bare, browser: Browser, ada: Someone, complaints: Complaints
) -> None:
    room = await ada.room("Telehealth")
    first, second = [await ada.ask("POST", f"/rooms/{room}/invitations", {}) for _ in range(2)]
    await ada.ask("DELETE", f"/rooms/{room}/invitations/{first['id']}")
    links = [f"{bare.url}/join#{each['link'].partition('#')[2]}" for each in (first, second)]
    context, page = await person(browser, complaints, width=390, height=844, dark=True)

    await page.goto(links[0])
    await expect(page.get_by_role("alert")).to_contain_text("taken back")
    await page.route("**/invitations/preview", lambda route: route.abort())
    await page.goto(links[1])  # only the fragment is another one
    await expect(page.get_by_role("alert")).to_contain_text("can’t be reached")
    assert await violations(page) == []
    await page.unroute("**/invitations/preview")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("Ada Founder invites you to “Telehealth”.")).to_be_visible()
    # A visitor signs up on the way, and is in the room.
    await page.get_by_role("button", name="Join the conversation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Vera Visitor")
    await dialog.get_by_label("E-mail").fill(f"{uuid4().hex[:12]}@people.example")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Create account").click()
    await page.wait_for_url(f"**/rooms/{room}")
    await expect(page.get_by_role("textbox", name="Message").last).to_be_visible()
    # Links that were cut off say what is the matter in words of this page.
    await page.goto(f"{bare.url}/rooms/{room}?message=01a2")
    await expect(page.get_by_text("There is no such message here.")).to_be_visible()
    await page.goto(f"{bare.url}/rooms/{room[:20]}")
    await expect(page.get_by_text("This conversation does not exist")).to_be_visible()
    await context.close()


async def test_who_is_taken_out_while_writing_keeps_their_words(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    await ada.say(room, "what do you think?")
    page = bob.page
    await page.goto(f"{bare.url}/rooms/{room}")
    asked = page.get_by_role("article").filter(has_text="what do you think?").first
    await asked.hover()
    await asked.get_by_role("button", name="Open thread").click()
    await page.get_by_role("textbox", name="Reply in thread").fill("a word for the thread")
    await page.get_by_role("textbox", name="Message Telehealth").fill("a long letter")
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"first the diary"}
    )
    await expect(page.get_by_role("list", name="Attachments").get_by_text("plan.txt")).to_be_visible()
    await expect(page.get_by_role("button", name="Send message").first).to_be_enabled()

    await ada.ask("DELETE", f"/rooms/{room}/members/{(await bob.ask('GET', '/me'))['id']}")
    await expect(page.get_by_text("You are not in “Telehealth” any more.")).to_be_visible()
    kept = page.get_by_role("region", name="What you wrote was not sent").get_by_role("listitem")
    await expect(kept).to_have_text([re.compile("a long letter"), re.compile("a word for the thread")])
    # There is nothing to look at there, and the file that nobody can send is not kept.
    await expect(page.get_by_role("button", name=re.compile("^Details"))).to_have_count(0)
    await expect(page.get_by_role("link", name="Search in this conversation")).to_have_count(0)
    for _ in range(2):
        await kept.first.get_by_role("button", name="Discard").click()
    await expect(kept).to_have_count(0)
    assert [file["name"] for file in (await bob.ask("GET", "/files"))["items"]] == []


async def test_what_is_answered_shows_as_it_is_now(bare: Bare, ada: Someone, bob: Someone, room: str) -> None:
    await ada.say(room, "a secret that slipped out")
    page = bob.page
    await page.goto(f"{bare.url}/rooms/{room}")
    slip = page.get_by_role("article").filter(has_text="slipped out").first
    await slip.hover()
    await slip.get_by_role("button", name="Reply", exact=True).click()
    await expect(page.get_by_text("Replying to Ada Founder a secret that slipped out")).to_be_visible()
    said = (await ada.ask("GET", f"/rooms/{room}/messages"))["items"][-1]["id"]
    await ada.ask("DELETE", f"/rooms/{room}/messages/{said}")
    await expect(page.get_by_text("Replying to Ada Founder This message was deleted")).to_be_visible()
    await expect(page.get_by_text("slipped out")).to_have_count(0)


async def test_words_that_are_being_changed_outlast_a_look_at_another_room(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    await bob.say(room, "the first version")
    other = await bob.room("Elsewhere")
    page = bob.page
    await page.goto(f"{bare.url}/rooms/{room}")
    mine = page.get_by_role("article", name="Your message").first
    await mine.hover()
    await mine.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit").click()
    field = page.get_by_role("textbox", name="Edit your message")
    await field.fill("a second version, well thought out")
    await page.get_by_role("link", name=re.compile("Elsewhere")).first.click()
    await page.wait_for_url(f"**/rooms/{other}")
    await expect(field).to_have_count(0)
    await page.go_back()
    await expect(field).to_have_value("a second version, well thought out")
    await field.press("Enter")
    await expect(mine.get_by_text("a second version, well thought out")).to_be_visible()
    await expect(field).to_have_count(0)
    # The next time it begins with what stands there.
    await mine.hover()
    await mine.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await expect(field).to_have_value("a second version, well thought out")
