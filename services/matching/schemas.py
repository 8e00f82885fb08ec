"""What is asked of matching, and how it answers: one explained score per expert."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from core.money import Money
from services.accounts.schemas import Timezone
from services.experts.schemas import (
    Country,
    Distinct,
    Engagement,
    ExpertCard,
    Language,
    SkillName,
    Slug,
    Stage,
    clean,
)

QueryText = Annotated[str, StringConstraints(max_length=6000), BeforeValidator(clean)]
Skills = Annotated[list[SkillName], Distinct]


class MatchSort(StrEnum):
    SCORE = "score"
    RATE_LOW = "rate_low"
    RATING = "rating"
    EXPERIENCE = "experience"
    SOONEST = "soonest"


class MatchQuery(BaseModel):
    """What a founder looks for. Text and project say what it is about (at least one is given, or a skill that is a
    must); everything else is a hard filter, except `industries` and `stage`, which only weigh."""

    model_config = ConfigDict(extra="forbid")

    text: QueryText = ""
    project_id: UUID | None = None
    must_skills: Skills = Field(default_factory=list, max_length=10)
    excluded_skills: Skills = Field(default_factory=list, max_length=10)
    industries: Annotated[list[Slug], Distinct] = Field(default_factory=list, max_length=8)
    excluded_industries: Annotated[list[Slug], Distinct] = Field(default_factory=list, max_length=8)
    stage: Stage | None = None
    engagement: Engagement | None = None
    min_rate: Money | None = Field(None, description="Per hour, in any currency")
    max_rate: Money | None = Field(None, description="Per hour, in any currency")
    languages: Annotated[list[Language], Distinct] = Field(
        default_factory=list, max_length=5, description="The expert speaks all of them"
    )
    countries: Annotated[list[Country], Distinct] = Field(
        default_factory=list, max_length=20, description="The expert lives in one of them"
    )
    min_years: int | None = Field(None, ge=0, le=40, description="Of experience overall")
    exclude: Annotated[list[UUID], AfterValidator(lambda ids: list(dict.fromkeys(ids)))] = Field(
        default_factory=list, max_length=100, description="Experts not to be shown again"
    )
    timezone: Timezone | None = Field(None, description="Of the founder; by default the account's")
    min_overlap_hours: float | None = Field(
        None, ge=0, le=9, description="Working hours (9 to 18 on both sides) that overlap"
    )
    available_from: date | None = None
    available_within_days: int | None = Field(
        None, ge=1, le=60, description="A free slot within so many days of `available_from`, or of now"
    )
    sort: MatchSort = Field(MatchSort.SCORE, description="Order among those who fit best")
    call_minutes: int = Field(60, ge=15, le=240)
    limit: int = Field(5, ge=1, le=10)

    @model_validator(mode="after")
    def _something_to_go_by(self) -> Self:
        if not self.text and self.project_id is None and not self.must_skills:
            raise ValueError("give a text, a project or a skill")
        for rate in (self.min_rate, self.max_rate):
            if rate is not None and rate.amount <= 0:
                raise ValueError("rates are above zero")
        return self


class Understood(BaseModel):
    """What the query was taken to mean: given and found in its text, as slugs."""

    skills: list[str] = Field(description="Wanted skills; those that are musts come first")
    must_skills: list[str]
    must_words: list[str] = Field(
        description="Musts that are no known skill: they have to stand in the profile"
    )
    industries: list[str]
    stage: Stage | None


class Factor(BaseModel):
    """One part of the score. `points` is weight × value, in points of 100; the points of all factors add up to the
    score. The passages are quoted from the brief and from the profile."""

    key: str
    label: str
    weight: float
    value: float = Field(ge=0, le=1)
    points: float
    brief: str | None = None
    profile: str | None = None


class Match(BaseModel):
    """An expert who fits, and why."""

    expert: ExpertCard
    score: int = Field(ge=0, le=100)
    factors: list[Factor]
    reasons: list[str] = Field(description="Short sentences, built from stored data only")
    strengths: list[str]
    gaps: list[str]
    missing: list[str] = Field(
        description="Hard filters that this expert does not meet; empty for a real match"
    )
    slots: list[datetime] = Field(description="Next free starts, in UTC")
    overlap_hours: float
    rate: Money = Field(description="In the founder's currency where that is known")
    is_available: bool = Field(True, description="False once the expert is no longer to be booked")


class ChangeKind(StrEnum):
    RAISE_RATE = "raise_rate"
    LOWER_RATE = "lower_rate"
    DROP_SKILL = "drop_skill"
    ALLOW_SKILL = "allow_skill"
    ALLOW_INDUSTRY = "allow_industry"
    DROP_LANGUAGE = "drop_language"
    DROP_OVERLAP = "drop_overlap"
    DROP_ENGAGEMENT = "drop_engagement"
    DROP_COUNTRY = "drop_country"
    DROP_YEARS = "drop_years"
    DROP_TIME = "drop_time"


class Change(BaseModel):
    """What would change the result: `query` holds the fields to replace in the query."""

    kind: ChangeKind
    text: str
    ask: str = Field(description="The same as a founder would ask for it")
    adds: int = Field(description="Counted: so many more meet every filter and have time")
    query: dict[str, Any]


class MatchList(BaseModel):
    """The answer to a query, as stored. `items` meet every hard filter, best first. Only if nobody does, `closest`
    shows who comes near, with what is missing."""

    id: UUID
    created_at: datetime
    query: MatchQuery
    understood: Understood
    summary: str
    is_close: bool = Field(True, description="Whether the best comes close to what was written")
    items: list[Match]
    closest: list[Match]
    changes: list[Change]
    weights: dict[str, float]
    ranking_version: str
    embedding_model: str
    founder_timezone: str
