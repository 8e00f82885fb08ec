"""Background work of notifications. Importing this registers the jobs."""

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.db import Database
from core.gateways import gateways
from core.gateways.mail import MailRefused, OutgoingMail
from core.jobs import job
from models.notifications import Email
from services.notifications import rendering, repository
from services.notifications.schemas import TEMPLATES, AccountLetter, Recipient
from services.notifications.wording import worded

log = logging.getLogger(__name__)


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
        if email.template == "account_letter":
            # Its links are of no use to us, and the account that it was about may be gone.
            email.context = {}
            if email.user_id is None:
                await session.delete(email)


async def _recipient(session: AsyncSession, email: Email) -> Recipient | None:
    person = await repository.recipient(session, email.user_id) if email.user_id is not None else None
    if email.address is None:
        return person
    return Recipient(address=email.address, timezone=person.timezone if person is not None else "UTC")


def _composed(email: Email, recipient: Recipient) -> OutgoingMail:
    context = TEMPLATES[email.template].model_validate(email.context)
    if isinstance(context, AccountLetter):
        return rendering.compose("message", worded(context, recipient), recipient)
    return rendering.compose(email.template, context, recipient)
