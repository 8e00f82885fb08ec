"""The moment at which both sides of a call may read."""

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.events import UserEvent, emit
from core.settings import settings
from models.experts import ReviewedCall
from services.accounts import service as accounts
from services.experts.reviews import repository
from services.experts.reviews.schemas import Side
from services.notifications import service as notifications


async def publish(session: AsyncSession, call: ReviewedCall) -> None:
    """Make the reviews of a call visible, and the client's part of the rating. The caller holds the call's lock; doing
    it again changes nothing."""
    if call.published_at is not None:
        return
    call.published_at = clock.now()
    written = [
        each for each in await repository.of_calls(session, [call.booking_id]) if each.removed_at is None
    ]
    for review in written:
        review.published_at = call.published_at
        if review.side == Side.CLIENT:
            await repository.rate(session, call.expert_id, stars=review.stars, count=1)
    people = await accounts.people(session, [call.client_id, call.expert_user_id])
    sides = {Side.CLIENT: call.client_id, Side.EXPERT: call.expert_user_id}
    for review in written:
        reader = sides[Side.EXPERT if review.side == Side.CLIENT else Side.CLIENT]
        await notifications.send_email(
            session,
            user_id=reader,
            template="review_published",
            context={"reviewer_name": people[review.author_id].name, "url": page(call)},
            key=f"reviews.published:{review.id}",
        )
    for user_id in sides.values():
        emit(
            session,
            UserEvent(
                user_id,
                "reviews.published",
                {"type": "reviews.published", "booking_id": str(call.booking_id)},
            ),
        )


def page(call: ReviewedCall) -> str:
    """Where the call is reviewed."""
    return f"{settings().base_url}/reviews/{call.booking_id}"
