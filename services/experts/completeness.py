"""How complete a profile is: what it needs before it can be handed in, and what makes it found and chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.errors import Conflict
from services.experts.schemas import Completeness, CompletenessItem, ExpertRead, Part

SHORTEST_STORY: Final = 40
_DEEP_STORY: Final = 400
_BROAD: Final = 5


@dataclass(frozen=True, slots=True)
class _Rule:
    part: Part
    weight: int
    required: bool
    done: Callable[[ExpertRead], bool]


_RULES: Final = (
    _Rule(Part.HEADLINE, 8, True, lambda p: bool(p.headline)),
    _Rule(Part.STORY, 10, True, lambda p: len(p.story) >= SHORTEST_STORY),
    _Rule(Part.SKILLS, 10, True, lambda p: bool(p.skills)),
    _Rule(Part.RATE, 6, True, lambda p: p.rate.amount > 0),
    _Rule(Part.LANGUAGES, 5, True, lambda p: bool(p.languages)),
    _Rule(Part.COUNTRY, 4, True, lambda p: bool(p.country)),
    _Rule(Part.ENGAGEMENTS, 4, True, lambda p: bool(p.engagements)),
    _Rule(Part.YEARS, 4, True, lambda p: p.years > 0),
    _Rule(Part.HOURS, 8, False, lambda p: p.is_bookable),
    _Rule(Part.ROLES, 8, False, lambda p: bool(p.roles)),
    _Rule(Part.OUTCOMES, 8, False, lambda p: any(role.outcomes for role in p.roles)),
    _Rule(Part.DEPTH, 7, False, lambda p: len(p.story) >= _DEEP_STORY),
    _Rule(Part.BREADTH, 5, False, lambda p: len(p.skills) >= _BROAD),
    _Rule(Part.INDUSTRIES, 5, False, lambda p: bool(p.industries)),
    _Rule(Part.STAGES, 3, False, lambda p: bool(p.stages)),
    _Rule(Part.PHOTO, 3, False, lambda p: p.avatar_url is not None),
    _Rule(Part.LINKS, 2, False, lambda p: bool(p.links)),
)


def measure(profile: ExpertRead) -> Completeness:
    """What is there and what is missing; the required parts first."""
    items = [
        CompletenessItem(part=rule.part, done=rule.done(profile), required=rule.required, weight=rule.weight)
        for rule in _RULES
    ]
    return Completeness(
        percent=sum(item.weight for item in items if item.done),
        ready=all(item.done for item in items if item.required),
        items=items,
    )


def require_ready(profile: ExpertRead) -> None:
    """Raise `Conflict` (profile_incomplete) unless the profile has all that it needs to be shown."""
    missing = [item.part.value for item in measure(profile).items if item.required and not item.done]
    if missing:
        raise Conflict(
            "The profile still needs: " + ", ".join(missing) + ".", code="profile_incomplete", missing=missing
        )
