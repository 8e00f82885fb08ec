"""Function points from a brief, by a stated rule.

Every feature has counts of external inputs, outputs and inquiries and of internal and external files
(`data/counts.toml`); its complexity picks the IFPUG weights. What a product needs anyway (accounts, administration,
e-mail) is counted as an assumption unless the founder named or excluded it. Further client platforms, integrations
and regulations add lines. Nothing that is added to a brief lowers the total, but what is named takes the place of
what was assumed: a simple admin panel counts less than the ordinary one that is assumed without a word.
"""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from services.projects.estimation.schemas import Premise, SizedItem
from services.projects.extraction.catalogue import FEATURES
from services.projects.schemas import (
    Complexity,
    ExclusionKind,
    Feature,
    Platform,
    ProjectBrief,
    Source,
    Stage,
)

# IFPUG weights of EI, EO, EQ, ILF, EIF (Function Point Counting Practices Manual).
WEIGHTS: dict[Complexity, tuple[int, int, int, int, int]] = {
    Complexity.LOW: (3, 4, 3, 7, 5),
    Complexity.MEDIUM: (4, 5, 4, 10, 7),
    Complexity.HIGH: (6, 7, 6, 15, 10),
}
KINDS = ("EI", "EO", "EQ", "ILF", "EIF")

# Counted for every product that does not exist yet, unless the founder named or excluded them.
FOUNDATION = {
    "accounts": "user accounts and sign-in",
    "admin-panel": "an admin panel",
    "email-notifications": "transactional e-mail",
}  # by slug, as a sentence names them

# The least that is counted for a first release which people can use: what a vague brief has not named yet.
FLOOR_POINTS = 90

# The least for a product that is in use already: one change of some size.
CHANGE_POINTS = 30

# Share of the transactions that is built again for each further client platform.
PLATFORM_SHARE = 0.2

_CLIENTS: dict[Platform, str] = {
    Platform.MOBILE: "mobile", Platform.IOS: "mobile", Platform.ANDROID: "mobile", Platform.DESKTOP: "desktop",
    Platform.WINDOWS: "desktop", Platform.MACOS: "desktop", Platform.LINUX: "desktop",
    Platform.WEARABLE: "wearable", Platform.TV: "tv", Platform.VR: "vr", Platform.EMBEDDED: "embedded",
    Platform.BROWSER_EXTENSION: "browser extension", Platform.VOICE: "voice", Platform.CHAT: "chat",
    Platform.CONSOLE: "games console", Platform.CAR: "car", Platform.WEB: "web", Platform.API: "API",
}  # fmt: skip

# Features that already count the interface to such a partner.
_COVERED_BY: dict[str, tuple[str, ...]] = {
    "stripe": ("payments", "subscriptions", "payouts"), "paypal": ("payments",), "adyen": ("payments",),
    "apple-pay": ("payments",), "google-pay": ("payments",), "klarna": ("payments",), "braintree": ("payments",),
    "square": ("payments", "point-of-sale"), "mollie": ("payments",), "plaid": ("bank-accounts",),
    "twilio": ("sms", "voice-calls", "video-calls"), "sendgrid": ("email-notifications",),
    "mailgun": ("email-notifications",), "mailchimp": ("email-campaigns",), "google-maps": ("maps",),
    "mapbox": ("maps",), "zoom": ("video-calls",), "agora": ("video-calls",), "google-calendar": ("calendar",),
    "outlook": ("calendar",), "docusign": ("e-signature",), "openai": ("chatbot", "content-generation"),
    "salesforce": ("crm-integration",), "hubspot": ("crm-integration",), "sap": ("erp-integration",),
    "epic": ("ehr-integration",), "cerner": ("ehr-integration",), "fhir": ("ehr-integration",),
}  # fmt: skip
_INTEGRATION = (1, 1, 0, 0, 1)
_REGULATION = (2, 1, 1, 1, 0)

Counts = Sequence[int]


@cache
def _table() -> dict[str, dict[str, tuple[int, ...]]]:
    text = files(__package__).joinpath("data/counts.toml").read_text("utf-8")
    return {
        section: {key: tuple(counts) for key, counts in entries.items()}
        for section, entries in tomllib.loads(text).items()
    }


def points(counts: Counts, complexity: Complexity) -> int:
    """Unadjusted function points of EI, EO, EQ, ILF, EIF counts at one complexity."""
    return sum(count * weight for count, weight in zip(counts, WEIGHTS[complexity], strict=True))


def counts_of(slug: str | None, category: str | None) -> Counts:
    """The counts of a catalogue feature; of its category, or of an ordinary feature, where the table has none."""
    table = _table()
    if slug is not None and slug in table["feature"]:
        return table["feature"][slug]
    return table["category"].get(category or "other", table["category"]["other"])


def _rule(counts: Counts, complexity: Complexity) -> str:
    parts = [f"{count} {kind}" for count, kind in zip(counts, KINDS, strict=True) if count]
    return f"{', '.join(parts)} at {complexity.value} weights"


def _transactions(counts: Counts, complexity: Complexity) -> int:
    return points((*counts[:3], 0, 0), complexity)


def _feature(feature: Feature) -> SizedItem:
    counts = counts_of(feature.slug, feature.category)
    return SizedItem(
        item=feature.name,
        points=points(counts, feature.complexity),
        rule=_rule(counts, feature.complexity),
        provenance=feature,
        feature=feature.key,
    )


def _unique(features: Iterable[Feature]) -> list[Feature]:
    """One feature per key: of two with the same key the one that counts more."""
    best: dict[str, Feature] = {}
    for feature in features:
        other = best.get(feature.key)
        if other is None or _feature(feature).points > _feature(other).points:
            best[feature.key] = feature
    return list(best.values())


def exists(brief: ProjectBrief) -> bool:
    """Whether people use the product already, so that work is added to it."""
    return brief.stage is not None and brief.stage.value in (Stage.LAUNCHED, Stage.GROWTH)


def named_features(brief: ProjectBrief) -> list[Feature]:
    """The brief's features, each once; offline work that is named as a constraint is one of them."""
    features = _unique(brief.features)
    offline = next((item for item in brief.constraints if "offline" in item.key), None)
    if offline is not None and all(feature.slug != "offline-mode" for feature in features):
        kind = FEATURES["offline-mode"]
        features.append(
            Feature(
                slug=kind.slug, name=kind.name, category=kind.category, complexity=kind.complexity,
                source=offline.source, message_id=offline.message_id, quote=offline.quote, note=offline.note,
            )
        )  # fmt: skip
    return features


def hard_features(brief: ProjectBrief) -> list[Feature]:
    """The named features of high complexity."""
    return [feature for feature in named_features(brief) if feature.complexity is Complexity.HIGH]


def foundation(brief: ProjectBrief) -> list[Feature]:
    """What a new product needs besides the named features, and the founder did not exclude."""
    if exists(brief):
        return []
    named = {feature.slug for feature in brief.features}
    excluded = {exclusion.slug for exclusion in brief.exclusions if exclusion.kind is ExclusionKind.FEATURE}
    kinds = [FEATURES[slug] for slug in FOUNDATION if slug not in named | excluded]
    return [
        Feature(
            slug=kind.slug,
            name=kind.name,
            category=kind.category,
            complexity=kind.complexity,
            source=Source.ASSUMED,
        )
        for kind in kinds
    ]


def _foundation_premises(brief: ProjectBrief, added: Sequence[Feature]) -> list[Premise]:
    if exists(brief):
        text = "The product is in use, so only what you named is counted, not what it has already."
        return [Premise(key="existing", field="stage", text=text)]
    if not added:
        return []
    names = _join([FOUNDATION[feature.key] for feature in added])
    text = (
        f"The first release also needs {names}; you have not mentioned {'it' if len(added) == 1 else 'them'}."
    )
    return [Premise(key="foundation", field="features", text=text)]


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _platforms(brief: ProjectBrief, transactions: int) -> tuple[list[SizedItem], list[Premise]]:
    clients: dict[str, SizedItem] = {}
    rule = f"{PLATFORM_SHARE:.0%} of the transactions are built again for a further client platform"
    for fact in brief.platforms:
        name = _CLIENTS[fact.value]
        clients.setdefault(
            name,
            SizedItem(
                item=f"Further platform: {name}",
                points=round(transactions * PLATFORM_SHARE, 1),
                rule=rule,
                provenance=fact,
            ),
        )
    if not clients:
        text = "It is a responsive web app; you have not named a platform."
        return [], [Premise(key="platform", field="platforms", text=text)]
    premises = []
    stated = {fact.value for fact in brief.platforms}
    if {Platform.IOS, Platform.ANDROID} <= stated or Platform.MOBILE in stated:
        text = "iOS and Android share one cross-platform code base, so they are counted as one platform."
        premises.append(Premise(key="cross-platform", field="platforms", text=text))
    # The first platform is in the count of the features already; an admin panel is on the web in any case.
    return list(clients.values())[1:], premises


def _integrations(brief: ProjectBrief, keys: set[str]) -> list[SizedItem]:
    found: dict[str, SizedItem] = {}
    free = set(keys)  # a feature counts the interface to one partner; a second one is work of its own
    for item in brief.integrations:
        if item.key in found:
            continue
        whole = points(_INTEGRATION, Complexity.MEDIUM)
        rule = _rule(_INTEGRATION, Complexity.MEDIUM)
        cover = next((feature for feature in _COVERED_BY.get(item.key, ()) if feature in free), None)
        if cover is not None:
            free.discard(cover)
            whole = max(0, whole - _least_points(cover))
            rule = f"what {FEATURES[cover].name.lower()} does not count already of {rule}"
        found[item.key] = SizedItem(
            item=f"Integration: {item.name}", points=whole, rule=rule, provenance=item
        )
    return [line for line in found.values() if line.points]


def _least_points(slug: str) -> int:
    return points(counts_of(slug, None), Complexity.LOW)


def _regulations(brief: ProjectBrief) -> list[SizedItem]:
    found: dict[str, SizedItem] = {}
    for item in brief.regulations:
        # Consent, access log, export and deletion serve the first regulation; each further one adds its reports.
        counts = _REGULATION if not found else (1, 1, 0, 0, 0)
        found.setdefault(
            item.key,
            SizedItem(
                item=f"Regulation: {item.name}",
                points=points(counts, Complexity.MEDIUM),
                rule=f"consent, access log, export and deletion: {_rule(counts, Complexity.MEDIUM)}",
                provenance=item,
            ),
        )
    return list(found.values())


def size(brief: ProjectBrief) -> tuple[list[SizedItem], list[Premise]]:
    """The count line by line, and what it takes for granted. The lines' points sum to the size."""
    named, added = named_features(brief), foundation(brief)
    features, premises = [*named, *added], _foundation_premises(brief, added)
    lines = [_feature(feature) for feature in named]
    lines += [
        _feature(feature).model_copy(update={"provenance": None, "premise": "foundation"})
        for feature in added
    ]
    keys = {feature.key for feature in features}
    transactions = sum(
        _transactions(counts_of(feature.slug, feature.category), feature.complexity) for feature in features
    )
    platforms, platform_premises = _platforms(brief, transactions)
    premises += platform_premises
    lines += [*platforms, *_integrations(brief, keys), *_regulations(brief)]
    # Moving old data is no feature that people use, so it comes on top of the floor.
    counted = sum(line.points for line in lines if line.feature != "data-migration")
    floor = CHANGE_POINTS if exists(brief) else FLOOR_POINTS
    if counted < floor:
        what = "A release of a product in use" if exists(brief) else "A first release that people can use"
        text = (
            f"{what} is rarely smaller than {floor} function points; "
            "what is missing to that is counted as features you have not named yet."
        )
        premises.append(Premise(key="unnamed-scope", field="features", text=text))
        lines.append(
            SizedItem(
                item="Features not named yet",
                points=round(floor - counted, 1),
                rule=f"up to the floor of {floor} function points",
                premise="unnamed-scope",
            )
        )
    if brief.stage is not None and brief.stage.value is Stage.REBUILD and "data-migration" not in keys:
        kind = FEATURES["data-migration"]
        counts = counts_of(kind.slug, kind.category)
        lines.append(
            SizedItem(
                item=kind.name,
                points=points(counts, kind.complexity),
                rule=f"a rebuild takes its data along: {_rule(counts, kind.complexity)}",
                provenance=brief.stage,
            )
        )
    return lines, premises
