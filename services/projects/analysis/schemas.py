"""What an analysis says. Every part carries the evidence it rests on: the founder's words or a named assumption."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.money import Money

Score = Annotated[int, Field(ge=0, le=100)]
Chance = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1, max_length=600)]


class EvidenceKind(StrEnum):
    """Where a statement comes from."""

    STATED = "stated"  # the founder's own words; `message_id` says where, if the fact came from a message
    ASSUMPTION = "assumption"  # an entry of `Analysis.assumptions`; `field` is its key
    COMPUTED = "computed"  # a figure of the estimator


class Level(StrEnum):
    """Three steps, for complexity, severity, likelihood and priority."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Part):
    """One ground of a statement. `text` is the quote, the assumption or the figure, ready to be shown."""

    kind: EvidenceKind
    field: str = Field(
        max_length=80, description="The brief's field, the assumption's key or the figure's name"
    )
    text: Text
    message_id: UUID | None = None


Grounds = Annotated[list[Evidence], Field(min_length=1, max_length=12)]


class Factor(_Part):
    """One row of the rubric. `points` is `score * weight / 100`; the weights of all rows sum to 100."""

    key: str
    name: str
    score: Score
    weight: Annotated[int, Field(ge=1, le=100)]
    points: float
    reason: Text
    evidence: Grounds


class Health(_Part):
    """The score out of 100 and the rows it is the rounded sum of."""

    score: Score
    rubric_version: int
    factors: list[Factor]


class Complexity(_Part):
    """How hard the project is to build, with its size in function points."""

    level: Level
    function_points: float
    reason: Text
    evidence: Grounds


class Timeline(_Part):
    """Weeks from start to first release. `chance` is the probability of being done within `stated_weeks`."""

    p50_weeks: float
    p80_weeks: float
    stated_weeks: float | None = None
    chance: Chance | None = None
    team_size: float = Field(description="People working in parallel that the P50 plan implies")
    reason: Text
    evidence: Grounds


class Budget(_Part):
    """Cost to first release in the founder's currency. `chance` is the probability that `stated` is enough."""

    p50: Money
    p80: Money
    stated: Money | None = None
    chance: Chance | None = None
    hours_p50: float
    hours_p80: float
    reason: Text
    evidence: Grounds


class Technology(_Part):
    """One of the six technologies recommended. `slug` is a skill of the taxonomy."""

    slug: str
    name: str
    role: str = Field(description="What it is for in this project: Backend, Database, Payments…")
    reason: Text
    evidence: Grounds


class Risk(_Part):
    """Something that may go wrong, how bad, how likely, why we think so, and what to do about it."""

    key: str
    title: Text
    severity: Level
    likelihood: Level
    evidence: Grounds
    mitigation: Text


class Recommendation(_Part):
    """Something to do. `effect` is the change of the health score, computed by scoring the changed brief."""

    key: str
    title: Text
    detail: Text
    priority: Level
    effect: Annotated[int, Field(ge=-100, le=100)]
    evidence: Grounds


class Assumption(_Part):
    """Something we took for granted because the founder has not said. `field` is what would settle it."""

    key: str
    text: Text
    field: str


class SizeLine(_Part):
    """One line of the function point count: what was counted, and by which rule."""

    item: str
    points: float
    rule: Text
    evidence: Evidence


class Difference(_Part):
    """What changed between two versions. `change` says whether that is good news for the founder."""

    key: str
    label: str
    before: str | None
    after: str | None
    change: Literal["better", "worse", "neutral"]
    text: Text


class Analysis(BaseModel):
    """The whole result. Figures come from the estimator and the rubric, whichever engine words the narrative."""

    model_config = ConfigDict(extra="forbid")

    summary: Annotated[str, Field(min_length=1, max_length=2000)]
    health: Health
    complexity: Complexity
    timeline: Timeline
    budget: Budget
    technologies: Annotated[list[Technology], Field(min_length=6, max_length=6)]
    risks: Annotated[list[Risk], Field(min_length=3, max_length=8)]
    recommendations: Annotated[list[Recommendation], Field(min_length=3, max_length=8)]
    assumptions: list[Assumption]
    sizing: list[SizeLine]


class AnalysisRead(Analysis):
    """A stored version of a project's analysis. `engine` is what worded `narrative`: `guided` or a model's name."""

    id: UUID
    project_id: UUID
    version: int
    created_at: datetime
    engine: str
    narrative: str | None = None
    differences: list[Difference] = Field(default_factory=list, description="Against the version before")
