"""Proving that an address is one's own, and changing it.

A link in a mail works only in a session of the account it is for: whoever signs up with somebody else's address must
not get it verified by that person's curious click.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models.accounts import User
from services.accounts import letters, repository, single_use, stepup, undoing
from services.accounts.addresses import claim, masked
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.profiles import me, tell_changed
from services.accounts.schemas import NO_DEVICE, ChangeEmail, Device, MeRead
from services.accounts.single_use import LIFETIMES, Purpose


async def ask_to_verify(session: AsyncSession, user: User) -> None:
    """Write to the address that `user` states: with a link that proves it, or, where it has an account, about that."""
    if user.email is None or user.email_verified_at is not None:
        return
    issued = await single_use.issue(
        session, Purpose.VERIFY_EMAIL, user_id=user.id, data={"email": user.email}
    )
    if await repository.owner_of_email(session, user.email) is not None:
        await letters.write(
            session,
            LetterKind.ALREADY_REGISTERED,
            user,
            link=letters.page("/sign-in"),
            reset_link=letters.reset_page(),
        )
        return
    await letters.write(
        session,
        LetterKind.VERIFY_EMAIL,
        user,
        link=letters.page("/verify-email", token=issued.token),
        hours=_hours(Purpose.VERIFY_EMAIL),
    )


async def resend(session: AsyncSession, actor: Actor) -> None:
    """Write the verification mail again. Does nothing for an address that is verified."""
    actor.require_account()
    await ask_to_verify(session, await _locked(session, actor))


async def verify(
    session: AsyncSession, actor: Actor | None, token: str, *, device: Device = NO_DEVICE
) -> MeRead:
    """The address of the actor's account is verified.

    Raises as `single_use.redeem`; `Forbidden` (sign_in_to_verify) in any other session than the account's own;
    `Conflict` (email_in_use) when another account has proven the same address since.
    """
    row = await single_use.redeem(session, Purpose.VERIFY_EMAIL, token)
    if actor is None or row.user_id != actor.user_id:
        raise Forbidden(
            "Sign in to the account you made with this address, then open the link again.",
            code="sign_in_to_verify",
        )
    user = await _locked(session, actor)
    if user.email is None or user.email.casefold() != str(row.data["email"]).casefold():
        raise Conflict("This link is for an address that the account no longer has.", code="email_changed")
    user.email_verified_at = user.email_verified_at or now()
    await claim(session, user)
    record(session, SecurityEvent.EMAIL_VERIFIED, user.id, device=device)
    tell_changed(session, user)
    return await me(session, actor)


async def request_change(
    session: AsyncSession, actor: Actor, data: ChangeEmail, *, device: Device = NO_DEVICE
) -> None:
    """Write to the new address with a link, and to the old one about it. The answer tells nothing about the new
    address. Raises `Forbidden` (step_up_required)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    user = await _locked(session, actor)
    if user.email is not None and user.email.casefold() == data.email.casefold():
        raise InvalidInput(
            "This is your address already.", errors=[{"field": "email", "message": "unchanged"}]
        )
    issued = await single_use.issue(
        session, Purpose.CHANGE_EMAIL, user_id=user.id, data={"email": data.email}
    )
    if await repository.owner_of_email(session, data.email) is not None:
        await letters.write(
            session,
            LetterKind.ALREADY_REGISTERED,
            user,
            to=data.email,
            link=letters.page("/sign-in"),
            reset_link=letters.reset_page(),
        )
    else:
        await letters.write(
            session,
            LetterKind.CONFIRM_EMAIL_CHANGE,
            user,
            to=data.email,
            link=letters.page("/change-email", token=issued.token),
            hours=_hours(Purpose.CHANGE_EMAIL),
        )
    way_out = await undoing.offer(session, user) or {"reset_link": letters.reset_page()}
    await letters.write(
        session, LetterKind.EMAIL_CHANGE_REQUESTED, user, address=masked(data.email), **way_out
    )
    record(session, SecurityEvent.EMAIL_CHANGE_REQUESTED, user.id, device=device, address=masked(data.email))


async def change(
    session: AsyncSession, actor: Actor | None, token: str, *, device: Device = NO_DEVICE
) -> MeRead:
    """The account has the new address, verified; both addresses are told. Raises as `verify`."""
    row = await single_use.redeem(session, Purpose.CHANGE_EMAIL, token)
    if actor is None or row.user_id != actor.user_id:
        raise Forbidden("Sign in to your account, then open the link again.", code="sign_in_to_verify")
    user = await _locked(session, actor)
    old, new = user.email, str(row.data["email"])
    way_out = await undoing.offer(session, user, since=row.created_at)
    user.email, user.email_verified_at = new, now()
    await claim(session, user)
    # A link to reset the password that went to the old address must not work any more.
    await repository.delete_single_use_tokens(session, user.id, Purpose.RESET_PASSWORD.value)
    told = {old: way_out, new: {"reset_link": letters.reset_page()}}
    for address, values in told.items():
        if address is not None:
            await letters.write(
                session, LetterKind.EMAIL_CHANGED, user, to=address, address=masked(new), **values
            )
    record(session, SecurityEvent.EMAIL_CHANGED, user.id, device=device, address=masked(new))
    tell_changed(session, user)
    return await me(session, actor)


def _hours(purpose: Purpose) -> str:
    return str(round(LIFETIMES[purpose].total_seconds() / 3600))


async def _locked(session: AsyncSession, actor: Actor) -> User:
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    return user
