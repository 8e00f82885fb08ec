"""Addresses that nothing is sent to: how they come to be, how a person sees it, and how it ends.

A report of the vendor may come twice, late, and in any order. One that is older than the proof that the address works
changes nothing; of several that are not, the first counts.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, EmailStr, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Gone, NotFound
from core.security import UndecipherableError, keys
from core.settings import settings
from models.notifications import Suppression
from services.notifications import repository

log = logging.getLogger(__name__)

LINK_HOURS = 24
_address = TypeAdapter(EmailStr)


class SuppressionRead(BaseModel):
    """Why nothing is sent to the address of one's account."""

    reason: Literal["bounced", "complained"]
    happened_at: datetime


class MailState(BaseModel):
    """The address that mail goes to, and whether it does."""

    address: str | None
    suppressed: SuppressionRead | None


async def handle(session: AsyncSession, event_id: UUID) -> None:
    """Act on a stored event, in one transaction with the mark that it was handled."""
    event = await repository.locked_event(session, event_id)
    if event is None or event.handled_at is not None:
        return
    event.outcome = await _act(session, event.type, event.payload, event.happened_at)
    event.handled_at = now()


async def _act(session: AsyncSession, kind: str, payload: dict[str, Any], happened_at: datetime) -> str:
    data = payload.get("data")
    data = data if isinstance(data, dict) else {}
    match kind:
        case "email.bounced":
            bounce = data.get("bounce")
            bounce = bounce if isinstance(bounce, dict) else {}
            # A full mailbox or a server that is away is no reason to give an address up.
            if str(bounce.get("type", "Permanent")).lower() != "permanent":
                return "may work later"
            reason, detail = "bounced", str(bounce.get("message", ""))[:500] or None
        case "email.complained":
            reason, detail = "complained", None
        case _:
            return "not of interest"
    addresses = [each for each in _list(data.get("to")) if _is_address(each)]
    if not addresses:
        return "names no address"
    stored = [
        await repository.suppress(session, each, reason=reason, detail=detail, happened_at=happened_at)
        for each in addresses
    ]
    return "suppressed" if any(stored) else "known"


async def own(session: AsyncSession, actor: Actor) -> MailState:
    """The address of the actor's account, and whether mail to it is suppressed."""
    actor.require(Scope.ACCOUNT_READ)
    recipient = await repository.recipient(session, actor.user_id)
    if recipient is None:
        return MailState(address=None, suppressed=None)
    row = await repository.suppression(session, recipient.address)
    return MailState(address=recipient.address, suppressed=_read(row) if row else None)


async def link_for(session: AsyncSession, actor: Actor) -> tuple[str, str]:
    """What is needed to ask whether the actor's suppressed address works: (address, link).

    Raises Conflict (not_suppressed)."""
    actor.require(Scope.ACCOUNT_WRITE)
    actor.require_account()
    recipient = await repository.recipient(session, actor.user_id)
    row = await repository.suppression(session, recipient.address) if recipient else None
    if recipient is None or row is None:
        raise Conflict("Mail to your address is not held back.", code="not_suppressed")
    expires_at = now() + timedelta(hours=LINK_HOURS)
    token = keys().encrypt(orjson.dumps({"lift": str(row.id), "until": expires_at.timestamp()}).decode())
    return recipient.address, f"{settings().base_url}/confirm-address#token={token}"


async def lift(session: AsyncSession, token: str) -> None:
    """Mail goes to the address again. Doing it again changes nothing.

    Raises NotFound (link_unknown) and Gone (link_expired)."""
    try:
        known: dict[str, Any] = orjson.loads(keys().decrypt(token))
        suppression_id, until = UUID(known["lift"]), datetime.fromtimestamp(known["until"], UTC)
    except (UndecipherableError, ValueError, KeyError, TypeError):
        raise NotFound(
            "This link is not one of ours. It may have been cut off: copy all of it, or ask for a new one.",
            code="link_unknown",
        ) from None
    if until <= now():
        raise Gone("This link is no longer valid. Ask for a new one.", code="link_expired")
    row = await repository.suppression_by_id(session, suppression_id)
    if row is not None and row.lifted_at is None:
        row.lifted_at = now()


def _read(row: Suppression) -> SuppressionRead:
    return SuppressionRead(reason=row.reason, happened_at=row.happened_at)


def _list(value: Any) -> list[Any]:
    return value[:50] if isinstance(value, list) else [value]


def _is_address(value: Any) -> bool:
    try:
        _address.validate_python(value)
    except ValidationError:
        return False
    return True
