"""Guests, sign-up, sign-in and sign-out."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from core.events import Event, UserEvent
from models.accounts import Session, User
from services.accounts import merging, service, sessions
from services.accounts.schemas import (
    Device,
    ForgotPassword,
    ResetPassword,
    SessionStarted,
    SignIn,
    SignUp,
    StartGuest,
    UpdateMe,
)
from tests.accounts.factories import PASSWORD, actor_for, make_user, sign_in_cookie, unique_email


async def _guest(db: Database) -> tuple[Actor, SessionStarted]:
    async with db.transaction() as session:
        started = await service.start_guest(session, StartGuest(timezone="Europe/Lisbon", locale="pt"))
    actor = await service.authenticate(db, started.token)
    assert actor is not None
    return actor, started


async def _sign_in(
    db: Database, email: str, password: str = PASSWORD, actor: Actor | None = None
) -> SessionStarted:
    started = await service.sign_in(db, actor, SignIn(email=email, password=password))
    assert isinstance(started, SessionStarted)
    return started


def _form(email: str) -> SignUp:
    return SignUp(email=email, password=PASSWORD, name="Ada Founder")


async def test_a_guest_becomes_the_account_in_place(db: Database) -> None:
    guest, before = await _guest(db)
    email = unique_email()

    after = await service.sign_up(db, guest, _form(email))

    assert after.user.id == before.user.id
    assert after.session_id == before.session_id
    assert (after.user.role, after.user.email, after.user.email_verified) == (Role.USER, email, False)
    assert (after.user.timezone, after.user.locale) == ("Europe/Lisbon", "pt")
    assert await service.authenticate(db, before.token) is None, (
        "the guest's token must be void after sign-up"
    )
    actor = await service.authenticate(db, after.token)
    assert actor is not None
    assert actor.role is Role.USER


async def test_signing_up_twice_from_one_guest_session_is_a_conflict(db: Database) -> None:
    guest, _ = await _guest(db)
    results = await asyncio.gather(
        *(service.sign_up(db, guest, _form(unique_email())) for _ in range(2)), return_exceptions=True
    )
    assert {type(result) for result in results} == {SessionStarted, Conflict}


async def test_sign_up_answers_alike_for_an_address_that_has_an_account(db: Database) -> None:
    owner = await make_user(db, password=PASSWORD)
    assert owner.email is not None
    stranger = "another long password"

    taken = await service.sign_up(db, None, SignUp(email=owner.email, password=stranger, name="Eve"))
    free = await service.sign_up(db, None, SignUp(email=unique_email(), password=stranger, name="Eve"))

    different = {"id", "email", "created_at"}
    assert taken.user.model_dump(exclude=different) == free.user.model_dump(exclude=different)
    assert taken.user.id != owner.id
    assert (await _sign_in(db, owner.email, stranger)).user.id == taken.user.id, "a failed sign-in would tell"
    assert (await _sign_in(db, owner.email)).user.id == owner.id


async def test_two_sign_ups_racing_for_one_address_get_separate_unverified_accounts(db: Database) -> None:
    email = unique_email()
    first, second = await asyncio.gather(*(service.sign_up(db, None, _form(email)) for _ in range(2)))
    assert first.user.id != second.user.id
    assert not first.user.email_verified
    assert not second.user.email_verified


@pytest.mark.parametrize("typed", ["ADA@{0}.EXAMPLE", "ada@{0}.example"])
async def test_sign_in_ignores_the_case_of_the_address(db: Database, typed: str) -> None:
    domain = unique_email().split("@")[0]
    user = await make_user(db, email=f"Ada@{domain}.example", password=PASSWORD)
    assert (await _sign_in(db, typed.format(domain))).user.id == user.id


async def test_wrong_password_and_unknown_address_get_one_answer(db: Database) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    answers = []
    for email, password in ((user.email, "not the password"), (unique_email(), PASSWORD)):
        with pytest.raises(Unauthenticated) as caught:
            await service.sign_in(db, None, SignIn(email=email, password=password))
        answers.append((caught.value.code, caught.value.message, caught.value.fields))
    assert answers[0] == answers[1]


async def test_sign_in_moves_what_the_guest_did(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[tuple[UUID, UUID]] = []

    async def hook(session: AsyncSession, source: UUID, target: UUID) -> None:
        moved.append((source, target))

    monkeypatch.setattr(merging, "_hooks", [hook])
    user = await make_user(db, password=PASSWORD)
    guest, before = await _guest(db)
    assert user.email is not None

    await _sign_in(db, user.email, actor=guest)

    assert moved == [(guest.user_id, user.id)]
    assert await service.authenticate(db, before.token) is None
    async with db.transaction() as session:
        row = (await session.execute(select(User).where(User.id == guest.user_id))).scalar_one()
    assert row.merged_into_id == user.id
    assert row.deleted_at is not None


async def test_sign_in_does_not_move_another_account(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hook(session: AsyncSession, source: UUID, target: UUID) -> None:
        raise AssertionError("the account of another person was merged")

    monkeypatch.setattr(merging, "_hooks", [hook])
    first = await make_user(db, password=PASSWORD)
    second = await make_user(db, password=PASSWORD)
    assert second.email is not None
    cookie = await sign_in_cookie(db, first)
    actor = await service.authenticate(db, cookie)

    started = await _sign_in(db, second.email, actor=actor)

    assert started.user.id == second.id
    assert await service.authenticate(db, cookie) is None


async def test_an_account_made_by_mistake_moves_to_the_verified_one(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[tuple[UUID, UUID]] = []

    async def hook(session: AsyncSession, source: UUID, target: UUID) -> None:
        moved.append((source, target))

    monkeypatch.setattr(merging, "_hooks", [hook])
    owner = await make_user(db, password=PASSWORD)
    assert owner.email is not None
    mistake = await service.sign_up(
        db, None, SignUp(email=owner.email, password="another long password", name="Ada again")
    )
    actor = await service.authenticate(db, mistake.token)

    await _sign_in(db, owner.email, actor=actor)

    assert moved == [(mistake.user.id, owner.id)]


async def test_a_stolen_cookie_is_worthless_after_sign_out(db: Database) -> None:
    user = await make_user(db)
    token = await sign_in_cookie(db, user)
    other = await sign_in_cookie(db, user)
    actor = await service.authenticate(db, token)
    assert actor is not None
    seen: list[Event] = []
    stop = db.broker.listen(seen.extend)

    async with db.transaction() as session:
        await service.sign_out(session, actor)
    stop()

    assert await service.authenticate(db, token) is None
    assert await service.authenticate(db, other) is not None
    assert [(event.type, event.body["session_id"]) for event in seen if isinstance(event, UserEvent)] == [
        ("session.ended", str(actor.session_id))
    ]


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "x", lambda t: "", lambda t: "sxs_", lambda t: "\ud800"]
)
async def test_a_changed_token_is_unknown(db: Database, change: object) -> None:
    token = await sign_in_cookie(db, await make_user(db))
    assert callable(change)
    assert await service.authenticate(db, change(token)) is None


@pytest.mark.parametrize(
    "over",
    [
        {"expires_at": now() - timedelta(seconds=1)},
        {"last_seen_at": now() - sessions.IDLE - timedelta(seconds=1)},
    ],
    ids=["absolute", "idle"],
)
async def test_sessions_end_by_age_and_by_idleness(db: Database, over: dict[str, object]) -> None:
    token = await sign_in_cookie(db, await make_user(db))
    actor = await service.authenticate(db, token)
    assert actor is not None
    async with db.transaction() as session:
        await session.execute(update(Session).where(Session.id == actor.session_id).values(**over))
    assert await service.authenticate(db, token) is None


async def test_last_seen_is_written_at_most_once_a_minute(db: Database) -> None:
    token = await sign_in_cookie(db, await make_user(db))
    actor = await service.authenticate(db, token)
    assert actor is not None

    async def last_seen() -> object:
        async with db.transaction() as session:
            return (
                await session.execute(select(Session.last_seen_at).where(Session.id == actor.session_id))
            ).scalar_one()

    first = await last_seen()
    await service.authenticate(db, token)
    assert await last_seen() == first
    earlier = now() - timedelta(minutes=5)
    async with db.transaction() as session:
        await session.execute(
            update(Session).where(Session.id == actor.session_id).values(last_seen_at=earlier)
        )
    await service.authenticate(db, token)
    assert await last_seen() != earlier


async def test_a_day_old_token_is_replaced_and_works_a_moment_longer(db: Database) -> None:
    token = await sign_in_cookie(db, await make_user(db))
    actor = await service.authenticate(db, token)
    assert actor is not None
    async with db.transaction() as session:
        assert await sessions.rotate(session, actor) is None
        await session.execute(
            update(Session).where(Session.id == actor.session_id).values(rotated_at=now() - timedelta(days=2))
        )
        renewed = await sessions.rotate(session, actor)
    assert renewed is not None

    assert await service.authenticate(db, renewed[0]) == actor
    assert await service.authenticate(db, token) == actor, "a second tab may still send the old token"
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.id == actor.session_id)
            .values(rotated_at=now() - 2 * sessions.OVERLAP)
        )
    assert await service.authenticate(db, token) is None


async def test_a_suspended_account_is_out_at_once_and_cannot_sign_in(db: Database) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    token = await sign_in_cookie(db, user)
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == user.id).values(suspended_at=now()))
    assert await service.authenticate(db, token) is None
    with pytest.raises(Forbidden, match="suspended"):
        await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD))


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaa", "Ada Founder", "ada.founder@people.example", "Sextant2026!", "x" * 129],
)
async def test_weak_passwords_are_refused_with_a_reason(db: Database, password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await service.sign_up(
            db, None, SignUp(email="ada.founder@people.example", password=password, name="Ada Founder")
        )
    assert caught.value.code == "weak_password"
    assert caught.value.fields["errors"][0]["field"] == "password"


async def test_a_password_does_not_expire_and_nothing_else_is_asked_for(db: Database) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    async with db.transaction() as session:
        await session.execute(
            update(User).where(User.id == user.id).values(password_changed_at=now() - timedelta(days=3650))
        )
    await _sign_in(db, user.email)
    # Neither hints nor secret questions.
    assert set(SignUp.model_fields) == {"email", "password", "name", "timezone", "locale"}
    assert set(ResetPassword.model_fields) == {"token", "password"}
    assert set(ForgotPassword.model_fields) == {"email"}


async def test_profile_changes_only_what_is_given(session: AsyncSession) -> None:
    user = await make_user(session, timezone="Asia/Tokyo")
    changed = await service.update_me(session, actor_for(user), UpdateMe(name="Grace"))
    assert (changed.name, changed.timezone, changed.email) == ("Grace", "Asia/Tokyo", user.email)
    assert not changed.two_factor


async def test_people_leaves_unknown_ids_out_and_shows_no_address(session: AsyncSession) -> None:
    user = await make_user(session, name="Linus")
    found = await service.people(session, [user.id, UUID(int=7)])
    assert {key: value.name for key, value in found.items()} == {user.id: "Linus"}
    assert "email" not in found[user.id].model_dump()


async def test_an_admin_is_made_once_and_given_the_new_password(db: Database) -> None:
    email = unique_email()
    async with db.transaction() as session:
        first = await service.create_admin(session, email, PASSWORD)
        second = await service.create_admin(session, email, "a changed passphrase")
    assert first.id == second.id
    assert (await _sign_in(db, email, "a changed passphrase")).user.role is Role.ADMIN


async def test_the_device_is_remembered_within_bounds(db: Database) -> None:
    async with db.transaction() as session:
        started = await service.start_guest(
            session, StartGuest(), device=Device(ip="203.0.113.9", user_agent="x" * 5000)
        )
        row = (await session.execute(select(Session).where(Session.id == started.session_id))).scalar_one()
    assert row.ip == "203.0.113.9"
    assert row.user_agent == "x" * 300
