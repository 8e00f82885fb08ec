"""Verifying an address: links that are reused, expired, cut off, or opened by somebody else."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.actor import Actor
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, NotFound, SextantError
from models.accounts import SingleUseToken, User
from services.accounts import passwords, service, verification
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import (
    PASSWORD,
    make_user,
    sign_up,
    signed_in,
    unique_email,
)


async def _verify(db: Database, actor: Actor | None, token: str) -> bool:
    async with db.transaction() as session:
        return (await verification.verify(session, actor, token)).email_verified


async def test_the_link_of_the_mail_verifies_the_address(db: Database, letterbox: Letterbox) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    assert letterbox.kinds(started.user.email) == ["verify_email"]
    assert await _verify(db, actor, letterbox.token(started.user.email))


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        (lambda token: token[:-5], NotFound, "link_unknown"),
        (lambda token: "", NotFound, "link_unknown"),
        (lambda token: "x" * 200, NotFound, "link_unknown"),
    ],
    ids=["truncated", "empty", "made up"],
)
async def test_links_that_are_not_ours(
    db: Database, letterbox: Letterbox, change: object, error: type[SextantError], code: str
) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    assert callable(change)
    with pytest.raises(error) as caught:
        await _verify(db, actor, change(letterbox.token(started.user.email)))
    assert caught.value.code == code


async def test_a_link_works_once_even_in_two_tabs_at_once(db: Database, letterbox: Letterbox) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    token = letterbox.token(started.user.email)
    results = await asyncio.gather(*(_verify(db, actor, token) for _ in range(2)), return_exceptions=True)
    assert sorted(str(getattr(result, "code", result)) for result in results) == ["True", "link_used"]


async def test_an_expired_link_says_so(db: Database, letterbox: Letterbox) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    async with db.transaction() as session:
        await session.execute(
            update(SingleUseToken)
            .where(SingleUseToken.user_id == actor.user_id)
            .values(expires_at=now() - timedelta(seconds=1))
        )
    with pytest.raises(Gone) as caught:
        await _verify(db, actor, letterbox.token(started.user.email))
    assert caught.value.code == "link_expired"


async def test_a_newer_mail_makes_the_older_link_void(db: Database, letterbox: Letterbox) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    first = letterbox.token(started.user.email)
    async with db.transaction() as session:
        await verification.resend(session, actor)
    with pytest.raises(NotFound):
        await _verify(db, actor, first)
    assert await _verify(db, actor, letterbox.token(started.user.email))


async def test_the_owner_of_an_address_cannot_be_tricked_into_verifying_a_strangers_account(
    db: Database, letterbox: Letterbox
) -> None:
    victim = await signed_in(db)
    _, trap = await sign_up(db)
    assert trap.user.email is not None
    for who in (None, victim):
        with pytest.raises(Forbidden) as caught:
            await _verify(db, who, letterbox.token(trap.user.email))
        assert caught.value.code == "sign_in_to_verify"


async def test_a_token_of_another_purpose_is_unknown(db: Database, letterbox: Letterbox) -> None:
    actor = await signed_in(db)
    async with db.transaction() as session:
        user = await service.me(session, actor)
    assert user.email is not None
    await passwords.send_reset(db, email=user.email, ip=None, user_agent=None)
    with pytest.raises(NotFound):
        await _verify(db, actor, letterbox.token(user.email))


async def test_of_two_accounts_with_one_address_the_first_to_prove_it_owns_it(
    db: Database, letterbox: Letterbox
) -> None:
    email = unique_email()
    (first, _), token_one = await sign_up(db, email), letterbox.token(email)
    second, _ = await sign_up(db, email)
    token_two = letterbox.token(email)
    results = await asyncio.gather(
        _verify(db, first, token_one), _verify(db, second, token_two), return_exceptions=True
    )
    assert sorted(str(getattr(result, "code", result)) for result in results) == ["True", "email_in_use"]


async def test_signing_up_with_a_taken_address_writes_to_its_owner(
    db: Database, letterbox: Letterbox
) -> None:
    owner = await make_user(db, password=PASSWORD)
    assert owner.email is not None
    await sign_up(db, owner.email)
    letter = letterbox.to(owner.email)[-1]
    assert letter.kind.value == "already_registered"
    assert "token" not in letter.values["link"]


async def test_an_unverified_address_is_verified_only_while_it_is_the_accounts(
    db: Database, letterbox: Letterbox
) -> None:
    actor, started = await sign_up(db)
    assert started.user.email is not None
    token = letterbox.token(started.user.email)
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == actor.user_id).values(email=unique_email()))
    with pytest.raises(Conflict):
        await _verify(db, actor, token)
