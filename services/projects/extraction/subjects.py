"""What the project is about and what it has to keep to: industries, platforms, markets, regulations, kinds of data,
constraints."""

import re
import tomllib
from importlib.resources import files

from services.projects.extraction import summary
from services.projects.extraction.context import Reading
from services.projects.schemas import (
    DataSensitivity,
    Exclusion,
    ExclusionKind,
    Fact,
    Named,
    Platform,
    Source,
    Tag,
    Text,
)
from services.taxonomy import industries as industry_words
from services.taxonomy.catalogues import TermMention, markets, platforms, regulations
from services.taxonomy.negation import NegationKind
from services.taxonomy.phrases import PhraseIndex

_CONSTRAINTS = tomllib.loads(files(__package__).joinpath("data/constraints.toml").read_text("utf-8"))
_CONSTRAINT_INDEX = PhraseIndex(
    (
        (slug, phrase)
        for slug, entry in _CONSTRAINTS["constraint"].items()
        for phrase in entry["words"].split(", ")
    ),
    inflect=True,
)
_DATA_INDEX = PhraseIndex(
    ((kind, phrase) for kind, words in _CONSTRAINTS["data"].items() for phrase in words.split(", ")),
    inflect=True,
)
CONSTRAINT_NAMES: dict[str, str] = {slug: entry["name"] for slug, entry in _CONSTRAINTS["constraint"].items()}
# Where the words are about the person who is looked for, they are no market.
_ABOUT_A_PERSON = re.compile(
    r"\b(?:ctos?|developers?|experts?|someone|somebody|anyone|person|engineers?|freelancers?|candidates?|who (?:knows?|speaks?|lives?|is)|entwickler\w*|jemand\w*|"
    r"quelqu'un|alguien|alguem|i live|i'm from|i am from|i'm based|i am based|ich wohne|ich lebe|j'habite|yo vivo|vivo|moro)\b[^.;]{0,50}$"
)


def industries(reading: Reading) -> list[Tag]:
    """The industries of a message, at most three, weak hints only where there is nothing better."""
    mentions = [
        mention
        for mention in industry_words.find_in(reading.text, reading.negations)
        if not reading.is_of_somebody_sought(mention.start, 60)  # what the CTO has to know
    ]
    if not mentions:
        return []
    strongest = mentions[0].weight
    if strongest < 2 and (reading.brief.industries or not (reading.is_short or _begins(reading, mentions))):
        return []
    kept = [mention for mention in mentions if mention.weight >= max(3.0, strongest / 2)][:3]
    if not kept:
        kept = mentions[:1]
    return [
        Tag(
            value=mention.slug,
            source=Source.STATED if mention.weight >= 3 else Source.INFERRED,
            quote=reading.quote(mention.start, mention.end),
            note=None if mention.weight >= 3 else "From the words you use.",
        )
        for mention in kept
    ]


def _begins(reading: Reading, mentions: list[industry_words.IndustryMention]) -> bool:
    """Whether the hint stands in the first sentence of the first description: "meal planner for diabetics"."""
    first = re.search(r"[.!?\n](?:\s|$)", reading.text.folded)
    end = first.start() if first else len(reading.text.folded)
    if reading.text.folded[end : end + 1] == "?" or reading.brief.summary is not None:
        return False
    told = summary.read(reading)
    return any(
        mention.start < min(end, 120)
        or (told is not None and reading.words(mention.start, mention.end) in told.value)
        for mention in mentions
    )


def read_platforms(reading: Reading) -> tuple[list[Fact[Platform]], list[Exclusion]]:
    """The platforms wished for, and those excluded."""
    wished: dict[str, Fact[Platform]] = {}
    excluded: dict[str, Exclusion] = {}
    for mention in platforms.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            excluded[mention.key] = _exclusion(reading, mention, ExclusionKind.PLATFORM)
            continue
        if _only(reading, mention) and mention.key != "mobile":
            for other in ("mobile", "web", "desktop"):
                if other != mention.key and other not in wished and mention.key in ("web", "desktop"):
                    excluded.setdefault(other, _only_exclusion(reading, mention, other))
        wished.setdefault(
            mention.key,
            Fact[Platform](
                value=Platform(mention.key),
                source=Source.STATED,
                quote=reading.quote(mention.start, mention.end),
            ),
        )
    return [fact for key, fact in wished.items() if key not in excluded], [
        exclusion for key, exclusion in excluded.items() if key not in wished
    ]


def _only(reading: Reading, mention: TermMention) -> bool:
    return bool(
        re.search(
            r"\b(?:just|only|nur|seulement|solo|apenas|so)\s(?:an?\s|the\s|on\s|una?\s|eine?\s|um\s)?$",
            reading.before(mention.start, 16),
        )
        or re.match(r"^\s?(?:only|first and only)\b", reading.after(mention.end, 16))
        or reading.text.folded[mention.start : mention.end].endswith(" only")
    )


def _only_exclusion(reading: Reading, mention: TermMention, key: str) -> Exclusion:
    return Exclusion(
        kind=ExclusionKind.PLATFORM, slug=key, name=platforms.terms[key].name, source=Source.INFERRED,
        quote=reading.quote(mention.start, mention.end), note=f"You asked for {mention.name} only.",
    )  # fmt: skip


def read_markets(reading: Reading) -> list[Text]:
    """Countries and regions the message names as the market, as ISO codes."""
    found: dict[str, Text] = {}
    for mention in markets.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            continue
        written = reading.text.original[mention.start : mention.end]
        if mention.key == "US" and written in ("us", "Us"):
            continue  # "contact us"
        if len(written) <= 2 and not written.isupper():
            continue
        if re.match(r"^[\s-](?:dollars?|pounds?|pesos?)\b", reading.after(mention.end, 10)):
            continue  # "US dollars"
        if _ABOUT_A_PERSON.search(reading.before(mention.start, 70)):
            continue  # where the CTO should be is no market
        found.setdefault(
            mention.key,
            Text(value=mention.key, source=Source.STATED, quote=reading.quote(mention.start, mention.end)),
        )
    return list(found.values())[:10]


def read_regulations(reading: Reading) -> tuple[list[Named], list[Exclusion]]:
    """Regulations the founder names, and those they say do not apply."""
    wished: dict[str, Named] = {}
    excluded: list[Exclusion] = []
    for mention in regulations.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            wished.pop(mention.key, None)
            excluded.append(_exclusion(reading, mention, ExclusionKind.REGULATION))
        else:
            wished.setdefault(
                mention.key,
                Named(
                    slug=mention.key,
                    name=mention.name,
                    source=Source.STATED,
                    quote=reading.quote(mention.start, mention.end),
                ),
            )
    return list(wished.values()), excluded


def sensitivity(reading: Reading) -> list[Fact[DataSensitivity]]:
    """Kinds of sensitive data the message speaks of."""
    found: dict[str, Fact[DataSensitivity]] = {}
    for match in _DATA_INDEX.find(reading.text):
        if reading.negations.of(match.start, match.end) is None:
            found.setdefault(
                match.key,
                Fact[DataSensitivity](
                    value=DataSensitivity(match.key),
                    source=Source.STATED,
                    quote=reading.quote(match.start, match.end),
                ),
            )
    return list(found.values())


def constraints(reading: Reading) -> tuple[list[Named], list[Exclusion]]:
    """Constraints on how it is built or run, and those the founder says are none."""
    wished: dict[str, Named] = {}
    excluded: list[Exclusion] = []
    for match in _CONSTRAINT_INDEX.find(reading.text):
        negation = reading.negations.of(match.start, match.end)
        name = CONSTRAINT_NAMES[match.key]
        if negation is not None:
            excluded.append(
                Exclusion(
                    kind=ExclusionKind.CONSTRAINT,
                    slug=match.key,
                    name=name,
                    quote=reading.quote(negation.cue_start, match.end),
                )
            )
        else:
            wished.setdefault(
                match.key,
                Named(
                    slug=match.key,
                    name=name,
                    source=Source.STATED,
                    quote=reading.quote(match.start, match.end),
                ),
            )
    return list(wished.values()), excluded


def _exclusion(reading: Reading, mention: TermMention, kind: ExclusionKind) -> Exclusion:
    negation = reading.negations.of(mention.start, mention.end)
    start = min(mention.start, negation.cue_start) if negation else mention.start
    return Exclusion(
        kind=kind,
        slug=mention.key,
        name=mention.name,
        quote=reading.quote(start, mention.end),
        note="To be built later." if mention.negated is NegationKind.DEFERRED else None,
    )
