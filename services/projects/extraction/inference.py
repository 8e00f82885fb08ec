"""What follows from what was said: features a kind of product usually has, kinds of data an industry brings, regulations a
market brings. Always marked as inferred or assumed, with the reason."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from services.projects.extraction import home
from services.projects.extraction.catalogue import FEATURES
from services.projects.extraction.context import Reading
from services.projects.schemas import (
    BriefPatch,
    DataSensitivity,
    Fact,
    Feature,
    Named,
    ProjectBrief,
    Provenance,
    Source,
)
from services.taxonomy.catalogues import MARKETS, REGULATIONS
from services.taxonomy.phrases import PhraseIndex


@dataclass(frozen=True, slots=True)
class Archetype:
    """A kind of product and the features that go with it."""

    slug: str
    name: str
    features: tuple[str, ...]


def _load() -> tuple[dict[str, Archetype], PhraseIndex]:
    entries = tomllib.loads(files(__package__).joinpath("data/archetypes.toml").read_text("utf-8"))
    kinds = {
        slug: Archetype(slug, entry["name"], tuple(entry["features"].split(", ")))
        for slug, entry in entries.items()
    }
    phrases = ((slug, phrase) for slug, entry in entries.items() for phrase in entry["words"].split(", "))
    return kinds, PhraseIndex(phrases, inflect=True)


ARCHETYPES, _INDEX = _load()

_BY_INDUSTRY = {
    "healthcare": DataSensitivity.HEALTH, "mental-health": DataSensitivity.HEALTH, "pharma": DataSensitivity.HEALTH,
    "elder-care": DataSensitivity.HEALTH, "fintech": DataSensitivity.FINANCIAL, "insurance": DataSensitivity.FINANCIAL,
    "accounting": DataSensitivity.FINANCIAL, "crypto": DataSensitivity.FINANCIAL, "childcare": DataSensitivity.CHILDREN,
    "legal": DataSensitivity.LEGAL, "government": DataSensitivity.GOVERNMENT, "hr": DataSensitivity.PERSONAL,
}  # fmt: skip
_BY_FEATURE = {
    "accounts": DataSensitivity.PERSONAL, "user-profiles": DataSensitivity.PERSONAL, "crm": DataSensitivity.PERSONAL,
    "ehr-integration": DataSensitivity.HEALTH, "prescriptions": DataSensitivity.HEALTH, "lab-results": DataSensitivity.HEALTH,
    "health-tracking": DataSensitivity.HEALTH, "care-plans": DataSensitivity.HEALTH, "bank-accounts": DataSensitivity.FINANCIAL,
    "wallet": DataSensitivity.FINANCIAL, "lending": DataSensitivity.FINANCIAL, "trading": DataSensitivity.FINANCIAL,
}  # fmt: skip
_BY_FEATURE_REGULATION = {
    "payments": "pci-dss", "wallet": "kyc-aml", "lending": "kyc-aml", "trading": "kyc-aml", "point-of-sale": "pci-dss",
}  # fmt: skip


def infer(reading: Reading, brief: ProjectBrief) -> BriefPatch:
    """What the merged brief and this message imply beyond what was said."""
    features = _archetype_features(reading, brief)
    known = {*brief.feature_slugs, *(feature.slug for feature in features if feature.slug)}
    sensitivity = _sensitivity(brief, known)
    kinds = {fact.value for fact in (*brief.sensitivity, *sensitivity)}
    return BriefPatch(
        features=features,
        sensitivity=sensitivity,
        regulations=_regulations(reading, brief, kinds, known),
    )


def _archetype_features(reading: Reading, brief: ProjectBrief) -> list[Feature]:
    found: dict[str, Feature] = {}
    known = brief.feature_slugs
    for match in _INDEX.find(reading.text):
        if reading.negations.of(match.start, match.end) is not None:
            continue
        archetype = ARCHETYPES[match.key]
        for slug in archetype.features:
            if slug in known or ("feature", slug) in brief.excluded:
                continue
            kind = FEATURES[slug]
            found.setdefault(
                slug,
                Feature(
                    slug=slug, name=kind.name, category=kind.category, complexity=kind.complexity, source=Source.INFERRED,
                    quote=reading.quote(match.start, match.end), note=f"A {archetype.name} usually needs it.",
                ),
            )  # fmt: skip
    return list(found.values())


def _sensitivity(brief: ProjectBrief, features: set[str]) -> list[Fact[DataSensitivity]]:
    known = {fact.value for fact in brief.sensitivity}
    found: dict[DataSensitivity, Fact[DataSensitivity]] = {}
    for industry in brief.industries:
        kind = _BY_INDUSTRY.get(industry.value)
        if kind and kind not in known:
            found.setdefault(
                kind, _inferred(kind, f"The industry is {industry.value.replace('-', ' ')}.", industry)
            )
    for slug in sorted(features):
        kind = _BY_FEATURE.get(slug)
        if kind and kind not in known:
            source = next((feature for feature in brief.features if feature.slug == slug), None)
            found.setdefault(kind, _inferred(kind, f"{FEATURES[slug].name} brings such data.", source))
    return list(found.values())


def _inferred(kind: DataSensitivity, note: str, ground: Provenance | None) -> Fact[DataSensitivity]:
    return Fact[DataSensitivity](
        value=kind,
        source=Source.INFERRED,
        note=note,
        quote=ground.quote if ground else None,
        message_id=ground.message_id if ground else None,
    )


def _regulations(
    reading: Reading, brief: ProjectBrief, kinds: set[DataSensitivity], features: set[str]
) -> list[Named]:
    where, source, because = _markets(reading, brief)
    known = {named.slug for named in brief.regulations}
    found: list[Named] = []
    for regulation in REGULATIONS.values():
        if regulation.key in known or ("regulation", regulation.key) in brief.excluded:
            continue
        market = next((market for market in regulation.markets if market in where), None)
        data = next(
            (kind for kind in DataSensitivity if kind in kinds and kind.value in regulation.implied_by), None
        )
        if market and data:
            note = f"{data.value.capitalize()} data in {MARKETS[market].name}{because}."
            found.append(Named(slug=regulation.key, name=regulation.name, source=source, note=note))
    for slug, key in _BY_FEATURE_REGULATION.items():
        if slug in features and key not in known and ("regulation", key) not in brief.excluded:
            note = f"{FEATURES[slug].name} brings it."
            if all(named.slug != key for named in found):
                found.append(Named(slug=key, name=REGULATIONS[key].name, source=Source.INFERRED, note=note))
    return found


def _markets(reading: Reading, brief: ProjectBrief) -> tuple[set[str], Source, str]:
    """Where the product is used, how that is known, and how to say so."""
    named = {fact.value for fact in brief.markets if fact.value in MARKETS}
    if named:
        return _with_union(named), Source.INFERRED, ""
    zone, currency = str(reading.zone), brief.currency or reading.currency_hint
    by_zone, by_currency = home.market_of_zone(zone), home.market_of_currency(currency)
    if by_zone and (
        currency in (None, "USD") or by_currency is None or MARKETS[by_zone].currency == currency
    ):
        return _with_union({by_zone}), Source.ASSUMED, ", where your time zone is"
    if by_currency:
        return _with_union({by_currency}), Source.ASSUMED, ", as your currency suggests"
    return set(), Source.ASSUMED, ""


def _with_union(codes: set[str]) -> set[str]:
    return codes | ({"EU"} if any(MARKETS[code].in_eu for code in codes) else set())
