"""From rows to what the room hands out."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.db import Source
from core.money import Money
from models.experts import Expert
from services.accounts import service as accounts
from services.experts import repository
from services.experts.repository import CardRow, OwnerRow
from services.experts.schemas import ExpertCard, ExpertOwner, ExpertRead, ExpertSkill, Status
from services.files import service as files
from services.taxonomy import industries, skills

CARD_SKILLS = 8


async def cards(source: Source, ids: Iterable[UUID]) -> dict[UUID, ExpertCard]:
    """Cards of these experts, whatever their status; unknown ids are left out."""
    rows = await repository.card_rows(source, ids, skills=CARD_SKILLS)
    return {row.id: ExpertCard(**_card_fields(row, row.skills, row.name, row.avatar_url)) for row in rows}


async def to_read(session: AsyncSession, actor: Actor, expert: Expert) -> ExpertRead:
    owned = await repository.skills_of(session, [expert.id])
    people = await accounts.people(session, [expert.user_id])
    person = people[expert.user_id]
    skills_held = [(row.skill, row.years, row.level) for row in owned.get(expert.id, [])]
    inside = actor.is_admin or actor.user_id == expert.user_id
    return ExpertRead(
        **_card_fields(expert, skills_held, person.name, person.avatar_url),
        story=expert.story,
        stages=expert.stages,
        engagements=expert.engagements,
        roles=expert.roles,
        links=expert.links,
        portfolio=await files.portfolio(session, expert.user_id),
        status=expert.status,
        status_reason=expert.status_reason if inside else None,
        response_minutes=expert.response_minutes,
        created_at=expert.created_at,
        updated_at=expert.updated_at,
    )


def to_owner(expert: Expert | OwnerRow) -> ExpertOwner:
    return ExpertOwner(
        id=expert.id,
        user_id=expert.user_id,
        status=Status(expert.status),
        timezone=expert.timezone,
        rate=Money(amount=expert.rate_amount, currency=expert.rate_currency),
        is_bookable=expert.is_bookable,
    )


def outcomes(expert: Expert) -> list[str]:
    """What came of the past roles, newest role first as stored."""
    return [outcome for role in expert.roles for outcome in role.get("outcomes", [])]


def skill_name(slug: str) -> str:
    """The taxonomy's name, or the slug itself for a skill that has left the taxonomy."""
    skill = skills.SKILLS.get(slug)
    return skill.name if skill else slug


def industry_name(slug: str) -> str:
    """The taxonomy's name, or the slug itself for an industry that has left the taxonomy."""
    industry = industries.INDUSTRIES.get(slug)
    return industry.name if industry else slug


def _card_fields(
    expert: Expert | CardRow, held: Iterable[tuple[str, int, int]], name: str, avatar_url: str | None
) -> dict[str, object]:
    return {
        "id": expert.id,
        "user_id": expert.user_id,
        "slug": expert.slug,
        "name": name,
        "avatar_url": avatar_url,
        "headline": expert.headline,
        "country": expert.country,
        "timezone": expert.timezone,
        "languages": expert.languages,
        "industries": expert.industries,
        "skills": [
            ExpertSkill(skill=slug, name=skill_name(slug), years=years, level=level)
            for slug, years, level in held
        ],
        "rate": Money(amount=expert.rate_amount, currency=expert.rate_currency),
        "years": expert.years,
        "rating": round(expert.rating_sum / expert.rating_count, 2) if expert.rating_count else None,
        "rating_count": expert.rating_count,
        "is_bookable": expert.is_bookable,
        "is_demo": expert.is_demo,
    }
