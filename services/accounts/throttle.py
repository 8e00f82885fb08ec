"""Guessing gets slow: failed attempts on one account from one address soon wait, and so do, later and for everyone,
failed attempts on one account from everywhere."""

from datetime import timedelta
from uuid import UUID

from core.db import Database
from core.ratelimit import Backoff
from services.accounts.schemas import Device

_HERE = Backoff("sign-in")
# High, so that a stranger cannot keep the owner out; still a bound on guesses spread over many addresses.
_ANYWHERE = Backoff("sign-in-anywhere", free=100, longest=timedelta(minutes=1))
_FACTOR = Backoff("second-factor")


async def begin(db: Database, email: str, device: Device) -> None:
    """A sign-in attempt begins. Raises `RateLimited` (too_many_attempts), alike for known and unknown addresses."""
    await _HERE.attempt(db.raw, _here(email, device))
    await _ANYWHERE.attempt(db.raw, email.casefold())


async def succeed(db: Database, email: str, device: Device) -> None:
    """The password was right."""
    await _HERE.clear(db.raw, _here(email, device))
    await _ANYWHERE.clear(db.raw, email.casefold())


async def begin_proof(db: Database, user_id: UUID) -> None:
    """Somebody who is half way in tries a code, or a password once more. Raises `RateLimited`."""
    await _FACTOR.attempt(db.raw, str(user_id))


async def succeed_proof(db: Database, user_id: UUID) -> None:
    await _FACTOR.clear(db.raw, str(user_id))


def _here(email: str, device: Device) -> str:
    return f"{email.casefold()}\0{device.ip}"
