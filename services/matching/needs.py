"""From a query to what is needed: the text to compare, the skills and industries it names, and the hard filters."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from core.errors import InvalidInput
from core.exchange import currencies, usd_amount
from core.gateways.vectors import ProfileFilter
from core.money import Money
from services.experts.policy import check_industries, check_places
from services.experts.schemas import Stage
from services.matching.schemas import MatchQuery
from services.projects.schemas import ProjectBrief
from services.taxonomy import industries, skills
from services.taxonomy.negation import Negations
from services.taxonomy.phrases import ReadText

WORKDAY_HOURS = 9.0
# A synonym of an industry weighs 3 in the taxonomy, a hint 1.
_OUTRIGHT = 3.0
_HINTED = 2.0
_MAX_INDUSTRIES = 3
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Filters(ProfileFilter):
    """The hard filters, resolved to what the database knows."""

    slots_after: datetime | None = None
    slots_before: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    def in_time(self, starts: Sequence[datetime]) -> bool:
        """Whether the first of these free starts is early enough."""
        return bool(starts) and (self.slots_before is None or starts[0] < self.slots_before)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the search goes by: the text to compare (what was `said`, or else the musts), and the hard filters."""

    said: str
    text: str
    filters: Filters
    timezone: str = "UTC"
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Needs(Asked):
    """And what its text was read to mean, which the ranking goes by."""

    skills: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    stage: Stage | None = None
    skill_words: dict[str, str] = field(default_factory=dict)
    industry_words: dict[str, str] = field(default_factory=dict)


def ask(
    query: MatchQuery, brief: ProjectBrief | None, *, timezone: str, now: datetime, but: UUID | None = None
) -> Asked:
    """What a query asks for outright, of everybody `but` one. Raises `InvalidInput` for what stands for nothing (a
    currency, language, country or industry, a skill to exclude) and for filters that contradict."""
    check_places(query.countries, query.languages)
    check_industries((*query.industries, *query.excluded_industries))
    said = "\n".join(part for part in (query.text, _brief_text(brief) if brief else "") if part)
    must, words = _known(query.must_skills)
    excluded, unknown = _known(query.excluded_skills)
    clash = sorted(set(must) & set(excluded))
    if clash:
        name = skills.SKILLS[clash[0]].name
        raise InvalidInput(f"{name} cannot be both a must and excluded.", code="contradiction", skill=name)
    if unknown:
        # Passing over it would show the very people who are not wanted.
        raise InvalidInput(
            f"We do not know the skill “{unknown[0]}”, so we cannot exclude people by it.",
            code="unknown_skill",
            skills=list(unknown),
        )
    for slug in query.industries:
        if slug in query.excluded_industries:
            name = industries.INDUSTRIES[slug].name
            raise InvalidInput(
                f"{name} cannot be both asked for and excluded.", code="contradiction", industry=slug
            )
    zone = query.timezone or timezone
    cap = query.max_rate or (brief.hourly_cap.value.most if brief and brief.hourly_cap else None)
    minimum, maximum = _usd(query.min_rate), _usd(cap)
    if minimum is not None and maximum is not None and minimum > maximum:
        raise InvalidInput("The lowest rate lies above the highest.", code="contradiction")
    after, before = window(query, zone, now)
    asked = Asked(
        said=said,
        text=said or ", ".join((*(skills.SKILLS[slug].name for slug in must), *words)),
        filters=Filters(
            skills=must,
            words=words,
            excluded_skills=excluded,
            excluded_industries=tuple(query.excluded_industries),
            min_usd=minimum,
            max_usd=maximum,
            languages=tuple(query.languages),
            timezones=_overlapping(zone, query.min_overlap_hours, (after or now).date())
            if query.min_overlap_hours
            else None,
            engagement=query.engagement.value if query.engagement else None,
            countries=tuple(query.countries),
            min_years=query.min_years,
            excluded_ids=(*query.exclude, but) if but else tuple(query.exclude),
            slots_after=after,
            slots_before=before,
        ),
        timezone=zone,
        currency=cap.currency if cap else (brief.currency if brief else None),
    )
    if asked.filters.is_empty and not any(map(_says, asked.text)):
        raise InvalidInput(
            "Say what the CTO should lead: there is nothing to go by.", code="nothing_to_go_by"
        )
    return asked


def read(query: MatchQuery, brief: ProjectBrief | None, asked: Asked) -> Needs:
    """What the text names besides: skills and industries. Takes a millisecond or more, for which the search can
    already be under way."""
    text = ReadText.of(asked.said)
    negations = Negations(text)
    mentions = skills.find_in(text, negations)
    named = {m.slug: asked.said[m.start : m.end] for m in reversed(mentions) if not m.negated}
    for technology in brief.technologies if brief else ():
        if technology.slug and technology.slug in skills.SKILLS:
            named.setdefault(technology.slug, technology.quote or technology.name)
    excluded = asked.filters.excluded_skills
    wanted = dict.fromkeys((*asked.filters.skills, *(slug for slug in named if slug not in excluded)))
    found = _industries(text, negations)
    for tag in brief.industries if brief else ():
        found.setdefault(tag.value, tag.quote or tag.value)
    fields = dict.fromkeys((*query.industries, *found))
    return Needs(
        said=asked.said,
        text=asked.text,
        filters=asked.filters,
        timezone=asked.timezone,
        currency=asked.currency,
        skills=tuple(wanted),
        industries=tuple(slug for slug in fields if slug not in query.excluded_industries),
        stage=query.stage or (Stage(brief.stage.value.value) if brief and brief.stage else None),
        skill_words=named,
        industry_words=found,
    )


def overlap_hours(zone: str, other: str, on: date) -> float:
    """Hours in which it is between 9 and 18 o'clock in both zones, on that date."""
    apart = abs(_offset(zone, on) - _offset(other, on)) % 24
    return max(0.0, WORKDAY_HOURS - min(apart, 24 - apart))


def _says(char: str) -> bool:
    """Whether a character means anything by itself: letters, numbers and pictures do, punctuation does not."""
    return unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So"


def _known(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Slugs of known skills, and the names that the taxonomy does not know."""
    slugs: dict[str, None] = {}
    words: dict[str, None] = {}
    for name in names:
        skill = skills.canonical(name)
        if skill is not None:
            slugs[skill.slug] = None
        else:
            words[name] = None
    return tuple(slugs), tuple(words)


def _industries(read: ReadText, negations: Negations) -> dict[str, str]:
    """Industries the text names outright, or else the one it hints at most, with the words it does so by."""
    mentions = industries.find_in(read, negations)
    named = [mention for mention in mentions if mention.weight >= _OUTRIGHT] or [
        mention for mention in mentions[:1] if mention.weight >= _HINTED
    ]
    return {mention.slug: read.original[mention.start : mention.end] for mention in named[:_MAX_INDUSTRIES]}


def _usd(rate: Money | None) -> int | None:
    if rate is None:
        return None
    if rate.currency not in currencies():
        raise InvalidInput(f"{rate.currency} is not a currency we know.", code="unknown_currency")
    # Less than a cent is a limit as well.
    return max(1, usd_amount(rate))


def window(query: MatchQuery, zone: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when to when there has to be a free slot, None where the query does not say."""
    if query.available_from is None and query.available_within_days is None:
        return None, None
    after = now
    if query.available_from is not None and query.available_from >= now.date() - timedelta(days=1):
        # No further than anybody's calendar goes, and no further than dates do.
        day = min(query.available_from, now.date() + _FURTHEST)
        after = max(now, datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC))
    days = query.available_within_days
    return after, after + timedelta(days=days) if days is not None else None


def _brief_text(brief: ProjectBrief) -> str:
    """What a project is about, in a few lines; money, dates and team say nothing of who fits."""
    lines = [brief.summary.value] if brief.summary else []
    for label, values in (
        ("For", [user.value for user in brief.users]),
        ("Features", [feature.name for feature in brief.features]),
        ("Integrations", [item.name for item in brief.integrations]),
        ("Technologies", [item.name for item in brief.technologies]),
        ("Regulations", [item.name for item in brief.regulations]),
        ("Platforms", [fact.value.value for fact in brief.platforms]),
    ):
        if values:
            lines.append(f"{label}: {', '.join(values)}.")
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def _offset(zone: str, on: date) -> float:
    moment = datetime.combine(on, time(12), ZoneInfo(zone)).utcoffset()
    return moment.total_seconds() / 3600 if moment else 0.0


@lru_cache(maxsize=256)
def _overlapping(zone: str, hours: float, on: date) -> tuple[str, ...]:
    return tuple(other for other in sorted(available_timezones()) if overlap_hours(zone, other, on) >= hours)
