"""What is overdue is taken up again: a booking must not hang because its job was lost or ran out of attempts."""

from datetime import timedelta

from core import clock
from core.db import Database
from core.jobs import enqueue, periodic
from services.bookings import holds, repository, settlement

# Jobs that run as planned are well through by then.
PATIENCE = timedelta(minutes=10)
BATCH = 500


@periodic("bookings.take_up_overdue", "*/10 * * * *")
async def take_up_overdue(db: Database) -> None:
    """Enqueue the jobs of bookings whose hold, call or refund should have been dealt with."""
    due = clock.now() - PATIENCE
    async with db.transaction() as session:
        for booking_id in await repository.overdue_holds(session, before=due, limit=BATCH):
            key = f"bookings.expire_hold:{booking_id}"
            await enqueue(session, holds.expire_hold, key=key, booking_id=booking_id)
        for booking_id in await repository.overdue_calls(session, before=due, limit=BATCH):
            key = f"bookings.complete:{booking_id}"
            await enqueue(session, settlement.complete, key=key, booking_id=booking_id)
        for booking_id in await repository.overdue_refunds(session, before=due, limit=BATCH):
            key = f"bookings.refund:{booking_id}"
            await enqueue(session, settlement.refund, key=key, booking_id=booking_id)
