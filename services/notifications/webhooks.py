"""What the mail vendor tells us: verified, stored once under its id, acted on by a job (`suppressing.py`)."""

import logging
from collections.abc import Mapping
from typing import ClassVar

from core.db import Database
from core.errors import NotFound, SextantError
from core.gateways import MailGateway, gateways
from core.gateways.mail import MailSignatureInvalid
from core.jobs import enqueue
from services.notifications import repository
from services.notifications.jobs import handle_event

log = logging.getLogger(__name__)

LARGEST_PAYLOAD = 512 * 1024


class SignatureRefused(SextantError):
    """The webhook does not come from the vendor, or is too old."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid_signature"


async def receive(db: Database, payload: bytes, headers: Mapping[str, str]) -> None:
    """Take in a webhook. Returns once it is stored; what follows is a job's work.

    Raises NotFound while no webhook secret is set, and SignatureRefused."""
    gateway = gateways().mail
    if not isinstance(gateway, MailGateway) or not gateway.takes_webhooks:
        raise NotFound("Webhooks are switched off.", code="webhooks_off")
    try:
        event = gateway.read_webhook(payload, headers)
    except MailSignatureInvalid as error:
        log.warning("refused a webhook: %s", error)
        raise SignatureRefused("The signature does not fit.") from error
    async with db.transaction() as session:
        event_id = await repository.keep_event(
            session,
            vendor_id=event.id,
            event_type=event.type,
            payload=event.payload,
            happened_at=event.created_at,
        )
        if event_id is not None:
            await enqueue(session, handle_event, event_id=event_id)
