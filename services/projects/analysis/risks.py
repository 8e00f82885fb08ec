"""The top risks: each with the ground it stands on and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.projects.analysis.evidence import Ledger, counted, joined
from services.projects.analysis.fit import money_fit, time_fit
from services.projects.analysis.rubric import SENSITIVE
from services.projects.analysis.schemas import Evidence, Health, Level, Risk
from services.projects.estimation.drivers import is_large
from services.projects.estimation.sizing import named_features
from services.projects.schemas import Platform, Stage, TeamExperience

MOST = 6

_RANK = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}


@dataclass(frozen=True)
class FeatureRisk:
    """A risk that comes with certain features."""

    key: str
    features: tuple[str, ...]
    title: str
    severity: Level
    likelihood: Level
    mitigation: str


_FEATURE_RISKS = (
    FeatureRisk(
        "offline-conflicts", ("offline-mode",), "Changes made offline collide when they are sent",
        Level.HIGH, Level.MEDIUM,
        "Decide for each kind of data which change wins, and test it with two devices before anything else is built.",
    ),
    FeatureRisk(
        "model-quality",
        ("chatbot", "content-generation", "machine-learning", "computer-vision", "recommendations", "speech", "matching",
         "fraud-detection"),
        "The model's answers are not good enough for the people who rely on them",
        Level.HIGH, Level.MEDIUM,
        "Collect a hundred real cases with right answers first, and build only when a simple model passes them.",
    ),
    FeatureRisk(
        "call-quality", ("video-calls", "voice-calls", "video-streaming"),
        "Calls or streams fail on weak connections", Level.MEDIUM, Level.MEDIUM,
        "Buy hosted media services for the first release, and try it on mobile networks with real users in week one.",
    ),
    FeatureRisk(
        "payment-failures",
        ("payments", "subscriptions", "payouts", "wallet", "marketplace", "shopping-cart", "lending", "trading"),
        "Money is taken twice, or not at all, when a payment is interrupted", Level.HIGH, Level.LOW,
        "Let a payment provider hold card data, give every charge an idempotency key and reconcile daily.",
    ),
    FeatureRisk(
        "third-parties",
        ("ehr-integration", "erp-integration", "bank-accounts", "crm-integration", "third-party-integration",
         "identity-verification", "lab-results"),
        "A partner's system opens late or behaves otherwise than documented", Level.MEDIUM, Level.HIGH,
        "Get test access to each partner's system before the contract, and put every connection behind a switch.",
    ),
    FeatureRisk(
        "cold-start", ("marketplace", "listings", "matching", "forum", "groups", "activity-feed", "auctions"),
        "Too few people on one side, so the other side leaves", Level.HIGH, Level.MEDIUM,
        "Fill one side by hand in one city or niche before the first release.",
    ),
    FeatureRisk(
        "hardware", ("iot-devices", "wearables", "point-of-sale"),
        "Devices in the field differ from those in the laboratory", Level.MEDIUM, Level.MEDIUM,
        "Support two devices at first, and plan for updates over the air from the start.",
    ),
    FeatureRisk(
        "migration", ("data-migration",), "Old data does not fit the new model", Level.HIGH, Level.MEDIUM,
        "Load a full copy of the old data in the first month and count what is rejected.",
    ),
    FeatureRisk(
        "irreversible-code", ("blockchain",), "A fault in a contract on the chain cannot be taken back",
        Level.HIGH, Level.LOW, "Keep the contract small, have it audited, and hold little value in it at first.",
    ),
    FeatureRisk(
        "moderation", ("forum", "comments", "moderation", "activity-feed", "listings"),
        "People post what harms others or breaks the law", Level.MEDIUM, Level.MEDIUM,
        "Give every post a report button and someone who answers within a day.",
    ),
    FeatureRisk(
        "live-load", ("real-time", "delivery-tracking", "game-mechanics", "auctions"),
        "Live updates slow down when many people watch at once", Level.MEDIUM, Level.MEDIUM,
        "Measure with ten times the expected audience before launch.",
    ),
)  # fmt: skip


def _likelihood(chance_of_success: float) -> Level:
    if chance_of_success < 0.4:
        return Level.HIGH
    return Level.MEDIUM if chance_of_success < 0.75 else Level.LOW


def _plan_risks(ledger: Ledger) -> Iterator[Risk]:
    brief, estimate = ledger.brief, ledger.estimate
    money = money_fit(brief, estimate)
    p50, p80 = estimate.money(0.5).format(), estimate.money(0.8).format()
    cost = ledger.computed("cost", f"Likely cost {p50}; with 80% certainty at most {p80}")
    if money is not None:
        yield Risk(
            key="budget-overrun",
            title=f"The budget runs out before the {ledger.release}",
            severity=Level.HIGH,
            likelihood=_likelihood(money.chance),
            evidence=[ledger.said(money.fact, "budget"), cost],
            mitigation=f"Fix the scope in stages with a price each, and keep a reserve towards {p80}.",
        )
    else:
        yield Risk(
            key="budget-unknown",
            title="The cost turns out higher than what you can spend",
            severity=Level.HIGH,
            likelihood=Level.MEDIUM,
            evidence=[ledger.unsaid("budget"), cost],
            mitigation=f"Set a limit before the first contract; {p80} holds with 80% certainty.",
        )
    time = time_fit(brief, estimate)
    if time is not None and brief.deadline is not None:
        weeks = counted(round(estimate.schedule.weeks_p50), "week")
        shortest = counted(round(estimate.schedule.shortest_weeks), "week")
        mitigation = (
            f"More people shorten it to about {shortest} at best and cost about 43% more effort; leave features out first."
            if time.weeks < estimate.schedule.weeks_p50
            else "Decide now which features can wait if work is slower than planned."
        )
        yield Risk(
            key="deadline-missed",
            title=f"The {ledger.release} is not ready by the date",
            severity=Level.HIGH if brief.deadline.value.hard else Level.MEDIUM,
            likelihood=_likelihood(time.chance),
            evidence=[ledger.said(brief.deadline, "deadline"), ledger.computed("weeks", f"Likely {weeks}")],
            mitigation=mitigation,
        )


def _people_risks(ledger: Ledger, health: Health) -> Iterator[Risk]:
    brief = ledger.brief
    team = brief.team
    builds = team is not None and (
        team.value.technical if team.value.technical is not None else bool(team.value.size)
    )
    if not builds:
        yield Risk(
            key="no-technical-lead",
            title="Nobody on your side can judge technical work",
            severity=Level.HIGH,
            likelihood=Level.HIGH if team is not None else Level.MEDIUM,
            evidence=[ledger.said(team, "team") if team is not None else ledger.unsaid("team")],
            mitigation="Bring in a CTO for a few hours a week before you sign with a developer or an agency.",
        )
    elif team is not None and team.value.size == 1:
        yield Risk(
            key="single-person",
            title="One person carries all the knowledge",
            severity=Level.HIGH,
            likelihood=Level.MEDIUM,
            evidence=[ledger.said(team, "team")],
            mitigation="Keep code, accounts and notes where a second person can go on, and have one look in monthly.",
        )
    if team is not None and team.value.experience is TeamExperience.JUNIOR:
        yield Risk(
            key="inexperience",
            title="Early design decisions have to be taken back",
            severity=Level.MEDIUM,
            likelihood=Level.HIGH,
            evidence=[ledger.said(team, "team")],
            mitigation="Have an experienced CTO review the design before the first month ends, and then every two weeks.",
        )
    clarity = next(factor for factor in health.factors if factor.key == "clarity")
    if clarity.score < 70:
        yield Risk(
            key="unclear-scope",
            title="The scope grows once building has begun",
            severity=Level.MEDIUM,
            likelihood=Level.HIGH if clarity.score < 45 else Level.MEDIUM,
            evidence=clarity.evidence,
            mitigation="Write one page per feature with what the user does and sees, before you ask for prices.",
        )
    stage = brief.stage
    if stage is None or stage.value in (Stage.IDEA, Stage.PROTOTYPE):
        yield Risk(
            key="no-demand",
            title="People do not want it enough to use or pay for it",
            severity=Level.HIGH,
            likelihood=Level.MEDIUM,
            evidence=[ledger.said(stage, "stage") if stage is not None else ledger.unsaid("stage")],
            mitigation="Show a clickable prototype to ten people it is for, and ask for a commitment, before you build.",
        )


def _duty_risks(ledger: Ledger) -> Iterator[Risk]:
    brief = ledger.brief
    sensitive = [fact for fact in brief.sensitivity if fact.value in SENSITIVE]
    if sensitive or brief.regulations:
        kinds = (
            joined(sorted({fact.value.value for fact in sensitive})) + " data"
            if sensitive
            else "personal data"
        )
        names = joined([item.name for item in brief.regulations[:3]]) if brief.regulations else "the law"
        yield Risk(
            key="compliance",
            title=f"A leak of {kinds}, or a breach of {names}, {'ends the business' if sensitive else 'costs trust and fines'}",
            severity=Level.HIGH if sensitive else Level.MEDIUM,
            likelihood=Level.MEDIUM if brief.regulations else Level.HIGH,
            evidence=ledger.all_said(sensitive, "sensitivity", 2)
            + ledger.all_said(brief.regulations, "regulations", 3)
            + ([] if brief.regulations else [ledger.unsaid("regulations")]),
            mitigation="Encrypt it, log every access, sign processing contracts with each vendor, and have a "
            "specialist check the design before real data comes in.",
        )
    if brief.scale is not None and is_large(brief.scale.value):
        yield Risk(
            key="scale",
            title=f"It slows down under {brief.scale.value.users:,} users",
            severity=Level.MEDIUM,
            likelihood=Level.MEDIUM,
            evidence=[ledger.said(brief.scale, "scale")],
            mitigation="Test with that load before launch, and keep the database's busiest queries measured.",
        )
    stores = [
        fact for fact in brief.platforms if fact.value in (Platform.IOS, Platform.ANDROID, Platform.MOBILE)
    ]
    if stores:
        yield Risk(
            key="store-review",
            title="An app store rejects or delays the release",
            severity=Level.MEDIUM,
            likelihood=Level.LOW,
            evidence=ledger.all_said(stores, "platforms", 2),
            mitigation="Read the stores' rules for your kind of app now, and submit a first build a month early.",
        )


def _feature_risks(ledger: Ledger) -> Iterator[Risk]:
    features = named_features(ledger.brief)
    for rule in _FEATURE_RISKS:
        ground = [one for one in features if one.slug in rule.features]
        if ground:
            yield Risk(
                key=rule.key,
                title=rule.title,
                severity=rule.severity,
                likelihood=rule.likelihood,
                evidence=ledger.all_said(ground, "features", 3),
                mitigation=rule.mitigation,
            )
    if ledger.brief.integrations:
        names = list(dict.fromkeys(item.name for item in ledger.brief.integrations))[:3]
        yield Risk(
            key="dependencies",
            title=f"{joined(names)} {'change' if len(names) > 1 else 'changes'} prices or interfaces",
            severity=Level.LOW,
            likelihood=Level.MEDIUM,
            evidence=ledger.all_said(ledger.brief.integrations, "integrations", 3),
            mitigation="Keep each vendor behind one module of your own, so that it can be replaced.",
        )


def _general_risks(ledger: Ledger) -> Iterator[Risk]:
    """What no project is free of, where the brief gives little to go by."""
    productivity: Evidence = ledger.premise("productivity")
    yield Risk(
        key="estimate-spread",
        title="The work takes much longer than the likely figure",
        severity=Level.MEDIUM,
        likelihood=Level.MEDIUM,
        evidence=[productivity],
        mitigation="Measure the hours of the first month's features and estimate the rest anew from them.",
    )
    yield Risk(
        key="late-feedback",
        title="Users see it too late to change it cheaply",
        severity=Level.LOW,
        likelihood=Level.MEDIUM,
        evidence=[productivity],
        mitigation="Show a working version to five users every second week.",
    )


def _weight(risk: Risk) -> int:
    return _RANK[risk.severity] * _RANK[risk.likelihood]


def risks(ledger: Ledger, health: Health) -> list[Risk]:
    """The gravest first: severity times likelihood, and among equals in the order they are checked."""
    found = [
        *_plan_risks(ledger),
        *_people_risks(ledger, health),
        *_duty_risks(ledger),
        *_feature_risks(ledger),
    ]
    found.sort(key=_weight, reverse=True)
    if len(found) < 3:
        found += list(_general_risks(ledger))
    return found[:MOST]
