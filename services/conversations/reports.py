"""Telling the operators about a person or a message, and what they do about it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import InvalidInput, NotFound
from core.ids import new_id
from models.conversations import Report, RoomMember
from services.accounts import service as accounts
from services.conversations import message_repository, repository
from services.conversations.people_schemas import CreateReport, ResolveReport, RoomReportPage, RoomReportRead
from services.conversations.rendering import message_body


async def report(session: AsyncSession, actor: Actor, data: CreateReport) -> RoomReportRead:
    """Report somebody who is or was in a room of the actor's, or what they wrote there."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    await repository.room_of(session, actor.user_id, data.room_id)
    if data.user_id == actor.user_id:
        raise InvalidInput("This is you.", code="yourself")
    if await session.get(RoomMember, (data.room_id, data.user_id)) is None:
        raise NotFound("This person is not in the conversation.", user=str(data.user_id))
    evidence = {}
    if data.message_id is not None:
        message = await message_repository.message_of(session, data.room_id, data.message_id)
        if message["sender_id"] != data.user_id:
            raise InvalidInput("This message is by somebody else.", code="not_their_message")
        evidence = message_body(message)
    row = Report(
        id=new_id(),
        reporter_id=actor.user_id,
        reported_id=data.user_id,
        room_id=data.room_id,
        message_id=data.message_id,
        reason=data.reason,
        text=data.text,
        evidence=evidence,
        status="open",
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    return RoomReportRead.model_validate(row, from_attributes=True)


async def waiting(session: AsyncSession, actor: Actor, cursor: UUID | None, limit: int) -> RoomReportPage:
    """Reports that wait for an operator, oldest first."""
    actor.require(Scope.ADMIN)
    query = select(Report).where(Report.status == "open").order_by(Report.id).limit(limit + 1)
    if cursor is not None:
        query = query.where(Report.id > cursor)
    rows = (await session.scalars(query)).all()
    people = await accounts.people(
        session, {each for row in rows for each in (row.reporter_id, row.reported_id)}
    )
    items = []
    for row in rows[:limit]:
        read = RoomReportRead.model_validate(row, from_attributes=True)
        read.reporter_name, read.reported_name = people[row.reporter_id].name, people[row.reported_id].name
        items.append(read)
    return RoomReportPage(
        items=items,
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


async def resolve(
    session: AsyncSession, actor: Actor, report_id: UUID, data: ResolveReport
) -> RoomReportRead:
    """Close a report, saying what was done. Closing it again changes nothing."""
    actor.require(Scope.ADMIN)
    row = await session.get(Report, report_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such report.", report=str(report_id))
    if row.status == "open":
        row.status, row.resolution = "resolved", data.resolution
        row.resolved_by, row.resolved_at = actor.user_id, now()
        await session.flush()
    return RoomReportRead.model_validate(row, from_attributes=True)
