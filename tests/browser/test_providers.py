"""Signing in with Google, GitHub and LinkedIn in the browser: linking, declining, and trying to take an account over."""

import re

from playwright.async_api import Browser, Page, expect

from tests.browser.accounts import (
    PASSWORD,
    address,
    an_hour_passes,
    newcomer,
    outbox,
    prove,
    sign_out,
    verify,
)
from tests.browser.product import Complaints, Product, person


async def test_every_provider_signs_in_links_and_declines(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    for provider in ("Google", "LinkedIn", "GitHub"):
        context, page = await person(browser, complaints)
        await page.goto(f"{product.url}/sign-in?next=/bookings")
        await page.get_by_role("link", name=f"Continue with {provider}").click()
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_text("You did not agree")).to_be_visible()

        email = address(provider.lower())
        await page.goto(f"{product.url}/sign-in?next=/settings/connections")
        await at_provider(page, provider, email, verified=True)
        await expect(page.get_by_text(re.compile(f"{re.escape(email)} · connected"))).to_be_visible()

        await page.get_by_role("button", name=f"Disconnect {provider}").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Disconnect").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("only way to sign in")
        await dialog.get_by_role("button", name="Cancel").click()

        await sign_out(page)
        await page.goto(f"{product.url}/sign-in")
        await at_provider(page, provider, email, verified=True)
        await expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()
        await context.close()
    assert complaints.texts == []


async def at_provider(page: Page, provider: str, email: str, *, verified: bool) -> None:
    """Goes to the provider's stand-in and agrees as `email`."""
    await page.get_by_role("link", name=f"Continue with {provider}").click()
    await agree(page, email, verified=verified)


async def agree(page: Page, email: str, *, verified: bool = True) -> None:
    await page.get_by_label("Name").fill("Pat Provider")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label(re.compile("has verified it")).set_checked(verified)
    await page.get_by_role("button", name="Continue").click()


async def test_linking_and_the_attempt_to_take_an_account_over(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    await verify(context, product, email)

    thief_context, thief = await person(browser, complaints)
    await thief.goto(f"{product.url}/sign-in")
    await at_provider(thief, "GitHub", email, verified=False)
    await expect(thief.get_by_text("is not verified there")).to_be_visible()
    await expect(thief.get_by_label("Password")).to_be_visible()
    assert (await thief_context.request.get(f"{product.url}/api/v1/me")).status == 401
    # What an address says is not shown: anybody can write an address.
    await thief.goto(f"{product.url}/sign-in?error=denied&message=Call+0800+now")
    await expect(thief.get_by_text("You did not agree")).to_be_visible()
    await expect(thief.get_by_text("0800")).to_have_count(0)

    await an_hour_passes(product, email)
    await page.goto(f"{product.url}/settings/connections")
    await page.get_by_role("button", name="Connect Google").click()
    await prove(page, PASSWORD)
    google = address("google")
    await agree(page, google)
    await expect(page.get_by_role("status").get_by_text("Google is connected")).to_be_visible()
    await expect(page.get_by_text(re.compile(f"{re.escape(google)} · connected"))).to_be_visible()
    await outbox(product, email, "connected to your account")

    await thief.goto(f"{product.url}/sign-in?next=/settings/connections")
    await at_provider(thief, "LinkedIn", address("linkedin"), verified=True)
    await thief.get_by_role("button", name="Connect Google").click()
    await agree(thief, google)
    await expect(thief.get_by_text("connected to someone else’s")).to_be_visible()

    await page.get_by_role("button", name="Disconnect Google").click()
    await page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    await expect(page.get_by_text("Google is disconnected")).to_be_visible()
    await expect(page.get_by_role("button", name="Connect Google")).to_be_visible()
    assert complaints.texts == []
    await context.close()
    await thief_context.close()
