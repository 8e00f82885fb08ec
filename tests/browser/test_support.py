"""Help: a visitor without an account asks, an operator hears of it, comes in, answers, and goes again."""

import re

from playwright.async_api import Browser, expect

from core.actor import Role
from tests.accounts.factories import make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person


async def test_a_visitor_asks_and_an_operator_comes(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    visitor_context, visitor = await person(browser, complaints, width=390, height=844, dark=True)
    operator_context, operator = await person(browser, complaints)
    async with database_of(bare) as db:
        await sign_in(operator_context, bare, db, await make_user(db, role=Role.ADMIN, name="Olga Operator"))
    await operator.goto(f"{bare.url}/admin/support")
    await expect(operator.get_by_text("Nobody has asked for help.")).to_be_visible()
    found = await violations(operator)

    await visitor.goto(bare.url)
    await visitor.get_by_role("button", name="Open menu").click()
    await visitor.get_by_role("link", name="Help").click()
    await visitor.wait_for_url("**/rooms/*")
    await expect(visitor.get_by_role("log").get_by_text("People at Sextant answer here.")).to_be_visible()
    box = visitor.get_by_role("textbox", name="Message")
    await box.press_sequentially("My payment is stuck, @as")
    await expect(visitor.get_by_role("option", name="assistant")).to_be_visible()
    await box.fill("My payment is stuck")
    await box.press("Enter")
    await expect(visitor.get_by_role("article").filter(has_text="My payment is stuck")).to_be_visible()

    # The page of the operators fills by itself, when its bell rings.
    request = operator.get_by_role("listitem").filter(has_text="My payment is stuck")
    await expect(request.get_by_text("Waits for an answer")).to_be_visible()
    for width in (390, 1440):
        await operator.set_viewport_size({"width": width, "height": 900})
        found += await violations(operator)
        button = await request.get_by_role("button").bounding_box()
        assert button is not None
        assert button["x"] + button["width"] <= width
    await request.get_by_role("button", name="Join the conversation").click()
    await expect(operator.get_by_role("heading", name="Help: Guest")).to_be_visible()
    await expect(operator.get_by_role("article").filter(has_text="My payment is stuck")).to_be_visible()
    answer = operator.get_by_role("textbox", name="Message")
    await answer.fill("I am looking at it.")
    await answer.press("Enter")
    await expect(visitor.get_by_role("article", name=re.compile("Olga Operator"))).to_contain_text(
        "I am looking at it."
    )
    found += await violations(visitor)

    await operator.get_by_role("button", name=re.compile("^Details")).click()
    await operator.get_by_role("button", name="Leave room").click()
    await operator.get_by_role("button", name="Leave for good? Press again").click()
    await operator.wait_for_url(f"{bare.url}/")
    await expect(visitor.get_by_role("button", name="Details, 2 people")).to_be_visible()
    await expect(visitor.get_by_text("Someone", exact=True)).to_have_count(0)
    assert (found, complaints.texts) == ([], [])
    await visitor_context.close()
    await operator_context.close()
