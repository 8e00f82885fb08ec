"""Telling operators of what people have reported: rooms' people and messages, and reviews.

What is reported between two looks (`messages.look`) comes together, and adds to one line until it has been read. An
e-mail goes out once an hour at most.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import STORED_WITHIN, first_id_at
from core.jobs import enqueue
from core.settings import settings
from services.notifications import repository, unread
from services.notifications.jobs import deliver
from services.notifications.kinds import Kind
from services.notifications.schemas import ReportsWaiting
from services.notifications.telling import News, tell

PATH = "/admin/reports"

# What was reported between these times and still waits. Ids are times, and the index of open reports of reviews has them.
_REPORTED = text(
    """
    with reported as (
        select r.created_at, r.reported_id as about_id, case when r.message_id is null then 'person' else 'message' end as what
        from reports r where r.status = 'open' and r.created_at > :since and r.created_at <= :through
        union all
        select c.created_at, v.author_id, 'review'
        from review_reports c join reviews v on v.id = c.review_id
        where c.resolved_at is null and c.id >= :floor and c.created_at > :since and c.created_at <= :through
    )
    select count(*) as reports, max(r.created_at) as at,
        (array_agg(r.what order by r.created_at desc))[1] as what,
        (array_agg(u.name order by r.created_at desc))[1] as name
    from reported r join users u on u.id = r.about_id
    having count(*) > 0
    """
)

_WAITING = text(
    """
    select (select count(*) from reports where status = 'open')
        + (select count(*) from review_reports where resolved_at is null)
    """
)


async def tell_operators(session: AsyncSession, *, since: datetime, through: datetime) -> None:
    """Tell all operators of what was reported between these times and nobody has dealt with yet."""
    bounds = {"floor": first_id_at(since - STORED_WITHIN), "since": since, "through": through}
    reported = (await session.execute(_REPORTED, bounds)).one_or_none()
    if reported is None:
        return
    operators = await unread.operators(session)
    await tell(session, *(_line(operator, reported, through) for operator in operators))
    waiting = await session.scalar(_WAITING)
    context = ReportsWaiting(count=waiting, url=settings().base_url + PATH).model_dump(mode="json")
    for operator in operators:
        email_id = await repository.add(
            session,
            user_id=operator,
            address=None,
            template="reports_waiting",
            context=context,
            key=f"reports:{operator}:{through:%Y%m%d%H}",
        )
        if email_id is not None:
            await enqueue(session, deliver, email_id=email_id)


def _line(operator: UUID, reported: Row[Any], through: datetime) -> News:
    return News(
        operator,
        Kind.REPORT,
        f"reported_{reported.what}",
        key="reports",
        path=PATH,
        context={"name": reported.name},
        count=reported.reports,
        seq=int(through.timestamp() * 1_000_000),
        at=reported.at,
    )
