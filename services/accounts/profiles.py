"""Who people are: one's own account, and what others see of it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import NotFound
from core.events import UserEvent, emit
from core.ids import new_id
from core.security import hash_password
from models.accounts import User
from services.accounts import repository
from services.accounts.audit import SecurityEvent, record
from services.accounts.schemas import MeRead, Person, UpdateMe, UserRead


def read(user: User) -> UserRead:
    """The account as its owner sees it. `user` has been flushed."""
    return UserRead(
        id=user.id,
        email=user.email,
        email_verified=user.email_verified_at is not None,
        name=user.name,
        role=Role(user.role),
        timezone=user.timezone,
        locale=user.locale,
        avatar_url=user.avatar_url,
        is_demo=user.is_demo,
        created_at=user.created_at,
        deletion_due_at=user.deletion_due_at,
    )


async def me(session: AsyncSession, actor: Actor) -> MeRead:
    """The actor's own account."""
    actor.require(Scope.ACCOUNT_READ)
    user = await repository.user(session, actor.user_id)
    if user is None:
        raise NotFound("This account no longer exists.")
    app, passkey, _ = await repository.second_factors(session, user.id)
    return MeRead(
        **read(user).model_dump(),
        has_password=user.password_hash is not None,
        two_factor=app or passkey,
        authenticator_app=app,
        recovery_codes_left=await repository.count_recovery_codes(session, user.id),
        scopes=sorted(scope.value for scope in actor.scopes),
    )


async def update_me(session: AsyncSession, actor: Actor, data: UpdateMe) -> MeRead:
    """Change the actor's profile; guests may set their time zone and locale too."""
    if not actor.is_guest:
        actor.require(Scope.ACCOUNT_WRITE)
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    if data.name is not None:
        user.name = data.name
    if data.timezone is not None:
        user.timezone = data.timezone
    if data.locale is not None:
        user.locale = data.locale
    await session.flush()
    await session.refresh(user)
    tell_changed(session, user)
    return await me(session, actor)


def tell_changed(session: AsyncSession, user: User) -> None:
    """The person's devices read the account again when the transaction commits; open sockets act in its role."""
    emit(session, UserEvent(user.id, "account.changed", {"type": "account.changed", "role": user.role}))


async def become_cto(session: AsyncSession, user_id: UUID) -> Person:
    """A user who makes a profile as an expert is a CTO from the next request on; operators stay operators. The account
    is locked, so that two requests at once make one profile. Raises `NotFound`."""
    user = await repository.user(session, user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    if user.role == Role.USER.value:
        user.role = Role.CTO.value
        await session.flush()
        record(session, SecurityEvent.ROLE_CHANGED, user.id, before=Role.USER.value, role=Role.CTO.value)
        tell_changed(session, user)
    return person(user)


async def set_avatar(session: AsyncSession, user_id: UUID, url: str | None) -> None:
    """Where the person's photo is, None for none. For the files room, which keeps photos: an address that people
    could choose would show them who looks at it."""
    user = await repository.user(session, user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    user.avatar_url = url
    tell_changed(session, user)


async def name(db: Database, user_id: UUID) -> str:
    """What others call this account; empty when there is none. For whoever has just connected, by the hundred."""
    return await repository.name(db.by_key, user_id) or ""


async def people(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """What others see of these accounts; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {user.id: person(user) for user in await repository.people(session, wanted)}


def person(user: User) -> Person:
    return Person(
        id=user.id, name=user.name, role=Role(user.role), avatar_url=user.avatar_url, is_demo=user.is_demo
    )


async def ensure_account(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None = None,
    timezone: str = "UTC",
    is_demo: bool = False,
) -> Person:
    """The account that owns `email`, made if there is none. For the system (demo data, the command line): the
    address counts as verified, no mail is sent, and an account that exists is left as it is."""
    existing = await repository.owner_of_email(session, email)
    if existing is not None:
        return person(existing)
    moment = now()
    user = User(
        id=new_id(),
        email=email,
        email_verified_at=moment,
        name=name,
        role=role.value,
        password_hash=await hash_password(password) if password is not None else None,
        password_changed_at=moment,
        timezone=timezone,
        is_demo=is_demo,
        signed_up_at=moment,
    )
    session.add(user)
    await session.flush()
    return person(user)


async def create_admin(
    session: AsyncSession, email: str, password: str, *, name: str = "Operator"
) -> UserRead:
    """Make `email` an operator with this password, whether or not the account exists. For the command line."""
    moment = now()
    user = await repository.owner_of_email(session, email)
    if user is None:
        user = User(id=new_id(), email=email, email_verified_at=moment, name=name, signed_up_at=moment)
        session.add(user)
    user.role = Role.ADMIN.value
    user.password_hash = await hash_password(password)
    user.password_changed_at = moment
    await session.flush()
    await session.refresh(user)
    record(session, SecurityEvent.ROLE_CHANGED, user.id, role=Role.ADMIN.value, by="command line")
    return read(user)
