"""When an expert's account goes: what the export holds, and what is left of the profile."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.accounts import service as accounts
from services.experts import repository
from services.experts.schemas import Status

_EXPORTED = (
    "slug", "status", "headline", "story", "country", "timezone", "languages", "industries", "stages", "engagements",
    "rate_amount", "rate_currency", "years", "links", "roles", "response_minutes",
)  # fmt: skip


@accounts.on_export("expert_profile")
async def export(session: AsyncSession, user_id: UUID) -> dict[str, Any] | None:
    """The person's profile as stored, None without one."""
    expert = await repository.by_user(session, user_id)
    if expert is None:
        return None
    skills = (await repository.skills_of(session, [expert.id])).get(expert.id, [])
    return {
        **{name: getattr(expert, name) for name in _EXPORTED},
        "skills": [{"skill": row.skill, "years": row.years, "level": row.level} for row in skills],
    }


@accounts.on_delete
async def forget(session: AsyncSession, user_id: UUID) -> None:
    """Empty the profile of an account that is deleted. The row stays, because bookings and payments refer to it."""
    expert = await repository.by_user(session, user_id, lock=True)
    if expert is None:
        return
    expert.slug = f"former-{expert.id}"
    expert.status, expert.status_reason = Status.SUSPENDED, None
    expert.headline, expert.story, expert.keywords = "Former expert", "", ""
    expert.links, expert.roles = [], []
    expert.skill_slugs, expert.mentioned_slugs = [], []
    expert.industries, expert.stages, expert.languages = [], [], []
    expert.is_bookable = False
    await repository.replace_skills(session, expert.id, [])
    await repository.drop_embeddings(session, expert.id)
