"""What goes into and comes out of the experts room: profiles and cards."""

import re
import unicodedata
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from core.money import Money
from services.accounts.schemas import Timezone
from services.files.schemas import AttachmentRead


class Status(StrEnum):
    """A profile is written (draft), handed in (submitted), shown (approved), hidden by its owner (paused) or by an
    operator (suspended). Only approved profiles are visible to others."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAUSED = "paused"
    SUSPENDED = "suspended"


class Stage(StrEnum):
    """How far the product is that an expert likes to join."""

    IDEA = "idea"
    PROTOTYPE = "prototype"
    MVP = "mvp"
    LAUNCHED = "launched"
    GROWTH = "growth"
    REBUILD = "rebuild"


class Engagement(StrEnum):
    """How an expert works: single calls, some days a week, or in the seat for a while."""

    CALL = "call"
    FRACTIONAL = "fractional"
    INTERIM = "interim"


# Characters that change how text is read without being seen: zero width, direction overrides, byte-order mark.
_INVISIBLE = re.compile(
    "[\u200b\u200e\u200f\u061c\u180e\u2028\u2029\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u206f\u00ad\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
)
# Joiners shape Persian, Indic scripts and emoji; between Latin letters they only hide.
_IDLE_JOINER = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u024f])")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Marks piled on one letter run over the lines above; no language stacks more than a few.
_STACKED = re.compile("([\u0300-\u036f]{4})[\u0300-\u036f]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(value: object) -> object:
    """Text in NFC without control, invisible and direction-changing characters; other values unchanged."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    text = _IDLE_JOINER.sub("", _INVISIBLE.sub("", _CONTROL.sub("", text)))
    return _BLANK_LINES.sub("\n\n", _STACKED.sub(r"\1", text)).strip()


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


# Cleaned first, then measured: what stands last is applied first.
Line = Annotated[str, StringConstraints(min_length=1, max_length=160), BeforeValidator(clean)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=400), BeforeValidator(clean)]
# Parts of a draft may be empty.
DraftLine = Annotated[str, StringConstraints(max_length=160), BeforeValidator(clean)]
DraftText = Annotated[str, StringConstraints(max_length=6000), BeforeValidator(clean)]
LongText = Annotated[str, StringConstraints(min_length=40, max_length=6000), BeforeValidator(clean)]
SkillName = Annotated[str, StringConstraints(min_length=1, max_length=64), BeforeValidator(clean)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Distinct = AfterValidator(_distinct)
# Without a user's name before the host, which is how an address pretends to lead elsewhere.
HttpsUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[^\s<>\"'/?#@\\]{3,}([/?#][^\s<>\"'\\]*)?$", max_length=300),
    BeforeValidator(clean),
]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SkillInput(Input):
    """A skill by any name the taxonomy knows."""

    skill: SkillName
    years: int = Field(ge=0, le=60)
    level: int = Field(2, ge=1, le=3, description="1 works with it, 2 strong, 3 others come to them")


class PastRole(Input):
    """A position held, and what came of it."""

    title: Line
    company: Line = Field(description="A name or a description such as 'Series B insurer'")
    from_year: int = Field(ge=1960, le=2100)
    to_year: int | None = Field(None, ge=1960, le=2100, description="None: still there")
    outcomes: list[ShortText] = Field(default_factory=list, max_length=6)


class Link(Input):
    kind: Literal["website", "github", "linkedin", "talk", "writing", "other"]
    url: HttpsUrl


def _distinct_links(values: list[Link]) -> list[Link]:
    """The first of those with one address."""
    first: dict[str, Link] = {}
    for link in values:
        first.setdefault(link.url, link)
    return list(first.values())


Links = Annotated[list[Link], AfterValidator(_distinct_links)]


def _distinct_ids(values: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(values))


# Files of one's own that were uploaded as `portfolio`, in the order in which they are shown to anybody.
Portfolio = Annotated[list[UUID], AfterValidator(_distinct_ids)]


class ProfileInput(Input):
    """A whole profile. Rates are per hour."""

    headline: Line
    story: LongText
    country: Country
    timezone: Timezone
    languages: Annotated[list[Language], Distinct] = Field(min_length=1, max_length=12)
    industries: Annotated[list[Slug], Distinct] = Field(default_factory=list, max_length=12)
    stages: Annotated[list[Stage], Distinct] = Field(default_factory=list, max_length=6)
    engagements: Annotated[list[Engagement], Distinct] = Field(min_length=1, max_length=3)
    rate: Money
    years: int = Field(ge=0, le=60, description="In technology, overall")
    skills: list[SkillInput] = Field(min_length=1, max_length=40)
    roles: list[PastRole] = Field(default_factory=list, max_length=20)
    links: Links = Field(default_factory=list, max_length=8)
    portfolio: Portfolio = Field(default_factory=list, max_length=8)


class ProfilePatch(Input):
    """Changes of a profile; what is left out stays. Lists replace lists. A draft may be empty in parts; a profile that
    has been handed in keeps all that it needs."""

    headline: DraftLine | None = None
    story: DraftText | None = None
    country: Country | None = None
    timezone: Timezone | None = None
    languages: Annotated[list[Language], Distinct] | None = Field(None, max_length=12)
    industries: Annotated[list[Slug], Distinct] | None = Field(None, max_length=12)
    stages: Annotated[list[Stage], Distinct] | None = Field(None, max_length=6)
    engagements: Annotated[list[Engagement], Distinct] | None = Field(None, max_length=3)
    rate: Money | None = None
    years: int | None = Field(None, ge=0, le=60)
    skills: list[SkillInput] | None = Field(None, max_length=40)
    roles: list[PastRole] | None = Field(None, max_length=20)
    links: Links | None = Field(None, max_length=8)
    portfolio: Portfolio | None = Field(None, max_length=8)
    as_of: datetime | None = Field(
        None, description="`updated_at` of what is being changed: refused if the profile has changed since"
    )


class Check(StrEnum):
    """What an operator looks at before a profile is shown."""

    IDENTITY = "identity"
    EXPERIENCE = "experience"
    LINKS = "links"
    CONTACT = "contact"
    TONE = "tone"


class StatusChange(Input):
    status: Status
    reason: ShortText | None = Field(
        None, description="Told to the expert; an operator gives one when refusing"
    )


class Decision(StatusChange):
    """An operator's. Approving a submitted profile needs every check."""

    checklist: Annotated[list[Check], Distinct] = Field(default_factory=list, max_length=len(Check))
    as_of: datetime | None = Field(
        None, description="`updated_at` of what was looked at: refused if the profile has changed since"
    )


class WeeklyWindow(Input):
    """A time of the week, in the expert's own zone. 0 is Monday."""

    weekday: int = Field(ge=0, le=6)
    start: time
    end: time


class ExpertSkill(BaseModel):
    skill: str
    name: str
    years: int
    level: int


class ExpertCard(BaseModel):
    """An expert in short, as lists and match cards show them."""

    id: UUID
    user_id: UUID
    slug: str
    name: str
    avatar_url: str | None
    headline: str
    country: str
    timezone: str
    languages: list[str]
    industries: list[str]
    skills: list[ExpertSkill] = Field(description="Strongest first, at most eight")
    rate: Money
    years: int
    rating: float | None = Field(description="Mean of 1 to 5 stars, None without reviews")
    rating_count: int
    is_bookable: bool
    is_demo: bool


class ExpertRead(ExpertCard):
    """A whole profile."""

    story: str
    stages: list[Stage]
    engagements: list[Engagement]
    roles: list[PastRole]
    links: list[Link]
    portfolio: list[AttachmentRead] = Field(description="Work that anybody may look at")
    status: Status
    status_reason: str | None = Field(description="Only for the expert and operators")
    response_minutes: int | None
    created_at: datetime
    updated_at: datetime


class Part(StrEnum):
    """What a profile consists of, as far as its completeness counts it."""

    HEADLINE = "headline"
    STORY = "story"
    DEPTH = "depth"
    SKILLS = "skills"
    BREADTH = "breadth"
    ROLES = "roles"
    OUTCOMES = "outcomes"
    INDUSTRIES = "industries"
    STAGES = "stages"
    LANGUAGES = "languages"
    COUNTRY = "country"
    RATE = "rate"
    ENGAGEMENTS = "engagements"
    YEARS = "years"
    PHOTO = "photo"
    LINKS = "links"
    HOURS = "hours"


class CompletenessItem(BaseModel):
    part: Part
    done: bool
    required: bool = Field(description="Needed before the profile can be handed in")
    weight: int = Field(description="Its share of the hundred")


class Completeness(BaseModel):
    percent: int = Field(ge=0, le=100)
    ready: bool = Field(description="All that is required is there")
    items: list[CompletenessItem]


class StatusEntry(BaseModel):
    """One change of a profile's status."""

    old: Status
    new: Status
    by_operator: bool
    reason: str | None
    checklist: list[Check]
    at: datetime


class MyProfile(ExpertRead):
    """One's own profile. A rate of 0 has not been set yet."""

    completeness: Completeness
    history: list[StatusEntry] = Field(description="Newest first, at most twenty")
    next: list[Status] = Field(description="What its owner may make it now")


class Submission(BaseModel):
    """A profile in the operators' queue."""

    profile: ExpertRead
    submitted_at: datetime | None
    completeness: Completeness
    history: list[StatusEntry]


class SubmissionPage(BaseModel):
    """Longest waiting first."""

    items: list[Submission]
    next_cursor: str | None


class SavedExpert(BaseModel):
    expert: ExpertCard
    saved_at: datetime
    available: bool = Field(description="Shown to others and open for calls just now")


class SavedExperts(BaseModel):
    """Last saved first."""

    items: list[SavedExpert]


class ExpertOwner(BaseModel):
    """Who stands behind an expert, for rooms that book and pay them."""

    id: UUID
    user_id: UUID
    status: Status
    timezone: str
    rate: Money
    is_bookable: bool

    @property
    def can_be_booked(self) -> bool:
        """Whether anyone may book a call with this expert at all."""
        return self.status is Status.APPROVED and self.is_bookable


class RateQuartiles(BaseModel):
    """Hourly rates of approved experts."""

    p25: Money
    p50: Money
    p75: Money
    experts: int
