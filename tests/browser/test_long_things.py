"""Names, code, tables and pictures that are longer than there is room for."""

import io
import re
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, expect

from core.ids import new_id
from services.accounts import profiles, repository
from services.conversations import previewing
from services.conversations.schemas import LinkPreview
from tests.accounts.factories import make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, Someone, database_of, sign_in
from tests.browser.product import Complaints, person
from tests.browser.test_files import room_of
from tests.experts.test_reviews import held, write
from tests.files.factories import PDF

CODE = "def schedule(visits: dict[str, list[int]], clock: Callable[[], float]) -> tuple[str, ...]: ..."
TABLE = "| glucose | medication | appointment | reimbursement | interoperability |\n|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 |"

WORD = "https://files.example/" + "attachment" * 30
# What is cut off at the edge of the window, or of a box that shows no way to the rest of it.
CUT_OFF = """() => [...document.querySelectorAll('main p, main bdi, main textarea, main article button')].filter((each) =>
    each.getBoundingClientRect().right > innerWidth || (each.scrollWidth > each.clientWidth + 1 && !each.matches('.truncate, .sr-only'))
).map((each) => each.outerHTML.slice(0, 160))"""


async def cut_off(page: Page) -> list[str]:
    return list(await page.evaluate(CUT_OFF))


async def test_words_without_a_space_are_broken(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844)
    async with database_of(bare) as db:
        booking, client, expert = await held(db)
        await write(db, client, booking, 4, f"All of it is at {WORD}")
        await write(db, expert, booking, 5, f"Read {WORD}")
        async with db.transaction() as session:
            row = await repository.user(session, client.user_id)
            assert row is not None
            ada = profiles.read(row)
        await sign_in(context, bare, db, ada)
        room = await room_of(db, ada, await make_user(db))
        sent = await context.request.post(
            f"{bare.url}/api/v1/rooms/{room}/messages",
            data={"client_id": str(uuid4()), "text": "Look at https://pages.example/one"},
        )
        message = UUID((await sent.json())["message"]["id"])
        preview = LinkPreview(
            id=new_id(),
            url="https://pages.example/one",
            title=WORD[:200],
            description=WORD[:300],
            site="Pages",
        )
        async with db.transaction() as session:
            await previewing.add(session, message, [preview], linked=lambda _: [preview.url])

    for path, said in (
        (f"/reviews/{booking.id}", f"Read {WORD}"),
        (f"/experts/{booking.expert_id}", f"All of it is at {WORD}"),
        (f"/rooms/{room}", WORD[:200]),
    ):
        await page.goto(bare.url + path)
        await expect(page.get_by_text(said).first).to_be_visible()
        assert await cut_off(page) == [], path
    assert complaints.texts == []
    await context.close()


async def test_what_is_too_wide_is_reached(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    context, page = await person(browser, complaints, width=390, height=844, dark=True)
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="W" * 100)
        await sign_in(context, bare, db, ada)
        room = await room_of(db, ada, bob)

    async def say(text: str) -> Any:
        body = {"client_id": str(uuid4()), "text": text}
        answer = await context.request.post(f"{bare.url}/api/v1/rooms/{room}/messages", data=body)
        return (await answer.json())["message"]

    await say(f"Look:\n```python\n{CODE}\n```")
    await say(TABLE)
    await page.goto(f"{bare.url}/rooms/{room}")
    code, table = page.locator("article pre"), page.locator("article .scroll")
    # Both are scrolled by keyboard. Words of a table stay whole.
    for wide in (code, table):
        await wide.focus()
        await expect(wide).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    heads = await table.locator("th").evaluate_all("all => all.map(each => each.getClientRects()[0].height)")
    assert max(heads) < 40, heads
    assert await violations(page) == []

    # What one may do with a person of a long name is in reach.
    await page.get_by_role("button", name=re.compile("^Details")).click()
    actions = page.get_by_role("button", name=f"Actions for {'W' * 100}")
    await expect(actions).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Close panel").click()

    # A picture as tall as a telephone's is seen whole.
    picture = io.BytesIO()
    Image.new("RGB", (1170, 2532), (20, 90, 120)).save(picture, "PNG")
    await page.locator("input[type=file]").set_input_files(
        {"name": "screen.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    await expect(page.get_by_role("button", name="Send message")).to_be_enabled()
    await page.get_by_role("button", name="Send message").click()
    await page.get_by_role("button", name="Open screen.png").click()
    await expect(page.get_by_role("dialog").get_by_role("img", name="screen.png")).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Escape")

    # One as long as a page is a thread when it is seen whole: it is read in its own size, from where it was clicked.
    picture = io.BytesIO()
    Image.new("RGB", (800, 9000), (20, 90, 120)).save(picture, "PNG")
    await page.locator("input[type=file]").set_input_files(
        {"name": "long.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    await expect(page.get_by_role("button", name="Send message")).to_be_enabled()
    await page.get_by_role("button", name="Send message").click()
    await page.get_by_role("button", name="Open long.png").click()
    dialog = page.get_by_role("dialog")
    long = dialog.get_by_role("img", name="long.png")
    await expect(long).to_have_js_property("naturalHeight", 9000)
    await expect(long).to_be_in_viewport(ratio=1)
    whole = await long.bounding_box()
    assert whole is not None
    await long.click(position={"x": whole["width"] / 2, "y": whole["height"] / 2})
    await expect(long).to_have_js_property("clientWidth", 800)
    assert 4000 < await long.evaluate("each => each.parentElement.scrollTop + innerHeight / 2") < 5000
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Show all of it").click()
    await expect(long).to_be_in_viewport(ratio=1)
    await dialog.get_by_role("button", name="Larger").press("Enter")
    await expect(long).to_have_js_property("clientWidth", 800)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert complaints.texts == []
    await context.close()


async def test_names_tell_whose_and_which(bare: Bare, ada: Someone, bob: Someone, room: str) -> None:
    """What is cut of a name is not what tells it from others, and a short message does not cut its author's."""
    await ada.say(room, "Yes")
    page = bob.page
    await page.goto(f"{bare.url}/rooms/{room}")
    said = page.get_by_role("article", name="Message from Ada Founder").first
    await said.hover()
    await said.get_by_role("button", name="Reply", exact=True).click()
    name = "Minutes of the meeting about the architecture of the data room, part {}.pdf"
    files: list[FilePayload] = [
        {"name": name.format(n), "mimeType": "application/pdf", "buffer": PDF} for n in (1, 2)
    ]
    await page.locator("main input[type=file]").set_input_files(files)
    for place in (page.get_by_role("list", name="Attachments"), page.get_by_role("article").last):
        for n in (1, 2):
            end = place.get_by_text(f"part {n}.pdf", exact=True)
            await expect(end).to_be_visible()
            assert await end.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth")
            assert await end.evaluate(
                "each => each.getBoundingClientRect().right <= each.closest('li').getBoundingClientRect().right"
            )
        if await page.get_by_role("list", name="Attachments").count():
            await page.get_by_role("textbox", name="Message Telehealth").fill("All right then")
            await expect(page.get_by_role("button", name="Send message")).to_be_enabled()
            await page.get_by_role("button", name="Send message").click()
            await expect(page.get_by_role("list", name="Attachments")).to_have_count(0)
    author = page.get_by_role("article", name="Your message").get_by_role("button").get_by_text("Ada Founder")
    assert await author.evaluate("each => each.scrollWidth <= each.clientWidth")
