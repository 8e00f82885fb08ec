"""The bell on two devices of one person, the choices, and mail that is held back, in the browser."""

import re
from uuid import uuid4

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import violations
from tests.browser.product import IMAGES, Complaints, Product

PASSWORD = "seven gulls over the pier"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"


async def device(
    browser: Browser, complaints: Complaints, *, phone: bool = False, user_agent: str | None = None
) -> tuple[BrowserContext, Page]:
    """A browser of somebody in Lisbon: wide and light, or narrow and dark."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
        color_scheme="dark" if phone else "light",
        user_agent=user_agent,
        timezone_id="Europe/Lisbon",
        locale="en-US",
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put into the page
    )
    page = await context.new_page()
    complaints.listen(page)
    return context, page


async def sign_up(context: BrowserContext, product: Product, email: str) -> None:
    data = {"email": email, "password": PASSWORD, "name": "Ada Founder", "timezone": "Europe/Lisbon"}
    answer = await context.request.post(f"{product.url}/api/v1/accounts", data=data)
    assert answer.ok, await answer.text()


async def test_a_bell_on_two_devices(product: Product, browser: Browser) -> None:
    complaints, email = Complaints(), f"{uuid4().hex}@people.example"
    wide_context, wide = await device(browser, complaints)
    await sign_up(wide_context, product, email)
    await wide.goto(product.url)
    bell = wide.get_by_role("button", name="Notifications", exact=True)
    await bell.click()
    await expect(wide.get_by_text("Nothing new.")).to_be_visible()
    await wide.keyboard.press("Escape")
    await expect(wide.get_by_role("dialog", name="Notifications")).to_have_count(0)
    await expect(bell).to_be_focused()

    narrow_context, narrow = await device(browser, complaints, phone=True, user_agent=FIREFOX)
    for _ in range(2):  # the second sign-in is from a device that is known then
        answer = await narrow_context.request.post(
            f"{product.url}/api/v1/sessions", data={"email": email, "password": PASSWORD}
        )
        assert answer.ok, await answer.text()
    await expect(wide.locator("[data-notifications]:visible")).to_have_attribute("data-notifications", "1")
    await narrow.goto(product.url)
    await expect(narrow.locator("[data-notifications]:visible")).to_have_text("1")

    await wide.get_by_role("button", name="Notifications, 1 unread").click()
    panel = wide.get_by_role("dialog", name="Notifications")
    await expect(panel.get_by_role("link", name=re.compile("New sign-in to your account"))).to_be_visible()
    await wide.screenshot(path=IMAGES / "notifications.png")
    await narrow.get_by_role("button", name="Notifications, 1 unread").click()
    await expect(narrow.get_by_role("dialog", name="Notifications")).to_be_visible()
    await narrow.screenshot(path=IMAGES / "notifications-phone-dark.png")
    found = await violations(wide) + await violations(narrow)

    await narrow.get_by_role("button", name="Mark all as read").click()
    for page in (wide, narrow):
        await expect(page.locator("[data-notifications]:visible")).to_have_count(0)
    await wide.reload()
    await expect(bell).to_be_visible()
    await bell.click()
    await panel.get_by_role("link", name="Choose what you are told").click()
    await wide.wait_for_url("**/settings/notifications")
    await expect(panel).to_have_count(0)
    switch = wide.get_by_role("switch", name="New messages: E-mail")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(wide.get_by_role("switch", name=re.compile("Account security: E-mail"))).to_be_disabled()
    await expect(wide.get_by_text("Searches that fit my profile")).to_have_count(0)
    await wide.screenshot(path=IMAGES / "notification-settings.png")
    await narrow.goto(f"{product.url}/settings/notifications")
    await expect(narrow.get_by_role("switch", name="New messages: E-mail")).not_to_be_checked()
    await narrow.screenshot(path=IMAGES / "notification-settings-phone-dark.png", full_page=True)
    found += await violations(wide) + await violations(narrow)
    assert found == []
    assert complaints.texts == []
    await wide_context.close()
    await narrow_context.close()


async def test_mail_that_bounces_is_held_back_until_its_owner_confirms(
    product: Product, browser: Browser
) -> None:
    complaints, email = Complaints(), f"bounced+{uuid4().hex[:8]}@resend.dev"
    context, page = await device(browser, complaints)
    await sign_up(context, product, email)
    held = page.get_by_role("region", name="Mail to you is held back")
    # The mail of the sign-up goes out, comes back, and is reported, all by itself.
    async with page.expect_response(
        lambda answer: answer.url.endswith("/me/mail") and answer.ok, timeout=60_000
    ):
        await page.goto(f"{product.url}/settings/notifications")
    for _ in range(60):
        if await held.count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
        await expect(page.get_by_role("switch").first).to_be_visible()
    await expect(held).to_contain_text(f"Mail to {email} came back")
    found = await violations(page)
    await page.screenshot(path=IMAGES / "mail-held.png")
    await held.get_by_role("button", name="Send me the link").click()
    await expect(page.get_by_text(f"The link is on its way to {email}")).to_be_visible()

    meta = await (await context.request.get(f"{product.url}/api/v1/meta")).json()
    outbox = next(each["url"] for each in meta["stand_ins"] if each["vendor"] == "Resend")
    link = None
    for _ in range(60):
        items = (await (await context.request.get(f"{outbox}.json", params={"to": email})).json())["items"]
        link = next((m for m in (re.search(r"\S+/confirm-address#\S+", i["text"]) for i in items) if m), None)
        if link:
            break
        await page.wait_for_timeout(250)
    assert link is not None
    await page.goto(link[0])
    found += await violations(page)
    await page.get_by_role("button", name="Write to me again").click()
    await expect(page.get_by_role("heading", name="Mail comes to you again")).to_be_visible()
    await page.goto(f"{product.url}/settings/notifications")
    await expect(page.get_by_role("switch").first).to_be_visible()
    await expect(held).to_have_count(0)
    await page.goto(f"{product.url}/unsubscribe#token=x")
    await page.get_by_role("button", name="End these mails").click()
    await expect(page.get_by_role("alert")).to_contain_text("not one of ours")
    assert found == []
    assert complaints.texts == []
    await context.close()
