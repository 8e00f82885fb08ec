"""Closing an account and taking one's data along."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Forbidden, NotFound, Unauthenticated
from models.accounts import Session, User
from services.accounts import deletion, export, service, stepup
from services.accounts.schemas import SessionStarted, SignIn, SignUp
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie


async def _signed_in(db: Database) -> tuple[Actor, str]:
    user = await make_user(db, password=PASSWORD, name="Ada Lovelace")
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    assert user.email is not None
    return actor, user.email


async def _make_due(db: Database, user_id: UUID) -> None:
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == user_id).values(deletion_due_at=now()))


async def test_the_grace_period_lets_people_change_their_mind(db: Database, letterbox: Letterbox) -> None:
    actor, email = await _signed_in(db)
    async with db.transaction() as session:
        planned = await deletion.request(session, actor)
    assert timedelta(days=13) < planned.due_at - now() <= deletion.GRACE
    await deletion.delete(db, user_id=actor.user_id)
    started = await service.sign_in(db, None, SignIn(email=email, password=PASSWORD))
    assert isinstance(started, SessionStarted), "an account in its grace period must still be reachable"
    assert started.user.deletion_due_at == planned.due_at
    async with db.transaction() as session:
        await deletion.cancel(session, actor)
        assert (await service.me(session, actor)).deletion_due_at is None
        with pytest.raises(NotFound):
            await deletion.cancel(session, actor)
    assert letterbox.kinds(email) == ["deletion_requested"]


async def test_what_is_deleted_is_gone_and_the_address_is_free(
    db: Database, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[UUID] = []

    async def hook(session: AsyncSession, user_id: UUID) -> None:
        called.append(user_id)

    monkeypatch.setattr(deletion, "_hooks", [hook])
    actor, email = await _signed_in(db)
    await _make_due(db, actor.user_id)

    await deletion.delete(db, user_id=actor.user_id)
    await deletion.delete(db, user_id=actor.user_id)

    assert called == [actor.user_id]
    async with db.transaction() as session:
        row = (await session.execute(select(User).where(User.id == actor.user_id))).scalar_one()
        assert (row.email, row.password_hash, row.name) == (None, None, "Deleted account")
        assert (await service.people(session, [actor.user_id]))[actor.user_id].name == "Deleted account"
    with pytest.raises(Unauthenticated):
        await service.sign_in(db, None, SignIn(email=email, password=PASSWORD))
    assert letterbox.kinds(email)[-1] == "deleted"
    fresh = await service.sign_up(db, None, SignUp(email=email, password=PASSWORD, name="Ada"))
    assert fresh.user.id != actor.user_id


async def test_tidying_finds_who_is_due_and_guests_who_are_gone(db: Database) -> None:
    actor, _ = await _signed_in(db)
    await _make_due(db, actor.user_id)
    gone, back = await make_user(db, role=Role.GUEST), await make_user(db, role=Role.GUEST)
    await sign_in_cookie(db, back)
    async with db.transaction() as session:
        long_ago = now() - deletion.FORGET_GUESTS_AFTER - timedelta(days=1)
        await session.execute(update(User).where(User.id.in_([gone.id, back.id])).values(created_at=long_ago))

    await deletion.tidy(db)

    jobs = await db.raw.fetch("select payload from pgqueuer where entrypoint = 'accounts.delete'")
    due = {UUID(json.loads(job["payload"])["user_id"]) for job in jobs}
    assert {actor.user_id, gone.id} <= due
    assert back.id not in due


async def test_deletion_and_export_need_a_fresh_proof(db: Database) -> None:
    actor, _ = await _signed_in(db)
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.id == actor.session_id)
            .values(authenticated_at=now() - stepup.FRESH)
        )
    with pytest.raises(Forbidden):
        await export.build(db, actor)
    with pytest.raises(Forbidden):
        async with db.transaction() as session:
            await deletion.request(session, actor)


async def test_the_export_holds_the_account_and_every_rooms_part_but_no_secrets(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def rows(session: AsyncSession, user_id: UUID) -> list[dict[str, object]]:
        found = await session.execute(
            text("select cast(:id as uuid) as owner, 1.50 as price"), {"id": user_id}
        )
        return [dict(row) for row in found.mappings()]

    monkeypatch.setitem(export._parts, "rows", rows)
    actor, email = await _signed_in(db)

    archive = zipfile.ZipFile(io.BytesIO(await export.build(db, actor)))

    assert {"README.txt", "account.json", "rows.json"} <= set(archive.namelist())
    account = json.loads(archive.read("account.json"))
    assert account["profile"]["email"] == email
    assert [event["event"] for event in account["security_events"]] == ["data_exported"]
    assert json.loads(archive.read("rows.json")) == [{"owner": str(actor.user_id), "price": "1.50"}]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"argon2id" not in everything
