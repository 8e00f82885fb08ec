"""Reviews after a held call: blind, timed, one a side, with replies and reports."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from core import clock
from core.actor import VISITOR, Actor, Role
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from models.experts import Expert, ReviewedCall
from models.notifications import Email
from services.bookings import settlement
from services.bookings.repository import during
from services.bookings.schemas import BookingRead
from services.experts.reviews import jobs, service
from services.experts.reviews.schemas import (
    CallReviews,
    Reason,
    Resolve,
    State,
    WriteReply,
    WriteReport,
    WriteReview,
)
from services.notifications import rendering
from services.notifications.schemas import Recipient, ReviewAsked
from tests.accounts.factories import make_actor
from tests.bookings.factories import actor_of, ahead, change, confirmed, make_client, make_expert


async def held(db: Database, *, ago: timedelta = timedelta(hours=1)) -> tuple[BookingRead, Actor, Actor]:
    """A call that ended some time ago, its client and its expert."""
    client, owner = await make_client(db), await make_expert(db)
    booking = await confirmed(db, client, owner, ahead())
    end = clock.now() - ago
    await change(db, booking, during=during(end - timedelta(minutes=30), end))
    await settlement.complete(db, booking_id=booking.id)
    return booking, client, actor_of(owner)


async def write(db: Database, actor: Actor, booking: BookingRead, stars: int, text: str = "") -> CallReviews:
    async with db.transaction() as session:
        return await service.write(session, actor, booking.id, WriteReview(stars=stars, text=text))


async def see(db: Database, actor: Actor, booking: BookingRead) -> CallReviews:
    async with db.transaction() as session:
        return await service.get_call(session, actor, booking.id)


async def rating(db: Database, expert_id: UUID) -> tuple[int, int]:
    async with db.transaction() as session:
        row = (
            await session.execute(
                select(Expert.rating_sum, Expert.rating_count).where(Expert.id == expert_id)
            )
        ).one()
        return row[0], row[1]


async def test_neither_side_reads_before_both_are_in(db: Database) -> None:
    booking, client, expert = await held(db)
    mine = await write(db, client, booking, 2, "Was late")
    assert mine.state is State.WAITING
    mine = await write(db, client, booking, 4, "Knew <b>everything</b> about queues\u202e")
    assert mine.mine is not None
    assert (mine.mine.stars, mine.mine.text) == (4, "Knew <b>everything</b> about queues")
    theirs = await see(db, expert, booking)
    assert (theirs.state, theirs.mine, theirs.theirs) == (State.OPEN, None, None)
    assert await rating(db, booking.expert_id) == (0, 0)
    async with db.transaction() as session:
        page = await service.of_expert(session, VISITOR, booking.expert_id, cursor=None, limit=10)
        assert (page.items, page.total) == ([], 0)
        with pytest.raises(NotFound):
            await service.reply(session, expert, mine.mine.id, WriteReply(text="I was not!"))

    theirs = await write(db, expert, booking, 5, "Well prepared")
    assert theirs.state is State.PUBLISHED
    assert theirs.theirs is not None
    assert theirs.theirs.text.startswith("Knew")
    assert (await see(db, client, booking)).theirs is not None
    assert await rating(db, booking.expert_id) == (4, 1)
    with pytest.raises(Conflict) as caught:
        await write(db, client, booking, 1)
    assert caught.value.code == "reviews_closed"
    assert "Both reviews are in" in str(caught.value)  # and not that the time is over
    async with db.transaction() as session:
        page = await service.of_expert(session, VISITOR, booking.expert_id, cursor=None, limit=10)
        assert ([item.text for item in page.items], page.stars) == ([mine.mine.text], [0, 0, 0, 1, 0])
        listed = await service.list_calls(session, client, cursor=None, limit=5)
        assert [item.booking_id for item in listed.items] == [booking.id]


async def test_after_seven_days_what_there_is_is_read_and_nothing_is_added(db: Database) -> None:
    booking, client, expert = await held(db)
    await write(db, client, booking, 5)
    await jobs.close(db, booking_id=booking.id)
    assert (await see(db, expert, booking)).theirs is None
    async with db.transaction() as session:
        await session.execute(
            update(ReviewedCall)
            .where(ReviewedCall.booking_id == booking.id)
            .values(closes_at=clock.now() - timedelta(seconds=1))
        )
    with pytest.raises(Conflict):
        await write(db, expert, booking, 1, "An answer, not a review")
    for _ in range(2):
        await jobs.close(db, booking_id=booking.id)
    assert (await see(db, expert, booking)).theirs is not None
    assert await rating(db, booking.expert_id) == (5, 1)


async def test_only_held_calls_and_only_their_two_sides(db: Database) -> None:
    client, owner = await make_client(db), await make_expert(db)
    booking = await confirmed(db, client, owner, ahead())
    with pytest.raises(NotFound):
        await write(db, client, booking, 5)
    booking, client, _ = await held(db)
    stranger = await make_client(db)
    for act in (write(db, stranger, booking, 1), see(db, stranger, booking)):
        with pytest.raises(NotFound):
            await act
    bad: tuple[Callable[[], Any], ...] = (
        lambda: WriteReview(stars=0),
        lambda: WriteReview(stars=6),
        lambda: WriteReview(stars=3, text="x" * 2001),
        lambda: WriteReply(text=" \u200b "),
    )
    for make in bad:
        with pytest.raises(ValidationError):
            make()


async def test_the_prompt_comes_after_the_call_and_once_more_to_who_has_not_written(db: Database) -> None:
    booking, client, expert = await held(db, ago=timedelta(days=5))

    async def subjects() -> list[tuple[UUID | None, str]]:
        """Who is written to, and the first line of the mail."""
        async with db.transaction() as session:
            rows = await session.scalars(
                select(Email)
                .where(Email.user_id.in_([client.user_id, expert.user_id]), Email.template == "review_asked")
                .order_by(Email.id)
            )
            recipient = Recipient(address="ada@people.example")
            return [
                (r.user_id, rendering.render(r.template, ReviewAsked(**r.context), recipient).subject)
                for r in rows
            ]

    for _ in range(2):
        await jobs.prompt(db, booking_id=booking.id)
    assert sorted(await subjects(), key=str) == sorted(
        [
            (client.user_id, "How was your call with Grace CTO?"),
            (expert.user_id, "How was your call with Ada Founder?"),
        ],
        key=str,
    )
    await write(db, client, booking, 5)
    await jobs.remind(db, booking_id=booking.id)
    assert (await subjects())[2:] == [(expert.user_id, "2 days left to review your call with Ada Founder")]


async def test_one_reply_and_what_operators_do_about_reports(db: Database) -> None:
    booking, client, expert = await held(db)
    await write(db, client, booking, 1, "He sang all the time")
    await write(db, expert, booking, 2, "She did not like my song")
    review = (await see(db, expert, booking)).theirs
    about_client = (await see(db, client, booking)).theirs
    assert review is not None
    assert about_client is not None
    operator, stranger = await make_actor(db, role=Role.ADMIN), await make_client(db)
    async with db.transaction() as session:
        with pytest.raises(Forbidden):
            await service.reply(session, client, review.id, WriteReply(text="To myself"))
        replied = await service.reply(session, expert, review.id, WriteReply(text="It was one song."))
        assert replied.reply == "It was one song."
        with pytest.raises(Conflict):
            await service.reply(session, expert, review.id, WriteReply(text="And another thing"))
        with pytest.raises(NotFound):
            await service.report(session, stranger, about_client.id, WriteReport(reason=Reason.SPAM))
        for reporter in (expert, expert, stranger):
            await service.report(session, reporter, review.id, WriteReport(reason=Reason.UNTRUE))
        with pytest.raises(Conflict):
            await service.report(session, client, review.id, WriteReport(reason=Reason.SPAM))
        with pytest.raises(Forbidden):
            await service.list_reports(session, stranger, resolved=False, cursor=None, limit=5)
    async with db.transaction() as session:
        page = await service.list_reports(session, operator, resolved=False, cursor=None, limit=50)
        ours = [item for item in page.items if item.review.id == review.id]
        assert len(ours) == 2
        await service.resolve(session, operator, ours[0].id, Resolve(outcome="kept", note="An opinion"))
        assert await rating(db, booking.expert_id) == (1, 1)
        await service.resolve(session, operator, ours[1].id, Resolve(outcome="removed"))
        with pytest.raises(Conflict):
            await service.resolve(session, operator, ours[1].id, Resolve(outcome="removed"))
    assert await rating(db, booking.expert_id) == (0, 0)
    assert (await see(db, expert, booking)).theirs is None
    async with db.transaction() as session:
        page = await service.list_reports(session, operator, resolved=True, cursor=None, limit=50)
        assert {item.outcome for item in page.items if item.review.id == review.id} == {"kept", "removed"}
