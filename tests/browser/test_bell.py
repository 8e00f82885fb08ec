"""A room is opened by its address on a phone, while the list behind the bell is still on its way."""

import asyncio
import re
import time
from uuid import uuid4

from playwright.async_api import Browser, Route, expect

from tests.accounts.factories import actor_for, make_user
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import WAIT_MS, Complaints, person
from tests.conversations.factories import make_room

LIST = re.compile(r"/api/v1/notifications(\?|$)")


async def test_what_is_read_while_the_list_is_on_its_way_is_not_counted(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844)
    async with database_of(bare) as db:
        user = await make_user(db, name="Ada Founder")
        bob = await make_user(db, name="Bob Builder")
        room = await make_room(db, actor_for(user), actor_for(bob), title="Wide " + "W" * 70)
        await sign_in(context, bare, db, bob)
        said = {"client_id": str(uuid4()), "text": "Are you there?"}
        answer = await context.request.post(f"{bare.url}/api/v1/rooms/{room}/messages", data=said)
        assert answer.ok, await answer.text()
        await sign_in(context, bare, db, user)
    url = f"{bare.url}/api/v1/notifications"
    deadline = time.monotonic() + WAIT_MS / 1000
    while (await (await context.request.get(url)).json())["unread"] == 0:
        assert time.monotonic() < deadline, "nobody was told"
        await asyncio.sleep(0.2)

    read = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await read.wait()
        await route.fulfill(response=answer)

    await page.route(LIST, late)
    async with page.expect_request(LIST):
        await page.goto(f"{bare.url}/rooms/{room}")
    await expect(page.get_by_role("article").filter(has_text="Are you there?")).to_be_visible()
    rooms = f"{bare.url}/api/v1/rooms/{room}"
    while (await (await context.request.get(rooms)).json())["unread"]:
        assert time.monotonic() < deadline, "the room was not read"
        await asyncio.sleep(0.1)
    read.set()
    bell = page.get_by_role("button", name="Notifications")
    await bell.click()
    await expect(page.get_by_text("Are you there?").last).to_be_visible()
    await expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()

    # A long name takes one line where one writes.
    await page.keyboard.press("Escape")
    box = await page.get_by_role("textbox", name="Message").bounding_box()
    assert box is not None
    assert box["height"] < 60
    assert complaints.texts == []
    await context.close()
