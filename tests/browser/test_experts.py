"""A person becomes a CTO from a résumé, is approved, found, compared, saved, and reviewed after a held call."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from playwright.async_api import Browser, BrowserContext, Page, expect

from core.embedded import EmbeddedPostgres
from tests.browser.looking import violations
from tests.browser.people import Bare, Someone
from tests.browser.product import Complaints, Product, person
from tests.experts.documents import docx, scanned
from tests.files.factories import PDF, png

PASSWORD = "nine herons in the reeds"
NAME = "Marta Lindqvist"
RESUME = """Marta Lindqvist
marta@lind.example
Summary
I have led software teams in healthcare for 18 years. I like small teams, calm releases and clear words, and I have
taken two products from an idea to a million patients.
Experience
Chief Technology Officer, Vardlinjen AB, 2019 - present
• Telehealth platform on Kubernetes and PostgreSQL for 400,000 patients
• Passed ISO 27001 in nine months
Stack: Redis, Terraform
Head of Engineering, Journalia, 2008 - 2019
• Moved an electronic health record from Oracle to PostgreSQL in Java
Stack: Redis, Terraform
Languages
Swedish (native), English (fluent)"""


async def test_from_a_resume_to_a_review(product: Product, browser: Browser) -> None:
    complaints = Complaints()
    cto_context, cto = await person(browser, complaints)
    founder_context, founder = await person(browser, complaints, width=390, height=844, dark=True)

    await sign_up(cto, product, NAME)
    await from_resume(cto, product)
    await edit_and_hand_in(cto)
    await approve(browser, complaints, product)
    # Without a reload: the page is told.
    await expect(cto.get_by_text("Live", exact=True)).to_be_visible()
    slug = await cto.evaluate("fetch('/api/v1/me/expert-profile').then(r => r.json()).then(p => p.slug)")
    await hours(cto, product)
    await check_share_preview(product, slug)

    await browse(founder, product)
    await save_compare_and_sign_up(founder, product)
    await write_to(founder, product, slug)
    await pause_hides(cto, product, slug)

    booking = await held_call(product, founder_context, slug)
    await review(founder, product, booking, "Knew every corner of telehealth.", stars=5)
    await cto.goto(f"{product.url}/reviews/{booking}")
    await expect(cto.get_by_text("Knew every corner")).to_have_count(0)
    await review(cto, product, booking, "Well prepared.", stars=4)
    await expect(cto.get_by_text("Knew every corner of telehealth.")).to_be_visible()
    await expect(founder.get_by_text("Well prepared.")).to_be_visible()
    await cto.get_by_label("Reply", exact=True).fill("Thank you!")
    await cto.get_by_role("button", name="Send reply").click()
    await founder.goto(f"{product.url}/experts/{slug}")
    await expect(founder.get_by_text("Knew every corner of telehealth.")).to_be_visible()
    await expect(founder.get_by_text("Thank you!")).to_be_visible()
    assert complaints.texts == []
    await cto_context.close()
    await founder_context.close()


async def test_experts_pages_are_accessible(product: Product, browser: Browser) -> None:
    async with httpx.AsyncClient(base_url=f"{product.url}/api/v1") as client:
        people = (await client.get("/experts", params={"limit": 4})).json()["items"]
    for dark, width in ((False, 1440), (True, 390)):
        context = await browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=True,
        )
        page = await context.new_page()
        await sign_up(page, product, "Axe Tester")
        await page.evaluate(
            "fetch('/api/v1/me/expert-profile', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"
        )
        found: list[str] = []
        for path in (
            "/experts",
            "/experts?skills=python&sort=rating",
            "/experts?q=nobody-at-all-xyzzy",
            f"/experts/{people[0]['slug']}",
            "/experts/compare?" + "&".join(f"id={each['slug']}" for each in people),
            "/experts/saved",
            "/cto",
            "/cto/hours",
            "/cto/resume",
            "/cto/preview",
        ):
            await page.goto(product.url + path)
            await page.wait_for_load_state("networkidle")
            found += await violations(page)
        await context.close()
        assert found == []


async def test_what_is_typed_is_not_lost_to_another_filter(bare: Bare, ada: Someone) -> None:
    page = ada.page
    await page.goto(f"{bare.url}/experts")
    words, lowest = page.get_by_role("searchbox"), page.get_by_role("textbox", name="From")
    await words.fill("java")
    await lowest.fill("50")
    async with page.expect_response("**/api/v1/experts?*"):
        await page.get_by_role("checkbox", name="Has bookable hours").check()
    await expect(page).to_have_url(re.compile("bookable="))
    await expect(words).to_have_value("java")
    await expect(lowest).to_have_value("50")
    await lowest.press("Enter")
    await expect(page).to_have_url(re.compile("bookable=.*min_rate=50|min_rate=50.*bookable="))
    await expect(words).to_have_value("java")
    # The page is where the address says it is.
    await words.press("Enter")
    await expect(page).to_have_url(re.compile("q=java"))
    await page.go_back()
    await expect(words).to_have_value("")
    await expect(lowest).to_have_value("50")


async def sign_up(page: Page, product: Product, name: str) -> None:
    """An account, by the API, in the page's browser."""
    await page.goto(f"{product.url}/experts")
    account = {
        "email": f"p{time.time_ns()}@people.example",
        "password": PASSWORD,
        "name": name,
        "timezone": "Europe/Lisbon",
    }
    status = await page.evaluate(
        "body => fetch('/api/v1/accounts', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify(body)}).then(r => r.status)",
        account,
    )
    assert status == 201
    await page.reload()


async def from_resume(page: Page, product: Product) -> None:
    """A picture of a résumé is refused with words; a real one is confirmed piece by piece."""
    await page.goto(f"{product.url}/cto")
    await page.get_by_role("link", name="Start from your résumé").click()
    file = page.locator('input[type="file"]')
    await file.set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": scanned()})
    await expect(page.get_by_role("alert")).to_contain_text("picture of a résumé")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    await file.set_input_files({"name": "marta.docx", "mimeType": kind, "buffer": docx(RESUME)})
    await expect(page.get_by_text("Here is what we read.")).to_be_visible()
    await expect(page.get_by_text("Telehealth platform on Kubernetes and PostgreSQL").first).to_be_visible()
    await page.get_by_role("checkbox", name="Keep Java", exact=True).uncheck()
    await page.get_by_role("button", name=re.compile(r"Put \d+ pieces into my profile")).click()
    await expect(page.get_by_text("Your profile has been filled in")).to_be_visible()


async def edit_and_hand_in(page: Page) -> None:
    """What is missing is named; changes save by themselves and can be undone; then the profile is handed in."""
    submit = page.get_by_role("button", name="Hand in for review")
    await expect(page.get_by_role("heading", name="Needed to hand in")).to_be_visible()
    await expect(submit).to_be_disabled()
    headline = page.get_by_label("Headline")
    await expect(headline).to_have_value("Chief Technology Officer at Vardlinjen AB")
    await headline.fill("Telehealth that <b>doctors</b> like")
    await expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Headline")).to_have_value("Chief Technology Officer at Vardlinjen AB")
    await page.get_by_label("Headline").fill("Telehealth that doctors like to use")
    await page.get_by_label("Country").select_option("SE")
    await page.get_by_label("Rate per hour").fill("140")
    await page.get_by_label("Currency").select_option("EUR")
    await page.get_by_text("Single calls").click()
    works = page.get_by_role("region", name="Portfolio")
    for name, content in (("case study.pdf", PDF), ("diagram.png", png(640, 400))):
        await works.locator("[data-portfolio]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        await expect(works.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    await works.get_by_role("button", name="Move diagram.png up").click()
    await expect(works.get_by_role("listitem").first).to_contain_text("diagram.png")
    await expect(page.get_by_role("button", name="Choose a photo")).to_be_visible()
    await expect(submit).to_be_enabled()
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Headline")).to_have_value("Telehealth that doctors like to use")
    await page.get_by_role("button", name="Hand in for review").click()
    await expect(page.get_by_text("In review", exact=True)).to_be_visible()


async def approve(browser: Browser, complaints: Complaints, product: Product) -> None:
    """An operator reads the profile, ticks the checklist and approves."""
    context, page = await person(browser, complaints)
    await sign_up(page, product, "Otto Operator")
    mine = await page.evaluate("fetch('/api/v1/me').then(r => r.json()).then(me => me.id)")
    await in_database(product, "update users set role = 'admin' where id = $1", mine)
    await page.goto(f"{product.url}/admin/experts")
    waiting = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=NAME)).first
    await waiting.get_by_role("button", name="Open the whole profile").click()
    button = page.get_by_role("button", name="Approve")
    for check in await page.get_by_role("group", name="Checklist").get_by_role("checkbox").all():
        await expect(button).to_be_disabled()
        await check.check()
    await button.click()
    await expect(page.get_by_text("Decided", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name=NAME)).to_have_count(0)
    await context.close()


async def hours(page: Page, product: Product) -> None:
    await page.goto(f"{product.url}/cto/hours")
    await page.get_by_role("button", name="Add hours on Monday").click()
    await page.get_by_label("Monday, to").fill("08:00")
    await expect(page.get_by_role("alert")).to_contain_text("hours must end after they begin")
    await page.get_by_label("Monday, to").fill("18:00")
    await page.get_by_role("button", name="Copy Monday to weekdays").click()
    await page.get_by_role("button", name="Save hours").click()
    await expect(page.get_by_text("Your hours are saved")).to_be_visible()


async def check_share_preview(product: Product, slug: str) -> None:
    async with httpx.AsyncClient() as client:
        page = await client.get(f"{product.url}/experts/{slug}", headers={"Accept": "text/html"})
    assert f'<meta property="og:title" content="{NAME}: Telehealth that doctors like to use" />' in page.text
    assert '"@type":"ProfessionalService"' in page.text


async def browse(page: Page, product: Product) -> None:
    """Search and facets narrow the list; the address holds them."""
    await page.goto(f"{product.url}/experts?languages=sv")
    await expect(page.get_by_role("article").filter(has_text=NAME)).to_be_visible()
    await page.get_by_role("button", name=re.compile("Filters")).click()
    dialog = page.get_by_role("dialog", name="Filters")
    await dialog.get_by_label("Has bookable hours").check()
    await page.keyboard.press("Escape")
    await page.get_by_role("searchbox").fill("telehealth doctors")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page).to_have_url(re.compile(r"q=telehealth\+doctors&languages=sv&bookable=true"))
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.get_by_role("searchbox").fill("nobody-at-all")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_role("heading", name="Nobody fits all of that")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("article").filter(has_text=NAME)).to_be_visible()
    # A link that asks for what there is not: said, without anybody's list beside it or waiting for ever.
    await page.goto(f"{product.url}/experts?skills=juggling&max_rate=100")
    await expect(page.get_by_role("button", name="Remove Up to $100 an hour")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_text("We do not know the skill “juggling”.")
    await expect(page.get_by_text("Loading…")).to_have_count(0)
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_role("article").first).to_be_visible()
    # A link with rubbish in it: what cannot be meant is left out, and what is named twice counts once.
    rubbish = "languages=sv&languages=sv&stages=foo&countries=zz&industries=%3Cb%3E&min_rate=-4&sort=best&bookable=perhaps"
    await page.goto(f"{product.url}/experts?{rubbish}")
    await expect(page.get_by_role("article").filter(has_text=NAME)).to_be_visible()
    await expect(page.get_by_role("button", name="Remove Swedish")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.goto(f"{product.url}/experts?languages=sv")
    await expect(page.get_by_role("article").filter(has_text=NAME)).to_be_visible()


async def save_compare_and_sign_up(page: Page, product: Product) -> None:
    """A guest saves and compares; what was saved is still there with an account."""
    # The button answers before the server does; the page is left only once it is stored.
    async with page.expect_response(
        lambda answer: "/me/saved-experts/" in answer.url and answer.request.method == "PUT"
    ):
        await page.get_by_role("button", name=f"Save {NAME}").click()
    await expect(page.get_by_role("button", name=f"Remove {NAME} from saved")).to_be_visible()
    await page.get_by_role("checkbox", name=f"Compare {NAME}").check()
    await page.goto(f"{product.url}/experts?sort=rate_low")
    await page.get_by_role("checkbox", name=re.compile("^Compare ")).first.check()
    await page.get_by_role("link", name="Compare 2").click()
    table = page.get_by_role("table")
    await expect(table.get_by_role("columnheader")).to_have_count(2)
    await expect(table.get_by_text("€140/h")).to_be_visible()
    # A link with more people than fit says so, and names stay in sight while one looks along the line.
    people = await page.evaluate(
        "fetch('/api/v1/experts?limit=6').then(r => r.json()).then(page => page.items)"
    )
    await page.goto(f"{product.url}/experts/compare?" + "&".join(f"id={each['slug']}" for each in people))
    await expect(page.get_by_text("Four people fit side by side; 2 more were left out.")).to_be_visible()
    await expect(table.get_by_role("columnheader")).to_have_count(4)
    await table.get_by_role("columnheader").last.scroll_into_view_if_needed()
    await expect(table.get_by_role("rowheader", name="Rate", exact=True)).to_be_in_viewport()
    await sign_up(page, product, "Ada Founder")
    await page.goto(f"{product.url}/experts/saved")
    await expect(page.get_by_role("article").filter(has_text=NAME)).to_be_visible()


async def write_to(page: Page, product: Product, slug: str) -> None:
    """The portfolio is open to everybody who reads the profile; a message opens the one room with its owner."""
    await page.goto(f"{product.url}/experts/{slug}")
    await expect(page.get_by_role("button", name="Open diagram.png")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("case study.pdf"))).to_be_visible()
    await page.get_by_role("button", name=f"Message {NAME}").click()
    await expect(page).to_have_url(re.compile("/rooms/"))
    await expect(page.get_by_role("heading", name=NAME)).to_be_visible()


async def pause_hides(page: Page, product: Product, slug: str) -> None:
    await page.goto(f"{product.url}/cto")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{product.url}/api/v1/experts/{slug}")).status_code == 404
    await page.get_by_role("button", name="Resume", exact=True).click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def held_call(product: Product, founder: BrowserContext, slug: str) -> str:
    """A call of the founder with the expert that has ended. Waiting for one would take a day, so it is put there."""
    base = f"{product.url}/api/v1"
    expert = (await (await founder.request.get(f"{base}/experts/{slug}")).json())["id"]
    slots = await (await founder.request.get(f"{base}/experts/{expert}/slots")).json()
    headers = {"Origin": product.url}
    made = await founder.request.post(
        f"{base}/bookings",
        data={"expert_id": expert, "starts_at": slots["starts"][0], "minutes": 30},
        headers=headers,
    )
    assert made.ok, await made.text()
    booking: dict[str, Any] = await made.json()
    end = datetime.now(UTC) - timedelta(hours=2)
    await in_database(
        product,
        "update bookings set status = 'completed', confirmed_at = now(), during = tstzrange($2, $3) where id = $1",
        booking["id"],
        end - timedelta(minutes=30),
        end,
    )
    await in_database(
        product,
        "insert into reviewed_calls (booking_id, expert_id, client_id, expert_user_id, ended_at, closes_at)"
        " select id, expert_id, client_id, expert_user_id, $2::timestamptz, $2::timestamptz + interval '7 days' from bookings where id = $1",
        booking["id"],
        end,
    )
    return str(booking["id"])


async def in_database(product: Product, statement: str, *values: Any) -> None:
    """What would take a day to happen, or an operator at the command line."""
    server = EmbeddedPostgres(product.data / "postgres")
    await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(server.url("sextant"))
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()
        await asyncio.to_thread(server.stop)


async def review(page: Page, product: Product, booking: str, text: str, *, stars: int) -> None:
    await page.goto(f"{product.url}/reviews/{booking}")
    await page.get_by_role("radio", name=f"{stars} of 5 stars").check(force=True)
    await page.get_by_label("What was useful").fill(text)
    await page.get_by_role("button", name="Send review").click()
    await expect(page.get_by_text("Your review is in", exact=True)).to_be_visible()
