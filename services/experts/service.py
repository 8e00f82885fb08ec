"""The experts room: profiles that founders browse, and that their owners write.

Reading needs `experts:read`; writing needs an account, and concerns one's own profile only. A change enqueues
`experts.reindex`, so that search follows the profile within seconds.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.db import Source
from core.errors import Conflict, InvalidInput, NotFound
from core.jobs import enqueue
from core.money import Money
from models.experts import Expert
from services.accounts import service as accounts
from services.experts import approval, completeness, policy, reading, repository
from services.experts.approval import change_status, decide, submissions
from services.experts.document import vouched
from services.experts.jobs import reindex
from services.experts.leaving import forget
from services.experts.listing import browse
from services.experts.reviews.service import open_call
from services.experts.saving import list_saved, save, unsave
from services.experts.schemas import (
    ExpertCard,
    ExpertOwner,
    ExpertRead,
    MyProfile,
    ProfileInput,
    ProfilePatch,
    RateQuartiles,
    SkillInput,
    Status,
)
from services.files import service as files
from services.taxonomy import industries, skills

__all__ = [
    "RESERVED",
    "browse",
    "cards",
    "change_status",
    "create_profile",
    "decide",
    "for_user",
    "forget",
    "get",
    "list_saved",
    "my_profile",
    "open_call",
    "owner",
    "owners",
    "public_slugs",
    "rate_quartiles",
    "save",
    "set_bookable",
    "submissions",
    "texts",
    "unsave",
    "update_profile",
]

_NOT_FOUND = "There is no such expert."
# Pages of the web app beside the profiles.
RESERVED = frozenset({"compare", "saved"})
_PLAIN = ("headline", "story", "country", "timezone", "languages", "years")


async def get(session: AsyncSession, actor: Actor, expert_id: UUID | str) -> ExpertRead:
    """An expert by id or slug. Raises `NotFound` for profiles that this actor may not see."""
    actor.require(Scope.EXPERTS_READ)
    expert = await repository.get(session, actor, expert_id)
    if expert is None:
        raise NotFound(_NOT_FOUND)
    return await reading.to_read(session, actor, expert)


async def cards(source: Source, ids: Iterable[UUID]) -> dict[UUID, ExpertCard]:
    """Cards of these experts, whatever their status; unknown ids are left out. For rooms that have checked access."""
    return await reading.cards(source, ids)


async def texts(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Headline, story and outcomes of these experts, as one text each."""
    return {
        expert.id: "\n".join([expert.headline, *reading.outcomes(expert), expert.story])
        for expert in await repository.by_ids(session, ids)
    }


async def owner(session: AsyncSession, expert_id: UUID) -> ExpertOwner | None:
    """Who stands behind an expert, for rooms that book and pay them."""
    expert = await repository.by_id(session, expert_id)
    return reading.to_owner(expert) if expert else None


async def owners(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, ExpertOwner]:
    """As `owner`, of many at once; unknown ids are left out."""
    return {row.id: reading.to_owner(row) for row in await repository.owner_rows(session, ids)}


async def rate_quartiles(session: AsyncSession) -> RateQuartiles | None:
    """What approved experts ask for an hour, in US dollars; None while there is nobody."""
    row = await repository.rate_quartiles(session)
    if row is None:
        return None
    p25, p50, p75, count = row
    return RateQuartiles(
        p25=Money(amount=p25, currency="USD"),
        p50=Money(amount=p50, currency="USD"),
        p75=Money(amount=p75, currency="USD"),
        experts=count,
    )


async def public_slugs(session: AsyncSession) -> list[str]:
    """Names of the public profiles' pages, as many as a sitemap may hold."""
    return await repository.approved_slugs(session, limit=45_000)


async def for_user(session: AsyncSession, user_id: UUID) -> ExpertOwner | None:
    """The expert that this person is, if they are one."""
    expert = await repository.by_user(session, user_id)
    return reading.to_owner(expert) if expert else None


async def set_bookable(session: AsyncSession, expert_id: UUID, bookable: bool) -> None:
    """Told by the bookings room: whether the expert has any availability. Those without are never matched."""
    await repository.set_bookable(session, expert_id, bookable)


async def my_profile(session: AsyncSession, actor: Actor) -> MyProfile:
    """One's own profile. `NotFound` before the first."""
    actor.require(Scope.EXPERTS_READ)
    expert = await repository.by_user(session, actor.user_id)
    if expert is None:
        raise NotFound("You have no expert profile yet.", code="no_profile")
    return await approval.to_mine(session, actor, expert)


async def create_profile(
    session: AsyncSession, actor: Actor, data: ProfileInput | ProfilePatch, *, is_demo: bool = False
) -> MyProfile:
    """Start one's profile, as a draft that may be empty; who does so becomes a CTO. `Conflict` if there is one."""
    actor.require_account()
    actor.require(Scope.EXPERTS_WRITE)
    person = await accounts.become_cto(session, actor.user_id)
    if await repository.by_user(session, actor.user_id) is not None:
        raise Conflict("You have a profile already.", code="profile_exists")
    blank: dict[str, object] = {
        "headline": "",
        "story": "",
        "country": "",
        "timezone": actor.timezone,
        "rate_amount": 0,
        "rate_currency": "USD",
        "rate_usd_amount": 0,
        "years": 0,
        "skill_slugs": [],
        "industries": [],
        "roles": [],
    }
    expert = Expert(
        user_id=actor.user_id,
        slug=await _free_slug(session, person.name),
        status=Status.DRAFT,
        is_demo=is_demo,
        **(blank | _columns(data, _PLAIN)),
    )
    chosen = _apply(expert, data)
    await repository.add(session, expert)
    await repository.replace_skills(session, expert.id, chosen or [])
    await _publish(session, expert, data)
    await session.refresh(expert)
    await enqueue(session, reindex, expert_id=expert.id)
    return await approval.to_mine(session, actor, expert)


async def update_profile(session: AsyncSession, actor: Actor, data: ProfilePatch) -> MyProfile:
    """Change one's own profile; what the patch leaves out stays. Raises `Conflict`: profile_incomplete when a profile
    that is no longer a draft would lose what it needs, profile_changed when it is not as the patch says it was."""
    actor.require_account()
    actor.require(Scope.EXPERTS_WRITE)
    expert = await repository.by_user(session, actor.user_id, lock=True)
    if expert is None:
        raise NotFound("You have no expert profile yet.", code="no_profile")
    if data.as_of is not None and data.as_of != expert.updated_at:
        raise Conflict("The profile was changed in another window meanwhile.", code="profile_changed")
    for name, value in _columns(data, _PLAIN).items():
        setattr(expert, name, value)
    chosen = _apply(expert, data)
    if chosen is not None:
        await repository.replace_skills(session, expert.id, chosen)
    # Years and levels of skills, and files, are rows of their own; an operator who has read the profile has not seen these.
    expert.updated_at = clock.now()
    await _publish(session, expert, data)
    # The generated search column and the time of change come back from the database.
    await session.flush()
    await session.refresh(expert)
    mine = await approval.to_mine(session, actor, expert)
    if mine.status is not Status.DRAFT:
        completeness.require_ready(mine)
    await enqueue(session, reindex, expert_id=expert.id)
    return mine


async def _publish(session: AsyncSession, expert: Expert, data: ProfileInput | ProfilePatch) -> None:
    """Have exactly these files on the profile. Raises `InvalidInput` (attachment_unavailable)."""
    if data.portfolio is not None:
        shown = expert.status in policy.PORTFOLIO_SHOWN
        await files.set_portfolio(session, expert.user_id, data.portfolio, shown=shown)


def _columns(data: ProfileInput | ProfilePatch, names: Sequence[str]) -> dict[str, object]:
    return {name: value for name in names if (value := getattr(data, name)) is not None}


def _apply(expert: Expert, data: ProfileInput | ProfilePatch) -> list[tuple[str, int, int]] | None:
    """Set what needs checking or converting. Returns the skills to store, None if they stay."""
    policy.check_places([data.country] if data.country else (), data.languages or ())
    if data.rate is not None:
        expert.rate_usd_amount = policy.rate_in_usd(data.rate)
        expert.rate_amount, expert.rate_currency = data.rate.amount, data.rate.currency
    if data.industries is not None:
        policy.check_industries(data.industries)
        expert.industries = data.industries
    if data.stages is not None:
        expert.stages = [stage.value for stage in data.stages]
    if data.engagements is not None:
        expert.engagements = [engagement.value for engagement in data.engagements]
    if data.roles is not None:
        policy.check_years(data.roles)
        expert.roles = [role.model_dump(mode="json") for role in data.roles]
    if data.links is not None:
        expert.links = [link.model_dump(mode="json") for link in data.links]
    chosen = _canonical(data.skills) if data.skills is not None else None
    if chosen is not None:
        expert.skill_slugs = [slug for slug, _, _ in chosen]
    listed = set(expert.skill_slugs)
    mentions = skills.find("\n".join([expert.headline, *reading.outcomes(expert), vouched(expert.story)]))
    expert.mentioned_slugs = sorted({m.slug for m in mentions if not m.negated} - listed)
    names = [reading.skill_name(slug) for slug in expert.skill_slugs]
    names += [industries.INDUSTRIES[slug].name for slug in expert.industries if slug in industries.INDUSTRIES]
    expert.keywords = ", ".join(names)
    return chosen


def _canonical(given: Sequence[SkillInput]) -> list[tuple[str, int, int]]:
    """Slug, years and level of each skill; of one given twice under two names, the longer experience."""
    chosen: dict[str, tuple[str, int, int]] = {}
    unknown: list[str] = []
    for item in given:
        skill = skills.canonical(item.skill)
        if skill is None:
            unknown.append(item.skill)
            continue
        before = chosen.get(skill.slug)
        if before is None or item.years > before[1]:
            chosen[skill.slug] = (skill.slug, item.years, item.level)
    if unknown:
        raise InvalidInput(
            f"We do not know the skill “{unknown[0]}”. Describe it in your story instead.",
            code="unknown_skill",
            skills=unknown,
        )
    return list(chosen.values())


async def _free_slug(session: AsyncSession, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "expert"
    taken = await repository.slugs_like(session, stem) | RESERVED
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
