"""Briefs for the tests of estimation and analysis: by hand, and at random."""

from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from core.money import Money
from services.projects.extraction.catalogue import FEATURES
from services.projects.schemas import (
    Budget,
    Complexity,
    DataSensitivity,
    Deadline,
    Exclusion,
    ExclusionKind,
    Fact,
    Feature,
    Named,
    Platform,
    ProjectBrief,
    Scale,
    Source,
    Stage,
    Tag,
    Team,
    TeamExperience,
    Technology,
    Text,
)
from services.taxonomy.skills import SKILLS

MESSAGE = UUID("01890000-0000-7000-8000-000000000001")


def feature(slug: str, complexity: Complexity | None = None) -> Feature:
    """A catalogue feature that the founder named."""
    kind = FEATURES[slug]
    return Feature(
        slug=slug,
        name=kind.name,
        category=kind.category,
        complexity=complexity or kind.complexity,
        quote=f"we want {kind.name}",
        message_id=MESSAGE,
    )


def platform(value: Platform) -> Fact[Platform]:
    return Fact[Platform](value=value, quote=f"on {value.value}", message_id=MESSAGE)


def budget(amount: int, currency: str = "USD") -> Fact[Budget]:
    money = Money.of(amount, currency)
    return Fact[Budget](value=Budget(low=money, high=money), quote=f"{amount} {currency}", message_id=MESSAGE)


def deadline(weeks: float, *, hard: bool = False) -> Fact[Deadline]:
    return Fact[Deadline](
        value=Deadline(weeks=weeks, hard=hard), quote=f"in {weeks} weeks", message_id=MESSAGE
    )


def exclusion(kind: ExclusionKind, slug: str) -> Exclusion:
    return Exclusion(kind=kind, slug=slug, name=slug, quote=f"no {slug}", message_id=MESSAGE)


def telehealth() -> ProjectBrief:
    """The golden example: a telehealth MVP for $80,000 in four months."""
    return ProjectBrief(
        summary=Text(
            value="patients see a doctor by video", quote="patients see a doctor by video", message_id=MESSAGE
        ),
        industries=[Tag(value="healthcare", quote="telehealth", message_id=MESSAGE)],
        stage=Fact[Stage](value=Stage.IDEA, quote="we have an idea", message_id=MESSAGE),
        users=[Text(value="Patients and doctors", quote="patients and doctors", message_id=MESSAGE)],
        features=[
            feature(slug) for slug in ("video-calls", "scheduling", "payments", "prescriptions", "chat")
        ],
        platforms=[platform(Platform.WEB), platform(Platform.IOS), platform(Platform.ANDROID)],
        sensitivity=[
            Fact[DataSensitivity](value=DataSensitivity.HEALTH, quote="patients", message_id=MESSAGE)
        ],
        regulations=[Named(slug="hipaa", name="HIPAA", quote="HIPAA", message_id=MESSAGE)],
        budget=budget(80_000),
        deadline=deadline(17.4),
    )


_SLUGS = sorted(FEATURES)
_SKILLS = sorted(SKILLS)
_sources = st.sampled_from(Source)
_quotes = st.none() | st.just("as the founder said")


V = TypeVar("V", Platform, DataSensitivity, Stage)


def _facts(kind: type[Fact[V]], values: type[V]) -> st.SearchStrategy[Fact[V]]:
    return st.builds(
        kind,
        value=st.sampled_from(values),
        source=_sources,
        quote=_quotes,
        message_id=st.just(MESSAGE),
    )


def features() -> st.SearchStrategy[Feature]:
    """Features of the catalogue and of the founder's own words."""
    known = st.builds(
        lambda slug, complexity: feature(slug, complexity),
        st.sampled_from(_SLUGS),
        st.sampled_from(Complexity),
    )
    own = st.builds(
        Feature,
        name=st.sampled_from(["Bee hive scales", "X", "tuning of organs", "iPad kiosk"]),
        category=st.none() | st.just("technical"),
        complexity=st.sampled_from(Complexity),
        source=_sources,
        quote=_quotes,
    )
    return known | own


def integrations() -> st.SearchStrategy[Named]:
    slugs = st.sampled_from(
        ["stripe", "paypal", "twilio", "zoom", "epic", "sap", "google-maps", "xero", "sendgrid"]
    )
    return st.builds(lambda slug, quote: Named(slug=slug, name=slug.title(), quote=quote), slugs, _quotes)


def _budgets() -> st.SearchStrategy[Fact[Budget]]:
    return st.builds(
        budget, st.integers(0, 5_000_000), st.sampled_from(["USD", "EUR", "JPY", "GBP", "KWD", "XTS"])
    )


def teams() -> st.SearchStrategy[Fact[Team]]:
    return st.builds(
        Fact[Team],
        value=st.builds(
            Team,
            size=st.none() | st.integers(0, 40),
            technical=st.none() | st.booleans(),
            experience=st.none() | st.sampled_from(TeamExperience),
            part_time=st.booleans(),
            outsourced=st.booleans(),
        ),
        source=_sources,
        quote=_quotes,
    )


def briefs() -> st.SearchStrategy[ProjectBrief]:
    """Any brief: empty, full, contradictory."""
    texts = st.builds(
        Text, value=st.sampled_from(["Bakers", "Video calls for vets"]), source=_sources, quote=_quotes
    )
    return st.builds(
        ProjectBrief,
        summary=st.none() | texts,
        stage=st.none() | _facts(Fact[Stage], Stage),
        users=st.lists(texts, max_size=2),
        scale=st.none()
        | st.builds(Fact[Scale], value=st.builds(Scale, users=st.integers(0, 10**8)), quote=_quotes),
        features=st.lists(features(), max_size=14),
        integrations=st.lists(integrations(), max_size=4),
        platforms=st.lists(_facts(Fact[Platform], Platform), max_size=4),
        technologies=st.lists(
            st.builds(
                lambda slug, existing: Technology(slug=slug, name=SKILLS[slug].name, existing=existing),
                st.sampled_from(_SKILLS),
                st.booleans(),
            ),
            max_size=4,
        ),
        sensitivity=st.lists(_facts(Fact[DataSensitivity], DataSensitivity), max_size=3),
        regulations=st.lists(
            st.builds(
                lambda slug: Named(slug=slug, name=slug.upper()),
                st.sampled_from(["gdpr", "hipaa", "pci-dss"]),
            ),
            max_size=3,
        ),
        constraints=st.lists(
            st.builds(
                lambda slug: Named(slug=slug, name=slug),
                st.sampled_from(["offline", "on-premise", "low-cost"]),
            ),
            max_size=2,
        ),
        team=st.none() | teams(),
        budget=st.none() | _budgets(),
        deadline=st.none() | st.builds(deadline, st.floats(0.5, 1000), hard=st.booleans()),
        exclusions=st.lists(
            st.builds(exclusion, st.sampled_from(ExclusionKind), st.sampled_from(_SKILLS + _SLUGS)),
            max_size=20,
        ),
    )
