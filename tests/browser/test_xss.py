"""No text of a stranger's runs in somebody's browser: our corpus through messages, names, file names and previews, in
the real app under its real content security policy."""

from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Page, expect

from core.ids import new_id
from models.files import File
from services.accounts.schemas import UserRead
from services.conversations import previewing, repository
from services.conversations.schemas import LinkPreview, SendMessage
from services.conversations.sending import Sender
from tests.accounts.factories import actor_for, make_user
from tests.browser.people import Bare, database_of, sign_in
from tests.browser.product import Complaints, person

CORPUS = Path(__file__).with_name("xss_payloads.txt")
PAYLOADS = CORPUS.read_text().splitlines()
# Elements and attributes that the app itself never puts into a conversation.
FOREIGN = (
    "[role=log] :is(script, iframe, object, embed, base, meta, link, form[action], math, marquee, details[ontoggle],"
    " template, noscript, style, xss, foreignObject, use, animate)"
)
PROBE = """() => {
  const strange = [];
  for (const element of document.body.querySelectorAll('*')) {
    for (const { name } of element.attributes) if (name.startsWith('on')) strange.push(`${element.tagName} ${name}`);
    for (const name of ['href', 'src', 'action', 'formaction', 'xlink:href', 'data'])
      if (/^[\\s\\u0000-\\u001f]*(javascript|vbscript|data:text)/i.test(element.getAttribute(name) ?? '')) strange.push(`${element.tagName} ${name}`);
  }
  return strange;
}"""


class Watch:
    """Everything by which a script that ran, or tried to, gives itself away."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    async def over(self, page: Page) -> None:
        async def pwned(*_: Any) -> None:
            self.ran.append("pwn()")

        async def violated(what: str) -> None:
            self.ran.append(f"policy: {what}")

        async def dialog(shown: Any) -> None:
            self.ran.append(f"dialog: {shown.message}")
            await shown.dismiss()

        page.on("dialog", dialog)
        page.on("popup", lambda popup: self.ran.append(f"popup: {popup.url}"))
        await page.expose_function("pwn", pwned)
        await page.expose_function("violated", violated)
        await page.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => violated(`${e.violatedDirective} ${e.blockedURI}`))"
        )


async def test_the_watch_would_see_a_script(bare: Bare, browser: Browser) -> None:
    context, page = await person(browser, Complaints())
    watch = Watch()
    await watch.over(page)
    await page.set_content("<img src=x onerror='pwn()'><script>alert('boo')</script>")
    await page.wait_for_function("document.images[0].complete")
    await page.evaluate("pwn.name")  # a round trip after the calls
    assert {"pwn()", "dialog: boo"} <= set(watch.ran)
    watch.ran.clear()
    # In the app itself the policy stops the same handler, and the attempt is seen.
    await page.goto(bare.url)
    async with page.expect_event("console", lambda message: "Content Security Policy" in message.text):
        await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=pwn()>')")
    await page.evaluate("pwn.name")
    assert [each for each in watch.ran if each.startswith("policy: script-src")]
    assert "pwn()" not in watch.ran
    await context.close()


async def test_no_payload_of_the_corpus_runs(bare: Bare, browser: Browser) -> None:
    assert len(PAYLOADS) >= 100
    async with database_of(bare) as db:
        ada = await make_user(db, name="Ada")
        strangers = [await make_user(db, name=payload[:120]) for payload in PAYLOADS]
        async with db.transaction() as session:
            room = await repository.add_room(
                session,
                kind="project",
                title=PAYLOADS[0],
                created_by=ada.id,
                roles={user.id: "member" for user in strangers} | {ada.id: "owner"},
            )
        sender = Sender(db)
        rest = iter(zip(strangers, PAYLOADS, strict=True))
        while some := list(islice(rest, 4)):
            await _say(db, sender, room, some[0][0], [payload for _, payload in some])
        await sender.close()
        context, page = await person(browser, Complaints())
        watch, complaints = Watch(), Complaints()
        await watch.over(page)
        complaints.listen(page)
        await sign_in(context, bare, db, ada)
        await page.goto(f"{bare.url}/rooms/{room}")
        messages = page.get_by_role("log").get_by_role("article")
        await messages.first.wait_for()
        await expect(messages).to_have_count(len(PAYLOADS) // 4)
        await page.wait_for_load_state("networkidle")
        # What waits for a person: pointers, focus, opening.
        for link in await page.locator("[role=log] article").all():
            await link.hover()
        assert await page.locator(FOREIGN).count() == 0
        assert await page.evaluate(PROBE) == []
        shown = await page.locator("[role=log]").inner_text()
        for payload in (
            "<script>pwn()</script>",
            "<svg onload=pwn()>",
            "{{constructor.constructor('pwn()')()}}",
        ):
            assert payload in shown, "the corpus is shown as the text it is"
        assert await page.locator("[role=log] a[href^='https://preview.example']").count() > 100
        for path in ("/", f"/rooms/{room}"):  # the list of rooms, and the page once more
            await page.goto(f"{bare.url}{path}")
            await page.wait_for_load_state("networkidle")
        assert watch.ran == []
        assert complaints.texts == []
        await context.close()


async def _say(db: Any, sender: Sender, room: Any, user: UserRead, payloads: list[str]) -> None:
    files = [
        File(
            id=new_id(), owner_id=user.id, purpose="attachment", state="ready", name=payload, declared_type=payload[:127],
            type="application/pdf", size=1234, inline=True,
        )
        for payload in payloads
    ]  # fmt: skip
    async with db.transaction() as session:
        session.add_all(files)
    data = SendMessage(client_id=uuid4(), text="\n\n".join(payloads), attachments=[file.id for file in files])
    sent = await sender.send(actor_for(user), room, data)
    previews = [
        LinkPreview(
            id=new_id(),
            url="javascript:pwn()" if number == 3 else f"https://preview.example/{number}",
            title=payload,
            description=payload,
            site=payload,
        )
        for number, payload in enumerate(payloads)
    ]
    async with db.transaction() as session:
        await previewing.add(
            session, sent.message.id, previews, linked=lambda _: [each.url for each in previews]
        )
