"""Tokens that work once and for a short time. Only their hash is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.errors import Gone, NotFound
from core.security import hash_token, new_token
from models.accounts import SingleUseToken
from services.accounts import repository


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    UNDO_EMAIL_CHANGE = "undo_email_change"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    SECOND_FACTOR = "second_factor"
    OAUTH = "oauth"
    PASSKEY_REGISTRATION = "passkey_registration"
    PASSKEY_SIGN_IN = "passkey_sign_in"


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=48),
    Purpose.CHANGE_EMAIL: timedelta(hours=2),
    Purpose.UNDO_EMAIL_CHANGE: timedelta(days=3),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
    Purpose.SECOND_FACTOR: timedelta(minutes=10),
    Purpose.OAUTH: timedelta(minutes=10),
    Purpose.PASSKEY_REGISTRATION: timedelta(minutes=10),
    Purpose.PASSKEY_SIGN_IN: timedelta(minutes=10),
}
ATTEMPTS = 10
# Of links in mails the newest works only; of sign-ins any number may be under way. Links that undo a change of address
# each go to the address of before: a thief who changes it twice must not void the first.
_NEWEST_ONLY = {Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL, Purpose.RESET_PASSWORD}


@dataclass(frozen=True, slots=True)
class Issued:
    token: str
    expires_at: datetime


async def issue(
    session: AsyncSession,
    purpose: Purpose,
    *,
    user_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> Issued:
    """A new token; earlier links of the same person and purpose stop working."""
    if user_id is not None and purpose in _NEWEST_ONLY:
        await repository.delete_single_use_tokens(session, user_id, purpose.value)
    token, expires_at = new_token(), now() + LIFETIMES[purpose]
    session.add(
        SingleUseToken(
            purpose=purpose.value,
            token_hash=hash_token(token),
            user_id=user_id,
            data=data or {},
            expires_at=expires_at,
        )
    )
    await session.flush()
    return Issued(token, expires_at)


async def redeem(session: AsyncSession, purpose: Purpose, token: str) -> SingleUseToken:
    """Use the token up. Of two who try at once, one succeeds.

    Raises `NotFound` (link_unknown) for a token that never was, was cut off, or is for something else; `Gone`
    (link_used, link_expired) for one whose time is over.
    """
    row = await look_up(session, purpose, token)
    row.used_at = now()
    return row


async def look_up(session: AsyncSession, purpose: Purpose, token: str) -> SingleUseToken:
    """The locked row of a token that still works, without using it up. Raises as `redeem` does."""
    # The person before the token, in which order whoever issues a new one locks them, too.
    await repository.lock_owner(session, hash_token(token), purpose.value)
    row = await repository.single_use_token(session, hash_token(token), purpose.value)
    if row is None:
        raise NotFound(
            "This link or code is not one of ours. It may have been cut off: copy all of it, or ask for a new one.",
            code="link_unknown",
        )
    if row.used_at is not None:
        raise Gone(
            "This link or code was used already. Ask for a new one if you still need it.", code="link_used"
        )
    if row.expires_at <= now() or row.attempts >= ATTEMPTS:
        raise Gone("This link or code is no longer valid. Ask for a new one.", code="link_expired")
    return row
