"""What the browser tests of accounts share: mail that was sent, people made by REST, and sessions that grew old."""

import asyncio
import re
import time
from uuid import uuid4

import asyncpg
import httpx
from playwright.async_api import Browser, BrowserContext, Page, expect

from core.embedded import EmbeddedPostgres
from tests.browser.product import Complaints, Product, person

PASSWORD = "seven gulls over the pier"
MAIL_SECONDS = 30


def address(name: str) -> str:
    """An address of nobody yet."""
    return f"{name}.{uuid4().hex[:8]}@people.example"


async def outbox(product: Product, to: str, subject: str) -> str:
    """The text of the newest mail to `to` with that subject, once it is there."""
    async with httpx.AsyncClient(timeout=10) as client:
        meta = (await client.get(f"{product.url}/api/v1/meta")).json()
        box = next(item["url"] for item in meta["stand_ins"] if item["vendor"] == "Resend")
        deadline = time.monotonic() + MAIL_SECONDS
        while True:
            mails = (await client.get(f"{box}.json", params={"to": to})).json()["items"]
            for mail in mails:
                if subject in mail["subject"]:
                    return str(mail["text"])
            assert time.monotonic() < deadline, f"no mail “{subject}” among {[m['subject'] for m in mails]}"
            await asyncio.sleep(0.1)


async def link(product: Product, to: str, subject: str) -> str:
    """The link with a token in that mail."""
    found = re.search(r"http\S+#token=\S+", await outbox(product, to, subject))
    assert found is not None
    return found[0]


async def newcomer(
    browser: Browser,
    product: Product,
    complaints: Complaints,
    *,
    name: str = "Ada Founder",
    localhost: bool = False,
) -> tuple[BrowserContext, Page, str]:
    """Somebody with a fresh account, signed in; nothing is open yet."""
    context, page = await person(browser, complaints)
    base = product.url.replace("127.0.0.1", "localhost") if localhost else product.url
    email = address(name.split()[0].lower())
    answer = await context.request.post(
        f"{base}/api/v1/accounts", data={"email": email, "password": PASSWORD, "name": name}
    )
    assert answer.status == 201, await answer.text()
    return context, page, email


async def verify(context: BrowserContext, product: Product, email: str) -> None:
    """The link of the mail is followed."""
    token = (await link(product, email, "Confirm your e-mail")).partition("#token=")[2]
    answer = await context.request.post(f"{product.url}/api/v1/email-verifications", data={"token": token})
    assert answer.ok, await answer.text()


async def an_hour_passes(product: Product, email: str) -> None:
    """The sign-in of an account is no fresh proof any more."""
    # The server is the product's own: whoever opens the same folder shares it.
    server = EmbeddedPostgres(product.data / "postgres")
    await asyncio.to_thread(server.start)
    try:
        connection = await asyncpg.connect(server.url("sextant"))
        try:
            await connection.execute(
                "update sessions set authenticated_at = authenticated_at - interval '1 hour' "
                "where user_id = (select id from users where email = $1)",
                email,
            )
        finally:
            await connection.close()
    finally:
        await asyncio.to_thread(server.stop)


async def sign_in(page: Page, base: str, email: str, password: str = PASSWORD) -> None:
    """Types address and password on the page for it."""
    await page.goto(f"{base}/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).last.click()


async def sign_out(page: Page) -> None:
    """From the menu that every page has. A page that is about to change would close it."""
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    await page.get_by_role("complementary").get_by_role("button", name=re.compile("@")).click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(
        page.get_by_role("complementary").get_by_role("button", name="Sign in", exact=True)
    ).to_be_visible()


async def prove(page: Page, password: str = PASSWORD) -> None:
    """Answers the dialog that asks who is there."""
    dialog = page.get_by_role("dialog", name="Confirm that it’s you")
    await dialog.get_by_label("Password").fill(password)
    await dialog.get_by_role("button", name="Confirm", exact=True).click()
    await expect(dialog).to_be_hidden()
