"""Background work of notifications. Importing this registers the jobs."""

import logging
from uuid import UUID

from core.clock import now
from core.db import Database
from core.gateways import gateways
from core.gateways.mail import MailRefused
from core.jobs import job
from services.notifications import rendering, repository
from services.notifications.schemas import TEMPLATES, Recipient

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
        context = TEMPLATES[email.template].model_validate(email.context)
        if email.user_id is not None:
            recipient = await repository.recipient(session, email.user_id)
        else:
            recipient = Recipient(address=email.address or "")
        if recipient is None:
            email.status = "skipped"
            return
        template = email.template
    mail = rendering.compose(template, context, recipient)
    vendor_id, error = None, None
    try:
        vendor_id = await gateways().mail.send(mail, key=str(email_id))
    except MailRefused as refused:
        error = str(refused.fields.get("detail") or refused.message)
        log.warning("an e-mail was refused", extra={"email": str(email_id), "reason": error})
    async with db.transaction() as session:
        email = await repository.get(session, email_id, lock=True)
        if email is not None:
            email.status = "sent" if error is None else "failed"
            email.vendor_id, email.error = vendor_id, error
            email.sent_at = now() if error is None else None
