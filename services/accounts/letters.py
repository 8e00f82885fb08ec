"""Mails of this room. It says what happened and to whom; the notifications room words, renders and sends them.

Notifications knows accounts and not the other way round, so it registers itself here.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import settings
from models.accounts import User


class LetterKind(StrEnum):
    """What a mail is about, and the `values` that come with it."""

    VERIFY_EMAIL = "verify_email"  # link, hours: prove that the new account's address is yours
    ALREADY_REGISTERED = (
        "already_registered"  # link, reset_link: someone signed up with an address that has an account
    )
    RESET_PASSWORD = "reset_password"  # noqa: S105  link, minutes
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  reset_link: it was changed or reset, all other sessions ended
    CONFIRM_EMAIL_CHANGE = "confirm_email_change"  # link, hours: to the new address
    # address (the new one, masked); to the old address: link, days (to undo it), or reset_link if it was never verified
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    # address (the new one, masked); to the new address: reset_link; to the old one, if verified: link, days (to undo it)
    EMAIL_CHANGED = "email_changed"
    EMAIL_CHANGE_UNDONE = (
        "email_change_undone"  # address (masked), reset_link: to the old and the new address
    )
    # All these tell of a reset_link too, by which whoever did not do it takes the account back.
    NEW_DEVICE = "new_device"  # device, ip, at, link (to the list of devices)
    TWO_FACTOR_ON = "two_factor_on"  # method: authenticator app or passkey; link
    TWO_FACTOR_OFF = "two_factor_off"  # method; link
    RECOVERY_CODE_USED = "recovery_code_used"  # left; link
    IDENTITY_LINKED = "identity_linked"  # provider; link
    API_TOKEN_CREATED = "api_token_created"  # noqa: S105  token (its name), scopes; link
    DELETION_REQUESTED = "deletion_requested"  # at (when it will be deleted), link (to cancel)
    DELETED = "deleted"  # nothing


class Letter(BaseModel):
    """One mail to one person."""

    model_config = ConfigDict(frozen=True)

    kind: LetterKind
    to: str
    name: str
    locale: str
    user_id: UUID | None
    values: dict[str, str]


Deliverer = Callable[[AsyncSession, Letter], Awaitable[None]]

_deliverers: list[Deliverer] = []


def deliver_with(deliverer: Deliverer) -> Deliverer:
    """Register who sends the letters; it works in the caller's transaction, so it enqueues. Usable as a decorator."""
    _deliverers[:] = [deliverer]
    return deliverer


async def write(
    session: AsyncSession, kind: LetterKind, user: User, *, to: str | None = None, **values: str
) -> None:
    """Send a letter when the transaction commits: to `to`, or else the account's address (none: no letter)."""
    address = to or user.email
    if address is None or user.is_demo:
        return
    if not _deliverers:
        raise RuntimeError("nobody delivers letters: import services.notifications.service")
    letter = Letter(kind=kind, to=address, name=user.name, locale=user.locale, user_id=user.id, values=values)
    await _deliverers[0](session, letter)


def page(path: str, *, token: str | None = None) -> str:
    """The address of a page of the web app. A token travels in the fragment, which browsers send to no server."""
    return f"{settings().base_url}{path}" + (f"#token={token}" if token else "")


def reset_page() -> str:
    return page("/forgot-password")
