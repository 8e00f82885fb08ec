"""Who is told what about a booking: the conversation it was proposed in, the room of client and expert, and mail."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from core.events import UserEvent, emit
from core.settings import settings
from models.bookings import Booking
from services.accounts import service as accounts
from services.bookings import reading
from services.bookings.schemas import BookingRead
from services.conversations import proposals
from services.conversations import service as conversations
from services.conversations.assistant_schemas import ProposalOutcome
from services.notifications import service as notifications
from services.notifications.kinds import Kind


def local_time(at: datetime, timezone: str) -> str:
    """For people: `Tuesday, 24 November 2026, 15:00 (Europe/Berlin)`. A time that the clocks show twice that day
    says which of the two it is: `01:30 EDT (America/New_York)`."""
    local = at.astimezone(ZoneInfo(timezone))
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    clock = f"{local:%H:%M} {local.tzname()}" if twice else f"{local:%H:%M}"
    return f"{local:%A}, {local.day} {local:%B %Y}, {clock} ({timezone})"


def changed(session: AsyncSession, booking: Booking) -> None:
    """Tell the devices of client and expert that the booking is not what it was."""
    body = {"type": "booking.changed", "booking_id": str(booking.id), "status": booking.status}
    for user_id in (booking.client_id, booking.expert_user_id):
        emit(session, UserEvent(user_id, "booking.changed", body))


async def room_title(session: AsyncSession, booking: Booking) -> str:
    """The title of the room that client and expert share."""
    people = await accounts.people(session, [booking.client_id, booking.expert_user_id])
    return f"{people[booking.client_id].name} and {people[booking.expert_user_id].name}"


async def confirmed(session: AsyncSession, booking: Booking) -> None:
    """The call is paid: the first thing in the shared room, news in the founder's conversation, mail to both."""
    changed(session, booking)
    read = await reading.to_read(session, booking)
    when = local_time(read.starts_at, read.timezone)
    text = f"The call is booked: {when}, {read.minutes} minutes."
    await _in_shared_room(session, read, "confirmed", text, with_card=True)
    await _in_origin(
        session,
        booking,
        read,
        "paid",
        f"Your call with {read.expert_name} is confirmed: {when}. You can talk to {read.expert_name} in your room.",
    )
    call = {
        "starts_at": read.starts_at,
        "minutes": read.minutes,
        "room_url": f"{settings().base_url}/rooms/{read.room_id}",
        "booking_id": str(read.id),
    }
    await notifications.send_email(
        session,
        user_id=read.client_id,
        template="booking_confirmed_client",
        context={**call, "expert_name": read.expert_name, "price": read.price.format()},
        key=f"booking.confirmed:{read.id}:client",
    )
    await notifications.send_email(
        session,
        user_id=read.expert_user_id,
        template="booking_confirmed_expert",
        context={**call, "client_name": read.client_name, "agenda": read.agenda},
        key=f"booking.confirmed:{read.id}:expert",
    )
    room = f"/rooms/{read.room_id}"
    for user_id, name, notice in (
        (read.client_id, read.expert_name, "booking_confirmed"),
        (read.expert_user_id, read.client_name, "booking_booked"),
    ):
        await _notice(session, read, user_id, notice, name=name, path=room)


async def too_late(session: AsyncSession, booking: Booking) -> None:
    """The payment came when the time was no longer free: the client is told, and that the money goes back."""
    changed(session, booking)
    read = await reading.to_read(session, booking)
    when = local_time(read.starts_at, read.timezone)
    text = (
        f"Your payment for the call with {read.expert_name} on {when} arrived after the time had been given up. "
        f"You get {read.price.format()} back. Choose another time and I will hold it for you."
    )
    await _in_origin(session, booking, read, "refunding", text)
    await notifications.send_email(
        session,
        user_id=read.client_id,
        template="booking_too_late",
        context={
            "expert_name": read.expert_name,
            "starts_at": read.starts_at,
            "price": read.price.format(),
            "url": f"{settings().base_url}/experts/{read.expert_id}",
        },
        key=f"booking.too_late:{read.id}",
    )
    await _notice(
        session,
        read,
        read.client_id,
        "payment_too_late",
        kind=Kind.PAYMENT,
        name=read.expert_name,
        amount=read.price.format(),
    )


async def refunded(session: AsyncSession, booking: Booking) -> None:
    """The price has gone back."""
    changed(session, booking)
    read = await reading.to_read(session, booking)
    text = f"{read.price.format()} for the call with {read.expert_name} went back to your means of payment."
    await _in_origin(session, booking, read, "refunded", text)
    await notifications.send_email(
        session,
        user_id=read.client_id,
        template="payment_refunded",
        context={"amount": read.price.format(), "description": f"Call with {read.expert_name}"},
        key=f"booking.refunded:{read.id}",
    )
    await _notice(
        session,
        read,
        read.client_id,
        "payment_refunded",
        kind=Kind.PAYMENT,
        amount=read.price.format(),
        description=f"Call with {read.expert_name}",
    )


async def expired(session: AsyncSession, booking: Booking) -> None:
    """The hold ended unpaid."""
    changed(session, booking)
    read = await reading.to_read(session, booking)
    when = local_time(read.starts_at, read.timezone)
    text = f"The call with {read.expert_name} on {when} was not paid in time and is no longer held for you."
    await _in_origin(session, booking, read, "expired", text)
    await _notice(session, read, read.client_id, "booking_expired", name=read.expert_name)


async def cancelled(session: AsyncSession, booking: Booking, *, by_expert: bool, was_paid: bool) -> None:
    """The call is off. A hold that nobody paid concerns the client alone."""
    changed(session, booking)
    read = await reading.to_read(session, booking)
    when = local_time(read.starts_at, read.timezone)
    who = read.expert_name if by_expert else read.client_name
    money = ""
    if was_paid:
        money = (
            f" {read.price.format()} go back to {read.client_name}."
            if read.refund != "none"
            else " It was less than 24 hours ahead, so the price is not refunded."
        )
    text = f"{who} cancelled the call on {when}.{money}"
    await _in_origin(session, booking, read, "cancelled", text)
    if not was_paid:
        return
    await _in_shared_room(session, read, "cancelled", text, with_card=False)
    for user_id, other_name in (
        (read.client_id, read.expert_name),
        (read.expert_user_id, read.client_name),
    ):
        await notifications.send_email(
            session,
            user_id=user_id,
            template="booking_cancelled",
            context={
                "who": who,
                "other_name": other_name,
                "starts_at": read.starts_at,
                "refund": money.strip() or None,
            },
            key=f"booking.cancelled:{read.id}:{user_id}",
        )
        own = (user_id == read.expert_user_id) == by_expert
        notice = "booking_cancelled_own" if own else "booking_cancelled"
        await _notice(session, read, user_id, notice, name=other_name, who=who)


async def _notice(
    session: AsyncSession,
    read: BookingRead,
    user_id: UUID,
    name_of_notice: str,
    *,
    kind: Kind = Kind.BOOKING,
    path: str = "/bookings",
    **values: str,
) -> None:
    """A line in the app, once per booking and what happened to it."""
    news = notifications.News(
        user_id,
        kind,
        name_of_notice,
        key=f"{name_of_notice}:{read.id}",
        path=path,
        context={**values, "starts_at": read.starts_at.isoformat()},
    )
    await notifications.tell(session, news)


async def _in_origin(session: AsyncSession, booking: Booking, read: BookingRead, key: str, text: str) -> None:
    if booking.proposal_id is None:
        return
    outcome = ProposalOutcome(
        text=text, data={"booking_status": read.status.value}, cards=[reading.card(read)]
    )
    await proposals.append_outcome(session, booking.proposal_id, key, outcome)


async def _in_shared_room(
    session: AsyncSession, read: BookingRead, what: str, text: str, *, with_card: bool
) -> None:
    if read.room_id is not None:
        cards = [reading.card(read)] if with_card else []
        await conversations.post_event(
            session, read.room_id, key=f"booking:{read.id}:{what}", text=text, cards=cards
        )
