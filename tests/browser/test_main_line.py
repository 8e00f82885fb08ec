"""The main job, end to end: a founder with no account carries a project from an idea to a paid call and a conversation
with a CTO, in two browsers. Saves the pictures of the README."""

import re
import time
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.product import IMAGES, Complaints, Product, person

IDEA = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."
PASSWORD = "seven gulls over the pier"
ANALYSIS = 'article[aria-label="Project analysis"]'
MATCHES = 'article[aria-label="Matching CTOs"]'


async def test_from_an_idea_to_a_conversation(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    founder_context, founder = await person(browser, complaints)
    cto_context, cto = await person(browser, complaints, width=390, height=844, dark=True)
    IMAGES.mkdir(parents=True, exist_ok=True)

    await founder.goto(product.url)
    await founder.wait_for_load_state("networkidle")
    await founder.screenshot(path=IMAGES / "start.png")
    await say(founder, IDEA)
    await check_analysis(founder, founder_context, product)
    await founder.screenshot(path=IMAGES / "chat.png")

    await say(founder, "Who could lead this? Under $150 an hour.")
    name = await check_matches(founder)
    await founder.screenshot(path=IMAGES / "matches.png")

    starts_at = await propose(founder, name)
    await founder.screenshot(path=IMAGES / "proposal.png")
    await confirm_and_sign_up(founder)
    await check_slot_is_taken(product, founder_context, starts_at)
    await pay(founder)

    await founder.get_by_role("link", name=f"Talk to {name}").click()
    await founder.wait_for_url("**/rooms/*")
    room = founder.url
    await say(founder, "Hello! Shall we start with the **scope** of the first release?")

    await sign_in(cto, product, name)
    # The booking's own note, and the founder's hello.
    await check_unread(cto, 2)
    await cto.get_by_role("button", name="Open menu").click()
    await cto.get_by_role("dialog").get_by_role("link", name=re.compile("Ada Founder")).click()
    heard = cto.get_by_role("log")
    await expect(heard.get_by_text("Shall we start with the scope of the first release?")).to_be_visible()
    await expect(heard.locator("strong", has_text="scope")).to_be_visible()

    await founder.goto(f"{product.url}/bookings")
    await expect(founder.get_by_text("Confirmed", exact=True)).to_be_visible()
    await say(cto, "Gladly. I have read your analysis.")
    badge = founder.locator('a[href^="/rooms/"] [data-unread]')
    await expect(badge).to_have_attribute("data-unread", "1")
    await founder.goto(room)
    await expect(founder.get_by_role("log").get_by_text("Gladly. I have read your analysis.")).to_be_visible()
    await expect(badge).to_have_count(0)
    await say(founder, "Perfect, until then.")
    await expect(heard.get_by_text("Perfect, until then.")).to_be_visible()

    for page in (founder, cto):
        await page.reload()
        for text in ("Shall we start", "Gladly. I have read", "Perfect, until then."):
            await expect(page.get_by_role("log").get_by_text(text)).to_be_visible()
    await founder.screenshot(path=IMAGES / "room.png")
    await cto.screenshot(path=IMAGES / "room-phone-dark.png")

    assert complaints.texts == []
    await founder_context.close()
    await cto_context.close()


async def say(page: Page, text: str) -> None:
    """Types a message and sends it by Enter; waits until it stands in the conversation as sent."""
    box = page.get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_value("")


async def check_analysis(page: Page, context: BrowserContext, product: Product) -> None:
    """The card holds what the founder was promised, and REST gives the same analysis."""
    card = page.locator(ANALYSIS)
    await expect(card).to_be_visible()
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)
    score = re.search(
        r"\d+",
        await card.get_by_role("img", name=re.compile("Health score")).get_attribute("aria-label") or "",
    )
    assert score is not None
    headings = [await heading.inner_text() for heading in await card.locator("h4").all()]
    assert {"Timeline", "Budget", "Recommended technology", "Top risks", "What to do next"} <= set(headings)
    sections = {title: card.locator("section", has_text=title) for title in headings[2:]}
    assert await sections["Recommended technology"].locator("li").count() == 6
    for title in ("Top risks", "What to do next"):
        assert await sections[title].locator("> ul > li").count() == 3
    projects = await rest(context, product, "/projects")
    analysis = await rest(context, product, f"/projects/{projects['items'][0]['id']}/analysis")
    assert analysis["health"]["score"] == int(score[0])
    assert analysis["budget"]["p50"]["currency"] == "USD"
    assert await card.get_by_text("Complexity").count() >= 1


async def check_matches(page: Page) -> str:
    """Up to five CTOs under the limit, with score, reasons and free times; gives the name of the first."""
    card = page.locator(MATCHES)
    await expect(card).to_be_visible()
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)
    rows = await card.locator("ol > li").all()
    assert 1 <= len(rows) <= 5
    for row in rows:
        rate = re.search(r"\$([\d.,]+)/h", await row.inner_text())
        assert rate is not None
        assert float(rate[1].replace(",", "")) <= 150
        assert await row.get_by_role("img", name=re.compile(r"Match: \d+ out of 100")).count() == 1
        assert await row.locator("ul > li").count() >= 1
        assert await row.get_by_role("button", name=re.compile("Ask to book")).count() >= 1
    return await rows[0].get_by_role("link").inner_text()


async def propose(page: Page, name: str) -> str:
    """Asks for the issue's time; if the CTO is not free then, takes the first free time that the card offers."""
    confirm = page.get_by_role("button", name=re.compile("Confirm and pay"))
    await say(page, "Book the first one next Tuesday at 3pm.")
    await expect(page.locator("article[aria-label='Reply from Sextant']")).to_have_count(3)
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)
    if not await confirm.count():
        await (
            page.locator(MATCHES)
            .locator("ol > li")
            .first.get_by_role("button", name=re.compile("Ask to book"))
            .last.click()
        )
        await expect(page.get_by_role("textbox")).to_have_value(re.compile(f"Book {name} on"))
        await page.get_by_role("textbox").press("Enter")
    await expect(confirm).to_be_visible()
    card = page.locator("article", has=confirm).last
    await expect(card.get_by_text("Lisbon")).to_be_visible()
    await expect(card.get_by_text("Offer ends in")).to_be_visible()
    rooms = await page.evaluate("fetch('/api/v1/rooms').then(r => r.json())")
    messages = await page.evaluate(
        "id => fetch(`/api/v1/rooms/${id}/messages`).then(r => r.json())", rooms["items"][0]["id"]
    )
    proposal = next(
        c["data"] for m in reversed(messages["items"]) for c in m["cards"] if c["type"] == "proposal"
    )
    return str(proposal["payload"]["starts_at"])


async def confirm_and_sign_up(page: Page) -> None:
    """Confirming asks for an account, keeps the conversation, and goes on to the checkout by itself."""
    await page.get_by_role("button", name=re.compile("Confirm and pay")).click()
    dialog = page.get_by_role("dialog", name="Create your account")
    await dialog.get_by_label("Name").fill("Ada Founder")
    await dialog.get_by_label("E-mail").fill(f"ada.{time.time_ns() % 10**6}@founders.example")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Create account").click()
    await page.wait_for_url("**/c/pay/**")


async def check_slot_is_taken(product: Product, founder: BrowserContext, starts_at: str) -> None:
    """Meanwhile nobody else gets the slot."""
    booking = (await rest(founder, product, "/bookings"))["items"][0]
    assert booking["status"] == "held"
    async with httpx.AsyncClient(base_url=f"{product.url}/api/v1") as other:
        account = {"email": f"bob.{time.time_ns()}@founders.example", "password": PASSWORD, "name": "Bob"}
        (await other.post("/accounts", json=account)).raise_for_status()
        answer = await other.post(
            "/bookings",
            json={"expert_id": booking["expert_id"], "starts_at": starts_at, "minutes": booking["minutes"]},
        )
    assert answer.status_code == 409, answer.text


async def pay(page: Page) -> None:
    """Pays on the stand-in's page and comes back to a confirmed booking."""
    await page.get_by_role("button", name=re.compile("^Pay")).click()
    await page.wait_for_url("**/payments/**")
    await expect(page.get_by_role("heading", name="Your call is booked")).to_be_visible()


async def sign_in(page: Page, product: Product, name: str) -> None:
    """The CTO signs in with their demo account."""
    async with httpx.AsyncClient(base_url=f"{product.url}/api/v1") as client:
        accounts = (await client.get("/meta")).json()["demo_accounts"]
    email = name.lower().replace(" ", ".") + "@" + accounts[0]["email"].split("@")[1]
    await page.goto(f"{product.url}/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(accounts[0]["password"])
    await page.get_by_role("button", name="Sign in", exact=True).last.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Find your bearing")


async def check_unread(page: Page, count: int) -> None:
    await expect(page.get_by_role("button", name=re.compile(f"Open menu, {count} unread"))).to_be_visible()


async def rest(context: BrowserContext, product: Product, path: str) -> Any:
    """A GET as the person of that browser."""
    answer = await context.request.get(f"{product.url}/api/v1{path}")
    assert answer.ok, await answer.text()
    return await answer.json()
