"""Taking a change of address back, by a link that only the address of before was sent.

Whoever holds a session can change the address of an account; who owned the old address learns of it there, and has
`LIFETIMES[UNDO_EMAIL_CHANGE]` to say that it was not them. No session is needed, since a thief may have ended them all;
none helps either, since the link is in no answer of the API. An address that was never verified gets no such link:
anyone may have typed it.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.errors import NotFound
from models.accounts import User
from services.accounts import factors, letters, repository, sessions, single_use
from services.accounts.addresses import claim, masked
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.profiles import tell_changed
from services.accounts.schemas import NO_DEVICE, Device, EmailChangeUndone
from services.accounts.single_use import LIFETIMES, Purpose

PAGE = "/undo-email-change"


async def offer(session: AsyncSession, user: User, *, since: datetime | None = None) -> dict[str, str]:
    """What a letter to the present address of `user` tells of undoing a change of it: nothing while that is unproven.
    `since` is when the change was asked for, if that was not now."""
    if user.email is None or user.email_verified_at is None:
        return {}
    issued = await single_use.issue(
        session,
        Purpose.UNDO_EMAIL_CHANGE,
        user_id=user.id,
        data={"email": user.email, "since": since.isoformat() if since else None},
    )
    return {
        "link": letters.page(PAGE, token=issued.token),
        "days": str(LIFETIMES[Purpose.UNDO_EMAIL_CHANGE].days),
    }


async def undo(session: AsyncSession, token: str, *, device: Device = NO_DEVICE) -> EmailChangeUndone:
    """The account has the address again that the link was sent to, and nobody is signed in to it any more.

    What signs in and was added since the change was asked for is removed, and every API token; the password is void,
    since whoever asked for the change may know it, and the answer lets one choose a new one. A second factor from
    before stays needed. Raises as `single_use.redeem`; `Conflict` (email_in_use) as `addresses.claim`.
    """
    row = await single_use.redeem(session, Purpose.UNDO_EMAIL_CHANGE, token)
    assert row.user_id is not None, "a change of address is somebody's"
    await repository.use_up_single_use_tokens(
        session, row.user_id, Purpose.UNDO_EMAIL_CHANGE.value, at=row.used_at or now()
    )
    user = await repository.user(session, row.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    replaced, restored = user.email, str(row.data["email"])
    since = datetime.fromisoformat(row.data["since"]) if row.data["since"] else row.created_at
    user.email, user.email_verified_at, user.password_hash = restored, now(), None
    await claim(session, user)
    await repository.delete_single_use_tokens(
        session,
        user.id,
        Purpose.CHANGE_EMAIL.value,
        Purpose.RESET_PASSWORD.value,
        Purpose.SECOND_FACTOR.value,
        Purpose.PASSKEY_REGISTRATION.value,
    )
    await repository.delete_sign_in_methods(session, user.id, since=since)
    if not await factors.methods(session, user.id):
        await repository.delete_recovery_codes(session, user.id)
    await sessions.end_all(session, user.id)
    sessions.tell_tokens_changed(session, user.id)
    for address in {restored, replaced} - {None}:
        await letters.write(
            session,
            LetterKind.EMAIL_CHANGE_UNDONE,
            user,
            to=address,
            address=masked(restored),
            reset_link=letters.reset_page(),
        )
    record(session, SecurityEvent.EMAIL_CHANGE_UNDONE, user.id, device=device, address=masked(restored))
    tell_changed(session, user)
    reset = await single_use.issue(session, Purpose.RESET_PASSWORD, user_id=user.id, data={"email": restored})
    return EmailChangeUndone(email=restored, reset_token=reset.token)
