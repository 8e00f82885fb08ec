"""An authenticator app and a passkey in the browser."""

import asyncio
import re
import time

import pyotp
from playwright.async_api import Browser, expect

from tests.browser.accounts import (
    an_hour_passes,
    newcomer,
    outbox,
    sign_in,
    sign_out,
)
from tests.browser.product import Complaints, Product


async def test_an_authenticator_app(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints)
    await page.goto(f"{product.url}/settings/security")
    app = page.get_by_role("region", name="Authenticator app")
    await app.get_by_role("button", name="Set up").click()
    await expect(app.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    totp = pyotp.TOTP((await app.locator("code").inner_text()).replace(" ", ""))
    await app.get_by_label("The six digits").fill("000000")
    await app.get_by_role("button", name="Switch on").click()
    await expect(app.get_by_role("alert")).to_contain_text("This code is wrong")
    # A code counts once: the one before the current, then the current, then the next are three.
    await early_in_a_half_minute()
    first = code(totp, -1)
    await app.get_by_label("The six digits").fill(first)
    await app.get_by_role("button", name="Switch on").click()
    dialog = page.get_by_role("dialog", name="Save your recovery codes")
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    codes = await dialog.get_by_role("listitem").all_inner_texts()
    assert len(set(codes)) == 10
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Download").click()
    saved = (await (await download.value).path()).read_text()
    assert all(each in saved for each in codes)
    await dialog.get_by_role("button", name="I have saved them").click()
    await expect(page.get_by_text("10 codes left")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("10 codes left")).to_be_visible()
    await expect(page.get_by_text(codes[0])).to_have_count(0)

    await sign_out(page)
    await sign_in(page, product.url, email)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.get_by_label("Code").fill(first)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong or was used already")
    await page.get_by_label("Code").fill(code(totp, 0))
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()

    await sign_out(page)
    await sign_in(page, product.url, email)
    await page.get_by_role("button", name="Use a recovery code instead").click()
    await page.get_by_label("Recovery code").fill(codes[0].upper())
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()

    # What needs fresh proof asks for it, and then goes on by itself.
    await an_hour_passes(product, email)
    await page.goto(f"{product.url}/settings/security")
    await expect(page.get_by_text("9 codes left")).to_be_visible()
    await app.get_by_role("button", name="Remove").click()
    await (
        page.get_by_role("dialog", name="Remove the authenticator app?")
        .get_by_role("button", name="Remove")
        .click()
    )
    proof = page.get_by_role("dialog", name="Confirm that it’s you")
    await proof.get_by_label("Code").fill(code(totp, 1))
    await proof.get_by_role("button", name="Confirm", exact=True).click()
    await expect(app.get_by_text("Off", exact=True)).to_be_visible()
    await outbox(product, email, "Second factor switched off")
    assert complaints.texts == []
    await context.close()


def code(totp: pyotp.TOTP, steps: int) -> str:
    """The code of the current half minute, or of one `steps` later."""
    return totp.at(int(time.time()) + 30 * steps)


async def early_in_a_half_minute() -> None:
    """The code of the half minute before is accepted until this one ends: it must not end while the code is typed."""
    gone = time.time() % 30
    if gone > 10:
        await asyncio.sleep(30 - gone)


async def test_a_passkey(product: Product, browser: Browser) -> None:
    """With the browser's own virtual authenticator. Passkeys are bound to a name, so this is at `localhost`."""
    complaints = Complaints()
    context, page, email = await newcomer(browser, product, complaints, localhost=True)
    base = product.url.replace("127.0.0.1", "localhost")
    cdp = await context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    device = added["authenticatorId"]

    await page.goto(f"{base}/settings/security")
    passkeys = page.get_by_role("region", name="Passkeys")
    await passkeys.get_by_role("button", name="Add a passkey").click()
    await passkeys.get_by_label("Name of this passkey").fill("Work laptop")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    await passkeys.get_by_role("button", name="Continue").click()
    await expect(passkeys.get_by_role("button", name="Continue")).to_be_enabled()
    await expect(passkeys.get_by_role("listitem")).to_have_count(0)
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    await passkeys.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="I have saved them").click()
    await expect(passkeys.get_by_role("listitem")).to_contain_text("Work laptop")
    await passkeys.get_by_role("button", name="Add a passkey").click()
    await passkeys.get_by_label("Name of this passkey").fill("The same again")
    await passkeys.get_by_role("button", name="Continue").click()
    await expect(passkeys.get_by_role("alert")).to_contain_text("has a passkey for your account already")

    await sign_out(page)
    await page.goto(f"{base}/sign-in")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()

    await sign_out(page)
    await sign_in(page, base, email)
    await expect(page.get_by_text("Confirm with your passkey")).to_be_visible()
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()

    await an_hour_passes(product, email)
    await page.goto(f"{base}/settings/security")
    await passkeys.get_by_role("button", name="Remove passkey Work laptop").click()
    await (
        page.get_by_role("dialog", name=re.compile("Remove “Work laptop”"))
        .get_by_role("button", name="Remove")
        .click()
    )
    proof = page.get_by_role("dialog", name="Confirm that it’s you")
    await proof.get_by_role("button", name="Use a passkey").click()
    await expect(passkeys.get_by_text("You have none yet.")).to_be_visible()
    assert complaints.texts == []
    await context.close()
