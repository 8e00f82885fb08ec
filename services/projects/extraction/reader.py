"""Reads one message into a patch of the brief."""

import re
from dataclasses import replace
from datetime import datetime

from services.projects import merging
from services.projects.extraction import (
    corrections,
    deadlines,
    features,
    home,
    inference,
    language,
    money,
    people,
    stage,
    subjects,
    summary,
    technologies,
    wishes,
)
from services.projects.extraction.context import Reading
from services.projects.extraction.zones import zone
from services.projects.schemas import BriefPatch, ProjectBrief, printable
from services.taxonomy.negation import Negations
from services.taxonomy.phrases import ReadText

_LONGEST = 30_000


def read(
    text: str,
    *,
    now: datetime,
    timezone: str = "UTC",
    currency_hint: str | None = None,
    brief: ProjectBrief | None = None,
) -> BriefPatch:
    """What `text` adds to `brief` (default: an empty one). Pure; never raises on any text.

    `now` is aware; `timezone` is the founder's IANA zone; `currency_hint` the ISO code to take where "$" or nothing is
    written. Reads the first 30,000 characters.
    """
    brief = brief or ProjectBrief()
    words = ReadText.of(printable(text[:_LONGEST]))
    if not words.tokens:
        return BriefPatch()
    spoken = language.detect(words, default=brief.language if brief.language in _LANGUAGES else "en")
    reading = Reading(
        text=words,
        negations=Negations(words, language=spoken),
        now=now,
        zone=zone(timezone),
        language=spoken,
        currency_hint=currency_hint,
        brief=brief,
    )
    named = [fact.value for fact in (*subjects.read_markets(reading), *brief.markets)]
    reading = replace(reading, local_currencies=tuple(home.currencies(named, timezone)))
    if _OFF_TOPIC.search(words.folded[:400]):
        return BriefPatch(language=reading.language)
    stated = corrections.apply(reading, _stated(reading))
    if stated.is_empty:
        return stated
    merged = merging.merge(brief, stated, at=now)
    inferred = inference.infer(reading, merged)
    return stated.model_copy(
        update={
            name: [*getattr(stated, name), *getattr(inferred, name)]
            for name in ("features", "sensitivity", "regulations")
        }
    )


# Small talk that names industries and things without speaking of a project.
_OFF_TOPIC = re.compile(
    r"\b(?:(?:write|fix|debug|code|give me|show me|generate)\b(?: \w+){0,4} (?:code|function|script|regex|query|unit tests?)\b|(?:pancake|cake|pasta|soup|cocktail) recipe\b|tell me (?:a|another) (?:joke|story)|(?:a|another) joke\b|write (?:me )?(?:a|an) (?:poem|song|essay|story|haiku|limerick)|what(?:'s| is) the (?:weather|time|capital)|"
    r"who (?:won|was the|is the (?:president|king|queen))|sing (?:me )?|recite|horoscope|meaning of life|how old are you|are you (?:human|a (?:bot|robot|human))|erzahl\w* (?:mir )?einen witz|"
    r"raconte\S* une blague|cuentame un chiste|conta uma piada|wie ist das wetter)"
)
_LANGUAGES = ("en", "de", "fr", "es", "pt")


def _stated(reading: Reading) -> BriefPatch:
    budgets = money.read(reading)
    wished, unwanted = features.read(reading)
    platforms, unwanted_platforms = subjects.read_platforms(reading)
    regulations, unwanted_regulations = subjects.read_regulations(reading)
    constraints, unwanted_constraints = subjects.constraints(reading)
    built_with, integrations, unwanted_technologies = technologies.read(reading)
    industries = subjects.industries(reading)
    users = people.audience(reading)
    if integrations:  # the systems are named, each counts by itself
        wished = [feature for feature in wished if feature.slug != "third-party-integration"]
    subject_known = bool(wished or industries or users or platforms)
    sentence = summary.read(reading)
    about_product = (
        subject_known or reading.is_short or sentence is not None or reading.brief.summary is not None
    )
    known = {
        "features": wished,
        "industries": industries,
        "users": users,
        "platforms": platforms,
    }
    cleared = corrections.cleared(reading)
    patch = BriefPatch(
        summary=sentence
        if reading.brief.summary is None
        and (subject_known or (sentence is not None and summary.describes(sentence.value)))
        else None,
        stage=stage.read(reading, about_product=about_product),
        scale=people.scale(reading),
        integrations=integrations[:40],
        technologies=built_with[:80],
        sensitivity=subjects.sensitivity(reading),
        regulations=regulations[:20],
        constraints=constraints[:40],
        markets=subjects.read_markets(reading),
        team=people.team(reading),
        budget=budgets.budget,
        monthly_budget=budgets.monthly_budget,
        hourly_cap=budgets.hourly_cap,
        deadline=deadlines.read(reading),
        exclusions=[
            *unwanted,
            *unwanted_platforms,
            *unwanted_regulations,
            *unwanted_constraints,
            *unwanted_technologies,
        ][:80],
        language=reading.language,
        cleared=[name for name in cleared if getattr(budgets, name, None) is None],
        **known,
    )
    if own := wishes.read(reading, known=not patch.is_empty):
        patch = patch.model_copy(update={"features": own})
    if refused := wishes.unwanted(reading, known=not patch.is_empty):
        patch = patch.model_copy(update={"exclusions": refused})
    return patch
