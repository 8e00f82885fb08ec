"""Background work of notifications. Importing this registers the jobs."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.db import Database
from core.gateways import gateways
from core.gateways.mail import MailRefused, OutgoingMail
from core.jobs import job, periodic
from models.notifications import Email
from services.notifications import choosing, inbox, rendering, repository, suppressing
from services.notifications.schemas import SEALED, TEMPLATES, AccountLetter, Recipient, SealedInvitation
from services.notifications.wording import unsealed, worded

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=90)


@job("notifications.send_email")
async def deliver(db: Database, *, email_id: UUID) -> None:
    """Hand an e-mail to the vendor, under its own id as the key, so that a second run sends nothing twice.

    Raises `VendorUnavailable` to be run again. An e-mail that the vendor refuses is marked failed.
    """
    async with db.transaction() as session:
        email = await repository.get(session, email_id)
        if email is None or email.status != "queued":
            return
        recipient = await _recipient(session, email)
        if recipient is None:
            email.status = "skipped"
            return
        kind = TEMPLATES[email.template].kind
        if (
            kind is not None
            and recipient.user_id is not None
            and not await choosing.wants_mail(session, recipient.user_id, kind)
        ):
            email.status = "skipped"
            return
        if not TEMPLATES[email.template].to_suppressed and await repository.suppression(
            session, recipient.address
        ):
            email.status = "suppressed"
            return
        mail = _composed(email, recipient)
    vendor_id, error = None, None
    try:
        vendor_id = await gateways().mail.send(mail, key=str(email_id))
    except MailRefused as refused:
        error = str(refused.fields.get("detail") or refused.message)
        log.warning("an e-mail was refused", extra={"email": str(email_id), "reason": error})
    async with db.transaction() as session:
        email = await repository.get(session, email_id, lock=True)
        if email is None:
            return
        email.status = "sent" if error is None else "failed"
        email.vendor_id, email.error = vendor_id, error
        email.sent_at = now() if error is None else None
        if email.template in SEALED:
            # Its links are of no use to us, and the account that it was about may be gone.
            email.context = {}
            if email.user_id is None:
                await session.delete(email)


@job("notifications.handle_event")
async def handle_event(db: Database, *, event_id: UUID) -> None:
    """Act on what the mail vendor told us."""
    async with db.transaction() as session:
        await suppressing.handle(session, event_id)


@periodic("notifications.forget_old", "41 3 * * *")
async def forget_old(db: Database) -> None:
    """The list in the app is for what is recent; rooms, bookings and payments keep their own history."""
    async with db.transaction() as session:
        await inbox.forget_old(session, before=now() - KEPT_FOR)


async def _recipient(session: AsyncSession, email: Email) -> Recipient | None:
    person = await repository.recipient(session, email.user_id) if email.user_id is not None else None
    if email.address is None:
        return person
    return (
        person.model_copy(update={"address": email.address}) if person else Recipient(address=email.address)
    )


def _composed(email: Email, recipient: Recipient) -> OutgoingMail:
    context = TEMPLATES[email.template].model_validate(email.context)
    if isinstance(context, AccountLetter):
        return rendering.compose("message", worded(context, recipient), recipient)
    if isinstance(context, SealedInvitation):
        return rendering.compose("invitation", unsealed(context), recipient)
    return rendering.compose(email.template, context, recipient)
