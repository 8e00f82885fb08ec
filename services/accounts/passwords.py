"""Changing a password, and setting a new one through a mail when it is forgotten."""

from uuid import UUID

from pydantic import EmailStr
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import NotFound, Unauthenticated
from core.jobs import enqueue, job
from core.security import hash_password, verify_password
from services.accounts import letters, repository, sessions, single_use, stepup, throttle
from services.accounts.addresses import claim
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.policy import check_password
from services.accounts.schemas import NO_DEVICE, ChangePassword, Device, ForgotPassword, ResetPassword
from services.accounts.single_use import LIFETIMES, Purpose


async def change(db: Database, actor: Actor, data: ChangePassword, *, device: Device = NO_DEVICE) -> None:
    """Set a password; all other sessions end. Who has one states it; who has none steps up first.

    Raises `Unauthenticated` (wrong_credentials), `InvalidInput` (weak_password), `RateLimited`."""
    actor.require(Scope.ACCOUNT_WRITE)
    await throttle.begin_proof(db, actor.user_id)
    async with db.transaction() as session:
        user = await repository.user(session, actor.user_id)
        if user is None:
            raise NotFound("This account no longer exists.")
        if user.password_hash is None:
            await stepup.require(session, actor)
    if user.password_hash is not None and not await verify_password(user.password_hash, data.current or ""):
        raise Unauthenticated("The current password is wrong.", code="wrong_credentials")
    await throttle.succeed_proof(db, actor.user_id)
    check_password(data.new, email=user.email, name=user.name)
    password_hash = await hash_password(data.new)
    async with db.transaction() as session:
        await _set(session, user.id, password_hash, but=actor.session_id)
        record(session, SecurityEvent.PASSWORD_CHANGED, user.id, device=device)


async def forgot(session: AsyncSession, data: ForgotPassword, *, device: Device = NO_DEVICE) -> None:
    """Ask for a mail with a link. A job looks the address up, so that the answer and its time tell nothing."""
    await enqueue(session, send_reset, email=data.email, ip=device.ip, user_agent=device.user_agent)


@job("accounts.send_reset")
async def send_reset(db: Database, *, email: EmailStr, ip: str | None, user_agent: str | None) -> None:
    """Write to the account that owns the address, or else to the newest that states it; to nobody if there is none."""
    async with db.transaction() as session:
        user = await repository.owner_of_email(session, email) or await repository.newest_claimant(
            session, email
        )
        if user is None or user.email is None or user.suspended_at is not None:
            return
        issued = await single_use.issue(
            session, Purpose.RESET_PASSWORD, user_id=user.id, data={"email": user.email}
        )
        minutes = str(round(LIFETIMES[Purpose.RESET_PASSWORD].total_seconds() / 60))
        await letters.write(
            session,
            LetterKind.RESET_PASSWORD,
            user,
            link=letters.page("/reset-password", token=issued.token),
            minutes=minutes,
        )
        record(
            session,
            SecurityEvent.PASSWORD_RESET_REQUESTED,
            user.id,
            device=Device(ip=ip, user_agent=user_agent),
        )


async def reset(db: Database, data: ResetPassword, *, device: Device = NO_DEVICE) -> None:
    """Set the password of the account that the link was written for; every session of it ends.

    The link proves the address. An account that had not proven it before may have been made by somebody else, so
    whatever else signs in to it is removed. A second factor stays needed where the address was proven.
    Raises as `single_use.redeem`; `InvalidInput` (weak_password) leaves the link usable.
    """
    async with db.transaction() as session:
        row = await single_use.look_up(session, Purpose.RESET_PASSWORD, data.token)
        user = await repository.user(session, row.user_id) if row.user_id else None
        if user is None:
            raise NotFound("This account no longer exists.")
    check_password(data.password, email=user.email, name=user.name)
    password_hash = await hash_password(data.password)
    async with db.transaction() as session:
        row = await single_use.redeem(session, Purpose.RESET_PASSWORD, data.token)
        current = await repository.user(session, user.id, lock=True)
        if current is None or (current.email or "").casefold() != str(row.data["email"]).casefold():
            raise NotFound("This link is for an address that the account no longer has.", code="link_unknown")
        if current.email_verified_at is None:
            await repository.delete_sign_in_methods(session, current.id)
            sessions.tell_tokens_changed(session, current.id)
            current.email_verified_at = now()
            await claim(session, current)
        await _set(session, current.id, password_hash, but=None)
        record(session, SecurityEvent.PASSWORD_RESET, current.id, device=device)


async def _set(session: AsyncSession, user_id: UUID, password_hash: str, *, but: UUID | None) -> None:
    await repository.change_user(session, user_id, password_hash=password_hash, password_changed_at=now())
    await repository.delete_single_use_tokens(
        session, user_id, Purpose.RESET_PASSWORD.value, Purpose.SECOND_FACTOR.value
    )
    await sessions.end_all(session, user_id, but=but)
    user = await repository.user(session, user_id)
    if user is not None:
        await letters.write(session, LetterKind.PASSWORD_CHANGED, user, reset_link=letters.reset_page())
