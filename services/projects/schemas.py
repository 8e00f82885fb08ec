"""What the projects room takes and gives: the brief (`brief.py`), edits of it, projects, and lists of analyses."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.money import Money
from services.projects.brief import (
    BUDGET_KINDS,
    MAX_HISTORY,
    MAX_ITEMS,
    BriefFields,
    BriefPatch,
    Budget,
    Complexity,
    DataSensitivity,
    Deadline,
    Exclusion,
    ExclusionKind,
    Fact,
    FactModel,
    Feature,
    Name,
    Named,
    Note,
    Platform,
    ProjectBrief,
    Prose,
    Provenance,
    Quote,
    ScalarField,
    Scale,
    Sentence,
    Slug,
    Source,
    Stage,
    Superseded,
    Tag,
    Team,
    TeamExperience,
    Technology,
    Text,
    check_kind,
    printable,
)

__all__ = [
    "BUDGET_KINDS",
    "MAX_HISTORY",
    "MAX_ITEMS",
    "AnalysisPage",
    "AnalysisSummary",
    "BriefEdit",
    "BriefFields",
    "BriefPatch",
    "Budget",
    "Complexity",
    "DataSensitivity",
    "Deadline",
    "Exclusion",
    "ExclusionKind",
    "Fact",
    "FactModel",
    "Feature",
    "Name",
    "Named",
    "NewProject",
    "Note",
    "Outlook",
    "Platform",
    "ProjectBrief",
    "ProjectPage",
    "ProjectRead",
    "Prose",
    "Provenance",
    "Quote",
    "ScalarField",
    "Scale",
    "Sentence",
    "Slug",
    "Source",
    "Stage",
    "Statement",
    "Superseded",
    "Tag",
    "Team",
    "TeamExperience",
    "Technology",
    "Text",
    "WhatIf",
    "check_kind",
    "printable",
]


class BriefEdit(BaseModel):
    """The founder's own edit: plain values, without provenance. A field that is left out stays; `null` or an empty
    list clears it; a list replaces the list. `version` is the brief version the edit was made on."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0)
    title: Name | None = None
    summary: Sentence | None = None
    industries: list[Slug] | None = Field(None, max_length=10)
    stage: Stage | None = None
    users: list[Name] | None = Field(None, max_length=20)
    scale: Scale | None = None
    features: list[Name] | None = Field(None, max_length=MAX_ITEMS, description="Slugs or words")
    integrations: list[Name] | None = Field(None, max_length=40)
    platforms: list[Platform] | None = Field(None, max_length=18)
    technologies: list[Name] | None = Field(None, max_length=MAX_ITEMS)
    sensitivity: list[DataSensitivity] | None = Field(None, max_length=10)
    regulations: list[Name] | None = Field(None, max_length=20)
    constraints: list[Name] | None = Field(None, max_length=40)
    markets: list[Name] | None = Field(None, max_length=20)
    team: Team | None = None
    budget: Budget | None = None
    monthly_budget: Budget | None = None
    hourly_cap: Budget | None = None
    deadline: Deadline | None = None
    exclusions: list[Name] | None = Field(None, max_length=MAX_ITEMS)

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        for name in BUDGET_KINDS:
            check_kind(name, getattr(self, name))
        return self


class ProjectRead(BaseModel):
    """A project as its owner sees it. `brief_version` grows with every change of the brief."""

    id: UUID
    owner_id: UUID
    room_id: UUID | None
    title: str
    brief: ProjectBrief
    brief_version: int
    analysis_version: int | None = Field(
        None, description="Version of the newest analysis, None before the first"
    )
    created_at: datetime
    updated_at: datetime


class ProjectPage(BaseModel):
    items: list[ProjectRead]
    next_cursor: str | None = None


class NewProject(BaseModel):
    """A project described outside a conversation."""

    model_config = ConfigDict(extra="forbid")

    description: Prose


class Statement(BaseModel):
    """Something more about a project, in the founder's words."""

    model_config = ConfigDict(extra="forbid")

    text: Prose


class AnalysisSummary(BaseModel):
    """One version of an analysis in the list of them."""

    id: UUID
    version: int
    brief_version: int
    created_at: datetime
    engine: str
    score: int
    p50_weeks: float
    p50_cost: Money


class AnalysisPage(BaseModel):
    items: list[AnalysisSummary]
    next_cursor: str | None = None


class Outlook(BaseModel):
    """The key figures of an analysis."""

    score: int
    weeks: float
    cost: Money


class WhatIf(BaseModel):
    """What a change would do, without making it. `change` says it in words."""

    change: str
    before: Outlook
    after: Outlook
