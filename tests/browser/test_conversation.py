"""How the chat behaves when things go wrong around it: the server dies, the network is away, a reply is stopped."""

import re

from playwright.async_api import Browser, Page, expect

from tests.browser.looking import violations
from tests.browser.product import Complaints, Product, person
from tests.browser.test_main_line import IDEA, say


async def begun(page: Page, product: Product) -> None:
    """A conversation with its first answer."""
    await page.goto(product.url)
    await say(page, IDEA)
    await expect(page.get_by_role("article", name="Project analysis")).to_be_visible()
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)


async def test_nothing_is_lost_when_the_server_is_killed(product: Product, browser: Browser) -> None:
    context, page = await person(browser, Complaints())
    await begun(page, product)
    product.kill()
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    await say(page, "What would it cost without video calls?")
    await expect(page.get_by_text("Waiting for a connection")).to_be_visible()
    await product.start()
    await expect(page.get_by_text("Reconnecting…")).to_have_count(0)
    await expect(page.get_by_role("article", name="Reply from Sextant")).to_have_count(2)
    await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)
    await page.reload()
    mine = page.get_by_role("article", name="Your message")
    await expect(mine).to_have_count(2)
    await expect(mine.last).to_contain_text("What would it cost without video calls?")
    await expect(page.get_by_role("article", name="Reply from Sextant")).to_have_count(2)
    await context.close()


async def test_what_is_written_offline_survives_a_reload(product: Product, browser: Browser) -> None:
    context, page = await person(browser, Complaints())
    await begun(page, product)
    await page.route_web_socket("**/ws", lambda socket: socket.close())
    await page.reload()
    await say(page, "Sent later")
    await expect(page.get_by_text("Waiting for a connection")).to_be_visible()
    await page.unroute_all()
    fresh = await context.new_page()
    await page.close()
    await fresh.goto(f"{product.url}/")
    await fresh.get_by_role("link", name=re.compile("Telehealth")).first.click()
    await expect(fresh.get_by_role("article", name="Your message").last).to_contain_text("Sent later")
    await expect(fresh.get_by_role("article", name="Reply from Sextant")).to_have_count(2)
    await context.close()


async def test_keyboard_and_limits_of_the_composer(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844)
    await page.goto(product.url)
    box = page.get_by_role("textbox")
    await expect(box).to_be_focused()
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await expect(box).to_have_value("one\ntwo")
    await box.fill("x" * 7_900)
    await expect(page.get_by_text("100 characters left")).to_be_visible()
    await box.fill("x" * 8_001)
    await expect(page.get_by_text("1 character too long to send")).to_be_visible()
    await expect(page.get_by_role("button", name="Send message")).to_be_disabled()
    await box.fill("<img src=x onerror=alert(1)> [go](javascript:alert(1)) **bold**")
    await box.press("Enter")
    mine = page.get_by_role("article", name="Your message")
    await expect(mine).to_contain_text("<img src=x onerror=alert(1)>")
    assert await mine.locator("img, a").count() == 0
    await expect(mine.locator("strong")).to_have_text("bold")
    assert complaints.texts == []
    await context.close()


async def test_pages_are_accessible(product: Product, browser: Browser) -> None:
    for dark, width in ((False, 1440), (True, 390)):
        context = await browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=True,
        )
        page = await context.new_page()
        await page.goto(product.url)
        await page.wait_for_load_state("networkidle")
        found = await violations(page)
        await say(page, IDEA)
        await expect(page.get_by_role("article", name="Project analysis")).to_be_visible()
        await say(page, "Who could lead this?")
        await expect(page.get_by_role("article", name="Matching CTOs")).to_be_visible()
        await expect(page.locator('article[aria-busy="true"]')).to_have_count(0)
        found += await violations(page)
        for path in ("/sign-in", "/settings", "/bookings", "/nowhere"):
            await page.goto(product.url + path)
            await page.wait_for_load_state("networkidle")
            found += await violations(page)
        await context.close()
        assert found == []
