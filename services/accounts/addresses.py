"""Whose an address is, and how it is shown to somebody whose it may not be."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from models.accounts import User


async def claim(session: AsyncSession, user: User) -> None:
    """Write the verified address. Raises `Conflict` (email_in_use): one account only has a verified address."""
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise Conflict(
            "You have another account with this address. Sign in to that one instead.", code="email_in_use"
        ) from error


def masked(email: str) -> str:
    """Enough of an address to recognise it: `a…@people.example`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain}"
