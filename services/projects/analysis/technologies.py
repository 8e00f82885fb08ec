"""Picks exactly six technologies for a brief, never one that the founder ruled out."""

from services.projects.analysis.evidence import Ledger
from services.projects.analysis.places import Place, places
from services.projects.analysis.schemas import Technology
from services.projects.analysis.stack import FAMILIES, PREFIXES, Option
from services.projects.schemas import ExclusionKind, ProjectBrief
from services.taxonomy.skills import SKILLS

COUNT = 6


def ruled_out(brief: ProjectBrief) -> frozenset[str]:
    """Slugs of all that the founder excluded, with what goes with it. Names are matched without regard to case."""
    found: set[str] = set()
    names = {skill.name.casefold(): skill.slug for skill in SKILLS.values()}
    for exclusion in brief.exclusions:
        if exclusion.kind is ExclusionKind.INDUSTRY:
            continue
        name = exclusion.name.casefold()
        slug = exclusion.slug or names.get(name) or name.replace(" ", "-")
        found |= {slug, *FAMILIES.get(slug, ())}
        if name in names:
            found.add(names[name])
        for prefix in PREFIXES.get(slug, ()):
            found |= {other for other in SKILLS if other.startswith(prefix)}
    return frozenset(found)


def technologies(ledger: Ledger) -> list[Technology]:
    """The six, distinct, in order of weight for the product."""
    banned = ruled_out(ledger.brief)
    chosen: dict[str, Technology] = {}
    roles: set[str] = set()
    for place in places(ledger, banned):
        if len(chosen) == COUNT:
            break
        option = next(
            (one for one in place.options if one.slug not in banned and one.slug not in chosen), None
        )
        if option is None or (place.role in roles and place.role != "Craft"):
            continue
        roles.add(place.role)
        chosen[option.slug] = Technology(
            slug=option.slug,
            name=SKILLS[option.slug].name,
            role=place.role,
            reason=_reason(place, option),
            evidence=place.evidence,
        )
    return list(chosen.values())


def _reason(place: Place, option: Option) -> str:
    if place.subject.startswith("You "):
        return f"{place.subject}; {option.why}."
    return f"{place.subject}: {option.why}."
