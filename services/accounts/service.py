"""Accounts: guests, sign-up, sign-in, and the functions other rooms use.

Rules that hash passwords take the database and open short transactions around the hashing; the others work in the
caller's session.
"""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Unauthenticated
from core.ids import new_id
from core.security import API_TOKEN_PREFIX, hash_password, needs_rehash, verify_password
from models.accounts import User
from services.accounts import api_tokens, factors, repository, sessions, single_use, throttle
from services.accounts.administration import is_suspended, on_suspension
from services.accounts.audit import SecurityEvent, record
from services.accounts.deletion import on_delete
from services.accounts.devices import tell_if_new
from services.accounts.export import on_export
from services.accounts.letters import deliver_with
from services.accounts.merging import merge, on_merge
from services.accounts.policy import check_password
from services.accounts.profiles import (
    become_cto,
    create_admin,
    ensure_account,
    me,
    name,
    people,
    person,
    read,
    set_avatar,
    tell_changed,
    update_me,
)
from services.accounts.schemas import (
    NO_DEVICE,
    Device,
    FinishSignIn,
    SecondFactorNeeded,
    SessionStarted,
    SignIn,
    SignUp,
    StartGuest,
)
from services.accounts.sessions import sign_out
from services.accounts.single_use import Purpose
from services.accounts.verification import ask_to_verify

__all__ = [
    "authenticate",
    "become_cto",
    "create_admin",
    "deliver_with",
    "ensure_account",
    "finish_sign_in",
    "is_suspended",
    "me",
    "name",
    "on_delete",
    "on_export",
    "on_merge",
    "on_suspension",
    "people",
    "person",
    "read",
    "set_avatar",
    "sign_in",
    "sign_out",
    "sign_up",
    "start_guest",
    "update_me",
]

GUEST_NAME = "Guest"


async def start_guest(
    session: AsyncSession, data: StartGuest, *, device: Device = NO_DEVICE
) -> SessionStarted:
    """A new guest and their session."""
    user = User(
        id=new_id(), name=GUEST_NAME, role=Role.GUEST.value, timezone=data.timezone, locale=data.locale
    )
    session.add(user)
    await session.flush()
    await session.refresh(user)
    return await sessions.begin(session, user, method="guest", device=device)


async def sign_up(
    db: Database, actor: Actor | None, data: SignUp, *, device: Device = NO_DEVICE
) -> SessionStarted:
    """An account for `data.email`, signed in. A guest becomes that account, in place, and keeps everything.

    The address is a claim until its owner verifies it, so this works alike for an address that has an account: the
    answer tells nobody, and the owner learns it by mail. Raises `InvalidInput` (weak_password).
    """
    check_password(data.password, email=data.email, name=data.name)
    password_hash = await hash_password(data.password)
    async with db.transaction() as session:
        guest = None
        if actor is not None and actor.is_guest:
            guest = await repository.user(session, actor.user_id, lock=True)
            if guest is not None and guest.role != Role.GUEST.value:
                raise Conflict(
                    "You have just signed up in another tab. Reload the page.", code="already_signed_up"
                )
        user = guest or User(id=new_id(), timezone="UTC", locale="en")
        values: dict[str, Any] = {
            "email": data.email,
            "name": data.name,
            "role": Role.USER.value,
            "password_hash": password_hash,
            "password_changed_at": now(),
            "signed_up_at": now(),
            "timezone": data.timezone or user.timezone,
            "locale": data.locale or user.locale,
        }
        for name, value in values.items():
            setattr(user, name, value)
        session.add(user)
        await session.flush()
        await session.refresh(user)
        record(session, SecurityEvent.SIGNED_UP, user.id, device=device)
        tell_changed(session, user)
        await ask_to_verify(session, user)
        started = None
        if guest is not None and actor is not None and actor.session_id is not None:
            started = await sessions.prove(session, user, actor.session_id, method="password")
        elif actor is not None:
            await sessions.sign_out(session, actor, device=device)
        return started or await sessions.begin(session, user, method="password", device=device)


async def sign_in(
    db: Database, actor: Actor | None, data: SignIn, *, device: Device = NO_DEVICE
) -> SessionStarted | SecondFactorNeeded:
    """A session for who knows the password; a guest's things move to the account.

    Raises `Unauthenticated` (wrong_credentials) alike for an unknown address and a wrong password, after the same
    work: two hashes are compared whatever exists. Raises `RateLimited` (too_many_attempts) while failures are recent.
    """
    await throttle.begin(db, data.email, device)
    async with db.transaction() as session:
        candidates = [
            await repository.owner_of_email(session, data.email),
            await repository.newest_claimant(session, data.email),
        ]
    fits = await asyncio.gather(
        *(verify_password(user.password_hash if user else None, data.password) for user in candidates)
    )
    found = next((user for user, fit in zip(candidates, fits, strict=True) if user and fit), None)
    if found is None:
        async with db.transaction() as session:
            owner = candidates[0] or candidates[1]
            record(session, SecurityEvent.SIGN_IN_FAILED, owner.id if owner else None, device=device)
        raise Unauthenticated("The e-mail address or the password is wrong.", code="wrong_credentials")
    await throttle.succeed(db, data.email, device)
    rehashed = None
    if found.password_hash is not None and needs_rehash(found.password_hash):
        rehashed = await hash_password(data.password)
    async with db.transaction() as session:
        user = await repository.user(session, found.id, lock=True)
        if user is None or user.password_hash != found.password_hash:
            raise Unauthenticated("The e-mail address or the password is wrong.", code="wrong_credentials")
        if rehashed is not None:
            user.password_hash = rehashed
        return await enter_or_ask(session, actor, user, method="password", device=device)


async def enter_or_ask(
    session: AsyncSession, actor: Actor | None, user: User, *, method: str, device: Device
) -> SessionStarted | SecondFactorNeeded:
    """Begin a session of `user`, who has passed the first step, or ask for the second where the account has one."""
    methods = await factors.methods(session, user.id)
    if not methods:
        return await enter(session, actor, user, method=method, device=device)
    issued = await single_use.issue(session, Purpose.SECOND_FACTOR, user_id=user.id, data={"method": method})
    return SecondFactorNeeded(challenge=issued.token, methods=methods, expires_at=issued.expires_at)


async def finish_sign_in(
    db: Database, actor: Actor | None, data: FinishSignIn, *, device: Device = NO_DEVICE
) -> SessionStarted:
    """The second step. Raises as `single_use.redeem`; `Unauthenticated` (wrong_code), after which the challenge may
    be tried again; `RateLimited` (too_many_attempts)."""
    async with db.transaction() as session:
        row = await single_use.look_up(session, Purpose.SECOND_FACTOR, data.challenge)
        assert row.user_id is not None, "a second step belongs to somebody"
        user_id = row.user_id
        row.attempts += 1
    await throttle.begin_proof(db, user_id)
    used = await factors.check_code(db, user_id, data.code, device=device)
    await throttle.succeed_proof(db, user_id)
    async with db.transaction() as session:
        row = await single_use.redeem(session, Purpose.SECOND_FACTOR, data.challenge)
        user = await repository.user(session, user_id, lock=True)
        if user is None:
            raise Unauthenticated("This account no longer exists.")
        return await enter(session, actor, user, method=f"{row.data['method']}+{used}", device=device)


async def enter(
    session: AsyncSession, actor: Actor | None, user: User, *, method: str, device: Device
) -> SessionStarted:
    """Begin a session of `user`, who has proven who they are, in place of the actor's session.

    What a guest did moves to the account; so does an unverified account that stated the same, verified, address:
    it is what someone made who had forgotten this one. Raises `Forbidden` (account_suspended).
    """
    if user.suspended_at is not None:
        raise Forbidden("This account is suspended. Write to support.", code="account_suspended")
    if actor is not None and actor.session_id is not None and actor.user_id != user.id:
        source = await repository.user(session, actor.user_id, lock=True)
        if source is not None and _same_person(source, user):
            await merge(session, source, user)
        else:
            await sessions.sign_out(session, actor, device=device)
    elif actor is not None:
        await sessions.sign_out(session, actor, device=device)
    await tell_if_new(session, user, device)
    record(session, SecurityEvent.SIGNED_IN, user.id, device=device, method=method)
    return await sessions.begin(session, user, method=method, device=device)


def _same_person(source: User, target: User) -> bool:
    if source.role == Role.GUEST.value:
        return True
    return (
        source.role == Role.USER.value
        and source.email_verified_at is None
        and target.email_verified_at is not None
        and source.email is not None
        and target.email is not None
        and source.email.casefold() == target.email.casefold()
    )


async def authenticate(db: Database, token: str) -> Actor | None:
    """Who a session token or an API token belongs to, or None. One indexed query, whatever the token."""
    if token.startswith(API_TOKEN_PREFIX):
        return await api_tokens.authenticate(db, token)
    return await sessions.authenticate_session(db, token)
