"""Bounces and complaints: heard by signed webhooks, once, in any order; what they stop, and how a person lifts it."""

import asyncio
import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from core.db import Database
from core.gateways import Gateways, configure
from core.gateways.mail import MailGateway
from core.security import keys
from models.billing import ExternalEvent
from models.notifications import Suppression
from sandbox.resend.webhooks import signature
from services.notifications import service
from services.notifications.jobs import deliver, handle_event
from tests.accounts.factories import make_user, sign_in_cookie, unique_email
from tests.notifications.conftest import HELLO, WEBHOOK_SECRET
from tests.notifications.test_sending import emails, outbox
from tests.sandbox.process import Sandbox
from tests.serving import serving


def report(kind: str, to: str, *, at: datetime | None = None, bounce: str = "Permanent") -> dict[str, Any]:
    moment = (at or datetime.now(UTC)).isoformat()
    data: dict[str, Any] = {"email_id": str(uuid4()), "to": [to], "subject": "Hello"}
    if kind == "email.bounced":
        data["bounce"] = {"type": bounce, "message": "no such mailbox"}
    return {"type": kind, "created_at": moment, "data": data}


def signed(
    body: str, *, webhook_id: str = "msg_1", at: int | None = None, secret: str = WEBHOOK_SECRET
) -> dict[str, str]:
    moment = int(time.time()) if at is None else at
    return {
        "svix-id": webhook_id,
        "svix-timestamp": str(moment),
        "svix-signature": signature(secret, webhook_id, moment, body),
    }


async def told(client: httpx.AsyncClient, db: Database, body: dict[str, Any]) -> str | None:
    """Deliver a webhook, run its job, and say what came of it."""
    text, webhook_id = json.dumps(body), f"msg_{uuid4().hex}"
    answer = await client.post("/webhooks/resend", content=text, headers=signed(text, webhook_id=webhook_id))
    assert answer.status_code == 204, answer.text
    async with db.transaction() as session:
        event_id = await session.scalar(select(ExternalEvent.id).filter_by(vendor_id=webhook_id))
    assert event_id is not None
    await handle_event(db, event_id=event_id)
    await handle_event(db, event_id=event_id)
    async with db.transaction() as session:
        return (await session.get_one(ExternalEvent, event_id)).outcome


async def send_to(db: Database, address: str) -> str:
    """Send a mail to an address; what became of it."""
    async with db.transaction() as session:
        await service.send_email(session, address=address, template="message", context=HELLO)
    row = (await emails(db, address=address))[-1]
    await deliver(db, email_id=row.id)
    return (await emails(db, id=row.id))[0].status


@pytest.mark.parametrize("kind", ["email.bounced", "email.complained"])
async def test_a_suppressed_address_gets_nothing(
    client: httpx.AsyncClient, db: Database, sandbox: Sandbox, kind: str
) -> None:
    address = unique_email()
    assert await told(client, db, report(kind, address.upper())) == "suppressed"
    assert await told(client, db, report(kind, address)) == "known"
    assert await send_to(db, address) == "suppressed"
    assert await outbox(sandbox, address) == []


async def test_what_may_work_later_or_is_no_report_changes_nothing(
    client: httpx.AsyncClient, db: Database
) -> None:
    address = unique_email()
    assert await told(client, db, report("email.bounced", address, bounce="Transient")) == "may work later"
    assert await told(client, db, report("email.delivered", address)) == "not of interest"
    nobodies: list[object] = [None, [], {"to": None}, {"to": ["nobody"]}, {"to": 7, "bounce": "x"}]
    for data in nobodies:
        body = {"type": "email.bounced", "created_at": datetime.now(UTC).isoformat(), "data": data}
        assert await told(client, db, body) == "names no address"
    assert await send_to(db, address) == "sent"


async def test_only_the_vendor_is_heard_and_each_event_once(client: httpx.AsyncClient, db: Database) -> None:
    address = unique_email()
    body, webhook_id = json.dumps(report("email.bounced", address)), f"msg_{uuid4().hex}"
    good = signed(body, webhook_id=webhook_id)
    bad = [
        {},
        {**good, "svix-id": "msg_other"},
        {**good, "svix-signature": "v1,AAAA"},
        {**good, "svix-signature": "ü"},
        {**good, "svix-timestamp": "now"},
        signed(body, webhook_id=webhook_id, at=int(time.time()) - 3600),
        signed(body, webhook_id=webhook_id, at=int(time.time()) + 3600),
        signed(body, webhook_id=webhook_id, secret="whsec_" + "A" * 32),
    ]
    for headers in bad:
        encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        answer = await client.post("/webhooks/resend", content=body, headers=encoded)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    for text in ("[]", "7", "{}", '{"type": 7}', "\xff"):
        answer = await client.post("/webhooks/resend", content=text, headers=signed(text))
        assert answer.status_code == 400, text
    answer = await client.post("/webhooks/resend", content="x" * 600_000, headers=good)
    assert answer.status_code == 413
    for _ in range(3):
        assert (await client.post("/webhooks/resend", content=body, headers=good)).status_code == 204
    async with db.transaction() as session:
        stored = await session.scalars(select(ExternalEvent).filter_by(vendor_id=webhook_id))
        assert len(list(stored)) == 1


async def test_without_a_secret_the_endpoint_is_off(
    client: httpx.AsyncClient, sandbox: Sandbox, vendors: Gateways
) -> None:
    silent = MailGateway("re_x", sender="a@b.example", api_url=f"{sandbox.url}/resend")
    configure(Gateways(mail=silent))
    answer = await client.post("/webhooks/resend", content="{}", headers=signed("{}"))
    configure(vendors)
    await silent.close()
    assert (answer.status_code, answer.json()["code"]) == (404, "webhooks_off")


async def test_a_person_sees_it_and_lifts_it(
    client: httpx.AsyncClient, db: Database, sandbox: Sandbox
) -> None:
    user = await make_user(db)
    address = str(user.email)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    assert (await client.get("/api/v1/me/mail")).json() == {"address": address, "suppressed": None}
    assert (await client.post("/api/v1/me/mail/confirmation")).json()["code"] == "not_suppressed"
    bounced_at = datetime.now(UTC) - timedelta(minutes=5)
    assert await told(client, db, report("email.bounced", address, at=bounced_at)) == "suppressed"
    state = (await client.get("/api/v1/me/mail")).json()
    assert state["suppressed"]["reason"] == "bounced"

    assert (await client.post("/api/v1/me/mail/confirmation")).status_code == 204
    (row,) = await emails(db, address=address)
    await deliver(db, email_id=row.id)
    (mail,) = await outbox(sandbox, address)
    found = re.search(r"/confirm-address#token=(\S+)", mail["text"])
    assert found is not None
    del client.headers["Authorization"]
    for wrong in ("x", found[1][:-4], keys().encrypt("{}"), keys().encrypt("[1]")):
        answer = await client.post("/api/v1/mail/confirmations", json={"token": wrong})
        assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")
    old = keys().encrypt(json.dumps({"lift": str(uuid4()), "until": time.time() - 1}))
    answer = await client.post("/api/v1/mail/confirmations", json={"token": old})
    assert (answer.status_code, answer.json()["code"]) == (410, "link_expired")
    for _ in range(2):
        answer = await client.post("/api/v1/mail/confirmations", json={"token": found[1]})
        assert answer.status_code == 204
    assert await send_to(db, address) == "sent"

    # Reported late, from before the proof: counts no more. From after it: counts again, and the old link is spent.
    assert await told(client, db, report("email.complained", address, at=bounced_at)) == "known"
    assert await send_to(db, address) == "sent"
    assert await told(client, db, report("email.complained", address)) == "suppressed"
    await client.post("/api/v1/mail/confirmations", json={"token": found[1]})
    assert await send_to(db, address) == "suppressed"


async def test_the_stand_in_tells_of_bounces_and_complaints(fresh_database: str, tmp_path: Path) -> None:
    async with serving(fresh_database, worker=True, resend_webhook_secret=WEBHOOK_SECRET) as server:
        sandbox = Sandbox(
            tmp_path / "sandbox",
            {
                "SANDBOX_RESEND_WEBHOOK_URL": f"{server.base_url}/webhooks/resend",
                "SANDBOX_RESEND_WEBHOOK_SECRET": WEBHOOK_SECRET,
            },
        )
        await sandbox.start()
        try:
            gateway = MailGateway(
                "re_x",
                sender="Sextant <hello@sextant.example>",
                api_url=f"{sandbox.url}/resend",
                webhook_secret=WEBHOOK_SECRET,
            )
            configure(Gateways(mail=gateway))
            addresses = {"bounced@resend.dev": "bounced", "complained+ada@resend.dev": "complained"}
            for address in (*addresses, "fine@people.example"):
                async with server.runtime.db.transaction() as session:
                    await service.send_email(session, address=address, template="message", context=HELLO)
            async with asyncio.timeout(30):
                while True:
                    async with server.runtime.db.transaction() as session:
                        found = {
                            row.address: row.reason for row in await session.scalars(select(Suppression))
                        }
                    if found == addresses:
                        break
                    await asyncio.sleep(0.1)
            await gateway.close()
        finally:
            sandbox.stop()
