"""The project brief: what is known of a founder's project, and how it is known.

Every fact carries its provenance: whether the founder said it (`stated`), it follows from what they said (`inferred`),
it was assumed for want of anything better (`assumed`), or they wrote it into the brief themselves (`edited`), with
the message and the words it came from. A `BriefPatch` is what one message adds; `merging.merge` folds it in.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Generic, Literal, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from core.money import Money

T = TypeVar("T")


def printable(text: str) -> str:
    """The text without what PostgreSQL cannot store: NUL characters and halves of surrogate pairs."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
_Printable = BeforeValidator(lambda value: printable(value) if isinstance(value, str) else value)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _Printable]
Quote = Annotated[str, StringConstraints(max_length=300), _Printable]
Note = Annotated[str, StringConstraints(max_length=300), _Printable]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600), _Printable]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30_000), _Printable]

MAX_ITEMS = 80
MAX_HISTORY = 200


class Source(StrEnum):
    """How a fact came to be known. Later beats earlier, except that `edited` is only replaced by what the founder
    says or edits afterwards, and `inferred` and `assumed` never replace `stated` or `edited`."""

    STATED = "stated"
    INFERRED = "inferred"
    ASSUMED = "assumed"
    EDITED = "edited"


class Stage(StrEnum):
    """How far the product is."""

    IDEA = "idea"
    PROTOTYPE = "prototype"
    MVP = "mvp"
    LAUNCHED = "launched"
    GROWTH = "growth"
    REBUILD = "rebuild"


class Platform(StrEnum):
    """Where the product runs. `mobile` means phones without saying which."""

    WEB = "web"
    MOBILE = "mobile"
    IOS = "ios"
    ANDROID = "android"
    DESKTOP = "desktop"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    WEARABLE = "wearable"
    TV = "tv"
    VR = "vr"
    EMBEDDED = "embedded"
    BROWSER_EXTENSION = "browser-extension"
    API = "api"
    VOICE = "voice"
    CHAT = "chat"
    CONSOLE = "console"
    CAR = "car"


class DataSensitivity(StrEnum):
    """Kinds of data that raise the bar for security and compliance."""

    PERSONAL = "personal"
    FINANCIAL = "financial"
    HEALTH = "health"
    CHILDREN = "children"
    BIOMETRIC = "biometric"
    LOCATION = "location"
    LEGAL = "legal"
    GOVERNMENT = "government"


class Complexity(StrEnum):
    """How much work a feature is, beside others of its kind."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FactModel(BaseModel):
    """Base of what a brief is made of: immutable, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Provenance(FactModel):
    """Where a fact comes from. `quote` is the founder's own words; `note` gives the reason of what was inferred or
    assumed."""

    source: Source = Source.STATED
    message_id: UUID | None = None
    quote: Quote | None = None
    note: Note | None = None


class Fact(Provenance, Generic[T]):
    """One value and how it is known."""

    value: T


class Text(Provenance):
    """A fact in words."""

    value: Sentence


class Tag(Provenance):
    """A slug of the taxonomy."""

    value: Slug


class Feature(Provenance):
    """Something the product does. `slug` is from the feature catalogue (`extraction.catalogue.FEATURES`), or None for
    a wish that the catalogue does not know; then `name` is the founder's words."""

    slug: Slug | None = None
    name: Name
    category: str | None = Field(None, max_length=40)
    complexity: Complexity = Complexity.MEDIUM

    @property
    def key(self) -> str:
        return self.slug or self.name.casefold()


class Named(Provenance):
    """A technology, integration, regulation or constraint: a slug from the taxonomy where it is known there, else the
    founder's words as `name`."""

    slug: Slug | None = None
    name: Name

    @property
    def key(self) -> str:
        return self.slug or self.name.casefold()


class Technology(Named):
    """A named technology: part of what exists already, or wished for."""

    existing: bool = False


class ExclusionKind(StrEnum):
    FEATURE = "feature"
    PLATFORM = "platform"
    TECHNOLOGY = "technology"
    INTEGRATION = "integration"
    REGULATION = "regulation"
    CONSTRAINT = "constraint"
    INDUSTRY = "industry"
    OTHER = "other"


class Exclusion(Provenance):
    """Something the founder said they do not want ("React, but no mobile"). Removes the like-named wish."""

    kind: ExclusionKind
    slug: Slug | None = None
    name: Name

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.value, self.slug or self.name.casefold()


class Budget(FactModel):
    """An amount to spend, as a range in one currency. One figure gives `low == high`; "up to" leaves `low` None,
    "at least" leaves `high` None."""

    low: Money | None = None
    high: Money | None = None
    kind: Literal["total", "monthly", "hourly_cap"] = "total"
    approximate: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a budget needs low, high or both")
        if self.low is not None and self.high is not None:
            if self.low.currency != self.high.currency:
                raise ValueError("low and high must be in one currency")
            if self.low.amount > self.high.amount:
                raise ValueError("low must not be above high")
        if any(bound is not None and bound.amount < 0 for bound in (self.low, self.high)):
            raise ValueError("a budget is not negative")
        return self

    @property
    def currency(self) -> str:
        bound = self.high or self.low
        assert bound is not None
        return bound.currency

    @property
    def most(self) -> Money:
        """The most that can be spent, as far as it is known."""
        bound = self.high or self.low
        assert bound is not None
        return bound

    def format(self) -> str:
        """For people: `$80,000`, `$50,000–70,000`, `up to €40,000`."""
        suffix = {"total": "", "monthly": " a month", "hourly_cap": " an hour"}[self.kind]
        if self.low is None:
            return f"up to {self.most.format()}{suffix}"
        if self.high is None:
            return f"from {self.low.format()}{suffix}"
        if self.low == self.high:
            return f"{self.high.format()}{suffix}"
        return f"{self.low.format()}–{self.high.format()}{suffix}"


class Deadline(FactModel):
    """When it has to be there. Both are given where the reader could work them out: `weeks` counts from the message."""

    due: date | None = None
    weeks: float | None = Field(None, gt=0, le=1040)
    weeks_low: float | None = Field(None, gt=0, le=1040, description="The near end of a stated range")
    hard: bool = Field(False, description="The founder said that it cannot move")
    approximate: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.due is None and self.weeks is None:
            raise ValueError("a deadline needs a date or weeks")
        return self


class TeamExperience(StrEnum):
    JUNIOR = "junior"
    MIXED = "mixed"
    SENIOR = "senior"


class Team(FactModel):
    """Who is there to build it. `size` counts people who build; 0 is nobody yet."""

    size: int | None = Field(None, ge=0, le=10_000)
    roles: list[Name] = Field(default_factory=list, max_length=30)
    technical: bool | None = Field(None, description="Someone in the team can build software")
    experience: TeamExperience | None = None
    part_time: bool = False
    outsourced: bool = False


class Scale(FactModel):
    """How many people will use it."""

    users: int = Field(ge=0, le=10**10)
    period: Literal["total", "daily", "monthly", "concurrent"] = "total"


BUDGET_KINDS = {"budget": "total", "monthly_budget": "monthly", "hourly_cap": "hourly_cap"}


def check_kind(name: str, budget: Budget | None) -> None:
    if budget is not None and budget.kind != BUDGET_KINDS[name]:
        raise ValueError(f"{name} takes a budget of kind {BUDGET_KINDS[name]!r}")


class BriefFields(FactModel):
    """What a brief and a patch have in common."""

    summary: Text | None = None
    industries: list[Tag] = Field(default_factory=list, max_length=10)
    stage: Fact[Stage] | None = None
    users: list[Text] = Field(default_factory=list, max_length=20, description="Who uses it")
    scale: Fact[Scale] | None = None
    features: list[Feature] = Field(default_factory=list, max_length=MAX_ITEMS)
    integrations: list[Named] = Field(default_factory=list, max_length=40)
    platforms: list[Fact[Platform]] = Field(default_factory=list, max_length=18)
    technologies: list[Technology] = Field(default_factory=list, max_length=MAX_ITEMS)
    sensitivity: list[Fact[DataSensitivity]] = Field(default_factory=list, max_length=10)
    regulations: list[Named] = Field(default_factory=list, max_length=20)
    constraints: list[Named] = Field(default_factory=list, max_length=40)
    markets: list[Text] = Field(
        default_factory=list, max_length=20, description="Countries or regions, ISO 3166 code or EU"
    )
    team: Fact[Team] | None = None
    budget: Fact[Budget] | None = Field(None, description="For the whole project; kind is total")
    monthly_budget: Fact[Budget] | None = Field(None, description="kind is monthly")
    hourly_cap: Fact[Budget] | None = Field(None, description="The most a CTO may cost; kind is hourly_cap")
    deadline: Fact[Deadline] | None = None
    exclusions: list[Exclusion] = Field(default_factory=list, max_length=MAX_ITEMS)

    @model_validator(mode="after")
    def _kinds(self) -> Self:
        for name in BUDGET_KINDS:
            fact: Fact[Budget] | None = getattr(self, name)
            check_kind(name, fact.value if fact is not None else None)
        return self

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in BriefFields.model_fields)


class Superseded(FactModel):
    """A fact that no longer holds: what it was, and the message that replaced or removed it."""

    field: str = Field(max_length=40)
    label: str = Field(max_length=300, description="The old value, for people")
    source: Source
    message_id: UUID | None = None
    quote: Quote | None = None
    replaced_by: UUID | None = Field(
        None, description="Message that replaced it; None for an edit by the founder"
    )
    at: datetime


class ProjectBrief(BriefFields):
    """All that is known of a project now, with what was known before in `history`, oldest first."""

    language: str = Field("en", max_length=8, description="Language of the founder's messages (ISO 639-1)")
    history: list[Superseded] = Field(default_factory=list, max_length=MAX_HISTORY)

    @property
    def currency(self) -> str | None:
        """The currency of the founder's own figures."""
        for fact in (self.budget, self.monthly_budget, self.hourly_cap):
            if fact is not None:
                return fact.value.currency
        return None

    @property
    def feature_slugs(self) -> frozenset[str]:
        return frozenset(feature.slug for feature in self.features if feature.slug)

    @property
    def excluded(self) -> frozenset[tuple[str, str]]:
        """Keys (kind, slug or name) of everything the founder does not want."""
        return frozenset(exclusion.key for exclusion in self.exclusions)


ScalarField = Literal[
    "summary", "stage", "scale", "team", "budget", "monthly_budget", "hourly_cap", "deadline",
]  # fmt: skip


class BriefPatch(BriefFields):
    """What one message adds. A scalar replaces, list items are added, an exclusion removes the like-named item (and a
    wish removes the like-named exclusion), `cleared` forgets scalars. An empty patch is allowed: the message said
    nothing about the project."""

    language: str | None = Field(None, max_length=8)
    cleared: list[ScalarField] = Field(default_factory=list, max_length=8)
    corrected: list[str] = Field(
        default_factory=list, max_length=20, description="Fields the founder corrected ('no, I meant 60k')"
    )

    relative: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="Fields worked out from the brief that stood ('another 20k'): one message changes them once",
    )

    @property
    def is_empty(self) -> bool:
        return not self.cleared and super().is_empty
