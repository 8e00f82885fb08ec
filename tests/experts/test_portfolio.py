"""Files on a profile: chosen by their owner, seen by everybody, gone when an operator suspends the profile."""

from uuid import uuid4

import pytest

from core.actor import Role
from core.db import Database
from core.errors import InvalidInput, NotFound
from core.gateways.storage import StorageGateway
from services.experts import service
from services.experts.schemas import ProfilePatch, Status, StatusChange
from services.files import service as files
from services.files.schemas import Purpose
from tests.accounts.factories import make_actor
from tests.experts.factories import SYSTEM, make_expert
from tests.files.factories import PDF, png, stored


async def test_a_portfolio_from_upload_to_suspension(db: Database, storage: StorageGateway) -> None:
    async with db.transaction() as session:
        owner, expert = await make_expert(session)
        stranger = await make_actor(session)
    case = await stored(db, owner, PDF, "case study.pdf", purpose=Purpose.PORTFOLIO)
    picture = await stored(db, owner, png(), "diagram.png", purpose=Purpose.PORTFOLIO)
    message = await stored(db, owner, PDF, "for a message.pdf")
    foreign = await stored(db, stranger, PDF, "foreign.pdf", purpose=Purpose.PORTFOLIO)

    async with db.transaction() as session:
        patch = ProfilePatch(portfolio=[picture.id, case.id, picture.id])
        mine = await service.update_profile(session, owner, patch)
    assert [file.name for file in mine.portfolio] == ["diagram.png", "case study.pdf"]
    # An operator who read the profile before decides on what they have not seen.
    assert mine.updated_at > expert.updated_at
    for wrong in (message.id, foreign.id, uuid4()):
        with pytest.raises(InvalidInput) as refused:
            async with db.transaction() as session:
                await service.update_profile(session, owner, ProfilePatch(portfolio=[case.id, wrong]))
        assert refused.value.code == "attachment_unavailable"

    async with db.transaction() as session:
        seen = await service.get(session, stranger, expert.id)
        assert [file.id for file in seen.portfolio] == [picture.id, case.id]
        assert seen.portfolio[0].has_thumbnail
        assert (await files.thumbnail(session, None, picture.id))[1]
        # Another change leaves the files as they are.
        await service.update_profile(session, owner, ProfilePatch(years=9))
        assert len((await service.get(session, stranger, expert.id)).portfolio) == 2
    async with db.transaction() as session:
        stop = StatusChange(status=Status.SUSPENDED, reason="Not their work")
        await service.change_status(session, SYSTEM, stop, expert_id=expert.id)
    operator = await make_actor(db, role=Role.ADMIN)
    async with db.transaction() as session:
        # Its owner finds it as it was, and so does the operator who may reinstate it; a change shows it to nobody.
        await service.update_profile(session, owner, ProfilePatch(portfolio=[picture.id, case.id]))
        for inside in (owner, operator):
            listed = (await service.get(session, inside, expert.id)).portfolio
            assert [file.id for file in listed] == [picture.id, case.id]
            assert (await files.thumbnail(session, inside, picture.id))[1] is False
        for outside in (None, stranger):
            with pytest.raises(NotFound):
                await files.thumbnail(session, outside, picture.id)
        with pytest.raises(NotFound):
            await files.thumbnail(session, operator, foreign.id)
    async with db.transaction() as session:
        again = StatusChange(status=Status.APPROVED)
        await service.change_status(session, SYSTEM, again, expert_id=expert.id)
        shown = (await service.get(session, stranger, expert.id)).portfolio
        assert [file.id for file in shown] == [picture.id, case.id]
        assert (await files.thumbnail(session, None, picture.id))[1]


async def test_files_of_a_profile_that_nobody_has_approved_are_for_its_owner_and_operators(
    db: Database, storage: StorageGateway
) -> None:
    async with db.transaction() as session:
        owner, _ = await make_expert(session, status=Status.SUBMITTED)
        operator = await make_actor(session, role=Role.ADMIN)
    case = await stored(db, owner, PDF, "case study.pdf", purpose=Purpose.PORTFOLIO)
    async with db.transaction() as session:
        await service.update_profile(session, owner, ProfilePatch(portfolio=[case.id]))
        for inside in (owner, operator):
            await files.download_url(session, inside, case.id)
        with pytest.raises(NotFound):
            await files.download_url(session, None, case.id)


def test_a_portfolio_is_short() -> None:
    with pytest.raises(ValueError, match="at most 8"):
        ProfilePatch(portfolio=[uuid4() for _ in range(9)])
