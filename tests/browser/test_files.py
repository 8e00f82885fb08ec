"""Files in the browser: chosen, dropped and pasted, refused and retried, sent, looked at; and the photo."""

import io
from pathlib import Path
from uuid import UUID

from PIL import Image
from playwright.async_api import Browser, FilePayload, expect
from sqlalchemy import update

from core.db import Database
from core.ids import new_id
from models.files import File
from services.accounts.schemas import UserRead
from services.conversations import previewing, repository
from services.conversations.schemas import LinkPreview
from tests.accounts.factories import make_user
from tests.browser.looking import violations
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import IMAGES, Complaints, person
from tests.files.factories import PDF

DROP = """([name, type, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type }));
  const target = document.querySelector('textarea');
  for (const kind of ['dragenter', 'dragover', 'drop'])
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""
PASTE = """([name, type, text]) => {
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([text], name, { type }));
  document.querySelector('textarea').dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: clipboard }));
}"""


def drawing(first: str, second: str, size: tuple[int, int] = (900, 640)) -> bytes:
    """A picture with something to see."""
    blend = Image.linear_gradient("L").resize(size).rotate(25, expand=False)
    image = Image.composite(Image.new("RGB", size, first), Image.new("RGB", size, second), blend)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def room_of(db: Database, *users: UserRead) -> UUID:
    async with db.transaction() as session:
        roles = {user.id: "owner" if index == 0 else "member" for index, user in enumerate(users)}
        return await repository.add_room(
            session, kind="project", title="Telehealth", created_by=users[0].id, roles=roles
        )


async def test_files_are_sent_and_seen(bare: Bare, browser: Browser, tmp_path: Path) -> None:
    complaints = Complaints()
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="Bruno Keller")
        room = await room_of(db, ada, bob)
        context, page = await person(browser, complaints)
        await sign_in(context, bare, db, ada)
        await page.goto(f"{bare.url}/rooms/{room}")
        tray = page.get_by_role("list", name="Attachments")
        chooser = page.locator("main input[type=file]")
        chosen: list[FilePayload] = [
            {"name": "floor plan.png", "mimeType": "image/png", "buffer": drawing("#0a5c78", "#f8f0de")},
            {"name": "sketch.png", "mimeType": "image/png", "buffer": drawing("#7d570d", "#dfeef3")},
            {"name": "wireframe.png", "mimeType": "image/png", "buffer": drawing("#1b6b45", "#fbeedb", (600, 900))},
            {"name": "Statement of work.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "setup.exe", "mimeType": "", "buffer": b"MZ" + b"\0" * 100},
            {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
        ]  # fmt: skip
        await chooser.set_input_files(chosen)
        await expect(tray.get_by_role("listitem")).to_have_count(6)
        await expect(tray.get_by_role("alert").filter(has_text="Programs cannot be sent")).to_be_visible()
        await expect(tray.get_by_text("This file is empty")).to_be_visible()
        await expect(page.get_by_role("button", name="Send message")).to_be_disabled()
        await expect(tray.get_by_role("progressbar")).to_have_count(0)
        await page.get_by_role("textbox").last.fill("Here is what we have so far.")
        await page.screenshot(path=IMAGES / "files-composer.png")
        assert await violations(page) == []
        for name in ("setup.exe", "empty.txt"):
            await page.get_by_role("button", name=f"Remove {name}").click()
        await page.get_by_role("textbox").last.press("Enter")
        mine = page.get_by_role("article", name="Your message").last
        await expect(mine.get_by_role("button", name="Open sketch.png")).to_be_visible()
        await expect(mine.get_by_role("link", name="Open Statement of work.pdf")).to_be_visible()
        await expect(tray).to_have_count(0)
        await expect(page.locator("[role=log] article .opacity-70")).to_have_count(0)  # it is stored
        async with db.transaction() as session:
            messages = await repository.messages(session, room, before_seq=None, after_seq=None, limit=5)
            preview = LinkPreview(
                id=new_id(),
                url="https://health.example/standards",
                title="What a telehealth service has to prove before its first patient",
                description="A walk through consent, records and audit, with the order in which to build them.",
                site="Health Standards",
            )
            await previewing.add(session, UUID(messages[-1]["id"]), [preview], linked=lambda _: [preview.url])
        for width, height, dark in (
            (1440, 900, False),
            (1440, 900, True),
            (390, 844, False),
            (390, 844, True),
        ):
            other, theirs = await person(browser, complaints, width=width, height=height, dark=dark)
            await sign_in(other, bare, db, bob)
            await theirs.goto(f"{bare.url}/rooms/{room}")
            message = theirs.get_by_role("article", name="Message from Ada Founder").last
            await expect(message.locator("img")).to_have_count(3)
            for picture in await message.locator("img").all():
                await expect(picture).to_have_js_property("complete", True)
                await expect(picture).not_to_have_js_property("naturalWidth", 0)
            await expect(message.get_by_text("Health Standards")).to_be_visible()
            await expect(
                message.get_by_role("button", name="Remove the preview of Health Standards")
            ).to_have_count(0)
            shade = f"{'phone' if width < 500 else 'wide'}-{'dark' if dark else 'light'}"
            await theirs.screenshot(path=tmp_path / f"grid-{shade}.png")
            assert await violations(theirs) == []
            await message.get_by_role("button", name="Open floor plan.png").click()
            await expect(theirs.get_by_role("dialog", name="Image 1 of 3: floor plan.png")).to_be_visible()
            large = theirs.get_by_role("img", name="floor plan.png")
            await expect(large).to_be_visible()
            await expect(large).to_have_js_property("naturalWidth", 900)
            await theirs.screenshot(path=tmp_path / f"lightbox-{shade}.png")
            await theirs.keyboard.press("ArrowRight")
            await expect(theirs.get_by_role("dialog", name="Image 2 of 3: sketch.png")).to_be_visible()
            await theirs.keyboard.press("Escape")
            await expect(theirs.get_by_role("dialog")).to_have_count(0)
            if shade in ("wide-light", "phone-dark"):
                await theirs.screenshot(path=IMAGES / f"files-{shade}.png")
            await other.close()
        await page.reload()
        await page.get_by_role("button", name="Remove the preview of Health Standards").press("Enter")
        await expect(page.get_by_text("Health Standards")).to_have_count(0)
        await expect(page.get_by_role("article", name="Your message").last).to_be_focused()
        assert complaints.texts == []
        await context.close()


async def test_files_are_dropped_pasted_and_tried_again(bare: Bare, browser: Browser) -> None:
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="Bruno Keller")
        room = await room_of(db, ada, bob)
        context, page = await person(browser, Complaints())
        await sign_in(context, bare, db, ada)
        await page.goto(f"{bare.url}/rooms/{room}")
        await expect(page.get_by_role("textbox").last).to_be_visible()
        tray = page.get_by_role("list", name="Attachments")
        await context.set_offline(True)
        await page.evaluate(DROP, ["notes.md", "text/markdown", "# Notes"])
        await expect(tray.get_by_text("Interrupted")).to_be_visible()
        # By keyboard one goes on where one was, though the button that was pressed is gone.
        await page.get_by_role("button", name="Try notes.md again").press("Enter")
        await expect(page.get_by_role("button", name="Remove notes.md")).to_be_focused()
        await context.set_offline(False)
        await page.evaluate(PASTE, ["wrong.csv", "text/csv", "a,b\n"])
        await page.get_by_role("button", name="Remove wrong.csv").press("Enter")
        await expect(page.get_by_role("button", name="Remove notes.md")).to_be_focused()
        await expect(tray.get_by_text("7 byte")).to_be_visible()
        await page.evaluate(PASTE, ["pasted.csv", "text/csv", "a,b\n1,2\n"])
        await expect(tray.get_by_role("listitem")).to_have_count(2)
        await expect(tray.get_by_role("progressbar")).to_have_count(0)
        await page.get_by_role("button", name="Send message").click()
        mine = page.get_by_role("article", name="Your message").last
        await expect(mine.get_by_role("link", name="Download notes.md")).to_be_visible()
        async with page.expect_download() as started:
            await mine.get_by_role("link", name="Download pasted.csv").click()
        assert (await started.value).suggested_filename == "pasted.csv"
        await context.close()


async def test_a_photo_is_shown_beside_ones_name(bare: Bare, browser: Browser, tmp_path: Path) -> None:
    complaints = Complaints()
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="Bruno Keller")
        room = await room_of(db, bob, ada)
        context, page = await person(browser, complaints)
        await sign_in(context, bare, db, ada)
        await page.goto(f"{bare.url}/settings/profile")
        photo = page.get_by_role("region", name="Photo")
        pick = photo.locator("input[type=file]")
        await pick.set_input_files({"name": "me.pdf", "mimeType": "application/pdf", "buffer": PDF})
        await expect(photo.get_by_role("alert")).to_contain_text("cannot be used here")
        await pick.set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": drawing("#a72f2b", "#efb267")}
        )
        await expect(page.get_by_text("Your photo is shown now")).to_be_visible()
        await expect(photo.locator("img[src*='/thumbnail']")).to_be_visible()
        await page.screenshot(path=tmp_path / "photo.png")
        assert await violations(page) == []
        other, theirs = await person(browser, complaints)
        await sign_in(other, bare, db, bob)
        await theirs.goto(f"{bare.url}/rooms/{room}")
        await theirs.get_by_role("button", name="Details, 2 people").click()
        details = theirs.get_by_role("region", name="Details")
        await expect(details.locator("img[src*='/thumbnail']").first).to_be_visible()
        await photo.get_by_role("button", name="Remove").click()
        await expect(photo.locator("img")).to_have_count(0)
        assert complaints.texts == []
        await other.close()
        await context.close()


async def test_a_file_that_is_gone_says_why_to_whoever_follows_its_link(bare: Bare, browser: Browser) -> None:
    complaints = Complaints()
    async with database_of(bare) as db:
        ada, bob = await make_user(db, name="Ada Founder"), await make_user(db, name="Bruno Keller")
        room = await room_of(db, ada, bob)
        context, page = await person(browser, complaints)
        other, theirs = await person(browser, complaints, width=390, height=844, dark=True)
        await sign_in(context, bare, db, ada)
        await sign_in(other, bare, db, bob)
        await page.goto(f"{bare.url}/rooms/{room}")
        await page.locator("input[type=file]").set_input_files(
            {"name": "report.txt", "mimeType": "text/plain", "buffer": b"first the diary"}
        )
        await expect(page.get_by_role("button", name="Send message")).to_be_enabled()
        await page.get_by_role("button", name="Send message").click()
        await expect(page.get_by_role("link", name="Download report.txt")).to_be_visible()
        await theirs.goto(f"{bare.url}/rooms/{room}")
        link = theirs.get_by_role("link", name="Download report.txt")
        address = bare.url + str(await link.get_attribute("href"))
        # A later look at it finds a virus.
        async with db.transaction() as session:
            await session.execute(
                update(File).where(File.owner_id == ada.id).values(state="quarantined", reason="malware")
            )
        async with other.expect_page() as opened:
            await link.click()
        tab = await opened.value
        await expect(tab.get_by_role("alert")).to_have_text("The virus scanner found malware in this file.")
        await expect(tab.get_by_role("heading", name="report.txt")).to_be_visible()
        assert await violations(tab) == []
        await page.goto(f"{address}?inline=true")
        await expect(page.get_by_role("alert")).to_contain_text("malware")
        # A program is told by the status; a stranger is told nothing of it.
        assert (await context.request.get(address)).status == 410
        stranger, elsewhere = await person(browser, complaints)
        await elsewhere.goto(address)
        await expect(
            elsewhere.get_by_text("Sign in to see whether this file was sent to you.")
        ).to_be_visible()
        await expect(elsewhere.get_by_text("report.txt")).to_have_count(0)
        for each in (context, other, stranger):
            await each.close()
        assert complaints.texts == []
