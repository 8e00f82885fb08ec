"""Ways to a message that is not in sight: where reading had stopped, what a catch-up links to, what a search has found."""

from playwright.async_api import Browser, expect

from tests.browser.looking import violations
from tests.browser.people import Bare, someone
from tests.browser.product import Complaints

LOOK = """state => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


async def test_ways_to_what_was_missed(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    ada = await someone(bare, browser, complaints, "Ada Founder")
    bob = await someone(bare, browser, complaints, "Bob Builder")
    room = await ada.room("Telehealth", bob)
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
    assert await violations(page) == []
    await page.get_by_role("button", name="First unread").click()
    await expect(new).to_be_in_viewport()
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
    assert complaints.texts == []
    await bob.context.close()
    await ada.context.close()


async def test_a_search_leads_into_a_conversation_with_the_assistant(bare: Bare, browser: Browser) -> None:
    ada = await someone(bare, browser, Complaints(), "Ada Founder")
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
    await ada.context.close()
