"""What becomes of a profile when its account is deleted, and what the export holds."""

from sqlalchemy import func, select

from core.db import Database
from models.experts import Expert, ExpertEmbedding, ExpertSkill
from services.experts import jobs, leaving
from services.experts.schemas import Status
from tests.experts.factories import STORY, make_expert


async def test_a_deleted_experts_profile_holds_nothing_of_them(db: Database) -> None:
    async with db.transaction() as session:
        owner, expert = await make_expert(session, name="Gone Girlfriend", headline="Unmistakable headline")
    await jobs.reindex(db, expert_id=expert.id)
    async with db.transaction() as session:
        exported = await leaving.export(session, owner.user_id)
        assert exported is not None
        assert (exported["story"], exported["skills"]) == (
            STORY,
            [{"skill": "python", "years": 8, "level": 3}],
        )
        await leaving.forget(session, owner.user_id)
    assert await jobs.index_missing(db) >= 0
    async with db.transaction() as session:
        row = (await session.scalars(select(Expert).where(Expert.id == expert.id))).one()
        assert (row.status, row.is_bookable, row.story, row.roles) == (Status.SUSPENDED, False, "", [])
        assert "gone" not in row.slug
        for table in (ExpertEmbedding, ExpertSkill):
            left = select(func.count()).select_from(table).where(table.expert_id == expert.id)
            assert await session.scalar(left) == 0
