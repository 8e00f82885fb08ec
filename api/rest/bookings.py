"""Slots, bookings and an expert's own availability."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core import clock
from core.actor import Scope
from services.bookings import service
from services.bookings.schemas import (
    AvailabilityInput,
    AvailabilityRead,
    BookingFilter,
    BookingPage,
    BookingRead,
    CallMinutes,
    HoldSlot,
    Instant,
    SlotsRead,
)

router = APIRouter(tags=["bookings"])

_TWO_WEEKS = timedelta(days=14)


@router.get(
    "/experts/{expert_id}/slots",
    dependencies=[scoped(Scope.EXPERTS_READ)],
    responses=problem(401, 403, 404, 422),
)
async def list_expert_slots(
    expert_id: UUID,
    session: SessionDep,
    actor: ActorDep,
    start: Annotated[Instant | None, Query(description="With a UTC offset; now by default")] = None,
    end: Annotated[
        Instant | None, Query(description="At most 31 days after the start; 14 by default")
    ] = None,
    minutes: Annotated[CallMinutes, Query()] = 30,
) -> SlotsRead:
    """When a call with this expert can be booked."""
    since = start or clock.now()
    return await service.slots(
        session, actor, expert_id, start=since, end=end or since + _TWO_WEEKS, minutes=minutes
    )


@router.get(
    "/experts/{expert_id}/availability",
    dependencies=[scoped(Scope.EXPERTS_READ)],
    responses=problem(401, 403, 404, 422),
)
async def read_availability(expert_id: UUID, session: SessionDep, actor: ActorDep) -> AvailabilityRead:
    """The hours of one's own profile."""
    return await service.get_availability(session, actor, expert_id)


@router.put(
    "/experts/{expert_id}/availability",
    dependencies=[scoped(Scope.EXPERTS_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def replace_availability(
    expert_id: UUID, data: AvailabilityInput, session: SessionDep, actor: ActorDep
) -> AvailabilityRead:
    """Replace the hours of one's own profile. What is booked already stays booked."""
    return await service.set_availability(session, actor, expert_id, data)


@router.get("/bookings", dependencies=[scoped(Scope.BOOKINGS_READ)], responses=problem(401, 403, 422))
async def list_bookings(
    query: Annotated[BookingFilter, Query()], session: SessionDep, actor: ActorDep
) -> BookingPage:
    """One's own bookings, as client and as expert."""
    return await service.list_bookings(session, actor, query)


@router.post(
    "/bookings",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.BOOKINGS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def create_booking(
    data: HoldSlot,
    session: SessionDep,
    actor: ActorDep,
    idempotency_key: Annotated[
        UUID | None, Header(description="The same key again returns the same booking")
    ] = None,
) -> BookingRead:
    """Hold a slot. It is confirmed by paying: `POST /payments/{payment_id}/checkout`."""
    return await service.hold(session, actor, data, key=idempotency_key)


@router.get(
    "/bookings/{booking_id}",
    dependencies=[scoped(Scope.BOOKINGS_READ)],
    responses=problem(401, 403, 404, 422),
)
async def read_booking(booking_id: UUID, session: SessionDep, actor: ActorDep) -> BookingRead:
    """A booking, for its client and its expert."""
    return await service.get(session, actor, booking_id)


@router.post(
    "/bookings/{booking_id}/cancel",
    dependencies=[scoped(Scope.BOOKINGS_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def cancel_booking(booking_id: UUID, session: SessionDep, actor: ActorDep) -> BookingRead:
    """Call a booking off. The price goes back when the expert cancels, or the client does at least 24 hours before
    the start."""
    return await service.cancel(session, actor, booking_id)
