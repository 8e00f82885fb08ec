"""A laptop that sleeps, wakes, loses its network or its session: nothing that was written is lost, and nobody is sent away."""

import asyncio
import re

from playwright.async_api import Browser, FilePayload, Page, Route, expect

from tests.browser.accounts import PASSWORD, sign_out
from tests.browser.line import Line
from tests.browser.looking import violations
from tests.browser.people import Bare, Someone
from tests.browser.product import Complaints, person

WOKEN = "dispatchEvent(new Event('online'))"
LIST = re.compile(r"/api/v1/rooms\?")


async def test_what_was_written_without_a_network_is_kept(bare: Bare, ada: Someone) -> None:
    room = await ada.room("Telehealth")
    await ada.say(room, "said before")
    async with Line(bare.url) as line:
        page = ada.page
        await page.goto(f"{line.url}/rooms/{room}")
        box = page.get_by_role("textbox", name="Message").last
        pill = page.get_by_role("status").filter(has_text="Reconnecting")
        await box.fill("first words")
        await expect_draft(ada, room, "first words")
        # Words that no server hears of: what comes back with the connection is older than they are.
        line.cut()
        await expect(pill).to_be_visible()
        await page.clock.install()
        await box.fill("first words, and many more")
        await page.clock.run_for(5_000)  # the pause in which other devices do not interfere is over
        await page.clock.resume()
        # An answer with the older ones is on its way while the server is told of the newer ones, and comes last.
        older, told = await ada.ask("GET", "/rooms?limit=50"), asyncio.Event()

        async def late(route: Route) -> None:
            await told.wait()
            await route.fulfill(json=older)

        await page.route(LIST, late)
        async with page.expect_response(LIST):
            line.mend()
            await page.evaluate(WOKEN)
            await expect_draft(ada, room, "first words, and many more")
            told.set()
        await page.unroute(LIST)
        await page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )  # it has been read
        await expect(box).to_have_value("first words, and many more")
        # Nothing is heard of a line that is dead: what is said after waking arrives all the same, and soon.
        line.go_dead()
        await page.evaluate(WOKEN)
        await box.press("Enter")
        mine = page.get_by_role("article", name="Your message").filter(has_text="and many more")
        await expect(mine).to_have_attribute("data-message", re.compile("."), timeout=15_000)  # stored
        said = [each["text"] for each in (await ada.ask("GET", f"/rooms/{room}/messages"))["items"]]
        assert said == ["said before", "first words, and many more"]
        # A conversation that is put away is on no page of the list, and stays where one looks at it.
        await ada.ask("PATCH", f"/rooms/{room}/settings", {"archived": True})
        line.cut()
        await expect(pill).to_be_visible()
        async with page.expect_response(LIST):
            line.mend()
            await page.evaluate(WOKEN)
        await expect(pill).to_have_count(0)
        await expect(mine).to_be_visible()
        await expect(page).to_have_url(f"{line.url}/rooms/{room}")


async def test_whose_session_ends_comes_back_to_where_they_were(
    bare: Bare, browser: Browser, ada: Someone, bob: Someone
) -> None:
    room = await ada.room("Telehealth")
    await ada.say(room, "said before")
    page = ada.page
    await page.goto(f"{bare.url}/rooms/{room}")
    box = page.get_by_role("textbox", name="Message").last
    await box.fill("half a thought")
    await expect_draft(ada, room, "half a thought")
    credentials = {"email": ada.email, "password": PASSWORD}
    elsewhere = await browser.new_context()
    signed_in = await elsewhere.request.post(f"{bare.url}/api/v1/sessions", data=credentials)
    assert signed_in.ok
    assert (await elsewhere.request.delete(f"{bare.url}/api/v1/sessions")).ok  # all others
    await expect(page.get_by_text("Sign in to see this conversation.")).to_be_visible()
    await expect(page).to_have_url(f"{bare.url}/rooms/{room}")
    await expect(page.get_by_text("You are not in", exact=False)).to_have_count(0)
    await expect(page.get_by_text("said before")).to_have_count(0)
    assert await violations(page) == []
    # Somebody else at the same screen finds nothing of it.
    await sign_in_here(page, bob)
    await expect(page.get_by_text("you are not part of it")).to_be_visible()
    await page.evaluate("fetch('/api/v1/sessions/current', {method: 'DELETE'})")
    await page.goto(f"{bare.url}/rooms/{room}")
    await sign_in_here(page, ada)
    await expect(page.get_by_role("main").get_by_text("said before")).to_be_visible()
    await expect(box).to_have_value("half a thought")
    # Who signs out takes along what they have begun to write, wherever they began it.
    await page.goto(f"{bare.url}/")
    idea = page.get_by_role("main").get_by_role("textbox").last
    await idea.fill("an idea of mine")
    await page.reload()
    await expect(idea).to_have_value("an idea of mine")
    await sign_out(page)
    await expect(idea).to_have_value("")
    await page.reload()
    await expect(idea).to_have_value("")
    await elsewhere.close()


async def test_what_is_refused_for_good_is_given_back(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    other = await ada.room("Elsewhere", bob)
    await ada.say(room, "said before")
    page = bob.page
    async with Line(bare.url) as line:
        await page.goto(f"{line.url}/rooms/{room}")
        await expect(page.get_by_role("main").get_by_text("said before")).to_be_visible()
        line.cut()
        box = page.get_by_role("textbox", name="Message").last
        await box.fill("too late")
        await box.press("Enter")
        await ada.ask("DELETE", f"/rooms/{room}/members/{await me(bob)}")
        line.mend()
        await page.evaluate(WOKEN)
        await expect(page.get_by_text("You are not in “Telehealth” any more.")).to_be_visible()
        unsent = page.get_by_role("region", name="What you wrote was not sent")
        await expect(unsent.get_by_text("too late")).to_be_visible()
        await expect(page.get_by_role("main").get_by_text("said before")).to_have_count(0)
        await page.get_by_role("navigation").get_by_role("link", name=re.compile("Elsewhere")).click()
        await box.fill("not held up")
        await box.press("Enter")
        mine = page.get_by_role("article", name="Your message").filter(has_text="not held up")
        await expect(mine).to_have_attribute("data-message", re.compile("."))  # stored
        await page.go_back()
        await page.set_viewport_size({"width": 390, "height": 844})
        await expect(unsent.get_by_text("too late")).to_be_visible()
        assert await violations(page) == []
        await unsent.get_by_role("button", name="Discard").click()
        await expect(unsent).to_have_count(0)
        said = [each["text"] for each in (await ada.ask("GET", f"/rooms/{other}/messages"))["items"]]
        assert said == ["not held up"]


async def me(who: Someone) -> str:
    return str((await who.ask("GET", "/me"))["id"])


async def sign_in_here(page: Page, who: Someone) -> None:
    """By the dialog, without leaving the page."""
    await page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).last.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("E-mail").fill(who.email)
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in", exact=True).click()
    await expect(dialog).to_have_count(0)


async def test_a_draft_takes_along_what_it_answers(
    bare: Bare, browser: Browser, ada: Someone, complaints: Complaints
) -> None:
    room = await ada.room("Telehealth")
    await ada.say(room, "which database?")
    laptop = ada.page
    phone_context, phone = await person(browser, complaints, width=390, height=844, dark=True)
    await phone_context.add_cookies([dict(each) for each in await ada.context.cookies()])  # type: ignore[misc]
    for page in (laptop, phone):
        await page.goto(f"{bare.url}/rooms/{room}")
        await expect(page.get_by_role("main").get_by_text("which database?")).to_be_visible()
    boxes = [page.get_by_role("textbox", name="Message").last for page in (laptop, phone)]
    answered = [page.locator("form").get_by_text("Replying to Ada Founder") for page in (laptop, phone)]
    await laptop.get_by_role("article").filter(has_text="which database?").hover()
    await laptop.get_by_role("button", name="Reply", exact=True).first.click()
    await boxes[0].fill("the usual one")
    await expect(boxes[1]).to_have_value("the usual one")
    await expect(answered[1]).to_be_visible()
    assert await violations(phone) == []
    await laptop.reload()
    await expect(answered[0]).to_be_visible()
    await boxes[1].press("Enter")
    await expect(boxes[0]).to_have_value("")
    await expect(answered[0]).to_have_count(0)
    said = (await ada.ask("GET", f"/rooms/{room}/messages"))["items"]
    assert [(each["text"], each["reply_to"]) for each in said] == [
        ("which database?", None),
        ("the usual one", said[0]["id"]),
    ]
    await phone_context.close()


async def test_files_of_two_rooms_do_not_wait_for_each_other(bare: Bare, ada: Someone) -> None:
    first, second = await ada.room("First"), await ada.room("Second")
    page, held, begun = ada.page, asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "PUT":
            await held.wait()
        await route.continue_()

    async def hold_the_answer(route: Route) -> None:
        answer = await route.fetch()
        begun.set()
        await held.wait()
        await route.fulfill(response=answer)

    def text(*names: str) -> list[FilePayload]:
        return [{"name": name, "mimeType": "text/plain", "buffer": b"words"} for name in names]

    await page.route("**/incoming/**", hold)
    await page.goto(f"{bare.url}/rooms/{first}")
    chooser, tray = page.locator("main input[type=file]"), page.get_by_role("list", name="Attachments")
    await chooser.set_input_files(text("one.txt", "two.txt", "three.txt"))
    await expect(tray.get_by_role("progressbar")).to_have_count(3)
    await page.get_by_role("navigation").get_by_role("link", name=re.compile("Second")).click()
    await page.wait_for_url(f"**/rooms/{second}")
    await expect(tray).to_have_count(0)
    await chooser.set_input_files(text("four.txt"))
    await expect(tray.get_by_role("progressbar")).to_have_count(1)
    held.set()
    await expect(tray.get_by_role("progressbar")).to_have_count(0)
    await expect(tray.get_by_text("5 bytes")).to_be_visible()
    # One that is taken out before the server has told its name leaves nothing behind.
    held.clear()
    await page.route("**/api/v1/files", hold_the_answer)
    await chooser.set_input_files(text("regretted.txt"))
    await begun.wait()
    await page.get_by_role("button", name="Remove regretted.txt").click()
    async with page.expect_response(
        lambda answer: answer.request.method == "DELETE" and "/files/" in answer.url
    ):
        held.set()
    names = [each["name"] for each in (await ada.ask("GET", "/files"))["items"]]
    assert sorted(names) == ["four.txt", "one.txt", "three.txt", "two.txt"]


async def expect_draft(ada: Someone, room: str, text: str) -> None:
    """The server has this draft, within a while."""
    await expect(ada.page.get_by_role("textbox", name="Message").last).to_have_value(text)
    for _ in range(200):
        if (await ada.ask("GET", f"/rooms/{room}/draft"))["text"] == text:
            return
        await ada.page.wait_for_timeout(50)
    raise AssertionError("the draft did not reach the server")
