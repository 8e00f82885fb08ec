"""A call as a proposal, from the draft to the confirmed call."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from core.actor import Actor, Role
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound, SextantError, SignUpRequired
from core.money import Money
from models.experts import Expert
from services.bookings import service
from services.bookings.proposals import propose
from services.bookings.schemas import BookingRead, HoldSlot
from services.conversations import history, proposals
from services.conversations import service as conversations
from services.conversations.assistant_schemas import ProposalRead
from services.conversations.schemas import CreateRoom, MessageRead
from services.experts.schemas import ExpertOwner
from tests.accounts.factories import make_actor
from tests.bookings.factories import (
    actor_of,
    ahead,
    confirmed,
    make_client,
    make_expert,
    settle,
)


async def open_room(db: Database, actor: Actor) -> UUID:
    async with db.transaction() as session:
        return (await conversations.create_assistant_room(session, actor, CreateRoom())).id


async def proposed(
    db: Database, actor: Actor, expert: ExpertOwner, room_id: UUID, **changes: Any
) -> ProposalRead:
    data = HoldSlot(
        **{"expert_id": expert.id, "starts_at": ahead(), "minutes": 30, "agenda": "Scope", **changes}
    )
    async with db.transaction() as session:
        return await propose(session, actor, room_id, data, key=uuid4().hex)


async def confirm(db: Database, actor: Actor, proposal: ProposalRead, **edits: Any) -> ProposalRead:
    async with db.transaction() as session:
        return await proposals.confirm(session, actor, proposal.id, edits)


async def booking_of(db: Database, actor: Actor, proposal: ProposalRead) -> BookingRead:
    assert proposal.outcome is not None
    async with db.transaction() as session:
        return await service.get(session, actor, UUID(proposal.outcome["booking_id"]))


async def messages(db: Database, actor: Actor, room_id: UUID) -> list[MessageRead]:
    async with db.transaction() as session:
        return (await history.page(session, actor, room_id)).items


async def test_a_draft_shows_name_price_and_time(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    proposal = await proposed(db, client, expert, await open_room(db, client), minutes=60)
    assert proposal.kind == "booking"
    assert proposal.payload["expert_name"] == "Grace CTO"
    assert proposal.payload["price"] == {"amount": 150_00, "currency": "USD"}
    assert proposal.payload["timezone"] == "Europe/Berlin"
    assert proposal.title.startswith("Call with Grace CTO, ")


async def test_confirming_holds_once_and_paying_is_told_in_the_conversation(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    room_id = await open_room(db, client)
    proposal = await confirm(db, client, await proposed(db, client, expert, room_id))
    assert proposal.status == "confirmed"
    assert proposal.outcome is not None
    assert {"booking_id", "payment_id", "hold_expires_at"} <= set(proposal.outcome)
    again = await confirm(db, client, proposal)
    assert again.outcome == proposal.outcome
    booking = await booking_of(db, client, proposal)
    assert (booking.status, booking.agenda) == ("held", "Scope")
    await settle(db, booking)
    await settle(db, booking)
    told = await messages(db, client, room_id)
    assert [each.kind for each in told] == ["event", "event"]
    assert [each.cards[0].data["status"] for each in told] == ["held", "confirmed"]


async def test_a_guest_sees_the_draft_and_signs_up_to_confirm(db: Database) -> None:
    expert, guest = await make_expert(db), await make_actor(db, role=Role.GUEST)
    proposal = await proposed(db, guest, expert, await open_room(db, guest))
    with pytest.raises(SignUpRequired):
        await confirm(db, guest, proposal)


async def test_edits_are_checked_and_priced_again(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    proposal = await proposed(db, client, expert, await open_room(db, client))
    later = ahead() + timedelta(hours=5)
    done = await confirm(db, client, proposal, starts_at=later.isoformat(), minutes=60, agenda="Other things")
    booking = await booking_of(db, client, done)
    assert (booking.starts_at, booking.minutes, booking.agenda) == (later, 60, "Other things")
    assert booking.price == Money(amount=150_00, currency="USD")
    assert done.payload["price"] == {"amount": 150_00, "currency": "USD"}


@pytest.mark.parametrize(
    "edits",
    [
        {"price": {"amount": 1, "currency": "USD"}},
        {"expert_id": str(UUID(int=1))},
        {"expert_name": "Somebody Famous"},
        {"project_id": str(UUID(int=1))},
        {"minutes": 7},
        {"minutes": "many"},
        {"starts_at": "yesterday"},
        {"starts_at": "2020-01-01T10:00:00Z"},
        {"starts_at": "9999-12-31T23:59:59-12:00"},
        {"agenda": "x" * 1001},
        {"unknown": 1},
    ],
)
async def test_other_edits_are_refused_and_the_draft_stays_open(db: Database, edits: dict[str, Any]) -> None:
    expert, client = await make_expert(db), await make_client(db)
    proposal = await proposed(db, client, expert, await open_room(db, client))
    with pytest.raises(InvalidInput):
        await confirm(db, client, proposal, **edits)
    assert (await confirm(db, client, proposal)).status == "confirmed"


async def test_a_slot_lost_meanwhile_leaves_the_draft_open_for_another_time(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    proposal = await proposed(db, client, expert, await open_room(db, client), starts_at=at)
    await confirmed(db, await make_client(db), expert, at)
    with pytest.raises(Conflict) as taken:
        await confirm(db, client, proposal)
    assert taken.value.code == "slot_taken"
    other = taken.value.fields["next_slots"][0]
    assert (await confirm(db, client, proposal, starts_at=other)).status == "confirmed"


async def test_a_rate_that_changed_is_not_charged_silently(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    proposal = await proposed(db, client, expert, await open_room(db, client))
    async with db.transaction() as session:
        await session.execute(update(Expert).where(Expert.id == expert.id).values(rate_amount=900_00))
    with pytest.raises(Conflict) as changed:
        await confirm(db, client, proposal)
    assert changed.value.code == "price_changed"


async def test_what_is_not_on_offer_is_not_proposed(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    room_id = await open_room(db, client)
    for changes in (
        {"starts_at": ahead(minutes=10)},
        {"starts_at": ahead() + timedelta(minutes=15)},
        {"expert_id": uuid4()},
    ):
        with pytest.raises(SextantError):
            await proposed(db, client, expert, room_id, **changes)
    own_room = await open_room(db, actor_of(expert))
    with pytest.raises(Conflict):
        await proposed(db, actor_of(expert), expert, own_room)
    with pytest.raises(NotFound):
        await proposed(db, client, expert, own_room)
