"""SQL of the bookings room. Reads for a person start from the bookings that person takes part in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    DateTime,
    Integer,
    Select,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Source, fetch
from models.bookings import AvailabilityException, AvailabilityRule, Booking

OPEN = ("held", "confirmed")
EXCLUSION_VIOLATION = "23P01"


def during(start: datetime, end: datetime) -> Range[datetime]:
    """The half-open interval that a call occupies."""
    return Range(start, end, bounds="[)")


async def rules(session: AsyncSession, expert_ids: Iterable[UUID]) -> Sequence[AvailabilityRule]:
    statement = select(AvailabilityRule).where(AvailabilityRule.expert_id.in_(list(expert_ids)))
    return (await session.scalars(statement)).all()


async def exceptions(
    session: AsyncSession, expert_ids: Iterable[UUID], first: date, last: date
) -> Sequence[AvailabilityException]:
    statement = select(AvailabilityException).where(
        AvailabilityException.expert_id.in_(list(expert_ids)), AvailabilityException.day.between(first, last)
    )
    return (await session.scalars(statement)).all()


class TimeRow(NamedTuple):
    """A weekly window (`weekday`), a day that differs (`day`, closed without times), or what is booked (`since`)."""

    expert_id: UUID
    weekday: int | None
    day: date | None
    start_time: time | None
    end_time: time | None
    since: datetime | None
    until: datetime | None


# Every look-up is by one expert: the exclusion constraint's index, which knows the bookings, takes no list of them.
_TIMES = """
    select e.id, t.* from unnest($1::uuid[]) e(id) cross join lateral (
        select weekday, null::date, start_time, end_time, null::timestamptz, null::timestamptz
        from availability_rules where expert_id = e.id
        union all
        select null, day, start_time, end_time, null, null
        from availability_exceptions where expert_id = e.id and day between $2 and $3
        union all
        select null, null, null, null, lower(during), upper(during)
        from bookings where expert_id = e.id and status in ('held', 'confirmed') and during && tstzrange($4, $5)
            and (status = 'confirmed' or hold_expires_at > $6)
    ) t
"""


async def times(
    source: Source,
    expert_ids: Iterable[UUID],
    days: tuple[date, date],
    start: datetime,
    end: datetime,
    *,
    now: datetime,
) -> list[TimeRow]:
    """Everything that decides on the experts' slots: weekly hours, exceptions on `days`, and what is booked or held
    between `start` and `end`, without holds whose time is over."""
    rows = await fetch(source, _TIMES, list(expert_ids), *days, start, end, now)
    return [TimeRow(*row) for row in rows]


async def replace_week(session: AsyncSession, expert_id: UUID, week: list[AvailabilityRule]) -> None:
    await session.execute(delete(AvailabilityRule).where(AvailabilityRule.expert_id == expert_id))
    session.add_all(week)


async def replace_exceptions(
    session: AsyncSession, expert_id: UUID, first: date, days: list[AvailabilityException]
) -> None:
    """Replace the exceptions from `first` on; what is past stays as it was."""
    await session.execute(
        delete(AvailabilityException).where(
            AvailabilityException.expert_id == expert_id, AvailabilityException.day >= first
        )
    )
    session.add_all(days)


async def lock_client(session: AsyncSession, client_id: UUID) -> None:
    """Let this client make one hold at a time, until the transaction ends: the number of open holds and the
    idempotency key are then checked without a race, while different clients do not wait for each other."""
    key = func.hashtextextended(f"bookings.client:{client_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def by_key(session: AsyncSession, client_id: UUID, key: UUID) -> Booking | None:
    statement = select(Booking).where(Booking.client_id == client_id, Booking.idempotency_key == key)
    return await session.scalar(statement)


async def open_holds(session: AsyncSession, client_id: UUID, *, now: datetime) -> Sequence[Booking]:
    statement = select(Booking).where(
        Booking.client_id == client_id, Booking.status == "held", Booking.hold_expires_at > now
    )
    return (await session.scalars(statement)).all()


async def expire_stale_holds(session: AsyncSession, expert_id: UUID, *, now: datetime) -> None:
    """End this expert's holds whose time is over. Rows are locked in order of id, so that two who do this at once
    wait for each other instead of dead-locking."""
    stale = (
        select(Booking.id)
        .where(Booking.expert_id == expert_id, Booking.status == "held", Booking.hold_expires_at <= now)
        .order_by(Booking.id)
        .with_for_update()
    )
    ids = (await session.scalars(stale)).all()
    if ids:
        await session.execute(
            update(Booking)
            .where(Booking.id.in_(ids), Booking.status == "held")
            .values(status="expired")
            .execution_options(synchronize_session="fetch")
        )


async def insert_hold(session: AsyncSession, values: dict[str, object]) -> Booking | None:
    """Store a hold, or nothing when the exclusion constraint says that the time is taken. `on conflict do nothing`
    waits for a rival's transaction and, unlike a plain insert, cannot dead-lock with it."""
    statement = (
        insert(Booking)
        .values(values)
        .on_conflict_do_nothing(constraint="ex_bookings_expert_id_during")
        .returning(Booking)
    )
    return await session.scalar(statement)


async def by_id(session: AsyncSession, booking_id: UUID) -> Booking | None:
    return await session.scalar(select(Booking).where(Booking.id == booking_id))


async def locked(session: AsyncSession, booking_id: UUID) -> Booking | None:
    """The booking, locked against other changes and fresh from the table."""
    statement = select(Booking).where(Booking.id == booking_id).with_for_update()
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def confirm(session: AsyncSession, booking: Booking, *, now: datetime) -> bool:
    """Confirm a booking, unless the exclusion constraint says that its time has been taken meanwhile."""
    statement = (
        update(Booking)
        .where(Booking.id == booking.id)
        .values(status="confirmed", confirmed_at=now)
        .execution_options(synchronize_session=False)
    )
    try:
        async with session.begin_nested():
            await session.execute(statement)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != EXCLUSION_VIOLATION:
            raise
        confirmed = False
    else:
        confirmed = True
    await session.refresh(booking)
    return confirmed


async def shared_room(session: AsyncSession, booking: Booking) -> UUID | None:
    """The room that an earlier booking of the same two people for the same project opened."""
    statement = select(Booking.room_id).where(
        Booking.client_id == booking.client_id,
        Booking.expert_user_id == booking.expert_user_id,
        Booking.project_id.is_not_distinct_from(booking.project_id),
        Booking.room_id.is_not(None),
    )
    return await session.scalar(statement.order_by(Booking.id.desc()).limit(1))


def _readable(user_id: UUID | BindParameter[UUID]) -> Select[Booking]:
    return select(Booking).where(or_(Booking.client_id == user_id, Booking.expert_user_id == user_id))


async def mine(
    session: AsyncSession, user_id: UUID, booking_id: UUID, *, lock: bool = False
) -> Booking | None:
    """The booking, when this person is its client or its expert."""
    statement = _readable(user_id).where(Booking.id == booking_id)
    if lock:
        return await session.scalar(
            statement.with_for_update(), execution_options={"populate_existing": True}
        )
    return await session.scalar(statement)


async def page(
    session: AsyncSession,
    user_id: UUID,
    *,
    now: datetime,
    when: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Booking]:
    """Bookings of one person by start, from the position `after` on."""
    values = {"person": user_id, "now": now, "most": limit}
    if after is not None:
        values |= {"after_start": after[0], "after_id": after[1]}
    return (await session.scalars(_page(when, further=after is not None), values)).all()


@cache
def _page(when: str, *, further: bool) -> Select[Booking]:
    # Building it costs as much as the database does.
    starts = func.lower(Booking.during)
    order = tuple_(starts, Booking.id)
    after = tuple_(bindparam("after_start", type_=DateTime(True)), bindparam("after_id", type_=Uuid))
    ends = func.upper(Booking.during)
    statement = _readable(bindparam("person")).limit(bindparam("most", type_=Integer))
    if when == "upcoming":
        statement = statement.where(Booking.status.in_(OPEN), ends > bindparam("now"))
        if further:
            statement = statement.where(order > after)
        return statement.order_by(starts, Booking.id)
    if when == "past":
        statement = statement.where(or_(Booking.status.not_in(OPEN), ends <= bindparam("now")))
    if further:
        statement = statement.where(order < after)
    return statement.order_by(starts.desc(), Booking.id.desc())


async def change_person(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Give the bookings of one account to another. A call between the two stays with the account that made it: nobody
    can have a call with themselves."""
    await session.execute(
        update(Booking)
        .where(Booking.client_id == source, Booking.expert_user_id != target)
        .values(client_id=target)
    )
    await session.execute(
        update(Booking)
        .where(Booking.expert_user_id == source, Booking.client_id != target)
        .values(expert_user_id=target)
    )
    await session.execute(update(Booking).where(Booking.cancelled_by == source).values(cancelled_by=target))


async def all_of(session: AsyncSession, user_id: UUID) -> Sequence[Booking]:
    return (await session.scalars(_readable(user_id).order_by(Booking.id))).all()


async def ahead(session: AsyncSession, user_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Ids of the person's held and confirmed calls that have not begun."""
    statement = (
        _readable(user_id)
        .with_only_columns(Booking.id)
        .where(Booking.status.in_(OPEN), func.lower(Booking.during) > now)
        .order_by(Booking.id)
    )
    return (await session.scalars(statement)).all()


async def forget_agendas(session: AsyncSession, client_id: UUID) -> None:
    await session.execute(update(Booking).where(Booking.client_id == client_id).values(agenda=""))


async def overdue_holds(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    statement = select(Booking.id).where(Booking.status == "held", Booking.hold_expires_at < before)
    return (await session.scalars(statement.limit(limit))).all()


async def overdue_calls(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    statement = select(Booking.id).where(Booking.status == "confirmed", func.upper(Booking.during) < before)
    return (await session.scalars(statement.limit(limit))).all()


async def overdue_refunds(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    statement = select(Booking.id).where(Booking.refund_due_at < before, Booking.refunded_at.is_(None))
    return (await session.scalars(statement.limit(limit))).all()
