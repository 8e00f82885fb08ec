"""The founder's project: what is known of it, and what it takes."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.actor import Scope
from core.errors import InvalidInput
from core.money import Currency
from services.conversations.schemas import Card
from services.projects import extraction, service
from services.projects.schemas import (
    BriefPatch,
    Platform,
    ProjectBrief,
    ProjectRead,
    ScalarField,
    Stage,
    WhatIf,
)
from tools.context import ToolContext
from tools.describe import analysis_text, brief_text
from tools.facts import patch_of
from tools.registry import ToolResult, declare

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Phrases = Annotated[list[Phrase], Field(default_factory=list, max_length=30)]


class Amount(BaseModel):
    """Money in major units. One figure: give `high` only, or the same twice."""

    model_config = ConfigDict(extra="forbid")

    low: Decimal | None = Field(None, ge=0, le=10**10)
    high: Decimal | None = Field(None, ge=0, le=10**10)
    currency: Currency = "USD"


class Changes(BaseModel):
    """Facts that the founder stated. Leave out what was not said; never fill in guesses."""

    model_config = ConfigDict(extra="forbid")

    summary: Annotated[str, Field(max_length=600)] | None = Field(
        None, description="What it does, in one sentence"
    )
    industries: Phrases
    stage: Stage | None = None
    users: Phrases
    features: Phrases
    integrations: Phrases
    platforms: list[Platform] = Field(default_factory=list, max_length=10)
    technologies: Phrases
    existing_technologies: Phrases
    regulations: Phrases
    constraints: Phrases
    markets: Phrases
    budget: Amount | None = Field(None, description="For the whole project")
    monthly_budget: Amount | None = None
    hourly_cap: Amount | None = Field(None, description="The most a CTO may cost an hour")
    deadline_weeks: float | None = Field(None, gt=0, le=1040)
    deadline: date | None = None
    team_size: int | None = Field(None, ge=0, le=10_000, description="People who build; 0 is nobody yet")
    not_wanted: Phrases
    forget: list[ScalarField] = Field(
        default_factory=list, max_length=8, description="Facts that no longer hold"
    )


class BriefArguments(BaseModel):
    """New or corrected facts about the project."""

    model_config = ConfigDict(extra="forbid")

    statement: str | None = Field(
        None,
        max_length=8000,
        description="The founder's own words that hold the facts, copied; default the whole last message",
    )
    changes: Changes | None = Field(
        None, description="Facts you read out of the conversation; they win over ours"
    )


class WhatIfArguments(BaseModel):
    """A change to try out. Nothing is stored."""

    model_config = ConfigDict(extra="forbid")

    statement: str = Field(
        max_length=2000, description="The change in plain words, e.g. 'no offline mode, $120k'"
    )
    changes: Changes | None = None


@declare(args=BriefArguments, scope=Scope.PROJECTS_WRITE, label="Noting the facts")
async def update_brief(context: ToolContext, args: BriefArguments) -> ToolResult:
    """Record facts about the project without analysing it. Use it only while it is not clear yet what is to be built;
    as soon as it is, `analyse_project` records and analyses in one step."""
    project = await _revise(context, args)
    return f"Recorded. The brief is now:\n{brief_text(project.brief)}", None


@declare(args=BriefArguments, scope=Scope.PROJECTS_WRITE, label="Analysing the project")
async def analyse_project(context: ToolContext, args: BriefArguments) -> ToolResult:
    """Record what the founder said and analyse the project: health score, complexity, time and cost as ranges,
    technologies, risks, recommendations, and what changed since the last analysis. Call it for the first description
    and after every new fact. All figures you mention come from its result."""
    project = await _revise(context, args)
    if not _is_known(project.brief):
        raise InvalidInput(
            "It is not known yet what is to be built. Ask the founder what it does and for whom."
        )
    async with context.db.transaction() as session:
        analysis = await service.analyse(session, context.actor, project.id, turn_id=context.turn_id)
    card = Card(type="analysis", data=analysis.model_dump(mode="json"))
    return analysis_text(card.data), card


@declare(args=WhatIfArguments, scope=Scope.PROJECTS_READ, label="Working out the change")
async def what_if(context: ToolContext, args: WhatIfArguments) -> ToolResult:
    """Try a change of the project ("what if we drop offline mode?") and see how score, time and cost would move. The
    brief stays as it is."""
    async with context.db.transaction() as session:
        project = await service.for_room(session, context.actor, context.room_id)
    if project is None:
        raise InvalidInput("There is no project yet. Ask the founder what is to be built.")
    patch = _read(args.statement, context, project.brief)
    if args.changes is not None:
        patch = patch_of(args.changes, patch, args.statement)
    if patch.is_empty:
        raise InvalidInput(
            "No change of the project was recognised. Ask what would change.", code="no_change"
        )
    async with context.db.transaction() as session:
        outcome = await service.what_if(session, context.actor, project.id, patch)
    return _what_if_text(outcome), Card(type="what_if", data=outcome.model_dump(mode="json"))


def _what_if_text(outcome: WhatIf) -> str:
    before, after = outcome.before, outcome.after
    return (
        f"With {outcome.change}: health score {before.score} -> {after.score}, likely time {before.weeks:.0f} -> "
        f"{after.weeks:.0f} weeks, likely cost {before.cost.format()} -> {after.cost.format()}. Nothing was stored."
    )


async def _revise(context: ToolContext, args: BriefArguments) -> ProjectRead:
    async with context.db.transaction() as session:
        known = await service.for_room(session, context.actor, context.room_id)
    statement = args.statement if args.statement is not None else context.message_text
    heard = _folded(context.heard)
    if any(_folded(line) not in heard for line in statement.splitlines()):
        raise InvalidInput(
            "`statement` has to be copied from what the founder wrote. Use `changes` for the rest."
        )
    patch = _read(statement, context, known.brief if known else None)
    if args.changes is not None:
        patch = patch_of(args.changes, patch, statement)
    async with context.db.transaction() as session:
        return await service.revise(
            session,
            context.actor,
            context.room_id,
            patch,
            message_id=context.message_id,
            turn_id=context.turn_id,
        )


def _read(statement: str, context: ToolContext, brief: ProjectBrief | None) -> BriefPatch:
    hint = brief.currency if brief else None
    return extraction.read(
        statement, now=context.now, timezone=context.timezone, currency_hint=hint, brief=brief
    )


def _is_known(brief: ProjectBrief) -> bool:
    return bool(brief.summary or brief.features or brief.industries)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
