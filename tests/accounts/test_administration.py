"""What operators do about accounts."""

import pyotp
import pytest

from core.actor import Actor, Role, Scope
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from core.ids import ASSISTANT_ID
from core.settings import settings
from services.accounts import administration, api_tokens, service, totp, trail
from services.accounts.schemas import CreateApiToken, SessionStarted, SignIn
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie


async def _operator(db: Database) -> Actor:
    actor = await service.authenticate(db, await sign_in_cookie(db, await make_user(db, role=Role.ADMIN)))
    assert actor is not None
    return actor


async def test_suspension_is_at_once_and_can_be_ended(db: Database) -> None:
    operator, user = await _operator(db), await make_user(db, password=PASSWORD)
    assert user.email is not None
    token = await sign_in_cookie(db, user)
    async with db.transaction() as session:
        suspended = await administration.suspend(session, operator, user.id, reason="spam")
    assert suspended.suspended_at is not None
    assert await service.authenticate(db, token) is None
    with pytest.raises(Forbidden):
        await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD))
    async with db.transaction() as session:
        await administration.reinstate(session, operator, user.id)
    assert isinstance(
        await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD)), SessionStarted
    )
    async with db.transaction() as session:
        log = await trail.everyone(session, operator, user_id=user.id, event=None, before=None, limit=10)
    told = {(entry.event, entry.actor_id) for entry in log.items}
    assert {("suspended", operator.user_id), ("reinstated", operator.user_id)} <= told


async def test_operators_end_the_sessions_of_an_account(db: Database) -> None:
    operator, user = await _operator(db), await make_user(db)
    token = await sign_in_cookie(db, user)
    async with db.transaction() as session:
        await administration.end_sessions(session, operator, user.id)
    assert await service.authenticate(db, token) is None


async def test_a_changed_role_counts_from_the_next_request(db: Database) -> None:
    operator, user = await _operator(db), await make_user(db)
    token = await sign_in_cookie(db, user)
    async with db.transaction() as session:
        await administration.change_role(session, operator, user.id, Role.ADMIN)
    actor = await service.authenticate(db, token)
    assert actor is not None
    assert Scope.ADMIN in actor.scopes


async def test_operators_do_not_change_themselves_guests_or_the_assistant(db: Database) -> None:
    operator, guest = await _operator(db), await make_user(db, role=Role.GUEST)
    async with db.transaction() as session:
        with pytest.raises(Conflict):
            await administration.suspend(session, operator, operator.user_id, reason="tired")
        with pytest.raises(Conflict):
            await administration.change_role(session, operator, guest.id, Role.ADMIN)
        with pytest.raises(NotFound):
            await administration.end_sessions(session, operator, ASSISTANT_ID)


async def test_others_are_not_operators(db: Database) -> None:
    user = await make_user(db)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    with pytest.raises(Forbidden):
        async with db.transaction() as session:
            await administration.suspend(session, actor, (await make_user(session)).id, reason="envy")


async def test_accounts_are_found_by_name_and_address_page_by_page(db: Database) -> None:
    operator = await _operator(db)
    users = [await make_user(db, name=f"Zo_%ra {number}") for number in range(3)]
    async with db.transaction() as session:
        first = await administration.find(session, operator, text="zo_%ra", role=None, before=None, limit=2)
        rest = await administration.find(
            session, operator, text="zo_%ra", role=None, before=first.items[-1].id, limit=2
        )
        by_address = await administration.find(
            session, operator, text=users[0].email, role=Role.USER, before=None, limit=2
        )
        wild = await administration.find(session, operator, text="zo_%%%ra", role=None, before=None, limit=2)
    assert [item.id for item in first.items + rest.items] == [user.id for user in reversed(users)]
    assert rest.next_cursor is None
    assert [item.id for item in by_address.items] == [users[0].id]
    assert wild.items == []


async def test_operators_without_a_second_factor_operate_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a session nor by a token; from the moment there is one, both work."""
    monkeypatch.setattr(settings(), "operator_second_factor", True)
    operator = await make_user(db, role=Role.ADMIN)
    cookie = await sign_in_cookie(db, operator)
    actor = await service.authenticate(db, cookie)
    assert actor is not None
    assert Scope.ACCOUNT_WRITE in actor.scopes
    assert not actor.is_admin
    with pytest.raises(Forbidden) as refused:
        async with db.transaction() as session:
            await administration.find(session, actor, text=None, role=None, before=None, limit=1)
    assert refused.value.code == "second_factor_required"
    asked = CreateApiToken(name="robot", scopes={Scope.ADMIN})
    async with db.transaction() as session:
        token = (await api_tokens.create(session, actor, asked)).token
    robot = await service.authenticate(db, token)
    assert robot is not None
    assert robot.scopes == frozenset()

    async with db.transaction() as session:
        setup = await totp.begin(session, actor)
    assert not (await _again(db, cookie)).is_admin, "a seed that was never confirmed is no second factor"
    async with db.transaction() as session:
        await totp.confirm(session, actor, pyotp.TOTP(setup.secret).now())
    assert (await _again(db, cookie)).is_admin
    assert (await _again(db, token)).is_admin


async def _again(db: Database, token: str) -> Actor:
    actor = await service.authenticate(db, token)
    assert actor is not None
    return actor


async def test_a_token_of_an_operator_without_the_scope_is_no_operator(db: Database) -> None:
    owner = await _operator(db)
    asked = CreateApiToken(name="reader", scopes={Scope.BOOKINGS_READ, Scope.BILLING_WRITE})
    async with db.transaction() as session:
        token = (await api_tokens.create(session, owner, asked)).token
    assert not (await _again(db, token)).is_admin
    assert owner.is_admin
