"""People for tests."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Actor, Role
from core.clock import now
from core.db import Database
from core.ids import new_id
from core.security import hash_password
from models.accounts import Passkey, User
from services.accounts import profiles, repository, service, sessions
from services.accounts.schemas import NO_DEVICE, SessionStarted, SignUp, UserRead

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "an entirely different phrase"


def unique_email() -> str:
    """An address nobody else in this test database has."""
    return f"{uuid4().hex[:12]}@people.example"


async def make_user(
    where: AsyncSession | Database,
    *,
    role: Role = Role.USER,
    email: str | None = None,
    name: str = "Ada Founder",
    timezone: str = "UTC",
    verified: bool = True,
    password: str | None = None,
    is_demo: bool = False,
) -> UserRead:
    """A stored account (or guest) with an address of its own. Hashing is skipped unless a password is given."""
    if isinstance(where, Database):
        async with where.transaction() as session:
            return await make_user(
                session,
                role=role,
                email=email,
                name=name,
                timezone=timezone,
                verified=verified,
                password=password,
                is_demo=is_demo,
            )
    guest = role is Role.GUEST
    user = User(
        id=new_id(),
        email=None if guest else email or unique_email(),
        email_verified_at=now() if verified and not guest else None,
        name="Guest" if guest else name,
        role=role.value,
        password_hash=await hash_password(password) if password else None,
        timezone=timezone,
        signed_up_at=None if guest else now(),
        is_demo=is_demo,
    )
    where.add(user)
    await where.flush()
    await where.refresh(user)
    return profiles.read(user)


def actor_for(user: UserRead) -> Actor:
    """The actor of a signed-in user, without a session."""
    return Actor(
        user_id=user.id,
        role=user.role,
        scopes=ROLE_SCOPES[user.role],
        timezone=user.timezone,
        locale=user.locale,
    )


async def make_actor(where: AsyncSession | Database, *, role: Role = Role.USER) -> Actor:
    """The actor of a new user."""
    return actor_for(await make_user(where, role=role))


async def sign_in_cookie(db: Database, user: UserRead) -> str:
    """The value of the session cookie of a new session of `user`."""
    async with db.transaction() as session:
        row = await repository.user(session, user.id)
        assert row is not None
        started = await sessions.begin(
            session, row, method="guest" if user.role is Role.GUEST else "password", device=NO_DEVICE
        )
    return started.token


async def sign_up(db: Database, email: str | None = None) -> tuple[Actor, SessionStarted]:
    """Somebody who has just signed up, and what they were answered; their address is not proven yet."""
    started = await service.sign_up(
        db, None, SignUp(email=email or unique_email(), password=PASSWORD, name="Ada")
    )
    actor = await service.authenticate(db, started.token)
    assert actor is not None
    return actor, started


async def signed_in(db: Database, **values: Any) -> Actor:
    """The actor of a new user with a password, in a session of their own."""
    user = await make_user(db, password=PASSWORD, **values)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    return actor


def passkey_of(user_id: UUID) -> Passkey:
    """A passkey of this account, which nobody can use."""
    return Passkey(user_id=user_id, credential_id=user_id.bytes, public_key=b"k", sign_count=0, name="x")
