"""Ways to a message that is not in sight: where reading had stopped, what a catch-up links to, what a search has found."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.looking import violations
from tests.browser.people import Bare, Someone

LOOK = """state => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


async def test_ways_to_what_was_missed(bare: Bare, ada: Someone, bob: Someone, room: str) -> None:
    await ada.say(room, "read by all")
    await bob.say(room, "Can we agree on $20k by Friday?")
    for number in range(70):
        await bob.say(room, f"entry {number}.")
    page = ada.page
    await page.goto(f"{bare.url}/rooms/{room}")
    articles, new = page.get_by_role("article"), page.get_by_text("New", exact=True)
    first = articles.filter(has_text="agree on $20k").first
    last = articles.filter(has_text="entry 69.")
    await expect(last).to_be_in_viewport()
    # The page does not begin where reading had stopped, so no line says it does; there is a way there.
    await expect(new).to_have_count(0)
    await page.get_by_role("button", name="First unread").click()
    await expect(new).to_be_in_viewport()
    assert await violations(page) == []
    await expect(articles.filter(has_text="read by all")).to_be_in_viewport()
    await expect(first).to_be_in_viewport()
    await page.get_by_role("button", name="Back to the latest").click()
    await expect(last).to_be_in_viewport()
    await expect(page.get_by_role("button", name="First unread")).to_have_count(0)
    # Each line of a catch-up leads to its message, however far up that is.
    box = page.get_by_role("textbox", name="Message").last
    await box.fill("@assistant catch me up")
    await box.press("Enter")
    card = page.get_by_role("region", name="What you missed")
    await card.get_by_role("button", name="agree on $20k").click()
    await expect(first).to_be_in_viewport()
    await expect(first).to_be_focused()
    # Who comes back to a page that was out of sight sees where what came meanwhile begins.
    await page.get_by_role("button", name="Back to the latest").click()
    await expect(card).to_be_in_viewport()
    await page.evaluate(LOOK, "hidden")
    await bob.say(room, "said while nobody looked")
    late = articles.filter(has_text="said while nobody looked")
    await expect(late).to_be_visible()
    await expect(new).to_have_count(0)
    await page.evaluate(LOOK, "visible")
    await expect(new).to_be_in_viewport()
    await expect(page.get_by_role("link", name="unread")).to_have_count(0)
    below = await new.evaluate("line => line.getBoundingClientRect().bottom")
    assert below < await late.evaluate("article => article.getBoundingClientRect().top + 20")


async def test_the_way_to_the_first_unread_stays_until_that_was_in_sight(
    bare: Bare, ada: Someone, bob: Someone, room: str
) -> None:
    await ada.say(room, "read by all")
    for number in range(75):
        await bob.say(room, f"entry {number}.")
    page, known = ada.page, asyncio.Event()

    async def slowly(route: Route) -> None:
        await known.wait()
        await route.continue_()

    await page.route("**/api/v1/me", slowly)  # the messages are here before it is known who reads them
    await page.goto(f"{bare.url}/rooms/{room}")
    articles, new = page.get_by_role("article"), page.get_by_text("New", exact=True)
    way = page.get_by_role("button", name="First unread")
    await expect(articles.filter(has_text="entry 74.")).to_be_in_viewport()
    known.set()
    await expect(way).to_be_visible()
    assert await violations(page) == []
    # Reading up a little loads the line of what is new, which is further up still.
    await page.get_by_role("log", name="Messages").evaluate("box => box.scrollTo(0, 0)")
    await expect(articles.filter(has_text="read by all")).to_be_attached()
    await expect(new).not_to_be_in_viewport()
    await way.click()
    await expect(new).to_be_in_viewport()
    await expect(way).to_have_count(0)
    await page.get_by_role("button", name="Latest").click()
    await expect(articles.filter(has_text="entry 74.")).to_be_in_viewport()
    await expect(new).not_to_be_in_viewport()
    await expect(way).to_have_count(0)


async def test_a_search_leads_into_a_conversation_with_the_assistant(bare: Bare, ada: Someone) -> None:
    page = ada.page
    await page.goto(f"{bare.url}/")
    box = page.get_by_role("main").get_by_role("textbox").last
    for number in range(7):
        await box.fill(f"What does call number {number} cost, and what happens when I cancel it?")
        await box.press("Enter")
        await expect(page.get_by_role("article", name="Reply from Sextant")).to_have_count(number + 1)
        await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    first = page.get_by_role("article", name="Your message").filter(has_text="call number 0 cost")
    await expect(first).not_to_be_in_viewport()
    await page.get_by_role("link", name="Search messages").click()
    await page.get_by_role("searchbox").fill("number 0 cost")
    await page.get_by_role("main").get_by_role("link", name="call number 0 cost").click()
    await expect(first).to_be_in_viewport()
    await expect(page.get_by_role("article", name="Reply from Sextant").last).not_to_be_in_viewport()


async def test_what_is_read_stays_in_its_place(bare: Bare, ada: Someone, bob: Someone, room: str) -> None:
    for number in range(130):
        await bob.say(room, f"entry {number}.")
    page, asked, answer = ada.page, asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await page.route("**/messages?*before_seq=*", slowly)
    await page.goto(f"{bare.url}/rooms/{room}")
    log, articles = page.get_by_role("log", name="Messages"), page.get_by_role("article")
    await expect(articles.filter(has_text="entry 129.")).to_be_in_viewport()
    known = await articles.count()

    async def place(text: str) -> float:
        box = await articles.filter(has_text=text).bounding_box()
        assert box is not None
        return box["y"]

    # Older messages are asked for, and one goes on reading up until they come.
    await log.hover()
    while not asked.is_set():
        await page.mouse.wheel(0, -200)
    await log.evaluate("box => box.scrollTo(0, 40)")
    top = await articles.first.inner_text()
    text = next(line for line in top.splitlines() if line.startswith("entry"))
    await log.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = await place(text)
    answer.set()
    await expect(articles).not_to_have_count(known)
    assert abs(await place(text) - before) < 3

    # What is said about a message further up makes it taller; one who reads further down is left there.
    above = (await ada.ask("GET", f"/rooms/{room}/messages"))["items"][0]
    await log.evaluate("box => box.scrollTo(0, box.scrollHeight - box.clientHeight - 300)")
    await expect(articles.filter(has_text="entry 120.")).to_be_in_viewport()
    before = await place("entry 120.")
    await bob.ask("PUT", f"/rooms/{room}/messages/{above['id']}/reactions", {"emoji": "🎉", "on": True})
    await expect(page.get_by_role("button", name="🎉 1 person")).to_be_attached()
    assert abs(await place("entry 120.") - before) < 3
