"""Verifying and changing an address, changing and resetting a password: and the links that are reused, expired,
cut off, or opened by somebody else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound, SextantError, Unauthenticated
from models.accounts import ApiToken, Identity, Passkey, Session, SingleUseToken, User
from services.accounts import api_tokens, passwords, repository, service, stepup, undoing, verification
from services.accounts.schemas import (
    ChangeEmail,
    ChangePassword,
    CreateApiToken,
    EmailChangeUndone,
    ForgotPassword,
    ResetPassword,
    SecondFactorNeeded,
    SessionStarted,
    SignIn,
    SignUp,
    StepUp,
)
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie, unique_email

NEW_PASSWORD = "an entirely different phrase"


async def _sign_up(db: Database, email: str | None = None) -> tuple[Actor, SessionStarted]:
    started = await service.sign_up(
        db, None, SignUp(email=email or unique_email(), password=PASSWORD, name="Ada")
    )
    actor = await service.authenticate(db, started.token)
    assert actor is not None
    return actor, started


async def _actor(db: Database, **values: Any) -> Actor:
    user = await make_user(db, password=PASSWORD, **values)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    return actor


async def _verify(db: Database, actor: Actor | None, token: str) -> bool:
    async with db.transaction() as session:
        return (await verification.verify(session, actor, token)).email_verified


async def _ask_for_reset(db: Database, email: str) -> None:
    await passwords.send_reset(db, email=email, ip=None, user_agent=None)


async def test_the_link_of_the_mail_verifies_the_address(db: Database, letterbox: Letterbox) -> None:
    actor, started = await _sign_up(db)
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
    actor, started = await _sign_up(db)
    assert started.user.email is not None
    assert callable(change)
    with pytest.raises(error) as caught:
        await _verify(db, actor, change(letterbox.token(started.user.email)))
    assert caught.value.code == code


async def test_a_link_works_once_even_in_two_tabs_at_once(db: Database, letterbox: Letterbox) -> None:
    actor, started = await _sign_up(db)
    assert started.user.email is not None
    token = letterbox.token(started.user.email)
    results = await asyncio.gather(*(_verify(db, actor, token) for _ in range(2)), return_exceptions=True)
    assert sorted(str(getattr(result, "code", result)) for result in results) == ["True", "link_used"]


async def test_an_expired_link_says_so(db: Database, letterbox: Letterbox) -> None:
    actor, started = await _sign_up(db)
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
    actor, started = await _sign_up(db)
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
    victim = await _actor(db)
    _, trap = await _sign_up(db)
    assert trap.user.email is not None
    for who in (None, victim):
        with pytest.raises(Forbidden) as caught:
            await _verify(db, who, letterbox.token(trap.user.email))
        assert caught.value.code == "sign_in_to_verify"


async def test_a_token_of_another_purpose_is_unknown(db: Database, letterbox: Letterbox) -> None:
    actor = await _actor(db)
    async with db.transaction() as session:
        user = await service.me(session, actor)
    assert user.email is not None
    await _ask_for_reset(db, user.email)
    with pytest.raises(NotFound):
        await _verify(db, actor, letterbox.token(user.email))


async def test_of_two_accounts_with_one_address_the_first_to_prove_it_owns_it(
    db: Database, letterbox: Letterbox
) -> None:
    email = unique_email()
    (first, _), token_one = await _sign_up(db, email), letterbox.token(email)
    second, _ = await _sign_up(db, email)
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
    await _sign_up(db, owner.email)
    letter = letterbox.to(owner.email)[-1]
    assert letter.kind.value == "already_registered"
    assert "token" not in letter.values["link"]


async def test_changing_the_address_needs_step_up_and_tells_both(db: Database, letterbox: Letterbox) -> None:
    actor = await _actor(db)
    async with db.transaction() as session:
        old = (await service.me(session, actor)).email
        await session.execute(
            update(Session)
            .where(Session.id == actor.session_id)
            .values(authenticated_at=now() - timedelta(hours=1))
        )
    assert old is not None
    new = unique_email()
    with pytest.raises(Forbidden) as caught:
        async with db.transaction() as session:
            await verification.request_change(session, actor, ChangeEmail(email=new))
    assert (caught.value.code, caught.value.fields["methods"]) == ("step_up_required", ["password"])

    proven = await stepup.prove(db, actor, StepUp(password=PASSWORD))
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=new))
    assert letterbox.kinds(old) == ["email_change_requested"]
    assert new not in str(letterbox.to(old)[-1].values), "the new address is shown masked"
    async with db.transaction() as session:
        changed = await verification.change(session, actor, letterbox.token(new))

    assert (changed.email, changed.email_verified) == (new, True)
    assert letterbox.kinds(old)[-1] == letterbox.kinds(new)[-1] == "email_changed"
    assert await service.authenticate(db, proven.token) is not None


async def _change_address(db: Database, letterbox: Letterbox, actor: Actor, new: str) -> None:
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=new))
    async with db.transaction() as session:
        await verification.change(session, actor, letterbox.token(new))


async def _waits_for_a_lock(db: Database) -> None:
    async with asyncio.timeout(30):
        while not await db.raw.fetchval(  # noqa: ASYNC110 (a lock has no event)
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)


async def test_a_link_that_is_opened_while_a_newer_one_is_made_waits_for_it(
    db: Database, letterbox: Letterbox
) -> None:
    actor, old = await _actor(db), unique_email()
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=old))
    token = letterbox.token(old)

    async def open_link() -> None:
        async with db.transaction() as session:
            await verification.change(session, actor, token)

    async with db.transaction() as session:
        await repository.user(session, actor.user_id, lock=True)
        opened = asyncio.create_task(open_link())
        await _waits_for_a_lock(db)
        await verification.request_change(session, actor, ChangeEmail(email=unique_email()))
    with pytest.raises(NotFound) as caught:
        await opened
    assert caught.value.code == "link_unknown"


async def _undo(db: Database, token: str) -> EmailChangeUndone:
    async with db.transaction() as session:
        return await undoing.undo(session, token)


@pytest.mark.parametrize("used", ["before the change", "after the change"])
async def test_the_old_address_takes_a_change_of_address_back(
    db: Database, letterbox: Letterbox, used: str
) -> None:
    """A thief with the session and the password changes the address twice, plants ways in, and sets a password."""
    owner = await make_user(db, password=PASSWORD)
    thief = await service.authenticate(db, await sign_in_cookie(db, owner))
    assert owner.email is not None
    assert thief is not None
    async with db.transaction() as session:
        session.add(Identity(user_id=owner.id, provider="google", subject=f"owner-{owner.id}"))
    mine, thiefs = unique_email(), unique_email()
    if used == "before the change":
        async with db.transaction() as session:
            await verification.request_change(session, thief, ChangeEmail(email=mine))
        pending = letterbox.token(mine)
        links = [letterbox.token(owner.email)]
    else:
        await _change_address(db, letterbox, thief, mine)
        await _change_address(db, letterbox, thief, thiefs)
        links = [letter.values["link"].partition("#token=")[2] for letter in letterbox.to(owner.email)]
        pending = letterbox.to(mine)[-1].values["link"].partition("#token=")[2]
    async with db.transaction() as session:
        token = await api_tokens.create(
            session, thief, CreateApiToken(name="spy", scopes={Scope.ACCOUNT_READ})
        )
        session.add(Identity(user_id=owner.id, provider="github", subject=f"eve-{owner.id}"))
        session.add(
            Passkey(user_id=owner.id, credential_id=owner.id.bytes, public_key=b"k", sign_count=0, name="x")
        )
    await passwords.change(db, thief, ChangePassword(current=PASSWORD, new=NEW_PASSWORD))

    undone = await _undo(db, links[-1])
    assert undone.email == owner.email
    for held in (token.token, thief):
        assert not isinstance(held, str) or await service.authenticate(db, held) is None
    async with db.transaction() as session:
        user = (await session.execute(select(User).where(User.id == owner.id))).scalar_one()
        assert (user.email, user.password_hash) == (owner.email, None)
        for table, left in ((Session, 0), (ApiToken, 0), (Passkey, 0), (Identity, 1)):
            rows = (await session.execute(select(table).where(table.user_id == owner.id))).all()
            assert len(rows) == left, table
    for guess in (PASSWORD, NEW_PASSWORD):
        with pytest.raises(Unauthenticated):
            await service.sign_in(db, None, SignIn(email=owner.email, password=guess))
    assert letterbox.kinds(owner.email)[-1] == "email_change_undone"

    # Replays get a clear answer, whichever of the links is tried; the thief's own way back is gone too.
    for link in {*links, *([pending] if used == "after the change" else [])}:
        with pytest.raises(Gone) as caught:
            await _undo(db, link)
        assert caught.value.code == "link_used"
    if used == "before the change":
        with pytest.raises(NotFound):
            async with db.transaction() as session:
                await verification.change(session, thief, pending)

    await passwords.reset(db, ResetPassword(token=undone.reset_token, password="the owner's own new words"))
    back = await service.sign_in(db, None, SignIn(email=owner.email, password="the owner's own new words"))
    assert isinstance(back, SessionStarted)


async def test_a_second_factor_from_before_stays_when_a_change_is_taken_back(
    db: Database, letterbox: Letterbox
) -> None:
    actor = await _actor(db)
    async with db.transaction() as session:
        session.add(
            Passkey(
                user_id=actor.user_id,
                credential_id=actor.user_id.bytes,
                public_key=b"k",
                sign_count=0,
                name="x",
            )
        )
        old = (await service.me(session, actor)).email
    assert old is not None
    await _change_address(db, letterbox, actor, unique_email())
    undone = await _undo(db, letterbox.token(old))
    await passwords.reset(db, ResetPassword(token=undone.reset_token, password=NEW_PASSWORD))
    asked = await service.sign_in(db, None, SignIn(email=old, password=NEW_PASSWORD))
    assert isinstance(asked, SecondFactorNeeded)


async def test_the_link_that_undoes_goes_to_the_proven_old_address_only_and_works_for_three_days(
    db: Database, letterbox: Letterbox
) -> None:
    actor = await _actor(db)
    new = unique_email()
    async with db.transaction() as session:
        old = (await service.me(session, actor)).email
    assert old is not None
    await _change_address(db, letterbox, actor, new)
    assert all("undo" not in letter.values.get("link", "") for letter in letterbox.to(new))
    token = letterbox.token(old)
    for spoilt in (token[:-5], "", letterbox.to(new)[0].values["link"].partition("#token=")[2]):
        with pytest.raises(NotFound) as unknown:
            await _undo(db, spoilt)
        assert unknown.value.code == "link_unknown"
    async with db.transaction() as session:
        await session.execute(
            update(SingleUseToken)
            .where(SingleUseToken.user_id == actor.user_id)
            .values(expires_at=SingleUseToken.expires_at - timedelta(days=3))
        )
    with pytest.raises(Gone) as caught:
        await _undo(db, token)
    assert caught.value.code == "link_expired"

    # Anyone may sign up with somebody's address: its owner gets no way into that account when it is changed.
    squatter, started = await _sign_up(db)
    assert started.user.email is not None
    await _change_address(db, letterbox, squatter, unique_email())
    assert all("undo" not in letter.values.get("link", "") for letter in letterbox.to(started.user.email))


async def test_an_address_that_has_found_another_owner_is_not_taken_back(
    db: Database, letterbox: Letterbox
) -> None:
    actor = await _actor(db)
    async with db.transaction() as session:
        old = (await service.me(session, actor)).email
    assert old is not None
    await _change_address(db, letterbox, actor, unique_email())
    token = letterbox.token(old)
    await make_user(db, email=old)
    for _ in range(2):  # refused as a whole: the link still works once the address is free
        with pytest.raises(Conflict) as caught:
            await _undo(db, token)
        assert caught.value.code == "email_in_use"


async def test_changing_to_a_taken_address_answers_alike_and_gives_no_link(
    db: Database, letterbox: Letterbox
) -> None:
    actor, other = await _actor(db), await make_user(db)
    assert other.email is not None
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=other.email))
    assert letterbox.kinds(other.email) == ["already_registered"]


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
    stranger, planted = await _sign_up(db, victim_address)
    async with db.transaction() as session:
        token = await api_tokens.create(
            session, stranger, CreateApiToken(name="spy", scopes={Scope.ACCOUNT_READ})
        )
        session.add(Identity(user_id=stranger.user_id, provider="github", subject=f"eve-{stranger.user_id}"))
        session.add(
            Passkey(
                user_id=stranger.user_id,
                credential_id=stranger.user_id.bytes,
                public_key=b"k",
                sign_count=0,
                name="x",
            )
        )

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


async def test_an_unverified_address_is_verified_only_while_it_is_the_accounts(
    db: Database, letterbox: Letterbox
) -> None:
    actor, started = await _sign_up(db)
    assert started.user.email is not None
    token = letterbox.token(started.user.email)
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == actor.user_id).values(email=unique_email()))
    with pytest.raises(Conflict):
        await _verify(db, actor, token)
