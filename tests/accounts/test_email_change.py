"""Changing an address: by whom, told to whom, and taken back by the owner of the old one."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, NotFound, Unauthenticated
from models.accounts import ApiToken, Identity, Passkey, Session, SingleUseToken, User
from services.accounts import api_tokens, passwords, repository, service, stepup, undoing, verification
from services.accounts.schemas import (
    ChangeEmail,
    ChangePassword,
    CreateApiToken,
    EmailChangeUndone,
    ResetPassword,
    SecondFactorNeeded,
    SessionStarted,
    SignIn,
    StepUp,
)
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import (
    NEW_PASSWORD,
    PASSWORD,
    make_user,
    passkey_of,
    sign_in_cookie,
    sign_up,
    signed_in,
    unique_email,
)


async def _change_address(db: Database, letterbox: Letterbox, actor: Actor, new: str) -> None:
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=new))
    async with db.transaction() as session:
        await verification.change(session, actor, letterbox.token(new))


async def _undo(db: Database, token: str) -> EmailChangeUndone:
    async with db.transaction() as session:
        return await undoing.undo(session, token)


async def test_changing_the_address_needs_step_up_and_tells_both(db: Database, letterbox: Letterbox) -> None:
    actor = await signed_in(db)
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


async def _waits_for_a_lock(db: Database) -> None:
    async with asyncio.timeout(30):
        while not await db.raw.fetchval(  # noqa: ASYNC110 (a lock has no event)
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)


async def test_a_link_that_is_opened_while_a_newer_one_is_made_waits_for_it(
    db: Database, letterbox: Letterbox
) -> None:
    actor, old = await signed_in(db), unique_email()
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
        session.add(passkey_of(owner.id))
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
    actor = await signed_in(db)
    async with db.transaction() as session:
        session.add(passkey_of(actor.user_id))
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
    actor = await signed_in(db)
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
    squatter, started = await sign_up(db)
    assert started.user.email is not None
    await _change_address(db, letterbox, squatter, unique_email())
    assert all("undo" not in letter.values.get("link", "") for letter in letterbox.to(started.user.email))


async def test_an_address_that_has_found_another_owner_is_not_taken_back(
    db: Database, letterbox: Letterbox
) -> None:
    actor = await signed_in(db)
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
    actor, other = await signed_in(db), await make_user(db)
    assert other.email is not None
    async with db.transaction() as session:
        await verification.request_change(session, actor, ChangeEmail(email=other.email))
    assert letterbox.kinds(other.email) == ["already_registered"]
