"""Finding CTOs."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.actor import Scope
from core.errors import InvalidInput
from core.money import Currency, Money
from services.conversations.schemas import Card
from services.experts.schemas import Engagement, Stage
from services.matching import service
from services.matching.schemas import MatchQuery, MatchSort
from services.projects import service as projects
from services.taxonomy import industries
from tools.context import ToolContext
from tools.describe import matches_text
from tools.registry import ToolResult, declare

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class HourlyRate(BaseModel):
    """An hourly rate in major units: {"amount": 150, "currency": "USD"}."""

    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(gt=0, le=100_000, max_digits=9, decimal_places=2)
    currency: Currency = "USD"

    def money(self) -> Money:
        """In minor units."""
        return Money.of(self.amount, self.currency)


class FindCtos(BaseModel):
    """What to look for. The founder's project is always taken into account; every filter is optional."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        "", max_length=2000, description="What the CTO should know or lead, beyond the project brief"
    )
    must_skills: list[Word] = Field(
        default_factory=list, max_length=10, description="Only CTOs with all of these"
    )
    excluded_skills: list[Word] = Field(default_factory=list, max_length=10)
    industries: list[Word] = Field(default_factory=list, max_length=8, description="Preferred industries")
    excluded_industries: list[Word] = Field(
        default_factory=list, max_length=8, description="Nobody who comes from these"
    )
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]] = Field(
        default_factory=list, max_length=5, description="ISO 639-1 codes; the CTO speaks all of them"
    )
    min_rate: HourlyRate | None = None
    max_rate: HourlyRate | None = Field(None, description="The most per hour")
    timezone: str | None = Field(
        None, max_length=64, description="IANA zone to be near to; default the founder's"
    )
    min_overlap_hours: float | None = Field(
        None, ge=0, le=9, description="Shared working hours a day; 7 for 'my time zone', 4 for 'some overlap'"
    )
    countries: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field(
        default_factory=list, max_length=20, description="ISO 3166 codes; the CTO lives in one of them"
    )
    min_years: int | None = Field(None, ge=0, le=40, description="Of experience")
    exclude: list[UUID] = Field(
        default_factory=list, max_length=100, description="Ids not to show again, for 'anyone else?'"
    )
    sort: MatchSort = MatchSort.SCORE
    stage: Stage | None = None
    engagement: Engagement | None = None
    available_from: date | None = None
    available_within_days: int | None = Field(
        None, ge=1, le=60, description="Must have a free time in so many days"
    )
    call_minutes: int = Field(60, ge=15, le=180)
    limit: int = Field(5, ge=1, le=10)


@declare(args=FindCtos, scope=Scope.EXPERTS_READ, label="Looking for CTOs", shared=True)
async def find_ctos(context: ToolContext, args: FindCtos) -> ToolResult:
    """Find CTOs for the founder's project, best first, with score, reasons, rate and next free times. Call it whenever
    the founder asks for people or changes what they look for; pass all filters that still hold, not only the new one.
    Its card shows the list; positions ("the second one") refer to it."""
    async with context.db.transaction() as session:
        project = await projects.for_room(session, context.actor, context.room_id)
    if project is None and not args.text and not args.must_skills:
        if not context.message_text.strip():
            raise InvalidInput("Say what the CTO should lead: give `text`, or record the project first.")
        args = args.model_copy(update={"text": context.message_text[:2000]})
    query = MatchQuery(
        text=args.text,
        project_id=project.id if project else None,
        must_skills=args.must_skills,
        excluded_skills=args.excluded_skills,
        industries=_slugs(args.industries),
        excluded_industries=_slugs(args.excluded_industries),
        countries=args.countries,
        min_years=args.min_years,
        exclude=args.exclude,
        sort=args.sort,
        stage=args.stage,
        engagement=args.engagement,
        min_rate=args.min_rate.money() if args.min_rate else None,
        max_rate=args.max_rate.money() if args.max_rate else None,
        languages=args.languages,
        timezone=args.timezone or context.timezone,
        min_overlap_hours=args.min_overlap_hours,
        available_from=args.available_from,
        available_within_days=args.available_within_days,
        call_minutes=args.call_minutes,
        limit=args.limit,
    )
    found = await service.search(context.db, context.actor, query)
    card = Card(type="matches", data=found.model_dump(mode="json"))
    return matches_text(card.data, context.timezone), card


def _slugs(names: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        known = industries.canonical(name)
        found.update(
            dict.fromkeys([known.slug] if known else [mention.slug for mention in industries.find(name)])
        )
    return list(found)[:8]
