"""Notifications: lines in the app, push (`tell`) and e-mail (`send_email`). Whatever is sent is a stored row and a job
in the caller's transaction, so that it goes out if and only if what it tells of has happened."""

from typing import Any
from uuid import UUID

from pydantic import EmailStr, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.errors import InvalidInput
from core.jobs import enqueue
from services.accounts import service as accounts
from services.notifications import inbox, letters, push_repository, repository, suppressing, unread
from services.notifications.jobs import deliver
from services.notifications.kinds import Kind
from services.notifications.messages import Watcher
from services.notifications.schemas import TEMPLATES
from services.notifications.telling import News, tell

__all__ = ["Kind", "News", "Watcher", "email_of", "letters", "send_email", "tell"]

_address = TypeAdapter(EmailStr)


async def send_email(
    session: AsyncSession,
    *,
    user_id: UUID | None = None,
    address: str | None = None,
    template: str,
    context: dict[str, Any],
    key: str | None = None,
) -> None:
    """Send an e-mail to a person, at the address they have when it goes out, or to an address.

    `context` holds what the template asks for (`schemas.TEMPLATES`); its words are the catalogue's. The same `key` sends one e-mail, however often it is asked for. People without an
    address (guests, deleted accounts) get none, and those who chose not to get mails of the template's kind neither.
    """
    if (user_id is None) == (address is None):
        raise ValueError("an e-mail goes to a person or to an address")
    filled = TEMPLATES[template].model_validate(context)
    if address is not None:
        try:
            address = _address.validate_python(address)
        except ValidationError:
            raise InvalidInput("This is not an e-mail address.", field="address") from None
    email_id = await repository.add(
        session,
        user_id=user_id,
        address=address,
        template=template,
        context=filled.model_dump(mode="json"),
        key=key,
    )
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)


async def confirm_address(session: AsyncSession, actor: Actor) -> None:
    """Send the mail by which a person proves that their suppressed address works. Raises Conflict."""
    address, url = await suppressing.link_for(session, actor)
    await send_email(
        session,
        user_id=None,
        address=address,
        template="confirm_address",
        context={"url": url, "hours": suppressing.LINK_HOURS},
    )


async def email_of(session: AsyncSession, user_id: UUID) -> str | None:
    """The address of a person, for other rooms' vendors. Never shown to anyone else."""
    recipient = await repository.recipient(session, user_id)
    return recipient.address if recipient is not None else None


@accounts.on_merge
async def _move_emails(session: AsyncSession, source_user_id: UUID, target_user_id: UUID) -> None:
    await repository.move(session, source_user_id, target_user_id)
    # What a guest was told of is in the rooms that move along.
    await inbox.forget(session, source_user_id)


@accounts.on_delete
async def _forget_emails(session: AsyncSession, user_id: UUID) -> None:
    await repository.forget(session, user_id)
    await repository.forget_choices(session, user_id)
    await inbox.forget(session, user_id)
    await push_repository.forget(session, user_id)
    await unread.forget(session, user_id)


@accounts.on_export("emails")
async def _export_emails(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    return [
        {"about": each.template, "status": each.status, "at": each.created_at, "sent_at": each.sent_at}
        for each in await repository.of_person(session, user_id)
    ]


@accounts.on_export("notification_choices")
async def _export_choices(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    return [
        {"kind": row.kind, "in_app": row.in_app, "email": row.email, "push": row.push}
        for row in (await repository.choices(session, [user_id])).values()
    ]
