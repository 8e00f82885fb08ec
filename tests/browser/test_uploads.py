"""Uploads over a network that goes away: they go on by themselves, and nothing half-sent gets into a message."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from tests.accounts.factories import make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.browser.test_files import room_of

WAITS = "Interrupted"


@asynccontextmanager
async def composing(bare: Bare, browser: Browser) -> AsyncIterator[tuple[Page, Locator, UUID, list[Request]]]:
    """A room in a browser, its tray of attachments, and the bytes that are put into the storage."""
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="Bruno Keller")
        room = await room_of(db, ada, bob)
        context, page = await person(browser, Complaints())
        await sign_in(context, bare, db, ada)
    puts: list[Request] = []
    page.on("request", lambda request: puts.append(request) if request.method == "PUT" and "/incoming/" in request.url else None)  # fmt: skip
    await page.goto(f"{bare.url}/rooms/{room}")
    await expect(page.get_by_role("textbox").last).to_be_visible()
    yield page, page.get_by_role("list", name="Attachments"), room, puts
    await context.close()


async def choose(page: Page, name: str, content: bytes) -> None:
    await page.locator("main input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


async def ready(tray: Locator) -> None:
    await expect(tray.get_by_text(WAITS)).to_have_count(0)
    await expect(tray.get_by_role("progressbar")).to_have_count(0)
    await expect(tray.get_by_role("alert")).to_have_count(0)


async def sent(bare: Bare, page: Page, room: UUID) -> list[tuple[str, bytes]]:
    """Send what is attached; the files of the message as the server has them."""
    await page.get_by_role("textbox").last.press("Enter")
    mine = page.get_by_role("article", name="Your message").last
    await expect(mine).to_have_attribute("data-message", re.compile("."))  # it is stored
    request = page.context.request
    items = (await (await request.get(f"{bare.url}/api/v1/rooms/{room}/messages")).json())["items"]
    found = []
    for each in items[-1]["attachments"]:
        answer = await request.get(f"{bare.url}/api/v1/files/{each['id']}/content")
        found.append((each["name"], await answer.body()))
    return found


async def test_an_upload_that_is_cut_off_goes_on_by_itself(bare: Bare, browser: Browser) -> None:
    content = os.urandom(400_000)
    async with composing(bare, browser) as (page, tray, room, _):
        network = await page.context.new_cdp_session(page)

        async def conditions(*, offline: bool, upload: int) -> None:
            await network.send(
                "Network.emulateNetworkConditions",
                {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload},
            )

        await network.send("Network.enable")
        await conditions(offline=False, upload=100_000)
        await choose(page, "model.bin", content)
        bar = tray.get_by_role("progressbar")
        await page.wait_for_function(
            "() => { const bar = document.querySelector('progress'); return bar && bar.value > 0.2 && bar.value < 1 }"
        )
        await conditions(offline=True, upload=-1)
        await expect(tray.get_by_text(WAITS)).to_be_visible()
        await expect(bar).to_have_count(0)
        await expect(page.get_by_text("The upload goes on by itself")).to_be_visible()
        # Half a file is none: it cannot go with a message.
        await page.get_by_role("textbox").last.fill("The model")
        await page.get_by_role("textbox").last.press("Enter")
        await expect(page.get_by_role("button", name="Send message")).to_be_disabled()
        await expect(page.get_by_role("article", name="Your message")).to_have_count(0)
        # Trying while there is no network changes nothing, and loses nobody's place.
        await page.get_by_role("button", name="Try model.bin again").press("Enter")
        await expect(page.get_by_role("button", name="Remove model.bin")).to_be_focused()
        await expect(tray.get_by_text(WAITS)).to_be_visible()
        await conditions(offline=False, upload=-1)
        await ready(tray)
        assert await sent(bare, page, room) == [("model.bin", content)]


async def test_of_three_the_one_that_is_taken_out_stays_out(bare: Bare, browser: Browser) -> None:
    async with composing(bare, browser) as (page, tray, room, _):
        held: list[Route] = []
        await page.route("**/incoming/**", lambda route: held.append(route))
        await choose(page, "first.bin", b"first")
        await choose(page, "second.bin", b"second")
        await expect(tray.get_by_role("progressbar")).to_have_count(2)
        await page.context.set_offline(True)
        await choose(page, "third.bin", b"third")
        await expect(tray.get_by_text(WAITS)).to_have_count(3)
        assert await violations(page) == []
        await page.get_by_role("button", name="Remove second.bin").click()
        await expect(tray.get_by_role("listitem")).to_have_count(2)
        await page.unroute("**/incoming/**")
        await page.context.set_offline(False)
        await ready(tray)
        assert await sent(bare, page, room) == [("first.bin", b"first"), ("third.bin", b"third")]


@pytest.mark.parametrize("stage", ["begin", "complete"])
async def test_an_answer_that_gets_lost_is_asked_for_again(bare: Bare, browser: Browser, stage: str) -> None:
    """The bytes are not sent a second time where they have arrived."""
    async with composing(bare, browser) as (page, tray, room, puts):
        lost: list[str] = []

        async def lose(route: Route) -> None:
            if route.request.method != "POST" or lost:
                return await route.fallback()
            await route.fetch()
            lost.append(route.request.url)
            await route.abort()

        await page.route("**/api/v1/files" if stage == "begin" else "**/api/v1/files/*/complete", lose)
        await choose(page, "notes.bin", b"as they were")
        await expect(tray.get_by_text(WAITS)).to_be_visible()
        await ready(tray)
        assert (len(lost), len(puts)) == (1, 1)
        assert await sent(bare, page, room) == [("notes.bin", b"as they were")]


async def test_what_does_not_work_at_all_asks_and_goes_on_when_the_network_is_back(
    bare: Bare, browser: Browser
) -> None:
    async with composing(bare, browser) as (page, tray, room, puts):
        await page.clock.install()
        await page.route("**/incoming/**", lambda route: route.abort())
        await choose(page, "model.bin", b"bytes")
        for _ in range(6):
            await expect(tray.get_by_text(WAITS)).to_be_visible()
            await page.clock.run_for(31_000)
        await expect(tray.get_by_role("alert")).to_have_text("The connection was lost")
        assert len(puts) == 7
        await expect(page.get_by_role("button", name="Try model.bin again")).to_be_visible()
        await page.context.set_offline(True)
        await page.unroute("**/incoming/**")
        await page.context.set_offline(False)
        await ready(tray)
        assert await sent(bare, page, room) == [("model.bin", b"bytes")]


async def test_a_picture_that_the_browser_cannot_show_is_a_file_like_others(
    bare: Bare, browser: Browser
) -> None:
    heic = b"\0\0\0\x18ftypheic" + os.urandom(4_000)
    async with composing(bare, browser) as (page, tray, room, _):
        await page.locator("main input[type=file]").set_input_files(
            {"name": "IMG_2041.heic", "mimeType": "image/heic", "buffer": heic}
        )
        await expect(tray.get_by_text("IMG_2041.heic")).to_be_visible()
        await ready(tray)
        await expect(tray.locator("svg").first).to_be_visible()
        await expect(tray.locator("img")).to_have_count(0)
        assert await sent(bare, page, room) == [("IMG_2041.heic", heic)]
