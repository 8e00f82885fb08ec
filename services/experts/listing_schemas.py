"""What goes into and comes out of the experts room: lists of experts, what they are narrowed by, and how many each choice
leaves."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from core.money import Money
from services.experts.schemas import (
    Country,
    Engagement,
    ExpertCard,
    Input,
    Language,
    SkillName,
    Slug,
    Stage,
    clean,
)


class Sort(StrEnum):
    RELEVANCE = "relevance"
    RATE_LOW = "rate_low"
    RATE_HIGH = "rate_high"
    RATING = "rating"
    EXPERIENCE = "experience"
    NEWEST = "newest"


class ExpertListing(Input):
    """What a list of experts is narrowed by, rates apart: all of the skills, any of the rest."""

    q: Annotated[str, StringConstraints(max_length=200), BeforeValidator(clean)] = ""
    skills: list[SkillName] = Field(default_factory=list, max_length=10)
    industries: list[Slug] = Field(default_factory=list, max_length=10)
    languages: list[Language] = Field(default_factory=list, max_length=10)
    stages: list[Stage] = Field(default_factory=list, max_length=6)
    engagements: list[Engagement] = Field(default_factory=list, max_length=3)
    countries: list[Country] = Field(default_factory=list, max_length=20)
    bookable: bool = Field(False, description="Only those with hours that can be booked")
    sort: Sort = Sort.RELEVANCE
    cursor: str | None = Field(None, max_length=400)
    limit: int = Field(20, ge=1, le=50)


class ExpertFilter(ExpertListing):
    """`ExpertListing`, with bounds of the hourly rate in any currency."""

    min_rate: Money | None = None
    max_rate: Money | None = None


class FacetValue(BaseModel):
    value: str
    name: str
    count: int


class Facets(BaseModel):
    """How many experts each choice would leave: of skills, one more; of the rest, one beside those chosen in the same
    facet. Only on the first page."""

    skills: list[FacetValue]
    industries: list[FacetValue]
    languages: list[FacetValue]
    stages: list[FacetValue]
    engagements: list[FacetValue]
    countries: list[FacetValue]


class ExpertPage(BaseModel):
    items: list[ExpertCard]
    next_cursor: str | None
    total: int | None = Field(description="Only on the first page")
    facets: Facets | None
