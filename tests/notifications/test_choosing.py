"""By which channels people are told of what, and the ways to end mails without signing in."""

import re
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from core.actor import Role
from core.db import Database
from services.notifications import service, unsubscribing
from services.notifications.jobs import deliver
from services.notifications.kinds import UNSUBSCRIBABLE, Kind
from tests.accounts.factories import make_user, sign_in_cookie
from tests.notifications.test_sending import emails, outbox
from tests.sandbox.process import Sandbox

DIGEST = {
    "count": 1,
    "rooms": [{"title": "Grace", "url": "https://sextant.example/", "count": 1, "lines": []}],
    "url": "https://sextant.example/",
}


async def digest_to(db: Database, user_id: UUID) -> str:
    async with db.transaction() as session:
        await service.send_email(session, user_id=user_id, template="message_digest", context=DIGEST)
    row = (await emails(db, user_id=user_id))[-1]
    await deliver(db, email_id=row.id)
    return (await emails(db, id=row.id))[0].status


async def test_choices_are_kept_and_some_are_locked(client: httpx.AsyncClient, db: Database) -> None:
    user = await make_user(db)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    before = {
        each["kind"]: each for each in (await client.get("/api/v1/notifications/choices")).json()["items"]
    }
    assert before["message"] == {"kind": "message", "in_app": True, "email": True, "push": True, "locked": []}
    assert "opportunity" not in before
    changed = await client.patch("/api/v1/notifications/choices/message", json={"email": False})
    assert changed.json() == {**before["message"], "email": False}
    await client.patch("/api/v1/notifications/choices/message", json={"push": False})
    after = {
        each["kind"]: each for each in (await client.get("/api/v1/notifications/choices")).json()["items"]
    }
    assert after["message"] == {**before["message"], "email": False, "push": False}
    assert after["booking"] == before["booking"]
    locked = await client.patch("/api/v1/notifications/choices/payment", json={"email": False})
    assert (locked.status_code, locked.json()["code"]) == (409, "channel_locked")
    bodies: list[object] = [{"email": "no"}, {"sms": True}, [], {"email": 0}]
    for body in bodies:
        answer = await client.patch("/api/v1/notifications/choices/message", json=body)
        assert answer.status_code == 422
    assert (await client.patch("/api/v1/notifications/choices/weather", json={})).status_code == 422
    assert await digest_to(db, user.id) == "sent", "the same mail tells of mentions, which are still wanted"
    await client.patch("/api/v1/notifications/choices/mention", json={"email": False})
    assert await digest_to(db, user.id) == "skipped"


async def test_experts_have_a_choice_of_their_own_and_it_is_off(
    client: httpx.AsyncClient, db: Database
) -> None:
    cto = await make_user(db, role=Role.CTO)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, cto)}"
    items = (await client.get("/api/v1/notifications/choices")).json()["items"]
    (own,) = [each for each in items if each["kind"] == "opportunity"]
    assert [own["in_app"], own["email"], own["push"]] == [False, False, False]


async def test_a_mail_ends_its_kind_by_one_click_and_by_its_page(
    client: httpx.AsyncClient, db: Database, sandbox: Sandbox
) -> None:
    user = await make_user(db)
    assert await digest_to(db, user.id) == "sent"
    (mail,) = await outbox(sandbox, str(user.email))
    url = mail["headers"]["List-Unsubscribe"].strip("<>").replace("http://127.0.0.1:8000", "")
    shown = await client.get(url)
    assert shown.status_code == 303
    assert await digest_to(db, user.id) == "sent", "opening the address ends nothing: link checkers do that"
    token = re.search(r"/unsubscribe#token=(\S+)", mail["text"])
    assert token is not None
    assert shown.headers["location"] == f"/unsubscribe#token={token[1]}"
    preview = "/api/v1/mail/unsubscriptions/preview"
    asked = await client.post(preview, json={"token": token[1]})
    assert asked.json() == {"kinds": ["message", "mention"], "ended": False}
    assert await digest_to(db, user.id) == "sent", "looking at the page ends nothing"
    clicked = await client.post(url, content="List-Unsubscribe=One-Click")
    assert clicked.status_code == 204
    assert await digest_to(db, user.id) == "skipped"
    assert (await client.post(preview, json={"token": token[1]})).json()["ended"]
    page = await client.post("/api/v1/mail/unsubscriptions", json={"token": token[1]})
    assert page.json() == {"kind": "message", "in_app": True, "email": False, "push": True, "locked": []}


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.replace("message", "match"), lambda t: "x", lambda t: "..", lambda t: "ü.ü.ü"])  # fmt: skip
async def test_a_token_that_is_not_ours_ends_nothing(
    client: httpx.AsyncClient, db: Database, change: Callable[[str], str]
) -> None:
    user = await make_user(db)
    token = change(unsubscribing.token(user.id, Kind.MESSAGE))
    for path in ("/api/v1/mail/unsubscriptions/preview", "/api/v1/mail/unsubscriptions"):
        answer = await client.post(path, json={"token": token})
        assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")
    assert await digest_to(db, user.id) == "sent"


async def test_a_link_names_what_it_ends_and_what_was_turned_on_again(
    client: httpx.AsyncClient, db: Database
) -> None:
    user = await make_user(db)
    link = {"token": unsubscribing.token(user.id, Kind.MATCH)}
    preview = "/api/v1/mail/unsubscriptions/preview"
    assert (await client.post(preview, json=link)).json() == {"kinds": ["match"], "ended": False}
    await client.post("/api/v1/mail/unsubscriptions", json=link)
    assert (await client.post(preview, json=link)).json() == {"kinds": ["match"], "ended": True}
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    await client.patch("/api/v1/notifications/choices/match", json={"email": True})
    assert not (await client.post(preview, json=link)).json()["ended"]


def test_only_what_may_end_has_a_link() -> None:
    for kind in (*Kind, None):
        assert bool(unsubscribing.headers(UUID(int=1), kind)) == (kind in UNSUBSCRIBABLE)
        assert bool(unsubscribing.page(UUID(int=1), kind)) == (kind in UNSUBSCRIBABLE)
