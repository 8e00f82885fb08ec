"""The places among the six technologies: what a brief needs, in order of weight, with options for each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.projects.analysis.evidence import Ledger, joined, lowered
from services.projects.analysis.rubric import SENSITIVE
from services.projects.analysis.schemas import Evidence
from services.projects.analysis.stack import (
    ACCEPTED,
    BACKENDS,
    GENERAL,
    NEEDS,
    Need,
    Option,
)
from services.projects.estimation.drivers import is_large
from services.projects.estimation.sizing import foundation, named_features
from services.projects.schemas import Feature, Named, Platform, ProjectBrief, Provenance
from services.projects.schemas import Technology as NamedTechnology
from services.taxonomy.skills import SKILLS

_MOBILE = {Platform.MOBILE, Platform.IOS, Platform.ANDROID, Platform.WEARABLE}
_DESKTOP = {Platform.DESKTOP, Platform.WINDOWS, Platform.MACOS, Platform.LINUX}
_NO_PAGES = {Platform.API, Platform.EMBEDDED, Platform.VOICE, Platform.CHAT}


@dataclass(frozen=True)
class Place:
    """One of the six: its role, what fills it in order of preference, and the ground in the brief."""

    role: str
    options: tuple[Option, ...]
    subject: str
    evidence: list[Evidence]


def _named(brief: ProjectBrief) -> list[NamedTechnology]:
    """What the founder has before what they wish for, so that an existing stack is kept."""
    return sorted(brief.technologies, key=lambda technology: not technology.existing)


def _from_brief(ledger: Ledger, role: str, banned: frozenset[str]) -> Place | None:
    """The founder's own choice for a role, directly or by its language."""
    for technology in _named(ledger.brief):
        slug = technology.slug
        if slug is None or slug in banned:
            continue
        verb = "You already use" if technology.existing else "You asked for"
        evidence = [ledger.said(technology, "technologies")]
        if slug in ACCEPTED[role]:
            why = (
                "staying with it saves a change"
                if technology.existing
                else "nothing in the brief speaks against it"
            )
            return Place(role, (Option(slug, why),), f"{verb} {technology.name}", evidence)
        if role == "Backend" and slug in BACKENDS:
            why = "its people can work on the backend from the first day"
            options = tuple(Option(other, why) for other in BACKENDS[slug] if other not in banned)
            if options:
                return Place(role, options, f"{verb} {technology.name}", evidence)
    return None


def _first(features: Iterable[Feature], slugs: Sequence[str], limit: int = 3) -> list[Feature]:
    return [feature for feature in features if feature.slug in slugs][:limit]


def _subject(names: Sequence[str]) -> str:
    text = joined([lowered(name) for name in names])
    return f"For {text}"


def _front_ends(ledger: Ledger, banned: frozenset[str]) -> Iterator[Place]:
    brief = ledger.brief
    platforms = {fact.value for fact in brief.platforms}
    no_web = {exclusion.key for exclusion in brief.exclusions} & {("platform", "web")}
    if platforms & _MOBILE:
        facts = [fact for fact in brief.platforms if fact.value in _MOBILE]
        names = {fact.value for fact in facts}
        evidence = ledger.all_said(facts, "platforms", 2)
        own = _from_brief(ledger, "Mobile app", banned)
        if own is not None:
            yield own
        elif names == {Platform.IOS}:
            options = (
                Option("swift", "it is Apple's own language and reaches every function of the phone"),
                _REACT_NATIVE,
                _FLUTTER,
            )
            yield Place("Mobile app", options, "For the iOS app", evidence)
        elif names == {Platform.ANDROID}:
            options = (
                Option("kotlin", "it is Android's own language and reaches every function of the phone"),
                _FLUTTER,
                _REACT_NATIVE,
            )
            yield Place("Mobile app", options, "For the Android app", evidence)
        else:
            yield Place("Mobile app", (_REACT_NATIVE, _FLUTTER, _CAPACITOR), "For iOS and Android", evidence)
    if platforms & _DESKTOP:
        facts = [fact for fact in brief.platforms if fact.value in _DESKTOP]
        own = _from_brief(ledger, "Desktop app", banned)
        yield own or Place(
            "Desktop app",
            (
                Option("tauri", "small programs from web pages run on all three systems"),
                Option("electron", "web pages become a program on all three systems"),
                Option("qt", "it draws native windows on all three systems"),
            ),
            "For the desktop app",
            ledger.all_said(facts, "platforms", 2),
        )
    if no_web or (
        platforms and platforms <= _NO_PAGES | _MOBILE | _DESKTOP and Platform.WEB not in platforms
    ):
        return
    own = _from_brief(ledger, "Web front end", banned)
    if own is not None:
        yield own
        return
    facts = [fact for fact in brief.platforms if fact.value is Platform.WEB]
    evidence = ledger.all_said(facts, "platforms", 1) or (
        [ledger.premise("platform")]
        if not brief.platforms
        else ledger.all_said(brief.platforms, "platforms", 1)
    )
    subject = "For the web app" if facts else "For the pages that people see first"
    yield Place("Web front end", _WEB, subject, evidence)


_REACT_NATIVE = Option("react-native", "one code base makes both apps, and its people are easy to find")
_FLUTTER = Option("flutter", "one code base makes both apps")
_CAPACITOR = Option("capacitor", "the web app becomes an app for both stores")
_WEB = (
    Option("next-js", "pages load fast and are found by search engines, and its people are easy to find"),
    Option("sveltekit", "pages are small and load fast"),
    Option("nuxt", "pages load fast and are found by search engines"),
    Option("angular", "it brings everything for large forms and tables"),
    Option("htmx", "the server makes the pages, with little code in the browser"),
    Option("progressive-web-apps", "the pages install like an app"),
)
_THINKING = (
    "machine-learning", "computer-vision", "chatbot", "content-generation", "recommendations", "data-pipeline",
    "speech", "ocr", "sentiment-analysis", "web-scraping",
)  # fmt: skip
_LIVE = ("chat", "real-time", "video-calls", "delivery-tracking", "auctions", "game-mechanics")


def _backend(ledger: Ledger, features: Sequence[Feature], banned: frozenset[str]) -> Place:
    own = _from_brief(ledger, "Backend", banned)
    if own is not None:
        return own
    python = Option("fastapi", "it is Python, where the libraries for data and models are")
    django = Option("django", "accounts, permissions and an admin panel come with it, which saves weeks")
    node = Option("nestjs", "it holds many open connections and shares its language with the front end")
    rest = (
        Option("ruby-on-rails", "it is fast to a first release"),
        Option("laravel", "it is fast to a first release"),
        Option("spring-boot", "it is proven for long-lived systems"),
        Option("asp-net", "it is proven for long-lived systems"),
        Option("phoenix", "it holds many open connections"),
        Option("gin", "it is small and fast"),
        Option("rest-apis", "plain interfaces keep the choice of language open"),
    )
    order: tuple[Option, ...]
    if thinking := _first(features, _THINKING):
        order, ground = (python, django, node), thinking
    elif live := _first(features, _LIVE):
        order, ground = (node, django, python), live
    else:
        order, ground = (django, node, python), list(features[:3])
    return Place(
        "Backend",
        (*order, *rest),
        _subject([one.name for one in ground]) if ground else f"For the {ledger.release}",
        _grounds(ledger, ground),
    )


def _database(ledger: Ledger, features: Sequence[Feature], banned: frozenset[str]) -> Place:
    own = _from_brief(ledger, "Database", banned)
    if own is not None:
        return own
    ground = [one for one in features if one.category in ("commerce", "planning", "finance", "health")][
        :3
    ] or list(features[:2])
    options = (
        Option(
            "postgresql",
            "changes happen whole or not at all, and search, maps and JSON need no second database",
        ),
        Option("mysql", "changes happen whole or not at all, and every host offers it"),
        Option("mariadb", "changes happen whole or not at all, and it is open"),
        Option("sql-server", "changes happen whole or not at all, with good tools"),
        Option("mongodb", "documents follow a model that still changes"),
        Option("cockroachdb", "it keeps running when a machine fails"),
        Option("database-design", "a sound model outlasts the product that stores it"),
    )
    return Place(
        "Database",
        options,
        _subject([one.name for one in ground]) if ground else "For the product's data",
        _grounds(ledger, ground),
    )


# Rules that every ordinary host can serve: those on personal data, and on cards that a payment provider holds.
_NO_HOST = {"gdpr", "ccpa", "lgpd", "pci-dss"}


def _hosting(ledger: Ledger, banned: frozenset[str]) -> Place:
    own = _from_brief(ledger, "Hosting", banned)
    if own is not None:
        return own
    brief = ledger.brief
    options: tuple[Option, ...]
    aws = Option("aws", "it signs the contracts that such data needs and has audited services for it")
    sensitive = [fact for fact in brief.sensitivity if fact.value in SENSITIVE]
    premises = [
        item
        for item in brief.constraints
        if any(word in item.key for word in ("on-prem", "self-host", "on prem"))
    ]
    managed = tuple(
        Option(slug, "a small team runs it without an administrator")
        for slug in (
            "render",
            "fly-io",
            "digitalocean",
            "heroku",
            "railway",
            "hetzner",
            "kubernetes",
            "linux",
        )
    )
    large = tuple(
        Option(slug, "it signs the contracts that such data needs and has audited services for it")
        for slug in ("azure", "google-cloud", "ovhcloud", "kubernetes", "linux")
    )
    if premises:
        options = (
            Option("kubernetes", "it runs the same on machines of your own"),
            Option("docker", "it runs the same on machines of your own"),
            Option("linux", "it runs on machines of your own"),
        )
        return Place(
            "Hosting", options, "For machines of your own", ledger.all_said(premises, "constraints", 2)
        )
    rules = [item for item in brief.regulations if item.slug not in _NO_HOST]
    if rules or sensitive:
        facts: list[tuple[Provenance, str]] = [(item, "regulations") for item in rules[:2]] + [
            (fact, "sensitivity") for fact in sensitive[:1]
        ]
        names = [item.name for item in rules[:2]] or [f"{sensitive[0].value.value} data"]
        return Place(
            "Hosting",
            (aws, *large),
            f"For {joined(names)}",
            [ledger.said(fact, field) for fact, field in facts],
        )
    if brief.scale is not None and is_large(brief.scale.value):
        options = tuple(
            Option(slug, "it grows without being built again")
            for slug in ("aws", "google-cloud", "azure", "cloudflare", "kubernetes")
        )
        return Place(
            "Hosting", options, f"For {brief.scale.value.users:,} users", [ledger.said(brief.scale, "scale")]
        )
    if brief.budget is not None:
        return Place(
            "Hosting",
            managed,
            f"On a budget of {brief.budget.value.format()}",
            [ledger.said(brief.budget, "budget")],
        )
    return Place("Hosting", managed, f"For the {ledger.release}", [ledger.unsaid("budget")])


def _need(ledger: Ledger, need: Need, features: Sequence[Feature]) -> Place | None:
    ground = _first(features, need.features)
    if not ground:
        return None
    return Place(need.role, need.options, _subject([one.name for one in ground]), _grounds(ledger, ground))


def _grounds(ledger: Ledger, features: Sequence[Feature]) -> list[Evidence]:
    """Evidence of named features; of the foundation, the premise that it is needed."""
    if not features:
        return [ledger.unsaid("features")]
    if features[0] in foundation(ledger.brief):
        return [ledger.premise("foundation")]
    return ledger.all_said(features, "features", 3)


def _chosen_by_founder(ledger: Ledger, place: Place, banned: frozenset[str]) -> Place:
    """The place with what the founder has, wants or connects to, where that is one of its options."""
    brief = ledger.brief
    options = {option.slug: option for option in place.options}
    mentions: list[tuple[Named, str]] = [(one, "technologies") for one in _named(brief)]
    mentions += [(one, "integrations") for one in brief.integrations]
    for named, field in mentions:
        if named.slug in options and named.slug not in banned:
            verb = "You already use" if isinstance(named, NamedTechnology) and named.existing else "You named"
            own = options[named.slug]
            return Place(
                place.role, (own, *place.options), f"{verb} {named.name}", [ledger.said(named, field)]
            )
    return place


def _general(ledger: Ledger, need: Need) -> Place:
    """A need of every product, on the ground that fits the brief best."""
    brief = ledger.brief
    if brief.deadline is not None:
        return Place(
            need.role, need.options, "With the date you gave", [ledger.said(brief.deadline, "deadline")]
        )
    if brief.budget is not None:
        return Place(
            need.role,
            need.options,
            f"On a budget of {brief.budget.value.format()}",
            [ledger.said(brief.budget, "budget")],
        )
    if brief.summary is not None:
        return Place(
            need.role, need.options, f"For the {ledger.release}", [ledger.said(brief.summary, "summary")]
        )
    return Place(need.role, need.options, f"For the {ledger.release}", [ledger.unsaid("deadline")])


def places(ledger: Ledger, banned: frozenset[str]) -> Iterator[Place]:
    """Without end: what the product stands on, what its features need, what every product needs, then crafts."""
    features = named_features(ledger.brief)
    ground = features or foundation(ledger.brief)
    yield from _front_ends(ledger, banned)
    yield _backend(ledger, ground, banned)
    yield _database(ledger, ground, banned)
    yield _hosting(ledger, banned)
    for need in NEEDS:
        place = _need(ledger, need, features)
        if place is not None:
            yield _chosen_by_founder(ledger, place, banned)
    for need in GENERAL:
        yield _chosen_by_founder(ledger, _general(ledger, need), banned)
    # So much is ruled out that the usual choices are used up: what is left of the crafts every project needs.
    left = tuple(
        Option(slug, "it is a craft that every project needs, whatever the tools")
        for slug in SKILLS
        if SKILLS[slug].group in ("testing", "devops", "design", "security")
    )
    evidence = ledger.all_said(ledger.brief.exclusions, "exclusions", 3)
    while True:
        yield Place("Craft", left, "With what you ruled out", evidence or [ledger.unsaid("technologies")])
