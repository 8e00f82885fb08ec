"""What the payment vendor tells us: verified, stored once, acted on by a job (`events.py`)."""

import logging
from typing import ClassVar

from core.db import Database
from core.errors import NotFound, SextantError, TooLarge
from core.gateways import gateways
from core.gateways.payments import SignatureInvalid
from core.jobs import enqueue
from services.billing import repository
from services.billing.jobs import handle_event

log = logging.getLogger(__name__)

VENDOR = "stripe"
LARGEST_PAYLOAD = 512 * 1024


class SignatureRefused(SextantError):
    """The webhook does not come from the vendor, or is too old."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid_signature"


async def receive(db: Database, payload: bytes, signature: str | None) -> None:
    """Take in a webhook. Returns once it is stored; what follows is a job's work.

    Raises NotFound while no webhook secret is set, TooLarge, and SignatureRefused.
    """
    gateway = gateways().payments
    if not gateway.takes_webhooks:
        raise NotFound("Webhooks are switched off.", code="webhooks_off")
    if len(payload) > LARGEST_PAYLOAD:
        raise TooLarge("This webhook is too large.")
    try:
        event = gateway.read_webhook(payload, signature)
    except SignatureInvalid as error:
        log.warning("refused a webhook: %s", error)
        raise SignatureRefused("The signature does not fit.") from error
    async with db.transaction() as session:
        event_id = await repository.keep_event(
            session,
            vendor=VENDOR,
            vendor_id=event.id,
            event_type=event.type,
            payload=event.payload,
            happened_at=event.created_at,
        )
        if event_id is not None:
            await enqueue(session, handle_event, event_id=event_id)
