"""API tokens, devices, the audit log, and secrets at rest."""

import logging
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from core.actor import Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from core.security import (
    KeyRing,
    UndecipherableError,
    hash_password,
    needs_rehash,
    session_cookie_name,
    verify_password,
)
from models.accounts import ApiToken, AuditEntry, Session, User
from services.accounts import api_tokens, devices, service, stepup, trail
from services.accounts.audit import SecurityEvent, record
from services.accounts.schemas import CreateApiToken, Device, SignIn
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import PASSWORD, actor_for, make_user, sign_in_cookie, signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
NEWER_FIREFOX = FIREFOX.replace("144.0", "145.0")
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.1 Mobile/15E148 Safari/604.1"
)


async def _create(db: Database, actor: Actor, *scopes: Scope, days: int | None = 90) -> str:
    async with db.transaction() as session:
        made = await api_tokens.create(
            session, actor, CreateApiToken(name="script", scopes=set(scopes), expires_in_days=days)
        )
    return made.token


async def test_a_token_has_the_chosen_scopes_and_nothing_else(db: Database, letterbox: Letterbox) -> None:
    owner = await signed_in(db)
    token = await _create(db, owner, Scope.PROJECTS_READ)
    actor = await service.authenticate(db, token)
    assert actor is not None
    assert (actor.user_id, set(actor.scopes), actor.session_id) == (
        owner.user_id,
        {Scope.PROJECTS_READ},
        None,
    )
    with pytest.raises(Forbidden):
        actor.require(Scope.PROJECTS_WRITE)
    assert [letter.kind.value for letter in letterbox.all] == ["api_token_created"]
    assert token not in str(letterbox.all)


async def test_a_token_is_stored_hashed_and_listed_by_its_beginning(db: Database) -> None:
    owner = await signed_in(db)
    token = await _create(db, owner, Scope.ACCOUNT_READ)
    async with db.transaction() as session:
        row = (await session.execute(select(ApiToken).where(ApiToken.user_id == owner.user_id))).scalar_one()
        (listed,) = (await api_tokens.list_own(session, owner)).items
    assert token.encode() not in row.token_hash
    assert listed.prefix == token[:10]
    assert "token" not in listed.model_dump()


@pytest.mark.parametrize("end", ["revoked", "expired", "suspended", "truncated"])
async def test_a_token_that_is_over_is_unknown(db: Database, end: str) -> None:
    owner = await signed_in(db)
    token = await _create(db, owner, Scope.ACCOUNT_READ)
    assert await service.authenticate(db, token) is not None
    async with db.transaction() as session:
        if end == "revoked":
            (listed,) = (await api_tokens.list_own(session, owner)).items
            await api_tokens.revoke(session, owner, listed.id)
        elif end == "expired":
            await session.execute(
                update(ApiToken)
                .where(ApiToken.user_id == owner.user_id)
                .values(expires_at=now() - timedelta(seconds=1))
            )
        elif end == "suspended":
            await session.execute(update(User).where(User.id == owner.user_id).values(suspended_at=now()))
        else:
            token = token[:-1]
    assert await service.authenticate(db, token) is None


async def test_a_role_that_was_taken_away_takes_the_scope_along(db: Database) -> None:
    owner = await signed_in(db, role=Role.ADMIN)
    token = await _create(db, owner, Scope.ADMIN, Scope.ACCOUNT_READ)
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == owner.user_id).values(role="user"))
    actor = await service.authenticate(db, token)
    assert actor is not None
    assert actor.scopes == {Scope.ACCOUNT_READ}


async def test_nobody_gives_a_token_more_than_they_have(db: Database) -> None:
    with pytest.raises(Forbidden, match="admin"):
        await _create(db, await signed_in(db), Scope.ADMIN)


async def test_a_token_cannot_make_tokens_nor_pass_a_step_up(db: Database) -> None:
    owner = await signed_in(db)
    thief = await service.authenticate(db, await _create(db, owner, Scope.ACCOUNT_READ, Scope.ACCOUNT_WRITE))
    assert thief is not None
    with pytest.raises(Forbidden) as caught:
        await _create(db, thief, Scope.ACCOUNT_READ)
    assert caught.value.code == "session_required"


async def test_making_a_token_needs_a_fresh_proof(db: Database) -> None:
    owner = await signed_in(db)
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.id == owner.session_id)
            .values(authenticated_at=now() - stepup.FRESH)
        )
    with pytest.raises(Forbidden) as caught:
        await _create(db, owner, Scope.ACCOUNT_READ)
    assert caught.value.code == "step_up_required"


async def test_tokens_are_bounded_in_number_and_life(db: Database) -> None:
    owner = await signed_in(db)
    for _ in range(api_tokens.MOST):
        await _create(db, owner, Scope.ACCOUNT_READ)
    with pytest.raises(Conflict):
        await _create(db, owner, Scope.ACCOUNT_READ)
    for days in (0, 367):
        with pytest.raises(ValidationError):
            CreateApiToken(name="x", scopes={Scope.ACCOUNT_READ}, expires_in_days=days)


async def test_revoking_somebody_elses_token_is_not_found(db: Database) -> None:
    owner, other = await signed_in(db), await signed_in(db)
    token = await _create(db, owner, Scope.ACCOUNT_READ)
    async with db.transaction() as session:
        (listed,) = (await api_tokens.list_own(session, owner)).items
        with pytest.raises(NotFound):
            await api_tokens.revoke(session, other, listed.id)
    assert await service.authenticate(db, token) is not None


async def test_devices_are_listed_and_signed_out_one_or_all(db: Database) -> None:
    user = await make_user(db, password=PASSWORD)
    here, there, elsewhere = [await sign_in_cookie(db, user) for _ in range(3)]
    actor, other = await service.authenticate(db, here), await service.authenticate(db, there)
    assert actor is not None
    assert other is not None
    assert other.session_id is not None
    async with db.transaction() as session:
        listed = (await devices.list_own(session, actor)).items
        await devices.sign_out_one(session, actor, other.session_id)
    assert [item.current for item in listed].count(True) == len(listed) - 2 == 1
    assert await service.authenticate(db, there) is None
    assert await service.authenticate(db, elsewhere) is not None
    async with db.transaction() as session:
        assert await devices.sign_out_others(session, actor) == 1
    assert await service.authenticate(db, elsewhere) is None
    assert await service.authenticate(db, here) is not None


async def test_a_stolen_session_cannot_put_the_owner_out(db: Database) -> None:
    user = await make_user(db, password=PASSWORD)
    stolen, owners = await sign_in_cookie(db, user), await sign_in_cookie(db, user)
    thief = await service.authenticate(db, stolen)
    assert thief is not None
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.id == thief.session_id)
            .values(authenticated_at=now() - stepup.FRESH)
        )
    with pytest.raises(Forbidden):
        async with db.transaction() as session:
            await devices.sign_out_others(session, thief)
    assert await service.authenticate(db, owners) is not None


async def test_a_session_of_somebody_else_cannot_be_ended(db: Database) -> None:
    mine, other = await signed_in(db), await signed_in(db)
    assert other.session_id is not None
    with pytest.raises(NotFound):
        async with db.transaction() as session:
            await devices.sign_out_one(session, mine, other.session_id)


async def test_a_new_device_is_told_and_a_new_version_is_not_one(db: Database, letterbox: Letterbox) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    for user_agent in (FIREFOX, NEWER_FIREFOX, IPHONE, IPHONE):
        await service.sign_in(
            db,
            None,
            SignIn(email=user.email, password=PASSWORD),
            device=Device(ip="203.0.113.4", user_agent=user_agent),
        )
    told = [
        letter.values["device"] for letter in letterbox.to(user.email) if letter.kind.value == "new_device"
    ]
    assert told == ["Safari on iPhone"]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.5.0", "curl"),
        (None, "Unknown device"),
    ],
)
def test_devices_are_described_in_words(user_agent: str | None, words: str) -> None:
    assert devices.describe(user_agent) == words


async def test_the_log_refuses_change_and_deletion(db: Database) -> None:
    user = await make_user(db)
    async with db.transaction() as session:
        record(session, SecurityEvent.SIGNED_IN, user.id)
    for statement in (
        update(AuditEntry).where(AuditEntry.user_id == user.id).values(event="nothing"),
        delete(AuditEntry).where(AuditEntry.user_id == user.id),
        text("truncate audit_log"),
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with db.transaction() as session:
                await session.execute(statement)


async def test_people_read_their_own_log_and_operators_all(db: Database) -> None:
    mine, other, operator = await signed_in(db), await signed_in(db), await signed_in(db, role=Role.ADMIN)
    async with db.transaction() as session:
        for actor in (mine, other):
            for _ in range(3):
                record(session, SecurityEvent.SIGNED_IN, actor.user_id, device=Device(ip="203.0.113.4"))
        await session.flush()
        first = await trail.own(session, mine, before=None, limit=2)
        rest = await trail.own(session, mine, before=UUID(first.next_cursor), limit=2)
        seen = {entry.user_id for entry in first.items + rest.items}
        assert (len(first.items), len(rest.items), seen, rest.next_cursor) == (2, 1, {mine.user_id}, None)
        with pytest.raises(Forbidden):
            await trail.everyone(session, mine, user_id=other.user_id, event=None, before=None, limit=10)
        page = await trail.everyone(
            session, operator, user_id=other.user_id, event=SecurityEvent.SIGNED_IN, before=None, limit=10
        )
    assert len(page.items) == 3


async def test_secrets_stay_out_of_reprs_and_logs(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    with caplog.at_level(logging.DEBUG, logger="services"):
        started = await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD))
    assert getattr(started, "token") not in repr(started)  # noqa: B009
    assert PASSWORD not in caplog.text


def test_keys_rotate_without_losing_what_older_ones_encrypted() -> None:
    old, new = KeyRing(["first secret"]), KeyRing(["second secret", "first secret"])
    ciphertext = old.encrypt("seed")
    assert new.decrypt(ciphertext) == "seed"
    rotated = new.rotate(ciphertext)
    assert KeyRing(["second secret"]).decrypt(rotated) == "seed"
    with pytest.raises(UndecipherableError):
        old.decrypt(rotated)
    assert old.fingerprint("code", "x") in new.fingerprints("code", "x")
    assert old.fingerprint("code", "x") != old.fingerprint("other", "x")


@pytest.mark.parametrize("damage", ["", "x", "gAAAAA=="])
def test_what_was_tampered_with_is_refused(damage: str) -> None:
    with pytest.raises(UndecipherableError):
        KeyRing(["secret"]).decrypt(damage)


async def test_password_hashes_are_argon2id_and_salted() -> None:
    one, two = await hash_password(PASSWORD), await hash_password(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password(one, PASSWORD)
    assert not await verify_password(one, PASSWORD + " ")
    assert not await verify_password(None, PASSWORD)
    assert not await verify_password("not a hash", PASSWORD)
    assert not needs_rehash(one)
    assert await verify_password(await hash_password("caf\u00e9 au lait 12"), "cafe\u0301 au lait 12")


def test_the_cookie_is_bound_to_its_host_with_https() -> None:
    assert session_cookie_name(https=True) == "__Host-sextant_session"
    assert session_cookie_name(https=False) == "sextant_session"


async def test_actors_of_factories_hold_the_scopes_of_their_role(db: Database) -> None:
    assert Scope.BILLING_WRITE not in actor_for(await make_user(db, role=Role.GUEST)).scopes
