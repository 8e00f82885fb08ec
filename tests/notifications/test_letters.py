"""The mails of accounts: all are worded, their secrets are not kept."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.db import Database
from models.notifications import Email
from services.accounts.letters import Letter, LetterKind
from services.accounts.schemas import UserRead
from services.notifications import letters, repository
from services.notifications.jobs import deliver
from services.notifications.words import has, template
from tests.accounts.factories import make_user, unique_email
from tests.sandbox.process import Sandbox

VALUES = {
    "link": "https://sextant.example/reset-password#token=secret-of-the-link",
    "reset_link": "https://sextant.example/forgot-password",
    "hours": "24",
    "minutes": "30",
    "address": "n**@people.example",
    "device": "Firefox on Linux",
    "ip": "192.0.2.7",
    "at": datetime(2026, 11, 24, 14, 0, tzinfo=UTC).isoformat(timespec="minutes"),
    "method": "authenticator app",
    "left": "9",
    "provider": "Google",
    "token": "CI <script>",
    "scopes": "billing:read",
}


async def send(db: Database, user: UserRead, kind: LetterKind, to: str, **values: str) -> Email:
    """Have a letter sent, and return its row."""
    letter = Letter(
        kind=kind, to=to, name=user.name, locale="en", user_id=user.id, values={**VALUES, **values}
    )
    async with db.transaction() as session:
        await letters.send(session, letter)
    async with db.transaction() as session:
        found = await session.scalars(select(Email).where(Email.address == to).order_by(Email.id.desc()))
        email = found.first()
    assert email is not None
    return email


async def arrived(sandbox: Sandbox, to: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        items = (await http.get(f"{sandbox.url}/outbox.json", params={"to": to})).json()["items"]
    assert len(items) == 1
    mail: dict[str, Any] = items[0]
    return mail


@pytest.mark.parametrize("kind", list(LetterKind))
async def test_every_letter_is_worded(db: Database, sandbox: Sandbox, kind: LetterKind) -> None:
    user, to = await make_user(db, timezone="Asia/Tokyo"), unique_email()
    row = await send(db, user, kind, to)
    await deliver(db, email_id=row.id)
    mail = await arrived(sandbox, to)
    assert mail["subject"]
    assert not re.search(r"[{}]|unknown", mail["subject"] + mail["text"])
    assert (VALUES["link"] in mail["text"]) == has(f"letter.{kind.value}.action")
    assert "<script>" not in mail["html"]
    if "{at}" in template(f"letter.{kind.value}.text"):
        assert "23:00 (Asia/Tokyo)" in mail["text"]


async def test_links_are_encrypted_while_they_wait_and_then_forgotten(db: Database, sandbox: Sandbox) -> None:
    user, to = await make_user(db), unique_email()
    row = await send(db, user, LetterKind.RESET_PASSWORD, to)
    assert "secret-of-the-link" not in str(row.context)
    await deliver(db, email_id=row.id)
    async with db.transaction() as session:
        kept = await session.get(Email, row.id)
    assert kept is not None
    assert (kept.status, kept.context) == ("sent", {})
    assert "secret-of-the-link" in (await arrived(sandbox, to))["text"]


async def test_a_deleted_account_gets_its_last_letter_and_leaves_nothing(
    db: Database, sandbox: Sandbox
) -> None:
    user, to = await make_user(db), unique_email()
    earlier = await send(db, user, LetterKind.TWO_FACTOR_ON, unique_email())
    await deliver(db, email_id=earlier.id)
    last = await send(db, user, LetterKind.DELETED, to)
    async with db.transaction() as session:
        await repository.forget(session, user.id)
    await deliver(db, email_id=last.id)
    assert (await arrived(sandbox, to))["subject"] == "Your account was deleted"
    async with db.transaction() as session:
        left = await session.scalars(select(Email).where(Email.id.in_([earlier.id, last.id])))
        assert list(left) == []


async def test_a_value_that_is_missing_keeps_no_letter_back(db: Database, sandbox: Sandbox) -> None:
    user, to = await make_user(db), unique_email()
    letter = Letter(kind=LetterKind.NEW_DEVICE, to=to, name="Ada", locale="en", user_id=user.id, values={})
    async with db.transaction() as session:
        await letters.send(session, letter)
    async with db.transaction() as session:
        row = (await session.scalars(select(Email).where(Email.address == to))).one()
    await deliver(db, email_id=row.id)
    assert "Device: unknown" in (await arrived(sandbox, to))["text"]
