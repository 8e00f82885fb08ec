"""What to do, each with its effect on the score: the brief is changed, estimated and scored again."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import InvalidInput
from core.exchange import convert
from core.money import Money
from services.projects.analysis.evidence import PLATFORM_NAMES, Ledger, counted, joined, lowered, some
from services.projects.analysis.fit import SOUND, money_fit, time_fit
from services.projects.analysis.rubric import SENSITIVE, health
from services.projects.analysis.schemas import Evidence, Health, Level, Recommendation
from services.projects.estimation import Estimate, estimate
from services.projects.estimation.sizing import FOUNDATION, named_features
from services.projects.schemas import (
    Budget,
    DataSensitivity,
    Deadline,
    Fact,
    Feature,
    Named,
    Platform,
    ProjectBrief,
    Source,
    Stage,
    Team,
    TeamExperience,
    Text,
)

MOST = 6
LEAST = 3
_DEFERRED = 2  # single features to leave out that are recommended at most

# A way of doing things rather than the heart of a product, wherever the founder named it.
_SECONDARY = {
    "offline-mode",
    "real-time",
    "encryption",
    "translation",
    "dark-mode",
    "multi-tenancy",
    "single-sign-on",
}


# What safety or the law asks for does not wait.
_REQUIRED = {
    "identity-verification",
    "fraud-detection",
    "consent-privacy",
    "audit-log",
    "two-factor",
    "roles-permissions",
    "moderation",
}

# What hosted products offer ready-made, as long as nothing else is asked.
_READY_MADE = {
    "cms",
    "shopping-cart",
    "product-catalogue",
    "payments",
    "photo-gallery",
    "search",
    "coupons",
    "reviews",
    "email-campaigns",
    "comments",
    "shipping",
    "order-management",
    "inventory",
    "translation",
    "accounts",
    "subscriptions",
    "courses",
    "quizzes",
    "donations",
    "surveys",
    "scheduling",
    "reservations",
    "calendar",
}


# What a product of the industry is not one without.
_CARE = {"video-calls", "scheduling", "ehr-integration", "care-plans"}
LIVES_BY: dict[str, set[str]] = {
    "healthcare": _CARE, "mental-health": _CARE, "education": {"courses", "quizzes"},
    "e-commerce": {"shopping-cart", "payments"}, "retail": {"shopping-cart", "payments"},
    "fintech": {"payments", "wallet", "bank-accounts"}, "insurance": {"insurance-claims"},
    "marketplace": {"marketplace", "listings", "payments"}, "logistics": {"delivery-tracking", "route-planning"},
    "gaming": {"game-mechanics"}, "iot-hardware": {"iot-devices"}, "crypto": {"blockchain", "wallet"},
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Advice, and the brief as it would be if it were followed. `detail` may hold {cost}, {weeks}: what is likely
    then."""

    key: str
    title: str
    detail: str
    brief: ProjectBrief
    evidence: list[Evidence]


def _changed(brief: ProjectBrief, **fields: object) -> ProjectBrief:
    return brief.model_copy(update=fields)


def _without(brief: ProjectBrief, features: list[Feature]) -> ProjectBrief:
    """The brief without some features, and without the constraint that brought offline work in."""
    keys = {feature.key for feature in features}
    constraints = brief.constraints
    if "offline-mode" in keys:
        constraints = [item for item in constraints if "offline" not in item.key]
    return _changed(
        brief, features=[one for one in brief.features if one.key not in keys], constraints=constraints
    )


def deferrable(brief: ProjectBrief) -> list[Feature]:
    """What may wait: the named features but for the heart of the product, and for what safety or the law asks for.

    The heart is the first two that the founder named in words and that are more than a way of doing things, what the
    industry lives by, and what the founder's one-sentence summary names."""
    named = [one for one in named_features(brief) if one.slug not in FOUNDATION]
    summary = brief.summary.value.casefold() if brief.summary is not None else ""
    stated = [one for one in named if one.source in (Source.STATED, Source.EDITED)]
    heart = {one.key for one in [one for one in stated or named if one.slug not in _SECONDARY][:2]}
    for industry in brief.industries:
        heart |= LIVES_BY.get(industry.value, set())
    return [
        one
        for one in named
        if one.key not in heart and one.slug not in _REQUIRED and one.name.casefold() not in summary
    ]


def _scope(ledger: Ledger) -> Iterator[Candidate]:
    brief = ledger.brief
    later = deferrable(brief)
    lines = {line.feature: line.points for line in ledger.estimate.sizing if line.feature}
    for feature in later:
        name = lowered(feature.name)
        points = lines.get(feature.key, 0)
        yield Candidate(
            key=f"defer-{feature.key}"[:80],
            title=f"Leave {name} for the second release",
            detail=f"That takes {points:,.0f} of {ledger.estimate.points:,.0f} function points out; "
            "{cost} and {weeks} are then likely.",
            brief=_without(brief, [feature]),
            evidence=[ledger.said(feature, "features")],
        )
    if len(later) >= 2:
        kept = [one for one in named_features(brief) if one not in later and one.slug not in FOUNDATION]
        names = some([one.name for one in kept], 4) if kept else "the first features"
        rest = some([one.name for one in later], 4)
        yield Candidate(
            key="core-first",
            title=f"Release {names} first" if kept else "Release the core first",
            detail=f"What waits: {rest}. {{cost}} and {{weeks}} are then likely.",
            brief=_without(brief, later),
            evidence=ledger.all_said(later, "features"),
        )
    clients = list(dict.fromkeys(fact.value for fact in brief.platforms))
    if len(clients) > 1:
        first = PLATFORM_NAMES.get(clients[0], clients[0].value.replace("-", " "))
        yield Candidate(
            key="one-platform",
            title=f"Start with {first} only",
            detail="Further platforms repeat a part of the work. {cost} and {weeks} are then likely.",
            brief=_changed(brief, platforms=brief.platforms[:1]),
            evidence=ledger.all_said(brief.platforms, "platforms"),
        )


def _in_founders(brief: ProjectBrief, money: Money) -> Money:
    """In the currency of the founder's budget, where it can be compared."""
    if brief.budget is None:
        return money
    try:
        return convert(money, brief.budget.value.currency)
    except InvalidInput:
        return money


def _means(ledger: Ledger) -> Iterator[Candidate]:
    brief, plan = ledger.brief, ledger.estimate
    enough = _in_founders(brief, plan.money(SOUND))
    # The rounded figure may lie just below the eightieth percentile; five per cent more do not.
    secure = Money(amount=round(enough.amount * 1.05), currency=enough.currency)
    funded = _changed(
        brief, budget=Fact[Budget](value=Budget(low=secure, high=secure), source=Source.ASSUMED)
    )
    money = money_fit(brief, plan)
    if money is not None and money.chance < SOUND:
        yield Candidate(
            key="raise-budget",
            title=f"Plan for {enough.format()}, or for less scope",
            detail=f"{money.amount.format()} is enough with a chance of {money.chance:.0%}, {enough.format()} with 80%.",
            brief=funded,
            evidence=[ledger.said(money.fact, "budget")],
        )
    elif money is None:
        yield Candidate(
            key="name-budget",
            title="Say what you can spend",
            detail=f"The effect is that of {enough.format()}, which is enough with a chance of 80%.",
            brief=funded,
            evidence=[ledger.unsaid("budget")],
        )
    time, weeks = time_fit(brief, plan), plan.weeks.quantile(SOUND)
    if time is not None and time.chance < SOUND and brief.deadline is not None:
        later = Deadline(weeks=min(weeks * 1.01, 1040))
        yield Candidate(
            key="move-deadline",
            title=f"Announce a date {counted(round(weeks), 'week')} from now",
            detail=f"{counted(round(time.weeks), 'week')} suffice with a chance of {time.chance:.0%}; "
            "a date that holds is worth more than an early one.",
            brief=_changed(brief, deadline=Fact[Deadline](value=later, source=Source.ASSUMED)),
            evidence=[ledger.said(brief.deadline, "deadline")],
        )


def _people(ledger: Ledger) -> Iterator[Candidate]:
    brief = ledger.brief
    team = brief.team.value if brief.team is not None else Team()
    builds = team.technical if team.technical is not None else bool(team.size)
    if not builds or team.experience is TeamExperience.JUNIOR:
        led = team.model_copy(update={"technical": True, "experience": TeamExperience.SENIOR})
        yield Candidate(
            key="bring-in-cto",
            title="Bring in an experienced CTO before building starts",
            detail="A senior lead works faster, and somebody can judge offers and design. {cost} and "
            "{weeks} are then likely.",
            brief=_changed(brief, team=Fact[Team](value=led, source=Source.ASSUMED)),
            evidence=[ledger.said(brief.team, "team") if brief.team is not None else ledger.unsaid("team")],
        )
    stage = brief.stage
    if stage is None or stage.value is Stage.IDEA:
        whom = lowered(brief.users[0].value) if brief.users else "people it is for"
        yield Candidate(
            key="test-demand",
            title="Test a clickable prototype before you build",
            detail=f"A week of work and ten talks ({whom}) show whether it is wanted; it is the cheapest change you can make.",
            brief=_changed(brief, stage=Fact[Stage](value=Stage.PROTOTYPE, source=Source.ASSUMED)),
            evidence=[ledger.said(stage, "stage") if stage is not None else ledger.unsaid("stage")],
        )


def _knowledge(ledger: Ledger) -> Iterator[Candidate]:
    brief = ledger.brief
    open_points: dict[str, tuple[str, object]] = {}
    if brief.summary is None:
        open_points["summary"] = ("what it does", Text(value="Described", source=Source.ASSUMED))
    if not brief.users:
        open_points["users"] = ("who uses it", [Text(value="Named", source=Source.ASSUMED)])
    if not brief.platforms:
        open_points["platforms"] = (
            "where it runs",
            [Fact[Platform](value=Platform.WEB, source=Source.ASSUMED)],
        )
    if brief.stage is None:
        open_points["stage"] = ("how far it is", Fact[Stage](value=Stage.IDEA, source=Source.ASSUMED))
    if open_points:
        yield Candidate(
            key="fill-brief",
            title=f"Say {joined([words for words, _ in open_points.values()])}",
            detail="Each answer replaces an assumption, and offers become comparable.",
            brief=_changed(brief, **{field: value for field, (_, value) in open_points.items()}),
            evidence=[ledger.unsaid(field) for field in open_points],
        )
    sensitive = [fact for fact in brief.sensitivity if fact.value in SENSITIVE]
    if sensitive and not brief.regulations:
        named = (
            "HIPAA or GDPR"
            if sensitive[0].value is DataSensitivity.HEALTH
            else "GDPR and the rules of your trade"
        )
        law = Named(slug="gdpr", name="GDPR", source=Source.ASSUMED)
        yield Candidate(
            key="settle-rules",
            title="Settle which regulations apply",
            detail=f"For {sensitive[0].value.value} data that may be {named}; known rules can be designed in, late ones are rebuilt for.",
            brief=_changed(brief, regulations=[law]),
            evidence=[*ledger.all_said(sensitive, "sensitivity", 2), ledger.unsaid("regulations")],
        )


def _ready_made(ledger: Ledger) -> Iterator[Candidate]:
    """Nothing has to be built of what a hosted product does."""
    features = named_features(ledger.brief)
    if features and len(features) <= 4 and {one.slug for one in features} <= _READY_MADE:
        yield Candidate(
            key="ready-made",
            title="Try a ready-made product before you build",
            detail=f"Hosted products offer {some([one.name for one in features], 4)} for a monthly fee; build only what "
            "they cannot do.",
            brief=ledger.brief,
            evidence=ledger.all_said(features, "features"),
        )


def _steady(ledger: Ledger) -> Iterator[Candidate]:
    """Advice that changes no fact of the brief, and so not the score; it fills up to three."""
    yield Candidate(
        key="price-by-stage",
        title="Agree on a price and an acceptance test per stage",
        detail=f"No stage should hold more than a quarter of {ledger.estimate.money(0.5).format()}.",
        brief=ledger.brief,
        evidence=[ledger.premise("rates")],
    )
    yield Candidate(
        key="measure-first-month",
        title="Measure the first month and estimate anew",
        detail="The hours of your own first features say more about the rest than any past project.",
        brief=ledger.brief,
        evidence=[ledger.premise("productivity")],
    )
    yield Candidate(
        key="own-accounts",
        title="Keep code, domains and cloud accounts in your own name",
        detail="Then people can be replaced without the product being held back.",
        brief=ledger.brief,
        evidence=[ledger.premise("rates")],
    )


def _judged(ledger: Ledger, now: Health, candidate: Candidate) -> Recommendation:
    plan: Estimate = ledger.estimate
    after = estimate(candidate.brief, plan.rates, anchor=plan.anchor)
    effect = health(Ledger(candidate.brief, after)).score - now.score
    detail = candidate.detail.replace("{cost}", after.money(0.5).format())
    detail = detail.replace("{weeks}", counted(round(after.schedule.weeks_p50), "week"))
    return Recommendation(
        key=candidate.key,
        title=candidate.title,
        detail=detail,
        priority=Level.HIGH if effect >= 6 else Level.MEDIUM if effect >= 3 else Level.LOW,
        effect=effect,
        evidence=candidate.evidence,
    )


def recommendations(ledger: Ledger, now: Health) -> list[Recommendation]:
    """What helps most first. Advice that would not raise the score is left out, unless fewer than three remain."""
    candidates = [*_scope(ledger), *_means(ledger), *_people(ledger), *_knowledge(ledger)]
    judged = sorted((_judged(ledger, now, one) for one in candidates), key=lambda one: -one.effect)
    chosen: list[Recommendation] = []
    deferred = 0
    for one in judged:
        if one.effect < 1 or len(chosen) == MOST:
            break
        if one.key.startswith("defer-"):
            deferred += 1
            if deferred > _DEFERRED:
                continue
        chosen.append(one)
    for candidate in _ready_made(ledger):
        chosen = [*chosen[: MOST - 1], _judged(ledger, now, candidate)]
    for candidate in _steady(ledger):
        if len(chosen) < LEAST:
            chosen.append(_judged(ledger, now, candidate))
    return chosen
