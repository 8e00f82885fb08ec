"""The assistant among people, and what it proposes that is no call: seen and decided in the browser."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page, Route, expect

from core.actor import Actor
from core.db import Database
from core.security import session_cookie_name
from services.conversations import messaging, quotas
from services.conversations.schemas import Card
from services.conversations.service import post_event
from tests.accounts.factories import actor_for
from tests.browser.looking import violations
from tests.browser.test_assistant import picture
from tests.serving import Served, serving


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[Served]:
    async with serving(database_url, assistant=True, model="guided", rate_limit_scale=1000) as server:
        yield server


async def page_of(served: Served, browser: Browser, token: str, *, width: int = 1440) -> Page:
    """A page of a browser that is theirs."""
    context = await browser.new_context(
        viewport={"width": width, "height": 844},
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    await context.add_cookies(
        [{"name": session_cookie_name(https=False), "value": token, "url": served.base_url}]
    )
    return await context.new_page()


async def say(served: Served, token: str, room: UUID, text: str) -> None:
    async with served.http(token) as http:
        body = {"client_id": str(uuid4()), "text": text}
        (await http.post(f"/api/v1/rooms/{room}/messages", json=body)).raise_for_status()


async def use_up(served: Served, user_id: UUID) -> None:
    """Their messages to the assistant of the day."""
    await served.runtime.db.raw.execute(
        "insert into assistant_usage (user_id, day, messages) values ($1, $2, $3)",
        user_id,
        quotas.today(),
        quotas.limits(False).messages,
    )


async def propose(db: Database, actor: Actor, room: UUID, people: UUID) -> None:
    """What the tool does, and the card that the turn would show."""
    async with db.transaction() as session:
        proposal = await messaging.propose(
            session,
            actor,
            room,
            to_room_id=people,
            text="Shall we talk on Tuesday?",
            key="shown",
        )
        card = Card(type="proposal", data=proposal.model_dump(mode="json"))
        await post_event(session, room, key="shown", text="A draft for you", cards=[card])


async def test_catching_up_and_sending_a_drafted_message(served: Served, browser: Browser) -> None:
    ada, token = await served.person(name="Ada Founder")
    bob, bobs = await served.person(name="Bob Builder")
    people = await served.room(ada, bob, kind="direct")
    await say(served, token, people, "Hello Bob")
    for text in (
        "Ada, can you confirm the budget of $80k by Friday?",
        "Nice weather here.",
        "We decided to go with PostgreSQL.",
    ):
        await say(served, bobs, people, text)
    page = await page_of(served, browser, token)
    await page.goto(f"{served.base_url}/rooms/{people}")
    box = page.get_by_role("textbox").last
    await box.fill("@assistant catch me up")
    await box.press("Enter")
    missed = page.get_by_role("region", name="What you missed")
    await expect(missed.get_by_role("button")).to_have_count(3)
    await missed.get_by_role("button").first.click()
    await expect(page.locator("article:focus")).to_contain_text("confirm the budget")
    await picture(page, "catch-up-1440")
    found = await violations(page)

    own = await served.room(ada, kind="assistant")
    await propose(served.runtime.db, actor_for(ada), own, people)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{served.base_url}/chats/{own}")
    card = page.get_by_role("article", name="Message to Bob Builder")
    await card.get_by_role("textbox", name="Message text").fill("Shall we talk on Wednesday?")
    await picture(page, "draft-390-dark")
    found += await violations(page)
    await card.get_by_role("button", name="Send message").click()
    await expect(page.get_by_role("log").get_by_text("Your message to Bob Builder was sent.")).to_be_visible()
    await expect(card).to_contain_text("Done")
    async with served.http(bobs) as http:
        last = (await http.get(f"/api/v1/rooms/{people}/messages")).json()["items"][-1]
    assert (last["text"], last["sender_id"]) == ("Shall we talk on Wednesday?", str(ada.id))
    await page.context.close()
    assert found == []


async def test_who_has_used_up_their_plan_still_talks_to_people(served: Served, browser: Browser) -> None:
    ada, token = await served.person(name="Ada Founder")
    bob, bobs = await served.person(name="Bob Builder")
    room = await served.room(ada, bob, kind="project")
    tomorrow = quotas.today() + timedelta(days=1)
    await use_up(served, ada.id)
    pages = []
    for each, width in ((token, 1440), (bobs, 390)):
        pages.append(page := await page_of(served, browser, each, width=width))
        await page.goto(f"{served.base_url}/rooms/{room}")
    page, other = pages
    box = page.get_by_role("textbox").last
    await box.fill("@assistant what would it cost?")
    await box.press("Enter")
    mine = page.get_by_role("article", name="Your message")
    until = f"You can ask it again from {tomorrow:%a}, {tomorrow:%b} {tomorrow.day}, 12:00 AM."
    said = f"The assistant will not answer this, as your plan is used up. {until}"
    await expect(mine).to_contain_text(said)
    await expect(page.locator("[aria-live=polite]").filter(has_text=said)).to_have_count(1)
    await expect(page.get_by_role("alert")).to_have_count(0)
    theirs = other.get_by_role("article", name="Message from Ada Founder")
    await expect(theirs).to_contain_text("@assistant what would it cost?")
    await expect(theirs).to_contain_text("The assistant was not asked.")
    await expect(theirs).not_to_contain_text("plan")
    found = await violations(page) + await violations(other)
    await picture(page, "not-asked-1440")
    await page.reload()
    await expect(mine).to_contain_text(until)
    for each_page in pages:
        await each_page.context.close()
    assert found == []


@pytest.mark.parametrize("begin", ["in the room", "elsewhere"])
async def test_that_the_assistant_can_be_asked_again_is_not_said_before_it_is_known(
    served: Served, browser: Browser, begin: str
) -> None:
    """Another device uses up the plan and then asks: this one learns from the message that the assistant was not asked, and
    only from the quota until when."""
    ada, token = await served.person(name="Ada Founder")
    bob, _ = await served.person(name="Bob Builder")
    room = await served.room(ada, bob, kind="project")
    page = await page_of(served, browser, token)
    async with page.expect_response("**/assistant/quota"):
        await page.goto(f"{served.base_url}/{f'rooms/{room}' if begin == 'in the room' else 'bookings'}")
    link = page.get_by_role("navigation").get_by_role("link", name="A room")
    await expect(link).to_be_visible()
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await page.route("**/assistant/quota", slowly)
    await use_up(served, ada.id)
    await say(served, token, room, "@assistant what would it cost?")
    if begin == "elsewhere":
        await link.click()
    mine = page.get_by_role("article", name="Your message")
    why = mine.get_by_text("The assistant will not answer this, as your plan was used up.", exact=True)
    await expect(why).to_be_visible()
    await asyncio.wait_for(asked.wait(), 30)
    await expect(why).to_be_visible()
    answer.set()
    await expect(mine).to_contain_text("You can ask it again from")
    # Once there is room in the plan, the same message says so.
    await served.runtime.db.raw.execute("delete from assistant_usage where user_id = $1", ada.id)
    await page.reload()
    await expect(mine).to_contain_text("You can ask it again now.")
    await page.context.close()
