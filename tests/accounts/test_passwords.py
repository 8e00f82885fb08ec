"""Resetting and changing a password, and what ends with the old one."""

import pytest
from sqlalchemy import select

from core.actor import Scope
from core.db import Database
from core.errors import InvalidInput, NotFound, Unauthenticated
from models.accounts import ApiToken, Identity, Passkey, SingleUseToken, User
from services.accounts import api_tokens, passwords, service
from services.accounts.schemas import (
    ChangePassword,
    CreateApiToken,
    ForgotPassword,
    ResetPassword,
    SessionStarted,
    SignIn,
)
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import (
    NEW_PASSWORD,
    PASSWORD,
    make_user,
    passkey_of,
    sign_in_cookie,
    sign_up,
    unique_email,
)


async def _ask_for_reset(db: Database, email: str) -> None:
    await passwords.send_reset(db, email=email, ip=None, user_agent=None)


async def test_a_reset_ends_every_session_and_the_old_password(db: Database, letterbox: Letterbox) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    stolen = await sign_in_cookie(db, user)
    await _ask_for_reset(db, user.email.upper())
    token = letterbox.token(user.email)

    with pytest.raises(InvalidInput):
        await passwords.reset(db, ResetPassword(token=token, password="password123"))
    await passwords.reset(db, ResetPassword(token=token, password=NEW_PASSWORD))

    assert await service.authenticate(db, stolen) is None
    with pytest.raises(Unauthenticated):
        await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD))
    assert isinstance(
        await service.sign_in(db, None, SignIn(email=user.email, password=NEW_PASSWORD)), SessionStarted
    )
    assert letterbox.kinds(user.email)[:2] == ["reset_password", "password_changed"]
    with pytest.raises(NotFound):
        await passwords.reset(db, ResetPassword(token=token, password="yet another long phrase"))


async def test_asking_to_reset_an_unknown_address_writes_to_nobody(
    db: Database, letterbox: Letterbox
) -> None:
    await _ask_for_reset(db, unique_email())
    assert letterbox.all == []


async def test_asking_to_reset_does_the_same_work_for_every_address(db: Database) -> None:
    user = await make_user(db)
    assert user.email is not None
    async with db.transaction() as session:
        for email in (user.email, unique_email()):
            await passwords.forgot(session, ForgotPassword(email=email))
        tokens = await session.execute(select(SingleUseToken).where(SingleUseToken.user_id == user.id))
        assert tokens.first() is None, "the request itself must not look the address up"


async def test_a_reset_of_an_unproven_account_removes_what_a_stranger_may_have_planted(
    db: Database, letterbox: Letterbox
) -> None:
    victim_address = unique_email()
    stranger, planted = await sign_up(db, victim_address)
    async with db.transaction() as session:
        token = await api_tokens.create(
            session, stranger, CreateApiToken(name="spy", scopes={Scope.ACCOUNT_READ})
        )
        session.add(Identity(user_id=stranger.user_id, provider="github", subject=f"eve-{stranger.user_id}"))
        session.add(passkey_of(stranger.user_id))

    await _ask_for_reset(db, victim_address)
    await passwords.reset(db, ResetPassword(token=letterbox.token(victim_address), password=NEW_PASSWORD))

    assert await service.authenticate(db, planted.token) is None
    assert await service.authenticate(db, token.token) is None
    async with db.transaction() as session:
        for table in (Identity, Passkey, ApiToken):
            rows = await session.execute(select(table).where(table.user_id == stranger.user_id))
            assert rows.first() is None, table
        user = (await session.execute(select(User).where(User.id == stranger.user_id))).scalar_one()
    assert user.email_verified_at is not None


async def test_changing_the_password_keeps_this_session_only(db: Database, letterbox: Letterbox) -> None:
    user = await make_user(db, password=PASSWORD)
    here, elsewhere = await sign_in_cookie(db, user), await sign_in_cookie(db, user)
    actor = await service.authenticate(db, here)
    assert actor is not None
    with pytest.raises(Unauthenticated):
        await passwords.change(db, actor, ChangePassword(current="wrong", new=NEW_PASSWORD))
    await passwords.change(db, actor, ChangePassword(current=PASSWORD, new=NEW_PASSWORD))
    assert await service.authenticate(db, here) is not None
    assert await service.authenticate(db, elsewhere) is None
