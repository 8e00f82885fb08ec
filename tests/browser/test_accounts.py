"""Accounts as people meet them: signing up and in by every way, second factors, and each section of the settings."""

import io
import json
import re
import zipfile

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accounts import (
    PASSWORD,
    address,
    an_hour_passes,
    link,
    newcomer,
    outbox,
    prove,
    sign_in,
    verify,
)
from tests.browser.looking import violations
from tests.browser.product import Complaints, Product, person
from tests.browser.test_conversation import begun

SECTIONS = ("profile", "security", "devices", "connections", "api-tokens", "activity", "privacy")


async def test_a_founders_conversation_comes_along(product: Product, browser: Browser) -> None:
    """On sign-up, and on signing in to an account that exists; the mail's link verifies the address, once."""
    complaints, email = Complaints(), address("grace")
    context, page = await person(browser, complaints)
    await begun(page, product)
    chat = page.url
    await page.get_by_role("complementary").get_by_role("button", name="Sign in", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Create account").click()
    await dialog.get_by_label("Name").fill("Grace Founder")
    await dialog.get_by_label("E-mail").fill(email)
    await check_password_field(page)
    await dialog.get_by_label("Password").fill("password1234")
    await dialog.get_by_role("button", name="Create account").click()
    await expect(dialog.get_by_text("on the lists that attackers try first")).to_be_visible()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Create account").click()
    await expect(dialog).to_be_hidden()
    assert page.url == chat
    await expect(page.get_by_role("article", name="Project analysis")).to_be_visible()
    await expect(page.locator('aside a[href^="/chats/"]')).to_have_count(1)

    verification = await link(product, email, "Confirm your e-mail")
    stranger_context, stranger = await person(browser, complaints)
    await stranger.goto(verification)
    await expect(stranger.get_by_role("heading", name="Sign in to confirm your address")).to_be_visible()
    await page.goto(verification)
    await expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    assert "#" not in page.url
    await stranger.goto(verification)
    await stranger.reload()
    await expect(stranger.get_by_text("used already")).to_be_visible()

    await begun(stranger, product)
    await expect(stranger.locator('aside a[href^="/chats/"]')).to_have_count(1)
    second = stranger.url
    await sign_in(stranger, product.url, email)
    await expect(stranger.locator('aside a[href^="/chats/"]')).to_have_count(2)
    await stranger.goto(second)
    await expect(stranger.get_by_role("article", name="Project analysis")).to_be_visible()
    assert complaints.texts == []
    await context.close()
    await stranger_context.close()


async def check_password_field(page: Page) -> None:
    """It hides what is typed unless asked, takes what is pasted, and tells password managers what it is for."""
    field = page.get_by_role("dialog").get_by_label("Password")
    await expect(field).to_have_attribute("type", "password")
    await expect(field).to_have_attribute("autocomplete", "new-password")
    name = page.get_by_role("dialog").get_by_label("Name")
    await name.press("ControlOrMeta+a")
    await name.press("ControlOrMeta+c")
    await field.press("ControlOrMeta+v")
    await expect(field).to_have_value("Grace Founder")
    await page.get_by_role("button", name="Show what I type").click()
    await expect(field).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Hide what I type").click()


async def test_a_forgotten_password(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    other_context, other = await person(browser, complaints)
    await other.goto(f"{product.url}/sign-in")
    await other.get_by_role("link", name="Forgot your password?").click()
    # The page before has a field of that name, too.
    await expect(other.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    await other.get_by_label("E-mail").fill(email)
    await other.get_by_role("button", name="Send the link").click()
    await expect(other.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    reset = await link(product, email, "Choose a new password")
    await other.goto(reset[:-4])
    await other.get_by_role("textbox", name="New password").fill("nine herons in the reeds")
    await other.get_by_role("button", name="Save the password").click()
    await expect(other.get_by_role("alert")).to_contain_text("cut off")
    await expect(other.get_by_role("link", name="Ask for a new link")).to_be_visible()

    await page.goto(f"{product.url}/settings/profile")
    await expect(page.get_by_text(email).last).to_be_visible()
    await other.goto(reset)
    await other.get_by_role("textbox", name="New password").fill("short")
    await other.get_by_role("button", name="Save the password").click()
    await expect(other.get_by_text("Use at least 10 characters")).to_be_visible()
    await other.get_by_role("textbox", name="New password").fill("nine herons in the reeds")
    await other.get_by_role("button", name="Save the password").click()
    await expect(other.get_by_role("heading", name="Your password is changed")).to_be_visible()
    # Whoever was signed in is out, without a reload.
    await expect(page.get_by_text("Sign in to change your account.")).to_be_visible()

    await sign_in(other, product.url, email)
    await expect(other.get_by_role("alert")).to_contain_text("address or the password is wrong")
    await sign_in(other, product.url, email, "nine herons in the reeds")
    await expect(other.get_by_role("button", name=re.compile(email))).to_be_visible()
    await outbox(product, email, "Your password was changed")
    assert complaints.texts == []
    await context.close()
    await other_context.close()


async def test_tokens_devices_and_the_log(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    await an_hour_passes(product, email)
    await page.goto(f"{product.url}/settings/api-tokens")
    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("Name", exact=True).fill("Reporting script")
    await page.get_by_role("button", name="Create token").click()
    await expect(page.get_by_text("Choose at least one.")).to_be_visible()
    await page.get_by_role("group", name="Account").get_by_label("Read").check()
    await page.get_by_role("button", name="Create token").click()
    await (
        page.get_by_role("dialog", name="Confirm that it’s you")
        .get_by_label("Password")
        .fill("not the password")
    )
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("The password is wrong.")
    await prove(page)
    token = await page.get_by_role("group", name="Token Reporting script").inner_text()
    async with httpx.AsyncClient(
        base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {token}"}
    ) as api:
        assert (await api.get("/me")).json()["email"] == email
        assert (await api.get("/bookings")).json()["code"] == "forbidden"
        await page.get_by_role("button", name="I have copied it").click()
        await page.reload()
        await expect(page.get_by_text(token[:10])).to_be_visible()
        await expect(page.get_by_text(token)).to_have_count(0)
        await expect(page.get_by_text("never used")).to_have_count(0)
        await page.get_by_role("button", name="Revoke Reporting script").click()
        await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await expect(page.get_by_text("You have no tokens.")).to_be_visible()
        assert (await api.get("/me")).status_code == 401

    others = []
    for _ in range(2):
        other_context, other = await person(browser, complaints)
        await sign_in(other, product.url, email)
        await expect(other.get_by_role("button", name=re.compile(email))).to_be_visible()
        others.append((other_context, other))
    await page.goto(f"{product.url}/settings/devices")
    rows = page.get_by_role("region", name="Where you are signed in").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await page.get_by_role("button", name="Sign out Chrome on Linux").first.click()
    await expect(rows).to_have_count(2)
    await page.get_by_role("button", name="Sign out all other devices").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out all other devices").click()
    await expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    for other_context, other in others:
        await expect(
            other.get_by_role("complementary").get_by_role("button", name="Sign in", exact=True)
        ).to_be_visible()
        await other_context.close()

    await page.goto(f"{product.url}/settings/activity")
    log = page.get_by_role("region", name="What happened")
    for event in ("Signed out another device", "API token revoked", "API token created", "Failed to confirm"):
        await expect(log.get_by_text(event).first).to_be_visible()
    await expect(log.get_by_role("listitem").last).to_contain_text("Account created")
    assert complaints.texts == []
    await context.close()


async def test_another_address_and_another_password(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    await page.goto(f"{product.url}/settings/profile")
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("complementary").get_by_text("Ada Lovelace")).to_be_visible()
    await page.get_by_role("button", name="Send the link again").click()
    await expect(page.get_by_text("A new link is on its way")).to_be_visible()
    await verify(context, product, email)
    await expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()

    await an_hour_passes(product, email)
    new = address("lovelace")
    await page.get_by_role("button", name="Change address").click()
    await page.get_by_label("New address").fill(new)
    await page.get_by_role("button", name="Send a link").click()
    await prove(page)
    await expect(page.get_by_text(f"Follow the link we sent to {new}")).to_be_visible()
    await outbox(product, email, "A new e-mail address was asked for")
    await page.goto(await link(product, new, "Confirm your new"))
    await expect(page.get_by_role("heading", name="Your address is changed")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile(new))).to_be_visible()
    for told in (email, new):
        await outbox(product, told, "Your e-mail address was changed")

    other_context, other = await person(browser, complaints)
    await sign_in(other, product.url, new)
    await expect(other.get_by_role("button", name=re.compile(new))).to_be_visible()
    await other.goto(f"{product.url}/settings/profile")
    await expect(other.get_by_label("Name")).to_have_value("Ada Lovelace")
    await page.goto(f"{product.url}/settings/profile")
    await page.get_by_label("Name").fill("Augusta King")
    await page.get_by_role("button", name="Save changes").click()
    # What is changed on one device shows on the others, in the form too.
    await expect(other.get_by_role("complementary").get_by_text("Augusta King")).to_be_visible()
    await expect(other.get_by_label("Name")).to_have_value("Augusta King")
    await page.goto(f"{product.url}/settings/security")
    await page.get_by_role("button", name="Change password").click()
    await page.get_by_label("Current password").fill("not the password")
    await page.get_by_role("textbox", name="New password").fill("twelve swans on the lake")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_role("alert")).to_contain_text("The current password is wrong.")
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Your password is changed.")).to_be_visible()
    await expect(
        other.get_by_role("complementary").get_by_role("button", name="Sign in", exact=True)
    ).to_be_visible()
    await expect(other.get_by_text("You are signed out.")).to_be_visible()

    # It was not the owner: by the mail to the old address they take the account back, and the thief is out.
    await other.goto(await link(product, email, "Your e-mail address was changed"))
    await expect(other.get_by_role("heading", name="This wasn’t you?")).to_be_visible()
    await other.get_by_role("button", name="Take it back").click()
    await expect(other.get_by_role("heading", name="Your account is yours again")).to_be_visible()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    await other.get_by_role("link", name="Choose a new password").click()
    await other.get_by_role("textbox", name="New password").fill("nine herons in the reeds")
    await other.get_by_role("button", name="Save the password").click()
    await expect(other.get_by_role("heading", name="Your password is changed")).to_be_visible()
    await sign_in(other, product.url, email, "nine herons in the reeds")
    await expect(other.get_by_role("button", name=re.compile(email))).to_be_visible()
    await expect(other.get_by_text("You are signed out.")).to_have_count(0)
    # The link has done its work.
    await other.goto(await link(product, email, "Your e-mail address was changed"))
    await other.get_by_role("button", name="Take it back").click()
    await expect(other.get_by_role("heading", name="This link does not work")).to_be_visible()
    await expect(other.get_by_role("alert")).to_contain_text("used already")
    assert complaints.texts == []
    await context.close()
    await other_context.close()


async def test_taking_ones_data_along_and_leaving(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    await an_hour_passes(product, email)
    await page.goto(f"{product.url}/settings/privacy")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download the ZIP").click()
        await prove(page)
    with zipfile.ZipFile(io.BytesIO((await (await download.value).path()).read_bytes())) as archive:
        assert json.loads(archive.read("account.json"))["profile"]["email"] == email

    await page.get_by_role("button", name="Delete my account").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Delete my account").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete it in 14 days").click()
    await expect(page.get_by_text("Your account will be deleted on").first).to_be_visible()
    await outbox(product, email, "Your account will be deleted")
    # It is said on every page, and called off from any.
    await page.goto(f"{product.url}/bookings")
    await page.get_by_role("button", name="Keep my account").click()
    await expect(page.get_by_text("Your account stays")).to_be_visible()
    await expect(page.get_by_text("will be deleted on")).to_have_count(0)
    assert complaints.texts == []
    await context.close()


@pytest.mark.parametrize(("dark", "width"), [(False, 1440), (True, 390)])
async def test_sign_out_is_on_every_page_and_pages_are_accessible(
    product: Product, browser: Browser, dark: bool, width: int
) -> None:
    """In both sizes and themes; with the dialogs of the settings open, too."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = await context.new_page()
    found = []
    for path in (
        "sign-in",
        "sign-up",
        "forgot-password",
        "reset-password#token=x",
        "reset-password",
        "verify-email",
        "undo-email-change#token=x",
    ):
        await page.goto(f"{product.url}/{path}")
        await page.wait_for_load_state("networkidle")
        found += await violations(page)
    account = {"email": address("axe"), "password": PASSWORD, "name": "Axel Tester"}
    assert (await context.request.post(f"{product.url}/api/v1/accounts", data=account)).status == 201
    for section in ("", *SECTIONS):
        await page.goto(f"{product.url}/settings/{section}")
        await page.wait_for_load_state("networkidle")
        found += await violations(page)
        if width > 1000:
            await page.get_by_role("complementary").get_by_role("button", name=re.compile("@")).click()
            await expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    await page.goto(f"{product.url}/settings/security")
    await page.get_by_role("button", name="Change password").click()
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    found += await violations(page)
    await page.goto(f"{product.url}/settings/api-tokens")
    await page.get_by_role("button", name="New token").click()
    found += await violations(page)
    await page.get_by_label("Name", exact=True).fill("Script")
    await page.get_by_role("group", name="Account").get_by_label("Read").check()
    await page.get_by_role("button", name="Create token").click()
    await expect(page.get_by_role("dialog", name="Copy your new token")).to_be_visible()
    found += await violations(page)
    await an_hour_passes(product, account["email"])
    await page.goto(f"{product.url}/settings/devices")
    await page.goto(f"{product.url}/settings/privacy")
    await page.get_by_role("button", name="Download the ZIP").click()
    await expect(page.get_by_role("dialog", name="Confirm that it’s you")).to_be_visible()
    found += await violations(page)
    await context.close()
    assert found == []
