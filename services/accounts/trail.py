"""Reading the audit log: one's own, or, for operators, all of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from models.accounts import AuditEntry
from services.accounts import repository
from services.accounts.audit import SecurityEvent
from services.accounts.devices import describe
from services.accounts.schemas import AuditPage, AuditRead


async def own(session: AsyncSession, actor: Actor, *, before: UUID | None, limit: int) -> AuditPage:
    """The security events of the actor's account, newest first."""
    actor.require(Scope.ACCOUNT_READ)
    return _page(
        await repository.audit_page(
            session, user_id=actor.user_id, event=None, before=before, limit=limit + 1
        ),
        limit,
    )


async def everyone(
    session: AsyncSession,
    actor: Actor,
    *,
    user_id: UUID | None,
    event: SecurityEvent | None,
    before: UUID | None,
    limit: int,
) -> AuditPage:
    """Security events of all accounts, or of one. For operators."""
    actor.require(Scope.ADMIN)
    rows = await repository.audit_page(
        session, user_id=user_id, event=event.value if event else None, before=before, limit=limit + 1
    )
    return _page(rows, limit)


def _page(rows: Sequence[AuditEntry], limit: int) -> AuditPage:
    items = [
        AuditRead(
            id=row.id,
            at=row.at,
            event=row.event,
            user_id=row.user_id,
            actor_id=row.actor_id,
            ip=row.ip,
            device=describe(row.user_agent),
            data=row.data,
        )
        for row in rows[:limit]
    ]
    return AuditPage(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)
